"""Proof that no withheld cell can be told too narrowly: feasible moves show how wide each interval is at least.

Programs that push many cells at once prove most of them; each cell left has a pair of programs of its own, and then its
interval is exact. What is not proven is bad, whatever the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.disclosure.suppression.central import FREEDOM, LEAST, widened
from workbench.disclosure.suppression.moves import REACH, TOLERANCE, Moves, Program, moves_of
from workbench.disclosure.suppression.problems import Problem

SEED = 20170
"""Of the order in which cells are tried: any number does, but always the same."""

FIRST_BATCH = 16
"""So many cells share a program at first: twice as many where that proves most of them, half as many where it does not."""

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
    proven: Audit | None = None,
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
    proven : Audit, optional
        What was proven while fewer cells were withheld or more were known: it still holds.
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
    >>> from workbench.disclosure.suppression.problems import two_way
    >>> problem = two_way(np.array([[3.0, 20, 30], [40, 50, 60], [70, 80, 90]]), k=10)
    >>> audit(problem, problem.primary).bad.tolist()
    [0]
    """
    withheld = withheld & ~problem.hidden
    unknown = withheld if known is None else withheld & ~known
    wanted = unknown if asked is None else asked & unknown
    down, up = np.zeros(problem.size), np.zeros(problem.size)
    if proven is not None:
        down, up = proven.lower - problem.values, proven.upper - problem.values
        if not exact and enough(problem, down, up)[wanted].all():
            return Audit(proven.lower, proven.upper, np.zeros(0, np.int64), 0)
    moves = moves_of(problem, unknown)
    programs = 0
    for group in _scales(problem, np.flatnonzero(wanted)):
        programs += _prove(problem, moves, group, down=down, up=up, exact=exact)
    lacking = wanted & ~enough(problem, down, up)
    return Audit(problem.values + down, problem.values + up, np.flatnonzero(lacking), programs)


def checked(problem: Problem, withheld: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """Return those of given moves that really are moves: nothing shown changes, no cell falls below what is known of it.

    Parameters
    ----------
    problem : Problem
    withheld : numpy.ndarray
        Shape (n,), bool.
    moves : numpy.ndarray
        Shape (moves, n): what each adds to the true values.

    Returns
    -------
    numpy.ndarray
        Shape (fewer moves, n).

    Examples
    --------
    >>> from workbench.disclosure.suppression.problems import two_way
    >>> problem = two_way(np.array([[3.0, 20], [40, 50]]), k=10)
    >>> body = np.array([True, True, False, True, True, False, False, False, False])
    >>> moves = np.array([[-2.0, 2, 0, 2, -2, 0, 0, 0, 0], [-3, 3, 0, 3, -3, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0, 0]])
    >>> checked(problem, body, moves)[:, 0].tolist()
    [-2.0]
    """
    need = need_of(problem)[withheld]
    slack = TOLERANCE / 10 * float(need[need > 0].min(initial=1.0))
    floor = np.minimum(problem.lower - problem.values, 0)
    good = ~moves[:, ~(withheld | problem.hidden)].any(axis=1) & (moves >= floor - slack).all(axis=1)
    good &= (np.abs(problem.equations @ moves.T) <= slack).all(axis=0)
    return np.maximum(moves[good], floor)


def shown_by(problem: Problem, moves: np.ndarray) -> Audit:
    """Return how far moves reach: feasible points all of them, so every interval is as wide at least.

    Parameters
    ----------
    problem : Problem
    moves : numpy.ndarray
        Shape (moves, n), of :func:`checked`.

    Returns
    -------
    Audit
        Without judgement: ``bad`` is empty.

    Examples
    --------
    >>> from workbench.disclosure.suppression.problems import two_way
    >>> facts = shown_by(two_way(np.array([[3.0]]), k=10), np.array([[-1.0, -1, -1, -1], [4, 4, 4, 4]]))
    >>> facts.lower.tolist(), facts.upper.tolist()
    ([2.0, 2.0, 2.0, 2.0], [7.0, 7.0, 7.0, 7.0])
    """
    down, up = moves.min(axis=0, initial=0.0), moves.max(axis=0, initial=0.0)
    return Audit(problem.values + down, problem.values + up, np.zeros(0, np.int64), 0)


def glance(problem: Problem, withheld: np.ndarray) -> Audit:
    """Return how far cells could move if each equation stood alone: bad here is bad for certain, and no program is solved.

    Parameters
    ----------
    problem : Problem
    withheld : numpy.ndarray
        Shape (n,), bool.

    Returns
    -------
    Audit
        Its bounds are no inner bounds: no interval is wider.

    Examples
    --------
    >>> from workbench.disclosure.suppression.problems import two_way
    >>> problem = two_way(np.array([[3.0, 20, 30], [40, 50, 60], [70, 80, 90]]), k=10)
    >>> glance(problem, problem.primary).bad.tolist()
    [0]
    """
    withheld = withheld & ~problem.hidden
    moves = moves_of(problem, withheld)
    down, up = np.zeros(problem.size), np.zeros(problem.size)
    down[moves.free], up[moves.free] = moves.low, np.inf
    if moves.rows.shape[0]:
        rows = moves.rows
        low = moves.low[rows.indices]
        falls, rises = np.where(rows.data > 0, low, -np.inf), np.where(rows.data > 0, np.inf, -low)
        line = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
        fall, rise = _others(falls, line), _others(rises, line)  # how far the others of the line can move, signed
        most = np.where(rows.data > 0, -fall, rise)
        least = np.where(rows.data > 0, -rise, fall)
        np.minimum.at(up, moves.free[rows.indices], most)
        np.maximum.at(down, moves.free[rows.indices], least)
    down[problem.hidden] = up[problem.hidden] = 0
    lacking = withheld & ~enough(problem, down, up)
    return Audit(problem.values + down, problem.values + up, np.flatnonzero(lacking), 0)


def _others(amounts: np.ndarray, line: np.ndarray) -> np.ndarray:
    """For each entry, the sum of the others of its line; infinite amounts count."""
    endless = np.isinf(amounts)
    finite = np.where(endless, 0, amounts)
    sums, many = np.bincount(line, weights=finite), np.bincount(line, weights=endless)
    unbounded = many[line] - endless > 0
    sign = 1.0 if (amounts[endless] > 0).any() else -1.0
    return np.where(unbounded, sign * np.inf, sums[line] - finite)


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


def lines_through_the_middle(
    problem: Problem, moves: Moves, cells: np.ndarray, *, down: np.ndarray, up: np.ndarray, least: int | None = None
) -> None:
    """Widen ``down`` and ``up`` for many cells at once without programs; see :mod:`workbench.disclosure.suppression.central`.

    Parameters
    ----------
    problem : Problem
    moves : Moves
    cells : numpy.ndarray
        Places of cells that can move.
    down, up : numpy.ndarray
        Shape (n,): changed in place.
    least : int, optional
        Fewer cells than this are left to programs.
    """
    least = LEAST if least is None else least
    if len(cells) < least:
        return
    place = np.full(problem.size, -1)
    place[moves.free] = np.arange(len(moves.free))
    need = np.stack([problem.width, problem.below, problem.above], axis=1)[moves.free]
    falls, rises = down[moves.free], up[moves.free]
    widened(moves, place[cells], need=need, down=falls, up=rises, least=least)
    down[moves.free], up[moves.free] = falls, rises


def _prove(problem: Problem, moves: Moves, cells: np.ndarray, *, down: np.ndarray, up: np.ndarray, exact: bool) -> int:
    """Widen ``down`` and ``up`` until some cells have what they need or their bounds are exact; how many programs it took."""
    place = np.full(problem.size, -1)
    place[moves.free] = np.arange(len(moves.free))
    cells = cells[place[cells] >= 0]
    queue = np.random.default_rng(SEED).permutation(cells if exact else cells[~enough(problem, down, up)[cells]])
    plain = problem.grid is not None  # takes few programs
    if not exact and not plain and len(moves.free) - moves.rows.shape[0] >= FREEDOM:
        lines_through_the_middle(problem, moves, queue, down=down, up=up)
        queue = queue[~enough(problem, down, up)[queue]]
    if not len(queue):
        return 0
    need = need_of(problem)[queue]
    program = Program(moves, unit=float(need.min()), most=REACH * float(need.max()))
    batch = 1 if exact else FIRST_BATCH
    while len(queue):
        chosen = left = queue[:batch]
        for sign in (-1.0, 1.0):  # up, then down
            objective = np.zeros(len(moves.free))
            objective[place[left]] = sign
            move = program.furthest(objective)
            if move is not None:
                down[moves.free] = np.minimum(down[moves.free], move)
                up[moves.free] = np.maximum(up[moves.free], move)
            left = chosen if exact else left[~enough(problem, down, up)[left]]
            if not len(left):
                break
        queue = queue[batch:] if batch == 1 else np.concatenate([queue[batch:], left])
        if not exact:
            queue = queue[~enough(problem, down, up)[queue]]
            if len(left) <= len(chosen) / 4:
                batch *= 2
            elif len(left) > len(chosen) / 3:
                batch = max(batch // 2, 1)
    return program.solved
