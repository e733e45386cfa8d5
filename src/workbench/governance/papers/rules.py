"""``governance/rules.yml``: how many must vote, how many must agree, and how long people may take.

The numbers are the two sides' own; the code only counts with them, in whole numbers and exact fractions.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated

from pydantic import AfterValidator, Field, StrictBool

from workbench.governance.papers.fields import Paper

_SHARE = re.compile(r"^(at least|more than) ([1-9][0-9]{0,3})/([1-9][0-9]{0,3})$")


def _check_share(text: str) -> str:
    found = _SHARE.match(text)
    if not found:
        raise ValueError("write 'at least 1/2' or 'more than 1/2'")
    share = Fraction(int(found[2]), int(found[3]))
    if share > 1 or (found[1] == "more than" and share == 1):
        raise ValueError("nobody can reach more than everyone")
    return text


Share = Annotated[str, AfterValidator(_check_share), Field(json_schema_extra={"pattern": _SHARE.pattern})]
"""A share of seats or votes: ``at least 2/3`` or ``more than 1/2``."""


def reaches(share: str, part: int, whole: int) -> bool:
    """Say whether a part of a whole reaches a share, exactly.

    Parameters
    ----------
    share : str
        As in the rules.
    part, whole : int

    Returns
    -------
    bool
        False where the whole is nothing.

    Examples
    --------
    >>> reaches("more than 1/2", 3, 6), reaches("at least 1/2", 3, 6), reaches("at least 1/2", 0, 0)
    (False, True, False)
    """
    found = _SHARE.match(share)
    if found is None:
        raise ValueError(f"'{share}' is no share")
    have, need = part * int(found[3]), whole * int(found[2])
    return whole > 0 and (have > need if found[1] == "more than" else have >= need)


def needed(share: str, whole: int) -> int:
    """Return the least part that reaches a share.

    Parameters
    ----------
    share : str
    whole : int

    Returns
    -------
    int
        One more than the whole where nothing can.

    Examples
    --------
    >>> needed("more than 1/2", 6), needed("at least 2/3", 5)
    (4, 4)
    """
    return next((part for part in range(whole + 1) if reaches(share, part, whole)), whole + 1)


class PerSide(Paper):
    """One share for each side: neither may decide what the other needs."""

    government: Share
    civil_society: Share

    def __getitem__(self, side: str) -> str:
        return str(getattr(self, side))


class Rules(Paper):
    """The rules of a project.

    Examples
    --------
    >>> rules = Rules(
    ...     demonstration=False,
    ...     quorum={"government": "at least 1/2", "civil_society": "at least 1/2"},
    ...     majority={"government": "more than 1/2", "civil_society": "at least 2/3"},
    ...     ballot_days=14, response_days=60, silence_days=90,
    ... )
    >>> rules.majority["civil_society"]
    'at least 2/3'
    """

    demonstration: StrictBool = Field(
        description="true: a demonstration; every page says so and the keys under governance/demonstration/ are accepted"
    )
    quorum: PerSide = Field(description="share of a side's seats, vacant ones included, whose ballots must be cast")
    majority: PerSide = Field(description="share of a side's yes, no and block ballots that must be yes")
    ballot_days: int = Field(ge=1, le=365, strict=True, description="days that a ballot stays open, unless everyone has voted")
    response_days: int = Field(ge=1, le=365, strict=True, description="days that a department has to answer")
    silence_days: int = Field(ge=1, le=730, strict=True, description="days without any word after which silence is overdue")
