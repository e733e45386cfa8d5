"""``governance/closings/P-….yml``: the record that ends a vote, signed by one steward of each side.

It lists the ballots and never the outcome, which anyone recomputes. Each names the one before: no decision can be
taken out of the middle of the register.
"""

from __future__ import annotations

from pydantic import Field

from workbench.governance.papers.days import Day
from workbench.governance.papers.fields import Paper, ProposalId, Sha256


class Closing(Paper):
    """The end of a vote: what is not listed is late."""

    closing: ProposalId
    number: int = Field(ge=1, strict=True, description="its place in the register: 1, 2, 3 …")
    previous: Sha256 = Field(description="of the closing before, or of the founding record")
    proposal_sha256: Sha256
    closed_on: Day
    ballots: dict[str, Sha256] = Field(description="file name and hash of each ballot that was there")
