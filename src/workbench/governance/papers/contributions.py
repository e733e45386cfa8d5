"""``governance/contributions/C-….yml``: what a citizen wrote, and what became of it, with a reason of its own.

The file has no key for a name or an address: what identifies the contributor never enters the repository.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from workbench.governance.papers.days import Day
from workbench.governance.papers.fields import ContributionId, IssueId, Paper, ProposalId, ResultId, SeatId, Words

LedTo = Annotated[str, StringConstraints(pattern=r"^[PDR]-[0-9]{4}$")]
"""A proposal, a request for data or a recommendation."""


class About(Paper):
    """What a contribution speaks of; one of the three at least."""

    issue: IssueId | None = None
    result: ResultId | None = Field(default=None, description="a published result or figure, such as bike-routes/2#peak")
    proposal: ProposalId | None = None

    @model_validator(mode="after")
    def _something(self) -> About:
        if self.issue is None and self.result is None and self.proposal is None:
            raise ValueError("give issue, result or proposal, or leave 'about' out")
        return self


class Contribution(Paper):
    """One idea, comment, proposal or question of a citizen.

    Examples
    --------
    >>> text = {"ko": "우리 동네 측정소는 왜 없나요?"}
    >>> Contribution(contribution="C-0001", kind="question", received_on="2026-11-02", channel="form", text=text,
    ...              state="refused", published="whole")
    Traceback (most recent call last):
    ...
    pydantic_core._pydantic_core.ValidationError: 1 validation error for Contribution
      Value error, 'refused' needs a reason; 'refused' needs answered_on; 'refused' needs answered_by ...
    """

    contribution: ContributionId
    kind: Literal["idea", "comment", "proposal", "question"]
    received_on: Day
    channel: Literal["form", "meeting", "letter", "consultation", "other"] = Field(description="the way it came in")
    about: About | None = Field(default=None, description="absent: it speaks of no issue, result or proposal yet")
    text: Words = Field(description="in the contributor's words; names and addresses of people left out")
    published: Literal["whole", "part"] = Field(description="part: something was left out of the text")
    left_out_because: Words | None = Field(default=None, description="required where published is part")
    state: Literal["open", "adopted", "adapted", "refused"]
    reason: Words | None = Field(
        default=None, description="why; required unless the state is open, and written for this one alone"
    )
    answered_on: Day | None = None
    answered_by: SeatId | None = None
    led_to: list[LedTo] = Field(default=[], description="proposals, requests for data and recommendations that came of it")

    @model_validator(mode="after")
    def _an_answer_has_a_reason(self) -> Contribution:
        problems = []
        given = {"a reason": self.reason, "answered_on": self.answered_on, "answered_by": self.answered_by}
        if self.state == "open":
            problems += [f"an open contribution has no {name.removeprefix('a ')} yet" for name, value in given.items() if value]
        else:
            problems += [f"'{self.state}' needs {name}" for name, value in given.items() if value is None]
        if self.state in ("open", "refused") and self.led_to:
            problems.append(f"led_to: {', '.join(self.led_to)} cannot come of a contribution that is {self.state}")
        if self.answered_on is not None and self.answered_on < self.received_on:
            problems.append(f"answered on {self.answered_on}, before it was received on {self.received_on}")
        if self.published == "part" and self.left_out_because is None:
            problems.append("published: part needs left_out_because")
        if self.published == "whole" and self.left_out_because is not None:
            problems.append("left_out_because: nothing was left out, says published: whole")
        if problems:
            raise ValueError("; ".join(problems))
        return self
