"""Files of vectors: one a release, its tables one after the other, read by mapping and never by parsing.

A table whose vectors lie in an earlier file already is not written again, so that a release that changes one table of
seventy adds one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from workbench.disclosure.comparing.groups import signature
from workbench.errors import CheckFailed
from workbench.files import replacing
from workbench.releases.ledger.entries import arrays_path
from workbench.releases.ledger.tables import Vectors

MAGIC = b"workbench ledger 1\n".ljust(32, b"\0")
WIDTH = 8
"""Bytes of every number."""


@dataclass(frozen=True, eq=False)
class Block:
    """One table's vectors, and one number a cell that is equal for equal vectors."""

    vectors: Vectors
    signature: np.ndarray


def signatures(start: np.ndarray, person: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return one number a cell, as the ledger stores it: equal for equal vectors, and the sum's for a sum of cells.

    Parameters
    ----------
    start : numpy.ndarray, shape (cells + 1,)
    person, weight : numpy.ndarray, shape (memberships,)

    Returns
    -------
    numpy.ndarray of uint64, shape (cells,)

    Examples
    --------
    >>> one = signatures(np.array([0, 2, 3, 6]), np.array([4, 7, 9, 4, 7, 9]), np.array([1, 1, 2, 1, 1, 2]))
    >>> bool(one[0] + one[1] == one[2])
    True
    """
    return signature(person, weight, start)


class Writer:
    """Writes the blocks of one release; those that are known by their hash are not written again."""

    def __init__(self, handle: IO[bytes], entry: int) -> None:
        self._handle = handle
        self._entry = entry
        self._hash = hashlib.sha256()
        self.bytes = 0
        self._put(MAGIC)

    @property
    def sha256(self) -> str:
        """Of all that was written."""
        return self._hash.hexdigest()

    def add(self, vectors: Vectors, known: dict[str, dict[str, Any]]) -> dict[str, Any]:
        """Write a block.

        Parameters
        ----------
        vectors : Vectors
        known : dict
            Blocks by their hash; this one is added.

        Returns
        -------
        dict
            Where it lies.
        """
        parts = _parts(vectors)
        digest = hashlib.sha256()
        for part in parts:
            digest.update(len(part).to_bytes(8, "little") + part)
        name = digest.hexdigest()
        if name not in known:
            sizes = {"cells": vectors.cells, "memberships": len(vectors.person), "amounts": vectors.amount is not None}
            known[name] = {"entry": self._entry, "at": self.bytes, "sha256": name, **sizes}
            for part in parts:
                self._put(part)
        return known[name]

    def newcomers(self, person: np.ndarray) -> dict[str, int]:
        """Write the ids of people whom no earlier release counts.

        Parameters
        ----------
        person : numpy.ndarray of int64
            Ascending.

        Returns
        -------
        dict
            Where they lie, and how many there are.
        """
        found = {"at": self.bytes, "people": len(person)}
        self._put(_bytes(person, "<i8"))
        return found

    def _put(self, content: bytes | memoryview) -> None:
        self._handle.write(content)
        self._hash.update(content)
        self.bytes += len(content)


@contextmanager
def writing(folder: Path, entry: int) -> Iterator[Writer]:
    """Give a writer of an entry's file, which takes its place when the block ends well.

    Parameters
    ----------
    folder : Path
    entry : int

    Yields
    ------
    Writer
    """
    with replacing(arrays_path(folder, entry)) as temporary, temporary.open("wb") as handle:
        yield Writer(handle, entry)
        handle.flush()


def read_block(folder: Path, block: dict[str, Any]) -> Block:
    """Map a block.

    Parameters
    ----------
    folder : Path
    block : dict

    Returns
    -------
    Block

    Raises
    ------
    CheckFailed
        The file is gone or too short.
    """
    cells, size = int(block["cells"]), int(block["memberships"])
    mapped = _mapped(folder, int(block["entry"]), int(block["at"]), 2 * cells + 1 + size * (3 if block["amounts"] else 2))
    start, person, weight, signature, amount = np.split(mapped, np.cumsum([cells + 1, size, size, cells]))
    amounts = amount.view(np.float64) if block["amounts"] else None
    return Block(Vectors(start, person, weight, amounts), signature.view(np.uint64))


def read_signature(folder: Path, block: dict[str, Any]) -> np.ndarray:
    """Map one number a cell of a block, and nothing else of it.

    Parameters
    ----------
    folder : Path
    block : dict

    Returns
    -------
    numpy.ndarray of uint64, shape (cells,)

    Raises
    ------
    CheckFailed
        The file is gone or too short.
    """
    cells, size = int(block["cells"]), int(block["memberships"])
    before = WIDTH * (cells + 1 + 2 * size)
    return _mapped(folder, int(block["entry"]), int(block["at"]) + before, cells).view(np.uint64)


def read_newcomers(folder: Path, entry: int, facts: dict[str, int]) -> np.ndarray:
    """Map the people whom an entry counted first.

    Parameters
    ----------
    folder : Path
    entry : int
    facts : dict

    Returns
    -------
    numpy.ndarray of int64
    """
    return _mapped(folder, entry, facts["at"], facts["people"])


def _mapped(folder: Path, entry: int, at: int, numbers: int) -> np.ndarray:
    if not numbers:
        return np.empty(0, np.int64)
    path = arrays_path(folder, entry)
    try:
        return np.memmap(path, np.int64, "r", offset=at, shape=(numbers,))
    except (OSError, ValueError):
        raise CheckFailed(f"{path}: missing or cut off", hint="see: workbench ledger status") from None


def _parts(vectors: Vectors) -> list[memoryview]:
    marks = signatures(vectors.start, vectors.person, vectors.weight)
    parts = [_bytes(one, "<i8") for one in (vectors.start, vectors.person, vectors.weight)] + [_bytes(marks, "<u8")]
    return parts + ([_bytes(vectors.amount, "<f8")] if vectors.amount is not None else [])


def _bytes(array: np.ndarray, kind: str) -> memoryview:
    return np.ascontiguousarray(array, kind).data.cast("B") if len(array) else memoryview(b"")
