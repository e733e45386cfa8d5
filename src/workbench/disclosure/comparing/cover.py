"""Whether disjoint vectors leave few people of an outer one: a complete search over a small system of atoms.

An attacker subtracts any number of published cells from a larger one. Of any k people of what is left one must still be
covered, or at least k remain: so only the cells that touch the k hardest people are ever branched on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_DEEPEST = 150
"""Branchings below each other; beyond, the search is undecided."""


@dataclass
class Budget:
    """How many matrix elements a search may still look at: work, never time, so that results do not depend on the machine."""

    left: float

    def spend(self, elements: int) -> bool:
        """Take elements off the budget and say whether any is left."""
        self.left -= elements
        return self.left > 0


@dataclass(frozen=True)
class System:
    """An outer vector and the candidates inside it, over atoms (people whom all of them weigh alike).

    Parameters
    ----------
    outer : numpy.ndarray
        Shape (atoms,), int64.
    rows : numpy.ndarray
        Shape (candidates, atoms), int64: none negative, none greater than ``outer``.
    people : numpy.ndarray
        Shape (atoms,), int64: people of each atom.
    """

    outer: np.ndarray
    rows: np.ndarray
    people: np.ndarray


def residual(system: System, *, k: int, budget: Budget, must: np.ndarray | None = None) -> tuple[list[int] | None, bool]:
    """Search for candidates that fit into the outer vector together and leave 1 to k - 1 people.

    Parameters
    ----------
    system : System
        Each candidate has at least k people.
    k : int
    budget : Budget
    must : numpy.ndarray, optional
        Candidates of which at least one has to be used.

    Returns
    -------
    tuple
        The candidates found (or None), and whether the search was complete. Found or complete: the answer is exact.

    Notes
    -----
    A depth-first search in the manner of Knuth's algorithm X (Dancing links, 2000), with room for k - 1 people. Candidates
    that compete with no other are taken at once: that leaves fewer people, and never none where some were left (each has at
    least k). A branch ends where at least k people cannot be covered by all that still fits.

    Examples
    --------
    >>> rows = np.array([[1, 1, 0], [0, 0, 1]])
    >>> residual(System(np.array([1, 1, 1]), rows[:1], np.array([9, 8, 4])), k=5, budget=Budget(1e6))
    ([0], True)
    >>> residual(System(np.array([1, 1, 1]), rows, np.array([9, 8, 4])), k=5, budget=Budget(1e6))
    (None, True)
    """
    every = np.arange(len(system.rows))
    if must is None:
        return _below(system, system.outer, every, [], k=k, budget=budget)
    complete, left = True, np.ones(len(every), bool)
    for one in must.tolist():
        left[one] = False
        found, whole = _below(system, system.outer - system.rows[one], every[left], [one], k=k, budget=budget)
        if found is not None:
            return found, True
        complete &= whole
    return None, complete


def _below(
    system: System, rest: np.ndarray, alive: np.ndarray, chosen: list[int], *, k: int, budget: Budget
) -> tuple[list[int] | None, bool]:
    """Search among the candidates alive, given what is left and what was chosen."""
    if not budget.spend(len(alive) * len(rest) + 200) or len(chosen) > 10 * _DEEPEST:
        return None, False
    rows, people = system.rows, system.people
    alive = alive[(rows[alive] <= rest).all(1)]
    inside = rows[alive]
    total = inside.sum(0)
    free = ~(inside[:, total > rest] > 0).any(1)
    if free.any():
        rest = rest - inside[free].sum(0)
        chosen = [*chosen, *alive[free].tolist()]
        alive, inside = alive[~free], inside[~free]
        total = inside.sum(0)
    there = rest > 0
    left = int(people[there].sum())
    if left < k:
        return (chosen if left and chosen else None), True
    if int(people[there & (total < rest)].sum()) >= k:
        return None, True
    touching = (inside > 0).sum(0)
    atoms = np.flatnonzero(there)
    atoms = atoms[np.argsort(touching[atoms], kind="stable")]
    hardest = atoms[: 1 + int(np.searchsorted(np.cumsum(people[atoms]), k))]
    branches = np.flatnonzero((inside[:, hardest] > 0).any(1))
    branches = branches[np.argsort(-((inside[branches] > 0) @ people), kind="stable")]
    complete, remaining = True, np.ones(len(alive), bool)
    for one in branches.tolist():
        remaining[one] = False
        found, whole = _below(system, rest - inside[one], alive[remaining], [*chosen, int(alive[one])], k=k, budget=budget)
        if found is not None:
            return found, True
        complete &= whole
        if budget.left <= 0:
            return None, False
    return None, complete
