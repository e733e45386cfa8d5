"""Candidates: what the last runs found beyond the last release, checked, in a release's form, for two checkers to read."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.catalog import Catalog
from workbench.disclosure import SafeTable
from workbench.errors import GateRefused, WorkbenchError, combine
from workbench.governance import read_governance, require_agreed_issue
from workbench.project import Project
from workbench.releases.compare import Comparison, compare
from workbench.releases.corrections import Settled, check_corrections, released_corrections
from workbench.releases.differences import Compared, compare_with_everything, result_name
from workbench.releases.downloads import Download, downloads_of
from workbench.releases.families import members_of_release, told_by_unions
from workbench.releases.gather import ReadRun, read_runs, variants_of
from workbench.releases.ledger import Ledger, NewTable, require_whole
from workbench.releases.ledger.definitions import definition_of, identity, read_definitions
from workbench.releases.ledger.entries import head_of
from workbench.releases.ledger.memory import Head
from workbench.releases.ledger.pending import Pending, forget_pending, write_pending
from workbench.releases.ledger.required import about_people, people_results, release_hash
from workbench.releases.personal_values import personal_values
from workbench.releases.public_copies import public_copy
from workbench.releases.recomputing import FoundTable
from workbench.releases.results import Variant, read_variants
from workbench.releases.scanning import require_clean, scan_release
from workbench.releases.together import Guarded, protect_together
from workbench.releases.verify import latest_release, read_release
from workbench.releases.writing import Contents, write_candidate
from workbench.runs import EXECUTED, Analysis, Run


@dataclass(frozen=True)
class Candidate:
    """What ``release`` found.

    Parameters
    ----------
    issue : str
    number : int
        Of the release that it would become.
    folder : Path or None
        None where the last release stands as it is.
    comparisons : tuple of Comparison
    reworded : tuple of str
        Notebooks whose text or code was changed.
    withheld : int
        Cells that are withheld, because few people stand behind them or behind what would follow from them.
    downloads : tuple of Download
        The datasets that it offers as files.
    advice : tuple of str
        Tables most of which is withheld, and how to make them coarser.
    compared : Compared or None
        How its tables about people stood against everything published; None where there is none.
    uncorrected : GateRefused or None
        Published numbers that it changes without a correction note: it is a draft that nobody can approve.
    guarded : tuple of Guarded
        Its tables about people with what is proven of withheld cells, for the checkers; never public.
    """

    issue: str
    number: int
    folder: Path | None
    comparisons: tuple[Comparison, ...]
    reworded: tuple[str, ...]
    withheld: int
    downloads: tuple[Download, ...] = ()
    advice: tuple[str, ...] = ()
    compared: Compared | None = None
    uncorrected: GateRefused | None = None
    guarded: tuple[Guarded, ...] = ()


def make_candidate(project: Project, catalog: Catalog, analysis: Analysis, runs: Sequence[Run], *, today: dt.date) -> Candidate:
    """Compare the last runs with the last release, and write a candidate where something is new or differs.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    analysis : Analysis
    runs : sequence of Run
    today : datetime.date

    Returns
    -------
    Candidate

    Raises
    ------
    GateRefused
        The urban issue is not agreed, a result may not be released (alone, or together with everything published before),
        or the candidate holds what may not be public.
    """
    governance = read_governance(project, today=today)
    require_agreed_issue(governance, analysis.issue)
    last = latest_release(project, analysis.issue)
    number = int(last.name) + 1 if last else 1
    released = read_variants(last) if last else []
    read = read_runs(project, catalog, runs)
    carried = last is not None and bool(people_results(last)) and Ledger(project).state().kind == "whole"
    ledger = require_whole(project) if carried or any(one.people for one in read) else None
    head = head_of(ledger.entries()) if ledger is not None else None
    guarded = _protect(ledger, analysis.issue, read)
    found = _variants(read, guarded)
    comparisons = compare(released, found)
    compared = _compare_with_everything(ledger, analysis.issue, number, guarded, comparisons)
    unchecked = {item.variant.notebook for item in comparisons if item.verdict == "not_checked"}
    notebooks = _notebooks(analysis, runs, unchecked=unchecked, last=last)
    reworded = tuple(
        name for name, text in notebooks.items() if last and _read(last / "notebooks" / f"{name}.ipynb") not in (None, text)
    )
    withheld = sum(SafeTable.from_record(item.variant.content).withheld for item in comparisons if item.variant.kind == "table")
    downloads = downloads_of(project, catalog, analysis, governance, last=last)
    gone = set(read_release(last).get("downloads", {})) - {item.dataset for item in downloads} if last else set()
    folder: Path | None = None
    uncorrected: GateRefused | None = None
    verdicts = {*(item.verdict for item in comparisons), *(item.verdict for item in downloads)}
    if verdicts & {"new", "differs"} or reworded or gone:
        variants = [item.variant for item in comparisons]
        try:
            corrections = check_corrections(project, analysis.issue, last=last, variants=variants, today=today)
        except GateRefused as error:
            corrections, uncorrected = Settled((), released_corrections(last) if last else ()), error
        contents = Contents(
            comparisons=comparisons,
            notebooks=notebooks,
            downloads=downloads,
            definitions=_definitions(project, comparisons, runs, last=last),
            corrections=corrections.as_record(f"{analysis.issue}/{number}"),
            uncorrected=uncorrected is not None,
        )
        folder = write_candidate(
            project, catalog, analysis, contents, number=number, last=last, today=today, check=_scan(project, catalog)
        )
        if ledger is not None and head is not None:
            _keep_for_the_ledger(project, ledger, analysis.issue, folder, guarded, comparisons, head=head, last=last)
    else:
        shutil.rmtree(project.candidates / analysis.issue, ignore_errors=True)
        forget_pending(project, analysis.issue)
    advice = tuple(
        f"{result_name(item.found.name, item.found.run.parameters)}: {item.advice}" for item in guarded.values() if item.advice
    )
    return Candidate(
        issue=analysis.issue,
        number=number,
        folder=folder,
        comparisons=tuple(comparisons),
        reworded=reworded,
        withheld=withheld,
        downloads=tuple(downloads),
        advice=advice,
        compared=compared,
        uncorrected=uncorrected,
        guarded=tuple(guarded.values()),
    )


Key = tuple[str, str]
"""A run's key and a result's name."""


def _protect(ledger: Ledger | None, issue: str, read: Sequence[ReadRun]) -> dict[Key, Guarded]:
    """Tables about people, protected together with each other and with those published of the same people."""
    if ledger is None:
        return {}
    tables: dict[Key, FoundTable] = {(one.run.key, name): table for one in read for name, table in one.people.items()}
    units = {data.unit for table in tables.values() for data in table.datasets.values() if data.unit}
    earlier = ledger.tables(units=units)
    return dict(zip(tables, protect_together(list(tables.values()), earlier, issue=issue), strict=True))


def _variants(read: Sequence[ReadRun], guarded: Mapping[Key, Guarded]) -> list[Variant]:
    """All results as they may be published."""
    variants: list[Variant] = []
    problems: list[str] = []
    for one in read:
        tables = {name: guarded[one.run.key, name].safe for name in one.people if one.records[name]["kind"] == "table"}
        try:
            variants += variants_of(one, tables)
        except WorkbenchError as error:
            problems.append(f"{one.run.name}: {error.message}" + (f" ({error.hint})" if error.hint else ""))
    problems += _named_twice(variants)
    if problems:
        raise combine(problems, where="release", kind=GateRefused, hint="mend the notebook and run again")
    return variants


def _named_twice(variants: Sequence[Variant]) -> list[str]:
    """Results that bear another's name: one file and one place in the ledger would stand for two groups of people."""
    makers: dict[str, set[str]] = {}
    runs: dict[tuple[str, str], set[str]] = {}
    for one in variants:
        makers.setdefault(one.name, set()).add(one.notebook)
        runs.setdefault(one.identity, set()).add(one.run)
    problems = [
        f"result '{name}' is made by the notebooks {' and '.join(sorted(notebooks))}; give each its own name"
        for name, notebooks in makers.items()
        if len(notebooks) > 1
    ]
    return problems + [
        f"result '{name}' is made by {len(keys)} runs whose parameters are written alike, {words}"
        for (name, words), keys in runs.items()
        if len(keys) > 1 and len(makers[name]) == 1
    ]


def _compare_with_everything(
    ledger: Ledger | None, issue: str, number: int, guarded: Mapping[Key, Guarded], comparisons: Sequence[Comparison]
) -> Compared | None:
    """Refuse what tells of few people together with what was published; tables that stand as they were tell nothing new."""
    if ledger is None:
        return None
    fresh = _fresh(guarded, comparisons)
    changing = [item for key, item in guarded.items() if key in fresh and not item.repeated]
    problems = [problem for item in changing for problem in _unknown(ledger, item)]
    compared = compare_with_everything(changing, ledger, issue=issue, number=number)
    problems += compared.problems
    units = {data.unit for item in changing for data in item.found.datasets.values() if data.unit}
    if changing and units:
        problems += told_by_unions(members_of_release(changing, ledger.tables(units=units), issue=issue, number=number))
    if problems:
        raise combine(problems, where=f"release of {issue}", kind=GateRefused)
    return compared


def _fresh(guarded: Mapping[Key, Guarded], comparisons: Sequence[Comparison]) -> set[Key]:
    """Those whose numbers would be published now: results that are new, or differ from the released ones."""
    new = {(item.variant.run, item.variant.name) for item in comparisons if item.verdict in ("new", "differs")}
    return {key for key in guarded if key in new}


def _unknown(ledger: Ledger, item: Guarded) -> list[str]:
    """What was published of the same people and cannot be compared with any more."""
    units = {data.unit for data in item.found.datasets.values() if data.unit}
    found = ledger.unknown(units=units)
    if not found:
        return []
    named = ", ".join(f"{one.release}#{result_name(one.name, one.parameters)}" for one in found[:3])
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return [
        f"table '{result_name(item.found.name, item.found.run.parameters)}': is about people of whom it is unknown who stands in "
        f"{named}{more}, so it cannot be compared with them; see: workbench ledger status"
    ]


def _scan(project: Project, catalog: Catalog) -> Callable[[Path], None]:
    """A look into every file of a candidate before it takes its place."""

    def scan(folder: Path) -> None:
        require_clean(scan_release(folder, personal=personal_values(project, catalog)), what="the candidate")

    return scan


def _definitions(
    project: Project, comparisons: Sequence[Comparison], runs: Sequence[Run], *, last: Path | None
) -> list[dict[str, Any]]:
    """How each table about people was made: now, or for the release that it is carried over from."""
    before = read_definitions(last) if last else {}
    by_key = {run.key: run for run in runs}
    found = []
    for item in comparisons:
        variant = item.variant
        carried = (
            before.get(identity(variant.name, variant.parameters)) if item.verdict in ("reproduced", "not_checked") else None
        )
        run = by_key.get(variant.run)
        record = carried or (definition_of(project, run, variant) if run is not None else None)
        if record is not None:
            found.append(record)
    return found


def _keep_for_the_ledger(
    project: Project,
    ledger: Ledger,
    issue: str,
    folder: Path,
    guarded: Mapping[Key, Guarded],
    comparisons: Sequence[Comparison],
    *,
    head: Head,
    last: Path | None,
) -> None:
    """Keep the people of every table for the day on which the candidate is approved."""
    release = read_release(folder)["release"]
    by_identity = {identity(item.found.name, item.found.run.parameters): (key, item) for key, item in guarded.items()}
    before = f"{issue}/{last.name}" if last else ""
    stored = {identity(one.name, one.parameters): one for one in ledger.tables() if one.release == before}
    tables = []
    for item in comparisons:
        variant = item.variant
        if variant.kind not in ("table", "model"):
            continue
        own = identity(variant.name, variant.parameters)
        if item.verdict in ("reproduced", "not_checked"):
            if own in stored:
                old = stored[own]
                tables.append(NewTable(old.name, old.notebook, old.parameters, old.datasets, old.safe, old.rules, carried=before))
            elif about_people(variant.content, variant.datasets):
                raise GateRefused(
                    f"{before}#{result_name(variant.name, variant.parameters)} stays as it is, and the ledger does not hold it",
                    hint="make the ledger anew: workbench ledger rebuild",
                )
        elif own in by_identity:
            found = by_identity[own][1]
            tables.append(
                NewTable(
                    variant.name,
                    variant.notebook,
                    variant.parameters,
                    found.found.datasets,
                    found.safe,
                    found.found.rules,
                    vectors=found.found.vectors,
                )
            )
    write_pending(project, issue, Pending(release, release_hash(folder), head, tuple(tables)))


def _notebooks(analysis: Analysis, runs: Sequence[Run], *, unchecked: set[str], last: Path | None) -> dict[str, str]:
    """The public copy of each notebook: code, text, and a mark where each result stands; no other output.

    A notebook whose results could not all be checked here stays as it was released: its code must be what computed them.
    """
    copies: dict[str, str] = {}
    for name in analysis.notebooks:
        done = [run for run in runs if run.notebook == name and run.done]
        if done and name not in unchecked:
            copies[name] = public_copy(done[-1].folder / EXECUTED)
        elif last is not None and (text := _read(last / "notebooks" / f"{name}.ipynb")) is not None:
            copies[name] = text
    return copies


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
