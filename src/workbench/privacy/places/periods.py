"""Times as a hierarchy: hour, day, month, year and the like, in the time of Seoul.

A moment is generalised as people speak of it: ``2021-03-05T08``, ``2021-03-05``, ``2021-03``, ``2021-Q1``, ``2021``. Leaves
are numbered through the whole span, empty hours included, so that the leaves between a node's first and last are its
length: information loss counts time, not the hours that happen to hold rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import UsageError, unknown
from workbench.privacy.places.geometries import told
from workbench.privacy.recoding.trees import ANY, Tree

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

ZONE = "Asia/Seoul"
"""Times without a zone are taken to be in it; others are turned into it."""

LEVELS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")
"""From fine to coarse. A week (ISO 8601, from Monday) does not end with a month, a quarter or a year."""

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_MONDAY = 4 * 86_400
"""1970-01-05, from 1970-01-01."""


def time_tree(
    name: str, timestamps: pd.Series | pa.Array | pa.ChunkedArray | Sequence[Any], *, levels: Sequence[str]
) -> tuple[Tree, np.ndarray]:
    """Build the hierarchy of periods that a column of times lies in.

    Parameters
    ----------
    name : str
        The field.
    timestamps : Series or Arrow array of dates or times, or a sequence of them
        Missing allowed.
    levels : sequence of str
        Among ``second``, ``minute``, ``hour``, ``day``, ``week``, ``month``, ``quarter``, ``year``; each must consist of
        whole ones of the next finer.

    Returns
    -------
    tree : Tree
        Level 0 is the finest; the root above the coarsest is ``*`` and spans all of them from the first to the last. Only
        periods with rows have nodes; the leaves of a node, ``last - first + 1``, are all the finest periods in it.
        Labels: ``2021-03-05T08:05:09``, ``2021-03-05T08:05``, ``2021-03-05T08``, ``2021-03-05``, ``2021-W09``,
        ``2021-03``, ``2021-Q1``, ``2021``.
    codes : numpy.ndarray of int32, shape (rows,)
        -1 where missing.

    Raises
    ------
    UsageError
        An unknown or repeated level, levels that do not nest, a level finer than the day for dates, or a column that
        holds no times.

    Examples
    --------
    >>> import pandas as pd
    >>> times = pd.Series(pd.to_datetime(["2021-03-05 08:10", "2021-03-05 09:00", None]))
    >>> tree, codes = time_tree("started_at", times, levels=["hour", "day", "month"])
    >>> list(tree.labels), codes.tolist()
    (['*', '2021-03', '2021-03-05', '2021-03-05T08', '2021-03-05T09'], [104, 105, -1])
    >>> tree.leaves == 31 * 24
    True
    """
    ordered = _nested(name, levels)
    local, present, dates = _local_seconds(name, timestamps)
    if dates and ordered[0] in ("second", "minute", "hour"):
        raise UsageError(f"field '{name}': levels: a date has no {ordered[0]}", hint="levels: [day, …]")
    codes = np.full(len(present), -1, dtype=np.int32)
    if not present.any():
        return _tree(name, np.zeros(0, dtype=np.int64), ordered, (0, 1)), codes
    coarsest, finest = _number(local[present], ordered[-1]), _number(local[present], ordered[0])
    begin, end = _number(_start(np.array([coarsest.min(), coarsest.max() + 1]), ordered[-1]), ordered[0]).tolist()
    if end - begin > 2**31 - 2:
        raise UsageError(f"field '{name}': levels: more {ordered[0]}s than can be counted", hint="leave the finest level out")
    codes[present] = finest - begin
    return _tree(name, np.unique(finest), ordered, (begin, end)), codes


def _tree(name: str, used: np.ndarray, ordered: list[str], span: tuple[int, int]) -> Tree:
    """The nodes over the finest periods that have rows, from the root down."""
    finest, (begin, end) = ordered[0], span
    seconds = _start(used, finest)
    firsts, lasts, parents = [np.zeros(1, np.int64)], [np.full(1, end - begin - 1)], [np.full(1, -1)]
    levels, labels = [len(ordered)], [ANY]
    above, offset = np.zeros(len(used), dtype=np.int64), 0
    for level in range(len(ordered) - 1, -1, -1):
        numbers, first_used, of_used = np.unique(_number(seconds, ordered[level]), return_index=True, return_inverse=True)
        firsts.append(_number(_start(numbers, ordered[level]), finest) - begin)
        lasts.append(_number(_start(numbers + 1, ordered[level]), finest) - begin - 1)
        parents.append(offset + above[first_used])
        offset = len(labels)
        above = of_used
        levels += [level] * len(numbers)
        labels += _labels(numbers, ordered[level])
    return Tree(
        name=name,
        leaves=end - begin,
        first=np.concatenate(firsts).astype(np.int32),
        last=np.concatenate(lasts).astype(np.int32),
        parent=np.concatenate(parents).astype(np.int32),
        level=np.array(levels, dtype=np.int32),
        labels=labels,
    )


def check_levels(name: str, levels: Sequence[str]) -> None:
    """Refuse levels of time that no hierarchy can have.

    Parameters
    ----------
    name : str
        The field, for messages.
    levels : sequence of str

    Raises
    ------
    UsageError
        An unknown or repeated level, none at all, or a week beside a month, a quarter or a year.

    Examples
    --------
    >>> check_levels("day", ["week", "month"])
    Traceback (most recent call last):
    ...
    workbench.errors.UsageError: field 'day': levels: weeks do not fit into months
      leave out week, or month
    """
    _nested(name, levels)


def _nested(name: str, levels: Sequence[str]) -> list[str]:
    """The levels from fine to coarse."""
    if isinstance(levels, str) or not levels:
        raise UsageError(f"field '{name}': levels: allowed is a list of {', '.join(LEVELS)}")
    for level in levels:
        if level not in LEVELS:
            raise unknown("level", str(level), LEVELS, where=f"field '{name}': levels")
    if len(set(levels)) < len(levels):
        raise UsageError(f"field '{name}': levels: {', '.join(levels)} names one twice")
    coarser = [level for level in levels if level in _MONTHS]
    if "week" in levels and coarser:
        raise UsageError(
            f"field '{name}': levels: weeks do not fit into {' or '.join(f'{level}s' for level in coarser)}",
            hint=f"leave out week, or {' and '.join(coarser)}",
        )
    return sorted(levels, key=LEVELS.index)


def _local_seconds(name: str, timestamps: Any) -> tuple[np.ndarray, np.ndarray, bool]:
    """Seconds since 1970 on Seoul's clocks, which rows have any, and whether the column holds dates."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    column = timestamps
    if not isinstance(column, pa.Array | pa.ChunkedArray):
        series = timestamps if isinstance(timestamps, pd.Series) else pd.Series(list(timestamps))
        try:
            column = pa.Array.from_pandas(series)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise UsageError(f"field '{name}': not all values are dates or times") from error
    if pa.types.is_null(column.type):
        return np.zeros(len(column), dtype=np.int64), np.zeros(len(column), dtype=bool), False
    if not (pa.types.is_date(column.type) or pa.types.is_timestamp(column.type)):
        raise UsageError(f"field '{name}': holds {column.type}; allowed are dates and times")
    dates = pa.types.is_date(column.type)
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        column = pc.local_timestamp(column.cast(pa.timestamp(column.type.unit, tz=ZONE)))
    seconds = pc.floor_temporal(column.cast(pa.timestamp("us" if dates else column.type.unit)), unit="second")
    present = np.asarray(pc.is_valid(seconds))
    numbers = seconds.cast(pa.timestamp("s")).cast(pa.int64()).fill_null(0)
    far = present & (np.abs(np.asarray(numbers)) > 4_000_000_000_000)
    if far.any():
        raise UsageError(f"field '{name}': a time beyond any calendar in {told(far)}")
    return np.asarray(numbers, dtype=np.int64), present, dates


def _number(seconds: np.ndarray, level: str) -> np.ndarray:
    """The number of the period of a level that each moment lies in, ascending in time."""
    if level == "week":
        return (seconds - _MONDAY) // _SECONDS["week"]
    if level in _SECONDS:
        return seconds // _SECONDS[level]
    months = (seconds // 86_400).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months // _MONTHS[level]


def _start(numbers: np.ndarray, level: str) -> np.ndarray:
    """The first second of periods of a level."""
    if level == "week":
        return numbers * _SECONDS["week"] + _MONDAY
    if level in _SECONDS:
        return numbers * _SECONDS[level]
    months = (numbers * _MONTHS[level]).astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64) * 86_400


def _labels(numbers: np.ndarray, level: str) -> list[str]:
    """What periods of a level are called."""
    seconds = _start(numbers, level)
    if level == "week":
        thursday = ((seconds // 86_400) + 3).astype("datetime64[D]")
        year = thursday.astype("datetime64[Y]")
        week = (thursday - year.astype("datetime64[D]")).astype(np.int64) // 7 + 1
        return [f"{y}-W{w:02d}" for y, w in zip(year.astype(str).tolist(), week.tolist(), strict=True)]
    if level == "quarter":
        return [f"{1970 + number // 4}-Q{number % 4 + 1}" for number in numbers.tolist()]
    unit = {"second": "s", "minute": "m", "hour": "h", "day": "D", "month": "M", "year": "Y"}[level]
    return list(seconds.astype("datetime64[s]").astype(f"datetime64[{unit}]").astype(str).tolist())
