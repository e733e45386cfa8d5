"""Finds values that are known to be personal in a text: identifiers, names, addresses, sentences.

Hundreds of thousands of values are looked for at once, also inside longer words and with other marks between their parts.
A value is *distinctive*, and so looked for, if it has at least six characters (a Hangul syllable counts as two) and is no
plain number of fewer than eleven figures, no date or time, and no word of a public vocabulary. The others ("12", "F",
"강남구") stand in every table; rows of them are found by :mod:`workbench.screening.known_rows`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Hashes = np.ndarray[Any, np.dtype[np.uint64]]

LEAST = 6
"""Characters of a distinctive value; a Hangul syllable counts as two."""

LONG_NUMBER = 11
"""Figures of a number that is no count and no amount by chance."""

SENTENCE_WORDS = 6
"""So many words of a free text one after the other are a quotation from it."""

LONG_IDENTIFIER = 16
"""Characters of an identifier that no hash holds by chance; a shorter one inside 32 or more hexadecimal figures is chance."""

_HASH = re.compile(r"(?<![^\W_])[0-9a-f]{32,}(?![^\W_])")
_TOKEN = re.compile(r"[^\W_]+")
_DATE = re.compile(
    r"[12][0-9]{3}([-./ ]?)[01]?[0-9]\1[0-3]?[0-9]?(?:[T ].*)?|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?|[12][0-9]{3}q[1-4]"
)
_NUMBER = re.compile(r"[-+]?[0-9][0-9.,]*(?:e[-+]?[0-9]+)?")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff\u034f\u3164]")
_HANGUL = re.compile(r"[가-힣]+")
_IDENTIFIER = re.compile(r"(?=[^\W_]*[0-9])[a-z0-9]+")


def plain(text: str) -> str:
    """Return a text in the one writing in which values are compared.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> plain("Ｒ０００\\u200b12")
    'r00012'
    """
    if text.isascii():
        return text.casefold()
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).casefold()


def is_distinctive(value: str, *, public: Collection[str] = ()) -> bool:
    """Say whether a value alone tells where it came from.

    Parameters
    ----------
    value : str
    public : collection of str
        Words of public vocabularies, in the plain writing.

    Returns
    -------
    bool

    Examples
    --------
    >>> [is_distinctive(value, public={"강남구"}) for value in ("R00005275", "홍길동", "12", "2021-01-01", "강남구")]
    [True, True, False, False, False]
    """
    text = plain(value).strip()
    weight = len(text) + len(re.findall("[가-힣]", text))
    if weight < LEAST or text in public or _DATE.fullmatch(text):
        return False
    return not _NUMBER.fullmatch(text) or len(re.sub("[^0-9]", "", text)) >= LONG_NUMBER


@dataclass(frozen=True)
class KnownValues:
    """Values prepared for search; none can be read back out of it but the words of names.

    Parameters
    ----------
    identifiers : tuple of (int, re.Pattern, ndarray)
        Each length, the characters that stand at each place, and the sorted hashes of the values.
    words : frozenset of str
        Hangul values of one word; endings may follow them.
    phrases, tight : dict of int to frozenset of int
        Hashes of runs of words, by the number of words; between those of ``tight`` stands one mark and no space.
    first : frozenset of str
        The words that such runs begin with.
    """

    identifiers: tuple[tuple[int, re.Pattern[str], Hashes], ...] = ()
    words: frozenset[str] = frozenset()
    phrases: dict[int, frozenset[int]] = field(default_factory=dict)
    tight: dict[int, frozenset[int]] = field(default_factory=dict)
    first: frozenset[str] = frozenset()

    @property
    def size(self) -> int:
        """How many values are looked for."""
        return (
            sum(len(hashes) for _, _, hashes in self.identifiers)
            + len(self.words)
            + sum(map(len, (*self.phrases.values(), *self.tight.values())))
        )


def known_values(values: Iterable[str], *, texts: Iterable[str] = (), public: Collection[str] = ()) -> KnownValues:
    """Prepare values for search.

    Parameters
    ----------
    values : iterable of str
        Identifiers, names, addresses, numbers.
    texts : iterable of str
        Free texts: any six words of one, or a shorter one as a whole.
    public : collection of str
        Words of public vocabularies; values equal to one are left out.

    Returns
    -------
    KnownValues

    Examples
    --------
    >>> known_values(["R00005275", "12"]).size
    1
    """
    public = {plain(word) for word in public}
    lengths: dict[int, set[str]] = defaultdict(set)
    words: set[str] = set()
    runs: dict[int, set[tuple[str, ...]]] = defaultdict(set)
    tight: dict[int, set[tuple[str, ...]]] = defaultdict(set)
    for value in {plain(value).strip() for value in values}:
        if not is_distinctive(value, public=public):
            continue
        if _IDENTIFIER.fullmatch(value):
            lengths[len(value)].add(value)
        elif _HANGUL.fullmatch(value):
            words.add(value)
        elif tokens := tuple(_TOKEN.findall(value)):
            (runs if re.search(r"\s", value) else tight)[len(tokens)].add(tokens)
    for text in texts:
        tokens = tuple(_TOKEN.findall(plain(text)))
        if len(tokens) >= SENTENCE_WORDS:
            runs[SENTENCE_WORDS].update(tokens[at : at + SENTENCE_WORDS] for at in range(len(tokens) - SENTENCE_WORDS + 1))
        elif tokens and is_distinctive("".join(tokens), public=public) and sum(map(len, tokens)) >= 2 * LEAST:
            runs[len(tokens)].add(tokens)
    return KnownValues(
        identifiers=tuple((length, *_prepared(sorted(found))) for length, found in sorted(lengths.items())),
        words=frozenset(words),
        phrases={count: frozenset(map(hash, found)) for count, found in sorted(runs.items())},
        tight={count: frozenset(map(hash, found)) for count, found in sorted(tight.items())},
        first=frozenset(run[0] for found in (*runs.values(), *tight.values()) for run in found),
    )


def _prepared(values: list[str]) -> tuple[re.Pattern[str], Hashes]:
    """What all values of one length have in common, place by place, and their hashes."""
    import numpy as np

    letters = np.array(values, dtype=f"U{len(values[0])}").view("U1").reshape(len(values), -1)
    classes = [_class("".join(np.unique(letters[:, place]))) for place in range(letters.shape[1])]
    shape = "".join(f"[{part}]{{{count}}}" for part, count in _runs(classes))
    once = not set(_written(classes[0])) & set(_written("".join(classes[1:])))
    return re.compile(shape if once else f"(?=({shape}))"), np.sort(_hashes(values))


def _written(part: str) -> list[str]:
    """The characters of a class; where those of the first place stand nowhere else, no two values overlap."""
    return re.findall(f"[{part}]", "0123456789abcdefghijklmnopqrstuvwxyz") if part else []


def _class(characters: str) -> str:
    figures = "0-9" if any(character.isdigit() for character in characters) else ""
    letters = "".join(character for character in characters if not character.isdigit())
    if len(letters) > 6:
        letters = "a-f" if set(letters) <= set("abcdef") else "a-z"
    return figures + letters


def _runs(parts: list[str]) -> list[tuple[str, int]]:
    runs: list[tuple[str, int]] = []
    for part in parts:
        runs[-1:] = [(part, runs[-1][1] + 1)] if runs and runs[-1][0] == part else [*runs[-1:], (part, 1)]
    return runs


def _hashes(values: list[str]) -> Hashes:
    import numpy as np
    from pandas.util import hash_array

    return hash_array(np.array(values, dtype=object), categorize=False)


def find_known(text: str, known: KnownValues) -> dict[str, int]:
    """Count the known values in a text, without repeating any.

    Parameters
    ----------
    text : str
    known : KnownValues

    Returns
    -------
    dict of str to int
        By kind: ``identifier``, ``name``, ``quotation``; only kinds that occur.

    Examples
    --------
    >>> find_known("x=R00005275_2", known_values(["R00005275"]))
    {'identifier': 1}
    """
    text = plain(text)
    outside = _HASH.sub(" ", text)
    found = {
        "identifier": sum(
            _hits(text if length >= LONG_IDENTIFIER else outside, pattern, hashes)
            for length, pattern, hashes in known.identifiers
        ),
        "name": sum(_has_word(run, known.words) for run in _HANGUL.findall(text)) if known.words else 0,
        "quotation": 0,
    }
    if known.first:
        for kind, count in zip(("identifier", "quotation"), _runs_in(text, known), strict=True):
            found[kind] += count
    return {kind: count for kind, count in found.items() if count}


def _hits(text: str, pattern: re.Pattern[str], hashes: Hashes) -> int:
    import numpy as np

    candidates = list(set(pattern.findall(text)))
    if not candidates:
        return 0
    asked = _hashes(candidates)
    places = np.minimum(np.searchsorted(hashes, asked), len(hashes) - 1)
    return int((hashes[places] == asked).sum())


def _has_word(run: str, words: frozenset[str]) -> bool:
    """Whether a Hangul word begins with a known one; a particle or an ending may follow."""
    return any(run[:end] in words for end in range(LEAST // 2, min(len(run), 12) + 1))


def _runs_in(text: str, known: KnownValues) -> tuple[int, int]:
    """How many runs of words with single marks between them, and how many with anything between them, are known."""
    tokens = list(_TOKEN.finditer(text))
    words = [token.group() for token in tokens]
    tight = loose = 0
    for at, word in enumerate(words):
        if word in known.first:
            loose += any(hash(tuple(words[at : at + count])) in runs for count, runs in known.phrases.items())
            tight += any(
                hash(tuple(words[at : at + count])) in runs and _is_tight(text, tokens[at : at + count])
                for count, runs in known.tight.items()
            )
    return tight, loose


def _is_tight(text: str, tokens: list[re.Match[str]]) -> bool:
    between = [text[left.end() : right.start()] for left, right in pairwise(tokens)]
    return all(len(mark) == 1 and not mark.isspace() for mark in between)
