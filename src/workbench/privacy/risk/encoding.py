"""A column as numbers: one code per distinct value, and a code of its own for what is missing.

Words are compared once per distinct word and never per row, which is what makes a million rows take a moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.errors import UsageError


@dataclass(frozen=True, eq=False)
class Coded:
    """A column as codes.

    Parameters
    ----------
    name : str
    codes : numpy.ndarray
        Shape (rows,), from 0, in the narrowest type that holds them; the last code, ``len(values)``, is that of missing values.
    values : pyarrow.Array
        Shape (distinct values,), what each code stands for.
    ordered : bool
        Whether the values stand in an order that their source declared.
    """

    name: str
    codes: np.ndarray
    values: Any
    ordered: bool = False

    @property
    def size(self) -> int:
        """One more than the greatest code."""
        return len(self.values) + 1

    def share_of(self, word: str) -> np.ndarray:
        """Return which rows hold a word; shape (rows,), bool."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if not (pa.types.is_string(self.values.type) or pa.types.is_large_string(self.values.type)):
            return np.zeros(len(self.codes), dtype=bool)
        met = np.append(pc.equal(self.values, word).to_numpy(zero_copy_only=False), [False])
        return met[self.codes]


def encode(name: str, column: Any) -> Coded:
    """Code a column.

    Parameters
    ----------
    name : str
    column : pyarrow.Array, pyarrow.ChunkedArray or pandas.Series
        Words, numbers, truth values, times or bytes, plain or as a dictionary. Null and NaN are missing. A pandas column of
        objects of several kinds is compared by kind and value: ``1`` and ``"1"`` are two values.

    Returns
    -------
    Coded

    Raises
    ------
    UsageError
        Lists or records in the cells.

    Examples
    --------
    >>> import pyarrow as pa
    >>> coded = encode("sex", pa.array(["F", None, "M", "F"]))
    >>> coded.codes.tolist(), coded.values.to_pylist()
    ([0, 2, 1, 0], ['F', 'M'])
    """
    import pyarrow as pa

    column = _arrow(column)
    kind = column.type
    if pa.types.is_null(kind):
        return Coded(name, np.zeros(len(column), np.uint8), pa.array([], pa.string()))
    if pa.types.is_dictionary(kind):
        return _from_dictionary(name, column.unify_dictionaries(), given=True)
    try:
        return _from_dictionary(name, _comparable(column).dictionary_encode(), given=False)
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        raise UsageError(
            f"column '{name}' holds {kind}, which cannot be compared", hint="leave it out, or take it apart"
        ) from None


def encode_together(name: str, columns: Sequence[Any]) -> list[Coded]:
    """Code the same column of several tables with the same codes.

    Parameters
    ----------
    name : str
    columns : sequence of pyarrow.Array, pyarrow.ChunkedArray or pandas.Series

    Returns
    -------
    list of Coded

    Raises
    ------
    UsageError
        The tables hold different kinds of values under the name.

    Examples
    --------
    >>> import pyarrow as pa
    >>> one, other = encode_together("sex", [pa.array(["F"]), pa.array(["M", "F"])])
    >>> one.codes.tolist(), other.codes.tolist()
    ([0], [1, 0])
    """
    import pyarrow as pa

    arrays = [_decoded(_arrow(column)) for column in columns]
    kinds = {str(array.type) for array in arrays if not pa.types.is_null(array.type)}
    if len(kinds) > 1:
        raise UsageError(
            f"column '{name}' holds {' here and '.join(sorted(kinds))} there", hint="give it the same type in both tables"
        )
    shared = next((array.type for array in arrays if not pa.types.is_null(array.type)), pa.string())
    whole = encode(name, pa.chunked_array([chunk for array in arrays for chunk in array.cast(shared).chunks], type=shared))
    cuts = np.cumsum([len(array) for array in arrays])[:-1]
    return [Coded(name, codes, whole.values, whole.ordered) for codes in np.split(whole.codes, cuts)]


def _arrow(column: Any) -> Any:
    """A chunked array, whatever came."""
    import pyarrow as pa

    if isinstance(column, pa.Array):
        return pa.chunked_array([column])
    if isinstance(column, pa.ChunkedArray):
        return column
    if str(column.dtype) == "geometry":
        column = column.to_wkb()
    try:
        found = pa.Array.from_pandas(column)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        found = pa.array(column.map(repr, na_action="ignore").astype(object), pa.string(), from_pandas=True)
    return found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])


def _decoded(column: Any) -> Any:
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return column.cast(pa.large_string()) if pa.types.is_string(column.type) else column


def _comparable(column: Any) -> Any:
    """Not a number is missing, and minus nought is nought."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_floating(column.type):
        return column
    if pa.types.is_float16(column.type):
        column = column.cast(pa.float32())
    return pc.add(pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column), pa.scalar(0.0, column.type))


def _from_dictionary(name: str, column: Any, *, given: bool) -> Coded:
    """Codes from the places in a dictionary; one that was given may hold a value twice, or a null."""
    import pyarrow as pa

    values = column.chunk(0).dictionary if column.num_chunks else pa.array([], column.type.value_type)
    if pa.types.is_dictionary(values.type):
        raise UsageError(f"column '{name}' is a dictionary of dictionaries", hint="write it as plain words")
    moved, gone = None, 0
    if given:
        inner = _comparable(values).dictionary_encode()
        if len(inner.dictionary) < len(values):
            moved = np.append(
                inner.indices.fill_null(len(inner.dictionary)).to_numpy(zero_copy_only=False), len(inner.dictionary)
            )
            values, gone = inner.dictionary, len(values)
    missing = len(values)
    narrow = next(kind for kind in (np.uint8, np.uint16, np.int32) if missing <= np.iinfo(kind).max)
    codes = np.empty(len(column), narrow)
    at = 0
    for chunk in column.chunks:
        indices = chunk.indices
        if indices.null_count:
            indices = indices.cast(pa.int32()).fill_null(missing if moved is None else gone)
        part = indices.to_numpy(zero_copy_only=False)
        codes[at : at + len(part)] = part if moved is None else moved[part]
        at += len(part)
    return Coded(name, codes, values, bool(column.type.ordered))
