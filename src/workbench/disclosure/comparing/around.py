"""Earlier cells around new ones: which they are, and what is left of them without a new cell and a third.

A new cell may be the missing part of two old ones: all, all but one district, and now that district but for a few people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.disclosure.comparing.disjoint import Cell, Ground
from workbench.disclosure.comparing.groups import BANDS, distinct, spread

OUTERS = 400
"""So many earlier cells around new ones are searched for mixes, those first that new cells cover best; and all that new cells
leave at most ``LITTLE`` times k people of."""

LITTLE = 8

_RARE = 12
"""So many of a cell's rarest people tell what may contain it."""


@dataclass(frozen=True)
class Around:
    """Pairs of a new cell (of the last segment) and an earlier one that it may lie inside.

    Parameters
    ----------
    segment : int
        Of the earlier cells.
    new, outer : numpy.ndarray
        Shape (pairs,): places of the cells in their segments.
    """

    segment: int
    new: np.ndarray
    outer: np.ndarray


def containing(ground: Ground, cells: Sequence[int]) -> tuple[Around, ...]:
    """Return the earlier cells that hold the rarest people of new ones with at least their weights.

    Parameters
    ----------
    ground : Ground
        Its last segment holds the new cells.
    cells : sequence of int
        New cells; those with a negative weight are left out.

    Returns
    -------
    tuple of Around
        One for each earlier segment: all that contain the new cell, and some that do not quite.
    """
    last = len(ground.segments) - 1
    fresh = ground.segments[last]
    wanted = np.array([cell for cell in cells if fresh.plain[cell]], dtype=np.int64)
    sizes = fresh.sizes[wanted]
    row, person, weight = fresh.entries(wanted)
    result = []
    for number, part in enumerate(ground.segments[:last]):
        at = ground.places(last, number, person)
        often = np.zeros(len(at), np.int64)
        often[at >= 0] = part.post_start[at[at >= 0] + 1] - part.post_start[at[at >= 0]]
        order = np.lexsort((often, row))
        chosen = order[spread(np.cumsum(sizes) - sizes, np.minimum(sizes, _RARE))]
        entry, theirs, amount = part.postings(at[chosen])
        enough = amount >= weight[chosen][entry]
        pairs, count = np.unique(row[chosen][entry[enough]] * max(len(part), 1) + theirs[enough], return_counts=True)
        one, other = pairs // max(len(part), 1), pairs % max(len(part), 1)
        keep = (count == np.minimum(sizes, _RARE)[one]) & part.plain[other] & (part.sizes[other] >= sizes[one])
        result.append(Around(number, wanted[one[keep]], other[keep]))
    return tuple(result)


def ordered(ground: Ground, around: Sequence[Around], *, k: int) -> list[tuple[Cell, list[int]]]:
    """Return the earlier cells to search, with the new cells that may lie inside, those first that these cover best.

    Parameters
    ----------
    ground : Ground
    around : sequence of Around
    k : int

    Returns
    -------
    list of tuple
        All cells of which new ones leave at most ``LITTLE`` times k people, counting overlaps twice, and then ``OUTERS``.
    """
    fresh = ground.segments[-1]
    ranked: list[tuple[bool, float, int, int, list[int]]] = []
    for pairs in around:
        outers, code = np.unique(pairs.outer, return_inverse=True)
        size = ground.segments[pairs.segment].sizes[outers]
        covered = np.bincount(code, weights=fresh.sizes[pairs.new], minlength=len(outers))
        inside: list[list[int]] = [[] for _ in outers]
        for cell, place in zip(pairs.new.tolist(), code.tolist(), strict=True):
            inside[place].append(cell)
        for at, outer in enumerate(outers.tolist()):
            far = bool(size[at] - covered[at] > LITTLE * k)
            ranked.append((far, -float(covered[at] / size[at]), pairs.segment, outer, inside[at]))
    ranked.sort(key=lambda item: item[:4])
    near = sum(not item[0] for item in ranked)
    return [(Cell(segment, outer), cells) for _, _, segment, outer, cells in ranked[: near + OUTERS]]


def remainders(ground: Ground, around: Sequence[Around], *, k: int) -> list[tuple[int, Cell, Cell]]:
    """Find an earlier cell, a new one inside it and a third one whose sum differs from the first for 1 to k - 1 people.

    Parameters
    ----------
    ground : Ground
    around : sequence of Around
    k : int

    Returns
    -------
    list of tuple
        New cell, earlier cell, third cell (earlier or new).

    Notes
    -----
    The bands of people are put into k groups: vectors that differ for fewer than k people agree in one group at least, and
    their band sums there are equal. So the third cells are found by equal sums, and compared in full. A group in which nobody
    stands is not looked at: with ``LITTLE`` times k people and more left of the earlier cell some group is inhabited by
    all odds, and with fewer that cell is searched in any case. With k beyond the number of bands, groups are single bands.
    """
    last = len(ground.segments) - 1
    fresh = ground.segments[last]
    edges = np.linspace(0, BANDS, min(k, BANDS) + 1).astype(np.int64)[:-1]
    found: list[tuple[int, Cell, Cell]] = []
    for pairs in around:
        if not len(pairs.new):
            continue
        part = ground.segments[pairs.segment]
        wanted = part.bands[pairs.outer] - fresh.bands[pairs.new]
        needed = part.sizes[pairs.outer] - fresh.sizes[pairs.new] - k
        sums = np.add.reduceat(wanted, edges, axis=1)
        for number, other in enumerate(ground.segments):
            pair, third = _equal(sums, np.add.reduceat(other.bands, edges, axis=1))
            keep = (other.sizes[third] > needed[pair]) & (other.sizes[third] < part.sizes[pairs.outer[pair]] + k)
            pair, third = pair[keep], third[keep]
            apart = (other.bands[third] != wanted[pair]).sum(1)
            keep = (apart > 0) & (apart < k)
            for one, cell in zip(pair[keep].tolist(), third[keep].tolist(), strict=True):
                outer, inner = Cell(pairs.segment, int(pairs.outer[one])), Cell(last, int(pairs.new[one]))
                if 1 <= people_of(ground, [(outer, 1), (inner, -1), (Cell(number, cell), -1)]) < k:
                    found.append((inner.cell, outer, Cell(number, cell)))
    return found


def _equal(sums: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of rows that agree, and are not 0, in one column at least."""
    pairs: list[np.ndarray] = []
    for column in range(sums.shape[1]):
        order = np.argsort(sums[:, column], kind="stable")
        there = np.flatnonzero(others[:, column])
        values = sums[order, column]
        begin, end = np.searchsorted(values, others[there, column]), np.searchsorted(values, others[there, column], side="right")
        count = end - begin
        pairs.append(order[spread(begin, count)] * len(others) + np.repeat(there, count))
    merged = distinct(np.concatenate(pairs))
    return merged // max(len(others), 1), merged % max(len(others), 1)


def people_of(ground: Ground, terms: Sequence[tuple[Cell, int]]) -> int:
    """Count the people of a derived number.

    Parameters
    ----------
    ground : Ground
    terms : sequence of tuple
        Cells and what each is multiplied by.

    Returns
    -------
    int
        People whose weight in it is not 0.
    """
    keys, weights = [], []
    for cell, times in terms:
        part = ground.segments[cell.segment]
        span = slice(int(part.start[cell.cell]), int(part.start[cell.cell + 1]))
        keys.append(part.key[part.person[span]])
        weights.append(part.weight[span].astype(np.int64) * times)
    key, weight = np.concatenate(keys), np.concatenate(weights)
    order = np.argsort(key, kind="stable")
    first = np.flatnonzero(np.r_[True, np.diff(key[order]) != 0]) if len(key) else np.zeros(0, np.int64)
    return int(np.count_nonzero(np.add.reduceat(weight[order], first))) if len(key) else 0
