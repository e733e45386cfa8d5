"""Keys of rows and columns as JSON and Parquet keep them: words, whole numbers, truth values or numbers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import UsageError


def plain_key(key: Any) -> Any:
    """Return a key as JSON keeps it; None where it is missing.

    Parameters
    ----------
    key : Any
        What a frame holds: also a day, a time, an interval or a period, which become words.

    Returns
    -------
    str, int, float, bool or None

    Raises
    ------
    UsageError
        Anything else, such as a list.

    Examples
    --------
    >>> plain_key(pd.Timestamp("2021-03-01")), plain_key(float("nan")), plain_key(2021.0)
    ('2021-03-01', None, 2021)
    >>> plain_key(pd.Timestamp("2021-03-01 13:00")), plain_key(pd.Interval(0, 10))
    ('2021-03-01 13:00', '(0, 10]')
    """
    if key is None or key is pd.NaT or key is pd.NA:
        return None
    if isinstance(key, dt.date | np.datetime64):
        return _day_or_time(pd.Timestamp(key))
    plain = key.item() if isinstance(key, np.generic) else float(key) if isinstance(key, Decimal) else key
    if isinstance(plain, float):
        if plain != plain:
            return None
        return int(plain) if plain.is_integer() else plain
    if isinstance(plain, str | bool | int):
        return plain
    if isinstance(plain, pd.Interval | pd.Period | dt.time):
        return str(plain)
    raise UsageError(f"{plain!r:.60} ({type(plain).__name__}) is no key of a table", hint="use words, numbers or dates")


def _day_or_time(moment: pd.Timestamp) -> str:
    plain = moment.tz_localize(None)
    if plain == plain.normalize():
        return plain.strftime("%Y-%m-%d")
    if plain == plain.floor("min"):
        return plain.strftime("%Y-%m-%d %H:%M")
    return plain.isoformat(sep=" ")


def row_keys(column: pd.Series) -> pd.Series:
    """Return a column as plain keys, row by row.

    Parameters
    ----------
    column : pandas.Series

    Returns
    -------
    pandas.Series
        Missing where a key is missing.

    Examples
    --------
    >>> row_keys(pd.Series(pd.Categorical(["b", "a", "b"]))).tolist()
    ['b', 'a', 'b']
    """
    codes, uniques = pd.factorize(column)
    keys = np.empty(len(uniques) + 1, dtype=object)  # a missing value has the code -1: the last place
    keys[:-1] = [plain_key(key) for key in uniques]
    return pd.Series(keys[codes], dtype=object).infer_objects()


def kind_of(key: Any) -> str:
    """Return what a plain key is, in a person's words; keys of one axis are all of one kind.

    Parameters
    ----------
    key : str, int, float or bool

    Returns
    -------
    str

    Examples
    --------
    >>> kind_of(True), kind_of(1), kind_of("1")
    ('truth values', 'numbers', 'words')
    """
    return "truth values" if isinstance(key, bool) else "words" if isinstance(key, str) else "numbers"
