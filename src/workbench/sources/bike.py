"""Public bicycles and cycling: stations (OA-13252), use per station and month, lanes, and the hourly rentals of UCI 560."""

from __future__ import annotations

import re

import pandas as pd

from workbench.sources.families import Family, Shaped, Words, set_aside
from workbench.sources.points import points_of

_NUMBERED = re.compile(r"\s*([0-9]+)\s*\.\s*(.*?)\s*", re.DOTALL)


def number_and_name(numbered: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Split ``"2301. 현대고등학교 건너편"`` at the dot into the station's number and name.

    Parameters
    ----------
    numbered : pandas.Series of str

    Returns
    -------
    pandas.Series
        The number as digits; the whole text where there is none before a dot, so that intake names it.
    pandas.Series
        The name.

    Examples
    --------
    >>> numbers, names = number_and_name(pd.Series(["2413.도곡역 1번 출구", " 302 . 경복궁역", "상암센터"]))
    >>> numbers.tolist(), names.tolist()
    (['2413', '302', '상암센터'], ['도곡역 1번 출구', '경복궁역', '상암센터'])
    """
    found = [_NUMBERED.fullmatch(str(value)) for value in numbered]
    whole = [str(value).strip() for value in numbered]
    numbers = [match[1] if match else text for match, text in zip(found, whole, strict=True)]
    names = [match[2] if match else text for match, text in zip(found, whole, strict=True)]
    return pd.Series(numbers, index=numbered.index, dtype=object), pd.Series(names, index=numbered.index, dtype=object)


def shape_stations(words: Words) -> Shaped:
    """Return stations as catalogue rows; a station outside Korea is refused.

    Parameters
    ----------
    words : Words
        ``station_number``, ``name``, ``district``, ``address``, ``latitude``, ``longitude``, ``racks`` and, where
        the source has them, ``docks_lcd`` and ``docks_qr``.

    Returns
    -------
    Shaped
    """
    points, aside, refused = points_of(words.frame["longitude"], words.frame["latitude"], words.lines)
    frame = words.frame.drop(columns=["longitude", "latitude"])
    frame["location"] = points
    return set_aside(Shaped(frame, words.lines), aside, refused)


def shape_station_month(words: Words) -> Shaped:
    """Return use per station and month as catalogue rows.

    Parameters
    ----------
    words : Words
        ``district``, ``numbered_name``, ``month`` as in 202301, ``rentals``, ``returns``.

    Returns
    -------
    Shaped
    """
    numbers, names = number_and_name(words.frame["numbered_name"])
    months = [re.fullmatch(r"([0-9]{4})[-./]?(0[1-9]|1[0-2])", str(value).strip()) for value in words.frame["month"]]
    frame = pd.DataFrame(
        {
            "month": pd.Series([f"{match[1]}-{match[2]}" if match else None for match in months], dtype=object),
            "year": pd.Series([match[1] if match else None for match in months], dtype=object),
            "station_number": numbers,
            "station_name": names,
            "district": words.frame["district"],
            "rentals": words.frame["rentals"],
            "returns": words.frame["returns"],
        }
    )
    return Shaped(frame, words.lines)


def shape_hourly_rentals(words: Words) -> Shaped:
    """Return hourly rentals as catalogue rows: days written DD/MM/YYYY, yes and no as words.

    Parameters
    ----------
    words : Words

    Returns
    -------
    Shaped
    """
    frame = words.frame.copy()
    frame["date"] = (
        frame["date"].astype(str).str.strip().str.replace(r"^([0-9]{2})/([0-9]{2})/([0-9]{4})$", r"\3-\2-\1", regex=True)
    )
    frame["holiday"] = frame["holiday"].astype(str).str.strip().replace({"No Holiday": "no", "Holiday": "yes"})
    return Shaped(frame, words.lines)


def _as_it_is(words: Words) -> Shaped:
    return Shaped(words.frame, words.lines)


BIKE_STATIONS = Family(
    dataset="bike_stations",
    title="public-bicycle stations",
    columns={
        "대여소 번호": "station_number",
        "대여소명": "name",
        "구명": "district",
        "상세주소": "address",
        "위도": "latitude",
        "경도": "longitude",
        "QR": "docks_qr",
        "LCD": "docks_lcd",
        "거치대수": "racks",
    },
    shape=shape_stations,
)

BIKE_STATION_MONTH = Family(
    dataset="bike_station_month",
    title="rentals and returns per station and month",
    columns={
        "자치구": "district",
        "대여소명": "numbered_name",
        "기준년월": "month",
        "대여건수": "rentals",
        "반납건수": "returns",
    },
    shape=shape_station_month,
)

BIKE_LANES = Family(
    dataset="bike_lanes",
    title="cycle lanes per district",
    columns={
        "위치": "setting",
        "지역구명": "district",
        "자전거 전용도로 노선수": "dedicated_count",
        "자전거 전용도로 길이": "dedicated_km",
        "자전거보행자 겸용도로 노선수": "shared_pedestrian_count",
        "자전거보행자 겸용도로 길이": "shared_pedestrian_km",
        "자전거 전용차로 노선수": "lane_count",
        "자전거 전용차로 길이": "lane_km",
        "자전거우선도로 노선수": "priority_road_count",
        "자전거우선도로 길이": "priority_road_km",
    },
    shape=_as_it_is,
)

BIKE_HOURLY_RENTALS = Family(
    dataset="bike_hourly_rentals",
    title="hourly public-bicycle rentals (UCI 560)",
    columns={
        "Date": "date",
        "Hour": "hour",
        "Rented Bike Count": "rentals",
        "Temperature": "temperature_c",
        "Humidity": "humidity_percent",
        "Wind speed": "wind_speed_m_s",
        "Visibility": "visibility_10m",
        "Dew point temperature": "dew_point_c",
        "Solar Radiation": "solar_mj_m2",
        "Rainfall": "rainfall_mm",
        "Snowfall": "snowfall_cm",
        "Seasons": "season",
        "Holiday": "holiday",
        "Functioning Day": "functioning_day",
    },
    shape=shape_hourly_rentals,
)
