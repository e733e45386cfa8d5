"""Text within text: HTML entities, percent and backslash escapes, base64 and hexadecimal, each brought to what it says.

A value that is written otherwise is published all the same.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from workbench.screening.content.model import Found, Piece, Place, UnreadableError
from workbench.screening.content.texts import decoded

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_BACKSLASH = re.compile(
    r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|U([0-9a-fA-F]{8})|u\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{2,6})(?![0-9a-fA-F])[ ]?)"
)
_OCTAL = re.compile(r"\\([0-3][0-7]{2})")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_WRAPPED = re.compile(r"[A-Za-z0-9+/_-]{40,}(?:(?:\r?\n|\\n)[ \t]{0,12}[A-Za-z0-9+/_-]{4,})+={0,2}")
_WORD64 = re.compile(r"[A-Za-z0-9+]{12,}={0,2}")
_DATA = re.compile(r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w.+-]+(?:=[\w.+-]+)?)*),([^\s\"'<>)]*)", re.ASCII)
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:0x|\\x)?((?:[0-9A-Fa-f]{2}){6,})(?![0-9A-Za-z])")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_ANY = re.compile(r"&[#A-Za-z]|%[0-9A-Fa-f]{2}|\\[uUx0-9a-f]|[A-Za-z0-9+/_-]{12}|data:")

_MAGIC = (b"PK\x03\x04", b"\x1f\x8b\x08", b"\x89PNG", b"\xff\xd8\xff", b"PAR1", b"BZh", b"\xfd7zXZ", b"%PDF-", b"GIF8", b"ustar")


def encoded(text: str, place: Place) -> Iterator[Found]:
    """Read out what a text holds in another writing.

    Parameters
    ----------
    text : str
    place : Place

    Yields
    ------
    Piece or Unread
    """
    if _ANY.search(text) is None:
        return
    if place.depth >= place.budget.limits.depth:
        raise UnreadableError(f"is nested more than {place.budget.limits.depth} deep")
    for name, pattern, plain in (
        ("entities", _ENTITY, html.unescape),
        ("percent signs", _PERCENT, _unquoted),
        ("escapes", _BACKSLASH, _unescaped),
        ("octal escapes", _OCTAL, _from_octal),
    ):
        lines = [line for line in text.split("\n") if pattern.search(line)]
        if lines:
            said = _CONTROL.sub(" ", plain("\n".join(lines)))
            if said != "\n".join(lines):
                yield from place.inside(f"written with {name}", said.encode("utf-8", errors="replace"))
    yield from _uris(text, place)
    for blob in _blobs(text):
        yield from place.inside("base64", blob)
    hidden = "\n".join(said for match in _HEX.finditer(text) if (said := _spelled(match.group(1))))
    if hidden:
        yield Piece(f"{place.where} > hexadecimal" if place.where else "hexadecimal", hidden)


def _unquoted(text: str) -> str:
    data = unquote_to_bytes(text)
    found = decoded(data)
    return found if found is not None else data.decode("utf-8", errors="replace")


def _unescaped(text: str) -> str:
    """What JSON, JavaScript, Python and style sheets write behind a backslash."""
    said = _BACKSLASH.sub(lambda match: _character(match, 16), text)
    return said.encode("utf-16", errors="surrogatepass").decode("utf-16", errors="replace")


def _from_octal(text: str) -> str:
    return _OCTAL.sub(lambda match: _character(match, 8), text)


def _character(match: re.Match[str], base: int) -> str:
    code = int(next(digits for digits in match.groups() if digits), base)
    return chr(code) if code <= 0x10FFFF else match.group()


def _uris(text: str, place: Place) -> Iterator[Found]:
    """Whatever a ``data:`` address says that it is; one that cannot be decoded cannot be looked into."""
    for match in _DATA.finditer(text):
        kind, options, body = match.group(1) or "text/plain", match.group(2), match.group(3)
        if not body or (not match.group(1) and not options):
            continue
        name = f"data.{kind.rpartition('/')[2].partition('+')[0]}"
        if ";base64" in options:
            try:
                content = _from_base64(unquote_to_bytes(body).decode("ascii", errors="replace"))
            except (binascii.Error, ValueError):
                raise UnreadableError("holds a data: address whose base64 is damaged") from None
        else:
            content = unquote_to_bytes(body)
        yield from place.inside(name, content)


def _from_base64(text: str) -> bytes:
    plain = re.sub(r"\\n|\s", "", text).rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)


def _blobs(text: str) -> Iterator[bytes]:
    """Stretches of base64 that say something: text, or a container."""
    for pattern in (_WRAPPED, _BASE64):
        for match in pattern.finditer(text):
            content = _said_in(match.group())
            if content is not None:
                yield content
                continue
            if pattern is _BASE64 and not match.group().isalnum():
                for part in _WORD64.findall(match.group()):
                    content = _said_in(part) if part != match.group() else None
                    if content is not None:
                        yield content


def _said_in(text: str) -> bytes | None:
    if len(text.rstrip("=")) % 4 == 1:
        text = text.rstrip("=")[:-1]
    try:
        content = _from_base64(text)
    except (binascii.Error, ValueError):
        return None
    if content.startswith(_MAGIC) or (content[:1] == b"\x78" and len(content) > 8 and int.from_bytes(content[:2]) % 31 == 0):
        return content
    return content if _says(content) else None


def _says(content: bytes) -> bool:
    """Whether bytes are a text that somebody wrote, and not a hash."""
    said = decoded(content)
    if said is None:
        return False
    plain = sum(character.isascii() or "가" <= character <= "힣" for character in said)
    return plain == len(said) or (len(said) > 40 and plain > 0.9 * len(said))


def _spelled(digits: str) -> str:
    content = bytes.fromhex(digits)
    return (decoded(content) or "") if _says(content) else ""
