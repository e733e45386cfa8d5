"""What a policy says about tables beyond the number of contributors is obeyed at the bench."""

from __future__ import annotations

import pytest

import workbench
from demo_city import make_city
from workbench.bench import Bench
from workbench.disclosure import Dominance, Layout, Rules, rules_of, tabulate
from workbench.errors import GateRefused
from workbench.files import read_json, write_json
from workbench.project import RUN_VARIABLE, Project

TITLE = {"ko": "표", "en": "Table"}
DISCLOSURE = {"min_contributors": 4, "dominance": {"n": 1, "share": 0.5}, "p_percent": 10, "round": 50}


@pytest.fixture(scope="module")
def strict_city(tmp_path_factory) -> Project:
    """A city whose policy sets every rule."""
    return make_city(tmp_path_factory.mktemp("strict") / "city", official=None, disclosure=DISCLOSURE)


@pytest.fixture
def bench(strict_city, monkeypatch, tmp_path) -> Bench:
    context = {
        "issue": "noise",
        "notebook": "levels",
        "folder": str(tmp_path / "run"),
        "datasets": {"levels": "levels_synthetic", "complaints": "complaints"},
        "parameters": {},
    }
    write_json(tmp_path / "context.json", context)
    monkeypatch.setenv("WORKBENCH_ROOT", str(strict_city.root))
    monkeypatch.setenv(RUN_VARIABLE, str(tmp_path / "context.json"))
    return workbench.open("noise")


def test_counts_are_rounded_as_the_policy_says_and_the_preview_says_so(bench, tmp_path):
    table = bench.table("t", bench.load("complaints"), rows="place", title=TITLE)
    assert table.at["east"] == 100
    assert table.safe.states == (("shown",), ("withheld",))
    assert "50의 배수로 반올림" in table._repr_mimebundle_()["text/html"]
    record = read_json(tmp_path / "run" / "results" / "t.json")
    assert record["content"]["rounded_to"] == 50
    found = record["datasets"]["complaints"]
    assert rules_of(found) == Rules(4, (Dominance(1, 0.5),), 10, 50)
    stored = bench.load("complaints").rename(columns={"place": "row", "person": "contributor"})
    assert tabulate(stored, Layout.from_record(record["content"]), rules=rules_of(found)) == table.safe


def test_a_sum_that_one_person_dominates_is_withheld(bench):
    rows = bench.load("complaints")
    first = rows.loc[rows["place"] == "east", "person"].iloc[0]
    rows["loss"] = [1000.0 if person == first else 10.0 for person in rows["person"]]
    rows["even"] = 10.0
    one = bench.table("loss", rows, rows="place", value="loss", statistic="sum", title=TITLE)
    assert one.safe.states == (("withheld",), ("shown",))
    with pytest.raises(GateRefused, match="the cell east is withheld"):
        _ = one.at["east"]
    assert bench.table("even", rows, rows="place", value="even", statistic="mean", title=TITLE).at["east"] == 10


def test_values_below_zero_are_refused_where_the_policy_speaks_of_dominance(bench):
    rows = bench.load("complaints").assign(gain=-1.0)
    with pytest.raises(GateRefused, match="below zero"):
        bench.table("gain", rows, rows="place", value="gain", statistic="sum", title=TITLE)


def test_a_table_of_data_that_is_not_about_people_stays_exact(bench):
    table = bench.table("levels", bench.load("levels"), rows="place", title=TITLE)
    assert table.at["east"] == 2
    assert "rounded_to" not in table.safe.as_record()
