"""Several tables as one problem: equal cells are one unknown, and implied margins and atoms stand beside them.

A reader puts all tables next to each other; the problem holds what that reader has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from workbench.disclosure.rules import Rules
from workbench.disclosure.suppression.atoms import (
    MAX_ATOMS,
    Dimension,
    atom_count,
    circular,
    crossed_of,
    feasible_atoms,
    memberships,
)
from workbench.disclosure.suppression.problems import Problem, axis_sums, crossed, problem_of
from workbench.disclosure.tabulating.cells import Cells

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, eq=False)
class Shared:
    """One table of several: see :class:`workbench.disclosure.suppression.linked.LinkedTable`.

    ``before`` says what was withheld when it was published, None for a new table; ``few`` marks cells whose people the
    rules withhold in some table, ``shown`` and ``held`` those that tables which are not among these show or withhold.
    """

    cells: Cells
    signature: np.ndarray | None
    before: np.ndarray | None
    rules: Rules
    few: np.ndarray
    shown: np.ndarray | None = None
    held: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class SharedProblem:
    """A problem of several tables.

    Parameters
    ----------
    problem : Problem
    places : list of (numpy.ndarray or None)
        For each table the unknown of each of its cells; None where it was left out.
    contradicted : numpy.ndarray
        Shape (n,), bool: public, though a rule or an earlier release withholds it.
    public : numpy.ndarray
        Shape (n,), bool: cannot be withheld, since it is public or zero.
    """

    problem: Problem
    places: list[np.ndarray | None]
    contradicted: np.ndarray
    public: np.ndarray


@dataclass(frozen=True, eq=False)
class _Part:
    """A table with the margins that it implies: its cells stand first, flat, then the implied ones."""

    problem: Problem
    sums: np.ndarray  # equations as rows of (row, cell, sign)
    equations: int
    signature: np.ndarray | None
    values: np.ndarray
    public: np.ndarray
    size: int


def shared_problem(tables: Sequence[Shared], *, people: bool = False, earlier: bool = False) -> SharedProblem | None:
    """Return the problem of several tables, None where there is no new one.

    Parameters
    ----------
    tables : sequence of Shared
        All of counts, or all of amounts; of either where it is the people that are counted.
    people : bool
        Of the people behind the cells. Cells are one unknown where these are as many, counted in each base cell for itself.
    earlier : bool
        Join earlier tables though there is no new one.

    Returns
    -------
    SharedProblem or None
        Tables of an earlier release that share nothing unknown with a new one are left out.

    Raises
    ------
    UsageError
        Tables of the same rows that do not add up to each other.
    """
    if not earlier and all(table.before is not None for table in tables):
        return None
    parts = [_part(table, people=people) for table in tables]
    ids, size = _merged(parts)
    if len(tables) == 1:
        return _single(parts[0])
    public = np.zeros(size, bool)
    for part, at in zip(parts, ids, strict=True):
        public[at] |= part.public
    reached = list(range(len(tables))) if earlier else _reached(tables, parts, ids, public)
    circles = [] if people and not all(table.cells.once for table in tables) else _circles(tables, parts, reached)
    return _joined(tables, parts, ids, size, public, reached, circles)


def _single(part: _Part) -> SharedProblem:
    """The problem of one table, in the form that it has of itself."""
    public = part.public[: part.size]
    problem = part.problem
    contradicted = public & (problem.primary | problem.held)
    if contradicted.any():
        problem = replace(problem, primary=problem.primary & ~public, held=problem.held & ~public)
    return SharedProblem(problem, [np.arange(part.size)], contradicted, public)


def _part(table: Shared, *, people: bool) -> _Part:
    cells = table.cells
    shown, held = (table.shown, table.held) if table.before is None else (~table.before, table.before)
    problem = problem_of(cells, rules=table.rules, held=held, public=shown, people=people)
    primary = problem.primary | table.few
    if table.before is not None:  # no single contributor of a new cell may tell a small one that was withheld before
        primary = primary & table.before
    problem = replace(problem, primary=primary)
    axes = [cells.layout.rows] if cells.layout.columns is None else [cells.layout.rows, cells.layout.columns]
    shape = [len(axis.keys) for axis in axes]
    sums = [axis_sums(axis) for axis in axes]
    grown = list(shape)
    for place, axis in enumerate(axes):
        base = np.asarray(axis.base).tolist()
        if axis.whole is None and len(base) > 1:
            sums[place].append((shape[place], tuple(base)))
            grown[place] += 1
    equations = crossed(tuple(grown), sums).tocoo()
    old = np.arange(int(np.prod(grown))).reshape(grown)
    inner = old[tuple(slice(0, length) for length in shape)].ravel()
    order = np.full(old.size, -1)
    order[inner] = np.arange(len(inner))
    extra = np.flatnonzero(order < 0)
    order[extra] = np.arange(len(inner), old.size)
    base_cells = [np.asarray(axis.base) for axis in axes]
    values = _implied(problem.values, shape=shape, grown=grown, base=base_cells)
    signature = None
    if table.signature is not None:
        signature = _implied(table.signature, shape=shape, grown=grown, base=base_cells)
    public = np.zeros(old.size, bool)
    if shown is not None:
        public[: len(inner)] = shown
    public[: len(inner)] |= (cells.rows == 0) & ~problem.primary & ~problem.held
    back = np.argsort(order)
    return _Part(
        problem,
        np.stack([equations.row, order[equations.col], equations.data.astype(np.int64)], axis=1),
        equations.shape[0],
        None if signature is None else signature[back],
        values[back],
        public,
        len(inner),
    )


def _implied(array: np.ndarray, *, shape: list[int], grown: list[int], base: list[np.ndarray]) -> np.ndarray:
    """Something that adds up, of a table's cells and of its implied margins, in C order of the grown shape."""
    table = array.reshape(shape)
    for axis, (small, large) in enumerate(zip(shape, grown, strict=True)):
        if large > small:
            total = np.take(table, base[axis], axis=axis).sum(axis=axis, keepdims=True, dtype=array.dtype)
            table = np.concatenate([table, total], axis=axis)
    return table.ravel()


def _merged(parts: Sequence[_Part]) -> tuple[list[np.ndarray], int]:
    """An unknown's number for each cell of each table: one for all cells with the same people and the same value."""
    at, next_id = [], 0
    known: dict[tuple[int, float], int] = {}
    for part in parts:
        ids = np.zeros(len(part.values), np.int64)
        marks = None if part.signature is None else part.signature.tolist()
        for place, value in enumerate(part.values.tolist()):
            if marks is None or value == 0:
                ids[place] = next_id
                next_id += 1
                continue
            number = known.setdefault((marks[place], value), next_id)
            ids[place] = number
            next_id += number == next_id
        at.append(ids)
    return at, next_id


def _bases(parts: Sequence[_Part], tables: Sequence[Shared]) -> list[tuple[int, float] | None]:
    """The people and the total behind each table: those of all its base cells."""
    found: list[tuple[int, float] | None] = []
    for part, table in zip(parts, tables, strict=True):
        if part.signature is None or part.problem.size == 0:
            found.append(None)
            continue
        base = crossed_of(table.cells.layout).cells
        found.append((int(part.signature[base].sum(dtype=np.uint64)), float(part.values[base].sum().round(6))))
    return found


def _reached(tables: Sequence[Shared], parts: Sequence[_Part], ids: list[np.ndarray], public: np.ndarray) -> list[int]:
    """The new tables, and the earlier ones that share something unknown, or dimensions of the same rows, with them."""
    bases = _bases(parts, tables)
    names = [{name for name, _ in crossed_of(table.cells.layout).dimensions} for table in tables]
    reached = [place for place, table in enumerate(tables) if table.before is None]
    unknown = np.zeros(len(public), bool)
    frontier = list(reached)
    while frontier:
        for place in frontier:
            unknown[ids[place]] = True
        unknown &= ~public
        frontier = [
            place
            for place in range(len(tables))
            if place not in reached
            and (
                unknown[ids[place]].any()
                or any(bases[place] is not None and bases[place] == bases[one] and names[place] & names[one] for one in reached)
            )
        ]
        reached += frontier
    return sorted(reached)


def _joined(
    tables: Sequence[Shared],
    parts: Sequence[_Part],
    ids: list[np.ndarray],
    size: int,
    public: np.ndarray,
    reached: list[int],
    circles: Sequence[tuple[list[int], list[np.ndarray]]],
) -> SharedProblem:
    """The problem of the tables reached: their own equations, and those of the atoms where dimensions run in a circle."""
    from scipy.sparse import coo_matrix

    rows, columns, signs = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    made = 0
    for place in reached:
        part = parts[place]
        rows.append(part.sums[:, 0] + made)
        columns.append(ids[place][part.sums[:, 1]])
        signs.append(part.sums[:, 2])
        made += part.equations
    latent = [np.zeros(0)]
    for joined, cells in circles:
        atoms = len(cells[0])
        negative = any(tables[place].cells.negative for place in joined)
        values = [parts[place].values for place in joined]
        first = size + sum(map(len, latent))
        latent.append(np.zeros(atoms) if negative else feasible_atoms(cells, values, size=atoms))
        for place, cell in zip(joined, cells, strict=True):
            inside = np.flatnonzero(cell >= 0)
            base = np.unique(cell[inside])
            rows += [np.searchsorted(base, cell[inside]) + made, np.arange(len(base)) + made]
            columns += [inside + first, ids[place][base]]
            signs += [np.ones(len(inside), np.int64), np.full(len(base), -1)]
            made += len(base)
    atoms_at = np.concatenate(latent)
    entries = (np.concatenate(signs).astype(float), (np.concatenate(rows), np.concatenate(columns)))
    equations = coo_matrix(entries, shape=(made, size + len(atoms_at))).tocsr()
    equations.sum_duplicates()
    equations.eliminate_zeros()
    return _assembled(tables, parts, ids, reached, equations=equations, public=public, latent=atoms_at)


def _circles(tables: Sequence[Shared], parts: Sequence[_Part], reached: list[int]) -> list[tuple[list[int], list[np.ndarray]]]:
    """Tables to be joined over atoms, and each one's base cell of each atom; none where common margins tell everything."""
    groups: dict[tuple[int, float], list[int]] = {}
    for place, base in enumerate(_bases(parts, tables)):
        if base is not None and place in reached:
            groups.setdefault(base, []).append(place)
    found = []
    for group in groups.values():
        crossings = {place: crossed_of(tables[place].cells.layout) for place in group}
        shapes = {place: frozenset(crossing.dimensions) for place, crossing in crossings.items()}
        compound = any(len(tables[place].cells.layout.rows.parts) > 1 or len(shapes[place]) > 2 for place in group)
        if len(group) < 2 or not (compound or circular(list(shapes.values()))):
            continue
        new = {place for place in group if tables[place].before is None}
        order = sorted(group, key=lambda place: (place not in new, place))
        joined: list[int] = []
        reach: frozenset[Dimension] = frozenset()
        for place in order:
            if atom_count(reach | shapes[place]) <= MAX_ATOMS:
                joined.append(place)
                reach = reach | shapes[place]
        if len(joined) > 1:
            found.append((joined, memberships([crossings[place] for place in joined])))
    return found


def _assembled(
    tables: Sequence[Shared],
    parts: Sequence[_Part],
    ids: list[np.ndarray],
    reached: list[int],
    *,
    equations: csr_matrix,
    public: np.ndarray,
    latent: np.ndarray,
) -> SharedProblem:
    """The problem of all unknowns, each as strict as the strictest of its cells."""
    cells = len(public)
    size = cells + len(latent)
    flags = {name: np.zeros(size, bool) for name in ("primary", "held", "single")}
    needs = {name: np.zeros(size) for name in ("width", "below", "above", "weight")}
    values = np.concatenate([np.zeros(cells), latent])
    lower = np.full(size, -np.inf if any(tables[place].cells.negative for place in reached) else 0.0)
    there, real = np.zeros(size, bool), np.zeros(size, bool)
    there[cells:] = True
    for place, part in enumerate(parts):
        values[ids[place]] = part.values
        if place not in reached:
            continue
        there[ids[place]] = True
        own = ids[place][: part.size]
        real[own] = True
        for name, flag in flags.items():
            flag[own] |= getattr(part.problem, name)
        for name, need in needs.items():
            need[own] = np.maximum(need[own], getattr(part.problem, name))
        lower[own] = np.maximum(lower[own], part.problem.lower)
    shown = np.concatenate([public, np.zeros(len(latent), bool)])
    problem = Problem(
        values=values,
        equations=equations,
        primary=flags["primary"] & ~shown,
        weight=np.where(real & ~shown, needs["weight"], np.inf),
        lower=lower,
        width=needs["width"],
        below=needs["below"],
        above=needs["above"],
        single=flags["single"],
        held=flags["held"] & ~shown,
        latent=there & ~real & ~shown,
    )
    places = [ids[place][: part.size] if place in reached else None for place, part in enumerate(parts)]
    return SharedProblem(problem, places, shown & (flags["primary"] | flags["held"]), shown)
