"""Reading every proposal and closing record; what was read before under the same hash is not parsed again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.files import sha256, text_bytes
from workbench.governance.deciding.remembered import Remembered
from workbench.governance.papers.closings import Closing
from workbench.governance.papers.proposals import Proposal, ProposalFile
from workbench.project import Project
from workbench.records import read_model_bytes


@dataclass(frozen=True)
class ClosingFacts:
    """A closing record without the hashes of its ballots, which are read again when they are needed."""

    path: Path
    sha256: str
    proposal: str
    number: int
    previous: str
    proposal_sha256: str
    closed_on: dt.date
    names: frozenset[str]

    def read_ballots(self) -> dict[str, str]:
        """Return the hash of each ballot listed.

        Returns
        -------
        dict of str to str
        """
        return dict(read_model_bytes(text_bytes(self.path), Closing, where=str(self.path)).ballots)


@dataclass(frozen=True)
class Proposals:
    """Every proposal that can be read, the hashes of their bytes, and why others cannot."""

    read: dict[str, Proposal] = field(default_factory=dict)
    shas: dict[str, str] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Closings:
    """Every closing record that can be read, and why others cannot."""

    read: dict[Path, ClosingFacts] = field(default_factory=dict)
    unread: dict[Path, str] = field(default_factory=dict)


def read_proposals(project: Project, remembered: Remembered) -> Proposals:
    """Read every proposal.

    Parameters
    ----------
    project : Project
    remembered : Remembered

    Returns
    -------
    Proposals
    """
    found = Proposals()
    for path in sorted((project.governance / "proposals").glob("*.yml")):
        content = text_bytes(path)
        sha = sha256(content)
        try:
            value = _once(remembered, f"proposal:{sha}", partial(_parse_proposal, project, path, content))
            proposal = ProposalFile.model_validate(value).root
            if proposal.proposal != path.stem:
                found.unread[path.stem] = f"{project.relative(path)}: holds the proposal {proposal.proposal}"
                continue
        except WorkbenchError as error:
            found.unread[path.stem] = error.message
            continue
        found.read[proposal.proposal] = proposal
        found.shas[proposal.proposal] = sha
    return found


def _parse_proposal(project: Project, path: Path, content: bytes) -> Any:
    return read_model_bytes(content, ProposalFile, where=project.relative(path)).model_dump(mode="json")


def read_closings(project: Project, remembered: Remembered) -> Closings:
    """Read every closing record.

    Parameters
    ----------
    project : Project
    remembered : Remembered

    Returns
    -------
    Closings
    """
    found = Closings()
    for path in sorted((project.governance / "closings").glob("*.yml")):
        content = text_bytes(path)
        sha = sha256(content)
        try:
            value = _once(remembered, f"closing:{sha}", partial(_parse_closing, project, path, content))
        except WorkbenchError as error:
            found.unread[path] = error.message
            continue
        if value["proposal"] != path.stem:
            found.unread[path] = f"is the closing record of {value['proposal']}"
            continue
        found.read[path] = ClosingFacts(
            path=path,
            sha256=sha,
            proposal=value["proposal"],
            number=value["number"],
            previous=value["previous"],
            proposal_sha256=value["proposal_sha256"],
            closed_on=dt.date.fromisoformat(value["closed_on"]),
            names=frozenset(value["names"]),
        )
    return found


def _parse_closing(project: Project, path: Path, content: bytes) -> Any:
    closing = read_model_bytes(content, Closing, where=project.relative(path))
    return {
        "proposal": closing.closing,
        "number": closing.number,
        "previous": closing.previous,
        "proposal_sha256": closing.proposal_sha256,
        "closed_on": closing.closed_on.isoformat(),
        "names": sorted(closing.ballots),
    }


def _once(remembered: Remembered, key: str, parse: Callable[[], Any]) -> Any:
    """What is remembered under a key, or parsed now and remembered."""
    value = remembered.get(key)
    if value is None:
        value = parse()
        remembered.put(key, value)
    return value
