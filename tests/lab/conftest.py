"""Small projects with notebooks, and one lab that most tests visit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from unittest import mock

import pytest
from lab_clients import Visitor
from lab_projects import CATALOGUE, SECRETS, write_notebook

from workbench.files import write_text
from workbench.lab import Lab, start_lab
from workbench.project import Project


@pytest.fixture(scope="module")
def make_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Project]:
    """A function that gives a new project with one notebook."""

    def make() -> Project:
        root = tmp_path_factory.mktemp("city")
        write_text(root / "data_catalog.yml", CATALOGUE)
        write_notebook(root / "notebooks" / "fine-dust" / "good-days.ipynb")
        return Project(root=root)

    return make


@pytest.fixture(autouse=True)
def no_password_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have one."""
    monkeypatch.delenv("WORKBENCH_LAB_PASSWORD", raising=False)


@pytest.fixture
def project(make_project: Callable[[], Project]) -> Project:
    return make_project()


@pytest.fixture(scope="module")
def lab(make_project: Callable[[], Project]) -> Iterator[Lab]:
    """A running lab, started by someone whose environment is full of secrets."""
    with mock.patch.dict(os.environ, SECRETS):
        lab = start_lab(make_project(), port=0)
    with lab:
        yield lab


@pytest.fixture(scope="module")
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
