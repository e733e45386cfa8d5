"""Rows in the order of their published values, so that a row's place tells nothing about the order in which rows came.

Rows are compared as codes, never as words; rows that look the same are one row repeated, so nothing is sorted but what
differs. A dictionary keeps only words that are still used, sorted: an unused word would tell of a suppressed row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.privacy.risk.classes import distinct
from workbench.privacy.treatments import encoded

NARROW = 1 << 20
"""Whole numbers of a narrower range than this are their own codes."""


@dataclass(frozen=True, eq=False)
class Ranked:
    """A column as ranks of its values.

    Parameters
    ----------
    ranks : numpy.ndarray
        Shape (rows,), from 0 in the order of the values, missing last.
    size : int
        More than the greatest rank.
    words : pyarrow.Array or None
        The sorted values where the column is a dictionary.
    """

    ranks: np.ndarray
    size: int
    words: pa.Array | None


def ordered_rows(columns: dict[str, pa.Array | pa.ChunkedArray]) -> pa.Table:
    """Return a table whose rows stand in the order of all their values, first column first.

    Parameters
    ----------
    columns : dict of str to pyarrow.Array or pyarrow.ChunkedArray
        At least one.

    Returns
    -------
    pyarrow.Table

    Examples
    --------
    >>> table = ordered_rows({"a": pa.array(["y", "x", None]).dictionary_encode(), "b": pa.array([1, 2, 3])})
    >>> table.to_pylist()
    [{'a': 'x', 'b': 2}, {'a': 'y', 'b': 1}, {'a': None, 'b': 3}]
    """
    ranked = {name: _ranked(column) for name, column in columns.items()}
    found = distinct([one.ranks for one in ranked.values()], [one.size for one in ranked.values()])
    times = np.bincount(found.which, minlength=found.count)
    arrays: list[pa.Array | pa.ChunkedArray] = []
    order: pa.Array | None = None
    for name, column in columns.items():
        one = ranked.pop(name)
        if one.words is not None:
            ranks = np.repeat(one.ranks[found.first], times).astype(np.int32, copy=False)
            absent = ranks == len(one.words)
            indices = pa.array(ranks, mask=absent if absent.any() else None)
            arrays.append(pa.DictionaryArray.from_arrays(indices, one.words))
            continue
        if order is None:
            order = pa.array(np.repeat(found.first, times))
        arrays.append(column.take(order))
    return pa.table(arrays, names=list(columns))


def row_ranks(columns: Sequence[pa.Array | pa.ChunkedArray]) -> np.ndarray:
    """Return the place of each row in the order of all its values; rows that look the same share one.

    Parameters
    ----------
    columns : sequence of pyarrow.Array or pyarrow.ChunkedArray
        At least one.

    Returns
    -------
    numpy.ndarray
        Shape (rows,), from 0.

    Examples
    --------
    >>> row_ranks([pa.array(["y", "x", "y"]), pa.array([1, 2, 1])]).tolist()
    [1, 0, 1]
    """
    ranked = [_ranked(column) for column in columns]
    return distinct([one.ranks for one in ranked], [one.size for one in ranked]).which


def _ranked(column: pa.Array | pa.ChunkedArray) -> Ranked:
    kind = column.type
    if pa.types.is_dictionary(kind):
        codes, values = encoded(column)
        return _by_words(codes, values)
    if pa.types.is_null(kind):
        return Ranked(np.zeros(len(column), np.int32), 1, None)
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    elif pa.types.is_date(kind) or pa.types.is_timestamp(kind) or pa.types.is_time(kind):
        column = column.cast(pa.int32() if kind.bit_width == 32 else pa.int64())
    if pa.types.is_integer(column.type):
        return _by_numbers(column)
    codes, values = encoded(column)
    found = _by_words(codes, values)
    return Ranked(found.ranks, found.size, None)


def _by_numbers(column: pa.Array | pa.ChunkedArray) -> Ranked:
    if column.null_count == len(column):
        return Ranked(np.zeros(len(column), np.int32), 1, None)
    bounds = pc.min_max(column)
    low, high = bounds["min"].as_py(), bounds["max"].as_py()
    if high - low < NARROW:
        numbers = column.cast(pa.int64()).fill_null(high + 1).to_numpy()
        return Ranked((numbers - low).astype(np.int32), high - low + 2, None)
    found = _by_words(*encoded(column))
    return Ranked(found.ranks, found.size, None)


def _by_words(codes: np.ndarray, values: pa.Array) -> Ranked:
    used = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(values)) if len(values) else np.zeros(0))
    kept = values.take(pa.array(used))
    order = pc.sort_indices(kept).to_numpy()
    rank = np.empty(len(values) + 1, np.int32)
    rank[used[order]] = np.arange(len(used), dtype=np.int32)
    rank[-1] = len(used)  # a missing value has the code -1: the last place
    return Ranked(rank[codes], len(used) + 1, kept.take(pa.array(order)))


def shown_levels(labels: Sequence[str], counts: np.ndarray, level_of: dict[str, int]) -> dict[str, float]:
    """Return the share of rows whose label stands at each level of a hierarchy.

    Parameters
    ----------
    labels : sequence of str
    counts : numpy.ndarray
        Shape (labels,): rows.
    level_of : dict of str to int
        Labels that are no node (``missing``) count under their own name.

    Returns
    -------
    dict of str to float

    Examples
    --------
    >>> shown_levels(["F", "*", "missing"], np.array([2, 1, 1]), {"F": 0, "*": 1})
    {'0': 0.5, '1': 0.25, 'missing': 0.25}
    """
    found: dict[str, int] = {}
    for label, count in zip(labels, counts.tolist(), strict=True):
        level = str(level_of.get(label, label))
        found[level] = found.get(level, 0) + count
    total = int(counts.sum())
    return {level: count / total for level, count in sorted(found.items())}
