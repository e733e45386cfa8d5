"""What is due, and what is refused before anything starts."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from demo_city import CATALOG, COMPLAINTS, LEVELS, levels, make_city, notebook, take_in, write_yaml
from workbench.catalog import read_catalog
from workbench.errors import GateRefused, UsageError
from workbench.files import write_text
from workbench.project import Project
from workbench.records import read_yaml
from workbench.runs import Run, Selection, plan_runs, read_analysis


@pytest.fixture
def city(tmp_path: Path) -> Project:
    return make_city(tmp_path, official=[2020, 2021])


def plan(project: Project, **selection: object) -> list[Run]:
    return plan_runs(project, read_catalog(project), read_analysis(project, "noise"), selection=Selection(**selection))  # type: ignore[arg-type]


def keys(project: Project) -> dict[str, str]:
    return {run.name: run.key for run in plan(project)}


def edit_analysis(project: Project, notebook_name: str, **changes: object) -> None:
    path = project.analyses / "noise" / "analysis.yml"
    analysis = read_yaml(path)
    analysis["notebooks"][notebook_name].update(changes)
    write_yaml(path, analysis)


def test_a_grid_takes_the_values_that_are_present_in_the_data(city: Project) -> None:
    assert [run.parameters for run in plan(city) if run.notebook == "levels"] == [{"year": 2020}, {"year": 2021}]
    take_in(city, "levels", levels([2020, 2021, 2022]), kind="official")
    assert [run.parameters["year"] for run in plan(city) if run.notebook == "levels"] == [2020, 2021, 2022]


def test_where_the_official_data_is_absent_the_stand_in_is_planned(tmp_path: Path) -> None:
    assert {run.datasets["levels"] for run in plan(make_city(tmp_path, official=None))} == {"levels_synthetic"}


def test_an_unknown_parameter_of_the_grid_is_refused_with_the_nearest(city: Project) -> None:
    edit_analysis(city, "levels", grid={"yaer": [2021]})
    with pytest.raises(UsageError, match="unknown parameter 'yaer', did you mean 'year'"):
        plan(city)


def test_an_ill_typed_value_of_the_grid_is_refused(city: Project) -> None:
    edit_analysis(city, "levels", grid={"year": ["2021"]})
    with pytest.raises(UsageError, match="parameter 'year' is a int in the notebook, found '2021'"):
        plan(city)


def test_a_notebook_that_does_not_exist_is_named(city: Project) -> None:
    (city.notebooks / "noise" / "levels.ipynb").unlink()
    with pytest.raises(UsageError, match=r"no file notebooks/noise/levels\.ipynb"):
        plan(city)


def test_a_syntax_error_is_found_before_anything_runs(city: Project) -> None:
    write_text(city.notebooks / "noise" / "complaints.ipynb", notebook("x = = 1", parameters=None))
    with pytest.raises(UsageError, match="syntax error in a cell, line 1"):
        plan(city)


def test_half_a_notebook_is_refused(city: Project) -> None:
    write_text(city.notebooks / "noise" / "complaints.ipynb", notebook("x = 1")[:200])
    with pytest.raises(UsageError, match="not a whole notebook"):
        plan(city)


def test_comments_markdown_and_layout_do_not_make_a_run_due(city: Project) -> None:
    before = keys(city)
    text = notebook("# why\n" + LEVELS.replace("rows = bench", "rows  =  bench"), korean="다른 글")
    write_text(city.notebooks / "noise" / "levels.ipynb", text)
    assert keys(city) == before


def test_code_makes_the_runs_of_its_notebook_due_and_no_other(city: Project) -> None:
    before = keys(city)
    write_text(city.notebooks / "noise" / "complaints.ipynb", notebook(COMPLAINTS + "\nx = 1", parameters=None))
    changed = {name for name, key in keys(city).items() if before[name] != key}
    assert changed == {"noise/complaints"}


def test_changed_data_makes_runs_due(city: Project) -> None:
    before = keys(city)
    changed = levels([2020, 2021])
    changed.loc[0, "level_db"] = 99.0
    take_in(city, "levels", changed, kind="official")
    assert all(before[name] != key for name, key in keys(city).items())


def test_a_selection_that_nothing_meets_is_refused(city: Project) -> None:
    with pytest.raises(UsageError, match="no run has year=1999"):
        plan(city, only={"year": "1999"})
    with pytest.raises(UsageError, match="did you mean 'year'"):
        plan(city, only={"yeer": "2020"})
    with pytest.raises(UsageError, match="unknown notebook 'level'"):
        plan(city, notebooks=("level",))


def test_a_dataset_that_nobody_protected_stops_the_plan(city: Project) -> None:
    for file in (city.protected / "complaints").iterdir():
        file.unlink()
    with pytest.raises(GateRefused, match="'complaints' is not protected on this machine"):
        plan(city)


def test_data_about_real_people_does_not_run_without_a_sandbox(city: Project) -> None:
    catalog = {"datasets": {**CATALOG["datasets"], "complaints": {**CATALOG["datasets"]["complaints"], "synthetic": False}}}
    write_yaml(city.catalog, catalog)
    with pytest.raises(GateRefused, match="about people, and kernels are not walled in"):
        plan(city)


def test_two_parameter_cells_are_refused(city: Project) -> None:
    made = nbformat.reads(notebook(LEVELS), as_version=4)
    made.cells[3].metadata["tags"] = ["parameters"]
    write_text(city.notebooks / "noise" / "levels.ipynb", nbformat.writes(made))
    with pytest.raises(UsageError, match="2 cells are tagged 'parameters'"):
        plan(city)
