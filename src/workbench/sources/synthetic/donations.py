"""Donations of goods to second-hand shops, with a donor's identifier, age, sex and home: personal rows of nobody."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from workbench.places import DISTRICT_NAMES
from workbench.sources.synthetic import effects
from workbench.sources.synthetic.columns import dates, identifiers, words
from workbench.sources.synthetic.draws import even_choice, stream
from workbench.sources.synthetic.events import CHUNK_ROWS, Cell, Columns, Rhythm, in_chunks
from workbench.sources.synthetic.facts import POPULATION
from workbench.sources.synthetic.people import home_choice, people

CATEGORIES = ("clothing", "books", "household", "electronics", "other")
CATEGORY_SHARES = np.array([0.52, 0.16, 0.20, 0.04, 0.08])
ITEMS = np.array([14.0, 11.0, 6.0, 1.6, 5.0])
WON_EACH = np.array([3_000, 1_500, 2_500, 12_000, 2_000])
DONATIONS_PER_DONOR = 6
SHOPS_PER_DISTRICT = 2
AGES = {(18, 29): 14.0, (30, 39): 27.0, (40, 49): 27.0, (50, 59): 19.0, (60, 69): 10.0, (70, 85): 3.0}
MOVING_SEASON = (3, 9)
"""Assumed: what is given, how much of it, what it is worth, and who gives."""

_HOURS = np.where((np.arange(24) >= 10) & (np.arange(24) < 19), 1.0, 0.0) + 1e-9

RHYTHM = Rhythm(
    dataset="donations",
    years={2021: 0.9, 2022: 1.0, 2023: 1.05},
    months=np.array([effects.MOVING_SEASON_FACTOR if month in MOVING_SEASON else 1.0 for month in range(1, 13)]),
    districts=POPULATION,
    weekdays=np.array([1.0, 0.95, 0.95, 0.95, 1.05, 1.4, 0.3]),
    hours_weekday=_HOURS,
    hours_weekend=_HOURS,
    day_spread=0.15,
)


def donations(seed: int, rows: int, *, chunk_rows: int = CHUNK_ROWS) -> Iterator[pd.DataFrame]:
    """Give donations in the order year, shop's district, day.

    Parameters
    ----------
    seed, rows : int
    chunk_rows : int

    Yields
    ------
    pandas.DataFrame
        In the catalogue's fields.
    """
    donors = people(seed, "donations", rows // DONATIONS_PER_DONOR, ages=AGES, female=0.68, spread=0.9)
    homes = home_choice(0.7)
    shop_names = [f"합성 매장 {number:02d}" for number in range(1, SHOPS_PER_DISTRICT * len(DISTRICT_NAMES) + 1)]
    sizes = np.exp(0.4 * stream(seed, "donation_shops").standard_normal((len(DISTRICT_NAMES), SHOPS_PER_DISTRICT)))
    shops, categories = even_choice(sizes), even_choice(CATEGORY_SHARES[None, :])

    def draw(cell: Cell) -> Columns:
        uniform = cell.rng.random((4, cell.rows))
        normal = cell.rng.standard_normal((2, cell.rows))
        home = homes.pick(cell.district, uniform[0]) % len(DISTRICT_NAMES)
        category = categories.pick(0, uniform[2])
        items = np.clip(np.round(ITEMS[category] * np.exp(0.7 * normal[0] - 0.245)), 1, 500).astype(np.int64)
        return {
            "donor": donors.by_home.pick(home, uniform[1]),
            "day": cell.seconds // 86_400,
            "year": np.full(cell.rows, cell.year),
            "shop": shops.pick(cell.district, uniform[3]),
            "category": category,
            "items": items,
            "won": (np.round(items * WON_EACH[category] * np.exp(0.4 * normal[1] - 0.08) / 100) * 100).astype(np.int64),
        }

    def finish(columns: Columns, serial: np.ndarray) -> pd.DataFrame:
        donor = columns["donor"]
        return pd.DataFrame(
            {
                "donation_id": identifiers("D", serial),
                "donor_id": identifiers("G", donors.number[donor]),
                "donor_age": donors.age[donor].astype(np.int64),
                "donor_sex": words(donors.female[donor], ["M", "F"]),
                "home_district": words(donors.home[donor], DISTRICT_NAMES),
                "donated_on": dates(columns["day"]),
                "year": columns["year"],
                "shop": words(columns["shop"], shop_names),
                "shop_district": words(columns["shop"] // SHOPS_PER_DISTRICT, DISTRICT_NAMES),
                "category": words(columns["category"], CATEGORIES),
                "items": columns["items"],
                "value_won": columns["won"],
            }
        )

    return in_chunks(map(draw, RHYTHM.cells(seed, rows)), finish, chunk_rows=chunk_rows)
