"""``governance/members.yml``: who sits for which side, with which roles, duties, term and keys.

A seat stays when a person leaves: it is vacant then, and still counts for its side's quorum.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from workbench.catalog import Bilingual
from workbench.governance.papers.days import Day
from workbench.governance.papers.fields import EVERYWHERE, SIDES, IssueId, Paper, Role, SeatId, Side, Standing, Words
from workbench.governance.papers.lookalikes import alike, suspicious

DEPUTY = ".deputy"
"""What follows a seat's id in the name under which its deputy signs."""


def _public_key(text: str) -> str:
    from workbench.governance.signing.keys import parse_public_key

    return parse_public_key(text).line


def _age_recipient(text: str) -> str:
    from workbench.governance.signing.age_keys import check_age_recipient

    return check_age_recipient(text)


PublicKeyLine = Annotated[
    str, AfterValidator(_public_key), Field(json_schema_extra={"pattern": r"^ssh-ed25519 [A-Za-z0-9+/]{68}=*( .*)?$"})
]
"""``ssh-ed25519 AAAA…``; a comment behind it is left out."""

AgeRecipient = Annotated[str, AfterValidator(_age_recipient), Field(json_schema_extra={"pattern": r"^age1[a-z0-9]{58}$"})]
"""``age1…``"""


class Term(Paper):
    """From and until which day somebody sits, both included."""

    from_: Day = Field(alias="from")
    until: Day

    @model_validator(mode="after")
    def _in_order(self) -> Term:
        if self.until < self.from_:
            raise ValueError("until lies before from")
        return self

    def holds(self, day: dt.date) -> bool:
        """Say whether a day lies within the term.

        Parameters
        ----------
        day : datetime.date

        Returns
        -------
        bool
        """
        return self.from_ <= day <= self.until


class Deputy(Paper):
    """Who votes for the seat when its holder does not."""

    title: Bilingual
    public_key: PublicKeyLine
    term: Term


class Seat(Paper):
    """One seat: a side (it decides) or a standing (it advises), and what its holder may do.

    Examples
    --------
    >>> words = {"ko": "빈 자리", "en": "Vacant seat"}
    >>> Seat(title=words, organisation=words, side="government", vacant_since="2026-11-01").sits_on(dt.date(2026, 11, 2))
    False
    """

    title: Bilingual
    organisation: Bilingual
    side: Side | None = None
    standing: Standing | None = None
    roles: dict[IssueId, Annotated[list[Role], Field(min_length=1)]] = Field(
        default_factory=dict, description="per urban issue, or 'all': analyst, checker, custodian, steward"
    )
    duties: list[Bilingual] = Field(default_factory=list)
    term: Term | None = None
    public_key: PublicKeyLine | None = Field(
        default=None, description="ssh-ed25519 AAAA… (the private key stays with its holder)"
    )
    age_key: AgeRecipient | None = Field(default=None, description="age1… of custodians and stewards")
    deputy: Deputy | None = None
    vacant_since: Day | None = None

    @model_validator(mode="after")
    def _whole(self) -> Seat:
        problems = []
        if (self.side is None) == (self.standing is None):
            problems.append("a seat has either a side (it decides) or a standing (it advises), and not both")
        held = self.roles_held
        if self.standing and held & {"steward", "custodian", "checker"}:
            problems.append("a seat that advises is no steward, custodian or checker: these speak for a side")
        if self.vacant_since is not None:
            given = [name for name in ("term", "public_key", "age_key", "deputy") if getattr(self, name) is not None]
            problems += [f"a vacant seat has no {name}" for name in given]
        else:
            problems += [
                f"'{name}' is missing (or say vacant_since)" for name in ("term", "public_key") if not getattr(self, name)
            ]
            if held & {"custodian", "steward"} and self.age_key is None:
                problems.append("'age_key' is missing: custodians and stewards open what is sealed to them")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def roles_held(self) -> frozenset[Role]:
        """The roles that the seat has somewhere."""
        return frozenset(role for roles in self.roles.values() for role in roles)

    def has_role(self, role: Role, *, issue: str | None = None) -> bool:
        """Say whether the seat has a role everywhere, or for an urban issue.

        Parameters
        ----------
        role : str
        issue : str, optional

        Returns
        -------
        bool
        """
        return role in self.roles.get(EVERYWHERE, []) or (issue is not None and role in self.roles.get(issue, []))

    def sits_on(self, day: dt.date) -> bool:
        """Say whether somebody holds the seat on a day.

        Parameters
        ----------
        day : datetime.date

        Returns
        -------
        bool
        """
        return self.vacant_since is None and self.term is not None and self.term.holds(day)


class Leads(Paper):
    """Who leads a sub-group, one for each side."""

    government: SeatId
    civil_society: SeatId


class Subgroup(Paper):
    """Seats that work on something together, led by both sides."""

    title: Bilingual
    purpose: Bilingual
    issues: list[IssueId] = Field(default_factory=list)
    leads: Leads
    members: list[SeatId] = Field(default_factory=list)


class RevokedKey(Paper):
    """A key that was lost or stolen: nothing signed with it on or after that day counts."""

    public_key: PublicKeyLine
    revoked_on: Day
    reason: Words


class Members(Paper):
    """The seats by id, the sub-groups, and the keys that no longer count."""

    seats: dict[SeatId, Seat]
    subgroups: dict[IssueId, Subgroup] = Field(default_factory=dict)
    revoked_keys: list[RevokedKey] = Field(default_factory=list)

    @model_validator(mode="after")
    def _fits_together(self) -> Members:
        problems = list(self._shared_keys())
        for name, group in self.subgroups.items():
            for side in SIDES:
                lead = getattr(group.leads, side)
                if lead not in self.seats or self.seats[lead].side != side:
                    problems.append(f"subgroups.{name}: {lead} is no seat of {side}, so it cannot lead for it")
            problems += [f"subgroups.{name}: seat {seat} is unknown" for seat in group.members if seat not in self.seats]
        for language in ("ko", "en"):
            names = {
                f"{seat_id}.{key}": getattr(seat, key)[language] for seat_id, seat in self.seats.items() for key in ("title",)
            }
            names |= {text: text for seat in self.seats.values() if (text := seat.organisation[language])}
            problems += [f"{name}: {reason}" for name, text in names.items() if (reason := suspicious(text))]
            problems += [f"'{one}' and '{two}' look alike" for one, two in alike(names)]
        if problems:
            raise ValueError("; ".join(dict.fromkeys(problems)))
        return self

    def _shared_keys(self) -> Iterator[str]:
        seen: dict[str, str] = {}
        for name, key in self.signers():
            if key in seen:
                yield f"{seen[key]} and {name} have the same public_key"
            seen.setdefault(key, name)

    def revoked_on(self, public_key: str) -> dt.date | None:
        """Return the day from which a key does not count, None where it does.

        Parameters
        ----------
        public_key : str
            ``ssh-ed25519 AAAA…`` without a comment.

        Returns
        -------
        datetime.date or None
            The earliest, where it was revoked more than once.
        """
        return min((revoked.revoked_on for revoked in self.revoked_keys if revoked.public_key == public_key), default=None)

    def signers(self) -> Iterator[tuple[str, str]]:
        """Give the names under which seats and deputies sign, each with its public key.

        Yields
        ------
        (str, str)
        """
        for seat_id, seat in self.seats.items():
            if seat.public_key:
                yield seat_id, seat.public_key
            if seat.deputy:
                yield seat_id + DEPUTY, seat.deputy.public_key

    def of_side(self, side: Side) -> dict[str, Seat]:
        """Return the seats of a side, vacant ones too.

        Parameters
        ----------
        side : str

        Returns
        -------
        dict of str to Seat
        """
        return {seat_id: seat for seat_id, seat in self.seats.items() if seat.side == side}

    def with_role(self, role: Role, *, side: Side, issue: str | None = None) -> list[str]:
        """Return a side's seats that have a role and are not vacant.

        Parameters
        ----------
        role : str
        side : str
        issue : str, optional

        Returns
        -------
        list of str
        """
        return [
            seat_id
            for seat_id, seat in self.of_side(side).items()
            if seat.vacant_since is None and seat.has_role(role, issue=issue)
        ]
