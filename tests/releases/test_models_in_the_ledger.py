"""Models about people are in the ledger as tables are: required, compared with, made anew, and unknown where they are not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from demo_city import TODAY, candidate, complaints, make_city, notebook, take_in, write_yaml
from signed import key_of
from workbench.catalog import read_catalog
from workbench.errors import GateRefused
from workbench.files import read_yaml, write_text
from workbench.project import Project
from workbench.records import dump_yaml
from workbench.releases import approve
from workbench.releases.ledger import Ledger
from workbench.releases.ledger.definitions import read_definitions
from workbench.releases.ledger.memory import Head
from workbench.releases.ledger.pending import forget_pending, read_pending, write_pending
from workbench.releases.ledger.rebuilding import rebuild
from workbench.releases.ledger.required import required

MODEL = """
import workbench

bench = workbench.open("noise")
rows = bench.load("complaints")
rows["again"] = rows.groupby("person").cumcount()
rows["older"] = rows["person"].isin(sorted(rows["person"].unique())[:20]).astype(int)
rows["minutes"] = rows.index % 7 + 3 * rows["again"] + rows["older"]
bench.model(
    "minutes", rows, formula="minutes ~ again + C(older)",
    title={"ko": "민원 처리 시간", "en": "Minutes of a complaint"},
    titles={"minutes": {"ko": "처리 시간(분)", "en": "Minutes"}, "again": {"ko": "두 번째 민원", "en": "Second complaint"},
            "older": {"ko": "집단", "en": "Group"}},
    labels={"older": {0: {"ko": "가", "en": "A"}, 1: {"ko": "나", "en": "B"}}},
)
"""

ONE_FEWER = """
import workbench

bench = workbench.open("noise")
rows = bench.load("complaints")
few = rows[rows["person"].isin(sorted(rows["person"].unique())[:19])]
bench.table("fewer", few, rows="year", contributor="person", title={"ko": "연도", "en": "Years"})
"""


def code(project: Project, cell: str) -> None:
    write_text(project.notebooks / "noise" / "complaints.ipynb", notebook(cell, parameters=None))


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A city whose only release holds a model about people and no table of them."""
    project = make_city(tmp_path_factory.mktemp("models") / "city", official=None)
    (project.root / ".git").mkdir()
    (project.root / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    code(project, MODEL)
    path = project.analyses / "noise" / "analysis.yml"
    analysis = read_yaml(path)
    analysis["notebooks"].pop("levels")
    write_yaml(path, {key: value for key, value in analysis.items() if key != "page"})
    take_in(project, "complaints", complaints(), kind="synthetic")
    candidate(project)
    both(project)
    return project


def both(project: Project) -> None:
    for seat in ("G-1", "C-1"):
        given = approve(project, "noise", seat=seat, key=key_of(seat), today=TODAY)
    assert given.release is not None


@pytest.fixture
def city(master: Project, tmp_path: Path) -> Project:
    shutil.copytree(master.root, tmp_path / "city", copy_function=shutil.copy2)
    return Project(root=tmp_path / "city")


def groups(project: Project) -> list[list[int]]:
    (model,) = Ledger(project).tables()
    return [model.vectors.start.tolist(), model.vectors.person.tolist(), model.vectors.weight.tolist()]


def test_a_release_of_models_alone_has_to_be_in_the_ledger(city):
    assert list(required(city)) == ["noise/1"]
    shutil.rmtree(city.ledger)
    assert Ledger(city).state().kind == "missing"


def test_a_model_is_in_the_ledger_again_after_a_rebuild(city):
    before = groups(city)
    assert {result for result, _ in read_definitions(city.analyses / "noise" / "releases" / "1")} == {"minutes"}
    shutil.rmtree(city.ledger)
    shutil.rmtree(city.runs)
    told = rebuild(city, read_catalog(city), today=TODAY)
    assert [(one.name, one.cells, one.unknown) for one in told] == [("minutes", 5, 0)]
    assert groups(city) == before
    assert all(state == "shown" for table in Ledger(city).tables() for (state,) in table.safe.states)


@pytest.mark.parametrize("lost", [False, True])
def test_a_table_of_one_person_fewer_than_a_level_is_refused_whatever_became_of_the_ledger(city, lost):
    code(city, MODEL + ONE_FEWER)
    if lost:
        shutil.rmtree(city.ledger)
        rebuild(city, read_catalog(city), today=TODAY)
    with pytest.raises(
        GateRefused, match=r"noise/2#fewer \[year 2021\] minus noise/1#minutes \[group 2: older=1\] tells of a group of 1 to 4"
    ):
        candidate(city)


def test_a_model_whose_people_withdrew_is_unknown_and_nothing_about_them_is_released(city):
    shutil.rmtree(city.ledger)
    take_in(city, "complaints", complaints().iloc[2:], kind="synthetic")
    (told,) = rebuild(city, read_catalog(city), today=TODAY)
    assert (told.cells, told.unknown, told.reason) == (1, 1, "its published numbers did not come out again")
    assert Ledger(city).state().kind == "whole"
    code(city, ONE_FEWER)
    with pytest.raises(GateRefused, match="it is unknown who stands in noise/1#minutes"):
        candidate(city)


def test_a_model_without_a_definition_is_unknown(city):
    shutil.rmtree(city.ledger)
    path = city.analyses / "noise" / "releases" / "1" / "release.yml"
    write_text(path, dump_yaml({**read_yaml(path), "definitions": []}))
    (told,) = rebuild(city, read_catalog(city), today=TODAY)
    assert (told.unknown, told.reason) == (1, "its release records no definition")


def test_a_candidate_whose_people_the_pending_entry_leaves_out_is_no_release(city):
    code(city, MODEL.replace("Minutes of a complaint", "How long a complaint takes"))
    made = candidate(city)
    assert made.folder is not None
    pending = read_pending(city, "noise")
    write_pending(city, "noise", type(pending)(pending.release, pending.release_sha256, pending.head, ()))
    approve(city, "noise", seat="G-1", key=key_of("G-1"), today=TODAY)
    with pytest.raises(GateRefused, match="would add to the ledger is not what it holds"):
        approve(city, "noise", seat="C-1", key=key_of("C-1"), today=TODAY)
    forget_pending(city, "noise")
    with pytest.raises(GateRefused, match="is not at hand"):
        approve(city, "noise", seat="C-1", key=key_of("C-1"), today=TODAY)
    assert not (city.analyses / "noise" / "releases" / "2").exists()


WITHHELD = """
import workbench

bench = workbench.open("noise")
rows = bench.load("complaints")
ids = sorted(rows["person"].unique())
rows["part"] = rows["person"].map({one: "a" if at < 5 else "b" if at < 20 else "c" for at, one in enumerate(ids)})
bench.table("parts", rows, rows="part", contributor="person", margins=True, title={"ko": "부분", "en": "Parts"})
"""
LEVEL = """
rows["again"] = rows.groupby("person").cumcount()
rows["in_b"] = (rows["part"] == "b").astype(int)
rows["minutes"] = rows.index % 7 + 3 * rows["again"]
words = {"ko": "말", "en": "word"}
bench.model("by_part", rows, formula="minutes ~ again + in_b", title=words,
            titles={"minutes": words, "again": words, "in_b": words})
"""


def test_a_model_whose_level_is_a_withheld_cell_of_a_released_table_is_refused(city):
    code(city, MODEL + WITHHELD)
    made = candidate(city)
    parts = next(item.safe for item in made.guarded if item.found.name == "parts")
    assert [state for (state,) in parts.states] == ["withheld", "withheld", "shown", "shown"]
    both(city)
    code(city, MODEL + WITHHELD + LEVEL)
    with pytest.raises(GateRefused, match="model 'by_part': its group in_b=1 is a cell that a published table withholds"):
        candidate(city)


def test_a_release_is_not_added_to_a_ledger_that_it_was_not_compared_with(city):
    ledger = Ledger(city)
    with pytest.raises(GateRefused, match="since the candidate of noise/2 was made, noise/1 came between"):
        ledger.append("noise/2", release_sha256="0" * 64, tables=[], after=Head())
    assert [entry.release for entry in Ledger(city).entries()] == ["noise/1"]
