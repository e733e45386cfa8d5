"""Resident, foreigner, corporate and business numbers and passports.

A resident number is told by a plausible birthday and century figure; its check digit never rejects it. Corporate numbers have the
same shape, so the label, the birthday and both check digits are weighed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.screening.figures import business_check, corporate_check, in_a_row, is_day, resident_check, stands_alone
from workbench.screening.kinds import Candidate
from workbench.screening.labels import label_before, label_beside
from workbench.screening.readings import Reading
from workbench.screening.stretches import AMOUNT, bare, real

_GAP = r"[ ]{0,2}[-.·•/_|~:]{0,2}[ ]{0,2}"
_PERSON = re.compile(
    rf"(?<![\d*])(?P<year>[\d*]{{2}})(?P<mark>[.\-/]?)(?P<month>[\d*]{{2}})(?P=mark)(?P<day>[\d*]{{2}})(?P<gap>\.?{_GAP})(?P<rest>[\d*]{{7}})"
)
_PERSON_SHORT = re.compile(r"(?<![\d*])(?P<year>\d{2})(?P<month>\d{2})(?P<day>\d{2})(?P<gap>[ ]?-[ ]?)(?P<rest>[1-8])")
_BUSINESS = re.compile(
    rf"(?<![\d*])(?P<office>[1-9*][\d*]{{2}})(?P<gap>{_GAP})(?P<type>[\d*]{{2}})(?P<gap2>{_GAP})(?P<rest>[\d*]{{5}})"
)
_COORDINATE = re.compile(r"(?:[XYxy][ ]?[:=]?[ ]?|\.\d{1,7}[ ]?[,/ ][ ]?)$")
# The fifth and sixth figure of a corporate number: the form of the company or association.
_FORMS = frozenset(
    str(form) for form in (*range(11, 17), 21, 22, *range(31, 40), *range(41, 44), *range(51, 56), 71, 72, *range(81, 85))
)
_PASSPORT = re.compile(r"[MSRGDmsrgd](?:[ \-.]{0,2}[\d*][ \-.]?[\d*][ \-.]?[\d*])(?:[ \-.]?[\d*A-Za-z])(?:[ \-.]?[\d*]){4}")


def identities(reading: Reading, start: int, end: int) -> Iterator[Candidate]:
    """Yield resident, foreigner, corporate and business numbers of one stretch.

    Examples
    --------
    >>> from workbench.screening.readings import read
    >>> [found.kind for found in identities(read("900101-1******"), 0, 14)]
    ['resident_number']
    """
    for pattern, judge, rank, least in _JUDGES:
        if end - start < least:
            continue
        at = start
        while match := pattern.search(reading.text, at, end):
            at = match.start() + 1
            kind = judge(reading, match)
            if kind:
                yield Candidate(kind, match.start(), match.end(), rank)
                at = match.end()


def _person(reading: Reading, match: re.Match[str]) -> str:
    text, gap, rest = reading.text, match.group("gap"), match.group("rest")
    if not stands_alone(reading, match.start(), match.end(), letters=bool(gap)):
        return ""
    if match.group("mark") and not gap.strip():
        return ""
    label = label_before(text, match.start())
    figures = bare(match.group())
    day = is_day(match.group("month"), match.group("day"))
    person = day and (rest[0] in "12345678*" or label in {"resident", "foreigner"})
    if "*" in figures:
        least = 2 if label in {"resident", "foreigner", "corporate"} else 4
        if real(figures) < least:
            return ""
    if label == "corporate":
        return "corporate_number"
    if not person and not (label == "resident" and day):
        return "corporate_number" if _corporate(figures, gap, label) else ""
    checked = "*" not in figures and resident_check(figures)
    if (label == "other" and gap in {"", " "}) or (label == "account" and not gap.strip()):
        return ""
    if gap == "." and _beside_a_coordinate(text, match.start()):
        return ""
    loose = not gap.strip()
    if loose and gap and label not in {"resident", "foreigner"} and not checked and in_a_row(text, match.start(), match.end()):
        return ""
    if label not in {"resident", "foreigner"} and _rather_corporate(figures, checked):
        return "corporate_number"
    return "foreigner_number" if rest[0] in "5678" or (rest[0] == "*" and label == "foreigner") else "resident_number"


def _beside_a_coordinate(text: str, start: int) -> bool:
    """Return whether six figures, a full stop and seven may be the half of a coordinate, or of what a label says."""
    return label_beside(text, start) == "other" or _COORDINATE.search(text, max(0, start - 12), start) is not None


def _corporate(figures: str, gap: str, label: str) -> bool:
    """Return whether figures that cannot be a birthday are a corporate number."""
    if label == "other" or (label not in {"", "corporate", "business"} and not gap.strip()):
        return False
    if "*" in figures:
        return gap.strip() == "-" and figures[4:6] in _FORMS
    if gap == "." and label != "corporate":
        # Six figures and seven behind a full stop may be a coordinate.
        return figures[4:6] in _FORMS and corporate_check(figures)
    if gap.strip():
        return figures[4:6] in _FORMS or corporate_check(figures)
    return corporate_check(figures) and figures[4:6] in _FORMS


def _rather_corporate(figures: str, checked: bool) -> bool:
    if "*" in figures:
        return figures[:4] == "1101" and figures[4:6] in _FORMS and figures[6] in "*1256"
    if figures[4:6] not in _FORMS or not corporate_check(figures):
        return False
    # The numbers of registry offices from 1101 (Seoul) to 2301 that may be read as a year and a month.
    office = "11" <= figures[:2] <= "23" and figures[2:4] in {"01", "11", "12"}
    return office and (not checked or figures[6] in "1256")


def _short(reading: Reading, match: re.Match[str]) -> str:
    """Judge a birthday with the century figure alone (900101-1), a habit of forms."""
    if not stands_alone(reading, match.start(), match.end()) or not is_day(match.group("month"), match.group("day")):
        return ""
    if label_before(reading.text, match.start()) not in {"resident", "foreigner"}:
        return ""
    return "foreigner_number" if match.group("rest") in "5678" else "resident_number"


def _business(reading: Reading, match: re.Match[str]) -> str:
    text, gaps = reading.text, match.group("gap") + match.group("gap2")
    if not stands_alone(reading, match.start(), match.end(), letters=bool(gaps)):
        return ""
    figures = bare(match.group())
    label = label_before(text, match.start())
    if label == "business":
        return "business_number" if real(figures) >= 3 else ""
    if label in {"account", "phone", "other", "resident", "card"} or figures[3:5] == "00":
        return ""
    if "*" in figures:
        return "business_number" if (_same_mark(match) and real(figures) >= 3) or (not gaps and real(figures) >= 5) else ""
    if _same_mark(match):
        return "business_number" if gaps[0] not in ",:~|" or business_check(figures) else ""
    if (
        text[match.start() - 1 : match.start()] in {"/", "=", "_"}
        or not business_check(figures)
        or gaps.strip()
        or AMOUNT.match(text, match.end())
    ):
        return ""
    return "" if in_a_row(text, match.start(), match.end(), cells=True) else "business_number"


def _same_mark(match: re.Match[str]) -> bool:
    """Return whether both gaps hold the same mark, and not spaces alone."""
    first, second = match.group("gap").strip(), match.group("gap2").strip()
    return bool(first) and first == second


_JUDGES = ((_PERSON, _person, 90, 13), (_PERSON_SHORT, _short, 55, 8), (_BUSINESS, _business, 50, 10))


_FIGURE = r"[ ]?(?:-[ ]?|다시[ ])?[공영빵일이삼사오육륙칠팔구\d*]"
_NAMES_OF_LETTERS = "에이|비|씨|디|이|에프|지|에이치|아이|제이|케이|엘|엠|엔|오|피|큐|알|에스|티|유|브이|더블유|엑스|와이|제트"
_MIDDLE = rf"[ ]?(?:-[ ]?)?(?:[A-Za-z]|{_NAMES_OF_LETTERS})"
# 엠육팔구삼사팔팔구, M칠사사B공02팔; a letter by its name follows no other letter, unless a label ends there.
_SPELLED_PASSPORT = re.compile(
    rf"(?:(?<![A-Za-z0-9])[MSRGD]|(?<![가-힣A-Za-z0-9])(?:엠|에스|알|지|디))"
    rf"(?:{_FIGURE}){{3}}(?:(?:{_FIGURE}){{5}}|{_MIDDLE}(?:{_FIGURE}){{4}})"
    r"(?![공영빵일삼사오육륙칠팔구\d*]|이[공영빵일이삼사오육륙칠팔구\d*])"
)
_SPELLED_FIGURE = re.compile("[공영빵일이삼사오육륙칠팔구]")


def passports(reading: Reading, plain: Reading) -> Iterator[tuple[Reading, Candidate]]:
    """Yield passport numbers: a letter and eight figures, or the newer letter, three figures, letter, four figures.

    Parameters
    ----------
    reading : Reading
        With figures for words.
    plain : Reading
        With words as they are.

    Examples
    --------
    >>> from workbench.screening.readings import read
    >>> [(found.start, found.end) for _, found in passports(read("여권 M123A4567"), read(""))]
    [(3, 12)]
    """
    text = reading.text
    for match in _PASSPORT.finditer(text):
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        if (before.isascii() and before.isalnum()) or not stands_alone(reading, match.start() + 1, match.end(), letters=True):
            continue
        if after.isascii() and after.isalpha():
            continue
        found = match.group().replace(" ", "").replace("-", "").replace(".", "")
        labelled = label_before(text, match.start()) == "passport"
        spaced = re.search(r".[ ]\d+[ ]", match.group()) is not None
        if labelled or (_like_a_passport(found) and not (spaced and in_a_row(text, match.start(), match.end()))):
            yield reading, Candidate("passport_number", match.start(), match.end(), 70)
    for match in _SPELLED_PASSPORT.finditer(plain.text):
        if _SPELLED_FIGURE.search(match.group(), 1):
            yield plain, Candidate("passport_number", match.start(), match.end(), 71)


def _like_a_passport(found: str) -> bool:
    """Return whether a number without a label has a passport's shape and is not a letter before a date."""
    if found[0] not in "MSRGD" or real(found) < 3:
        return False
    body = found[1:]
    return not (body.isdigit() and body[:2] in {"19", "20"} and is_day(body[4:6], body[6:8]))
