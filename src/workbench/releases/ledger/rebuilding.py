"""The ledger made anew from what releases record of their tables: the released notebooks, their parameters and their data.

Every published number must come out again. One that does not, and a table whose data cannot be had, counts as unknown, and
stands in the ledger as that.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.bench import read_contributions
from workbench.catalog import Catalog, read_manifest
from workbench.disclosure import FittedModel, Layout, Rules, SafeTable, cells_of, published, rules_of, strictest
from workbench.errors import CheckFailed, WorkbenchError, combine
from workbench.files import read_yaml, replace_folder
from workbench.privacy.ledger_secret import known_secret
from workbench.progress import Report, silent
from workbench.project import Project
from workbench.releases.ledger.definitions import identity, layout_hash, read_definitions
from workbench.releases.ledger.entries import Entry, check_files, head_of, write_entry
from workbench.releases.ledger.ledger import Ledger, entries_folder, holds_people, locked
from workbench.releases.ledger.memory import Seen, accept, accepted
from workbench.releases.ledger.people import data_behind, maps_behind, vectors_of
from workbench.releases.ledger.preparing import make_ready
from workbench.releases.ledger.refitting import model_again, unknown_groups
from workbench.releases.ledger.required import people_results, release_folders, release_hash
from workbench.releases.ledger.rerunning import Wanted, kept_run, run_again
from workbench.releases.ledger.tables import Data, NewTable, StoredTable
from workbench.releases.ledger.writing import write_release
from workbench.releases.verify import RELEASE_FILE, changed_files
from workbench.vault import Keys

RTOL = 1e-6
"""Relative tolerance of numbers that are not counts, as a release is compared with."""


@dataclass(frozen=True)
class Rebuilt:
    """What became of one released table.

    Parameters
    ----------
    release, name : str
    parameters : dict
    cells : int
    unknown : int
        Of these, how many are unknown; all where the table is.
    reason : str
        Why the table is unknown; empty where it is not.
    """

    release: str
    name: str
    parameters: dict[str, Any]
    cells: int
    unknown: int
    reason: str

    @property
    def equal(self) -> int:
        """Cells whose published number came out again, or that are withheld still."""
        return self.cells - self.unknown


@dataclass(frozen=True)
class _Table:
    """A released table or model, and how it was made; ``wanted`` is None where it cannot be made again, for ``reason``."""

    name: str
    notebook: str
    parameters: dict[str, Any]
    records: dict[str, dict[str, Any]]
    safe: SafeTable | FittedModel
    data: dict[str, Data]
    wanted: Wanted | None
    reason: str

    @property
    def rules(self) -> Rules:
        return strictest(map(rules_of, self.records.values()))


@dataclass(frozen=True)
class _Release:
    name: str
    folder: Path
    created: dt.date | None
    sha256: str
    tables: list[_Table]


def rebuild(
    project: Project, catalog: Catalog, *, keys: Keys | None = None, today: dt.date, report: Report = silent
) -> list[Rebuilt]:
    """Make the ledger anew; the one that was there stays until the new one is whole.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    keys : Keys, optional
        The custodians', one of each side, where data behind a release is sealed to them.
    today : datetime.date
    report : callable, optional

    Returns
    -------
    list of Rebuilt
        One a table, release after release.

    Raises
    ------
    GateRefused
        Data is sealed to both sides, and a key is missing.
    CheckFailed
        A release is not as it was approved.
    """
    found = list(_planned(project))
    kept = _kept(project)
    due = [table for release in found for table in release.tables if table.wanted and _key(release, table) not in kept]
    datasets = {data.dataset for table in due for data in table.data.values()}
    secret = known_secret(project)
    absent = make_ready(project, catalog, datasets, keys=keys or Keys(), today=today, report=report)
    if secret is not None and known_secret(project) != secret:  # other ids: what is known of the old cannot be compared
        shutil.rmtree(entries_folder(project), ignore_errors=True)
        return rebuild(project, catalog, keys=keys, today=today, report=report)
    scratch = project.private / "ledger-rebuild"
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        with locked(project):
            sources = _sources(project, catalog, due, absent, scratch=scratch, report=report)
            return _write(project, found, kept, absent, sources)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _kept(project: Project) -> dict[tuple[str, str, str, bytes], StoredTable]:
    """What a ledger that is not damaged knows: it stays, whether or not its data can be had today."""
    ledger = Ledger(project)
    try:
        entries = ledger.entries()
        check_files(entries_folder(project), entries, Seen(project), again=True)
    except CheckFailed:
        return {}
    digests = {entry.number: entry.release_sha256 for entry in entries}
    return {
        (table.release, digests[table.entry], *identity(table.name, table.parameters)): table
        for table in ledger.tables()
        if not table.unknown and not table.unknown_cells
    }


def _key(release: _Release, table: _Table) -> tuple[str, str, str, bytes]:
    return (release.name, release.sha256, *identity(table.name, table.parameters))


def attended(project: Project, catalog: Catalog, *, today: dt.date) -> list[str]:
    """Return the datasets behind releases for which a rebuild needs custodians of both sides.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    today : datetime.date

    Returns
    -------
    list of str
        Empty where it may be done unattended: all people are made up.
    """
    from workbench.vault import Vault

    vault = Vault(project, catalog, today=today)
    named = {
        record["dataset"]
        for folder in release_folders(project)
        for table in people_results(folder)
        for record in table["datasets"].values()
        if record.get("personal")
    }
    return sorted(name for name in named if name in catalog.datasets and vault.sealed(name))


def _planned(project: Project) -> Iterator[_Release]:
    """The releases with tables or models about people, in the order in which they were made."""
    found = []
    problems: list[str] = []
    for folder in release_folders(project):
        tables = people_results(folder)
        if not tables:
            continue
        name = f"{folder.parent.parent.name}/{folder.name}"
        problems += [f"{name}: {problem}" for problem in changed_files(folder)]
        definitions = read_definitions(folder)
        made = [_table(project, folder, table, definitions.get(identity(table["name"], table["parameters"]))) for table in tables]
        created = read_yaml(folder / RELEASE_FILE).get("created")
        found.append(_Release(name, folder, created if isinstance(created, dt.date) else None, release_hash(folder), made))
    if problems:
        raise combine(problems, where="releases", kind=CheckFailed, hint="restore them from git")
    yield from sorted(found, key=lambda one: (one.created or dt.date.min, one.name.split("/")[0], int(one.folder.name)))


def _table(project: Project, folder: Path, table: dict[str, Any], definition: dict[str, Any] | None) -> _Table:
    issue = folder.parent.parent.name
    safe = (FittedModel if table["kind"] == "model" else SafeTable).from_record(table["content"])
    same = {key: table[key] for key in ("name", "notebook", "parameters")}
    if definition is None:
        data = data_behind(project, table["datasets"])
        reason = "its release records no definition"
        return _Table(**same, records=table["datasets"], safe=safe, data=data, wanted=None, reason=reason)
    data = {asked: Data(**one) for asked, one in definition["datasets"].items()}
    wanted, reason = None, "its definition is of another layout"
    if definition["layout"] == layout_hash(table["content"]):
        copy = folder / "notebooks" / f"{definition['notebook']}.ipynb"
        given = {asked: one.dataset for asked, one in data.items()}
        wanted = Wanted(issue, definition["notebook"], copy, definition["code"], definition["parameters"], given)
        reason = ""
    return _Table(**same, records=table["datasets"], safe=safe, data=data, wanted=wanted, reason=reason)


def _unobtainable(project: Project, table: _Table, absent: dict[str, str]) -> str:
    """Why a table's data cannot be had."""
    if table.wanted is None:
        return table.reason
    for one in table.data.values():
        if absent[one.dataset]:
            return absent[one.dataset]
        now = ((read_manifest(project.protected / one.dataset) or {}).get("policy") or {}).get("sha256")
        if now != one.policy:
            return f"dataset '{one.dataset}' is protected under another policy now"
    return ""


def _sources(
    project: Project,
    catalog: Catalog,
    tables: Sequence[_Table],
    absent: dict[str, str],
    *,
    scratch: Path,
    report: Report,
) -> dict[str, Path | str]:
    """By key of what is wanted: the folder of a run that has it, or why none has."""
    found: dict[str, Path | str] = {}
    due: dict[str, Wanted] = {}
    for table in tables:
        if table.wanted is None or table.wanted.key in found | due or _unobtainable(project, table, absent):
            continue
        kept = kept_run(project, table.wanted)
        if kept is None:
            due[table.wanted.key] = table.wanted
        else:
            found[table.wanted.key] = kept
    return found | run_again(project, catalog, list(due.values()), scratch=scratch, report=report)


def _write(
    project: Project,
    releases: Sequence[_Release],
    kept: Mapping[tuple[str, str, str, bytes], StoredTable],
    absent: dict[str, str],
    sources: dict[str, Path | str],
) -> list[Rebuilt]:
    """Write the new chain beside the old one and swap."""
    target = entries_folder(project)
    working = target.with_name(".entries.new")
    shutil.rmtree(working, ignore_errors=True)
    working.mkdir(mode=0o700)
    entries: list[Entry] = []
    told: list[Rebuilt] = []
    for release in releases:
        made: list[NewTable] = []
        for table in release.tables:
            before = kept.get(_key(release, table))
            new = _made(project, table, absent, sources) if before is None else _as_kept(table, before)
            made.append(new)
            unknown = new.size if new.unknown else len(new.unknown_cells)
            told.append(Rebuilt(release.name, table.name, table.parameters, new.size, unknown, new.unknown))
        entry = write_release(
            working, entries, release.name, release_sha256=release.sha256, tables=made, on=release.created, stored=list
        )
        write_entry(working, entry)
        entries.append(entry)
    try:
        heads = accepted(project)
    except CheckFailed:  # what this machine knew was damaged; from here on it knows the new chain
        heads = ()
    accept(project, [*heads, head_of(entries)])
    replace_folder(working, target)
    accept(project, [head_of(entries)])
    return told


def _made(project: Project, table: _Table, absent: dict[str, str], sources: dict[str, Path | str]) -> NewTable:
    """A table with its vectors and the cells that did not come out again, or why it is unknown."""
    safe = unknown_groups() if isinstance(table.safe, FittedModel) else table.safe
    about: dict[str, Any] = {"datasets": table.data, "safe": safe, "rules": table.rules}
    reason = _unobtainable(project, table, absent)
    source = sources[table.wanted.key] if table.wanted and not reason else reason
    if isinstance(source, str):
        return NewTable(table.name, table.notebook, table.parameters, **about, unknown=source)
    try:
        if isinstance(table.safe, FittedModel):
            record = {"name": table.name, "datasets": table.records}
            made = model_again(project, source, record, table.safe, rules=table.rules)
            if made is None:
                reason = "its published numbers did not come out again"
                return NewTable(table.name, table.notebook, table.parameters, **about, unknown=reason)
            safe, vectors = made
            return NewTable(table.name, table.notebook, table.parameters, **{**about, "safe": safe}, vectors=vectors)
        contributions = read_contributions(source, table.name)
        layout = Layout.from_record(safe.layout.as_record())
        cells = cells_of(contributions, layout, rules=Rules(round=layout.rounded_to))
        again = published(cells, cells.people < 0, rules=Rules(round=layout.rounded_to))
        vectors = vectors_of(table.name, contributions, layout, maps=maps_behind(project, table.records))
    except WorkbenchError:  # rows of another layout, or of people whom nobody knows
        reason = "its rows are none of the released table any more"
        return NewTable(table.name, table.notebook, table.parameters, **about, unknown=reason)
    differing = tuple(unequal(safe, again))
    return NewTable(table.name, table.notebook, table.parameters, **about, vectors=vectors, unknown_cells=differing)


def _as_kept(table: _Table, before: StoredTable) -> NewTable:
    safe = before.safe if isinstance(table.safe, FittedModel) else table.safe
    about: dict[str, Any] = {"datasets": before.datasets, "safe": safe, "rules": before.rules}
    return NewTable(table.name, table.notebook, table.parameters, **about, vectors=before.vectors)


def unequal(released: SafeTable, again: SafeTable) -> list[int]:
    """Return the cells that did not come out again, numbered row after row.

    Parameters
    ----------
    released : SafeTable
    again : SafeTable
        Computed again with nothing withheld.

    Returns
    -------
    list of int
        A published number that is another, an empty cell that is none any more, a withheld one that has become empty.

    Examples
    --------
    >>> from workbench.disclosure import Axis
    >>> layout = Layout(Axis("sex", ("F", "M", "X"), {}, {}), None, statistic="count", decimals=0, people=True)
    >>> released = SafeTable(layout, ((12,), (None,), (11,)), (("shown",), ("withheld",), ("shown",)))
    >>> unequal(released, SafeTable(layout, ((12,), (3,), (10,)), (("shown",), ("shown",), ("shown",))))
    [2]
    """
    exact = released.layout.statistic == "count"
    width = released.layout.shape[1]
    found = []
    for row, states in enumerate(released.states):
        for column, state in enumerate(states):
            was, now = released.values[row][column], again.values[row][column]
            same = (now is None) == (state == "empty") and not (state == "withheld" and exact and now == 0)
            if state == "shown" and was is not None and now is not None:
                same = was == now if exact else abs(was - now) <= RTOL * max(abs(was), abs(now))
            if not same:
                found.append(row * width + column)
    return found


def rebuild_unattended(project: Project, catalog: Catalog, *, today: dt.date, report: Report = silent) -> list[Rebuilt] | None:
    """Make the ledger anew where it is not whole and all people are made up, as ``workbench build`` does.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    today : datetime.date
    report : callable, optional

    Returns
    -------
    list of Rebuilt or None
        None where nothing was done: it is whole, it is not needed, or custodians have to be there.
    """
    if Ledger(project).state().good or not holds_people(project) or attended(project, catalog, today=today):
        return None
    return rebuild(project, catalog, today=today, report=report)
