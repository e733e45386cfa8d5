"""``workbench check``: everything that is committed is whole, fits together, and is as both sides approved it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.catalog import read_catalog
from workbench.errors import CheckFailed, WorkbenchError
from workbench.governance import (
    issue_agreement,
    issue_proposal,
    policy_adoption,
    read_members,
    read_proposals,
    read_rules,
    read_statements,
)
from workbench.privacy import check_policy, read_policy
from workbench.project import Project
from workbench.releases import releases, verify_release
from workbench.runs import check_analysis, issues, notebook_path, read_analysis, read_notebook


def check_project(project: Project) -> list[WorkbenchError]:
    """Return every fault of the committed files."""
    faults: list[WorkbenchError] = []

    def attempt(check: Callable[[], Any]) -> Any:
        try:
            return check()
        except WorkbenchError as error:
            faults.append(error)
            return None

    catalog = attempt(lambda: read_catalog(project))
    attempt(lambda: read_rules(project))
    attempt(lambda: read_members(project))
    attempt(lambda: read_proposals(project))
    for folder in ("adoptions", "agreements"):
        attempt(lambda folder=folder: read_statements(project.governance / folder))
    if catalog is None:
        return faults
    for path in sorted((project.governance / "policies").glob("*.yml")):
        attempt(lambda path=path: check_policy(read_policy(path), catalog[path.stem], path))
        attempt(lambda path=path: _adopted(project, path.stem))
    for issue in issues(project):
        analysis = attempt(lambda issue=issue: read_analysis(project, issue))
        if analysis is not None:
            attempt(lambda analysis=analysis: check_analysis(project, catalog, analysis))
            for notebook in analysis.notebooks:
                attempt(lambda issue=issue, notebook=notebook: _clean(project, issue, notebook))
        attempt(lambda issue=issue: _agreed(project, issue))
        for folder in releases(project, issue):
            attempt(lambda folder=folder: verify_release(project, folder))
    return faults


def _adopted(project: Project, dataset: str) -> None:
    found = policy_adoption(project, dataset)
    if not found.complete:
        raise CheckFailed(f"{project.relative(found.path)}: not adopted by both sides in this version ({found.missing()})")


def _agreed(project: Project, issue: str) -> None:
    found = issue_agreement(project, issue)
    if found is None:
        raise CheckFailed(f"analyses/{issue}: no proposal speaks of it", hint="write governance/proposals/P-….yml")
    if not found.complete:
        raise CheckFailed(f"analyses/{issue}: not agreed by both sides ({found.missing()})")
    issue_proposal(project, issue)


def _clean(project: Project, issue: str, notebook: str) -> None:
    """A committed notebook carries no outputs: what it shows is what a release lets through."""
    path = notebook_path(project, issue, notebook)
    if path.is_file() and any(cell.get("outputs") for cell in read_notebook(path).cells):
        raise CheckFailed(f"{project.relative(path)}: carries outputs", hint="clear them before committing")
