"""Generalisation hierarchies as files, in the layout of ARX: one line a value, from the leaf to ``*``.

A hierarchy is written by people and read before any row is, so its messages may name its words.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import UsageError, combine
from workbench.records import shown

if TYPE_CHECKING:
    import pandas as pd

MAX_TOLD = 5
"""Problems of one kind told of one hierarchy."""


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
        raise UsageError(f"{policy}: no hierarchy at {path}", hint="its path is relative to the policy, or absolute")
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
        not one node: all that is found.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "sex.csv"
    >>> _ = path.write_text("F;*\\nM;*\\n")
    >>> read_hierarchy(path)[0].tolist()
    ['F', 'M']
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 (byte {error.start})", hint="save the file as UTF-8") from error
    return hierarchy_of(text, where=str(path))


def hierarchy_of(text: str, *, where: str) -> pd.DataFrame:
    """Read a hierarchy's text as :func:`read_hierarchy` reads its file.

    Parameters
    ----------
    text : str
    where : str
        The file, for messages.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    UsageError

    Examples
    --------
    >>> hierarchy_of("a;x;*\\nb;*\\n", where="a.csv")
    Traceback (most recent call last):
    ...
    workbench.errors.UsageError: a.csv: line 2: 2 levels, the first line has 3
    """
    import pandas as pd

    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
        lines = [(reader.line_num, line) for line in reader if line]
    except csv.Error as error:
        raise UsageError(f"{where}, line {reader.line_num}: {error}") from error
    if not lines:
        raise UsageError(f"{where}: empty", hint="one line a value: leaf;node above it;*")
    width = len(lines[0][1])
    ragged = [f"line {number}: {len(line)} levels, the first line has {width}" for number, line in lines if len(line) != width]
    nameless = [f"line {number}: a level without a name" for number, line in lines if len(line) == width and not all(line)]
    if ragged or nameless:
        raise combine([*_few(ragged), *_few(nameless)], where=where)
    levels = pd.DataFrame([line for _, line in lines], dtype="object")
    problems = [f"the leaf '{shown(leaf)}' stands twice" for leaf in levels[0][levels[0].duplicated()].unique()]
    for level in range(levels.shape[1] - 1):
        parents = levels.drop_duplicates([level, level + 1]).groupby(level, sort=False).size()
        problems += _few([f"'{shown(node)}' of level {level} has two parents" for node in parents[parents > 1].index])
    last = levels.iloc[:, -1].nunique()
    if last != 1:
        problems.append(f"the last level holds {last} nodes, allowed is one (*)")
    if problems:
        raise combine(_few(problems), where=where)
    return levels


def _few(problems: list[str]) -> list[str]:
    more = len(problems) - MAX_TOLD
    return [*problems[:MAX_TOLD], f"and {more:,} more"] if more > 0 else problems
