"""What pictures carry beside their pixels: text chunks, EXIF, XMP and comments of PNG and JPEG files.

A picture's pixels are not looked into. Bytes that no reader of the format would show are refused.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from workbench.screening.content.model import ExhaustedError, Found, Piece, Place, UnreadableError
from workbench.screening.content.texts import strings_in

_SILENT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB pHYs sBIT bKGD hIST tIME acTL fcTL fdAT cICP mDCV cLLI oFFs pCAL sCAL sTER".split()
)
"""Chunks that hold pixels, colours and measures alone (PNG specification, third edition, W3C 2025, section 11)."""


def png(data: bytes, place: Place) -> Iterator[Found]:
    """Read out the text of a PNG file: ``tEXt``, ``zTXt``, ``iTXt``, ``eXIf`` and the name of its colour profile.

    Parameters
    ----------
    data : bytes
    place : Place

    Yields
    ------
    Piece or Unread

    Raises
    ------
    UnreadableError
        It is damaged, has a chunk of an unknown kind, or bytes behind its end.
    """
    at, kind = 8, b""
    while kind != b"IEND":
        header = data[at : at + 8]
        if len(header) < 8:
            raise UnreadableError("is a damaged PNG file")
        size, kind = struct.unpack(">I4s", header)
        body, check = data[at + 8 : at + 8 + size], data[at + 8 + size : at + 12 + size]
        if len(check) < 4 or zlib.crc32(kind + body) != int.from_bytes(check):
            raise UnreadableError("is a damaged PNG file")
        at += 12 + size
        if kind in _SILENT:
            continue
        yield from _chunk(kind, body, place.at(kind.decode("latin-1")))
    if at != len(data):
        raise UnreadableError("has bytes behind the end of the picture")


def _chunk(kind: bytes, body: bytes, place: Place) -> Iterator[Found]:
    key, _, rest = body.partition(b"\x00")
    if kind == b"tEXt":
        yield from _told(key, rest, place)
    elif kind == b"zTXt":
        yield from _told(key, _unpacked(rest[1:], place), place)
    elif kind == b"iTXt":
        packed, rest = rest[:1], rest[2:]
        language, _, rest = rest.partition(b"\x00")
        translated, _, rest = rest.partition(b"\x00")
        yield Piece(place.where, f"{language.decode('utf-8', 'replace')}\n{translated.decode('utf-8', 'replace')}")
        yield from _told(key, _unpacked(rest, place) if packed == b"\x01" else rest, place)
    elif kind in (b"eXIf", b"sPLT"):
        yield from _strings(body, place)
    elif kind == b"iCCP":
        yield from _strings(key, place)
        yield from _strings(_unpacked(rest[1:], place), place)
    else:
        raise UnreadableError("is a PNG file with a chunk of an unknown kind")


def _told(key: bytes, value: bytes, place: Place) -> Iterator[Found]:
    """A note under a key: the standard says Latin-1, programs write UTF-8; XMP is XML."""
    yield Piece(place.where, f"{key.decode('utf-8', 'replace')}: {value.decode('utf-8', 'replace')}")
    if value:
        yield from place.inside("note", value)


def _strings(data: bytes, place: Place) -> Iterator[Found]:
    found = "\n".join(strings_in(data))
    if found:
        yield from place.inside("strings", found.encode("utf-8"))


def _unpacked(data: bytes, place: Place) -> bytes:
    inflate = zlib.decompressobj()
    try:
        content = inflate.decompress(data, place.budget.room() + 1)
    except zlib.error as error:
        raise UnreadableError("is a PNG file with damaged text") from error
    if len(content) > place.budget.room():
        raise ExhaustedError(f"unpacks to more than {place.budget.limits.unpacked // 1_000_000} MB")
    if not inflate.eof:
        raise UnreadableError("is a PNG file with damaged text")
    return content


def jpeg(data: bytes, place: Place) -> Iterator[Found]:
    """Read out the text of a JPEG file: EXIF, XMP, IPTC, colour profile and comments.

    Parameters
    ----------
    data : bytes
    place : Place

    Yields
    ------
    Piece or Unread

    Raises
    ------
    UnreadableError
        It is damaged, or has bytes behind its end.
    """
    at = 2
    while True:
        if data[at : at + 1] != b"\xff" or at + 1 >= len(data):
            raise UnreadableError("is a damaged JPEG file")
        marker = data[at + 1]
        at += 2
        if marker == 0xFF:
            at -= 1
            continue
        if marker == 0xD9:
            break
        if 0xD0 <= marker <= 0xD7 or marker == 0x01:
            continue
        size = int.from_bytes(data[at : at + 2])
        body = data[at + 2 : at + size]
        if size < 2 or len(body) != size - 2:
            raise UnreadableError("is a damaged JPEG file")
        at += size
        if marker == 0xFE or 0xE0 <= marker <= 0xEF:
            yield from _strings(body, place.at("comment" if marker == 0xFE else f"APP{marker - 0xE0}"))
        if marker == 0xDA:
            at = _after_scan(data, at)
    if at != len(data):
        raise UnreadableError("has bytes behind the end of the picture")


def _after_scan(data: bytes, at: int) -> int:
    """Where the next marker stands behind pixels; in them ``FF`` is followed by a zero or a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise UnreadableError("is a damaged JPEG file")
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2
