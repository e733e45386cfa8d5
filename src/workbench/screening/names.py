"""Names of people that a word introduces: 씨 or 님 behind them, 이름 or 성명 before them.

A name without a marker is not looked for: 한강 is a river, and 정보라 a name or 정보 and a particle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.screening.kinds import Candidate
from workbench.screening.readings import Reading
from workbench.screening.surnames import (
    CLANS,
    COMPOUND_SURNAMES,
    FREQUENT,
    GIVEN_NEVER,
    NOT_AFTER_LABELS,
    NOT_NAMES,
    ONE_SYLLABLE_NAMES,
    RARE_SURNAMES,
    SURNAMES,
)

_VEIL = "*OoXx0ㅇㅁ#"
_GIVEN = rf"[가-힣{re.escape(_VEIL)}]"
_SEP = r"(?:[ ]{1,2}|[.·\-])"
_MARKER = re.compile(
    r"(?P<gap>[ ]{0,2})(?P<mark>씨|님|귀하|(?:고객|회원|선생|어르신|주무관|팀장|과장|국장|대표|의원"
    r"|위원|기자|교수|이사|사장|부장|차장|대리|통장|이장|시민|주민|할머|할아버|환자|학생|민원인|조합원|변호사)님)"
)
_AFTER_SSI = re.compile(
    r"$|[^가-힣]|(?:는|은|가|이|를|을|의|에|와|과|도|만|로|랑|네|댁|께|측|등|및|외|나|란|여)(?![가-힣])|(?:에게|께서|한테|이라|라는|라고|이며|입니|이었|였|처럼|보다|까지|부터|에서|으로|이고|이다|이가|로부|와의|과의|댁의|측은|측이|네가|네는|이나|인데|인지|같은|본인|가족|부부|등이|등은|등을|에겐|마저|조차|만의|만이|께는|께도|이랑|하고|라며|라면|님)"
)
_AFTER_NIM = re.compile(r"(?!비|프|을지)")
_TOKEN = re.compile(rf"[가-힣{re.escape(_VEIL)}]{{2,7}}$")
_WHOLE = re.compile(
    rf"(?:(?P<compound>{COMPOUND_SURNAMES})(?P<given2>{_GIVEN}{{1,2}})"
    rf"|(?P<surname>[{SURNAMES}])(?P<given>{_GIVEN}{{1,2}}|[*OㅇX][가-힣*]{{2}}|[*]{{3}}))$"
)
_SPREAD = re.compile(
    rf"(?<![가-힣])(?:(?P<compound>{COMPOUND_SURNAMES})|(?P<surname>[{SURNAMES}])){_SEP}(?P<given>{_GIVEN}(?:{_SEP}?{_GIVEN})?)$"
)
_SPREAD_COMPOUND = re.compile(
    rf"(?<![가-힣])(?:{'|'.join(f'{word[0]}{_SEP}{word[1]}' for word in COMPOUND_SURNAMES.split('|'))})({_SEP}{_GIVEN}){{1,2}}$"
)

_LABEL = re.compile(
    r"(?P<plain>성[ ]{0,3}명|이[ ]{0,3}름|성함|존함)|(?P<role>신청인|신청자|대표자|담당자|예금주|보호자"
    r"|작성자|민원인|제안자|발의자|수령인|수취인|받는[ ]?사람|보내는[ ]?사람|환자명|고객명|회원명|학생명|계약자"
    r"|피보험자|세대주|소유자|임차인|임대인|운전자|피해자|신고인|신고자|발언자|청구인|접수자|대리인|(?<![A-Za-z_])(?:[Nn]ame|NAME)(?![A-Za-z_]))"
)
_BRIDGE = re.compile(
    r"(?:[ ]?\([가-힣A-Za-z·/ ]{1,8}\))?(?P<particle>은|는|이|가)?"
    r"(?P<gap>[ ]{0,6}(?P<delimiter>[:=\-|>»→,/\"'\]]+)?[ ]{0,6}\n?[ ]{0,4}[\"'“‘「\[(<]?)(?P<mine>(?:저는|나는|제가)[ ])?"
)
_TAIL = re.compile(
    r"$|[^가-힣A-Za-z0-9*]|(?:입니다|이다|이고|이며|이에요|예요|이라|라고|라는|인데|이었|였|씨|님|이요|이구요|이랍|이죠|귀하|이신|인가|드림|올림|배상|생년|주민|전화|연락|휴대|주소|성별|이시)"
    r"|(?:은|는|이|가|을|를|의|와|과|도|로|고|며|다|랑|외|등|및|에게|께서|께|한테|으로|군|양)(?![가-힣])"
)
_ENDS = re.compile(r"[ ]{0,2}(?:$|[\n,/)|;\]]|[.](?!\d)|\((?:인|서명|남|여)\))")
# Whose name it is says that a person's follows, however rare the surname; so does the place of a seal behind it.
_PERSON_BEFORE = re.compile(
    r"(?:신청[인자]|민원인|대표자?|담당자|보호자|작성자|예금주|고객|본인|아이|자녀|어머니|아버지"
    r"|제|내|저의)(?:의|님)?\]?[ ]{0,2}\Z"
)
_SIGNED = re.compile(r"[ ]{0,2}(?:\((?:인|서명|사인)\)|,[ ]?(?:연락|전화|주소|생년|주민))")
_LATIN = re.compile(r"(?:[A-Z][a-z]+|[A-Z]{2,})(?:[ ,\-]{1,2}(?:[A-Z][a-z]+|[A-Z]{2,}|[a-z]{2,8})){1,2}(?![A-Za-z])")
_ROMAN_SURNAME = re.compile(
    r"\b(?:kim|lee|yi|rhee|park|bak|choi|choe|jung|jeong|chung|kang|gang|cho|jo|yoon|yun|jang|chang|lim|im|han|oh|seo|suh|shin|sin|kwon|gwon"
    r"|hwang|ahn|an|song|ryu|yoo|you|yu|hong|jeon|ko|go|koh|moon|mun|yang|son|sohn|bae|baek|paik|heo|hur|nam|shim|sim|noh|roh|no|ha|kwak|gwak"
    r"|sung|seong|cha|joo|ju|woo|koo|gu|ku|min|jin|na|ji|um|eom|chae|won|cheon|bang|kong|gong)\b",
    re.IGNORECASE,
)
_THING_BEFORE = re.compile(
    r"(?:공원|역|도로|거리|학교|동네|마을|사업|행사|제도|단체|기관|회사|정류장|정류소|대여소|노선|건물|시설|도서관|지역|강|산|책|작품|노래|브랜드|상품|제품|앱|서비스|파일|변수|열|컬럼|필드|항목|가게|"
    r"상점|식당|지점|도시|나라|모임|팀|꽃|나무|동물|강아지|고양이|식물|바이러스"
    r"|태풍|지명|다리|섬|호수|숲|길|프로그램|축제|공모전|캐릭터|새)(?:의|에|명|은|는)?[ ]?\Z"
)
_LETTERS = re.compile(r"[가-힣]")


def names(reading: Reading) -> Iterator[Candidate]:
    """Yield the names that a marker or a label introduces.

    Examples
    --------
    >>> from workbench.screening.readings import read
    >>> text = "성명: 홍길동, 박영희 씨와 담당 선생님"
    >>> [text[found.start : found.end] for found in names(read(text))]
    ['박영희', '홍길동']
    """
    text = reading.text
    if "씨" in text or "님" in text or "귀하" in text:
        for marker in _MARKER.finditer(text):
            found = _before_marker(text, marker)
            if found:
                yield Candidate("name", *found, 40)
    for label in _LABEL.finditer(text):
        found = _after_label(text, label)
        if found:
            yield Candidate("name", *found, 42)


def _before_marker(text: str, marker: re.Match[str]) -> tuple[int, int] | None:
    end, mark = marker.start(), marker.group("mark")
    after = _AFTER_SSI if mark == "씨" else _AFTER_NIM
    if after.match(text, marker.end()) is None:
        return None
    window = text[max(0, end - 14) : end]
    token = _TOKEN.search(window)
    if token and len(token.group()) < 7:
        start = end - len(token.group())
        if text[start - 1 : start].isascii() and text[start - 1 : start].isalnum():
            return None
        if _is_name(token.group(), attached=not marker.group("gap"), mark=mark):
            return start - _surname_apart(text, start, token.group()), end
    for pattern in (_SPREAD_COMPOUND, _SPREAD):
        spread = pattern.search(window)
        if spread and not window[: spread.start()][-1:].isdigit() and _is_spread(spread.group(), marked=mark):
            return end - len(spread.group()), end
    return None


def _surname_apart(text: str, start: int, token: str) -> int:
    """Return how far before a word that could be a whole name its surname stands: 윤 유영 님; 0 without one."""
    apart = re.search(rf"(?<![가-힣])(?:[{SURNAMES}]|{COMPOUND_SURNAMES})[ ]{{1,2}}$", text[max(0, start - 5) : start])
    if apart is None or len(token) != 2 or apart.group()[0] in RARE_SURNAMES - {"사"}:
        return 0
    if apart.group()[0] in _DETERMINERS and token[1] not in FREQUENT:
        return 0
    return len(apart.group())


_OFFICES = frozenset(
    [
        "박사",
        "담임",
        "대리",
        "과장",
        "부장",
        "차장",
        "사장",
        "실장",
        "팀장",
        "국장",
        "원장",
        "기사",
        "여사",
        "교수",
        "선생",
        "의원",
        "작가",
        "감독",
        "배우",
        "기자",
        "대표",
    ]
)


def _is_spread(written: str, *, marked: str, firm: bool = False) -> bool:
    """Return whether syllables apart (홍 길 동, 홍.길.동) are a name."""
    joined = re.sub(r"[^가-힣*OoXx0ㅇㅁ#]", "", written)
    if re.search(r"[가-힣]{3}", written) or joined[1:] in _OFFICES:
        return False
    if joined[0] in _DETERMINERS and joined[1:] in NOT_NAMES and written.endswith(joined[1:]):
        return False
    return _is_name(joined, attached=True, mark=marked, firm=firm)


def _veiled(given: str) -> bool:
    return any(character in _VEIL for character in given)


def _is_name(token: str, *, attached: bool, mark: str, firm: bool = False) -> bool:
    """Return whether a word before 씨 or 님 is a name."""
    whole = _WHOLE.match(token)
    if whole is None:
        return False
    given = whole.group("given2") or whole.group("given")
    if given[0] in "Xx0" and len(given) == 2 and given[1] not in _VEIL and given[0] == "0":
        return False
    if _veiled(given):
        return True
    if token in NOT_NAMES or any(syllable in GIVEN_NEVER for syllable in given) or given == "모":
        return False
    if whole.group("compound"):
        return True
    if not firm and token[0] in RARE_SURNAMES and not (len(given) == 2 and all(syllable in FREQUENT for syllable in given)):
        return False
    if mark == "씨" and token in CLANS:
        return False
    if mark == "씨" and attached and (token[-1] in "날글불" or token.endswith(("마음", "아가", "아저", "솜씨", "말솜"))):
        return False
    if mark not in {"씨", "님"}:
        return token[-1] not in "은는" and len(given) == 2 and all(syllable in FREQUENT for syllable in given)
    return len(given) == 2 or given in ONE_SYLLABLE_NAMES


def _after_label(text: str, label: re.Match[str]) -> tuple[int, int] | None:
    bridge = _BRIDGE.match(text, label.end())
    if bridge is None:
        return None
    delimiter, particle, gap = bridge.group("delimiter") or "", bridge.group("particle") or "", bridge.group("gap")
    if particle and not gap and text[bridge.end() : bridge.end() + 1]:
        # 이름이라는, 성명이다: the particle belongs to the next word.
        return None
    before = text[max(0, label.start() - 12) : label.start()]
    firm = bool(delimiter) or "\n" in gap or (bool(gap) and _PERSON_BEFORE.search(before) is not None)
    if label.group("role") and not (":" in delimiter or "=" in delimiter or "|" in delimiter):
        return None
    if _THING_BEFORE.search(before) or (before[-1:] and "가" <= before[-1] <= "힣" and not (firm or before[-1] in "제내")):
        return None
    start = bridge.end()
    if delimiter == "," and gap.endswith(" "):
        return None
    if ":" in delimiter or "=" in delimiter:
        latin = _LATIN.match(text, start)
        if latin and _ROMAN_SURNAME.search(latin.group()):
            return latin.span()
    end = _name_from(text, start, firm=firm, led=firm or bool(particle))
    return (start, end) if end else None


_FORWARD = re.compile(
    rf"(?P<spread>(?:(?:{'|'.join(f'{word[0]}{_SEP}?{word[1]}' for word in COMPOUND_SURNAMES.split('|'))})|[{SURNAMES}])"
    rf"{_SEP}(?P<given>{_GIVEN}(?:{_SEP}?{_GIVEN})?))"
)


def _name_from(text: str, start: int, *, firm: bool, led: bool) -> int | None:
    """Return where the name that starts at ``start`` ends, or None without one."""
    lengths = (4, 3, 2) if re.match(rf"{COMPOUND_SURNAMES}|.[*OㅇX]", text[start : start + 2]) else (3, 2)
    for length in lengths:
        token = text[start : start + length]
        whole = _WHOLE.match(token) if len(token) == length else None
        if whole is None or _TAIL.match(text, start + length) is None:
            continue
        given = whole.group("given2") or whole.group("given")
        if _veiled(given):
            return start + length
        if token in NOT_AFTER_LABELS or any(syllable in GIVEN_NEVER for syllable in given):
            continue
        if (
            length == 3
            and given[-1] == "이"
            and _ends_closed(token[1])
            and re.match(r"고|며|다|라|에요|었", text[start + 3 : start + 5])
        ):
            continue
        if length == 2 and (given not in ONE_SYLLABLE_NAMES or not (led or _ENDS.match(text, start + 2))):
            continue
        if token[0] in RARE_SURNAMES and not (firm or whole.group("compound") or _SIGNED.match(text, start + length)):
            continue
        return start + length
    leading = re.match(r"[*]{1,2}[가-힣]{1,2}(?![가-힣])", text[start : start + 5])
    if leading and firm:
        return start + leading.end()
    spread = _FORWARD.match(text, start)
    if spread is None:
        return None
    # The last syllable may already be an ending: 범 린입니다.
    for end in range(spread.end("given"), spread.start("given"), -1):
        written = text[start:end]
        if not written[-1].isalnum() and written[-1] != "*":
            continue
        if not (led or len(re.sub(r"[^가-힣]", "", written)) > 2 or _ENDS.match(text, end)):
            continue
        if not _given_apart(text[spread.start("given") : end], text[start], firm=firm, ended=_ENDS.match(text, end) is not None):
            continue
        if _TAIL.match(text, end) and _is_spread(written, marked="님", firm=firm):
            return end
    return None


# Words of their own: this, one, former, present, new …
_DETERMINERS = frozenset("이한전현신구주성남여지")


def _given_apart(given: str, surname: str, *, firm: bool, ended: bool) -> bool:
    """Return whether what stands behind a surname and a space is a given name: 문 호옥, and not 한 가지."""
    if len(given) > 2:
        return True
    frequent = all(part in FREQUENT for part in given)
    if given in NOT_AFTER_LABELS:
        return firm and frequent and surname not in _DETERMINERS
    return firm or frequent or len(given) == 1 or (ended and surname not in _DETERMINERS)


def _ends_closed(syllable: str) -> bool:
    return (ord(syllable) - 0xAC00) % 28 != 0
