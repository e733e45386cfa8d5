"""``governance/ballots/P-…/<seat>.yml``: one seat's word on one proposal, bound to the proposal's bytes and signed."""

from __future__ import annotations

from pydantic import Field, model_validator

from workbench.governance.papers.days import Day
from workbench.governance.papers.fields import Choice, Paper, ProposalId, SeatId, Sha256, Words


class Ballot(Paper):
    """One ballot.

    Examples
    --------
    >>> Ballot(ballot="P-0001", proposal_sha256="0" * 64, seat="C-1", vote="no", cast_on="2026-11-01")
    Traceback (most recent call last):
    ...
    pydantic_core._pydantic_core.ValidationError: 1 validation error for Ballot
      Value error, a 'no' needs a reason ...
    """

    ballot: ProposalId
    proposal_sha256: Sha256 = Field(description="of the proposal's bytes with Unix line ends")
    seat: SeatId
    vote: Choice
    reason: Words | None = Field(default=None, description="required for no and block")
    conflict_of_interest: Words | None = None
    cast_on: Day

    @model_validator(mode="after")
    def _a_no_says_why(self) -> Ballot:
        if self.vote in ("no", "block") and self.reason is None:
            raise ValueError(f"a '{self.vote}' needs a reason")
        return self
