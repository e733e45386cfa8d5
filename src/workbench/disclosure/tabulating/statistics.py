"""What stands in each cell: counts, sums, means, medians, quantiles, shares and rates, sums of keys included.

Pure arithmetic on coded rows; whether a number may be shown is decided elsewhere.
"""

from __future__ import annotations

import numpy as np

from workbench.disclosure.tabulating.coded import Coded, is_measured
from workbench.disclosure.tabulating.layouts import Layout
from workbench.disclosure.tabulating.sums import exact_sums, grouped
from workbench.errors import UsageError

PERCENT = 100.0


def statistic(rows: Coded, layout: Layout, *, counts: np.ndarray, amounts: np.ndarray | None, as_counts: bool) -> np.ndarray:
    """Return the statistic of every cell.

    Parameters
    ----------
    rows : Coded
    layout : Layout
    counts : numpy.ndarray
        Shape (size,): the rows of each cell, or its ones where ``as_counts`` speaks of marks.
    amounts : numpy.ndarray or None
        Shape (size,): the sums of a measured column.
    as_counts : bool
        Whether a share or a rate is computed from counts, rounded as counts are published.

    Returns
    -------
    numpy.ndarray
        Shape (size,), NaN where there is nothing.

    Raises
    ------
    UsageError
        Two rows in one cell of statistic ``value``, or numbers too large to be added up.
    """
    if layout.statistic == "count":
        return counts.astype(float)
    there = np.zeros(len(counts), bool)
    filled = np.bincount(rows.cell, minlength=rows.size) > 0
    for place in layout.places:
        there[place[filled & (place >= 0)]] = True
    if layout.statistic == "value":
        _check_single(rows, layout)
    if layout.statistic in ("median", "quantile"):
        return quantiles(rows, layout)
    of_counts = amounts is None or (as_counts and layout.statistic in ("share", "rate"))
    parts = rounded_counts(counts, layout.rounded_to).astype(float) if of_counts or amounts is None else amounts
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        match layout.statistic:
            case "mean":
                found = parts / counts
            case "share":
                found = parts / parts[denominators(layout)] * PERCENT
            case "rate":
                found = parts / exposures(layout) * float(layout.per or 1)
            case _:
                found = parts.copy()
    if layout.statistic != "share" and np.isinf(found[there]).any():
        raise UsageError("the values of a table are too large to be added up")
    if layout.statistic == "rate":
        return np.where(there, found, 0.0) if not is_measured(layout) else np.where(there, found, np.nan)
    if layout.statistic == "share":
        return np.where(np.isfinite(found), found, np.nan)
    return np.where(there, found, np.nan)


def sums_of(rows: Coded, layout: Layout, size: int) -> np.ndarray | None:
    """Return the exact sum of the amounts in every cell, None where none is measured.

    Parameters
    ----------
    rows : Coded
    layout : Layout
    size : int
        How many cells there are.

    Returns
    -------
    numpy.ndarray or None
        Shape (size,).

    Raises
    ------
    UsageError
        Values too large to be added up.
    """
    if rows.amounts is None or layout.statistic in ("median", "quantile"):
        return None
    exact = grouped(rows.cell, rows.amounts, rows.size)
    found = np.zeros(size)
    for place in layout.places:
        if exact is not None:
            found += exact.regrouped(place, size).rounded()
        else:
            cell = place[rows.cell]
            found += exact_sums(cell[cell >= 0], rows.amounts[cell >= 0], size)
    if not np.isfinite(found).all():
        raise UsageError("the values of a table are too large to be added up")
    return found


def rounded_counts(counts: np.ndarray, base: int | None) -> np.ndarray:
    """Return counts as multiples of a base, halves up, or as they are.

    Parameters
    ----------
    counts : numpy.ndarray
    base : int or None

    Returns
    -------
    numpy.ndarray

    Examples
    --------
    >>> rounded_counts(np.array([12, 13]), 5).tolist()
    [10, 15]
    """
    if base is None:
        return counts
    found: np.ndarray = (2 * counts + base) // (2 * base) * base
    return found


def denominators(layout: Layout) -> np.ndarray:
    """Return for each cell of a share the cell that it is a percentage of.

    Parameters
    ----------
    layout : Layout
        Of a share: the axes that it is added up along have totals.

    Returns
    -------
    numpy.ndarray
        Shape (size,), positions.
    """
    rows, columns = np.divmod(np.arange(layout.shape[0] * layout.shape[1]), layout.shape[1])
    if layout.share_of != "rows" and layout.rows.whole is not None:
        rows = np.full_like(rows, layout.rows.whole)
    if layout.share_of != "columns" and layout.columns is not None and layout.columns.whole is not None:
        columns = np.full_like(columns, layout.columns.whole)
    found: np.ndarray = rows * layout.shape[1] + columns
    return found


def exposures(layout: Layout) -> np.ndarray:
    """Return the exposure behind each cell of a rate: a sum of rows has the exposure of all of them.

    Parameters
    ----------
    layout : Layout

    Returns
    -------
    numpy.ndarray
        Shape (size,).
    """
    given = np.array(layout.exposure or (), dtype=float)
    found = np.zeros(layout.shape[0])
    for layer in layout.rows.layers:
        found += exact_sums(layer[layer >= 0], given[layer >= 0], len(found))
    return np.repeat(found, layout.shape[1])


def quantiles(rows: Coded, layout: Layout) -> np.ndarray:
    """Return the quantile of each cell, interpolated linearly between the two values around it, as pandas does by default.

    Parameters
    ----------
    rows : Coded
    layout : Layout
        Of a median, or of a quantile.

    Returns
    -------
    numpy.ndarray
        Shape (size,), NaN where there is nothing.

    Notes
    -----
    Of n values in order the quantile q stands at (n - 1) q, counted from 0: type 7 of Hyndman and Fan (1996, The American
    Statistician 50(4)). The place is an exact fraction of the decimals that name q.
    """
    q = layout.fraction
    found = np.full(layout.shape[0] * layout.shape[1], np.nan)
    order = np.argsort(rows.values, kind="stable")
    for place in layout.places:
        cell = place[rows.cell[order]]
        there = cell >= 0
        cell, amounts = cell[there], rows.values[order][there]
        by_cell = np.argsort(cell, kind="stable")
        amounts = amounts[by_cell]
        counts = np.bincount(cell, minlength=len(found))
        starts = np.cumsum(counts) - counts
        cells = np.flatnonzero(counts)
        ranks = [divmod((count - 1) * q.numerator, q.denominator) for count in counts[cells].tolist()]
        low = starts[cells] + np.array([rank for rank, _ in ranks], dtype=np.int64)
        rest = np.array([rest / q.denominator for _, rest in ranks])
        one, two = amounts[low], amounts[np.minimum(low + 1, starts[cells] + counts[cells] - 1)]
        between = np.where(rest == 0.5, one / 2 + two / 2, one * (1 - rest) + two * rest)
        with np.errstate(over="ignore"):
            half = (one + two) / 2
        between = np.where((rest == 0.5) & np.isfinite(half), half, between)
        found[cells] = np.where(rest == 0, one, np.clip(between, one, two))
    return found


def sided(rows: Coded, layout: Layout, numbers: np.ndarray, *, least: int) -> np.ndarray:
    """Tell at which quantiles enough different contributors stand on each side, so that none is anybody's bare extreme.

    Parameters
    ----------
    rows : Coded
    layout : Layout
    numbers : numpy.ndarray
        Shape (size,): the quantiles.
    least : int
        How many contributors have a value at or below it, and how many one at or above it, at least.

    Returns
    -------
    numpy.ndarray
        Shape (size,), bool.
    """
    enough = np.ones(len(numbers), bool)
    for place in layout.places:
        cell = place[rows.cell]
        there = cell >= 0
        cell, amounts, person = cell[there], rows.values[there], rows.who[there]
        covered = np.bincount(cell, minlength=len(numbers)) > 0
        for side in (amounts <= numbers[cell], amounts >= numbers[cell]):
            pairs = cell[side] * max(rows.people, 1) + person[side]
            pairs.sort()
            different = pairs[np.concatenate(([True], pairs[1:] != pairs[:-1]))] if len(pairs) else pairs
            people = np.bincount(different // max(rows.people, 1), minlength=len(numbers))
            enough &= ~covered | (people >= least)
    return enough


def _check_single(rows: Coded, layout: Layout) -> None:
    counts = np.bincount(rows.cell, minlength=rows.size)
    if (counts > 1).any():
        place = int(np.argmax(counts > 1))
        row = layout.rows.keys[place // layout.shape[1]]
        raise UsageError(f"statistic 'value': the cell of {layout.rows.name}={row} has {counts[place]} rows, allowed is one")
