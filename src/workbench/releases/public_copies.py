"""An executed notebook as it may be published, and what was taken out of it, for its author.

A copy is built anew from what is allowed, never cleaned from what was found: code, text, and a mark where each result stands.
Free outputs, attachments, widgets, execution times and foreign metadata have no way in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from workbench.bench import LANGUAGES, RESULT_MIME
from workbench.errors import UsageError, combine
from workbench.runs import read_notebook

TAGS = re.compile(r"[a-z][a-z0-9_-]{0,39}")
MARK_KEYS = frozenset({"kind", "name"})

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_LOCAL = re.compile(
    r"\]\(\s*<?\s*(?:file:|attachment:|[A-Za-z]:[\\/]|/(?!/)|~/|\.\./)|(?:src|href)\s*=\s*[\"']?\s*(?:file:|attachment:|[A-Za-z]:[\\/]|~/)",
    re.IGNORECASE,
)
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(\s*<?\s*(?:file:|attachment:|[A-Za-z]:[\\/]|/(?!/)|~/|\.\./)[^)]*\)", re.IGNORECASE)
_TAG = re.compile(r"<[a-z][^>]*(?:src|href)\s*=\s*[\"']?\s*(?:file:|attachment:|[A-Za-z]:[\\/]|~/)[^>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class Removed:
    """Something that does not go into the public copy of a notebook.

    Parameters
    ----------
    cell : int or None
        Which cell, counted from 1 as in JupyterLab; None for the notebook itself.
    kind : str
        ``output``, ``printed text``, ``error``, ``widget``, ``attachment``, ``metadata``, ``comment`` or ``local link``.
    lines : int
        How many lines, or entries, it had.

    Examples
    --------
    >>> str(Removed(3, "printed text", 5))
    'cell 3: printed text, 5 lines'
    """

    cell: int | None
    kind: str
    lines: int

    def __str__(self) -> str:
        where = f"cell {self.cell}" if self.cell else "the notebook"
        return f"{where}: {self.kind}, {self.lines} line{'' if self.lines == 1 else 's'}"


def removed_outputs(path: Path) -> list[Removed]:
    """Say what a notebook's public copy leaves out, so that its author makes a result of what should be seen.

    Parameters
    ----------
    path : Path
        An executed notebook.

    Returns
    -------
    list of Removed
        In the order of its cells; without the contents.

    Raises
    ------
    UsageError
        The file is no notebook.
    """
    notebook = read_notebook(path)
    found = [
        Removed(None, "widget" if key == "widgets" else "metadata", _lines(value))
        for key, value in sorted(notebook.metadata.items())
        if key not in ("kernelspec", "language_info", "papermill")
    ]
    for number, cell in enumerate(notebook.cells, 1):
        if "injected-parameters" in cell.metadata.get("tags", []):
            continue
        found += [
            Removed(number, "metadata", _lines(value))
            for key, value in sorted(cell.metadata.items())
            if key not in ("lang", "tags", "papermill", "execution", "collapsed", "jupyter", "editable", "slideshow")
        ]
        if cell.get("attachments"):
            found.append(Removed(number, "attachment", len(cell.attachments)))
        if cell.cell_type == "markdown":
            comments, links = _COMMENT.findall(cell.source), _LOCAL.findall(_COMMENT.sub("", cell.source))
            found += [Removed(number, "comment", sum(part.count("\n") + 1 for part in comments))] if comments else []
            found += [Removed(number, "local link", len(links))] if links else []
        found += [Removed(number, *_told(output)) for output in cell.get("outputs", []) if _is_free(output)]
    return found


def _is_free(output: Mapping[str, Any]) -> bool:
    return RESULT_MIME not in output.get("data", {})


def _told(output: Mapping[str, Any]) -> tuple[str, int]:
    if output["output_type"] == "stream":
        return "printed text", _lines(output["text"])
    if output["output_type"] == "error":
        return "error", _lines("\n".join(output.get("traceback", [])) or output.get("evalue", ""))
    data = output.get("data", {})
    kind = "widget" if any("widget" in mime for mime in data) else "output"
    return kind, _lines(data.get("text/plain", next(iter(data.values()), "")))


def _lines(value: Any) -> int:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
    return max(1, len(text.splitlines()))


def public_copy(path: Path) -> str:
    """Return an executed notebook as it may be published.

    Parameters
    ----------
    path : Path

    Returns
    -------
    str
        A notebook whose only outputs are marks that name a result; cells are numbered anew, comments in markdown and links to
        files of a machine are gone.

    Raises
    ------
    UsageError
        The file is no notebook, a cell is neither code nor markdown, or a tag or a mark is not of the allowed form.
    """
    problems: list[str] = []
    cells: list[Any] = []
    for number, cell in enumerate(read_notebook(path).cells, 1):
        if "injected-parameters" in cell.metadata.get("tags", []):
            continue
        if cell.cell_type not in ("code", "markdown"):
            problems.append(f"cell {number}: a {cell.cell_type} cell cannot be published; make it code or markdown")
            continue
        metadata, faults = _metadata(cell.metadata)
        problems += [f"cell {number}: {fault}" for fault in faults]
        if cell.cell_type == "code":
            marks = [output.data[RESULT_MIME] for output in cell.outputs if not _is_free(output)]
            problems += [f"cell {number}: a mark of a result says more than its name" for mark in marks if not _is_mark(mark)]
            outputs = [nbformat.v4.new_output("display_data", data={RESULT_MIME: dict(mark)}) for mark in marks]
            new = nbformat.v4.new_code_cell(cell.source, metadata=metadata, outputs=outputs)
        else:
            new = nbformat.v4.new_markdown_cell(_public_text(cell.source), metadata=metadata)
        new["id"] = f"cell-{len(cells) + 1}"
        cells.append(new)
    if problems:
        raise combine(problems, where=str(path), kind=UsageError)
    kernel = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _metadata(found: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The language and the tags of a cell, nothing else."""
    kept: dict[str, Any] = {}
    faults: list[str] = []
    if "lang" in found:
        if found["lang"] in LANGUAGES:
            kept["lang"] = found["lang"]
        else:
            faults.append(f"metadata lang: allowed: {', '.join(LANGUAGES)}")
    tags = [tag for tag in found.get("tags", []) if not str(tag).startswith("papermill-")]
    if any(not isinstance(tag, str) or not TAGS.fullmatch(tag) for tag in tags):
        faults.append("metadata tags: a tag is a word of small letters, digits, - and _")
    elif tags:
        kept["tags"] = tags
    return kept, faults


def _is_mark(mark: Any) -> bool:
    """Whether a mark names a result and says nothing else."""
    if not isinstance(mark, Mapping) or set(mark) != MARK_KEYS:
        return False
    return all(isinstance(value, str) and re.fullmatch(r"[a-z][a-z0-9_.]{0,99}", value) for value in mark.values())


def _public_text(source: str) -> str:
    """Markdown without comments, and with the words alone of a link into somebody's machine."""
    text = _COMMENT.sub("", source)
    text = _LINK.sub(lambda match: match.group(2), text)
    return _TAG.sub("", text)
