"""A checker's word over a candidate; with one of each side it becomes a release."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import CheckFailed, GateRefused, UsageError, combine
from workbench.files import replace_folder
from workbench.governance import Consent, read_governance, require_agreed_issue
from workbench.governance.acts.approving import draft_approval
from workbench.governance.acts.drafts import Draft, sign_draft
from workbench.governance.signing import PrivateKey
from workbench.project import Project
from workbench.releases.ledger import release_hash, require_whole
from workbench.releases.ledger.backup import back_up_after_release
from workbench.releases.ledger.definitions import identity
from workbench.releases.ledger.pending import forget_pending, read_pending
from workbench.releases.ledger.required import people_results
from workbench.releases.verify import RELEASE_FILE, changed_files, read_release


@dataclass(frozen=True)
class Approved:
    """What an approval led to: ``release`` is the folder in the repository once both sides have approved."""

    consent: Consent
    release: Path | None


def draft_release_approval(project: Project, issue: str, *, seat: str, today: dt.date) -> Draft:
    """Draft a checker's approval of an urban issue's candidate; nothing is written.

    Parameters
    ----------
    project : Project
    issue : str
    seat : str
        A checker's seat.
    today : datetime.date

    Returns
    -------
    Draft

    Raises
    ------
    UsageError
        There is no candidate.
    CheckFailed
        A file of the candidate was changed after it was written.
    GateRefused
        The seat is no checker or an author, the urban issue is not agreed, the candidate rests on stand-ins, or changes
        published numbers without a note.
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
    if record.get("uncorrected"):
        raise GateRefused(
            f"the candidate of '{issue}' changes published numbers without a correction note",
            hint=f"see what is missing: workbench release {issue}",
        )
    return draft_approval(governance, folder, seat=seat, name=_name(project, issue), today=today)


def settle(project: Project, issue: str, *, today: dt.date) -> Approved:
    """Make a candidate that a checker of each side approved a release.

    Parameters
    ----------
    project : Project
    issue : str
    today : datetime.date

    Returns
    -------
    Approved
        Without a release while a side is missing.

    Raises
    ------
    GateRefused
        Since the candidate was made something else was released, or what it would add to the ledger is not at hand.
    """
    folder, governance = project.candidates / issue, read_governance(project, today=today)
    name = _name(project, issue)
    consent = governance.release(folder, name=name)
    if not consent.complete:
        return Approved(consent, None)
    target = (project.root / name).parent
    if target.exists():
        raise GateRefused(
            f"{project.relative(target)} is there already, and the candidate of '{issue}' was never compared with it",
            hint=f"make the candidate anew: workbench release {issue}",
        )
    _enter(project, issue, folder, today=today)
    replace_folder(folder, target)
    forget_pending(project, issue)
    shutil.rmtree(project.private / "checkers" / issue, ignore_errors=True)
    back_up_after_release(project, today=today)
    return Approved(governance.release(target), target)


def approve(project: Project, issue: str, *, seat: str, key: PrivateKey, today: dt.date) -> Approved:
    """Record a checker's approval, signed with a key that is at hand.

    Parameters
    ----------
    project : Project
    issue : str
    seat : str
    key : PrivateKey
        The seat's.
    today : datetime.date

    Returns
    -------
    Approved

    Raises
    ------
    WorkbenchError
        As :func:`draft_release_approval`; the key is not the seat's.
    """
    sign_draft(draft_release_approval(project, issue, seat=seat, today=today), key)
    return settle(project, issue, today=today)


def _enter(project: Project, issue: str, folder: Path, *, today: dt.date) -> None:
    """Add what is about to be public to the ledger: before the release is there, so that nothing public is missing from it."""
    pending = read_pending(project, issue)
    about = {identity(one["name"], one["parameters"]) for one in people_results(folder)}
    again = f"make the candidate anew: workbench release {issue}"
    if pending is None or pending.release_sha256 != release_hash(folder):
        if about:
            require_whole(project)
            raise GateRefused(f"what the candidate of '{issue}' would add to the ledger is not at hand", hint=again)
        return
    ledger = require_whole(project)
    if about != {identity(one.name, one.parameters) for one in pending.tables}:
        raise GateRefused(f"what the candidate of '{issue}' would add to the ledger is not what it holds", hint=again)
    ledger.append(pending.release, release_sha256=pending.release_sha256, tables=pending.tables, on=today, after=pending.head)


def _name(project: Project, issue: str) -> str:
    """Where the candidate's record will lie in the repository."""
    number = read_release(project.candidates / issue)["number"]
    if not isinstance(number, int) or number < 1:
        where = project.relative(project.candidates / issue / RELEASE_FILE)
        raise CheckFailed(f"{where}: number: found {number!r:.60}, allowed are 1, 2, …", hint=f"run: workbench release {issue}")
    return project.relative(project.analyses / issue / "releases" / str(number) / RELEASE_FILE)
