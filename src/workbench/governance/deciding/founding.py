"""The founding record: the first rules and seats, under which every later one is adopted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import CheckFailed, GateRefused
from workbench.files import sha256
from workbench.governance.deciding.casting import is_ahead
from workbench.governance.deciding.charter import Charter, barred_keys, check_charter
from workbench.governance.deciding.content import paper_bytes
from workbench.governance.papers.founding import FoundingRecord
from workbench.governance.papers.members import Members
from workbench.governance.papers.rules import Rules
from workbench.project import Project
from workbench.records import read_model_bytes


@dataclass(frozen=True)
class Founded:
    """The first charter, and the hash of the record that both sides signed."""

    charter: Charter
    sha256: str


def founding_folder(project: Project) -> Path:
    """Return where the founding record, its rules and its seats lie.

    Parameters
    ----------
    project : Project

    Returns
    -------
    Path
    """
    return project.governance / "founding"


def founding_charter(project: Project, record: FoundingRecord) -> Charter:
    """Read the rules and seats that a founding record names.

    Parameters
    ----------
    project : Project
    record : FoundingRecord

    Returns
    -------
    Charter

    Raises
    ------
    CheckFailed
        They are not the ones that it names.
    UsageError
        They cannot be understood, or nobody could ever close a vote.
    """
    folder = founding_folder(project)
    contents = {}
    for name, expected in (("rules", record.rules_sha256), ("members", record.members_sha256)):
        path = folder / f"{name}.yml"
        contents[name] = paper_bytes(path, where=project.relative(path)) if path.is_file() else b""
        if sha256(contents[name]) != expected:
            raise CheckFailed(
                f"{project.relative(path)}: is not the file that the founding record names", hint="restore it from git"
            )
    rules = read_model_bytes(contents["rules"], Rules, where=project.relative(folder / "rules.yml"))
    members = read_model_bytes(contents["members"], Members, where=project.relative(folder / "members.yml"))
    charter = Charter(
        number=1,
        source="founding",
        since=record.founded_on,
        rules=rules,
        members=members,
        rules_sha256=record.rules_sha256,
        members_sha256=record.members_sha256,
        barred=barred_keys(rules),
    )
    check_charter(charter, where=project.relative(folder / "members.yml"))
    return charter


def read_founding(project: Project, *, today: dt.date | None) -> Founded:
    """Read the founding record and verify that a steward of each side signed it.

    Parameters
    ----------
    project : Project
    today : datetime.date or None

    Returns
    -------
    Founded

    Raises
    ------
    GateRefused
        There is none, or a side has not signed it.
    CheckFailed
        Its files were changed afterwards.
    """
    path = founding_folder(project) / "record.yml"
    name = project.relative(path)
    hint = "one steward of each side signs it: workbench governance found --seat G-1"
    if not path.is_file():
        raise GateRefused(f"{name}: there is no founding record, so nobody decides yet", hint=hint)
    content = paper_bytes(path, where=name)
    record = read_model_bytes(content, FoundingRecord, where=name)
    if is_ahead(record.founded_on, today):
        raise GateRefused(f"{name}: is dated {record.founded_on}, in the future of {today}", hint="give it today's date")
    charter = founding_charter(project, record)
    signed = charter.signers_beside(path, day=record.founded_on, role="steward")
    if not signed.complete:
        raise GateRefused(f"{name}: {signed.missing()}", hint=hint)
    return Founded(charter=charter, sha256=sha256(content))
