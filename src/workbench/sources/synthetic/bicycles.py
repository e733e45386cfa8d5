"""Stations of the public bicycles, what is rented there, and lanes: stand-ins for the official files, and the network
that the synthetic trips ride on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from workbench.places import DISTRICT_NAMES
from workbench.sources.synthetic.columns import words
from workbench.sources.synthetic.draws import Choice, shares, stream
from workbench.sources.synthetic.facts import (
    BUSINESS_DISTRICTS,
    DEDICATED_LANE_KM,
    RENTALS,
    RENTALS_BY_MONTH_2023,
    STATIONS,
)
from workbench.sources.synthetic.geography import kilometres, points_per_district

MORNING, EVENING, OTHER = 0, 1, 2
"""Periods of the day with their own direction: to work, from work, anywhere."""

NEAR = 256
FAR = 44
"""Stations that a trip from a station may end at: the nearest ones, and some anywhere in the city."""

DECAY_KM = 1.7
FAR_SHARE = 0.05
ROUND_SHARE = (0.02, 0.05, 0.12)
"""Assumed: how trips thin out with distance; how many go anywhere; how many come back where they began, per period."""

POPULARITY_SPREAD = 0.85
"""Standard deviation of the logarithm of rentals per station (0.87 in the first half of 2023)."""


@dataclass(frozen=True)
class Stations:
    """The stations, ordered by district code.

    Parameters
    ----------
    number : numpy.ndarray of int
    district : numpy.ndarray of int
        By code.
    points, km : numpy.ndarray of float, shape (stations, 2)
        Degrees, and kilometres on a flat map.
    popularity, office : numpy.ndarray of float
        Share of the district's rentals; 0 (homes) to 1 (workplaces).
    """

    number: np.ndarray
    district: np.ndarray
    points: np.ndarray
    km: np.ndarray
    popularity: np.ndarray
    office: np.ndarray


@lru_cache(maxsize=2)
def stations(seed: int) -> Stations:
    """Return the synthetic city's stations.

    Parameters
    ----------
    seed : int

    Returns
    -------
    Stations

    Examples
    --------
    >>> len(stations(1).number)
    2742
    """
    rng = stream(seed, "bike_stations")
    district, points = points_per_district(rng, STATIONS)
    total = len(district)
    popularity = np.exp(POPULARITY_SPREAD * rng.standard_normal(total))
    popularity /= np.bincount(district, weights=popularity)[district]
    business = np.isin(np.array(DISTRICT_NAMES)[district], BUSINESS_DISTRICTS)
    office = np.clip(rng.normal(np.where(business, 0.7, 0.4), 0.22), 0.0, 1.0)
    return Stations(np.arange(total) + 101, district, points, kilometres(points), popularity, office)


@dataclass(frozen=True)
class Network:
    """How trips choose stations.

    Parameters
    ----------
    start : Choice
        Block ``period * 25 + district``; its picks are ``period * stations + station``.
    end : Choice
        Block ``period * stations + start``; its picks are rows of ``reached``.
    reached : numpy.ndarray of int32, shape (periods * stations * (NEAR + FAR),)
        The station at which a pick ends.
    """

    start: Choice
    end: Choice
    reached: np.ndarray


@lru_cache(maxsize=2)
def network(seed: int) -> Network:
    """Return how trips of the synthetic city choose stations.

    Parameters
    ----------
    seed : int

    Returns
    -------
    Network
    """
    city = stations(seed)
    total = len(city.number)
    size = city.popularity * RENTALS[city.district]
    away = np.stack([0.3 + (1 - city.office), 0.3 + city.office, np.full(total, 0.8)])
    start = Choice((size * away).ravel(), np.tile(STATIONS, 3))
    towards = size * np.stack([0.3 + city.office, 0.3 + (1 - city.office), np.full(total, 0.8)])

    gaps = np.hypot(*(city.km[:, None, :] - city.km[None, :, :]).transpose(2, 0, 1))
    near = np.argsort(gaps, axis=1, kind="stable")[:, :NEAR]
    far = np.searchsorted(np.cumsum(shares(size)), stream(seed, "bike_network").random((total, FAR)), side="right")
    reached = np.concatenate([near, far.clip(0, total - 1)], axis=1).astype(np.int32)
    decay = np.exp(-np.take_along_axis(gaps, near, axis=1) / DECAY_KM)
    weights = np.empty((3, total, NEAR + FAR))
    for period, round_share in enumerate(ROUND_SHARE):
        pull = towards[period][near] * decay
        pull[:, 0] = 0.0  # the nearest station is the station itself
        weights[period, :, :NEAR] = pull * (1 - round_share - FAR_SHARE) / pull.sum(axis=1, keepdims=True)
        weights[period, :, 0] = round_share
        weights[period, :, NEAR:] = FAR_SHARE / FAR
    blocks = np.full(3 * total, NEAR + FAR)
    return Network(start, Choice(weights.ravel(), blocks), np.tile(reached.ravel(), 3))


def station_names(numbers: np.ndarray) -> list[str]:
    """Return plainly synthetic names.

    Parameters
    ----------
    numbers : array of int

    Returns
    -------
    list of str

    Examples
    --------
    >>> station_names(np.array([101]))
    ['합성 대여소 0101']
    """
    return [f"합성 대여소 {number:04d}" for number in numbers]


def bike_stations(seed: int) -> pd.DataFrame:
    """Return the stand-in for the stations' file.

    Parameters
    ----------
    seed : int

    Returns
    -------
    geopandas.GeoDataFrame
        In the catalogue's fields.
    """
    import geopandas

    city = stations(seed)
    rng = stream(seed, "bike_stations_synthetic")
    total = len(city.number)
    racks = np.clip(np.round(np.exp(2.45 + 0.45 * rng.standard_normal(total))), 5, 60).astype(np.int64)
    kind = rng.random(total)
    docks_lcd = np.where(kind < 0.5, racks, np.where(kind < 0.95, 0, racks // 2))
    frame = pd.DataFrame(
        {
            "station_number": city.number,
            "name": station_names(city.number),
            "district": words(city.district, DISTRICT_NAMES),
            "address": [
                f"{DISTRICT_NAMES[place]} 합성로 {number}" for place, number in zip(city.district, city.number, strict=True)
            ],
            "docks_lcd": docks_lcd,
            "docks_qr": racks - docks_lcd,
            "racks": racks,
        }
    )
    return geopandas.GeoDataFrame(frame, geometry=_points(city.points), crs="EPSG:4326").rename_geometry("location")


def bike_station_month(seed: int) -> pd.DataFrame:
    """Return the stand-in for rentals and returns per station and month, January to June 2023.

    Parameters
    ----------
    seed : int

    Returns
    -------
    pandas.DataFrame
        In the catalogue's fields; the city's rentals of each month are the rounded official ones.
    """
    city = stations(seed)
    rng = stream(seed, "bike_station_month_synthetic")
    weight = shares(city.popularity * RENTALS[city.district])
    frames = []
    for month, rentals in enumerate(RENTALS_BY_MONTH_2023, start=1):
        rented = rng.multinomial(rentals, shares(weight * np.exp(0.12 * rng.standard_normal(len(weight)))))
        returned = np.round(rented * np.exp(0.06 * rng.standard_normal(len(weight)) - 0.01)).astype(np.int64)
        frames.append(
            pd.DataFrame(
                {
                    "month": f"2023-{month:02d}",
                    "year": 2023,
                    "station_number": city.number,
                    "station_name": station_names(city.number),
                    "district": words(city.district, DISTRICT_NAMES),
                    "rentals": rented,
                    "returns": returned,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def bike_lanes(seed: int) -> pd.DataFrame:
    """Return the stand-in for the lanes' file: dedicated lanes near the official length, the rest drawn.

    Parameters
    ----------
    seed : int

    Returns
    -------
    pandas.DataFrame
        In the catalogue's fields: 25 districts beside roads, and bridges, rivers and parks.
    """
    rng = stream(seed, "bike_lanes_synthetic")
    names = [*DISTRICT_NAMES, "교량", "하천", "공원"]
    total = len(names)
    dedicated = np.round(np.concatenate([DEDICATED_LANE_KM, [1.0, 28.0, 1.0]]) * (0.9 + 0.2 * rng.random(total)), 1)
    shared = np.round(np.concatenate([20 * np.exp(0.8 * rng.standard_normal(25) - 0.1), [8.0, 240.0, 4.0]]), 1)
    beside_roads = np.arange(total) < 25
    lane = np.round(np.where(beside_roads & (rng.random(total) < 0.55), 5 * np.exp(0.8 * rng.standard_normal(total)), 0.0), 1)
    priority = np.round(
        np.where(beside_roads & (rng.random(total) < 0.65), 11 * np.exp(0.9 * rng.standard_normal(total)), 0.0), 1
    )
    return pd.DataFrame(
        {
            "setting": np.where(beside_roads, "도로변", "기타"),
            "district": names,
            "dedicated_count": _count(dedicated, 1.4),
            "dedicated_km": dedicated,
            "shared_pedestrian_count": _count(shared, 1.0),
            "shared_pedestrian_km": shared,
            "lane_count": _count(lane, 0.7),
            "lane_km": lane,
            "priority_road_count": _count(priority, 1.1),
            "priority_road_km": priority,
        }
    )


def _count(kilometres_built: np.ndarray, km_each: float) -> np.ndarray:
    return np.ceil(kilometres_built / km_each).astype(np.int64)


def _points(points: np.ndarray) -> np.ndarray:
    import shapely

    return shapely.points(points)
