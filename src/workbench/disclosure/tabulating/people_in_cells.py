"""How many different contributors each cell has, and how many rows the one with most of them.

People are what the rules count, and counting them is most of the work of a table from many rows: which of three ways is
quickest depends on how many cells, people and rows there are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.disclosure.tabulating.coded import Coded

IN_CACHE = 2**18
"""Contributors are counted in a table of at most so many entries (2 MB); beyond, sorting rows is quicker than missing caches."""

IN_BYTES, SPARSE = 2**25, 64
"""Where nobody has many rows, a byte each for so many entries in all (34 MB) and so many a row is quicker than sorting."""


def people_in(rows: Coded, places: Sequence[np.ndarray], *, counted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Count the people of every cell, sums included.

    Parameters
    ----------
    rows : Coded
        About people.
    places : sequence of numpy.ndarray
        Layers: the cell of each base cell, -1 where it has none. No two layers share a cell.
    counted : numpy.ndarray
        Shape (size,): how many rows each cell has.

    Returns
    -------
    numpy.ndarray
        Shape (size,): different contributors.
    numpy.ndarray
        Shape (size,): the rows of the one with most of them, 0 where there is none.

    Examples
    --------
    >>> rows = Coded(cell=np.array([0, 0, 1]), size=2, amounts=None, person=np.array([0, 0, 1]), people=2)
    >>> [found.tolist() for found in people_in(rows, [np.array([0, 1]), np.array([2, 2])], counted=np.array([2, 1, 3]))]
    [[1, 1, 2], [2, 1, 2]]
    """
    if rows.once:
        return counted.copy(), np.minimum(counted, 1)
    people, largest = np.zeros(len(counted), np.int64), np.zeros(len(counted), np.int64)
    each = np.bincount(rows.who, minlength=rows.people)
    if rows.size * rows.people <= min(IN_BYTES, SPARSE * len(rows.cell)) and each.max(initial=0) <= np.iinfo(np.uint8).max:
        _from_bytes(rows, places, each, people=people, largest=largest)
        return people, largest
    person = rows.who.astype(np.int32, copy=False) if rows.people < 2**31 else rows.who
    for place in places:
        there, local, inside = _renamed(place)
        cell, who = local.astype(np.int32)[rows.cell], person
        if not inside:
            kept = cell >= 0
            cell, who = cell[kept], who[kept]
        found = _by_table if len(there) * rows.people <= IN_CACHE else _by_order
        people[there], largest[there] = found(cell, who, cells=len(there), people=rows.people)
    return people, largest


def _renamed(place: np.ndarray) -> tuple[np.ndarray, np.ndarray, bool]:
    """The cells of a layer, the number of each base cell's among them (-1 where there is none), and whether all have one."""
    there, local = np.unique(place, return_inverse=True)
    inside = bool(there[0] >= 0)
    return (there, local, inside) if inside else (there[1:], local - 1, inside)


def _from_bytes(rows: Coded, places: Sequence[np.ndarray], each: np.ndarray, *, people: np.ndarray, largest: np.ndarray) -> None:
    """Fill in different contributors and the most rows of one, where nobody has more rows than fit into a byte."""
    table = np.zeros((rows.size, rows.people), np.uint8)
    where = rows.cell * np.int64(rows.people)
    where += rows.who
    np.add.at(table.reshape(-1), where, np.uint8(1))
    for place in places:
        there, local, inside = _renamed(place)
        if inside and len(there) == 1:
            people[there], largest[there] = np.count_nonzero(each), each.max()
            continue
        joined, order = table, np.argsort(local)
        if not inside or len(there) < rows.size:
            joined, order = np.zeros((len(there), rows.people), np.uint8), np.arange(len(there))
            for base in np.flatnonzero(local >= 0).tolist():
                joined[local[base]] += table[base]
        people[there] = [np.count_nonzero(joined[line]) for line in order.tolist()]
        largest[there] = joined.max(axis=1, initial=0)[order]


def _by_table(cell: np.ndarray, person: np.ndarray, *, cells: int, people: int) -> tuple[np.ndarray, np.ndarray]:
    """Different contributors and the most rows of one, in each of few cells: from a table of cells by contributors."""
    where = person if cells == 1 else cell.astype(np.int64) * people + person
    counts = np.bincount(where, minlength=cells * people).reshape(cells, people)
    return (counts > 0).sum(axis=1), counts.max(axis=1, initial=0)


def _by_order(cell: np.ndarray, person: np.ndarray, *, cells: int, people: int) -> tuple[np.ndarray, np.ndarray]:
    """Different contributors and the most rows of one, in each of many cells: from rows in the order of both."""
    kind = np.int32 if cells * people < 2**31 else np.int64  # half as much to sort
    where = cell.astype(kind, copy=False) * people + person.astype(kind, copy=False)
    where.sort()
    bounds = np.searchsorted(where, np.arange(cells + 1, dtype=kind) * people)  # the first row of each cell
    again = np.flatnonzero(where[1:] == where[:-1]) + 1  # rows of a contributor who was there before
    rows = np.diff(bounds)
    found = rows - np.diff(np.searchsorted(again, bounds))
    largest = np.minimum(rows, 1)
    if len(again):
        first = np.flatnonzero(np.concatenate(([True], np.diff(again) != 1)))
        lengths = np.diff(first, append=len(again)) + 1
        np.maximum.at(largest, np.searchsorted(bounds, again[first], side="right") - 1, lengths)
    return found, largest
