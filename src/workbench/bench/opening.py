"""Opening the bench of an urban issue, for the batch run that a kernel works for or at a desk."""

from __future__ import annotations

from workbench.bench.bench import Bench
from workbench.bench.context import RunContext, batch_context
from workbench.catalog import read_catalog
from workbench.errors import GateRefused, UsageError, unknown
from workbench.files import read_yaml
from workbench.project import Project


def open_bench(issue: str) -> Bench:
    """Do what :func:`workbench.open` does.

    Parameters
    ----------
    issue : str

    Returns
    -------
    Bench
    """
    project = Project.find()
    catalog = read_catalog(project)
    path = project.analyses / str(issue) / "analysis.yml"
    known = sorted(file.parent.name for file in project.analyses.glob("*/analysis.yml"))
    if issue not in known:
        raise unknown("urban issue", str(issue), known)
    context = batch_context()
    if context is None:
        context = RunContext(issue=issue, notebook="", folder=project.private / "drafts" / issue, datasets={})
    elif context.issue != issue:
        raise GateRefused(f"this run belongs to the urban issue '{context.issue}', the notebook opens '{issue}'")
    analysis = read_yaml(path)
    datasets = analysis.get("datasets") if isinstance(analysis, dict) else None
    if not isinstance(datasets, list) or not all(isinstance(name, str) for name in datasets):
        raise UsageError(f"{project.relative(path)}: 'datasets' is a list of names, found {datasets!r:.60}")
    return Bench(project, catalog, context=context, allowed=datasets)
