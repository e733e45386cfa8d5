"""Rows as bytes and back, exactly: each row of an Arrow table becomes one short run of bytes that a key of its own seals.

A row is: which fields are missing (one bit each), the fields of fixed width, the lengths of the others, these, and
padding to a multiple of 32, so that a sealed row's length tells little. Whole columns are turned at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

PADDED_TO = 32
"""Bytes."""

_FIXED: dict[str, tuple[pa.DataType, np.dtype]] = {
    "int64": (pa.int64(), np.dtype("<i8")),
    "double": (pa.float64(), np.dtype("<f8")),
    "bool": (pa.uint8(), np.dtype("u1")),
    "date32[day]": (pa.int32(), np.dtype("<i4")),
}
_LENGTH = np.dtype("<u4")


class RowCode:
    """How rows of one schema are written as bytes.

    Parameters
    ----------
    schema : pyarrow.Schema
        Whole numbers, floats, booleans, dates, times, strings and binary.

    Examples
    --------
    >>> code = RowCode(pa.schema([("age", pa.int64()), ("name", pa.string())]))
    >>> table = pa.table({"age": [41, None], "name": [None, "김"]})
    >>> data, ends = code.encode(table)
    >>> ends.tolist()
    [0, 32, 64]
    >>> code.decode(data, np.diff(ends)).equals(table)
    True
    """

    def __init__(self, schema: pa.Schema) -> None:
        self.schema = schema.remove_metadata()
        self._flags = -(-len(schema) // 8)
        self._places: dict[int, tuple[int, np.dtype]] = {}
        self._varying = []
        at = self._flags
        for number, field in enumerate(self.schema):
            kind = _storage(field.type)
            if kind is None:
                self._varying.append(number)
            else:
                self._places[number] = (at, kind[1])
                at += kind[1].itemsize
        self._lengths_at = at
        self._width = at + len(self._varying) * _LENGTH.itemsize

    def encode(self, table: pa.Table) -> tuple[memoryview, np.ndarray]:
        """Return a table's rows as bytes.

        Parameters
        ----------
        table : pyarrow.Table
            Of the schema.

        Returns
        -------
        memoryview
            All rows, one after the other.
        numpy.ndarray of int64
            Shape (rows + 1,): where each row begins and the last ends.
        """
        count = table.num_rows
        fixed = np.zeros((count, self._width), dtype=np.uint8)
        missing = np.zeros((count, self._flags * 8), dtype=bool)
        varying: list[pa.Array] = []
        for number, column in enumerate(table.columns):
            whole = column.combine_chunks()
            if isinstance(whole, pa.ChunkedArray):  # no chunk at all
                whole = pa.array([], type=column.type)
            missing[:, number] = whole.is_null().to_numpy(zero_copy_only=False)
            if number in self._places:
                at, kind = self._places[number]
                values = np.ascontiguousarray(_plain(whole), dtype=kind)
                fixed[:, at : at + kind.itemsize] = values.view(np.uint8).reshape(count, kind.itemsize)
            else:
                varying.append(pc.fill_null(whole.cast(pa.large_binary()), b""))
        fixed[:, : self._flags] = np.packbits(missing, axis=1, bitorder="little")
        length = np.full(count, self._width, dtype=np.int64)
        for place, column in enumerate(varying):
            sizes = pc.binary_length(column).to_numpy()
            at = self._lengths_at + place * _LENGTH.itemsize
            fixed[:, at : at + _LENGTH.itemsize] = sizes.astype(_LENGTH).view(np.uint8).reshape(count, _LENGTH.itemsize)
            length += sizes
        head = pa.FixedSizeBinaryArray.from_buffers(pa.binary(self._width), count, [None, pa.py_buffer(fixed.tobytes())])
        pads = pa.array([bytes(size) for size in range(PADDED_TO)], type=pa.large_binary())
        padding = pads.take(pa.array(-length % PADDED_TO))
        empty = pa.scalar(b"", type=pa.large_binary())
        joined = pc.binary_join_element_wise(head.cast(pa.large_binary()), *varying, padding, empty)
        _, ends, data = joined.buffers()
        if data is None:
            return memoryview(b""), np.zeros(count + 1, dtype=np.int64)
        return memoryview(data).cast("B"), np.frombuffer(ends, dtype=np.int64, count=count + 1)

    def decode(self, data: Any, lengths: np.ndarray) -> pa.Table:
        """Return the rows that bytes were made from.

        Parameters
        ----------
        data : bytes
            All rows, one after the other.
        lengths : numpy.ndarray of int64
            Shape (rows,).

        Returns
        -------
        pyarrow.Table
        """
        count = len(lengths)
        whole = np.frombuffer(data, dtype=np.uint8)
        starts = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        fixed = whole[starts[:-1, None] + np.arange(self._width)] if count else np.zeros((0, self._width), dtype=np.uint8)
        missing = np.unpackbits(fixed[:, : self._flags], axis=1, bitorder="little").astype(bool)
        pieces = self._pieces(data, fixed, lengths)
        columns = []
        for number, field in enumerate(self.schema):
            if number in self._places:
                at, kind = self._places[number]
                values = np.ascontiguousarray(fixed[:, at : at + kind.itemsize]).view(kind).ravel()
                column = _typed(pa.array(values), field.type)
            else:
                place = self._varying.index(number) + 1
                column = pieces.take(pa.array(np.arange(place, len(pieces), len(self._varying) + 2)))
                column = column.cast(pa.binary()).cast(field.type)
            absent = pa.array(missing[:, number])
            columns.append(pc.if_else(absent, pa.scalar(None, field.type), column) if missing[:, number].any() else column)
        return pa.Table.from_arrays(columns, schema=self.schema)

    def _pieces(self, data: Any, fixed: np.ndarray, lengths: np.ndarray) -> pa.Array:
        """Every row's pieces one after the other: what is fixed, each varying field, the padding."""
        count = len(lengths)
        sizes = np.zeros((count, len(self._varying) + 2), dtype=np.int64)
        sizes[:, 0] = self._width
        stored = np.ascontiguousarray(fixed[:, self._lengths_at :]).view(_LENGTH)
        sizes[:, 1:-1] = stored.reshape(count, len(self._varying))
        sizes[:, -1] = lengths - sizes[:, :-1].sum(axis=1)
        ends = np.concatenate([[0], np.cumsum(sizes.ravel())])
        buffers: Sequence[Any] = [None, pa.py_buffer(ends.astype(np.int64).tobytes()), pa.py_buffer(data)]
        return pa.LargeBinaryArray.from_buffers(pa.large_binary(), count * (len(self._varying) + 2), buffers)


def _storage(kind: pa.DataType) -> tuple[pa.DataType, np.dtype] | None:
    """How a field of fixed width is stored; None for strings and binary."""
    if pa.types.is_timestamp(kind):
        return pa.int64(), np.dtype("<i8")
    return _FIXED.get(str(kind))


def _plain(column: pa.Array) -> np.ndarray:
    """The numbers under a column of fixed width; 0 where a value is missing."""
    storage = _storage(column.type)
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.uint8())
    elif pa.types.is_temporal(column.type) and storage is not None:
        column = column.view(storage[0])
    zero = pa.scalar(0, column.type)
    return np.asarray(pc.fill_null(column, zero).to_numpy(zero_copy_only=False))


def _typed(numbers: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_boolean(kind):
        return numbers.cast(kind)
    return numbers.view(kind) if numbers.type != kind else numbers
