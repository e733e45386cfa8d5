"""``workbench ledger``: what it says, what it does, and with which exit code it ends."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ledger_city import commit_release, hold_people, new_table, publish
from sealed_city import key_files, make_vault
from workbench.cli import main
from workbench.privacy.ledger_secret import machine_secret
from workbench.project import Project
from workbench.releases.ledger import Ledger
from workbench.releases.ledger.ledger import entries_folder

Out = pytest.CaptureFixture[str]


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A founded city with custodians of both sides, and a release about people in its ledger."""
    project = make_vault(tmp_path / "city").project
    monkeypatch.setenv("WORKBENCH_ROOT", str(project.root))
    monkeypatch.delenv("WORKBENCH_DATA", raising=False)
    machine_secret(project)
    publish(project, "bike-routes/1", new_table(cells=4))
    return project


def test_status_says_how_it_stands(city: Project, capsys: Out) -> None:
    assert main(["ledger", "status"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "ledger: whole",
        "  1 releases, 1 tables, 61 people counted",
        "  4 cells: 3 shown, 1 withheld, 0 unknown",
        "  last backup: none",
    ]


def test_status_for_machines(city: Project, capsys: Out) -> None:
    assert main(["ledger", "status", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["state"] == "whole" and told["releases"] == ["bike-routes/1"] and told["lacking"] == []
    assert (told["tables"], told["cells"], told["shown"], told["withheld"], told["people"], told["unknown"]) == (
        1,
        4,
        3,
        1,
        61,
        0,
    )


def test_status_ends_with_1_where_it_is_needed_and_not_whole(city: Project, capsys: Out) -> None:
    commit_release(city, "meals/1", [new_table("meals")])
    assert main(["ledger", "status"]) == 1
    told = capsys.readouterr().out
    assert "ledger: behind" in told and "not in the ledger: meals/1" in told and "workbench ledger rebuild" in told
    shutil.rmtree(entries_folder(city))
    assert main(["ledger", "status"]) == 1
    assert "ledger: missing" in capsys.readouterr().out


def test_status_of_a_readers_clone_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out) -> None:
    project = make_vault(tmp_path / "clone").project
    monkeypatch.setenv("WORKBENCH_ROOT", str(project.root))
    assert main(["ledger", "status"]) == 0
    assert "not needed yet" in capsys.readouterr().out
    commit_release(project, "bike-routes/1", [new_table()])
    assert main(["ledger", "status"]) == 0
    assert "not on this machine" in capsys.readouterr().out
    hold_people(project)
    assert main(["ledger", "status"]) == 1


def test_backup_and_restore_with_a_key_of_each_side(city: Project, tmp_path: Path, capsys: Out) -> None:
    government, civil_society = key_files(tmp_path / "keys", "G-3", "C-3")
    assert main(["ledger", "backup", "--json", "--today", "2026-11-20"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert Path(made["file"]).is_relative_to(city.private / "ledger-backup")
    assert main(["ledger", "status"]) == 0
    assert "last backup: .workbench/ledger-backup/000001-" in capsys.readouterr().out
    shutil.rmtree(city.ledger)
    assert main(["ledger", "restore", "--from", made["file"], "--key", government]) == 3
    assert "civil society" in capsys.readouterr().err
    assert main(["ledger", "restore", "--from", made["file"], "--key", government, "--key", civil_society]) == 0
    assert "restored: 1 releases; the ledger is whole" in capsys.readouterr().out
    assert Ledger(city).state().kind == "whole"


def test_backup_says_who_can_open_it(city: Project, capsys: Out) -> None:
    assert main(["ledger", "backup", "--today", "2026-11-20"]) == 0
    told = capsys.readouterr().out
    assert "government: one of G-3" in told and "civil society: one of C-3" in told


def test_a_file_that_is_no_backup_is_wrong_use(city: Project, tmp_path: Path, capsys: Out) -> None:
    (tmp_path / "notes").write_text("hello")
    assert main(["ledger", "restore", "--from", str(tmp_path / "notes")]) == 2
    assert "no backup of a ledger" in capsys.readouterr().err
    assert main(["ledger", "restore"]) == 2


def test_rebuild_says_what_became_of_each_table(city: Project, capsys: Out) -> None:
    commit_release(city, "bike-routes/2", [new_table("lost", first=900)])
    assert main(["ledger", "rebuild"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "  bike-routes/1#trips (year=2021): 4 of 4 cells equal",
        "  bike-routes/2#lost (year=2021): 0 of 3 cells equal, 3 unknown: its release records no definition",
        "ledger: 2 releases, 2 tables, 4 cells equal, 3 unknown",
        "  a new result about the same people is refused where it overlaps what is unknown",
    ]
    assert main(["ledger", "rebuild", "--json"]) == 0
    assert [one["equal"] for one in json.loads(capsys.readouterr().out)] == [4, 0]
    assert main(["ledger", "status"]) == 0


def test_rebuild_of_a_release_that_was_edited_by_hand_ends_with_1(city: Project, capsys: Out) -> None:
    path = city.analyses / "bike-routes" / "releases" / "1" / "results" / "trips.json"
    path.write_text(path.read_text(encoding="utf-8").replace("30", "31"), encoding="utf-8")
    assert main(["ledger", "rebuild"]) == 1
    assert "bike-routes/1: results/trips.json was changed after it was written" in capsys.readouterr().err


def test_an_unknown_act_is_named_with_those_there_are(city: Project, capsys: Out) -> None:
    assert main(["ledger", "backp"]) == 2
    assert "did you mean 'backup'" in capsys.readouterr().err
