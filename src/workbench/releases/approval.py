"""A checker's word over a candidate; with one of each side it becomes a release."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import CheckFailed, GateRefused, UsageError, combine
from workbench.files import replace_folder
from workbench.governance import Consent, read_governance, require_agreed_issue
from workbench.governance.acts.approving import draft_approval
from workbench.governance.acts.drafts import sign_draft
from workbench.governance.signing import PrivateKey
from workbench.project import Project
from workbench.releases.verify import RELEASE_FILE, changed_files, read_release


@dataclass(frozen=True)
class Approved:
    """What an approval led to: ``release`` is the folder in the repository once both sides have approved."""

    consent: Consent
    release: Path | None


def approve(project: Project, issue: str, *, seat: str, key: PrivateKey, today: dt.date) -> Approved:
    """Record a checker's approval of an urban issue's candidate.

    Parameters
    ----------
    project : Project
    issue : str
    seat : str
        A checker's seat.
    key : PrivateKey
        The seat's, which signs the approval.
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
        The seat is no checker or an author, the key is not the seat's, the urban issue is not agreed, or the candidate
        rests on stand-ins.
    """
    governance = read_governance(project, today=today)
    require_agreed_issue(governance, issue)
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
    target = project.analyses / issue / "releases" / str(record["number"])
    name = project.relative(target / RELEASE_FILE)
    sign_draft(draft_approval(governance, folder, seat=seat, name=name, today=today), key)
    consent = governance.release(folder, name=name)
    if not consent.complete:
        return Approved(consent, None)
    replace_folder(folder, target)
    return Approved(governance.release(target), target)
