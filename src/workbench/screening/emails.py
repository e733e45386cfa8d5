"""E-mail addresses, also with the at-sign and the dots in words: ``hong (at) naver (dot) com``, ``hong 골뱅이 네이버 점 컴``.

The at-sign is looked for first and the address is read outwards from it, a bounded way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.screening.kinds import Candidate
from workbench.screening.labels import WINDOW
from workbench.screening.readings import Reading

_AT = re.compile(
    r"[ ]{0,2}(?:@|[(\[{<][ ]?(?:at|AT|At|앳|엣|골뱅이|@)[ ]?[)\]}>]|골뱅이|앳(?=[ ])|_at_|(?<=[ ])(?:at|AT)(?=[ ]))[ ]{0,2}"
)
_ASCII_LOCAL = re.compile(
    r"[A-Za-z0-9*_](?:[A-Za-z0-9._%+\-*']|[공영일이삼사오육칠팔구](?=[공영일이삼사오육칠팔구A-Za-z0-9@ ]|$))*$"
)
_SPOKEN_LOCAL = re.compile(r"[가-힣A-Za-z0-9._\-*]{2,20}$")
_TOP = "com|net|org|kr|co|go|or|ac|re|io|me|edu|gov|info|seoul"
_DOT = (
    rf"(?:[.,·]|[ ]{{0,2}}[.·][ ]{{0,2}}(?=(?:{_TOP})(?![a-z]))"
    r"|[ ]{0,2}(?:[(\[{<][ ]?(?:dot|DOT|Dot|닷|점|\.)[ ]?[)\]}>]|닷|쩜|점|도트|(?<=[ ])(?:dot|DOT)(?=[ ]))[ ]{0,2})"
)
_HOSTS = "네이버|지메일|다음|한메일|네이트|핫메일|구글|카카오|야후|아웃룩|코리아|한메일넷|엠팔|드림위즈|파란"
_ENDS = "컴|콤|넷|씨오|케이알|코|오알지|오알|고"
_DOMAIN = re.compile(
    rf"(?:[A-Za-z0-9*](?:[A-Za-z0-9\-*]{{0,62}})|{_HOSTS})(?:{_DOT}(?:[A-Za-z0-9*](?:[A-Za-z0-9\-*]{{0,62}})|{_ENDS}))+"
)
_PIECE = re.compile(rf"(?P<dot>{_DOT})?(?P<part>[A-Za-z0-9\-*]+|{_HOSTS}|{_ENDS})")
_SURE = re.compile(
    r"[.](?:ac|go|or|re|co)[.]kr|go[ .]{1,3}kr|\*"
    r"|naver|gmail|daum|hanmail|nate|kakao|korea|hotmail|yahoo|outlook|네이버|지메일|다음|한메일",
    re.IGNORECASE,
)
_LABEL = re.compile(r"이메일|메일|e-?mail|전자우편", re.IGNORECASE)
_LONGEST_LOCAL = 64


def emails(reading: Reading) -> Iterator[Candidate]:
    """Yield the e-mail addresses of a text.

    Examples
    --------
    >>> from workbench.screening.readings import read
    >>> [(found.start, found.end) for found in emails(read("메일은 hong@naver.com입니다"))]
    [(4, 18)]
    """
    text = reading.text
    for at in _AT.finditer(text):
        window = text[max(0, at.start() - _LONGEST_LOCAL) : at.start()]
        spoken = "@" not in at.group()
        domain = _DOMAIN.match(text, at.end())
        if domain is None:
            continue
        local = _ASCII_LOCAL.search(window) or (
            _SPOKEN_LOCAL.search(window) if "골뱅이" in at.group() or "가" <= window[-1:] <= "힣" else None
        )
        if local is None or (not local.group().strip("*._-") and "*" not in local.group()):
            continue
        end = _end_of_domain(domain)
        if end is None:
            continue
        start = at.start() - len(local.group())
        if spoken and at.group().strip().lower() == "at" and not _sure(text, start, domain.group()):
            continue
        yield Candidate("email", start, end, 95)


def _end_of_domain(domain: re.Match[str]) -> int | None:
    """Return where the domain ends: with its last part that may be a top-level domain."""
    parts: list[tuple[str, int]] = []
    at = 0
    while piece := _PIECE.match(domain.group(), at):
        at = piece.end()
        parts.append((piece.group("part"), at))
    while len(parts) > 1:
        last, end = parts.pop()
        if not any(character.isdigit() for character in last) and (len(last) > 1 or last in _ENDS.split("|")):
            return domain.start() + end
    return None


def _sure(text: str, start: int, domain: str) -> bool:
    """Return whether ``at`` between two words is an at-sign, and not English."""
    window = max(0, start - WINDOW)
    return (
        re.search(r"(?:dot|닷|점)", domain, re.IGNORECASE) is not None
        or _SURE.search(domain) is not None
        or _LABEL.search(text, max(window, text.rfind("\n", window, start) + 1), start) is not None
    )
