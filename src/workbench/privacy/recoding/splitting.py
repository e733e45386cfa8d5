"""Splitting groups of people into ever smaller ones, every open group of a generation at once.

Each group is split by the quasi-identifier whose split takes away most information loss (NCP), as long as all parts hold
k, l and t; what cannot be split further is a class. Top-down specialisation as in LeFevre, DeWitt and Ramakrishnan 2006
(ICDE, Mondrian), with the gain in NCP of Xu et al. 2006 (KDD) as the measure and a category parted into its children.
"""

from __future__ import annotations

import numpy as np

from workbench.privacy.recoding.cuts import best_cut
from workbench.privacy.recoding.families import best_family
from workbench.privacy.recoding.lending import divided
from workbench.privacy.recoding.state import Pieces, Task, pieces_by


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
    closed: list[Pieces] = []
    while pieces.groups:
        people = np.add.reduceat(pieces.people, pieces.start)
        splittable = (people >= 2 * task.k) & (np.diff(np.append(pieces.start, len(pieces.profile))) > 1)
        if not splittable.all():
            closed.append(pieces.only(~splittable))
            pieces = pieces.only(splittable)
            if not pieces.groups:
                break
        gain: np.ndarray = np.zeros(pieces.groups, task.exact)
        part, lent = np.zeros(len(pieces.profile), np.int64), np.zeros(len(pieces.profile), np.int64)
        group = pieces.group()
        for place, axis in enumerate(task.axes):
            found = best_cut(task, axis, pieces, group) if axis.tree.intervals else best_family(task, axis, pieces, group)
            better = found.gain.astype(task.exact) * task.scale[place] > gain
            gain = np.where(better, found.gain.astype(task.exact) * task.scale[place], gain)
            part = np.where(better[group], found.part, part)
            lent = np.where(better[group], found.lent, lent)
        done = gain == 0
        if done.any():
            closed.append(pieces.only(done))
            at = ~done[group]
            group, part, lent = group[at], part[at], lent[at]
            pieces = pieces.only(~done)
            if not pieces.groups:
                break
        parts = int(part.max()) + 1
        owner, profile, people = divided(group * parts + part, group * parts, pieces.profile, pieces.people, lent)
        pieces = pieces_by(owner, profile, people)
    return together(closed)


def together(several: list[Pieces]) -> Pieces:
    """Put pieces of different groups one after the other.

    Parameters
    ----------
    several : list of Pieces

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
