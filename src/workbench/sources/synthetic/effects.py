"""The effects put into the synthetic city on purpose, with their sizes: what an analysis of it should find.

They are plausible, not measured. A test of an analysis compares what it finds with these numbers; a page that shows
synthetic results never states them as facts about Seoul.
"""

from __future__ import annotations

from dataclasses import dataclass

ROADSIDE_PM25_UG_M3 = 1.5
ROADSIDE_PM10_UG_M3 = 4.0
ROADSIDE_NO2_PPM = 0.011
BACKGROUND_PM25_UG_M3 = -1.0
WIND_PM25_LOG_PER_M_S = -0.20
WARM_PM25_LOG_PER_C = 0.02
LANE_ACCIDENTS_LOG_PER_KM = -0.02
NIGHT_ACCIDENTS_FACTOR = 2.0
SENIOR_SERIOUS_FACTOR = 1.8
SENIOR_SLOWER_PER_YEAR = 0.005
SCARCE_RESTAURANTS_CONVENIENCE = 0.08
WEEKEND_CONVENIENCE = 0.10
MOVING_SEASON_FACTOR = 1.3
PARK_CAFE_LOG = 0.20
PARK_CAFE_DECAY_M = 300.0
TRAFFIC_MORNING_IN_FACTOR = 1.25


@dataclass(frozen=True)
class Effect:
    """One effect put in on purpose.

    Parameters
    ----------
    size : float
        In ``unit``.
    unit : str
    datasets : tuple of str
        Where it shows.
    meaning : str
        What is larger or smaller, by how much, when all else is equal.
    """

    size: float
    unit: str
    datasets: tuple[str, ...]
    meaning: str


_AIR = ("daily_air_synthetic", "hourly_air_synthetic")
_WEATHER = ("daily_air_synthetic", "weather_daily_synthetic")

EFFECTS: dict[str, Effect] = {
    "roadside_pm25": Effect(ROADSIDE_PM25_UG_M3, "µg/m³", _AIR, "added at roadside stations to the district stations' level"),
    "roadside_pm10": Effect(ROADSIDE_PM10_UG_M3, "µg/m³", _AIR, "added at roadside stations to the district stations' level"),
    "roadside_no2": Effect(ROADSIDE_NO2_PPM, "ppm", _AIR, "added at roadside stations to the district stations' level"),
    "background_pm25": Effect(
        BACKGROUND_PM25_UG_M3, "µg/m³", _AIR, "added at background stations to the district stations' level"
    ),
    "wind_pm25": Effect(WIND_PM25_LOG_PER_M_S, "log per m/s", _WEATHER, "PM2.5 on a windier day than usual in that month"),
    "warm_pm25": Effect(WARM_PM25_LOG_PER_C, "log per °C", _WEATHER, "PM2.5 on a warmer day than usual in that month"),
    "lane_accidents": Effect(
        LANE_ACCIDENTS_LOG_PER_KM,
        "log per km",
        ("bike_accidents_by_district_synthetic", "bike_accident_reports", "bike_lanes_synthetic", "bike_station_month_synthetic"),
        "accidents per rental for each kilometre of dedicated lane beside roads in the district",
    ),
    "night_accidents": Effect(
        NIGHT_ACCIDENTS_FACTOR, "times", ("bike_accident_reports", "bike_trips"), "accidents per trip, from 22 to 6 h"
    ),
    "senior_serious": Effect(
        SENIOR_SERIOUS_FACTOR, "times", ("bike_accident_reports",), "odds of death or serious injury from the age of 65"
    ),
    "senior_slower": Effect(
        SENIOR_SLOWER_PER_YEAR, "share per year", ("bike_trips",), "speed lost for each year of age above 30"
    ),
    "scarce_restaurants": Effect(
        SCARCE_RESTAURANTS_CONVENIENCE,
        "share per standard deviation",
        ("meal_card_purchases", "meal_card_merchants_synthetic"),
        "more of the purchases made in convenience stores where there are fewer restaurants for the residents",
    ),
    "weekend_convenience": Effect(
        WEEKEND_CONVENIENCE, "share", ("meal_card_purchases",), "more of the purchases made in convenience stores at weekends"
    ),
    "moving_season": Effect(MOVING_SEASON_FACTOR, "times", ("donations",), "donations in March and September, when people move"),
    "park_cafe": Effect(
        PARK_CAFE_LOG,
        "log at the park's edge",
        ("shop_sales", "parks_synthetic"),
        f"sales of a café beside a park, fading by 1/e every {PARK_CAFE_DECAY_M:g} m; other shops none",
    ),
    "traffic_morning_in": Effect(
        TRAFFIC_MORNING_IN_FACTOR,
        "times",
        ("traffic_volume_synthetic",),
        "vehicles inwards against outwards on weekdays, from 7 to 9 h",
    ),
}
"""Every effect by name."""
