"""A founded project with one agreed urban issue, one recommendation and one request for data: somewhere to act in."""

from __future__ import annotations

from pathlib import Path

from signed import ISSUE, TODAY, agree, found, governance_of, words
from workbench.files import write_text
from workbench.governance.acts.contributing import draft_recommendation
from workbench.governance.acts.drafts import write_papers
from workbench.governance.acts.requesting import draft_request
from workbench.project import Project
from workbench.records import dump_yaml

RECOMMENDATION = {
    "title": words("quiet roads"),
    "text": words("make roads quiet"),
    "issue": "noise",
    "rests_on": ["noise/1#loudest"],
    "department": words("roads"),
    "indicator": {"name": words("loud nights"), "before": {"value": 12, "as_of": "2025", "source": words("count")}},
}
RELEASE = {
    **{key: [] for key in ("authors", "notebooks", "files")},
    "release": "noise/1",
    "issue": "noise",
    "number": 1,
    "created": TODAY,
    "basis": "official",
    "results": {"loudest": {}},
}
REQUEST = {"what": words("counts"), "question": words("how loud"), "asked_by": "C-1", "holder": words("roads"), "issue": "noise"}
CONTRIBUTION = {
    "contribution": "C-0001",
    "kind": "question",
    "received_on": TODAY,
    "channel": "form",
    "text": {"ko": "밤에도 재나요?"},
    "state": "open",
    "published": "whole",
}
PROPOSAL = {**ISSUE, "issue": "trees"}


def make_acting_city(root: Path) -> Project:
    """Found it, agree on the urban issue ``noise``, recommend R-0001, ask for D-0001, receive C-0001."""
    project = Project(root=root)
    write_text(project.catalog, "datasets: {}\n")
    found(project)
    agree(project, "noise")
    governance = governance_of(project)
    write_text(project.analyses / "noise" / "releases" / "1" / "release.yml", dump_yaml(RELEASE))
    write_papers(draft_recommendation(governance, RECOMMENDATION, seat="G-1", today=TODAY))
    write_papers(draft_request(governance, REQUEST, today=TODAY))
    write_text(project.governance / "contributions" / "C-0001.yml", dump_yaml(CONTRIBUTION))
    return project
