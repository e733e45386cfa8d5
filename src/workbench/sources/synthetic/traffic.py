"""Vehicles counted per hour: the stand-in for the official counts on roads."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from workbench.places import DISTRICT_NAMES
from workbench.sources.synthetic import effects
from workbench.sources.synthetic.columns import calendar, dates, day_numbers, words
from workbench.sources.synthetic.draws import stream

YEAR = 2023
DIRECTIONS = ("in", "out")
WEEKDAY_HOURS = np.array([35, 24, 17, 15, 20, 42, 75, 96, 100, 95, 90, 89, 88, 90, 92, 94, 97, 100, 99, 88, 76, 68, 61, 49]) / 100
WEEKEND_HOURS = np.array([45, 34, 25, 20, 21, 30, 43, 53, 64, 74, 81, 85, 88, 91, 93, 94, 94, 92, 88, 82, 75, 69, 62, 50]) / 100
"""Assumed: the hours of a road in the city against its busiest one."""


def traffic_volume(seed: int) -> Iterator[pd.DataFrame]:
    """Give vehicles per spot, direction and hour, month by month of one year.

    Parameters
    ----------
    seed : int

    Yields
    ------
    pandas.DataFrame
        In the catalogue's fields, in the order day, spot, hour, direction; one spot a district.
    """
    size = np.exp(7.2 + 0.5 * stream(seed, "traffic_spots").standard_normal(len(DISTRICT_NAMES)))
    names = [f"합성 지점 {number:02d}" for number in range(1, len(DISTRICT_NAMES) + 1)]
    days = day_numbers(YEAR, YEAR)
    _, month, weekday = calendar(days)
    for number in range(1, 13):
        own = days[month == number]
        weekend = weekday[month == number] >= 5
        hours = np.where(weekend[:, None], WEEKEND_HOURS, WEEKDAY_HOURS)
        inwards = np.ones((len(own), 24))
        inwards[np.ix_(~weekend, [7, 8])] = effects.TRAFFIC_MORNING_IN_FACTOR
        inwards[np.ix_(~weekend, [18, 19])] = 1 / effects.TRAFFIC_MORNING_IN_FACTOR
        towards = np.stack([np.sqrt(inwards), 1 / np.sqrt(inwards)], axis=-1)
        expected = size[None, :, None, None] * (hours[:, :, None] * towards)[:, None, :, :]
        rng = stream(seed, "traffic_volume_synthetic", number)
        vehicles = np.round(expected * np.exp(0.1 * rng.standard_normal(expected.shape))).astype(np.int64).ravel()
        day, spot, hour, direction = (part.ravel() for part in np.indices(expected.shape))
        yield pd.DataFrame(
            {
                "measured_on": dates(own[day]),
                "hour": hour,
                "year": YEAR,
                "spot": words(spot, names),
                "district": words(spot, DISTRICT_NAMES),
                "direction": words(direction, DIRECTIONS),
                "vehicles": np.minimum(vehicles, 20_000),
            }
        )
