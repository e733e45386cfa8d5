"""``governance/answers/R-….yml``, ``D-….yml``, ``P-….yml``: what a department officially answered.

Signed by the key of a one-time link and countersigned by a steward. An answer is never edited: a second one to the same
subject is a file of its own, ``R-0001.2.yml``, the third ``R-0001.3.yml``, each through a link of its own, and the newest holds.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from workbench.catalog import Bilingual
from workbench.governance.papers.days import Day
from workbench.governance.papers.fields import LinkId, Paper, Words

AnswerId = Annotated[str, StringConstraints(pattern=r"^[RDP]-[0-9]{4}(\.([2-9]|[1-9][0-9]))?$")]
"""The id of what is answered; from the second answer on with the answer's number: ``R-0001``, ``R-0001.2``."""

Outcome = Literal["accepted", "accepted_in_part", "refused", "granted", "granted_in_part", "information"]

OUTCOMES: dict[str, tuple[Outcome, ...]] = {
    "R": ("accepted", "accepted_in_part", "refused", "information"),
    "D": ("granted", "granted_in_part", "refused", "information"),
    "P": ("accepted", "accepted_in_part", "refused", "information"),
}
"""Which outcomes fit which subject, by its letter."""


class Promise(Paper):
    """A step that the department promises."""

    what: Words
    by: Day


class Answer(Paper):
    """One official answer.

    Examples
    --------
    >>> answer = Answer(answer="D-0001.2", link="L-0002", department={"ko": "담당 부서", "en": "Department"},
    ...                 outcome="granted", text={"ko": "제공합니다."}, answered_on="2026-11-20")
    >>> answer.subject, answer.number
    ('D-0001', 2)
    """

    answer: AnswerId = Field(description="what is answered; a second answer adds its number: R-0001.2")
    link: LinkId = Field(description="the one-time link through which the answer came")
    department: Bilingual
    outcome: Outcome = Field(description="information: neither yes nor no, for instance that the answer will take longer")
    text: Words = Field(description="the answer in the department's own words")
    promised: list[Promise] = Field(default=[], description="steps that the department promises, with their days")
    answered_on: Day

    @model_validator(mode="after")
    def _outcome_fits(self) -> Answer:
        problems = []
        allowed = OUTCOMES[self.answer[0]]
        if self.outcome not in allowed:
            problems.append(f"outcome: '{self.outcome}' does not fit {self.subject}, allowed: {', '.join(allowed)}")
        for number, promise in enumerate(self.promised):
            if promise.by < self.answered_on:
                problems.append(f"promised.{number}: by {promise.by}, before the answer on {self.answered_on}")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def subject(self) -> str:
        """The recommendation, request for data or proposal that is answered."""
        return self.answer.partition(".")[0]

    @property
    def number(self) -> int:
        """Which answer to the subject this is, 1 for the first."""
        return int(self.answer.partition(".")[2] or 1)
