"""A released notebook's contributing rows once more: from a run that is there still, else by running the released copy.

What runs is the copy in the release's folder, never today's notebook; it runs into a scratch folder and leaves nothing else.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.bench import resolve_dataset
from workbench.catalog import Catalog, read_manifest
from workbench.errors import CheckFailed, WorkbenchError
from workbench.files import canonical, read_json, sha256
from workbench.progress import Report
from workbench.project import Project
from workbench.runs import Run, read_analysis
from workbench.runs.belonging import check_belonging
from workbench.runs.execute import MAX_WORKERS
from workbench.runs.notebook import code_hash
from workbench.runs.plan import RUN_RECORD
from workbench.runs.worker import Order, Outcome, execute, prepare_worker

CELL_TIMEOUT_S = 300
"""Of a notebook that ``analysis.yml`` does not name any more."""


@dataclass(frozen=True)
class Wanted:
    """Contributing rows that are wanted again.

    Parameters
    ----------
    issue, notebook : str
    copy : Path
        The released notebook.
    code : str
        The hash of its code, as the release records it.
    parameters : dict
    datasets : dict of str to str
        What the table asked for, and what it got.
    """

    issue: str
    notebook: str
    copy: Path
    code: str
    parameters: dict[str, Any]
    datasets: dict[str, str]

    @property
    def key(self) -> str:
        """What makes two of them one run."""
        parts = [self.issue, self.notebook, self.code, self.parameters, sorted(self.datasets.items())]
        return sha256(canonical(parts))[:16]


def kept_run(project: Project, wanted: Wanted) -> Path | None:
    """Return the folder of a finished run with the same code, parameters and protected rows, as its worker left it.

    Parameters
    ----------
    project : Project
    wanted : Wanted

    Returns
    -------
    Path or None
    """
    now = {asked: (read_manifest(project.protected / name) or {}).get("sha256") for asked, name in wanted.datasets.items()}
    for path in sorted((project.runs / wanted.issue / wanted.notebook).glob(f"[!.]*/{RUN_RECORD}")):
        record = read_json(path)
        parts = record.get("parts", {})
        inputs = {asked: one.get("sha256") for asked, one in parts.get("inputs", {}).items() if asked in now}
        same = parts.get("code") == wanted.code and parts.get("parameters") == wanted.parameters and inputs == now
        if record.get("outcome") != "done" or not same or None in now.values():
            continue
        run = Run(
            wanted.issue, wanted.notebook, wanted.parameters, record["datasets"], parts, path.parent, record["cell_timeout_s"]
        )
        try:
            check_belonging(run)
        except CheckFailed:  # not as it was left: the notebook is run again
            continue
        return path.parent
    return None


def run_again(
    project: Project, catalog: Catalog, wanted: Sequence[Wanted], *, scratch: Path, report: Report
) -> dict[str, Path | str]:
    """Run released notebooks.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    wanted : sequence of Wanted
    scratch : Path
        Where each run's folder goes.
    report : callable
        Told after each run.

    Returns
    -------
    dict
        By :attr:`Wanted.key`: the folder, or why there is none.
    """
    found: dict[str, Path | str] = {}
    orders: dict[str, Order] = {}
    for one in {one.key: one for one in wanted}.values():
        made = _order(project, catalog, one, scratch)
        if isinstance(made, str):
            found[one.key] = made
        else:
            orders[one.key] = made
    if not orders:
        return found
    report(0, len(orders), "starting")
    context = multiprocessing.get_context("spawn")
    count = min(len(os.sched_getaffinity(0)), MAX_WORKERS, len(orders))
    with ProcessPoolExecutor(count, mp_context=context, initializer=prepare_worker, initargs=(os.getpid(),)) as pool:
        waiting = {pool.submit(execute, order): key for key, order in orders.items()}
        for done, future in enumerate(as_completed(waiting), start=1):
            key = waiting[future]
            try:
                outcome = future.result()
            except BrokenProcessPool:
                outcome = Outcome(error="the worker process was killed (out of memory?)")
            # what the notebook complained of may hold a value, so it is not repeated
            found[key] = "its released notebook does not run any more" if outcome.error else orders[key].folder
            report(done, len(orders), orders[key].record["notebook"])
    return found


def _order(project: Project, catalog: Catalog, wanted: Wanted, scratch: Path) -> Order | str:
    """What a worker is told to do, or why nothing is run."""
    if not wanted.copy.is_file() or code_hash(wanted.copy) != wanted.code:
        return "the notebook in the release is not the one that its definition names"
    try:
        analysis = read_analysis(project, wanted.issue)
    except WorkbenchError:
        return "its urban issue has no analysis any more"
    datasets = {**_resolved(project, catalog, analysis.datasets), **wanted.datasets}
    real = [name for name in datasets.values() if _about_real_people(project, catalog, name)]
    if real:
        return f"kernels are not walled in here, and {', '.join(sorted(real))} is about people"
    plan = analysis.notebooks.get(wanted.notebook)
    record = {
        "run": wanted.key,
        "issue": wanted.issue,
        "notebook": wanted.notebook,
        "parameters": wanted.parameters,
        "datasets": datasets,
        "parts": {"code": wanted.code, "parameters": wanted.parameters},
        "cell_timeout_s": plan.cell_timeout_s if plan else CELL_TIMEOUT_S,
        "sandbox": "none",
    }
    told = {key: record[key] for key in ("issue", "notebook", "parameters", "datasets")}
    return Order(wanted.copy, scratch / wanted.key, record, told, project.root, project.cache)


def _resolved(project: Project, catalog: Catalog, names: Iterable[str]) -> Mapping[str, str]:
    """What a notebook gets of today's datasets, as far as they are on this machine."""
    found = {}
    for name in names:
        try:
            found[name] = resolve_dataset(project, catalog, name)
        except WorkbenchError:  # a notebook that asks for it fails, and says so
            continue
    return found


def _about_real_people(project: Project, catalog: Catalog, name: str) -> bool:
    personal = (read_manifest(project.protected / name) or {}).get("personal")
    return bool(personal) and not (name in catalog.datasets and catalog[name].synthetic)
