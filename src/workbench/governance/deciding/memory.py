"""What this machine has seen of the register, so that nobody can put it back to an earlier day.

Files alone show an older state as whole as a newer one: who deletes everything since can bring back an old policy. Git's
history shows it to people; this memory shows it to the code. A demonstration, whose keys are public, is not remembered.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

from workbench.errors import CheckFailed
from workbench.files import read_json, write_json
from workbench.governance.deciding.register import Register
from workbench.project import Project

FOUNDING_VARIABLE = "WORKBENCH_FOUNDING"
"""Names the hash of the founding record that a machine trusts before it has seen anything."""


def memory_path(project: Project) -> Path:
    """Return where this machine remembers the register.

    Parameters
    ----------
    project : Project

    Returns
    -------
    Path
    """
    return project.machine / "governance" / "seen.json"


def forgotten(project: Project, register: Register) -> list[str]:
    """Say what this machine has seen and the register does not have any more.

    Parameters
    ----------
    project : Project
    register : Register

    Returns
    -------
    list of str

    Raises
    ------
    CheckFailed
        The memory is damaged.
    """
    faults = []
    named = os.environ.get(FOUNDING_VARIABLE)
    if named and named != register.founding_sha256:
        faults.append(f"the founding record is {register.founding_sha256[:12]}…, {FOUNDING_VARIABLE} names {named[:12]}…")
    path = memory_path(project)
    if register.charter.rules.demonstration and not path.is_file():
        return faults
    seen = _read(project)
    if seen is None:
        return faults
    if seen["founding"] != register.founding_sha256:
        return [*faults, f"the founding record is not the one that this machine has known since {seen['since']}"]
    now = {entry.facts.number: entry.facts.sha256 for entry in register.entries}
    for number, sha in enumerate(seen["closings"], start=1):
        if now.get(number) != sha:
            state = "is gone" if number not in now else "was changed"
            faults.append(f"closing number {number}, which this machine has seen, {state}")
    return faults


def remember(project: Project, register: Register, *, today: dt.date) -> None:
    """Remember the register as it stands, where it is whole and no demonstration.

    Parameters
    ----------
    project : Project
    register : Register
    today : datetime.date
    """
    if register.faults or register.charter.rules.demonstration:
        return
    seen = _read(project)
    closings = [entry.facts.sha256 for entry in register.entries]
    if seen is not None and (seen["closings"] == closings or forgotten(project, register)):
        return
    since = seen["since"] if seen else today.isoformat()
    write_json(memory_path(project), {"founding": register.founding_sha256, "since": since, "closings": closings})


def trust(project: Project, register: Register, *, today: dt.date) -> None:
    """Take the register as it stands for the true one, whatever this machine saw before.

    Parameters
    ----------
    project : Project
    register : Register
    today : datetime.date
    """
    memory_path(project).unlink(missing_ok=True)
    remember(project, register, today=today)


def _read(project: Project) -> dict[str, Any] | None:
    path = memory_path(project)
    if not path.is_file():
        return None
    found = read_json(path)
    whole = isinstance(found, dict) and isinstance(found.get("founding"), str) and isinstance(found.get("closings"), list)
    if not whole or not isinstance(found.get("since"), str):
        hint = "compare the register with others, then: workbench governance trust"
        raise CheckFailed(f"{project.relative(path)}: is damaged", hint=hint)
    return dict(found)
