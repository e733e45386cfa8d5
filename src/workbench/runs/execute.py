"""Carrying out a plan: what is done already stays, the rest runs in worker processes, one failure stops nothing else."""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

from workbench.progress import Report, silent
from workbench.project import Project
from workbench.runs.analysis import notebook_path
from workbench.runs.plan import Run
from workbench.runs.worker import Order, Outcome, execute, prepare_worker

MAX_WORKERS = 4
"""A kernel with pandas, geopandas and matplotlib needs about 0.4 GB."""


@dataclass(frozen=True)
class Failure:
    """A run that failed, for the summary."""

    run: Run
    outcome: Outcome


@dataclass(frozen=True)
class Summary:
    """How a plan was carried out.

    Parameters
    ----------
    finished : int
        Runs carried out now.
    unchanged : int
        Runs that were done before.
    failures : tuple of Failure
    """

    finished: int
    unchanged: int
    failures: tuple[Failure, ...]


def carry_out(
    project: Project, runs: Sequence[Run], *, workers: int | None = None, force: bool = False, report: Report = silent
) -> Summary:
    """Carry out the runs that are due.

    Parameters
    ----------
    project : Project
    runs : sequence of Run
    workers : int, optional
        Processes; by default one a processor, at most ``MAX_WORKERS``.
    force : bool, default False
        Run also what is done.
    report : callable
        Told after each run.

    Returns
    -------
    Summary
    """
    due = [run for run in runs if force or not run.done]
    failures: list[Failure] = []
    if not due:
        return Summary(finished=0, unchanged=len(runs), failures=())
    report(0, len(due), "starting")
    count = min(workers or min(len(os.sched_getaffinity(0)), MAX_WORKERS), len(due))
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=prepare_worker, initargs=(os.getpid(),))
    try:
        waiting: dict[Future[Outcome], Run] = {pool.submit(execute, _order(project, run)): run for run in due}
        done = 0
        while waiting:
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                run = waiting.pop(future)
                outcome = _outcome(future)
                done += 1
                if outcome.error:
                    failures.append(Failure(run, outcome))
                _log(project, run, outcome)
                report(done, len(due), f"{run.name}{' failed' if outcome.error else ''}")
    except BaseException:
        workers_now = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in workers_now:
            process.kill()
        raise
    pool.shutdown()
    return Summary(finished=len(due) - len(failures), unchanged=len(runs) - len(due), failures=tuple(failures))


def _outcome(future: Future[Outcome]) -> Outcome:
    try:
        return future.result()
    except BrokenProcessPool:
        return Outcome(error="the worker process was killed (out of memory?); run the command again")
    except OSError as error:
        return Outcome(error=f"{type(error).__name__}: {error}")


def _order(project: Project, run: Run) -> Order:
    record = {
        "run": run.key,
        "issue": run.issue,
        "notebook": run.notebook,
        "parameters": run.parameters,
        "datasets": run.datasets,
        "parts": run.parts,
        "cell_timeout_s": run.cell_timeout_s,
        "sandbox": "none",
    }
    context = {key: record[key] for key in ("issue", "notebook", "parameters", "datasets")}
    path = notebook_path(project, run.issue, run.notebook)
    return Order(notebook=path, folder=run.folder, record=record, context=context, root=project.root, cache=project.cache)


def _log(project: Project, run: Run, outcome: Outcome) -> None:
    """Append one line to the run log; the driver is its only writer."""
    line: dict[str, Any] = {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "issue": run.issue,
        "notebook": run.notebook,
        "run": run.key,
        "parameters": run.parameters,
        "datasets": run.datasets,
        "outcome": "failed" if outcome.error else "done",
        **({"error": outcome.error} if outcome.error else {}),
        "sandbox": "none",
    }
    project.log.parent.mkdir(parents=True, exist_ok=True)
    with project.log.open("a", encoding="utf-8") as log:
        log.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
