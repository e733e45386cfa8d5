"""The notebooks give the published figures from the official files, by way of intake, protection and runs."""

from __future__ import annotations

import json
import shutil

import pytest

from workbench.cli import main
from workbench.project import Project

pytestmark = pytest.mark.realdata

GOOD_DAYS = {2018: (130, 124), 2019: (110, 104), 2020: (142, 135), 2021: (172, 166)}
"""Rounded, as published for 2018, 2019 and 2021; and without rounding."""

OFFICIAL = (
    "daily_air", "weather_daily", "bike_stations", "bike_station_month", "bike_accidents_by_district", "bike_lanes",
)  # fmt: skip


@pytest.fixture(scope="module")
def ran(synthetic_project, real_data, tmp_path_factory) -> Project:
    root = tmp_path_factory.mktemp("official") / "project"
    shutil.copytree(synthetic_project.root, root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_ROOT", str(root))
        patch.setenv("WORKBENCH_DATA", str(real_data))
        assert main(["fetch", *OFFICIAL]) == 0
        assert main(["protect", *OFFICIAL]) == 0
        assert main(["run", "fine-dust", "good-days"]) == 0
        assert main(["run", "bike-routes", "rentals"]) == 0
        for issue in ("fine-dust", "bike-routes"):
            shutil.rmtree(root / "analyses" / issue / "releases", ignore_errors=True)
    return Project(root=root)


def contributions(project: Project, issue: str, notebook: str, name: str) -> dict[str, object]:
    import pandas as pd

    return {
        json.loads((folder / "run.json").read_text(encoding="utf-8"))["parameters"]["year"]: pd.read_parquet(
            folder / "contributions" / f"{name}.parquet"
        )
        for folder in (project.runs / issue / notebook).iterdir()
        if (folder / "run.json").is_file()
    }


def test_good_days_of_every_year_in_the_files(ran):
    found = {
        year: tuple(int((rows["column"] == rule).sum()) for rule in ("rounded", "unrounded"))
        for year, rows in contributions(ran, "fine-dust", "good-days", "good_days").items()
    }
    assert found == GOOD_DAYS


def test_the_mean_of_2021_and_how_it_differs_from_the_mean_of_station_means(ran):
    rows = contributions(ran, "fine-dust", "good-days", "annual_mean_ways")[2021].groupby("row")["value"].mean()
    assert round(rows["over_days"], 2) == 19.75
    assert round(rows["of_stations"], 2) == 19.77


def test_rentals_from_january_to_april_2023(ran):
    rows = contributions(ran, "bike-routes", "rentals", "rentals_by_month")[2023].groupby("row")["value"].sum()
    assert int(rows[["2023-01", "2023-02", "2023-03", "2023-04"]].sum()) == 11_770_582
