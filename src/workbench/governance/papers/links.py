"""``governance/links/L-….yml``: the one-time link by which a department gives its official answer.

A steward issues and signs it. It names a public key; the private half travels in the link itself and signs one answer.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from workbench.catalog import Bilingual
from workbench.governance.papers.days import Day
from workbench.governance.papers.fields import LinkId, Paper, SeatId
from workbench.governance.papers.members import PublicKeyLine

MOST_DAYS = 120
"""How long a link may hold: a key that lies in somebody's mail is no key for ever."""

SubjectId = Annotated[str, StringConstraints(pattern=r"^[RDP]-[0-9]{4}$")]
"""What may be answered: a recommendation, a request for data, a proposal."""


class Link(Paper):
    """One link, for one answer.

    Examples
    --------
    >>> Link.model_fields["expires_on"].description
    'the last day on which an answer through it counts, at most 120 days after it was issued'
    """

    link: LinkId
    answers: SubjectId = Field(description="the recommendation (R-), request for data (D-) or proposal (P-) to answer")
    department: Bilingual = Field(description="who is to answer")
    public_key: PublicKeyLine = Field(description="ssh-ed25519 AAAA…: the public half of the link's own key")
    issued_on: Day
    expires_on: Day = Field(
        description=f"the last day on which an answer through it counts, at most {MOST_DAYS} days after it was issued"
    )
    issued_by: SeatId = Field(description="the steward's seat")

    @model_validator(mode="after")
    def _holds_for_a_while(self) -> Link:
        days = (self.expires_on - self.issued_on).days
        if days <= 0:
            raise ValueError(f"expires_on: {self.expires_on} does not lie after {self.issued_on}, the day it was issued")
        if days > MOST_DAYS:
            raise ValueError(f"expires_on: {days} days after it was issued, allowed are {MOST_DAYS}")
        return self
