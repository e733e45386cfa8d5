"""``governance/data_requests/D-….yml``: which data was asked for, for which question, from whom, and what came of it.

The holder's answer stands in ``answers/D-….yml`` alone, signed: outcome, reason and date are not typed again here. A steward
then closes the request with what the answer led to. Granted: ``dataset``, its entry in the catalogue. Refused: ``obstacle``,
the file that keeps the refusal visible. Granted in part: both. :func:`workbench.governance.papers.references.check_references`
holds the two files together: what the request was closed with must be what the newest answer says.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from workbench.catalog import Bilingual
from workbench.governance.papers.days import Day
from workbench.governance.papers.fields import IssueId, ObstacleId, Paper, ProposalId, RequestId

AskedBy = Annotated[str, StringConstraints(pattern=r"^([A-Z]{1,3}-[1-9][0-9]{0,2}|C-[0-9]{4})$")]
"""A seat (``C-1``), or the contribution (``C-0001``) of a citizen."""

DatasetId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
"""A dataset of ``data_catalog.yml``."""

Closed = Literal["granted", "granted_in_part", "refused"]


class DataRequest(Paper):
    """One request for data, open until ``closed_on``.

    Examples
    --------
    >>> words = {"ko": "급식카드 가맹점", "en": "Shops that take meal cards"}
    >>> request = DataRequest(data_request="D-0001", what=words, question=words, asked_by="C-1", holder=words,
    ...                       asked_on="2026-10-01", due="2026-11-30", closed_on="2026-11-20", dataset="meal_card_merchants")
    >>> request.closed_as
    'granted'
    """

    data_request: RequestId
    what: Bilingual = Field(description="which data, with its columns, period and area as far as they are known")
    question: Bilingual = Field(description="the question that cannot be answered without it")
    issue: IssueId | None = None
    proposal: ProposalId | None = None
    asked_by: AskedBy = Field(description="a seat (C-1), or a citizen's contribution (C-0001)")
    holder: Bilingual = Field(description="the office or organisation that holds the data")
    asked_on: Day
    due: Day = Field(description="the day by which the holder must answer")
    closed_on: Day | None = Field(default=None, description="the day on which a steward closed it after the holder's answer")
    dataset: DatasetId | None = Field(default=None, description="granted: the data's id in data_catalog.yml")
    obstacle: ObstacleId | None = Field(default=None, description="refused: the obstacle that records why")

    @model_validator(mode="after")
    def _closed_with_something(self) -> DataRequest:
        problems = []
        if self.due < self.asked_on:
            problems.append(f"due on {self.due}, before it was asked on {self.asked_on}")
        if self.closed_on is None:
            problems += [f"'{name}' needs closed_on" for name in ("dataset", "obstacle") if getattr(self, name) is not None]
        elif self.dataset is None and self.obstacle is None:
            problems.append("closed_on needs what came of it: dataset (granted), obstacle (refused), or both (granted in part)")
        elif self.closed_on < self.asked_on:
            problems.append(f"closed on {self.closed_on}, before it was asked on {self.asked_on}")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def closed_as(self) -> Closed | None:
        """What the request was closed as, or None while it is open."""
        if self.closed_on is None:
            return None
        if self.obstacle is None:
            return "granted"
        return "refused" if self.dataset is None else "granted_in_part"
