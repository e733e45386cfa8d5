"""What keeps a lab from starting, and that nothing of it is left when it ends, however it ends."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from lab_clients import PASSWORD, Visitor

from workbench.errors import CheckFailed, GateRefused, UsageError
from workbench.files import write_text
from workbench.lab import Lab, set_password, start_lab
from workbench.lab.folders import LabFolders
from workbench.lab.passwords import password_hash
from workbench.lab.processes import marked_processes
from workbench.project import Project

SERVE = """
import sys
from pathlib import Path
from workbench.lab import serve
from workbench.project import Project
serve(Project(root=Path(sys.argv[1])), port=0, opened=lambda lab: print(lab.port, lab.pid, flush=True))
"""


def store(project: Project, dataset: str, *, folder: str = "protected") -> None:
    write_text(project.private / folder / dataset / "manifest.json", "{}\n")


def gone(processes: list[int], *, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not [process for process in processes if Path(f"/proc/{process}/environ").exists() and _alive(process)]:
            return True
        time.sleep(0.05)
    return False


def _alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("folder", ["vault", "protected"])
def test_personal_data_on_the_machine_keeps_the_lab_shut(project: Project, folder: str) -> None:
    set_password(project, PASSWORD)
    store(project, "meal_card_purchases", folder=folder)
    with pytest.raises(GateRefused, match=r"meal_card_purchases.*personal fields a"):
        start_lab(project, port=0)
    assert not marked_processes(LabFolders.of(project).root)


@pytest.mark.parametrize("dataset", ["unheard_of", ".meal_card_purchases.aside"])
def test_stored_rows_that_nothing_clears_keep_the_lab_shut(project: Project, dataset: str) -> None:
    store(project, dataset)
    with pytest.raises(GateRefused, match=dataset.strip(".").split(".")[0]):
        start_lab(project, port=0)


@pytest.mark.parametrize("address", ["0.0.0.0", "", "::", "192.168.0.10"])  # noqa: S104
def test_an_address_that_others_can_reach_is_refused_with_the_reason(project: Project, address: str) -> None:
    with pytest.raises(UsageError, match=r"binds 127\.0\.0\.1 only") as refused:
        start_lab(project, port=0, address=address)
    assert "SSH tunnel" in refused.value.hint


def test_a_port_that_is_taken_is_named(project: Project) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} ") as refused:
            start_lab(project, port=port)
    assert "--port" in refused.value.hint


def test_a_project_without_notebooks_has_no_lab(project: Project) -> None:
    project.notebooks.rename(project.root / "elsewhere")
    with pytest.raises(UsageError, match="no such folder"):
        start_lab(project, port=0)


@pytest.mark.parametrize("text", ["", "        ", "short"])
def test_an_empty_or_short_password_is_refused(project: Project, text: str) -> None:
    with pytest.raises(UsageError, match="password"):
        set_password(project, text)
    assert not LabFolders.of(project).password.exists()


def test_without_a_password_and_a_terminal_the_lab_says_how_to_give_one(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(UsageError, match="no password yet") as refused:
        password_hash(project)
    assert "--password-file" in refused.value.hint


def test_the_password_is_asked_once_and_remembered(project: Project) -> None:
    questions: list[str] = []

    def answer(question: str) -> str:
        questions.append(question)
        return PASSWORD

    first = password_hash(project, ask=answer)
    assert len(questions) == 2
    assert password_hash(project, ask=answer) == first
    assert len(questions) == 2


def test_two_different_answers_set_no_password(project: Project) -> None:
    answers = iter([PASSWORD, PASSWORD + "!"])
    with pytest.raises(UsageError, match="differ"):
        password_hash(project, ask=lambda _: next(answers))
    assert not LabFolders.of(project).password.exists()


def test_a_password_file_replaces_the_password_and_keeps_an_equal_one(project: Project, tmp_path: Path) -> None:
    set_password(project, "the one before this")
    secret = tmp_path / "secret"
    secret.write_text(PASSWORD + "\n", encoding="utf-8")
    new = password_hash(project, password_file=secret)
    assert password_hash(project) == new
    assert password_hash(project, password_file=secret) == new  # people who are logged in stay so


def test_a_password_file_that_the_lab_would_serve_is_refused(project: Project) -> None:
    secret = project.notebooks / "secret.txt"
    secret.write_text(PASSWORD, encoding="utf-8")
    with pytest.raises(UsageError, match="lies in notebooks/"):
        password_hash(project, password_file=secret)


def test_a_damaged_password_record_is_named_and_lets_nobody_in(project: Project) -> None:
    set_password(project, PASSWORD)
    write_text(LabFolders.of(project).password, '{"hash": ""}')
    with pytest.raises(CheckFailed, match="not the hash of a password"):
        start_lab(project, port=0)


def test_a_document_store_that_is_no_database_is_named(project: Project) -> None:
    set_password(project, PASSWORD)
    write_text(LabFolders.of(project).documents, "not a database, but long enough to be looked at" * 40)
    with pytest.raises(CheckFailed, match="not a database"):
        start_lab(project, port=0)


def test_a_second_lab_on_the_same_project_is_refused(lab: Lab) -> None:
    project = Project(root=lab.folders.root.parent.parent)
    with pytest.raises(UsageError, match=f"already runs on this project: process {lab.pid}"):
        start_lab(project, port=0)
    with Visitor(lab.port) as visitor:
        assert visitor.log_in().status_code == 302  # the first one is untouched


def test_a_lab_opens_after_a_crash_and_ends_what_the_crash_left(project: Project) -> None:
    """A lock file with a process that is gone, and a kernel that is not."""
    set_password(project, PASSWORD)
    folders = LabFolders.of(project)
    ended = subprocess.Popen(["true"])
    ended.wait()
    write_text(folders.lock, f'{{"pid": {ended.pid}, "url": "http://127.0.0.1:1/lab"}}')
    orphan = subprocess.Popen(["sleep", "600"], env={"WORKBENCH_LAB": str(folders.root)}, start_new_session=True)
    with start_lab(project, port=0) as lab:
        assert orphan.wait(10) == -signal.SIGKILL
        with Visitor(lab.port) as visitor:
            assert visitor.log_in().status_code == 302


@pytest.mark.timeout(60)  # a stop ends: 5 s until SIGKILL, and the clean-up
def test_a_stop_ends_the_server_busy_kernels_and_what_they_started(project: Project) -> None:
    set_password(project, PASSWORD)
    code = """
import signal, subprocess
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
subprocess.Popen(["sh", "-c", "trap '' TERM HUP; sleep 600"], start_new_session=True)
print("busy")
while True: pass
"""
    lab = start_lab(project, port=0)
    with Visitor(lab.port) as visitor:
        visitor.log_in()
        kernel, idle = visitor.start_kernel(), visitor.start_kernel()
        asyncio.run(visitor.run(idle, "x = 1"))
        asyncio.run(visitor.run(kernel, code, wait=False))
        processes = marked_processes(lab.folders.root)
        assert len(processes) >= 5  # the server, two kernels, the shell and its sleep
        lab.stop()
    assert gone(processes)
    assert not marked_processes(lab.folders.root)
    lab.stop()  # may be repeated


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_whatever_ends_the_command_ends_the_lab(project: Project, number: signal.Signals) -> None:
    """Ctrl-C, a polite kill, a closed terminal; and a command that is killed has no say, so the server watches for it."""
    set_password(project, PASSWORD)
    environment = {name: value for name, value in os.environ.items() if name != "WORKBENCH_LAB_PASSWORD"}
    command = [sys.executable, "-c", SERVE, str(project.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as starter:
        assert starter.stdout is not None
        assert starter.stderr is not None
        port, server = map(int, starter.stdout.readline().split())
        with Visitor(port) as visitor:
            visitor.log_in()
            asyncio.run(visitor.run(visitor.start_kernel(), "x = 1"))
        processes = marked_processes(LabFolders.of(project).root)
        assert server in processes
        assert len(processes) >= 2
        starter.send_signal(number)
        code = starter.wait(20)
        assert starter.stderr.read() == ""
    assert code == (-number if number == signal.SIGKILL else 0)
    assert gone(processes)
