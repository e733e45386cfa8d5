"""Bicycle accidents: reports with a person, a place and a severity, and the yearly totals per district.

Both follow one risk: accidents per rental fall with the length of dedicated lanes, and differ a little between districts.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely

from workbench.places import DISTRICT_NAMES
from workbench.sources.synthetic import effects
from workbench.sources.synthetic.columns import identifiers, seoul_times, words
from workbench.sources.synthetic.draws import Choice, even_choice, shares, stream
from workbench.sources.synthetic.events import CHUNK_ROWS, Cell, Columns, Rhythm, in_chunks
from workbench.sources.synthetic.facts import (
    ACCIDENTS_BY_YEAR,
    DEATHS_PER_ACCIDENT,
    DEDICATED_LANE_KM,
    HOURS_WEEKDAY,
    HOURS_WEEKEND,
    INJURIES_PER_ACCIDENT,
    MONTH_SHARES,
    RENTALS,
    WEEKDAYS,
)
from workbench.sources.synthetic.geography import outlines, points_per_district
from workbench.sources.synthetic.people import home_choice, people

DISTRICT_SPREAD = 0.10
"""Assumed: standard deviation of the logarithm of a district's own risk."""

SPOTS_PER_DISTRICT = 150
SPOT_SPREAD_DEG = 0.0006
"""Assumed: accidents gather at junctions, within about 60 m."""

AGES = {(8, 19): 14.0, (20, 39): 26.0, (40, 59): 28.0, (60, 74): 24.0, (75, 89): 8.0}
FEMALE = 0.33
SENIOR_AGE = 65
SEVERITY = ("death", "serious", "minor", "reported")
SEVERITY_SHARES = np.array([0.008, 0.26, 0.58, 0.152])
"""Assumed: who has accidents, and how badly they end below the age of 65."""


def district_risk(seed: int) -> np.ndarray:
    """Return accidents per rental of each district against a district without lanes.

    Parameters
    ----------
    seed : int

    Returns
    -------
    numpy.ndarray of float, shape (25,)
        By code.

    Examples
    --------
    >>> district_risk(1).shape
    (25,)
    """
    own = DISTRICT_SPREAD * stream(seed, "district_risk").standard_normal(len(DISTRICT_NAMES))
    return np.exp(effects.LANE_ACCIDENTS_LOG_PER_KM * DEDICATED_LANE_KM + own)


def bike_accidents_by_district(seed: int) -> pd.DataFrame:
    """Return the stand-in for the accident totals: the city's totals as published, shared out by rentals and risk.

    Parameters
    ----------
    seed : int

    Returns
    -------
    pandas.DataFrame
        In the catalogue's fields, 2005 to 2023.
    """
    rng = stream(seed, "bike_accidents_by_district_synthetic")
    weights = shares(RENTALS * district_risk(seed))
    frames = []
    for year, totals in ACCIDENTS_BY_YEAR.items():
        at_fault, victim = (rng.multinomial(total, weights) for total in totals)
        frames.append(
            pd.DataFrame(
                {
                    "year": year,
                    "district": DISTRICT_NAMES,
                    "at_fault_accidents": at_fault,
                    "victim_accidents": victim,
                    "at_fault_deaths": rng.binomial(at_fault, DEATHS_PER_ACCIDENT[0]),
                    "victim_deaths": rng.binomial(victim, DEATHS_PER_ACCIDENT[1]),
                    "at_fault_injuries": at_fault + rng.binomial(at_fault, INJURIES_PER_ACCIDENT[0] - 1),
                    "victim_injuries": victim + rng.binomial(victim, INJURIES_PER_ACCIDENT[1] - 1),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def rhythm(seed: int) -> Rhythm:
    """Return when and where reports arise: as trips do, but for the lanes and the night.

    Parameters
    ----------
    seed : int

    Returns
    -------
    Rhythm
    """
    hours = np.arange(24)
    night = np.where((hours >= 22) | (hours < 6), effects.NIGHT_ACCIDENTS_FACTOR, 1.0)
    return Rhythm(
        dataset="bike_accident_reports",
        years={year: float(sum(ACCIDENTS_BY_YEAR[year])) for year in (2021, 2022, 2023)},
        months=MONTH_SHARES,
        districts=RENTALS * district_risk(seed),
        weekdays=WEEKDAYS,
        hours_weekday=shares(HOURS_WEEKDAY) * night,
        hours_weekend=shares(HOURS_WEEKEND) * night,
        day_spread=0.25,
    )


def bike_accident_reports(seed: int, rows: int, *, chunk_rows: int = CHUNK_ROWS) -> Iterator[pd.DataFrame]:
    """Give accident reports in the order year, district, time.

    Parameters
    ----------
    seed, rows : int
    chunk_rows : int

    Yields
    ------
    geopandas.GeoDataFrame
        In the catalogue's fields.
    """
    persons = people(seed, "bike_accident_reports", rows, ages=AGES, female=FEMALE, spread=0.2)
    homes = home_choice(0.6)
    rng = stream(seed, "accident_spots")
    _, spots = points_per_district(rng, np.full(len(DISTRICT_NAMES), SPOTS_PER_DISTRICT))
    spot_choice = Choice(np.exp(0.9 * rng.standard_normal(len(spots))), np.full(len(DISTRICT_NAMES), SPOTS_PER_DISTRICT))
    seniors = SEVERITY_SHARES * [effects.SENIOR_SERIOUS_FACTOR] * np.array([1, 1, 0, 0]) + SEVERITY_SHARES * [0, 0, 1, 1]
    severity_choice = even_choice(np.stack([SEVERITY_SHARES, seniors]))

    def draw(cell: Cell) -> Columns:
        uniform = cell.rng.random((4, cell.rows))
        home = homes.pick(cell.district, uniform[0]) % len(DISTRICT_NAMES)
        person = persons.by_home.pick(home, uniform[1])
        spot = spots[spot_choice.pick(cell.district, uniform[2])]
        near = np.round(spot + SPOT_SPREAD_DEG * cell.rng.standard_normal((cell.rows, 2)), 6)
        inside = shapely.contains_xy(outlines()[cell.district], near[:, 0], near[:, 1])
        senior = (persons.age[person] >= SENIOR_AGE).astype(np.int64)
        return {
            "person": person,
            "seconds": cell.seconds,
            "hour": cell.hour,
            "year": np.full(cell.rows, cell.year),
            "district": np.full(cell.rows, cell.district),
            "point": np.where(inside[:, None], near, spot),
            "severity": severity_choice.pick(senior, uniform[3]) % len(SEVERITY),
        }

    def finish(columns: Columns, serial: np.ndarray) -> pd.DataFrame:
        import geopandas

        person = columns["person"]
        frame = pd.DataFrame(
            {
                "report_id": identifiers("A", serial),
                "person_id": identifiers("P", persons.number[person]),
                "age": persons.age[person].astype(np.int64),
                "sex": words(persons.female[person], ["M", "F"]),
                "occurred_at": seoul_times(columns["seconds"]),
                "year": columns["year"],
                "hour": columns["hour"],
                "district": words(columns["district"], DISTRICT_NAMES),
                "severity": words(columns["severity"], SEVERITY),
            }
        )
        return geopandas.GeoDataFrame(frame, geometry=shapely.points(columns["point"]), crs="EPSG:4326").rename_geometry(
            "location"
        )

    return in_chunks(map(draw, rhythm(seed).cells(seed, rows)), finish, chunk_rows=chunk_rows)
