"""The kinds of personal data that are looked for, with their titles in Korean and English and the label of a mask.

One table, so that findings, masks, pages and documents call a kind by the same words.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of personal data.

    Parameters
    ----------
    name : str
        As in :class:`Finding`.
    ko, en : str
        Titles for people.
    label : str
        What stands in a masked text in its place.

    Examples
    --------
    >>> KINDS["email"].label
    '[이메일]'
    """

    name: str
    ko: str
    en: str
    label: str


@dataclass(frozen=True, order=True)
class Finding:
    """Personal data at ``text[start:end]``.

    Parameters
    ----------
    kind : str
        A key of :data:`KINDS`.
    start, end : int
        Characters of the text as it was given, end excluded.

    Examples
    --------
    >>> Finding("name", 0, 3).end
    3
    """

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Candidate:
    """What one finder takes for personal data, in the positions of the reading it looked at; the greater rank prevails."""

    kind: str
    start: int
    end: int
    rank: int


def _table() -> dict[str, Kind]:
    rows = (
        ("resident_number", "주민등록번호", "resident registration number"),
        ("foreigner_number", "외국인등록번호", "foreigner registration number"),
        ("business_number", "사업자등록번호", "business registration number"),
        ("corporate_number", "법인등록번호", "corporate registration number"),
        ("passport_number", "여권번호", "passport number"),
        ("mobile_phone", "휴대전화번호", "mobile phone number"),
        ("landline", "전화번호", "telephone number"),
        ("number_plate", "차량번호", "number plate"),
        ("card_number", "카드번호", "card number"),
        ("account_number", "계좌번호", "bank account number"),
        ("email", "이메일", "e-mail address"),
        ("road_address", "도로명주소", "road-name address"),
        ("lot_address", "지번주소", "lot address"),
        ("name", "이름", "name of a person"),
    )
    return {name: Kind(name, ko, en, f"[{ko}]") for name, ko, en in rows}


KINDS: dict[str, Kind] = _table()
