"""What checkers said about a release: one of each side, neither an author of it, over exactly these bytes.

Each word is judged by the charter of its own day; one that does not count leaves those of others standing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.files import sha256_text
from workbench.governance.deciding.casting import is_ahead
from workbench.governance.deciding.charter import Charter
from workbench.governance.deciding.content import paper_bytes
from workbench.governance.deciding.register import Register
from workbench.governance.papers.fields import SIDE_WORDS, SIDES, Side
from workbench.governance.papers.statements import Statement
from workbench.governance.signing import signature_path
from workbench.project import Project
from workbench.records import read_model_bytes, read_yaml, shown_name


@dataclass(frozen=True)
class Consent:
    """What checkers of both sides said about a release.

    Parameters
    ----------
    path : Path
    given : dict of str to Statement
        By side.
    faults : tuple of str
        Why other statements about it do not count.
    """

    path: Path
    given: dict[Side, Statement]
    faults: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether both sides said it."""
        return all(side in self.given for side in SIDES)

    @property
    def date(self) -> dt.date | None:
        """The day on which the later side said it, None while one is missing."""
        return max(statement.date for statement in self.given.values()) if self.complete else None

    def missing(self) -> str:
        """Say in words what is missing."""
        sides = " and ".join(SIDE_WORDS[side] for side in SIDES if side not in self.given)
        return f"missing: {sides}" + ("; " + "; ".join(self.faults) if self.faults else "")


def consent_to(
    project: Project, register: Register, path: Path, *, name: str, doubts: Sequence[str], today: dt.date | None
) -> Consent:
    """Collect what a checker of each side said about a release.

    Parameters
    ----------
    project : Project
    register : Register
    path : Path
        The release's ``release.yml``.
    name : str
        Where it lies or will lie in the repository.
    doubts : sequence of str
        What puts the register in doubt; then nothing counts.
    today : datetime.date or None

    Returns
    -------
    Consent

    Raises
    ------
    UsageError
        A file among the approvals that cannot be understood.
    """
    record = read_yaml(path) if path.is_file() else {}
    record = record if isinstance(record, dict) else {}
    named = record.get("authors") or []
    issue, authors = str(record.get("issue", "")), [str(seat) for seat in (named if isinstance(named, list) else [named])]
    current = sha256_text(path) if path.is_file() else ""
    given: dict[Side, Statement] = {}
    faults = list(doubts)
    for file in sorted((path.parent / "approvals").glob("*.yml")):
        where = shown_name(project.relative(file))
        content = paper_bytes(file, where=where)
        statement = read_model_bytes(content, Statement, where=where)
        charter = register.charter_on(statement.date)
        seat = charter.seat_of(statement.seat) if charter else None
        if charter is None:
            fault: str | None = f"is dated {statement.date}, before the founding"
        elif is_ahead(statement.date, today):
            fault = f"is dated {statement.date}, in the future of {today}"
        elif file.stem != statement.seat:
            fault = f"is of seat {statement.seat}: its file is {statement.seat}.yml"
        else:
            fault = _fault(charter, register.charter, file, content, statement, issue=issue)
        if fault is None and statement.seat in authors:
            fault = f"is of seat {statement.seat}, an author of this release"
        if fault is None and statement.of.get(name) != current:
            fault = "speaks of other bytes (the release was changed since)"
        if fault is None and seat is not None and seat.side is not None:
            given.setdefault(seat.side, statement)
        else:
            faults.append(f"{where} {fault}")
    return Consent(path=path, given={} if doubts else given, faults=tuple(faults))


def _fault(charter: Charter, newest: Charter, file: Path, content: bytes, statement: Statement, *, issue: str) -> str | None:
    """Why the seat may not say it, has not signed it, or signed with a key revoked since; None where it counts."""
    seat, signature = charter.seat_of(statement.seat), signature_path(file)
    if seat is None:
        return f"names the seat {statement.seat}, which governance/members.yml in force does not know"
    if seat.side is None:
        return f"is of seat {statement.seat}, which advises and speaks for no side"
    if not seat.has_role("checker", issue=issue):
        return f"is of seat {statement.seat}, which is no checker of '{issue}'"
    if not signature.is_file():
        return f"is not signed: {signature.name} is missing"
    armoured = paper_bytes(signature, where=signature.name)
    fault = charter.check(content, armoured, signer=statement.seat, day=statement.date)
    key, whose = charter.key_of(statement.seat), f"the key of {statement.seat}"
    fault = fault or newest.revoked(key, whose=whose, day=statement.date)
    return f"does not count: {fault}" if fault else None
