"""JSON records as text: notebooks, log lines, results, embedded data and Sphinx's search index.

Every key and every value counts, and a record's values side by side are a row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.screening.content.encodings import encoded
from workbench.screening.content.markup import markup
from workbench.screening.content.model import Found, Piece, Place, UnreadableError

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_DEEPEST = 200


def json_record(text: str, place: Place, *, strict: bool = True) -> Iterator[Found]:
    """Read out a JSON document; a notebook's cells one by one.

    Parameters
    ----------
    text : str
    place : Place
    strict : bool, default True
        Whether what is no JSON cannot be looked into; otherwise it is text.

    Yields
    ------
    Piece or Unread

    Raises
    ------
    UnreadableError
        It is not whole, and ``strict``.
    """
    try:
        value = json.loads(text.lstrip("\ufeff"), object_pairs_hook=_every_pair)
    except (ValueError, RecursionError) as error:
        if strict:
            raise UnreadableError("is not whole JSON") from error
        yield Piece(place.where, text)
        return
    yield from record(value, place)


class _Pairs(dict[str, Any]):
    """An object's pairs; a key that stands twice keeps both values."""


def _every_pair(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = _Pairs()
    for key, value in pairs:
        name = key
        while name in found:
            name += " "
        found[name] = value
    return found


def json_lines(text: str, place: Place) -> Iterator[Found]:
    """Read out a log of one JSON document a line.

    Parameters
    ----------
    text : str
    place : Place

    Yields
    ------
    Piece or Unread

    Raises
    ------
    UnreadableError
        A line is not whole.
    """
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield from json_record(line, place.at(f"line {number}"))


def search_index(text: str, place: Place) -> Iterator[Found]:
    """Read out Sphinx's search index: titles and names of pages as text, its words one by one.

    A page's own words are looked at where they stand; here each stands alone, without what makes a number an account's.

    Parameters
    ----------
    text : str
    place : Place

    Yields
    ------
    Piece or Unread

    Raises
    ------
    UnreadableError
        It is not whole.
    """
    try:
        index = json.loads(text.strip().removeprefix("Search.setIndex(").removesuffix(";").removesuffix(")"))
    except (ValueError, RecursionError) as error:
        raise UnreadableError("is a search index that is not whole") from error
    for key, value in index.items():
        if key in ("terms", "titleterms"):
            words = "\n".join(value)
            yield Piece(place.at(key).where, words, "raw")
            yield from encoded(words, place.at(key))
        else:
            yield from record(value, place.at(key))


@dataclass
class _Lines:
    """What one part of a record says: lines, rows, and programs apart."""

    text: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    markup: list[str] = field(default_factory=list)


def record(value: Any, place: Place) -> Iterator[Found]:
    """Read out a JSON value.

    Parameters
    ----------
    value : Any
    place : Place

    Yields
    ------
    Piece or Unread
    """
    parts: list[tuple[str, Any]] = [("", value)]
    if isinstance(value, dict):
        parts = [(key, part) for key, part in value.items()]
        if isinstance(value.get("cells"), list):
            parts = [(key, part) for key, part in parts if key != "cells"]
            parts += [(f"cells[{number}]", cell) for number, cell in enumerate(value["cells"])]
    whole = _Lines()
    _rows_of(value, whole)
    if whole.rows:
        yield Piece(place.where, "", rows=tuple(whole.rows))
    for key, part in parts:
        lines = _Lines()
        _read(part, lines, key=re.sub(r"\[\d+\]$", "", key), depth=0)
        here = place.at(key) if key else place
        text = "\n".join(lines.text)
        if text or lines.rows:
            yield Piece(here.where, text, rows=tuple(lines.rows))
            yield from encoded(text, here)
        for code in lines.code:
            yield Piece(here.where, code, "code")
            yield from encoded(code, here)
        for source in lines.markup:
            yield from markup(source, here.at("html"))
            yield from encoded(source, here)


def _read(value: Any, lines: _Lines, *, key: str, depth: int) -> None:
    if depth > _DEEPEST:
        raise UnreadableError(f"is nested more than {_DEEPEST} deep")
    if isinstance(value, dict):
        code = value.get("cell_type") == "code" and "source" in value
        _rows_of(value, lines)
        for name, part in value.items():
            if (code and name == "source") or name in ("traceback", "evalue"):
                lines.code.append(_ANSI.sub("", _joined(part)))
                _rows_in_text(lines.code[-1], lines)
            else:
                _read(part, lines, key=name, depth=depth + 1)
    elif isinstance(value, list):
        if value and all(isinstance(part, str) for part in value) and any("\n" in part for part in value[:2]):
            _leaf(_joined(value), lines, key=key)
            return
        _rows_of(value, lines)
        for part in value:
            if isinstance(part, dict | list):
                _read(part, lines, key=key, depth=depth + 1)
            else:
                _leaf(part, lines, key=key)
    else:
        _leaf(value, lines, key=key)


def _leaf(value: Any, lines: _Lines, *, key: str) -> None:
    text = _ANSI.sub("", value) if isinstance(value, str) else "" if value is None else str(value)
    if isinstance(value, str) and re.match(r"\s*<(?:[a-zA-Z!?])", text):
        lines.markup.append(text)
    if len(text) > 120 or "\n" in text:
        lines.text += [key, text]
        _rows_in_text(text, lines)
    else:
        lines.text.append(f"{key}: {text}" if key else text)


def _joined(value: Any) -> str:
    if isinstance(value, list):
        ends = any(isinstance(part, str) and part.endswith("\n") for part in value)
        return ("" if ends else "\n").join(str(part) for part in value)
    return str(value)


def _rows_in_text(text: str, lines: _Lines) -> None:
    lines.rows += text.splitlines()


def _rows_of(value: Any, lines: _Lines) -> None:
    """Scalars of one object or list side by side, and columns of one length taken across."""
    parts: Sequence[Any] = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()
    scalars = [str(part) for part in parts if isinstance(part, str | int | float) and len(str(part)) < 80]
    if len(scalars) >= 3 and len(scalars) <= 60:
        lines.rows.append("\t".join(scalars))
    columns = [list(part.values()) if isinstance(part, dict) else part for part in parts if isinstance(part, list | dict)]
    flat = [column for column in columns if column and all(isinstance(item, str | int | float) for item in column[:50])]
    if len(flat) >= 3 and len({len(column) for column in flat}) == 1:
        lines.rows += ["\t".join(str(item) for item in row) for row in zip(*flat, strict=True)]
