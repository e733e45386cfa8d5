"""Seoul's main parks (OA-394): the area is free text, some parks lie outside Seoul, opening days are written in many ways."""

from __future__ import annotations

import re

import pandas as pd

from workbench.places import DISTRICT_NAMES
from workbench.sources.families import Family, Shaped, Words, set_aside
from workbench.sources.points import points_of

LARGEST_AREA_M2 = 605_240_000.0
"""Seoul's own area: a park said to be larger is a slip (one official entry has three zeros too many)."""

_AREA = re.compile(r"\s*총?\s*([0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)\s*(?:㎡|m²|m2|㎥|제곱미터)")
_SEOUL_ADDRESS = re.compile(r"\s*(?:서울특별시|서울시|서울)?\s*([가-힣]+구)(?:\s|$)")


def area_m2(text: str) -> float | None:
    """Return the area a free text begins with, in square metres; None where it begins with something else.

    The office writes the cubic sign for the square one in places; an area it is all the same.

    Parameters
    ----------
    text : str

    Returns
    -------
    float or None

    Examples
    --------
    >>> area_m2("2896887㎡ 임 야 : 2454140㎡"), area_m2("총 1,513,491.2㎡"), area_m2("휴양 및 편익시설 : 평의자 7개")
    (2896887.0, 1513491.2, None)
    """
    found = _AREA.match(text)
    if not found:
        return None
    area = float(found[1].replace(",", ""))
    return area if area <= LARGEST_AREA_M2 else None


def opened_on(text: str) -> str | None:
    """Return an opening day as ``1968-09-10``, ``2006-03`` or ``1996``, as exactly as it is written; None where it is not.

    Parameters
    ----------
    text : str

    Returns
    -------
    str or None

    Examples
    --------
    >>> [opened_on(text) for text in ("1968.9.10", "1966. 2. 5", "2006.3", "1996", "")]
    ['1968-09-10', '1966-02-05', '2006-03', '1996', None]
    """
    numbers = [int(number) for number in re.findall(r"[0-9]+", text)][:3]
    if not numbers or not 1000 <= numbers[0] <= 9999 or any(not 1 <= part <= 31 for part in numbers[1:]):
        return None
    return "-".join([f"{numbers[0]:04d}", *(f"{part:02d}" for part in numbers[1:])])


def district_of(zone: str, address: str) -> str | None:
    """Return the district a park lies in; None where it lies outside Seoul or in several.

    Parameters
    ----------
    zone : str
        What the office writes as the region.
    address : str
        Read only where the region is blank.

    Returns
    -------
    str or None

    Examples
    --------
    >>> district_of("과천시", "경기도 과천시"), district_of("강북구 등", ""), district_of("", "노원구 공릉2동 산 82-2")
    (None, None, '노원구')
    """
    if zone:
        return zone if zone in DISTRICT_NAMES else None
    found = _SEOUL_ADDRESS.match(address)
    return found[1] if found and found[1] in DISTRICT_NAMES else None


def shape_parks(words: Words) -> Shaped:
    """Return parks as catalogue rows.

    Parameters
    ----------
    words : Words
        ``park_number``, ``name``, ``area``, ``opened``, ``zone``, ``address``, ``longitude``, ``latitude``.

    Returns
    -------
    Shaped
    """
    text = {
        name: ["" if value is None else str(value).strip() for value in words.frame[name]]
        for name in ("area", "opened", "zone", "address")
    }
    points, aside, refused = points_of(words.frame["longitude"], words.frame["latitude"], words.lines)
    frame = pd.DataFrame(
        {
            "park_number": words.frame["park_number"],
            "name": words.frame["name"],
            "district": pd.Series([district_of(*pair) for pair in zip(text["zone"], text["address"], strict=True)], dtype=object),
            "address": words.frame["address"],
            "area_m2": pd.Series([area_m2(area) for area in text["area"]], dtype="float64"),
            "opened_on": pd.Series([opened_on(opened) for opened in text["opened"]], dtype=object),
            "location": points,
        }
    )
    return set_aside(Shaped(frame, words.lines), aside, refused)


PARKS = Family(
    dataset="parks",
    title="Seoul's parks",
    columns={
        "연번": "park_number",
        "공원명": "name",
        "면적": "area",
        "개원일": "opened",
        "지역": "zone",
        "공원주소": "address",
        "경도": "longitude",
        "위도": "latitude",
    },
    shape=shape_parks,
)
