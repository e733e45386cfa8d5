"""Daily means per air-quality station (Seoul Open Data Plaza, OA-2218): the official columns and what a station is."""

from __future__ import annotations

import pandas as pd

from workbench.sources.families import Family, Shaped, Words, year_of

ROADSIDE = frozenset(
    {
        "강남대로", "강변북로", "공항대로", "도산대로", "동작대로", "시흥대로", "신촌로", "영등포로",
        "정릉로", "종로", "천호대로", "청계천로", "한강대로", "홍릉로", "화랑로",
    }
)  # fmt: skip
"""The 15 roadside stations of the city's network."""

BACKGROUND = frozenset({"관악산", "궁동", "남산", "북한산", "세곡", "행주"})
"""Stations on hills and at the city's edge, away from single sources."""

MEASURED = ("no2_ppm", "o3_ppm", "co_ppm", "so2_ppm", "pm10_ug_m3", "pm25_ug_m3")


def station_kind(station: str) -> str:
    """Return what a station stands for: ``district``, ``roadside``, ``background`` or ``other``.

    Parameters
    ----------
    station : str

    Returns
    -------
    str

    Examples
    --------
    >>> [station_kind(name) for name in ("강남구", "강남대로", "남산", "서울숲")]
    ['district', 'roadside', 'background', 'other']
    """
    if station.endswith("구"):
        return "district"
    if station in ROADSIDE:
        return "roadside"
    return "background" if station in BACKGROUND else "other"


def shape_daily_air(words: Words) -> Shaped:
    """Return daily means as catalogue rows.

    Parameters
    ----------
    words : Words
        ``date``, ``station`` and the six pollutants.

    Returns
    -------
    Shaped
    """
    station = words.frame["station"].astype(str).str.strip()
    kinds = station.map({name: station_kind(name) for name in station.unique()})
    frame = pd.DataFrame(
        {
            "date": words.frame["date"],
            "year": year_of(words.frame["date"]),
            "station": station,
            "station_kind": kinds,
            "district": station.where(kinds == "district", None),
            **{name: words.frame[name] for name in MEASURED},
        }
    )
    return Shaped(frame, words.lines)


DAILY_AIR = Family(
    dataset="daily_air",
    title="daily means per air-quality station",
    columns={
        "측정일시": "date",
        "측정소명": "station",
        "이산화질소농도(ppm)": "no2_ppm",
        "오존농도(ppm)": "o3_ppm",
        "일산화탄소농도(ppm)": "co_ppm",
        "아황산가스농도(ppm)": "so2_ppm",
        "미세먼지농도(㎍/㎥)": "pm10_ug_m3",
        "초미세먼지농도(㎍/㎥)": "pm25_ug_m3",
    },
    shape=shape_daily_air,
)
