"""Minutes: anyone writes them down, and a steward of each side approves them by signing the same bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.errors import GateRefused
from workbench.files import text_bytes
from workbench.governance.acts.closing import require_steward
from workbench.governance.acts.drafts import Draft
from workbench.governance.acts.recording import draft_paper, paper_path, read_paper
from workbench.governance.deciding.approved import charters_since, stewards_beside
from workbench.governance.deciding.casting import is_ahead
from workbench.governance.gates import Governance
from workbench.governance.signing import signature_path


def draft_minutes(governance: Governance, record: Mapping[str, Any], *, today: dt.date) -> dict[Path, bytes]:
    """Draft the minutes of a meeting under the next free number.

    Parameters
    ----------
    governance : Governance
    record : mapping
        The keys of :class:`workbench.governance.papers.meetings.Meeting` but its id.
    today : datetime.date

    Returns
    -------
    dict of Path to bytes

    Raises
    ------
    UsageError
        A key that cannot be understood, or a seat or proposal that does not exist.
    """
    return draft_paper(governance.project, "meeting", record, today=today)


def draft_approval_of_minutes(governance: Governance, meeting: str, *, signer: str, today: dt.date) -> Draft:
    """Draft a steward's signature under minutes as they lie there.

    Parameters
    ----------
    governance : Governance
    meeting : str
    signer : str
    today : datetime.date

    Returns
    -------
    Draft

    Raises
    ------
    UsageError
        No such meeting or seat.
    GateRefused
        No steward, signed already, or dated in the future.
    """
    project, register = governance.project, governance.register
    governance.require_whole()
    paper = read_paper(project, "meeting", meeting)
    require_steward(governance, signer)
    path = paper_path(project, "meeting", meeting)
    if is_ahead(paper.held_on, today):
        raise GateRefused(f"{meeting} is dated {paper.held_on}, in the future of {today}")
    if not charters_since(register, paper.held_on):
        raise GateRefused(f"{meeting} was held on {paper.held_on}, before the founding: nobody was a steward then")
    signed = stewards_beside(register, path, day=paper.held_on)
    if signer in signed.by.values():
        raise GateRefused(f"{signer} has signed {meeting} already", hint=f"see who has: {signature_path(path, signer).name}")
    return Draft(
        path=path,
        content=text_bytes(path),
        signer=signer,
        day=max(paper.held_on, register.charter.since),
        charter=register.charter,
        alone=False,
    )
