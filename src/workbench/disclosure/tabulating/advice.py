"""When most of a table would be withheld, its author is told which keys to join, so that following it helps.

Coarser keys say more than a table of withheld cells; the choice stays with the author.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from workbench.disclosure.rules import Rules
from workbench.disclosure.tabulating.axes import JOIN, Axis
from workbench.disclosure.tabulating.cells import Cells
from workbench.disclosure.tabulating.layouts import Layout

QUARTER = 4
"""Advice is given where more than one in so many non-zero cells is small."""

NAMED = 8
"""How many keys a sentence names one by one."""


@dataclass(frozen=True)
class Joining:
    """A proposal: join these keys of a column into one.

    Parameters
    ----------
    column : str
    keys : tuple of str
        As they stand in the table; a level of a hierarchy where ``level`` is true.
    left : float
        The share of small cells among the non-zero ones that is left at most.
    kept : int
        How many keys stay as they are.
    """

    column: str
    keys: tuple[str, ...]
    left: float
    kept: int


def advice_of(cells: Cells, rules: Rules) -> str | None:
    """Advise to use coarser keys where more than a quarter of the non-zero cells are small, and say which.

    Parameters
    ----------
    cells : Cells
    rules : Rules

    Returns
    -------
    str or None
        A sentence that names a column and the keys to be joined, which are at least two and hold at least as many people
        as a cell needs; None where no more than a quarter of the cells are small.

    Examples
    --------
    >>> import pandas as pd
    >>> from workbench.disclosure import cells_of
    >>> axis = Axis("job", ("a", "b", "c"), {}, {})
    >>> layout = Layout(rows=axis, columns=None, statistic="count", decimals=0, people=True)
    >>> rows = pd.DataFrame({"row": [*"aaaaa", *"bbb", *"cc"], "contributor": range(10)})
    >>> print(advice_of(cells_of(rows, layout, rules=Rules(min_contributors=5)), Rules(min_contributors=5)))
    2 of 3 cells with somebody in them are small; join 2 of the 3 keys of 'job' (b, c) into one, such as 'other'
    """
    small, filled = small_cells(cells, rules)
    if not cells.layout.people or QUARTER * small <= filled:
        return None
    found = f"{small} of {filled} cells with somebody in them are small; "
    best = joining_of(cells, rules)
    if best is None:
        return found + f"use fewer keys of {axes_in_words(cells.layout)}, or leave a column out"
    shown = ", ".join(best.keys[:NAMED]) + (f" and {len(best.keys) - NAMED} more" if len(best.keys) > NAMED else "")
    of = len(best.keys) + best.kept
    return found + f"join {len(best.keys)} of the {of} keys of '{best.column}' ({shown}) into one, such as 'other'"


def small_cells(cells: Cells, rules: Rules) -> tuple[int, int]:
    """Count the small cells and those with anybody in them, sums apart.

    Parameters
    ----------
    cells : Cells
    rules : Rules

    Returns
    -------
    (int, int)
    """
    people = _base(cells, cells.people)
    return int(((people > 0) & (people < rules.min_contributors)).sum()), int((people > 0).sum())


def axes_in_words(layout: Layout) -> str:
    """Name a table's axes.

    Parameters
    ----------
    layout : Layout

    Returns
    -------
    str

    Examples
    --------
    >>> axes_in_words(Layout(Axis("year", (1,), {}, {}), None, "count", 0, True))
    "'year'"
    """
    return " and ".join(f"'{axis.name}'" for axis in (layout.rows, layout.columns) if axis is not None)


def joining_of(cells: Cells, rules: Rules) -> Joining | None:
    """Return the joining of keys that leaves the fewest small cells; of several that leave a quarter at most, the smallest.

    Parameters
    ----------
    cells : Cells
    rules : Rules

    Returns
    -------
    Joining or None
        None where joining the smallest keys of one column lowers nothing.

    Notes
    -----
    Where contributors may stand in several cells, those of a joined key are at least as many as of its largest part: the
    proposal keeps what it says, and may join more than it needs to.
    """
    k = rules.min_contributors
    people = _base(cells, cells.people)
    now = _share(people, k)
    found: list[Joining] = []
    for column, keys, table in _columns(cells.layout, people):
        order = np.lexsort((np.arange(len(keys)), table.sum(axis=1)))
        ordered = table[order]
        joined = np.cumsum(ordered, axis=0) if cells.once else np.maximum.accumulate(ordered, axis=0)
        held = joined.sum(axis=1) if cells.once else joined.max(axis=1)
        small, filled = ((ordered > 0) & (ordered < k)).sum(axis=1), (ordered > 0).sum(axis=1)
        rest_small, rest_filled = small.sum() - np.cumsum(small), filled.sum() - np.cumsum(filled)
        left = (rest_small + ((joined > 0) & (joined < k)).sum(axis=1)) / np.maximum(rest_filled + (joined > 0).sum(axis=1), 1)
        allowed = (np.arange(len(keys)) >= 1) & (np.arange(len(keys)) < len(keys) - 1) & (held >= k) & (left < now)
        good = np.flatnonzero(allowed & (left * QUARTER <= 1))
        if not len(good) and allowed.any():
            good = np.flatnonzero(allowed & (left == left[allowed].min()))
        if len(good):
            last = int(good[0])
            chosen = tuple(keys[place] for place in np.sort(order[: last + 1]).tolist())
            found.append(Joining(column, chosen, float(left[last]), len(keys) - len(chosen)))
    enough = [one for one in found if one.left * QUARTER <= 1]
    return min(enough, key=lambda one: len(one.keys)) if enough else min(found, key=lambda one: one.left, default=None)


def _base(cells: Cells, values: np.ndarray) -> np.ndarray:
    """The base cells as a table."""
    layout = cells.layout
    columns = np.zeros(1, np.int64) if layout.columns is None else layout.columns.base
    found: np.ndarray = values.reshape(layout.shape)[np.ix_(layout.rows.base, columns)]
    return found


def _share(people: np.ndarray, k: int) -> float:
    return float(((people > 0) & (people < k)).sum() / max(int((people > 0).sum()), 1))


def _columns(layout: Layout, people: np.ndarray) -> Iterator[tuple[str, list[str], np.ndarray]]:
    """Every column that the table is by: its name, its keys, and the people by key and all else."""
    for number, axis in enumerate(axis for axis in (layout.rows, layout.columns) if axis is not None):
        table = people if number == 0 else people.T
        for part, (name, keys) in enumerate(base_parts(axis)):
            lengths = [len(other) for _, other in base_parts(axis)]
            cube = table.reshape(*lengths, -1)
            yield name, keys, np.moveaxis(cube, part, 0).reshape(len(keys), -1)


def base_parts(axis: Axis) -> list[tuple[str, list[str]]]:
    """Return the columns that an axis crosses, each with its base keys in order.

    Parameters
    ----------
    axis : Axis

    Returns
    -------
    list of (str, list of str)
        One entry with the axis's own name and keys where it crosses none, or not all of their keys.

    Examples
    --------
    >>> base_parts(Axis("year", (1, 2), {}, {}))
    [('year', ['1', '2'])]
    """
    plain = [str(axis.keys[place]) for place in axis.base.tolist()]
    if axis.parts:
        split = [key.split(JOIN) for key in plain]
        if all(len(parts) == len(axis.parts) for parts in split):
            keys = [list(dict.fromkeys(parts[number] for parts in split)) for number in range(len(axis.parts))]
            if int(np.prod([len(one) for one in keys])) == len(plain):
                return list(zip(axis.parts, keys, strict=True))
    return [(axis.name, plain)]
