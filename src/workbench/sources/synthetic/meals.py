"""Children's meal cards: merchants that take them, and purchases with a card, age, sex and home: personal rows of nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import shapely

from workbench.places import DISTRICT_NAMES
from workbench.sources.synthetic import effects
from workbench.sources.synthetic.columns import dates, identifiers, seoul_times, words
from workbench.sources.synthetic.draws import Choice, even_choice, shares, stream
from workbench.sources.synthetic.events import CHUNK_ROWS, Cell, Columns, Rhythm, in_chunks
from workbench.sources.synthetic.facts import POPULATION
from workbench.sources.synthetic.geography import points_per_district
from workbench.sources.synthetic.people import home_choice, people

KINDS = ("convenience", "restaurant", "bakery", "mart", "other")
KIND_WORDS = ("편의점", "음식점", "제과점", "마트", "기타")
MERCHANTS = 4_500
MERCHANT_SHARES = np.array([0.30, 0.50, 0.08, 0.06, 0.06])
PURCHASE_SHARES = np.array([0.42, 0.33, 0.10, 0.10, 0.05])
USUAL_WON = np.array([4_800, 7_200, 5_200, 6_000, 5_500])
MEAL_LIMIT_WON = 8_000
PURCHASES_PER_CARD = 40
AGES = {(3, 6): 8.0, (7, 12): 42.0, (13, 15): 27.0, (16, 18): 23.0}
"""Assumed: how many merchants and purchases of each kind, what is spent, and who holds a card. A meal costs at most the
limit; one purchase in twenty pays for two."""

_HOURS = np.array([1, 0, 0, 0, 0, 0, 1, 3, 5, 4, 5, 12, 18, 12, 6, 7, 10, 16, 22, 18, 12, 7, 4, 2], dtype=float)

RHYTHM = Rhythm(
    dataset="meal_card_purchases",
    years={2023: 1.0},
    months=np.array([1.15, 1.0, 0.95, 0.95, 0.95, 0.95, 1.05, 1.15, 0.95, 0.95, 0.95, 1.0]),
    districts=POPULATION,
    weekdays=np.array([1.0, 1.0, 1.0, 1.0, 1.05, 1.1, 1.0]),
    hours_weekday=_HOURS,
    hours_weekend=_HOURS + np.where((np.arange(24) > 10) & (np.arange(24) < 18), 3.0, 0.0),
)


@dataclass(frozen=True)
class Merchants:
    """Merchants, ordered by district code, then kind.

    Parameters
    ----------
    district, kind : numpy.ndarray of int
    points : numpy.ndarray of float, shape (merchants, 2)
    choice : Choice
        Block ``district * 5 + kind``.
    scarcity : numpy.ndarray of float, shape (25,)
        How few restaurants there are for the residents, in standard deviations; mean 0.
    """

    district: np.ndarray
    kind: np.ndarray
    points: np.ndarray
    choice: Choice
    scarcity: np.ndarray


@lru_cache(maxsize=2)
def merchants(seed: int) -> Merchants:
    """Return the synthetic city's merchants.

    Parameters
    ----------
    seed : int

    Returns
    -------
    Merchants

    Examples
    --------
    >>> len(merchants(1).kind)
    4625
    """
    rng = stream(seed, "meal_card_merchants_synthetic")
    places = len(DISTRICT_NAMES)
    weights = POPULATION[:, None] * MERCHANT_SHARES * np.exp(0.3 * rng.standard_normal((places, len(KINDS))))
    counts = rng.multinomial(MERCHANTS, shares(weights.ravel())).reshape(weights.shape) + 1
    district, points = points_per_district(rng, counts.sum(axis=1))
    density = np.log(counts[:, 1] / POPULATION)
    return Merchants(
        district=district,
        kind=np.repeat(np.tile(np.arange(len(KINDS)), places), counts.ravel()),
        points=points,
        choice=Choice(np.exp(0.8 * rng.standard_normal(len(district))), counts.ravel()),
        scarcity=-(density - density.mean()) / density.std(),
    )


def meal_card_merchants(seed: int) -> pd.DataFrame:
    """Return the stand-in for the merchants' file.

    Parameters
    ----------
    seed : int

    Returns
    -------
    geopandas.GeoDataFrame
        In the catalogue's fields.
    """
    import geopandas

    known = merchants(seed)
    numbers = np.arange(1, len(known.kind) + 1)
    frame = pd.DataFrame(
        {
            "merchant_id": identifiers("M", numbers),
            "name": [f"합성 {KIND_WORDS[kind]} {number:04d}" for kind, number in zip(known.kind, numbers, strict=True)],
            "kind": words(known.kind, KINDS),
            "district": words(known.district, DISTRICT_NAMES),
            "address": [
                f"{DISTRICT_NAMES[place]} 합성로 {number}" for place, number in zip(known.district, numbers, strict=True)
            ],
            "referenced_on": dates(np.full(len(numbers), np.datetime64("2023-12-31").astype(np.int64))),
        }
    )
    return geopandas.GeoDataFrame(frame, geometry=shapely.points(known.points), crs="EPSG:4326").rename_geometry("location")


def meal_card_purchases(seed: int, rows: int, *, chunk_rows: int = CHUNK_ROWS) -> Iterator[pd.DataFrame]:
    """Give purchases in the order year, district, time.

    Parameters
    ----------
    seed, rows : int
    chunk_rows : int

    Yields
    ------
    pandas.DataFrame
        In the catalogue's fields.
    """
    known = merchants(seed)
    children = people(seed, "meal_card_purchases", rows // PURCHASES_PER_CARD, ages=AGES, female=0.49, spread=0.6)
    homes = home_choice(0.85)
    kinds = even_choice(
        np.concatenate([_kind_shares(known.scarcity, extra=0.0), _kind_shares(known.scarcity, extra=effects.WEEKEND_CONVENIENCE)])
    )

    def draw(cell: Cell) -> Columns:
        uniform = cell.rng.random((5, cell.rows))
        home = homes.pick(cell.district, uniform[0]) % len(DISTRICT_NAMES)
        weekend = (cell.weekday >= 5).astype(np.int64)
        kind = kinds.pick(weekend * len(DISTRICT_NAMES) + cell.district, uniform[2]) % len(KINDS)
        spent = USUAL_WON[kind] * np.exp(0.35 * cell.rng.standard_normal(cell.rows))
        meals = np.where(uniform[4] < 0.05, 2, 1)
        return {
            "child": children.by_home.pick(home, uniform[1]),
            "seconds": cell.seconds,
            "hour": cell.hour,
            "year": np.full(cell.rows, cell.year),
            "district": np.full(cell.rows, cell.district),
            "merchant": known.choice.pick(cell.district * len(KINDS) + kind, uniform[3]) + 1,
            "kind": kind,
            "won": np.maximum(100 * np.floor(np.minimum(spent, MEAL_LIMIT_WON) / 100), 500).astype(np.int64) * meals,
        }

    def finish(columns: Columns, serial: np.ndarray) -> pd.DataFrame:
        child = columns["child"]
        return pd.DataFrame(
            {
                "purchase_id": identifiers("B", serial),
                "card_id": identifiers("C", children.number[child]),
                "child_age": children.age[child].astype(np.int64),
                "child_sex": words(children.female[child], ["M", "F"]),
                "home_district": words(children.home[child], DISTRICT_NAMES),
                "purchased_at": seoul_times(columns["seconds"]),
                "year": columns["year"],
                "hour": columns["hour"],
                "district": words(columns["district"], DISTRICT_NAMES),
                "merchant_id": identifiers("M", columns["merchant"]),
                "merchant_kind": words(columns["kind"], KINDS),
                "amount_won": columns["won"],
            }
        )

    return in_chunks(map(draw, RHYTHM.cells(seed, rows)), finish, chunk_rows=chunk_rows)


def _kind_shares(scarcity: np.ndarray, *, extra: float) -> np.ndarray:
    """Shares of kinds per district; what convenience stores gain, the others lose in proportion."""
    convenience = np.clip(PURCHASE_SHARES[0] + effects.SCARCE_RESTAURANTS_CONVENIENCE * scarcity + extra, 0.05, 0.9)
    others = shares(PURCHASE_SHARES[1:])
    return np.column_stack([convenience, (1 - convenience)[:, None] * others])
