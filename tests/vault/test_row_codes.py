"""Rows become bytes and rows again, whatever they hold."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.vault.row_codes import PADDED_TO, RowCode

KINDS = {
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float64(): st.floats(),
    pa.bool_(): st.booleans(),
    pa.date32(): st.dates(),
    pa.timestamp("us", tz="Asia/Seoul"): st.integers(-(2**61), 2**61),
    pa.string(): st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
    pa.binary(): st.binary(max_size=80),
}


@st.composite
def tables(draw):
    kinds = draw(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=10))
    rows = draw(st.integers(0, 12))
    columns = [
        pa.array(draw(st.lists(st.none() | KINDS[kind], min_size=rows, max_size=rows)), type=kind, from_pandas=False)
        for kind in kinds
    ]
    return pa.Table.from_arrays(columns, names=[f"f{number}" for number in range(len(kinds))])


def bits(table: pa.Table) -> list[tuple]:
    """Values in which a NaN and a minus nought are told apart from others."""

    def plain(value):
        return ("float", math.copysign(1, value), None if value != value else value) if isinstance(value, float) else value

    wide = [column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column for column in table.columns]
    return [tuple(plain(value) for value in row) for row in zip(*(column.to_pylist() for column in wide), strict=True)]


@settings(max_examples=150, deadline=None)
@given(tables())
def test_every_row_comes_back_as_it_was(table):
    code = RowCode(table.schema)
    data, ends = code.encode(table)
    assert (np.diff(ends) % PADDED_TO == 0).all() and len(ends) == table.num_rows + 1
    back = code.decode(bytes(data), np.diff(ends))
    assert back.schema == table.schema
    assert bits(back) == bits(table)


def test_pieces_of_a_larger_table_are_written_as_they_stand():
    table = pa.table({"name": [f"이름 {number}" for number in range(50)], "age": [None, *range(49)]})
    code = RowCode(table.schema)
    whole = bytes(code.encode(table)[0])
    assert b"".join(bytes(code.encode(table.slice(first, 10))[0]) for first in range(0, 50, 10)) == whole
    chunked = pa.concat_tables([table.slice(0, 7), table.slice(7, 1), table.slice(8)])
    assert bytes(code.encode(chunked)[0]) == whole


@pytest.mark.parametrize("length", [0, 1, 31, 32, 100_000])
def test_a_long_word_is_kept(length):
    table = pa.table({"text": ["가" * length, None, ""]})
    code = RowCode(table.schema)
    data, ends = code.encode(table)
    assert code.decode(bytes(data), np.diff(ends)).equals(table)
