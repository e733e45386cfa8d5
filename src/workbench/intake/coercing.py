"""From the words of a source to the catalogue's types: numbers as text, dates in the official ways of writing.

A value that cannot be turned is marked, never guessed. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from workbench.catalog import Field

ALLOWED: dict[str, str] = {
    "string": "a word",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "date": "a date as in 2021-01-31 or 20210131",
    "datetime": "a time as in 2021-01-31 09:00",
    "geometry": "a point in degrees (EPSG:4326)",
}

LARGEST_INTEGER = 2**53
"""Beyond this a number read as text does not keep its last digit."""

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_DATE = re.compile(r"([0-9]{4})([-./]?)([0-9]{2})\2([0-9]{2})")
_TIME = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})[T ]?([0-9]{2})(?::?([0-9]{2}))?(?::?([0-9]{2}))?(?:\.0+)?")
_WORDS = {"true": True, "y": True, "yes": True, "false": False, "n": False, "no": False}


def words(column: pd.Series, missing: frozenset[str]) -> pd.Series:
    """Return a column as stripped words, None where it holds no value.

    Parameters
    ----------
    column : pandas.Series
        Of anything: a JSON answer mixes numbers and words.
    missing : frozenset of str
        Words that mean "no value".

    Returns
    -------
    pandas.Series
        Of objects.

    Examples
    --------
    >>> words(pd.Series([" 3 ", 4, "-", None], dtype=object), frozenset({"", "-"})).tolist()
    ['3', '4', None, None]
    """
    absent = column.isna().to_numpy()
    read = [
        None if empty else (value.strip() if isinstance(value, str) else str(value))
        for value, empty in zip(column.array, absent, strict=True)
    ]
    return pd.Series([None if value in missing else value for value in read], index=column.index, dtype=object)


def coerce(column: pd.Series, field: Field, *, missing: frozenset[str]) -> tuple[pd.Series, np.ndarray]:
    """Return a column in its field's type, and which of its values could not be turned.

    Parameters
    ----------
    column : pandas.Series
    field : Field
    missing : frozenset of str
        Words that mean "no value".

    Returns
    -------
    pandas.Series
        Missing where there was no value or an impossible one.
    numpy.ndarray of bool
        Shape (rows,): True where a value was there and could not be turned.

    Examples
    --------
    >>> field = Field(type="integer", reveals="none", meaning={"ko": "수", "en": "count"})
    >>> turned, wrong = coerce(pd.Series(["1,204", "x", ""]), field, missing=frozenset({""}))
    >>> turned.tolist(), wrong.tolist()
    ([1204, <NA>, <NA>], [False, True, False])
    """
    if field.type == "geometry":
        return _points(column)
    typed = _typed(column, field)
    if typed is not None:
        return typed, np.zeros(len(column), dtype=bool)
    text = words(column, missing)
    turned = _TURN[field.type](text)
    return turned, (text.notna() & turned.isna()).to_numpy(dtype=bool)


def _typed(column: pd.Series, field: Field) -> pd.Series | None:
    """The column itself where it already has its field's type."""
    if field.type == "date" and pd.api.types.is_datetime64_dtype(column.dtype):
        return column.dt.normalize()
    if field.type == "datetime" and isinstance(column.dtype, pd.DatetimeTZDtype):
        return column
    if field.type == "boolean" and pd.api.types.is_bool_dtype(column.dtype) and column.dtype != object:
        return column.astype("boolean")
    if field.type == "integer" and pd.api.types.is_integer_dtype(column.dtype):
        return column.astype("Int64")
    return None


def _each(text: pd.Series, turn: Callable[[str], object]) -> list[object]:
    return [None if value is None else turn(value) for value in text]


def _numbers(text: pd.Series) -> pd.Series:
    def plain(value: str) -> float | None:
        if _THOUSANDS.fullmatch(value):
            value = value.replace(",", "")
        return float(value) if _NUMBER.fullmatch(value) else None

    numbers = pd.Series(_each(text, plain), index=text.index, dtype="float64")
    return numbers.where(np.isfinite(numbers))


def _integers(text: pd.Series) -> pd.Series:
    numbers = _numbers(text)
    whole = numbers.where((numbers % 1 == 0) & (numbers.abs() <= LARGEST_INTEGER))
    return whole.astype("Int64")


def _dates(text: pd.Series) -> pd.Series:
    def plain(value: str) -> str | None:
        found = _DATE.fullmatch(value)
        return f"{found[1]}-{found[3]}-{found[4]}" if found else None

    written = pd.Series(_each(text, plain), index=text.index, dtype=object)
    return pd.to_datetime(written, format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")


def _times(text: pd.Series) -> pd.Series:
    def plain(value: str) -> str | None:
        found = _TIME.fullmatch(value)
        return f"{found[1]}-{found[2]}-{found[3]} {found[4]}:{found[5] or '00'}:{found[6] or '00'}" if found else None

    written = pd.Series(_each(text, plain), index=text.index, dtype=object)
    times = pd.to_datetime(written, format="%Y-%m-%d %H:%M:%S", errors="coerce").astype("datetime64[us]")
    return times.dt.tz_localize("Asia/Seoul", ambiguous="NaT", nonexistent="NaT")


def _strings(text: pd.Series) -> pd.Series:
    try:
        return text.astype("str")
    except UnicodeEncodeError:  # half a letter, which no table can hold
        return pd.Series(_each(text, lambda value: value if _whole(value) else None), index=text.index, dtype="str")


def _whole(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _booleans(text: pd.Series) -> pd.Series:
    return pd.Series(_each(text, lambda value: _WORDS.get(value.lower())), index=text.index, dtype="boolean")


_TURN: dict[str, Callable[[pd.Series], pd.Series]] = {
    "string": _strings,
    "integer": _integers,
    "number": _numbers,
    "boolean": _booleans,
    "date": _dates,
    "datetime": _times,
}


def _points(column: pd.Series) -> tuple[pd.Series, np.ndarray]:
    import shapely

    values = np.array(column, dtype=object)
    present = ~pd.isna(values)
    good = np.zeros(len(values), dtype=bool)
    shapes = np.array(
        [value if isinstance(value, shapely.Point) and not value.is_empty else None for value in values], dtype=object
    )
    longitude, latitude = shapely.get_x(shapes), shapely.get_y(shapes)
    good = (np.abs(longitude) <= 180) & (np.abs(latitude) <= 90)
    values[~good] = None
    return pd.Series(values, index=column.index, dtype=object), present & ~good
