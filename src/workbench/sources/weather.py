"""Daily weather of Seoul (weather office, synoptic station 108)."""

from __future__ import annotations

import numpy as np

from workbench.intake import Refusal
from workbench.sources.families import Family, Shaped, Words, set_aside, year_of

SEOUL_STATION = "108"
"""The weather office's station in Seoul; its files can hold others."""


def shape_weather(words: Words) -> Shaped:
    """Return daily weather as catalogue rows; other stations than Seoul's are refused.

    Parameters
    ----------
    words : Words

    Returns
    -------
    Shaped
    """
    stations = words.frame["weather_station"].astype(str).str.strip()
    frame = words.frame.drop(columns="weather_station")
    frame.insert(1, "year", year_of(words.frame["date"]))
    elsewhere = (stations != SEOUL_STATION).to_numpy()
    refused = [
        Refusal(
            int(words.lines[row]),
            "",
            f"station {stations.iloc[row]}",
            f"station {SEOUL_STATION} (Seoul)",
            "another weather station",
        )
        for row in np.flatnonzero(elsewhere)
    ]
    return set_aside(Shaped(frame, words.lines), elsewhere, refused)


WEATHER_DAILY = Family(
    dataset="weather_daily",
    title="daily weather of station 108",
    columns={
        "지점": "weather_station",
        "일시": "date",
        "평균기온(°C)": "mean_temperature_c",
        "최저기온(°C)": "minimum_temperature_c",
        "평균 풍속(m/s)": "wind_speed_m_s",
        "평균 상대습도(%)": "relative_humidity_percent",
    },
    shape=shape_weather,
)
