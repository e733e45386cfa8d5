"""Answering what citizens contributed, and recommending to departments: each with a reason, and each step on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.errors import GateRefused, unknown
from workbench.governance.acts.recording import draft_change, draft_paper, read_paper
from workbench.governance.deciding.answers import answers_of
from workbench.governance.gates import Governance
from workbench.governance.papers.references import BEHIND_STEP


def draft_response(
    governance: Governance,
    contribution: str,
    *,
    seat: str,
    state: str,
    reason: Mapping[str, str],
    today: dt.date,
    led_to: Sequence[str] = (),
) -> dict[Path, bytes]:
    """Draft the answer to a citizen's contribution.

    Parameters
    ----------
    governance : Governance
    contribution : str
    seat : str
        Who answers.
    state : {"adopted", "adapted", "refused"}
    reason : mapping
        In ``ko``, ``en``, or both; written for this contribution alone.
    today : datetime.date
    led_to : sequence of str, optional
        Proposals, requests for data and recommendations that came of it.

    Returns
    -------
    dict of Path to bytes

    Raises
    ------
    UsageError
        Unknown contribution, seat or id; no reason.
    GateRefused
        It was answered already.
    """
    paper = read_paper(governance.project, "contribution", contribution)
    if paper.state != "open":
        raise GateRefused(f"{contribution} was answered on {paper.answered_on} by {paper.answered_by}: {paper.state}")
    if seat not in governance.members.seats:
        raise unknown("seat", seat, governance.members.seats, where="governance/members.yml")
    changed = {
        "state": state,
        "reason": dict(reason) or None,
        "answered_on": today,
        "answered_by": seat,
        "led_to": list(led_to),
    }
    return draft_change(governance.project, "contribution", contribution, changed, today=today)


def draft_recommendation(
    governance: Governance, record: Mapping[str, Any], *, seat: str | None = None, today: dt.date
) -> dict[Path, bytes]:
    """Draft a recommendation: sent today and due when the rules say, unless the record says otherwise.

    Parameters
    ----------
    governance : Governance
    record : mapping
        The keys of :class:`workbench.governance.papers.recommendations.Recommendation` but its id.
    seat : str, optional
        Who records the first step.
    today : datetime.date

    Returns
    -------
    dict of Path to bytes

    Raises
    ------
    UsageError
        A key that cannot be understood, or an id that does not exist.
    """
    sent: dict[str, Any] = {"state": "sent", "done_on": today, **({"by": seat} if seat else {})}
    due = today + dt.timedelta(days=governance.rules.response_days)
    return draft_paper(governance.project, "recommendation", {"due": due, "steps": [sent], **record}, today=today)


def draft_step(
    governance: Governance,
    recommendation: str,
    *,
    state: str,
    today: dt.date,
    seat: str | None = None,
    note: Mapping[str, str] | None = None,
    after: Mapping[str, Any] | None = None,
) -> dict[Path, bytes]:
    """Draft the next step of a recommendation.

    Parameters
    ----------
    governance : Governance
    recommendation : str
    state : str
        ``answered``, ``accepted``, ``implemented``, ``measured`` or ``refused``.
    today : datetime.date
    seat : str, optional
        Who records it.
    note : mapping, optional
        What happened, in ``ko``, ``en``, or both.
    after : mapping, optional
        Where the indicator stands now: ``value``, ``as_of``, ``source``; for ``measured``.

    Returns
    -------
    dict of Path to bytes

    Raises
    ------
    UsageError
        A step that cannot follow the last one.
    GateRefused
        It claims an official answer that is not there.
    """
    paper = read_paper(governance.project, "recommendation", recommendation)
    if state in BEHIND_STEP:
        official = answers_of(governance).get(recommendation)
        answer, fitting = official.answer if official else None, BEHIND_STEP[state]
        if answer is None or (fitting is not None and answer.outcome not in fitting):
            found = f"the official answer says {answer.outcome}" if answer else "no official answer counts"
            why = f" ({'; '.join(official.faults)})" if official and official.faults else ""
            raise GateRefused(
                f"{recommendation} cannot be {state}: {found}{why}",
                hint=f"a steward sends the department a link: workbench governance link {recommendation} --seat G-1",
            )
    step = {"state": state, "done_on": today, **({"note": dict(note)} if note else {}), **({"by": seat} if seat else {})}
    written = paper.model_dump(mode="python", exclude_none=True)
    changed: dict[str, Any] = {"steps": [*written["steps"], step]}
    if after is not None:
        changed["indicator"] = {**written["indicator"], "after": dict(after)}
    return draft_change(governance.project, "recommendation", recommendation, changed, today=today)
