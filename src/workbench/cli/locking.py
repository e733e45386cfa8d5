"""One writing command at a time on a project. A command that asks people takes the lock once they have answered."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from workbench.errors import UsageError
from workbench.project import Project


@contextmanager
def alone(project: Project) -> Iterator[None]:
    """Hold the project for one writing command; the lock goes with the process.

    Parameters
    ----------
    project : Project

    Yields
    ------
    None

    Raises
    ------
    UsageError
        Another command holds it.
    """
    project.private.mkdir(parents=True, exist_ok=True)
    with (project.private / "lock").open("a+", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            holder = handle.read().strip()
            raise UsageError(
                f"another workbench command is at work on this project (process {holder or 'unknown'})",
                hint="wait until it has ended",
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield
