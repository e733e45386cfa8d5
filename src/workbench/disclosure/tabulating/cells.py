"""The cells of a table as they are before anything is withheld: numbers, people, and which the rules withhold.

Never public. Sums (margins, hierarchies) are cells like any other: their people are counted anew, since one person may
stand under several of their parts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from workbench.disclosure.rules import Rules, dominated
from workbench.disclosure.tabulating.coded import CONTRIBUTOR, VALUE, Coded, coded
from workbench.disclosure.tabulating.layouts import Layout
from workbench.disclosure.tabulating.people_in_cells import people_in
from workbench.disclosure.tabulating.statistics import denominators, rounded_counts, sided, statistic, sums_of
from workbench.disclosure.tabulating.sums import exact_sums
from workbench.errors import UsageError

Bound = Literal["count", "amount"]

NO_RULES = Rules()


@dataclass(frozen=True, eq=False)
class Cells:
    """Every cell of a table, flat in C order over rows and columns, sums included.

    Parameters
    ----------
    layout : Layout
        With ``rounded_to`` as the rules say.
    numbers : numpy.ndarray
        Shape (size,): the statistic, NaN where there is nothing. Counts and sums of marks are not rounded to a base yet.
    rows : numpy.ndarray
        Shape (size,): how many rows are counted; of a sum of zeros and ones, how many ones.
    people : numpy.ndarray
        Shape (size,): how many different contributors; zeros where the table is not about people.
    largest_rows : numpy.ndarray
        Shape (size,): of ``rows``, those of the contributor with most of them.
    unsafe : numpy.ndarray
        Shape (size,), bool: withheld by the rules.
    amounts : numpy.ndarray or None
        Shape (size,): the sums behind a sum, a mean, or a share or rate of a value.
    negative : bool
        Whether an amount is below zero.
    bound : {"count", "amount"} or None
        What the equations between cells hold for; None where a table has none (medians, quantiles, single values).
    known : numpy.ndarray or None
        Shape (size,), bool: what a share is a percentage of, which reads 100 %: withholding it hides nothing.
    once : bool
        Whether each contributor brings one row at most.
    """

    layout: Layout
    numbers: np.ndarray
    rows: np.ndarray
    people: np.ndarray
    largest_rows: np.ndarray
    unsafe: np.ndarray
    amounts: np.ndarray | None
    negative: bool
    bound: Bound | None
    known: np.ndarray | None = None
    once: bool = False

    @property
    def size(self) -> int:
        """How many cells."""
        return len(self.numbers)


@dataclass(frozen=True, eq=False)
class Members:
    """Who stands in each cell, sums included; sorted by cell, then by person.

    Parameters
    ----------
    ids : numpy.ndarray
        The contributors, objects.
    cell, person, count : numpy.ndarray
        Integers, one entry a cell and contributor: the cell, the contributor's place in ``ids``, and the rows.
    amount : numpy.ndarray or None
        What the contributor brings to the cell's sum; None where rows are counted.
    """

    ids: np.ndarray
    cell: np.ndarray
    person: np.ndarray
    count: np.ndarray
    amount: np.ndarray | None


def cells_of(contributions: pd.DataFrame, layout: Layout, *, rules: Rules = NO_RULES) -> Cells:
    """Compute every cell of a table from its contributing rows, and judge each by the rules.

    Parameters
    ----------
    contributions : pandas.DataFrame
        Columns ``row``, ``column`` (base keys), ``value`` and, for a table about people, ``contributor``.
    layout : Layout
    rules : Rules

    Returns
    -------
    Cells

    Raises
    ------
    GateRefused
        A rule cannot be judged on these values.
    UsageError
        The rows are none of this layout.

    Examples
    --------
    >>> from workbench.disclosure import Axis
    >>> axis = Axis("sex", ("F", "M", "total"), {}, {}, sums=(("total", ("F", "M")),))
    >>> layout = Layout(rows=axis, columns=None, statistic="count", decimals=0, people=True)
    >>> rows = pd.DataFrame({"row": ["F", "F", "M"], "contributor": ["a", "b", "a"]})
    >>> cells = cells_of(rows, layout, rules=Rules(min_contributors=2))
    >>> cells.numbers.tolist(), cells.people.tolist(), cells.unsafe.tolist()
    ([2.0, 1.0, 3.0], [2, 1, 2], [False, True, False])
    """
    return cells_from(coded(contributions, layout), layout, rules=rules)


def cells_from(rows: Coded, layout: Layout, *, rules: Rules) -> Cells:
    """Compute every cell from coded rows; see :func:`cells_of`.

    Parameters
    ----------
    rows : Coded
    layout : Layout
    rules : Rules

    Returns
    -------
    Cells
    """
    size = layout.shape[0] * layout.shape[1]
    places = layout.places
    counts = _in_all(np.bincount(rows.cell, minlength=rows.size), places, size)
    amounts = sums_of(rows, layout, size)
    as_counts = rows.amounts is None or (rows.marks and (layout.statistic == "sum" or layout.of_value))
    counts_shown = counts if amounts is None or not as_counts else amounts.astype(np.int64)
    base = rules.round if layout.people and as_counts else None
    layout = replace(layout, rounded_to=base)
    numbers = statistic(rows, layout, counts=counts_shown if as_counts else counts, amounts=amounts, as_counts=as_counts)
    people, largest, unsafe = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size, bool)
    if layout.people and rows.person is not None:
        people, largest = people_in(rows, places, counted=counts)
        if as_counts and rows.amounts is not None:
            largest = np.minimum(largest, counts_shown)
        unsafe = (people > 0) & (people < rules.min_contributors)
        if rows.amounts is not None and layout.statistic not in ("median", "quantile"):
            unsafe |= _few_bring_it(rows, places, size, k=rules.min_contributors)
        if rules.about_magnitudes:
            _mark_dominated(unsafe, rows, places, rules=rules)
        if layout.statistic in ("median", "quantile"):
            unsafe |= (people > 0) & ~sided(rows, layout, numbers, least=-(-rules.min_contributors // 2))
        if base is not None:
            unsafe |= (counts_shown > 0) & (rounded_counts(counts_shown, base) == 0)
    bound: Bound | None = None
    if layout.statistic not in ("median", "quantile", "value"):
        bound = "count" if as_counts else "amount"
    return Cells(
        layout=layout,
        numbers=numbers,
        rows=counts_shown,
        people=people,
        largest_rows=largest,
        unsafe=unsafe,
        amounts=amounts,
        negative=rows.negative,
        bound=bound,
        known=None if layout.share_of is None else np.isin(np.arange(size), denominators(layout)),
        once=rows.once,
    )


def _in_all(base: np.ndarray, places: list[np.ndarray], size: int) -> np.ndarray:
    """What is added up in base cells, added up in every cell."""
    found = np.zeros(size, base.dtype)
    for place in places:
        there = place >= 0
        np.add.at(found, place[there], base[there])
    return found


def _few_bring_it(rows: Coded, places: list[np.ndarray], size: int, *, k: int) -> np.ndarray:
    """Which cells are a few people's, the others bringing nothing; where values are zeros and ones, also those of few zeros."""
    found = np.zeros(size, bool)
    brought = rows.values != 0
    for some in (brought, ~brought) if rows.marks else (brought,):
        part = replace(rows, cell=rows.cell[some], amounts=rows.values[some], person=rows.who[some])
        counts = _in_all(np.bincount(part.cell, minlength=rows.size), places, size)
        people, _ = people_in(part, places, counted=counts)
        found |= (people > 0) & (people < k)
    return found


def _mark_dominated(unsafe: np.ndarray, rows: Coded, places: list[np.ndarray], *, rules: Rules) -> None:
    """Mark the cells that a few contributors dominate."""
    for place in places:
        cell = place[rows.cell]
        there = cell >= 0
        unsafe |= dominated(cell[there], rows.who[there], rows.values[there], size=len(unsafe), rules=rules)


def members_of(contributions: pd.DataFrame, layout: Layout) -> Members:
    """Say who stands in each cell of a table about people, sums included.

    Parameters
    ----------
    contributions : pandas.DataFrame
    layout : Layout

    Returns
    -------
    Members

    Raises
    ------
    UsageError
        The rows are none of this layout, or are not about people.

    Examples
    --------
    >>> from workbench.disclosure import Axis
    >>> axis = Axis("sex", ("F", "M", "total"), {}, {}, sums=(("total", ("F", "M")),))
    >>> layout = Layout(rows=axis, columns=None, statistic="count", decimals=0, people=True)
    >>> found = members_of(pd.DataFrame({"row": ["F", "F", "M"], "contributor": ["a", "b", "a"]}), layout)
    >>> found.cell.tolist(), [str(found.ids[place]) for place in found.person], found.count.tolist()
    ([0, 0, 1, 2, 2], ['a', 'b', 'a', 'a', 'b'], [1, 1, 1, 2, 1])
    """
    if not layout.people:
        raise UsageError("a table that is not about people has no contributors")
    table = coded(contributions, layout)
    codes, ids = pd.factorize(contributions[CONTRIBUTOR])
    kept = codes if table.amounts is None else codes[~contributions[VALUE].isna().to_numpy()]
    found = [_members(table, kept, place, people=len(ids)) for place in layout.places]
    cell, person, count, amount = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((person, cell))
    return Members(
        ids=np.asarray(ids, dtype=object),
        cell=cell[order],
        person=person[order],
        count=count[order],
        amount=None if table.amounts is None else amount[order],
    )


def _members(table: Coded, person: np.ndarray, place: np.ndarray, *, people: int) -> tuple[np.ndarray, ...]:
    """Cells, contributors, rows and amounts of one layer."""
    cell = place[table.cell]
    there = cell >= 0
    pairs = cell[there] * max(people, 1) + person[there]
    order = np.argsort(pairs, kind="stable")
    ordered = pairs[order]
    first = np.concatenate(([True], ordered[1:] != ordered[:-1])) if len(ordered) else np.zeros(0, bool)
    starts = np.flatnonzero(first)
    brought = np.zeros(0)
    if table.amounts is not None:
        brought = exact_sums(np.cumsum(first) - 1, table.amounts[there][order], len(starts))
    found = ordered[starts]
    return found // max(people, 1), found % max(people, 1), np.diff(starts, append=len(ordered)), brought
