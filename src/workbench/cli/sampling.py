"""``workbench sample``: the whole demonstration anew, from the official files and the synthetic city."""

from __future__ import annotations

import datetime as dt
import shutil

from workbench.catalog import read_catalog
from workbench.cli.building import Report, protect_all, run_and_compare, synthesise, take_in
from workbench.cli.consenting import adopt_policies, agree_issue
from workbench.cli.parser import SAMPLE_SEED, SAMPLE_TRIPS
from workbench.cli.terminal import say
from workbench.errors import GateRefused, RunsFailed, UsageError
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
    for folder in ("adoptions", "agreements"):
        shutil.rmtree(project.governance / folder, ignore_errors=True)
    for issue in issues(project):
        shutil.rmtree(project.analyses / issue / "releases", ignore_errors=True)
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
