"""Asking for data, and what came of it: a dataset in the catalogue, an obstacle that keeps the refusal visible, or both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.errors import GateRefused, UsageError
from workbench.governance.acts.recording import draft_change, draft_paper, read_paper
from workbench.governance.deciding.answers import answers_of
from workbench.governance.gates import Governance


def draft_request(governance: Governance, record: Mapping[str, Any], *, today: dt.date) -> dict[Path, bytes]:
    """Draft a request for data: asked today, and due when the rules say, unless the record says otherwise.

    Parameters
    ----------
    governance : Governance
    record : mapping
        The keys of :class:`workbench.governance.papers.data_requests.DataRequest` but its id.
    today : datetime.date

    Returns
    -------
    dict of Path to bytes

    Raises
    ------
    UsageError
        A key that cannot be understood, or an id that does not exist.
    """
    asked_on = record.get("asked_on") or today
    if not isinstance(asked_on, dt.date):
        raise UsageError(f"request for data: asked_on: '{asked_on}' is no date, write YYYY-MM-DD")
    due = asked_on + dt.timedelta(days=governance.rules.response_days)
    return draft_paper(governance.project, "data_request", {"asked_on": asked_on, "due": due, **record}, today=today)


def draft_closed_request(
    governance: Governance, request: str, *, today: dt.date, dataset: str | None = None, obstacle: str | None = None
) -> dict[Path, bytes]:
    """Draft the end of a request for data, as the holder's official answer has it.

    Parameters
    ----------
    governance : Governance
    request : str
    today : datetime.date
    dataset : str, optional
        Granted: its entry in the catalogue.
    obstacle : str, optional
        Refused: the obstacle that says why.

    Returns
    -------
    dict of Path to bytes

    Raises
    ------
    UsageError
        Neither dataset nor obstacle, or one that does not exist.
    GateRefused
        Closed already, without an answer that counts, or closed as something else than the answer says.
    """
    paper = read_paper(governance.project, "data_request", request)
    if paper.closed_on is not None:
        raise GateRefused(f"{request} was closed on {paper.closed_on} as {paper.closed_as}")
    if dataset is None and obstacle is None:
        raise UsageError(f"{request}: what came of it?", hint="--dataset NAME (granted), --obstacle O-0001 (refused), or both")
    official = answers_of(governance).get(request)
    if official is None or official.answer is None:
        why = f" ({'; '.join(official.faults)})" if official and official.faults else ""
        hint = f"a steward sends the holder a link: workbench governance link {request} --seat G-1"
        if official and official.faults:
            hint = f"a steward countersigns it (workbench answer {request} --countersign --seat G-1), or sends a new link"
        raise GateRefused(f"{request} has no official answer that counts{why}", hint=hint)
    closed_as = "granted" if obstacle is None else "refused" if dataset is None else "granted_in_part"
    if official.answer.outcome != closed_as:
        raise GateRefused(
            f"{request} would be closed as {closed_as}, and the official answer says {official.answer.outcome}",
            hint="granted: --dataset; refused: --obstacle; granted in part: both",
        )
    if obstacle is not None:
        named = read_paper(governance.project, "obstacle", obstacle).request
        if named != request:
            raise GateRefused(
                f"{obstacle} names {named or 'no request'}, not {request}", hint=f"write request: {request} into it"
            )
    changed = {"closed_on": today, **{key: value for key, value in (("dataset", dataset), ("obstacle", obstacle)) if value}}
    return draft_change(governance.project, "data_request", request, changed, today=today)


def draft_obstacle(governance: Governance, record: Mapping[str, Any], *, today: dt.date) -> dict[Path, bytes]:
    """Draft an obstacle: data that could not be had, and what was done instead.

    Parameters
    ----------
    governance : Governance
    record : mapping
        The keys of :class:`workbench.governance.papers.obstacles.Obstacle` but its id; recorded today unless it says otherwise.
    today : datetime.date

    Returns
    -------
    dict of Path to bytes

    Raises
    ------
    UsageError
        A key that cannot be understood, or an id that does not exist.
    """
    return draft_paper(governance.project, "obstacle", {"recorded_on": today, **record}, today=today)
