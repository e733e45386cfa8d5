"""``workbench check``: everything that is committed is whole, fits together, and is as both sides approved it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from workbench.catalog import Catalog, read_catalog
from workbench.errors import CheckFailed, WorkbenchError
from workbench.governance import (
    Consent,
    issue_agreement,
    policy_adoption,
    policy_path,
    read_members,
    read_proposals,
    read_rules,
    read_statements,
)
from workbench.privacy import check_policy, read_policy
from workbench.project import Project
from workbench.releases import releases, verify_release
from workbench.runs import check_analysis, issues, notebook_path, read_analysis, read_notebook

Result = TypeVar("Result")


def check_project(project: Project, *, today: dt.date) -> list[WorkbenchError]:
    """Return every fault of the committed files."""
    faults: list[WorkbenchError] = []

    def attempt(check: Callable[..., Result], *arguments: Any) -> Result | None:
        try:
            return check(*arguments)
        except WorkbenchError as error:
            faults.append(error)
            return None

    catalog = attempt(read_catalog, project)
    attempt(read_rules, project)
    attempt(read_members, project)
    attempt(read_proposals, project)
    for name in ("adoptions", "agreements"):
        attempt(_not_ahead, project, project.governance / name, today)
    if catalog is None:
        return faults
    for path in sorted((project.governance / "policies").glob("*.yml")):
        attempt(_fits, catalog, path)
        attempt(_adopted, project, path.stem)
    for issue in issues(project):
        analysis = attempt(read_analysis, project, issue)
        if analysis is not None:
            attempt(check_analysis, project, catalog, analysis)
            for dataset in analysis.datasets:
                attempt(_has_policy, project, catalog, dataset)
            for notebook in analysis.notebooks:
                attempt(_clean, project, issue, notebook)
        attempt(_agreed, project, issue)
        for release in releases(project, issue):
            attempt(verify_release, project, release)
            attempt(_not_ahead, project, release / "approvals", today)
    return faults


def _not_ahead(project: Project, folder: Path, today: dt.date) -> None:
    """A statement of tomorrow is a slip or a trick; a day's grace is for time zones."""
    ahead = [
        f"{project.relative(file)} is dated {statement.date}"
        for file, statement in read_statements(folder).items()
        if statement.date > today + dt.timedelta(days=1)
    ]
    if ahead:
        raise CheckFailed(f"{'; '.join(ahead)}: in the future of {today}", hint="remove the statement and give it again")


def _has_policy(project: Project, catalog: Catalog, dataset: str) -> None:
    """A dataset of an analysis can be protected: it, and the stand-in that may take its place."""
    for name in (dataset, *([catalog[dataset].stand_in] if dataset in catalog.datasets and catalog[dataset].stand_in else [])):
        if name and not policy_path(project, name).is_file():
            raise CheckFailed(f"dataset '{name}' has no policy", hint=f"write {project.relative(policy_path(project, name))}")


def _fits(catalog: Catalog, path: Path) -> None:
    check_policy(read_policy(path), catalog[path.stem], path)


def _adopted(project: Project, dataset: str) -> None:
    found = policy_adoption(project, dataset)
    if not found.complete:
        raise CheckFailed(f"{project.relative(found.path)}: not adopted by both sides in this version ({found.missing()})")
    _no_faults(found)


def _agreed(project: Project, issue: str) -> None:
    found = issue_agreement(project, issue)
    if found is None:
        raise CheckFailed(f"analyses/{issue}: no proposal speaks of it", hint="write governance/proposals/P-….yml")
    if not found.complete:
        raise CheckFailed(f"analyses/{issue}: not agreed by both sides ({found.missing()})")
    _no_faults(found)


def _no_faults(found: Consent) -> None:
    """Both sides said it, and yet a statement about it does not count: somebody should know."""
    if found.faults:
        raise CheckFailed("; ".join(found.faults), hint="mend or remove the statement")


def _clean(project: Project, issue: str, notebook: str) -> None:
    """A committed notebook carries no outputs: what it shows is what a release lets through."""
    path = notebook_path(project, issue, notebook)
    if path.is_file() and any(cell.get("outputs") for cell in read_notebook(path).cells):
        raise CheckFailed(f"{project.relative(path)}: carries outputs", hint="clear them before committing")
