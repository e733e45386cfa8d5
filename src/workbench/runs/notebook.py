"""What the driver reads of a notebook without a kernel: its parameters, and its code as far as it can change results."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat

from workbench.errors import UsageError
from workbench.files import canonical, sha256

MAGIC = re.compile(r"^\s*[%!?]")


def read_notebook(path: Path) -> Any:
    """Read a notebook.

    Parameters
    ----------
    path : Path

    Returns
    -------
    nbformat.NotebookNode

    Raises
    ------
    UsageError
        Not a whole notebook of format 4.
    """
    try:
        notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        nbformat.validate(notebook)
    except FileNotFoundError:
        raise UsageError(f"{path}: no such notebook") from None
    except (UnicodeDecodeError, ValueError, nbformat.ValidationError, nbformat.reader.NotJSONError) as error:
        raise UsageError(f"{path}: not a whole notebook ({str(error).splitlines()[0]})", hint="restore it from git") from error
    return notebook


def default_parameters(path: Path) -> dict[str, Any]:
    """Return the parameters of a notebook and their defaults, from the cell tagged ``parameters``.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict
        Name to default; None where the default is not a plain value.

    Raises
    ------
    UsageError
        The cell has a syntax error, or more than one cell is tagged.
    """
    tagged = [
        cell for cell in read_notebook(path).cells if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", [])
    ]
    if not tagged:
        return {}
    if len(tagged) > 1:
        raise UsageError(f"{path}: {len(tagged)} cells are tagged 'parameters', allowed is one")
    found: dict[str, Any] = {}
    for statement in _parse(path, tagged[0].source).body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        for target in targets:
            if isinstance(target, ast.Name):
                value = getattr(statement, "value", None)
                try:
                    found[target.id] = ast.literal_eval(value) if value is not None else None
                except ValueError:
                    found[target.id] = None
    return found


def code_hash(path: Path) -> str:
    """Return the hash of a notebook's code; comments, markdown, outputs and layout aside.

    Parameters
    ----------
    path : Path

    Returns
    -------
    str

    Raises
    ------
    UsageError
        A cell has a syntax error: it would fail when run.
    """
    cells = [cell for cell in read_notebook(path).cells if cell.cell_type == "code"]
    return sha256(canonical([ast.dump(_parse(path, cell.source)) for cell in cells]))


def words_of_code(source: str) -> set[str]:
    """Return the words that a cell's code writes between quotes.

    Parameters
    ----------
    source : str

    Returns
    -------
    set of str
        Empty where the cell does not parse: it would not have run.

    Examples
    --------
    >>> sorted(words_of_code('rows = bench.load("bike_trips", columns=["hour"])'))
    ['bike_trips', 'hour']
    """
    try:
        tree = _parse(Path("cell"), source)
    except UsageError:
        return set()
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _parse(path: Path, source: str) -> ast.Module:
    lines = ["pass  # " + line if MAGIC.match(line) else line for line in source.splitlines()]
    try:
        return ast.parse("\n".join(lines) if any(MAGIC.match(line) for line in source.splitlines()) else source)
    except SyntaxError as error:
        raise UsageError(f"{path}: syntax error in a cell, line {error.lineno}: {(error.text or '').strip()}") from error
