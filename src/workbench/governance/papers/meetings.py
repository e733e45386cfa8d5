"""``governance/meetings/M-….yml``: what was on the agenda, who was there for which side, what was decided.

Seats are named and not people; one steward of each side signs the file, and that is how the minutes are approved.
"""

from __future__ import annotations

from collections import Counter

from pydantic import Field, model_validator

from workbench.catalog import Bilingual
from workbench.governance.papers.days import Day
from workbench.governance.papers.fields import IssueId, MeetingId, Paper, ProposalId, SeatId, Words


class Present(Paper):
    """The seats that took part, whether their holder or their deputy came."""

    government: list[SeatId] = Field(default=[])
    civil_society: list[SeatId] = Field(default=[])
    experts: list[SeatId] = Field(default=[])
    citizens: list[SeatId] = Field(default=[])

    @property
    def everyone(self) -> list[str]:
        """Every seat that was there, side by side."""
        return [*self.government, *self.civil_society, *self.experts, *self.citizens]


class Decided(Paper):
    """One decision of a meeting. What needs ballots is decided by a proposal; the meeting only points to it."""

    text: Bilingual
    proposal: ProposalId | None = Field(default=None, description="where the decision is to put something to the vote")
    responsible: SeatId | None = Field(default=None, description="the seat that sees to it")
    due: Day | None = None


class Meeting(Paper):
    """The minutes of one meeting.

    Examples
    --------
    >>> words = {"ko": "자전거 안전", "en": "Cycling safety"}
    >>> Meeting(meeting="M-0001", held_on="2026-11-02", agenda=[words], minutes=words,
    ...         present={"government": ["G-1"], "civil_society": ["C-1", "C-1"]})
    Traceback (most recent call last):
    ...
    pydantic_core._pydantic_core.ValidationError: 1 validation error for Meeting
      Value error, seat C-1 is listed twice ...
    """

    meeting: MeetingId
    title: Bilingual | None = None
    held_on: Day
    place: Words | None = None
    subgroup: IssueId | None = Field(
        default=None, description="the sub-group of members.yml that met; absent: everybody was invited"
    )
    agenda: list[Bilingual] = Field(min_length=1)
    present: Present
    absent_excused: list[SeatId] = Field(default=[], description="seats that said beforehand that they could not come")
    minutes: Bilingual = Field(description="what was said, in the words that both sides approve by signing")
    decisions: list[Decided] = Field(default=[])
    next_meeting: Day | None = None

    @model_validator(mode="after")
    def _one_place_for_each_seat(self) -> Meeting:
        problems = []
        listed = Counter([*self.present.everyone, *self.absent_excused])
        problems += [f"seat {seat} is listed twice" for seat, times in listed.items() if times > 1]
        if not self.present.everyone:
            problems.append("present: nobody was there, so it was no meeting")
        if self.next_meeting is not None and self.next_meeting <= self.held_on:
            problems.append(f"next_meeting: {self.next_meeting} does not lie after {self.held_on}, the day of this one")
        for number, decision in enumerate(self.decisions):
            if decision.due is not None and decision.due < self.held_on:
                problems.append(f"decisions.{number}: due on {decision.due}, before the meeting on {self.held_on}")
        if problems:
            raise ValueError("; ".join(problems))
        return self
