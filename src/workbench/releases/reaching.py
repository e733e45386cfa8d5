"""Which earlier tables a new one has to be proven together with: those that tell of something unknown that it tells of too.

A ledger holds thousands of tables and most share nothing unknown with a new one. Only one number a cell is read of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.disclosure import Axis, Layout
from workbench.releases.ledger import StoredTable

STEPS = 2
"""Tables that share something unknown with a new one are one step away, those that share it with them two; no more."""

TABLES = 8
"""So many earlier tables are joined at most, those first that share most."""

CELLS = 2_000
"""So many cells of earlier tables are joined at most."""


@dataclass(frozen=True, eq=False, repr=False)
class Reached:
    """The earlier tables to be joined, and what the others say of the new cells.

    Parameters
    ----------
    joined : list of StoredTable
        Oldest first.
    left_out : int
        Tables that share something unknown with a new table, or with one that is joined, and are not joined themselves.
    shown, withheld : numpy.ndarray
        Sorted, uint64: of the cells of any earlier count, those that are public, and those that are withheld wherever they
        stand.
    """

    joined: list[StoredTable]
    left_out: int
    shown: np.ndarray
    withheld: np.ndarray


@dataclass(frozen=True, eq=False)
class _Marks:
    """The cells of all earlier tables: a number for the people of each, its table, and whether it is public."""

    mark: np.ndarray
    table: np.ndarray
    shown: np.ndarray
    counted: np.ndarray
    whole: np.ndarray


def reached_by(new: Sequence[tuple[Layout, np.ndarray]], earlier: Sequence[StoredTable]) -> Reached:
    """Choose the earlier tables that new ones are proven together with.

    Parameters
    ----------
    new : sequence of (Layout, numpy.ndarray)
        Each new table with one number a cell, equal for equal people: uint64, shape (cells,).
    earlier : sequence of StoredTable
        Whose vectors are known, oldest first.

    Returns
    -------
    Reached

    Notes
    -----
    Joined are tables that withhold, or imply without showing, a cell or margin that a new table has or implies and that no
    earlier table shows; and tables of the same people as a new one that have a dimension in common with it.
    """
    nothing = np.zeros(0, np.uint64)
    if not earlier:
        return Reached([], 0, nothing, nothing)
    old = _marks(earlier)
    public = np.unique(old.mark[old.shown])
    unknown = ~np.isin(old.mark, public)
    counted = np.unique(old.mark[old.shown & old.counted])
    kept = np.unique(old.mark[~old.shown & old.counted & unknown])
    mine = [_grown(layout, mark, np.zeros(len(mark), bool))[0] for layout, mark in new]
    frontier = np.unique(np.concatenate([nothing, *mine]))
    chosen: list[int] = []
    qualified = np.zeros(len(earlier), bool)
    cells = 0
    for step in range(STEPS):
        shares = np.bincount(old.table[unknown & np.isin(old.mark, frontier)], minlength=len(earlier)).astype(float)
        if step == 0:
            shares += _same_people(new, mine, earlier, old.whole) * 0.5
        shares[chosen] = 0
        qualified |= shares > 0
        order = np.lexsort((-np.arange(len(earlier)), -shares))
        added: list[int] = []
        for table in order[: int((shares > 0).sum())].tolist():
            size = earlier[table].size
            if len(chosen) + len(added) < TABLES and cells + size <= CELLS:
                added.append(table)
                cells += size
        if not added:
            break
        chosen += added
        frontier = np.unique(old.mark[unknown & np.isin(old.table, added)])
    else:
        qualified[old.table[unknown & np.isin(old.mark, frontier)]] = True
    return Reached([earlier[at] for at in sorted(chosen)], int(qualified.sum()) - len(chosen), counted, kept)


def _marks(earlier: Sequence[StoredTable]) -> _Marks:
    marks, shown, sizes, counted, whole = [], [], [], [], []
    for table in earlier:
        mark, told = _grown(table.layout, np.asarray(table.signature), ~table.shown)
        marks.append(mark)
        shown.append(~told)
        sizes.append(len(mark))
        counted.append(table.layout.statistic == "count")
        whole.append(mark[-1] if len(mark) else np.uint64(0))
    every = np.concatenate(marks)
    number = np.repeat(np.arange(len(earlier)), sizes)
    there = every != 0  # nobody's
    return _Marks(
        every[there], number[there], np.concatenate(shown)[there], np.repeat(counted, sizes)[there], np.array(whole, np.uint64)
    )


def _grown(layout: Layout, mark: np.ndarray, hidden: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One number for each cell and implied margin, the whole last; and whether it is withheld, or implied by what is."""
    height, width = layout.shape
    marks, away = mark.reshape(height, width), hidden.reshape(height, width)
    axes: list[tuple[int, Axis | None]] = [(0, layout.rows), (1, layout.columns)]
    at = [0, 0]
    for place, axis in axes:
        if axis is None:
            continue
        whole = axis.whole
        if whole is None:
            base = np.asarray(axis.base)
            total = np.take(marks, base, axis=place).sum(axis=place, keepdims=True, dtype=np.uint64)
            unknown = np.take(away, base, axis=place).any(axis=place, keepdims=True)
            marks, away = np.concatenate([marks, total], axis=place), np.concatenate([away, unknown], axis=place)
            whole = marks.shape[place] - 1
        at[place] = whole
    return np.append(marks.ravel(), marks[at[0], at[1]]), np.append(away.ravel(), away[at[0], at[1]])


def _same_people(
    new: Sequence[tuple[Layout, np.ndarray]], mine: Sequence[np.ndarray], earlier: Sequence[StoredTable], whole: np.ndarray
) -> np.ndarray:
    """Which earlier tables are of the same people as a new one and have a dimension in common with it."""
    found = np.zeros(len(earlier), bool)
    for (layout, _), mark in zip(new, mine, strict=True):
        names = _names(layout)
        for table in np.flatnonzero((whole == mark[-1]) & (whole != 0)).tolist():
            found[table] |= bool(names & _names(earlier[table].layout))
    return found


def _names(layout: Layout) -> set[str]:
    return {name for axis in (layout.rows, layout.columns) if axis is not None for name in (axis.parts or (axis.name,))}
