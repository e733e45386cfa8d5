"""Cells of disjoint rows and the cell of their union: months and their year, districts and their city, in tables of their own.

No table shows such a sum, so no table's audit knows of it. Every withheld cell of a family is known to be at least 1, and what
is left of the union when the shown ones are subtracted is shared by the withheld ones alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.disclosure import SafeTable
from workbench.releases.differences import cell_names, result_name
from workbench.releases.ledger import StoredTable, Vectors
from workbench.releases.together import Guarded

TABLES = 60
"""So many earlier tables are looked at, those first that share most keys with the new ones, and the later ones of these."""

MOST = 400
"""So many cells that share a key with a wide one are looked at, larger ones first."""


@dataclass(frozen=True, eq=False, repr=False)
class Member:
    """A table whose cells may be parts of others', or made of them.

    Parameters
    ----------
    result : str
    safe : SafeTable
    vectors : Vectors
    k : int
        Of its rules.
    new : bool
        Whether it is about to be published.
    """

    result: str
    safe: SafeTable
    vectors: Vectors
    k: int
    new: bool


def members_of_release(guarded: Sequence[Guarded], earlier: Iterable[StoredTable], *, issue: str, number: int) -> list[Member]:
    """Return tables about to be published beside those published before.

    Parameters
    ----------
    guarded : sequence of Guarded
    earlier : iterable of StoredTable
    issue : str
    number : int

    Returns
    -------
    list of Member
    """
    fresh = [
        Member(
            f"{issue}/{number}#{result_name(item.found.name, item.found.run.parameters)}",
            item.safe,
            item.found.vectors,
            item.found.rules.min_contributors,
            True,
        )
        for item in guarded
    ]
    old = [
        Member(f"{one.release}#{result_name(one.name, one.parameters)}", one.safe, one.vectors, one.rules.min_contributors, False)
        for one in earlier
        if one.block is not None
    ]
    wanted = {key for one in fresh for keys in _keys(one.safe) for key in keys}
    shared = [len(wanted & {key for keys in _keys(one.safe) for key in keys}) for one in old]
    order = sorted((at for at in range(len(old)) if shared[at]), key=lambda at: (-shared[at], -at))[:TABLES]
    return [*fresh, *(old[at] for at in sorted(order))]


def told_by_unions(members: Sequence[Member]) -> list[str]:
    """Name new tables with which withheld cells of a family can be told too narrowly from the cell of their union.

    Parameters
    ----------
    members : sequence of Member

    Returns
    -------
    list of str
        One a union and family, with the way out.

    Notes
    -----
    A family is a set of cells of other tables that share a key with the wide cell, lie inside it entry by entry, and are
    disjoint; it is put together greedily, largest first and smallest first. With m withheld cells among it, what the wide cell
    has beyond the shown ones is S rows: each withheld cell lies between 1 and S - m + 1, so S - m must be k and the rows of the
    largest contributor of each at least; a single withheld cell that alone is left is told exactly.
    """
    cells = [_Cell(at, cell, keys) for at, member in enumerate(members) for cell, keys in enumerate(_keys(member.safe))]
    by_key: dict[tuple[str, str], list[_Cell]] = {}
    for one in cells:
        for key in one.keys:
            by_key.setdefault(key, []).append(one)
    problems: dict[tuple[int, frozenset[int]], str] = {}
    for wide in cells:
        outer = members[wide.table]
        if _state(outer.safe, wide.cell) != "shown" or not outer.vectors.people[wide.cell]:
            continue
        near = {(one.table, one.cell): one for key in wide.keys for one in by_key[key] if one.table != wide.table}
        if not outer.new and not any(members[table].new for table, _ in near):
            continue
        rows = {place: int(members[place[0]].vectors.rows[place[1]]) for place in near}
        size = int(outer.vectors.rows[wide.cell])
        inside = [place for place in near if 0 < rows[place] <= size]
        if not any(_state(members[table].safe, cell) == "withheld" for table, cell in inside):
            continue
        inside.sort(key=lambda place: (-rows[place], place))
        for order in (inside[:MOST], inside[:MOST][::-1]):
            family, rest = _disjoint(outer, wide.cell, [(members[table], table, cell) for table, cell in order])
            withheld = [(table, cell) for table, cell in family if _state(members[table].safe, cell) == "withheld"]
            if not withheld or not (outer.new or any(members[table].new for table, _ in family)):
                continue
            left = rest + sum(rows[place] for place in withheld)
            need = max(max(members[table].k, _largest(members[table].vectors, cell)) for table, cell in withheld)
            if left - len(withheld) < need or (rest == 0 and len(withheld) == 1):
                tables = frozenset(table for table, _ in withheld)
                problems.setdefault((wide.table, tables), _told(members, wide, withheld))
    return list(problems.values())


@dataclass(frozen=True)
class _Cell:
    table: int
    cell: int
    keys: tuple[tuple[str, str], ...]


def _keys(safe: SafeTable) -> list[tuple[tuple[str, str], ...]]:
    """The axes and keys of each cell, row after row."""
    rows, columns = safe.layout.rows, safe.layout.columns
    across = [()] if columns is None else [((columns.name, str(key)),) for key in columns.keys]
    return [((rows.name, str(key)), *other) for key in rows.keys for other in across]


def _state(safe: SafeTable, cell: int) -> str:
    row, column = divmod(cell, safe.layout.shape[1])
    return safe.states[row][column]


def _largest(vectors: Vectors, cell: int) -> int:
    return int(np.asarray(vectors.weight[vectors.start[cell] : vectors.start[cell + 1]]).max(initial=0))


def _disjoint(outer: Member, wide: int, inner: Sequence[tuple[Member, int, int]]) -> tuple[list[tuple[int, int]], int]:
    """Cells that fit into a wide one together, taken as they come, and the rows that they leave."""
    span = slice(int(outer.vectors.start[wide]), int(outer.vectors.start[wide + 1]))
    person, left = np.asarray(outer.vectors.person[span]), np.array(outer.vectors.weight[span])
    family = []
    for member, table, cell in inner:
        part = slice(int(member.vectors.start[cell]), int(member.vectors.start[cell + 1]))
        people, weight = np.asarray(member.vectors.person[part]), np.asarray(member.vectors.weight[part])
        if len(people) > len(person):
            continue
        place = np.minimum(np.searchsorted(person, people), len(person) - 1)
        if bool((person[place] == people).all()) and bool((left[place] >= weight).all()):
            left[place] -= weight
            family.append((table, cell))
    return family, int(left.sum())


def _told(members: Sequence[Member], wide: _Cell, withheld: Sequence[tuple[int, int]]) -> str:
    outer = members[wide.table]
    named = ", ".join(dict.fromkeys(members[table].result for table, _ in withheld[:3]))
    more = f" and {len(withheld) - 3} more" if len(withheld) > 3 else ""
    place = ", ".join(cell_names(outer.safe)[wide.cell])
    return (
        f"{outer.result} [{place}] is made of cells of other tables, {len(withheld)} of them withheld ({named}{more}): what it "
        "has beyond the shown ones tells the withheld ones too narrowly; smallest change that passes: leave the "
        f"{'wide' if outer.new else 'new'} table out, or coarsen the keys of the tables that it is made of"
    )
