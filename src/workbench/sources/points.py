"""Points from two columns of words, longitude and latitude: blank or zero is missing, outside Korea is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from workbench.intake import Refusal

KOREA = (124.0, 33.0, 132.0, 39.0)
"""West, south, east, north of the Republic's land, in degrees: what lies outside was swapped or mistyped."""

BLANK = frozenset({"", "-", "0", "0.0", "None", "nan"})


def points_of(
    longitude: pd.Series, latitude: pd.Series, lines: np.ndarray, *, field: str = "location"
) -> tuple[pd.Series, np.ndarray, list[Refusal]]:
    """Return points, which rows must be set aside, and why.

    Parameters
    ----------
    longitude, latitude : pandas.Series
        Degrees (EPSG:4326), as words or numbers.
    lines : numpy.ndarray
    field : str

    Returns
    -------
    pandas.Series
        Of shapely points; None where either is blank or zero.
    numpy.ndarray of bool
        Rows whose coordinates are no numbers or lie outside Korea.
    list of Refusal

    Examples
    --------
    >>> longitude, latitude = pd.Series(["127.0", "37.5", ""]), pd.Series(["37.5", "127.0", ""])
    >>> points, aside, refused = points_of(longitude, latitude, np.array([2, 3, 4]))
    >>> [point is None for point in points], aside.tolist(), refused[0].found
    ([False, True, True], [False, True, False], '37.5, 127.0')
    """
    written = [(_word(east), _word(north)) for east, north in zip(longitude, latitude, strict=True)]
    points = np.empty(len(written), dtype=object)
    aside = np.zeros(len(written), dtype=bool)
    refused = []
    west, south, east_limit, north_limit = KOREA
    for row, (east, north) in enumerate(written):
        if east in BLANK or north in BLANK:
            continue
        place = (_number(east), _number(north))
        if west <= place[0] <= east_limit and south <= place[1] <= north_limit:
            points[row] = shapely.Point(place)
        else:
            aside[row] = True
            allowed = f"longitude {west:g} to {east_limit:g}, latitude {south:g} to {north_limit:g}"
            refused.append(Refusal(int(lines[row]), field, f"{east}, {north}", allowed, "not a place in Korea"))
    return pd.Series(points, index=longitude.index, dtype=object), aside, refused


def _word(value: object) -> str:
    return "" if value is None else str(value).strip()


def _number(word: str) -> float:
    """The number a word stands for; not-a-number where it stands for none, which lies nowhere."""
    try:
        return float(word)
    except ValueError:
        return float("nan")
