"""Papers that count once stewards signed them: minutes by one of each side, links and answers by one.

They are signed some time after the day that they speak of, when other stewards may sit; so the charter of that day and
every later one are asked. A decision is never judged this way: for it, only the charter under which it was held counts.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import UsageError
from workbench.governance.deciding.casting import is_ahead
from workbench.governance.deciding.charter import Charter, Signed
from workbench.governance.deciding.content import paper_bytes
from workbench.governance.papers.fields import Side
from workbench.governance.papers.meetings import Meeting
from workbench.governance.papers.reading import papers_and_faults
from workbench.governance.signing import signatures_beside
from workbench.records import shown_name

if TYPE_CHECKING:
    from workbench.governance.deciding.register import Register
    from workbench.governance.gates import Governance


@dataclass(frozen=True)
class Minutes:
    """The minutes of a meeting, who approved them, and why other signatures do not count."""

    path: Path
    paper: Meeting
    signed: Signed

    @property
    def approved(self) -> bool:
        """Whether a steward of each side signed them."""
        return self.signed.complete


def charters_since(register: Register, day: dt.date) -> list[tuple[Charter, dt.date]]:
    """Return the charter in force on a day and every later one, each with the day on which it is asked.

    Parameters
    ----------
    register : Register
    day : datetime.date

    Returns
    -------
    list of (Charter, datetime.date)
        Empty before the founding.
    """
    first = register.charter_on(day)
    if first is None:
        return []
    return [(charter, max(day, charter.since)) for charter in register.charters if charter.number >= first.number]


def steward_fault(
    register: Register, content: bytes, armoured: bytes, *, signer: str, day: dt.date, issue: str | None
) -> str | None:
    """Say why a steward's signature does not count, None where it does under a charter in force on the day or later.

    Parameters
    ----------
    register : Register
    content, armoured : bytes
    signer : str
    day : datetime.date
        The day that the paper bears.
    issue : str or None
        A steward of this urban issue alone is enough for it.

    Returns
    -------
    str or None
    """
    return _side_signed_for(register, content, armoured, signer=signer, day=day, issue=issue)[1]


def _side_signed_for(
    register: Register, content: bytes, armoured: bytes, *, signer: str, day: dt.date, issue: str | None
) -> tuple[Side | None, str | None]:
    """The side of the seat under the charter by which its signature counts, and why it does not count."""
    fault = f"is dated {day}, before the founding"
    for charter, asked in charters_since(register, day):
        seat, refused = charter.seat_of(signer), charter.check(content, armoured, signer=signer, day=asked)
        if refused is not None or seat is None:
            fault = refused or fault
        elif seat.side is None or not seat.has_role("steward", issue=issue):
            fault = f"seat {signer} is no steward"
        else:  # a later charter may revoke the key with effect from an earlier day
            return seat.side, register.charter.revoked(charter.key_of(signer), whose=f"the key of {signer}", day=asked)
    return None, fault


def stewards_beside(register: Register, path: Path, *, day: dt.date, issue: str | None = None) -> Signed:
    """Find which stewards signed a paper, one for each side.

    Parameters
    ----------
    register : Register
    path : Path
    day : datetime.date
    issue : str, optional

    Returns
    -------
    Signed
    """
    content, faults = paper_bytes(path, where=path.name), []
    by: dict[Side, str] = {}
    for name, file in signatures_beside(path).items():
        signer = shown_name(name)
        if signer.startswith("L-"):
            continue
        try:
            signed = paper_bytes(file, where=file.name)
            side, fault = _side_signed_for(register, content, signed, signer=signer, day=day, issue=issue)
        except UsageError as error:
            side, fault = None, error.message
        if fault is not None:
            faults.append(f"{shown_name(file.name)}: {fault}")
        elif side is not None:
            by.setdefault(side, signer)
    return Signed(by=by, faults=tuple(faults))


def minutes_of(governance: Governance) -> dict[str, Minutes]:
    """Return the minutes of every meeting that can be read, with who approved them.

    Parameters
    ----------
    governance : Governance

    Returns
    -------
    dict of str to Minutes
        By the meeting's id. What cannot be read is told by
        :func:`workbench.governance.papers.references.check_references`.
    """
    found = {}
    for path, paper in papers_and_faults(governance.project, "meeting")[0].items():
        signed = stewards_beside(governance.register, path, day=paper.held_on)
        if is_ahead(paper.held_on, governance.today):
            signed = Signed(by={}, faults=(f"is dated {paper.held_on}, in the future of {governance.today}",))
        found[paper.meeting] = Minutes(path=path, paper=paper, signed=signed)
    return found
