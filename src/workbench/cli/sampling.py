"""``workbench sample``: the whole demonstration anew, from the official files and the synthetic city."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.catalog import read_catalog
from workbench.cli.building import Report, protect_all, run_and_compare, synthesise, take_in
from workbench.cli.consenting import adopt_policies, agree_issue
from workbench.cli.parser import SAMPLE_SEED, SAMPLE_TRIPS
from workbench.cli.terminal import say
from workbench.errors import GateRefused, RunsFailed, UsageError
from workbench.files import sync_folder
from workbench.governance import policy_path, read_proposals, read_rules
from workbench.project import Project
from workbench.releases import approve
from workbench.runs import issues

DECIDING = ("G-1", "C-1")
CHECKING = ("G-2", "C-2")


def make_sample(project: Project, *, today: dt.date) -> None:
    """Write adoptions and agreements, run everything, and release it as number 1.

    Raises
    ------
    GateRefused
        The project is no demonstration.
    UsageError
        The official files are not there: the sample's figures come from them.
    """
    if not read_rules(project).demonstration:
        raise GateRefused("only a demonstration is made anew", hint="governance/rules.yml says demonstration: false")
    if project.data is None:
        raise UsageError("the sample's figures come from official files", hint="set WORKBENCH_DATA to their folder")
    with _all_or_nothing(project):
        _make(project, today=today)


def _make(project: Project, *, today: dt.date) -> None:
    catalog = read_catalog(project)
    policies = [name for name in catalog.datasets if policy_path(project, name).is_file()]
    for seat in DECIDING:
        adopt_policies(project, policies, seat=seat, today=today - dt.timedelta(days=14))
        for proposal in read_proposals(project).values():
            agree_issue(project, proposal.issue, seat=seat, today=today - dt.timedelta(days=14))
    found = Report()
    take_in(project, catalog)
    synthesise(project, catalog, trips=SAMPLE_TRIPS, seed=SAMPLE_SEED)
    protect_all(project, catalog, found)
    for issue in issues(project):
        run_and_compare(project, catalog, issue, found, today=today, workers=None)
        if found.failed_runs:
            raise RunsFailed(f"{issue}: {found.failed_runs} runs failed", hint="mend the notebooks first")
        if found.refused:
            raise found.refused[0]
        for seat in CHECKING:
            given = approve(project, issue, seat=seat, today=today)
        say(f"released: {project.relative(given.release) if given.release else 'nothing'}")


@contextmanager
def _all_or_nothing(project: Project) -> Iterator[None]:
    """Set the old demonstration aside; put it back unless the new one is made whole, even after a kill."""
    aside = project.private / "sample-before"
    places = [project.governance / name for name in ("adoptions", "agreements")]
    places += [project.analyses / issue / "releases" for issue in issues(project)]
    if aside.exists():
        _put_back(project, aside, places)
    for place in places:
        if place.exists():
            target = aside / place.relative_to(project.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(place, target)
    if aside.exists():
        sync_folder(aside)
    try:
        for place in places:
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
