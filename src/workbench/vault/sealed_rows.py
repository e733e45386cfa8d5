"""Rows sealed one by one: each under a key of its own, derived from the batch's secret and a random share beside the row.

Overwriting a row's share and its sealed bytes destroys it at once, for the secret alone gives no row key; nobody's key
is needed for that. Shares, marks, lengths and sealed rows stand in blocks of fixed layout, listed in the part's record.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa

from workbench.errors import CheckFailed
from workbench.vault.marks import MARK, Marks
from workbench.vault.row_codes import RowCode

MAGIC = b"workbench sealed rows 1\n"
ROWS_PER_BLOCK = 16_384
SHARE_BYTES = 32
_LENGTH = np.dtype("<u4")
_BESIDE = SHARE_BYTES + 2 * MARK.itemsize + _LENGTH.itemsize
"""Bytes that stand beside each sealed row."""

_NONCE = bytes(12)
"""Each key seals one row once, so that its nonce may stay the same."""


@dataclass(frozen=True)
class Place:
    """Where rows belong; a row that is moved elsewhere does not open.

    Parameters
    ----------
    dataset, part : str
    batch : str
        32 hexadecimal digits, new for each sealing.

    Examples
    --------
    >>> len(Place.new("trips", "2021").batch)
    32
    """

    dataset: str
    part: str
    batch: str

    @classmethod
    def new(cls, dataset: str, part: str) -> Place:
        """Return a place for a new sealing.

        Parameters
        ----------
        dataset, part : str

        Returns
        -------
        Place
        """
        return cls(dataset, part, secrets.token_hex(16))

    @property
    def prefix(self) -> bytes:
        """What every row's place begins with; the row's number follows."""
        return b"workbench row 1\0" + b"\0".join(word.encode() for word in (self.dataset, self.part, self.batch)) + b"\0"


@dataclass(frozen=True)
class Block:
    """One run of rows in the file.

    Parameters
    ----------
    rows, offset, size : int
    sha256 : str
    """

    rows: int
    offset: int
    size: int
    sha256: str

    def plain(self) -> list[Any]:
        """Return it as a record holds it."""
        return list(asdict(self).values())


@dataclass(frozen=True)
class Layout:
    """What of a sealed file its record knows.

    Parameters
    ----------
    place : Place
    schema : pyarrow.Schema
    blocks : tuple of Block
    erased : frozenset of int
        Rows that were destroyed, numbered from 0.
    """

    place: Place
    schema: pa.Schema
    blocks: tuple[Block, ...]
    erased: frozenset[int] = frozenset()

    @property
    def rows(self) -> int:
        """Rows sealed, erased ones too."""
        return sum(block.rows for block in self.blocks)

    def starts(self) -> list[int]:
        """Return the number of each block's first row."""
        return [0, *np.cumsum([block.rows for block in self.blocks]).tolist()][: len(self.blocks)]


class Sealer:
    """Seals tables into an open file.

    Parameters
    ----------
    file : binary file
    place : Place
    schema : pyarrow.Schema
    secret : bytes
        The batch's, 32 bytes.
    """

    def __init__(self, file: IO[bytes], place: Place, schema: pa.Schema, secret: bytes) -> None:
        self._file = file
        self._code = RowCode(schema)
        self._secret = secret
        self._prefix = place.prefix
        self._next = 0
        self._content = hashlib.sha256()
        self.blocks: list[Block] = []
        file.write(MAGIC)

    @property
    def content(self) -> str:
        """A hash of all that was written: the same rows give the same on this machine, and it tells nothing without it."""
        return self._content.hexdigest()

    def write(self, table: pa.Table, marks: Marks, *, beside: bool = True, holes: np.ndarray | None = None) -> None:
        """Seal a table as one block.

        Parameters
        ----------
        table : pyarrow.Table
        marks : Marks
        beside : bool, default True
            Put the marks beside the rows; otherwise they count in the hash of all rows alone.
        holes : numpy.ndarray of bool, optional
            Rows that stay empty: they were erased before, and the others keep their numbers.
        """
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        count, first = table.num_rows, self._next
        data, ends = self._code.encode(table)
        bounds = ends.tolist()
        shares = bytearray(os.urandom(SHARE_BYTES * count))
        keys, rows = marks.keys.copy(), marks.rows.copy()
        empty = set() if holes is None else set(np.flatnonzero(holes).tolist())
        for row in empty:
            shares[SHARE_BYTES * row : SHARE_BYTES * (row + 1)] = bytes(SHARE_BYTES)
            keys[row] = rows[row] = np.zeros((), MARK)
        sealed, algorithm, secret, prefix = [], SHA256(), self._secret, self._prefix
        for row in range(count):
            if row in empty:
                sealed.append(b"")
                continue
            where = prefix + (first + row).to_bytes(8, "big")
            share = bytes(shares[SHARE_BYTES * row : SHARE_BYTES * (row + 1)])
            key = HKDF(algorithm, 32, share, where).derive(secret)
            sealed.append(ChaCha20Poly1305(key).encrypt(_NONCE, data[bounds[row] : bounds[row + 1]], where))
        lengths = np.fromiter(map(len, sealed), dtype=_LENGTH, count=count)
        self._content.update(rows.tobytes())
        if not beside:
            keys = rows = np.zeros(count, MARK)
        content = b"".join([shares, keys.tobytes(), rows.tobytes(), lengths.tobytes(), *sealed])
        self.blocks.append(Block(count, self._file.tell(), len(content), hashlib.sha256(content).hexdigest()))
        self._file.write(content)
        self._next += count


def open_rows(
    path: Path, layout: Layout, secret: bytes, *, first_only: bool = False
) -> Iterator[tuple[int, np.ndarray, pa.Table]]:
    """Open a sealed file, block by block.

    Parameters
    ----------
    path : Path
    layout : Layout
    secret : bytes
    first_only : bool, default False
        Only the first row of each block that is there.

    Yields
    ------
    (int, numpy.ndarray, pyarrow.Table)
        The number of the block's first row, which of its rows are there still, and these rows.

    Raises
    ------
    CheckFailed
        Something of the file is not as it was sealed.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    code, prefix, algorithm = RowCode(layout.schema), layout.place.prefix, SHA256()
    for first, block, content in read_blocks(path, layout):
        beside = _beside(block, content)
        ends = np.concatenate([[0], np.cumsum(beside.lengths, dtype=np.int64)]) + _BESIDE * block.rows
        bounds, there = ends.tolist(), np.ones(block.rows, dtype=bool)
        there[[row - first for row in layout.erased if first <= row < first + block.rows]] = False
        opened, view = [], memoryview(content)
        for row in np.flatnonzero(there).tolist()[: 1 if first_only else None]:
            where = prefix + (first + row).to_bytes(8, "big")
            share = beside.shares[SHARE_BYTES * row : SHARE_BYTES * (row + 1)]
            try:
                key = HKDF(algorithm, 32, share, where).derive(secret)
                opened.append(ChaCha20Poly1305(key).decrypt(_NONCE, view[bounds[row] : bounds[row + 1]], where))
            except InvalidTag:
                raise CheckFailed(
                    f"{path}: row {first + row + 1} does not open: it was changed, moved, or sealed under another secret",
                    hint=RESTORE,
                ) from None
        lengths = np.fromiter(map(len, opened), dtype=np.int64, count=len(opened))
        yield first, there, code.decode(b"".join(opened), lengths)


RESTORE = "restore the part from a copy, or take it in again from its source"


def read_blocks(path: Path, layout: Layout) -> Iterator[tuple[int, Block, bytes]]:
    """Read a sealed file block by block, comparing each with what its record says.

    Parameters
    ----------
    path : Path
    layout : Layout

    Yields
    ------
    (int, Block, bytes)
        With the number of the block's first row.

    Raises
    ------
    CheckFailed
        The file is cut, longer than it was, or changed.
    """
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise CheckFailed(f"{path}: no file of sealed rows", hint=RESTORE)
        for first, block in zip(layout.starts(), layout.blocks, strict=True):
            if block.offset != file.tell():
                raise CheckFailed(f"{path}: its record lists blocks that do not follow one another", hint=RESTORE)
            content = file.read(block.size)
            if len(content) != block.size:
                raise CheckFailed(f"{path}: cut short, {layout.rows:,} rows were sealed", hint=RESTORE)
            if hashlib.sha256(content).hexdigest() != block.sha256:
                rows = f"rows {first + 1:,} to {first + block.rows:,}"
                raise CheckFailed(f"{path}: {rows} were changed since they were sealed", hint=RESTORE)
            yield first, block, content
        if file.read(1):
            raise CheckFailed(f"{path}: longer than it was when it was sealed", hint=RESTORE)


def read_marks(path: Path, layout: Layout) -> Iterator[Marks]:
    """Read the marks of a sealed file, block by block, and nothing else of it.

    Parameters
    ----------
    path : Path
    layout : Layout

    Yields
    ------
    Marks
    """
    with path.open("rb") as file:
        for block in layout.blocks:
            file.seek(block.offset)
            content = file.read(_BESIDE * block.rows)
            if len(content) != _BESIDE * block.rows:
                raise CheckFailed(f"{path}: cut short, {layout.rows:,} rows were sealed", hint=RESTORE)
            beside = _beside(block, content)
            yield Marks(beside.keys, beside.rows)


@dataclass(frozen=True)
class _Beside:
    """What stands beside the sealed rows of a block."""

    shares: bytes
    keys: np.ndarray
    rows: np.ndarray
    lengths: np.ndarray


def _beside(block: Block, content: bytes) -> _Beside:
    at = SHARE_BYTES * block.rows
    keys = np.frombuffer(content, dtype=MARK, count=block.rows, offset=at)
    rows = np.frombuffer(content, dtype=MARK, count=block.rows, offset=at + MARK.itemsize * block.rows)
    lengths = np.frombuffer(content, dtype=_LENGTH, count=block.rows, offset=at + 2 * MARK.itemsize * block.rows)
    return _Beside(content[:at], keys, rows, lengths)


def is_sealed(path: Path) -> bool:
    """Say whether a file holds sealed rows, by how it begins; one that was overwritten, or is empty, holds nothing else.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bool
    """
    with path.open("rb") as file:
        head = file.read(len(MAGIC))
    return head == MAGIC or not any(head)


CHANGED = "0" * 64
"""In the place of a block's hash where something else was changed before rows were erased: erasing makes nothing whole."""


def erase_rows(path: Path, layout: Layout, rows: Sequence[int], *, only_say: bool = False) -> tuple[Block, ...]:
    """Overwrite rows where they lie: share, marks and sealed bytes. Doing it again changes nothing.

    Parameters
    ----------
    path : Path
    layout : Layout
    rows : sequence of int
        Numbered from 0.
    only_say : bool, default False
        Change nothing, and return what the blocks would be; :data:`CHANGED` for one that is not as it was sealed.

    Returns
    -------
    tuple of Block
        Every block, with the hashes of what stands there now.
    """
    wanted, blocks = set(rows), []
    with path.open("rb" if only_say else "r+b", buffering=0) as file:
        for first, block in zip(layout.starts(), layout.blocks, strict=True):
            inside = sorted(row - first for row in wanted if first <= row < first + block.rows)
            if not inside:
                blocks.append(block)
                continue
            content = bytearray(os.pread(file.fileno(), block.size, block.offset))
            if len(content) != block.size:
                raise CheckFailed(f"{path}: cut short, {layout.rows:,} rows were sealed", hint=RESTORE)
            changed = hashlib.sha256(content).hexdigest() != block.sha256
            lengths = _beside(block, bytes(content)).lengths
            ends = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]) + _BESIDE * block.rows
            for row in inside:
                for start, end in _spans(block, row, np.minimum(ends, block.size)):
                    content[start:end] = bytes(end - start)
                    if not only_say:
                        os.pwrite(file.fileno(), bytes(end - start), block.offset + start)
            hashed = CHANGED if only_say and changed else hashlib.sha256(content).hexdigest()
            blocks.append(Block(block.rows, block.offset, block.size, hashed))
        if not only_say:
            os.fsync(file.fileno())
    return tuple(blocks)


def _spans(block: Block, row: int, ends: np.ndarray) -> list[tuple[int, int]]:
    """Where in a block a row's share, two marks and sealed bytes stand."""
    size, marks = MARK.itemsize, SHARE_BYTES * block.rows
    return [
        (SHARE_BYTES * row, SHARE_BYTES * (row + 1)),
        (marks + size * row, marks + size * (row + 1)),
        (marks + size * (block.rows + row), marks + size * (block.rows + row + 1)),
        (int(ends[row]), int(ends[row + 1])),
    ]


def content_of(path: Path, layout: Layout) -> str:
    """Return the hash of what a sealed file says, from its rows' marks.

    Parameters
    ----------
    path : Path
    layout : Layout

    Returns
    -------
    str
    """
    found = hashlib.sha256()
    for marks in read_marks(path, layout):
        found.update(marks.rows.tobytes())
    return found.hexdigest()
