"""``governance/recommendations/R-….yml``: what a released result asks of a department, and how far it has come.

The steps are the recommendation's history, newest last; its state is the last of them and is written nowhere else. What the
department itself said stands in ``answers/R-….yml``, and the steps may claim no answer that is not there.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from workbench.catalog import Bilingual
from workbench.governance.papers.days import Day
from workbench.governance.papers.fields import IssueId, Paper, RecommendationId, ResultId, SeatId, Words
from workbench.governance.papers.proposals import Baseline

State = Literal["sent", "answered", "accepted", "implemented", "measured", "refused"]

FOLLOWS: dict[str | None, tuple[State, ...]] = {
    None: ("sent",),
    "sent": ("answered", "accepted", "refused"),
    "answered": ("accepted", "refused"),
    "accepted": ("implemented", "refused"),
    "implemented": ("measured",),
    "measured": (),
    "refused": (),
}
"""Which state may follow which: an acceptance is an answer too, and a department may still withdraw it."""


class Step(Paper):
    """One step of a recommendation."""

    state: State
    done_on: Day
    note: Words | None = Field(default=None, description="what happened; required for refused")
    by: SeatId | None = Field(default=None, description="the seat that recorded it")


class Effect(Baseline):
    """Where the indicator stands after the recommendation was carried out."""


class Gauge(Paper):
    """What is measured to see whether the recommendation had an effect."""

    name: Bilingual
    unit: Bilingual | None = None
    before: Baseline = Field(description="where it stood before")
    after: Effect | None = Field(default=None, description="where it stands after; needed for the step 'measured'")


class Recommendation(Paper):
    """One recommendation to one department.

    Examples
    --------
    >>> words = {"ko": "도로변 청소", "en": "Cleaning at roadsides"}
    >>> before = {"value": 62, "as_of": "2025", "source": words}
    >>> made = Recommendation(recommendation="R-0001", title=words, text=words, issue="fine-dust", rests_on=["fine-dust/1#gap"],
    ...                       department=words, due="2027-01-31", indicator={"name": words, "before": before},
    ...                       steps=[{"state": "sent", "done_on": "2026-11-22", "by": "G-1"}])
    >>> made.state
    'sent'
    """

    recommendation: RecommendationId
    title: Bilingual
    text: Bilingual = Field(description="what the department is asked to do, and why")
    issue: IssueId
    rests_on: list[ResultId] = Field(min_length=1, description="released results, such as fine-dust/1#good_days")
    department: Bilingual
    due: Day = Field(description="the day by which the department must answer")
    indicator: Gauge
    steps: list[Step] = Field(min_length=1, description="the history, newest last; the state is the last step's")

    @model_validator(mode="after")
    def _history_holds(self) -> Recommendation:
        problems = []
        before: Step | None = None
        for number, step in enumerate(self.steps):
            where = f"steps.{number}"
            allowed = FOLLOWS[before.state if before else None]
            if step.state not in allowed:
                after = f"after '{before.state}'" if before else "as the first step"
                choice = f"allowed: {', '.join(allowed)}" if allowed else "nothing follows it"
                problems.append(f"{where}: '{step.state}' cannot stand {after}, {choice}")
            if before is not None and step.done_on < before.done_on:
                problems.append(f"{where}: {step.done_on} lies before the step before it, {before.done_on}")
            if step.state == "refused" and step.note is None:
                problems.append(f"{where}: 'refused' needs a note that says why")
            before = step
        if self.due < self.steps[0].done_on:
            problems.append(f"due on {self.due}, before the first step on {self.steps[0].done_on}")
        problems += self._measured_problems()
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _measured_problems(self) -> list[str]:
        """Whether the value after and the step 'measured' belong together."""
        after, before = self.indicator.after, self.indicator.before
        if self.state == "measured" and after is None:
            return ["steps: 'measured' needs indicator.after"]
        if after is None:
            return []
        problems = []
        if self.state != "measured":
            problems.append("indicator.after: there is a value after, and no step 'measured'")
        if after.as_of == before.as_of or after.as_of[:4] < before.as_of[:4]:
            problems.append(f"indicator.after: as of {after.as_of}, which does not lie after {before.as_of}")
        return problems

    @property
    def state(self) -> State:
        """Where the recommendation stands: the state of its last step."""
        return self.steps[-1].state
