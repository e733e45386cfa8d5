"""``workbench build``: from dropped files to the book, unattended. It never calls an API and never approves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench.catalog import Catalog, read_catalog
from workbench.cli.fetching import tell_balance, tell_unused
from workbench.cli.for_checkers import write_for_checkers
from workbench.cli.protecting import protect_each, protectable, unattended
from workbench.cli.telling import tell_book, tell_candidate, tell_runs
from workbench.cli.terminal import progress, say
from workbench.errors import GateRefused, RunsFailed, WorkbenchError
from workbench.project import Project
from workbench.publish import PREVIEW, build_book
from workbench.releases import make_candidate
from workbench.releases.ledger.rebuilding import rebuild_unattended
from workbench.runs import Analysis, Run, carry_out, issues, plan_runs, read_analysis
from workbench.sources import take_in_files
from workbench.sources.synthetic import SYNTHETIC, write_synthetic


@dataclass
class Report:
    """What a build did, for the last lines and the exit code."""

    failed_runs: int = 0
    refused: list[WorkbenchError] = field(default_factory=list)
    previews: dict[str, Path] = field(default_factory=dict)


def build(project: Project, *, today: dt.date, trips: int, seed: int, workers: int | None, book_today: dt.date | None) -> Path:
    """Walk the whole flow and return the path of the book's front page.

    Raises
    ------
    RunsFailed
        Some runs failed; everything else is done.
    GateRefused
        A gate refused on the way; everything else is done.
    """
    catalog = read_catalog(project)
    found = Report()
    take_in(project, catalog, today=today)
    synthesise(project, catalog, trips=trips, seed=seed, today=today)
    protect_all(project, catalog, found, today=today)
    planned = run_all(project, catalog, found, workers=workers)
    mend_ledger(project, catalog, today=today)
    for analysis, runs in planned.values():
        compare_with_release(project, catalog, analysis, runs, found, today=today)
    front = make_book(project, found, today=book_today)
    if found.refused and not found.failed_runs:
        raise found.refused[0]
    if found.failed_runs:
        raise RunsFailed(
            f"{found.failed_runs} runs failed; the rest is done", hint="see above, mend the notebooks, and run it again"
        )
    return front


def take_in(project: Project, catalog: Catalog, *, today: dt.date) -> None:
    """Take in the official files of ``WORKBENCH_DATA``."""
    if project.data is None:
        say("take in: WORKBENCH_DATA is not set, so no official files; their synthetic stand-ins are used")
        return
    with progress("take in") as report:
        balances = take_in_files(project, catalog, today=today, report=report)
    for balance in balances:
        tell_balance(project, balance)
    tell_unused(project)


def synthesise(project: Project, catalog: Catalog, *, trips: int, seed: int, today: dt.date) -> None:
    """Generate the synthetic city where it is not there yet."""
    wanted = [name for name in SYNTHETIC if name in catalog.datasets]
    with progress("synthetic city") as report:
        write_synthetic(project, catalog, seed=seed, trips=trips, datasets=wanted, today=today, report=report)


def protect_all(project: Project, catalog: Catalog, found: Report, *, today: dt.date) -> None:
    """Protect every dataset that was taken in, has a policy, and needs no custodian; say how old the others are."""
    names, said = unattended(project, catalog, protectable(project, catalog), today=today)
    for line in said:
        say(f"  {line}")
    manifests, refused = protect_each(project, catalog, names, today=today)
    for name, error in refused.items():
        found.refused.append(error)
        say(f"  {name}: refused: {error.message}")
    fresh = sum(bool(manifest["fresh"]) for manifest in manifests)
    say(f"  {fresh} protected now, {len(manifests) - fresh} as before, {len(refused)} refused")


def run_all(project: Project, catalog: Catalog, found: Report, *, workers: int | None) -> dict[str, tuple[Analysis, list[Run]]]:
    """Run what is due of every urban issue."""
    planned = {}
    for issue in issues(project):
        analysis = read_analysis(project, issue)
        try:
            runs = plan_runs(project, catalog, analysis)
        except GateRefused as error:
            found.refused.append(error)
            say(f"  {issue}: refused: {error}")
            continue
        with progress(f"run {issue}") as report:
            summary = carry_out(project, runs, workers=workers, report=report)
        tell_runs(project, summary)
        found.failed_runs += len(summary.failures)
        planned[issue] = (analysis, runs)
    return planned


def mend_ledger(project: Project, catalog: Catalog, *, today: dt.date) -> None:
    """Make the ledger of everything published anew where it is not whole and nobody has to be there for it."""
    with progress("ledger") as report:
        told = rebuild_unattended(project, catalog, today=today, report=report)
    if told is not None:
        unknown = sum(one.unknown for one in told)
        say(f"  ledger made anew: {len(told)} published tables about people, {unknown} cells unknown")


def compare_with_release(
    project: Project, catalog: Catalog, analysis: Analysis, runs: Sequence[Run], found: Report, *, today: dt.date
) -> None:
    """Compare an urban issue's last runs with its last release, and write a candidate where something is new or differs."""
    try:
        candidate = make_candidate(project, catalog, analysis, runs, today=today)
    except GateRefused as error:
        found.refused.append(error)
        say(f"  {analysis.issue}: refused: {error}")
        return
    tell_candidate(project, candidate)
    page = write_for_checkers(project, catalog, analysis, candidate, runs)
    if candidate.folder is not None and page is not None:
        found.previews[analysis.issue] = candidate.folder
        say(f"  for the checkers, never public: {project.relative(page)}")


def make_book(project: Project, found: Report, *, today: dt.date | None) -> Path:
    """Build the public book, and the preview where a candidate waits."""
    with progress("book") as report:
        built = build_book(project, target=project.site, today=today, report=report)
    tell_book(built, "book")
    preview = project.site / PREVIEW
    if found.previews:
        with progress("preview") as report:
            built = build_book(project, target=preview, draft=True, folders=found.previews, today=today, report=report)
        tell_book(built, "preview (drafts, not public)")
    return project.site / "index.html"
