"""The stretches of a text that may hold a number: looked for once, so that each kind's pattern reads only those.

Patterns are of bounded length and stretches do not overlap, so the whole scan is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LEAST_FIGURES = 7
_STRETCH = re.compile(r"[+(]{0,2}[\d*][\d* \-.·•/_~:,()|]{6,}")
_FIGURE = re.compile(r"[\d*]")
# What follows an amount.
AMOUNT = re.compile(r"[ ]?(?:원|만|억|천원|달러|건|명|%|시|분|개|회|㎡|m2)")
# Up to two marks between groups, with spaces around them, or spaces alone.
GAP = r"[ ]{0,2}[-.·•/_~:,|]{0,2}[ ]{0,2}"


def stretches(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield ``(start, end, figures)`` of every stretch of figures, veils and marks, seven figures or veils at least.

    Examples
    --------
    >>> [*stretches("전화 02-123-4567, 3명")]
    [(3, 17, 10)]
    """
    for match in _STRETCH.finditer(text):
        count = len(_FIGURE.findall(match.group()))
        if count >= LEAST_FIGURES:
            yield match.start(), match.end(), count


def real(part: str) -> int:
    """Return how many figures of a part are not veiled.

    Examples
    --------
    >>> real("010-****-56**")
    5
    """
    return sum(character.isdigit() for character in part)


def bare(part: str) -> str:
    """Return the figures and veils of a part, without marks.

    Examples
    --------
    >>> bare("010-****-5678")
    '010****5678'
    """
    return "".join(character for character in part if character.isdigit() or character == "*")
