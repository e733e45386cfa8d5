"""Exact sums of groups: rounded once, at the end, so that the order of rows changes no bit.

A cell's sum is published, and whether one contributor dominates it is decided on such sums: both must come out alike on
every machine.
"""

from __future__ import annotations

import math

import numpy as np

EXACT_INTEGERS = 2**53
"""Up to here every whole number is a float."""


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
    with np.errstate(over="ignore"):
        whole = bool((amounts == np.rint(amounts)).all() and np.abs(amounts).sum() < EXACT_INTEGERS)
    if whole:
        return np.bincount(groups, weights=amounts, minlength=size)
    order = np.argsort(groups, kind="stable")
    counts = np.bincount(groups, minlength=size)
    ends = np.cumsum(counts)
    ordered = amounts[order]
    result = np.zeros(size)
    alone = counts == 1
    result[alone] = ordered[ends[alone] - 1]
    several = np.flatnonzero(counts > 1)
    listed = ordered.tolist()
    try:
        result[several] = [math.fsum(listed[ends[place] - counts[place] : ends[place]]) for place in several.tolist()]
    except OverflowError:
        return np.full(size, np.inf)
    return result
