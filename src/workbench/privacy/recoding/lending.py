"""Filling a rest that is too small: large parts lend it just enough people, the nearest ones.

Identical people may stand in different classes, so a handful of rare values need not keep a whole branch at a coarse label.
A lender keeps k people itself. Nearest is whoever widens the rest's labels least, over all quasi-identifiers.
"""

from __future__ import annotations

import numpy as np

from workbench.privacy.recoding.state import Pieces, Task


def lend(
    task: Task, pieces: Pieces, group: np.ndarray, *, lender: np.ndarray, lenders: int, need: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Choose who stays behind.

    Parameters
    ----------
    task : Task
    pieces : Pieces
    group : numpy.ndarray
        Shape (pieces,).
    lender : numpy.ndarray
        Shape (pieces,): the part that each piece leaves with, -1 where it belongs to the rest.
    lenders : int
        How many parts there are in all groups together.
    need : numpy.ndarray
        Shape (groups,): how many people each rest lacks.

    Returns
    -------
    lent : numpy.ndarray
        Shape (pieces,): how many of its people each piece lends.
    filled : numpy.ndarray
        Shape (groups,), bool: False where the parts cannot lend enough; they lend nothing then.
    """
    groups = len(need)
    lent = np.zeros(len(group), np.int64)
    at = np.flatnonzero((need > 0)[group])
    if not len(at):
        return lent, np.zeros(groups, bool)
    stays = lender[at] < 0
    profile = pieces.profile[at]
    far: np.ndarray = np.zeros(len(at), task.exact)
    base, rests = at[stays], group[at[stays]]
    for axis, scale in zip(task.axes, task.scale, strict=True):
        lowest, highest = np.full(groups, np.iinfo(np.int64).max), np.full(groups, -1)
        np.minimum.at(lowest, rests, axis.low[pieces.profile[base]])
        np.maximum.at(highest, rests, axis.high[pieces.profile[base]])
        low, high = np.minimum(axis.low[profile], lowest[group[at]]), np.maximum(axis.high[profile], highest[group[at]])
        far = far + axis.cost_of(low, high).astype(task.exact) * scale
    order = np.flatnonzero(~stays)
    order = at[order[np.argsort(far[order], kind="stable")]]
    own, part, count = group[order], lender[order], pieces.people[order]
    surplus = np.bincount(lender[at[~stays]], pieces.people[at[~stays]], minlength=lenders).astype(np.int64) - task.k
    spare = np.minimum(count, np.maximum(surplus[part] - before_each(part, count), 0))
    taken = np.minimum(spare, np.maximum(need[own] - before_each(own, spare), 0))
    filled = (need > 0) & (np.bincount(own, taken, minlength=groups).astype(np.int64) == need)
    lent[order] = np.where(filled[own], taken, 0)
    return lent, filled


def before_each(owner: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Add up what stands before each entry among those of the same owner.

    Parameters
    ----------
    owner, count : numpy.ndarray
        Shape (entries,).

    Returns
    -------
    numpy.ndarray
        Shape (entries,).

    Examples
    --------
    >>> before_each(np.array([1, 0, 1, 1]), np.array([5, 2, 3, 1])).tolist()
    [0, 0, 5, 8]
    """
    order = np.argsort(owner, kind="stable")
    ordered, counts = owner[order], count[order]
    total = np.cumsum(counts) - counts
    first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(order) else np.zeros(0, np.intp)
    found = np.empty(len(order), np.int64)
    found[order] = total - np.repeat(total[first], np.diff(np.append(first, len(order))))
    return found


def divided(
    owner: np.ndarray, rest: np.ndarray, profile: np.ndarray, people: np.ndarray, lent: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Divide the pieces that lend: what they keep, then what they lend.

    Parameters
    ----------
    owner, rest : numpy.ndarray
        Shape (pieces,): whose the piece is, and whose the people are that it lends.
    profile, people, lent : numpy.ndarray
        Shape (pieces,).

    Returns
    -------
    owner, profile, people : numpy.ndarray
        Shape (pieces after dividing,).
    """
    if not lent.any():
        return owner, profile, people
    keeps, lends = np.flatnonzero(lent < people), np.flatnonzero(lent > 0)
    return (
        np.concatenate([owner[keeps], rest[lends]]),
        np.concatenate([profile[keeps], profile[lends]]),
        np.concatenate([(people - lent)[keeps], lent[lends]]),
    )
