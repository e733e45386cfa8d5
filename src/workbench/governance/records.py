"""The files in which both sides say who they are and what they agree to: rules, seats, proposals, statements.

A statement binds to the SHA-256 of what it speaks of: one changed byte, and it must be given again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic import Field as Key

from workbench.catalog import Bilingual
from workbench.errors import GateRefused, UsageError, unknown
from workbench.files import read_model, sha256_file, write_text
from workbench.project import Project
from workbench.records import dump_yaml

Side = Literal["government", "civil_society"]
Kind = Literal["agreement", "adoption", "approval"]

SIDES: tuple[Side, ...] = ("government", "civil_society")

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
SeatId = Annotated[str, StringConstraints(pattern=r"^[A-Z]-[0-9]+$")]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rules(_Record):
    """``governance/rules.yml``: ``demonstration`` marks every page and lets unsigned statements count."""

    demonstration: bool


class Seat(_Record):
    """One seat: a side, or a standing (experts advise and have no vote), and what it may do.

    Examples
    --------
    >>> Seat(title={"ko": "자문 자리", "en": "Adviser"}, standing="expert").side is None
    True
    """

    title: Bilingual
    side: Side | None = None
    standing: Literal["expert", "citizen"] | None = None
    roles: list[Literal["analyst", "checker", "custodian", "steward"]] = []

    @model_validator(mode="after")
    def _decides_or_advises(self) -> Seat:
        if (self.side is None) == (self.standing is None):
            raise ValueError("a seat has either a side (it decides) or a standing (it advises), and not both")
        return self


class Members(_Record):
    """``governance/members.yml``: the seats, by id."""

    seats: dict[SeatId, Seat]


class Proposal(_Record):
    """``governance/proposals/P-….yml``: an urban issue that both sides are asked to agree on."""

    proposal: Annotated[str, StringConstraints(pattern=r"^P-[0-9]{4}$")]
    issue: str
    title: Bilingual
    question: Bilingual
    expected_outcome: Bilingual
    indicator: Bilingual
    decision_wanted: Bilingual
    proposed_on: dt.date
    demonstration: bool = False


class Statement(_Record):
    """What one seat says about files: each path from the project's root with the hash of its bytes."""

    statement: Kind
    side: Side
    seat: SeatId
    date: dt.date
    of: dict[str, Sha256] = Key(min_length=1)
    demonstration: bool = False


def read_rules(project: Project) -> Rules:
    """Read ``governance/rules.yml``.

    Parameters
    ----------
    project : Project

    Returns
    -------
    Rules
    """
    return read_model(project.governance / "rules.yml", Rules)


def read_members(project: Project) -> Members:
    """Read ``governance/members.yml``.

    Parameters
    ----------
    project : Project

    Returns
    -------
    Members
    """
    return read_model(project.governance / "members.yml", Members)


def read_proposals(project: Project) -> dict[Path, Proposal]:
    """Read every proposal, by file.

    Parameters
    ----------
    project : Project

    Returns
    -------
    dict of Path to Proposal
    """
    return {path: read_model(path, Proposal) for path in sorted((project.governance / "proposals").glob("*.yml"))}


def read_statements(folder: Path) -> dict[Path, Statement]:
    """Read every statement of a folder, by file.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict of Path to Statement
    """
    return {path: read_model(path, Statement) for path in sorted(folder.glob("*.yml"))}


def seat_side(members: Members, seat: str) -> Side:
    """Return the side that a seat speaks for.

    Parameters
    ----------
    members : Members
    seat : str

    Returns
    -------
    str

    Raises
    ------
    UsageError
        No such seat.
    GateRefused
        The seat advises only.
    """
    if seat not in members.seats:
        raise unknown("seat", seat, members.seats, where="governance/members.yml")
    side = members.seats[seat].side
    if side is None:
        raise GateRefused(f"seat {seat} advises and speaks for no side", hint="ask a seat of government or civil_society")
    return side


def write_statement(
    project: Project, path: Path, *, kind: Kind, seat: str, date: dt.date, files: Mapping[str, Path]
) -> Statement:
    """Write what a seat says about files, bound to their bytes as they are now.

    Parameters
    ----------
    project : Project
    path : Path
        The statement's own file.
    kind : {"agreement", "adoption", "approval"}
    seat : str
    date : datetime.date
    files : mapping of str to Path
        The name of each file in the repository, and where its bytes are now.

    Returns
    -------
    Statement

    Raises
    ------
    GateRefused
        It would not count: the project is no demonstration, the seat advises only, or an approver is no checker.
    UsageError
        An unknown seat, no file, or a file that does not exist.
    """
    if not read_rules(project).demonstration:
        raise GateRefused(
            "unsigned statements count only in a demonstration", hint="governance/rules.yml says demonstration: false"
        )
    members = read_members(project)
    side = seat_side(members, seat)
    if kind == "approval" and "checker" not in members.seats[seat].roles:
        raise GateRefused(f"seat {seat} is no checker", hint="see governance/members.yml")
    if not files:
        raise UsageError(f"{project.relative(path)}: a statement speaks of at least one file")
    for name, file in files.items():
        if not file.is_file():
            raise UsageError(f"{project.relative(path)}: {name} does not exist, so nothing can be said about it")
    statement = Statement(
        statement=kind,
        side=side,
        seat=seat,
        date=date,
        of={name: sha256_file(file) for name, file in sorted(files.items())},
        demonstration=True,
    )
    text = dump_yaml(statement.model_dump(mode="python"))
    write_text(path, f"# Unsigned; counts only while governance/rules.yml says demonstration: true.\n{text}")
    return statement
