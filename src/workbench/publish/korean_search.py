"""Search that finds parts of Korean words.

Korean joins particles and nouns to one word (미세먼지는, 급식카드), and Sphinx knows no Korean: it finds whole words only,
or parts of more than two letters when no whole word matches. So each word is also indexed under its parts.
"""

from __future__ import annotations

import re
from typing import ClassVar

from sphinx.search import SearchLanguage

LONGEST_PART = 6
"""Letters; longer queries are found as parts of words by Sphinx itself."""

_WORD = re.compile(r"\w+")
_HANGUL = re.compile(r"[가-힣]")


def word_parts(text: str) -> list[str]:
    """Return the words of a text, and each Hangul word's parts of 2 to ``LONGEST_PART`` letters.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of str

    Examples
    --------
    >>> word_parts("미세먼지 PM25")
    ['미세먼지', '미세', '세먼', '먼지', '미세먼', '세먼지', 'PM25']
    """
    found = []
    for word in _WORD.findall(text):
        found.append(word)
        if _HANGUL.search(word):
            lengths = range(2, min(len(word) - 1, LONGEST_PART) + 1)
            found += [word[start : start + length] for length in lengths for start in range(len(word) - length + 1)]
    return found


class KoreanSearch(SearchLanguage):
    """Sphinx's hook for a language: how to split, stem and filter words."""

    lang = "ko"
    language_name = "Korean"
    stopwords: ClassVar[set[str]] = set()  # type: ignore[misc]
    js_stemmer_code = "var Stemmer = function () { this.stemWord = function (word) { return word; }; };"

    def split(self, input: str) -> list[str]:
        """Return the words and parts of words to index."""
        return word_parts(input)

    def stem(self, word: str) -> str:
        """Return the word as it is: parts take the place of stems."""
        return word.lower()

    def word_filter(self, word: str) -> bool:
        """Tell whether a word is worth a place in the index."""
        return len(word) > 1
