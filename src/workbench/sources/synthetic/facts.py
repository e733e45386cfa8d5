"""Public facts that the synthetic city is calibrated on, rounded: counts and means, never rows of an official file.

Sources: Seoul Open Data Plaza (public bicycle: stations of June 2023 and rentals per station and month, January to June
2023; air: daily means per station 2018-2021), Seoul statistics (bicycle accidents 2005-2023; bicycle lanes 2023), Korea
Meteorological Administration (station 108, 2018-2021), Seoul Bike Sharing Demand (UCI 560, hours and weekdays).
What no file tells is an assumption and says so.
"""

from __future__ import annotations

import numpy as np

from workbench.places import DISTRICT_NAMES, districts

_BIKE: dict[str, tuple[int, int, int]] = {
    "종로구": (104, 750, 4),
    "중구": (88, 520, 4),
    "용산구": (91, 450, 2),
    "성동구": (94, 860, 2),
    "광진구": (87, 1050, 0),
    "동대문구": (83, 770, 3),
    "중랑구": (95, 620, 4),
    "성북구": (82, 530, 7),
    "강북구": (64, 340, 0),
    "도봉구": (75, 450, 1),
    "노원구": (137, 1310, 2),
    "은평구": (98, 540, 0),
    "서대문구": (82, 440, 0),
    "마포구": (123, 1080, 6),
    "양천구": (111, 1220, 21),
    "강서구": (187, 2430, 32),
    "구로구": (114, 860, 2),
    "금천구": (76, 380, 3),
    "영등포구": (151, 1760, 4),
    "동작구": (72, 450, 0),
    "관악구": (75, 540, 5),
    "서초구": (147, 650, 2),
    "강남구": (166, 670, 9),
    "송파구": (218, 2020, 20),
    "강동구": (122, 930, 18),
}

STATIONS: np.ndarray = np.array([_BIKE[name][0] for name in DISTRICT_NAMES])
"""Public-bicycle stations per district, mid-2023."""

RENTALS: np.ndarray = np.array([_BIKE[name][1] for name in DISTRICT_NAMES], dtype=float)
"""Rentals per district, January to June 2023, in thousands, rounded to ten thousand."""

DEDICATED_LANE_KM: np.ndarray = np.array([_BIKE[name][2] for name in DISTRICT_NAMES], dtype=float)
"""Dedicated bicycle lanes beside roads per district in 2023, whole kilometres."""

POPULATION: np.ndarray = districts()["population"].to_numpy(dtype=float)
"""Residents per district, end of 2023."""

RENTALS_BY_MONTH_2023: tuple[int, ...] = (1_571_000, 2_232_000, 3_886_000, 4_082_000, 4_953_000, 4_874_000)
"""Rentals of the whole city, January to June 2023; January to April: 11.77 million."""

MONTH_SHARES: np.ndarray = np.array([1.57, 2.23, 3.89, 4.08, 4.95, 4.87, 4.0, 4.2, 4.6, 4.8, 3.6, 2.2])
"""Rentals by month in millions; January to June 2023 as above, the later months assumed."""

YEAR_SHARES: dict[int, float] = {2021: 32.0, 2022: 41.0, 2023: 45.0}
"""Rentals by year in millions, about as published."""

HOURS_WEEKDAY: np.ndarray = np.array(
    [29, 22, 15, 10, 7, 8, 20, 43, 73, 41, 30, 34, 39, 39, 40, 44, 51, 66, 96, 73, 64, 61, 55, 39], dtype=float
)
"""Rentals by hour, Monday to Friday, per thousand (UCI 560)."""

HOURS_WEEKEND: np.ndarray = np.array(
    [41, 33, 25, 17, 11, 8, 10, 16, 26, 31, 34, 39, 48, 54, 58, 63, 67, 71, 70, 65, 62, 60, 53, 41], dtype=float
)
"""Rentals by hour, Saturday and Sunday, per thousand (UCI 560)."""

WEEKDAYS: np.ndarray = np.array([1.04, 0.98, 1.05, 0.98, 1.06, 1.01, 0.89])
"""Rentals by weekday against the mean, Monday first (UCI 560)."""

BUSINESS_DISTRICTS: tuple[str, ...] = ("종로구", "중구", "강남구", "서초구", "영등포구")
"""Districts with more workplaces than residents; morning trips end there."""

ACCIDENTS_BY_YEAR: dict[int, tuple[int, int]] = {
    2005: (210, 1340),
    2006: (270, 1420),
    2007: (360, 1550),
    2008: (760, 2000),
    2009: (1000, 2160),
    2010: (1000, 1970),
    2011: (1020, 2000),
    2012: (1390, 2050),
    2013: (1580, 2020),
    2014: (2060, 2450),
    2015: (2230, 2300),
    2016: (1880, 1960),
    2017: (1660, 1610),
    2018: (1470, 1450),
    2019: (1770, 1600),
    2020: (1800, 1640),
    2021: (1780, 1550),
    2022: (1670, 1450),
    2023: (1530, 1320),
}
"""Accidents with a bicycle at fault, and with one as victim, per year, rounded to ten. Never add the two: an accident
between bicycles counts in both."""

DEATHS_PER_ACCIDENT: tuple[float, float] = (0.008, 0.008)
INJURIES_PER_ACCIDENT: tuple[float, float] = (1.09, 1.06)
"""At fault, victim: means over 2005-2023."""

PM25_BY_YEAR: dict[int, float] = {2018: 22.83, 2019: 24.71, 2020: 20.68, 2021: 19.75, 2022: 18.5, 2023: 19.5}
"""Mean over days of the mean of the 25 district stations, µg/m³; 2022 and 2023 assumed."""

PM25_BY_MONTH: np.ndarray = np.array([29.9, 30.6, 34.1, 21.4, 22.6, 20.9, 15.8, 14.2, 9.7, 15.0, 24.6, 25.5])
PM10_BY_MONTH: np.ndarray = np.array([49.4, 49.5, 58.0, 44.4, 47.3, 33.5, 23.8, 22.8, 18.7, 29.8, 44.6, 41.2])
NO2_BY_MONTH: np.ndarray = np.array([35, 33, 32, 26, 23, 20, 17, 16, 17, 25, 34, 33]) / 1000
O3_BY_MONTH: np.ndarray = np.array([14, 19, 26, 33, 37, 39, 30, 28, 27, 21, 14, 13]) / 1000
CO_BY_MONTH: np.ndarray = np.array([67, 62, 55, 44, 43, 41, 37, 36, 37, 47, 60, 62]) / 100
SO2_BY_MONTH: np.ndarray = np.array([45, 43, 39, 36, 35, 34, 33, 32, 30, 33, 37, 38]) / 10_000
"""Means of the district stations by month, 2018-2021: µg/m³ and ppm."""

TEMPERATURE_BY_MONTH: np.ndarray = np.array([-1.4, 1.2, 8.0, 12.6, 18.2, 23.1, 26.5, 27.1, 22.0, 14.8, 7.9, 0.3])
TEMPERATURE_SPREAD: np.ndarray = np.array([5.0, 5.0, 3.5, 3.6, 2.9, 1.9, 2.9, 2.6, 2.0, 3.8, 4.2, 5.0])
NIGHT_COOLER_C = 4.0
WIND_BY_MONTH: np.ndarray = np.array([2.07, 2.23, 2.23, 2.38, 2.14, 1.98, 1.92, 1.92, 2.14, 1.99, 1.98, 2.13])
WIND_SPREAD = 0.68
HUMIDITY_BY_MONTH: np.ndarray = np.array([51.7, 51.5, 54.9, 52.4, 61.3, 65.9, 71.0, 73.2, 66.9, 62.9, 61.2, 55.7])
HUMIDITY_SPREAD = 13.5
"""Weather station 108, 2018-2021: daily means by month and their standard deviations; °C, m/s, %."""
