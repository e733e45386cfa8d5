"""How a part's rows are written: plain Parquet, row groups sealed from a seed, or rows sealed one by one.

Each way writes to a temporary file that already is what will rest: of rows about people, nothing but sealed bytes ever
touches the disk.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from workbench.catalog import Dataset
from workbench.files import replacing, sha256_file, sync_folder
from workbench.vault.envelopes import Custodians, seal
from workbench.vault.guarding import leave_no_core_dump
from workbench.vault.history import blocks_digest
from workbench.vault.marks import MARK, Marker, Marks
from workbench.vault.records import NO_MARKS, Sealed, bound_facts
from workbench.vault.sealed_groups import derived_key, seal_groups
from workbench.vault.sealed_rows import ROWS_PER_BLOCK, Layout, Place, Sealer
from workbench.vault.tables import vault_schema, write_tables

SECRET_BYTES = 32


@dataclass(frozen=True)
class Written:
    """What writing a part's rows gave.

    Parameters
    ----------
    file : str
    rows : int
    content : str
        A hash of what the rows say.
    more : dict
        What else the record says: ``custody`` and ``sealed``.
    blocks : str
        For the register: a hash of the sealed bytes.
    """

    file: str
    rows: int
    content: str
    more: dict[str, Any]
    blocks: str = ""

    def record(self, facts: Mapping[str, Any], *, dataset: str, part: str) -> dict[str, Any]:
        """Return the part's record.

        Parameters
        ----------
        facts : mapping
            What is known of where the rows come from.
        dataset, part : str

        Returns
        -------
        dict
        """
        own = {"dataset": dataset, "part": part, "file": self.file, "rows": self.rows, "content_sha256": self.content}
        return {**facts, **own, **self.more}


def write_clear(folder: Path, part: str, tables: Iterable[pa.Table], described: Dataset) -> Written:
    """Write rows that are not about people, as plain Parquet.

    Parameters
    ----------
    folder : Path
    part : str
    tables : iterable of pyarrow.Table
    described : Dataset

    Returns
    -------
    Written
    """
    with replacing(folder / f"{part}.parquet", suffix=".parquet") as temporary:
        count = write_tables(temporary, tables, described)
        content = sha256_file(temporary)
    written = folder / f"{part}.{content[:16]}.parquet"
    _name(folder / f"{part}.parquet", written)
    return Written(written.name, count, content, {"custody": "clear"})


def _name(path: Path, final: Path) -> None:
    """Give a file its name, on the disk when this returns: the register's line and the record that name it come after."""
    path.rename(final)
    sync_folder(final.parent)


def write_synthetic(folder: Path, place: tuple[str, str], tables: Iterable[pa.Table], *, seed: Any) -> Written:
    """Write made-up rows, sealed in groups under a key that follows from their seed.

    Parameters
    ----------
    folder : Path
    place : (dataset, part)
    tables : iterable of pyarrow.Table
    seed : Any

    Returns
    -------
    Written
    """
    part = place[1]
    with replacing(folder / f"{part}.sealed", suffix=".sealed") as temporary:
        with temporary.open("wb") as file:
            groups = seal_groups(file, tables, derived_key(seed, "rows", *place))
        content = sha256_file(temporary)
    written = folder / f"{part}.{content[:16]}.sealed"
    _name(folder / f"{part}.sealed", written)
    more = {"custody": "synthetic", "sealed": {"seed": seed, "groups": groups}}
    return Written(written.name, sum(rows for rows, _, _ in groups), content, more)


def write_joint(
    folder: Path, place: Place, pieces: Iterable[tuple[pa.Table, np.ndarray | None]], *, schema: pa.Schema, sealing: Sealing
) -> Written:
    """Write rows about people, each sealed under its own key.

    Parameters
    ----------
    folder : Path
    place : Place
    pieces : iterable of (pyarrow.Table, numpy.ndarray of bool or None)
        Rows, and which of them are empty because they were erased before.
    schema : pyarrow.Schema
    sealing : Sealing

    Returns
    -------
    Written
    """
    leave_no_core_dump()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    secret = secrets.token_bytes(SECRET_BYTES)
    holes: list[int] = []
    with replacing(folder / f"{place.part}.sealed", suffix=".sealed") as temporary, temporary.open("wb") as file:
        sealer, count = Sealer(file, place, schema, secret), 0
        for table, empty in _in_blocks(pieces):
            sealer.write(table, sealing.marks(table), beside=sealing.compared, holes=empty)
            holes += [] if empty is None else (np.flatnonzero(empty) + count).tolist()
            count += table.num_rows
    written = folder / f"{place.part}.{place.batch[:16]}.sealed"
    _name(folder / f"{place.part}.sealed", written)
    envelope = seal(secret + bound_facts(place, schema, count), sealing.custodians)
    layout = Layout(place, schema, tuple(sealer.blocks), frozenset(holes))
    sealed = Sealed(layout, envelope, sealing.custodians, sealing.marker.name if sealing.compared else NO_MARKS)
    more = {"custody": "joint", "sealed": sealed.plain()}
    return Written(written.name, sealed.rows, sealer.content, more, blocks_digest(layout.blocks))


@dataclass(frozen=True)
class Sealing:
    """For whom rows are sealed, and how their marks are made.

    Parameters
    ----------
    custodians : Custodians
    marker : Marker
    described : Dataset or None
        None for refused rows, which are never compared with others.
    """

    custodians: Custodians
    marker: Marker
    described: Dataset | None

    @property
    def compared(self) -> bool:
        """Whether marks are put beside the rows: where they have a key by which others can repeat them."""
        return self.described is not None and bool(self.described.key)

    def marks(self, table: pa.Table) -> Marks:
        """Return the marks of rows.

        Parameters
        ----------
        table : pyarrow.Table

        Returns
        -------
        Marks
        """
        if self.described is None:
            return Marks(np.zeros(table.num_rows, MARK), np.zeros(table.num_rows, MARK))
        return self.marker.marks(table, self.described)


def _in_blocks(pieces: Iterable[tuple[pa.Table, np.ndarray | None]]) -> Iterator[tuple[pa.Table, np.ndarray | None]]:
    """The same rows in tables of a block each, whatever pieces they came in: small ones are put together."""
    waiting: list[pa.Table] = []
    count = 0
    for table, holes in pieces:
        if holes is not None:  # a block of before, with its holes
            yield table, holes
            continue
        first = 0
        while first < table.num_rows:
            taken = min(table.num_rows - first, ROWS_PER_BLOCK - count)
            waiting.append(table.slice(first, taken))
            first, count = first + taken, count + taken
            if count == ROWS_PER_BLOCK:
                yield pa.concat_tables(waiting), None
                waiting, count = [], 0
    if waiting:
        yield pa.concat_tables(waiting), None


def joint_schema(described: Dataset) -> pa.Schema:
    """Return the schema in which a dataset's rows are sealed.

    Parameters
    ----------
    described : Dataset

    Returns
    -------
    pyarrow.Schema
    """
    return vault_schema(described).remove_metadata()
