"""A released notebook as a page: its words in one language, its code folded, its results where they were made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from workbench.errors import CheckFailed
from workbench.publish.markup import first_directive

RESULT_TYPE = "application/vnd.workbench.result+json"
"""The only output that a released notebook holds: which result stands here."""

_HEADING = re.compile(r"^#\s+.+\n?", re.MULTILINE)
_FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Part:
    """A piece of a notebook's page: words (Markdown), code, or the name of a result."""

    kind: Literal["words", "code", "result"]
    text: str


def notebook_parts(cells: list[dict[str, Any]], language: str, *, where: str) -> list[Part]:
    """Return a notebook as pieces of a page in one language.

    Parameters
    ----------
    cells : list of dict
        In nbformat 4.
    language : str
        Markdown cells of another language are left out; a cell without a language stands in each.
    where : str
        The file, for messages.

    Returns
    -------
    list of Part

    Raises
    ------
    CheckFailed
        An output that is no result, or a directive in the words.

    Examples
    --------
    >>> cells = [{"cell_type": "markdown", "metadata": {"lang": "ko"}, "source": "가"},
    ...          {"cell_type": "code", "metadata": {}, "source": ["a = ", "1"], "outputs": []}]
    >>> [(part.kind, part.text) for part in notebook_parts(cells, "en", where="n.ipynb")]
    [('code', 'a = 1')]
    """
    parts: list[Part] = []
    for number, cell in enumerate(cells, start=1):
        source = cell.get("source", "")
        text = source if isinstance(source, str) else "".join(source)
        place = f"{where}, cell {number}"
        match cell.get("cell_type"):
            case "markdown":
                if cell.get("metadata", {}).get("lang", language) != language:
                    continue
                parts.append(Part(kind="words", text=_words(text, where=place)))
            case "code":
                if text.strip():
                    parts.append(Part(kind="code", text=text))
                parts += [Part(kind="result", text=_result_name(output, where=place)) for output in cell.get("outputs", [])]
            case other:
                raise CheckFailed(f"{place}: a cell is markdown or code, found '{other}'")
    return parts


def _words(text: str, *, where: str) -> str:
    """A cell's Markdown; its first-level heading goes, because the page has its own title, deeper ones stay."""
    directive = first_directive(text)
    if directive:
        raise CheckFailed(f"{where}: the directive '{directive[:60]}' is not allowed in a notebook's words")
    fences = [match.span() for match in _FENCE.finditer(text)]
    for heading in _HEADING.finditer(text):
        if not any(start <= heading.start() < end for start, end in fences):
            return (text[: heading.start()] + text[heading.end() :]).strip()
    return text.strip()


def _result_name(output: dict[str, Any], *, where: str) -> str:
    data = output.get("data", {})
    if output.get("output_type") != "display_data" or set(data) != {RESULT_TYPE}:
        raise CheckFailed(
            f"{where}: an output of type '{output.get('output_type')}' with {sorted(data)}; only {RESULT_TYPE} is released",
            hint="restore the release from git: free outputs never reach the book",
        )
    return str(data[RESULT_TYPE]["name"])
