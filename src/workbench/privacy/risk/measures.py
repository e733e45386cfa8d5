"""l-diversity and t-closeness of classes, from counts: whole numbers to the end, then one division.

l-diversity: Machanavajjhala et al. 2007 (ACM TKDD 1(1), section 4.1: distinct; Definition 4.1: entropy). t-closeness: Li, Li
and Venkatasubramanian 2007 (ICDE, section 3.2), with the equal distance of categories or the ordered distance of ranks.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from workbench.privacy.risk.classes import distinct

_EXACT = 1 << 62


@dataclass(frozen=True, eq=False)
class Counts:
    """How many people show each sensitive value in each class; only pairs that occur, ordered by class, then value.

    Parameters
    ----------
    group, value, people : numpy.ndarray
        Shape (pairs,).
    groups, values : int
        How many classes and values there are; each occurs.
    shown : numpy.ndarray, optional
        Shape (values,): how many people show each value in the whole table, less than the sum over the classes where
        somebody shows it in more than one; by default that sum.
    """

    group: np.ndarray
    value: np.ndarray
    people: np.ndarray
    groups: int
    values: int
    shown: np.ndarray | None = None

    @property
    def whole(self) -> np.ndarray:
        """How many people show each value in the whole table, int64."""
        if self.shown is not None:
            return self.shown.astype(np.int64)
        return np.bincount(self.value, weights=self.people, minlength=self.values).astype(np.int64)

    @property
    def starts(self) -> np.ndarray:
        """Where each class begins."""
        return np.searchsorted(self.group, np.arange(self.groups))


def count_values(
    group: np.ndarray, value: np.ndarray, *, groups: int, values: int, person: np.ndarray | None, persons: int
) -> Counts:
    """Count people per class and sensitive value, and per value in the whole table; a person counts once for each value.

    Parameters
    ----------
    group, value : numpy.ndarray
        Shape (rows,), codes from 0.
    groups, values : int
        More than the greatest code.
    person : numpy.ndarray or None
        Shape (rows,); None where each row is a person.
    persons : int

    Returns
    -------
    Counts
        Values that do not occur are left out of the numbering.

    Examples
    --------
    >>> found = count_values(np.array([0, 0, 1]), np.array([5, 5, 2]), groups=2, values=6, person=None, persons=3)
    >>> found.group.tolist(), found.value.tolist(), found.people.tolist(), found.values
    ([0, 1], [1, 0], [2, 1], 2)
    """
    pairs = distinct([group, value], [groups, values])
    present, places = np.unique(value[pairs.first], return_inverse=True)
    whole = None
    if person is None:
        people = np.bincount(pairs.which, minlength=pairs.count)
    else:
        shown = distinct([pairs.which, person], [pairs.count, persons])
        people = np.bincount(pairs.which[shown.first], minlength=pairs.count)
        once = distinct([places[pairs.which[shown.first]], person[shown.first]], [len(present), persons])
        whole = np.bincount(places[pairs.which[shown.first[once.first]]], minlength=len(present))
    return Counts(group[pairs.first].astype(np.int64), places.astype(np.int64), people, groups, len(present), whole)


def distinct_values(counts: Counts) -> np.ndarray:
    """Return how many values each class shows.

    Parameters
    ----------
    counts : Counts

    Returns
    -------
    numpy.ndarray
        Shape (classes,).

    Examples
    --------
    >>> distinct_values(Counts(np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([1, 1, 3]), 2, 2)).tolist()
    [2, 1]
    """
    return np.bincount(counts.group, minlength=counts.groups)


def entropy_values(counts: Counts) -> np.ndarray:
    """Return e to the entropy of each class: how many equally frequent values would be as diverse.

    Parameters
    ----------
    counts : Counts

    Returns
    -------
    numpy.ndarray
        Shape (classes,).

    Examples
    --------
    >>> entropy_values(Counts(np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([4, 4, 3]), 2, 2)).round(6).tolist()
    [2.0, 1.0]
    """
    size = np.add.reduceat(counts.people, counts.starts)
    inside = np.add.reduceat(counts.people * np.log(counts.people), counts.starts)
    return np.exp(np.maximum(np.log(size) - inside / size, 0.0))


def closeness(counts: Counts, *, ordered: bool) -> Fraction:
    """Return t: the greatest distance between the values of a class and those of the whole table.

    Parameters
    ----------
    counts : Counts
    ordered : bool
        The values' numbers are their ranks: the earth mover's distance over ranks, divided by their number less one.
        Otherwise every two values are equally far apart: half the sum of the differences of shares.

    Returns
    -------
    Fraction
        Exactly.

    Examples
    --------
    >>> counts = Counts(np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([1, 1, 2]), 2, 2)
    >>> closeness(counts, ordered=False), closeness(counts, ordered=True)
    (Fraction(1, 4), Fraction(1, 4))
    """
    size = np.add.reduceat(counts.people, counts.starts).astype(np.int64)
    whole = counts.whole
    total = int(whole.sum())
    if ordered:
        excess, parts = _rank_distance(counts, size, whole, total), max(counts.values - 1, 1)
    else:
        excess, parts = _equal_distance(counts, size, whole, total), 1
    shares = excess / size.astype(object if excess.dtype == object else np.int64)
    near = np.flatnonzero(shares >= shares.max() * (1 - 1e-12))
    pairs = {(int(excess[at]), int(size[at])) for at in near}
    return max(Fraction(far, people * total * parts) for far, people in pairs)


def _equal_distance(counts: Counts, size: np.ndarray, whole: np.ndarray, total: int) -> np.ndarray:
    """Per class the sum of what its shares exceed those of the whole by, times its size and the total."""
    over = counts.people * total - whole[counts.value] * size[counts.group]
    return np.add.reduceat(np.maximum(over, 0), counts.starts)


def _rank_distance(counts: Counts, size: np.ndarray, whole: np.ndarray, total: int) -> np.ndarray:
    """Per class the sum over ranks of the cumulated differences, times its size and the total.

    Between two values that a class shows its cumulated share stands still while that of the whole grows: the difference
    changes its sign once at most, at a place found by bisection, and sums of the whole give the parts on both sides.
    """
    starts, group = counts.starts, counts.group
    wide = int(size.max()) * total * counts.values >= _EXACT
    kind = object if wide else np.int64
    grown = np.cumsum(whole)
    sums = np.append(0, np.cumsum(grown.astype(kind)))
    inside = np.cumsum(counts.people)
    inside = inside - (inside[starts] - counts.people[starts])[group]
    begin = counts.value
    end = np.append(begin[1:], counts.values)
    end[np.append(starts[1:], len(begin)) - 1] = counts.values
    level = inside.astype(kind) * total
    turn = np.searchsorted(grown, (inside * total) // size[group], side="right").clip(begin, end)
    scale = size.astype(kind)[group]
    above = (turn - begin) * level - scale * (sums[turn] - sums[begin])
    below = scale * (sums[end] - sums[turn]) - (end - turn) * level
    return np.add.reduceat(above + below, starts) + size.astype(kind) * sums[begin[starts]]
