"""Official files dropped into a folder: which of them are known, and taking them in.

A file is recognised by its columns wherever it lies; its rows become one part of the vault. A second call over an
unchanged folder reads only the headers.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from workbench.catalog import Catalog
from workbench.errors import CheckFailed, UsageError, WorkbenchError, combine
from workbench.files import read_json, sha256, write_json
from workbench.intake import Balance, Batch, balance_of, take_in
from workbench.progress import Report, silent
from workbench.project import Project
from workbench.sources.families import Family
from workbench.sources.reading import Recognised, read_official, recognise
from workbench.vault import Vault
from workbench.vault.guarding import leave_no_core_dump

SUFFIXES = frozenset({".csv", ".txt", ".geojson", ".json"})
NOTES_NAME = "dropped_files.json"


@dataclass(frozen=True, eq=False)
class FoundFile:
    """One file of the folder, and what was recognised in it.

    Parameters
    ----------
    path : Path
    name : str
        Relative to the folder.
    dataset : str or None
        The catalogue's id; None where the file is not used.
    note : str
        What the file is, or why it is not used.
    problem : UsageError or None
        A file of a known family that cannot be taken in as it is.
    """

    path: Path
    name: str
    dataset: str | None
    note: str
    problem: UsageError | None = None
    family: Family | None = None
    encoding: str = ""


def find_official_files(folder: Path) -> list[FoundFile]:
    """Recognise the official files of a folder and its subfolders by their columns.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of FoundFile
        Every file, sorted by name; those of no known family have ``dataset`` None.

    Raises
    ------
    UsageError
        The folder is none.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "use.csv").write_bytes("자치구,대여소명,기준년월,대여건수,반납건수\\n".encode("cp949"))
    >>> _ = (folder / "notes.csv").write_text("a,b\\n", encoding="utf-8")
    >>> [(found.name, found.dataset) for found in find_official_files(folder)]
    [('notes.csv', None), ('use.csv', 'bike_station_month')]
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    found = []
    for path in sorted(_files(folder), key=lambda path: path.relative_to(folder).as_posix()):
        name = path.relative_to(folder).as_posix()
        if path.suffix.lower() not in SUFFIXES:
            found.append(FoundFile(path, name, None, "not recognised: no CSV and no GeoJSON"))
            continue
        seen = _recognise(path)
        dataset = seen.family.dataset if seen.family is not None else None
        found.append(FoundFile(path, name, dataset, seen.note, seen.problem, seen.family, seen.encoding))
    return found


def take_in_files(
    project: Project,
    catalog: Catalog,
    *,
    datasets: Sequence[str] | None = None,
    today: dt.date | None = None,
    report: Report = silent,
) -> list[Balance]:
    """Take the official files of the project's data folder into the vault.

    A file that cannot be understood does not keep the others from being taken in; it is raised at the end, and what
    was taken in from it before stays.

    Parameters
    ----------
    project : Project
        Its ``data`` is the folder; None means that there is nothing to do.
    catalog : Catalog
    datasets : sequence of str, optional
        Only files of these datasets are read, and only they can fail.
    today : datetime.date, optional
        The day of taking in: rows about people are sealed to the custodians whose term it is in.
    report : Report, optional

    Returns
    -------
    list of Balance
        One for each file of a known family, in the order of their names.

    Raises
    ------
    UsageError
        Each file that could not be understood, with what was found and what is allowed; or an unknown dataset.

    Examples
    --------
    >>> take_in_files(Project(root=Path("/srv/city"), data=None), Catalog(datasets={}))
    []
    """
    wanted = set(catalog.datasets if datasets is None else datasets)
    for name in wanted:
        _ = catalog[name]  # an unknown name is an error, not a file that is left out
    if project.data is None:
        return []
    leave_no_core_dump()  # a file may hold rows about people before anybody can tell
    vault = Vault(project, catalog, today=today)
    usable = [found for found in find_official_files(project.data) if found.dataset in wanted]
    notes = _read_notes(project)
    balances: dict[str, Balance] = {}
    problems: list[WorkbenchError] = []
    for number, found in enumerate(usable):
        report(number, len(usable), found.name)
        try:
            balances[found.name] = _take_in(vault, catalog, found, notes)
        except WorkbenchError as error:
            problems.append(error)
    for name in _overlapping(balances):
        found = next(other for other in usable if other.name == name)
        balances[name] = _take_in(vault, catalog, found, notes, again=True)
    report(len(usable), len(usable), "official files")
    _write_notes(project, notes)
    if problems:
        raise _together(problems, project.data)
    return [balances[found.name] for found in usable]


def part_name(name: str) -> str:
    """Return the vault part of a dropped file, from its name relative to the folder.

    Parameters
    ----------
    name : str

    Returns
    -------
    str

    Examples
    --------
    >>> part_name("air/daily_air_2021.csv")
    'file-air-daily_air_2021'
    """
    composed = unicodedata.normalize("NFC", name)
    stem = composed.rsplit(".", 1)[0]
    plain = re.sub(r"[^0-9A-Za-z가-힣_.-]+", "-", stem)
    same = plain == stem.replace("/", "-") and stem.count("-") == 0 and len(plain) <= 80
    return f"file-{plain}" if same else f"file-{plain[:80]}-{sha256(composed.encode())[:8]}"


def _files(folder: Path) -> list[Path]:
    """The folder's files, without hidden ones and without following links to folders."""
    found = []
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__MACOSX")
        found += [Path(base, name) for name in names if not name.startswith(".") and Path(base, name).is_file()]
    return found


def _recognise(path: Path) -> Recognised:
    try:
        return recognise(path)
    except OSError as error:
        return Recognised(f"not recognised: {_unreadable(path, error).message}")


def _unreadable(path: Path, error: OSError) -> UsageError:
    return UsageError(f"{path}: cannot be read ({error.strerror})", hint="look at the file's permissions")


def _take_in(vault: Vault, catalog: Catalog, found: FoundFile, notes: dict[str, Any], *, again: bool = False) -> Balance:
    """Take one file in, unless its bytes are those of last time."""
    if found.problem is not None or found.family is None:
        raise found.problem or UsageError(f"{found.path}: {found.note}")
    dataset, part = found.family.dataset, part_name(found.name)
    state = found.path.stat()
    stamp = [state.st_size, state.st_mtime_ns]
    noted = notes.get(str(found.path), {})
    if noted.get("stamp") == stamp and not again:
        before = balance_of(vault, catalog, dataset, part, content=noted["sha256"])
        if before is not None:
            return before
    try:
        content = found.path.read_bytes()
    except OSError as error:
        raise _unreadable(found.path, error) from None
    digest = sha256(content)
    batch = None if again else balance_of(vault, catalog, dataset, part, content=digest)
    if batch is None:
        batch = take_in(vault, catalog, dataset, _batch(found, found.family, content, digest, state.st_mtime), part, again=again)
    notes[str(found.path)] = {"stamp": stamp, "sha256": digest}
    return batch


def _batch(found: FoundFile, family: Family, content: bytes, digest: str, modified: float) -> Batch:
    shaped = read_official(found.path, family, content, found.encoding)
    retrieved = dt.datetime.fromtimestamp(modified, tz=ZoneInfo("Asia/Seoul")).date().isoformat()
    return Batch(found.name, "official", shaped.frame, shaped.lines, tuple(shaped.refused), sha256=digest, retrieved=retrieved)


def _overlapping(balances: dict[str, Balance]) -> list[str]:
    """Unchanged files with rows that other parts kept out, where another file of the dataset changed."""
    changed = {balance.dataset for balance in balances.values() if not balance.unchanged}
    return [
        name
        for name, balance in balances.items()
        if balance.unchanged and balance.depends_on_others and balance.dataset in changed
    ]


def _notes_path(project: Project) -> Path:
    return project.private / "intake" / NOTES_NAME


def _read_notes(project: Project) -> dict[str, Any]:
    path = _notes_path(project)
    if not path.is_file():
        return {}
    notes = read_json(path)
    if not isinstance(notes, dict):
        raise CheckFailed(f"{path}: not the notes of the files taken in", hint="delete it; the files are read again")
    return notes


def _write_notes(project: Project, notes: dict[str, Any]) -> None:
    if notes != _read_notes(project):
        write_json(_notes_path(project), notes)


def _together(problems: list[WorkbenchError], folder: Path) -> WorkbenchError:
    if len(problems) == 1:
        return problems[0]
    told = ["\n".join(filter(None, [problem.message, problem.hint])) for problem in problems]
    lines = [text.replace(f"{folder}{os.sep}", "").replace("\n", "\n    ") for text in told]
    return combine(lines, where=str(folder), kind=type(problems[0]), hint="each file is told above; the others were taken in")
