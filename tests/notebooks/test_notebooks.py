"""Every committed notebook runs as it stands, cell by cell under nbval, on the synthetic stand-ins."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from committed_copy import ROOT, copy_committed
from workbench.catalog import read_catalog
from workbench.privacy import protect_dataset
from workbench.project import Project
from workbench.runs import issues, read_analysis, read_notebook
from workbench.sources.synthetic import write_synthetic

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*/*.ipynb"))


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """What is committed, with the synthetic city taken in and protected, and no official file."""
    project = copy_committed(tmp_path_factory.mktemp("city"))
    catalog = read_catalog(project)
    asked = {name for issue in issues(project) for name in read_analysis(project, issue).datasets}
    needed = {catalog[name].stand_in or name for name in asked}
    write_synthetic(project, catalog, seed=2017, trips=200_000, datasets=sorted(needed))
    for name in sorted(needed):
        protect_dataset(project, catalog, name)
    return project


@pytest.mark.timeout(600)
def test_every_notebook_runs_under_nbval(city: Project) -> None:
    environment = {**os.environ, "WORKBENCH_ROOT": str(city.root), "MPLBACKEND": "agg"}
    environment.pop("WORKBENCH_DATA", None)

    def validate(notebook: Path) -> subprocess.CompletedProcess[str]:
        words = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--nbval-lax",
            "-p",
            "no:cacheprovider",
            "-c",
            os.devnull,
            "--rootdir",
            str(city.root),
        ]
        return subprocess.run(
            [*words, str(notebook)], env=environment, capture_output=True, text=True, check=False, cwd=city.root
        )

    copies = [city.notebooks / path.relative_to(ROOT / "notebooks") for path in NOTEBOOKS]
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(validate, copies))
    failed = "\n".join(result.stdout[-3000:] for result in done if result.returncode != 0)
    assert not failed, failed
    assert all(" passed" in result.stdout for result in done)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_committed_notebook_has_no_outputs_and_both_languages(path: Path) -> None:
    cells = read_notebook(path).cells
    assert not [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")]
    languages = [cell.metadata.get("lang") for cell in cells if cell.cell_type == "markdown"]
    assert languages.count("ko") == languages.count("en") >= 3


def test_every_notebook_belongs_to_an_analysis() -> None:
    project = Project(root=ROOT)
    listed = {f"{issue}/{name}" for issue in issues(project) for name in read_analysis(project, issue).notebooks}
    assert listed == {f"{path.parent.name}/{path.stem}" for path in NOTEBOOKS}


def test_the_grid_has_at_most_thirty_runs_on_the_synthetic_city(city: Project) -> None:
    from workbench.runs import plan_runs

    catalog = read_catalog(city)
    assert sum(len(plan_runs(city, catalog, read_analysis(city, issue))) for issue in issues(city)) <= 30
