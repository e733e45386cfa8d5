"""Through the connector to the released results: what was released from files is reproduced from the interface."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from official_answers import air_days, rental_months, stations
from seoul_server import KEY, SeoulServer, running

from committed_copy import copy_committed
from workbench.catalog import read_catalog
from workbench.privacy import protect_dataset
from workbench.project import Project
from workbench.releases import make_candidate
from workbench.runs import Selection, carry_out, plan_runs, read_analysis
from workbench.sources import Connection, fetch_seoul
from workbench.sources.synthetic import write_synthetic

pytestmark = pytest.mark.realdata

TODAY = dt.date(2026, 11, 22)


def verdicts(project: Project, issue: str, notebook: str, **only: str) -> dict[str, str]:
    """Run one notebook and compare its results with the release."""
    catalog, analysis = read_catalog(project), read_analysis(project, issue)
    runs = plan_runs(project, catalog, analysis, selection=Selection(only=only, notebooks=(notebook,)))
    assert carry_out(project, runs).failures == ()
    found = make_candidate(project, catalog, analysis, runs, today=TODAY)
    return {
        item.variant.name: item.verdict
        for item in found.comparisons
        if item.variant.notebook == notebook and all(str(item.variant.parameters[name]) == value for name, value in only.items())
    }


def test_the_released_figures_are_reproduced_from_what_the_interface_answers(tmp_path: Path, real_data: Path) -> None:
    project = copy_committed(tmp_path / "city")
    catalog = read_catalog(project)
    tables = {"tbCycleStationInfo": stations(real_data)}
    options = {"DailyAverageAirQuality": air_days(real_data), "tbCycleRentUseMonthInfo": rental_months(real_data)}
    with running(SeoulServer(tables=tables, by_option=options, texts_only=True)) as server:
        connection = Connection(base=server.url, key=KEY, pace_s=0.0)
        for dataset, since, until in (
            ("bike_stations", None, None),
            ("bike_station_month", "2023-01", "2023-06"),
            ("daily_air", "2021-01-01", "2021-12-31"),
        ):
            fetch_seoul(project, catalog, dataset, since=since, until=until, today=TODAY, connection=connection)
    stand_ins = ["weather_daily_synthetic", "bike_accidents_by_district_synthetic", "bike_lanes_synthetic"]
    synthetic = [*stand_ins, "bike_trips", "bike_accident_reports"]
    write_synthetic(project, catalog, trips=20_000, datasets=synthetic)
    for name in ("bike_stations", "bike_station_month", "daily_air", *synthetic):
        protect_dataset(project, catalog, name)
    air = verdicts(project, "fine-dust", "good-days", year="2021")
    assert {air[name] for name in ("good_days", "good_days_answer", "annual_mean", "over_standard_days")} == {"reproduced"}
    assert verdicts(project, "bike-routes", "rentals", year="2023")["rentals_jan_apr"] == "reproduced"
