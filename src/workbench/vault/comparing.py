"""Finding sealed rows by what they are known by, without opening any: for repeats, contradictions and withdrawals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from workbench.errors import GateRefused, UsageError
from workbench.vault.marks import MARK, Marks
from workbench.vault.records import read_sealed
from workbench.vault.sealed_rows import read_marks

if TYPE_CHECKING:
    from workbench.vault.parts import Vault


def part_marks(vault: Vault, dataset: str, part: str) -> Marks | None:
    """Return the marks of a sealed part's rows, for which no key is needed.

    Parameters
    ----------
    vault : Vault
    dataset, part : str

    Returns
    -------
    Marks or None
        None where the part can be read without keys, or is not there.

    Raises
    ------
    GateRefused
        They were made under the secret of another machine, or of this one before it was lost, or not at all.
    """
    record = vault.record(dataset, part)
    if record is None or record.get("custody") != "joint":
        return None
    shelf = vault.shelf(dataset)
    sealed = read_sealed(record, where=str(shelf.path(part)))
    if sealed.marker != vault.marker(dataset).name:
        raise GateRefused(
            f"dataset '{dataset}', part '{part}': its marks were made under a secret that is not on this machine, so "
            "repeats cannot be told",
            hint=f"make the marks anew, with a custodian of each side: workbench vault rotate {dataset}",
        )
    found = list(read_marks(shelf.file(record), sealed.layout))
    if not found:
        return Marks(np.zeros(0, MARK), np.zeros(0, MARK))
    return Marks(np.concatenate([block.keys for block in found]), np.concatenate([block.rows for block in found]))


def find_rows(vault: Vault, dataset: str, keys: pd.DataFrame | pa.Table) -> dict[str, list[int]]:
    """Return where rows with given keys rest, for erasing them when people withdraw; no custodian is needed.

    Parameters
    ----------
    vault : Vault
    dataset : str
        One that is sealed to custodians.
    keys : pandas.DataFrame or pyarrow.Table
        With the dataset's key fields.

    Returns
    -------
    dict of str to list of int
        Row numbers, from 0, by part.

    Raises
    ------
    UsageError
        The dataset has no key.
    GateRefused
        Marks were made under another secret.
    """
    if not vault.catalog[dataset].key:
        raise UsageError(
            f"dataset '{dataset}': has no key by which a row could be found", hint="name its key in data_catalog.yml"
        )
    wanted = vault.marker(dataset).keys(keys, vault.catalog[dataset])
    found: dict[str, list[int]] = {}
    for part in vault.parts(dataset):
        marks = part_marks(vault, dataset, part)
        if marks is not None:
            rows = np.flatnonzero(np.isin(as_words(marks.keys), as_words(wanted))).tolist()
            if rows:
                found[part] = rows
    return found


def as_words(marks: np.ndarray) -> np.ndarray:
    """Return marks as words that numpy sorts and compares.

    Parameters
    ----------
    marks : numpy.ndarray
        Shape (rows,), 16 bytes each.

    Returns
    -------
    numpy.ndarray
        Of 16 bytes; the zeros at their ends that numpy leaves out make no two alike, for all are of one length.

    Examples
    --------
    >>> as_words(np.frombuffer(b"0123456789abcde\\0", dtype=MARK)).tolist()
    [b'0123456789abcde']
    """
    return marks.view("S16")
