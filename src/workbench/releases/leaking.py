"""What one file leaks: known values, rows and personal data in every piece of it, by place and kind.

Kinds are words; a place that would itself tell a value is not named.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from workbench.errors import UsageError
from workbench.releases.figure_texts import figure_facts
from workbench.releases.personal_values import PROTECTED, PersonalValues
from workbench.screening import KINDS, scan
from workbench.screening.content import Piece, Unread, pieces
from workbench.screening.known_rows import find_rows
from workbench.screening.known_values import find_known, plain

KNOWN = {
    "identifier": "an identifier from a personal field",
    "name": "a name from a personal field",
    "quotation": "text from a personal field",
}
"""What came from personal fields, in words."""

ROW = "a row about a person"


def leaks_of(path: Path, personal: PersonalValues, allowed: frozenset[str], *, download: str = "") -> dict[str, Any]:
    """Look into one file.

    Parameters
    ----------
    path : Path
    personal : PersonalValues
    allowed : frozenset of str
        Texts that are public on purpose, in the plain writing.
    download : str, optional
        The dataset whose protected rows the file offers: they are no leak.

    Returns
    -------
    dict
        ``leaks``: lists of place, kind and count; ``unread``: lists of place and reason. What stands in the file's bare
        characters as well as in a piece of it is told once.
    """
    found: Counter[tuple[str, str]] = Counter()
    bare: Counter[str] = Counter()
    unread: set[tuple[str, str]] = set()
    content = path.read_bytes()
    for piece in (*pieces(path.name, content), *_drawn(path, content)):
        if isinstance(piece, Unread):
            unread.add((_place(piece.where, personal, allowed), piece.reason))
            continue
        for kind, count in kinds_in(piece, personal, allowed, download=download).items():
            if piece.kind == "raw":
                bare[kind] += count
            else:
                found[piece.where, kind] += count
    told = {kind for _, kind in found}
    found.update({("", kind): count for kind, count in bare.items() if kind not in told})
    return {
        "leaks": [[_place(where, personal, allowed), kind, count] for (where, kind), count in sorted(found.items())],
        "unread": [list(item) for item in sorted(unread)],
    }


def _drawn(path: Path, content: bytes) -> list[Piece]:
    """The words of a picture, which stand in it as glyphs and not as letters."""
    if path.suffix != ".svg":
        return []
    try:
        texts = figure_facts(content).texts
    except UsageError:  # no picture of ours: its words are letters, which the pieces hold
        return []
    return [Piece("drawn words", "\n|\n".join(text.text for text in texts))] if texts else []


def kinds_in(piece: Piece, personal: PersonalValues, allowed: frozenset[str], *, download: str = "") -> dict[str, int]:
    """Count what a piece of text leaks, by kind.

    Parameters
    ----------
    piece : Piece
    personal : PersonalValues
    allowed : frozenset of str
    download : str, optional

    Returns
    -------
    dict of str to int
    """
    rows = "\n".join(piece.rows)
    counts = {KNOWN[kind]: count for kind, count in find_known(f"{piece.text}\n{rows}", personal.values).items()}
    if piece.kind == "raw":
        return counts
    known = [rows for rows in personal.rows if not download or rows.dataset != f"{download}{PROTECTED}"]
    row_count = find_rows(piece.rows or piece.text.splitlines(), known)
    found = Counter(counts | ({ROW: row_count} if row_count else {}))
    for finding in scan(piece.text):
        value = piece.text[finding.start : finding.end]
        operator = piece.kind == "code" and finding.kind == "email" and any(mark in value for mark in (" @", "@ "))
        if not operator and plain(value).strip() not in allowed:
            found[KINDS[finding.kind].en] += 1
    return dict(found)


def _place(where: str, personal: PersonalValues, allowed: frozenset[str]) -> str:
    """A place as it may be told: names of packed files and keys of records may be values themselves."""
    if not where or not kinds_in(Piece("", where.replace(" > ", "\n")), personal, allowed):
        return where
    return "a place whose name leaks too"
