"""The unsigned words of a demonstration's seats: adopting policies and agreeing on urban issues."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from workbench.catalog import read_catalog
from workbench.errors import UsageError
from workbench.governance import issue_proposal, policy_path, write_statement
from workbench.project import Project


def adopt_policies(project: Project, datasets: Sequence[str], *, seat: str, today: dt.date) -> Path:
    """Write that a seat adopts policies, whole and fitting their datasets, in exactly these bytes."""
    from workbench.privacy import check_policy, read_policy

    catalog = read_catalog(project)
    files = {}
    for name in datasets:
        path = policy_path(project, name)
        if not path.is_file():
            raise UsageError(f"dataset '{name}' has no policy", hint=f"write {project.relative(path)}")
        check_policy(read_policy(path), catalog[name], path)
        files[project.relative(path)] = path
    target = project.governance / "adoptions" / f"{today}.{seat}.yml"
    write_statement(project, target, kind="adoption", seat=seat, date=today, files=files)
    return target


def agree_issue(project: Project, issue: str, *, seat: str, today: dt.date) -> Path:
    """Write that a seat agrees on an urban issue's newest proposal."""
    found = issue_proposal(project, issue)
    if found is None:
        raise UsageError(f"urban issue '{issue}' was not proposed", hint="write governance/proposals/P-….yml")
    path, proposal = found
    target = project.governance / "agreements" / f"{proposal.proposal}.{seat}.yml"
    write_statement(project, target, kind="agreement", seat=seat, date=today, files={project.relative(path): path})
    return target
