"""The synthetic city resembles the facts that it is calibrated on, within stated tolerances."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.places import DISTRICT_NAMES, districts
from workbench.sources.synthetic import facts


def by_district(values):
    return values.reindex(list(DISTRICT_NAMES)).to_numpy(dtype=float)


def test_annual_means_of_fine_dust_are_the_published_ones_within_a_twentieth(city):
    air = city("daily_air_synthetic")
    days = air[air["station_kind"] == "district"].groupby("date")["pm25_ug_m3"].mean()
    found = days.groupby(days.index.year).mean()
    assert {2018, 2019, 2020, 2021} <= set(found.index)
    for year, mean in facts.PM25_BY_YEAR.items():
        assert found[year] == pytest.approx(mean, abs=0.05)


def test_march_is_dusty_and_september_clear(city):
    air = city("daily_air_synthetic")
    months = air.groupby(air["date"].dt.month)["pm25_ug_m3"].mean()
    assert months.idxmax() in (1, 2, 3) and months.idxmin() == 9
    assert np.corrcoef(months, facts.PM25_BY_MONTH)[0, 1] > 0.95


def test_days_of_fine_dust_spread_as_measured(city):
    air = city("daily_air_synthetic")
    days = air[air["station_kind"] == "district"].groupby("date")["pm25_ug_m3"].mean()
    assert 10 < days.std() < 18  # 11.9 to 17.8 in 2018-2021


def test_some_measurements_are_missing(city):
    assert city("daily_air_synthetic")["pm25_ug_m3"].isna().mean() == pytest.approx(0.025, abs=0.003)


def test_an_hours_mean_over_a_year_is_the_days(city):
    hourly, daily = city("hourly_air_synthetic"), city("daily_air_synthetic")
    year = hourly["year"].iloc[0]
    for name in ("pm25_ug_m3", "no2_ppm"):
        assert hourly[name].mean() == pytest.approx(daily.loc[daily["year"] == year, name].mean(), rel=0.03)


def test_weather_follows_the_months(city):
    weather = city("weather_daily_synthetic")
    months = weather.groupby(weather["date"].dt.month)[
        ["mean_temperature_c", "wind_speed_m_s", "relative_humidity_percent"]
    ].mean()
    assert months["mean_temperature_c"].to_numpy() == pytest.approx(facts.TEMPERATURE_BY_MONTH, abs=1.8)
    assert months["wind_speed_m_s"].to_numpy() == pytest.approx(facts.WIND_BY_MONTH, abs=0.3)
    assert months["relative_humidity_percent"].to_numpy() == pytest.approx(facts.HUMIDITY_BY_MONTH, abs=4.0)
    assert (weather["minimum_temperature_c"] < weather["mean_temperature_c"]).all()


def test_rentals_from_january_to_april_are_11_77_million(city):
    months = city("bike_station_month_synthetic").groupby("month")["rentals"].sum()
    assert round(months["2023-01":"2023-04"].sum() / 1e6, 2) == 11.77
    assert months.tolist() == list(facts.RENTALS_BY_MONTH_2023)


def test_rentals_per_district_are_the_official_ones_within_five_percent(city):
    found = by_district(city("bike_station_month_synthetic").groupby("district")["rentals"].sum())
    assert found == pytest.approx(facts.RENTALS * 1000, rel=0.05)


def test_stations_are_as_many_as_official_ones(city):
    stations = city("bike_stations_synthetic")
    assert by_district(stations.groupby("district").size()).tolist() == facts.STATIONS.tolist()
    assert 2_700 < len(stations) < 2_800


def test_accidents_of_a_year_are_as_published_within_ten(city):
    years = city("bike_accidents_by_district_synthetic").groupby("year")[["at_fault_accidents", "victim_accidents"]].sum()
    assert years.index.tolist() == list(range(2005, 2024))
    assert years.to_numpy().tolist() == [list(pair) for pair in facts.ACCIDENTS_BY_YEAR.values()]
    assert 2_800 < years.loc[2019:].sum(axis=1).mean() < 3_500


def test_trips_follow_hours_and_weekdays(city):
    trips = city("bike_trips")
    week = trips[trips["weekday"] < 5].groupby("hour").size()
    assert (week / week.sum()).to_numpy() == pytest.approx(facts.HOURS_WEEKDAY / facts.HOURS_WEEKDAY.sum(), abs=0.003)
    assert week.idxmax() == 18 and week[8] > 1.5 * week[10]


def test_trips_per_district_are_shared_as_rentals_are(city):
    found = by_district(city("bike_trips").groupby("start_district").size())
    assert found / found.sum() == pytest.approx(facts.RENTALS / facts.RENTALS.sum(), rel=0.08)


def test_few_riders_ride_much_and_most_little(city):
    trips_each = city("bike_trips").groupby("rider_id").size().sort_values(ascending=False)
    assert trips_each.head(len(trips_each) // 10).sum() > 0.4 * trips_each.sum()
    assert trips_each.median() < trips_each.mean() / 1.5


def test_a_few_stations_draw_many_trips(city):
    starts = city("bike_trips").groupby("start_station").size().sort_values(ascending=False)
    assert starts.head(len(starts) // 10).sum() > 0.28 * starts.sum()


def test_trips_thin_out_with_distance_and_none_is_faster_than_a_bicycle(city):
    trips = city("bike_trips")
    speed = trips["distance_m"] / 1000 / (trips["duration_min"] / 60)
    assert speed.max() < 40
    away = trips[trips["start_station"] != trips["end_station"]]["distance_m"]
    assert ((away < 4_000).mean(), (away > 10_000).mean()) == (pytest.approx(0.75, abs=0.1), pytest.approx(0.04, abs=0.03))


def test_mornings_lead_to_workplaces_and_evenings_back(city):
    trips = city("bike_trips")
    trips = trips[trips["weekday"] < 5]
    business = list(facts.BUSINESS_DISTRICTS)
    flow = trips["end_district"].isin(business).astype(int) - trips["start_district"].isin(business).astype(int)
    net = flow.groupby(trips["hour"]).mean()
    assert net[8] > 0.01 > -0.01 > net[18]


def test_homes_of_card_holders_follow_the_residents(city):
    cards = city("meal_card_purchases").drop_duplicates("card_id")
    found = by_district(cards.groupby("home_district").size())
    assert np.corrcoef(found, districts()["population"])[0, 1] > 0.8


def test_a_meal_costs_at_most_the_limit(city):
    amounts = city("meal_card_purchases")["amount_won"]
    assert amounts.max() <= 16_000
    assert (amounts <= 8_000).mean() > 0.94
