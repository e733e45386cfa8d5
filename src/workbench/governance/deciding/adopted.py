"""The rules and seats that a proposal asks for, read and held against its hashes before anybody votes and after both agreed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from workbench.errors import CheckFailed
from workbench.files import sha256
from workbench.governance.deciding.charter import Charter, barred_keys, check_charter
from workbench.governance.deciding.content import paper_bytes
from workbench.governance.papers.members import Members
from workbench.governance.papers.proposals import CHARTER_FOLDER, CharterProposal
from workbench.governance.papers.rules import Rules
from workbench.project import Project
from workbench.records import read_model_bytes


def adopted_charter(project: Project, proposal: CharterProposal, *, before: Sequence[Charter], since: dt.date) -> Charter:
    """Return the charter that a proposal makes of the one in force.

    Parameters
    ----------
    project : Project
    proposal : CharterProposal
    before : sequence of Charter
        From the founding to the one in force.
    since : datetime.date
        The day from which it holds.

    Returns
    -------
    Charter

    Raises
    ------
    CheckFailed
        A file is not the one that the proposal names.
    UsageError
        A file cannot be understood, or nobody could close a vote any more.
    """
    contents: dict[str, bytes] = {}
    for name, expected in proposal.files.items():
        path = project.root / name
        if not path.is_file() or sha256(content := paper_bytes(path, where=name)) != expected:
            raise CheckFailed(f"{name}: is not the file that {proposal.proposal} names", hint="restore it from git")
        contents[Path(name).stem] = content
    last, rules, members = before[-1], contents.get("rules"), contents.get("members")
    where = f"{CHARTER_FOLDER}{proposal.proposal}"
    charter = Charter(
        number=last.number + 1,
        source=proposal.proposal,
        since=since,
        rules=read_model_bytes(rules, Rules, where=f"{where}/rules.yml") if rules is not None else last.rules,
        members=read_model_bytes(members, Members, where=f"{where}/members.yml") if members is not None else last.members,
        rules_sha256=sha256(rules) if rules is not None else last.rules_sha256,
        members_sha256=sha256(members) if members is not None else last.members_sha256,
    )
    charter = replace(charter, barred=barred_keys(charter.rules, before=before))
    check_charter(charter, where=where)
    return charter
