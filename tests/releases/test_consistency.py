"""A release agrees with itself: a number changed by hand is found by file and cell, though every hash was rewritten."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from demo_city import candidate, make_city
from workbench.disclosure import Axis, FittedModel, Layout, ModelLayout, SafeTable
from workbench.disclosure.modelling.models import PARTS, Term
from workbench.files import sha256_file, write_json, write_text
from workbench.records import dump_yaml, read_yaml
from workbench.releases.consistency import cell_hashes, inconsistencies
from workbench.releases.finding_checks import value_problems
from workbench.releases.models import model_csv
from workbench.releases.results import Variant, csv_bytes
from workbench.releases.table_checks import model_problems, table_problems

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A candidate, never touched by a test."""
    project = make_city(tmp_path_factory.mktemp("consistency") / "city", official=[2020, 2021])
    candidate(project)
    return project.candidates / "noise"


@pytest.fixture
def release(written: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(written, tmp_path / "release")
    return tmp_path / "release"


def rewritten(folder: Path) -> Path:
    """The release with every hash made to fit what its files are now, as a forger would."""
    path = folder / "release.yml"
    record = read_yaml(path)
    files = sorted(item for item in folder.rglob("*") if item.is_file() and item != path)
    record["files"] = {str(item.relative_to(folder)): sha256_file(item) for item in files}
    for name, listed in record["results"].items():
        if (folder / f"results/{name}.json").is_file():
            listed["sha256"] = sha256_file(folder / f"results/{name}.json")
    write_text(path, dump_yaml(record))
    return folder


def edit(folder: Path, name: str, change: Callable[[Any], object], *, variant: int = 0) -> None:
    """Change the content of one result."""
    path = folder / f"results/{name}.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    change(record["variants"][variant]["content"])
    write_json(path, record)


def cell(row: int, value: Any, state: str = "shown") -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        content["values"][row][0], content["state"][row][0] = value, state

    return change


def test_a_candidate_agrees_with_itself(release: Path) -> None:
    assert inconsistencies(release) == []


@pytest.mark.parametrize("issue", ["bike-routes", "fine-dust"])
def test_the_samples_releases_agree_with_themselves(issue: str) -> None:
    assert inconsistencies(ROOT / "analyses" / issue / "releases" / "1") == []


def test_a_number_edited_in_a_result_is_named_by_its_download_and_cell(release: Path) -> None:
    edit(release, "complaints", cell(0, 81))
    assert inconsistencies(rewritten(release)) == ["tables/complaints.csv: cell place=east: says 80, its table 81"]


def test_a_number_edited_in_a_download_is_named_by_its_cell(release: Path) -> None:
    path = release / "tables/mean_level.year-2021.csv"
    path.write_bytes(path.read_bytes().replace(b"61.3", b"60.3"))
    assert inconsistencies(rewritten(release)) == ["tables/mean_level.year-2021.csv: cell place=east: says 60.3, its table 61.3"]


def test_a_number_edited_in_both_is_found_by_the_finding_that_follows_from_it(release: Path) -> None:
    edit(release, "mean_level", cell(0, 60.3), variant=1)
    path = release / "tables/mean_level.year-2021.csv"
    path.write_bytes(path.read_bytes().replace(b"61.3", b"60.3"))
    found = inconsistencies(rewritten(release))
    assert found == ["results/loudest.json (year=2021): level: is 61.3, the published results say 60.3"]


def test_a_withheld_cell_that_is_given_a_number_is_named_without_it(release: Path) -> None:
    edit(release, "complaints", cell(1, 777_777, "withheld"))
    found = inconsistencies(rewritten(release))
    assert found == ["results/complaints.json: cell place=west: is withheld and holds a value"]
    path = release / "tables/complaints.csv"
    edit(release, "complaints", cell(1, None, "withheld"))
    lines = path.read_bytes().split(b"\r\n")
    path.write_bytes(b"\r\n".join([*lines[:2], lines[2].rsplit(b",", 1)[0] + b",777777", *lines[3:]]))
    assert inconsistencies(rewritten(release)) == ["tables/complaints.csv: cell place=west: is not withheld, as its table says"]


def test_a_shown_count_of_too_few_people_contradicts_the_recorded_rules(release: Path) -> None:
    edit(release, "complaints", cell(1, 8))
    found = inconsistencies(rewritten(release))
    reason = "shows a count of fewer than 10 people, which the policy withholds"
    assert f"results/complaints.json: cell place=west: {reason}" in found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (cell(0, 80.5), "has more than 0 decimals"),
        (cell(0, None), "is shown and has no number"),
        (cell(0, 80, "seen"), "its state is 'seen'"),
        (lambda content: content.update(rounded_to=7), "is no multiple of 7"),
        (lambda content: content["values"].pop(), "values are not 2 rows of 1 cells"),
        (lambda content: content.pop("rows"), "'rows' is missing"),
    ],
)
def test_a_table_that_cannot_be_is_named_by_its_cell(
    release: Path, change: Callable[[dict[str, Any]], object], message: str
) -> None:
    edit(release, "complaints", change)
    found = inconsistencies(rewritten(release))
    assert any(line.startswith("results/complaints.json") and message in line for line in found), found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content["values"]["level"].update(number=62.0), "level: is 62.0, the published results say 61.3"),
        (lambda content: content["values"]["level"]["shown"].update(en="62.0"), "level: is written '62.0' in 'en', and is 61.3"),
        (lambda content: content["values"]["place"]["shown"].update(en="west"), "place: says 'west', the table says 'east'"),
        (lambda content: content["text"].update(ko="{levle}dB"), "its sentence in 'ko' names levle"),
        (lambda content: content["values"]["level"].update(expression=["at", "none", "east", None]), "unknown table 'none'"),
        (lambda content: content.pop("values"), "is not as a release writes it"),
    ],
)
def test_a_finding_that_does_not_follow_from_its_tables_is_named(
    release: Path, change: Callable[[dict[str, Any]], object], message: str
) -> None:
    edit(release, "loudest", change, variant=1)
    found = inconsistencies(rewritten(release))
    assert any(line.startswith("results/loudest.json (year=2021)") and message in line for line in found), found


def test_a_figure_without_its_table_or_picture_is_named(release: Path) -> None:
    edit(release, "mean_level.figure", lambda content: content.update(table="levels"))
    (release / "figures/mean_level.figure.year-2021.ko.svg").unlink()
    found = inconsistencies(rewritten(release))
    assert any("is drawn from the table 'levels', which the release does not have" in line for line in found)
    assert any("has no picture in 'ko'" in line for line in found)


def test_files_that_belong_to_no_result_are_named(release: Path) -> None:
    write_text(release / "tables/more.csv", "a,b\r\n")
    write_json(release / "results/more.json", {"name": "more", "kind": "table", "basis": "official", "variants": []})
    (release / "results/loudest.json").unlink()
    found = inconsistencies(rewritten(release))
    assert "tables/more.csv: belongs to no result" in found
    assert "results/more.json: release.yml does not list it" in found
    assert "release.yml: lists the result 'loudest', and there is no results/loudest.json" in found


def test_a_result_of_a_run_that_is_not_on_record_is_named(release: Path) -> None:
    path = release / "runs.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if json.loads(line)["notebook"] != "complaints"]
    write_text(path, "".join(f"{line}\n" for line in [*kept, json.dumps({"run": "f" * 16, "notebook": "x", "parameters": {}})]))
    found = inconsistencies(rewritten(release))
    assert any("results/complaints.json: runs.jsonl names no run" in line for line in found)
    assert f"runs.jsonl: no result is of the run {'f' * 16}" in found


def test_a_cell_of_a_notebook_that_was_edited_is_named_by_its_number(release: Path) -> None:
    path = release / "notebooks/levels.ipynb"
    record = read_yaml(release / "release.yml")
    record["cells"] = {"levels": cell_hashes(path.read_text(encoding="utf-8"))}
    write_text(release / "release.yml", dump_yaml(record))
    assert inconsistencies(release) == []
    notebook = json.loads(path.read_text(encoding="utf-8"))
    place = next(number for number, one in enumerate(notebook["cells"]) if "We look at" in "".join(one["source"]))
    notebook["cells"][place]["source"] = "We looked at 12 noises."
    write_json(path, notebook)
    assert inconsistencies(rewritten(release)) == [f"notebooks/levels.ipynb: cell {place + 1} is not the one that was released"]


def test_an_output_in_a_notebook_that_names_no_result_is_named_by_its_cell(release: Path) -> None:
    path = release / "notebooks/complaints.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    place = next(number for number, one in enumerate(notebook["cells"]) if one.get("outputs"))
    notebook["cells"][place]["outputs"][0]["data"] = {"text/plain": "person-3"}
    write_json(path, notebook)
    found = inconsistencies(rewritten(release))
    where = f"notebooks/complaints.ipynb: cell {place + 1}"
    assert found == [f"{where} is not the one that was released", f"{where}: an output that names no result"]


def test_a_correction_names_the_number_that_the_release_publishes(release: Path) -> None:
    note = {
        "result": "complaints", "cell": {"row": "east"}, "was": 70, "is": 80, "why": {"ko": "새 자료", "en": "New data"},
        "kind": "data", "found_by": "reader", "on": "2026-11-22",
    }  # fmt: skip
    change = {"parameters": {}, "row": "east", "was": 70, "is": 80}
    entry = {"release": "noise/1", "note": note, "changes": [change]}
    write_json(release / "corrections.json", {"corrections": [entry]})
    assert inconsistencies(rewritten(release)) == []
    write_json(release / "corrections.json", {"corrections": [{**entry, "changes": [{**change, "is": 90}]}]})
    assert inconsistencies(rewritten(release)) == [
        "corrections.json: 'complaints', east: is not the number that the release publishes"
    ]


def alone(kind: Any, content: dict[str, Any]) -> Variant:
    """A result of official data that needs no run."""
    two = {"ko": "가", "en": "a"}
    return Variant("alone", kind, "n", two, None, {}, "0" * 16, {"d": {"kind": "official", "personal": False}}, content)


def test_a_total_that_is_not_the_sum_of_its_parts_is_named(tmp_path: Path) -> None:
    labels = {"ko": ("가", "나", "합계"), "en": ("a", "b", "Total")}
    axis = Axis("place", ("a", "b", "total"), {"ko": "곳", "en": "Place"}, labels, sums=(("total", ("a", "b")),))
    layout = Layout(rows=axis, columns=None, statistic="count", decimals=0, people=False)
    for numbers, problems in (((30, 12, 42), []), ((30, 12, 41), ["place=total: is not the sum of its 2 parts"])):
        safe = SafeTable(layout, tuple((number,) for number in numbers), (("shown",),) * 3)
        (tmp_path / "tables").mkdir(exist_ok=True)
        (tmp_path / "tables/alone.csv").write_bytes(csv_bytes(safe))
        found, _ = table_problems(tmp_path, {"tables/alone.csv": ""}, alone("table", safe.as_record()))
        assert [line.partition(": cell ")[2] for line in found] == problems


def test_a_models_download_says_what_the_model_says(tmp_path: Path) -> None:
    titles = {"y": {"ko": "와이", "en": "Y"}, "x": {"ko": "엑스", "en": "X"}}
    term = Term("x", {"ko": "엑스", "en": "X"}, dict.fromkeys(PARTS[:5], 2.0))
    fitted = FittedModel(ModelLayout("y ~ x", "ols", False, titles), (term,), 40, None, 38, None, "plain", {"r2": 0.5})
    path, files = tmp_path / "tables/alone.csv", {"tables/alone.csv": ""}
    path.parent.mkdir()
    path.write_bytes(model_csv(fitted))
    model = alone("model", fitted.as_record())
    assert model_problems(tmp_path, files, model) == ([], fitted)
    path.write_bytes(path.read_bytes().replace(b"2.0", b"3.0", 1))
    assert model_problems(tmp_path, files, model)[0] == ["tables/alone.csv: term X: says 3.0, its model 2.0"]
    value = {"number": 2.5, "shown": {"ko": "2.5", "en": "2.5"}, "expression": ["coefficient", "alone", "x", "estimate"]}
    assert value_problems(value, {"alone": fitted}) == ["is 2.5, the published results say 2"]
