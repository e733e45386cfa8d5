"""The server's process: its port, its start, the wait until that very process answers, and its end."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from workbench.errors import SourceFailed, UsageError
from workbench.lab.configuration import ADDRESS
from workbench.lab.environment import lab_environment
from workbench.lab.folders import LabFolders
from workbench.lab.lock import LabLock
from workbench.lab.processes import end_processes
from workbench.project import Project

START_WITHIN_S = 60.0
STOP_WITHIN_S = 5.0
"""From SIGTERM to SIGKILL; notebooks are saved in the first three of them. A server has been seen to hang for ever on
threads of its stores."""


def refuse_other_address(address: str) -> None:
    """Refuse every address but this machine's own.

    Parameters
    ----------
    address : str

    Raises
    ------
    UsageError

    Examples
    --------
    >>> refuse_other_address("127.0.0.1")
    """
    if address not in (ADDRESS, "localhost"):
        raise UsageError(
            f"the lab binds {ADDRESS} only, found the address '{address}'",
            hint="it has one shared password, no encryption, and kernels that run as you; from another machine, come through"
            " an SSH tunnel (docs/lab.md)",
        )


def free_port(port: int) -> int:
    """Return the port asked for, or any free one for 0.

    Parameters
    ----------
    port : int

    Returns
    -------
    int

    Raises
    ------
    UsageError
        It is taken, reserved, or no port.

    Examples
    --------
    >>> free_port(70000)
    Traceback (most recent call last):
    ...
    workbench.errors.UsageError: port 70000, allowed: 1 to 65535, or 0 for any free one
    """
    if not 0 <= port <= 65535:
        raise UsageError(f"port {port}, allowed: 1 to 65535, or 0 for any free one")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except PermissionError:
            raise UsageError(f"port {port} is reserved for the administrator", hint="choose one from 1024 with --port") from None
        except OSError as error:
            raise UsageError(
                f"port {port} of {ADDRESS} cannot be had ({error.strerror})",
                hint="another program has it: choose another with --port, or --port 0 for any free one",
            ) from None
        return int(probe.getsockname()[1])


def start_server(project: Project, lock: LabLock) -> subprocess.Popen[bytes]:
    """Start the server in a process group of its own, holding the lock, with a pipe that tells it when this process is gone.

    Parameters
    ----------
    project : Project
    lock : LabLock

    Returns
    -------
    subprocess.Popen
    """
    folders = LabFolders.of(project)
    shutil.rmtree(folders.runtime)
    folders.runtime.mkdir(mode=0o700)
    log = os.open(folders.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "workbench.lab.server", str(folders.configuration)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=folders.root,
            env=lab_environment(project, os.environ),
            pass_fds=(lock.descriptor,),
            start_new_session=True,
        )
    finally:
        os.close(log)


def wait_for_answer(process: subprocess.Popen[bytes], folders: LabFolders, *, port: int) -> None:
    """Return when this very server answers: its own process has written that it listens, and a request succeeds.

    Parameters
    ----------
    process : subprocess.Popen
    folders : LabFolders
    port : int

    Raises
    ------
    SourceFailed
        It ended, or does not answer in time; with its last words.
    """
    listening = folders.runtime / f"jpserver-{process.pid}.json"
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline:
        code = process.poll()
        if code is not None:
            raise SourceFailed(f"JupyterLab did not start (code {code})\n{_last_words(folders.log)}", hint=log_hint(folders))
        if listening.is_file() and _answers(port):
            return
        time.sleep(0.05)
    raise SourceFailed(
        f"JupyterLab did not answer within {START_WITHIN_S:g} s\n{_last_words(folders.log)}", hint=log_hint(folders)
    )


def end_server(process: subprocess.Popen[bytes], folders: LabFolders) -> None:
    """End a server and all that it started: SIGTERM, SIGKILL of its group, then of whatever else carries the lab's mark.

    Parameters
    ----------
    process : subprocess.Popen
    folders : LabFolders

    Raises
    ------
    CheckFailed
        A process does not end.
    """
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        process.stdin.close()
    end_processes(folders.root)


def log_hint(folders: LabFolders) -> str:
    """Return where the server's own words are.

    Parameters
    ----------
    folders : LabFolders

    Returns
    -------
    str

    Examples
    --------
    >>> from pathlib import Path
    >>> log_hint(LabFolders(root=Path("/srv/city/.workbench/lab")))
    'all that the server said: /srv/city/.workbench/lab/server.log'
    """
    return f"all that the server said: {folders.log}"


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(ADDRESS, port, timeout=5)
    try:
        connection.request("GET", "/login")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _last_words(log: Path, *, lines: int = 12) -> str:
    said = log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
    return "\n".join("  | " + line for line in said)
