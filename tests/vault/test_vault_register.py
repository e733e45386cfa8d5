"""The register is only ever added to: what was changed, taken out or cut off is noticed, and a torn line is mended."""

from __future__ import annotations

import subprocess
import sys

import pytest

from signed import TODAY
from workbench.errors import CheckFailed, UsageError
from workbench.project import Project
from workbench.vault import Register


@pytest.fixture
def register(tmp_path) -> Register:
    made = Register(Project(root=tmp_path))
    for number in range(5):
        made.append("opened", on=TODAY, dataset="cards", purpose="statistics", rows=number)
    return made


def lines(register: Register) -> list[bytes]:
    return register.path.read_bytes().splitlines(keepends=True)


def test_every_line_names_the_one_before(register):
    entries = register.entries()
    assert [entry["rows"] for entry in entries] == list(range(5))
    assert [entry["before"] for entry in entries[1:]] == [entry["sha256"] for entry in entries[:-1]]
    assert entries[0]["on"] == "2026-11-20" and register.fault() is None
    assert register.path.stat().st_mode & 0o777 == 0o600


def test_a_line_that_was_changed_is_noticed_and_nothing_is_added_to_it(register):
    register.path.write_bytes(b"".join(lines(register)).replace(b'"rows":2', b'"rows":7'))
    assert "line 3 was changed" in str(register.fault())
    with pytest.raises(CheckFailed, match="line 3 was changed"):
        register.append("opened", dataset="cards")


@pytest.mark.parametrize(
    ("keep", "said"), [([0, 1, 3, 4], "line 3 was changed, or a line before it is gone"), ([1, 0, 2, 3, 4], "line 1")]
)
def test_lines_taken_out_or_swapped_are_noticed(register, keep, said):
    there = lines(register)
    register.path.write_bytes(b"".join(there[number] for number in keep))
    assert said in str(register.fault())


@pytest.mark.parametrize("left", [0, 1, 4])
def test_a_tail_that_was_cut_off_is_noticed(register, left):
    register.path.write_bytes(b"".join(lines(register)[:left]))
    assert "the end was cut off" in str(register.fault())
    with pytest.raises(CheckFailed, match="this machine has seen 5"):
        register.append("opened", dataset="cards")
    register.path.unlink()
    assert "has 0 lines" in str(register.fault())


def test_a_tail_that_was_written_anew_is_noticed(register, tmp_path):
    other = Register(Project(root=tmp_path / "other"))
    for number in range(5):
        other.append("opened", on=TODAY, dataset="cards", purpose="statistics", rows=number if number < 4 else 99)
    register.path.write_bytes(other.path.read_bytes())
    assert "line 5 is not the one that this machine has seen" in str(register.fault())


def test_a_last_line_that_a_kill_cut_off_is_mended_and_noted(register):
    whole = register.path.read_bytes()
    register.path.write_bytes(whole + lines(register)[0][:40])
    assert register.fault() is None and register.torn and len(register.entries()) == 5
    register.append("opened", dataset="cards")
    kinds = [entry["kind"] for entry in register.entries()]
    assert kinds[5:] == ["mended", "opened"] and not register.torn
    assert "40 bytes of a line" in register.entries()[5]["note"]


def test_a_memory_that_was_damaged_is_a_fault(register):
    (register.project.machine / "vault" / "register.json").write_text("{}", encoding="utf-8")
    assert "damaged" in str(register.fault())


def test_the_memory_lies_where_no_merge_reaches(tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    register = Register(Project(root=tmp_path))
    register.append("opened", dataset="cards")
    assert (tmp_path / ".git" / "workbench" / "vault" / "register.json").is_file()


def test_an_unknown_kind_or_a_fact_of_its_own_is_refused(register):
    with pytest.raises(UsageError, match="kinds: sealed"):
        register.append("looked", dataset="cards")
    with pytest.raises(UsageError):
        register.append("opened", sha256="0")


WRITER = """
import sys
from pathlib import Path
from workbench.project import Project
from workbench.vault import Register
for number in range(int(sys.argv[2])):
    Register(Project(root=Path(sys.argv[1]))).append("opened", by=[sys.argv[3]], rows=number)
"""


def test_processes_that_write_at_once_leave_one_whole_chain(tmp_path):
    running = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), "20", name]) for name in ("a", "b", "c")]
    assert [one.wait() for one in running] == [0, 0, 0]
    register = Register(Project(root=tmp_path))
    assert register.fault() is None
    assert sorted((entry["by"][0], entry["rows"]) for entry in register.entries()) == [
        (name, number) for name in "abc" for number in range(20)
    ]


def test_a_line_that_was_on_disk_and_lost_its_end_is_no_torn_one(register):
    register.path.write_bytes(register.path.read_bytes().rstrip(b"\n"))
    assert "the end was cut off" in str(register.fault())


@pytest.mark.parametrize("line", ['{"number": NaN}', '{"by": "\\ud800"}', "[" * 100_000, "\udcff", "[1]"])
def test_a_line_that_nothing_here_wrote_is_told_and_never_a_traceback(register, line):
    register.path.write_bytes(line.encode("utf-8", errors="surrogateescape") + b"\n")
    assert "line 1 was changed" in str(register.fault())


@pytest.mark.parametrize("memory", ["[]", '{"lines": -1, "head": ""}', '{"lines": true, "head": ""}', '{"lines": 1}'])
def test_a_memory_that_nothing_here_wrote_is_told(register, memory):
    register._memory.write_text(memory, encoding="utf-8")
    assert "damaged" in str(register.fault())
