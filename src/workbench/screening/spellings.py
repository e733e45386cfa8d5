"""Numbers spelled, spread or veiled: their figures, drawn together, as further readings of a text.

``공일공에 일이삼사에 …``, ``0 1 0 - 1 2 3 4 …`` and ``010-XXXX-5678`` are the same kind of number as ``010-1234-5678``. Undoing
the writing once lets every finder know a number in one shape only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.screening.particles import PARTICLES
from workbench.screening.readings import Reading

_WORDS = {
    **dict.fromkeys(("공", "영", "빵", "령", "제로", "零"), "0"),
    **dict.fromkeys(("일", "하나", "一", "壹"), "1"),
    **dict.fromkeys(("이", "둘", "二", "貳"), "2"),
    **dict.fromkeys(("삼", "셋", "三", "參"), "3"),
    **dict.fromkeys(("사", "넷", "四"), "4"),
    **dict.fromkeys(("오", "다섯", "五"), "5"),
    **dict.fromkeys(("육", "륙", "여섯", "六"), "6"),
    **dict.fromkeys(("칠", "일곱", "七"), "7"),
    **dict.fromkeys(("팔", "여덟", "八"), "8"),
    **dict.fromkeys(("구", "아홉", "九"), "9"),
}
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_BREAK = "하이픈|마이너스|작대기|짝대기|다시|대시|데시|빼기|국에|에|의|점|닷|쩜|콤마"
# At least seven figures, of which some are words; every repetition is possessive, so a run is read once.
_RUN = re.compile(rf"(?:(?:{_WORD}|[\d*])[ ]{{0,2}}+(?:(?:{_BREAK}|[-.·,/_~:)])[ ]{{0,2}}+)?+){{7,}}+")
_START = re.compile(rf"(?:{_WORD})[ ]{{0,2}}(?:(?:{_BREAK}|[-.·,/)])[ ]{{0,2}})?(?:{_WORD}|\d)")
_PART = re.compile(rf"(?P<word>{_WORD})|(?P<gap>(?<=[^ ])[ ]{{0,2}}(?:{_BREAK})[ ]{{0,2}}(?={_WORD}|[\d*]))")
# Single characters set apart by one space each. Wider gaps stay, as they divide groups.
_SINGLE = r"(?:[가-힣](?![가-힣])|[0-9A-Za-z*](?![0-9A-Za-z*])|[@._\-+()])"
_SPREAD = re.compile(rf"(?:(?<![가-힣0-9A-Za-z*])|(?<![0-9A-Za-z*])(?=[0-9*])){_SINGLE}(?:[ ]{_SINGLE}){{4,}}")
_SPREAD_FIGURES = re.compile(r"(?<![\d*])[\d*](?:[ ]{1,3}(?:[-.·/][ ]{1,2})?[\d*](?![\d*])){4,}")
_SPREAD_GAP = re.compile(r"[ ]+(?P<mark>[-.·/])[ ]+|[ ]{2,}|[ ]")
_VEIL = re.compile(r"([xXoO#ㅇㅁ•·_])\1{1,7}(?![A-Za-zㄱ-ㅎ#])")
_LAST_VEIL = re.compile(r"(?<=[\d\-])[xX](?![A-Za-z0-9*]|[.][A-Za-z0-9])")
_FIGURE = re.compile(r"[\d*]")
_LETTER_PHONE = re.compile(r"(?<![A-Za-z0-9])(?:[oO][1lI|][oO]|0[lI|][oO0]|01[oO]|[oO]10)(?=[ ]?[-.·)]?[ ]?[\d*]{3,4})")


def _spread(text: str) -> Iterator[tuple[int, int, str]]:
    for run in _SPREAD.finditer(text):
        yield from ((at, at + 1, "") for at in range(run.start() + 1, run.end() - 1, 2))


def _spread_figures(text: str) -> Iterator[tuple[int, int, str]]:
    for run in _SPREAD_FIGURES.finditer(text):
        for gap in _SPREAD_GAP.finditer(text, run.start(), run.end()):
            yield gap.start(), gap.end(), gap.group("mark") or (" " if len(gap.group()) > 1 else "")


def _veiled(text: str) -> Iterator[tuple[int, int, str]]:
    for run in _VEIL.finditer(text):
        before, after = text[max(0, run.start() - 2) : run.start()], text[run.end() : run.end() + 2]
        if _FIGURE.search(before + after) and not (before[-1:].isascii() and before[-1:].islower()):
            yield from ((at, at + 1, "*") for at in range(run.start(), run.end()))


def _lettered(text: str) -> Iterator[tuple[int, int, str]]:
    return ((m.start(), m.end(), "010") for m in _LETTER_PHONE.finditer(text))


def _spelled(text: str) -> Iterator[tuple[int, int, str]]:
    at = 0
    while first := _START.search(text, at):
        if _ends_a_word(text, first):
            at = first.start() + 1
            continue
        # The word that starts a run may itself follow figures: 010-일이삼사-5678.
        run = _backwards(text, first.start(), at) or _RUN.match(text, first.start())
        if run is None:
            at = first.start() + 1
            continue
        if run.end() - run.start() > _LONGEST_RUN:
            at = run.end()
            continue
        parts = [*_PART.finditer(text, run.start(), run.end())]
        if _is_particle(text, parts, run.end()):
            parts.pop()
        for part in parts:
            yield part.start(), part.end(), _WORDS[part.group("word")] if part.group("word") else "-"
        at = run.end()


def _ends_a_word(text: str, first: re.Match[str]) -> bool:
    """Return whether what looks like a first figure is the end of the word before the number: 연락처이 0 1 0, 생일 9 0."""
    before, after = text[first.start() - 1 : first.start()], text[first.start() + 1 : first.start() + 2]
    if after != " " or text[first.start()] in "공영빵령":
        return False
    return before == ")" or "가" <= before <= "힣" or (before.isascii() and before.isalpha())


def _is_particle(text: str, parts: list[re.Match[str]], end: int) -> bool:
    """Return whether the last word is the particle of 칠 팔이, touching the last of figures that stand apart."""
    if len(parts) < 2 or parts[-1].group() != "이" or parts[-2].end() != parts[-1].start():
        return False
    if text[parts[-1].end() : end].strip():
        return False
    return text[parts[-2].start() - 1 : parts[-2].start()] == " "


# No list of numbers in words is longer than this.
_LONGEST_RUN = 4000
_FIGURES_BEFORE = re.compile(rf"(?:[\d*][\d* \-.·,/_~:)]*+(?:(?:{_BREAK})[ ]{{0,2}})?+){{1,4}}$")


def _backwards(text: str, start: int, least: int) -> re.Match[str] | None:
    """Return the run that holds ``start`` but begins in the figures before it."""
    before = _FIGURES_BEFORE.search(text[max(least, start - 24) : start])
    return _RUN.match(text, start - len(before.group())) if before else None


def drawn_together(reading: Reading) -> Reading:
    """Return a reading in which characters set apart by spaces stand together again.

    Examples
    --------
    >>> from workbench.screening.readings import read
    >>> drawn_together(read("서 울 시 중 구")).text
    '서울시중구'
    """
    if _SPREAD.search(reading.text) is None:
        return reading
    return reading.rewritten(_spread(reading.text))


def unveiled(reading: Reading) -> Reading:
    """Return a reading in which every veil is ``*``.

    Examples
    --------
    >>> from workbench.screening.readings import read
    >>> unveiled(read("12가 34XX")).text
    '12가 34**'
    """
    reading = reading.rewritten(_veiled(reading.text))
    return reading.rewritten((m.start(), m.end(), "*") for m in _LAST_VEIL.finditer(reading.text))


def figures(reading: Reading) -> Reading:
    """Return a reading in which spelled, spread and veiled numbers are figures, and veils are ``*``.

    Parameters
    ----------
    reading : Reading

    Returns
    -------
    Reading

    Examples
    --------
    >>> from workbench.screening.readings import read
    >>> figures(read("공일공에 일이삼사에 오육칠팔")).text
    '010-1234-5678'
    >>> figures(read("900101-1xxxxxx")).text
    '900101-1******'
    """
    for changes in (_lettered, _veiled):
        reading = reading.rewritten(changes(reading.text))
    reading = reading.rewritten(_spelled(reading.text), spelling=True)
    return reading.rewritten(_spread_figures(reading.text))


_SINO = "[공영빵일이삼사오육륙칠팔구십백천]"
_BAR = "다시|대시|하이픈|빼기|의"
_HOUSE = re.compile(
    rf"(?<=[로길동리가])[ .]{{0,2}}(?:산[ .]{{0,2}})?(?P<number>{_SINO}{{1,7}})"
    rf"(?:[ ]?(?P<bar>{_BAR}|-)[ ]?(?P<second>{_SINO}{{1,5}}))?"
    rf"(?:(?P<parcel>번[ ]?지)|(?P<unit>번길|길|호|층)?(?:{PARTICLES})?(?![가-힣]))"
)
_ROOM = re.compile(rf"(?<=[ \d동층])(?:({_SINO}{{2,7}})(?=호|층)|([공영빵일이삼사오육륙칠팔구]{{2,4}})(?=동[ ]))")
_NUMBERED_STREET = re.compile(r"\d[가-하]?번?길[ ]$")
_DISTRICT_BEFORE = re.compile(r"[가-힣][시군구읍면동][ ]")
# Ordinary words made of the same syllables: 서울로 이사, 종로 일대, 이천 (a city).
_ORDINARY = frozenset(
    [
        "이사",
        "사이",
        "오이",
        "일일",
        "이일",
        "구이",
        "삼일",
        "사일",
        "오일",
        "육일",
        "칠일",
        "팔일",
        "구일",
        "일사",
        "사사",
        "오구",
        "이구",
        "이천",
        "사천",
        "천",
        "백",
        "십",
    ]
)


def _value(words: str) -> str:
    """Return the figures of a numeral: digit by digit, or with 십, 백 and 천 as a number."""
    if not set(words) & set("십백천"):
        return "".join(_WORDS[word] for word in words)
    total = figure = 0
    for word in words:
        if word in "십백천":
            total += (figure or 1) * {"십": 10, "백": 100, "천": 1000}[word]
            figure = 0
        else:
            figure = int(_WORDS[word])
    return str(total + figure)


def _houses(text: str) -> Iterator[tuple[int, int, str]]:
    changes: list[tuple[int, int, str]] = []
    for house in _HOUSE.finditer(text):
        number, sure = house.group("number"), house.group("parcel") or house.group("unit") or house.group("second")
        window = max(0, house.start() - 25)
        line = max(window, text.rfind("\n", window, house.start()) + 1)
        near = _DISTRICT_BEFORE.search(text, line, house.start())
        street = _NUMBERED_STREET.search(text, max(0, house.start() - 6), house.start("number")) is not None
        ordinary = number in _ORDINARY and not street
        plain = not ordinary and (len(number) >= 3 or (near is not None and (len(number) >= 2 or number in "삼칠팔육륙")))
        if not sure and not plain:
            continue
        changes.append((*house.span("number"), _value(number)))
        if house.group("second"):
            changes += [(*house.span("bar"), "-"), (*house.span("second"), _value(house.group("second")))]
    for room in _ROOM.finditer(text):
        words = room.group(1) or room.group(2)
        changes.append((room.start(), room.end(), _value(words)))
    done = 0
    for change in sorted(changes):
        if change[0] >= done:
            yield change
            done = change[1]


def house_figures(reading: Reading) -> Reading:
    """Return a reading in which spelled house and room numbers of addresses are figures.

    Examples
    --------
    >>> from workbench.screening.readings import read
    >>> house_figures(read("중구 세종대로 일일공, 백이호")).text
    '중구 세종대로 110, 102호'
    """
    return reading.rewritten(_houses(reading.text))
