"""From values to leaves: one look-up per distinct value, one gather per row.

Rows are many and distinct values few, so words are looked up in the dictionary of their column and numbers by
subtraction. What cannot be encoded is told by field, number of rows and first row, never by its value.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from workbench.errors import UsageError


def leaf_of_words(name: str, values: pa.Array | pa.ChunkedArray | pd.Series, words: pd.Index) -> np.ndarray:
    """Return the place of each value among the words of a hierarchy.

    Parameters
    ----------
    name : str
        The field's, for errors.
    values : pyarrow.Array, pyarrow.ChunkedArray or pandas.Series
        Words, whole numbers or truth values; missing allowed.
    words : pandas.Index
        Shape (leaves,), str.

    Returns
    -------
    numpy.ndarray
        Shape (rows,), int32; -1 of a missing value.

    Raises
    ------
    UsageError
        A value that is not among the words.

    Examples
    --------
    >>> leaf_of_words("sex", pa.array(["M", None, "F"]), pd.Index(["F", "M"])).tolist()
    [1, -1, 0]
    """
    index, distinct = distinct_values(name, values)
    places = words.get_indexer(pd.Index([str(value) for value in distinct], dtype=object)).astype(np.int32)
    if (places < 0).any():  # whole numbers beside missing ones are floats, and truth values are true and false in many files
        other = [str(value).lower() if isinstance(value, bool) else _word(value) for value in distinct]
        places = np.where(places < 0, words.get_indexer(pd.Index(other, dtype=object)).astype(np.int32), places)
    strange = np.append(places < 0, False)
    if strange.any():
        at = strange[index]
        if at.any():
            raise UsageError(
                f"field '{name}': the hierarchy lacks the value of {_rows(at)}",
                hint="add a line for each value of the data to the hierarchy",
            )
    return np.append(places, np.int32(-1))[index]


def leaf_of_numbers(name: str, values: pa.Array | pa.ChunkedArray | pd.Series, *, low: int, leaves: int) -> np.ndarray:
    """Return how far each number stands above the lowest of its domain.

    Parameters
    ----------
    name : str
    values : pyarrow.Array, pyarrow.ChunkedArray or pandas.Series
        Numbers, or words that are numbers; missing allowed. A broken number belongs to the whole number below it.
    low : int
        The lowest value of the domain.
    leaves : int
        How many whole numbers the domain holds.

    Returns
    -------
    numpy.ndarray
        Shape (rows,), int32; -1 of a missing value.

    Raises
    ------
    UsageError
        A value that is no number, or outside the domain.

    Examples
    --------
    >>> leaf_of_numbers("age", pa.array([17.9, None, 10]), low=10, leaves=20).tolist()
    [7, -1, 0]
    """
    column = _arrow(name, values)
    if pa.types.is_dictionary(column.type) or _is_text(column.type):
        index, distinct = distinct_values(name, column)
        numbers = pd.to_numeric(pd.Series(distinct, dtype=object), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        strange = np.append(~np.isfinite(numbers), False)
        if strange.any() and strange[index].any():
            raise UsageError(f"field '{name}': no number in {_rows(strange[index])}", hint="declare a hierarchy, not an interval")
        return _inside(name, np.append(np.floor(numbers), np.nan)[index], None, low=low, leaves=leaves)
    absent = None
    if column.null_count:
        absent = column.is_null().to_numpy(zero_copy_only=False)
        column = column.fill_null(0)
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)):
        raise UsageError(f"field '{name}': holds {column.type}, an interval needs numbers")
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64(), safe=False)
    found = column.to_numpy(zero_copy_only=False)
    if pa.types.is_floating(column.type):
        empty = np.isnan(found)
        absent = empty if absent is None else absent | empty
        found = np.floor(np.where(empty, 0, found))
    return _inside(name, found, absent, low=low, leaves=leaves)


def _inside(name: str, numbers: np.ndarray, absent: np.ndarray | None, *, low: int, leaves: int) -> np.ndarray:
    """Numbers less the lowest of the domain; missing where absent or not a number."""
    if numbers.dtype.kind == "f":
        empty = np.isnan(numbers)
        if empty.any():
            absent = empty if absent is None else absent | empty
            numbers = np.where(empty, low, numbers)
    if absent is not None:
        numbers = np.where(absent, low, numbers)
    outside = (numbers < low) | (numbers > low + leaves - 1)
    if outside.any():
        raise UsageError(
            f"field '{name}': {_rows(outside)} is outside the domain {low}-{low + leaves - 1}", hint="widen domain in the policy"
        )
    wide = numbers if numbers.dtype.kind == "f" else numbers.astype(np.int64, copy=False)
    codes = (wide - low).astype(np.int32)
    if absent is not None:
        codes[absent] = -1
    return codes


def distinct_values(name: str, values: pa.Array | pa.ChunkedArray | pd.Series) -> tuple[np.ndarray, list[Any]]:
    """Return the distinct values of a column and where each row's stands among them.

    Parameters
    ----------
    name : str
        The field's, for errors.
    values : pyarrow.Array, pyarrow.ChunkedArray or pandas.Series

    Returns
    -------
    index : numpy.ndarray
        Shape (rows,), int32; the number of distinct values where a value is missing.
    distinct : list
        Python values.

    Examples
    --------
    >>> index, distinct = distinct_values("sex", pa.array(["M", None, "M"]))
    >>> index.tolist(), distinct
    ([0, 1, 0], ['M'])
    """
    column = _arrow(name, values)
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    distinct = column.dictionary.to_pylist()
    index = column.indices
    if index.null_count:
        if not _holds(index.type, len(distinct)):
            index = index.cast(pa.int32())
        index = index.fill_null(len(distinct))
    places = index.to_numpy(zero_copy_only=False)
    if None in distinct or any(isinstance(value, float) and value != value for value in distinct):
        kept = [value for value in distinct if value is not None and value == value]
        moved, at = np.full(len(distinct) + 1, len(kept), np.int32), 0
        for place, value in enumerate(distinct):
            if value is not None and value == value:
                moved[place], at = at, at + 1
        return moved[places], kept
    return places.astype(np.int32, copy=False), distinct


def _holds(kind: pa.DataType, value: int) -> bool:
    """Whether an integer type can hold a value."""
    return bool(value <= np.iinfo(kind.to_pandas_dtype()).max)


def _arrow(name: str, values: pa.Array | pa.ChunkedArray | pd.Series) -> pa.Array:
    """One Arrow array, whatever came."""
    if isinstance(values, pd.Series):
        try:
            values = pa.Array.from_pandas(values)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            words = values.map(_word, na_action="ignore")
            values = pa.Array.from_pandas(words.astype(object), type=pa.string())
    if isinstance(values, pa.ChunkedArray):
        if pa.types.is_dictionary(values.type):
            values = values.unify_dictionaries()
        values = values.combine_chunks()
        if isinstance(values, pa.ChunkedArray):  # no chunk at all, or more than one array can hold
            raise UsageError(f"field '{name}': more rows than one column can hold")
    return values


def _is_text(kind: pa.DataType) -> bool:
    """Whether a type holds words."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _word(value: Any) -> str:
    """A value as it stands in a hierarchy; a column with missing values may hold whole numbers as 3.0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _rows(at: np.ndarray) -> str:
    """How many rows, and the first, counted from 1."""
    first = int(np.argmax(at)) + 1
    count = int(at.sum())
    return f"row {first:,}" if count == 1 else f"{count:,} rows (the first is row {first:,})"
