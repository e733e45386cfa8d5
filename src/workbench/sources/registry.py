"""Every family of official files that the workbench knows."""

from __future__ import annotations

from workbench.sources.accidents import BIKE_ACCIDENTS
from workbench.sources.air import DAILY_AIR
from workbench.sources.bike import BIKE_HOURLY_RENTALS, BIKE_LANES, BIKE_STATION_MONTH, BIKE_STATIONS
from workbench.sources.children import COMMUNITY_CENTRES, MEAL_CARD_MERCHANTS
from workbench.sources.commerce import COFFEE_SALES, COFFEE_STORES, FLOATING_POPULATION
from workbench.sources.families import Family
from workbench.sources.parks import PARKS
from workbench.sources.population import RESIDENT_POPULATION
from workbench.sources.weather import WEATHER_DAILY

REGISTERED: tuple[Family, ...] = (
    DAILY_AIR,
    WEATHER_DAILY,
    BIKE_STATIONS,
    BIKE_STATION_MONTH,
    BIKE_ACCIDENTS,
    BIKE_LANES,
    BIKE_HOURLY_RENTALS,
    PARKS,
    RESIDENT_POPULATION,
    COFFEE_SALES,
    COFFEE_STORES,
    FLOATING_POPULATION,
    COMMUNITY_CENTRES,
    MEAL_CARD_MERCHANTS,
)
