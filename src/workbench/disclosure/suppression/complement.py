"""Complementary suppression for any table: withhold what hides every cell that is bad, prove it, and repair.

The covering program moves bad cells by what they lack, at the least cost of published cells that have to move along; those
are withheld (Fischetti and Salazar 2000, Management Science 46, as one linear program with weights made sparse).
"""

from __future__ import annotations

import numpy as np

from workbench.disclosure.suppression.audit import Audit, audit, checked, glance, need_of, shown_by
from workbench.disclosure.suppression.grid import choose
from workbench.disclosure.suppression.moves import TOLERANCE, loaded
from workbench.disclosure.suppression.problems import Problem, Suppressed
from workbench.disclosure.suppression.singles import narrowed, together

REWEIGHTED = 2
"""How often the covering program is solved again with weights that make small moves dear (Candes, Wakin and Boyd 2008)."""

DEAREST = 1e6
"""No weight counts for more than this times the cheapest: one scale for the solver."""

LARGE = 4_000
"""A covering program of so many moves is solved from the inside."""

ROUNDS = 60
"""So many repairs at most; what is bad then is unprotected."""


def protected(problem: Problem) -> Suppressed:
    """Withhold, audit and repair until everything is proven or nothing is left to withhold.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    Suppressed
    """
    withheld = (problem.primary | problem.held) & ~problem.hidden
    programs = 0
    moves = np.zeros((0, problem.size))
    if problem.grid is not None:
        chosen = choose(problem)
        withheld, moves = withheld | chosen.withheld, checked(problem, chosen.withheld, chosen.moves)
    hopeless = np.zeros(problem.size, bool)
    hopeless[glance(problem, withheld | (np.isfinite(problem.weight) & ~problem.hidden)).bad] = True
    for _ in range(ROUNDS):  # what needs no program to be seen comes first
        before = hopeless.copy()
        added, solved = cover(problem, withheld, found=glance(problem, withheld), hopeless=hopeless)
        programs += solved
        withheld = withheld | added
        if not added.any() and (hopeless == before).all():
            break
    done = audit(problem, withheld, proven=shown_by(problem, moves))
    programs += done.programs
    told: list[tuple[np.ndarray, Audit]] = []
    told_anyway = np.zeros(problem.size, bool)
    for _ in range(ROUNDS):
        before = hopeless.copy()
        added, solved = cover(problem, withheld, found=done, hopeless=hopeless)
        programs += solved
        if not added.any() and (hopeless > before).any():
            continue
        if not added.any() and not len(done.bad):
            told, solved = narrowed(problem, withheld, moves=moves)
            programs += solved
            for known, facts in together(told):  # what one person knows must leave the others as wide
                more, solved = cover(problem, withheld | added, found=facts, known=known, hopeless=told_anyway)
                programs += solved
                added |= more
        if not added.any():
            break
        withheld = withheld | added
        asked = added.copy()
        asked[done.bad] = True
        done = audit(problem, withheld, asked=asked, proven=done)
        programs += done.programs
    single = np.unique(np.concatenate([np.zeros(0, np.int64), *[facts.bad for _, facts in told]]))
    unprotected = np.union1d(done.bad, single)
    return Suppressed(
        withheld, done.lower, done.upper, tuple(unprotected.tolist()), programs, bad_for_single=tuple(single.tolist())
    )


def cover(
    problem: Problem, withheld: np.ndarray, *, found: Audit, hopeless: np.ndarray, known: np.ndarray | None = None
) -> tuple[np.ndarray, int]:
    """Find published cells that, withheld as well, let bad cells move by what they lack.

    Parameters
    ----------
    problem : Problem
    withheld : numpy.ndarray
        Shape (n,), bool.
    found : Audit
        The bad cells, and how far they can move already.
    hopeless : numpy.ndarray
        Shape (n,), bool: cells not to be tried again; those found to be so are marked.
    known : numpy.ndarray, optional
        Shape (n,), bool: cells that the reader knows though they are withheld.

    Returns
    -------
    numpy.ndarray
        Shape (n,), bool: the cells to be withheld as well; none where there are none.
    int
        How many programs were solved.
    """
    added = np.zeros(problem.size, bool)
    bad = found.bad[~hopeless[found.bad]]
    if not len(bad):
        return added, 0
    chosen = _apart(problem, bad)
    down, up = found.lower - problem.values, found.upper - problem.values
    lack_up = np.maximum(problem.width + down, problem.above)
    lack_down = np.maximum(problem.width - up, problem.below)
    upward = np.where(problem.width > 0, lack_up, np.where(up < problem.above * (1 - TOLERANCE), problem.above, -problem.below))
    downward = np.where(problem.width > 0, -lack_down, upward)
    queue = [chosen]
    solved = 0
    while queue:
        cells = queue.pop()
        for target in (upward, downward):
            moved, programs = _least(problem, withheld | added, cells=cells, target=target[cells], known=known)
            solved += programs
            if moved is not None:
                added |= moved
                break
        else:
            if len(cells) == 1:
                hopeless[cells] = True
            else:
                queue += [cells[len(cells) // 2 :], cells[: len(cells) // 2]]
    return added, solved


def _apart(problem: Problem, bad: np.ndarray) -> np.ndarray:
    """Bad cells no two of which stand in one equation, those that need most first."""
    order = bad[np.argsort(-need_of(problem)[bad], kind="stable")]
    columns = problem.equations.tocsc()
    taken = np.zeros(problem.equations.shape[0], bool)
    chosen = []
    for cell in order.tolist():
        rows = columns.indices[columns.indptr[cell] : columns.indptr[cell + 1]]
        if not taken[rows].any():
            taken[rows] = True
            chosen.append(cell)
    return np.sort(np.array(chosen, dtype=np.int64))


def _least(
    problem: Problem, withheld: np.ndarray, *, cells: np.ndarray, target: np.ndarray, known: np.ndarray | None
) -> tuple[np.ndarray | None, int]:
    """The cheapest published cells that move along when ``cells`` move by ``target``, None where that cannot be."""
    import highspy
    from scipy.sparse import hstack

    unit = float(np.abs(target).min())
    unknown = np.flatnonzero((withheld if known is None else withheld & ~known) | problem.hidden)
    spare = np.flatnonzero(~withheld & ~problem.hidden & np.isfinite(problem.weight))
    floor = np.minimum(problem.lower - problem.values, 0) / unit
    columns = problem.equations.tocsc()
    rows = hstack([columns[:, unknown], columns[:, spare], -columns[:, spare]]).tocsr()
    rows = rows[np.diff(rows.indptr) > 0]
    low = np.concatenate([floor[unknown], np.zeros(2 * len(spare))])
    high = np.concatenate([np.full(len(unknown) + len(spare), np.inf), -floor[spare]])
    place = np.searchsorted(unknown, cells)
    if (target / unit < low[place]).any():
        return None, 0
    low[place] = high[place] = target / unit
    weight = problem.weight[spare]
    weight = np.minimum(weight / weight.min(initial=np.inf), DEAREST)
    moved = np.ones(len(spare))
    model = None
    solved = 0
    for _ in range(REWEIGHTED + 1):
        cost = np.concatenate([np.zeros(len(unknown)), *[weight / moved] * 2])
        if model is None:
            model = loaded(rows, cost=cost, low=low, high=high, target=np.zeros(rows.shape[0]), primal=False)
            if len(cost) >= LARGE:  # an inner point first, then its vertex; a tenth of the simplex method's steps from nothing
                model.setOptionValue("solver", "ipm")
        else:
            for option, chosen in (("solver", "simplex"), ("simplex_strategy", 4), ("presolve", "off")):
                model.setOptionValue(option, chosen)  # from the last vertex, which is feasible for any weights
            model.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
        model.run()
        solved += 1
        if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None, solved
        found = np.asarray(model.getSolution().col_value)[len(unknown) :]
        distance = np.maximum(found[: len(spare)], found[len(spare) :])
        moved = distance + 0.05
    added = np.zeros(problem.size, bool)
    added[spare[distance > TOLERANCE]] = True
    return added, solved
