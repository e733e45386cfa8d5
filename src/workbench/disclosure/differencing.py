"""What new cells give away together with every cell published before: derived numbers that are about 1 to k - 1 people.

A reader who knows how tables were made adds and subtracts what was published. Each cell may hold k people and more; their
difference may be about one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from workbench.disclosure.cover import Budget
from workbench.disclosure.disjoint import Cell, Ground, leaves_few
from workbench.disclosure.group_index import Index, Segment, segment_of
from workbench.disclosure.groups import Groups
from workbench.disclosure.pairs import close_pairs
from workbench.disclosure.spans import combinations

Kind = Literal["cell", "pair", "disjoint", "combination"]

PAIRS_EACH = 8
"""So many pairs are named for one new cell."""

WORK = 1_500_000_000
"""Matrix elements that all searches of one call may look at, a few seconds of work: what this leaves is doubt."""

OUTERS = 400
"""Earlier cells around new ones that are searched for mixes; those that new cells cover best come first."""


@dataclass(frozen=True)
class Term:
    """A cell in a derived number.

    Parameters
    ----------
    cell : int
        Its place among the earlier cells or among the new ones.
    earlier : bool
    times : int
        What it is multiplied by: 1 added, -1 subtracted.
    """

    cell: int
    earlier: bool
    times: int


@dataclass(frozen=True)
class Difference:
    """A number that a reader can derive and that is about fewer than k people.

    Parameters
    ----------
    new : int
        A new cell without which it cannot be derived.
    terms : tuple of Term
        What is added and subtracted, the new cells among it.
    people : int
        How many people the derived number is about, 1 to k - 1. Not for messages: see :func:`size_class`.
    kind : str
        ``cell`` (the new cell itself has fewer than k people), ``pair``, ``disjoint`` (a cell minus disjoint ones) or
        ``combination``.
    """

    new: int
    terms: tuple[Term, ...]
    people: int
    kind: Kind


@dataclass(frozen=True)
class Differences:
    """What was found, and what could not be decided.

    Parameters
    ----------
    found : tuple of Difference
        By new cell.
    doubt : tuple of int
        New cells whose search ended on its budget: to be refused.
    beyond : tuple of int
        New cells decided for pairs, for any number of disjoint cells of one table and for any two disjoint cells, but around
        which lie too many cells for mixes of three and more to be searched.
    """

    found: tuple[Difference, ...]
    doubt: tuple[int, ...]
    beyond: tuple[int, ...]

    @property
    def refused(self) -> tuple[int, ...]:
        """New cells that must not be published: those of a difference, and those in doubt."""
        return tuple(sorted({item.new for item in self.found} | set(self.doubt)))


def size_class(people: int, k: int) -> str:
    """Say how many people a derived number is about without giving the number away.

    Parameters
    ----------
    people : int
        1 to k - 1.
    k : int

    Returns
    -------
    str
        ``"1 to 4"`` or ``"5 to 9"`` (k = 10): the lower or the upper half of the range; the whole where it has fewer than
        four numbers.

    Examples
    --------
    >>> size_class(2, 10), size_class(7, 10), size_class(1, 3)
    ('1 to 4', '5 to 9', '1 to 2')
    """
    middle = (k - 1) // 2
    if k - 1 < 4:
        return f"1 to {k - 1}" if k > 2 else "1"
    return f"1 to {middle}" if people <= middle else f"{middle + 1} to {k - 1}"


def find_differences(new: Groups, index: Index, *, k: int, work: int = WORK) -> Differences:
    """Find what new cells give away with each other and with all earlier ones.

    Parameters
    ----------
    new : Groups
        The cells about to be published. One that equals an earlier cell, or an earlier one of these, tells nothing new.
    index : Index
        All cells published before.
    k : int
        A derived number about fewer than k people is disclosive; with k of 0 or 1 nothing is.
    work : int
        Matrix elements that the searches may look at.

    Returns
    -------
    Differences

    Notes
    -----
    A cell is a vector of weights over people, and so is every sum and difference of cells; what a derived number is about are
    the people whose entry in it is not zero. With a new cell taking part, decided exactly are

    - the cell itself and every difference of two cells, nested or not, of any weights;
    - a new cell of no negative weight minus disjoint cells (that fit into it entry by entry): any number of cells of any
      tables where at most ``SYSTEM_ENTRIES`` entries of cells lie inside it; else any number of cells of one table (as
      ``Groups.table`` says) and any two cells of any tables (the cell is then named in ``beyond``);
    - an earlier cell minus disjoint cells of which one at least is new: the same, for the ``OUTERS`` earlier cells that new
      cells cover best; for others, any number of new cells alone.

    Screened are all other combinations, with whole factors, over the cells that share most people with a new one
    (:func:`~workbench.disclosure.spans.combinations`): what is named there is verified, what is not may exist. Not covered
    are mixes beyond these, what a reader knows from elsewhere, and bounds that follow from inequalities alone (the audit
    of withheld cells covers those within linked tables). A new cell that is in a difference already is searched no further.

    Examples
    --------
    >>> earlier = Index.of(Groups.of([dict.fromkeys(range(12), 1)]))
    >>> found = find_differences(Groups.of([dict.fromkeys(range(14), 1)]), earlier, k=10).found
    >>> [(item.kind, item.terms[1].earlier, size_class(item.people, 10)) for item in found]
    [('pair', True, '1 to 4')]
    """
    if k <= 1 or not len(new):
        return Differences((), (), ())
    fresh = segment_of(new)
    ground = Ground.of((*index.segments, fresh))
    offsets = np.cumsum([0, *map(len, index.segments)]).tolist()
    named = _Names(offsets=tuple(offsets), last=len(index.segments))
    found = [
        Difference(cell, (Term(cell, False, 1),), int(fresh.sizes[cell]), "cell")
        for cell in np.flatnonzero((fresh.sizes > 0) & (fresh.sizes < k)).tolist()
    ]
    close, repeated = _pairs(ground, fresh, named, k=k)
    found += close
    settled = {item.new for item in found}
    open_cells = [cell for cell in range(len(fresh)) if cell not in settled and cell not in repeated and fresh.sizes[cell] > 0]
    budget = Budget(work)
    doubt: set[int] = set()
    beyond: set[int] = set()
    for cell in open_cells:
        if not fresh.plain[cell]:
            continue
        inner, decision = leaves_few(ground, Cell(named.last, cell), k=k, budget=budget)
        if inner:
            found.append(_of_cover(ground, Cell(named.last, cell), inner, named))
            settled.add(cell)
        elif decision != "decided":
            (doubt if decision == "doubt" else beyond).add(cell)
    for outer, must in _around(ground, fresh, named, [cell for cell in open_cells if cell not in settled]):
        if all(cell.cell in settled for cell in must):
            continue
        inner, decision = leaves_few(ground, outer, k=k, budget=budget, must=must)
        if inner:
            item = _of_cover(ground, outer, inner, named)
            found.append(item)
            settled.add(item.new)
        elif decision != "decided":
            (doubt if decision == "doubt" else beyond).update(cell.cell for cell in must)
    for cell in open_cells:
        if cell in settled:
            continue
        for weights, people in combinations(ground, Cell(named.last, cell), k=k):
            terms = tuple(named.term(one, times) for one, times in weights)
            found.append(Difference(cell, terms, people, "combination"))
            settled.add(cell)
    found.sort(key=lambda item: (item.new, item.kind, len(item.terms)))
    return Differences(tuple(found), tuple(sorted(doubt - settled)), tuple(sorted(beyond - settled - doubt)))


@dataclass(frozen=True)
class _Names:
    """From cells of segments to earlier and new cells."""

    offsets: tuple[int, ...]
    last: int

    def term(self, cell: Cell, times: int) -> Term:
        if cell.segment == self.last:
            return Term(cell.cell, False, times)
        return Term(self.offsets[cell.segment] + cell.cell, True, times)


def _pairs(ground: Ground, fresh: Segment, named: _Names, *, k: int) -> tuple[list[Difference], set[int]]:
    """The differences of two cells, and the new cells that were there before."""
    found: list[Difference] = []
    repeated: set[int] = set()
    each = np.zeros(len(fresh), np.int64)
    for number in (named.last, *range(named.last)):
        mine, theirs, people = close_pairs(fresh, ground.segments[number], k=k)
        repeated.update(mine[people == 0].tolist())
        for cell, other, count in zip(mine.tolist(), theirs.tolist(), people.tolist(), strict=True):
            if count and each[cell] < PAIRS_EACH and fresh.sizes[cell] >= k:
                each[cell] += 1
                terms = (Term(cell, False, 1), named.term(Cell(number, other), -1))
                found.append(Difference(cell, terms, count, "pair"))
    return [item for item in found if item.new not in repeated or not item.terms[1].earlier], repeated


def _of_cover(ground: Ground, outer: Cell, inner: Sequence[Cell], named: _Names) -> Difference:
    """Name a cell minus disjoint ones, and count whom that leaves."""
    total: dict[int, int] = {}
    for cell, times in ((outer, 1), *((one, -1) for one in inner)):
        part = ground.segments[cell.segment]
        span = slice(int(part.start[cell.cell]), int(part.start[cell.cell + 1]))
        for key, weight in zip(part.key[part.person[span]].tolist(), part.weight[span].tolist(), strict=True):
            total[key] = total.get(key, 0) + times * weight
    terms = (named.term(outer, 1), *(named.term(one, -1) for one in inner))
    new = next(term.cell for term in terms if not term.earlier)
    return Difference(new, terms, sum(value != 0 for value in total.values()), "disjoint")


def _around(ground: Ground, fresh: Segment, named: _Names, cells: list[int]) -> list[tuple[Cell, list[Cell]]]:
    """Earlier cells that new ones may lie inside, those that these cover best first."""
    wanted = np.array([cell for cell in cells if fresh.plain[cell]], dtype=np.int64)
    if not len(wanted):
        return []
    result: list[tuple[float, Cell, list[Cell]]] = []
    for number, part in enumerate(ground.segments[: named.last]):
        mine, theirs = _containing(fresh, part, wanted)
        outers, code = np.unique(theirs, return_inverse=True)
        share = np.bincount(code, weights=fresh.sizes[mine], minlength=len(outers)) / np.maximum(part.sizes[outers], 1)
        groups: list[list[Cell]] = [[] for _ in outers]
        for one, place in zip(mine.tolist(), code.tolist(), strict=True):
            groups[place].append(Cell(named.last, one))
        result += [(-float(share[at]), Cell(number, int(outers[at])), groups[at]) for at in range(len(outers))]
    result.sort(key=lambda item: (item[0], item[1].segment, item[1].cell))
    return [(outer, must) for _, outer, must in result[:OUTERS]]


_RARE = 12
"""So many of a cell's rarest people tell what may contain it."""


def _containing(fresh: Segment, part: Segment, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a new cell and an earlier, larger one that holds its rarest people with at least its weights."""
    place = part.places(fresh.key)
    row, person, weight = fresh.entries(cells)
    at = place[person]
    often = np.where(at >= 0, part.post_start[at + 1] - part.post_start[at], 0) if len(part.key) else at * 0
    order = np.lexsort((often, row))
    begin = np.r_[0, np.cumsum(fresh.sizes[cells])[:-1]]
    rank = np.arange(len(row)) - np.repeat(begin, fresh.sizes[cells])
    chosen = order[rank < _RARE]
    entry, theirs, amount = part.postings(at[chosen])
    enough = amount >= weight[chosen][entry]
    pairs, count = np.unique(row[chosen][entry[enough]] * max(len(part), 1) + theirs[enough], return_counts=True)
    one, other = pairs // max(len(part), 1), pairs % max(len(part), 1)
    keep = (
        (count == np.minimum(fresh.sizes[cells], _RARE)[one]) & (part.sizes[other] >= fresh.sizes[cells][one]) & part.plain[other]
    )
    return cells[one[keep]], other[keep]
