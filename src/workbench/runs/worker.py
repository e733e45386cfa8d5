"""One notebook run in a worker process, through papermill; a whole folder at its end or none."""

from __future__ import annotations

import ctypes
import logging
import os
import shutil
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager

from workbench.files import replace_folder, write_json
from workbench.runs.belonging import files_of
from workbench.runs.plan import EXECUTED, RUN_RECORD

KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "WORKBENCH_ROOT")
"""All that a kernel sees of the environment: no key, no address of data."""

PR_SET_PDEATHSIG = 1

SOCKETS = "wb-"
"""Folders of a kernel's sockets, in the temporary folder, followed by the worker's process."""


class LocalKernelManager(AsyncKernelManager):
    """Kernels that listen on sockets in a folder of their own, not on the network."""

    def __init__(self, **traits: Any) -> None:
        super().__init__(**{**traits, "transport": "ipc"})


@dataclass(frozen=True)
class Order:
    """What a worker is told to do.

    Parameters
    ----------
    notebook : Path
        Read, never written.
    folder : Path
        Where the finished run goes.
    record : dict
        What ``run.json`` will hold beside the outcome.
    context : dict
        What the kernel is told about itself.
    root : Path
        The project.
    cache : Path
        Where IPython keeps its files, away from the user's own.
    """

    notebook: Path
    folder: Path
    record: dict[str, Any]
    context: dict[str, Any]
    root: Path
    cache: Path


@dataclass(frozen=True)
class Outcome:
    """How a run ended: ``error`` is empty when it is done, else one line; ``cell`` is the failing cell's number."""

    error: str = ""
    cell: int | None = None
    executed: Path | None = None


def prepare_worker(driver: int) -> None:
    """End with the driver, keep quiet, and load papermill once.

    Parameters
    ----------
    driver : int
        The process that started this one.
    """
    ctypes.CDLL(None).prctl(
        PR_SET_PDEATHSIG, signal.SIGKILL
    )  # a pool's worker swallows SystemExit; its kernels end by themselves
    if os.getppid() != driver:
        sys.exit(1)
    sweep_sockets()
    logging.disable(logging.ERROR)
    for name in set(os.environ) - set(KEPT_VARIABLES):
        del os.environ[name]
    os.environ.update({"PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"})
    import papermill  # noqa: F401 (3 s, paid once a worker)


def sweep_sockets() -> None:
    """Remove the socket folders of workers that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{SOCKETS}*-*"):
        process = folder.name.removeprefix(SOCKETS).partition("-")[0]
        if not process.isdigit() or Path("/proc", process).exists():
            continue
        try:
            ours = folder.stat().st_uid == os.getuid()
        except FileNotFoundError:  # another worker was faster
            continue
        if ours:
            shutil.rmtree(folder, ignore_errors=True)


def execute(order: Order) -> Outcome:
    """Run one notebook.

    Parameters
    ----------
    order : Order

    Returns
    -------
    Outcome
        A failure is an outcome, not an exception.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError
    from papermill.exceptions import PapermillExecutionError

    working = order.folder.with_name(f".{order.folder.name}.working")
    shutil.rmtree(working, ignore_errors=True)
    (working / "scratch").mkdir(parents=True)
    context = working / "context.json"
    write_json(context, {**order.context, "folder": str(working)})
    runtime = Path(tempfile.mkdtemp(prefix=f"{SOCKETS}{os.getpid()}-"))  # short: a socket's path has 107 characters
    for folder in (order.cache / "ipython", order.cache / "matplotlib"):
        folder.mkdir(parents=True, exist_ok=True)
    os.environ.update({
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "WORKBENCH_ROOT": str(order.root),
        "WORKBENCH_RUN": str(context),
        "IPYTHONDIR": str(order.cache / "ipython"),
        "MPLCONFIGDIR": str(order.cache / "matplotlib"),
    })  # fmt: skip
    failed = order.folder.with_name(f"failed.{order.folder.name}")
    try:
        papermill.execute_notebook(
            str(order.notebook),
            str(working / EXECUTED),
            parameters=order.record["parameters"],
            kernel_name="python3",
            language="python",
            cwd=str(working / "scratch"),
            progress_bar=False,
            request_save_on_cell_execute=False,
            execution_timeout=order.record["cell_timeout_s"],
            kernel_manager_class=LocalKernelManager,
            extra_arguments=["--IPKernelApp.log_level=50"],
        )
    except PapermillExecutionError as error:
        return _failed(order, working, failed, error=f"{error.ename}: {_first_line(error.evalue)}", cell=error.cell_index)
    except CellTimeoutError:
        limit = order.record["cell_timeout_s"]
        return _failed(
            order, working, failed, error=f"a cell timed out after {limit} s (cell_timeout_s in analysis.yml)", cell=None
        )
    except Exception as error:  # noqa: BLE001 (a time-out, a dead kernel, a full disk: each is how a run ended)
        return _failed(order, working, failed, error=f"{type(error).__name__}: {_first_line(str(error))}", cell=None)
    finally:
        shutil.rmtree(runtime, ignore_errors=True)
    shutil.rmtree(working / "scratch")
    context.unlink()
    write_json(working / RUN_RECORD, {**order.record, "outcome": "done", "files": files_of(working)})
    shutil.rmtree(failed, ignore_errors=True)
    replace_folder(working, order.folder)
    return Outcome()


def _failed(order: Order, working: Path, failed: Path, *, error: str, cell: int | None) -> Outcome:
    shutil.rmtree(working / "scratch", ignore_errors=True)
    write_json(working / RUN_RECORD, {**order.record, "outcome": "failed", "error": error, "cell": cell})
    replace_folder(working, failed)
    executed = failed / EXECUTED
    return Outcome(error=error, cell=cell, executed=executed if executed.is_file() else None)


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0][:300] if lines else ""
