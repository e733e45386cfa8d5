"""Points and lines of a column as whole millimetres of EPSG:5179, and back to degrees.

Everything that decides (which cell, which spot, which zone) is decided on whole numbers, so that the same rows give the
same bytes on every machine; and a column that holds something else than places is told in one error, by rows, never by
value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from workbench.errors import UsageError, combine

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    Geometries: TypeAlias = pa.Array | pa.ChunkedArray | pd.Series | np.ndarray | Sequence[Any]

METRIC = "EPSG:5179"
"""Korea 2000 / Unified CS: the metric system of the national grid; a metre on the map is 0.9996 to 1.0006 m on the ground."""

DEGREES = "EPSG:4326"

WEST_M, SOUTH_M, EAST_M, NORTH_M = 700_000, 1_300_000, 1_400_000, 2_100_000
"""The extent of the national point numbers (국가지점번호): 7 by 8 squares of 100 km from the south-west corner, which is
300 km west and 700 km south of the origin of EPSG:5179 (Enforcement Decree of the Road Name Address Act, Art. 37)."""

DECIMALS = 7
"""Degrees are written to a ten-millionth, about a centimetre."""


@dataclass(frozen=True)
class Points:
    """A column of points.

    Parameters
    ----------
    mm : numpy.ndarray of int64, shape (rows, 2)
        East and north in millimetres of EPSG:5179; 0 where missing.
    present : numpy.ndarray of bool, shape (rows,)
    """

    mm: np.ndarray
    present: np.ndarray


@dataclass(frozen=True)
class Lines:
    """A column of lines.

    Parameters
    ----------
    shapes : numpy.ndarray of shapely.LineString or None, shape (rows,)
        In metres of EPSG:5179, without heights or measures.
    ends_mm : numpy.ndarray of int64, shape (rows, 2, 2)
        First and last point, in millimetres; 0 where missing.
    present : numpy.ndarray of bool, shape (rows,)
    """

    shapes: np.ndarray
    ends_mm: np.ndarray
    present: np.ndarray


def read_points(name: str, values: Geometries) -> Points:
    """Read a column of points.

    Parameters
    ----------
    name : str
        The field, for messages.
    values : Arrow array of WKB, GeoSeries, or sequence of WKB or shapely geometries
        Longitude and latitude (EPSG:4326). ``None``, NaN and an empty geometry are missing.

    Returns
    -------
    Points

    Raises
    ------
    UsageError
        Something that is no point, a coordinate that is no number, longitude and latitude swapped, or a place outside
        the national grid: how many rows and the first of them.

    Examples
    --------
    >>> import shapely
    >>> read_points("home", [shapely.Point(126.978, 37.5665), None]).mm.tolist()
    [[953901165, 1952032081], [0, 0]]
    """
    import shapely

    shapes, problems = _shapes(name, values)
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    kinds = shapely.get_type_id(shapes)
    other = ~missing & (kinds != shapely.GeometryType.POINT)
    if other.any():
        raise combine(
            [*problems, f"a line, an area or several points in {told(other)}; allowed is one point a row"],
            where=f"field '{name}'",
            hint="lines are trimmed (treatment: trim); of an area, state which point stands for it before it comes in",
        )
    there = ~missing
    degrees = np.stack([shapely.get_x(shapes[there]), shapely.get_y(shapes[there])], axis=1)
    problems += _misplaced(degrees, np.flatnonzero(there))
    if problems:
        raise combine(problems, where=f"field '{name}'")
    mm = np.zeros((len(shapes), 2), dtype=np.int64)
    mm[there] = to_mm(degrees)
    return Points(mm, there)


def read_lines(name: str, values: Geometries) -> Lines:
    """Read a column of lines, such as the tracks of trips.

    Parameters
    ----------
    name : str
        The field, for messages.
    values : Arrow array of WKB, GeoSeries, or sequence of WKB or shapely geometries
        Longitude and latitude (EPSG:4326). ``None``, NaN and an empty geometry are missing.

    Returns
    -------
    Lines

    Raises
    ------
    UsageError
        As for :func:`read_points`; allowed is one LineString a row.

    Examples
    --------
    >>> import shapely
    >>> read_lines("track", [shapely.LineString([(126.97, 37.56), (126.98, 37.57)])]).ends_mm.shape
    (1, 2, 2)
    """
    import shapely

    shapes, problems = _shapes(name, values)
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    other = ~missing & (shapely.get_type_id(shapes) != shapely.GeometryType.LINESTRING)
    if other.any():
        raise combine(
            [*problems, f"a point, an area or a line in several parts in {told(other)}; allowed is one LineString a row"],
            where=f"field '{name}'",
            hint="start and end as two fields of points are trimmed too",
        )
    there = ~missing
    flat = shapely.force_2d(shapes[there])
    degrees, line = shapely.get_coordinates(flat, return_index=True)
    problems += _misplaced(degrees, np.flatnonzero(there)[line])
    if problems:
        raise combine(problems, where=f"field '{name}'")
    mm = to_mm(degrees)
    metric = np.full(len(shapes), None, dtype=object)
    ends = np.zeros((len(shapes), 2, 2), dtype=np.int64)
    if len(line):
        metric[there] = shapely.linestrings(mm / 1000.0, indices=line)
        first = np.flatnonzero(np.r_[True, line[1:] != line[:-1]])
        ends[there] = np.stack([mm[first], mm[np.r_[first[1:], len(line)] - 1]], axis=1)
    return Lines(metric, ends, there)


def to_mm(degrees: np.ndarray) -> np.ndarray:
    """Return degrees as whole millimetres of EPSG:5179.

    Parameters
    ----------
    degrees : array of float, shape (points, 2)
        Longitude and latitude.

    Returns
    -------
    numpy.ndarray of int64, shape (points, 2)

    Examples
    --------
    >>> to_mm(np.array([[127.5, 38.0]])).tolist()
    [[1000000000, 2000000000]]
    """
    east, north = _transformer(DEGREES, METRIC).transform(degrees[:, 0], degrees[:, 1])
    return np.rint(np.stack([east, north], axis=1) * 1000.0).astype(np.int64)


def to_degrees(metres: np.ndarray) -> np.ndarray:
    """Return metres of EPSG:5179 as degrees, to a ten-millionth.

    Parameters
    ----------
    metres : array of float, shape (points, 2)

    Returns
    -------
    numpy.ndarray of float, shape (points, 2)
        Longitude and latitude.

    Examples
    --------
    >>> to_degrees(np.array([[1_000_000.0, 2_000_000.0]])).tolist()
    [[127.5, 38.0]]
    """
    longitude, latitude = _transformer(METRIC, DEGREES).transform(metres[:, 0], metres[:, 1])
    return np.round(np.stack([longitude, latitude], axis=1), DECIMALS)


def told(rows: np.ndarray) -> str:
    """Say how many rows, and the first of them: never what they hold.

    Parameters
    ----------
    rows : array of bool, shape (rows,)

    Returns
    -------
    str

    Examples
    --------
    >>> told(np.array([False, True, True]))
    '2 rows (first: row 2)'
    """
    count = int(rows.sum())
    return f"{count:,} {'row' if count == 1 else 'rows'} (first: row {int(np.argmax(rows)) + 1:,})"


@cache
def _transformer(source: str, target: str) -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)


def _shapes(name: str, values: Geometries) -> tuple[np.ndarray, list[str]]:
    """The column as an array of shapely geometries and None, and what could not be read."""
    import pyarrow as pa
    import shapely

    crs = getattr(values, "crs", None)
    if crs is not None and crs.to_epsg() != 4326:
        raise UsageError(f"field '{name}': reference system {crs.name}; allowed is {DEGREES}", hint="to_crs(4326)")
    if isinstance(values, pa.Array | pa.ChunkedArray):
        whole = values if isinstance(values, pa.Array) else values.combine_chunks()
        raw = np.asarray(whole.to_numpy(zero_copy_only=False), dtype=object)
    elif isinstance(values, Iterable):
        listed = list(values)
        raw = np.empty(len(listed), dtype=object)
        raw[:] = listed
    else:
        raise UsageError(f"field '{name}': not a column of geometries")
    known = shapely.is_geometry(raw)
    if known.all():
        return raw, []
    shapes = np.full(len(raw), None, dtype=object)
    shapes[known] = raw[known]
    others = np.flatnonzero(~known)
    wkb = np.array([isinstance(value, bytes) for value in raw[others]], dtype=bool)
    shapes[others[wkb]] = shapely.from_wkb(raw[others[wkb]], on_invalid="ignore")
    unread = np.zeros(len(raw), dtype=bool)
    unread[others] = [
        value is not None and value == value for value in raw[others]
    ]  # NaN, which is missing, does not equal itself
    unread &= shapely.is_missing(shapes)
    return shapes, [f"no geometry in {told(unread)}; allowed is well-known binary (WKB)"] if unread.any() else []


def _misplaced(degrees: np.ndarray, row: np.ndarray) -> list[str]:
    """What is wrong with coordinates, told by rows; ``row`` is the row of each coordinate."""
    if not len(degrees):
        return []
    finite = np.isfinite(degrees[:, 0]) & np.isfinite(degrees[:, 1])
    inside = _in_korea(degrees)
    swapped = ~inside
    swapped[swapped] = _in_korea(degrees[swapped][:, ::-1])
    rows = int(row[-1]) + 1

    def by_row(wrong: np.ndarray) -> str:
        marked = np.zeros(rows, dtype=bool)
        marked[row[wrong]] = True
        return told(marked)

    found = []
    if not finite.all():
        found.append(f"a coordinate that is no number in {by_row(~finite)}")
    if swapped.any():
        found.append(f"longitude and latitude are swapped in {by_row(swapped)}; allowed is longitude first")
    outside = finite & ~inside & ~swapped
    if outside.any():
        found.append(f"outside Korea (the extent of the national grid) in {by_row(outside)}")
    return found


def _in_korea(degrees: np.ndarray) -> np.ndarray:
    """Which coordinates lie on the national grid; never one that is no number."""
    near = (np.abs(degrees[:, 0] - 128.5) < 8.0) & (np.abs(degrees[:, 1] - 35.5) < 8.0)  # NaN is near nothing
    inside = np.zeros(len(degrees), dtype=bool)
    if near.any():
        east, north = _transformer(DEGREES, METRIC).transform(degrees[near, 0], degrees[near, 1])
        inside[near] = (east >= WEST_M) & (east < EAST_M) & (north >= SOUTH_M) & (north < NORTH_M)
    return inside
