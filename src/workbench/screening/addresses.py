"""Road-name and lot addresses with what follows the house number: building, 동, 층 and 호.

A number after ``로``, ``길``, ``동``, ``리`` or ``가`` is looked for first; what stands before it says whether that is a place or
a particle, what stands behind it whether the number counts something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.screening.kinds import Candidate
from workbench.screening.particles import PARTICLES
from workbench.screening.readings import Reading
from workbench.screening.regions import (
    DISTRICTS,
    KNOWN_ROADS,
    NOT_DISTRICTS,
    NOT_PLACES,
    NOT_ROAD_ENDS,
    NOT_ROADS,
    PROVINCES,
    REAL_PLACES,
)

_NUMBER = r"(?:[1-9*][\d*]{0,4}(?:[ ]?-[ ]?[\d*]{1,3}(?![\d*]))?)"
_PARCEL = r"(?:[1-9*][\d*]{0,4}(?:[ ]?-[ ]?[\d*]{1,4}(?![\d*]))?)"
_ROAD = re.compile(
    rf"[로길](?:[ ]{{0,2}}[\d*]{{1,4}}[ ]?번?[가나다라마바사아자차카타파하]?[ ]?길(?:[ ]?[\d*]{{1,3}}[가나다라마바사]?[ ]?길)?)?"
    rf"(?P<gap>[ .·/\-_]{{0,2}})(?:지하[ ]?)?(?P<number>{_NUMBER})"
)
_LOT = re.compile(rf"[동리가읍면](?P<gap>[ .·/\-_]{{0,2}})(?P<hill>산[ .·]{{0,2}})?(?P<number>{_PARCEL})(?P<unit>[ ]?번[ ]?지)?")
# After a house number: an end, a particle, a unit of addresses. Any other word counts something (명, 개, 분, 번 출구 …).
_FOLLOWS = re.compile(
    r"(?:[ ]?번[ ]?지(?:[ ]?[\d*]{1,4}호)?|호(?!선|기|차))?"
    r"(?=$|[\n\r\x1e)\]}\"'”’」<;|]"
    r"|[ ](?![%℃]|(?:명|개|건|원|곳|회|대|번[ ]?출구|분|시간|가지|세대|가구|km|m|kg|번째|위|층짜리|년|월)(?![가-힣]))"
    r"|[,.·/_](?!\d)|[,/:][ ]?(?=[^\d ])"
    rf"|-(?!\d)|[(\[:]|(?!도)(?:{PARTICLES})(?![가-힣])|(?:앞|옆|뒤|일대|건물|소재|거주|번지|지하|인근|부근|근처|맞은편)"
    r"|(?:[A-Za-z]?동|호)(?=$|[^가-힣])|[ ]?제?[\d*]{1,4}[동층호])"
)
_COUNTED = re.compile(r"(?:가지|의[ ]?[\d]|이상|이하|여[ ]|로구|과목|은행|이내|에너지|이닝|까지의|로트)")
# 세종대로 110, 조례 제5378호: a document and no building.
_DOCUMENT = "조례|규칙|규정|법률|공고|고시|도면|정류|대여소|접수|문서|필지|별표"
_BUILDING = (
    rf"(?:(?!{_DOCUMENT})[가-힣A-Za-z][가-힣A-Za-z0-9\-]{{0,15}}"
    r"(?:[ ][가-힣A-Za-z0-9]{1,10}(?=[ ][\d*A-Za-z가나다라]{1,4}[ ]?[동호층]))?)"
)
_SEP = r"(?:[ ]?,[ ]{0,2}|[ ]?[.](?![ ])|[ ]{0,2})"
# A unit that stands apart ends its word: 9 동 2103 호, but not 207 호암아트홀.
_ENDED = rf"(?=(?:{PARTICLES})?(?![가-힣]))"
_DONG, _CHEUNG, _HO = rf"(?:동(?![안네쪽])|[ ]동{_ENDED})", rf"(?:층|[ ]층{_ENDED})", rf"(?:호(?![선기차])|[ ]호{_ENDED})"
_BLOCK = rf"(?:제)?(?:[\d*]{{1,4}}|[A-Za-z가나다라마바사]){_DONG}"
_FLOOR = rf"(?:지하|지상|반지하|B)?[ ]?[\d*]{{1,3}}{_CHEUNG}"
_ROOM = rf"(?:제|지하|B)?[ ]?[\d*]{{1,5}}(?:[,~·\-][ ]?[\d*]{{1,4}}){{0,2}}{_HO}"
_ROOMS_ON = rf"{_ROOM}(?:{_SEP}{_ROOM}){{0,3}}"
_DETAIL = re.compile(
    rf"(?:{_SEP}{_BUILDING})??{_SEP}(?:{_BLOCK}(?:{_SEP}{_FLOOR})?(?:{_SEP}{_ROOMS_ON})?|{_FLOOR}(?:{_SEP}{_ROOMS_ON})?|{_ROOMS_ON})"
)
# What touches a house number and is no count: 13벽산하이츠C동1304호, 2,126동2301호.
_TOUCHING = re.compile(
    r"(?:(?:,[ ]?)?(?:[가-힣A-Za-z]{2,14})?(?:제)?(?:[\d*]{1,4}|[A-Za-z가나다라마바사])[ ]?"
    r"(?:동(?![안네쪽])|층(?!짜리)|호(?![선기차]))"
    r"|[가-힣A-Za-z]{1,12}(?:아파트|빌라|맨션|오피스텔|연립|하이츠|빌딩|타워|상가))"
)
_UNIT = re.compile(r"[ ]?번[ ]?지(?:[ ]?[\d*]{1,4}호(?!선))?")
_DASHED_DETAIL = re.compile(rf",?[ ]{{1,2}}(?:{_BUILDING}[ ])?(?!(?:19|20)\d\d-)[\d*]{{2,4}}-[\d*]{{3,4}}(?![\d*\-])")
_BRACKET = re.compile(r",?[ ]{0,2}\([가-힣0-9]{1,10}(?:동|읍|면|리|가|로)(?:[ ]?,[^()\n\x1e]{1,24})?\)")
_ROOMS = re.compile(
    r"[\d*][\d*]{0,3}(?:[ ]?동[ ,.\-]{0,2}(?:제|지하[ ]?)?(?:[\d*]{1,3}[ ]?층[ ]{0,2})?[\d*]{2,5}[ ]?)?호(?![선기차가-힣])"
)
_HOME = re.compile(
    r"[가-힣A-Za-z0-9]{0,12}(?:아파트|빌라|맨션|오피스텔|연립|주공|타운|하이츠|푸르지오|래미안|힐스테이트"
    r"|자이|더샵|아이파크|단지|APT)[ ]{0,2}$"
)
_TOKEN = re.compile(r"[가-힣0-9A-Za-z*]{1,24}$|(?:[0-9]\.[0-9])[로길]$")
_SPLIT = re.compile(
    rf"(?P<region>(?:{PROVINCES})?(?:[가-힣]{{1,5}}?[시군구]){{0,2}}(?:[가-힣]{{1,4}}?[읍면])?)(?P<place>[가-힣0-9*]{{1,12}})$"
)
_PROVINCE = re.compile(rf"(?:{PROVINCES})$")
_DISTRICT = re.compile(r"[가-힣*]{1,5}(?:시|군|구|읍|면|도)$")
_DISTRICT_RUN = re.compile(rf"(?:{PROVINCES})?(?:[가-힣]{{1,5}}?[시군구]){{1,3}}$")
# 종로3가 is a neighbourhood, not number 3 of a street.
_SECTION = re.compile(r"(?<!\d)[1-9](?:가|동(?!아))(?![ ]?[\d*]{1,3}층|[ ]?[\d*]{3,4}호)")
_WINDOW = 60


def addresses(reading: Reading) -> Iterator[Candidate]:
    """Yield the addresses of a text.

    Examples
    --------
    >>> from workbench.screening.readings import read
    >>> [(found.kind, found.end) for found in addresses(read("서울시 중구 세종대로 110, 102호에서"))]
    [('road_address', 21)]
    """
    text = reading.text
    for match in _ROAD.finditer(text):
        start = _road_start(text, match)
        if start is not None:
            yield Candidate("road_address", start, _end(text, match), 52)
    for match in _LOT.finditer(text):
        start = _lot_start(text, match)
        if start is not None:
            yield Candidate("lot_address", start, _end(text, match), 51)
    for match in _ROOMS.finditer(text):
        home = _HOME.search(text, max(0, match.start() - 20), match.start())
        if home or "동" in match.group():
            yield Candidate("lot_address", home.start() if home else match.start(), match.end(), 30)


def _end(text: str, match: re.Match[str]) -> int:
    """Return where the address ends, with building, rooms and the neighbourhood in brackets."""
    end = match.end()
    unit = _UNIT.match(text, end)
    if unit:
        end = unit.end()
    for pattern in (_BRACKET, _DETAIL, _DASHED_DETAIL, _BRACKET):
        more = pattern.match(text, end)
        if more and more.end() > end:
            end = more.end()
    return end


def _counts(text: str, end: int) -> bool:
    """Return whether the number that ends here counts or dates something."""
    if _TOUCHING.match(text, end):
        return False
    after = text[end : end + 3]
    if (
        re.match(r"[.:]\d|,\d\d\d|[ ]?-[ ]?\d|[ ]?[~%℃㎡°]|[A-Za-z]{1,3}(?![A-Za-z]*동)", text[end : end + 8])
        or after[:1].isdigit()
    ):
        return True
    return _FOLLOWS.match(text, end) is None or _COUNTED.match(text, end) is not None


def _before(text: str, end: int) -> tuple[list[tuple[int, str]], int]:
    """Return up to five words that end at ``end``, nearest first, with where each starts."""
    words: list[tuple[int, str]] = []
    at, least = end, max(0, end - _WINDOW)
    while len(words) < 5:
        token = _TOKEN.search(text[max(least, at - 24) : at])
        if token is None:
            break
        start = at - len(token.group())
        words.append((start, token.group()))
        gap = re.search(r"(?:[ ]{1,2}|[ ]?[.·/][ ]?)$", text[max(least, start - 3) : start])
        if gap is None:
            break
        at = start - len(gap.group())
    return words, at


def _is_district(word: str) -> bool:
    if word in DISTRICTS or _PROVINCE.fullmatch(word):
        return True
    run = _DISTRICT_RUN.fullmatch(word)
    if run and len(word) > 3 and any(word.endswith(known) for known in DISTRICTS):
        return True
    return len(word) >= 2 and _DISTRICT.fullmatch(word) is not None and word not in NOT_DISTRICTS and word[-1] not in "도면시"


def _region_start(words: list[tuple[int, str]]) -> int | None:
    """Return where the districts directly before a street or neighbourhood start, or None without any."""
    start = None
    for place, word in words:
        village = (
            start is None and len(word) >= 2 and word[-1] in "읍면동" and word not in NOT_PLACES and word not in NOT_DISTRICTS
        )
        if _is_district(word) or (village and word[-1] in "읍면"):
            start = place
        else:
            break
    return start


def _split(word: str) -> tuple[str, str]:
    """Split 서울시강남구테헤란로 into 서울시강남구 and 테헤란로."""
    for at in range(len(word) - 2, 1, -1):
        if word[at - 1] in "시군구읍면도울산구천주전종기원북남" and _is_district(word[:at]):
            return word[:at], word[at:]
    return "", word


def _road_start(text: str, match: re.Match[str]) -> int | None:
    if _counts(text, match.end()) or _SECTION.match(text, match.end() - 1):
        return None
    words, _ = _before(text, match.start() + 1)
    if not words:
        return None
    start, name = words[0]
    joined, road = _split(name)
    region = _region_start(words[1:])
    number, gap = match.group("number"), match.group("gap")
    if joined:
        return region if region is not None else start
    if road in {"로", "길", "대로"}:
        return _apart(words)
    if road in NOT_ROADS and road not in KNOWN_ROADS:
        return None
    if region is not None:
        return region if road not in NOT_ROAD_ENDS else None
    if road.endswith(NOT_ROAD_ENDS) and road not in KNOWN_ROADS:
        return None
    if _asked(text, start, match.end()):
        return start
    if gap.strip() or (set(number) <= {"*", "-"} and road not in KNOWN_ROADS):
        return None
    return start if _named_road(text, road, match) else None


def _apart(words: list[tuple[int, str]]) -> int | None:
    """Return where an address starts whose street is in two words behind its district: 중구 현루 길 86."""
    name = words[1][1] if len(words) > 1 else ""
    if not re.fullmatch(r"[가-힣]{1,5}", name) or name[-1] in "은는던을를의에서고" or _is_district(name):
        return None
    return _region_start(words[2:])


def _named_road(text: str, road: str, match: re.Match[str]) -> bool:
    """Return whether a road without a district before it is a road."""
    number, end = match.group("number"), match.end()
    if "길" in match.group()[1:] or road in KNOWN_ROADS or re.search(r"\d번?[가-하]?[로길]$", road):
        return True
    if road.endswith("길"):
        return len(road) >= 3
    if not "가" <= road[-2] <= "힣":
        return road[-2].isdigit()
    closed = (ord(road[-2]) - 0xAC00) % 28
    if closed not in (0, 8) and len(road) >= 2:
        return True
    if road.endswith("대로") and len(road) >= 4:
        return True
    if "-" in number or _DETAIL_AFTER.match(text, end) or _BRACKET.match(text, end):
        return True
    if len(road) >= 3 and re.match(r"번지|에(?:서)?(?![가-힣])", text[end : end + 3]):
        return True
    return road[:-1] in _DISTRICT_STEMS and len(number) >= 2


_DISTRICT_STEMS = frozenset(word[:-1] for word in DISTRICTS)
_LABEL = re.compile(r"(?:주소|주소지|거주지|소재지|자택|사는[ ]?곳|배송지|본적|도로명|지번)(?:는|은|가|이|지는)?[ ]?[:=|,]?[ ]?$")
_LIVES = re.compile(r"(?:번지)?에(?:서)?[ ](?:살|사는|산다|삽|거주|위치|있는[ ]?(?:집|우리))")


def _asked(text: str, start: int, end: int) -> bool:
    """Return whether the words around say that this is where someone lives."""
    return _LABEL.search(text, max(0, start - 12), start) is not None or _LIVES.match(text, end) is not None


_DETAIL_AFTER = re.compile(
    r"[,.]?[ ]{0,2}(?:[가-힣A-Za-z0-9]{2,14}[ ]{1,2})?(?:제|지하[ ]?)?[\d*]{1,4}[ ]?(?:동|층|호)(?![가-힣])"
)


def _lot_start(text: str, match: re.Match[str]) -> int | None:
    if not match.group("unit") and (_counts(text, match.end()) or _SECTION.match(text, match.end() - 1)):
        return None
    words, _ = _before(text, match.start() + 1)
    if not words:
        return None
    start, name = words[0]
    joined, place = _split(name)
    region = _region_start(words[1:])
    number, sure = match.group("number"), bool(match.group("unit") or match.group("hill"))
    if place[-1] == "가" and not place[-2:-1].isdigit():
        return None
    if place[:-1].isdigit() or place in {"동", "리", "가"}:
        # 종로 3가 12-3: the street's name stands before the number of its section.
        if place[-1] == "가" and len(words) > 1 and words[1][1].endswith("로"):
            start, name = words[1]
            region, place = _region_start(words[2:]), name + place
            joined, _ = _split(name)
        else:
            return None
    if place[-1] in "읍면" and (region is None or "-" not in number or _is_district(place)):
        return None
    if len(place) < 2 or (place in NOT_PLACES and region is None and not joined):
        return None
    if joined:
        return region if region is not None else start
    if region is not None and (place not in NOT_PLACES or sure or "-" in number or place in REAL_PLACES):
        return region
    if match.group("gap").strip() or place in NOT_PLACES or any(place.endswith(word) for word in NOT_PLACES if len(word) > 2):
        return None
    if sure or ("-" in number and re.search(r"\d", number) and len(number) < 9) or _asked(text, start, match.end()):
        return start
    return None
