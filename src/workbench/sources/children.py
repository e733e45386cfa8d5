"""For children: community centres in Seoul, and the national standard list of merchants that take the meal card."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.files import sha256
from workbench.intake import Refusal
from workbench.places import DISTRICT_NAMES
from workbench.sources.families import Family, Shaped, Words, set_aside
from workbench.sources.points import points_of

SEOUL = frozenset({"서울특별시", "서울시", "서울"})

KINDS: dict[str, str] = {
    "편의점": "convenience",
    "제과점": "bakery",
    **dict.fromkeys(("한식", "중식", "일식", "양식", "분식", "패스트푸드", "일반대중음식", "휴게음식"), "restaurant"),
    **dict.fromkeys(
        ("할인점/슈퍼마켓", "농협(마트)", "농협(기타)", "식품잡화", "정육점", "농수산물", "청과물", "연쇄점"), "mart"
    ),
}
"""The list's trades in the catalogue's five kinds; any other is ``other``."""


def shape_centres(words: Words) -> Shaped:
    """Return community centres as catalogue rows.

    Parameters
    ----------
    words : Words
        ``name``, ``district``, ``dong``, ``capacity``, ``longitude``, ``latitude``.

    Returns
    -------
    Shaped
    """
    points, aside, refused = points_of(words.frame["longitude"], words.frame["latitude"], words.lines)
    frame = words.frame.drop(columns=["longitude", "latitude"]).assign(location=points)
    return set_aside(Shaped(frame, words.lines), aside, refused)


def shape_merchants(words: Words) -> Shaped:
    """Return merchants as catalogue rows; the list of another city is refused row by row.

    The list has no merchant code, so the id is made from name and address: the same merchant listed twice is a duplicate.

    Parameters
    ----------
    words : Words

    Returns
    -------
    Shaped
    """
    text = words.frame.apply(lambda column: column.astype(str).str.strip())
    districts = text["district"].where(text["district"].isin(DISTRICT_NAMES), None)
    frame = pd.DataFrame(
        {
            "merchant_id": [
                sha256(f"{name}|{address}".encode())[:16] for name, address in zip(text["name"], text["address"], strict=True)
            ],
            "name": text["name"],
            "kind": text["trade"].map(KINDS).fillna("other"),
            "district": districts,
            "address": text["address"],
            "referenced_on": text["referenced_on"],
        }
    )
    elsewhere = ~text["province"].isin(SEOUL).to_numpy()
    refused = [
        Refusal(
            int(words.lines[row]),
            "",
            f"{text['province'].iloc[row]} {text['district'].iloc[row]}".strip(),
            "서울특별시",
            "not in Seoul",
        )
        for row in np.flatnonzero(elsewhere)
    ]
    return set_aside(Shaped(frame, words.lines), elsewhere, refused)


COMMUNITY_CENTRES = Family(
    dataset="community_child_centres",
    title="community child centres",
    columns={
        "시설명": "name",
        "시군구": "district",
        "행정동": "dong",
        "입소정원(명)": "capacity",
        "Longitude": "longitude",
        "Latitude": "latitude",
    },
    shape=shape_centres,
    form="geojson",
)

MEAL_CARD_MERCHANTS = Family(
    dataset="meal_card_merchants",
    title="merchants that take the children's meal card",
    columns={
        "가맹점명": "name",
        "업종명": "trade",
        "시도명": "province",
        "시군구명": "district",
        "소재지도로명주소": "address",
        "데이터기준일자": "referenced_on",
    },
    shape=shape_merchants,
)
