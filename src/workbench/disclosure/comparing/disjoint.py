"""A published cell minus disjoint ones of any tables: whether few people are left.

Which cells lie inside another is told by a few witnesses of each; whether they can leave few people, first by a sample of
the hardest people, then by a complete search over atoms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from workbench.disclosure.comparing.cover import Budget, System, residual
from workbench.disclosure.comparing.group_index import Segment
from workbench.disclosure.comparing.groups import BANDS, distinct, mixed, spread

SYSTEM_ENTRIES = 400_000
"""A system of candidates with more entries is not searched as a whole."""

FEW_ENTRIES = 3_000
"""One with fewer is searched at once, without a look at a sample of people."""

SYSTEM_ELEMENTS = 4_000_000
"""Nor one whose matrix would be larger than this (32 MB)."""

SHARE = 60_000_000
"""Elements that one search around an outer cell may look at; one that does not end within them is ``beyond``."""

Decision = Literal["decided", "doubt", "beyond"]


@dataclass(frozen=True)
class Cell:
    """A cell by its segment's place in a list of segments, and its place in that."""

    segment: int
    cell: int


@dataclass(frozen=True)
class Ground:
    """The segments that a search runs over, with one array of weights for each that is always left at 0.

    Parameters
    ----------
    segments : tuple of Segment
    weights : tuple of numpy.ndarray
        For each segment, the outer vector's weight of each of its people.
    where : tuple of numpy.ndarray
        Their places in the outer vector; read only where the weight is not 0.
    known : dict
        From people of one segment to those of another, once asked for.
    everybody : tuple of numpy.ndarray
        For each segment, the number of each of its people among those of all.
    numbers : numpy.ndarray
        One for each of all people, to be written on.
    shut : set of Cell
        Cells that will not be published, and take no part.
    """

    segments: tuple[Segment, ...]
    weights: tuple[np.ndarray, ...]
    where: tuple[np.ndarray, ...]
    known: dict[tuple[int, int], np.ndarray]
    everybody: tuple[np.ndarray, ...]
    numbers: np.ndarray
    shut: set[Cell]

    @classmethod
    def of(cls, segments: Sequence[Segment]) -> Ground:
        """Lay out the arrays."""
        keys = distinct(np.concatenate([np.zeros(0, np.uint64), *(part.key for part in segments)]))
        return cls(
            tuple(segments),
            tuple(np.zeros(len(part.key), np.int64) for part in segments),
            tuple(np.zeros(len(part.key), np.int64) for part in segments),
            {},
            tuple(np.searchsorted(keys, part.key) for part in segments),
            np.zeros(len(keys), np.int64),
            set(),
        )

    def places(self, one: int, other: int, people: np.ndarray) -> np.ndarray:
        """Where people of one segment stand in another, -1 where nowhere."""
        if one == other:
            return people
        if (one, other) not in self.known:
            self.known[one, other] = self.segments[other].places(self.segments[one].key)
        return self.known[one, other][people]


def leaves_few(
    ground: Ground, outer: Cell, *, k: int, budget: Budget, must: Sequence[Cell] | None = None
) -> tuple[tuple[Cell, ...], Decision]:
    """Search for disjoint cells inside a cell that leave 1 to k - 1 people of it.

    Parameters
    ----------
    ground : Ground
    outer : Cell
        With no negative weight.
    k : int
    budget : Budget
        Shared by many calls; what ends on it is ``doubt``.
    must : sequence of Cell, optional
        Cells of which at least one has to be used.

    Returns
    -------
    tuple
        The cells found (none: nothing found), and whether that is ``decided``; ``doubt`` where the budget ended the search;
        ``beyond`` where the cells inside were too many to be searched together to the end: then any two of them were
        decided, and as many mixes of more, first those within one table, as ``SHARE`` allows.
    """
    part = ground.segments[outer.segment]
    span = slice(int(part.start[outer.cell]), int(part.start[outer.cell + 1]))
    weight = part.weight[span].astype(np.int64)
    places = [ground.places(outer.segment, number, part.person[span]) for number in range(len(ground.segments))]
    known = [np.flatnonzero(place >= 0) for place in places]
    for held, where, place, there in zip(ground.weights, ground.where, places, known, strict=True):
        held[place[there]] = weight[there]
        where[place[there]] = there
    try:
        return _searched(ground, outer, weight, places, k=k, budget=budget, must=must)
    finally:
        for held, place, there in zip(ground.weights, places, known, strict=True):
            held[place[there]] = 0


def _searched(
    ground: Ground,
    outer: Cell,
    weight: np.ndarray,
    places: list[np.ndarray],
    *,
    k: int,
    budget: Budget,
    must: Sequence[Cell] | None,
) -> tuple[tuple[Cell, ...], Decision]:
    """The search, the outer vector being laid out."""
    inside = [
        _inside(segment, held, place[place >= 0], size=len(weight))
        for segment, held, place in zip(ground.segments, ground.weights, places, strict=True)
    ]
    own = ground.segments[outer.segment].bands[outer.cell]
    for number, (part, cells) in enumerate(zip(ground.segments, inside, strict=True)):
        alike = np.flatnonzero(part.sizes[cells] == len(weight))
        inside[number] = np.delete(cells, alike[(part.bands[cells[alike]] == own).all(1)])
    for cell in ground.shut:
        inside[cell.segment] = inside[cell.segment][inside[cell.segment] != cell.cell]
    budget.spend(sum(map(len, inside)))
    entries = sum(int(part.sizes[cells].sum()) for part, cells in zip(ground.segments, inside, strict=True))
    if entries + k <= len(weight) or (entries > FEW_ENTRIES and not _hopeful(ground, inside, weight, places, k=k)):
        return (), "decided"
    if entries <= SYSTEM_ENTRIES:
        built = _system(ground, inside, weight, budget=budget)
        if built is not None:
            found, decision = _answer(built, k=k, budget=budget, must=must)
            if decision == "decided":
                return found, decision
    undecided: Decision = "beyond"
    for table in _tables(ground, inside, weight, places, k=k).tolist():
        if must is not None and all(ground.segments[cell.segment].table[cell.cell] != table for cell in must):
            continue
        chosen = [cells[part.table[cells] == table] for part, cells in zip(ground.segments, inside, strict=True)]
        built = _system(ground, chosen, weight, budget=budget)
        found, decision = ((), "beyond") if built is None else _answer(built, k=k, budget=budget, must=must)
        if found:
            return found, "decided"
        if decision == "doubt":
            undecided = "doubt"
    found, complete = _two(ground, outer, inside, weight, k=k, budget=budget, must=must)
    return found, "decided" if found else undecided if complete else "doubt"


def _inside(segment: Segment, held: np.ndarray, people: np.ndarray, *, size: int) -> np.ndarray:
    """The cells that may lie within the vector laid out (over these people): none of their witnesses says no."""
    start, cells = segment.by_witness
    cells = cells[spread(start[people], start[people + 1] - start[people])]
    cells = cells[segment.sizes[cells] <= size]
    for witness, weight in zip(segment.witness, segment.witness_weight, strict=True):
        cells = cells[held[witness[cells]] >= weight[cells]]
    return np.sort(cells)


def _hopeful(ground: Ground, inside: list[np.ndarray], weight: np.ndarray, places: list[np.ndarray], *, k: int) -> bool:
    """Whether the cells inside may leave fewer than k of the people that stand in the fewest cells."""
    some = _sample(len(weight), 4096)
    often = np.zeros(len(some), np.int64)
    for part, place in zip(ground.segments, places, strict=True):
        at = place[some]
        often[at >= 0] += part.post_start[at[at >= 0] + 1] - part.post_start[at[at >= 0]]
    order = np.argsort(often, kind="stable")
    for size in (3 * k, 12 * k):
        sample = some[order[:size]]
        person, amount, _ = _covering(ground, inside, places, sample)
        covered = np.bincount(person, weights=amount, minlength=len(sample))
        if int((covered < weight[sample]).sum()) >= k:
            return False
    return True


def _tables(ground: Ground, inside: list[np.ndarray], weight: np.ndarray, places: list[np.ndarray], *, k: int) -> np.ndarray:
    """The tables whose cells inside may alone leave fewer than k people of a sample."""
    sample = _sample(len(weight), 24 * k)
    person, amount, table = _covering(ground, inside, places, sample)
    tables, code = np.unique(table, return_inverse=True)
    each = np.bincount(person * len(tables) + code, weights=amount, minlength=len(sample) * len(tables))
    short = (each.reshape(len(sample), len(tables)) < weight[sample][:, None]).sum(0)
    return tables[short < k]


def _sample(size: int, most: int) -> np.ndarray:
    """Places among so many people, evenly spaced: in the order of their hashes, so at random."""
    return np.linspace(0, size - 1, min(size, most)).astype(np.int64)


def _covering(
    ground: Ground, inside: list[np.ndarray], places: list[np.ndarray], sample: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The entries of some people in the cells inside: place in the sample, weight, table."""
    who, much, table = [], [], []
    for part, cells, place in zip(ground.segments, inside, places, strict=True):
        flagged = np.zeros(len(part), bool)
        flagged[cells] = True
        one, cell, amount = part.postings(place[sample])
        keep = flagged[cell]
        who.append(one[keep])
        much.append(amount[keep])
        table.append(part.table[cell[keep]])
    return np.concatenate(who), np.concatenate(much), np.concatenate(table)


def _system(ground: Ground, inside: list[np.ndarray], weight: np.ndarray, *, budget: Budget) -> tuple[System, list[Cell]] | None:
    """The system of the cells that do lie inside, each vector once; None where it is too large."""
    names: list[Cell] = []
    rows, at, amounts = [], [], []
    seen: set[bytes] = set()
    for number, (part, cells, held, where) in enumerate(zip(ground.segments, inside, ground.weights, ground.where, strict=True)):
        row, person, amount = part.entries(cells)
        budget.spend(4 * len(row))
        good = np.ones(len(cells), bool)
        good[row[held[person] < amount]] = False
        place = np.full(len(cells), -1)
        for one in np.flatnonzero(good).tolist():
            name = part.bands[cells[one]].tobytes()
            if name not in seen:
                seen.add(name)
                place[one] = len(names)
                names.append(Cell(number, int(cells[one])))
        kept = place[row] >= 0
        rows.append(place[row[kept]])
        at.append(where[person[kept]])
        amounts.append(amount[kept])
    row, position, amount = np.concatenate(rows), np.concatenate(at), np.concatenate(amounts)
    code = mixed(~weight)  # outer weights are positive: no row's number is mixed to the same
    np.add.at(code, position, mixed(row + 1) * amount.view(np.uint64))
    _, first, atom, people = np.unique(code, return_index=True, return_inverse=True, return_counts=True)
    if len(first) * max(len(names), 1) > SYSTEM_ELEMENTS:
        return None
    matrix = np.zeros((len(names), len(first)), np.int64)
    matrix[row, atom[position]] = amount
    return System(outer=weight[first], rows=matrix, people=people), names


def _answer(
    built: tuple[System, list[Cell]], *, k: int, budget: Budget, must: Sequence[Cell] | None
) -> tuple[tuple[Cell, ...], Decision]:
    """Search a system and name what was found."""
    system, names = built
    wanted = None
    if must is not None:
        known = {name: place for place, name in enumerate(names)}
        wanted = np.array([known[cell] for cell in must if cell in known], dtype=np.int64)
    share = Budget(min(budget.left, SHARE))
    before = share.left
    found, complete = residual(system, k=k, budget=share, must=wanted)
    budget.spend(int(before - share.left))
    if found is not None:
        return tuple(names[one] for one in found), "decided"
    return (), "decided" if complete else "beyond" if budget.left > 0 else "doubt"


def _two(
    ground: Ground,
    outer: Cell,
    inside: list[np.ndarray],
    weight: np.ndarray,
    *,
    k: int,
    budget: Budget,
    must: Sequence[Cell] | None,
) -> tuple[tuple[Cell, ...], bool]:
    """Decide whether two disjoint cells inside leave few people: the larger one covers at least half of the rest."""
    sizes = [part.sizes[cells] for part, cells in zip(ground.segments, inside, strict=True)]
    orders = [np.argsort(size, kind="stable") for size in sizes]
    outer_bands = ground.segments[outer.segment].bands[outer.cell]
    for number, (part, cells, size) in enumerate(zip(ground.segments, inside, sizes, strict=True)):
        for cell in cells[2 * size >= len(weight) - k + 1].tolist():
            if not budget.spend(len(weight)):
                return (), False
            left = _minus(ground, Cell(number, cell), weight)
            if left is None or not left.any():
                continue
            people = int((left > 0).sum())
            wanted = outer_bands - part.bands[cell]
            for second, (other, theirs, order, spans) in enumerate(zip(ground.segments, inside, orders, sizes, strict=True)):
                ascending = spans[order]
                window = order[np.searchsorted(ascending, people - k + 1) : np.searchsorted(ascending, people, side="right")]
                near = theirs[window]
                near = near[(other.bands[near] != wanted).sum(1) < min(k, BANDS)] if k <= BANDS else near
                for one in near.tolist():
                    if must is not None and Cell(number, cell) not in must and Cell(second, one) not in must:
                        continue
                    last = _minus(ground, Cell(second, one), left)
                    if last is not None and 1 <= int((last > 0).sum()) < k:
                        return (Cell(number, cell), Cell(second, one)), True
    return (), True


def _minus(ground: Ground, cell: Cell, vector: np.ndarray) -> np.ndarray | None:
    """A vector over the outer cell's people minus a cell; None where the cell does not lie inside."""
    part = ground.segments[cell.segment]
    span = slice(int(part.start[cell.cell]), int(part.start[cell.cell + 1]))
    person, amount = part.person[span], part.weight[span].astype(np.int64)
    if (ground.weights[cell.segment][person] <= 0).any():
        return None
    result = vector.copy()
    result[ground.where[cell.segment][person]] -= amount
    return None if (result < 0).any() else result
