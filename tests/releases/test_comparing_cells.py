"""Cells of several tables as one list of groups, whatever each of them shows."""

from __future__ import annotations

import numpy as np

from workbench.disclosure.comparing.groups import Groups
from workbench.releases.differences import Cellwise, Place, joined


def cells(*people: dict[int, int]) -> Cellwise:
    places = tuple(Place("t", (str(number),)) for number in range(len(people)))
    return Cellwise(Groups.of(list(people)), places, np.arange(len(people)))


def test_a_table_that_shows_nothing_stands_between_others_without_moving_them() -> None:
    groups, places = joined([cells({1: 2}), cells(), cells({3: 1}, {4: 1, 5: 1})], kind="rows")
    assert groups.start.tolist() == [0, 1, 2, 4]
    assert groups.person.tolist() == [1, 3, 4, 5]
    assert groups.table is not None
    assert groups.table.tolist() == [0, 2, 2]
    assert len(places) == 3
