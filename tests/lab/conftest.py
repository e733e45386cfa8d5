"""Small projects with notebooks, and one lab that most tests visit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import nbformat
import pytest
from lab_clients import PASSWORD, Visitor

from workbench.files import write_text
from workbench.lab import Lab, start_lab
from workbench.project import Project

SECRETS = {
    "SEOUL_OPEN_DATA_KEY": "secret-of-the-interface",
    "GITHUB_TOKEN": "secret-of-the-forge",
    "PGPASSWORD": "secret-of-the-database",
    "AWS_ACCESS_KEY_ID": "secret-of-the-storage",
    "DATABASE_URL": "postgresql://u:secret-of-the-url@db/x",
    "JUPYTER_TOKEN": "secret-token-of-jupyter",
    "WORKBENCH_DATA": "/secret/official/files",
    "WORKBENCH_LAB_PASSWORD": PASSWORD,
}
"""What may stand in the environment of the person who starts a lab."""

FIELD = """
      {name}:
        type: string
        meaning: {{ko: 뜻, en: meaning}}
        reveals: {reveals}"""

DATASET = """
  {name}:
    title: {{ko: 자료, en: data}}
    description: {{ko: 자료, en: data}}
    owner: {{ko: 서울특별시, en: Seoul}}
    sector: public
    licence: KOGL-1
    licence_verified: true
    source: {{title: {{ko: 자료, en: data}}}}
    period: "2023"
    update: once
    issues: []
    key: [a]
    sort: []
    synthetic: {synthetic}
    fields:{fields}
"""

CATALOGUE = "datasets:\n" + "".join(
    DATASET.format(name=name, synthetic=synthetic, fields=FIELD.format(name="a", reveals=reveals))
    for name, synthetic, reveals in [
        ("daily_air", "false", "place"),
        ("bike_trips", "true", "direct_identifier"),
        ("meal_card_purchases", "false", "sensitive"),
    ]
)


def write_notebook(path: Path) -> None:
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    notebook.cells = [nbformat.v4.new_markdown_cell("# 미세먼지", id="m1"), nbformat.v4.new_code_cell("x = 1\n", id="c1")]
    write_text(path, nbformat.writes(notebook) + "\n")


@pytest.fixture(scope="session")
def make_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Project]:
    """A function that gives a new project with one notebook."""

    def make() -> Project:
        root = tmp_path_factory.mktemp("city")
        write_text(root / "data_catalog.yml", CATALOGUE)
        write_notebook(root / "notebooks" / "fine-dust" / "good-days.ipynb")
        return Project(root=root)

    return make


@pytest.fixture
def project(make_project: Callable[[], Project]) -> Project:
    return make_project()


@pytest.fixture(scope="session")
def lab(make_project: Callable[[], Project]) -> Iterator[Lab]:
    """A running lab, started by someone whose environment is full of secrets."""
    with mock.patch.dict(os.environ, SECRETS):
        lab = start_lab(make_project(), port=0)
    with lab:
        yield lab


@pytest.fixture
def visitor(lab: Lab) -> Iterator[Visitor]:
    """Someone who has given the password."""
    with Visitor(lab.port) as visitor:
        visitor.log_in()
        yield visitor


@pytest.fixture
def notebook(lab: Lab) -> Iterator[str]:
    """A notebook of this test's own in the running lab."""
    folder = lab.folders.root.parent.parent / "notebooks" / "fine-dust"
    name = f"own-{len(list(folder.glob('own-*')))}.ipynb"
    write_notebook(folder / name)
    yield f"fine-dust/{name}"
