"""Tables protected together, judged by the programs of the benchmark, which know nothing of the workbench's."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench.disclosure import Rules, published
from workbench.disclosure.suppression.linked import LinkedTable, accept
from workbench.disclosure.suppression.shared import Shared, shared_problem

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from audit_linked import RULES, cells_by, protect, random_system, signature_by, unprotected_tables, verdict  # noqa: E402


def linked(frame: pd.DataFrame, *pair: str) -> LinkedTable:
    cells = cells_by(frame, *pair)
    return LinkedTable(cells, signature_by(frame, cells, *pair), None, RULES)


@pytest.mark.parametrize("seed", [1, 2, 5, 13])
def test_no_cell_of_linked_tables_is_recovered_or_narrowed(seed: int) -> None:
    frame, pairs = random_system(seed, people=900)
    before = verdict(unprotected_tables(frame, pairs))
    assert before["recovered"] + before["narrowed"] > 0, "a system in which nothing is at stake proves nothing"
    tables, unprotected = protect(frame, pairs)
    after = verdict(tables)
    assert unprotected == 0
    assert (after["recovered"], after["narrowed"], after["unsolved"]) == (0, 0, 0)


def test_the_same_tables_are_protected_alike() -> None:
    frame, pairs = random_system(3)
    one, two = protect(frame, pairs)[0], protect(frame, pairs)[0]
    assert all((a.withheld == b.withheld).all() for a, b in zip(one, two, strict=True))


def test_a_margin_withheld_in_one_table_is_withheld_in_all() -> None:
    frame, _ = random_system(3, people=400)
    frame.loc[frame.index[:4], "a"] = 99  # four people alone in a row
    tables = [linked(frame, "a", "b"), linked(frame, "a", "c")]
    done = accept(tables)
    margins = [withheld.reshape(one.cells.layout.shape)[:-1, -1] for one, withheld in zip(tables, done.withheld, strict=True)]
    assert margins[0].any()
    assert (margins[0] == margins[1]).all()


def test_what_was_published_stays_shown_and_what_was_withheld_stays_withheld() -> None:
    frame, _ = random_system(58, people=900)
    old = linked(frame, "a", "b")
    first = accept([old])
    frozen = LinkedTable(old.cells, old.signature, published(old.cells, first.withheld[0], rules=RULES), RULES)
    done = accept([linked(frame, "b", "c"), linked(frame, "a", "c"), frozen])
    assert (done.withheld[2] == first.withheld[0]).all()
    new = linked(frame, "b", "c")
    for at, mark in enumerate(new.signature):
        same = np.flatnonzero((old.signature == mark) & (old.cells.rows > 0))
        if new.cells.rows[at] and len(same) and not first.withheld[0][same[0]]:
            assert not done.withheld[0][at] or at in done.unprotected[0]


def test_an_earlier_table_that_shares_nothing_is_left_alone() -> None:
    frame, _ = random_system(58, people=900)
    others, _ = random_system(59, people=900)
    cells = cells_by(others, "a", "b")
    marks = signature_by(others, cells, "a", "b") + np.uint64(12345)
    first = accept([LinkedTable(cells, marks, None, RULES)])
    frozen = LinkedTable(cells, marks, published(cells, first.withheld[0], rules=RULES), RULES)
    done = accept([linked(frame, "a", "b"), frozen])
    assert (done.withheld[1] == first.withheld[0]).all()
    assert np.isnan(done.lower[1]).all()


def test_a_cell_that_another_table_published_cannot_be_hidden_and_is_named() -> None:
    frame, _ = random_system(58, people=900)
    lenient, strict = Rules(min_contributors=2), Rules(min_contributors=25)
    cells = cells_by(frame, "a", "b", rules=lenient)
    marks = signature_by(frame, cells, "a", "b")
    old = LinkedTable(cells, marks, published(cells, accept([LinkedTable(cells, marks)]).withheld[0], rules=lenient), lenient)
    again = cells_by(frame, "a", "b", rules=strict)
    done = accept([LinkedTable(again, marks, None, strict), old])
    told = (again.people >= 2) & (again.people < 25)
    assert told.any()
    assert set(np.flatnonzero(told & ~np.array(done.withheld[1])).tolist()) <= set(done.unprotected[0])


@pytest.mark.realdata
@pytest.mark.skipif(not os.environ.get("WORKBENCH_DATA"), reason="needs the real files in WORKBENCH_DATA")
def test_no_cell_of_adults_three_linked_tables_is_recovered_or_narrowed() -> None:
    from audit_linked import ADULT

    file = Path(os.environ["WORKBENCH_DATA"]) / "benchmarks" / "adult" / "adult.csv"
    tables, unprotected = protect(pd.read_csv(file, sep=";"), ADULT)
    after = verdict(tables)
    assert unprotected == 0
    assert (after["recovered"], after["narrowed"], after["unsolved"]) == (0, 0, 0)


def test_a_small_cell_that_was_withheld_before_is_still_kept_from_single_contributors() -> None:
    people = {("b1", "c0"): 40, ("b1", "c1"): 20, ("b3", "c0"): 10, ("b3", "c1"): 1}
    frame = pd.DataFrame([key for key, count in people.items() for _ in range(count)], columns=["b", "c"])
    frame["d"] = np.where(np.arange(len(frame)) % 3 > 0, "d1", "d0")
    old, new = linked(frame, "b", "c"), linked(frame, "d", "b")
    before = np.repeat([True, True, False], 3)  # b1 and b3 with their totals
    none = np.zeros(9, bool)
    found = shared_problem(
        [Shared(new.cells, new.signature, None, RULES, none), Shared(old.cells, old.signature, before, RULES, none)]
    )
    assert found is not None
    assert found.problem.primary[found.places[1]].reshape(3, 3).tolist() == [[False] * 3, [False, True, False], [False] * 3]
