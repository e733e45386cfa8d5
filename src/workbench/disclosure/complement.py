"""Complementary suppression for any table: withhold what hides every cell that is bad, prove it, and repair.

The covering program moves every bad cell by what it lacks, at the least cost of published cells that have to move along;
those are withheld.
"""

from __future__ import annotations

from workbench.disclosure.audit import audit
from workbench.disclosure.problems import Problem, Suppressed


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
    found = audit(problem, withheld)
    return Suppressed(withheld, found.lower, found.upper, tuple(found.bad.tolist()), found.programs)
