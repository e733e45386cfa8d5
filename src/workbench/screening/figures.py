"""What can be told from figures alone: dates, check digits, and whether a number stands by itself.

A check digit only ever speaks *for* a number: resident numbers issued since October 2020 have none (their last six figures are
random).
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.screening.readings import Reading

_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_day(month: str, day: str) -> bool:
    """Return whether two pairs of figures may be a month and a day; a veiled pair may be any.

    Examples
    --------
    >>> is_day("02", "30"), is_day("02", "**")
    (False, True)
    """
    if "*" in month:
        return "*" in day or 1 <= int(day) <= 31
    if not 1 <= int(month) <= 12:
        return False
    return "*" in day or 1 <= int(day) <= _DAYS[int(month) - 1]


def _weighted(figures: str, weights: Sequence[int]) -> int:
    return sum(int(figure) * weight for figure, weight in zip(figures, weights, strict=False))


def resident_check(figures: str) -> bool:
    """Return whether 13 figures have the check digit of a resident or a foreigner number.

    Weights 2-9, 2-5; check digit (11 - S mod 11) mod 10, for foreigners (13 - S mod 11) mod 10.

    Examples
    --------
    >>> resident_check("9001011234568"), resident_check("9001011234567")
    (True, False)
    """
    total = _weighted(figures[:12], (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5))
    return int(figures[12]) == ((13 if figures[6] in "5678" else 11) - total % 11) % 10


def corporate_check(figures: str) -> bool:
    """Return whether 13 figures have the check digit of a corporate number (weights 1 2 1 2 …, modulo 10).

    Examples
    --------
    >>> corporate_check("1101110000010"), corporate_check("1101110000018")
    (True, False)
    """
    return int(figures[12]) == -_weighted(figures[:12], (1, 2) * 6) % 10


def business_check(figures: str) -> bool:
    """Return whether 10 figures have the check digit of a business number (weights 1 3 7 1 3 7 1 3 5, carry of the ninth).

    Examples
    --------
    >>> business_check("1234567891"), business_check("1234567890")
    (True, False)
    """
    total = _weighted(figures[:9], (1, 3, 7, 1, 3, 7, 1, 3, 5)) + int(figures[8]) * 5 // 10
    return int(figures[9]) == -total % 10


def card_check(figures: str) -> bool:
    """Return whether the figures pass Luhn's test.

    Examples
    --------
    >>> card_check("4111111111111111"), card_check("4111111111111112")
    (True, False)
    """
    total = 0
    for place, figure in enumerate(reversed(figures)):
        value = int(figure) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def stands_alone(reading: Reading, start: int, end: int, *, letters: bool = False) -> bool:
    """Return whether no further figure belongs to ``text[start:end]``.

    Parameters
    ----------
    reading : Reading
    start, end : int
    letters : bool, default False
        Whether a Latin letter may touch it.

    Returns
    -------
    bool
        A word such as 이 after figures is a particle, not a 2.

    Examples
    --------
    >>> from workbench.screening.readings import read
    >>> stands_alone(read("12-345"), 0, 2), stands_alone(read("12-ab"), 0, 2)
    (False, True)
    """
    text, spelled = reading.text, reading.spelled
    before, after = text[start - 1 : start], text[end : end + 1]
    if before and (before.isdigit() or before == "*") and (start - 1 not in spelled or start in spelled):
        return False
    if after and (after.isdigit() or after == "*") and not _particle(reading, end):
        return False
    if before and before in "-." and text[start - 2 : start - 1].isdigit() and start - 1 not in spelled:
        return False
    if after and after in "-." and text[end + 1 : end + 2].isdigit() and end + 1 not in spelled:
        return False
    return letters or not ((before.isascii() and before.isalpha()) or (after.isascii() and after.isalpha()))


def _particle(reading: Reading, place: int) -> bool:
    """Return whether the figure at ``place`` is a word that belongs to no number: 이 alone behind a number is a particle."""
    text, spelled = reading.text, reading.spelled
    if place not in spelled:
        return False
    if place - 1 not in spelled:
        return True
    return spelled[place] == "이" and not (text[place + 1 : place + 2].isdigit() or text[place + 1 : place + 2] == "*")


def in_a_row(text: str, start: int, end: int, *, cells: bool = False) -> bool:
    """Return whether other numbers stand beside this one, as in a table.

    Parameters
    ----------
    text : str
    start, end : int
    cells : bool, default False
        Whether commas and the like set numbers apart as well as spaces do.

    Returns
    -------
    bool

    Examples
    --------
    >>> in_a_row("1200 3400 5600", 5, 9), in_a_row("전화 3400 5600", 3, 7)
    (True, True)
    """
    before = text[max(0, start - 4) : start]
    after = text[end : end + 4]
    marks = " ,;|\"'" if cells else " "
    if before[-1:] and before[-1] in marks and before.rstrip(marks)[-1:].isdigit():
        return True
    return bool(after) and after[0] in marks and after.lstrip(marks)[:1].isdigit()
