"""``governance/obstacles/O-….yml``: data that could not be had, who was asked, what was answered, what was done instead.

A refusal that is written down can be compared, asked again and mended; one that is not is forgotten by the next meeting.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from workbench.catalog import Bilingual
from workbench.governance.papers.days import Day
from workbench.governance.papers.fields import IssueId, ObstacleId, Paper, RequestId, Words


class Asked(Paper):
    """Who was asked for the data."""

    who: Bilingual
    asked_on: Day


class Answered(Paper):
    """What they answered."""

    text: Words
    answered_on: Day


class Obstacle(Paper):
    """One obstacle to the data that an urban issue needs.

    Examples
    --------
    >>> words = {"ko": "카드 결제 내역", "en": "Card payments"}
    >>> Obstacle(obstacle="O-0001", kind="privately_owned", issues=["meal-cards"], what=words, instead=words,
    ...          asked={"who": words, "asked_on": "2026-10-12"}, recorded_on="2026-10-01")
    Traceback (most recent call last):
    ...
    pydantic_core._pydantic_core.ValidationError: 1 validation error for Obstacle
      Value error, recorded on 2026-10-01, before anybody was asked on 2026-10-12 ...
    """

    obstacle: ObstacleId
    kind: Literal["personal", "poor_quality", "privately_owned"] = Field(
        description="personal: it tells about people; poor_quality: it cannot be relied on; privately_owned: a company's own"
    )
    issues: list[IssueId] = Field(min_length=1, description="the urban issues that need the data")
    what: Bilingual = Field(description="which data is missing, and what cannot be said without it")
    request: RequestId | None = Field(default=None, description="the request for data that was refused")
    asked: Asked
    answered: Answered | None = Field(default=None, description="absent: there was no answer")
    instead: Bilingual = Field(description="what was done instead")
    recorded_on: Day

    @model_validator(mode="after")
    def _in_order(self) -> Obstacle:
        problems = []
        if self.recorded_on < self.asked.asked_on:
            problems.append(f"recorded on {self.recorded_on}, before anybody was asked on {self.asked.asked_on}")
        if self.answered is not None and self.answered.answered_on < self.asked.asked_on:
            problems.append(f"answered on {self.answered.answered_on}, before anybody was asked on {self.asked.asked_on}")
        twice = sorted({issue for issue in self.issues if self.issues.count(issue) > 1})
        problems += [f"issues: '{issue}' is listed twice" for issue in twice]
        if problems:
            raise ValueError("; ".join(problems))
        return self
