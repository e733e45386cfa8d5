"""Cells of disjoint rows and the cell of their union stand in tables of their own, and still tell of each other."""

from __future__ import annotations

import numpy as np
import pytest

from safe_tables import axis, layout
from workbench.disclosure import SafeTable
from workbench.releases.families import Member, told_by_unions
from workbench.releases.ledger import Vectors

KEYS = ("a1", "a2")


def member(name: str, groups: list[list[int]], *, new: bool, k: int = 10) -> Member:
    """A table of people, one row each: cells of fewer than k are withheld, and all others with them where one is."""
    sizes = [len(group) for group in groups]
    few = any(0 < size < k for size in sizes)
    values = tuple((None if few else size,) for size in sizes)
    states = tuple(("withheld" if few else "shown",) for _ in sizes)
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    person = np.array([person for group in groups for person in sorted(group)], np.int64)
    safe = SafeTable(layout(rows=axis("a", KEYS)), values, states)
    return Member(name, safe, Vectors(start, person, np.ones(len(person), np.int64)), k, new)


def months(count: int, each: tuple[int, int], *, new: bool) -> list[Member]:
    """Months with other people each."""
    return [
        member(
            f"noise/{month}#by_a",
            [list(range(1000 * month, 1000 * month + each[0])), list(range(1000 * month + 500, 1000 * month + 500 + each[1]))],
            new=new,
        )
        for month in range(1, count + 1)
    ]


def year_of(parts: list[Member], *, new: bool, more: int = 0) -> Member:
    groups = []
    for cell in range(2):
        people = [part.vectors.person[part.vectors.start[cell] : part.vectors.start[cell + 1]].tolist() for part in parts]
        groups.append([person for some in people for person in some] + [900_000 + 1000 * cell + extra for extra in range(more)])
    return member("noise/13#by_a", groups, new=new)


def test_a_year_that_is_made_of_withheld_months_is_refused() -> None:
    parts = months(12, (1, 30), new=False)
    (told,) = told_by_unions([year_of(parts, new=True), *parts])
    assert told.startswith("noise/13#by_a [a a1] is made of cells of other tables, 12 of them withheld (noise/")
    assert "smallest change that passes: leave the wide table out" in told


def test_the_last_month_of_a_year_that_is_published_is_refused() -> None:
    parts = months(12, (1, 30), new=False)
    last = member("noise/12#by_a", [[12_000], list(range(12_500, 12_530))], new=True)
    (told,) = told_by_unions([last, *parts[:-1], year_of(parts, new=False)])
    assert "leave the new table out" in told


@pytest.mark.parametrize(("each", "more"), [((9, 30), 0), ((1, 30), 40), ((12, 30), 0)])
def test_a_year_that_tells_its_months_widely_enough_passes(each: tuple[int, int], more: int) -> None:
    parts = months(12, each, new=False)
    assert told_by_unions([year_of(parts, new=True, more=more), *parts]) == []


def test_what_was_published_before_is_not_a_new_tables_doing() -> None:
    parts = months(12, (1, 30), new=False)
    other = member("noise/14#by_b", [list(range(50)), list(range(50, 90))], new=True)
    assert told_by_unions([other, *parts, year_of(parts, new=False)]) == []


def test_one_withheld_cell_that_alone_is_left_is_told_exactly() -> None:
    parts = [member("noise/1#by_a", [[1, 2, 3], list(range(100, 130))], new=False)]
    parts.append(member("noise/2#by_a", [list(range(200, 240)), list(range(300, 330))], new=False))
    (told,) = told_by_unions([year_of(parts, new=True), *parts])
    assert "[a a" in told
