"""``governance/proposals/P-….yml``: what both sides are asked to decide.

Ballots carry the hash of the proposal's bytes: edited after the first ballot, it must be voted on anew.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, RootModel, model_validator

from workbench.catalog import Bilingual
from workbench.governance.papers.days import Day
from workbench.governance.papers.fields import ContributionId, IssueId, Paper, ProjectPath, ProposalId, SeatId, Sha256, Words

POLICY_FOLDER = "governance/policies/"
CHARTER_FOLDER = "governance/charter/"


class Wanted(Paper):
    """Data that the question needs, and who holds it."""

    what: Bilingual
    holder: Bilingual


class Baseline(Paper):
    """Where an indicator stands before anything is done: without it no effect can be judged."""

    value: float = Field(allow_inf_nan=False)
    as_of: str = Field(pattern=r"^[0-9]{4}([-Q][0-9-]+)?$", description="2021, 2021-06, 2021Q2 or 2021-06-30")
    source: Bilingual


class Indicator(Paper):
    """What is measured to see whether the outcome came."""

    name: Bilingual
    unit: Bilingual | None = None
    baseline: Baseline | None = Field(default=None, description="absent only where baseline_missing says why")
    baseline_missing: Bilingual | None = None

    @model_validator(mode="after")
    def _baseline_or_why_not(self) -> Indicator:
        if (self.baseline is None) == (self.baseline_missing is None):
            raise ValueError("give the baseline, or say in baseline_missing why there is none yet")
        return self


class _Proposal(Paper):
    proposal: ProposalId
    title: Bilingual
    question: Bilingual
    proposed_by: SeatId | ContributionId
    proposed_on: Day
    opens_on: Day = Field(description="the first day on which ballots count")
    department: Bilingual = Field(description="which department is responsible for the answer")

    @model_validator(mode="after")
    def _title_in_one_line(self) -> Any:
        if any("\n" in self.title[language] for language in ("ko", "en")):
            raise ValueError("title: one line is needed, lists show it beside others")
        return self

    @model_validator(mode="after")
    def _opens_after(self) -> Any:
        if self.opens_on < self.proposed_on:
            raise ValueError("opens_on lies before proposed_on")
        return self


class IssueProposal(_Proposal):
    """An urban issue to analyse together: its outcome can be measured, or it could not be judged."""

    kind: Literal["urban_issue"]
    issue: IssueId
    harmed: Bilingual = Field(description="who is harmed, by the problem or by the data")
    data_needed: list[Wanted] = Field(min_length=1)
    expected_outcome: Bilingual
    indicator: Indicator
    decision_wanted: Bilingual


class PolicyProposal(_Proposal):
    """Protection policies to adopt, in exactly these bytes."""

    kind: Literal["policies"]
    files: dict[ProjectPath, Sha256] = Field(min_length=1)
    reason: Words

    @model_validator(mode="after")
    def _policies_only(self) -> PolicyProposal:
        for name in self.files:
            if not name.startswith(POLICY_FOLDER) or not name.endswith(".yml") or name.count("/") != 2:
                raise ValueError(f"files: '{name}' is no policy ({POLICY_FOLDER}<dataset>.yml)")
        return self


class CharterProposal(_Proposal):
    """Other rules or other seats, in exactly these bytes."""

    kind: Literal["charter"]
    files: dict[ProjectPath, Sha256] = Field(min_length=1)
    reason: Words

    @model_validator(mode="after")
    def _its_own_files(self) -> CharterProposal:
        allowed = {f"{CHARTER_FOLDER}{self.proposal}/{name}.yml" for name in ("rules", "members")}
        for name in self.files:
            if name not in allowed:
                raise ValueError(f"files: '{name}' is not allowed, allowed: {', '.join(sorted(allowed))}")
        return self


Proposal = IssueProposal | PolicyProposal | CharterProposal


class ProposalFile(RootModel[Annotated[Proposal, Field(discriminator="kind")]]):
    """A proposal's file: its kind says which keys it has."""
