"""Columns of millions of words and times, built from numbers without a loop over rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

_FOUR_DIGITS = np.array([f"{number:04d}" for number in range(10_000)], dtype="S4")

SEOUL_AHEAD_S = 9 * 3600
"""Seoul is nine hours ahead of UTC, all year, since 1988."""


def words(codes: np.ndarray, names: Sequence[str]) -> pd.Series:
    """Return a column of words from their numbers.

    Parameters
    ----------
    codes : array of int
        Index into ``names``; -1 for a missing value.
    names : sequence of str

    Returns
    -------
    pandas.Series of str

    Examples
    --------
    >>> words(np.array([1, 0, -1]), ["가", "나"]).tolist()
    ['나', '가', nan]
    """
    codes = np.asarray(codes)
    missing = codes < 0
    numbers = pa.array(np.where(missing, 0, codes).astype(np.int32), mask=missing if missing.any() else None)
    column = pa.DictionaryArray.from_arrays(numbers, pa.array(list(names), type=pa.large_string()))
    return pd.Series(pd.array(column.dictionary_decode(), dtype="str"))


def identifiers(prefix: str, numbers: np.ndarray) -> pd.Series:
    """Return identifiers: a prefix and eight digits.

    Parameters
    ----------
    prefix : str
        ASCII.
    numbers : array of int
        0 to 99,999,999.

    Returns
    -------
    pandas.Series of str

    Examples
    --------
    >>> identifiers("T", np.array([1, 12345678])).tolist()
    ['T00000001', 'T12345678']
    """
    rows, width = len(numbers), len(prefix) + 8
    high, low = np.divmod(np.asarray(numbers, dtype=np.int64), 10_000)
    letters = np.empty((rows, width), dtype=np.uint8)
    letters[:, : len(prefix)] = np.frombuffer(prefix.encode("ascii"), dtype=np.uint8)
    letters[:, -8:-4] = _FOUR_DIGITS[high].view(np.uint8).reshape(rows, 4)
    letters[:, -4:] = _FOUR_DIGITS[low].view(np.uint8).reshape(rows, 4)
    offsets = np.arange(rows + 1, dtype=np.int64) * width
    column = pa.Array.from_buffers(pa.large_string(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(letters)])
    return pd.Series(pd.array(column, dtype="str"))


def seoul_times(seconds: np.ndarray) -> pd.Series:
    """Return times in Seoul.

    Parameters
    ----------
    seconds : array of int
        Seconds of Seoul's wall clock since 1970-01-01 00:00.

    Returns
    -------
    pandas.Series of datetime64[us, Asia/Seoul]

    Examples
    --------
    >>> seoul_times(np.array([0]))[0].isoformat()
    '1970-01-01T00:00:00+09:00'
    """
    utc = (np.asarray(seconds, dtype=np.int64) - SEOUL_AHEAD_S) * 1_000_000
    return pd.Series(pd.DatetimeIndex(utc.view("datetime64[us]"), tz="UTC").tz_convert("Asia/Seoul"))


def dates(days: np.ndarray) -> pd.Series:
    """Return dates.

    Parameters
    ----------
    days : array of int
        Days since 1970-01-01.

    Returns
    -------
    pandas.Series of datetime64[us]

    Examples
    --------
    >>> str(dates(np.array([0]))[0].date())
    '1970-01-01'
    """
    return pd.Series(np.asarray(days, dtype="datetime64[D]").astype("datetime64[us]"))


def day_numbers(first_year: int, last_year: int) -> np.ndarray:
    """Return every day of some years as days since 1970-01-01.

    Parameters
    ----------
    first_year, last_year : int
        Both included.

    Returns
    -------
    numpy.ndarray of int64

    Examples
    --------
    >>> len(day_numbers(2020, 2021))
    731
    """
    return np.arange(f"{first_year}-01-01", f"{last_year + 1}-01-01", dtype="datetime64[D]").astype(np.int64)


def calendar(days: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return year, month (1-12) and weekday (Monday 0) of days since 1970-01-01.

    Parameters
    ----------
    days : array of int

    Returns
    -------
    tuple of three numpy.ndarray of int64

    Examples
    --------
    >>> [int(part[0]) for part in calendar(np.array([0]))]
    [1970, 1, 3]
    """
    days = np.asarray(days, dtype=np.int64)
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months // 12 + 1970, months % 12 + 1, (days + 3) % 7
