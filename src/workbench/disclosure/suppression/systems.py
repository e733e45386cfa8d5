"""The systems of several tables that are protected in turns: the people behind all of them, their counts, their amounts.

Each is proven by itself; what one withholds the others withhold too, until none of them needs more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.disclosure.suppression.audit import audit
from workbench.disclosure.suppression.both import TURNS, apart
from workbench.disclosure.suppression.problems import Suppressed, suppress
from workbench.disclosure.suppression.shared import Shared, SharedProblem, shared_problem


@dataclass(frozen=True, eq=False)
class System:
    """One problem over some of the tables.

    Parameters
    ----------
    people : bool
        Of the people behind the cells, not of their numbers.
    tables : tuple of int
        Which of the tables it joins, in the order of ``shared.places``.
    shared : SharedProblem
    """

    people: bool
    tables: tuple[int, ...]
    shared: SharedProblem


def systems_of(tables: Sequence[Shared]) -> list[System]:
    """Return the systems of tables, that of the people first.

    Parameters
    ----------
    tables : sequence of Shared

    Returns
    -------
    list of System
        None of the people where each number is a number of people.
    """
    bound = [table.cells.bound for table in tables]
    chosen: list[tuple[bool, list[int]]] = []
    if any(apart(table.cells) for table in tables if table.before is None):
        chosen.append((True, [at for at, table in enumerate(tables) if bound[at] is not None and table.cells.layout.people]))
    chosen += [(False, [at for at, each in enumerate(bound) if each == name]) for name in ("count", "amount")]
    found = []
    for people, places in chosen:
        shared = shared_problem([tables[at] for at in places], people=people) if places else None
        if shared is not None:
            found.append(System(people, tuple(places), shared))
    return found


def in_turns(
    systems: Sequence[System], withheld: Sequence[np.ndarray], *, frozen: Sequence[bool]
) -> tuple[list[np.ndarray], list[Suppressed]]:
    """Protect systems one after the other until what one withholds is enough for all.

    Parameters
    ----------
    systems : sequence of System
    withheld : sequence of numpy.ndarray
        For each table what the rules withhold, or what was withheld when it was published.
    frozen : sequence of bool
        Which tables were published before.

    Returns
    -------
    list of numpy.ndarray
        What is withheld of each table.
    list of Suppressed
        What was found last of each system. Where there was no end within so many turns, every cell is unprotected.
    """
    pattern = [each.copy() for each in withheld]
    found: list[Suppressed | None] = [None] * len(systems)
    changed = False
    for turn in range(TURNS):
        changed = False
        for place, system in enumerate(systems):
            problem = system.shared.problem
            held = problem.held | _hidden(system, pattern)
            last = found[place]
            if last is not None and (last.withheld == (held | problem.primary)).all():
                continue
            done = suppress(replace(problem, held=held, grid=None if turn or place else problem.grid))
            found[place] = done
            for table, at in zip(system.tables, system.shared.places, strict=True):
                if at is not None and not frozen[table]:
                    more = (done.withheld | system.shared.contradicted)[at] & ~pattern[table]
                    changed |= bool(more.any())
                    pattern[table] |= more
        if not changed:
            break
    done_all = [each for each in found if each is not None]
    if changed:
        done_all = [replace(each, unprotected=tuple(np.flatnonzero(each.withheld).tolist())) for each in done_all]
    return pattern, done_all


def _hidden(system: System, pattern: Sequence[np.ndarray]) -> np.ndarray:
    """The unknowns that are withheld so far: in any table, but people who are told of in one table are told of."""
    size = system.shared.problem.size
    hidden, there = np.full(size, system.people), np.zeros(size, bool)
    for table, at in zip(system.tables, system.shared.places, strict=True):
        if at is None:
            continue
        there[at] = True
        if system.people:
            hidden[at[~pattern[table]]] = False
        else:
            hidden[at[pattern[table]]] = True
    return hidden & there & ~system.shared.public


def told_of(system: System, done: Suppressed, tables: Sequence[Shared]) -> tuple[np.ndarray, np.ndarray]:
    """Return which unknowns of a system are withheld and told too narrowly all the same.

    Parameters
    ----------
    system : System
    done : Suppressed
    tables : sequence of Shared
        All of them.

    Returns
    -------
    numpy.ndarray
        Shape (n,), bool: all.
    numpy.ndarray
        Shape (n,), bool: without those that earlier tables by themselves told as well.
    """
    told = system.shared.contradicted.copy()
    told[list(done.unprotected)] = True
    worse = told.copy()
    places = [
        (table, at)
        for table, at in zip(system.tables, system.shared.places, strict=True)
        if tables[table].before is not None and at is not None
    ]
    before = None
    if any(told[at].any() for _, at in places):
        before = shared_problem([tables[table] for table, _ in places], people=system.people, earlier=True)
    if before is None:
        return told, worse
    asked, then = np.zeros(len(told), bool), np.zeros(before.problem.size, bool)
    pairs = []
    for (_, now), old in zip(places, before.places, strict=True):
        if old is not None:
            lines = np.flatnonzero(told[now] & before.problem.held[old])
            asked[now[lines]], then[old[lines]] = True, True
            pairs.append((now[lines], old[lines]))
            worse[now[before.contradicted[old]]] = False
    after = audit(system.shared.problem, done.withheld, asked=asked, exact=True)
    once = audit(before.problem, before.problem.held, asked=then, exact=True)
    for now, old in pairs:
        width, had = after.upper[now] - after.lower[now], once.upper[old] - once.lower[old]
        worse[now[width >= had * (1 - 1e-6)]] = False
    return told, worse
