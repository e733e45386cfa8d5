"""Closing a vote: one steward writes down which ballots were there, one of the other side signs the same bytes."""

from __future__ import annotations

import datetime as dt

from workbench.errors import GateRefused, UsageError, unknown
from workbench.files import text_bytes
from workbench.governance.acts.drafts import Draft, record_bytes
from workbench.governance.acts.voting import require_usable
from workbench.governance.deciding.casting import last_day
from workbench.governance.deciding.register import missing_ballots
from workbench.governance.gates import Governance
from workbench.governance.papers.closings import Closing
from workbench.governance.papers.proposals import IssueProposal
from workbench.governance.signing import signatures_beside
from workbench.records import read_model


def draft_closing(governance: Governance, proposal: str, *, signer: str, today: dt.date) -> Draft:
    """Draft a closing record, or take up the one that the other side's steward signed.

    Parameters
    ----------
    governance : Governance
    proposal : str
    signer : str
        A steward's seat.
    today : datetime.date

    Returns
    -------
    Draft

    Raises
    ------
    UsageError
        Unknown proposal or seat.
    GateRefused
        No steward, closed already, or the vote is still open and somebody has not voted.
    """
    register, project = governance.register, governance.project
    governance.require_whole()
    if proposal in register.unread:
        raise UsageError(register.unread[proposal])
    if proposal not in register.proposals:
        raise unknown("proposal", proposal, register.proposals, where="governance/proposals")
    asked = register.proposals[proposal]
    require_steward(governance, signer, issue=asked.issue if isinstance(asked, IssueProposal) else None)
    if proposal in register.by_proposal:
        raise GateRefused(f"the vote on {proposal} was closed on {register.by_proposal[proposal].facts.closed_on}")
    require_usable(governance, asked, today=today)
    tally = governance.tally(proposal)
    ballots = {vote.file: vote.sha256 for vote in tally.votes}
    end = last_day(register.proposals[proposal].opens_on, governance.rules)
    since = register.entries[-1].facts.closed_on if register.entries else register.charter.since

    def absent(day: dt.date) -> list[str]:
        return missing_ballots(frozenset(ballots), register.charter, day=day) if day <= end else []

    if absent(today):
        raise GateRefused(
            f"the vote on {proposal} is open until {end}, and {', '.join(absent(today))} did not vote yet",
            hint="close it on the day after, or when everyone who decides has voted",
        )
    path = project.governance / "closings" / f"{proposal}.yml"
    fresh = Closing(
        closing=proposal,
        number=len(register.entries) + 1,
        previous=register.head,
        proposal_sha256=register.shas[proposal],
        closed_on=max(today, since),
        ballots=dict(sorted(ballots.items())),
    )
    content, day, stale = record_bytes(fresh), fresh.closed_on, tuple(signatures_beside(path).values())
    if path.is_file():
        found = read_model(path, Closing)
        same = fresh.model_copy(update={"closed_on": found.closed_on}) == found
        if same and since <= found.closed_on <= fresh.closed_on and not absent(found.closed_on):  # one that can still count
            content, day, stale = text_bytes(path), found.closed_on, ()
    return Draft(path=path, content=content, signer=signer, day=day, charter=register.charter, alone=False, stale=stale)


def require_steward(governance: Governance, signer: str, *, issue: str | None = None) -> None:
    """Refuse a seat that is no steward of a side.

    Parameters
    ----------
    governance : Governance
    signer : str
    issue : str, optional

    Raises
    ------
    UsageError
        No such seat.
    GateRefused
    """
    seat = governance.register.charter.seat_of(signer)
    if seat is None:
        raise unknown("seat", signer, governance.members.seats, where="governance/members.yml")
    if seat.side is None or not seat.has_role("steward", issue=issue):
        stewards = [one for side in ("government", "civil_society") for one in governance.members.with_role("steward", side=side)]
        raise GateRefused(f"seat {signer} is no steward", hint=f"stewards: {', '.join(stewards)}")
