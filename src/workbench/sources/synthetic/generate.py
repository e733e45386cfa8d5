"""Every synthetic dataset by id, and its rows in the order in which they are stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from workbench.errors import UsageError, unknown
from workbench.sources.synthetic.accidents import bike_accident_reports, bike_accidents_by_district
from workbench.sources.synthetic.air import daily_air, hourly_air, weather_daily
from workbench.sources.synthetic.bicycles import bike_lanes, bike_station_month, bike_stations
from workbench.sources.synthetic.donations import donations
from workbench.sources.synthetic.events import CHUNK_ROWS
from workbench.sources.synthetic.meals import meal_card_merchants, meal_card_purchases
from workbench.sources.synthetic.parks import parks, shop_sales
from workbench.sources.synthetic.traffic import traffic_volume
from workbench.sources.synthetic.trips import bike_trips

Events = Callable[..., Iterator[pd.DataFrame]]
Whole = Callable[[int], pd.DataFrame]
Months = Callable[[int], Iterator[pd.DataFrame]]

DEFAULT_ROWS: dict[str, int] = {
    "bike_trips": 200_000,
    "bike_accident_reports": 9_300,
    "meal_card_purchases": 60_000,
    "donations": 30_000,
}
"""Datasets of any number of rows, with the sample's; the others have a size of their own."""

_EVENTS: dict[str, Events] = {
    "bike_trips": bike_trips,
    "bike_accident_reports": bike_accident_reports,
    "meal_card_purchases": meal_card_purchases,
    "donations": donations,
}

_WHOLE: dict[str, tuple[Whole, tuple[str, ...]]] = {
    "bike_accidents_by_district_synthetic": (bike_accidents_by_district, ("year", "district")),
    "bike_lanes_synthetic": (bike_lanes, ("setting", "district")),
    "bike_station_month_synthetic": (bike_station_month, ("year", "district", "month", "station_number")),
    "bike_stations_synthetic": (bike_stations, ("district", "station_number")),
    "daily_air_synthetic": (daily_air, ("year", "date", "station")),
    "meal_card_merchants_synthetic": (meal_card_merchants, ("district", "kind", "merchant_id")),
    "parks_synthetic": (parks, ("district", "park_number")),
    "shop_sales": (shop_sales, ("year", "district", "quarter", "shop_id")),
    "weather_daily_synthetic": (weather_daily, ("date",)),
}

_MONTHS: dict[str, tuple[Months, tuple[str, ...]]] = {
    "hourly_air_synthetic": (hourly_air, ("year", "measured_at", "station")),
    "traffic_volume_synthetic": (traffic_volume, ("year", "measured_on", "spot", "hour", "direction")),
}

SYNTHETIC: tuple[str, ...] = tuple(sorted([*_EVENTS, *_WHOLE, *_MONTHS]))
"""The ids of all datasets that can be generated."""


def generate(dataset: str, *, seed: int, rows: int | None = None, chunk_rows: int = CHUNK_ROWS) -> Iterator[pd.DataFrame]:
    """Give the rows of a synthetic dataset, frame by frame, sorted as a whole by the dataset's usual filter keys.

    Parameters
    ----------
    dataset : str
        One of ``SYNTHETIC``.
    seed : int
        0 or more; the same seed gives the same rows.
    rows : int, optional
        Only for the datasets of ``DEFAULT_ROWS``, whose number of rows is free.
    chunk_rows : int
        The most rows handed on at a time by those; other cuts give the same rows.

    Returns
    -------
    iterator of pandas.DataFrame or geopandas.GeoDataFrame
        In the catalogue's fields.

    Raises
    ------
    UsageError
        Unknown dataset, or a number that is not allowed.

    Examples
    --------
    >>> sum(len(frame) for frame in generate("bike_trips", seed=2017, rows=1000))
    1000
    """
    check_order(dataset, seed=seed, rows=rows)
    if chunk_rows < 1:
        raise UsageError(f"synthetic dataset '{dataset}': {chunk_rows} rows a chunk, allowed 1 or more")
    if dataset in _EVENTS:
        return _EVENTS[dataset](seed, DEFAULT_ROWS[dataset] if rows is None else rows, chunk_rows=chunk_rows)
    if dataset in _MONTHS:
        make, order = _MONTHS[dataset]
        return (_sorted(frame, order) for frame in make(seed))
    whole, order = _WHOLE[dataset]
    return iter([_sorted(whole(seed), order)])


def check_order(dataset: str, *, seed: int, rows: int | None) -> None:
    """Refuse what cannot be generated.

    Parameters
    ----------
    dataset : str
    seed : int
    rows : int or None

    Raises
    ------
    UsageError
    """
    if dataset not in SYNTHETIC:
        raise unknown("synthetic dataset", dataset, SYNTHETIC)
    if seed < 0:
        raise UsageError(f"synthetic dataset '{dataset}': seed {seed}, allowed 0 or more")
    if rows is not None and dataset not in DEFAULT_ROWS:
        raise UsageError(
            f"synthetic dataset '{dataset}' has a size of its own, found rows={rows}",
            hint="rows may be given for: " + ", ".join(sorted(DEFAULT_ROWS)),
        )
    if rows is not None and not 1 <= rows <= 99_999_999:
        raise UsageError(f"synthetic dataset '{dataset}': {rows:,} rows, allowed 1 to 99,999,999")


def _sorted(frame: pd.DataFrame, order: tuple[str, ...]) -> pd.DataFrame:
    return frame.sort_values(list(order), kind="stable", ignore_index=True)
