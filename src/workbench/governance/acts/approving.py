"""A checker's word over a release: signed, and bound to the hash of its ``release.yml``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from workbench.errors import GateRefused, UsageError, unknown
from workbench.files import sha256_text
from workbench.governance.acts.drafts import Draft, record_bytes
from workbench.governance.gates import Governance
from workbench.governance.papers.statements import Statement
from workbench.records import read_yaml


def draft_approval(governance: Governance, folder: Path, *, seat: str, name: str, today: dt.date) -> Draft:
    """Draft a checker's approval.

    Parameters
    ----------
    governance : Governance
    folder : Path
        The candidate, or a release.
    seat : str
    name : str
        Where its ``release.yml`` will lie in the repository.
    today : datetime.date

    Returns
    -------
    Draft

    Raises
    ------
    UsageError
        No such seat, or nothing to approve.
    GateRefused
        The seat advises, is no checker of this urban issue, or is one of the authors.
    """
    path = folder / "release.yml"
    if not path.is_file():
        raise UsageError(f"{governance.project.relative(path)} does not exist, so nothing can be said about it")
    found = governance.members.seats.get(seat)
    if found is None:
        raise unknown("seat", seat, governance.members.seats, where="governance/members.yml")
    if found.side is None:
        raise GateRefused(f"seat {seat} advises and speaks for no side", hint="ask a checker of government or civil_society")
    record = read_yaml(path)
    issue = str(record.get("issue", ""))
    if not found.has_role("checker", issue=issue):
        raise GateRefused(f"seat {seat} is no checker of '{issue}'", hint=f"see: workbench explain release:{issue}")
    if seat in (record.get("authors") or []):
        raise GateRefused(
            f"seat {seat} is an author of this release, and nobody checks their own work",
            hint=f"another checker of the same side: workbench explain release:{issue}",
        )
    statement = Statement(statement="approval", seat=seat, date=today, of={name: sha256_text(path)})
    return Draft(
        path=folder / "approvals" / f"{seat}.yml",
        content=record_bytes(statement),
        signer=seat,
        day=today,
        charter=governance.register.charter,
    )
