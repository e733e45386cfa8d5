"""Whether classes hold l-diversity and t-closeness, decided on counts.

l-diversity: Machanavajjhala et al. 2007 (ACM TKDD 1(1)), distinct and entropy. t-closeness: Li, Li and Venkatasubramanian
2007 (ICDE), with the equal and the ordered distance. A person counts once per class and sensitive value. Counts are
compared as integers; entropy by floats unless these are too near to the bound, then by whole-number powers.
"""

from __future__ import annotations

import decimal
import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from workbench.errors import UsageError

NEAR = 1e-9
"""Entropies nearer to their bound than this are decided by exact arithmetic."""
LARGEST_POWER = 5_000
"""People of a class, after taking out a common divisor, whose powers are still multiplied out."""
DIGITS = 120
"""Of the logarithms beyond that."""


@dataclass(frozen=True, eq=False)
class Histograms:
    """How many people show each sensitive value in each class, only what is not zero, ordered by class and value.

    Parameters
    ----------
    owner, value, count : numpy.ndarray
        Shape (entries,).
    owners : int
        How many classes there may be; those without entries hold nobody.
    """

    owner: np.ndarray
    value: np.ndarray
    count: np.ndarray
    owners: int

    def starts(self) -> np.ndarray:
        """Return where each class that holds anybody begins."""
        return np.flatnonzero(np.append(True, self.owner[1:] != self.owner[:-1])) if len(self.owner) else np.zeros(0, np.intp)


def histograms(owner: np.ndarray, value: np.ndarray, count: np.ndarray, *, owners: int, values: int) -> Histograms:
    """Add up people per class and value.

    Parameters
    ----------
    owner, value, count : numpy.ndarray
        Shape (entries,).
    owners, values : int

    Returns
    -------
    Histograms

    Examples
    --------
    >>> histograms(np.array([1, 0, 1]), np.array([2, 0, 2]), np.array([5, 1, 1]), owners=2, values=3).count.tolist()
    [1, 6]
    """
    key = owner.astype(np.int64) * values + value
    if owners * values <= max(4 * len(key), 2**16):
        sums = np.bincount(key, weights=count, minlength=0) if len(key) else np.zeros(0)
        keys = np.flatnonzero(sums)
        counts = sums[keys].astype(np.int64)
    else:
        order = np.argsort(key, kind="stable")
        ordered = key[order]
        starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(key) else np.zeros(0, np.intp)
        keys, counts = ordered[starts], np.add.reduceat(count[order], starts) if len(key) else np.zeros(0, np.int64)
        keys, counts = keys[counts > 0], counts[counts > 0]
    return Histograms(owner=keys // values, value=keys % values, count=counts, owners=owners)


@dataclass(frozen=True, eq=False)
class Guard:
    """What is asked of one sensitive field.

    Parameters
    ----------
    name : str
    whole : numpy.ndarray
        Shape (values,): people per value in the whole table.
    l : float or None
    entropy : bool
    t : Fraction or None
    ordered : bool

    Examples
    --------
    >>> guard = Guard("s", np.array([2, 2]), l=2, entropy=False, t=Fraction(1, 4), ordered=False)
    >>> guard.holds(histograms(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([3, 1, 4]), owners=2, values=2)).tolist()
    [True, False]
    """

    name: str
    whole: np.ndarray
    l: float | None  # noqa: E741 - the field's own word
    entropy: bool
    t: Fraction | None
    ordered: bool

    def holds(self, found: Histograms) -> np.ndarray:
        """Tell of each class whether it holds; an empty one does.

        Parameters
        ----------
        found : Histograms

        Returns
        -------
        numpy.ndarray
            Shape (owners,), bool.
        """
        ok = np.ones(found.owners, bool)
        starts = found.starts()
        if not len(starts):
            return ok
        fine = np.ones(len(starts), bool)
        if self.l is not None:
            different = np.diff(np.append(starts, len(found.owner)))
            fine &= _entropy_holds(found, starts, self.l) if self.entropy else different >= self.l
        if self.t is not None:
            excess, size, total = self.distance(found, starts)
            fine &= _at_most(excess, size * (max(len(self.whole) - 1, 1) if self.ordered else 2), total, self.t)
        ok[found.owner[starts]] = fine
        return ok

    def distance(self, found: Histograms, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
        """Return each class's distance from the whole as whole numbers.

        Parameters
        ----------
        found : Histograms
        starts : numpy.ndarray

        Returns
        -------
        excess, size : numpy.ndarray
        total : int
            The distance is excess / (2 * size * total), and excess / ((values - 1) * size * total) when ordered.
        """
        total = int(self.whole.sum())
        size = np.add.reduceat(found.count, starts)
        largest = int(size.max())
        wide = largest * total * (len(self.whole) if self.ordered else 4) >= 2**62
        count, whole, sizes = found.count, self.whole.astype(np.int64), size
        if wide:
            count, whole, sizes = count.astype(object), whole.astype(object), size.astype(object)
        place = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(found.owner))))
        if not self.ordered:
            expected = whole[found.value] * sizes[place]
            excess = np.add.reduceat(np.abs(count * total - expected) - expected, starts) + sizes * total
            return excess, sizes, total
        return _ordered(found, starts, count * total, whole, sizes, place), sizes, total


def _ordered(
    found: Histograms, starts: np.ndarray, scaled: np.ndarray, whole: np.ndarray, sizes: np.ndarray, place: np.ndarray
) -> np.ndarray:
    """The sum over ranks of |cumulated class * total - cumulated whole * size|.

    Between two values that a class shows its cumulated count stands still while that of the whole grows, so that the terms
    change sign once at most: found by bisection, and both parts come from prefix sums.
    """
    ranks = len(whole)
    cumulated = np.cumsum(whole)
    prefix = np.append(cumulated[:1] * 0, np.cumsum(cumulated))
    runs = np.cumsum(scaled)
    before = np.append(runs[:1] * 0, runs[:-1])[starts]
    level = runs - before[place]
    begin = found.value
    last = np.append(starts[1:], len(begin)) - 1
    end = np.append(begin[1:], ranks)
    end[last] = ranks
    turn = np.searchsorted(cumulated, level // sizes[place], side="right")
    turn = np.clip(turn, begin, end)
    above = (turn - begin) * level - sizes[place] * (prefix[turn] - prefix[begin])
    below = sizes[place] * (prefix[end] - prefix[turn]) - (end - turn) * level
    return np.add.reduceat(above + below, starts) + sizes * prefix[begin[starts]]


def _at_most(excess: np.ndarray, size: np.ndarray, total: int, bound: Fraction) -> np.ndarray:
    """Whether excess / (size * total) <= bound, exactly."""
    p, q = bound.numerator, bound.denominator
    largest = max(int(excess.max()), 1) * q, max(int(size.max()), 1) * total * p
    if excess.dtype == object or max(largest) >= 2**62:
        return np.array([int(e) * q <= int(s) * total * p for e, s in zip(excess, size, strict=True)], bool)
    return excess * q <= size * (total * p)


def _entropy_holds(found: Histograms, starts: np.ndarray, bound: float) -> np.ndarray:
    """Whether exp(entropy) >= bound: by floats, and exactly where these are too near."""
    size = np.add.reduceat(found.count, starts).astype(np.float64)
    count = found.count.astype(np.float64)
    entropy = np.log(size) - np.add.reduceat(count * np.log(count), starts) / size
    ok = entropy >= math.log(bound)
    near = np.flatnonzero(np.abs(entropy - math.log(bound)) < NEAR)
    ends = np.append(starts[1:], len(found.count))
    for at in near:
        ok[at] = entropy_reaches([int(n) for n in found.count[starts[at] : ends[at]]], bound)
    return ok


def entropy_reaches(counts: list[int], bound: float) -> bool:
    """Tell exactly whether the entropy of counts is at least log(bound).

    Parameters
    ----------
    counts : list of int
        Positive.
    bound : float

    Returns
    -------
    bool
        ``n**n >= bound**n * prod(c**c)`` over whole numbers, with a common divisor of the counts taken out first. Powers
        that would be too large are compared by logarithms of 120 digits, and what these cannot part does not reach.

    Examples
    --------
    >>> entropy_reaches([7, 7], 2), entropy_reaches([7, 8], 2)
    (True, False)
    """
    common = math.gcd(*counts)
    counts = [count // common for count in counts]
    n = sum(counts)
    exact = as_fraction(bound)
    if n <= LARGEST_POWER:
        left = n**n * exact.denominator**n
        return left >= exact.numerator**n * math.prod(count**count for count in counts)
    with decimal.localcontext() as context:
        context.prec = DIGITS
        each = sum(count * decimal.Decimal(count).ln() for count in counts)
        gap = (
            n * (decimal.Decimal(n).ln() + decimal.Decimal(exact.denominator).ln() - decimal.Decimal(exact.numerator).ln()) - each
        )
        return bool(gap > decimal.Decimal(10) ** (len(str(n)) + 10 - DIGITS))


def as_fraction(value: float | Fraction | str) -> Fraction:
    """Read a bound as it is written: 0.4 is two fifths.

    Parameters
    ----------
    value : float, Fraction or str

    Returns
    -------
    Fraction

    Examples
    --------
    >>> as_fraction(0.4)
    Fraction(2, 5)
    """
    try:
        return value if isinstance(value, Fraction) else Fraction(str(value))
    except ValueError as error:
        raise UsageError(f"{value} is no number") from error
