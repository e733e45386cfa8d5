"""What new cells give away together with every cell published before: derived numbers that are about 1 to k - 1 people.

A reader who knows how tables were made adds and subtracts what was published. Each cell may hold k people and more; their
difference may be about one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from workbench.disclosure.comparing.around import containing, ordered, people_of, remainders
from workbench.disclosure.comparing.cover import Budget
from workbench.disclosure.comparing.disjoint import Cell, Ground, leaves_few
from workbench.disclosure.comparing.group_index import Index, Segment, segment_of
from workbench.disclosure.comparing.groups import Groups
from workbench.disclosure.comparing.pairs import close_pairs
from workbench.disclosure.comparing.spans import combinations

Kind = Literal["cell", "pair", "disjoint", "combination"]

PAIRS_EACH = 8
"""So many pairs are named for one new cell."""

WORK = 1_500_000_000
"""Matrix elements that all searches of one call may look at, a few seconds of work: what this leaves is doubt."""


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
        New cells decided for pairs and for any two disjoint cells, but around which lie too many cells for every mix of three
        and more to be searched to the end.
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
      tables where at most ``SYSTEM_ENTRIES`` entries of cells lie inside it and the search ends; else any number of cells of
      one table (as ``Groups.table`` says) where that search ends, and any two cells of any tables; a cell around which a
      search did not end is named in ``beyond``;
    - an earlier cell minus a new one inside it minus any third cell (:func:`~workbench.disclosure.comparing.around.remainders`);
    - an earlier cell minus disjoint cells of which one at least is new: as for a new cell, for the earlier cells that new ones
      cover but for a few people, and for the ``OUTERS`` others that they cover best.

    Beyond these, the ``NEIGHBOURS`` cells that share most people with a new one (all cells, where there are at most ``SMALL``)
    are searched for any combination with it (:func:`~workbench.disclosure.comparing.spans.combinations`): all sums and
    differences where few are left after elimination, a screen otherwise. What is named is verified in whole numbers.

    Not covered are combinations of three and more cells that overlap each other without being neighbours of a new one; mixes
    around the cells in ``beyond``; bounds that follow from inequalities alone (nothing is then determined; the audit of
    withheld cells looks at those within linked tables); numbers known from elsewhere. A new cell that is in a difference
    already is searched no further, and takes no part in others' differences: who leaves out another one asks again.

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
    ground.shut.update(Cell(named.last, cell) for cell in settled)

    def settle(item: Difference) -> None:
        found.append(item)
        settled.add(item.new)
        ground.shut.add(Cell(named.last, item.new))

    open_cells = [cell for cell in range(len(fresh)) if cell not in settled and cell not in repeated and fresh.sizes[cell] > 0]
    around = containing(ground, open_cells)
    for cell, outer, third in remainders(ground, around, k=k):
        if cell not in settled and third not in ground.shut:
            settle(_of_cover(ground, outer, (Cell(named.last, cell), third), named))
    searched = [(Cell(named.last, cell), [cell]) for cell in open_cells if fresh.plain[cell]]
    searched += ordered(ground, around, k=k)
    budget = Budget(work)
    doubt: set[int] = set()
    beyond: set[int] = set()
    for outer, cells in searched:
        while not settled.issuperset(cells):
            left = [Cell(named.last, cell) for cell in cells if cell not in settled]
            must = None if outer.segment == named.last else left
            inner, decision = leaves_few(ground, outer, k=k, budget=budget, must=must)
            if not inner:
                if decision != "decided":
                    (doubt if decision == "doubt" else beyond).update(cell.cell for cell in left)
                break
            settle(_of_cover(ground, outer, inner, named))
    for cell in open_cells:
        if cell not in settled:
            for weights, people in combinations(ground, Cell(named.last, cell), k=k):
                terms = tuple(named.term(one, times) for one, times in weights)
                settle(Difference(cell, terms, people, "combination"))
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
    return [item for item in found if item.new not in repeated], repeated


def _of_cover(ground: Ground, outer: Cell, inner: Sequence[Cell], named: _Names) -> Difference:
    """Name a cell minus disjoint ones, and count whom that leaves."""
    terms = (named.term(outer, 1), *(named.term(one, -1) for one in inner))
    new = next(term.cell for term in terms if not term.earlier)
    people = people_of(ground, [(outer, 1), *((one, -1) for one in inner)])
    return Difference(new, terms, people, "disjoint")
