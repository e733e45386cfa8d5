"""Files are replaced whole or not at all, also when the writer is killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import workbench.files as files
from workbench.errors import CheckFailed
from workbench.files import (
    canonical,
    mend_folder,
    read_json,
    replace_folder,
    replacing,
    sha256,
    sha256_file,
    write_bytes,
    write_json,
    write_text,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_with_its_folders(tmp_path):
    write_text(tmp_path / "a" / "b.txt", "미세먼지")
    assert (tmp_path / "a" / "b.txt").read_text(encoding="utf-8") == "미세먼지"


def test_a_writer_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    write_text(tmp_path / "a.txt", "old")
    with pytest.raises(RuntimeError), replacing(tmp_path / "a.txt") as temporary:
        temporary.write_text("half", encoding="utf-8")
        raise RuntimeError
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["a.txt"]


def test_a_writer_killed_in_the_middle_leaves_the_old_file(tmp_path):
    write_text(tmp_path / "a.txt", "old")
    program = (
        "import os, signal, sys; from pathlib import Path; from workbench.files import replacing\n"
        "with replacing(Path(sys.argv[1])) as temporary:\n"
        "    temporary.write_text('half'); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "a.txt")], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "old"
    write_text(tmp_path / "a.txt", "new")
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "new"


def test_a_replaced_file_can_be_read_by_others(tmp_path):
    write_bytes(tmp_path / "a", b"x")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644


def test_the_same_value_gives_the_same_bytes_whatever_its_order(tmp_path):
    write_json(tmp_path / "a.json", {"b": 1, "a": ["가", None]})
    write_json(tmp_path / "b.json", {"a": ["가", None], "b": 1})
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert canonical({"b": 1, "a": "가"}) == '{"a":"가","b":1}'.encode()


def test_a_value_that_is_no_number_is_not_written(tmp_path):
    write_json(tmp_path / "a.json", 1)
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", float("nan"))
    assert read_json(tmp_path / "a.json") == 1


@pytest.mark.parametrize("damage", [b"", b"{", b'{"a": 1', b"\xff\xfe", b"NaN", b"[" * 100_000])
def test_a_damaged_record_is_a_failed_check(tmp_path, damage):
    (tmp_path / "a.json").write_bytes(damage)
    with pytest.raises(CheckFailed, match=r"a\.json: not whole JSON"):
        read_json(tmp_path / "a.json")


def test_a_record_that_is_gone_is_a_failed_check(tmp_path):
    with pytest.raises(CheckFailed, match="no such file"):
        read_json(tmp_path / "a.json")


def test_the_hash_of_a_file_is_that_of_its_bytes(tmp_path):
    write_bytes(tmp_path / "a", b"x" * 1_000_000)
    assert sha256_file(tmp_path / "a") == sha256(b"x" * 1_000_000)


def folder_with(path: Path, word: str) -> Path:
    write_text(path / "a.txt", word)
    return path


def test_a_folder_takes_the_place_of_another(tmp_path):
    folder_with(tmp_path / "site", "old")
    replace_folder(folder_with(tmp_path / "new", "new"), tmp_path / "site")
    assert (tmp_path / "site" / "a.txt").read_text(encoding="utf-8") == "new"
    assert names(tmp_path) == ["site"]


def test_a_folder_is_put_where_there_was_none(tmp_path):
    replace_folder(folder_with(tmp_path / "new", "new"), tmp_path / "deep" / "site")
    assert (tmp_path / "deep" / "site" / "a.txt").read_text(encoding="utf-8") == "new"


def test_a_folder_that_is_replaced_while_others_read_is_never_missing(tmp_path):
    target = folder_with(tmp_path / "site", "0")
    if not files._exchange(folder_with(tmp_path / "probe", "probe"), target):
        pytest.skip("this file system cannot exchange two names")
    program = (
        "import sys; from pathlib import Path; from workbench.files import replace_folder, write_text\n"
        "base = Path(sys.argv[1])\n"
        "for number in range(300):\n"
        "    write_text(base / 'new' / 'a.txt', str(number)); replace_folder(base / 'new', base / 'site')\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)])
    looks = 0
    while writer.poll() is None:
        assert target.is_dir()
        looks += 1
    assert writer.returncode == 0
    assert looks > 10
    assert (target / "a.txt").read_text(encoding="utf-8") == "299"


def test_two_renames_serve_where_names_cannot_be_exchanged(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_exchange", lambda *_paths: False)
    folder_with(tmp_path / "site", "old")
    replace_folder(folder_with(tmp_path / "new", "new"), tmp_path / "site")
    assert (tmp_path / "site" / "a.txt").read_text(encoding="utf-8") == "new"
    assert names(tmp_path) == ["site"]


def test_what_a_kill_between_two_renames_left_aside_is_put_back(tmp_path):
    folder_with(tmp_path / ".site.aside", "old")
    mend_folder(tmp_path / "site")
    assert (tmp_path / "site" / "a.txt").read_text(encoding="utf-8") == "old"


def test_what_a_kill_after_both_renames_left_aside_is_cleared(tmp_path):
    folder_with(tmp_path / ".site.aside", "old")
    folder_with(tmp_path / "site", "new")
    mend_folder(tmp_path / "site")
    assert (tmp_path / "site" / "a.txt").read_text(encoding="utf-8") == "new"
    assert names(tmp_path) == ["site"]


def test_a_replacement_that_is_not_there_leaves_the_old_folder(tmp_path):
    folder_with(tmp_path / "site", "old")
    with pytest.raises(OSError, match="No such file"):
        replace_folder(tmp_path / "none", tmp_path / "site")
    assert (tmp_path / "site" / "a.txt").read_text(encoding="utf-8") == "old"


def test_numbers_come_back_as_they_were_written(tmp_path):
    value = {"a": 19.75, "b": 11_770_582, "c": None, "d": True}
    write_json(tmp_path / "a.json", value)
    assert read_json(tmp_path / "a.json") == value
    assert json.loads((tmp_path / "a.json").read_bytes()) == value
