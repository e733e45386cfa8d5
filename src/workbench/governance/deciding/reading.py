"""Reading every proposal and closing record: one that cannot be read is named with its reason, and the others stand.

What was read before under the same hash is not parsed again.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.files import sha256
from workbench.governance.deciding.content import paper_bytes
from workbench.governance.deciding.remembered import Remembered
from workbench.governance.papers.closings import Closing
from workbench.governance.papers.proposals import Proposal, ProposalFile
from workbench.governance.signing.signers import SUFFIX
from workbench.project import Project
from workbench.records import read_model_bytes, shown_name


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
    signatures: dict[str, Path] = field(default_factory=dict)

    def read_ballots(self) -> dict[str, str]:
        """Return the hash of each ballot listed.

        Returns
        -------
        dict of str to str
        """
        return dict(read_model_bytes(paper_bytes(self.path, where=str(self.path)), Closing, where=str(self.path)).ballots)


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
    unread: list[str] = field(default_factory=list)


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
    for path in _papers(project.governance / "proposals"):
        where = shown_name(project.relative(path))
        try:
            content = paper_bytes(path, where=where)
            sha = sha256(content)
            value = _once(remembered, f"proposal:{sha}", partial(_parse_proposal, where, content))
            proposal = ProposalFile.model_validate(value).root
            if proposal.proposal != path.stem:
                found.unread[shown_name(path.stem)] = f"{where}: holds the proposal {proposal.proposal}"
                continue
        except WorkbenchError as error:
            found.unread[shown_name(path.stem)] = error.message
            continue
        found.read[proposal.proposal] = proposal
        found.shas[proposal.proposal] = sha
    return found


def _parse_proposal(where: str, content: bytes) -> Any:
    return read_model_bytes(content, ProposalFile, where=where).model_dump(mode="json")


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
    signatures = _signatures(project.governance / "closings")
    for path in _papers(project.governance / "closings"):
        where = shown_name(project.relative(path))
        try:
            content = paper_bytes(path, where=where)
            sha = sha256(content)
            value = _once(remembered, f"closing:{sha}", partial(_parse_closing, where, content))
        except WorkbenchError as error:
            found.unread.append(error.message)
            continue
        if value["proposal"] != path.stem:
            found.unread.append(f"{where}: is the closing record of {value['proposal']}")
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
            signatures=signatures.get(path.name, {}),
        )
    return found


def _papers(folder: Path) -> Iterator[Path]:
    """The papers of a folder, in order."""
    names = sorted(os.listdir(folder)) if folder.is_dir() else []  # noqa: PTH208 - thousands of them
    yield from (folder / name for name in names if name.endswith(".yml"))


def _signatures(folder: Path) -> dict[str, dict[str, Path]]:
    """The signatures beside each paper of a folder, which is listed once: by the paper's name and the signer's."""
    found: dict[str, dict[str, Path]] = {}
    for name in os.listdir(folder) if folder.is_dir() else []:  # noqa: PTH208
        paper, sign, signer = name.removesuffix(SUFFIX).partition(".yml.")
        if name.endswith(SUFFIX) and sign and signer:
            found.setdefault(f"{paper}.yml", {})[shown_name(signer)] = folder / name
    return found


def _parse_closing(where: str, content: bytes) -> Any:
    closing = read_model_bytes(content, Closing, where=where)
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
