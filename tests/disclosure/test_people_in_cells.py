"""People are counted alike in every way of counting them: from a table, from bytes, in order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.disclosure.tabulating import people_in_cells
from workbench.disclosure.tabulating.coded import Coded
from workbench.disclosure.tabulating.people_in_cells import people_in

BASES = 4
PLACES = [np.array([3, 0, 1, 2]), np.array([4, -1, 4, 5]), np.array([6, 6, 6, 6]), np.array([-1, 7, -1, -1])]
SIZE = 8
WAYS = {"bytes": (0, 2**25, 2**20), "order": (0, 0, 0), "table": (2**18, 0, 0)}


def counted_anew(cell: np.ndarray, person: np.ndarray) -> tuple[list[int], list[int], np.ndarray]:
    people, largest, rows = [0] * SIZE, [0] * SIZE, np.zeros(SIZE, np.int64)
    for target in range(SIZE):
        inside = [who for base, who in zip(cell, person, strict=True) if any(place[base] == target for place in PLACES)]
        people[target], rows[target] = len(set(inside)), len(inside)
        largest[target] = max((inside.count(who) for who in inside), default=0)
    return people, largest, rows


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, BASES - 1), st.integers(0, 5)), max_size=30))
def test_people_and_their_most_rows_are_those_counted_one_by_one(way: str, rows: list[tuple[int, int]]) -> None:
    cell, person = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    people, largest, counted = counted_anew(cell, person)
    with pytest.MonkeyPatch.context() as limits:
        for name, value in zip(("IN_CACHE", "IN_BYTES", "SPARSE"), WAYS[way], strict=True):
            limits.setattr(people_in_cells, name, value)
        found = people_in(Coded(cell, BASES, None, person, 6), PLACES, counted=counted)
    assert [array.tolist() for array in found] == [people, largest]


@pytest.mark.parametrize("rows", [255, 256, 700])
def test_somebody_with_more_rows_than_a_byte_holds_is_counted_in_full(rows: int) -> None:
    cell = np.repeat([0, 1, 0], [rows - 5, 5, 3])
    person = np.repeat([0, 0, 1], [rows - 5, 5, 3])
    people, largest = people_in(
        Coded(cell, 2, None, person, 2), [np.array([0, 1]), np.array([2, 2])], counted=np.array([rows - 2, 5, rows + 3])
    )
    assert people.tolist() == [2, 1, 2]
    assert largest.tolist() == [rows - 5, 5, rows]
