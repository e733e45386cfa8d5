"""Parting a category into the children of its node.

Children with too few people, or too alike ones, stay together at the label of the parent as the rest. If the rest in turn
is too small, children join it whole, the one that loses least first.
"""

from __future__ import annotations

import numpy as np

from workbench.privacy.recoding.axes import Axis
from workbench.privacy.recoding.lending import before_each, divided, lend
from workbench.privacy.recoding.proposals import Proposal
from workbench.privacy.recoding.state import Pieces, Task

LARGER_RESTS = 4
"""When l or t ask for more than k people, rests of k, 2k, 4k and 8k people are tried."""


def best_family(task: Task, axis: Axis, pieces: Pieces, group: np.ndarray) -> Proposal:
    """Propose to part each group into the children of its node.

    Parameters
    ----------
    task : Task
    axis : Axis
        Of a hierarchy.
    pieces : Pieces
    group : numpy.ndarray
        Shape (pieces,).

    Returns
    -------
    Proposal
    """
    low, high = axis.low[pieces.profile], axis.high[pieces.profile]
    lowest, highest = np.minimum.reduceat(low, pieces.start), np.maximum.reduceat(high, pieces.start)
    depth = axis.depth_of(lowest, highest)
    parent_cost = axis.cost[axis.path[depth, lowest]]
    open_groups = lowest < highest
    below = np.minimum(depth + 1, len(axis.path) - 1)[group]
    child = axis.path[below, low]
    inside = open_groups[group] & (child >= 0) & (child == axis.path[below, high])
    part = np.where(inside, axis.ordinal[child], 0)
    return part_into(task, pieces, group, part, child, axis.cost, parent_cost)


def part_into(
    task: Task, pieces: Pieces, group: np.ndarray, part: np.ndarray, child: np.ndarray, cost: np.ndarray, parent_cost: np.ndarray
) -> Proposal:
    """Part each group by given children, and see to it that the rest holds.

    Parameters
    ----------
    task : Task
    pieces : Pieces
    group, part, child : numpy.ndarray
        Shape (pieces,): its group, its child's ordinal (0 where it belongs to none), its child.
    cost : numpy.ndarray
        Shape (children,): what the label of each costs.
    parent_cost : numpy.ndarray
        Shape (groups,): what the label of the rest costs.

    Returns
    -------
    Proposal
    """
    groups = pieces.groups
    width = int(part.max()) + 1 if len(part) else 1
    key = group * width + part
    if groups * width <= max(4 * len(key), 2**16):
        seen = np.bincount(key, weights=pieces.people, minlength=groups * width)
        pairs = np.flatnonzero(seen)
        place = np.zeros(groups * width, np.int64)
        place[pairs] = np.arange(len(pairs))
        pair = place[key]
    else:
        pairs, pair = np.unique(key, return_inverse=True)
    own, ordinal = np.divmod(pairs, width)
    people = np.bincount(pair, weights=pieces.people, minlength=len(pairs)).astype(np.int64)
    rows = np.bincount(pair, weights=pieces.people * task.rows_each[pieces.profile], minlength=len(pairs)).astype(np.int64)
    node = np.zeros(len(pairs), np.int64)
    node[pair] = child
    worth = np.where(ordinal > 0, rows * (parent_cost[own] - cost[node]), 0)
    leaves = (ordinal > 0) & (people >= task.k) & (worth > 0)
    if task.shown:
        leaves &= task.holds(pair, pieces.profile, pieces.people, owners=len(pairs))
    rest = np.bincount(own, weights=np.where(leaves, 0, people), minlength=groups).astype(np.int64)
    lent = np.zeros(len(part), np.int64)
    sound = _sound(task, pieces, group, np.where(leaves[pair], pair, -1), lent, rest)
    want = np.where(rest > 0, task.k, 0)
    open_groups = ~sound & (np.bincount(own, weights=leaves, minlength=groups) > 0)
    for _ in range(LARGER_RESTS if task.shown else 1):
        if not open_groups.any():
            break
        lender = np.where(leaves[pair], pair, -1)
        tried, filled = lend(
            task, pieces, group, lender=lender, lenders=len(pairs), need=np.where(open_groups, np.maximum(want - rest, 0), 0)
        )
        good = filled & open_groups
        if task.shown and good.any():
            good &= _sound(task, pieces, group, lender, tried, rest + np.bincount(group, tried, groups).astype(np.int64))
        lent = np.where(good[group], tried, lent)
        open_groups &= ~good
        want = want * 2
    while open_groups.any():
        leaves = _join(leaves, own, people, worth, np.where(open_groups, np.maximum(task.k - rest, 1), 0))
        rest = np.bincount(own, weights=np.where(leaves, 0, people), minlength=groups).astype(np.int64)
        anyone = np.bincount(own, weights=leaves, minlength=groups) > 0
        open_groups &= anyone & ~_sound(task, pieces, group, np.where(leaves[pair], pair, -1), lent, rest)
    price = np.where(lent > 0, lent * task.rows_each[pieces.profile] * (parent_cost[group] - cost[node[pair]]), 0)
    gain = np.bincount(own, weights=np.where(leaves, worth, 0), minlength=groups) - np.bincount(group, price, groups)
    return Proposal(gain=np.maximum(gain, 0).astype(np.int64), part=np.where(leaves[pair], part, 0), lent=lent)


def _sound(task: Task, pieces: Pieces, group: np.ndarray, part: np.ndarray, lent: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Whether the rest of each group, with what it is lent, and all lenders hold; a rest of nobody does."""
    groups = len(rest)
    sound = (rest == 0) | (rest >= task.k)
    if task.shown and sound.any():
        owner = np.where(part >= 0, groups + part, group)
        owner, profile, people = divided(owner, group, pieces.profile, pieces.people, lent)
        held = task.holds(owner, profile, people, owners=groups + int(part.max(initial=-1)) + 1)
        sound = sound & held[:groups]
        worse = (part >= 0) & ~held[groups + part]
        sound[group[worse]] = False
    return sound


def _join(leaves: np.ndarray, own: np.ndarray, people: np.ndarray, worth: np.ndarray, need: np.ndarray) -> np.ndarray:
    """Take back the least worthy children of each group until its rest has so many people more."""
    at = np.flatnonzero(leaves & (need > 0)[own])
    order = at[np.lexsort((at, worth[at], own[at]))]
    leaves = leaves.copy()
    leaves[order[before_each(own[order], people[order]) < need[own[order]]]] = False
    return leaves
