"""The ledger of everything ever published about people, as one system: its state, adding a release, reading what is there.

A new release is compared with all of it. Until it is whole, nothing about people is released.
"""

from __future__ import annotations

import datetime as dt
import fcntl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from workbench.errors import CheckFailed, GateRefused
from workbench.project import Project
from workbench.releases.ledger.entries import (
    Entry,
    check_files,
    head_of,
    read_entries,
    read_table_records,
    write_entry,
)
from workbench.releases.ledger.memory import Head, Seen, accept, accepted
from workbench.releases.ledger.required import required

if TYPE_CHECKING:
    from workbench.releases.ledger.tables import NewTable, StoredTable

Kind = Literal["not_needed", "not_here", "missing", "behind", "broken", "whole"]
REBUILD = "make it anew: workbench ledger rebuild; or restore it: workbench ledger restore --from FILE"


@dataclass(frozen=True)
class State:
    """How the ledger stands.

    Parameters
    ----------
    kind : str
        ``whole``; ``not_needed``: no release holds tables about people; ``not_here``: it is needed, and this machine has
        neither a ledger nor data about people; ``missing``; ``behind``: releases are not in it; ``broken``.
    fault : str
        In words; empty where it is whole or not needed.
    hint : str
    entries : tuple of Entry
        Those that could be read.
    lacking : tuple of str
        Releases that should be in it.
    """

    kind: Kind
    fault: str = ""
    hint: str = ""
    entries: tuple[Entry, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether something about people may be released."""
        return self.kind in ("whole", "not_needed")

    def count(self, what: str) -> int:
        """Return a number over all entries: ``tables``, ``cells``, ``shown``, ``withheld``, ``unknown`` or ``people``."""
        return sum(entry.counts[what] for entry in self.entries)


@dataclass(frozen=True)
class Unknown:
    """A published table, or cells of one, whose people cannot be known any more."""

    release: str
    name: str
    parameters: dict[str, Any]
    reason: str
    cells: tuple[int, ...]


class Ledger:
    """A project's ledger.

    Parameters
    ----------
    project : Project

    Examples
    --------
    >>> import tempfile
    >>> Ledger(Project(root=Path(tempfile.mkdtemp()))).state().kind
    'not_needed'
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.folder = entries_folder(project)
        self._tables: dict[str, list[StoredTable]] = {}

    def state(self, *, again: bool = False) -> State:
        """Say how the ledger stands.

        Parameters
        ----------
        again : bool, default False
            Hash every file again, also those that have not changed by size and time since they were hashed.

        Returns
        -------
        State
        """
        wanted = required(self.project)
        try:
            heads = accepted(self.project)
            entries = read_entries(self.folder)
            fault = _foreign(self.folder, entries, heads)
            if fault is None and entries:
                seen = Seen(self.project)
                check_files(self.folder, entries, seen, again=again)
                seen.keep()
        except CheckFailed as error:
            return State("broken", error.message, error.hint)
        if fault is not None:
            return State("broken" if entries else "missing", fault, REBUILD)
        known = {entry.release: entry.release_sha256 for entry in entries}
        other = [name for name, digest in wanted.items() if known.get(name, digest) != digest]
        if other:
            words = f"the ledger knows another {' and '.join(other)} than the committed one"
            return State("broken", words, "restore the release from git, or make the ledger anew: workbench ledger rebuild")
        lacking = tuple(name for name in wanted if name not in known)
        if not entries and lacking:
            return self._absent(lacking)
        if lacking:
            return State("behind", f"not in the ledger: {', '.join(lacking)}", REBUILD, tuple(entries), lacking)
        return State("whole" if entries else "not_needed", entries=tuple(entries))

    def _absent(self, lacking: tuple[str, ...]) -> State:
        words = f"there is no ledger on this machine, and {len(lacking)} releases hold tables about people"
        return State("missing" if holds_people(self.project) else "not_here", words, REBUILD, (), lacking)

    def append(
        self,
        release: str,
        *,
        release_sha256: str,
        tables: Iterable[NewTable],
        on: dt.date | None = None,
        after: Head | None = None,
    ) -> Entry:
        """Add a release, on disk when this returns; the same release again changes nothing.

        Parameters
        ----------
        release : str
            E.g. ``bike-routes/2``.
        release_sha256 : str
            Of its ``release.yml``: :func:`workbench.releases.ledger.release_hash`.
        tables : iterable of NewTable
            All of its tables about people; one is in memory at a time.
        on : datetime.date, optional
            The day.
        after : Head, optional
            How the ledger ended when the release was compared with it.

        Returns
        -------
        Entry

        Raises
        ------
        CheckFailed
            The ledger is broken.
        GateRefused
            Another content under the same release, or the ledger ends otherwise by now.
        """
        with locked(self.project):
            entries = self._believed()
            for entry in entries:
                if entry.release == release:
                    if entry.release_sha256 != release_sha256:
                        raise GateRefused(
                            f"{release} is in the ledger already, with another release.yml",
                            hint="a release is never replaced: make the next one; if it was never committed: "
                            "workbench ledger rebuild",
                        )
                    return entry
            before = head_of(entries)
            if after is not None and before != after:
                since = ", ".join(entry.release for entry in entries[after.entries :]) or "another ledger"
                again = f"make it anew: workbench release {release.rpartition('/')[0]}"
                raise GateRefused(f"since the candidate of {release} was made, {since} came between", hint=again)
            from workbench.releases.ledger.writing import write_release

            entry = write_release(
                self.folder,
                entries,
                release,
                release_sha256=release_sha256,
                tables=tables,
                on=on,
                stored=lambda: self._stored(entries),
            )
            accept(self.project, [before, Head(entry.number, entry.sha256)])
            write_entry(self.folder, entry)
            accept(self.project, [Head(entry.number, entry.sha256)])
            return entry

    def tables(self, *, datasets: Iterable[str] = (), units: Iterable[str] = ()) -> list[StoredTable]:
        """Return the tables of all releases, oldest first.

        Parameters
        ----------
        datasets : iterable of str, optional
            Only those that rest on one of them,
        units : iterable of str, optional
            or on data whose people are told apart by one of these fields. By default all.

        Returns
        -------
        list of StoredTable
        """
        every = self._stored(self._believed())
        names, fields = set(datasets), set(units)
        if not names and not fields:
            return every
        return [table for table in every if _touches(table, names, fields)]

    def unknown(self, *, datasets: Iterable[str] = (), units: Iterable[str] = ()) -> list[Unknown]:
        """Return what was published of these data and cannot be compared with: a result that overlaps it is refused.

        Parameters
        ----------
        datasets, units : iterable of str
            As in :meth:`tables`.

        Returns
        -------
        list of Unknown
        """
        return [
            Unknown(table.release, table.name, table.parameters, table.unknown or DIFFERS, table.unknown_cells)
            for table in self.tables(datasets=datasets, units=units)
            if table.unknown or table.unknown_cells
        ]

    def entries(self) -> list[Entry]:
        """Return the entries.

        Returns
        -------
        list of Entry

        Raises
        ------
        CheckFailed
            The chain is broken, or is another than this machine knows.
        """
        return self._believed()

    def _believed(self) -> list[Entry]:
        entries = read_entries(self.folder)
        fault = _foreign(self.folder, entries, accepted(self.project))
        if fault is not None:
            raise CheckFailed(fault, hint=REBUILD)
        return entries

    def _stored(self, entries: Sequence[Entry]) -> list[StoredTable]:
        from workbench.releases.ledger.tables import stored_table

        found: list[StoredTable] = []
        for entry in entries:
            if entry.sha256 not in self._tables:
                self._tables[entry.sha256] = [
                    stored_table(record, release=entry.release, entry=entry.number, folder=self.folder)
                    for record in read_table_records(self.folder, entry.number)
                ]
            found += self._tables[entry.sha256]
        return found


DIFFERS = "its published number did not come out again"


def require_whole(project: Project) -> Ledger:
    """Return the ledger where it is whole, all of its files hashed again.

    Parameters
    ----------
    project : Project

    Returns
    -------
    Ledger

    Raises
    ------
    GateRefused
        It is missing, behind or broken: nothing about people is released until it is whole.
    """
    ledger = Ledger(project)
    found = ledger.state(again=True)
    if not found.good:
        raise GateRefused(f"nothing about people is released while the ledger is not whole: {found.fault}", hint=found.hint)
    return ledger


def faults(project: Project) -> tuple[list[CheckFailed], list[str]]:
    """Return what ``workbench check`` says of the ledger: faults, and what is no fault but worth saying.

    Parameters
    ----------
    project : Project

    Returns
    -------
    (list of CheckFailed, list of str)

    Examples
    --------
    >>> import tempfile
    >>> faults(Project(root=Path(tempfile.mkdtemp())))
    ([], [])
    """
    found = Ledger(project).state()
    if found.good:
        return [], []
    if found.kind == "not_here":
        return [], [f"ledger: not on this machine ({found.fault})"]
    return [CheckFailed(f"ledger: {found.kind}: {found.fault}", hint=found.hint)], []


def holds_people(project: Project) -> bool:
    """Tell whether this machine holds protected data about people.

    Parameters
    ----------
    project : Project

    Returns
    -------
    bool
    """
    from workbench.catalog import read_manifest

    return any((read_manifest(path) or {}).get("personal") for path in sorted(project.protected.glob("[!.]*")))


def entries_folder(project: Project) -> Path:
    """Return the folder of the entries.

    Parameters
    ----------
    project : Project

    Returns
    -------
    Path
    """
    return project.ledger / "entries"


@contextmanager
def locked(project: Project) -> Iterator[None]:
    """Hold the ledger for one writer; others wait. The lock goes with the process.

    Parameters
    ----------
    project : Project

    Yields
    ------
    None
    """
    from workbench.privacy.ledger_secret import private_folder

    private_folder(project)
    folder = project.private / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "ledger").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _foreign(folder: Path, entries: list[Entry], heads: tuple[Head, ...]) -> str | None:
    """Say in which way a chain is another than this machine knows; None where it is the one."""
    head = head_of(entries)
    if head in heads or (not heads and not entries):
        return None
    if not heads:
        return f"{folder}: {len(entries)} entries that were not written on this machine"
    known = max(heads, key=lambda one: one.entries)
    if not entries:
        return f"{folder}: the ledger is gone; this machine knows of {known.entries} entries"
    if len(entries) < known.entries:
        return f"{folder}: has {len(entries)} entries, this machine knows of {known.entries}: the end was cut off"
    return f"{folder}: its last entry is not one that this machine wrote"


def _touches(table: StoredTable, names: set[str], fields: set[str]) -> bool:
    return bool({data.dataset for data in table.datasets.values()} & names or table.units & fields)
