"""The ways in which people write a number: with other signs, spaced, half-masked, in full-width or Hangul digits …

People vary their writing by habit, by keyboard and to slip past filters; a scanner that knows the plain form alone finds
the careful writers only.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from korean_text.numbers import Number

ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
MASKS = "****＊●○XX#x"
TO_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
LETTERS_IN_HANGUL = {"M": "엠", "S": "에스", "R": "알", "G": "지", "D": "디"}


def full_width(text: str) -> str:
    """Return a text with its ASCII letters, digits and signs in full width.

    Examples
    --------
    >>> full_width("010-1234")
    '０１０－１２３４'
    """
    return text.translate(TO_FULL_WIDTH)


def zero_width(rng: Random, text: str) -> str:
    """Return a text with one to three zero-width characters inside."""
    for _ in range(rng.randrange(1, 4)):
        place = rng.randrange(1, len(text))
        text = text[:place] + rng.choice(ZERO_WIDTH) + text[place:]
    return text


def hangul_digits(rng: Random, text: str, *, mixed: bool) -> str:
    """Return a text with its digits read one by one (0 as 공 or 영); ``mixed`` leaves some digits as they are."""
    words = dict(zip("0123456789", rng.choice(("공", "공", "영")) + "일이삼사오육칠팔구", strict=True))
    return "".join(words[sign] if sign in words and not (mixed and rng.random() < 0.3) else sign for sign in text)


def _plain(rng: Random, number: Number) -> str:
    joined = number.sign.join(number.groups)
    return joined.lower() if number.sign == "" and rng.random() < 0.1 else joined


def _without_separators(_: Random, number: Number) -> str:
    return "".join(number.groups)


def _full_width(rng: Random, number: Number) -> str:
    sign = number.sign if number.sign in ("", " ") else rng.choice("－－-–‐―")
    return sign.join(full_width(group) for group in number.groups)


def _dotted(rng: Random, number: Number) -> str:
    return rng.choice((".", ".", ".", "·", ". ")).join(number.groups)


def _spaced(rng: Random, number: Number) -> str:
    whole = "".join(number.groups)
    ways = [" ".join(whole), f" {number.sign.strip()} ".replace("  ", " ").join(number.groups)]
    if len(number.groups) > 1:
        ways.append(
            " ".join(number.groups)
            if number.sign != " "
            else f"{number.groups[0][:-1]} {number.groups[0][-1]} {number.groups[1]}"
        )
    else:
        ways.append(f"{whole[0]} {whole[1:]}")
        ways.append(f"{whole[:5]} {whole[5:]}")
    return rng.choice(ways)


def _zero_width(rng: Random, number: Number) -> str:
    return zero_width(rng, rng.choice((number.sign, number.sign, "")).join(number.groups))


def _hangul_digits(rng: Random, number: Number) -> str:
    usual = number.sign or ""
    sign = rng.choice((usual, usual, " ", "", " 다시 ")) if len(number.groups) > 1 and usual != " " else rng.choice((usual, ""))
    groups = [hangul_digits(rng, group, mixed=False) for group in number.groups]
    if rng.random() < 0.3:
        if len(groups) > 1 and rng.random() < 0.6:
            kept = rng.randrange(len(groups))
            groups[kept] = number.groups[kept]
        else:
            groups = [hangul_digits(rng, group, mixed=True) for group in number.groups]
    elif not usual and rng.random() < 0.3:
        groups = [LETTERS_IN_HANGUL.get(groups[0][0], groups[0][0]) + groups[0][1:]]
    return sign.join(groups)


def _stars(rng: Random, text: str, hidden: slice) -> str:
    mask = rng.choice(MASKS)
    places = range(len(text))[hidden]
    return "".join(mask if place in places else sign for place, sign in enumerate(text))


def _half_masked(rng: Random, number: Number) -> str:
    """Hide one group, or the end of the last one; a resident number keeps the digit of the sex or nothing behind the birth."""
    groups = list(number.groups)
    if len(groups) == 1:
        return _stars(rng, groups[0], rng.choice((slice(5, None), slice(-4, None))))
    if len(groups) == 2 and len(groups[1]) == 7:
        groups[1] = _stars(rng, groups[1], rng.choice((slice(1, None), slice(1, None), slice(4, None), slice(0, None))))
    elif number.sign == " ":
        return number.groups[0] + " " + _stars(rng, groups[1], rng.choice((slice(2, None), slice(0, 2))))
    elif len(groups) == 4 and rng.random() < 0.6:
        mask = rng.choice(MASKS)
        groups[1], groups[2] = mask * len(groups[1]), mask * len(groups[2])
    else:
        place = rng.choice((len(groups) - 2, len(groups) - 1))
        groups[place] = _stars(
            rng, groups[place], rng.choice((slice(0, None), slice(-2, None) if len(groups[place]) > 2 else slice(0, None)))
        )
    return number.sign.join(groups)


WRITE: dict[str, Callable[[Random, Number], str]] = {
    "plain": _plain,
    "without_separators": _without_separators,
    "full_width": _full_width,
    "dotted": _dotted,
    "spaced": _spaced,
    "half_masked": _half_masked,
    "zero_width": _zero_width,
    "hangul_digits": _hangul_digits,
}
