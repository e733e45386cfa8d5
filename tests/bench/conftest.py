"""A small city whose bench stands open, at a desk or in a batch run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import workbench
from demo_city import make_city
from workbench.bench import Bench
from workbench.files import read_json, write_json
from workbench.project import RUN_VARIABLE, Project


@pytest.fixture(scope="session")
def city(tmp_path_factory) -> Project:
    """A city without official data: what is official there comes from stand-ins."""
    return make_city(tmp_path_factory.mktemp("city"), official=None)


@pytest.fixture
def at_desk(city, monkeypatch) -> Bench:
    """The bench that somebody opens in a notebook."""
    monkeypatch.setenv("WORKBENCH_ROOT", str(city.root))
    monkeypatch.delenv(RUN_VARIABLE, raising=False)
    return workbench.open("noise")


@pytest.fixture
def in_batch(city, monkeypatch, tmp_path) -> Callable[..., Bench]:
    """Open the bench as the kernel of a batch run does."""

    def opened(named: str = "noise", **entries: Any) -> Bench:
        context = {
            "issue": "noise",
            "notebook": "levels",
            "folder": str(tmp_path / "run"),
            "datasets": {"levels": "levels_synthetic", "complaints": "complaints"},
            "parameters": {"year": 2021},
            **entries,
        }
        write_json(tmp_path / "context.json", context)
        monkeypatch.setenv("WORKBENCH_ROOT", str(city.root))
        monkeypatch.setenv(RUN_VARIABLE, str(tmp_path / "context.json"))
        return workbench.open(named)

    return opened


@pytest.fixture
def written(tmp_path) -> Callable[[str], Any]:
    """Read a result of the batch run as it was written."""
    folder: Path = tmp_path / "run" / "results"
    return lambda name: read_json(folder / f"{name}.json")
