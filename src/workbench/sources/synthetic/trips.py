"""Trips on public bicycles, with the rider's identifier, age, sex and home: personal rows of nobody.

Riders ride often or rarely; mornings lead from homes to workplaces and evenings back; trips thin out with distance.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from workbench.places import DISTRICT_NAMES
from workbench.sources.synthetic import effects
from workbench.sources.synthetic.bicycles import EVENING, MORNING, OTHER, network, stations
from workbench.sources.synthetic.columns import identifiers, seoul_times, words
from workbench.sources.synthetic.events import CHUNK_ROWS, Cell, Columns, Rhythm, in_chunks
from workbench.sources.synthetic.facts import (
    HOURS_WEEKDAY,
    HOURS_WEEKEND,
    MONTH_SHARES,
    RENTALS,
    WEEKDAYS,
    YEAR_SHARES,
)
from workbench.sources.synthetic.people import home_choice, people

TRIPS_PER_RIDER = 16
ACTIVITY_SPREAD = 1.3
AGES = {(13, 19): 10.0, (20, 29): 36.0, (30, 39): 24.0, (40, 49): 15.0, (50, 59): 10.0, (60, 69): 4.0, (70, 84): 1.0}
FEMALE = 0.45
HOME_SHARE = (0.75, 0.35, 0.60)
"""Assumed: trips per rider, bands of age, and how many trips start in the home district, per period of the day."""

SPEED_KM_H = 10.5
ROUND_TRIP_KM = 3.0
DETOUR = 1.3
HANDLING_MIN = 2.0
LONGEST_MIN = 240.0
"""Assumed: speed of a rider of 30, length of round trips, way ridden over straight line, minutes at the docks."""

_PERIOD = np.full((2, 24), OTHER)
_PERIOD[0, 6:10] = MORNING
_PERIOD[0, 17:21] = EVENING

RHYTHM = Rhythm(
    dataset="bike_trips",
    years=YEAR_SHARES,
    months=MONTH_SHARES,
    districts=RENTALS,
    weekdays=WEEKDAYS,
    hours_weekday=HOURS_WEEKDAY,
    hours_weekend=HOURS_WEEKEND,
    day_spread=0.25,
)


def bike_trips(seed: int, rows: int, *, chunk_rows: int = CHUNK_ROWS) -> Iterator[pd.DataFrame]:
    """Give trips in the order year, start district, start.

    Parameters
    ----------
    seed, rows : int
    chunk_rows : int

    Yields
    ------
    pandas.DataFrame
        In the catalogue's fields.

    Examples
    --------
    >>> next(bike_trips(1, 1000)).shape
    (1000, 16)
    """
    riders = people(seed, "bike_trips", rows // TRIPS_PER_RIDER, ages=AGES, female=FEMALE, spread=ACTIVITY_SPREAD)
    homes = [home_choice(share) for share in HOME_SHARE]
    city, ways = stations(seed), network(seed)
    total = len(city.number)

    def draw(cell: Cell) -> Columns:
        rng, hour, weekday = cell.rng, cell.hour, cell.weekday
        period = _PERIOD[(weekday >= 5).astype(np.int64), hour]
        uniform = rng.random((5, cell.rows))
        normal = rng.standard_normal((2, cell.rows))
        home = np.empty(cell.rows, dtype=np.int64)
        for number, choice in enumerate(homes):
            own = period == number
            home[own] = choice.pick(cell.district, uniform[0, own]) % len(DISTRICT_NAMES)
        rider = riders.by_home.pick(home, uniform[1])
        block = ways.start.pick(period * len(DISTRICT_NAMES) + cell.district, uniform[2])
        start = block - period * total
        end = ways.reached[ways.end.pick(block, uniform[3])]
        gone = city.km[end] - city.km[start]
        straight = np.hypot(gone[:, 0], gone[:, 1])
        kilometres = np.where(
            start == end,
            0.3 - ROUND_TRIP_KM * np.log1p(-uniform[4]),
            0.05 + straight * DETOUR * np.exp(0.12 * normal[0]),
        )
        slower = 1.0 - effects.SENIOR_SLOWER_PER_YEAR * np.maximum(riders.age[rider] - 30.0, 0.0)
        minutes = HANDLING_MIN + 60.0 * kilometres / (SPEED_KM_H * slower * np.exp(0.22 * normal[1]))
        return {
            "rider": rider,
            "seconds": cell.seconds,
            "hour": hour,
            "weekday": weekday,
            "year": np.full(cell.rows, cell.year),
            "month": np.full(cell.rows, cell.month),
            "start": start,
            "end": end,
            "minutes": np.round(np.clip(minutes, 1.0, LONGEST_MIN), 1),
            "metres": np.round(kilometres * 100.0) * 10.0,
        }

    def finish(columns: Columns, serial: np.ndarray) -> pd.DataFrame:
        rider, start, end = columns["rider"], columns["start"], columns["end"]
        return pd.DataFrame(
            {
                "trip_id": identifiers("T", serial),
                "rider_id": identifiers("R", riders.number[rider]),
                "rider_age": riders.age[rider].astype(np.int64),
                "rider_sex": words(riders.female[rider], ["M", "F"]),
                "home_district": words(riders.home[rider], DISTRICT_NAMES),
                "started_at": seoul_times(columns["seconds"]),
                "year": columns["year"],
                "month": columns["month"],
                "weekday": columns["weekday"],
                "hour": columns["hour"],
                "start_station": city.number[start],
                "end_station": city.number[end],
                "start_district": words(city.district[start], DISTRICT_NAMES),
                "end_district": words(city.district[end], DISTRICT_NAMES),
                "duration_min": columns["minutes"],
                "distance_m": columns["metres"],
            }
        )

    return in_chunks(map(draw, RHYTHM.cells(seed, rows)), finish, chunk_rows=chunk_rows)
