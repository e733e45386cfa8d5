"""Earlier groups prepared for search: plain arrays that can be mapped from disk, appended to, and never rebuilt for a query.

A release may be held against a thousand tables; only the entries of rare people and of likely cells are ever read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from workbench.disclosure.comparing.groups import Groups, band_sums, distinct, mixed, spread, whole
from workbench.errors import UsageError

WITNESSES = 16
"""So many people of each cell (those of the smallest hashes) are kept apart to rule out quickly what cannot contain it."""

_WIDTHS = (np.int8, np.int16, np.int32, np.int64)


@dataclass(frozen=True)
class Segment:
    """Some groups, by cell and by person.

    Parameters
    ----------
    key : numpy.ndarray
        Shape (people,), uint64, ascending: mixed ids.
    start : numpy.ndarray
        Shape (n + 1,), int64.
    person : numpy.ndarray
        Shape (entries,), int32, ascending in a cell: places in ``key``.
    weight : numpy.ndarray
        Shape (entries,), the smallest integers that hold them; never 0.
    post_start, post_cell, post_weight : numpy.ndarray
        The same entries by person: shape (people + 1,), (entries,), (entries,).
    bands : numpy.ndarray
        Shape (n, BANDS), uint64: :func:`~workbench.disclosure.comparing.groups.band_sums`.
    witness, witness_weight : numpy.ndarray
        Shape (WITNESSES, n): the first entries of each cell, repeated where it has fewer.
    table : numpy.ndarray
        Shape (n,), int64.
    """

    key: np.ndarray
    start: np.ndarray
    person: np.ndarray
    weight: np.ndarray
    post_start: np.ndarray
    post_cell: np.ndarray
    post_weight: np.ndarray
    bands: np.ndarray
    witness: np.ndarray
    witness_weight: np.ndarray
    table: np.ndarray

    def __len__(self) -> int:
        return len(self.start) - 1

    @cached_property
    def sizes(self) -> np.ndarray:
        """People of each cell, shape (n,)."""
        return np.diff(self.start)

    @cached_property
    def plain(self) -> np.ndarray:
        """Whether a cell has no negative weight, shape (n,)."""
        result = np.ones(len(self), bool)
        if len(self.weight) and np.min(self.weight) < 0:
            result[np.repeat(np.arange(len(self)), self.sizes)[self.weight < 0]] = False
        return result

    @cached_property
    def by_witness(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the cells of each person as first witness start, shape (people + 1,), and those cells: only cells of somebody,
        with no negative weight."""
        cells = np.flatnonzero(self.plain & (self.sizes > 0))
        first = self.witness[0][cells]
        return np.r_[0, np.cumsum(np.bincount(first, minlength=len(self.key)))], cells[np.argsort(first, kind="stable")]

    def places(self, key: np.ndarray) -> np.ndarray:
        """Where people stand in this segment, -1 where nowhere; the shape of ``key`` (mixed ids)."""
        if not len(self.key):
            return np.full(len(key), -1)
        place = np.minimum(np.searchsorted(self.key, key), len(self.key) - 1)
        return np.where(self.key[place] == key, place, -1)

    def entries(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the entries of some cells: place in ``cells``, person, weight."""
        count = self.start[cells + 1] - self.start[cells]
        where = spread(self.start[cells], count)
        return np.repeat(np.arange(len(cells)), count), self.person[where], self.weight[where].astype(np.int64)

    def postings(self, people: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the cells of some people (-1: of nobody): place in ``people``, cell, weight."""
        known = np.flatnonzero(people >= 0)
        inside = people[known]
        count = self.post_start[inside + 1] - self.post_start[inside]
        where = spread(self.post_start[inside], count)
        return np.repeat(known, count), self.post_cell[where], self.post_weight[where].astype(np.int64)


def segment_of(groups: Groups) -> Segment:
    """Prepare groups for search.

    Parameters
    ----------
    groups : Groups

    Returns
    -------
    Segment
    """
    cell = np.repeat(np.arange(len(groups)), groups.sizes)
    key, person = np.unique(mixed(groups.person), return_inverse=True)
    order = np.argsort(cell * max(len(key), 1) + person, kind="stable")
    cell, person, weight = cell[order], person[order], whole(groups.weight)[order]
    if len(cell):
        first = np.flatnonzero(np.r_[True, (np.diff(cell) != 0) | (np.diff(person) != 0)])
        cell, person, weight = cell[first], person[first], np.add.reduceat(weight, first)
        there = weight != 0
        cell, person, weight = cell[there], person[there], weight[there]
    table = np.zeros(len(groups), np.int64) if groups.table is None else groups.table.astype(np.int64)
    start = np.r_[0, np.cumsum(np.bincount(cell, minlength=len(groups)))].astype(np.int64)
    bands = band_sums(cell, key[person], weight, size=len(groups))
    return _finished(key, start, person.astype(np.int32), weight, bands, table)


def _finished(
    key: np.ndarray, start: np.ndarray, person: np.ndarray, weight: np.ndarray, bands: np.ndarray, table: np.ndarray
) -> Segment:
    """Add the order by person and the witnesses."""
    import scipy.sparse as sp

    size = len(start) - 1
    low, high = int(weight.min(initial=0)), int(weight.max(initial=0))
    weight = weight.astype(next(kind for kind in _WIDTHS if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max))
    by_person = sp.csr_matrix((weight, person, start), shape=(size, len(key))).tocsc()
    first = start[:-1] + np.minimum(np.arange(WITNESSES)[:, None], np.maximum(np.diff(start) - 1, 0))
    some = np.diff(start) > 0
    witness, witness_weight = np.zeros((WITNESSES, size), np.int32), np.zeros((WITNESSES, size), weight.dtype)
    witness[:, some], witness_weight[:, some] = person[first[:, some]], weight[first[:, some]]
    return Segment(
        key=key, start=start, person=person, weight=weight, post_start=by_person.indptr.astype(np.int64),
        post_cell=by_person.indices.astype(np.int32), post_weight=by_person.data, bands=bands, witness=witness,
        witness_weight=witness_weight, table=table,
    )  # fmt: skip


def _joined(one: Segment, other: Segment) -> Segment:
    """The cells of one segment and then of the other."""
    key = distinct(np.concatenate((one.key, other.key)))
    parts = (one, other)
    return _finished(
        key,
        np.r_[one.start, one.start[-1] + other.start[1:]],
        np.concatenate([np.searchsorted(key, part.key).astype(np.int32)[part.person] for part in parts]),
        np.concatenate([part.weight.astype(np.int64) for part in parts]),
        np.concatenate([part.bands for part in parts]),
        np.concatenate([part.table for part in parts]),
    )


@dataclass(frozen=True)
class Index:
    """All groups published so far, oldest first, in segments that grow with their age.

    Parameters
    ----------
    segments : tuple of Segment
        Cell i of the index is counted through them in order.

    Examples
    --------
    >>> index = Index.of(Groups.of([{1: 1, 2: 1}])).extended(Groups.of([{2: 1}, {3: 1}]))
    >>> len(index), len(Index.from_arrays(index.arrays()))
    (3, 3)
    """

    segments: tuple[Segment, ...] = ()

    @classmethod
    def of(cls, groups: Groups) -> Index:
        """Prepare groups for search."""
        return cls().extended(groups)

    def extended(self, groups: Groups) -> Index:
        """Return the index with more groups after its own.

        Parameters
        ----------
        groups : Groups
            Their table numbers must not be those of other tables in the index.

        Returns
        -------
        Index
            Old segments are taken over as they are, but for those of less than twice the new one's entries, which are joined
            with it: so there are never many, and each entry is copied a logarithmic number of times.
        """
        if not len(groups):
            return self
        segments, last = list(self.segments), segment_of(groups)
        while segments and len(segments[-1].person) < 2 * len(last.person):
            last = _joined(segments.pop(), last)
        return Index((*segments, last))

    def __len__(self) -> int:
        return sum(len(segment) for segment in self.segments)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the index as plain arrays under the names ``<segment>.<array>``, to be stored and mapped from disk."""
        return {
            f"{number}.{field.name}": getattr(segment, field.name)
            for number, segment in enumerate(self.segments)
            for field in fields(segment)
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> Index:
        """Make the index again from its arrays (``numpy.memmap`` will do).

        Raises
        ------
        UsageError
            An array is missing or of another length than its neighbours say.
        """
        names = [field.name for field in fields(Segment)]
        numbers = sorted({int(name.partition(".")[0]) for name in arrays})
        missing = [f"{number}.{name}" for number in numbers for name in names if f"{number}.{name}" not in arrays]
        if missing or numbers != list(range(len(numbers))):
            raise UsageError(f"index of groups: arrays are missing: {', '.join(missing) or 'a segment'}")
        segments = tuple(Segment(**{name: np.asarray(arrays[f"{number}.{name}"]) for name in names}) for number in numbers)
        _check(segments)
        return cls(segments)


def _check(segments: Sequence[Segment]) -> None:
    """Refuse arrays that do not fit each other."""
    for number, part in enumerate(segments):
        entries = int(part.start[-1]) if len(part.start) else -1
        fits = entries == len(part.person) == len(part.weight) == len(part.post_cell) == len(part.post_weight)
        fits &= len(part.post_start) == len(part.key) + 1 and int(part.post_start[-1]) == entries
        fits &= len(part.bands) == len(part.table) == len(part) and part.witness.shape == (WITNESSES, len(part))
        if not fits:
            raise UsageError(f"index of groups: the arrays of segment {number} do not fit each other")
