"""Tables protected together: what is withheld in one may not follow from the others, earlier releases among them.

Cells with the same people behind them are one unknown, whichever table shows them; so are margins that one table shows and
another only implies. Tables of the same rows whose dimensions run in a circle are joined over their atoms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.disclosure.rules import Rules
from workbench.disclosure.suppression.both import apart
from workbench.disclosure.suppression.shared import Shared
from workbench.disclosure.suppression.systems import in_turns, systems_of, told_of
from workbench.disclosure.tabulating.cells import NO_RULES, Cells
from workbench.disclosure.tabulating.tables import SafeTable


@dataclass(frozen=True, eq=False)
class LinkedTable:
    """A table to be protected, or one published before.

    Parameters
    ----------
    cells : Cells
    signature : numpy.ndarray, optional
        Shape (size,), uint64: of the people behind each cell, alike for the same people and rows; a sum's is the sum of its
        parts' mod 2**64. None where it is not known: the table then is linked with no other.
    frozen : SafeTable, optional
        As it was published: what it shows cannot be withheld any more, what it withholds stays withheld.
    rules : Rules
        That the table obeys.
    shown, held : numpy.ndarray, optional
        Shape (size,), bool: of a new table of counts, cells that tables which are not given here show or withhold.
    """

    cells: Cells
    signature: np.ndarray | None = None
    frozen: SafeTable | None = None
    rules: Rules = NO_RULES
    shown: np.ndarray | None = None
    held: np.ndarray | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Accepted:
    """What is withheld of each table, in the order given, and what is proven of it. The proof is never public.

    Parameters
    ----------
    withheld : list of numpy.ndarray
        Shape (size,), bool.
    lower, upper : list of numpy.ndarray
        Shape (size,): each withheld cell's feasible interval reaches at least this far; NaN for cells that are shown, and
        where there is no equation to prove anything by (medians).
    unprotected : list of tuple of int
        Withheld cells that can be told too narrowly, and nothing may be withheld for them; of an earlier table only those that
        the new ones tell better.
    programs : int
        How many linear programs were solved.
    people_lower, people_upper : list of numpy.ndarray
        Shape (size,): likewise in people, each base cell's counted for itself; NaN also where another table tells of the cell's
        people.
    """

    withheld: list[np.ndarray]
    lower: list[np.ndarray]
    upper: list[np.ndarray]
    unprotected: list[tuple[int, ...]]
    programs: int
    people_lower: list[np.ndarray]
    people_upper: list[np.ndarray]


def accept(tables: Sequence[LinkedTable], *, rules: Rules | None = None) -> Accepted:
    """Withhold what protects several tables together.

    Parameters
    ----------
    tables : sequence of LinkedTable
        New ones and those published before, of the same people.
    rules : Rules, optional
        For all tables, in place of their own.

    Returns
    -------
    Accepted

    Raises
    ------
    UsageError
        Tables with the same people that do not add up to each other.

    Notes
    -----
    Counts, amounts and the people behind both are systems of their own; a cell that the rules withhold for its contributors
    in one table is withheld in all.
    Earlier tables that share nothing unknown with a new one are left out, their bounds NaN.

    Examples
    --------
    >>> import pandas as pd
    >>> from workbench.disclosure import Axis, Layout, cells_of
    >>> axis = Axis("sex", ("F", "M"), {"en": "Sex"}, {"en": ("F", "M")})
    >>> layout = Layout(rows=axis, columns=None, statistic="count", decimals=0, people=True)
    >>> rows = pd.DataFrame({"row": ["F"] * 12 + ["M"] * 3, "column": "", "value": 1.0, "contributor": range(15)})
    >>> rules = Rules(min_contributors=10)
    >>> accept([LinkedTable(cells_of(rows, layout, rules=rules), rules=rules)]).withheld[0].tolist()
    [False, True]
    """
    ruled = [(one, rules or one.rules) for one in tables]
    small = [np.asarray((one.cells.people > 0) & (one.cells.people < held.min_contributors)) for one, held in ruled]
    signed = [one.signature[few] for (one, _), few in zip(ruled, small, strict=True) if one.signature is not None]
    few_people = np.unique(np.concatenate([np.zeros(0, np.uint64), *signed]))
    shared = [
        Shared(
            one.cells,
            one.signature,
            None if one.frozen is None else _states(one.frozen),
            obeyed,
            _few(one, few_people),
            one.shown,
            one.held,
        )
        for one, obeyed in ruled
    ]
    ruled_out = [one.cells.unsafe | one.few if one.before is None else one.before for one in shared]
    systems = systems_of(shared)
    withheld, done = in_turns(systems, ruled_out, frozen=[one.before is not None for one in shared])
    lower, upper, fewest, most = ([np.full(one.cells.size, np.nan) for one in shared] for _ in range(4))
    unprotected = [np.zeros(one.cells.size, bool) for one in shared]
    for system, found in zip(systems, done, strict=True):
        told, worse = told_of(system, found, shared)
        for place, at in zip(system.tables, system.shared.places, strict=True):
            if at is None:
                continue
            hidden = withheld[place]
            bounds = [(fewest, most)] if system.people else [(lower, upper)]
            if not system.people and not apart(shared[place].cells) and shared[place].cells.layout.people:
                bounds.append((fewest, most))
            proven = hidden & found.withheld[at]
            for low, high in bounds:
                low[place] = np.where(proven, found.lower[at], np.nan)
                high[place] = np.where(proven, found.upper[at], np.nan)
            new = shared[place].before is None
            open_again = ~found.withheld[at] if new and not system.people else np.zeros(len(hidden), bool)
            unprotected[place] |= hidden & ((told if new else worse)[at] | open_again)
    return Accepted(
        withheld,
        lower,
        upper,
        [tuple(np.flatnonzero(each).tolist()) for each in unprotected],
        sum(found.programs for found in done),
        fewest,
        most,
    )


def _few(table: LinkedTable, few_people: np.ndarray) -> np.ndarray:
    """Which cells have a set of people that the rules withhold somewhere."""
    if table.signature is None:
        return np.zeros(table.cells.size, bool)
    return np.isin(table.signature, few_people) & (table.cells.people > 0)


def _states(table: SafeTable) -> np.ndarray:
    return np.array([state == "withheld" for row in table.states for state in row], bool)
