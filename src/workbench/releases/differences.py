"""What a candidate gives away together with everything published before, and the refusal that says so.

A refusal names the releases, the derived group and how large it is at most, and the smallest change that was tried and
passes; never a number that is not public.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.disclosure import SafeTable
from workbench.disclosure.comparing.differencing import Difference, Differences, Term, find_differences, size_class
from workbench.disclosure.comparing.group_index import Index
from workbench.disclosure.comparing.groups import Groups
from workbench.releases.ledger import Ledger, Vectors
from workbench.releases.ledger.indexing import Kind, Shown, groups_of, shown_cells
from workbench.releases.results import parameter_key

if TYPE_CHECKING:
    from workbench.releases.together import Guarded

NAMED = 3
"""So many differences of one table are told in full; the others are counted."""

TRIES = 12
"""So many neighbours of a key are tried before leaving it out is proposed."""


@dataclass(frozen=True)
class Place:
    """Where a published cell stands.

    Parameters
    ----------
    result : str
        E.g. ``bike-routes/1#trips_by_hour``, with the run's parameters.
    keys : tuple of str
        Of its row and its column.
    """

    result: str
    keys: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.result} [{', '.join(self.keys)}]"


@dataclass(frozen=True, eq=False)
class Cellwise:
    """Shown cells of one table over people, ready to be compared.

    Parameters
    ----------
    groups : Groups
    places : tuple of Place
        Of each group.
    cells : numpy.ndarray
        The cell of each group, numbered row after row.
    """

    groups: Groups
    places: tuple[Place, ...]
    cells: np.ndarray


def cellwise(vectors: Vectors, safe: SafeTable, *, result: str, kind: Kind) -> Cellwise:
    """Return the shown cells of a table as groups.

    Parameters
    ----------
    vectors : Vectors
    safe : SafeTable
    result : str
        How the table is called.
    kind : {"rows", "amounts"}
        Weighed by rows, or by what each person brings.

    Returns
    -------
    Cellwise
        Without any group where a table of counts is asked for amounts.
    """
    shown = np.array([state == "shown" for line in safe.states for state in line], bool)
    cells = np.flatnonzero(shown & (vectors.people > 0))
    if kind == "amounts" and vectors.amount is None:
        cells = cells[:0]
    names = cell_names(safe)
    return Cellwise(groups_of(vectors, cells, kind=kind), tuple(Place(result, names[cell]) for cell in cells.tolist()), cells)


def cell_names(safe: SafeTable) -> list[tuple[str, ...]]:
    """Return how each cell is called, row after row.

    Parameters
    ----------
    safe : SafeTable

    Returns
    -------
    list of tuple of str
    """
    rows, columns = safe.layout.rows, safe.layout.columns
    across = [""] if columns is None else [f"{columns.name} {key}" for key in columns.keys]
    return [tuple(word for word in (f"{rows.name} {key}", other) if word) for key in rows.keys for other in across]


def joined(parts: Sequence[Cellwise], *, kind: Kind) -> tuple[Groups, list[Place]]:
    """Return several tables' cells as one list of groups.

    Parameters
    ----------
    parts : sequence of Cellwise
    kind : {"rows", "amounts"}

    Returns
    -------
    (Groups, list of Place)
    """
    start = [np.zeros(1, np.int64)]
    entries = 0
    for part in parts:  # one that shows nothing, as a count among amounts, adds none
        start.append(entries + part.groups.start[1:])
        entries += len(part.groups.person)
    groups = Groups(
        np.concatenate(start),
        np.concatenate([np.zeros(0, np.int64), *(part.groups.person for part in parts)]),
        np.concatenate([np.zeros(0, np.int64 if kind == "rows" else float), *(part.groups.weight for part in parts)]),
        np.concatenate([np.zeros(0, np.int64), *(np.full(len(part.places), at) for at, part in enumerate(parts))]),
    )
    return groups, [place for part in parts for place in part.places]


@dataclass(frozen=True)
class Compared:
    """How a candidate's tables stood against everything published.

    Parameters
    ----------
    problems : tuple of str
        One a table that may not be published, with the way out.
    cells : int
        New cells that were compared.
    earlier : int
        Published cells that they were compared with.
    beyond : int
        New cells around which mixes of three and more disjoint cells were not searched.
    """

    problems: tuple[str, ...]
    cells: int
    earlier: int
    beyond: int


def compare_with_everything(guarded: Sequence[Guarded], ledger: Ledger, *, issue: str, number: int) -> Compared:
    """Compare the shown cells of new tables with each other and with every cell published before.

    Parameters
    ----------
    guarded : sequence of Guarded
        Tables about people that are new or changed.
    ledger : Ledger
        Whole.
    issue : str
    number : int
        Of the release to be.

    Returns
    -------
    Compared
    """
    if not guarded:
        return Compared((), 0, 0, 0)
    problems: dict[str, str] = {}
    cells = earlier = beyond = 0
    kinds: tuple[Kind, ...] = ("rows", "amounts")
    for kind in kinds:
        if kind == "amounts" and all(item.found.vectors.amount is None for item in guarded):
            continue
        shown = shown_cells(ledger, kind=kind)
        found = _compared(guarded, shown, kind=kind, issue=issue, number=number)
        problems = {**found.problems, **problems}
        cells, beyond = cells + found.cells, beyond + found.beyond
        earlier = max(earlier, len(shown.places))
    return Compared(tuple(problems.values()), cells, earlier, beyond)


@dataclass(frozen=True)
class _Compared:
    problems: dict[str, str]
    cells: int
    beyond: int


def _compared(guarded: Sequence[Guarded], shown: Shown, *, kind: Kind, issue: str, number: int) -> _Compared:
    named = [f"{issue}/{number}#{result_name(item.found.name, item.found.run.parameters)}" for item in guarded]
    parts = [cellwise(item.found.vectors, item.safe, result=name, kind=kind) for item, name in zip(guarded, named, strict=True)]
    thresholds = [item.found.rules.min_contributors for item in guarded]
    problems: dict[str, str] = {}
    beyond = 0
    for k in sorted(set(thresholds)):
        mine = [at for at, each in enumerate(thresholds) if each == k]
        others, elsewhere = joined([part for at, part in enumerate(parts) if thresholds[at] != k], kind=kind)
        ground = shown.index.extended(others) if elsewhere else shown.index
        groups, places = joined([parts[at] for at in mine], kind=kind)
        found = find_differences(groups, ground, k=k)
        beyond += len(found.beyond)
        known = _Known(shown, elsewhere)
        for at in mine:
            told = [item for item in found.found if places[item.new].result == named[at]]
            doubted = [cell for cell in found.doubt if places[cell].result == named[at]]
            if told or doubted:
                bad = {places[cell].keys for cell in (*(item.new for item in told), *doubted)}
                rest, beside = joined([parts[other] for other in mine if other != at], kind=kind)
                way = _way_out(guarded[at], parts[at], bad, ground.extended(rest) if beside else ground, k=k)
                problems[named[at]] = _problem(named[at], told, doubted, places, known, k=k) + f"; {way}"
    return _Compared(problems, sum(len(part.places) for part in parts), beyond)


@dataclass(frozen=True, eq=False)
class _Known:
    """Where the cells stand that new ones are compared with: those of the ledger, then those of other thresholds."""

    shown: Shown
    others: Sequence[Place]

    def place(self, group: int) -> Place:
        if group >= len(self.shown.places):
            return self.others[group - len(self.shown.places)]
        number, cell = self.shown.places[group].tolist()
        table = self.shown.tables[number]
        return Place(f"{table.release}#{result_name(table.name, table.parameters)}", cell_names(table.safe)[cell])


def result_name(name: str, parameters: Mapping[str, Any]) -> str:
    """Return how a result of one run is called.

    Parameters
    ----------
    name : str
    parameters : mapping

    Returns
    -------
    str

    Examples
    --------
    >>> result_name("trips", {"year": 2023})
    'trips (year=2023)'
    """
    words = parameter_key(parameters)
    return f"{name} ({words})" if words else name


def _problem(
    result: str, told: Sequence[Difference], doubted: Sequence[int], places: Sequence[Place], known: _Known, *, k: int
) -> str:
    lines = [_told(item, places, known, k=k) for item in told[:NAMED]]
    if len(told) > NAMED:
        lines.append(f"and {len(told) - NAMED} more")
    if doubted:
        first = ", ".join(places[doubted[0]].keys)
        lines.append(f"{len(doubted)} cells are in doubt (too many overlapping cells to decide), e.g. [{first}]")
    return f"{result}: {'; '.join(lines)}"


def _told(item: Difference, places: Sequence[Place], known: _Known, *, k: int) -> str:
    """One difference in words."""
    if item.kind == "cell":
        return f"{places[item.new]} is about {size_class(item.people, k)} people"
    plus = [_term(term, places, known) for term in item.terms if term.times > 0]
    minus = [_term(term, places, known) for term in item.terms if term.times < 0]
    shown = [*minus[:2], *([f"{len(minus) - 2} other cells"] if len(minus) > 2 else [])]
    group = f"{' plus '.join(plus[:2])} minus {' minus '.join(shown)}"
    return f"{group} tells of a group of {size_class(item.people, k)} people (differencing; at least {k} are needed)"


def _term(term: Term, places: Sequence[Place], known: _Known) -> str:
    place = known.place(term.cell) if term.earlier else places[term.cell]
    times = abs(term.times)
    return f"{times} times {place}" if times > 1 else str(place)


def _way_out(guarded: Guarded, part: Cellwise, bad: set[tuple[str, ...]], index: Index, *, k: int) -> str:
    """The smallest change that was tried and passes."""
    safe = guarded.safe
    rows = [name[0] for name in cell_names(safe)][:: safe.layout.shape[1]]
    hurt = sorted({rows.index(keys[0]) for keys in bad})
    base = [at for at, key in enumerate(safe.layout.rows.keys) if not any(key == total for total, _ in safe.layout.rows.sums)]
    if safe.layout.statistic in ("count", "sum", "mean") and len(base) == len(rows) and len(hurt) == 1:
        for other in _neighbours(hurt[0], len(rows)):
            if _passes(_with_joined(part, {hurt[0], other}, safe), index, k=k):
                one, two = safe.layout.rows.keys[hurt[0]], safe.layout.rows.keys[other]
                return f"smallest change that passes: join '{one}' and '{two}' into one row of {safe.layout.rows.name}"
    kept = [at for at, cell in enumerate(part.cells.tolist()) if cell // safe.layout.shape[1] not in hurt]
    if kept and set(hurt) <= set(base) and len(base) == len(rows) and _passes(_only(part, kept), index, k=k):
        left = ", ".join(str(safe.layout.rows.keys[at]) for at in hurt[:5]) + (" …" if len(hurt) > 5 else "")
        return f"smallest change that passes: leave {left} out of {safe.layout.rows.name} (keys=)"
    return (
        "smallest change that passes: leave this result out, keep its filter as it was released, or wait until at least "
        f"{k} people differ"
    )


def _neighbours(row: int, rows: int) -> Iterator[int]:
    """Other rows, nearest first."""
    near = sorted((other for other in range(rows) if other != row), key=lambda other: (abs(other - row), other))
    yield from near[:TRIES]


def _passes(part: Cellwise, index: Index, *, k: int) -> bool:
    found: Differences = find_differences(part.groups, index, k=k)
    return not found.refused


def _only(part: Cellwise, kept: Sequence[int]) -> Cellwise:
    """Some groups of a table."""
    sizes = np.diff(part.groups.start)[kept]
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    entries = np.repeat(part.groups.start[:-1][kept] - start[:-1], sizes) + np.arange(start[-1])
    groups = Groups(start, part.groups.person[entries], part.groups.weight[entries], np.zeros(len(kept), np.int64))
    return Cellwise(groups, tuple(part.places[at] for at in kept), part.cells[kept])


def _with_joined(part: Cellwise, rows: set[int], safe: SafeTable) -> Cellwise:
    """The groups of a table two of whose rows became one."""
    width = safe.layout.shape[1]
    code: dict[tuple[int, int], int] = {}
    of_group = []
    for cell in part.cells.tolist():
        row = min(rows) if cell // width in rows else cell // width
        of_group.append(code.setdefault((row, cell % width), len(code)))
    group = np.repeat(np.array(of_group, np.int64), np.diff(part.groups.start))
    order = np.lexsort((part.groups.person, group))
    group, person, weight = group[order], part.groups.person[order], part.groups.weight[order]
    first = np.ones(len(group), bool)
    first[1:] = (group[1:] != group[:-1]) | (person[1:] != person[:-1])
    starts = np.flatnonzero(first)
    start = np.concatenate([[0], np.cumsum(np.bincount(group[starts], minlength=len(code)))]).astype(np.int64)
    groups = Groups(start, person[starts], np.add.reduceat(weight, starts), np.zeros(len(code), np.int64))
    return Cellwise(groups, (part.places[0],) * len(code), np.zeros(len(code), np.int64))
