"""Points inside districts, and how far apart things are."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import shapely

from workbench.places import DISTRICT_NAMES, district_shapes, districts

KM_PER_DEGREE = 111.2
LATITUDE_DEG = 37.55
"""Of the city's middle: good to 0.3 % across the city."""

BY_NAME: np.ndarray[Any, Any] = np.array(sorted(range(len(DISTRICT_NAMES)), key=lambda number: DISTRICT_NAMES[number]))
"""District numbers (by code) in the order of their Korean names, in which stored rows are sorted."""


@cache
def outlines() -> np.ndarray:
    """Return the districts' outlines, ordered by code, prepared for many questions.

    Returns
    -------
    numpy.ndarray of shapely geometries, shape (25,)
    """
    shapes = district_shapes().geometry.to_numpy()
    shapely.prepare(shapes)
    return shapes


def points_in(rng: np.random.Generator, district: int, count: int) -> np.ndarray:
    """Return points spread evenly over a district.

    Parameters
    ----------
    rng : numpy.random.Generator
    district : int
        Number of the district, by code.
    count : int

    Returns
    -------
    numpy.ndarray of float, shape (count, 2)
        Longitude and latitude in degrees, on a grid of a millionth.

    Examples
    --------
    >>> from workbench.sources.synthetic.draws import stream
    >>> points_in(stream(1, "x"), 0, 3).shape
    (3, 2)
    """
    shape = outlines()[district]
    west, south, east, north = shape.bounds
    kept: list[np.ndarray] = []
    found = 0
    while found < count:
        drawn = rng.random((2 * (count - found) + 16, 2)) * [east - west, north - south] + [west, south]
        drawn = np.round(drawn, 6)
        inside = drawn[shapely.contains_xy(shape, drawn[:, 0], drawn[:, 1])]
        kept.append(inside)
        found += len(inside)
    return np.concatenate([np.empty((0, 2)), *kept])[:count]


def points_per_district(rng: np.random.Generator, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return points in every district.

    Parameters
    ----------
    rng : numpy.random.Generator
    counts : array of int, shape (25,)
        By code.

    Returns
    -------
    district : numpy.ndarray of int
        Number of each point's district, ascending.
    points : numpy.ndarray of float, shape (points, 2)
    """
    points = [points_in(rng, number, int(count)) for number, count in enumerate(counts)]
    return np.repeat(np.arange(len(counts)), counts), np.concatenate(points)


def kilometres(points: np.ndarray) -> np.ndarray:
    """Return points on a flat map in kilometres.

    Parameters
    ----------
    points : array of float, shape (points, 2)
        Longitude and latitude.

    Returns
    -------
    numpy.ndarray of float, shape (points, 2)

    Examples
    --------
    >>> kilometres(np.array([[127.0, 37.5], [127.0, 38.5]]))[:, 1].round(1).tolist()
    [4170.0, 4281.2]
    """
    return np.asarray(points) * KM_PER_DEGREE * [np.cos(np.radians(LATITUDE_DEG)), 1.0]


@cache
def centre_distances_km() -> np.ndarray:
    """Return the distances between the districts' centres.

    Returns
    -------
    numpy.ndarray of float, shape (25, 25)
    """
    centres = kilometres(districts()[["lon", "lat"]].to_numpy())
    return np.hypot(*(centres[:, None, :] - centres[None, :, :]).transpose(2, 0, 1))
