"""Whether a ledger says what the committed releases say: a backup is sealed, but that tells nothing of who wrote it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.project import Project
from workbench.releases.ledger.definitions import identity
from workbench.releases.ledger.entries import Entry, read_table_records
from workbench.releases.ledger.required import people_results, release_folders
from workbench.releases.ledger.tables import StoredTable, stored_table


def disagreements(project: Project, folder: Path, entries: Sequence[Entry]) -> list[str]:
    """Name the tables of a ledger that are not those of the committed releases.

    Parameters
    ----------
    project : Project
    folder : Path
        Of the entries, their files known to be whole.
    entries : sequence of Entry

    Returns
    -------
    list of str
        A table that is missing, whose public cells are others, or whose published counts are not what it adds up to.
    """
    released = {f"{path.parent.parent.name}/{path.name}": path for path in release_folders(project)}
    problems = []
    for entry in entries:
        if entry.release not in released:
            continue
        records = read_table_records(folder, entry.number)
        tables = [stored_table(record, release=entry.release, entry=entry.number, folder=folder) for record in records]
        known = {identity(table.name, table.parameters): table for table in tables}
        for table in people_results(released[entry.release]):
            found = known.get(identity(table["name"], table["parameters"]))
            other = table["kind"] == "table" and found is not None and found.safe.as_record() != table["content"]
            if found is None or other:
                problems.append(f"{entry.release}#{table['name']}: is not the released {table['kind']}")
            elif not adds_up(found):
                problems.append(f"{entry.release}#{table['name']}: its published counts are not what it adds up to")
    return problems


def adds_up(table: StoredTable) -> bool:
    """Tell whether every published count of a table is the sum of its vector.

    Parameters
    ----------
    table : StoredTable

    Returns
    -------
    bool
        True where it is unknown, rounded, or no count: then nothing says otherwise.
    """
    if table.block is None or table.safe.layout.statistic != "count" or table.safe.layout.rounded_to:
        return True
    rows = table.vectors.rows.tolist()
    values = [value for line in table.safe.values for value in line]
    return all(value in (None, rows[cell]) for cell, value in enumerate(values) if cell not in table.unknown_cells)
