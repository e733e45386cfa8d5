"""Published figures reproduced from the vault's rows: once from the official files, once through the connector."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from official_answers import air_days, rental_months, stations
from seoul_server import KEY, SeoulServer, running

from workbench.project import Project
from workbench.sources import Connection, QuotaUsed, fetch_seoul, find_official_files, take_in_files
from workbench.vault import Vault

pytestmark = pytest.mark.realdata

GOOD_DAYS = {2018: 130, 2019: 110, 2020: 142, 2021: 172}
"""Days whose mean over the district stations, rounded, is at most 15 µg/m³: 2018, 2019 and 2021 as published."""

RENTALS_JANUARY_TO_APRIL_2023 = 11_770_582


def check_air(rows: pd.DataFrame) -> None:
    days = rows[rows["station_kind"] == "district"].groupby(["year", "date"])["pm25_ug_m3"].mean()
    assert (days.round() <= 15).groupby("year").sum().to_dict() == GOOD_DAYS
    assert days.groupby("year").mean()[2021] == pytest.approx(19.746, abs=0.001)


def check_rentals(rows: pd.DataFrame) -> None:
    chosen = rows[rows["month"].between("2023-01", "2023-04")]
    assert chosen["rentals"].sum() == RENTALS_JANUARY_TO_APRIL_2023


def test_every_official_file_comes_in_and_adds_up(project, catalog, real_data):
    project = Project(root=project.root, data=real_data)
    balances = take_in_files(project, catalog)
    assert all(balance.adds_up for balance in balances)
    arrived = {(balance.dataset, balance.arrived, balance.kept) for balance in balances}
    assert {
        ("daily_air", 14_637, 14_637),
        ("daily_air", 17_745, 17_745),
        ("daily_air", 18_300, 18_300),
        ("daily_air", 18_250, 18_250),
        ("weather_daily", 3_287, 3_287),
        ("bike_stations", 2_749, 2_749),
        ("bike_station_month", 16_306, 16_306),
        ("bike_accidents_by_district", 494, 475),
        ("bike_lanes", 28, 28),
        ("bike_hourly_rentals", 8_760, 8_760),
        ("parks", 131, 130),
        ("coffee_sales_by_dong", 1_680, 1_680),
        ("coffee_stores_by_dong", 1_696, 1_696),
        ("floating_population_by_dong", 10_625, 10_625),
        ("community_child_centres", 456, 456),
        ("resident_population", 26 * 69 + 1, 25 * 69),
    } <= arrived
    unused = {found.name.split("/")[0] for found in find_official_files(real_data) if found.dataset is None}
    assert {"benchmarks", "boundaries", "reference"} <= unused
    vault = Vault(project, catalog)
    check_air(vault.read("daily_air"))
    check_rentals(vault.read("bike_station_month"))
    residents = vault.read("resident_population")
    assert residents[residents["quarter"] == "2023Q4"]["population"].sum() == 9_638_799
    assert all(balance.unchanged for balance in take_in_files(project, catalog))


def test_the_same_figures_come_through_the_connector_over_two_days_of_quota(project, catalog, real_data):
    with running(SeoulServer(by_option={"DailyAverageAirQuality": air_days(real_data)}, texts_only=True)) as server:
        connection = Connection(base=server.url, key=KEY, pace_s=0.0)
        asked = {"since": "2018", "until": "2021", "connection": connection}
        with pytest.raises(QuotaUsed):
            fetch_seoul(project, catalog, "daily_air", today=dt.date(2026, 11, 22), **asked)
        balances = fetch_seoul(project, catalog, "daily_air", today=dt.date(2026, 11, 23), **asked)
        assert len(server.calls) == 1_461
    assert len(balances) == 48
    assert all(balance.adds_up for balance in balances)
    check_air(Vault(project, catalog).read("daily_air"))


def test_the_same_rentals_come_through_the_connector(project, catalog, real_data):
    with running(
        SeoulServer(
            tables={"tbCycleStationInfo": stations(real_data)}, by_option={"tbCycleRentUseMonthInfo": rental_months(real_data)}
        )
    ) as server:
        connection = Connection(base=server.url, key=KEY, pace_s=0.0)
        fetch_seoul(project, catalog, "bike_stations", today=dt.date(2026, 11, 22), connection=connection)
        balances = fetch_seoul(
            project,
            catalog,
            "bike_station_month",
            since="2023-01",
            until="2023-06",
            today=dt.date(2026, 11, 22),
            connection=connection,
        )
    assert [balance.kept for balance in balances] == [2_708, 2_714, 2_722, 2_721, 2_724, 2_717]
    check_rentals(Vault(project, catalog).read("bike_station_month"))
