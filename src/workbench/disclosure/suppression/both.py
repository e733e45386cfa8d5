"""Protected in numbers and in people: a cell's bounds in rows or amounts say nothing of how few people stand behind a sum.

Two withheld cells of one person each, with 40 and 20 rows, hide each other's rows well; what they are together is public all
the same, and is about two people. So the people are a system of their own over the same cells, protected first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from workbench.disclosure.rules import Rules
from workbench.disclosure.suppression.problems import Suppressed, people_of, problem_of, suppress
from workbench.disclosure.tabulating.cells import Cells

TURNS = 12
"""So often at most the systems hand each other what they withhold; each turn withholds more, and most need two."""


@dataclass(frozen=True, eq=False, repr=False)
class Proven:
    """What is withheld of one table, and what is proven of it. The proof is never public.

    Parameters
    ----------
    withheld : numpy.ndarray
        Shape (n,), bool.
    lower, upper : numpy.ndarray
        Shape (n,): each withheld cell's feasible interval reaches at least this far, in rows or in amounts.
    people_lower, people_upper : numpy.ndarray
        Shape (n,): likewise in people, counted in each base cell for itself.
    unprotected : tuple of int
        Withheld cells that can be told too narrowly, and nothing may be withheld for them.
    """

    withheld: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    people_lower: np.ndarray
    people_upper: np.ndarray
    unprotected: tuple[int, ...]


def apart(cells: Cells) -> bool:
    """Tell whether the people of a table are another system than its numbers.

    Parameters
    ----------
    cells : Cells

    Returns
    -------
    bool
        False where the numbers are the people, and where there are no people or no equations.
    """
    if not cells.layout.people or cells.bound is None:
        return False
    if cells.once and cells.layout.statistic == "count":
        return False
    return cells.bound == "amount" or not np.array_equal(people_of(cells), cells.rows)


def protected_cells(cells: Cells, *, rules: Rules, held: np.ndarray | None = None) -> Proven:
    """Withhold what protects one table, in its numbers and in people.

    Parameters
    ----------
    cells : Cells
        With a bound.
    rules : Rules
    held : numpy.ndarray, optional
        Shape (n,), bool: withheld before.

    Returns
    -------
    Proven

    Examples
    --------
    >>> import pandas as pd
    >>> from workbench.disclosure import Axis, Layout, cells_of
    >>> axis = Axis("day", ("Mo", "Tu", "We", "all"), {}, {}, sums=(("all", ("Mo", "Tu", "We")),))
    >>> layout = Layout(rows=axis, columns=None, statistic="count", decimals=0, people=True)
    >>> days, people = ["Mo"] * 40 + ["Tu"] * 20 + ["We"] * 30, [0] * 40 + [1] * 20 + list(range(2, 32))
    >>> cells = cells_of(pd.DataFrame({"row": days, "contributor": people}), layout, rules=Rules(min_contributors=10))
    >>> proven = protected_cells(cells, rules=Rules(min_contributors=10))
    >>> proven.withheld.tolist(), proven.unprotected
    ([True, True, True, False], ())
    """
    numbers = problem_of(cells, rules=rules, held=held)
    if not apart(cells):
        done = suppress(numbers)
        return Proven(done.withheld, done.lower, done.upper, done.lower, done.upper, done.unprotected)
    people = problem_of(cells, rules=rules, held=held, people=True)
    withheld = numbers.held
    found: list[Suppressed] = []
    for turn in range(2 * TURNS):
        problem = (people, numbers)[turn % 2]
        done = suppress(replace(problem, held=withheld, grid=problem.grid if turn < 2 else None))
        found = [*found[-1:], done]
        if turn and (done.withheld == withheld).all():
            break
        withheld = done.withheld
    behind, shown = found if turn % 2 else reversed(found)
    unprotected = np.union1d(behind.unprotected, shown.unprotected).astype(np.int64)
    if not (behind.withheld == shown.withheld).all():  # no end within so many turns: nothing is taken for proven
        unprotected = np.flatnonzero(withheld)
    return Proven(withheld, shown.lower, shown.upper, behind.lower, behind.upper, tuple(unprotected.tolist()))
