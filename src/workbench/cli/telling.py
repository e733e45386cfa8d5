"""What the commands say of runs, candidates and the book: plain lines for people."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.terminal import say
from workbench.project import Project
from workbench.releases.results import parameter_key

if TYPE_CHECKING:
    from workbench.publish import Built
    from workbench.releases import Candidate
    from workbench.releases.compare import Comparison
    from workbench.runs import Summary


def tell_runs(project: Project, summary: Summary) -> None:
    """Print how runs ended: one line, and four for each failure."""
    say(f"  {summary.finished} runs done, {summary.unchanged} unchanged, {len(summary.failures)} failed")
    for failure in summary.failures:
        say(f"  failed: {failure.run.name}")
        say(f"    {failure.outcome.error}")
        if failure.outcome.executed is not None:
            cell = "" if failure.outcome.cell is None else f", cell {failure.outcome.cell}"
            say(f"    see {project.relative(failure.outcome.executed)}{cell}")


def tell_candidate(project: Project, candidate: Candidate) -> None:
    """Print for each released result whether it was reproduced."""
    grouped: dict[tuple[str, str], list[Comparison]] = {}
    for comparison in candidate.comparisons:
        grouped.setdefault((comparison.variant.name, comparison.verdict), []).append(comparison)
    for (name, verdict), members in grouped.items():
        number = candidate.number - (verdict != "new")
        say(f"  {candidate.issue}/{number}#{name}: {_verdict(members[0])}{_of_parameters(members)}")
        for comparison in members:
            for reason in comparison.reasons[:3]:
                say(f"    {parameter_key(comparison.variant.parameters) or 'differs'}: {reason}")
    for name in candidate.reworded:
        say(f"  notebook {name}: its text or code was changed since the release")
    for download in candidate.downloads:
        say(f"  {download.record['file']}: {VERDICTS.get(download.verdict, download.verdict)}, {download.record['rows']:,} rows")
    if candidate.withheld:
        say(f"  {candidate.withheld} cells are withheld: few people stand behind them, or behind what would follow from them")
    for advice in candidate.advice:
        say(f"  coarsen {advice}")
    if candidate.compared is not None and candidate.compared.cells:
        found = candidate.compared
        say(f"  {found.cells} new cells about people were compared with {found.earlier} published ones: none tells of few people")
        if found.beyond:
            say(f"  around {found.beyond} of them lie too many cells for every mix of three and more to be searched")
    if candidate.uncorrected is not None:
        say("  published numbers change without a correction note: nobody can approve this draft (see: workbench release)")
    if candidate.folder is not None:
        say(
            f"  candidate for release {candidate.number}: {project.relative(candidate.folder)} (waits for a checker of each side)"
        )


VERDICTS = {"differs": "DIFFERS", "not_checked": "not checked here, its data is not on this machine"}


def _verdict(comparison: Comparison) -> str:
    if comparison.verdict == "new":
        return f"new ({comparison.variant.basis.replace('_', '-')})"
    return VERDICTS.get(comparison.verdict, comparison.verdict)


def _of_parameters(members: list[Comparison]) -> str:
    words = [parameter_key(comparison.variant.parameters) for comparison in members]
    return f" ({'; '.join(words)})" if any(words) else ""


def tell_book(built: Built, what: str) -> None:
    """Print whether a book was built or stands as it was."""
    say(f"  {what}: {'built' if built.rebuilt else 'unchanged'}, {built.pages} pages in each of {', '.join(built.languages)}")
    for note in built.notes:
        say(f"    {note}")


def closing_lines(front: Path, preview: Path | None) -> Iterable[str]:
    """Say where the book lies and how to open it."""
    yield ""
    yield f"The book: {front}"
    yield f"Open it in a browser, e.g.:  xdg-open {front}"
    yield f"or serve it:                 python3 -m http.server --bind 127.0.0.1 --directory {front.parent} 8000"
    if preview is not None:
        yield f"Drafts that wait for both sides: {preview}"
