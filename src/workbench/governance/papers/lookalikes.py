"""Names that look alike: the skeleton of a name, and why a name is suspicious, after Unicode's security mechanisms (UTS #39).

Whoever reads a ballot sees letters and not code points; a seat ``С-1`` with a Cyrillic letter must not pass for the seat ``C-1``.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Annotated

from pydantic import AfterValidator

_PAIRS = (
    # Cyrillic
    "аa еe һh іi ӏi јj кk оo рp ԛq гr ѕs тt уy үy сc хx ԁd ѵv ѡw ԝw "
    "АA ВB СC ЕE НH ІI ЈJ КK МM ОO РP ЅS ТT ХX УY ҮY ѴV ԌG ԜW ӀI З3 б6 "
    # Greek
    "αa γy ιi κk νv οo ρp ϱp σo τt υu ϲc ϳj χx "
    "ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ϹC ϺM ϜF ͿJ "
    # Armenian, Hebrew, Georgian
    "քf ցg հh յj ոn ռn օo գq զq սu աw ՕO ՏS ՍU וl ןl סo ჿo ყy "
    # Coptic, Cherokee, Lisu
    "ⲥc ⲟo ⲣp ⲅr ⲤC ⲎH ⲔK ⲘM ⲚN ⲞO ⲢP ⲦT ⲬX ⲨY ᎪA ᏴB ᏟC ᎠD ᎬE ᏀG ᎻH ᎫJ ᏦK ᏞL ᎷM ᏢP ᎡR ᏕS ᎢT ᏙV ᎳW ᎩY ᏃZ "
    "ꓮA ꓐB ꓚC ꓓD ꓰE ꓝF ꓖG ꓧH ꓙJ ꓗK ꓡL ꓟM ꓠN ꓳO ꓑP ꓣR ꓢS ꓔT ꓴU ꓦV ꓪW ꓫX ꓬY ꓜZ "
    # Latin letters of phonetics and of rare alphabets
    "ɑa ᴄc ꬵf ɡg ɩi ǀl ᴏo ꜱs ᴜu ᴠv ᴡw ᴢz ƽs ƖI"
)
LOOKS_LIKE: dict[str, str] = {pair[0]: pair[1] for pair in _PAIRS.split()}
"""Letters whose shape is that of an ASCII letter or digit: from confusables.txt of UTS #39, the scripts with full look-alikes."""

_SHAPES = str.maketrans(
    LOOKS_LIKE
    | {"ı": "i", "|": "l", "ㆍ": "·", "•": "·", "‧": "·", "・": "·", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-"}
    | {
        "‘": "'",
        "’": "'",
        "`": "'",
        "´": "'",
        "“": '"',
        "”": '"',
        "エ": "工",
        "カ": "力",
        "タ": "夕",
        "ニ": "二",
        "ハ": "八",
        "ロ": "口",
    }
)
_FOLDED_SHAPES = str.maketrans({"0": "o", "1": "l", "i": "l", "m": "rn", "w": "vv"})

_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {chr(code) for code in range(0xFE00, 0xFE10)}
_SELECTORS = range(0xE0000, 0xE1000)
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_JAMO = re.compile("[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u3131-\u318c\u318e\uffa1-\uffdc]")
"""Hangul letters that are no syllables; not U+318D, the dot with which Korean joins two words (시ㆍ도)."""

_TOGETHER = ({"LATIN", "CJK", "HANGUL"}, {"LATIN", "CJK", "HIRAGANA", "KATAKANA"}, {"LATIN", "CJK", "BOPOMOFO"})
"""The scripts that one word may mix: the level "highly restrictive" of UTS #39, section 5.2."""


def look_alike(text: str) -> str:
    """Return the skeleton of a name: names that look alike share it.

    Compatibility forms and case are folded, what is invisible and every space go, and a letter or digit becomes the Latin
    letter of its shape. Wider than the skeleton of UTS #39, section 4, in that case, spaces and 1, i and l count as the same.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        For comparing only, not for showing.

    Examples
    --------
    >>> look_alike("С-1") == look_alike("C-1")
    True
    >>> look_alike("㈔서울 YMCA") == look_alike("(사)서울ＹＭＣＡ")
    True
    """
    while (folded := _folded(text)) != text:
        text = folded
    return text


def _folded(text: str) -> str:
    text = unicodedata.normalize("NFC", text).translate(_SHAPES)
    text = unicodedata.normalize("NFKC", text).translate(_SHAPES).casefold().translate(_FOLDED_SHAPES)
    return unicodedata.normalize("NFKC", "".join(char for char in text if not _is_unseen(char) and not char.isspace()))


def suspicious(text: str) -> str | None:
    """Say why a name is suspicious, or nothing: Korean, Chinese, Latin and their mixtures are not.

    Parameters
    ----------
    text : str

    Returns
    -------
    str or None
        The reason, naming the character.

    Examples
    --------
    >>> suspicious("서울YMCA (대기환경)") is None
    True
    >>> suspicious("УMCA")
    "the word 'УMCA' mixes scripts: U+0423 CYRILLIC CAPITAL LETTER U looks like 'Y'"
    """
    if text != text.strip():
        return f"begins or ends with a space ({_named(text[0] if text[0].isspace() else text[-1])})"
    if unseen := next((char for char in text if _is_unseen(char)), None):
        does = "changes the direction of reading" if unseen in _DIRECTIONS else "cannot be seen"
        return f"{_named(unseen)} {does}"
    if odd := next((char for char in text if unicodedata.category(char) in ("Cn", "Co", "Cs")), None):
        return f"{_named(odd)} is no character that everybody sees the same way"
    if space := next((char for char in text if char.isspace() and char != " "), None):
        return f"{_named(space)} looks like a space"
    if (composed := unicodedata.normalize("NFC", text)) != text:
        changed = next((char for char, kept in zip(text, composed, strict=False) if char != kept), text[-1])
        return f"is not in the normal form NFC ({_named(changed)}); type it anew"
    if jamo := _JAMO.search(text):
        return f"{_named(jamo[0])} is a letter of Hangul and no syllable"
    return next(_odd_characters(text), None) or next(_odd_words(text), None)


def _odd_characters(text: str) -> Iterator[str]:
    """Digits and letters in disguise, and marks laid over a letter."""
    before = ""
    for char in text:
        category, plain = unicodedata.category(char), unicodedata.normalize("NFKC", char)
        if category == "Nd" and not char.isascii():
            yield f"{_named(char)} is a digit, write '{unicodedata.digit(char)}'"
        elif category.startswith("L") and not char.isascii() and plain.isascii() and plain.isalnum():
            yield f"{_named(char)} looks like '{plain}'"
        elif category in ("Mn", "Me") and _script(before) in ("", "LATIN", "CYRILLIC", "GREEK", "HANGUL", "CJK"):
            yield f"{_named(char)} is a mark laid over another character"
        before = char


def _odd_words(text: str) -> Iterator[str]:
    """Words of several scripts, and words of another script in which every letter is shaped like a Latin one."""
    for word in re.findall(r"[^\W\d_]+", text):
        scripts = {script for char in word if (script := _script(char))}
        likeness = next((f"{_named(char)} looks like '{LOOKS_LIKE[char]}'" for char in word if char in LOOKS_LIKE), "")
        if len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER):
            foreign = next(char for char in word if _script(char) not in ("LATIN", "HANGUL", "CJK"))
            yield f"the word '{word}' mixes scripts: {likeness or _named(foreign)}"
        elif likeness and ("LATIN" in scripts or all(char in LOOKS_LIKE for char in word)):
            yield f"the word '{word}' is written with look-alikes: {likeness}"


def explain_id(text: str) -> str:
    """Name the first character of an id that is not plain ASCII.

    Parameters
    ----------
    text : str
        An id as somebody wrote it, such as a seat.

    Returns
    -------
    str
        Empty for an id in plain ASCII.

    Examples
    --------
    >>> explain_id("С-1")
    "'С-1' holds U+0421 CYRILLIC CAPITAL LETTER ES, which looks like 'C'"
    >>> explain_id("C-1")
    ''
    """
    odd = next((char for char in text if not "!" <= char <= "~"), None)
    if odd is None:
        return ""
    plain = odd.translate(_SHAPES) if odd in LOOKS_LIKE else unicodedata.normalize("NFKC", odd).translate(_SHAPES)
    if _is_unseen(odd) or odd.isspace():
        reason = "which cannot be seen"
    elif plain != odd and plain.isascii() and plain.isprintable():
        reason = f"which looks like '{plain}'"
    else:
        reason = "and an id is written in ASCII"
    return f"'{text if text.isprintable() else ascii(text)[1:-1]}' holds {_named(odd)}, {reason}"


def alike(names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the pairs of keys whose names are equal or look alike.

    Parameters
    ----------
    names : mapping of str to str
        The name of each key.

    Returns
    -------
    list of (str, str)
        In the order of the keys given.

    Examples
    --------
    >>> alike({"C-1": "환경 모임", "C-2": "환경모임", "C-3": "교통 모임"})
    [('C-1', 'C-2')]
    """
    by_skeleton: defaultdict[str, list[str]] = defaultdict(list)
    for key, name in names.items():
        by_skeleton[look_alike(name)].append(key)
    return [pair for keys in by_skeleton.values() for pair in combinations(keys, 2)]


def _named(char: str) -> str:
    return f"U+{ord(char):04X} {unicodedata.name(char, '')}".rstrip()


def _is_unseen(char: str) -> bool:
    return char in _FILLERS or unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") or ord(char) in _SELECTORS


def _script(char: str) -> str:
    """The script of a letter, by the first word of its Unicode name; nothing for what belongs to no script."""
    if not char or not unicodedata.category(char).startswith("L"):
        return ""
    name = unicodedata.name(char, "").replace("KATAKANA-HIRAGANA", "KATAKANA").replace("IDEOGRAPHIC", "CJK")
    return name.split(" ")[0]


def _plain_name(text: str) -> str:
    if reason := suspicious(text):
        raise ValueError(reason)
    return text


PlainName = Annotated[str, AfterValidator(_plain_name)]
"""A name in which every character is what it seems."""
