"""Keyed digests of sealed rows, so that rows that repeat or contradict others are told without opening any.

Each row leaves two marks: of its key and of all that it says, under a secret of this machine. Who has the disk without
the secret learns nothing from them; who has both can only try out guesses. Where a dataset has no key nothing is compared,
so its rows get none: alike rows would show as alike.
"""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.catalog import Dataset
from workbench.catalog.storage import arrow_schema
from workbench.errors import CheckFailed
from workbench.files import sync_folder
from workbench.project import Project
from workbench.vault.row_codes import RowCode

MARK_BYTES = 16
MARK = np.dtype(f"V{MARK_BYTES}")
SECRET_BYTES = 32

DIGITS = 9
"""Numbers that agree in so many digits are the same, written in another way."""

PLACE_DIGITS = 5
"""Decimals of a degree, about a metre: sources round coordinates differently."""

_SEPARATOR = "\x1f"


class Marks(NamedTuple):
    """The marks of some rows, each of shape (rows,) and 16 bytes; an erased row has zeros."""

    keys: np.ndarray
    rows: np.ndarray


def key_words(rows: pa.Table | pd.DataFrame, described: Dataset) -> pa.Array:
    """Return each row's key as one word.

    Parameters
    ----------
    rows : pyarrow.Table or pandas.DataFrame
        Typed rows with the key fields.
    described : Dataset

    Returns
    -------
    pyarrow.Array of str
        Shape (rows,).
    """
    schema = arrow_schema({name: described.fields[name] for name in described.key})
    columns = []
    for field in schema:
        column = rows.column(field.name).combine_chunks() if isinstance(rows, pa.Table) else rows[field.name]
        column = column.cast(field.type) if isinstance(rows, pa.Table) else pa.Array.from_pandas(column, type=field.type)
        columns.append(column.cast(pa.string()))
    joined = pc.binary_join_element_wise(*columns, _SEPARATOR, null_handling="replace", null_replacement="")
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined


class Marker:
    """Makes marks under this machine's secret.

    Parameters
    ----------
    secret : bytes

    Examples
    --------
    >>> Marker(bytes(32)).name
    'a1627f3e324dda2c'
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @property
    def name(self) -> str:
        """By which marks made under another secret are told apart."""
        return hmac.digest(self._secret, b"workbench marks: name", "sha256")[:8].hex()

    def of(self, dataset: str) -> Marker:
        """Return the marker of one dataset, so that one person's marks in two datasets are not alike.

        Parameters
        ----------
        dataset : str

        Returns
        -------
        Marker

        Examples
        --------
        >>> Marker(bytes(32)).of("trips").name == Marker(bytes(32)).of("cards").name
        False
        """
        return Marker(self._key(b"dataset\0" + dataset.encode()))

    def marks(self, table: pa.Table, described: Dataset) -> Marks:
        """Return the marks of rows in the vault's form.

        Parameters
        ----------
        table : pyarrow.Table
        described : Dataset

        Returns
        -------
        Marks
        """
        same = _alike(table, described)
        data, ends = RowCode(same.schema).encode(same)
        rows = self._each(b"row\0", [data[one:two] for one, two in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)])
        return Marks(self.keys(table, described) if described.key else np.zeros(len(rows), MARK), rows)

    def keys(self, table: pa.Table | pd.DataFrame, described: Dataset) -> np.ndarray:
        """Return the marks of rows' keys alone.

        Parameters
        ----------
        table : pyarrow.Table or pandas.DataFrame
            With the key fields.
        described : Dataset

        Returns
        -------
        numpy.ndarray
            Shape (rows,), 16 bytes each.
        """
        return self._each(b"key\0", [str(word).encode() for word in key_words(table, described).to_pylist()])

    def mark(self, purpose: bytes, content: bytes) -> bytes:
        """Return one keyed digest.

        Parameters
        ----------
        purpose, content : bytes

        Returns
        -------
        bytes
            32 of them.
        """
        return hmac.digest(self._key(purpose), content, "sha256")

    def _key(self, purpose: bytes) -> bytes:
        return hmac.digest(self._secret, b"workbench marks: " + purpose, "sha256")

    def _each(self, purpose: bytes, contents: list[bytes] | list[memoryview]) -> np.ndarray:
        key, digest = self._key(purpose), hmac.digest
        return np.frombuffer(b"".join([digest(key, content, "sha256")[:MARK_BYTES] for content in contents]), dtype=MARK)


def machine_marker(project: Project) -> Marker:
    """Return the marker of this machine; its secret is drawn when it is first needed.

    Parameters
    ----------
    project : Project

    Returns
    -------
    Marker

    Raises
    ------
    CheckFailed
        The secret was damaged.
    """
    path = secret_path(project)
    if not path.is_file():
        _draw(path)
    content = path.read_bytes()
    if len(content) != SECRET_BYTES:
        raise CheckFailed(
            f"{project.relative(path)}: damaged, not {SECRET_BYTES} bytes",
            hint="delete it, then make the marks of sealed rows anew: workbench vault rotate",
        )
    return Marker(content)


def secret_path(project: Project) -> Path:
    """Return where this machine's secret lies: where no commit can carry it off.

    Parameters
    ----------
    project : Project

    Returns
    -------
    Path
    """
    return project.machine / "vault" / "marks.secret"


def _draw(path: Path) -> None:
    """Draw the secret once, even where two processes do at the same time: the first one linked stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = path.with_name(f".{path.name}.{os.getpid()}.part")
    handle = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(own, path)
        except FileExistsError:
            return
        sync_folder(path.parent)
    finally:
        own.unlink(missing_ok=True)


def _alike(table: pa.Table, described: Dataset) -> pa.Table:
    """The same rows with numbers and places rounded, so that two ways of writing one value leave one mark."""
    columns = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_floating(column.type):
            columns.append(_rounded(column))
        elif name == described.geometry:
            columns.append(_place_words(column))
        else:
            columns.append(column)
    return pa.Table.from_arrays(columns, names=table.column_names)


def _rounded(column: pa.ChunkedArray) -> pa.Array:
    values = column.to_numpy()
    size = np.abs(np.where(np.isfinite(values) & (values != 0), values, 1.0))
    scale = 10.0 ** np.clip(DIGITS - 1 - np.floor(np.log10(size)), -300, 300)
    near = np.where(np.isfinite(values), np.round(values * scale) / scale + 0.0, values)
    return pa.array(near, mask=column.is_null().to_numpy())


def _place_words(column: pa.ChunkedArray) -> pa.Array:
    import shapely

    shapes = shapely.from_wkb(column.to_numpy())
    absent = shapely.is_missing(shapes)
    points = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    words = np.full(len(shapes), "", dtype=object)
    near = zip(shapely.get_x(shapes[points]).tolist(), shapely.get_y(shapes[points]).tolist(), strict=True)
    words[points] = [f"{round(x, PLACE_DIGITS) + 0.0} {round(y, PLACE_DIGITS) + 0.0}" for x, y in near]
    others = ~points & ~absent
    words[others] = shapely.to_wkb(shapes[others], hex=True)
    return pa.array(words, type=pa.string(), mask=absent)
