"""Minutes, requests for data, obstacles, contributions and recommendations, each with the answers that belong to it.

Only what fits together is shown, and an answer only where its department's link and a steward have signed it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import UsageError
from workbench.governance import Governance
from workbench.governance.deciding.answers import Official, answers_of
from workbench.governance.deciding.approved import Minutes, minutes_of
from workbench.governance.papers.contributions import Contribution
from workbench.governance.papers.data_requests import DataRequest
from workbench.governance.papers.obstacles import Obstacle
from workbench.governance.papers.reading import days_done, read_papers
from workbench.governance.papers.recommendations import Recommendation
from workbench.governance.papers.references import check_references

DATED = ("founding", "proposal", "meeting", "contribution", "data_request", "obstacle", "recommendation", "link")
"""The kinds whose days count as days on which something was done; ballots, closings, approvals and answers where they count."""


@dataclass(frozen=True)
class Papers:
    """Everything that lies on the table beside the votes, the newest first.

    Parameters
    ----------
    minutes : tuple of Minutes
    requests : tuple of DataRequest
    obstacles : tuple of Obstacle
    contributions : tuple of Contribution
    recommendations : tuple of Recommendation
    answers : dict of str to Official
        What departments officially answered, by what they answered.
    days : frozenset of datetime.date
        On which something was done.
    """

    minutes: tuple[Minutes, ...]
    requests: tuple[DataRequest, ...]
    obstacles: tuple[Obstacle, ...]
    contributions: tuple[Contribution, ...]
    recommendations: tuple[Recommendation, ...]
    answers: dict[str, Official]
    days: frozenset[dt.date]


def read_table(governance: Governance) -> Papers:
    """Read every paper that pages show, and verify what is signed.

    Parameters
    ----------
    governance : Governance

    Returns
    -------
    Papers

    Raises
    ------
    UsageError
        Files that cannot be used or do not fit together, all of them in one error.
    """
    project = governance.project
    faults = check_references(project)
    if faults:
        lines = list(dict.fromkeys(fault.message for fault in faults))
        raise UsageError(
            lines[0] if len(lines) == 1 else f"{len(lines)} faults in governance/\n" + "\n".join(f"  - {line}" for line in lines),
            hint="the book shows papers only where they fit together: workbench check",
        )
    papers = {kind: read_papers(project, kind) for kind in DATED}
    answers = answers_of(governance)
    said = [official.answer for official in answers.values() if official.answer is not None]
    every = [*said, *(paper for found in papers.values() for paper in found.values())]
    minutes = sorted(minutes_of(governance).values(), key=lambda item: (item.paper.held_on, item.paper.meeting), reverse=True)
    return Papers(
        minutes=tuple(minutes),
        requests=_newest(papers, "data_request"),
        obstacles=_newest(papers, "obstacle"),
        contributions=_newest(papers, "contribution"),
        recommendations=_newest(papers, "recommendation"),
        answers=answers,
        days=frozenset(day for paper in every for _, day in days_done(paper)),
    )


def _newest(papers: Mapping[str, Mapping[Path, Any]], kind: str) -> tuple[Any, ...]:
    return tuple(sorted(papers[kind].values(), key=lambda paper: str(getattr(paper, kind)), reverse=True))
