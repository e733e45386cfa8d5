"""Drafting a paper that nobody signs when it is written: the next free number, every key checked, every id that it names there.

It becomes part of the record by the commit that brings it in; minutes are signed afterwards, by a steward of each side.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from workbench.errors import UsageError, combine, did_you_mean, unknown
from workbench.files import text_bytes
from workbench.governance.acts.drafts import record_bytes, schema_line
from workbench.governance.acts.proposing import next_id
from workbench.governance.deciding.casting import is_ahead
from workbench.governance.papers.reading import KINDS, days_done
from workbench.governance.papers.references import check_paper
from workbench.project import Project
from workbench.records import parse_model, read_model_bytes

LETTERS = {"meeting": "M", "contribution": "C", "data_request": "D", "obstacle": "O", "recommendation": "R", "link": "L"}
"""The kinds of papers that are numbered here, and the letter of each."""


def paper_path(project: Project, kind: str, name: str) -> Path:
    """Return where a numbered paper lies.

    Parameters
    ----------
    project : Project
    kind : str
    name : str

    Returns
    -------
    Path

    Examples
    --------
    >>> paper_path(Project(root=Path("/srv/city")), "data_request", "D-0001").relative_to("/srv/city").as_posix()
    'governance/data_requests/D-0001.yml'
    """
    return project.root / KINDS[kind].places[0].replace("*", f"{name}.yml")


def read_paper(project: Project, kind: str, name: str) -> Any:
    """Read one numbered paper.

    Parameters
    ----------
    project : Project
    kind : str
    name : str

    Returns
    -------
    pydantic.BaseModel

    Raises
    ------
    UsageError
        There is none of this number, or it cannot be understood.
    """
    path = paper_path(project, kind, name)
    if not path.is_file():
        there = [other.stem for other in path.parent.glob(f"{LETTERS[kind]}-*.yml")]
        raise UsageError(f"there is no {kind.replace('_', ' ')} '{name}'", hint=did_you_mean(name, there))
    paper: Any = read_model_bytes(text_bytes(path), KINDS[kind].model, where=project.relative(path))
    if getattr(paper, kind) != name:
        raise UsageError(f"{project.relative(path)}: inside it says {getattr(paper, kind)}", hint="correct the id in it")
    return paper


def draft_paper(project: Project, kind: str, record: Mapping[str, Any], *, today: dt.date) -> dict[Path, bytes]:
    """Draft a new paper under the next free number; nothing is written.

    Parameters
    ----------
    project : Project
    kind : str
        One of :data:`LETTERS`.
    record : mapping
        Its keys but its id.
    today : datetime.date

    Returns
    -------
    dict of Path to bytes

    Raises
    ------
    UsageError
        A key that is missing or cannot be understood, an id that does not exist, a date in the future.
    """
    if kind not in LETTERS:
        raise unknown("kind of paper", kind, LETTERS)
    folder = paper_path(project, kind, "").parent
    name = next_id(folder, LETTERS[kind])
    where = f"{kind.replace('_', ' ')} {name}"
    paper = parse_model(
        {kind: name, **{key: value for key, value in record.items() if key != kind}}, KINDS[kind].model, where=where
    )
    return {paper_path(project, kind, name): checked_bytes(project, kind, paper, where=where, today=today)}


def draft_change(project: Project, kind: str, name: str, changed: Mapping[str, Any], *, today: dt.date) -> dict[Path, bytes]:
    """Draft a paper anew with some keys changed; the comment that opens it is kept.

    Parameters
    ----------
    project : Project
    kind, name : str
    changed : mapping
    today : datetime.date

    Returns
    -------
    dict of Path to bytes

    Raises
    ------
    UsageError
        As :func:`draft_paper`.
    """
    old = read_paper(project, kind, name)
    where = f"{kind.replace('_', ' ')} {name}"
    record = {**old.model_dump(mode="python", by_alias=True, exclude_none=True), **changed}
    paper = parse_model(record, KINDS[kind].model, where=where)
    path = paper_path(project, kind, name)
    content = checked_bytes(project, kind, paper, where=where, today=today)
    kept = _opening_comment(text_bytes(path))
    return {path: kept + content.partition(b"\n")[2] if kept else content}


def checked_bytes(project: Project, kind: str, paper: BaseModel, *, where: str, today: dt.date) -> bytes:
    """Return a paper's bytes, with the line by which editors find its schema.

    Parameters
    ----------
    project : Project
    kind : str
    paper : BaseModel
    where : str
        For messages.
    today : datetime.date

    Returns
    -------
    bytes

    Raises
    ------
    UsageError
        It names an id that does not exist, or a day on which nothing can have been done yet.
    """
    problems = [str(error).removeprefix(f"{where}: ") for error in check_paper(project, paper, where=where)]
    problems += [f"{key}: {day} lies in the future of {today}" for key, day in days_done(paper) if is_ahead(day, today)]
    if problems:
        raise combine(problems, where=where)
    return record_bytes(paper, comment=schema_line(kind))


def _opening_comment(content: bytes) -> bytes:
    kept = []
    for line in content.splitlines(keepends=True):
        if not line.startswith(b"#"):
            break
        kept.append(line)
    return b"".join(kept)
