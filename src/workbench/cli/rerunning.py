"""What the last runs would say under another protection: rerun in a scratch copy of the project, which goes with the answer.

The real project's protected data and runs are never touched. What the scratch copy holds is one dataset under a policy
that nobody may have adopted, so only synthetic data goes there: rows about real people are not written anywhere.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbench.bench import dataset_record, read_results
from workbench.catalog import Catalog, Dataset, read_manifest
from workbench.disclosure import FittedModel, SafeTable
from workbench.errors import GateRefused, UsageError
from workbench.files import sha256_file
from workbench.privacy import Policy, Protected
from workbench.privacy.protected_datasets import protected_facts, store_protected
from workbench.progress import Report, silent
from workbench.project import CATALOG_NAME, Project
from workbench.publish.protection_pages.outcomes import Found, Reason
from workbench.releases import Variant
from workbench.releases.gather import models_of, recomputed, result_content
from workbench.runs import Analysis, Failure, Run, carry_out, issues, notebook_path, plan_runs, read_analysis, read_notebook
from workbench.runs.analysis import FromData

SCRATCH = "workbench-compare-"
"""Scratch copies, in the temporary folder, followed by the process that made them."""

LINKED = ("governance", "analyses", "notebooks", "requirements.lock", CATALOG_NAME)
"""What a scratch copy shares with the project; notebooks only read it."""

MACHINE = re.compile(r"worker process was killed|timed out|OSError|MemoryError|DeadKernel")
"""Ends of a run that say something about the machine and nothing about the data."""


@dataclass(frozen=True)
class LastRun:
    """A run of the real project that used the dataset.

    Parameters
    ----------
    run : Run
    found : Found or None
        None where it was not run since the notebook or its data changed.
    """

    run: Run
    found: Found | None


@dataclass(frozen=True)
class LastRuns:
    """The last runs of every urban issue that uses a dataset.

    Parameters
    ----------
    runs : tuple of LastRun
    issues : tuple of str
        The urban issues that may load the dataset.
    problems : tuple of str
        Urban issues whose runs could not be planned, and why.
    """

    runs: tuple[LastRun, ...]
    issues: tuple[str, ...]
    problems: tuple[str, ...]


def read_last_runs(project: Project, catalog: Catalog, dataset: str) -> LastRuns:
    """Read what the last runs made of a dataset.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    dataset : str

    Returns
    -------
    LastRuns
        Only runs whose notebook loaded the dataset, and those of which that is not known because they were not run.
    """
    runs: list[LastRun] = []
    users: list[str] = []
    problems: list[str] = []
    for issue in issues(project):
        analysis = read_analysis(project, issue)
        asked = [name for name in analysis.datasets if dataset in (name, catalog[name].stand_in)]
        if not asked:
            continue
        users.append(issue)
        try:
            planned = plan_runs(project, catalog, analysis)
        except GateRefused as error:
            problems.append(f"{issue}: {error.message}")
            continue
        for run in planned:
            if dataset not in run.datasets.values():
                continue
            if not run.done:
                runs.append(LastRun(run, None))
                continue
            found = _results(project, catalog, run, run.folder)
            used = {run.datasets.get(name) for one in found.variants for name in one.datasets}
            if dataset in used:
                runs.append(LastRun(run, found))
    return LastRuns(tuple(runs), tuple(users), tuple(problems))


def rerun(
    project: Project,
    catalog: Catalog,
    dataset: str,
    protected: Protected,
    policy: Policy,
    last: LastRuns,
    *,
    workers: int | None = None,
    report: Report = silent,
) -> dict[str, Found]:
    """Run the last runs again as if a dataset were protected in another way.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    dataset : str
        Synthetic.
    protected : Protected
        The dataset under the policy.
    policy : Policy
    last : LastRuns
    workers : int, optional
    report : Report, optional

    Returns
    -------
    dict of str to Found
        By the key of the last run.

    Raises
    ------
    GateRefused
        The dataset is about real people.
    """
    if not catalog[dataset].synthetic:
        raise GateRefused(
            f"dataset '{dataset}' is about real people: no notebook runs on it under a policy that is not adopted",
            hint="add --no-runs",
        )
    known = [one for one in last.runs if one.found is not None]
    found: dict[str, Found] = {}
    with _scratch(project) as copy:
        _link_protected(project, copy, dataset)
        fields = _store(copy, catalog[dataset], dataset, protected, policy)
        changed = _changed_fields(project, catalog[dataset], dataset, fields)
        chosen: list[tuple[LastRun, Run]] = []
        for issue in dict.fromkeys(one.run.issue for one in known):
            analysis = read_analysis(project, issue)
            for one in (one for one in known if one.run.issue == issue):
                again = _plan_again(copy, catalog, analysis, one.run, dataset, fields)
                if isinstance(again, Reason):
                    found[one.run.key] = Found(stopped=again)
                else:
                    chosen.append((one, again))
        summary = carry_out(copy, [again for _, again in chosen], workers=workers, report=report)
        failures = {failure.run.folder: failure for failure in summary.failures}
        for one, again in chosen:
            failure = failures.get(again.folder)
            if failure is None:
                found[one.run.key] = _results(copy, catalog, again, again.folder)
            else:
                made = _results(copy, catalog, again, again.folder.with_name(f"failed.{again.folder.name}"))
                found[one.run.key] = replace(made, stopped=_why(project, failure, changed))
    return found


@contextmanager
def _scratch(project: Project) -> Iterator[Project]:
    """A folder that only this user reads, with the project's committed files linked; it goes at the end."""
    for left in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*-*"):  # of a process that was killed
        owner = left.name.removeprefix(SCRATCH).partition("-")[0]
        if owner.isdigit() and not Path("/proc", owner).exists() and left.stat().st_uid == os.getuid():
            shutil.rmtree(left, ignore_errors=True)
    root = Path(tempfile.mkdtemp(prefix=f"{SCRATCH}{os.getpid()}-"))
    try:
        for name in LINKED:
            if (project.root / name).exists():
                (root / name).symlink_to((project.root / name).resolve())
        yield Project(root=root)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _link_protected(project: Project, copy: Project, dataset: str) -> None:
    copy.protected.mkdir(parents=True)
    for folder in sorted(project.protected.iterdir()) if project.protected.is_dir() else ():
        if folder.is_dir() and folder.name != dataset and not folder.name.startswith("."):
            (copy.protected / folder.name).symlink_to(folder.resolve())


def _store(copy: Project, described: Dataset, dataset: str, protected: Protected, policy: Policy) -> dict[str, str]:
    """Store the variant where notebooks of the copy load it; return its fields and their types."""
    manifest = {
        "dataset": dataset,
        "adopted": True,  # the question is what would be if it were; the copy goes when it is answered
        **protected_facts(policy, protected.table, sha256=sha256_file(policy.file)),
        "report": {},
        "sources": [],
        "retrieved": None,
    }
    stored = store_protected(copy.protected / dataset, described, protected.table, manifest)
    return {name: stored["types"].get(name, described.fields[name].type) for name in stored["fields"]}


def _changed_fields(project: Project, described: Dataset, dataset: str, fields: dict[str, str]) -> tuple[str, ...]:
    """Fields that the protection in force publishes and this one leaves out or publishes as another kind of value."""
    before = read_manifest(project.protected / dataset) or {}
    words = before.get("types", {})
    was = {name: words.get(name, described.fields[name].type) for name in before.get("fields", []) if name in described.fields}
    return tuple(name for name, kind in was.items() if fields.get(name) != kind)


def _plan_again(
    copy: Project, catalog: Catalog, analysis: Analysis, run: Run, dataset: str, fields: dict[str, str]
) -> Run | Reason:
    """The run of the copy that answers to a last run, or why there is none."""
    plan = analysis.notebooks[run.notebook]
    for name, values in plan.grid.items():
        if isinstance(values, FromData) and run.datasets.get(values.dataset) == dataset and (values.field or name) not in fields:
            return Reason("value_gone", fields=(values.field or name,))
    alone = analysis.model_copy(update={"notebooks": {run.notebook: plan}})
    again = next((one for one in plan_runs(copy, catalog, alone) if one.parameters == run.parameters), None)
    return again or Reason("value_gone", fields=tuple(run.parameters))


def _results(project: Project, catalog: Catalog, run: Run, folder: Path) -> Found:
    """The results that lie in a run's folder, each computed again outside the kernel or refused by itself."""
    records = read_results(folder)
    tables: dict[str, SafeTable | FittedModel] = {}
    variants: list[Variant] = []
    refused: dict[str, Reason] = {}
    own = ("table", "model")
    for name, record in sorted(records.items(), key=lambda pair: (pair[1]["kind"] not in own, pair[1]["order"], pair[0])):
        datasets = {asked: _behind(project, catalog, run.datasets[asked], asked) for asked in record["datasets"]}
        try:
            if record["kind"] == "table":
                tables[name] = recomputed(folder, {**record, "datasets": datasets})
            tables |= models_of(folder, {name: {**record, "datasets": datasets}})
            content = result_content(record, tables)
        except GateRefused:
            withheld = record["kind"] == "finding"
            refused[name] = Reason("rests_on_withheld" if withheld else "refused")
            continue
        except UsageError:
            refused[name] = Reason("not_made")  # a figure or finding whose table is not there
            continue
        kept = {key: record[key] for key in ("name", "kind", "title", "note", "order")}
        variants.append(
            Variant(**kept, notebook=run.notebook, parameters=run.parameters, run=run.key, datasets=datasets, content=content)
        )
    return Found(tuple(variants), refused)


def _behind(project: Project, catalog: Catalog, actual: str, asked: str) -> dict[str, Any]:
    return dataset_record(catalog, asked, actual, read_manifest(project.protected / actual) or {})


def _why(project: Project, failure: Failure, changed: Sequence[str]) -> Reason:
    """Why a notebook stopped; of what it said only the kind of error is kept, for the rest may hold data."""
    error = failure.outcome.error
    kind = error.partition(":")[0]
    if MACHINE.search(error):
        return Reason("machine", told=kind)
    if kind == GateRefused.__name__ and "withheld" in error:
        return Reason("stopped_withheld")
    run = failure.run
    cells = read_notebook(notebook_path(project, run.issue, run.notebook)).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    return Reason("stopped", fields=tuple(name for name in changed if re.search(rf"\b{re.escape(name)}\b", code)), told=kind)
