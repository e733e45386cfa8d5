"""Mobile and landline numbers.

Numbers that only organisations have are left alone: 15xx, 16xx and 18xx representative numbers, 080 and three-figure services.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.screening.figures import in_a_row, stands_alone
from workbench.screening.kinds import Candidate
from workbench.screening.labels import called_after, label_before, label_beside
from workbench.screening.readings import Reading
from workbench.screening.stretches import GAP, bare, real

_ABROAD = r"(?:\(?(?:\+|00)82\)?[ ]{0,2}[-.·/]?[ ]{0,2}|82[ ]?[-. )][ ]?)\(?"
_REST = rf"\)?(?P<gap>{GAP})\(?(?P<middle>[\d*]{{4}}|[\d*]{{3}})\)?(?P<gap2>{GAP})[\d*]{{4}}"
_MOBILE = re.compile(rf"(?<![\d*])(?:{_ABROAD}0?\)?[ ]{{0,2}}|\(?[0*])(?P<head>1[016789]|[1*]\*)" + _REST)
_AREA = r"2|3[1-3]|4[1-4]|5[1-5]|6[1-4]|70"
_LANDLINE = re.compile(rf"(?<![\d*])(?:{_ABROAD}0?\)?[ ]{{0,2}}(?:{_AREA})|\(?0(?:{_AREA}|50[2-8]|50))" + _REST)


def phones(reading: Reading, start: int, end: int) -> Iterator[Candidate]:
    """Yield the telephone numbers of one stretch.

    Parameters
    ----------
    reading : Reading
    start, end : int
        The stretch.

    Examples
    --------
    >>> from workbench.screening.readings import read
    >>> [found.kind for found in phones(read("010-1234-5678"), 0, 13)]
    ['mobile_phone']
    """
    text = reading.text
    for kind, pattern, rank in (("mobile_phone", _MOBILE, 80), ("landline", _LANDLINE, 60)):
        at = start
        while match := pattern.search(text, at, end):
            at = match.start() + 1
            if _is_phone(reading, match, kind):
                bracket = match.group().startswith("(") and ")" not in match.group()
                yield Candidate(kind, match.start() + bracket, match.end(), rank)
                at = match.end()


def _is_phone(reading: Reading, match: re.Match[str], kind: str) -> bool:
    text, found = reading.text, match.group()
    gaps = match.group("gap") + match.group("gap2")
    joined = not gaps and ")" not in found
    if not stands_alone(reading, match.start(), match.end(), letters=not joined or kind == "mobile_phone"):
        return False
    subscriber = match.group("middle") + found[-4:]
    if real(subscriber) < 2 or ("*" in bare(found)[:3] and real(subscriber) < 4):
        return False
    label = label_before(text, match.start())
    if "*" in bare(found)[:2]:
        return label == "phone" or bool(gaps.strip())
    if label == "phone" or called_after(text, match.end()):
        return True
    figures = bare(found)
    if kind == "mobile_phone":
        short = figures.startswith("010") and len(figures) == 10
        return not (joined and (short or label_beside(text, match.start()) == "other"))
    if joined and label in {"other", "account"}:
        return False
    if "," in gaps and gaps.count(",") != 2:
        return False
    spaced = not gaps.strip() and not joined and ")" not in found
    return not (spaced and in_a_row(text, match.start(), match.end()))
