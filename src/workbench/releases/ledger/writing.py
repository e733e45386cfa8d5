"""Writing a release's files: the vectors of its tables, their records, and the entry that stands for both.

Nothing counts before the entry takes its place, and that is left to whoever holds the ledger.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import CheckFailed
from workbench.files import canonical, sha256, write_bytes
from workbench.releases.ledger.entries import Entry, head_of, tables_path
from workbench.releases.ledger.segments import read_newcomers, writing
from workbench.releases.ledger.tables import NewTable, StoredTable, table_record


def write_release(
    folder: Path,
    entries: Sequence[Entry],
    release: str,
    *,
    release_sha256: str,
    tables: Iterable[NewTable],
    on: dt.date | None,
    stored: Sequence[StoredTable],
) -> Entry:
    """Write the files of a release's entry, and return the entry, which is not written yet.

    Parameters
    ----------
    folder : Path
    entries : sequence of Entry
        Before it.
    release, release_sha256 : str
    tables : iterable of NewTable
    on : datetime.date or None
    stored : sequence of StoredTable
        Of these entries.

    Returns
    -------
    Entry
    """
    number = len(entries) + 1
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = {block["sha256"]: block for entry in entries for block in entry.blocks}
    before = len(known)
    earlier = {(table.release, table.name, canonical(table.parameters)): table for table in stored}
    people = np.concatenate([np.empty(0, np.int64), *(read_newcomers(folder, one.number, one.newcomers) for one in entries)])
    fresh = np.empty(0, np.int64)
    records: list[dict[str, Any]] = []
    counts = dict.fromkeys(("tables", "cells", "shown", "withheld", "unknown"), 0)
    with writing(folder, number) as writer:
        for table in tables:
            block = None
            if table.vectors is not None:
                block = writer.add(table.vectors, known)
                fresh = np.union1d(fresh, np.unique(table.vectors.person))
            record = table_record(table, block)
            if table.carried:
                record |= _carried(table, earlier)
            records.append(record)
            states = [state for line in table.safe.states for state in line]
            counts["tables"] += 1
            counts["cells"] += len(states)
            counts["shown"] += states.count("shown")
            counts["withheld"] += states.count("withheld")
            counts["unknown"] += len(states) if record["unknown"] else len(record["unknown_cells"])
        newcomers = writer.newcomers(np.setdiff1d(fresh, people, assume_unique=True))
        arrays = {"sha256": writer.sha256, "bytes": writer.bytes}
    content = canonical(records) + b"\n"
    write_bytes(tables_path(folder, number), content)
    return Entry(
        number=number,
        release=release,
        release_sha256=release_sha256,
        on=None if on is None else on.isoformat(),
        before=head_of(list(entries)).sha256,
        files={"tables": {"sha256": sha256(content), "bytes": len(content)}, "arrays": arrays},
        counts={**counts, "people": newcomers["people"]},
        newcomers=newcomers,
        blocks=list(known.values())[before:],
    )


def _carried(table: NewTable, earlier: dict[tuple[str, str, bytes], StoredTable]) -> dict[str, Any]:
    found = earlier.get((table.carried, table.name, canonical(dict(table.parameters))))
    if found is None:
        raise CheckFailed(f"table '{table.name}': {table.carried} has none of that name and parameters to carry over")
    if found.safe != table.safe:
        raise CheckFailed(f"table '{table.name}': is not the one of {table.carried}, so nothing can be carried over")
    return {"block": found.block, "unknown": found.unknown, "unknown_cells": list(found.unknown_cells)}
