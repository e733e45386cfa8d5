"""Card numbers and bank account numbers.

Cards have a shape of their own; accounts have as many shapes as banks, so most of them need a bank's name or a word such as 계좌
beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.screening.figures import card_check, in_a_row, is_day, stands_alone
from workbench.screening.kinds import Candidate
from workbench.screening.labels import account_after, bank_after, label_before, paid_after
from workbench.screening.readings import Reading
from workbench.screening.stretches import AMOUNT, bare, real

_GAP = r"[ ]{0,2}[-.·•/_|]{0,2}[ ]{0,2}"
_CARD = re.compile(
    rf"(?<![\d*])[\d*]{{4}}(?P<gap>{_GAP})[\d*]{{4}}(?P<gap2>{_GAP})[\d*]{{4}}(?P<gap3>{_GAP})[\d*]{{4}}"
    rf"|(?<![\d*])3[47][\d*]{{2}}(?P<gap4>{_GAP})[\d*]{{6}}(?P<gap5>{_GAP})[\d*]{{5}}"
)
_ACCOUNT = re.compile(
    r"(?<![\d*])[\d*]{10,16}|(?<![\d*])[\d*]{2,6}(?:(?P<mark>[ ]?[-.·•/_][ ]?|[ ])[\d*]{1,8}(?:(?P=mark)[\d*]{1,8}){0,4})?"
)
# Shapes that only accounts have (groups of figures): KB, NH and IBK, Shinhan, Woori, Kakao, NH.
_SHAPES = (
    re.compile(r"[\d*]{6}-[\d*]{2}-[\d*]{6}$"),
    re.compile(r"[\d*]{3}-[\d*]{6}-[\d*]{2}-[\d*]{3}$"),
    re.compile(r"110-[\d*]{3}-[\d*]{6}$"),
    re.compile(r"1002-[\d*]{3}-[\d*]{6}$"),
    re.compile(r"3333-[\d*]{2}-[\d*]{7}$"),
    re.compile(r"3[015][126]-[\d*]{4}-[\d*]{4}-[\d*]{2}$"),
)
# A decimal is no account, and neither is a telephone number beside a bank.
_LINE = re.compile(r"0\d{1,3}[-. )]\d{3,4}[-. ]\d{4}")
_CODE_BEFORE = re.compile(r"[A-Za-z0-9]-$")
_DATE = re.compile(r"(?:19|20)\d\d[ ]?[-.·/ ][ ]?(?:0?[1-9]|1[0-2])[ ]?[-.·/ ]")


def payments(reading: Reading, start: int, end: int) -> Iterator[Candidate]:
    """Yield the card and account numbers of one stretch.

    Examples
    --------
    >>> from workbench.screening.readings import read
    >>> [found.kind for found in payments(read("1234-56**-****-3456"), 0, 19)]
    ['card_number']
    """
    at = start if end - start >= 15 else end
    while match := _CARD.search(reading.text, at, end):
        at = match.start() + 1
        if _is_card(reading, match):
            yield Candidate("card_number", match.start(), match.end(), 85)
            at = match.end()
    at = start
    while match := _ACCOUNT.search(reading.text, at, end):
        at = max(match.start() + 1, match.end())
        rank = _account_rank(reading, match)
        if rank:
            yield Candidate("account_number", match.start(), match.end(), rank)


def _is_card(reading: Reading, match: re.Match[str]) -> bool:
    text = reading.text
    gaps = [gap for name, gap in match.groupdict().items() if name.startswith("gap") and gap is not None]
    if not stands_alone(reading, match.start(), match.end()):
        return False
    figures = bare(match.group())
    label = label_before(text, match.start())
    if "*" in figures:
        return real(figures) >= 4 and (label == "card" or len({gap.strip() for gap in gaps}) == 1)
    if label == "card" or paid_after(text, match.end()):
        return True
    if ". " in gaps:
        return False
    marks = {gap.strip() for gap in gaps}
    if len(marks) == 1 and marks != {""} and len(figures) == 16:
        years = all(1900 <= int(figures[at : at + 4]) <= 2100 for at in range(0, 16, 4))
        return not years and label != "account" and (label != "other" or _issued(figures))
    if label in {"other", "account"} or not (card_check(figures) and _issued(figures)):
        return False
    return not (any(gaps) and in_a_row(text, match.start(), match.end()))


def _issued(figures: str) -> bool:
    """Return whether a card of Korea or of an international scheme starts like this (ISO/IEC 7812; 9 is Korea's own)."""
    return figures[0] in "34569" or "2221" <= figures[:4] <= "2720"


def _is_moment(found: str) -> bool:
    """Return whether 14 figures are a date and a time of day, as systems write them (20240131235959)."""
    if len(found) != 14 or not found.isdigit() or found[:2] not in {"19", "20"}:
        return False
    return is_day(found[4:6], found[6:8]) and found[8:10] < "24" and found[10:12] < "60" and found[12:] < "60"


def _account_rank(reading: Reading, match: re.Match[str]) -> int:
    """Return 0 for no account, and else how surely it is one."""
    text, found = reading.text, match.group()
    figures = bare(found)
    if not 10 <= len(figures) <= 16 or real(figures) < 4:
        return 0
    if not stands_alone(reading, match.start(), match.end()) or _CODE_BEFORE.search(
        text, max(0, match.start() - 2), match.start()
    ):
        return 0
    if AMOUNT.match(text, match.end()) or _DATE.match(found) or _is_moment(found):
        return 0
    if (match.group("mark") == "." and found.count(".") == 1) or _LINE.fullmatch(found):
        return 0
    shape = found.replace(" ", "").replace(".", "-").replace("·", "-").replace("/", "-").replace("_", "-")
    label = label_before(text, match.start())
    if label == "account" or account_after(text, match.end()):
        return 75
    if label == "" and bank_after(text, match.end()):
        return 65
    if label in {"", "phone", "business"} and any(pattern.match(shape) for pattern in _SHAPES) and match.group("mark").strip():
        return 45
    return 0
