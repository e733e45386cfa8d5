"""Proof that no withheld cell can be told too narrowly: feasible moves show how wide each interval is at least.

A few programs with random objectives prove most cells at once; each cell left has a pair of programs of its own, and then
its interval is exact. What is not proven is bad, whatever the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.disclosure.moves import REACH, TOLERANCE, Moves, Program, moves_of
from workbench.disclosure.problems import Problem

SEED = 20170
"""Of the random objectives: any number does, but always the same."""

PATIENCE = 3
"""So many programs in a row that prove nothing new end the random ones."""

SPREAD = 1e4
"""Needs further apart than this are proven in models of their own: one scale does not fit both."""


@dataclass(frozen=True)
class Audit:
    """What is proven of withheld cells.

    Parameters
    ----------
    lower, upper : numpy.ndarray
        Shape (n,): each withheld cell's feasible interval reaches at least this far; the true value elsewhere.
    bad : numpy.ndarray
        Places of the withheld cells not proven to have what they need, in order.
    programs : int
        How many linear programs were solved.
    """

    lower: np.ndarray
    upper: np.ndarray
    bad: np.ndarray
    programs: int


def audit(
    problem: Problem,
    withheld: np.ndarray,
    *,
    known: np.ndarray | None = None,
    asked: np.ndarray | None = None,
    exact: bool = False,
) -> Audit:
    """Prove of every withheld cell that its feasible interval is as wide as the rule demands.

    Parameters
    ----------
    problem : Problem
    withheld : numpy.ndarray
        Shape (n,), bool.
    known : numpy.ndarray, optional
        Shape (n,), bool: withheld cells that the reader knows all the same.
    asked : numpy.ndarray, optional
        Shape (n,), bool: the withheld cells to be proven; all that are not known by default.
    exact : bool
        Solve each cell's own pair of programs, so that all bounds are exact.

    Returns
    -------
    Audit

    Notes
    -----
    Each bound is the value at a feasible point, so the interval is at least so wide (Gusfield 1988, SIAM J. Comput. 17(3);
    Fischetti and Salazar 2000, Management Science 46, for the attacker's programs).

    Examples
    --------
    >>> from workbench.disclosure.problems import two_way
    >>> problem = two_way(np.array([[3.0, 20, 30], [40, 50, 60], [70, 80, 90]]), k=10)
    >>> audit(problem, problem.primary).bad.tolist()
    [0]
    """
    withheld = withheld & ~problem.hidden
    unknown = withheld if known is None else withheld & ~known
    wanted = unknown if asked is None else asked & unknown
    moves = moves_of(problem, unknown)
    down, up = np.zeros(problem.size), np.zeros(problem.size)
    programs = 0
    for group in _scales(problem, np.flatnonzero(wanted)):
        programs += _prove(problem, moves, group, down=down, up=up, exact=exact)
    lacking = wanted & ~enough(problem, down, up)
    return Audit(problem.values + down, problem.values + up, np.flatnonzero(lacking), programs)


def enough(problem: Problem, down: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Tell which cells can move as far as they need.

    Parameters
    ----------
    problem : Problem
    down, up : numpy.ndarray
        Shape (n,): the furthest moves known, at most and at least 0.

    Returns
    -------
    numpy.ndarray
        Shape (n,), bool.
    """
    least = 1 - TOLERANCE
    return (up - down >= problem.width * least) & (-down >= problem.below * least) & (up >= problem.above * least)


def need_of(problem: Problem) -> np.ndarray:
    """Return how far each cell must be able to move in all, shape (n,)."""
    return np.maximum(problem.width, problem.below + problem.above)


def _scales(problem: Problem, cells: np.ndarray) -> list[np.ndarray]:
    """Cells that need something, in groups of like need, smallest first."""
    need = need_of(problem)[cells]
    cells, need = cells[need > 0], need[need > 0]
    groups: list[np.ndarray] = []
    while len(cells):
        near = need <= need.min() * SPREAD
        groups.append(cells[near])
        cells, need = cells[~near], need[~near]
    return groups


def _prove(problem: Problem, moves: Moves, cells: np.ndarray, *, down: np.ndarray, up: np.ndarray, exact: bool) -> int:
    """Widen ``down`` and ``up`` for some cells, and say how many programs it took."""
    place = np.full(problem.size, -1)
    place[moves.free] = np.arange(len(moves.free))
    cells = cells[place[cells] >= 0]
    need = need_of(problem)[cells]
    if not len(cells):
        return 0
    program = Program(moves, unit=float(need.min()), most=REACH * float(need.max()))

    def learn(move: np.ndarray | None) -> None:
        if move is not None:
            down[moves.free] = np.minimum(down[moves.free], move)
            up[moves.free] = np.maximum(up[moves.free], move)

    def open_cells() -> np.ndarray:
        return cells[~enough(problem, down, up)[cells]]

    if not exact:
        _sample(problem, program, open_cells=open_cells, learn=learn, place=place, bounds=(down, up))
    for cell in (cells if exact else open_cells()).tolist():
        for sign in (1.0, -1.0):
            if exact or not enough(problem, down, up)[cell]:
                objective = np.zeros(len(moves.free))
                objective[place[cell]] = sign
                learn(program.furthest(objective))
    return program.solved


def _sample(problem: Problem, program: Program, *, open_cells, learn, place, bounds) -> None:  # type: ignore[no-untyped-def]
    """Solve programs with random objectives until they prove nothing new."""
    draw = np.random.default_rng(SEED)
    down, up = bounds
    idle, turn = 0, 0
    left = open_cells()
    while len(left) and idle < PATIENCE:
        if turn < 2:
            signs = np.full(len(left), 1.0 if turn == 0 else -1.0)
        else:
            signs = draw.choice([-1.0, 1.0], len(left))
        signs = np.where(
            -down[left] < problem.below[left] * (1 - TOLERANCE), signs, np.where(problem.above[left] > 0, -1.0, signs)
        )
        signs = np.where((problem.below[left] > 0) & (up[left] >= problem.above[left] * (1 - TOLERANCE)), 1.0, signs)
        objective = np.zeros(len(program.moves.free))
        objective[place[left]] = signs
        learn(program.furthest(objective))
        now = open_cells()
        idle = idle + 1 if len(now) == len(left) and turn >= 2 else 0
        left, turn = now, turn + 1
