"""A checker's word over a candidate; with one of each side it becomes a release."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import CheckFailed, GateRefused, UsageError, combine
from workbench.files import replace_folder
from workbench.governance import Consent, read_members, release_approval, require_agreed_issue, seat_side, write_statement
from workbench.project import Project
from workbench.releases.verify import RELEASE_FILE, changed_files, read_release


@dataclass(frozen=True)
class Approved:
    """What an approval led to: ``release`` is the folder in the repository once both sides have approved."""

    consent: Consent
    release: Path | None


def approve(project: Project, issue: str, *, seat: str, today: dt.date) -> Approved:
    """Record a checker's approval of an urban issue's candidate.

    Parameters
    ----------
    project : Project
    issue : str
    seat : str
        A checker's seat.
    today : datetime.date

    Returns
    -------
    Approved

    Raises
    ------
    UsageError
        There is no candidate.
    CheckFailed
        A file of the candidate was changed after it was written.
    GateRefused
        The seat is no checker, the urban issue is not agreed, or the candidate rests on stand-ins.
    """
    require_agreed_issue(project, issue)
    folder = project.candidates / issue
    if not (folder / RELEASE_FILE).is_file():
        raise UsageError(f"urban issue '{issue}' has no candidate", hint=f"run: workbench release {issue}")
    record = read_release(folder)
    changed = changed_files(folder)
    if changed:
        raise combine(changed, where=project.relative(folder), kind=CheckFailed, hint=f"make it anew: workbench release {issue}")
    if any(result["basis"] in ("stand_in", "mixed") for result in record["results"].values()):
        raise GateRefused(
            f"the candidate of '{issue}' rests on synthetic stand-ins for official data",
            hint="bring the official files: WORKBENCH_DATA=… workbench build",
        )
    side = seat_side(read_members(project), seat)
    if "checker" not in read_members(project).seats[seat].roles:
        raise GateRefused(f"seat {seat} is no checker", hint="see governance/members.yml")
    target = project.analyses / issue / "releases" / str(record["number"])
    name = project.relative(target / RELEASE_FILE)
    path = folder / "approvals" / f"{side}.yml"
    write_statement(project, path, kind="approval", seat=seat, date=today, files={name: folder / RELEASE_FILE})
    consent = release_approval(project, folder, name=name)
    if not consent.complete:
        return Approved(consent, None)
    replace_folder(folder, target)
    return Approved(release_approval(project, target), target)
