"""Results and notebooks before and after, side by side, with what changed marked.

Tables are laid out on the keys of both; notebooks are rendered by nbconvert cell by cell, aligned where they are alike.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup

from workbench.bench import RESULT_MIME, cell_text
from workbench.disclosure import SafeTable
from workbench.disclosure.tabulating.layouts import typed
from workbench.releases.checkers_facts import NotebookFacts, ResultFacts
from workbench.releases.models import PART_TITLES

MAX_ROWS = 400
"""Rows of a table that are laid out; a checker reads the rest in the download."""

ONE_COLUMN = ("none", None)

_IDS = re.compile(r'\sid="[^"]*"')
_PICTURES = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_LINKS = re.compile(r'\shref="[^"]*"')


@dataclass(frozen=True)
class PairedCell:
    """A cell before and after, in words: ``mark`` is ``same``, ``changed``, ``new`` or ``gone``; ``state`` is that of after."""

    before: str
    after: str
    mark: str
    state: str


@dataclass(frozen=True)
class PairedTable:
    """A table before and after on the keys of both, in one language; ``rest`` rows are not laid out."""

    corner: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[PairedCell, ...]], ...]
    rest: int


@dataclass(frozen=True)
class PairedParts:
    """Two stretches of a notebook beside each other, as HTML; ``same`` ones are told only in short."""

    before: Markup
    after: Markup
    same: bool
    cells: int


def paired_table(result: ResultFacts, language: str, *, one_column: str) -> PairedTable:
    """Lay a table out on the keys of both releases.

    Parameters
    ----------
    result : ResultFacts
        Of kind ``table``.
    language : str
    one_column : str
        What stands above the numbers of a table with one column.

    Returns
    -------
    PairedTable
        Rows and columns in the order of after, then those that are gone.
    """
    was, now = (SafeTable.from_record(content) if content else None for content in (result.before, result.after))
    shown = now or was
    if shown is None:
        raise ValueError(f"result '{result.name}' has no content")
    tables = [table for table in (now, was) if table is not None]
    rows = _labels([table.layout.rows for table in tables], language)
    columns = _labels([table.layout.columns for table in tables], language) or {ONE_COLUMN: one_column}
    before, after = (_cells_of(table, language) for table in (was, now))
    paired = []
    for row, label in list(rows.items())[:MAX_ROWS]:
        paired.append((label, tuple(_pair(before.get((row, column)), after.get((row, column))) for column in columns)))
    title = shown.layout.rows.title[language]
    return PairedTable(title, tuple(columns.values()), tuple(paired), max(0, len(rows) - MAX_ROWS))


def _labels(axes: Sequence[Any], language: str) -> dict[tuple[str, Any], str]:
    found: dict[tuple[str, Any], str] = {}
    for axis in axes:
        if axis is not None:
            for key, label in zip(axis.keys, axis.labels[language], strict=True):
                found.setdefault(typed(key), label)
    return found


def _cells_of(table: SafeTable | None, language: str) -> dict[tuple[Any, Any], tuple[str, str]]:
    """Each cell's words and state, by the keys of its row and column."""
    if table is None:
        return {}
    columns = [typed(key) for key in table.layout.columns.keys] if table.layout.columns else [ONE_COLUMN]
    return {
        (typed(key), column): (cell_text(table, row, place, language), table.states[row][place])
        for row, key in enumerate(table.layout.rows.keys)
        for place, column in enumerate(columns)
    }


def paired_model(result: ResultFacts, language: str, *, term: str) -> PairedTable:
    """Lay a model out on the terms of both releases.

    Parameters
    ----------
    result : ResultFacts
        Of kind ``model``.
    language : str
    term : str
        What stands above the terms.

    Returns
    -------
    PairedTable
        A row a term, with its coefficient and what else the model says of it.
    """
    sides = [_terms_of(content, language) for content in (result.before, result.after)]
    rows = {**sides[1], **{key: label for key, label in sides[0].items() if key not in sides[1]}}
    columns = list(dict.fromkeys(part for side in sides for _, numbers in side.values() for part in numbers))
    paired = []
    for key, (label, _) in rows.items():
        cells = []
        for part in columns:
            pair = [side[key][1].get(part) if key in side else None for side in sides]
            cells.append(_pair(*[None if text is None else (text, "shown") for text in pair]))
        paired.append((label, tuple(cells)))
    heads = tuple(PART_TITLES[part][language] if part in PART_TITLES else part for part in columns)
    return PairedTable(term, heads, tuple(paired), 0)


def _terms_of(content: Mapping[str, Any] | None, language: str) -> dict[str, tuple[str, dict[str, str]]]:
    """The label and the written numbers of each term of a model."""
    found = {}
    for one in content["terms"] if content else ():
        numbers = {part: f"{value:,.6g}" for part, value in one.items() if isinstance(value, int | float)}
        found[str(one["term"])] = (str(one["labels"][language]), numbers)
    return found


def _pair(before: tuple[str, str] | None, after: tuple[str, str] | None) -> PairedCell:
    if before is None and after is None:
        return PairedCell("", "", "same", "none")
    if before is None and after is not None:
        return PairedCell("", after[0], "new", after[1])
    if after is None and before is not None:
        return PairedCell(before[0], "", "gone", "none")
    one, two = before or ("", ""), after or ("", "")
    return PairedCell(one[0], two[0], "same" if one == two else "changed", two[1])


def sentence_of(content: Mapping[str, Any] | None, language: str) -> str:
    """Return a finding's sentence with its values; empty where there is none.

    Parameters
    ----------
    content : mapping or None
        As in a result file.
    language : str

    Returns
    -------
    str

    Examples
    --------
    >>> sentence_of({"text": {"en": "{n} days"}, "values": {"n": {"shown": {"en": "3"}}}}, "en")
    '3 days'
    """
    if content is None:
        return ""
    return str(content["text"][language].format(**{name: value["shown"][language] for name, value in content["values"].items()}))


def paired_notebook(facts: NotebookFacts, *, marked: str) -> tuple[PairedParts, ...]:
    """Align two copies of a notebook and render their cells.

    Parameters
    ----------
    facts : NotebookFacts
    marked : str
        What stands where a result is shown, with the place ``{name}``.

    Returns
    -------
    tuple of PairedParts
        Stretches that are the same, and those that differ, in the order of the notebook.
    """
    before, after = (_cells(text) for text in (facts.before, facts.after))
    matcher = difflib.SequenceMatcher(a=[_key(cell) for cell in before], b=[_key(cell) for cell in after], autojunk=False)
    parts = []
    for act, low, high, new_low, new_high in matcher.get_opcodes():
        sides = [_rendered(cells, marked) for cells in (before[low:high], after[new_low:new_high])]
        parts.append(PairedParts(sides[0], sides[1], act == "equal", max(high - low, new_high - new_low)))
    return tuple(parts)


def _cells(text: str | None) -> list[dict[str, Any]]:
    return list(json.loads(text)["cells"]) if text else []


def _key(cell: Mapping[str, Any]) -> str:
    return json.dumps([cell.get("cell_type"), cell.get("metadata", {}).get("lang"), _source(cell), _shown(cell)])


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _shown(cell: Mapping[str, Any]) -> list[str]:
    marks = [output.get("data", {}).get(RESULT_MIME) for output in cell.get("outputs", ())]
    return [str(mark["name"]) for mark in marks if mark]


def _rendered(cells: Sequence[Mapping[str, Any]], marked: str) -> Markup:
    """Cells as nbconvert renders them; HTML that an author wrote stands as text, and nothing is loaded from elsewhere."""
    import nbformat

    parts = []
    for cell in cells:
        if cell.get("cell_type") == "code":
            node = nbformat.v4.new_code_cell(_source(cell))
        else:
            node = nbformat.v4.new_markdown_cell(_source(cell))
        body, _ = _exporter().from_notebook_node(nbformat.v4.new_notebook(cells=[node]))
        for pattern in (_IDS, _PICTURES, _LINKS):
            body = pattern.sub("", body)
        parts.append(Markup(body))  # noqa: S704 (nbconvert escaped the code, and the filter below the words)
        parts += [Markup('<p class="stands">{}</p>').format(marked.format(name=name)) for name in _shown(cell)]
    return Markup("").join(parts)


@cache
def _exporter() -> Any:
    from nbconvert import HTMLExporter
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    make: Any = HTMLExporter  # nbconvert has no types
    exporter = make(template_name="basic", exclude_anchor_links=True, exclude_input_prompt=True)

    def in_html(source: str) -> str:
        return str(MarkdownWithMath(renderer=IPythonRenderer(escape=True, exclude_anchor_links=True)).render(source))

    exporter.register_filter("markdown2html", in_html)
    return exporter
