"""Casting a ballot: what a member says about a proposal, bound to its bytes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from workbench.errors import GateRefused, UsageError, unknown
from workbench.governance.acts.drafts import Draft, record_bytes
from workbench.governance.deciding.adopted import adopted_charter
from workbench.governance.deciding.casting import last_day
from workbench.governance.gates import Governance
from workbench.governance.papers.ballots import Ballot
from workbench.governance.papers.members import DEPUTY
from workbench.governance.papers.proposals import CharterProposal, Proposal
from workbench.records import parse_model


def ballot_path(governance: Governance, proposal: str, signer: str) -> Path:
    """Return where a signer's ballot lies.

    Parameters
    ----------
    governance : Governance
    proposal : str
    signer : str

    Returns
    -------
    Path
    """
    return governance.project.governance / "ballots" / proposal / f"{signer}.yml"


def draft_ballot(
    governance: Governance,
    proposal: str,
    *,
    signer: str,
    vote: str,
    today: dt.date,
    words: dict[str, dict[str, str]] | None = None,
) -> Draft:
    """Draft a ballot.

    Parameters
    ----------
    governance : Governance
    proposal : str
    signer : str
        The seat, or ``<seat>.deputy``.
    vote : {"yes", "no", "block", "abstain"}
    today : datetime.date
    words : dict, optional
        ``reason`` and ``conflict_of_interest``, each by language.

    Returns
    -------
    Draft

    Raises
    ------
    UsageError
        Unknown proposal or seat, or a no without a reason.
    GateRefused
        The vote is closed or not open on this day, or the seat has no deputy.
    """
    register = governance.register
    governance.require_whole()
    if proposal in register.unread:
        raise UsageError(register.unread[proposal])
    if proposal not in register.proposals:
        raise unknown("proposal", proposal, register.proposals, where="governance/proposals")
    holder = signer.removesuffix(DEPUTY)
    seat = register.charter.seat_of(holder)
    if seat is None:
        raise unknown("seat", holder, governance.members.seats, where="governance/members.yml")
    if signer != holder and seat.deputy is None:
        raise GateRefused(f"seat {holder} has no deputy", hint="deputies stand in governance/members.yml")
    if proposal in register.by_proposal:
        closed = register.by_proposal[proposal].facts.closed_on
        raise GateRefused(f"the vote on {proposal} was closed on {closed}", hint=f"see: workbench governance tally {proposal}")
    opens_on = register.proposals[proposal].opens_on
    end = last_day(opens_on, governance.rules)
    if not opens_on <= today <= end:
        raise GateRefused(f"ballots on {proposal} are cast from {opens_on} to {end}, today is {today}")
    require_usable(governance, register.proposals[proposal], today=today)
    record = {
        "ballot": proposal,
        "proposal_sha256": register.shas[proposal],
        "seat": holder,
        "vote": vote,
        "cast_on": today,
        **(words or {}),
    }
    ballot = parse_model(record, Ballot, where=f"ballot of {signer}")
    return Draft(
        path=ballot_path(governance, proposal, signer),
        content=record_bytes(ballot),
        signer=signer,
        day=today,
        charter=register.charter,
    )


def require_usable(governance: Governance, proposal: Proposal, *, today: dt.date) -> None:
    """Refuse to vote on, or to close, a change of rules and seats that could not come into force.

    Both sides adopting files that cannot be used would stop every later decision.

    Parameters
    ----------
    governance : Governance
    proposal : Proposal
    today : datetime.date

    Raises
    ------
    CheckFailed, UsageError
    """
    if isinstance(proposal, CharterProposal):
        adopted_charter(governance.project, proposal, before=governance.register.charters, since=today)
