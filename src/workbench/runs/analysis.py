"""What an urban issue runs and shows: ``analyses/<issue>/analysis.yml`` as a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic import Field as Key

from workbench.catalog import Bilingual, Catalog
from workbench.errors import UsageError, combine, did_you_mean, unknown
from workbench.files import read_model
from workbench.governance.papers.fields import SeatId
from workbench.project import Project

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
Scalar = str | int | float | bool


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class FromData(_Record):
    """Grid values that are present in a dataset: ``{from: daily_air}``, by default in the field of the parameter's name."""

    dataset: str = Key(alias="from")
    field: str | None = None


class NotebookPlan(_Record):
    """One notebook, the grid it runs over, and how long a cell may take."""

    title: Bilingual
    grid: dict[str, list[Scalar] | FromData] = {}
    cell_timeout_s: int = Key(default=300, ge=1)

    @model_validator(mode="after")
    def _no_empty_list(self) -> NotebookPlan:
        for name, values in self.grid.items():
            if isinstance(values, list) and not values:
                raise ValueError(f"grid: '{name}' has no values")
            if isinstance(values, list) and len(values) != len({(type(v), v) for v in values}):
                raise ValueError(f"grid: '{name}' lists a value twice")
        return self


class Page(_Record):
    """What the urban issue's page shows first, and what it says of its limits."""

    answer: list[str] = Key(default=[], max_length=3)
    results: list[str] = []
    limits: list[Bilingual] = []
    missing: Bilingual | None = None


class Analysis(_Record):
    """``analysis.yml`` of one urban issue."""

    issue: Name
    title: Bilingual
    question: Bilingual
    authors: list[SeatId] = Key(min_length=1, description="seats that wrote the notebooks; none of them checks the release")
    summary: Bilingual | None = None
    datasets: list[str] = Key(min_length=1)
    notebooks: dict[Name, NotebookPlan] = Key(min_length=1)
    downloads: list[str] = Key(default=[], description="protected datasets that a release offers as files")
    page: Page = Page()


def read_analysis(project: Project, issue: str) -> Analysis:
    """Read an urban issue's ``analysis.yml``.

    Parameters
    ----------
    project : Project
    issue : str

    Returns
    -------
    Analysis

    Raises
    ------
    UsageError
        No such urban issue, or all problems of the file.
    """
    path = project.analyses / issue / "analysis.yml"
    if not path.is_file():
        raise unknown("urban issue", issue, issues(project))
    analysis = read_model(path, Analysis)
    if analysis.issue != issue:
        raise UsageError(f"{project.relative(path)}: describes '{analysis.issue}', its folder is '{issue}'")
    return analysis


def issues(project: Project) -> list[str]:
    """Return the urban issues that have an ``analysis.yml``, sorted.

    Parameters
    ----------
    project : Project

    Returns
    -------
    list of str
    """
    return sorted(path.parent.name for path in project.analyses.glob("*/analysis.yml"))


def check_analysis(project: Project, catalog: Catalog, analysis: Analysis) -> None:
    """Refuse an analysis that names what does not exist.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    analysis : Analysis

    Raises
    ------
    UsageError
        Unknown datasets, missing notebooks, grid parameters that the notebook does not have.
    """
    from workbench.runs.notebook import default_parameters

    problems: list[str] = []
    for name in analysis.datasets:
        if name not in catalog.datasets:
            problems.append(f"datasets: unknown dataset '{name}', {did_you_mean(name, catalog.datasets)}")
    for name in analysis.downloads:
        if name not in analysis.datasets:
            problems.append(f"downloads: '{name}' is not among the datasets, {did_you_mean(name, analysis.datasets)}")
    for notebook, plan in analysis.notebooks.items():
        path = notebook_path(project, analysis.issue, notebook)
        if not path.is_file():
            problems.append(f"notebooks: no file {project.relative(path)}")
            continue
        defaults = default_parameters(path)
        for name, values in plan.grid.items():
            if name not in defaults:
                problems.append(f"{notebook}: unknown parameter '{name}', {did_you_mean(name, defaults)}")
            elif isinstance(values, FromData):
                problems += _from_data_problems(catalog, analysis, notebook, name, values)
            else:
                problems += [
                    f"{notebook}: parameter '{name}' is a {type(defaults[name]).__name__} in the notebook, found {value!r}"
                    for value in values
                    if not _same_type(value, defaults[name])
                ]
    if problems:
        raise combine(problems, where=project.relative(project.analyses / analysis.issue / "analysis.yml"))


def _same_type(value: Any, default: Any) -> bool:
    if default is None:
        return True
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return True
    return type(value) is type(default)


def _from_data_problems(catalog: Catalog, analysis: Analysis, notebook: str, name: str, values: FromData) -> list[str]:
    if values.dataset not in analysis.datasets:
        return [
            f"{notebook}: grid '{name}' takes values from '{values.dataset}', {did_you_mean(values.dataset, analysis.datasets)}"
        ]
    field = values.field or name
    if values.dataset in catalog.datasets and field not in catalog[values.dataset].fields:
        return [f"{notebook}: '{values.dataset}' has no field '{field}', {did_you_mean(field, catalog[values.dataset].fields)}"]
    return []


def notebook_path(project: Project, issue: str, notebook: str) -> Path:
    """Return where a notebook lies.

    Parameters
    ----------
    project : Project
    issue, notebook : str

    Returns
    -------
    Path
    """
    return project.notebooks / issue / f"{notebook}.ipynb"
