"""Rows about people that were refused, sealed like those that were kept: mending them is an attended act.

A list of refused rows that names what was found would carry people's values past the vault; it names fields and reasons,
and the rows wait here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from workbench.vault.erasing import known_record
from workbench.vault.reading import Opener, part_tables
from workbench.vault.records import Shelf
from workbench.vault.sealed_rows import Place
from workbench.vault.writing import Sealing, write_joint

if TYPE_CHECKING:
    from workbench.vault.parts import Vault

SCHEMA = pa.schema([("line", pa.int64()), *((name, pa.string()) for name in ("field", "found", "allowed", "reason", "row"))])
"""One line a failure; ``row`` is the whole row as it came, as JSON."""

FOLDER = ".quarantine"


def quarantine_shelf(vault: Vault, dataset: str) -> Shelf:
    """Return where a dataset's refused rows rest.

    Parameters
    ----------
    vault : Vault
    dataset : str

    Returns
    -------
    Shelf
    """
    return Shelf(vault.shelf(dataset).folder / FOLDER, f"{dataset}.quarantine")


def quarantine(vault: Vault, dataset: str, part: str, refused: pa.Table, *, source: str) -> None:
    """Seal the refused rows of a part, in the place of those of before; none are there afterwards where none are given.

    Parameters
    ----------
    vault : Vault
    dataset, part : str
    refused : pyarrow.Table
        Of :data:`SCHEMA`.
    source : str
        Where they come from.

    Raises
    ------
    GateRefused
        A side has no custodian to seal to.
    """
    shelf = quarantine_shelf(vault, dataset)
    if not refused.num_rows:
        release(vault, dataset, part)
        return
    place = Place.new(shelf.dataset, part)
    sealing = Sealing(vault.keeping(dataset).recipients, vault.marker(dataset), None)
    with vault.alone(dataset):
        written = write_joint(shelf.folder, place, iter([(refused, None)]), schema=SCHEMA, sealing=sealing)
        facts = {"dataset": shelf.dataset, "part": part, "batch": place.batch, "rows": written.rows, "blocks": written.blocks}
        vault.register.append("sealed", on=vault.today, **facts)
        shelf.write(written.record({"source": source}, dataset=shelf.dataset, part=part))
        shelf.sweep(part, keep=written.file)


def release(vault: Vault, dataset: str, part: str) -> None:
    """Remove the refused rows of a part.

    Parameters
    ----------
    vault : Vault
    dataset, part : str
    """
    shelf = quarantine_shelf(vault, dataset)
    if not shelf.folder.is_dir():
        return
    with vault.alone(dataset):
        if shelf.path(part).is_file():
            vault.register.append("removed", on=vault.today, dataset=shelf.dataset, part=part)
            shelf.path(part).unlink()
        shelf.sweep(part, keep=None)


def quarantined(vault: Vault, dataset: str, *, opener: Opener) -> Iterator[pa.Table]:
    """Open a dataset's refused rows.

    Parameters
    ----------
    vault : Vault
    dataset : str
    opener : Opener

    Yields
    ------
    pyarrow.Table
        Of :data:`SCHEMA`.
    """
    shelf = quarantine_shelf(vault, dataset)
    for part in shelf.parts():
        record = known_record(vault, shelf, part)
        if record is not None:
            yield from part_tables(shelf, record, opener=opener)
