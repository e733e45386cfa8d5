"""The tally: from ballots that count to what each side said. Pure: no file, no clock, no order.

Agreement needs both sides: each reaches its quorum and its majority. Experts and citizens advise; their ballots are
shown and never counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Literal

from workbench.governance.papers.fields import SIDES, Choice, Paper, Side, Standing, Words
from workbench.governance.papers.members import Members
from workbench.governance.papers.rules import Rules, needed, reaches

Outcome = Literal["open", "agreed", "not agreed", "void"]


class Vote(Paper):
    """A ballot that counts: whose, what, why, and the hash of its bytes."""

    seat: str
    side: Side | None
    standing: Standing | None
    vote: Choice
    reason: Words | None
    conflict_of_interest: Words | None
    cast_on: dt.date
    by_deputy: bool
    file: str
    sha256: str


class Refused(Paper):
    """A file among the ballots that does not count, and why; ``set_aside`` where nothing is wrong with it."""

    file: str
    reason: str
    set_aside: bool = False


class SideCount(Paper):
    """What one side said."""

    seats: int
    vacant: int
    cast: int
    yes: int
    no: int
    block: int
    abstain: int
    quorum: str
    quorum_needed: int
    quorum_reached: bool
    majority: str
    majority_reached: bool

    @property
    def agrees(self) -> bool:
        """Whether the side says yes."""
        return self.quorum_reached and self.majority_reached


def count_side(votes: Iterable[Vote], *, side: Side, seats: int, vacant: int, rules: Rules) -> SideCount:
    """Count one side's ballots.

    Parameters
    ----------
    votes : iterable of Vote
        At most one of each seat; those of other sides are left out.
    side : str
    seats, vacant : int
        Seats of the side, vacant ones included, and how many are vacant.
    rules : Rules

    Returns
    -------
    SideCount

    Examples
    --------
    >>> share = {"government": "at least 1/2", "civil_society": "at least 1/2"}
    >>> more = {"government": "more than 1/2", "civil_society": "more than 1/2"}
    >>> rules = Rules(demonstration=True, quorum=share, majority=more, ballot_days=14, response_days=60, silence_days=90)
    >>> count_side([], side="government", seats=5, vacant=1, rules=rules).quorum_needed
    3
    """
    by: dict[str, int] = {"yes": 0, "no": 0, "block": 0, "abstain": 0}
    for vote in votes:
        if vote.side == side:
            by[vote.vote] += 1
    cast = sum(by.values())
    return SideCount(
        seats=seats,
        vacant=vacant,
        cast=cast,
        yes=by["yes"],
        no=by["no"],
        block=by["block"],
        abstain=by["abstain"],
        quorum=rules.quorum[side],
        quorum_needed=needed(rules.quorum[side], seats),
        quorum_reached=reaches(rules.quorum[side], cast, seats),
        majority=rules.majority[side],
        majority_reached=reaches(rules.majority[side], by["yes"], by["yes"] + by["no"] + by["block"]),
    )


def count_sides(votes: Iterable[Vote], *, members: Members, rules: Rules) -> dict[Side, SideCount]:
    """Count the ballots of both sides.

    Parameters
    ----------
    votes : iterable of Vote
    members : Members
    rules : Rules

    Returns
    -------
    dict of str to SideCount
    """
    votes = list(votes)
    counted: dict[Side, SideCount] = {}
    for side in SIDES:
        seats = members.of_side(side).values()
        vacant = sum(seat.vacant_since is not None for seat in seats)
        counted[side] = count_side(votes, side=side, seats=len(seats), vacant=vacant, rules=rules)
    return counted


def both_agree(sides: Mapping[Side, SideCount]) -> bool:
    """Say whether both sides agree.

    Parameters
    ----------
    sides : mapping of str to SideCount

    Returns
    -------
    bool
    """
    return all(sides[side].agrees for side in SIDES)


def dissent(votes: Iterable[Vote]) -> list[Vote]:
    """Return the ballots that said no or block, by seat; a page shows them at the weight of the decision.

    Parameters
    ----------
    votes : iterable of Vote

    Returns
    -------
    list of Vote
    """
    return sorted((vote for vote in votes if vote.vote in ("no", "block")), key=lambda vote: vote.seat)
