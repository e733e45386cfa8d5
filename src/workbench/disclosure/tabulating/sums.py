"""Exact sums of groups: rounded once, at the end, so that the order of rows changes no bit.

A cell's sum is published, and whether one contributor dominates it is decided on such sums: both must come out alike on
every machine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

EXACT_INTEGERS = 2**53
"""Up to here every whole number is a float."""

LIMB_BITS = 26
"""Whole numbers below 2**26 add up exactly as floats, 2**27 of them."""

MAX_LIMBS = 12
"""Amounts that lie further apart than 2**312 are added up one by one."""


@dataclass(frozen=True)
class ExactSums:
    """Sums of groups as they are before rounding, so that sums of sums are exact too.

    Parameters
    ----------
    limbs : numpy.ndarray
        Shape (limbs, groups): a group's sum is the sum of ``limbs[j] * 2**(26 * j + shift)``.
    shift : int
    """

    limbs: np.ndarray
    shift: int

    def rounded(self) -> np.ndarray:
        """Return the sums as floats, shape (groups,), each rounded once; infinite where one is too large."""
        if len(self.limbs) == 1 and self.shift == 0:
            return self.limbs[0].copy()
        columns = [limb.astype(np.int64).tolist() for limb in self.limbs]
        found = np.empty(self.limbs.shape[1])
        scale = 1 << abs(self.shift)
        for place, parts in enumerate(zip(*columns, strict=True)):
            whole = sum(part << (LIMB_BITS * number) for number, part in enumerate(parts))
            try:
                found[place] = whole / scale if self.shift < 0 else float(whole * scale)
            except OverflowError:
                found[place] = math.copysign(math.inf, whole)
        return found

    def regrouped(self, groups: np.ndarray, size: int) -> ExactSums:
        """Return the sums of groups of groups.

        Parameters
        ----------
        groups : numpy.ndarray
            The new group of each group, from 0 below ``size``; -1 where it belongs to none.
        size : int

        Returns
        -------
        ExactSums
        """
        kept = groups >= 0
        return ExactSums(
            np.array([np.bincount(groups[kept], weights=limb[kept], minlength=size) for limb in self.limbs]), self.shift
        )


def grouped(groups: np.ndarray, amounts: np.ndarray, size: int) -> ExactSums | None:
    """Return the exact sum of each group, None where the amounts lie too far apart.

    Parameters
    ----------
    groups : numpy.ndarray
        The group of each amount, integers from 0 below ``size``.
    amounts : numpy.ndarray
        Finite floats.
    size : int

    Returns
    -------
    ExactSums or None

    Notes
    -----
    Every amount is a whole multiple of the smallest bit that any of them has; its digits in base 2**26 are added up apart.

    Examples
    --------
    >>> grouped(np.array([0, 1, 0]), np.array([0.1, 5.0, 0.2]), 2).rounded().tolist()
    [0.30000000000000004, 5.0]
    """
    with np.errstate(over="ignore"):
        whole = bool((amounts == np.rint(amounts)).all() and np.abs(amounts).sum() < EXACT_INTEGERS)
    if whole:
        return ExactSums(np.bincount(groups, weights=amounts, minlength=size)[None, :].astype(float), 0)
    if len(amounts) >= EXACT_INTEGERS >> LIMB_BITS:
        return None
    there = amounts[amounts != 0]
    mantissas, exponents = np.frexp(there)
    digits = np.abs(np.ldexp(mantissas, 53)).astype(np.int64)
    lowest = int((exponents - 53 + np.log2(digits & -digits).astype(np.int64)).min())
    count = -(-(int(exponents.max()) - lowest) // LIMB_BITS)
    if count > MAX_LIMBS:
        return None
    rest = np.ldexp(np.ldexp(np.abs(amounts), -(lowest // 2)), -(lowest - lowest // 2))  # in two steps: 2**1074 is no float
    sign = np.sign(amounts)
    limbs = np.empty((count, size))
    for number in reversed(range(count)):
        unit = 2.0 ** (LIMB_BITS * number)
        digit = np.floor(rest / unit)
        rest = rest - digit * unit
        limbs[number] = np.bincount(groups, weights=digit * sign, minlength=size)
    return ExactSums(limbs, lowest)


def exact_sums(groups: np.ndarray, amounts: np.ndarray, size: int) -> np.ndarray:
    """Return the sum of each group.

    Parameters
    ----------
    groups : numpy.ndarray
        The group of each amount, integers from 0 below ``size``.
    amounts : numpy.ndarray
        Finite floats.
    size : int

    Returns
    -------
    numpy.ndarray
        Shape (size,), each sum rounded once from its exact value (``math.fsum``); infinite where one is too large.

    Examples
    --------
    >>> exact_sums(np.array([0, 1, 0]), np.array([0.1, 5.0, 0.2]), 2).tolist()
    [0.30000000000000004, 5.0]
    """
    exact = grouped(groups, amounts, size)
    if exact is not None:
        return exact.rounded()
    order = np.argsort(groups, kind="stable")
    counts = np.bincount(groups, minlength=size)
    ends = np.cumsum(counts)
    listed = amounts[order].tolist()
    result = np.zeros(size)
    for place in np.flatnonzero(counts).tolist():
        try:
            result[place] = math.fsum(listed[ends[place] - counts[place] : ends[place]])
        except OverflowError:
            result[place] = math.inf
    return result
