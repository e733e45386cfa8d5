"""The order in which a part comes and goes: rows first, then the register's line, then the record, then what was there goes.

A kill between two of these leaves rows that no record names, or a line whose record never came; both are told apart from
tampering, and taking the part in again mends them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from workbench.catalog import Dataset
from workbench.errors import CheckFailed, GateRefused, UsageError, WorkbenchError
from workbench.files import read_json
from workbench.vault.keeping import Keeping
from workbench.vault.records import OWN_KEYS, Shelf
from workbench.vault.sealed_rows import Place
from workbench.vault.tables import to_table
from workbench.vault.writing import Sealing, joint_schema, write_clear, write_joint, write_synthetic

if TYPE_CHECKING:
    from workbench.vault.parts import Rows, Vault


def store(vault: Vault, dataset: str, part: str, rows: Rows, *, facts: dict[str, Any]) -> dict[str, Any]:
    """Write a part as its dataset's custody asks: the work of :meth:`Vault.write_part`.

    Parameters
    ----------
    vault : Vault
    dataset, part : str
    rows : frame, table, or iterable of them
    facts : dict

    Returns
    -------
    dict
        The record as written.
    """
    described, shelf = vault.catalog[dataset], vault.shelf(dataset)
    shelf.path(part)
    taken = sorted(OWN_KEYS & set(facts))
    if taken:
        raise UsageError(f"part '{part}' of '{dataset}': the vault itself writes {', '.join(taken)} into the record")
    keeping = vault.keeping(dataset)
    require_fitting(described, dataset, part, kind=facts.get("kind"))
    with vault.alone(dataset):
        tables = _tables(dataset, described, rows, withheld=keeping.personal)
        return _written(vault, shelf, part, tables, keeping=keeping, facts=facts)


def require_fitting(described: Dataset, dataset: str, part: str, *, kind: str | None) -> None:
    """Refuse what is real in a dataset of made-up rows, which may rest in the clear or under keys that everybody knows.

    Parameters
    ----------
    described : Dataset
    dataset, part : str
    kind : {'official', 'synthetic'} or None
        What the source says of its rows.

    Raises
    ------
    GateRefused
    """
    if described.synthetic and kind == "official":
        raise GateRefused(
            f"dataset '{dataset}': the part '{part}' is official, the catalogue says synthetic, and nothing protects that",
            hint="take it in under the dataset that it belongs to",
        )


def _written(
    vault: Vault, shelf: Shelf, part: str, tables: Iterator[pa.Table], *, keeping: Keeping, facts: dict[str, Any]
) -> dict[str, Any]:
    described = vault.catalog[shelf.dataset]
    if keeping.kind == "clear":
        written = write_clear(shelf.folder, part, tables, described)
    elif keeping.kind == "synthetic":
        written = write_synthetic(shelf.folder, (shelf.dataset, part), tables, seed=facts.get("seed"))
    else:
        place, sealing = Place.new(shelf.dataset, part), Sealing(keeping.recipients, vault.marker(shelf.dataset), described)
        pieces = ((table, None) for table in tables)
        written = write_joint(shelf.folder, place, pieces, schema=joint_schema(described), sealing=sealing)
        line = {"dataset": shelf.dataset, "part": part, "batch": place.batch, "rows": written.rows, "blocks": written.blocks}
        vault.register.append("sealed", on=vault.today, **line)
    record = written.record(facts, dataset=shelf.dataset, part=part)
    shelf.write(record)
    shelf.sweep(part, keep=written.file, personal=keeping.personal)
    return record


def _tables(dataset: str, described: Dataset, rows: Rows, *, withheld: bool) -> Iterator[pa.Table]:
    pieces: Iterable[Any] = [rows] if isinstance(rows, pd.DataFrame | pa.Table) else rows
    for piece in pieces:
        yield to_table(piece, described, where=f"dataset '{dataset}'", withheld=withheld)


def may_be_personal(vault: Vault, dataset: str) -> bool:
    """Say whether rows of a dataset that can be read may be about people, also where what decides it cannot be understood.

    Parameters
    ----------
    vault : Vault
    dataset : str

    Returns
    -------
    bool
    """
    try:
        return vault.sealed(dataset)
    except WorkbenchError:
        return True


def note_removal(vault: Vault, path: Path, dataset: str, part: str) -> None:
    """Add a line to the register before a sealed part goes; a damaged record, which may have been one's, gets one too.

    Parameters
    ----------
    vault : Vault
    path : Path
        The part's record.
    dataset, part : str
    """
    try:
        record = read_json(path)
    except CheckFailed:
        record = None
    if not isinstance(record, dict) or record.get("custody") == "joint":
        vault.register.append("removed", on=vault.today, dataset=dataset, part=part)
