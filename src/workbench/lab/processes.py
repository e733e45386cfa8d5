"""The processes of one lab, found by the mark in their environment, and ended.

Jupyter gives each kernel a session of its own, so a signal to the server's process group does not reach them, and a
kernel's child may have left its parent: the mark is inherited whatever becomes of groups and parents.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

from workbench.errors import CheckFailed
from workbench.lab.environment import MARK

END_WITHIN_S = 5.0
"""A killed process is gone in milliseconds unless it waits for a disk or network file system."""


def marked_processes(lab: Path, *, proc: Path = Path("/proc")) -> list[int]:
    """Return the process ids of a lab: its server, kernels, and what they started.

    Parameters
    ----------
    lab : Path
        The lab's folder, the value of the mark.
    proc : Path, optional
        Where the kernel of the machine lists processes.

    Returns
    -------
    list of int
        Without the calling process; only of processes whose environment the user may read.

    Examples
    --------
    >>> marked_processes(Path("/no/such/lab"))
    []
    """
    mark = f"{MARK}={lab}".encode()
    found = []
    for entry in proc.iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):  # it ended meanwhile, or belongs to someone else
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return sorted(found)


def end_processes(lab: Path) -> list[int]:
    """Kill every process of a lab, and wait until none is left.

    Parameters
    ----------
    lab : Path
        The lab's folder.

    Returns
    -------
    list of int
        The processes that had to be killed.

    Raises
    ------
    CheckFailed
        Some are still there after ``END_WITHIN_S``.

    Examples
    --------
    >>> end_processes(Path("/no/such/lab"))
    []
    """
    killed: set[int] = set()
    deadline = time.monotonic() + END_WITHIN_S
    while left := marked_processes(lab):
        if time.monotonic() > deadline:
            raise CheckFailed(
                f"the lab has stopped, but these processes of it do not end: {', '.join(map(str, left))}",
                hint="they wait for a disk or a network file system; look with: ps -o pid,stat,wchan,cmd -p <process id>",
            )
        for process in left:
            killed.add(process)
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.02)
    return sorted(killed)
