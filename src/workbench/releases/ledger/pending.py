"""What a candidate would add to the ledger, kept until both sides have approved it: its runs may be gone by then."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import GateRefused
from workbench.files import read_json, replace_folder, sha256_file, write_json
from workbench.privacy.ledger_secret import private_folder
from workbench.project import Project
from workbench.releases.ledger.memory import Head
from workbench.releases.ledger.tables import NewTable, Vectors, stored_table, table_record

RECORD = "pending.json"


@dataclass(frozen=True, eq=False, repr=False)
class Pending:
    """What waits to be added.

    Parameters
    ----------
    release, release_sha256 : str
    head : Head
        How the ledger ended when the candidate was compared with it.
    tables : tuple of NewTable
    """

    release: str
    release_sha256: str
    head: Head
    tables: tuple[NewTable, ...]


def write_pending(project: Project, issue: str, pending: Pending) -> None:
    """Keep what a candidate would add; it takes the place of what waited for the urban issue before.

    Parameters
    ----------
    project : Project
    issue : str
    pending : Pending
    """
    private_folder(project)
    target = _folder(project, issue)
    working = target.with_name(f".{issue}.new")
    shutil.rmtree(working, ignore_errors=True)
    working.mkdir(mode=0o700, parents=True)
    records = []
    for number, table in enumerate(pending.tables):
        record = {**table_record(table, None), "carried": table.carried, "arrays": None}
        if table.vectors is not None:
            path = working / f"{number:04d}.npz"
            vectors = table.vectors
            arrays = {"start": vectors.start, "person": vectors.person, "weight": vectors.weight}
            if vectors.amount is not None:
                arrays["amount"] = vectors.amount
            np.savez(path, allow_pickle=False, **arrays)
            record["arrays"] = sha256_file(path)
        records.append(record)
    head = {"entries": pending.head.entries, "sha256": pending.head.sha256}
    whole = {"release": pending.release, "release_sha256": pending.release_sha256, "head": head, "tables": records}
    write_json(working / RECORD, whole)
    write_json(_memory(project, issue), {"sha256": sha256_file(working / RECORD)})
    replace_folder(working, target)


def read_pending(project: Project, issue: str) -> Pending | None:
    """Return what waits for an urban issue, None where nothing does.

    Parameters
    ----------
    project : Project
    issue : str

    Returns
    -------
    Pending or None

    Raises
    ------
    GateRefused
        It is not what was written on this machine.
    """
    folder, memory = _folder(project, issue), _memory(project, issue)
    if not (folder / RECORD).is_file():
        return None
    known = read_json(memory).get("sha256") if memory.is_file() else None
    if sha256_file(folder / RECORD) != known:
        raise _changed(issue)
    record = read_json(folder / RECORD)
    head = Head(int(record["head"]["entries"]), str(record["head"]["sha256"]))
    tables = tuple(_table(folder, number, one, issue) for number, one in enumerate(record["tables"]))
    return Pending(record["release"], record["release_sha256"], head, tables)


def forget_pending(project: Project, issue: str) -> None:
    """Remove what waited.

    Parameters
    ----------
    project : Project
    issue : str
    """
    shutil.rmtree(_folder(project, issue), ignore_errors=True)
    _memory(project, issue).unlink(missing_ok=True)


def _table(folder: Path, number: int, record: dict[str, Any], issue: str) -> NewTable:
    vectors = None
    if record["arrays"] is not None:
        path = folder / f"{number:04d}.npz"
        if not path.is_file() or sha256_file(path) != record["arrays"]:
            raise _changed(issue)
        with np.load(path) as arrays:
            vectors = Vectors(arrays["start"], arrays["person"], arrays["weight"], arrays.get("amount"))
    as_stored = {**{key: record[key] for key in record if key not in ("carried", "arrays")}, "block": None}
    stored = stored_table(as_stored, release="", entry=0, folder=folder)
    return NewTable(
        name=stored.name,
        notebook=stored.notebook,
        parameters=stored.parameters,
        datasets=stored.datasets,
        safe=stored.safe,
        rules=stored.rules,
        vectors=vectors,
        carried=record["carried"],
    )


def _changed(issue: str) -> GateRefused:
    return GateRefused(
        f"what the candidate of '{issue}' would add to the ledger was changed after it was written",
        hint=f"make the candidate anew: workbench release {issue}",
    )


def _folder(project: Project, issue: str) -> Path:
    return project.ledger / "pending" / issue


def _memory(project: Project, issue: str) -> Path:
    return project.machine / "ledger" / "pending" / f"{issue}.json"
