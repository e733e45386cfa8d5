"""Where the splitting stands: pieces of profiles, gathered into groups, and whether a set of pieces holds l and t.

A piece is some of the people of one profile. They are interchangeable, so a profile may be divided between groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.privacy.recoding.axes import Axis
from workbench.privacy.recoding.guarantees import Guard, histograms


@dataclass(frozen=True, eq=False)
class Shown:
    """Which values of one sensitive field the people of each profile show.

    Parameters
    ----------
    guard : Guard
    start, value, slot : numpy.ndarray
        Profile p shows ``value[start[p]:start[p + 1]]``; the slot is the place of the cell where it is shown.
    slots : int
    """

    guard: Guard
    start: np.ndarray
    value: np.ndarray
    slot: np.ndarray
    slots: int


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be split, and what must hold.

    Parameters
    ----------
    axes : sequence of Axis
    k : int
    rows_each : numpy.ndarray
        Shape (profiles,): rows of each person.
    shown : sequence of Shown
    scale : sequence of int
        What one leaf of each axis costs, in parts of a common denominator.
    denominator : int
        Losses are whole numbers over it.
    exact : type
        int64 where no gain can outgrow it, else Python's own integers.
    """

    axes: Sequence[Axis]
    k: int
    rows_each: np.ndarray
    shown: Sequence[Shown]
    scale: Sequence[int]
    denominator: int
    exact: type

    def holds(self, owner: np.ndarray, profile: np.ndarray, people: np.ndarray, *, owners: int) -> np.ndarray:
        """Tell of each owner of pieces whether l and t hold among them (k is not asked); of none, they do.

        Parameters
        ----------
        owner, profile, people : numpy.ndarray
            Shape (pieces,).
        owners : int

        Returns
        -------
        numpy.ndarray
            Shape (owners,), bool.
        """
        ok = np.ones(owners, bool)
        for shown in self.shown:
            length = shown.start[profile + 1] - shown.start[profile]
            if (length == 1).all():
                at, who, count = shown.start[profile], owner, people
            else:
                total = np.cumsum(length)
                at = np.repeat(shown.start[profile] - total + length, length) + np.arange(total[-1] if len(total) else 0)
                who, count = np.repeat(owner, length), np.repeat(people, length)
            if shown.slots > 1:
                who = who * shown.slots + shown.slot[at]
            found = histograms(who, shown.value[at], count, owners=owners * shown.slots, values=len(shown.guard.whole))
            ok &= shown.guard.holds(found).reshape(owners, shown.slots).all(axis=1)
        return ok


@dataclass(frozen=True, eq=False)
class Pieces:
    """Pieces in the order of their groups; within a group in the order of profiles.

    Parameters
    ----------
    profile, people : numpy.ndarray
        Shape (pieces,).
    start : numpy.ndarray
        Shape (groups,): where each group begins.
    """

    profile: np.ndarray
    people: np.ndarray
    start: np.ndarray

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return len(self.start)

    def group(self) -> np.ndarray:
        """Return the group of each piece."""
        return np.repeat(np.arange(len(self.start)), np.diff(np.append(self.start, len(self.profile))))

    def only(self, groups: np.ndarray) -> Pieces:
        """Return the pieces of some groups.

        Parameters
        ----------
        groups : numpy.ndarray
            Shape (groups,), bool.

        Returns
        -------
        Pieces
        """
        length = np.diff(np.append(self.start, len(self.profile)))
        at = np.repeat(groups, length)
        kept = length[groups]
        return Pieces(self.profile[at], self.people[at], np.cumsum(kept) - kept)


def pieces_by(owner: np.ndarray, profile: np.ndarray, people: np.ndarray) -> Pieces:
    """Gather pieces by their owner, keeping their order.

    Parameters
    ----------
    owner, profile, people : numpy.ndarray
        Shape (pieces,).

    Returns
    -------
    Pieces
    """
    order = np.argsort(owner, kind="stable")
    ordered = owner[order]
    start = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(order) else np.zeros(0, np.intp)
    return Pieces(profile[order], people[order], start)
