"""Packed content: zip, tar, gzip, bzip2, xz and zlib, unpacked piece by piece and never beyond what may be unpacked."""

from __future__ import annotations

import bz2
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from workbench.screening.content.model import ExhaustedError, Found, Piece, Place, UnreadableError

_CHUNK = 1 << 20
_DESCRIPTOR = 24
"""Bytes of a data descriptor behind a file."""

_ZIP64 = 76
"""Bytes of the records that only large archives have."""


def zipped(data: bytes, place: Place) -> Iterator[Found]:
    """Read out a zip archive: its members, their names, and what is said about them.

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
        It is damaged, encrypted, or has bytes that belong to no member.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > place.budget.limits.members:
                raise ExhaustedError(f"holds more than {place.budget.limits.members:,} files or encoded stretches")
            told = [part for member in members for part in (member.filename, _plain(member.comment), _plain(member.extra))]
            yield Piece(place.where, "\n".join([_plain(archive.comment), *told]))
            yield Piece(place.where, "\n".join(_local_headers(data, archive, members)), "raw")
            for member in members:
                if member.flag_bits & 1:
                    raise UnreadableError("is encrypted")
                if member.is_dir():
                    continue
                with archive.open(member) as handle:
                    yield from place.inside(member.filename, _all(handle, place))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError, lzma.LZMAError) as error:
        raise UnreadableError("is a damaged zip archive") from error


def _local_headers(data: bytes, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> list[str]:
    """What stands before each file; every byte must belong to a file or to what is said about it (APPNOTE 6.3.10, 4.3)."""
    said, end = [], 0
    for member in sorted(members, key=lambda member: member.header_offset):
        at = member.header_offset
        if not 0 <= at - end <= (_DESCRIPTOR if end else 0) or data[at : at + 4] != b"PK\x03\x04":
            raise UnreadableError("has bytes that belong to no file of the archive")
        name, extra = int.from_bytes(data[at + 26 : at + 28], "little"), int.from_bytes(data[at + 28 : at + 30], "little")
        said.append(_plain(data[at + 30 : at + 30 + name + extra]))
        end = at + 30 + name + extra + member.compress_size
    directory = 0
    for _ in members:
        entry = archive.start_dir + directory
        directory += 46 + sum(int.from_bytes(data[entry + at : entry + at + 2], "little") for at in (28, 30, 32))
    last = len(data) - 22 - len(archive.comment)
    behind = last - archive.start_dir - directory
    whole = data[last : last + 4] == b"PK\x05\x06" and (behind == 0 or (behind == _ZIP64 and b"PK\x06\x06" in data[-200:]))
    if archive.start_dir - end > _DESCRIPTOR or not whole:
        raise UnreadableError("has bytes that belong to no file of the archive")
    return said


def _plain(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")


def _all(handle: IO[bytes], place: Place) -> bytes:
    """Everything of a packed file, or the error that says that it is too much."""
    room = place.budget.room()
    parts, size = [], 0
    while chunk := handle.read(_CHUNK):
        parts.append(chunk)
        size += len(chunk)
        if size > room:
            raise ExhaustedError(f"unpacks to more than {place.budget.limits.unpacked // 1_000_000} MB")
    return b"".join(parts)


def tarred(data: bytes, place: Place) -> Iterator[Found]:
    """Read out a tar archive.

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
        It is damaged, or holds something that is no file.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for member in archive:
                about = [member.name, member.linkname, member.uname, member.gname, *map(str, member.pax_headers.values())]
                yield Piece(place.where, "\n".join(about))
                handle = archive.extractfile(member) if member.isfile() else None
                if handle is not None:
                    yield from place.inside(member.name, _all(handle, place))
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise UnreadableError("is a damaged tar archive") from error


def gzipped(data: bytes, place: Place) -> Iterator[Found]:
    """Read out gzipped content and the name and comment in its header.

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
    name = "content"
    flags, at = data[3] if len(data) > 10 else 0, 10
    if flags & 4:
        size = int.from_bytes(data[10:12], "little")
        yield Piece(place.where, _plain(data[12 : 12 + size]))
        at = 12 + size
    for flag in (8, 16):
        if flags & flag:
            end = data.find(b"\x00", at)
            if end < 0:
                raise UnreadableError("is a damaged gzip file")
            said, at = data[at:end].decode("utf-8", errors="replace"), end + 1
            yield Piece(place.where, said)
            name = said if flag == 8 else name
    yield from place.inside(name, _inflated(data, place, kind="gzip"))


def squeezed(data: bytes, place: Place) -> Iterator[Found]:
    """Read out content packed by bzip2, xz or zlib.

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
    kind = "bzip2" if data.startswith(b"BZh") else "xz" if data.startswith(b"\xfd7zXZ") else "zlib"
    yield from place.inside("content", _inflated(data, place, kind=kind))


def _inflated(data: bytes, place: Place, *, kind: str) -> bytes:
    room = place.budget.room()
    parts: list[bytes] = []
    size, rest = 0, data
    try:
        while rest:
            left, rest = rest, b""
            if kind in ("gzip", "zlib"):
                inflate = zlib.decompressobj(31 if kind == "gzip" else 15)
                while left and not inflate.eof:
                    parts.append(inflate.decompress(left, _CHUNK))
                    left, size = inflate.unconsumed_tail, size + len(parts[-1])
                    _within(size, room, place)
                if not inflate.eof:
                    raise UnreadableError(f"is a damaged {kind} file")
                rest = inflate.unused_data
            else:
                opened = bz2.BZ2Decompressor() if kind == "bzip2" else lzma.LZMADecompressor()
                while not opened.eof:
                    if opened.needs_input and not left:
                        raise UnreadableError(f"is a damaged {kind} file")
                    parts.append(opened.decompress(left, _CHUNK))
                    left, size = b"", size + len(parts[-1])
                    _within(size, room, place)
                rest = opened.unused_data
            if rest and kind == "zlib":
                raise UnreadableError("has bytes behind its packed content")
    except (zlib.error, lzma.LZMAError, OSError, ValueError) as error:
        raise UnreadableError(f"is a damaged {kind} file") from error
    return b"".join(parts)


def _within(size: int, room: int, place: Place) -> None:
    if size > room:
        raise ExhaustedError(f"unpacks to more than {place.budget.limits.unpacked // 1_000_000} MB")
