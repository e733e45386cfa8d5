"""The people behind published cells, as sparse vectors over stable ids.

Two published numbers tell of a third, their difference: what that one rests on is seen in the vectors alone, whatever the
tables were called.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.errors import UsageError

AMOUNT_STEP = 1e-6
"""Amounts are compared in whole millionths, so that the order of an addition makes no difference."""

BANDS = 64
"""People fall into so many bands by their hash; a cell keeps one sum for each."""


@dataclass(frozen=True)
class Groups:
    """Who stands behind each of some cells, and with how much.

    Parameters
    ----------
    start : numpy.ndarray
        Shape (n + 1,), int64: the entries of cell i are ``start[i]`` to ``start[i + 1]``.
    person : numpy.ndarray
        Shape (entries,), int64: stable ids, any order; a person named twice in a cell counts once, with both weights.
    weight : numpy.ndarray
        Shape (entries,): rows of that person in the cell (integers) or what they bring to its sum (floats, compared in
        millionths). An entry of weight 0 is none.
    table : numpy.ndarray or None
        Shape (n,), int64: which cells stand in one table (numbers of the caller's); None where all do. It orders the
        search, and what is found never rests on it alone.

    Raises
    ------
    UsageError
        Arrays that do not fit each other, or weights that are no finite numbers.

    Examples
    --------
    >>> Groups.of([{7: 1, 9: 2}, {7: 1}]).sizes.tolist()
    [2, 1]
    """

    start: np.ndarray
    person: np.ndarray
    weight: np.ndarray
    table: np.ndarray | None = None

    def __post_init__(self) -> None:
        start, entries = self.start, len(self.person)
        if start.ndim != 1 or len(start) == 0 or start[0] != 0 or start[-1] != entries or (np.diff(start) < 0).any():
            raise UsageError(f"groups: 'start' does not cut {entries} entries into cells")
        if len(self.weight) != entries:
            raise UsageError(f"groups: {entries} people, {len(self.weight)} weights")
        if self.table is not None and len(self.table) != len(start) - 1:
            raise UsageError(f"groups: {len(start) - 1} cells, {len(self.table)} table numbers")
        if not np.issubdtype(self.person.dtype, np.integer):
            raise UsageError(f"groups: people are whole numbers, found the type {self.person.dtype}")
        if np.issubdtype(self.weight.dtype, np.floating):
            if not np.isfinite(self.weight).all():
                raise UsageError("groups: a weight is not a finite number")
            if (np.abs(self.weight) >= 2**62 * AMOUNT_STEP).any():
                raise UsageError(f"groups: an amount of {2**62 * AMOUNT_STEP:.1e} or more cannot be compared")
        elif not np.issubdtype(self.weight.dtype, np.integer):
            raise UsageError(f"groups: weights are numbers, found the type {self.weight.dtype}")

    @classmethod
    def of(cls, cells: list[dict[int, int]] | list[dict[int, float]], *, table: list[int] | None = None) -> Groups:
        """Make groups from a dictionary of people and weights for each cell.

        Parameters
        ----------
        cells : list of dict
            Stable id to weight.
        table : list of int, optional
            The table of each cell.

        Returns
        -------
        Groups
        """
        start = np.cumsum([0, *(len(cell) for cell in cells)]).astype(np.int64)
        person = np.array([person for cell in cells for person in cell], dtype=np.int64)
        weights = [weight for cell in cells for weight in cell.values()]
        weight = np.array(weights, dtype=float if any(isinstance(item, float) for item in weights) else np.int64)
        return cls(start, person, weight, None if table is None else np.array(table, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.start) - 1

    @property
    def sizes(self) -> np.ndarray:
        """How many entries each cell has, shape (n,)."""
        return np.diff(self.start)


def mixed(values: np.ndarray) -> np.ndarray:
    """Mix 64-bit numbers one to one, so that neighbours fall far apart (splitmix64, Steele et al. 2014, section 5).

    Parameters
    ----------
    values : numpy.ndarray
        uint64, or int64 taken as its bits.

    Returns
    -------
    numpy.ndarray
        uint64, the same shape; different for different values.

    Examples
    --------
    >>> len(np.unique(mixed(np.arange(1000))))
    1000
    """
    mix = values.astype(np.int64, copy=False).view(np.uint64) if values.dtype != np.uint64 else values
    mix = mix + np.uint64(0x9E3779B97F4A7C15)
    mix = (mix ^ (mix >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mix = (mix ^ (mix >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mix ^ (mix >> np.uint64(31))


def whole(weight: np.ndarray) -> np.ndarray:
    """Return weights as int64: integers as they are, amounts in millionths."""
    if np.issubdtype(weight.dtype, np.floating):
        return np.rint(weight / AMOUNT_STEP).astype(np.int64)
    return weight.astype(np.int64, copy=False)


def band_sums(cell: np.ndarray, key: np.ndarray, weight: np.ndarray, *, size: int) -> np.ndarray:
    """Return, for each cell and band of people, the sum of weight times a person's odd hash, modulo 2**64.

    Parameters
    ----------
    cell : numpy.ndarray
        The cell of each entry, from 0 below ``size``.
    key : numpy.ndarray
        uint64: the mixed id of each entry's person; its top bits say the band.
    weight : numpy.ndarray
        int64.
    size : int
        The number of cells.

    Returns
    -------
    numpy.ndarray
        uint64, shape (size, BANDS). Linear: the sums of a difference of two cells are the differences of their sums. Two
        vectors that differ for d people differ in at most d bands.
    """
    sums = np.zeros(size * BANDS, np.uint64)
    hashed = mixed(key ^ np.uint64(0xD1B54A32D192ED03)) | np.uint64(1)
    shift = np.uint64(64 - BANDS.bit_length() + 1)
    np.add.at(sums, cell * BANDS + (key >> shift).astype(np.int64), hashed * weight.view(np.uint64))
    return sums.reshape(size, BANDS)


def signature(person: np.ndarray, weight: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Return one number for each cell that is the same for the same people with the same weights.

    Parameters
    ----------
    person, weight, start : numpy.ndarray
        As in :class:`Groups`.

    Returns
    -------
    numpy.ndarray
        uint64, shape (n,): sums modulo 2**64, so that neither order nor repetition matters, and the signature of a union of
        disjoint cells is the sum of theirs.

    Examples
    --------
    >>> one, other = signature(np.array([3, 5, 5, 3]), np.array([1, 2, 2, 1]), np.array([0, 2, 4]))
    >>> bool(one == other)
    True
    """
    sizes = np.diff(start)
    cell = np.repeat(np.arange(len(sizes)), sizes)
    return band_sums(cell, mixed(person), whole(weight), size=len(sizes)).sum(1, dtype=np.uint64)


def spread(start: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Return the places ``start[i]`` to ``start[i] + count[i]`` of every i, one after the other.

    Examples
    --------
    >>> spread(np.array([10, 3]), np.array([2, 1])).tolist()
    [10, 11, 3]
    """
    ends = np.cumsum(count)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(start - (ends - count), count)


def distinct(values: np.ndarray) -> np.ndarray:
    """Return each integer once, ascending (``numpy.unique`` alone is 50 times slower on integers in numpy 2.3 and 2.4).

    Examples
    --------
    >>> distinct(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    ascending = np.sort(values)
    return ascending[np.r_[True, ascending[1:] != ascending[:-1]]] if len(values) else ascending
