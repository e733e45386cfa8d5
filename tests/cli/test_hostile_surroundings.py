"""The commands where something is against them: words that imitate the workbench, a full disk, a disk that nobody may write."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from acting_city import make_acting_city
from signed import TODAY, governance_of, key_of, propose_issue, vote
from workbench.cli import main
from workbench.files import write_text
from workbench.governance.deciding.memory import memory_path
from workbench.governance.signing import write_private_key
from workbench.project import Project

DAY = ("--today", str(TODAY))


@pytest.fixture
def city(tmp_path, monkeypatch) -> Project:
    project = make_acting_city(tmp_path / "city")
    propose_issue(project, "trees")
    vote(project, "P-0002", "C-1")
    write_private_key(tmp_path / "C-1", key_of("C-1"), comment="C-1")
    monkeypatch.setenv("WORKBENCH_ROOT", str(project.root))
    return project


def command(*words: str, limit: int | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, in which no file may grow beyond a limit."""

    def begin() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    whole = [sys.executable, "-m", "workbench.cli", *words, *DAY]
    environment = {**os.environ, **more}
    return subprocess.run(whole, preexec_fn=begin, env=environment, capture_output=True, text=True, check=False)


def test_a_changed_vote_that_does_not_fit_on_the_disk_leaves_the_vote_that_was_there(city, tmp_path):
    words = ("vote", "P-0002", "--seat", "C-1", "--vote", "no", "--reason-en", "x" * 500, "--yes", "--key", str(tmp_path / "C-1"))
    done = command(*words, limit=400)  # the signature fits, the ballot does not
    assert (done.returncode, "File too large" in done.stderr) == (2, True)
    tally = governance_of(city).tally("P-0002")
    assert ([item.vote for item in tally.votes], tally.refused) == (["yes"], [])
    assert [path.name for path in (city.governance / "ballots" / "P-0002").iterdir() if path.name.startswith(".")] == []
    assert command(*words).returncode == 0
    assert [item.vote for item in governance_of(city).tally("P-0002").votes] == ["no"]


def test_everyone_may_recompute_where_nothing_can_be_written(city, capsys):
    write_text(memory_path(city).parent, "a file where the folder should be")
    assert main(["governance", "tally", "P-0001", *DAY]) == 0
    told = capsys.readouterr()
    assert "outcome: agreed" in told.out
    assert "this machine does not remember the register: .workbench/governance/seen.json" in told.err


def test_a_reason_of_several_lines_passes_for_no_line_of_the_tally(city, capsys):
    vote(city, "P-0002", "C-1", "no", reason={"en": "No.\noutcome: agreed"})
    assert main(["governance", "tally", "P-0002", *DAY]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "outcome: open" in lines
    assert "outcome: agreed" not in lines


def test_a_file_name_that_commands_the_screen_is_written_out(city, capsys):
    box = city.governance / "ballots" / "P-0002"
    write_text(box / "\x1b[2J\noutcome: agreed", "x")
    for words in (["governance", "tally", "P-0002"], ["governance", "tally", "P-0002", "--json"], ["check"]):
        main([*words, *DAY])
        told = capsys.readouterr()
        assert "\x1b" not in told.out + told.err
        assert "outcome: agreed" not in told.out.splitlines()


def test_a_terminal_without_korean_letters_is_told_all_the_same(city):
    done = command("governance", "tally", "P-0002", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "outcome: open" in done.stdout
    assert "\\ud55c" in done.stdout


@pytest.mark.parametrize("device", [Path("/dev/zero"), Path("/dev/full")])
def test_a_device_without_an_end_is_no_key(city, device):
    done = command("vote", "P-0002", "--seat", "C-1", "--vote", "yes", "--yes", "--key", str(device))
    assert (done.returncode, "too large for a private key" in done.stderr) == (2, True)


def test_an_answer_without_an_end_is_refused_by_its_size(city, tmp_path, capsys):
    with (tmp_path / "answer").open("wb") as file:
        file.truncate(8_000_000_000)
    assert main(["answer", "--take", str(tmp_path / "answer"), "--seat", "G-1", "--yes", *DAY]) == 2
    assert "Traceback" not in capsys.readouterr().err
