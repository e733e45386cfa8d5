"""Which particle follows a word: ``010-1234-5678로`` but ``010-1234-5673으로``.

Personal data in Korean is followed by a particle without a space, and a corpus whose particles are wrong would test a
scanner on texts that nobody writes.
"""

from __future__ import annotations

import re
import unicodedata

PAIRS = re.compile(r"\{([^{}/]+)/([^{}/]*)\}")
ENDS_IN_CONSONANT = frozenset("013678")  # 영(공), 일, 삼, 육, 칠, 팔
ENDS_IN_L = frozenset("178")
LETTERS_IN_CONSONANT = frozenset("lmnr")
HANGUL_FIRST, HANGUL_LAST, FINALS, FINAL_L = 0xAC00, 0xD7A3, 28, 8


def final_sound(text: str) -> tuple[bool, bool]:
    """Return whether the last letter or digit of a text ends in a consonant, and whether that consonant is ㄹ.

    Examples
    --------
    >>> final_sound("홍길동"), final_sound("5678"), final_sound("naver.com")
    ((True, False), (True, True), (True, False))
    """
    for character in reversed(unicodedata.normalize("NFKC", text)):
        if HANGUL_FIRST <= ord(character) <= HANGUL_LAST:
            final = (ord(character) - HANGUL_FIRST) % FINALS
            return final > 0, final == FINAL_L
        if character.isdigit():
            return character in ENDS_IN_CONSONANT, character in ENDS_IN_L
        if character.isalpha():
            return character.lower() in LETTERS_IN_CONSONANT, character.lower() in "lr"
        if character == "%":
            return False, False
    return False, False


def particle(before: str, pair: re.Match[str]) -> str:
    """Return the member of a pair such as ``{은/는}`` or ``{으로/로}`` that fits behind a text."""
    consonant, is_l = final_sound(before)
    after_consonant, after_vowel = pair.groups()
    if after_consonant.startswith("으로"):
        return after_consonant if consonant and not is_l else after_vowel
    return after_consonant if consonant else after_vowel
