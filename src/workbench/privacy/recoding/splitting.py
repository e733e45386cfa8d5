"""Splitting groups of people into ever smaller ones, every open group of a generation at once.

Each group is split by the quasi-identifier whose split takes away most information loss (NCP), as long as all parts hold
k, l and t; what cannot be split further is a class. Top-down specialisation as in LeFevre, DeWitt and Ramakrishnan 2006
(ICDE, Mondrian), with the gain in NCP of Xu et al. 2006 (KDD) as the measure and a category parted into its children.

The greatest gain now is not always the least loss in the end. So, once a group is small, each of its splits is played to
the end by greatest gain, and the one that leaves the least loss is taken.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.privacy.recoding.cuts import best_cut
from workbench.privacy.recoding.families import best_family
from workbench.privacy.recoding.lending import divided
from workbench.privacy.recoding.proposals import Proposal
from workbench.privacy.recoding.state import Pieces, Task, pieces_by

AHEAD = ((2**15, 256), (2**18, 64))
"""In a table of up to so many pieces, groups of up to so many are played to the end. On UCI Adult (30k, k = 5) it takes 7 %
off the NCP; twice as many take off next to nothing and cost twice the time."""
AHEAD_AT_LEAST = 32
"""The same in larger tables."""
AHEAD_GUARDED = 2048
"""The same in the smallest tables where l or t is asked: another 10 % off."""


def split(task: Task, pieces: Pieces) -> Pieces:
    """Split groups until no split is allowed or gains anything.

    Parameters
    ----------
    task : Task
    pieces : Pieces
        Groups that hold k, l and t.

    Returns
    -------
    Pieces
        The classes.
    """
    ahead = next((most for table, most in AHEAD if len(pieces.profile) <= table), AHEAD_AT_LEAST)
    if task.shown and ahead == AHEAD[0][1]:
        ahead = AHEAD_GUARDED
    closed: list[Pieces] = []
    while pieces.groups:
        open_groups = _splittable(task, pieces)
        closed.append(pieces.only(~open_groups))
        pieces = pieces.only(open_groups)
        if not pieces.groups:
            break
        group = pieces.group()
        offers = _offers(task, pieces, group)
        choice = _look_ahead(task, pieces, group, offers, most=ahead)
        closed.append(pieces.only(choice < 0))
        pieces, _ = _apply(pieces, group, offers, choice)
    return together(closed)


def _splittable(task: Task, pieces: Pieces) -> np.ndarray:
    """Groups with people enough for two, and not all alike."""
    people = np.add.reduceat(pieces.people, pieces.start)
    return (people >= 2 * task.k) & (np.diff(np.append(pieces.start, len(pieces.profile))) > 1)


def _offers(task: Task, pieces: Pieces, group: np.ndarray) -> list[Proposal]:
    """The best split by each quasi-identifier; gains over the common denominator."""
    found = []
    for axis, scale in zip(task.axes, task.scale, strict=True):
        offer = best_cut(task, axis, pieces, group) if axis.tree.intervals else best_family(task, axis, pieces, group)
        found.append(Proposal(gain=offer.gain.astype(task.exact) * scale, part=offer.part, lent=offer.lent))
    return found


def _most_gain(offers: Sequence[Proposal], groups: int) -> np.ndarray:
    """The quasi-identifier whose split gains most, the first named on ties; -1 where none gains anything."""
    choice = np.full(groups, -1)
    best = np.zeros(groups, np.int64)
    for place, offer in enumerate(offers):
        better = offer.gain > best
        choice, best = np.where(better, place, choice), np.where(better, offer.gain, best)
    return choice


def _apply(pieces: Pieces, group: np.ndarray, offers: Sequence[Proposal], choice: np.ndarray) -> tuple[Pieces, np.ndarray]:
    """Split each group as chosen (-1: leave it out); also tell from which group each new one comes."""
    part, lent = np.zeros(len(group), np.int64), np.zeros(len(group), np.int64)
    chosen = choice[group]
    for place, offer in enumerate(offers):
        mine = chosen == place
        part, lent = np.where(mine, offer.part, part), np.where(mine, offer.lent, lent)
    at = np.flatnonzero(chosen >= 0)
    parts = int(part.max(initial=0)) + 1
    origin = group[at] * parts
    owner, profile, people = divided(origin + part[at], origin, pieces.profile[at], pieces.people[at], lent[at])
    return pieces_by(owner, profile, people), np.unique(owner) // parts


def _look_ahead(task: Task, pieces: Pieces, group: np.ndarray, offers: Sequence[Proposal], *, most: int) -> np.ndarray:
    """Choose by gain, and in small groups by the loss in the end."""
    groups, width = pieces.groups, len(offers)
    choice = _most_gain(offers, groups)
    size = np.diff(np.append(pieces.start, len(group)))
    several = np.sum([offer.gain > 0 for offer in offers], axis=0) > 1 if offers else np.zeros(groups, bool)
    played = several & (size <= most)
    if not played.any():
        return choice
    tries, origins = [], []
    for place, offer in enumerate(offers):
        mine = played & (offer.gain > 0)
        if mine.any():
            new, origin = _apply(pieces, group, [offer], np.where(mine, 0, -1))
            tries.append(new)
            origins.append(origin * width + place)
    lost = _loss_in_the_end(task, together(tries), np.concatenate(origins), groups * width).reshape(groups, width)
    at = np.arange(groups)
    least = lost[at, np.maximum(choice, 0)]
    for place, offer in enumerate(offers):
        better = played & (offer.gain > 0) & (lost[:, place] < least)
        choice, least = np.where(better, place, choice), np.where(better, lost[:, place], least)
    return choice


def _loss_in_the_end(task: Task, pieces: Pieces, origin: np.ndarray, origins: int) -> np.ndarray:
    """What is lost, by origin, when all is split by greatest gain."""
    lost: np.ndarray = np.zeros(origins, task.exact)
    while pieces.groups:
        open_groups = _splittable(task, pieces)
        _add_loss(task, pieces.only(~open_groups), origin[~open_groups], lost)
        pieces, origin = pieces.only(open_groups), origin[open_groups]
        if not pieces.groups:
            break
        group = pieces.group()
        offers = _offers(task, pieces, group)
        choice = _most_gain(offers, pieces.groups)
        _add_loss(task, pieces.only(choice < 0), origin[choice < 0], lost)
        pieces, came_from = _apply(pieces, group, offers, choice)
        origin = origin[came_from]
    return lost


def _add_loss(task: Task, classes: Pieces, origin: np.ndarray, lost: np.ndarray) -> None:
    """Add what classes lose to their origins."""
    if not classes.groups:
        return
    rows: np.ndarray = np.add.reduceat(classes.people * task.rows_each[classes.profile], classes.start).astype(task.exact)
    for axis, scale in zip(task.axes, task.scale, strict=True):
        lowest = np.minimum.reduceat(axis.low[classes.profile], classes.start)
        highest = np.maximum.reduceat(axis.high[classes.profile], classes.start)
        np.add.at(lost, origin, rows * axis.cost_of(lowest, highest).astype(task.exact) * scale)


def together(several: Sequence[Pieces]) -> Pieces:
    """Put pieces of different groups one after the other.

    Parameters
    ----------
    several : sequence of Pieces

    Returns
    -------
    Pieces
    """
    if not several:
        nothing = np.zeros(0, np.int64)
        return Pieces(nothing, nothing, nothing)
    offsets = np.cumsum([0, *(len(one.profile) for one in several[:-1])])
    return Pieces(
        np.concatenate([one.profile for one in several]),
        np.concatenate([one.people for one in several]),
        np.concatenate([one.start + offset for one, offset in zip(several, offsets, strict=True)]),
    )
