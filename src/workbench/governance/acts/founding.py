"""Founding: one steward writes down the first rules and seats, one of the other side signs the same bytes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from workbench.catalog import Bilingual
from workbench.errors import GateRefused, UsageError, unknown
from workbench.files import sha256, text_bytes
from workbench.governance.acts.drafts import Draft, record_bytes
from workbench.governance.deciding.charter import Charter, check_charter
from workbench.governance.deciding.founding import founding_charter, founding_folder
from workbench.governance.papers.founding import FoundingRecord
from workbench.governance.papers.members import Members
from workbench.governance.papers.rules import Rules
from workbench.governance.signing import signatures_beside
from workbench.governance.signing.demonstration import demonstration_keys
from workbench.project import Project
from workbench.records import read_model, read_model_bytes

TITLE = Bilingual(
    ko="이 협력 체계의 첫 규칙과 자리를 함께 정합니다.", en="We set the first rules and seats of this collaboration together."
)


def draft_founding(
    project: Project, *, signer: str, today: dt.date, title: Bilingual = TITLE, source: Path | None = None
) -> Draft:
    """Draft the founding record from ``rules.yml`` and ``members.yml``, or take up the one that the other side signed.

    Parameters
    ----------
    project : Project
    signer : str
        A steward's seat.
    today : datetime.date
    title : Bilingual, optional
    source : Path, optional
        The folder of the first rules and seats; by default ``governance/``.

    Returns
    -------
    Draft

    Raises
    ------
    GateRefused
        Both sides have founded it already, or the seat is no steward.
    UsageError
        Rules or seats that cannot be understood.
    """
    source = source or project.governance
    missing = [name for name in ("rules.yml", "members.yml") if not (source / name).is_file()]
    if missing:
        raise UsageError(f"{project.relative(source / missing[0])}: no such file", hint="start with: workbench init")
    path = founding_folder(project) / "record.yml"
    contents = {name: text_bytes(source / f"{name}.yml") for name in ("rules", "members")}
    signatures = signatures_beside(path)
    if path.is_file():
        content = text_bytes(path)
        record = read_model_bytes(content, FoundingRecord, where=project.relative(path))
        charter = founding_charter(project, record)
        if charter.signers_beside(path, day=record.founded_on, role="steward").complete:
            raise GateRefused(
                f"this project was founded on {record.founded_on}", hint="change rules and seats with: workbench propose charter"
            )
        same = record.rules_sha256 == sha256(contents["rules"]) and record.members_sha256 == sha256(contents["members"])
        if same and record.founded_on <= today:
            _require_steward(charter, signer)
            return Draft(path=path, content=content, signer=signer, day=record.founded_on, charter=charter, alone=False)
    rules, members = read_model(source / "rules.yml", Rules), read_model(source / "members.yml", Members)
    record = FoundingRecord(
        founding=title, founded_on=today, rules_sha256=sha256(contents["rules"]), members_sha256=sha256(contents["members"])
    )
    charter = Charter(
        number=1,
        source="founding",
        since=today,
        rules=rules,
        members=members,
        rules_sha256=record.rules_sha256,
        members_sha256=record.members_sha256,
        barred=frozenset() if rules.demonstration else demonstration_keys(project),
    )
    check_charter(charter, where="governance/members.yml")
    _require_steward(charter, signer)
    return Draft(
        path=path,
        content=record_bytes(record),
        signer=signer,
        day=today,
        charter=charter,
        alone=False,
        also={founding_folder(project) / f"{name}.yml": content for name, content in contents.items()},
        stale=tuple(signatures.values()),
    )


def _require_steward(charter: Charter, signer: str) -> None:
    seat = charter.seat_of(signer)
    if seat is None:
        raise unknown("seat", signer, charter.members.seats, where="governance/members.yml")
    if seat.side is None or not seat.has_role("steward"):
        raise GateRefused(f"seat {signer} is no steward", hint="the founding is signed by a steward of each side")
