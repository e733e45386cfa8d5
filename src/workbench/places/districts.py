"""The 25 districts (자치구) of Seoul: codes, names, official area, residents, centre.

They stand beside the code as ``districts.csv`` because every room names districts, and names must agree. Sources:
codes of the Ministry of the Interior and Safety (법정동코드, first five digits); official areas and residents at the
end of 2023, foreigners included (they sum to the published 9,638,799), of the Seoul Metropolitan Government's
statistics; centres computed from the statistical borders of April 2021.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import pandas as pd

from workbench.errors import unknown

Language = Literal["ko", "en"]


@cache
def _table() -> pd.DataFrame:
    with files("workbench.places").joinpath("districts.csv").open(encoding="utf-8") as handle:
        return pd.read_csv(handle, dtype={"code": str})


@cache
def _names() -> dict[str, tuple[str, str, str]]:
    """Code, Korean and English name, reachable under the code and under the Korean name."""
    rows = list(zip(*(_table()[column] for column in ("code", "name_ko", "name_en")), strict=True))
    return {key: row for row in rows for key in row[:2]}


def districts() -> pd.DataFrame:
    """Return the 25 districts, ordered by code.

    Returns
    -------
    pandas.DataFrame
        ``code`` (five digits), ``name_ko``, ``name_en``, ``area_km2``, ``population`` (end of 2023), ``lon`` and ``lat``
        of the centre in degrees (EPSG:4326). A copy: changing it changes nothing for others.

    Examples
    --------
    >>> table = districts()
    >>> len(table), int(table["population"].sum())
    (25, 9638799)
    """
    return _table().copy()


DISTRICT_NAMES: tuple[str, ...] = tuple(_table()["name_ko"])
"""The Korean names, ordered by code: the values of every district field in the catalogue."""


def district_name(district: str, language: Language) -> str:
    """Return a district's name in a language.

    Parameters
    ----------
    district : str
        The Korean name or the five-digit code.
    language : {"ko", "en"}

    Returns
    -------
    str

    Raises
    ------
    UsageError
        Unknown district or language, with did-you-mean.

    Examples
    --------
    >>> district_name("강남구", "en"), district_name("11680", "ko")
    ('Gangnam-gu', '강남구')
    """
    _, korean, english = _find(district)
    if language not in ("ko", "en"):
        raise unknown("language", str(language), ("ko", "en"))
    return korean if language == "ko" else english


def district_code(district: str) -> str:
    """Return a district's five-digit code.

    Parameters
    ----------
    district : str
        The Korean name or the code itself.

    Returns
    -------
    str

    Raises
    ------
    UsageError
        Unknown district.

    Examples
    --------
    >>> district_code("강남구")
    '11680'
    """
    return _find(district)[0]


def _find(district: str) -> tuple[str, str, str]:
    if district not in _names():
        raise unknown("district", str(district), DISTRICT_NAMES)
    return _names()[district]
