"""The effects put in on purpose are there, near their stated sizes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbench.places import DISTRICT_NAMES
from workbench.sources.synthetic import EFFECTS, SYNTHETIC, effects
from workbench.sources.synthetic.meals import merchants


def slope(x, y) -> float:
    return float(np.polyfit(np.asarray(x, dtype=float), np.asarray(y, dtype=float), 1)[0])


def odds(share: float) -> float:
    return share / (1 - share)


def test_every_effect_names_datasets_that_exist():
    assert all(set(effect.datasets) <= set(SYNTHETIC) and effect.meaning and effect.unit for effect in EFFECTS.values())


@pytest.mark.parametrize(
    ("pollutant", "kind", "added"),
    [
        ("pm25_ug_m3", "roadside", effects.ROADSIDE_PM25_UG_M3),
        ("pm25_ug_m3", "background", effects.BACKGROUND_PM25_UG_M3),
        ("pm10_ug_m3", "roadside", effects.ROADSIDE_PM10_UG_M3),
        ("no2_ppm", "roadside", effects.ROADSIDE_NO2_PPM),
    ],
)
@pytest.mark.parametrize("dataset", ["daily_air_synthetic", "hourly_air_synthetic"])
def test_stations_beside_roads_and_in_the_hills_differ_from_the_districts(city, dataset, pollutant, kind, added):
    means = city(dataset).groupby("station_kind")[pollutant].mean()
    assert means[kind] - means["district"] == pytest.approx(added, rel=0.2)


def test_wind_clears_the_air_and_warmth_fills_it(city):
    air, weather = city("daily_air_synthetic"), city("weather_daily_synthetic").set_index("date")
    days = np.log(air[air["station_kind"] == "district"].groupby("date")["pm25_ug_m3"].mean())
    month = days.index.to_period("M")
    table = pd.DataFrame({"pm25": days, "wind": weather["wind_speed_m_s"], "warm": weather["mean_temperature_c"]})
    table -= table.groupby(month).transform("mean")
    (wind, warm), *_ = np.linalg.lstsq(table[["wind", "warm"]], table["pm25"], rcond=None)
    assert wind == pytest.approx(effects.WIND_PM25_LOG_PER_M_S, abs=0.06)
    assert warm == pytest.approx(effects.WARM_PM25_LOG_PER_C, abs=0.015)


def test_more_dedicated_lanes_go_with_fewer_accidents_per_rental(city):
    accidents = city("bike_accidents_by_district_synthetic")
    accidents = (
        accidents[accidents["year"] >= 2019].groupby("district")[["at_fault_accidents", "victim_accidents"]].sum().sum(axis=1)
    )
    rentals = city("bike_station_month_synthetic").groupby("district")["rentals"].sum()
    lanes = city("bike_lanes_synthetic").set_index("district")["dedicated_km"]
    rate = np.log(accidents / rentals)[list(DISTRICT_NAMES)]
    assert slope(lanes[list(DISTRICT_NAMES)], rate) == pytest.approx(effects.LANE_ACCIDENTS_LOG_PER_KM, abs=0.008)
    reports = city("bike_accident_reports").groupby("district").size()
    rate = np.log(reports / rentals)[list(DISTRICT_NAMES)]
    assert slope(lanes[list(DISTRICT_NAMES)], rate) == pytest.approx(effects.LANE_ACCIDENTS_LOG_PER_KM, abs=0.008)


def test_a_trip_at_night_is_twice_as_dangerous(city):
    night = [
        ((frame["hour"] >= 22) | (frame["hour"] < 6)).mean() for frame in (city("bike_accident_reports"), city("bike_trips"))
    ]
    assert odds(night[0]) / odds(night[1]) == pytest.approx(effects.NIGHT_ACCIDENTS_FACTOR, rel=0.1)


def test_older_people_are_hurt_worse(city):
    reports = city("bike_accident_reports")
    badly = reports["severity"].isin(["death", "serious"]).groupby(reports["age"] >= 65).mean()
    assert odds(badly[True]) / odds(badly[False]) == pytest.approx(effects.SENIOR_SERIOUS_FACTOR, rel=0.12)


def test_older_riders_are_slower(city):
    trips = city("bike_trips")
    speed = np.log(trips["distance_m"] / (trips["duration_min"] - 2.0))
    assert slope(np.maximum(trips["rider_age"] - 30, 0), speed) == pytest.approx(-effects.SENIOR_SLOWER_PER_YEAR, abs=0.001)


def test_where_restaurants_are_scarce_children_eat_from_convenience_stores(city):
    purchases = city("meal_card_purchases")
    share = (purchases["merchant_kind"] == "convenience").groupby(purchases["district"]).mean()[list(DISTRICT_NAMES)]
    assert slope(merchants(2017).scarcity, share) == pytest.approx(effects.SCARCE_RESTAURANTS_CONVENIENCE, abs=0.01)
    weekend = (purchases["merchant_kind"] == "convenience").groupby(purchases["purchased_at"].dt.day_of_week >= 5).mean()
    assert weekend[True] - weekend[False] == pytest.approx(effects.WEEKEND_CONVENIENCE, abs=0.02)


def test_people_who_move_donate(city):
    months = city("donations")["donated_on"].dt.month.value_counts()
    moving = months[[3, 9]].mean() / months.drop([3, 9]).mean()
    assert moving == pytest.approx(effects.MOVING_SEASON_FACTOR, abs=0.08)


def test_a_cafe_beside_a_park_sells_more_and_other_shops_do_not(city):
    sales = city("shop_sales").assign(logged=lambda table: np.log(table["sales_won"]))
    shops = sales.groupby("shop_id").agg({"logged": "mean", "distance_to_park_m": "first", "industry": "first"})
    near = np.exp(-shops["distance_to_park_m"] / effects.PARK_CAFE_DECAY_M)
    found = {industry: slope(near[own.index], own["logged"]) for industry, own in shops.groupby("industry")}
    assert found["cafe"] == pytest.approx(effects.PARK_CAFE_LOG, abs=0.1)
    assert abs(found["restaurant"]) < 0.1


def test_traffic_runs_inwards_in_the_morning(city):
    traffic = city("traffic_volume_synthetic")
    morning = traffic[(traffic["measured_on"].dt.day_of_week < 5) & traffic["hour"].isin([7, 8])]
    vehicles = morning.groupby("direction")["vehicles"].sum()
    assert vehicles["in"] / vehicles["out"] == pytest.approx(effects.TRAFFIC_MORNING_IN_FACTOR, abs=0.03)
