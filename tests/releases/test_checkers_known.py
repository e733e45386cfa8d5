"""What checkers are told beyond the candidate's files: why cells are withheld, which rules hold, what was removed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from demo_city import TODAY, candidate, make_city
from workbench.catalog import read_catalog
from workbench.cli.for_checkers import write_for_checkers
from workbench.disclosure import Axis, Dominance, Layout, Rules, cells_of, published
from workbench.project import Project
from workbench.releases import make_candidate
from workbench.releases.checkers_known import removed_from, rules_in_force, withholdings_of
from workbench.releases.results import read_variants
from workbench.runs import plan_runs, read_analysis

KEYS = ("many", "few", "one", "big", "more")


def found() -> tuple[pd.DataFrame, Layout]:
    """A cell of many, one of few, one of one person, one that one person dominates, and one of enough people."""
    sizes = {"many": 40, "few": 4, "one": 1, "big": 12, "more": 20}
    rows = [(key, f"{key}-{person}") for key, size in sizes.items() for person in range(size)]
    rows += [("big", "big-0")] * 400 + [("one", "one-0")] * 2
    labels = {"ko": tuple(f"{key} 칸" for key in KEYS), "en": KEYS}
    axis = Axis("key", KEYS, {"ko": "칸", "en": "Cell"}, labels)
    layout = Layout(rows=axis, columns=None, statistic="count", decimals=0, people=True)
    frame = pd.DataFrame(rows, columns=["row", "contributor"])
    return frame.assign(column="", value=1.0), layout


def test_each_withheld_cell_has_its_reason_its_class_and_its_bounds() -> None:
    frame, layout = found()
    rules = Rules(min_contributors=10, dominance=(Dominance(1, 0.9),))
    cells = cells_of(frame, layout, rules=rules)
    withheld = np.array([False, True, True, True, True])
    lower, upper = np.array([0.0, 1, 1, 1, np.nan]), np.array([0.0, 31, np.inf, 900, np.nan])
    told = withholdings_of(
        "t", {"year": 2021}, cells, published(cells, withheld, rules=rules), rules=rules, lower=lower, upper=upper
    )
    assert [(one.reason, one.people) for one in told] == [
        ("few", "few"),
        ("few", "one"),
        ("dominated", "enough"),
        ("complement", "enough"),
    ]
    assert told[0].rows == (1.0, 31.0)
    assert told[1].of_people == (1.0, np.inf)
    assert told[3].rows is None
    assert told[0].row == {"ko": "few 칸", "en": "few"}
    assert [one.needed for one in told] == [10.0, 10.0, None, None]  # a width of somebody's own rows would tell their number


def test_bounds_in_people_are_the_fewest_who_could_bring_so_many_rows() -> None:
    frame, layout = found()
    rules = Rules(min_contributors=10)
    cells = cells_of(frame, layout, rules=rules)
    withheld = np.array([False, True, True, False, False])
    lower, upper = np.full(5, 7.0), np.full(5, 30.0)
    told = withholdings_of("t", {}, cells, published(cells, withheld, rules=rules), rules=rules, lower=lower, upper=upper)
    assert told[0].of_people == (7.0, 30.0)  # nobody has two rows
    assert told[1].of_people == (3.0, 30.0)  # one person may have three
    once = withholdings_of(
        "t", {}, replace(cells, once=True), published(cells, withheld, rules=rules), rules=rules, lower=lower, upper=upper
    )
    assert once[0].of_people is None
    proven = withholdings_of(
        "t",
        {},
        cells,
        published(cells, withheld, rules=rules),
        rules=rules,
        lower=lower,
        upper=upper,
        in_people=(np.array([np.nan, 1, np.nan, 0, 0]), np.array([np.nan, 15.5, np.nan, 0, 0])),
    )
    assert [one.of_people for one in proven] == [(1.0, 15.0), (3.0, 30.0)]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = make_city(tmp_path_factory.mktemp("known") / "city", official=[2021])
    candidate(project)
    return project


def test_the_rules_are_those_that_the_results_record(city: Project) -> None:
    told = rules_in_force(read_catalog(city), read_variants(city.candidates / "noise"))
    assert [(one.dataset, one.personal, one.min_contributors) for one in told] == [("complaints", True, 10), ("levels", False, 0)]
    assert told[0].title["en"] == "data"


def test_what_a_notebook_printed_is_named_by_its_cell_and_kind(city: Project) -> None:
    catalog = read_catalog(city)
    told = removed_from(plan_runs(city, catalog, read_analysis(city, "noise")))
    assert [(one.notebook, one.what) for one in told] == [("levels", "printed")]
    assert told[0].cell == 4  # the cell of injected parameters is not counted


def test_the_page_is_written_beside_the_candidate_with_what_is_known(city: Project) -> None:
    catalog, analysis = read_catalog(city), read_analysis(city, "noise")
    runs = plan_runs(city, catalog, analysis)
    found = make_candidate(city, catalog, analysis, runs, today=TODAY)
    page = write_for_checkers(city, catalog, analysis, found, runs)
    assert page is not None
    assert page == city.private / "checkers" / "noise" / "index.html"
    text = page.read_text(encoding="utf-8")
    assert "withheld below 10 people" in text
    assert "levels · cell 4: printed text" in text
    assert "person-" not in text  # nobody's name, and nothing that was printed
