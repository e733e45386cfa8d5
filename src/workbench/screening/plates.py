"""Number plates: the present ones (12가 3456, 123가 4567) and the old ones with a region (서울 12가 3456).

The letter is one of the few that plates use; those that are also units or particles (도, 조, 호 …) need more to go by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.screening.kinds import Candidate
from workbench.screening.labels import label_before
from workbench.screening.particles import PARTICLES
from workbench.screening.readings import Reading

LETTERS = "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주바사아자하허호배육해공국합"
# Also a unit, a particle or a word of its own.
_DOUBTFUL = frozenset("도조호주로구부하가다라나마사자고서보소어우배공국무수오아해")
_REGION = "서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주"
_GAP = r"[ ]{0,2}[-.·]?[ ]{0,2}"
_PLATE = re.compile(rf"[\d*](?P<front>[\d*]{{0,2}})(?P<gap>{_GAP})(?P<letter>[{LETTERS}])(?P<gap2>{_GAP})(?P<rest>[\d*]{{4}})")
_REGION_BEFORE = re.compile(rf"(?:{_REGION})[ ]?[-.·]?[ ]?$")
_MORE = re.compile(r"[\d*]|[.,:\-/]\d")
_UNIT = re.compile(
    r"[ ]?(?:억|만|천|원|년|월|개|번|%|건|명|대(?!의)|회|㎡|m|k|평|쪽|세대"
    r"|가구|인(?!데)|톤|층|시(?!장)|호(?!선)|동(?!네)|여|[.][ ]?[가-힣])"
)
# What counts things even where a plate is expected: 146소 7235명, 12주 8195걸음.
_COUNTED = re.compile(
    r"[ ]?(?:[만억조]|천[ ]?원|원(?!래)|년|월|건|명(?!의)|쪽|세대|가구|걸음|곳|그루|km|kg|m(?![A-Za-z])|%|㎡|평|톤)"
)
_FIGURE = r"[공영빵일이삼사오육륙칠팔구\d*]"
_SPELLED = re.compile(
    rf"(?:(?<![가-힣\d*])|(?<=서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주))"
    rf"(?:{_FIGURE}[ ]?){{2,3}}[-.·]?[ ]?(?P<letter>[{LETTERS}])[ ]?[-.·]?[ ]?(?:{_FIGURE}[ ]?){{3}}{_FIGURE}"
    rf"(?=$|[^가-힣\d*]|번|차|(?:{PARTICLES})(?![가-힣]))"
)
_WORD_OF_FIGURE = re.compile("[공영빵일이삼사오육륙칠팔구]")
_COLOUR = r"(?:(?:흰|하얀|검은|검정|까만|은|회|쥐|빨간|빨강|파란|파랑|남|노란|노랑|초록|녹|갈|베이지|진주|청)색?[ ]?)?"
_CAR_AFTER = re.compile(
    rf"[)\]]?[ ]?(?:번[ ]?)?{_COLOUR}(?:차량|차가|차는|차를|차 |승용차|승합차|화물차|트럭|택시|오토바이|경차|세단"
    r"|버스가|SUV|소유)"
)


def plates(reading: Reading) -> Iterator[Candidate]:
    """Yield the number plates of a text.

    Parameters
    ----------
    reading : Reading
        With words of figures as they are: 일이구 삼사오육 has a letter among its figures.

    Examples
    --------
    >>> from workbench.screening.readings import read
    >>> [found.start for found in plates(read("차량 12가 3456"))]
    [3]
    """
    for match in _PLATE.finditer(reading.text):
        start = _accepted(reading.text, match)
        if start is not None:
            yield Candidate("number_plate", start, match.end(), 66)
    for match in _SPELLED.finditer(reading.text):
        if _spelled_enough(reading.text, match):
            yield Candidate("number_plate", match.start(), match.end(), 88)


def _spelled_enough(text: str, match: re.Match[str]) -> bool:
    """Return whether words of figures around a letter are a plate: the letter tells, or the label does."""
    front, rest = text[match.start() : match.start("letter")], text[match.end("letter") : match.end()]
    if not _WORD_OF_FIGURE.search(front + rest):
        return False
    region = _REGION_BEFORE.search(text, max(0, match.start() - 6), match.start())
    if label_before(text, region.start() if region else match.start()) == "plate" or _CAR_AFTER.match(text, match.end()):
        return True
    # 오이가 1200 and 이사가 2019 are cucumbers and a move.
    return match.group("letter") not in "공영일이삼사오육칠팔구" and _WORD_OF_FIGURE.search(rest) is not None


def _accepted(text: str, match: re.Match[str]) -> int | None:
    """Return where the plate starts, or None if it is none."""
    start, end = match.span()
    before = text[start - 1 : start]
    if before and (before.isdigit() or before in "*제" or (before in ".,-/:" and text[start - 2 : start - 1].isdigit())):
        return None
    found, letter = match.group(), match.group("letter")
    region = _REGION_BEFORE.search(text, max(0, start - 6), start)
    label = label_before(text, region.start() if region else start)
    labelled = label == "plate" or _CAR_AFTER.match(text, end) is not None
    if (
        _MORE.match(text, end)
        or _COUNTED.match(text, end)
        or (not labelled and (letter in _DOUBTFUL or " " in found) and _UNIT.match(text, end))
    ):
        return None
    if sum(character.isdigit() for character in found) < (2 if "*" in match.group("rest") else 4):
        return None
    if region:
        return region.start()
    if not match.group("front") or (before.isascii() and before.isalnum()):
        return None
    if labelled:
        return start
    if label == "other":
        return None
    first, second = match.group("gap"), match.group("gap2")
    if "*" in found:
        return start if not first else None
    if not first and not second:
        return start
    if _stands_by_itself(text, start, end):
        return start
    year = re.fullmatch(r"(?:19|20)\d\d", match.group("rest")) is not None
    return start if letter not in (_DOUBTFUL if first else "도조호주로구부") and not year else None


def _stands_by_itself(text: str, start: int, end: int) -> bool:
    """Return whether nothing else stands on the line or between the brackets."""
    return text[start - 1 : start] in {"", "\n", "(", "[", '"', "'"} and text[end : end + 1] in {"", "\n", ")", "]", '"', "'"}
