"""A running lab: started when every gate is passed, waited for, and stopped so that nothing of it is left.

The gates come in the order in which a person can mend them, and nothing is started before all are passed.
"""

from __future__ import annotations

import subprocess
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import SourceFailed, UsageError
from workbench.lab.admission import refuse_personal_data
from workbench.lab.configuration import ADDRESS, write_configuration
from workbench.lab.folders import LabFolders
from workbench.lab.interrupts import interrupting, not_interrupted
from workbench.lab.lock import LabLock
from workbench.lab.passwords import password_hash
from workbench.lab.processes import end_processes
from workbench.lab.server_process import end_server, free_port, log_hint, refuse_other_address, start_server, wait_for_answer
from workbench.lab.stores import prepare_document_store
from workbench.progress import Report, silent
from workbench.project import Project

DEFAULT_PORT = 8888


@dataclass(frozen=True)
class Lab:
    """A running lab.

    Parameters
    ----------
    url : str
        Where the browser goes.
    port : int
    pid : int
        The server's process.
    folders : LabFolders
    process : subprocess.Popen
    lock : LabLock

    Examples
    --------
    >>> with start_lab(project) as lab:  # doctest: +SKIP
    ...     print(lab.url)
    http://127.0.0.1:8888/lab
    """

    url: str
    port: int
    pid: int
    folders: LabFolders
    process: subprocess.Popen[bytes]
    lock: LabLock

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait(self, timeout_s: float | None = None) -> int | None:
        """Wait until the server ends.

        Parameters
        ----------
        timeout_s : float, optional
            By default without limit.

        Returns
        -------
        int or None
            The server's exit code; None when it still runs after ``timeout_s``.
        """
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """Save open notebooks, end the server and every kernel, and give the project free; may be repeated.

        Raises
        ------
        CheckFailed
            A process of the lab does not end.
        """
        end_server(self.process, self.folders)
        self.lock.release()


def start_lab(
    project: Project,
    *,
    port: int = DEFAULT_PORT,
    address: str = ADDRESS,
    password_file: Path | None = None,
    open_browser: bool = False,
    report: Report = silent,
) -> Lab:
    """Start the lab's server and return when it answers.

    Parameters
    ----------
    project : Project
    port : int, default 8888
        0 takes any free port.
    address : str, default ``"127.0.0.1"``
        No other is accepted.
    password_file : Path, optional
        See :func:`workbench.lab.passwords.password_hash` for where else a password comes from.
    open_browser : bool, default False
    report : callable, optional

    Returns
    -------
    Lab

    Raises
    ------
    UsageError
        Another address, a port that is taken, no password, no ``notebooks/``, or a lab that already runs on this project.
    GateRefused
        Personal rows are stored on this machine.
    SourceFailed
        The server did not start.

    Examples
    --------
    >>> lab = start_lab(Project.find(), port=8899)  # doctest: +SKIP
    >>> lab.stop()  # doctest: +SKIP
    """
    report(0, 4, "checking what the lab would serve")
    refuse_other_address(address)
    if not project.notebooks.is_dir():
        raise UsageError(f"{project.notebooks}: no such folder", hint="the lab serves the project's notebooks/ folder")
    refuse_personal_data(project)
    folders = LabFolders.of(project)
    folders.create()
    lock = LabLock(folders.lock)
    try:
        end_processes(folders.root)  # kernels of a lab that was cut off
        port = free_port(port)
        report(1, 4, "asking for the password")
        hashed = password_hash(project, password_file=password_file)
        report(2, 4, "preparing the document store")
        prepare_document_store(folders.documents)
        write_configuration(project, port=port, password_hash=hashed)
        report(3, 4, "starting JupyterLab")
        process = start_server(project, lock)
    except BaseException:
        lock.release()
        raise
    lab = Lab(url=f"http://{ADDRESS}:{port}/lab", port=port, pid=process.pid, folders=folders, process=process, lock=lock)
    try:
        lock.record(pid=lab.pid, url=lab.url)
        wait_for_answer(process, folders, port=port)
    except BaseException:
        lab.stop()
        raise
    report(4, 4, "the lab is open")
    if open_browser:
        webbrowser.open(lab.url)
    return lab


def serve(
    project: Project,
    *,
    port: int = DEFAULT_PORT,
    address: str = ADDRESS,
    password_file: Path | None = None,
    open_browser: bool = False,
    report: Report = silent,
    opened: Callable[[Lab], None] | None = None,
) -> None:
    """Run the lab until it is interrupted (Ctrl-C, SIGTERM, a closed terminal), then stop it.

    Parameters
    ----------
    project, port, address, password_file, open_browser, report
        As in :func:`start_lab`.
    opened : callable, optional
        Called with the running lab, to tell a person its address.

    Raises
    ------
    UsageError, GateRefused
        As in :func:`start_lab`.
    SourceFailed
        The server did not start, or ended by itself with an error.

    Examples
    --------
    >>> serve(Project.find(), opened=lambda lab: print(lab.url))  # doctest: +SKIP
    """
    with interrupting():
        lab = start_lab(
            project, port=port, address=address, password_file=password_file, open_browser=open_browser, report=report
        )
        code: int | None = 0
        try:
            if opened is not None:
                opened(lab)
            code = lab.wait()
        except KeyboardInterrupt:
            report(0, 1, "saving the notebooks and ending the kernels")
        finally:
            with not_interrupted():
                lab.stop()
        if code:
            raise SourceFailed(f"the lab's server ended by itself with code {code}", hint=log_hint(lab.folders))
