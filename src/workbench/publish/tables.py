"""Tables and findings as readers see them: numbers written in their language, withheld cells as withheld.

Pure: it turns released content into plain rows of words that templates lay out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from workbench.errors import CheckFailed
from workbench.publish.records import Axis, FindingContent, TableContent

SCROLLS_FROM_ROWS = 30
"""Longer tables get a box of their own height."""

_SAFE = re.compile(r"[^0-9A-Za-z가-힣_-]+")


@dataclass(frozen=True)
class Cell:
    """One cell: what is written, and whether it is shown, withheld or empty."""

    text: str
    state: str
    total: bool = False


@dataclass(frozen=True)
class Row:
    """One row: its label, an anchor, and its cells."""

    key: str
    label: str
    cells: tuple[Cell, ...]
    total: bool


@dataclass(frozen=True)
class TableView:
    """A table in one language."""

    corner: str
    columns_title: str | None
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    unit: str | None
    statistic: str
    withheld: int
    empty: int
    rounded_to: int | None = None
    foot: str | None = None
    summed: tuple[bool, ...] = ()

    @property
    def scrolls(self) -> bool:
        """Whether the table is long enough for a box of its own height."""
        return len(self.rows) > SCROLLS_FROM_ROWS


@dataclass(frozen=True)
class Segment:
    """A piece of a finding's sentence; ``value`` marks the numbers in it."""

    text: str
    value: bool


def written(number: float | int, decimals: int) -> str:
    """Write a number with thousands separators and a fixed count of decimals.

    Parameters
    ----------
    number : float or int
    decimals : int

    Returns
    -------
    str

    Examples
    --------
    >>> written(11770582, 0), written(19.75, 1), written(-0.04, 1), written(2.5, 0)
    ('11,770,582', '19.8', '0.0', '3')
    """
    from decimal import ROUND_HALF_UP, Decimal

    rounded = Decimal(repr(number)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return f"{abs(rounded) if rounded == 0 else rounded:,f}"


def anchor(key: Any) -> str:
    """Return a key as part of an address inside a page.

    Parameters
    ----------
    key : Any

    Returns
    -------
    str

    Examples
    --------
    >>> anchor("강남구"), anchor("a b<c>")
    ('강남구', 'a-b-c-')
    """
    return _SAFE.sub("-", str(key))


def table_view(content: TableContent, language: str, *, words: Mapping[str, str]) -> TableView:
    """Return a released table as rows of words.

    Parameters
    ----------
    content : TableContent
    language : str
    words : mapping of str to str
        The strings ``withheld``, ``empty`` and ``statistic_<statistic>``.

    Returns
    -------
    TableView
    """
    names = {"withheld": words["withheld"], "empty": words["empty"]}
    rows = []
    summed = tuple(content.columns.totals) if content.columns else (False,)
    for key, label, values, states, total in zip(
        content.rows.keys, content.rows.labels[language], content.values, content.state, content.rows.totals, strict=True
    ):
        cells = tuple(
            Cell(text=names[state] if value is None else written(value, content.decimals), state=state, total=of_columns)
            for value, state, of_columns in zip(values, states, summed, strict=True)
        )
        rows.append(Row(key=anchor(key), label=label, cells=cells, total=total))
    statistic = words[f"statistic_{content.statistic}"]
    return TableView(
        corner=content.rows.title[language],
        columns_title=content.columns.title[language] if content.columns else None,
        columns=tuple(content.columns.labels[language]) if content.columns else (statistic,),
        rows=tuple(rows),
        unit=content.unit[language] if content.unit else None,
        statistic=statistic,
        withheld=sum(state == "withheld" for states in content.state for state in states),
        empty=sum(state == "empty" for states in content.state for state in states),
        rounded_to=content.rounded_to,
        summed=summed,
    )


def sentence(content: FindingContent, language: str, *, where: str) -> list[Segment]:
    """Return a finding's sentence in pieces, its values written in the language.

    Parameters
    ----------
    content : FindingContent
    language : str
    where : str
        The file, for messages.

    Returns
    -------
    list of Segment

    Raises
    ------
    CheckFailed
        When the sentence names a value that the finding does not have, or formats one.

    Examples
    --------
    >>> finding = FindingContent.model_validate({"text": {"ko": "{n}일", "en": "{n} days"},
    ...     "values": {"n": {"number": 3, "shown": {"ko": "3", "en": "3"}}}})
    >>> [(piece.text, piece.value) for piece in sentence(finding, "en", where="r.json")]
    [('3', True), (' days', False)]
    """
    pieces = []
    try:
        parsed = list(Formatter().parse(content.text[language]))
    except ValueError as error:
        raise CheckFailed(f"{where}: text.{language}: {error}") from error
    for literal, name, form, conversion in parsed:
        if literal:
            pieces.append(Segment(text=literal, value=False))
        if name is None:
            continue
        if name not in content.values or form or conversion:
            raise CheckFailed(
                f"{where}: text.{language}: the place '{{{name}}}' is none of its values ({', '.join(content.values)})"
            )
        if language not in content.values[name].shown:
            raise CheckFailed(f"{where}: values.{name}.shown.{language}: the translation is missing")
        pieces.append(Segment(text=content.values[name].shown[language], value=True))
    return pieces


def headline(content: FindingContent, language: str) -> tuple[str, float | None] | None:
    """Return the value that stands large beside a finding: ``value``, or else the only one; with its number, if it is one.

    Parameters
    ----------
    content : FindingContent
    language : str

    Returns
    -------
    (str, float or None) or None
    """
    chosen = content.values.get("value") or (next(iter(content.values.values())) if len(content.values) == 1 else None)
    if chosen is None or language not in chosen.shown:
        return None
    return chosen.shown[language], None if chosen.number is None else float(chosen.number)


def last_column(axis: Axis | None) -> int:
    """Return the position of the last column that is no total: the newest, where columns are periods.

    Parameters
    ----------
    axis : Axis or None

    Returns
    -------
    int
    """
    if axis is None:
        return 0
    return max((number for number, total in enumerate(axis.totals) if not total), default=0)
