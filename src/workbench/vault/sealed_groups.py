"""Made-up rows sealed in whole row groups, under a key derived from the seed that made them.

The seed is public, so this hides nothing; it keeps synthetic people on the same path as real ones, and as fast as a plain
file. Each group is a Parquet file of its own, sealed as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from workbench.catalog.storage import ROWS_PER_GROUP
from workbench.errors import CheckFailed
from workbench.files import canonical

MAGIC = b"workbench sealed groups 1\n"
_KEY_BYTES = 32


def derived_key(seed: Any, *words: str) -> bytes:
    """Return a key for some purpose, the same for the same seed.

    Parameters
    ----------
    seed : Any
        What JSON can write.
    *words : str
        What the key is for.

    Returns
    -------
    bytes
        32 of them, by HKDF-SHA256.

    Examples
    --------
    >>> derived_key(2017, "trips").hex()[:16]
    'e074abb8bb1c5a34'
    """
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    info = b"workbench synthetic 1\0" + canonical(list(words))
    return HKDF(SHA256(), _KEY_BYTES, None, info).derive(canonical(["seed", seed]))


def seal_groups(file: IO[bytes], tables: Iterable[pa.Table], key: bytes) -> list[list[int]]:
    """Seal tables into an open file, one row group after the other.

    Parameters
    ----------
    file : binary file
    tables : iterable of pyarrow.Table
    key : bytes

    Returns
    -------
    list of [rows, offset, size]
        The groups.
    """
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    cipher = ChaCha20Poly1305(key)
    groups: list[list[int]] = []
    file.write(MAGIC)
    for table in tables:
        for first in range(0, table.num_rows, ROWS_PER_GROUP):
            piece = table.slice(first, ROWS_PER_GROUP)
            held = pa.BufferOutputStream()
            pq.write_table(piece, held, compression="zstd", row_group_size=ROWS_PER_GROUP)
            place = len(groups).to_bytes(12, "big")
            sealed = cipher.encrypt(place, memoryview(held.getvalue()).cast("B"), place)
            groups.append([piece.num_rows, file.tell(), len(sealed)])
            file.write(sealed)
    return groups


def open_groups(path: Path, groups: list[list[int]], key: bytes, *, columns: list[str] | None) -> Iterator[pa.Table]:
    """Open a file of sealed row groups, one at a time.

    Parameters
    ----------
    path : Path
    groups : list of [rows, offset, size]
    key : bytes
    columns : list of str or None
        Only these fields.

    Yields
    ------
    pyarrow.Table

    Raises
    ------
    CheckFailed
        The file is not as it was sealed.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    cipher = ChaCha20Poly1305(key)
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise CheckFailed(f"{path}: no file of sealed row groups", hint="take the part in again")
        for number, (rows, offset, size) in enumerate(groups):
            file.seek(offset)
            place = number.to_bytes(12, "big")
            try:
                content = cipher.decrypt(place, file.read(size), place)
            except InvalidTag:
                raise CheckFailed(
                    f"{path}: row group {number + 1} does not open: it was changed, moved or cut", hint="take the part in again"
                ) from None
            table = pq.read_table(pa.BufferReader(content), columns=columns).replace_schema_metadata(None)
            if table.num_rows != rows:
                raise CheckFailed(f"{path}: row group {number + 1} has {table.num_rows} rows, its record says {rows}")
            yield table
        if file.seek(0, 2) != (groups[-1][1] + groups[-1][2] if groups else len(MAGIC)):
            raise CheckFailed(f"{path}: longer than it was when it was sealed", hint="take the part in again")
