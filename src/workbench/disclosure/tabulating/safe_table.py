"""A safe table from any pandas frame: one call, as short as ``pandas.crosstab``.

For programs and benchmarks; a notebook's tables go through its bench, which knows the policies of what was loaded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import numpy as np
import pandas as pd

from workbench.disclosure.rules import Rules
from workbench.disclosure.tabulating.axes import Axis
from workbench.disclosure.tabulating.cells import cells_from
from workbench.disclosure.tabulating.coded import contributor_codes, counted, factorized, finite_amounts
from workbench.disclosure.tabulating.crossing import chain_of, crossed_axis, joined, summed, too_many
from workbench.disclosure.tabulating.layouts import MAX_CELLS, MEASURED, Layout, Statistic, Whole
from workbench.disclosure.tabulating.tables import SafeTable, published, withheld_of
from workbench.errors import UsageError, unknown

Margins = bool | Literal["rows", "columns"]

LANGUAGES = ("ko", "en")

MANY_ROWS = 100_000
"""From so many rows on, columns are looked up side by side."""

DEFAULT_DECIMALS = {"count": 0, "sum": 0, "share": 1, "rate": 1}
"""How many decimals a table is written with where nothing is said; 2 for the others."""


def safe_table(
    frame: pd.DataFrame,
    *,
    rows: str | Sequence[str],
    columns: str | Sequence[str] | None = None,
    value: str | None = None,
    statistic: Statistic = "count",
    contributor: str | None = None,
    rules: Rules,
    margins: Margins = True,
    hierarchies: Mapping[str, Any] | None = None,
    keys: Mapping[str, Sequence[Any]] | None = None,
    quantile: float | None = None,
    share_of: Whole | None = None,
    per: float | None = None,
    exposure: Mapping[Any, float] | None = None,
    decimals: int | None = None,
) -> SafeTable:
    """Make a safe table: cells, margins, what the rules withhold, what protects that, and the audit of every withheld cell.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per thing counted or measured.
    rows, columns : str or sequence of str
        Columns of the frame; several are crossed, their keys joined by ``" · "``.
    value : str, optional
        The column measured; a share or a rate without one is of counts.
    statistic : {"count", "sum", "mean", "median", "quantile", "share", "rate"}
    contributor : str, optional
        The column that tells people apart; by default every row is another person's.
    rules : Rules
    margins : bool or {"rows", "columns"}
        Totals along both, or a total row (``"rows"``) or a total column alone; what a share is of is always there.
    hierarchies : mapping, optional
        By column, the levels above its keys: see :func:`workbench.disclosure.tabulating.crossing.chain_of`.
    keys : mapping, optional
        By column, the keys and their order; by default those found, sorted.
    quantile : float, optional
        Of a quantile, between 0 and 1.
    share_of : {"rows", "columns", "all"}, optional
        Of a share, by default ``"columns"``.
    per : float, optional
        Of a rate, by default 100,000.
    exposure : mapping, optional
        Of a rate: a public number for each key of the rows.
    decimals : int, optional

    Returns
    -------
    SafeTable

    Raises
    ------
    GateRefused
        A withheld cell cannot be protected.
    UsageError
        A column missing, missing keys, too many of them, values that are no finite numbers.

    Examples
    --------
    >>> frame = pd.DataFrame({"job": ["a"] * 30 + ["b"] * 25, "sex": (["F"] * 3 + ["M"] * 27 + ["F"] * 15 + ["M"] * 10)})
    >>> found = safe_table(frame, rows="job", columns="sex", rules=Rules(min_contributors=5))
    >>> for row in found.values:
    ...     print(row)
    (None, None, 30)
    (None, None, 25)
    (18, 37, 55)
    """
    along = [_columns(frame, rows), [] if columns is None else _columns(frame, columns)]
    named = [name for names in along for name in names]
    if len(set(named)) != len(named):
        raise UsageError(f"a column stands twice among rows and columns: {', '.join(named)}")
    for what, settings in (("hierarchies", hierarchies), ("keys", keys)):
        for name in settings or {}:
            if name not in named:
                raise unknown("column", str(name), named, where=what)
    share_of = (share_of or "columns") if statistic == "share" else share_of
    totals = _totals(margins, share_of)
    coded = _coded_axes(frame, named, keys or {})
    axes: list[Axis] = []
    cell = np.zeros(len(frame), dtype=np.int64)
    for names, total in zip(along, totals, strict=True):
        parts = []
        for name in names:
            codes, axis = coded[name]
            cell = cell * len(axis.keys) + codes
            chain = chain_of(hierarchies[name], column=name) if hierarchies and name in hierarchies else ()
            parts.append(summed(axis, chain=chain, total=total))
        axes += [crossed_axis(parts)] if parts else []
    measured = statistic in MEASURED or (statistic in ("share", "rate") and value is not None)
    if measured != (value is not None):
        raise UsageError(f"statistic '{statistic}' " + ("needs value=, the column measured" if measured else "takes no value="))
    layout = Layout(
        rows=axes[0],
        columns=axes[1] if len(axes) > 1 else None,
        statistic=statistic,
        decimals=DEFAULT_DECIMALS.get(statistic, 2) if decimals is None else decimals,
        people=True,
        share_of=share_of,
        exposure=exposure_of(axes[0], exposure) if statistic == "rate" else None,
        per=(100_000 if per is None else per) if statistic == "rate" else per,
        quantile=quantile,
        of_value=measured and statistic in ("share", "rate"),
    )
    amounts = finite_amounts(frame[value]) if value is not None else None
    people = (np.arange(len(frame)), len(frame)) if contributor is None else contributor_codes(_column(frame, contributor))
    cells = cells_from(counted(cell, layout, amounts=amounts, person=people[0], people=people[1]), layout, rules=rules)
    return published(cells, withheld_of(cells, rules=rules), rules=rules)


def exposure_of(rows: Axis, exposure: Mapping[Any, float] | None) -> tuple[float, ...]:
    """Return the exposure of each base key of the rows.

    Parameters
    ----------
    rows : Axis
    exposure : mapping or None
        By key; the key of crossed columns is a tuple or the joined one.

    Returns
    -------
    tuple of float

    Raises
    ------
    UsageError
        None is given, or one is missing.

    Examples
    --------
    >>> exposure_of(Axis("year", (2020, 2021), {}, {}), {2020: 5000, 2021: 5100})
    (5000.0, 5100.0)
    """
    if exposure is None:
        raise UsageError("a rate needs exposure=, a public number for each key of the rows")
    known = {joined(key) if isinstance(key, tuple) else key: float(number) for key, number in dict(exposure).items()}
    base = [rows.keys[place] for place in rows.base.tolist()]
    lacking = [str(key) for key in base if key not in known]
    if lacking:
        raise UsageError(f"exposure: no number for {', '.join(lacking[:5])}" + (" …" if len(lacking) > 5 else ""))
    return tuple(known[key] for key in base)


def _totals(margins: Margins, share_of: Whole | None) -> tuple[bool, bool]:
    """Whether the rows and whether the columns have a total among their keys."""
    if margins not in (True, False, "rows", "columns"):
        raise UsageError(f"margins: {margins!r:.60}, allowed are True, False, 'rows' and 'columns'")
    return (
        margins in (True, "rows") or share_of in ("columns", "all"),
        margins in (True, "columns") or share_of in ("rows", "all"),
    )


def _columns(frame: pd.DataFrame, names: str | Sequence[str]) -> list[str]:
    listed = [names] if isinstance(names, str) else list(names)
    if not listed:
        raise UsageError("rows and columns name at least one column")
    for name in listed:
        _column(frame, name)
    return listed


def _column(frame: pd.DataFrame, name: Any) -> pd.Series:
    if not isinstance(name, str) or name not in frame.columns:
        raise unknown("column", str(name), [str(known) for known in frame.columns])
    found = frame[name]
    if isinstance(found, pd.DataFrame):
        raise UsageError(f"the frame has several columns named '{name}'")
    return found


def _coded_axes(
    frame: pd.DataFrame, names: Sequence[str], keys: Mapping[str, Sequence[Any]]
) -> dict[str, tuple[np.ndarray, Axis]]:
    """Each column's codes and axis; of many rows, columns side by side: looking up words lets other threads run."""

    def one(name: str) -> tuple[np.ndarray, Axis]:
        return _coded_axis(frame[name], name, keys.get(name))

    if len(frame) < MANY_ROWS:
        return {name: one(name) for name in names}
    with ThreadPoolExecutor(max_workers=len(names)) as threads:
        return dict(zip(names, threads.map(one, names), strict=True))


def _coded_axis(values: pd.Series, name: str, listed: Sequence[Any] | None) -> tuple[np.ndarray, Axis]:
    """Each row's place among the keys, and the axis of those keys."""
    try:
        codes, found = factorized(values)
    except TypeError:
        raise UsageError(f"keys of '{name}': not words, numbers or truth values") from None
    if len(found) > MAX_CELLS:
        raise too_many(name, len(found))
    if len(codes) and codes.min() < 0:
        raise UsageError(f"'{name}' has missing values", hint="drop those rows or name them, e.g. 'unknown'")
    present = np.bincount(codes, minlength=len(found)) > 0 if isinstance(values.dtype, pd.CategoricalDtype) else None
    there = [key for place, key in enumerate(found) if present is None or present[place]]
    if listed is None:
        ordered = isinstance(values.dtype, pd.CategoricalDtype) and values.dtype.ordered
        wanted = there if ordered else sorted(there, key=_sortable)
    else:
        wanted = [key.item() if isinstance(key, np.generic) else key for key in listed]
    place = {key: number for number, key in enumerate(wanted)}
    strangers = [str(key) for key in there if key not in place]
    if strangers:
        raise UsageError(f"'{name}' holds keys that keys= does not list: {', '.join(strangers[:5])}")
    if not wanted:
        raise UsageError(f"'{name}' has no keys: the frame has no rows", hint="list them: keys={'" + name + "': [...]}")
    plain = tuple(str(key) if not isinstance(key, str | int | float) else key for key in wanted)
    axis = Axis(name, plain, dict.fromkeys(LANGUAGES, name), dict.fromkeys(LANGUAGES, tuple(map(str, plain))))
    rank = np.array([place.get(key, -1) for key in found] or [0], dtype=np.int64)
    return rank[codes], axis


def _sortable(key: Any) -> tuple[bool, Any]:
    number = isinstance(key, int | float) and math.isfinite(key)
    return (not number, key if number else str(key))
