"""Two published cells whose difference is about few people: all such pairs, exactly.

If two vectors agree for all but fewer than k people, then of *any* k entries of one the other holds at least one. The k
rarest people of each new cell are looked up, so that a thousand tables cost little more than ten.
"""

from __future__ import annotations

import numpy as np

from workbench.disclosure.comparing.group_index import Segment
from workbench.disclosure.comparing.groups import distinct, spread

_AT_ONCE = 200_000
"""Pairs whose band sums are compared in one piece (memory)."""


def close_pairs(new: Segment, other: Segment, *, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the pairs of a new cell and another that differ for fewer than k people.

    Parameters
    ----------
    new : Segment
    other : Segment
        Earlier cells, or ``new`` itself: then each pair comes once, the later cell first.
    k : int
        At least 2.

    Returns
    -------
    tuple of numpy.ndarray
        New cells, other cells, and the number of people whose weights differ: 0 (the same cell again) to k - 1.

    Notes
    -----
    Exact for new cells of at least k people, whatever the other's size, nested or not, for any weights. Band sums rule
    out most candidates (they differ in no more bands than people); what is left is compared entry by entry.
    """
    mine, theirs = _candidates(new, other, k=k)
    if new is other:
        mine, theirs = mine[theirs < mine], theirs[theirs < mine]
    keep = np.abs(new.sizes[mine] - other.sizes[theirs]) < k
    mine, theirs = mine[keep], theirs[keep]
    for lower in range(0, len(mine), _AT_ONCE):
        piece = slice(lower, lower + _AT_ONCE)
        differing = (new.bands[mine[piece]] != other.bands[theirs[piece]]).sum(1)
        theirs[piece] = np.where(differing < k, theirs[piece], -1)
    mine, theirs = mine[theirs >= 0], theirs[theirs >= 0]
    people = _differing(new, other, mine, theirs)
    close = people < k
    return mine[close], theirs[close], people[close]


def _candidates(new: Segment, other: Segment, *, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs that share an entry among the k rarest of the new cell; each once, in order."""
    place = other.places(new.key)
    often = np.where(place >= 0, other.post_start[place + 1] - other.post_start[place], 0) if len(other.key) else place * 0
    cell = np.repeat(np.arange(len(new)), new.sizes)
    order = np.lexsort((often[new.person], cell))
    first = spread(new.start[:-1], np.minimum(new.sizes, k))
    chosen = order[first]
    entry, theirs, weight = other.postings(place[new.person[chosen]])
    same = weight == new.weight[chosen][entry]
    pairs = distinct(cell[chosen][entry[same]] * max(len(other), 1) + theirs[same])
    return pairs // max(len(other), 1), pairs % max(len(other), 1)


def _differing(new: Segment, other: Segment, mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """For how many people the weights of each pair differ; pairs stand in order of the new cell."""
    place = other.places(new.key)
    at = np.zeros(len(other.key), np.int64)
    people = np.zeros(len(mine), np.int64)
    cells, first = np.unique(mine, return_index=True)
    for cell, lower, upper in zip(cells.tolist(), first.tolist(), [*first[1:].tolist(), len(mine)][: len(cells)], strict=True):
        entries = slice(int(new.start[cell]), int(new.start[cell + 1]))
        where = place[new.person[entries]]
        known = where >= 0
        at[where[known]] = new.weight[entries][known]
        for pair in range(lower, upper):
            one = theirs[pair]
            span = slice(int(other.start[one]), int(other.start[one + 1]))
            held = at[other.person[span]]
            shared = int(np.count_nonzero(held))
            people[pair] = (entries.stop - entries.start - shared) + int(np.count_nonzero(held != other.weight[span]))
        at[where[known]] = 0
    return people
