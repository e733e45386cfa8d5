"""Bytes as text: UTF-8, UTF-16 with and without its mark, and the Korean Windows code page; anything else is no text."""

from __future__ import annotations

import codecs
import re

_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_READABLE = re.compile("[ -~\t\r\n가-힣]")


def decoded(data: bytes) -> str | None:
    """Return bytes as text, or None where they are none.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    str or None

    Examples
    --------
    >>> decoded("공원".encode("utf-16-le")), decoded("공원".encode("cp949")), decoded(bytes(range(9)))
    ('공원', '공원', None)
    """
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return _as(data, "utf-32")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _as(data, "utf-16")
    found = _as(data, "utf-8-sig")
    if found is not None:
        return found
    wide = [text for encoding in ("utf-16-le", "utf-16-be") if len(data) % 2 == 0 and (text := _as(data, encoding)) is not None]
    narrow = _as(data, "cp949")
    likely = [text for text in ([narrow] if narrow is not None else []) + wide if _share(text) > 0.9]
    return max(likely, key=_share) if likely else None


def _as(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text


def _share(text: str) -> float:
    """The share of a text's beginning that a reader of Korean or English expects."""
    start = text[:4000]
    return len(_READABLE.findall(start)) / max(1, len(start))


def strings_in(data: bytes) -> list[str]:
    """Return the stretches of text in bytes of another kind, as in a camera's record of a picture.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    list of str
        Of UTF-8, of both kinds of UTF-16 and of the Korean code page, four characters or more.

    Examples
    --------
    >>> strings_in(b"\\x00\\x01Seoul Park\\x00\\xff\\xff")[0]
    'Seoul Park'
    """
    found = []
    for encoding, step in (("utf-8", 1), ("cp949", 1), ("utf-16-le", 2), ("utf-16-be", 2)):
        for shift in range(step):
            text = data[shift:].decode(encoding, errors="replace")
            found += [part for part in re.findall(r"[ -~\t가-힣]{2,}", text) if len(part.encode()) >= 4]
    return list(dict.fromkeys(found))
