"""From a published number back to its source: every link, what was verified here, and what a broken one says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo_city import TODAY, candidate, levels, make_city, take_in
from signed import governance_of, key_of
from workbench.catalog import read_catalog
from workbench.cli import main
from workbench.cli.checking import check_project
from workbench.errors import UsageError
from workbench.files import write_json, write_text
from workbench.project import Project
from workbench.releases import approve
from workbench.releases.provenance import Link
from workbench.releases.trace import trace


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A city with a release, never touched by a test."""
    project = make_city(tmp_path_factory.mktemp("trace") / "city", official=[2020, 2021])
    candidate(project)
    for seat in ("G-1", "C-1"):
        approve(project, "noise", seat=seat, key=key_of(seat), today=TODAY)
    return project


@pytest.fixture
def city(master: Project, tmp_path: Path) -> Project:
    shutil.copytree(master.root, tmp_path / "city")
    return Project(root=tmp_path / "city")


def follow(project: Project, result: str = "noise/1#loudest", **only: str) -> Link:
    return trace(governance_of(project), read_catalog(project), result, only=only)


def links(link: Link) -> Iterator[Link]:
    yield link
    for below in link.below:
        yield from links(below)


def of(link: Link, what: str) -> list[Link]:
    return [one for one in links(link) if one.what == what]


def test_a_finding_resolves_to_its_cells_and_all_that_they_rest_on(master: Project) -> None:
    found = follow(master, year="2021")
    assert not found.broken
    assert {link.state for link in links(found)} == {"verified"}
    whats = ["approval", "cell", "cells", "notebook", "run", "data", "policy", "adoption", "source"]
    assert all(of(found, what) for what in whats)
    (cell,) = of(found, "cell")
    assert (cell.name, cell.facts["written"]) == ("east", "61.3")
    assert [link.facts["seat"] for link in of(found, "approval")] == ["G-1", "C-1"]


def test_hashes_and_numbers_are_those_of_the_files(master: Project) -> None:
    found = follow(master, "noise/1#mean_level", year="2020")
    manifest = json.loads((master.protected / "levels" / "manifest.json").read_text(encoding="utf-8"))
    (data,) = of(found, "data")
    assert data.facts["sha256"] == manifest["sha256"]
    (notebook,) = of(found, "notebook")
    (run,) = of(found, "run")
    assert notebook.facts["code_sha256"] == run.facts["code_sha256"]
    cells = json.loads((master.analyses / "noise/releases/1/notebooks/levels.ipynb").read_text(encoding="utf-8"))["cells"]
    shown = [output["data"] for output in cells[notebook.facts["cell"] - 1]["outputs"]]
    assert any(next(iter(data.values()))["name"] == "mean_level" for data in shown)
    (adoption,) = of(found, "adoption")
    assert adoption.facts["closing_sha256"]


def test_a_table_says_how_many_cells_are_withheld_and_none_of_their_numbers(master: Project) -> None:
    found = follow(master, "noise/1#complaints")
    (table,) = of(found, "table")
    assert (table.facts["shown"], table.facts["withheld"]) == (1, 1)


def test_every_run_of_a_result_is_traced_unless_one_is_asked_for(master: Project) -> None:
    assert len(of(follow(master, "noise/1#mean_level"), "variant")) == 2
    with pytest.raises(UsageError, match="unknown run 'year=2019'"):
        follow(master, "noise/1#mean_level", year="2019")


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("noise", "names no result"),
        ("noise/1#Loudest", "names no result"),
        ("nois/1#loudest", "unknown urban issue with releases 'nois'\n  did you mean 'noise'"),
        ("noise/2#loudest", "unknown release 'noise/2'"),
        ("noise/1#loudst", "did you mean 'loudest'"),
    ],
)
def test_a_reference_to_nothing_says_what_there_is(master: Project, reference: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        follow(master, reference)
    assert message in str(refused.value)


def test_what_is_not_on_this_machine_is_said_to_be_absent_and_breaks_nothing(city: Project) -> None:
    shutil.rmtree(city.private)
    found = follow(city)
    assert not found.broken
    assert {link.state for what in ("run", "data", "source") for link in of(found, what)} == {"absent"}
    assert {link.state for what in ("result", "release", "notebook", "policy", "adoption") for link in of(found, what)} == {
        "verified"
    }


def test_data_that_was_protected_anew_is_not_taken_for_that_of_the_release(city: Project) -> None:
    take_in(city, "levels", levels([2020, 2021, 2022]), kind="official")
    (data,) = of(follow(city, year="2021"), "data")
    assert data.state == "absent"
    assert "protected anew since" in data.reason


def _edited_number(city: Project) -> None:
    path = city.analyses / "noise/releases/1/results/loudest.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["variants"][1]["content"]["values"]["level"]["number"] = 70.0
    write_json(path, record)


def _edited_run(city: Project) -> None:
    for path in (city.runs / "noise" / "levels").glob("*/run.json"):
        record = json.loads(path.read_text(encoding="utf-8"))
        record["parts"]["code"] = "0" * 64
        write_json(path, record)


def _edited_log(city: Project) -> None:
    write_text(city.analyses / "noise/releases/1/runs.jsonl", "")


def _unadopted(city: Project) -> None:
    for path in (city.governance / "closings").glob("P-0001*"):
        path.unlink()


@pytest.mark.parametrize(
    ("damage", "what", "reason"),
    [
        (_edited_number, "result", "was changed after it was written"),
        (_edited_number, "value", "is 70.0, the published results say 61.3"),
        (_edited_run, "run", "its record is that of another run"),
        (_edited_log, "run", "runs.jsonl does not name it"),
        (lambda city: (city.analyses / "noise/releases/1/approvals/G-1.yml").unlink(), "approval", "missing: government"),
        (lambda city: (city.protected / "levels" / "data.parquet").write_bytes(b"x"), "data", "its protected rows were changed"),
        (_unadopted, "adoption", "not adopted by both sides"),
        (
            lambda city: (city.analyses / "noise/releases/1/tables/mean_level.year-2021.csv").write_text("x"),
            "table",
            "was changed after it was written",
        ),
    ],
)
def test_a_broken_link_says_why(city: Project, damage: Callable[[Project], object], what: str, reason: str) -> None:
    damage(city)
    found = follow(city, year="2021")
    assert found.broken
    assert any(reason in link.reason for link in of(found, what) if link.state == "broken")


@pytest.fixture
def inside(city: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("WORKBENCH_ROOT", str(city.root))
    monkeypatch.delenv("WORKBENCH_DATA", raising=False)
    return city


def test_the_command_prints_a_tree_and_ends_with_1_where_a_link_is_broken(
    inside: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["trace", "noise/1#loudest", "--only", "year=2021", "--today", str(TODAY)]
    assert main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("ok result results/loudest.json  noise/1#loudest, finding, sha256 ")
    assert any(line.endswith("ok cell east  = 61.3") and line.startswith("   ") for line in lines)
    _edited_number(inside)
    assert main(words) == 1
    assert "!! value level" in capsys.readouterr().out


def test_the_command_speaks_to_machines_too(inside: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", "noise/1#mean_level", "--json", "--today", str(TODAY)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["broken"] is False
    assert found["trace"]["below"][0]["what"] == "release"


def test_check_names_file_and_cell_of_a_number_that_was_edited(city: Project) -> None:
    path = city.analyses / "noise/releases/1/tables/mean_level.year-2021.csv"
    path.write_bytes(path.read_bytes().replace(b"61.3", b"60.3"))
    found = [fault.message for fault in check_project(city, today=TODAY)]
    assert any("tables/mean_level.year-2021.csv: cell place=east: says 60.3, its table 61.3" in message for message in found)
    assert any("was changed after it was written" in message for message in found)
