"""A project in an empty folder, with the catalogue that the repository ships."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.catalog import Catalog, read_catalog
from workbench.project import Project

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return read_catalog(Project(root=ROOT))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "data").mkdir()
    return Project(root=tmp_path, data=tmp_path / "data")
