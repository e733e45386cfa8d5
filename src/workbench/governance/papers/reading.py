"""Reading the files of ``governance/``: every kind, where it lies, and on which days something was done.

A file is found by its name and decides by what stands in it, so the two must agree; and a file that nobody reads must not lie
beside those that count, where a citizen would take it for one of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, RootModel

from workbench.errors import UsageError, WorkbenchError, unknown
from workbench.files import read_model
from workbench.governance.papers.answers import Answer
from workbench.governance.papers.ballots import Ballot
from workbench.governance.papers.closings import Closing
from workbench.governance.papers.consultations import Consultation
from workbench.governance.papers.contributions import Contribution
from workbench.governance.papers.data_requests import DataRequest
from workbench.governance.papers.founding import FoundingRecord
from workbench.governance.papers.links import Link
from workbench.governance.papers.meetings import Meeting
from workbench.governance.papers.members import DEPUTY, Members
from workbench.governance.papers.obstacles import Obstacle
from workbench.governance.papers.proposals import ProposalFile
from workbench.governance.papers.recommendations import Recommendation
from workbench.governance.papers.rules import Rules
from workbench.governance.papers.statements import Statement
from workbench.project import Project


@dataclass(frozen=True)
class Kind:
    """One kind of file.

    Parameters
    ----------
    model : type
        What it is read as.
    places : tuple of str
        Where it lies, as patterns from the project's root.
    names : callable, optional
        The file names (with the folder, where it belongs to the name) that a paper of this kind may have.
        Without it the name is fixed by ``places``, and other files may lie beside it.
    """

    model: type[BaseModel]
    places: tuple[str, ...]
    names: Callable[[Any], tuple[str, ...]] | None = None


def _charter(name: str) -> tuple[str, ...]:
    return tuple(f"governance/{place}{name}.yml" for place in ("", "founding/", "charter/P-*/"))


KINDS: dict[str, Kind] = {
    "rules": Kind(Rules, _charter("rules")),
    "members": Kind(Members, _charter("members")),
    "founding": Kind(FoundingRecord, ("governance/founding/record.yml",)),
    "proposal": Kind(ProposalFile, ("governance/proposals/*",), lambda it: (it.proposal,)),
    "ballot": Kind(Ballot, ("governance/ballots/*/*",), lambda it: (f"{it.ballot}/{it.seat}", f"{it.ballot}/{it.seat}{DEPUTY}")),
    "closing": Kind(Closing, ("governance/closings/*",), lambda it: (it.closing,)),
    "meeting": Kind(Meeting, ("governance/meetings/*",), lambda it: (it.meeting,)),
    "contribution": Kind(Contribution, ("governance/contributions/*",), lambda it: (it.contribution,)),
    "consultation": Kind(Consultation, ("governance/consultations/*",), lambda it: (it.consultation,)),
    "data_request": Kind(DataRequest, ("governance/data_requests/*",), lambda it: (it.data_request,)),
    "obstacle": Kind(Obstacle, ("governance/obstacles/*",), lambda it: (it.obstacle,)),
    "recommendation": Kind(Recommendation, ("governance/recommendations/*",), lambda it: (it.recommendation,)),
    "link": Kind(Link, ("governance/links/*",), lambda it: (it.link,)),
    "answer": Kind(Answer, ("governance/answers/*",), lambda it: (it.answer,)),
    "approval": Kind(Statement, ("analyses/*/releases/*/approvals/*",), lambda it: (it.seat,)),
}
"""Every kind of file that people write and sign, by its name."""

DONE = frozenset(
    {"answered_on", "asked_on", "cast_on", "closed_on", "date", "founded_on", "held_on", "held_from", "held_until", "issued_on"}
    | {"done_on", "proposed_on", "received_on", "recorded_on", "revoked_on"}
)
"""The keys of days on which something was done."""

AHEAD = frozenset({"by", "due", "expires_on", "from", "next_meeting", "opens_on", "until", "vacant_since"})
"""The keys of days that were set, for something to begin, to end or to be done: they may lie ahead."""


def read_papers(project: Project, kind: str) -> dict[Path, Any]:
    """Read every file of one kind.

    Parameters
    ----------
    project : Project
    kind : str
        One of :data:`KINDS`.

    Returns
    -------
    dict of Path to pydantic.BaseModel
        In the order of their paths. Rules and members: those in force, the first ones, and each that was proposed.

    Raises
    ------
    UsageError
        Everything wrong in any of the files, a name that differs from what stands inside, and files that belong to
        nothing, in one error.

    Examples
    --------
    >>> import tempfile
    >>> read_papers(Project(root=Path(tempfile.mkdtemp())), "meeting")
    {}
    """
    papers, faults = papers_and_faults(project, kind)
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise UsageError(f"{len(faults)} files cannot be used\n" + "\n".join(f"  - {fault}" for fault in faults))
    return papers


def papers_and_faults(project: Project, kind: str) -> tuple[dict[Path, Any], list[WorkbenchError]]:
    """Read the files of one kind that can be read, and say what is wrong with the others.

    Parameters
    ----------
    project : Project
    kind : str

    Returns
    -------
    (dict of Path to pydantic.BaseModel, list of WorkbenchError)

    Raises
    ------
    UsageError
        An unknown kind.
    """
    if kind not in KINDS:
        raise unknown("kind of paper", kind, KINDS)
    spec = KINDS[kind]
    found = sorted(path for place in spec.places for path in project.root.glob(place) if not path.name.startswith("."))
    papers: dict[Path, Any] = {}
    faults: list[WorkbenchError] = []
    here = set(found)
    for path in found:
        if path.suffix != ".yml" or not path.is_file():
            if stray := _stray(path, here=here, where=project.relative(path)):
                faults.append(stray)
            continue
        try:
            paper: Any = read_model(path, spec.model)
        except WorkbenchError as fault:
            faults.append(fault)
            continue
        paper = paper.root if isinstance(paper, RootModel) else paper
        if spec.names and (other := _misnamed(path, spec.names(paper), where=project.relative(path))):
            faults.append(other)
            continue
        papers[path] = paper
    return papers, faults


def _stray(path: Path, *, here: set[Path], where: str) -> UsageError | None:
    """What is wrong with something that is no paper; nothing, where it is the signature of one."""
    if path.is_file() and path.suffix == ".sig":
        name = path.name
        while "." in name:  # R-0001.yml.L-0001.sig signs R-0001.yml
            name = name.rpartition(".")[0]
            if name.endswith(".yml") and path.with_name(name) in here:
                return None
        return UsageError(f"{where}: a signature of a file that is not here", hint="restore the file that it signs, or remove it")
    found = "a folder" if path.is_dir() else "a file"
    return UsageError(f"{where}: {found} that nobody reads; allowed here: files ending in .yml and their signatures (.sig)")


def _misnamed(path: Path, allowed: tuple[str, ...], *, where: str) -> UsageError | None:
    """The error for a file whose name differs from the id inside."""
    stem = path.name.removesuffix(".yml")
    name = f"{path.parent.name}/{stem}" if "/" in allowed[0] else stem
    if name in allowed:
        return None
    return UsageError(
        f"{where}: the file is named {name}, inside it says {allowed[0]}", hint="rename the file, or correct the id in it"
    )


def days_done(paper: BaseModel) -> Iterator[tuple[str, dt.date]]:
    """Give the days on which something was done, by their keys: never a due day, an expiry or a term.

    Parameters
    ----------
    paper : pydantic.BaseModel

    Yields
    ------
    (str, datetime.date)
        The key, with its place where it lies deeper.

    Examples
    --------
    >>> words = {"ko": "안건", "en": "Agenda"}
    >>> meeting = Meeting(meeting="M-0001", held_on="2026-11-02", agenda=[words], minutes=words, next_meeting="2026-12-01",
    ...                   present={"government": ["G-1"]})
    >>> list(days_done(meeting))
    [('held_on', datetime.date(2026, 11, 2))]
    """
    for where, key, day in _days(paper, ()):
        if key in DONE:
            yield where, day


def _days(value: Any, place: tuple[str, ...]) -> Iterator[tuple[str, str, dt.date]]:
    """Every day in a value, with its place and its key."""
    if isinstance(value, dt.date):
        yield ".".join(place), place[-1], value
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _days(getattr(value, name), (*place, field.alias or name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _days(item, (*place, str(key)))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _days(item, (*place, str(number)))
