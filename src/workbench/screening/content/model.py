"""The words of looking into files: a piece of text, what could not be looked into, and how much may be unpacked.

Every reader of a kind of file yields these and asks the same budget, so that no nesting of kinds escapes the limits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Kind = Literal["text", "code", "raw"]


@dataclass(frozen=True)
class Piece:
    """Text that stands in a file.

    Parameters
    ----------
    where : str
        The place inside the file, for a person: ``cells[3].outputs``, ``tEXt``, ``a.zip > b.csv``.
    text : str
    kind : {"text", "code", "raw"}, default "text"
        ``code``: a program's; an at-sign there may be an operator. ``raw``: the file's characters as they are, beside the
        pieces that were read out of them; known values are looked for there, patterns are not.
    rows : tuple of str
        Rows of a table that stands there; without any, the text's lines.

    Examples
    --------
    >>> Piece("title", "공원").kind
    'text'
    """

    where: str
    text: str
    kind: Kind = "text"
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unread:
    """Something that could not be looked into, and so may not be published.

    Parameters
    ----------
    where : str
    reason : str

    Examples
    --------
    >>> Unread("a.zip", "is encrypted").reason
    'is encrypted'
    """

    where: str
    reason: str


Found: TypeAlias = Piece | Unread


@dataclass(frozen=True)
class Limits:
    """How far one file is unpacked; beyond it the file counts as not looked into.

    Parameters
    ----------
    depth : int, default 8
        Containers and encodings within each other.
    unpacked : int, default 96,000,000
        Bytes that all its unpacked content may have together.
    members : int, default 5,000
        Files and encoded stretches inside it.

    Examples
    --------
    >>> Limits(depth=2).depth
    2
    """

    depth: int = 8
    unpacked: int = 96_000_000
    members: int = 5_000


class UnreadableError(Exception):
    """Content that is damaged, encrypted or of no known kind; the rest of the file is still looked into."""


class ExhaustedError(Exception):
    """The file unpacks to more than the limits allow; nothing more of it is looked into."""


@dataclass
class Budget:
    """What is left of the limits while one file is looked into.

    Parameters
    ----------
    limits : Limits
    """

    limits: Limits
    unpacked: int = 0
    members: int = 0
    seen: set[bytes] = field(default_factory=set)

    def room(self) -> int:
        """Return how many bytes may still be unpacked."""
        return self.limits.unpacked - self.unpacked

    def take(self, content: bytes) -> bool:
        """Count unpacked content; say whether it is new, for the same content need not be looked into twice.

        Parameters
        ----------
        content : bytes

        Returns
        -------
        bool

        Raises
        ------
        ExhaustedError
            More than the limits allow.
        """
        self.unpacked += len(content)
        self.members += 1
        if self.unpacked > self.limits.unpacked:
            raise ExhaustedError(f"unpacks to more than {self.limits.unpacked // 1_000_000} MB")
        if self.members > self.limits.members:
            raise ExhaustedError(f"holds more than {self.limits.members:,} files or encoded stretches")
        digest = hashlib.sha256(content).digest()
        new = digest not in self.seen
        self.seen.add(digest)
        return new


@dataclass(frozen=True)
class Place:
    """Where one stands inside a file.

    Parameters
    ----------
    where : str
    depth : int
    budget : Budget
    look : callable
        Looks into bytes that stand here: name, bytes, place.
    """

    where: str
    depth: int
    budget: Budget
    look: Callable[[str, bytes, Place], Iterator[Found]]

    def at(self, name: str) -> Place:
        """Return a place of the same depth with another name.

        Parameters
        ----------
        name : str

        Returns
        -------
        Place
        """
        return Place(f"{self.where} > {name}" if self.where else name, self.depth, self.budget, self.look)

    def inside(self, name: str, content: bytes) -> Iterator[Found]:
        """Look into bytes that were unpacked here.

        Parameters
        ----------
        name : str
        content : bytes

        Yields
        ------
        Piece or Unread
        """
        if not self.budget.take(content):
            return
        deeper = Place(f"{self.where} > {name}" if self.where else name, self.depth + 1, self.budget, self.look)
        yield from self.look(name, content, deeper)
