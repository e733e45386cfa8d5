"""The gates that other rooms ask: is this policy adopted, this urban issue agreed, this release approved?

Each needs both sides, over exactly the bytes that lie in the repository now.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import GateRefused, UsageError
from workbench.files import sha256_file
from workbench.governance.records import (
    SIDES,
    Kind,
    Members,
    Proposal,
    Statement,
    read_members,
    read_proposals,
    read_rules,
    read_statements,
)
from workbench.project import Project

SIDE_WORDS = {"government": "government", "civil_society": "civil society"}


@dataclass(frozen=True)
class Consent:
    """What both sides said about one file.

    Parameters
    ----------
    path : Path
    given : dict of str to Statement
        By side.
    faults : tuple of str
        Why statements about it did not count.
    """

    path: Path
    given: dict[str, Statement]
    faults: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether both sides said it."""
        return all(side in self.given for side in SIDES)

    @property
    def date(self) -> dt.date | None:
        """The day on which the later side said it, None while one is missing."""
        return max(statement.date for statement in self.given.values()) if self.complete else None

    def missing(self) -> str:
        """Say in words what is missing."""
        sides = " and ".join(SIDE_WORDS[side] for side in SIDES if side not in self.given)
        return f"missing: {sides}" + ("; " + "; ".join(self.faults) if self.faults else "")


def consent(project: Project, path: Path, *, kind: Kind, folder: Path, name: str | None = None) -> Consent:
    """Collect what both sides said about a file's bytes as they are now.

    Parameters
    ----------
    project : Project
    path : Path
        The file spoken of.
    kind : {"agreement", "adoption", "approval"}
    folder : Path
        Where the statements lie.
    name : str, optional
        The file's name in the repository, where its bytes do not lie there yet.

    Returns
    -------
    Consent
    """
    members, demonstration = read_members(project), read_rules(project).demonstration
    name = name or project.relative(path)
    current = sha256_file(path) if path.is_file() else None
    given: dict[str, Statement] = {}
    faults: list[str] = []
    for file, statement in read_statements(folder).items():
        if name not in statement.of:
            continue
        fault = _fault(statement, members, kind=kind, changed=statement.of[name] != current, demonstration=demonstration)
        if fault is None:
            given[statement.side] = statement
        else:
            faults.append(f"{project.relative(file)} {fault}")
    return Consent(path=path, given=given, faults=tuple(faults))


def _fault(statement: Statement, members: Members, *, kind: Kind, changed: bool, demonstration: bool) -> str | None:
    """Why a statement does not count, None where it does. A fault of one statement leaves those of others standing."""
    seat = members.seats.get(statement.seat)
    if statement.statement != kind:
        return f"is an {statement.statement}, needed is an {kind}"
    if not (demonstration and statement.demonstration):
        return "is unsigned"
    if changed:
        return "speaks of other bytes (the file was changed since)"
    if seat is None:
        return f"names the seat {statement.seat}, which governance/members.yml does not know"
    if seat.side is None:
        return f"is of seat {statement.seat}, which advises and speaks for no side"
    if seat.side != statement.side:
        return f"is of seat {statement.seat}, which does not speak for {SIDE_WORDS[statement.side]}"
    if kind == "approval" and "checker" not in seat.roles:
        return f"is of seat {statement.seat}, which is no checker"
    return None


def policy_path(project: Project, dataset: str) -> Path:
    """Return where a dataset's policy lies.

    Parameters
    ----------
    project : Project
    dataset : str

    Returns
    -------
    Path
    """
    return project.governance / "policies" / f"{dataset}.yml"


def policy_adoption(project: Project, dataset: str) -> Consent:
    """Collect what both sides said about a dataset's policy in exactly this version.

    Parameters
    ----------
    project : Project
    dataset : str

    Returns
    -------
    Consent
    """
    return consent(project, policy_path(project, dataset), kind="adoption", folder=project.governance / "adoptions")


def require_adopted_policy(project: Project, dataset: str) -> Path:
    """Return a dataset's policy file, adopted by both sides.

    Parameters
    ----------
    project : Project
    dataset : str

    Returns
    -------
    Path

    Raises
    ------
    GateRefused
        No policy, or one side has not adopted these bytes.
    """
    path = policy_path(project, dataset)
    if not path.is_file():
        raise GateRefused(
            f"dataset '{dataset}' has no policy", hint=f"write {project.relative(path)} and have both sides adopt it"
        )
    found = policy_adoption(project, dataset)
    if not found.complete:
        raise GateRefused(
            f"{project.relative(path)} is not adopted by both sides in this version ({found.missing()})",
            hint="a seat of each missing side adopts it under governance/adoptions/",
        )
    return path


def issue_proposal(project: Project, issue: str) -> tuple[Path, Proposal] | None:
    """Return the newest proposal of an urban issue, or None.

    Parameters
    ----------
    project : Project
    issue : str

    Returns
    -------
    (Path, Proposal) or None

    Raises
    ------
    UsageError
        A proposal lies in a file of another name.
    """
    found: tuple[Path, Proposal] | None = None
    for path, proposal in read_proposals(project).items():
        if path.stem != proposal.proposal:
            raise UsageError(
                f"{project.relative(path)}: holds the proposal {proposal.proposal}", hint=f"name it {proposal.proposal}.yml"
            )
        if proposal.issue == issue:
            found = (path, proposal)
    return found


def issue_agreement(project: Project, issue: str) -> Consent | None:
    """Collect what both sides said about an urban issue's proposal; None where nobody proposed it.

    Parameters
    ----------
    project : Project
    issue : str

    Returns
    -------
    Consent or None
    """
    found = issue_proposal(project, issue)
    return consent(project, found[0], kind="agreement", folder=project.governance / "agreements") if found else None


def require_agreed_issue(project: Project, issue: str) -> None:
    """Refuse where both sides have not agreed on an urban issue.

    Parameters
    ----------
    project : Project
    issue : str

    Raises
    ------
    GateRefused
    """
    found = issue_agreement(project, issue)
    if found is None:
        raise GateRefused(f"urban issue '{issue}' was not proposed", hint="write governance/proposals/P-….yml")
    if not found.complete:
        raise GateRefused(f"urban issue '{issue}' is not agreed ({found.missing()})", hint=f"see {project.relative(found.path)}")


def release_approval(project: Project, folder: Path, *, name: str | None = None) -> Consent:
    """Collect what a checker of each side said about a release.

    Parameters
    ----------
    project : Project
    folder : Path
        A release's folder, or a candidate's; its ``release.yml`` names the hash of every other file.
    name : str, optional
        Where a candidate's ``release.yml`` will lie in the repository.

    Returns
    -------
    Consent
    """
    return consent(project, folder / "release.yml", kind="approval", folder=folder / "approvals", name=name)
