"""Personal data in a text: where it stands, and the text without it.

The text is brought to plain readings, each finder yields candidates, and where they overlap the surer one stays. All patterns are
of bounded length, so the time grows with the text and no faster.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from workbench.screening.addresses import addresses
from workbench.screening.emails import emails
from workbench.screening.identities import identities, passports
from workbench.screening.kinds import KINDS, Candidate, Finding
from workbench.screening.names import names
from workbench.screening.payments import payments
from workbench.screening.phones import phones
from workbench.screening.plates import plates
from workbench.screening.readings import Reading, is_unseen, read
from workbench.screening.spellings import drawn_together, figures, house_figures, unveiled
from workbench.screening.stretches import stretches

# Without any of these a text holds none of the kinds: a figure of any script, an at-sign, a word for one, a marker of names;
# or any character out of the ordinary, which may be one of these in disguise.
_WORTH = re.compile(
    r"[0-9@*]|[^\x00-\x7f가-힣ㄱ-ㅎㅏ-ㅣ“”‘’…·「」『』〈〉《》]"
    r"|씨|님|귀하|이[ ]{0,3}름|성[ ]{0,3}명|성함|존함|골뱅이|[ \[({<]at[ \])}>]|AT|앳|엣|[Nn]ame|NAME"
    r"|(?:[공영빵령일이삼사오육륙칠팔구하둘셋넷다여아][^\n]{0,2}){4}"
    r"|[공영일이삼사오육칠팔구십백]번[ ]?지"
    r"|[로길동리가][ .]{0,2}(?:산[ .]{0,2})?[공영빵일이삼사오육륙칠팔구백천]{2}|(?:인|자|주|명|사람)[ ]{0,3}[:=|]"
)


def scan(text: str) -> list[Finding]:
    """Find the personal data in a Korean text.

    Parameters
    ----------
    text : str
        As it is: nothing need be cleaned before.

    Returns
    -------
    list of Finding
        By place, not overlapping; ``text[start:end]`` is what was found.

    Examples
    --------
    >>> text = "신청인 김철수 씨 (０１０．１２３４．５６７８)"
    >>> [(finding.kind, text[finding.start : finding.end]) for finding in scan(text)]
    [('name', '김철수'), ('mobile_phone', '０１０．１２３４．５６７８')]
    """
    if _WORTH.search(text) is None:
        return []
    plain = read(text)
    together = drawn_together(plain)
    numbers = figures(plain)
    found: list[tuple[int, int, int, str]] = []
    for reading, candidate in _candidates(plain, together, numbers):
        start, end = reading.original(candidate.start, candidate.end)
        while end < len(text) and is_unseen(text[end]):
            end += 1
        found.append((-candidate.rank, start, end, candidate.kind))
    return _settled(found)


def _candidates(plain: Reading, together: Reading, numbers: Reading) -> Iterator[tuple[Reading, Candidate]]:
    for start, end, count in stretches(numbers.text):
        for finder, least in ((identities, 7), (phones, 9), (payments, 10)):
            if count >= least:
                for candidate in finder(numbers, start, end):
                    yield numbers, candidate
    yield from passports(numbers, together)
    words = unveiled(together)
    for candidate in plates(words):
        yield words, candidate
    houses = house_figures(words)
    for candidate in addresses(houses):
        yield houses, candidate
    for reading in (plain,) if together is plain else (plain, together):
        for candidate in names(reading):
            yield reading, candidate
        for candidate in emails(reading):
            yield reading, candidate


def _settled(found: list[tuple[int, int, int, str]]) -> list[Finding]:
    """Return what stays where findings overlap: the higher rank, then the longer, then the earlier."""
    found.sort(key=lambda item: (item[0], item[1] - item[2], item[1], item[3]))
    kept: list[tuple[int, int, str]] = []
    for _, start, end, kind in found:
        place = bisect_left(kept, (start, end, kind))
        if (place and kept[place - 1][1] > start) or (place < len(kept) and kept[place][0] < end):
            continue
        kept.insert(place, (start, end, kind))
    return [Finding(kind, start, end) for start, end, kind in kept]


def mask(text: str) -> str:
    """Return the text with every finding replaced by its kind's label.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> mask("연락처 010-1234-5678, 홍길동님")
    '연락처 [휴대전화번호], [이름]님'
    """
    return _replaced(text, scan(text), 0)


def _replaced(text: str, findings: Iterable[Finding], offset: int) -> str:
    parts: list[str] = []
    done = 0
    for finding in findings:
        parts += (text[done : finding.start - offset], KINDS[finding.kind].label)
        done = finding.end - offset
    return "".join(parts) + text[done:]


# No pattern reaches over it, so texts joined by it are read as if each were alone.
_BETWEEN = "\n\x1e\n"
_BATCH = 20_000


def mask_many(texts: Iterable[str]) -> list[str]:
    """Return each text masked: equal texts once, and many short ones in one scan.

    Parameters
    ----------
    texts : iterable of str

    Returns
    -------
    list of str
        In the same order.

    Examples
    --------
    >>> mask_many(["강물이 맑습니다", "hong@naver.com"])
    ['강물이 맑습니다', '[이메일]']
    """
    given = list(texts)
    masked = dict.fromkeys(given, "")
    batch: list[str] = []
    size = 0
    for text in masked:
        if _WORTH.search(text) is None:
            masked[text] = text
        elif "\x1e" in text:
            masked[text] = mask(text)
        else:
            batch.append(text)
            size += len(text)
            if size > _BATCH:
                masked.update(_masked_batch(batch))
                batch, size = [], 0
    masked.update(_masked_batch(batch))
    return [masked[text] for text in given]


def _masked_batch(batch: list[str]) -> Iterator[tuple[str, str]]:
    findings = scan(_BETWEEN.join(batch))
    at = start = 0
    for text in batch:
        end = at
        while end < len(findings) and findings[end].start < start + len(text):
            end += 1
        yield text, _replaced(text, findings[at:end], start)
        at, start = end, start + len(text) + len(_BETWEEN)
