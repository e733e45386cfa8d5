"""Correction notes: what was published, what takes its place, why, and who found it; without one a number does not change.

``analyses/<issue>/corrections.yml`` is written by people; a release carries its notes, and those of all releases before it,
in ``corrections.json``, from which the book prints them under the result that they speak of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import CheckFailed, GateRefused, combine, did_you_mean
from workbench.files import read_json, read_model
from workbench.project import Project
from workbench.records import dump_yaml
from workbench.releases.changes import Change, required_corrections, spelled
from workbench.releases.correction_notes import Corrections, Note, Number, one_line
from workbench.releases.results import Variant

CORRECTIONS_FILE = "corrections.yml"
RECORD_FILE = "corrections.json"

MANY = 5
"""More changed cells of one result than this are proposed as one note."""

TOLD = 40
"""So many changes are named one by one in a refusal; nobody reads further."""


@dataclass(frozen=True)
class Settled:
    """Notes that fit: the new ones with the changes that each explains, and those of earlier releases."""

    new: tuple[tuple[Note, tuple[Change, ...]], ...]
    before: tuple[dict[str, Any], ...]

    def as_record(self, release: str) -> dict[str, Any] | None:
        """Return what ``corrections.json`` of a release holds; None where nothing was ever corrected."""
        told = [
            {"release": release, "note": note.as_record(), "changes": [change.as_record() for change in changes]}
            for note, changes in self.new
        ]
        return {"corrections": [*self.before, *told]} if told or self.before else None


def read_corrections(project: Project, issue: str) -> tuple[Note, ...]:
    """Read an urban issue's correction notes; none where there is no file.

    Parameters
    ----------
    project : Project
    issue : str

    Returns
    -------
    tuple of Note

    Raises
    ------
    UsageError
        All problems of the file.
    """
    path = project.analyses / issue / CORRECTIONS_FILE
    return tuple(read_model(path, Corrections).corrections) if path.is_file() else ()


def released_corrections(folder: Path) -> tuple[dict[str, Any], ...]:
    """Return the notes that a release carries, its own and those of the releases before.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    tuple of dict
        ``release``, ``note`` and ``changes`` each.

    Raises
    ------
    CheckFailed
        The file is not as a release writes it.

    Examples
    --------
    >>> released_corrections(Path("/nowhere"))
    ()
    """
    path = folder / RECORD_FILE
    if not path.is_file():
        return ()
    record = read_json(path)
    entries = record.get("corrections") if isinstance(record, dict) else None
    if not isinstance(entries, list) or any(not isinstance(one, dict) or set(one) != _ENTRY for one in entries):
        raise CheckFailed(f"{path}: not as a release writes it", hint="restore the release from git")
    return tuple(entries)


_ENTRY = {"release", "note", "changes"}


def check_corrections(project: Project, issue: str, *, last: Path | None, variants: Sequence[Variant], today: dt.date) -> Settled:
    """Refuse a release that changes published numbers without a word, or has words for numbers that did not change.

    Parameters
    ----------
    project : Project
    issue : str
    last : Path or None
        The folder of the last release.
    variants : sequence of Variant
        Everything that the next release holds.
    today : datetime.date

    Returns
    -------
    Settled
        Its ``as_record`` is the release's ``corrections.json``.

    Raises
    ------
    GateRefused
        Every change without a note and every note without a change, with notes ready to be filled in.
    UsageError
        The file cannot be understood.
    """
    notes = read_corrections(project, issue)
    before = released_corrections(last) if last else ()
    changes = required_corrections(last, variants) if last else []
    where = project.relative(project.analyses / issue / CORRECTIONS_FILE)
    return settle_notes(notes, changes, before=before, where=where, today=today)


def settle_notes(
    notes: Sequence[Note], changes: Sequence[Change], *, before: Sequence[Mapping[str, Any]], where: str, today: dt.date
) -> Settled:
    """Match notes with changes.

    Parameters
    ----------
    notes : sequence of Note
    changes : sequence of Change
    before : sequence of mapping
        What earlier releases carry; their notes explain nothing anew.
    where : str
        The file, for messages.
    today : datetime.date

    Returns
    -------
    Settled

    Raises
    ------
    GateRefused
    """
    told = {one_line(entry["note"]) for entry in before}
    fresh = [note for note in notes if note.identity not in told]
    problems = [_unfit(note, changes) for note in fresh if not any(note.covers(change) for change in changes)]
    problems += [f"the note on '{note.result}' is of {note.on}, which lies ahead of {today}" for note in fresh if note.on > today]
    explained: dict[int, list[Change]] = {number: [] for number in range(len(fresh))}
    open_changes = []
    for change in changes:
        fitting = [number for number, note in enumerate(fresh) if note.covers(change)]
        if fitting:  # a note on one number goes before a note on all
            explained[min(fitting, key=lambda number: (fresh[number].cells is not None, number))].append(change)
        else:
            open_changes.append(change)
    problems += [f"{change.words}, and no note says why" for change in open_changes[:TOLD]]
    if len(open_changes) > TOLD:
        problems.append(f"and {len(open_changes) - TOLD:,} more changed numbers without a note")
    if problems:
        hint = f"add to {where}, and say why:\n{snippet(open_changes, today=today)}" if open_changes else f"mend {where}"
        raise combine(problems, where=where, kind=GateRefused, hint=hint)
    idle = [fresh[number] for number, found in explained.items() if not found]
    if idle:
        said = [f"the note on '{note.result}' of {note.on} explains nothing that another does not" for note in idle]
        raise combine(said, where=where, kind=GateRefused, hint="take it out")
    new = tuple((fresh[number], tuple(found)) for number, found in explained.items())
    return Settled(new, tuple(dict(entry) for entry in before))


def _unfit(note: Note, changes: Sequence[Change]) -> str:
    """Why a note matches nothing."""
    near = [change for change in changes if note.speaks_of(change)]
    if near:
        return f"a note says was {_spelled(note.was)}, is {_spelled(note.is_)}, but {near[0].words}"
    what = f"cell {note.cell.row}" + (f", {note.cell.column}" if note.cell.column is not None else "") if note.cell else ""
    what = what or note.value or ("all cells" if note.cells else "gone")
    names = sorted({change.result for change in changes})
    allowed = did_you_mean(note.result, names) if names and note.result not in names else "no such number changed"
    return f"the note on '{note.result}' ({what}) matches no changed number; {allowed}"


def snippet(changes: Sequence[Change], *, today: dt.date) -> str:
    """Return notes for changes as YAML, ready to be filled in; one note where many numbers of a result changed.

    Parameters
    ----------
    changes : sequence of Change
    today : datetime.date

    Returns
    -------
    str
    """
    by_result: dict[tuple[str, bool], list[Change]] = {}
    for change in changes:
        by_result.setdefault((change.result, not change.place.words), []).append(change)
    notes: list[dict[str, Any]] = []
    for (result, gone), members in by_result.items():
        several = len({one_line(change.parameters) for change in members}) > 1
        if gone or len(members) > MANY:
            parameters = "all" if several else members[0].parameters
            notes.append(_blank(result, parameters, {"gone": True} if gone else {"cells": "all"}, today))
            continue
        for change in members:
            record = change.as_record()
            cell = {key: record[key] for key in ("row", "column") if key in record}
            place = {"cell": cell} if cell else {"value": record["value"]}
            notes.append(_blank(result, change.parameters, {**place, "was": change.was, "is": change.is_}, today))
    return dump_yaml({"corrections": notes})


def _blank(result: str, parameters: Any, place: dict[str, Any], today: dt.date) -> dict[str, Any]:
    of = {"parameters": parameters} if parameters else {}
    blanks = {"why": {"ko": "", "en": ""}, "kind": "error, data or method", "found_by": "", "on": today}
    return {"result": result, **of, **place, **blanks}


def check_released_corrections(folder: Path) -> list[str]:
    """Name what of a release's ``corrections.json`` cannot be: an entry that is no note, or explains no number.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of str
    """
    try:
        entries = released_corrections(folder)
    except CheckFailed as error:
        return [error.message]
    problems = []
    for number, entry in enumerate(entries, start=1):
        try:
            Note.model_validate(entry["note"])
        except ValueError as error:
            problems.append(f"{RECORD_FILE}: entry {number} is no correction note ({str(error).splitlines()[0]})")
        if not entry["changes"]:
            problems.append(f"{RECORD_FILE}: entry {number} explains no number")
    return problems


def _spelled(number: Number | None) -> str:
    return "nothing" if number is None else spelled(number)
