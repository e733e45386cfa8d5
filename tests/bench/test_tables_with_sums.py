"""Margins, hierarchies, crossed columns, shares, rates and quantiles at the bench; the preview hides what release hides."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

from workbench.bench import WITHHELD
from workbench.disclosure import Layout, Rules, tabulate
from workbench.errors import GateRefused, UsageError
from workbench.project import Project

TITLE = {"ko": "표", "en": "Table"}


@pytest.fixture
def people(at_desk) -> pd.DataFrame:
    """Rows of people, each of another person: 3 in a1, 16 in a2, 24 in b1, and half of each in 2020."""
    ids = pd.unique(at_desk.load("complaints")["person"])
    frame = pd.DataFrame({"dong": ["a1"] * 3 + ["a2"] * 16 + ["b1"] * 24})
    return frame.assign(person=ids[: len(frame)], year=[2020, 2021] * 21 + [2020], mark=1.0)


def test_a_total_brings_complements_with_it_in_the_preview_too(at_desk, people):
    table = at_desk.table("t", people, rows="dong", margins=True, title=TITLE)
    assert table.safe.states == (("withheld",), ("withheld",), ("shown",), ("shown",))
    assert table.at["total"] == 43
    with pytest.raises(GateRefused, match="the cell a2 is withheld"):
        _ = table.at["a2"]
    assert table.rows.labels["ko"][-1] == "합계"


def test_margins_may_be_of_rows_or_of_columns_alone(at_desk, people):
    def keys(margins):
        table = at_desk.table("t", people, rows="dong", columns="year", margins=margins, title=TITLE)
        return table.rows.keys[3:], table.columns.keys[2:]

    assert keys(True) == (("total",), ("total",))
    assert keys("rows") == (("total",), ())
    assert keys("columns") == ((), ("total",))
    assert keys(False) == ((), ())
    with pytest.raises(UsageError, match="table 't': margins is 'both'"):
        keys("both")


def test_a_hierarchy_and_its_labels(at_desk, people):
    labels = {"dong": {"A": {"ko": "가구", "en": "Ga-gu"}, "a1": {"ko": "가1동", "en": "Ga 1"}}}
    above = {"dong": pd.DataFrame({"dong": ["a1", "a2", "b1"], "gu": ["A", "A", "B"]})}
    table = at_desk.table("t", people, rows="dong", hierarchies=above, labels=labels, title=TITLE)
    assert table.rows.keys == ("a1", "a2", "A", "b1", "B")
    assert table.rows.labels["ko"] == ("가1동", "a2", "가구", "b1", "B")
    assert table.at["A"] == 19
    with pytest.raises(UsageError, match=r"table 't'.*nothing stands above b1"):
        at_desk.table("t", people, rows="dong", hierarchies={"dong": {"a1": "A", "a2": "A"}}, title=TITLE)
    with pytest.raises(UsageError, match="table 't', hierarchies: unknown column 'gu'"):
        at_desk.table("t", people, rows="dong", hierarchies={"gu": {}}, title=TITLE)


def test_crossed_rows_are_named_by_tuples(at_desk, people):
    people = people[people["dong"] == "b1"]
    table = at_desk.table("t", people, rows=["dong", "year"], margins=True, title=TITLE)
    assert table.at["b1", "total"] == table.at[("b1", "total")] == table.at["b1 · total"] == 24
    assert table.at["b1", 2021] == 12
    assert table.at["total", "total"] == table.at["total"] == 24
    assert table.rows.title["en"] == "dong · integer"
    wide = at_desk.table("w", people, rows=["dong", "year"], columns="mark", margins=True, title=TITLE)
    assert wide.at[("b1", "total"), 1] == wide.at["b1 · total", "total"] == 24
    across = at_desk.table("x", people, rows="mark", columns=["year", "dong"], title=TITLE)
    assert across.at[1, (2021, "b1")] == 12
    with pytest.raises(UsageError, match="unknown key"):
        _ = table.at["b1", 2022]


def test_a_share_a_rate_and_a_quantile(at_desk, people):
    big = people[people["dong"] != "a1"].assign(v=[1.0, 2.0] * 20)
    share = at_desk.table("s", big, rows="dong", statistic="share", title=TITLE)
    assert [float(share.at[key]) for key in ("a2", "b1", "total")] == [40.0, 60.0, 100.0]
    rate = at_desk.table("r", big, rows="dong", statistic="rate", exposure={"a2": 1000, "b1": 6000}, per=100, title=TITLE)
    assert [float(rate.at[key]) for key in ("a2", "b1")] == [1.6, 0.4]
    quantile = at_desk.table("q", big, rows="dong", value="v", statistic="quantile", quantile=0.25, title=TITLE)
    assert float(quantile.at["a2"]) == 1.0
    with pytest.raises(UsageError, match="table 'q': quantile: 1, allowed is a number between 0 and 1"):
        at_desk.table("q", big, rows="dong", value="v", statistic="quantile", quantile=1, title=TITLE)
    with pytest.raises(UsageError, match="table 'r': exposure: no number for b1"):
        at_desk.table("r", big, rows="dong", statistic="rate", exposure={"a2": 1}, title=TITLE)


def test_what_release_computes_again_has_the_same_sums(in_batch, written, tmp_path):
    bench = in_batch()
    rows = bench.load("complaints")
    table = bench.table("t", rows.assign(kind="x"), rows=["place", "kind"], columns="year", margins=True, title=TITLE)
    stored = pd.read_parquet(tmp_path / "run" / "contributions" / "t.parquet")
    assert "total" not in set(stored["row"]) | set(stored["column"])
    read = Layout.from_record(written("t")["content"])
    assert read.rows.parts == ("place", "kind")
    assert tabulate(stored, read, rules=Rules(min_contributors=10)) == table.safe


def test_sums_are_no_choice_among_their_parts_and_are_not_added_twice(at_desk, people):
    table = at_desk.table("t", people, rows="dong", margins=True, title=TITLE)
    assert table.largest().key == "b1"
    assert table.total() == 43
    above = {"dong": {"a1": "A", "a2": "A", "b1": "B"}}
    coarse = at_desk.table("c", people[people["dong"] != "a1"], rows="dong", hierarchies=above, title=TITLE)
    assert coarse.total() == 40


def test_totals_are_set_off_in_the_preview(at_desk, people):
    html = at_desk.table("t", people, rows="dong", columns="year", margins=True, title=TITLE)._repr_mimebundle_()["text/html"]
    assert html.count("border-top") == 4
    assert html.count("border-left") == 5
    assert WITHHELD["ko"] in html


def test_the_author_is_advised_to_join_keys_in_an_output_that_is_no_result(at_desk, people):
    small = pd.concat([people[people["dong"] == "a1"], people[people["dong"] == "b1"].head(2).assign(dong="c1")])
    both = pd.concat([small, people[people["dong"] == "a2"]])
    table = at_desk.table("t", both, rows="dong", title=TITLE)
    assert table.advice is not None and table.advice.startswith("2 of 3 cells with somebody in them are small")
    assert "small" not in json.dumps(table._repr_mimebundle_())
    assert at_desk.table("fine", people[people["dong"] != "a1"], rows="dong", title=TITLE).advice is None


@pytest.fixture
def released(city: Project):
    """Put a table into a release of the urban issue."""
    folder = city.analyses / "noise" / "releases" / "77" / "results"

    def put(name: str, table, parameters: dict, *, held: set) -> None:
        content = table.safe.as_record()
        for row, key in enumerate(table.rows.keys):
            if key in held:
                content["values"][row], content["state"][row] = [None], ["withheld"]
        folder.mkdir(parents=True, exist_ok=True)
        variant = {"parameters": parameters, "content": content}
        (folder / f"{name}.json").write_text(json.dumps({"kind": "table", "variants": [variant]}), encoding="utf-8")

    yield put
    shutil.rmtree(folder.parent)


def test_a_cell_withheld_in_the_last_release_is_withheld_in_the_preview(at_desk, people, released):
    big = people[people["dong"] != "a1"]
    fine = at_desk.table("t", big, rows="dong", title=TITLE)
    assert fine.safe.withheld == 0
    released("t", fine, {}, held={"a2"})
    again = at_desk.table("t", big, rows="dong", margins=True, title=TITLE)
    assert again.safe.states == (("withheld",), ("withheld",), ("shown",))
    assert at_desk.table("other", big, rows="dong", title=TITLE).safe.withheld == 0
    released("t", fine, {"year": 2021}, held={"a2"})
    assert at_desk.table("t", big, rows="dong", title=TITLE).safe.withheld == 0


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"rows": []}, "rows= names no column"),
        ({"rows": ["dong", "dong"]}, "a column stands twice"),
        ({"rows": ["dong", "year"], "columns": ["year"]}, "rows and columns are both 'year'"),
        ({"statistic": "share", "of": "rows"}, "table 't': share_of: 'rows', but the table has one column"),
        ({"of": "rows"}, "table 't': share_of: 'rows', statistic 'count'|table 't': share_of: 'rows', with statistic 'count'"),
        ({"statistic": "rate"}, "table 't': a rate needs exposure="),
        ({"keys": {"dong": ["a1", "a2", "b1", "total"]}, "margins": True}, "a key called 'total'"),
    ],
)
def test_what_is_wrong_with_sums_is_said_in_words(at_desk, people, more, reason):
    with pytest.raises(UsageError, match=reason):
        at_desk.table("t", people, **{"rows": "dong", "title": TITLE, **more})


def test_an_axis_of_a_hundred_thousand_keys_is_refused_in_words(at_desk):
    frame = pd.DataFrame({"key": range(300_000)})
    with pytest.raises(UsageError, match=r"'key' has 300,000 keys, a table has 200,000 cells at most\n.*coarser"):
        at_desk.table("t", frame, rows="key", title=TITLE)
