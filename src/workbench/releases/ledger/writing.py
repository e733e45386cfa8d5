"""Writing a release's files: the vectors of its tables, their records, and the entry that stands for both.

Nothing counts before the entry takes its place, and that is left to whoever holds the ledger.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
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
    stored: Callable[[], Sequence[StoredTable]],
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
    stored : callable
        Gives the tables of these entries; asked only where one is carried over.

    Returns
    -------
    Entry
    """
    number = len(entries) + 1
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = {block["sha256"]: block for entry in entries for block in entry.blocks}
    before = len(known)
    people = np.concatenate([np.empty(0, np.int64), *(read_newcomers(folder, one.number, one.newcomers) for one in entries)])
    fresh = np.empty(0, np.int64)
    records: list[dict[str, Any]] = []
    counts = dict.fromkeys(("tables", "cells", "shown", "withheld", "unknown"), 0)
    with writing(folder, number) as writer:
        for table in tables:
            block = None
            if table.vectors is not None:
                block = writer.add(table.vectors, known)
                fresh = _union(fresh, _union(table.vectors.person))
            record = table_record(table, block)
            if table.carried:
                record |= _carried(table, stored())
            records.append(record)
            states = [state for line in table.safe.states for state in line]
            counts["tables"] += 1
            counts["cells"] += len(states)
            counts["shown"] += states.count("shown")
            counts["withheld"] += states.count("withheld")
            counts["unknown"] += len(states) if record["unknown"] else len(record["unknown_cells"])
        newcomers = writer.newcomers(_without(fresh, np.sort(people)))
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


def _union(*parts: np.ndarray) -> np.ndarray:
    """Each number once, ascending. ``numpy.unique`` hashes since 2.3, which is twenty times slower for ids like these."""
    every = np.sort(np.concatenate(parts), kind="stable")
    return every[np.r_[True, np.diff(every) != 0]] if len(every) else every


def _without(numbers: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The numbers that are not among the known; both ascending."""
    if not len(known):
        return numbers
    place = np.minimum(np.searchsorted(known, numbers), len(known) - 1)
    return np.asarray(numbers[known[place] != numbers])


def _carried(table: NewTable, stored: Sequence[StoredTable]) -> dict[str, Any]:
    asked = table.carried, table.name, dict(table.parameters)
    found = next((one for one in stored if (one.release, one.name, one.parameters) == asked), None)
    if found is None:
        raise CheckFailed(f"table '{table.name}': {table.carried} has none of that name and parameters to carry over")
    if found.safe != table.safe:
        raise CheckFailed(f"table '{table.name}': is not the one of {table.carried}, so nothing can be carried over")
    return {"block": found.block, "unknown": found.unknown, "unknown_cells": list(found.unknown_cells)}
