"""The services of the Seoul Open Data Plaza that are read: their fields, their options, and their rows in catalogue form."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from workbench.sources.air import MEASURED, shape_daily_air
from workbench.sources.bike import number_and_name, shape_stations
from workbench.sources.families import Shape, Shaped, Words
from workbench.sources.parks import shape_parks

Period = Literal["day", "month", "all"]


@dataclass(frozen=True)
class Service:
    """One service.

    Parameters
    ----------
    name, dataset : str
    period : {'day', 'month', 'all'}
        What one request covers: a day, a month, or the whole list.
    fields : dict of str to str
        Official field to the short name that ``shape`` reads; each must be in every row.
    shape : callable
        ``(Words) -> Shaped``.
    names_period : str or None
        The official field that repeats the day asked for.

    Examples
    --------
    >>> SERVICES["daily_air"].name
    'DailyAverageAirQuality'
    """

    name: str
    dataset: str
    period: Period
    fields: dict[str, str]
    shape: Shape
    names_period: str | None = None


def shape_station_list(words: Words) -> Shaped:
    """Return the interface's stations as catalogue rows: the address joined, the number without padding.

    Parameters
    ----------
    words : Words

    Returns
    -------
    Shaped
    """
    frame = words.frame.copy()
    address = [
        " ".join(" ".join(str(part or "").split()) for part in pair).strip()
        for pair in zip(frame["address_1"], frame["address_2"], strict=True)
    ]
    frame["address"] = pd.Series(address, dtype=object)
    frame["name"] = frame["name"].map(lambda name: re.sub(r"^\s*[0-9]+\s*\.\s*", "", name) if isinstance(name, str) else name)
    return shape_stations(Words(frame.drop(columns=["address_1", "address_2"]), words.lines, words.where))


def shape_month_of_use(words: Words) -> Shaped:
    """Return the use of each station in one month: its several rows (by kind of user, sex and age group) summed.

    A station with a count that is no number is handed on with that count, so that intake refuses it whole.

    Parameters
    ----------
    words : Words
        ``month``, ``numbered_name``, ``rentals``, and ``district`` by station number.

    Returns
    -------
    Shaped
        One row a station; the line is that of its first row, or of the count that is none.
    """
    frame = words.frame
    numbers, names = number_and_name(frame["numbered_name"])
    keys = pd.Series([str(int(number)) if re.fullmatch(r"[0-9]{1,9}", number) else number for number in numbers], dtype=object)
    written = ["" if value is None else str(value).strip() for value in frame["rentals"]]
    counts = np.array([float(value) if re.fullmatch(r"[0-9]+(\.0+)?", value) else np.nan for value in written], dtype="float64")
    rows = pd.DataFrame({"station_number": keys, "station_name": names, "count": counts, "written": written, "line": words.lines})
    rows["month"] = frame["month"].to_numpy()
    bad = rows[rows["count"].isna()].drop_duplicates("station_number").set_index("station_number")
    grouped = rows.groupby("station_number", sort=False).agg(
        station_name=("station_name", "first"), month=("month", "first"), total=("count", "sum"), line=("line", "first")
    )
    totals = pd.Series([str(int(total)) for total in grouped["total"]], index=grouped.index, dtype=object)
    totals.loc[bad.index] = bad["written"]
    lines = grouped["line"].copy()
    lines.loc[bad.index] = bad["line"]
    shaped = grouped[["month", "station_name"]].assign(
        station_number=grouped.index, year=grouped["month"].str[:4], rentals=totals
    )
    return Shaped(shaped.reset_index(drop=True), lines.to_numpy(dtype="int64"))


def with_districts(shaped: Shaped, district_of: Callable[[str], str | None]) -> Shaped:
    """Return rows of stations with the district of each, None where the station is not listed.

    Parameters
    ----------
    shaped : Shaped
    district_of : callable
        From the station's number as a word.

    Returns
    -------
    Shaped
    """
    districts = pd.Series([district_of(str(number)) for number in shaped.frame["station_number"]], dtype=object)
    return Shaped(shaped.frame.assign(district=districts), shaped.lines, shaped.refused)


SERVICES: dict[str, Service] = {
    "daily_air": Service(
        name="DailyAverageAirQuality",
        dataset="daily_air",
        period="day",
        fields={
            "MSRDT_DE": "date",
            "MSRSTE_NM": "station",
            **dict(zip(("NO2", "O3", "CO", "SO2", "PM10", "PM25"), MEASURED, strict=True)),
        },
        shape=shape_daily_air,
        names_period="MSRDT_DE",
    ),
    "bike_stations": Service(
        name="tbCycleStationInfo",
        dataset="bike_stations",
        period="all",
        fields={
            "RENT_NO": "station_number",
            "RENT_NM": "name",
            "STA_LOC": "district",
            "STA_ADD1": "address_1",
            "STA_ADD2": "address_2",
            "HOLD_NUM": "racks",
            "STA_LAT": "latitude",
            "STA_LONG": "longitude",
        },
        shape=shape_station_list,
    ),
    "bike_station_month": Service(
        name="tbCycleRentUseMonthInfo",
        dataset="bike_station_month",
        period="month",
        fields={"STATION_NAME": "numbered_name", "USE_CNT": "rentals"},
        shape=shape_month_of_use,
    ),
    "parks": Service(
        name="SearchParkInfoService",
        dataset="parks",
        period="all",
        fields={
            "P_IDX": "park_number",
            "P_PARK": "name",
            "AREA": "area",
            "OPEN_DT": "opened",
            "P_ZONE": "zone",
            "P_ADDR": "address",
            "LONGITUDE": "longitude",
            "LATITUDE": "latitude",
        },
        shape=shape_parks,
    ),
}
"""By the catalogue's dataset."""
