"""A text as a finder reads it, with the way back to the text as it was given; the first reading of a text.

The same number is written in many ways: full width, with invisible characters inside, with one of thirty dashes. Each is brought
to one writing before anything is looked for, and every finding must still name the characters of the original.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import lru_cache


class Reading:
    """A text and the places of its characters in another text.

    Parameters
    ----------
    text : str
        What is read.
    pieces : list of (int, int, int, bool)
        By place in ``text``: where a piece starts, the part ``[a, b)`` of the other text that it stands for, and whether it is
        that part unchanged.
    parent : Reading, optional
        The reading that ``pieces`` speak of; without one, the original.
    spelled : mapping of int to str, optional
        Figures of ``text`` that were written as words: place to word.

    Examples
    --------
    >>> reading = read("０１０–１２")
    >>> reading.text, reading.original(0, 3)
    ('010-12', (0, 3))
    """

    def __init__(
        self,
        text: str,
        pieces: list[tuple[int, int, int, bool]],
        *,
        parent: Reading | None = None,
        spelled: Mapping[int, str] | None = None,
    ) -> None:
        self.text = text
        self.spelled = spelled or {}
        self._pieces = pieces
        self._starts = [piece[0] for piece in pieces]
        self._parent = parent

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the part of the original text that ``text[start:end]`` stands for (``start < end``)."""
        if self._pieces:
            at, first, _, same = self._pieces[bisect_right(self._starts, start) - 1]
            last_at, last_first, last_end, last_same = self._pieces[bisect_right(self._starts, end - 1) - 1]
            start = first + (start - at) if same else first
            end = last_first + (end - last_at) if last_same else last_end
        return self._parent.original(start, end) if self._parent else (start, end)

    def rewritten(self, changes: Iterable[tuple[int, int, str]], *, spelling: bool = False) -> Reading:
        """Return a reading in which each ``text[start:end]`` is replaced; itself if nothing is.

        Parameters
        ----------
        changes : iterable of (int, int, str)
            In order, not overlapping.
        spelling : bool, default False
            Remember which figures were words.
        """
        parts: list[str] = []
        pieces: list[tuple[int, int, int, bool]] = []
        spelled: dict[int, str] = {}
        size = done = 0
        for start, end, new in changes:
            if start > done:
                pieces.append((size, done, start, True))
                parts.append(self.text[done:start])
                size += start - done
            if new:
                pieces.append((size, start, end, False))
                parts.append(new)
                if spelling and new.isdigit():
                    spelled[size] = self.text[start:end]
                size += len(new)
            done = end
        if done == 0:
            return self
        if done < len(self.text):
            pieces.append((size, done, len(self.text), True))
            parts.append(self.text[done:])
        kept = [piece for piece in pieces if piece[3]] if self.spelled else []
        for at, first, last, _ in kept:
            spelled.update((at + place - first, self.spelled[place]) for place in range(first, last) if place in self.spelled)
        return Reading("".join(parts), pieces, parent=self, spelled=spelled)


_DASHES = "‐‑‒–—―−﹘﹣－⁃ー─━ㅡ╌╴‾¯"
_DOTS = "·・･ㆍ᛫‧∙⋅․"
_MASKS = "●○◯◎◉⚫⚪⬤■□▪▫▓▒█◼◻◆◇★☆×✕✖✗✘⨉∗⁎✱✲✳＊٭﹡〇❍⭕"
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
# Hangul fillers, joiners and selectors show nothing; the keycap frame shows only around a figure.
_UNSEEN = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u20e3\u3164\uffa0\ufeff"
_CIRCLED = {
    **{chr(0x2460 + n): str(n + 1) for n in range(9)},
    **{chr(0x2474 + n): str(n + 1) for n in range(9)},
    **{chr(0x2488 + n): str(n + 1) for n in range(9)},
    **{chr(0x24F5 + n): str(n + 1) for n in range(9)},
    **{chr(start + n): str(n + 1) for start in (0x2776, 0x2780, 0x278A) for n in range(9)},
    **dict.fromkeys("⓪⓿🄋🄌", "0"),
}
_FIXED = {
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_DOTS, "·"),
    **dict.fromkeys(_MASKS, "*"),
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(_UNSEEN, ""),
    **_CIRCLED,
    **dict.fromkeys("。｡", "."),
    "∶": ":",
    "\t": " ",
}
# Superscripts are footnote marks, and compatibility letters stand in for masks (김ㅇㅇ): both stay as they are.
_KEPT = re.compile("[\u00b2\u00b3\u00b9\u2070-\u209c\u3131-\u318e]")
_ODD = re.compile("[^\n\r -~가-힣\u00b2\u00b3\u00b9\u2070-\u209c\u3131-\u3160\u3162\u3163\u3165-\u318e]+")
_JAMO = re.compile("[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?")


@lru_cache(maxsize=65536)
def _plain(character: str) -> str:
    if character in _FIXED:
        return _FIXED[character]
    category = unicodedata.category(character)
    if category in {"Cf", "Mn", "Me"} or "\ufe00" <= character <= "\ufe0f":
        return ""
    if category == "Cc":
        return " " if character != "\x1e" else character
    if _KEPT.match(character):
        return character
    if category == "Nd":
        return str(unicodedata.decimal(character))
    folded = unicodedata.normalize("NFKC", character)
    return "".join(_FIXED.get(part, part) for part in folded)


def is_unseen(character: str) -> bool:
    """Return whether a character shows nothing.

    Examples
    --------
    >>> is_unseen("\\u200b"), is_unseen("가")
    (True, False)
    """
    return not character.isascii() and _plain(character) == ""


def read(text: str) -> Reading:
    """Return the plain reading of a text: compatibility forms folded, invisible characters gone, Hangul composed.

    Parameters
    ----------
    text : str

    Returns
    -------
    Reading

    Examples
    --------
    >>> read("ⓐ\\u200b9\\ufe0f\\u20e3 ⑤").text
    'a9 5'
    """
    plain = Reading(text, [])
    changes = []
    for run in _ODD.finditer(text):
        for place, character in enumerate(run.group(), run.start()):
            folded = _plain(character)
            if folded != character:
                changes.append((place, place + 1, folded))
    plain = plain.rewritten(changes)
    return plain.rewritten((m.start(), m.end(), unicodedata.normalize("NFC", m.group())) for m in _JAMO.finditer(plain.text))
