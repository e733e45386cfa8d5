"""The record of a part: what it is called, where its rows lie, how they are sealed. Written last, it makes a part be.

A record holds public facts alone; everything that a seal needs and that is not secret stands in it.
"""

from __future__ import annotations

import base64
import fcntl
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from workbench.errors import CheckFailed, UsageError
from workbench.files import canonical, read_json, sha256, write_json
from workbench.project import Project
from workbench.vault.envelopes import Custodians
from workbench.vault.sealed_rows import MAGIC, Block, Layout, Place

NO_MARKS = "none"
"""What a record names where no marks stand beside the rows."""

PART_NAME = re.compile(r"[0-9A-Za-z가-힣_][0-9A-Za-z가-힣_.\-]{0,119}")
"""A part's name is a file name on every system."""

NEEDED = frozenset({"dataset", "part", "file", "rows", "content_sha256"})
OWN_KEYS = NEEDED | {"custody", "sealed", "erased"}
"""What the vault itself puts into a part's record."""

TAKE_IN_AGAIN = "delete it and take the part in again"


@dataclass(frozen=True)
class Sealed:
    """How the rows of a part are sealed to the custodians of both sides.

    Parameters
    ----------
    layout : Layout
    envelope : bytes
        The batch's secret in two layers.
    custodians : Custodians
        Whom it is sealed to.
    marker : str
        The name of the machine's secret under which the marks were made, or :data:`NO_MARKS`.
    erasing : tuple of int
        Rows that are being destroyed; a kill may have left them half overwritten. The register says which; this tells people.
    """

    layout: Layout
    envelope: bytes
    custodians: Custodians
    marker: str
    erasing: tuple[int, ...] = ()

    @property
    def rows(self) -> int:
        """Rows that are there still."""
        return self.layout.rows - len(self.layout.erased)

    @property
    def digest(self) -> bytes:
        """What the envelope binds the secret to: where the rows belong, what they are made of, and how many were sealed."""
        return bound_facts(self.layout.place, self.layout.schema, self.layout.rows)

    def plain(self) -> dict[str, Any]:
        """Return it as a record holds it."""
        return {
            "batch": self.layout.place.batch,
            "fields": [[field.name, str(field.type)] for field in self.layout.schema],
            "blocks": [block.plain() for block in self.layout.blocks],
            "erased": sorted(self.layout.erased),
            "erasing": list(self.erasing),
            "envelope": base64.b64encode(self.envelope).decode("ascii"),
            "custodians": self.custodians.plain(),
            "marks": self.marker,
        }

    def without(self, rows: tuple[int, ...], blocks: tuple[Block, ...]) -> Sealed:
        """Return it after rows were destroyed.

        Parameters
        ----------
        rows : tuple of int
        blocks : tuple of Block

        Returns
        -------
        Sealed
        """
        layout = replace(self.layout, blocks=blocks, erased=self.layout.erased | set(rows))
        return replace(self, layout=layout, erasing=())


def bound_facts(place: Place, schema: pa.Schema, rows: int) -> bytes:
    """Return a hash of what a batch's secret is sealed together with, so that a record that says otherwise is noticed.

    Parameters
    ----------
    place : Place
    schema : pyarrow.Schema
    rows : int

    Returns
    -------
    bytes
        32 of them.
    """
    fields = [[field.name, str(field.type)] for field in schema]
    return bytes.fromhex(sha256(canonical([place.dataset, place.part, place.batch, fields, rows])))


def read_sealed(record: Mapping[str, Any], *, where: str) -> Sealed:
    """Return how a part is sealed, as its record says.

    Parameters
    ----------
    record : mapping
    where : str
        For messages.

    Returns
    -------
    Sealed

    Raises
    ------
    CheckFailed
        The record was damaged.
    """
    try:
        found = record["sealed"]
        place = Place(str(record["dataset"]), str(record["part"]), str(found["batch"]))
        schema = pa.schema([pa.field(str(name), _KINDS[kind]) for name, kind in found["fields"]])
        blocks = tuple(Block(int(rows), int(offset), int(size), str(sha)) for rows, offset, size, sha in found["blocks"])
        sealed = Sealed(
            layout=Layout(place, schema, blocks, frozenset(map(int, found["erased"]))),
            envelope=base64.b64decode(found["envelope"], validate=True),
            custodians=Custodians.from_plain(found["custodians"]),
            marker=str(found["marks"]),
            erasing=tuple(map(int, found["erasing"])),
        )
        whole = sealed.rows == int(record["rows"]) and all(0 <= row < sealed.layout.rows for row in sealed.layout.erased)
    except (KeyError, TypeError, ValueError) as error:
        raise CheckFailed(f"{where}: what it says of its seals was damaged", hint=TAKE_IN_AGAIN) from error
    if not whole:
        raise CheckFailed(f"{where}: the rows that it counts are not those that it lists", hint=TAKE_IN_AGAIN)
    return sealed


_KINDS: dict[str, pa.DataType] = {
    str(kind): kind
    for kind in (
        pa.string(),
        pa.int64(),
        pa.float64(),
        pa.bool_(),
        pa.date32(),
        pa.binary(),
        pa.timestamp("us"),
        pa.timestamp("us", tz="Asia/Seoul"),
    )
}


class Shelf:
    """A folder of parts: the records, and the files that they name.

    Parameters
    ----------
    folder : Path
    dataset : str
    """

    def __init__(self, folder: Path, dataset: str) -> None:
        self.folder = folder
        self.dataset = dataset

    def parts(self) -> list[str]:
        """Return the parts' names, sorted."""
        return sorted(path.name.removesuffix(".json") for path in self.folder.glob("*.json") if not path.name.startswith("."))

    def path(self, part: str) -> Path:
        """Return where a part's record lies.

        Parameters
        ----------
        part : str

        Returns
        -------
        Path

        Raises
        ------
        UsageError
            The name is no part's.
        """
        if not PART_NAME.fullmatch(part):
            raise UsageError(
                f"dataset '{self.dataset}': '{part}' is no part name", hint="letters, digits, '_', '-' and '.', at most 120"
            )
        return self.folder / f"{part}.json"

    def record(self, part: str) -> dict[str, Any] | None:
        """Return a part's record, or None where there is no such part.

        Parameters
        ----------
        part : str

        Returns
        -------
        dict or None

        Raises
        ------
        CheckFailed
            The record was damaged or moved, or its rows are gone.
        """
        path = self.path(part)
        if not path.is_file():
            return None
        record: dict[str, Any] = read_json(path)
        if not isinstance(record, dict) or not NEEDED.issubset(record):
            raise CheckFailed(f"{path}: not a part's record", hint=TAKE_IN_AGAIN)
        if record["part"] != part or record["dataset"] != self.dataset:
            what = f"is the record of '{record['part']}' of '{record['dataset']}'"
            raise CheckFailed(f"{path}: {what}; a part is never renamed", hint="give it its name back, or take the part in again")
        if not rows_of(part).fullmatch(str(record["file"])) or (path.parent / str(record["file"])).is_symlink():
            raise CheckFailed(f"{path}: the file that it names is none of this part's, or a link", hint=TAKE_IN_AGAIN)
        if not (path.parent / str(record["file"])).is_file():
            raise CheckFailed(
                f"{path}: its rows, {record['file']}, are gone", hint="delete the record and take the part in again"
            )
        return record

    def file(self, record: Mapping[str, Any]) -> Path:
        """Return where a part's rows lie.

        Parameters
        ----------
        record : mapping

        Returns
        -------
        Path
        """
        return self.folder / str(record["file"])

    def write(self, record: dict[str, Any]) -> None:
        """Write a part's record, whole or not at all.

        Parameters
        ----------
        record : dict
        """
        write_json(self.path(record["part"]), record)

    def sweep(self, part: str, *, keep: str | None, personal: bool = False) -> None:
        """Remove a part's rows of earlier writings, and what a kill left.

        Parameters
        ----------
        part : str
        keep : str or None
            The file that stays.
        personal : bool, default False
            What goes holds rows about people that can be read: it is overwritten first, as sealed rows are anyway.
        """
        own, begun = rows_of(part), re.compile(rf"\.{re.escape(part)}\.(parquet|sealed|json)\..*\.part(\.parquet|\.sealed)?")
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if (own.fullmatch(path.name) or begun.fullmatch(path.name)) and path.name != keep:
                destroy(path, readable=personal)
                path.unlink(missing_ok=True)

    def strays(self) -> list[Path]:
        """Return files of rows that no part's record names: what a kill, or a hand, left there.

        Returns
        -------
        list of Path
        """
        if not self.folder.is_dir():
            return []
        named = {str(record["file"]) for part in self.parts() if (record := self._plain(part)) is not None}
        rows = (path for path in self.folder.iterdir() if path.suffix in (".parquet", ".sealed"))
        return sorted(path for path in rows if path.name not in named)

    def _plain(self, part: str) -> dict[str, Any] | None:
        """A record that is whole, or None."""
        try:
            return self.record(part)
        except CheckFailed:
            return None


def rows_of(part: str) -> re.Pattern[str]:
    """Return what a part's files of rows are called.

    Parameters
    ----------
    part : str

    Returns
    -------
    re.Pattern

    Examples
    --------
    >>> bool(rows_of("2021").fullmatch("2021.0123456789abcdef.sealed")), bool(rows_of("2021").fullmatch("../2021.sealed"))
    (True, False)
    """
    return re.compile(rf"{re.escape(part)}(\.[0-9a-f]{{16}})?\.(parquet|sealed)")


def destroy(path: Path, *, readable: bool = False) -> None:
    """Overwrite a file of rows that nothing names any more, so that a row erased later is not left on the disk in it.

    Parameters
    ----------
    path : Path
    readable : bool, default False
        Overwrite any file; otherwise others than sealed rows stay as they are.
    """
    if path.is_symlink() or not path.is_file():
        return  # what a link points to is not the vault's
    with path.open("r+b", buffering=0) as file:
        if not readable and file.read(len(MAGIC)) != MAGIC:
            return
        left = path.stat().st_size
        file.seek(0)
        while left > 0:
            left -= file.write(bytes(min(left, _PIECE)))
        os.fsync(file.fileno())


_PIECE = 1 << 20


class Turns:
    """One writer of a dataset at a time, in this process and among others; whoever holds it may take it again.

    Parameters
    ----------
    project : Project
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._held: dict[str, int] = {}

    @contextmanager
    def alone(self, dataset: str) -> Iterator[None]:
        """Hold a dataset; others wait. The lock goes with the process.

        Parameters
        ----------
        dataset : str

        Yields
        ------
        None
        """
        if self._held.get(dataset):
            self._held[dataset] += 1
            try:
                yield
            finally:
                self._held[dataset] -= 1
            return
        folder = self._project.private / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"vault-{dataset}").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            self._held[dataset] = 1
            try:
                yield
            finally:
                self._held[dataset] = 0
