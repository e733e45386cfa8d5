"""What lies beside stored rows: the manifest, read without the libraries that read rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.files import read_json

DATA_NAME = "data.parquet"
MANIFEST_NAME = "manifest.json"

ADOPTED = b"workbench.adopted"
"""A protected Parquet file says in its schema whether its policy was adopted: ``false`` is never loaded."""


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Return a stored dataset's manifest, or None where nothing (whole) is stored.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict or None

    Examples
    --------
    >>> read_manifest(Path("/nowhere")) is None
    True
    """
    path = folder / MANIFEST_NAME
    if not path.is_file() or not (folder / DATA_NAME).is_file():
        return None
    manifest: dict[str, Any] = read_json(path)
    return manifest
