"""Weather and air: daily and hourly stand-ins for the official measurements.

One city-wide level a day, which weather moves, then stations around it: districts at the level, roadside stations above,
background stations below. District stations carry their district's name, as the official ones do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from workbench.places import DISTRICT_NAMES
from workbench.sources.synthetic import effects, facts
from workbench.sources.synthetic.columns import calendar, dates, day_numbers, seoul_times, words
from workbench.sources.synthetic.draws import stream, wandering

FIRST_YEAR, LAST_YEAR = 2018, 2023
HOURLY_YEAR = 2023
DAY_MEMORY = 0.53
PM25_DAY_SPREAD = 0.50
"""Correlation of a day with the one before, and standard deviation of the logarithm within a month, without the weather."""

STATION_SPREAD = 0.05
"""Standard deviation of the logarithm of a station's own level."""

KINDS = ("district", "roadside", "background", "other")
COUNTS = (25, 15, 6, 4)
MISSING_SHARE = 0.025
"""Of the measured values, as in the official files."""


@dataclass(frozen=True)
class Pollutant:
    """How one pollutant behaves.

    Parameters
    ----------
    monthly : numpy.ndarray of float, shape (12,)
        Means of the district stations.
    with_pm25 : float
        Correlation of its days with those of PM2.5, within a month.
    day_spread, station_spread : float
        Standard deviations of the logarithm: of days, and of a station on a day.
    added : tuple of float
        What district, roadside, background and other stations have above the district stations' level.
    decimals : int
    hours : tuple of float
        Peaks of the day at the morning and the evening rush hour and at 15 h, against the day's mean.
    """

    monthly: np.ndarray
    with_pm25: float
    day_spread: float
    station_spread: float
    added: tuple[float, float, float, float]
    decimals: int
    hours: tuple[float, float, float]


POLLUTANTS: dict[str, Pollutant] = {
    "no2_ppm": Pollutant(
        facts.NO2_BY_MONTH, 0.6, 0.35, 0.18, (0, effects.ROADSIDE_NO2_PPM, -0.006, -0.004), 4, (0.25, 0.3, -0.25)
    ),
    "o3_ppm": Pollutant(facts.O3_BY_MONTH, -0.1, 0.4, 0.15, (0, -0.005, 0.004, 0.002), 4, (-0.4, -0.1, 0.8)),
    "co_ppm": Pollutant(facts.CO_BY_MONTH, 0.75, 0.25, 0.15, (0, 0.10, -0.02, -0.02), 2, (0.15, 0.1, -0.1)),
    "so2_ppm": Pollutant(facts.SO2_BY_MONTH, 0.5, 0.15, 0.15, (0, 0.0001, -0.0002, 0), 4, (0.02, 0.0, 0.08)),
    "pm10_ug_m3": Pollutant(facts.PM10_BY_MONTH, 0.8, 0.5, 0.12, (0, effects.ROADSIDE_PM10_UG_M3, -1, -2), 0, (0.08, 0.02, 0.0)),
    "pm25_ug_m3": Pollutant(
        facts.PM25_BY_MONTH,
        1.0,
        PM25_DAY_SPREAD,
        0.12,
        (0, effects.ROADSIDE_PM25_UG_M3, effects.BACKGROUND_PM25_UG_M3, -1),
        0,
        (0.1, 0.0, -0.06),
    ),
}


@dataclass(frozen=True)
class Weather:
    """Weather of each day, and how it departs from what is usual in its month.

    Parameters
    ----------
    days : numpy.ndarray of int
        Since 1970-01-01.
    mean_c, minimum_c, wind_m_s, humidity : numpy.ndarray of float
    warmer_c, windier_m_s : numpy.ndarray of float
        Against the month's mean.
    """

    days: np.ndarray
    mean_c: np.ndarray
    minimum_c: np.ndarray
    wind_m_s: np.ndarray
    humidity: np.ndarray
    warmer_c: np.ndarray
    windier_m_s: np.ndarray


@lru_cache(maxsize=2)
def weather(seed: int) -> Weather:
    """Return the synthetic city's weather, 2018 to 2023.

    Parameters
    ----------
    seed : int

    Returns
    -------
    Weather
    """
    rng = stream(seed, "weather_daily_synthetic")
    days = day_numbers(FIRST_YEAR, LAST_YEAR)
    month = calendar(days)[1] - 1
    smooth = np.interp(_position_in_year(days), np.arange(-0.5, 13), facts.TEMPERATURE_BY_MONTH[np.arange(-1, 13) % 12])
    mean = np.round(smooth + 0.85 * facts.TEMPERATURE_SPREAD[month] * wandering(rng, len(days), memory=0.7), 1)
    minimum = np.round(mean - np.maximum(0.5, facts.NIGHT_COOLER_C + 1.0 * rng.standard_normal(len(days))), 1)
    usual = facts.WIND_BY_MONTH[month]
    log_spread = facts.WIND_SPREAD / 2.1
    wind = np.round(usual * np.exp(log_spread * wandering(rng, len(days), memory=0.3) - log_spread**2 / 2), 1)
    humidity = facts.HUMIDITY_BY_MONTH[month] + facts.HUMIDITY_SPREAD * wandering(rng, len(days), memory=0.5)
    return Weather(
        days=days,
        mean_c=mean,
        minimum_c=minimum,
        wind_m_s=np.maximum(wind, 0.2),
        humidity=np.round(np.clip(humidity, 15.0, 99.0), 1),
        warmer_c=mean - smooth,
        windier_m_s=np.maximum(wind, 0.2) - usual,
    )


def _position_in_year(days: np.ndarray) -> np.ndarray:
    """Months passed since New Year, with fractions."""
    date = days.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    length = ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.int64)
    return month.astype(np.int64) % 12 + ((date - month.astype("datetime64[D]")).astype(np.int64) + 0.5) / length


def weather_daily(seed: int) -> pd.DataFrame:
    """Return the stand-in for the weather office's days.

    Parameters
    ----------
    seed : int

    Returns
    -------
    pandas.DataFrame
        In the catalogue's fields.
    """
    known = weather(seed)
    return pd.DataFrame(
        {
            "date": dates(known.days),
            "year": calendar(known.days)[0],
            "mean_temperature_c": known.mean_c,
            "minimum_temperature_c": known.minimum_c,
            "wind_speed_m_s": known.wind_m_s,
            "relative_humidity_percent": known.humidity,
        }
    )


def station_table() -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return the stations' names, kinds and districts.

    Returns
    -------
    names : list of str
        District stations are named as their district, the others plainly synthetic.
    kind : numpy.ndarray of int
        Index into ``KINDS``.
    district : numpy.ndarray of int
        By code; -1 for a station that stands for no district.

    Examples
    --------
    >>> station_table()[0][-1], len(station_table()[0])
    ('합성 기타 04', 50)
    """
    words_of = ("도로변", "배경", "기타")
    others = [
        f"합성 {word} {number:02d}" for word, count in zip(words_of, COUNTS[1:], strict=True) for number in range(1, count + 1)
    ]
    kind = np.repeat(np.arange(len(KINDS)), COUNTS)
    return [*DISTRICT_NAMES, *others], kind, np.where(kind == 0, np.arange(len(kind)), -1)


@lru_cache(maxsize=2)
def daily_levels(seed: int) -> dict[str, np.ndarray]:
    """Return each pollutant per day and station, before rounding and gaps.

    Parameters
    ----------
    seed : int

    Returns
    -------
    dict of str to numpy.ndarray of float, shape (days, 50)
        PM2.5's mean over days of the mean of the district stations is the calibrated one in each year.
    """
    known = weather(seed)
    year, month, _ = calendar(known.days)
    rng = stream(seed, "daily_air_synthetic")
    shared = wandering(rng, len(known.days), memory=DAY_MEMORY)
    moved = effects.WIND_PM25_LOG_PER_M_S * known.windier_m_s + effects.WARM_PM25_LOG_PER_C * known.warmer_c
    kind = station_table()[1]
    levels = {}
    for name, pollutant in POLLUTANTS.items():
        own = wandering(rng, len(known.days), memory=DAY_MEMORY)
        mixed = pollutant.with_pm25 * shared + np.sqrt(1 - pollutant.with_pm25**2) * own
        day = np.exp(pollutant.day_spread * mixed + pollutant.with_pm25 * moved)
        usual = np.bincount(month - 1, weights=day) / np.bincount(month - 1)
        city = pollutant.monthly[month - 1] * day / usual[month - 1]
        if name == "pm25_ug_m3":
            city *= _yearly_factor(city, year)
        station = np.exp(STATION_SPREAD * rng.standard_normal(len(kind)))
        station /= (np.bincount(kind, weights=station) / COUNTS)[kind]  # what a kind adds is added exactly, not by luck
        around = station * np.exp(pollutant.station_spread * rng.standard_normal((len(known.days), len(kind))))
        around /= around[:, kind == 0].mean(axis=1, keepdims=True)
        levels[name] = np.maximum(city[:, None] * around + np.array(pollutant.added)[kind], 0.1 * city[:, None])
    return levels


def _yearly_factor(city: np.ndarray, year: np.ndarray) -> np.ndarray:
    reached = np.bincount(year - FIRST_YEAR, weights=city) / np.bincount(year - FIRST_YEAR)
    return (np.array([facts.PM25_BY_YEAR[number] for number in range(FIRST_YEAR, LAST_YEAR + 1)]) / reached)[year - FIRST_YEAR]


def daily_air(seed: int) -> pd.DataFrame:
    """Return the stand-in for the daily means per station.

    Parameters
    ----------
    seed : int

    Returns
    -------
    pandas.DataFrame
        In the catalogue's fields; some values are missing.
    """
    days = weather(seed).days
    rng = stream(seed, "daily_air_synthetic", 1)
    measured = {name: _measured(rng, values, POLLUTANTS[name].decimals) for name, values in daily_levels(seed).items()}
    times = {"date": dates(np.repeat(days, sum(COUNTS))), "year": np.repeat(calendar(days)[0], sum(COUNTS))}
    return pd.DataFrame({**times, **_stations(len(days)), **measured})


def hourly_air(seed: int) -> Iterator[pd.DataFrame]:
    """Give the stand-in for the hourly means per station, month by month of one year.

    Parameters
    ----------
    seed : int

    Yields
    ------
    pandas.DataFrame
        In the catalogue's fields; an hour's mean over the day is about the day's value.
    """
    days = weather(seed).days
    year, month, _ = calendar(days)
    hours = np.arange(24)
    bumps = np.stack([np.exp(-(((hours - peak + 12) % 24 - 12) ** 2) / (2 * 2.5**2)) for peak in (8, 20, 15)])
    levels = daily_levels(seed)
    for number in range(1, 13):
        own = (year == HOURLY_YEAR) & (month == number)
        rng = stream(seed, "hourly_air_synthetic", number)
        measured = {}
        for name, pollutant in POLLUTANTS.items():
            shape = 1 + np.array(pollutant.hours) @ bumps
            noise = np.exp(0.15 * rng.standard_normal((int(own.sum()), 24, sum(COUNTS))))
            values = levels[name][own][:, None, :] * (shape / shape.mean())[None, :, None] * noise
            measured[name] = _measured(rng, values, pollutant.decimals)
        seconds = (days[own][:, None] * 86_400 + hours * 3600).ravel()
        times = {
            "measured_at": seoul_times(np.repeat(seconds, sum(COUNTS))),
            "year": np.full(len(seconds) * sum(COUNTS), HOURLY_YEAR),
        }
        yield pd.DataFrame({**times, **_stations(len(seconds)), **measured})


def _stations(moments: int) -> dict[str, pd.Series]:
    names, kind, district = station_table()
    return {
        "station": words(np.tile(np.arange(len(names)), moments), names),
        "station_kind": words(np.tile(kind, moments), KINDS),
        "district": words(np.tile(district, moments), DISTRICT_NAMES),
    }


def _measured(rng: np.random.Generator, values: np.ndarray, decimals: int) -> np.ndarray:
    rounded = np.round(values, decimals).ravel()
    rounded[rng.random(len(rounded)) < MISSING_SHARE] = np.nan
    return rounded
