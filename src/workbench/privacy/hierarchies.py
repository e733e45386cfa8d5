"""Generalisation hierarchies as files, in the layout of ARX: one line a value, from the leaf to ``*``."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from workbench.errors import UsageError


def hierarchy_path(policy: Path, hierarchy: str) -> Path:
    """Return where a hierarchy lies: relative to its policy, or absolute.

    Parameters
    ----------
    policy : Path
    hierarchy : str

    Returns
    -------
    Path

    Raises
    ------
    UsageError
        No such file.
    """
    path = (policy.parent / hierarchy).resolve()
    if not path.is_file():
        raise UsageError(f"{policy}: no hierarchy at {path}")
    return path


def read_hierarchy(path: Path) -> pd.DataFrame:
    """Read a generalisation hierarchy in ARX's layout: ``;``, leaf first, ``*`` last, one line a value.

    Parameters
    ----------
    path : Path

    Returns
    -------
    pandas.DataFrame
        Shape (leaves, levels), words.

    Raises
    ------
    UsageError
        Not UTF-8, ragged or empty levels, a leaf that stands twice, a node under two parents, or a last level that is
        not one node.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 (byte {error.start})", hint="save the file as UTF-8") from error
    lines = [line.split(";") for line in text.splitlines() if line]
    if not lines:
        raise UsageError(f"{path}: empty")
    for number, line in enumerate(lines, start=1):
        if len(line) != len(lines[0]):
            raise UsageError(f"{path}, line {number}: {len(line)} levels, the first line has {len(lines[0])}")
        if not all(line):
            raise UsageError(f"{path}, line {number}: a level without a name")
    levels = pd.DataFrame(lines, dtype="object")
    repeated = levels[0][levels[0].duplicated()]
    if len(repeated):
        raise UsageError(f"{path}: the leaf '{repeated.iloc[0]}' stands twice")
    for level in range(levels.shape[1] - 1):
        parents = levels.groupby(level)[level + 1].nunique()
        if (parents > 1).any():
            raise UsageError(f"{path}: '{parents[parents > 1].index[0]}' of level {level} has two parents")
    if levels.iloc[:, -1].nunique() != 1:
        raise UsageError(f"{path}: the last level holds {levels.iloc[:, -1].nunique()} nodes, allowed is one (*)")
    return levels
