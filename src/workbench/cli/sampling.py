"""``workbench sample``: the whole demonstration anew, from the official files and the synthetic city."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.catalog import read_catalog
from workbench.cli.building import Report, compare_with_release, protect_all, run_all, synthesise, take_in
from workbench.cli.parser import SAMPLE_SEED, SAMPLE_TRIPS
from workbench.cli.story import MADE, SIGNED, play_story
from workbench.cli.terminal import say
from workbench.errors import GateRefused, RunsFailed, UsageError
from workbench.files import sync_folder
from workbench.governance.acts.keyring import find_key
from workbench.governance.papers.rules import Rules
from workbench.project import Project
from workbench.records import read_model
from workbench.releases import approve
from workbench.releases.ledger.rebuilding import rebuild
from workbench.runs import issues

CHECKING = ("G-2", "C-2")


def make_sample(project: Project, *, today: dt.date) -> None:
    """Play the votes anew, run everything, and release it as number 1.

    Raises
    ------
    GateRefused
        The project is no demonstration.
    UsageError
        The official files are not there: the sample's figures come from them.
    """
    if not read_model(project.governance / "rules.yml", Rules).demonstration:
        raise GateRefused("only a demonstration is made anew", hint="governance/rules.yml says demonstration: false")
    if project.data is None:
        raise UsageError("the sample's figures come from official files", hint="set WORKBENCH_DATA to their folder")
    with _all_or_nothing(project):
        _make(project, today=today)


def _make(project: Project, *, today: dt.date) -> None:
    catalog = read_catalog(project)
    play_story(project)
    found = Report()
    take_in(project, catalog, today=today)
    synthesise(project, catalog, trips=SAMPLE_TRIPS, seed=SAMPLE_SEED, today=today)
    protect_all(project, catalog, found, today=today)
    planned = run_all(project, catalog, found, workers=None)
    if found.failed_runs:
        raise RunsFailed(f"{found.failed_runs} runs failed", hint="mend the notebooks first")
    rebuild(project, catalog, today=today)  # the releases of before are gone, so the ledger begins anew
    for issue, (analysis, runs) in planned.items():
        compare_with_release(project, catalog, analysis, runs, found, today=today)
        if found.refused:
            raise found.refused[0]
        for seat in CHECKING:
            given = approve(project, issue, seat=seat, key=find_key(project, seat, demonstration=True), today=today)
        say(f"released: {project.relative(given.release) if given.release else 'nothing'}")


@contextmanager
def _all_or_nothing(project: Project) -> Iterator[None]:
    """Set the old demonstration aside; put it back unless the new one is made whole, even after a kill."""
    aside = project.private / "sample-before"
    made = [project.governance / name for name in MADE]
    made += [project.analyses / issue / "releases" for issue in issues(project)]
    places = [*made, *(project.governance / name for name in SIGNED)]
    if aside.exists():
        _put_back(project, aside, places)
    copying = aside.with_name(f"{aside.name}.part")  # under its own name only once it is whole
    shutil.rmtree(copying, ignore_errors=True)
    copying.mkdir(parents=True)
    for place in places:
        if place.exists():
            shutil.copytree(place, copying / place.relative_to(project.root))
    sync_folder(copying)
    copying.replace(aside)
    try:
        for place in made:
            shutil.rmtree(place, ignore_errors=True)
        yield
    except BaseException:
        _put_back(project, aside, places)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _put_back(project: Project, aside: Path, places: list[Path]) -> None:
    for place in places:
        kept = aside / place.relative_to(project.root)
        shutil.rmtree(place, ignore_errors=True)
        if kept.exists():
            shutil.copytree(kept, place)
    shutil.rmtree(aside, ignore_errors=True)
