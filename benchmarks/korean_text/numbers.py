"""Numbers that identify a person or a firm, made by their rules: groups of digits, with check digits where there are any.

Sources: the check digits of resident, foreigner, business and corporate numbers (the decrees that define them),
ISO/IEC 7812 (cards, Luhn), the plate letters of the ordinance on vehicle registration. Resident numbers issued since
October 2020 end in six random digits, and people mistype: a share of all numbers has no valid check digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from korean_text.vocabulary import BANKS, words

RESIDENT_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
BUSINESS_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
CORPORATE_WEIGHTS = (1, 2) * 6
WRONG_SHARE = 0.1
RANDOM_SINCE = 2020
AREA_CODES = words("031 032 033 041 042 043 044 051 052 053 054 055 061 062 063 064")
OLD_MOBILE = words("011 016 017 018 019")
PLATE_LETTERS = "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주바사아자배하허호"
REGIONS = words("서울 경기 부산 인천 대전 강원 충북 전남")
CARD_BEGINNINGS = words("4 51 52 53 54 55 9410 3562")
PASSPORT_LETTERS = "MMMMSRGD"
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True)
class Number:
    """A number in groups, the sign that usually stands between them, and what usually stands before it."""

    groups: tuple[str, ...]
    sign: str
    before: str = ""


def digits(rng: Random, count: int) -> str:
    """Return so many digits by chance."""
    return "".join(rng.choices("0123456789", k=count))


def _weighted(number: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True))


def resident_check(number: str) -> str:
    """Return the check digit behind the first twelve digits of a resident number: ``(11 - S mod 11) mod 10``.

    Examples
    --------
    >>> resident_check("900101123456")
    '8'
    """
    return str((11 - _weighted(number, RESIDENT_WEIGHTS) % 11) % 10)


def foreigner_check(number: str) -> str:
    """Return the check digit behind the first twelve digits of a foreigner's number: ``(13 - S mod 11) mod 10``."""
    return str((13 - _weighted(number, RESIDENT_WEIGHTS) % 11) % 10)


def business_check(number: str) -> str:
    """Return the check digit behind the first nine digits of a business number.

    Examples
    --------
    >>> business_check("123456789")
    '1'
    """
    return str((10 - (_weighted(number, BUSINESS_WEIGHTS) + int(number[8]) * 5 // 10) % 10) % 10)


def corporate_check(number: str) -> str:
    """Return the check digit behind the first twelve digits of a corporate number."""
    return str((10 - _weighted(number, CORPORATE_WEIGHTS) % 10) % 10)


def luhn_check(number: str) -> str:
    """Return the check digit behind the first digits of a card number (ISO/IEC 7812-1, Luhn).

    Examples
    --------
    >>> luhn_check("7992739871")
    '3'
    """
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(number))]
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def _checked(rng: Random, number: str, check: str) -> str:
    """Add the check digit, or now and then another one, as people mistype."""
    return number + (str((int(check) + rng.randrange(1, 10)) % 10) if rng.random() < WRONG_SHARE else check)


def _born(rng: Random) -> tuple[str, int]:
    year, month = rng.randrange(1935, 2025), rng.randrange(1, 13)
    return f"{year % 100:02}{month:02}{rng.randrange(1, DAYS[month - 1] + 1):02}", year


def resident_number(rng: Random) -> Number:
    """Return a resident number; of those born since October 2020 and some others the last six digits are random."""
    birth, year = _born(rng)
    sex = str(rng.randrange(1, 3) + (2 if year >= 2000 else 0))
    if year >= RANDOM_SINCE or rng.random() < 0.2:
        return Number((birth, sex + digits(rng, 6)), "-")
    body = birth + sex + digits(rng, 5)
    whole = _checked(rng, body, resident_check(body))
    return Number((whole[:6], whole[6:]), "-")


def foreigner_number(rng: Random) -> Number:
    """Return a foreigner's registration number: the seventh digit is 5 to 8."""
    birth, year = _born(rng)
    body = birth + str(rng.randrange(5, 7) + (2 if year >= 2000 else 0)) + digits(rng, 5)
    whole = body + digits(rng, 1) if year >= RANDOM_SINCE else _checked(rng, body, foreigner_check(body))
    return Number((whole[:6], whole[6:]), "-")


def business_number(rng: Random) -> Number:
    """Return a business registration number, 3-2-5."""
    body = str(rng.randrange(101, 900)) + f"{rng.randrange(1, 100):02}" + digits(rng, 4)
    whole = _checked(rng, body, business_check(body))
    return Number((whole[:3], whole[3:5], whole[5:]), "-")


def corporate_number(rng: Random) -> Number:
    """Return a corporate registration number, 6-7: registry, kind of firm, serial."""
    body = f"{rng.choice((1101, 1201, 1301, 1341, 1501, 1801, 2001))}{rng.choice((11, 14, 21, 22, 31, 32, 71))}0{digits(rng, 5)}"
    whole = _checked(rng, body, corporate_check(body))
    return Number((whole[:6], whole[6:]), "-")


def passport_number(rng: Random) -> Number:
    """Return a passport number: a letter and eight digits, or since December 2021 with a letter among them."""
    letter = rng.choice(PASSPORT_LETTERS)
    if rng.random() < 0.4:
        return Number((letter + digits(rng, 3) + rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") + digits(rng, 4),), "")
    return Number((letter + digits(rng, 8),), "")


def mobile_phone(rng: Random) -> Number:
    """Return a mobile number: 010, the old beginnings, or from abroad."""
    form = rng.random()
    if form < 0.08:
        return Number((rng.choice(OLD_MOBILE), str(rng.randrange(200, 1000)), digits(rng, 4)), "-")
    middle = f"{rng.randrange(2, 10)}{digits(rng, 3)}"
    if form < 0.18:
        return Number(("10", middle, digits(rng, 4)), "-", rng.choice(("+82 ", "+82-", "+82", "+82)")))
    return Number(("010", middle, digits(rng, 4)), "-")


def landline(rng: Random) -> Number:
    """Return a landline: Seoul, another region, internet telephony or a personal number."""
    form = rng.random()
    if form < 0.45:
        return Number(("02", f"{rng.randrange(2, 10)}{digits(rng, rng.choice((2, 3)))}", digits(rng, 4)), "-")
    if form < 0.8:
        return Number((rng.choice(AREA_CODES), f"{rng.randrange(2, 10)}{digits(rng, 2)}", digits(rng, 4)), "-")
    if form < 0.93:
        return Number(("070", f"{rng.randrange(4, 9)}{digits(rng, 3)}", digits(rng, 4)), "-")
    return Number(("0505", f"{rng.randrange(2, 10)}{digits(rng, 2)}", digits(rng, 4)), "-")


def number_plate(rng: Random) -> Number:
    """Return a plate: two or three digits, a letter, four digits; old ones have a region before them."""
    region = f"{rng.choice(REGIONS)}{rng.choice(('', ' '))}" if rng.random() < 0.25 else ""
    lead = str(rng.randrange(10, 100)) if region or rng.random() < 0.5 else str(rng.randrange(100, 700))
    return Number((lead + rng.choice(PLATE_LETTERS), str(rng.randrange(1000, 10000))), " ", region)


def card_number(rng: Random) -> Number:
    """Return a card number: four groups of four, or 4-6-5."""
    if rng.random() < 0.08:
        body = "37" + digits(rng, 12)
        whole = _checked(rng, body, luhn_check(body))
        return Number((whole[:4], whole[4:10], whole[10:]), "-")
    begin = rng.choice(CARD_BEGINNINGS)
    body = begin + digits(rng, 15 - len(begin))
    whole = _checked(rng, body, luhn_check(body))
    return Number(tuple(whole[place : place + 4] for place in range(0, 16, 4)), "-")


def account_number(rng: Random) -> Number:
    """Return an account number in the grouping of a bank, the bank's name before it more often than not."""
    bank, lengths = rng.choice(BANKS)
    before = f"{bank} " if rng.random() < 0.7 else ""
    return Number(tuple(str(rng.randrange(1, 10)) + digits(rng, length - 1) for length in lengths), "-", before)
