"""What the only contributor of a cell could tell of the others: they know their cell, though it is withheld.

Every move that leaves the cell of a person in place is one that this person cannot rule out. So for each pair of a person
and a cell in need the moves found so far are remembered, and programs are solved only for the pairs that lack one.
"""

from __future__ import annotations

import numpy as np

from workbench.disclosure.suppression.audit import Audit, audit, enough, lines_through_the_middle, need_of, shown_by
from workbench.disclosure.suppression.central import FREEDOM
from workbench.disclosure.suppression.knowers import knowers
from workbench.disclosure.suppression.moves import REACH, TOLERANCE, Program, moves_of
from workbench.disclosure.suppression.problems import Problem

IDLE = 12
"""So many programs for all persons at once that settle no pair end them; the pairs left have programs of their own."""

PAIRS = 20_000_000
"""More pairs than this are not remembered one by one: each person then has an audit of their own."""

STILL = 1e-9
"""A cell that moves by less, in parts of the least need, stays in place."""


def narrowed(
    problem: Problem, withheld: np.ndarray, *, moves: np.ndarray | None = None
) -> tuple[list[tuple[np.ndarray, Audit]], int]:
    """Find the primary cells that the only contributor of other cells could tell too narrowly.

    Parameters
    ----------
    problem : Problem
    withheld : numpy.ndarray
        Shape (n,), bool: every cell of it proven against readers who know nothing more.
    moves : numpy.ndarray, optional
        Shape (moves, n): feasible moves known already, as :func:`workbench.disclosure.suppression.audit.checked` returns them.

    Returns
    -------
    list of (numpy.ndarray, Audit)
        For each person who could: their cells, shape (n,) bool, and what is bad where these are known.
    int
        How many linear programs were solved.

    Examples
    --------
    >>> from workbench.disclosure.suppression.problems import two_way
    >>> problem = two_way(np.array([[1.0, 2, 40], [30, 40, 50]]), k=10)
    >>> found, programs = narrowed(problem, problem.primary)
    >>> [np.flatnonzero(known).tolist() for known, facts in found]
    [[0]]
    """
    withheld = withheld & ~problem.hidden
    person = np.where(withheld, knowers(problem), -1)
    alone = person >= 0
    asked = withheld & problem.primary
    if not alone.any() or not asked.any():
        return [], 0
    moved = np.zeros((0, problem.size)) if moves is None else moves
    unheard = shown_by(problem, moved[~moved[:, alone].any(axis=1)])
    stronger = audit(problem, withheld, known=alone, asked=asked, proven=unheard)  # one reader who is all of these people
    programs = stronger.programs
    cells = np.flatnonzero(asked & (need_of(problem) > 0))
    safe = np.zeros(problem.size, bool)
    safe[cells] = True
    safe[stronger.bad] = False
    cells = cells[~safe[cells] | alone[cells]]
    if not len(cells):
        return [], programs
    people = np.unique(person[alone])
    doubtful = person[cells][None, :] != people[:, None]
    for row, who in enumerate(people.tolist() if len(moved) else ()):
        facts = shown_by(problem, moved[~moved[:, person == who].any(axis=1)])
        doubtful[row] &= ~enough(problem, facts.lower - problem.values, facts.upper - problem.values)[cells]
    if not doubtful.any():
        return [], programs
    left = moves_of(problem, withheld)
    need = need_of(problem)[cells]
    program = Program(left, unit=float(need.min()), most=REACH * float(need.max()))
    place = np.full(problem.size, -1)
    place[left.free] = np.arange(len(left.free))
    if problem.grid is None and len(left.free) - left.rows.shape[0] >= FREEDOM:  # people are tried in groups first
        doubtful = _by_groups(problem, withheld, cells=cells, person=person, doubtful=doubtful)
    if doubtful.size <= PAIRS:
        doubtful = _doubtful(problem, program, cells=cells, person=person, place=place, doubtful=doubtful)
    found = []
    for row in np.flatnonzero(doubtful.any(axis=1)).tolist():
        theirs = person == people[row]
        held = place[theirs & (place >= 0)]
        program.hold(held)
        facts = _own(problem, program, cells=cells[doubtful[row]], place=place)
        program.release(held)
        if len(facts.bad):
            found.append((theirs, facts))
    return found, programs + program.solved


def together(told: list[tuple[np.ndarray, Audit]]) -> list[tuple[np.ndarray, Audit]]:
    """Join people into readers who know all that each of them knows, none of whom knows a cell that another tells.

    Parameters
    ----------
    told : list of (numpy.ndarray, Audit)
        Of :func:`narrowed`.

    Returns
    -------
    list of (numpy.ndarray, Audit)
        Fewer: who is hidden from such a reader is hidden from each of them.
    """
    groups: list[tuple[np.ndarray, Audit]] = []
    for theirs, facts in told:
        for place, (known, all_facts) in enumerate(groups):
            if not known[facts.bad].any() and not theirs[all_facts.bad].any():
                joined = Audit(
                    np.maximum(all_facts.lower, facts.lower),
                    np.minimum(all_facts.upper, facts.upper),
                    np.union1d(all_facts.bad, facts.bad),
                    0,
                )
                groups[place] = (known | theirs, joined)
                break
        else:
            groups.append((theirs, facts))
    return groups


def _own(problem: Problem, program: Program, *, cells: np.ndarray, place: np.ndarray) -> Audit:
    """What programs of each cell's own prove."""
    down, up = np.zeros(problem.size), np.zeros(problem.size)
    free = program.moves.free
    for cell in cells[place[cells] >= 0].tolist():
        for sign in (-1.0, 1.0):
            if not enough(problem, down, up)[cell]:
                objective = np.zeros(len(free))
                objective[place[cell]] = sign
                move = program.furthest(objective)
                if move is not None:
                    down[free], up[free] = np.minimum(down[free], move), np.maximum(up[free], move)
    bad = cells[~enough(problem, down, up)[cells]]
    return Audit(problem.values + down, problem.values + up, bad, 0)


def _by_groups(
    problem: Problem, withheld: np.ndarray, *, cells: np.ndarray, person: np.ndarray, doubtful: np.ndarray
) -> np.ndarray:
    """Which cells are proven against no reader who is a group of people, shape (people, cells).

    The groups are the people whose number has, or lacks, a binary digit: any two people are told apart by one of them.
    """
    lack = doubtful.copy()
    people = np.unique(person[person >= 0])
    for digit in range(max(len(people) - 1, 1).bit_length()):
        for has in (0, 1):
            inside = (np.arange(len(people)) >> digit) & 1 == has
            asked = cells[lack[inside].any(axis=0) & ~np.isin(person[cells], people[inside])]
            moves = moves_of(problem, withheld & ~np.isin(person, people[inside]))
            asked = asked[np.isin(asked, moves.free)]
            down, up = np.zeros(problem.size), np.zeros(problem.size)
            lines_through_the_middle(problem, moves, asked, down=down, up=up, least=1)
            lack[np.ix_(inside, enough(problem, down, up)[cells] & np.isin(cells, asked))] = False
    return lack


def _doubtful(
    problem: Problem, program: Program, *, cells: np.ndarray, person: np.ndarray, place: np.ndarray, doubtful: np.ndarray
) -> np.ndarray:
    """Which cells lack a move that leaves a person's cells in place, shape (people, cells), after programs for all at once."""
    moves = program.moves
    at = place[cells]
    down, up = np.zeros(doubtful.shape), np.zeros(doubtful.shape)
    width, below, above = (array[cells] * (1 - TOLERANCE) for array in (problem.width, problem.below, problem.above))
    theirs = np.flatnonzero(person[moves.free] >= 0)
    people = np.unique(person[person >= 0])
    row = np.searchsorted(people, person[moves.free[theirs]])
    draw = np.random.default_rng(len(cells))
    lack = doubtful
    turn, idle, pairs = 0, 0, int(lack.sum())
    while idle < IDLE:
        left = np.flatnonzero(lack.any(axis=0) & (at >= 0))
        if not len(left):
            break
        turn += 1
        chosen = draw.choice(left, size=max(1, len(left) // 4), replace=False)
        objective = np.zeros(len(moves.free))
        objective[theirs] = np.where(moves.low[theirs] < 0, 0.0, 1.0)  # others stay in place where that costs nothing
        objective[at[chosen]] = -1.0 if turn % 4 else 1.0
        move = program.furthest(objective)
        if move is None:
            idle += 1
            continue
        stays = np.ones(len(people), bool)
        stays[row[np.abs(move[theirs]) > STILL * program.unit]] = False
        reached = np.where(at >= 0, move[at], 0.0)
        down[stays] = np.minimum(down[stays], reached)
        up[stays] = np.maximum(up[stays], reached)
        lack = doubtful & ~((up - down >= width) & (-down >= below) & (up >= above))
        idle = idle + 1 if int(lack.sum()) == pairs else 0
        pairs = int(lack.sum())
    return lack
