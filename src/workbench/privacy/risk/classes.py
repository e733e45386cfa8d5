"""Rows that look the same, found on codes: one whole number per row, counted, never compared as words.

The codes of several columns become one number in mixed radix; a table of the numbers that occur, or a hash where too
many could, gives each combination its place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DENSE_BYTES_A_ROW = 8
"""A table of all possible combinations may take so many places a row; beyond that they are hashed."""

SAMPLE_ROWS = 100_000
"""Whether most rows are alone is judged by so many."""

DENSE_LEAST = 1 << 16
DENSE_MOST = 1 << 27
_NARROW, _WIDEST = 1 << 31, 1 << 62


@dataclass(frozen=True, eq=False)
class Distinct:
    """The distinct combinations of codes.

    Parameters
    ----------
    which : numpy.ndarray
        Shape (rows,), int32: the combination of each row, from 0, in lexicographic order of the codes.
    first : numpy.ndarray
        Shape (combinations,): the first row of each.
    """

    which: np.ndarray
    first: np.ndarray

    @property
    def count(self) -> int:
        """How many combinations there are."""
        return len(self.first)


def classes_of(codes: Sequence[np.ndarray]) -> np.ndarray:
    """Return the equivalence class of each row.

    Parameters
    ----------
    codes : sequence of numpy.ndarray
        One per quasi-identifier, shape (rows,), whole numbers; any code, -1 as well, is a category of its own.

    Returns
    -------
    numpy.ndarray
        Shape (rows,), int32: from 0 without gaps, in lexicographic order of the codes.

    Examples
    --------
    >>> classes_of([np.array([3, 1, 3, 3]), np.array([0, 0, 0, -1])]).tolist()
    [2, 0, 2, 1]
    """
    lows = [int(column.min()) if len(column) else 0 for column in codes]
    sizes = [int(column.max()) - low + 1 if len(column) else 1 for column, low in zip(codes, lows, strict=True)]
    moved = [column - low if low else column for column, low in zip(codes, lows, strict=True)]
    return distinct(moved, sizes).which


def distinct(codes: Sequence[np.ndarray], sizes: Sequence[int]) -> Distinct:
    """Find the distinct combinations of codes.

    Parameters
    ----------
    codes : sequence of numpy.ndarray
        At least one, each of shape (rows,), from 0.
    sizes : sequence of int
        More than the greatest code of each.

    Returns
    -------
    Distinct

    Examples
    --------
    >>> found = distinct([np.array([1, 0, 1]), np.array([2, 2, 2])], [2, 3])
    >>> found.which.tolist(), found.first.tolist()
    ([1, 0, 1], [1, 0])
    """
    rows = len(codes[0])
    joint: np.ndarray = codes[0].astype(np.int32 if math.prod(sizes) < _NARROW else np.int64)
    size = int(sizes[0])
    for column, own in zip(codes[1:], sizes[1:], strict=True):
        if size * own >= _WIDEST:  # make what there is dense, then go on: at most as many as rows
            found = _dense(joint, size)
            joint, size = found.which.astype(np.int64), found.count
        joint *= own
        joint += column.astype(joint.dtype, copy=False)
        size *= int(own)
    return _dense(joint, size) if rows else Distinct(np.zeros(0, np.int32), np.zeros(0, np.int64))


def _dense(joint: np.ndarray, size: int) -> Distinct:
    """Numbers as places from 0 in their order."""
    rows = len(joint)
    if size <= min(DENSE_MOST, max(DENSE_BYTES_A_ROW * rows, DENSE_LEAST)):
        first_of = np.full(size, -1, np.int32)
        first_of[joint[::-1]] = np.arange(rows - 1, -1, -1, dtype=np.int32)
        present = np.flatnonzero(first_of >= 0)
        first = first_of[present].astype(np.int64)
        first_of[present] = np.arange(len(present), dtype=np.int32)
        return Distinct(first_of[joint], first)
    sample = joint[:SAMPLE_ROWS]
    if len(np.unique(sample)) > len(sample) / 2:
        return _sorted(joint)
    import pandas as pd

    places, found = pd.factorize(joint)
    order = np.argsort(found)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    which = rank[places]
    first = np.empty(len(order), np.int64)
    first[which[::-1]] = np.arange(rows - 1, -1, -1)
    return Distinct(which, first)


def _sorted(joint: np.ndarray) -> Distinct:
    """The same by sorting, which is quicker than hashing where few numbers occur twice."""
    order = np.argsort(joint)
    ranked = joint[order]
    begins = np.append(True, ranked[1:] != ranked[:-1])
    which = np.empty(len(joint), np.int32)
    which[order] = np.cumsum(begins, dtype=np.int32) - 1
    return Distinct(which, np.minimum.reduceat(order, np.flatnonzero(begins)))


def same_sets(owner: np.ndarray, member: np.ndarray, *, owners: int) -> np.ndarray:
    """Find owners who hold the same set of members.

    Parameters
    ----------
    owner, member : numpy.ndarray
        Shape (pairs,), from 0, no pair twice; each owner has at least one.
    owners : int

    Returns
    -------
    numpy.ndarray
        Shape (owners,), int32: a number of each owner's set.

    Examples
    --------
    >>> same_sets(np.array([0, 0, 1, 2, 2]), np.array([4, 7, 4, 7, 4]), owners=3).tolist()
    [1, 0, 1]
    """
    if not len(owner):
        return np.zeros(owners, np.int32)
    length = np.bincount(owner, minlength=owners)
    if len(owner) == owners:  # one each
        alone = np.empty(owners, np.int64)
        alone[owner] = member
        return distinct([alone], [int(member.max()) + 1]).which
    order = np.lexsort((member, owner))
    held = member[order].astype(np.int64)
    begin = np.append(0, np.cumsum(length))[:-1]
    members = int(held.max()) + 1
    name = held[begin]  # the sets of one member; then those of two are pairs of a set of one and a member, and so on
    for place in range(1, int(length.max())):
        longer = np.flatnonzero(length > place)
        shorter = np.unique(name[longer], return_inverse=True)[1].astype(np.int64)
        name[longer] = np.unique(shorter * members + held[begin[longer] + place], return_inverse=True)[1]
    found = distinct([length, name], [int(length.max()) + 1, int(name.max()) + 1])
    return found.which
