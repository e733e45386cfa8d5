"""One lab a project: two servers on the same notebooks would overwrite each other's text without a word.

The lock is held by open descriptors of the starter and the server, so it goes when both are gone, however they ended;
a file that a crash left behind holds nothing.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

from workbench.errors import UsageError


class LabLock:
    """The lock of a running lab.

    Parameters
    ----------
    path : Path
        The lock file; its folder exists.

    Raises
    ------
    UsageError
        A lab runs on this project; its process and address are named.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "lab.lock"
    >>> lock = LabLock(path)
    >>> lock.record(pid=4711, url="http://127.0.0.1:8888/lab")
    >>> LabLock(path)
    Traceback (most recent call last):
    ...
    workbench.errors.UsageError: a lab already runs on this project: process 4711, http://127.0.0.1:8888/lab
      use that one, or stop it first (Ctrl-C in its terminal, or: kill 4711)
    >>> lock.release()
    """

    def __init__(self, path: Path) -> None:
        self._released = False
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self.descriptor)
            raise _already_running(path) from None
        os.ftruncate(self.descriptor, 0)

    def record(self, *, pid: int, url: str) -> None:
        """Write down who holds the lock, for whoever meets it.

        Parameters
        ----------
        pid : int
        url : str
        """
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, json.dumps({"pid": pid, "url": url}).encode("utf-8"), 0)

    def release(self) -> None:
        """Give the lock back; may be repeated."""
        if self._released:
            return
        self._released = True
        os.ftruncate(self.descriptor, 0)
        os.close(self.descriptor)


def _already_running(path: Path) -> UsageError:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        who, way_out = f"process {holder['pid']}, {holder['url']}", f"or: kill {holder['pid']}"
    except (json.JSONDecodeError, KeyError, TypeError):
        who, way_out = "it is starting or stopping", "or wait a moment"
    return UsageError(
        f"a lab already runs on this project: {who}",
        hint=f"use that one, or stop it first (Ctrl-C in its terminal, {way_out})",
    )
