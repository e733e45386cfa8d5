"""The word lists of words.txt, by name.

Lists are data: whoever meets a false alarm adds a word there and touches no rule.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("words.txt")


@cache
def _lists() -> dict[str, frozenset[str]]:
    words: dict[str, set[str]] = {}
    section = ""
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif not line.startswith("#"):
            words.setdefault(section, set()).update(line.split())
    return {name: frozenset(found) for name, found in words.items()}


def word_list(name: str) -> frozenset[str]:
    """Return a list of words.txt.

    Parameters
    ----------
    name : str
        The section.

    Returns
    -------
    frozenset of str

    Examples
    --------
    >>> "종로구" in word_list("districts"), "서로" in word_list("not_roads")
    (True, True)
    """
    return _lists()[name]
