"""From the committed files to the book: read, check, build both trees in parallel, and only then put them in place.

Whatever goes wrong, the site of yesterday stays. Where nothing changed, nothing is built.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import CheckFailed, UsageError, WorkbenchError
from workbench.files import canonical, read_json, replace_folder, sha256, sha256_file, write_json, write_text
from workbench.progress import Report, silent
from workbench.project import Project
from workbench.publish.inputs import files_of, inputs_hash

if TYPE_CHECKING:
    from workbench.publish.pages import Book

SHOWN_LINES = 8
"""Of Sphinx's warnings in an error message."""

STEPS = 4

PREVIEW = "preview"
"""The folder of drafts inside the public site's; it is built apart."""

_LEFT_OUT = (".buildinfo", ".doctrees", "objects.inv")
"""What Sphinx leaves beside the pages for itself: settings with paths of this machine, and an index for other projects."""

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Built:
    """What was built.

    Parameters
    ----------
    target : Path
        The folder that holds ``index.html`` and a folder for each language.
    languages : tuple of str
    pages : int
        In each language.
    rebuilt : bool
        False where nothing had changed and the site was left as it was.
    notes : tuple of str
        What the plans of pages name and the releases shown do not have yet.
    """

    target: Path
    languages: tuple[str, ...]
    pages: int
    rebuilt: bool
    notes: tuple[str, ...] = ()


def build_book(
    project: Project,
    *,
    target: Path,
    draft: bool = False,
    folders: Mapping[str, Path] | None = None,
    today: dt.date | None = None,
    report: Report = silent,
) -> Built:
    """Build the book from the committed files alone.

    Parameters
    ----------
    project : Project
    target : Path
        Where ``index.html`` and a folder for each language go; anything else there is left alone.
    draft : bool, default False
        Whether every page says that it is a draft; only then may releases lack approvals.
    folders : mapping of str to Path, optional
        A release folder to show instead of the newest committed one, by urban issue.
    today : datetime.date, optional
        The date of the book; by default the newest on which something shown was done.
    report : Report, optional

    Returns
    -------
    Built

    Raises
    ------
    WorkbenchError
        A file that cannot be understood, is not what was approved, a page that cannot be built, or anything personal in what
        was built; the site that was there stays.

    Examples
    --------
    >>> build_book(Project.find(), target=Path("site"))  # doctest: +SKIP
    """
    memory = project.cache / "book" / f"{sha256(str(target.resolve()).encode())[:16]}.json"
    with _only_one(memory.with_suffix(".lock"), target):
        work = target.parent / f".{target.name}.building"
        shutil.rmtree(work, ignore_errors=True)
        inputs = inputs_hash(project, draft=draft, folders=folders, today=today)
        known = read_json(memory) if memory.is_file() else {}
        if known.get("inputs") == inputs and _outputs(target, known["languages"]) == known["outputs"]:
            require_nothing_personal(project, target, [target / "index.html", *(target / name for name in known["languages"])])
            return Built(target, tuple(known["languages"]), known["pages"], rebuilt=False, notes=tuple(known["notes"]))
        try:
            languages, pages, notes = _build(
                project, target=target, work=work, draft=draft, folders=folders, today=today, report=report
            )
        finally:
            shutil.rmtree(work, ignore_errors=True)
        write_json(
            memory,
            {"inputs": inputs, "languages": languages, "notes": notes, "outputs": _outputs(target, languages), "pages": pages},
        )
        report(STEPS, STEPS, "book")
        return Built(target, tuple(languages), pages, rebuilt=True, notes=tuple(notes))


def _outputs(target: Path, languages: list[str]) -> str:
    """The hash of the site as it lies there."""
    files = [target / "index.html", *(path for language in languages for path in files_of(target / language))]
    return sha256(canonical({str(path.relative_to(target)): sha256_file(path) if path.is_file() else "" for path in files}))


@contextmanager
def _only_one(lock: Path, target: Path) -> Iterator[None]:
    """Two builds never write the same site at once; the lock goes with the process that holds it."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(f"{target}: another build is writing it", hint="wait until it has finished") from error
        yield


def _build(
    project: Project,
    *,
    target: Path,
    work: Path,
    draft: bool,
    folders: Mapping[str, Path] | None,
    today: dt.date | None,
    report: Report,
) -> tuple[list[str], int, list[str]]:
    from workbench.catalog import read_catalog
    from workbench.governance import read_governance
    from workbench.publish.answer_page import read_desk
    from workbench.publish.decisions_page import read_decisions
    from workbench.publish.dissent import require_dissent
    from workbench.publish.editions import read_editions
    from workbench.publish.front_door import front_door
    from workbench.publish.pages import FILES, Book, frame_settings, page_sources, write_sources
    from workbench.publish.settings import read_site, read_words
    from workbench.publish.votings import read_votings

    report(0, STEPS, "reading")
    site = read_site(project.book)
    catalogues = read_words(project.book, site)
    governance = read_governance(project)
    votings = read_votings(governance)
    editions = tuple(read_editions(governance, votings, folders=folders, draft=draft))
    decisions = read_decisions(governance, votings, editions)
    book = Book(
        site=site,
        catalog=read_catalog(project),
        editions=editions,
        decisions=decisions,
        desk=read_desk(governance, decisions.papers, votings),
        demonstration=governance.rules.demonstration,
        draft=draft,
        theme=project.book / "theme",
    )
    report(1, STEPS, "writing pages")
    date = today or _newest_date(book)
    sources = {}
    for language, words in catalogues.items():
        sources[language] = page_sources(book, words)
        frame = frame_settings(book, words, catalogues=catalogues, sources=sources[language])
        _write_order(project, work, book, language=language, frame={**frame, "date": date.isoformat() if date else ""})
        write_sources(work / "source" / language, sources[language])
    for edition in editions:
        if edition.release:
            shutil.copytree(edition.release.folder, work / "extra" / FILES / edition.issue)
    report(2, STEPS, "building pages")
    _run_sphinx(work, list(catalogues))
    for language in catalogues:
        for edition in editions:
            require_dissent(work / "built" / language / f"{edition.issue}.html", edition.votings, language=language)
    report(3, STEPS, "putting the site in place")
    whole = work / "whole"
    whole.mkdir()
    for language in catalogues:
        built = work / "built" / language
        for name in _LEFT_OUT:
            path = built / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        built.rename(whole / language)
    write_text(whole / "index.html", front_door(site, catalogues))
    require_nothing_personal(project, whole, [whole / "index.html", *(whole / language for language in catalogues)])
    preview = target / PREVIEW
    if preview.is_dir():
        preview.rename(whole / PREVIEW)  # drafts stay; a kill right here costs them, never the public site
    replace_folder(whole, target)
    return list(catalogues), len(sources[site.languages[0]]), [note for edition in editions for note in edition.ahead]


def require_nothing_personal(project: Project, site: Path, parts: Sequence[Path]) -> None:
    """Refuse a site that holds a value from a personal field, what looks like personal data, or what nobody can look into.

    Parameters
    ----------
    project : Project
    site : Path
    parts : sequence of Path
        Files and folders in it; drafts beside the public site are looked at when they are built.

    Raises
    ------
    GateRefused
        With the files and kinds; the site that was there stays.
    """
    from workbench.catalog import read_catalog
    from workbench.releases.personal_values import personal_values
    from workbench.releases.scanning import require_clean, scan_site

    personal = personal_values(project, read_catalog(project))
    require_clean(scan_site(site, personal=personal, parts=parts), what="the built site")


def _newest_date(book: Book) -> dt.date | None:
    """The newest date on which something was done."""
    done = [edition.release.record.created for edition in book.editions if edition.release]
    return max([*done, *book.decisions.days], default=None)


def _write_order(project: Project, work: Path, book: Book, *, language: str, frame: dict[str, Any]) -> None:
    (work / "extra").mkdir(parents=True, exist_ok=True)
    theme = work / "theme" / "civic"
    if not theme.is_dir():
        shutil.copytree(project.book / "theme", theme)
    write_json(
        work / f"{language}.json",
        {
            "language": language,
            "title": book.site.title[language],
            "source": str(work / "source" / language),
            "target": str(work / "built" / language),
            "doctrees": str(work / "doctrees" / language),
            "extra": str(work / "extra"),
            "theme": str(theme),
            "frame": frame,
        },
    )


def _run_sphinx(work: Path, languages: list[str]) -> None:
    """Build each language in a process of its own, all at once; the first failure is told with its first lines."""
    running = {
        language: subprocess.Popen(
            [sys.executable, "-m", "workbench.publish.one_tree", str(work / f"{language}.json")],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            cwd=work,
            env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONWARNINGS": "ignore"},
        )
        for language in languages
    }
    try:
        said = {language: process.communicate()[0] for language, process in running.items()}
    except BaseException:
        for process in running.values():
            process.kill()
            process.wait()
        raise
    failed = {language: said[language] for language, process in running.items() if process.returncode != 0}
    if failed:
        raise _told(failed, work / "source")


def _told(said: Mapping[str, str], sources: Path) -> WorkbenchError:
    """What Sphinx said in each language as one error that names the page of the first fault."""
    faults = []
    for language, output in said.items():
        lines = [_ANSI.sub("", line).replace(f"{sources}/", "") for line in output.splitlines() if line.strip()]
        marked = [line for line in lines if re.search(r"WARNING|ERROR|CRITICAL", line) and "treated as errors" not in line]
        faults += (marked or [f"{language}: {line}" for line in lines[-SHOWN_LINES:]])[:SHOWN_LINES]
    page = next((found[1] for line in faults if (found := re.match(r"([^:\s]+?)\.md[:\s]", line))), "")
    shown = "\n".join(f"  {line}" for line in faults)
    return CheckFailed(
        f"{f'page {page}' if page else 'the book'} could not be built:\n{shown}", hint="the site of before is still in place"
    )
