"""How SSH writes byte strings one after another: four bytes of length, then the bytes (RFC 4251, section 5).

Keys, key files and signatures are such rows inside base64; both are read here, and whatever is cut short or has a second
form is refused.
"""

from __future__ import annotations

import binascii

_LENGTH = 4


def ssh_string(content: bytes) -> bytes:
    r"""Return bytes with their length before them.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    bytes

    Examples
    --------
    >>> ssh_string(b"ssh")
    b'\x00\x00\x00\x03ssh'
    """
    return len(content).to_bytes(_LENGTH, "big") + content


def take(blob: bytes, at: int) -> tuple[bytes, int]:
    r"""Read the byte string that begins at a place.

    Parameters
    ----------
    blob : bytes
    at : int

    Returns
    -------
    (bytes, int)
        The string, and where the next thing begins.

    Raises
    ------
    ValueError
        When the blob ends before the string does.

    Examples
    --------
    >>> take(b"\x00\x00\x00\x03ssh!", 0)
    (b'ssh', 7)
    """
    start = at + _LENGTH
    end = start + int.from_bytes(blob[at:start], "big")
    if start > len(blob) or end > len(blob):
        raise ValueError("it is cut short")
    return blob[start:end], end


def from_base64(text: bytes) -> bytes:
    """Decode base64 that is written in its one form.

    Parameters
    ----------
    text : bytes

    Returns
    -------
    bytes

    Raises
    ------
    ValueError
        When a character, the padding or a spare bit is not as an encoder writes it.

    Examples
    --------
    >>> from_base64(b"c3No")
    b'ssh'
    """
    try:
        content = binascii.a2b_base64(text)
    except binascii.Error as error:
        raise ValueError("is damaged: no whole base64") from error
    if binascii.b2a_base64(content, newline=False) != text:
        raise ValueError("is damaged: no whole base64")
    return content


def algorithm_shown(name: bytes) -> str:
    r"""Return the name of an algorithm as a message may show it, whatever bytes stand there.

    Parameters
    ----------
    name : bytes

    Returns
    -------
    str

    Examples
    --------
    >>> algorithm_shown(b"ssh-rsa"), algorithm_shown(b"\x1b[2J")
    ('ssh-rsa', 'unknown')
    """
    text = name.decode("ascii", "replace")
    return text if text.isascii() and text.isprintable() and 0 < len(text) <= 64 else "unknown"
