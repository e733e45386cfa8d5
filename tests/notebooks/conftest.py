"""A copy of the project in which only stand-ins and synthetic data were protected, as on a machine without official files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workbench.cli import main
from workbench.project import Project

ROOT = Path(__file__).parents[2]
SYNTHETIC = (
    "daily_air_synthetic", "weather_daily_synthetic", "bike_stations_synthetic", "bike_station_month_synthetic",
    "bike_accidents_by_district_synthetic", "bike_lanes_synthetic", "bike_trips",
)  # fmt: skip


@pytest.fixture(scope="session")
def synthetic_project(tmp_path_factory):
    root = tmp_path_factory.mktemp("synthetic")
    for name in ("analyses", "notebooks", "governance"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "data_catalog.yml", root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_ROOT", str(root))
        patch.delenv("WORKBENCH_DATA", raising=False)
        assert main(["fetch", "--synthetic", *SYNTHETIC]) == 0
        assert main(["protect", *SYNTHETIC]) == 0
    return Project(root=root)
