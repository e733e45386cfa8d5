"""A project made of the commented examples, to read and to spoil."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.files import read_yaml, write_text
from workbench.governance.papers.examples import example, example_names
from workbench.project import Project
from workbench.records import dump_yaml

PLACES = {
    "rules": "governance/rules.yml",
    "members": "governance/members.yml",
    "founding": "governance/founding/record.yml",
    "proposal_urban_issue": "governance/proposals/P-0001.yml",
    "proposal_policies": "governance/proposals/P-0002.yml",
    "proposal_charter": "governance/proposals/P-0003.yml",
    "ballot": "governance/ballots/P-0001/C-1.yml",
    "closing": "governance/closings/P-0001.yml",
    "meeting": "governance/meetings/M-0001.yml",
    "contribution": "governance/contributions/C-0001.yml",
    "consultation": "governance/consultations/clean-air-2026.yml",
    "data_request": "governance/data_requests/D-0001.yml",
    "obstacle": "governance/obstacles/O-0001.yml",
    "recommendation": "governance/recommendations/R-0001.yml",
    "link": "governance/links/L-0001.yml",
    "answer": "governance/answers/D-0001.yml",
    "approval": "analyses/fine-dust/releases/1/approvals/C-2.yml",
}
"""Where each example says that it lies."""

CATALOG = """
datasets:
  traffic_volume:
    title: {ko: 시간별 교통량, en: Hourly traffic volume}
    description: {ko: 지점별 차량 수, en: Vehicles by spot}
    owner: {ko: 교통 담당 부서, en: Department for traffic}
    sector: public
    licence: KOGL-1
    licence_verified: false
    source: {title: {ko: 교통량, en: Traffic}}
    period: "2025"
    update: monthly
    issues: [fine-dust]
    key: [spot]
    sort: [spot]
    fields:
      spot: {type: string, reveals: place, meaning: {ko: 지점, en: Spot}}
"""


def kind_of(name: str) -> str:
    """The kind of file that an example shows."""
    return "proposal" if name.startswith("proposal_") else name


def make_paper_city(root: Path) -> Project:
    """Write every example where it belongs, with a catalogue of the one dataset that they name."""
    for name in example_names():
        write_text(root / PLACES[name], example(name))
    write_text(root / "data_catalog.yml", CATALOG)
    return Project(root=root)


def entries(project: Project, name: str) -> Any:
    """An example's content as it lies in the project."""
    return read_yaml(project.root / PLACES[name])


def rewrite(project: Project, name: str, /, **changed: Any) -> None:
    """Change keys of an example; None takes a key out."""
    put(project, PLACES[name], {key: value for key, value in {**entries(project, name), **changed}.items() if value is not None})


def put(project: Project, place: str, content: Any) -> None:
    """Write any content anywhere in the project."""
    write_text(project.root / place, dump_yaml(content))
