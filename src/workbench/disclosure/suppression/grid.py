"""Which cells of a plain two-way table are withheld beyond those the rules withhold: the cheapest safe pattern.

Two-way tables are most of what is published, and they alone have an exact and quick way: what each line needs is a small
integer program, whether a cell can move far enough a maximum flow, and a cell that cannot adds a cut to the program
(Fischetti and Salazar, Models and Algorithms for the 2-Dimensional Cell Suppression Problem, Mathematical Programming 84,
1999). The audit of :mod:`workbench.disclosure.suppression.problems` judges the pattern; nothing here is taken on trust.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from workbench.disclosure.suppression.cycles import Arcs, Cut, Flows, Way, arcs_of, proven
from workbench.disclosure.suppression.knowers import knowers
from workbench.disclosure.suppression.line_program import Setting, cheapest
from workbench.disclosure.suppression.problems import Problem

MAX_ROUNDS = 60
"""Programs solved for one table before the pattern is left to the audit to mend."""

SMALL = 1000
"""Cells of a table up to which flows alone prove a pattern: then the audit has nothing to do but check how cells moved."""


@dataclass(frozen=True)
class Chosen:
    """A pattern, and moves that leave all shown cells as they are.

    Parameters
    ----------
    withheld : numpy.ndarray
        Shape (n,), bool.
    moves : numpy.ndarray
        Shape (moves, n): what each adds to the true values. Of a small table, all that it takes to prove the pattern safe.
    """

    withheld: np.ndarray
    moves: np.ndarray


def suppress_grid(problem: Problem) -> np.ndarray:
    """Return which cells of a plain two-way table to withhold; see :func:`choose`.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    numpy.ndarray
        Shape (n,), bool.

    Examples
    --------
    >>> from workbench.disclosure.suppression.problems import two_way
    >>> problem = two_way(np.array([[3.0, 20, 40], [40, 50, 60], [70, 80, 90]]), k=10)
    >>> suppress_grid(problem).reshape(4, 4).astype(int).tolist()
    [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    """
    return choose(problem).withheld


def choose(problem: Problem) -> Chosen:
    """Choose the cells of a plain two-way table to withhold.

    Parameters
    ----------
    problem : Problem
        n cells, with a ``grid``.

    Returns
    -------
    Chosen
        The primary and the held cells, and the cheapest others that protect them. Cells that nothing can protect are
        withheld without.

    Notes
    -----
    The cost of the pattern is the least there is, but for the gap and the limits of
    :mod:`workbench.disclosure.suppression.line_program`.

    Examples
    --------
    >>> from workbench.disclosure.suppression.problems import two_way
    >>> chosen = choose(two_way(np.array([[3.0, 20], [40, 50]]), k=10))
    >>> chosen.moves.astype(int).tolist()
    [[-2, 2, 0, 2, -2, 0, 0, 0, 0], [8, -8, 0, -8, 8, 0, 0, 0, 0]]
    """
    arcs = arcs_of(problem)
    shape = arcs.up.shape
    forced = (problem.primary | problem.held).reshape(shape)
    if not forced.any():
        return Chosen(forced.ravel(), np.zeros((0, problem.size)))
    cost = problem.weight.reshape(shape)
    setting = Setting(arcs, forced, forced, ~forced & np.isfinite(cost), cost)
    judge = Judge(knowers(problem).reshape(shape), problem.primary.reshape(shape))
    helpless, spent = False, 0.0
    cuts: list[Cut] = []
    withheld = forced
    if problem.held.any() and not judge.lacking(setting, forced):  # what was withheld before may do
        return Chosen(forced.ravel(), judge.moves(forced))
    for _ in range(MAX_ROUNDS):
        pattern = cheapest(setting, cuts, spent=spent)
        if pattern is None and helpless:
            break
        if pattern is None:
            setting, helpless, cuts, spent = judge.within_reach(setting), True, [], 0.0
            continue
        if cuts and (pattern.withheld == withheld).all():  # what it lacks is less than a program can tell
            break
        withheld, spent = pattern.withheld, pattern.spent
        found = judge.lacking(setting, withheld)
        if not found:
            break
        cuts.extend(found)
    return Chosen(withheld.ravel(), judge.moves(withheld))


class Judge:
    """What patterns of one table lack; what was once seen to move is looked at anew only when a cell it needs is shown.

    Parameters
    ----------
    knower : numpy.ndarray
        Shape of the table: the number of the person who alone stands behind a cell, -1 where there is none.
    guarded : numpy.ndarray
        Shape of the table, bool: cells that such a person, too, must not tell.
    """

    def __init__(self, knower: np.ndarray, guarded: np.ndarray) -> None:
        self.knower = knower
        self.guarded = guarded.copy()
        self.ways: list[Way] = []
        self.around: dict[tuple[int, int, int], list[Way]] = {}

    def lacking(self, setting: Setting, withheld: np.ndarray) -> list[Cut]:
        """Return what a pattern lacks, for any reader and for those who are the only contributor of a cell."""
        asked = withheld & (setting.asking | setting.free)
        found = self.narrow(setting, withheld, asked)
        for cut in found:
            asked[cut.cell] = False
        return found + self.told(setting, withheld, asked)

    def narrow(self, setting: Setting, withheld: np.ndarray, asked: np.ndarray) -> list[Cut]:
        """Return what the cells of a pattern lack to move far enough.

        Parameters
        ----------
        setting : Setting
        withheld, asked : numpy.ndarray
            Shape of the table, bool: the pattern, and its cells that must move far enough.

        Returns
        -------
        list of Cut
            One for each cell that is too narrow, in order; empty for a safe pattern.
        """
        flows, nobody = Flows(setting.arcs, withheld), np.zeros(withheld.shape, bool)
        moved = self._moved(setting.arcs, withheld)
        found: list[Cut] = []
        for cell in _doubtful(setting.arcs, withheld, asked):
            if not moved.enough(cell):
                cut, ways = flows.moved(cell, still=nobody, allowed=setting.forced | setting.free)
                self.ways += ways
                for way in ways:
                    moved.add(way)
                found += [] if cut is None else [cut]
        return found

    def told(self, setting: Setting, withheld: np.ndarray, asked: np.ndarray) -> list[Cut]:
        """Return what primary cells lack to move far enough for those who are the only contributor of others.

        Parameters
        ----------
        setting : Setting
        withheld, asked : numpy.ndarray
            Shape of the table, bool.

        Returns
        -------
        list of Cut

        Notes
        -----
        All such cells stand still at first. Only for what is narrow then does each person's knowledge count alone: those
        whose cells one way of moving has no need of cannot stop it.
        """
        known = withheld & (self.knower >= 0)
        if not known.any():
            return []
        flows, nobody = Flows(setting.arcs, withheld), np.zeros(withheld.shape, bool)
        moved, allowed = self._moved(setting.arcs, withheld, unheard=True), setting.forced | setting.free
        found: list[Cut] = []
        for cell in _doubtful(setting.arcs, withheld & ~known, asked & self.guarded):
            others = known & (self.knower != self.knower[cell])
            if moved.enough(cell):
                continue
            cut, ways = flows.moved(cell, still=others, allowed=allowed)
            self.ways += ways
            for way in ways:
                self._add_unheard(moved, way)
            if cut is None:
                continue
            _, ways = flows.moved(cell, still=nobody, allowed=allowed)
            for person in sorted({person for way in ways for person in self._people(way)} - {int(self.knower[cell])}):
                around = self.around.get((*cell, person))
                if around is None or not all(_stands(way, withheld) for way in around):
                    cut, around = flows.moved(cell, still=others & (self.knower == person), allowed=allowed)
                    if cut is None:
                        self.around[(*cell, person)] = around
                    else:
                        found.append(cut)
        return found

    def moves(self, withheld: np.ndarray) -> np.ndarray:
        """Return how cells of a small table were seen to move where all that move are withheld, shape (moves, n)."""
        ways = [*self.ways, *itertools.chain(*self.around.values())] if withheld.size <= SMALL else []
        ways = [way for way in ways if _stands(way, withheld)]
        moved = np.zeros((len(ways), *withheld.shape))
        for each, way in zip(moved, ways, strict=True):
            each[way.cells[:, 0], way.cells[:, 1]] = way.change
        moved[:, -1, :-1] *= -1.0  # margins are arcs of the opposite sign
        moved[:, :-1, -1] *= -1.0
        return moved.reshape(len(ways), withheld.size)

    def within_reach(self, setting: Setting) -> Setting:
        """Return a setting without the cells that no pattern could protect, and guard and ask for no more than some could.

        Parameters
        ----------
        setting : Setting

        Returns
        -------
        Setting
        """
        while True:
            withheld = setting.forced | setting.free
            beyond, heard = np.zeros(withheld.shape, bool), np.zeros(withheld.shape, bool)
            for cut in self.narrow(setting, withheld, setting.asking | setting.free):
                beyond[cut.cell] = True
            for cut in self.told(setting, withheld, setting.asking & ~beyond):
                heard[cut.cell] = True
            if not (beyond | heard).any():
                return setting
            self.guarded &= ~heard
            setting = Setting(setting.arcs, setting.forced, setting.asking & ~beyond, setting.free & ~beyond, setting.cost)

    def _moved(self, arcs: Arcs, withheld: np.ndarray, *, unheard: bool = False) -> Moved:
        """How far cells were seen to move where all that move are withheld, and (``unheard``) as :meth:`_add_unheard` counts."""
        moved = Moved(arcs)
        if not self.ways:
            return moved
        way = np.repeat(np.arange(len(self.ways)), [len(each.change) for each in self.ways])
        rows, columns = np.concatenate([each.cells for each in self.ways]).T
        counts = np.bincount(way[~withheld[rows, columns]], minlength=len(self.ways))[way] == 0
        if unheard:
            who = self.knower[rows, columns]
            first, last = np.full(len(self.ways), np.iinfo(who.dtype).max), np.full(len(self.ways), -1)
            np.minimum.at(first, way[who >= 0], who[who >= 0])
            np.maximum.at(last, way, who)
            counts &= (last[way] < 0) | ((first[way] == last[way]) & (who == last[way]))
        place = np.ravel_multi_index((rows[counts], columns[counts]), withheld.shape)
        change = np.concatenate([each.change for each in self.ways])[counts]
        np.maximum.at(moved.rise.reshape(-1), place, change)
        np.maximum.at(moved.fall.reshape(-1), place, -change)
        return moved

    def _people(self, way: Way) -> list[int]:
        """Who knows a cell that moves along."""
        people = np.unique(self.knower[way.cells[:, 0], way.cells[:, 1]])
        return people[people >= 0].tolist()

    def _add_unheard(self, moved: Moved, way: Way) -> None:
        """Count a way for the cells about which it holds while all whom they are no news to know what they know."""
        people = self._people(way)
        if not people:
            moved.add(way)
        elif len(people) == 1:
            own = self.knower[way.cells[:, 0], way.cells[:, 1]] == people[0]
            moved.add(Way(way.cells[own], way.change[own]))


class Moved:
    """How far the cells of a pattern were seen to rise and fall.

    Parameters
    ----------
    arcs : Arcs
    """

    def __init__(self, arcs: Arcs) -> None:
        self.arcs = arcs
        self.rise, self.fall = np.zeros(arcs.up.shape), np.zeros(arcs.up.shape)

    def add(self, way: Way) -> None:
        """Take note of a way in which cells move together."""
        rows, columns = way.cells.T
        self.rise[rows, columns] = np.maximum(self.rise[rows, columns], way.change)
        self.fall[rows, columns] = np.maximum(self.fall[rows, columns], -way.change)

    def enough(self, cell: tuple[int, int]) -> bool:
        """Tell whether a cell was seen to move as far as it must."""
        rise, fall, arcs = self.rise[cell], self.fall[cell], self.arcs
        return bool(rise >= arcs.rise[cell] and fall >= arcs.fall[cell] and rise + fall >= arcs.width[cell])


def _stands(way: Way, withheld: np.ndarray) -> bool:
    """Whether all cells of a way are withheld."""
    return bool(withheld[way.cells[:, 0], way.cells[:, 1]].all())


def _doubtful(arcs: Arcs, moving: np.ndarray, asked: np.ndarray) -> list[tuple[int, int]]:
    """The cells that short cycles do not prove, in order; of a small table all, since flows also show how they move."""
    doubtful = asked if asked.size <= SMALL else asked & ~proven(arcs, moving, asked)
    return [(int(row), int(column)) for row, column in np.argwhere(doubtful)]
