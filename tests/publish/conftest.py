"""The sample's book, shared by the tests of pages and of the browser, and a project of a test's own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from book_sample import SampleBook, sample_book
from workbench.project import Project

__all__ = ["sample_book"]


@pytest.fixture
def project(sample_book: SampleBook, tmp_path: Path) -> Project:
    """A copy of the sample's committed files, to damage."""
    shutil.copytree(sample_book.project.root, tmp_path / "city", ignore=shutil.ignore_patterns("site", ".workbench"))
    return Project(root=tmp_path / "city")
