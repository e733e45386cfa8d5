"""What comes with places from outside: whose rows they are, lengths that a policy states, a secret."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.errors import UsageError
from workbench.privacy.places.geometries import told


def people_codes(people: Any, rows: int) -> np.ndarray:
    """Return who each row belongs to as whole numbers from 0.

    Parameters
    ----------
    people : array, Series or Arrow array of any hashable kind, or None
        ``None``: each row is a person of its own.
    rows : int
        How many there must be.

    Returns
    -------
    numpy.ndarray of int64, shape (rows,)

    Raises
    ------
    UsageError
        Another number of rows, or a row without a person.

    Examples
    --------
    >>> people_codes(["b", "a", "b"], 3).tolist()
    [0, 1, 0]
    """
    import pandas as pd
    import pyarrow as pa

    if people is None:
        return np.arange(rows, dtype=np.int64)
    if isinstance(people, pa.Array | pa.ChunkedArray):
        people = people.to_pandas()
    codes, _ = pd.factorize(np.asarray(people) if isinstance(people, list | tuple) else people)
    if len(codes) != rows:
        raise UsageError(f"people: {len(codes):,} rows, the places have {rows:,}")
    if (codes < 0).any():
        raise UsageError(f"people: missing in {told(codes < 0)}; every row belongs to somebody")
    return np.asarray(codes, dtype=np.int64)


def whole_metres(what: str, value: Any, *, least: int = 1, most: int = 100_000) -> int:
    """Return a length that a policy gives, refused where it is none.

    Parameters
    ----------
    what : str
        The key.
    value : object
    least, most : int
        Metres.

    Returns
    -------
    int

    Raises
    ------
    UsageError
        Not a whole number of metres between ``least`` and ``most``.

    Examples
    --------
    >>> whole_metres("finest_m", 100)
    100
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value <= most:
        raise UsageError(f"{what}: {value!r}; allowed is a whole number of metres from {least:,} to {most:,}")
    return int(value)


def secret_bytes(secret: Any) -> bytes:
    """Return a secret, refused where it could be guessed.

    Parameters
    ----------
    secret : bytes

    Returns
    -------
    bytes

    Raises
    ------
    UsageError
        Not bytes, or fewer than 16.

    Examples
    --------
    >>> len(secret_bytes(bytes(range(32))))
    32
    """
    if not isinstance(secret, bytes) or len(secret) < 16:
        raise UsageError("secret: at least 16 random bytes are needed", hint="the vault keeps a lasting one for each dataset")
    return secret
