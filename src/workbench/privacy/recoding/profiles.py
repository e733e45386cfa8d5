"""From rows to people to distinct profiles, each with how many people show it and how many rows each of them has.

A table of ten million rows holds some ten thousand profiles; whatever is decided afterwards is decided on those. The
rows of one person become one profile, so that linked rows never single anyone out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.errors import UsageError
from workbench.privacy.recoding.attributes import Attribute, Sensitive

DENSE_CODES = 2**27
"""Up to so many possible combinations a table of them is made, without hashing (512 MB would be 2**27 codes of 4 bytes)."""


@dataclass(frozen=True, eq=False)
class Profiles:
    """The distinct profiles of the people, in the order of their leaves.

    Parameters
    ----------
    low, high : numpy.ndarray
        Shape (local attributes, profiles), int32: the lowest and highest leaf among each person's rows; a missing value
        stands after the last leaf.
    signature : numpy.ndarray
        Shape (profiles,): which combination of items (cells of the dimensions, sensitive values) each person shows.
    people : numpy.ndarray
        Shape (profiles,): how many.
    rows_each : numpy.ndarray
        Shape (profiles,): how many rows each of these people has.
    start, item, times : numpy.ndarray
        The items of signature s, and in how many rows each is shown, are at ``start[s]:start[s + 1]``.
    dimensions, values : numpy.ndarray
        Shape (dimensions, items) and (sensitive fields, items): what an item is.
    of_person : numpy.ndarray
        Shape (persons,): the profile of each, persons in the order of their first row's code.
    person_of_row : numpy.ndarray or None
        Shape (rows,); None where each row is a person.
    """

    low: np.ndarray
    high: np.ndarray
    signature: np.ndarray
    people: np.ndarray
    rows_each: np.ndarray
    start: np.ndarray
    item: np.ndarray
    times: np.ndarray
    dimensions: np.ndarray
    values: np.ndarray
    of_person: np.ndarray
    person_of_row: np.ndarray | None

    @property
    def items(self) -> int:
        """How many distinct items there are."""
        return self.values.shape[1]

    def rows_of_item(self, kept: np.ndarray | None = None) -> np.ndarray:
        """Return in how many rows of some profiles, or of all, each item stands.

        Parameters
        ----------
        kept : numpy.ndarray, optional
            Shape (profiles,), bool.

        Returns
        -------
        numpy.ndarray
            Shape (items,).
        """
        kept = np.ones(len(self.people), bool) if kept is None else kept
        signatures = len(self.start) - 1
        people = np.bincount(self.signature[kept], self.people[kept], minlength=signatures).astype(np.int64)
        rows = np.repeat(people, np.diff(self.start)) * self.times
        return np.bincount(self.item, rows, minlength=self.items).astype(np.int64)


def profiles_of(
    attributes: Sequence[Attribute], sensitive: Sequence[Sensitive], people: np.ndarray | None, *, rows: int
) -> Profiles:
    """Find the distinct profiles.

    Parameters
    ----------
    attributes : sequence of Attribute
    sensitive : sequence of Sensitive
    people : numpy.ndarray or None
        Shape (rows,): whose row it is; None where each row is a person.
    rows : int

    Returns
    -------
    Profiles

    Raises
    ------
    UsageError
        A row that belongs to nobody.
    """
    local = [attribute for attribute in attributes if not attribute.dimension]
    dimensions = [attribute for attribute in attributes if attribute.dimension]
    columns = [*(_axis(a) for a in dimensions), *(_values(s) for s in sensitive)]
    sizes = [*(a.tree.leaves + 1 for a in dimensions), *(s.size for s in sensitive)]
    item_of_row, items = distinct_rows(columns, sizes, rows=rows)
    places, leaves = [_axis(a) for a in local], [a.tree.leaves + 1 for a in local]
    if people is None:
        of_person, found = distinct_rows([*places, item_of_row], [*leaves, items.shape[1]], rows=rows)
        low = high = found[:-1].astype(np.int32)
        signature = found[-1]
        start, item, times = np.arange(items.shape[1] + 1), np.arange(items.shape[1]), np.ones(items.shape[1], np.int64)
        person_of_row = None
    else:
        person_of_row, names = pd.factorize(people)
        nobody = person_of_row < 0
        if nobody.any():
            raise UsageError(
                f"{int(nobody.sum()):,} rows (the first is row {int(np.argmax(nobody)) + 1:,}) belong to nobody",
                hint="fill in the unit, or leave these rows out before protecting",
            )
        order = np.argsort(person_of_row, kind="stable")
        starts = np.searchsorted(person_of_row[order], np.arange(len(names)))
        lows = [np.minimum.reduceat(place[order], starts) for place in places] if rows else places
        highs = [np.maximum.reduceat(place[order], starts) for place in places] if rows else places
        signature_of, start, item, times = _signatures(person_of_row, item_of_row, items=items.shape[1], persons=len(names))
        of_person, found = distinct_rows([*lows, *highs, signature_of], [*leaves, *leaves, len(start) - 1], rows=len(names))
        low, high = found[: len(local)].astype(np.int32), found[len(local) : 2 * len(local)].astype(np.int32)
        signature = found[-1]
    total = np.append(0, np.cumsum(times))
    return Profiles(
        low=low,
        high=high,
        signature=signature,
        people=np.bincount(of_person, minlength=len(signature)),
        rows_each=(total[start[1:]] - total[start[:-1]])[signature],
        start=start,
        item=item,
        times=times,
        dimensions=items[: len(dimensions)],
        values=items[len(dimensions) :],
        of_person=of_person,
        person_of_row=person_of_row,
    )


def distinct_rows(columns: Sequence[np.ndarray], sizes: Sequence[int], *, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Find the distinct combinations of codes, in lexicographic order.

    Parameters
    ----------
    columns : sequence of numpy.ndarray
        Shape (rows,) each, codes from 0.
    sizes : sequence of int
        One more than the greatest code of each column.
    rows : int

    Returns
    -------
    which : numpy.ndarray
        Shape (rows,), int32: the combination of each row.
    combinations : numpy.ndarray
        Shape (columns, combinations), int64.

    Examples
    --------
    >>> which, found = distinct_rows([np.array([1, 0, 1]), np.array([2, 2, 2])], [2, 3], rows=3)
    >>> which.tolist(), found.tolist()
    ([1, 0, 1], [[0, 1], [2, 2]])
    """
    if not columns:
        return np.zeros(rows, np.int32), np.zeros((0, min(rows, 1)), np.int64)
    if not rows:
        return np.zeros(0, np.int32), np.zeros((len(columns), 0), np.int64)
    if math.prod(sizes) >= 2**62:  # make the first columns dense, then go on
        half = (len(columns) + 1) // 2 if len(columns) > 2 else 1
        if len(columns) == 1:
            dense, which = np.unique(columns[0], return_inverse=True)
            return which.astype(np.int32), dense[None, :].astype(np.int64)
        first, found = distinct_rows(columns[:half], sizes[:half], rows=rows)
        if (found.shape[1] >= math.prod(sizes[:half]) and half > 1) or len(columns) == 2:
            second, others = distinct_rows(columns[half:], sizes[half:], rows=rows)
            which, pairs = distinct_rows([first, second], [found.shape[1], others.shape[1]], rows=rows)
            return which, np.vstack([found[:, pairs[0]], others[:, pairs[1]]])
        which, rest = distinct_rows([first, *columns[half:]], [found.shape[1], *sizes[half:]], rows=rows)
        return which, np.vstack([found[:, rest[0]], rest[1:]])
    size = math.prod(sizes)
    kind = np.int32 if size < 2**31 else np.int64
    joint: np.ndarray = columns[0].astype(kind)
    for column, own in zip(columns[1:], sizes[1:], strict=True):
        np.multiply(joint, kind(own), out=joint)
        np.add(joint, column.astype(kind, copy=False), out=joint)
    if size <= min(DENSE_CODES, max(8 * rows, 2**16)):
        seen = np.zeros(size, bool)
        seen[joint] = True
        present = np.flatnonzero(seen)
        place = np.zeros(size, np.int32)
        place[present] = np.arange(len(present), dtype=np.int32)
        which = place[joint]
    else:
        found_at, uniques = pd.factorize(joint)
        order = np.argsort(uniques)
        rank = np.empty(len(order), np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        present, which = np.asarray(uniques)[order].astype(np.int64), rank[found_at]
    combinations = np.empty((len(columns), len(present)), np.int64)
    left = present.astype(np.int64)
    for at in range(len(columns) - 1, -1, -1):
        left, combinations[at] = np.divmod(left, sizes[at])
    return which, combinations


def _axis(attribute: Attribute) -> np.ndarray:
    """The leaf of each row; a missing value stands after the last one."""
    codes = attribute.codes
    return np.where(codes < 0, codes.dtype.type(attribute.tree.leaves), codes) if len(codes) and codes.min() < 0 else codes


def _values(field: Sensitive) -> np.ndarray:
    """The sensitive value of each row; a missing one is the last."""
    codes = field.codes
    return np.where(codes < 0, codes.dtype.type(field.size - 1), codes) if len(codes) and codes.min() < 0 else codes


def _signatures(
    person_of_row: np.ndarray, item_of_row: np.ndarray, *, items: int, persons: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Which multiset of items each person's rows show, and what the distinct ones hold."""
    if not persons:
        return np.zeros(0, np.int64), np.zeros(1, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64)
    pairs, times = np.unique(person_of_row.astype(np.int64) * items + item_of_row, return_counts=True)
    person, item = np.divmod(pairs, items)
    element = distinct_rows([item, times], [items, int(times.max()) + 1], rows=len(item))[0].astype(np.int64)
    begin = np.searchsorted(person, np.arange(persons))
    length = np.diff(np.append(begin, len(person)))
    kinds = int(element.max()) + 1
    held = element[begin]
    for place in range(1, int(length.max())):
        longer = np.flatnonzero(length > place)
        shorter = held[longer]
        dense = np.unique(shorter, return_inverse=True)[1]
        held[longer] = np.unique(dense * kinds + element[begin[longer] + place], return_inverse=True)[1]
    _, first, signature = np.unique(length * (len(element) + kinds) + held, return_index=True, return_inverse=True)
    start = np.append(0, np.cumsum(length[first]))
    at = np.repeat(begin[first] - start[:-1], length[first]) + np.arange(start[-1])
    return signature, start, item[at], times[at]
