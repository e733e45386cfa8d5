"""The text of a pickle, such as Sphinx's doctrees, read from its instructions: a pickle is never opened, for that runs code."""

from __future__ import annotations

import pickletools
from collections.abc import Iterator

from workbench.screening.content.encodings import encoded
from workbench.screening.content.model import Found, Piece, Place, UnreadableError


def pickled(data: bytes, place: Place) -> Iterator[Found]:
    """Read out the strings, numbers and bytes of a pickle.

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
        It is damaged.
    """
    said: list[str] = []
    blobs: list[bytes] = []
    try:
        for _, argument, _ in pickletools.genops(data):
            if isinstance(argument, str):
                said.append(argument)
            elif isinstance(argument, bytes | bytearray):
                blobs.append(bytes(argument))
            elif isinstance(argument, int | float):
                said.append(str(argument))
    except (ValueError, EOFError, IndexError, UnicodeDecodeError) as error:
        raise UnreadableError("is a damaged pickle") from error
    text = "\n".join(said)
    yield Piece(place.where, text)
    yield from encoded(text, place)
    for blob in blobs:
        if len(blob) > 4:
            yield from place.inside("bytes", blob)
