"""Parks, and sales of shops near and far from them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import shapely

from workbench.places import DISTRICT_NAMES, districts
from workbench.sources.synthetic import effects
from workbench.sources.synthetic.columns import identifiers, words
from workbench.sources.synthetic.draws import even_choice, shares, stream
from workbench.sources.synthetic.facts import POPULATION
from workbench.sources.synthetic.geography import kilometres, outlines, points_per_district

PARKS = 105
PARK_AREA_M2 = 40_000.0
UNKNOWN_AREA_SHARE = 0.05
SHOPS = 4_000
QUARTERS = tuple(f"{year}Q{quarter}" for year in (2021, 2022, 2023) for quarter in (1, 2, 3, 4))
INDUSTRIES = ("cafe", "restaurant", "convenience", "clothing", "other")
INDUSTRY_SHARES = np.array([0.22, 0.38, 0.15, 0.10, 0.15])
SALES_WON = np.array([52e6, 95e6, 150e6, 60e6, 70e6])
WON_EACH = np.array([7_000, 19_000, 6_500, 42_000, 21_000])
SEASONS = np.array([0.94, 1.02, 1.01, 1.03])
YEARS = {2021: 0.92, 2022: 1.0, 2023: 1.04}
DONG_PER_DISTRICT = 12
SALES_SPREAD = 0.5
NEAR_PARK_SHARE = 0.4
NEAR_PARK_M = 300.0
"""Assumed: sizes of parks, and what shops of each industry sell in a quarter and for how much each; four
shops in ten have settled near a park of their district."""


@lru_cache(maxsize=2)
def park_points(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where the synthetic city's parks are.

    Parameters
    ----------
    seed : int

    Returns
    -------
    district : numpy.ndarray of int
    points : numpy.ndarray of float, shape (parks, 2)

    Examples
    --------
    >>> len(park_points(1)[0])
    130
    """
    rng = stream(seed, "parks_synthetic")
    counts = rng.multinomial(PARKS, shares(districts()["area_km2"].to_numpy())) + 1
    return points_per_district(rng, counts)


def parks(seed: int) -> pd.DataFrame:
    """Return the stand-in for the parks' file.

    Parameters
    ----------
    seed : int

    Returns
    -------
    geopandas.GeoDataFrame
        In the catalogue's fields; some areas are unknown.
    """
    import geopandas

    district, points = park_points(seed)
    rng = stream(seed, "parks_synthetic", 1)
    numbers = np.arange(1, len(district) + 1)
    area = np.round(PARK_AREA_M2 * np.exp(1.2 * rng.standard_normal(len(numbers))))
    area[rng.random(len(numbers)) < UNKNOWN_AREA_SHARE] = np.nan
    opened = rng.integers(-365 * 2, 365 * 50, len(numbers)).astype("datetime64[D]")
    frame = pd.DataFrame(
        {
            "park_number": numbers,
            "name": [f"합성 공원 {number:03d}" for number in numbers],
            "district": words(district, DISTRICT_NAMES),
            "address": [f"{DISTRICT_NAMES[place]} 합성로 {number}" for place, number in zip(district, numbers, strict=True)],
            "area_m2": area,
            "opened_on": opened.astype(str),
        }
    )
    return geopandas.GeoDataFrame(frame, geometry=shapely.points(points), crs="EPSG:4326").rename_geometry("location")


def shop_sales(seed: int) -> pd.DataFrame:
    """Return sales of shops per quarter; cafés beside a park sell more.

    Parameters
    ----------
    seed : int

    Returns
    -------
    pandas.DataFrame
        In the catalogue's fields.
    """
    from scipy.spatial import cKDTree

    rng = stream(seed, "shop_sales")
    district, points = _shop_points(rng, seed)
    total = len(district)
    distance = np.round(1000 * cKDTree(kilometres(park_points(seed)[1])).query(kilometres(points))[0])
    industry = np.searchsorted(np.cumsum(INDUSTRY_SHARES), rng.random(total), side="right").clip(0, len(INDUSTRIES) - 1)
    beside = effects.PARK_CAFE_LOG * np.exp(-distance / effects.PARK_CAFE_DECAY_M) * (industry == 0)
    usual = SALES_WON[industry] * np.exp(SALES_SPREAD * rng.standard_normal(total) + beside)
    growth = np.array([YEARS[int(name[:4])] for name in QUARTERS]) * np.tile(SEASONS, len(YEARS))
    sales = usual[:, None] * growth * np.exp(0.12 * rng.standard_normal((total, len(QUARTERS))))
    each = WON_EACH[industry] * np.exp(0.25 * rng.standard_normal(total))
    dong = district * DONG_PER_DISTRICT + rng.integers(0, DONG_PER_DISTRICT, total)
    dong_names = [f"{name} 합성{number}동" for name in DISTRICT_NAMES for number in range(1, DONG_PER_DISTRICT + 1)]
    shop, quarter = (part.ravel() for part in np.indices(sales.shape))
    return pd.DataFrame(
        {
            "shop_id": identifiers("S", shop + 1),
            "quarter": words(quarter, QUARTERS),
            "year": np.array([int(name[:4]) for name in QUARTERS])[quarter],
            "district": words(district[shop], DISTRICT_NAMES),
            "dong": words(dong[shop], dong_names),
            "industry": words(industry[shop], INDUSTRIES),
            "distance_to_park_m": distance[shop],
            "sales_won": np.round(sales.ravel(), -3),
            "transactions": np.maximum(np.round(sales / each[:, None]), 1).astype(np.int64).ravel(),
        }
    )


def _shop_points(rng: np.random.Generator, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Each shop's district and place."""
    district, points = points_per_district(rng, rng.multinomial(SHOPS, shares(POPULATION)))
    park_district, park = park_points(seed)
    own = even_choice((park_district == np.arange(len(DISTRICT_NAMES))[:, None]) + 1e-12).pick(
        district, rng.random(len(district))
    )
    angle, metres = 2 * np.pi * rng.random(len(district)), rng.exponential(NEAR_PARK_M, len(district))
    step = metres[:, None] / 1000 / kilometres(np.ones((1, 2))) * np.column_stack([np.cos(angle), np.sin(angle)])
    near = np.round(park[own % len(park)] + step, 6)
    settled = rng.random(len(district)) < NEAR_PARK_SHARE
    settled &= shapely.contains_xy(outlines()[district], near[:, 0], near[:, 1])
    return district, np.where(settled[:, None], near, points)
