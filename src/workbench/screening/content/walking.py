"""Any file as pieces of text: what kind its bytes are decides who reads them, never its name alone.

What is of no known kind is reported, for a scan that passes over what it cannot read says nothing about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from workbench.screening.content.archives import gzipped, squeezed, tarred, zipped
from workbench.screening.content.columns import parquet
from workbench.screening.content.encodings import encoded
from workbench.screening.content.images import jpeg, png
from workbench.screening.content.markup import markup
from workbench.screening.content.model import Budget, ExhaustedError, Found, Limits, Piece, Place, Unread, UnreadableError
from workbench.screening.content.pickles import pickled
from workbench.screening.content.records import json_lines, json_record, search_index
from workbench.screening.content.texts import decoded

_READERS = (
    (b"\x89PNG\r\n\x1a\n", png),
    (b"\xff\xd8\xff", jpeg),
    (b"PK\x03\x04", zipped),
    (b"PK\x05\x06", zipped),
    (b"\x1f\x8b", gzipped),
    (b"BZh", squeezed),
    (b"\xfd7zXZ\x00", squeezed),
    (b"PAR1", parquet),
)
_RECORDS = frozenset({".json", ".ipynb", ".geojson", ".map", ".webmanifest"})
_LINES = frozenset({".jsonl", ".ndjson"})
_MARKUP = frozenset({".html", ".htm", ".svg", ".xml", ".xhtml", ".rss", ".atom"})
_CODE = frozenset({".py", ".js", ".mjs", ".css", ".r"})


def pieces(name: str, data: bytes, *, limits: Limits | None = None) -> Iterator[Found]:
    """Read out all text that a file holds: of its own, of its metadata, and of what is packed or encoded in it.

    Parameters
    ----------
    name : str
        The file's name; its ending tells one kind of text from another.
    data : bytes
    limits : Limits, optional

    Yields
    ------
    Piece or Unread

    Examples
    --------
    >>> [piece.text for piece in pieces("a.csv", "구,명\\n중구,3\\n".encode("cp949"))]
    ['구,명\\n중구,3\\n']
    >>> list(pieces("a.bin", b"\\x00\\x01\\x02"))
    [Unread(where='', reason='is of no kind that can be looked into')]
    """
    place = Place("", 0, Budget(limits or Limits()), _look)
    try:
        yield from _look(name, data, place)
    except ExhaustedError as error:
        yield Unread(place.where, str(error))


def _look(name: str, data: bytes, place: Place) -> Iterator[Found]:
    try:
        if place.depth > place.budget.limits.depth:
            raise UnreadableError(f"is nested more than {place.budget.limits.depth} deep")
        yield from _read(name, data, place)
    except UnreadableError as error:
        yield Unread(place.where, str(error))


def _read(name: str, data: bytes, place: Place) -> Iterator[Found]:
    if not data:
        return
    suffix = PurePosixPath(name).suffix.casefold()
    for magic, reader in _READERS:
        if data.startswith(magic):
            yield from reader(data, place)
            return
    if data[257:262] == b"ustar":
        yield from tarred(data, place)
        return
    if data[:1] == b"\x80" and data[1:2] in b"\x02\x03\x04\x05" and data[-1:] == b".":
        yield from pickled(data, place)
        return
    if data[:1] == b"\x78" and int.from_bytes(data[:2]) % 31 == 0 and decoded(data) is None:
        yield from squeezed(data, place)
        return
    text = decoded(data)
    if text is None:
        raise UnreadableError("is of no kind that can be looked into")
    yield from _text(suffix, text, place)


def _text(suffix: str, text: str, place: Place) -> Iterator[Found]:
    start = text.lstrip("\ufeff \t\r\n")[:40]
    if start.startswith("Search.setIndex("):
        yield Piece(place.where, text, "raw")
        yield from search_index(text, place)
        return  # its escapes and encoded words are read there, word by word
    elif suffix in _RECORDS or (suffix not in _LINES and start[:2] in ('{"', "[{", "{\n", '["')):
        yield Piece(place.where, text, "raw")
        yield from json_record(text, place, strict=suffix in _RECORDS)
    elif suffix in _LINES:
        yield Piece(place.where, text, "raw")
        yield from json_lines(text, place)
    elif suffix in _MARKUP or start.lower().startswith(("<!doctype", "<html", "<svg", "<?xml", "<table", "<div", "<x:xmpmeta")):
        yield Piece(place.where, text, "raw")
        yield from markup(text, place)
    else:
        yield Piece(place.where, text, "code" if suffix in _CODE else "text")
    yield from encoded(text, place)
