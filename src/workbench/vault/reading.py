"""How a part's rows are read back, each way as it was written, checked against what the record says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from workbench.errors import CheckFailed
from workbench.files import sha256_file
from workbench.vault.envelopes import open_both, open_inner
from workbench.vault.guarding import leave_no_core_dump
from workbench.vault.keys import Keys
from workbench.vault.records import Sealed, Shelf, read_sealed
from workbench.vault.sealed_groups import derived_key, open_groups
from workbench.vault.sealed_rows import open_rows
from workbench.vault.writing import SECRET_BYTES


class Opener(Protocol):
    """Whatever gives the secret of a sealed batch, or says why it cannot."""

    def secret(self, sealed: Sealed, *, where: str) -> bytes:
        """Return a batch's secret."""


class WithKeys:
    """Opens with a key of each side.

    Parameters
    ----------
    keys : Keys
    """

    def __init__(self, keys: Keys) -> None:
        self.keys = keys

    def secret(self, sealed: Sealed, *, where: str) -> bytes:
        """Return a batch's secret.

        Parameters
        ----------
        sealed : Sealed
        where : str

        Returns
        -------
        bytes

        Raises
        ------
        GateRefused
            A side's key is missing.
        CheckFailed
            The envelope or the record was changed.
        """
        return _bound(open_both(sealed.envelope, self.keys, where=where, custodians=sealed.custodians), sealed, where)


class HandedOn:
    """Opens what the government's custodian handed on, with civil society's key.

    Parameters
    ----------
    inner : mapping of str to bytes
        By batch.
    keys : Keys
    """

    def __init__(self, inner: Mapping[str, bytes], keys: Keys) -> None:
        self.inner = inner
        self.keys = keys

    def secret(self, sealed: Sealed, *, where: str) -> bytes:
        """Return a batch's secret.

        Parameters
        ----------
        sealed : Sealed
        where : str

        Returns
        -------
        bytes

        Raises
        ------
        GateRefused
            The key is not civil society's.
        CheckFailed
            The batch was not handed on, or something was changed.
        """
        inner = self.inner.get(sealed.layout.place.batch)
        if inner is None:
            raise CheckFailed(
                f"{where}: was taken in or sealed anew since it was handed on",
                hint="hand it on again: workbench vault open --hand-on",
            )
        return _bound(open_inner(inner, self.keys, where=where, custodians=sealed.custodians), sealed, where)


def _bound(content: bytes, sealed: Sealed, where: str) -> bytes:
    if len(content) != SECRET_BYTES + len(sealed.digest) or content[SECRET_BYTES:] != sealed.digest:
        raise CheckFailed(
            f"{where}: the record was edited: its name, fields or number of rows are not those that were sealed",
            hint="restore the record from a copy, or take the part in again",
        )
    return content[:SECRET_BYTES]


def part_tables(
    shelf: Shelf, record: Mapping[str, Any], *, opener: Opener, columns: list[str] | None = None
) -> Iterator[pa.Table]:
    """Read a part, one row group or block at a time.

    Parameters
    ----------
    shelf : Shelf
    record : mapping
    opener : Opener
    columns : list of str, optional

    Yields
    ------
    pyarrow.Table

    Raises
    ------
    GateRefused
        It is sealed, and a key is missing.
    CheckFailed
        Something is not as it was written.
    """
    path, custody = shelf.file(record), record.get("custody", "clear")
    if custody == "joint":
        leave_no_core_dump()
        sealed = read_sealed(record, where=str(shelf.path(record["part"])))
        secret = opener.secret(sealed, where=f"dataset '{record['dataset']}', part '{record['part']}'")
        _require_fields(path, sealed.layout.schema.names, columns)
        for _, _, table in open_rows(path, sealed.layout, secret):
            yield table if columns is None else table.select(columns)
    elif custody == "synthetic":
        yield from open_groups(path, *synthetic_layout(record, where=str(path)), columns=columns)
    elif custody == "clear":
        if sha256_file(path) != record["content_sha256"]:
            raise CheckFailed(f"{path}: was changed since it was written", hint="take the part in again")
        with pq.ParquetFile(path) as stored:
            _require_fields(path, stored.schema_arrow.names, columns)
            for group in range(stored.num_row_groups):
                yield stored.read_row_group(group, columns=columns).replace_schema_metadata(None)
    else:
        raise CheckFailed(f"{path}: its record says custody: {custody}", hint="allowed: clear, synthetic, joint")


def _require_fields(path: Path, there: list[str], columns: list[str] | None) -> None:
    """Refuse fields that a part lacks: it was taken in under an earlier catalogue."""
    missing = [name for name in columns or [] if name not in there]
    if missing:
        raise CheckFailed(
            f"{path}: was taken in without {', '.join(missing)}, which the catalogue names now", hint="take the part in again"
        )


def synthetic_layout(record: Mapping[str, Any], *, where: str) -> tuple[list[list[int]], bytes]:
    """Return the groups of made-up rows and the key that follows from their seed.

    Parameters
    ----------
    record : mapping
    where : str

    Returns
    -------
    (list of [rows, offset, size], bytes)

    Raises
    ------
    CheckFailed
        The record was damaged.
    """
    try:
        sealed = record["sealed"]
        groups = [[int(number) for number in group] for group in sealed["groups"]]
        if any(len(group) != 3 for group in groups) or sum(group[0] for group in groups) != record["rows"]:
            raise ValueError
        return groups, derived_key(sealed["seed"], "rows", record["dataset"], record["part"])
    except (KeyError, TypeError, ValueError):
        raise CheckFailed(f"{where}: what its record says of its seals was damaged", hint="take the part in again") from None
