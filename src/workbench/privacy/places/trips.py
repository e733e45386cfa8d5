"""Trips without their ends: what lies in the zones around the places that a person leaves from and returns to is cut away.

A trip that is cut on a circle around the home shows the home: two hundred cuts lie on the circle, and its centre is found
(Hassan, Hussain and Bates 2018, USENIX Security). Here the cuts lie on the edge of a cell that would be the same for
anybody who lives in it, what goes straight on from a cut goes too, and where all that is left would still show a place, no
line of it is shown; ``benchmarks/place_privacy.py`` measures what attackers find. Lengths and times of the whole trip give
the hidden part away (Dhondt and others 2022, CCS): publish those of what is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import UsageError
from workbench.privacy.places.clipping import Pieces, outside, pieces_of, put_together
from workbench.privacy.places.geometries import read_lines, read_points, to_degrees
from workbench.privacy.places.given import people_codes
from workbench.privacy.places.guesses import seen
from workbench.privacy.places.turning import behind_turns
from workbench.privacy.places.zones import SAME_PLACE_M, Zones, zones_of

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.privacy.places.geometries import Geometries

REGULAR_TRIPS = 2
"""A place where so many trips of a person end is one they come back to: its zone is cut out of all their trips, for a trip
may stop at home on its way."""


@dataclass(frozen=True)
class Trimmed:
    """Trips without their ends.

    Parameters
    ----------
    lines : numpy.ndarray of shapely.LineString, MultiLineString or None, shape (rows,)
        What is left, in longitude and latitude (EPSG:4326); ``None`` where nothing is, or where the trip was missing.
    start_zone, end_zone : pyarrow.DictionaryArray, shape (rows,)
        Names of the cells that stand for the ends; missing where the trip was.
    dropped : numpy.ndarray of bool, shape (rows,)
        Trips of which nothing is left, or of which no line may be seen (:mod:`workbench.privacy.places.guesses`).
    length_m : numpy.ndarray of int64, shape (rows,)
        Of what is left; what may be published instead of the trip's own length.
    kept_share : float
        Of the length of all trips.
    """

    lines: np.ndarray
    start_zone: pa.DictionaryArray
    end_zone: pa.DictionaryArray
    dropped: np.ndarray
    length_m: np.ndarray
    kept_share: float


def trim_trips(
    name: str,
    lines: Geometries,
    *,
    people: Any,
    secret: bytes,
    zone_m: int,
    k: int | None = None,
    same_place_m: int = SAME_PLACE_M,
) -> Trimmed:
    """Cut away the ends of trips.

    Parameters
    ----------
    name : str
        The field.
    lines : Arrow array of WKB, GeoSeries, or sequence of WKB or shapely LineStrings
        Longitude and latitude (EPSG:4326); missing allowed. Heights and measures are not passed on.
    people : array of any hashable kind, shape (rows,)
        Whose trip it is: only if all trips of a person are known to be theirs do they share one zone for one place.
    secret : bytes
        At least 16, random, lasting: another one moves the grid, and both grids together narrow a place down.
    zone_m : int
        Side of a zone in metres, with ``k`` of the smallest one.
    k : int, optional
        Zones are doubled until at least k people have an end in each.
    same_place_m : int, default 100
        Ends of a person within this distance are one place, and what is cut reaches past its zone by as much.

    Returns
    -------
    Trimmed
        Of each trip nothing is left in the zones of its own ends, nor in those of places where its person begins or ends
        two trips or more, however often it passes; nor of what runs straight on from where it was cut. Where the middle of
        the cuts of a place, or the point that their directions run together in, would still come near it, the lines of its
        trips are withheld.

    Raises
    ------
    UsageError
        As for :func:`workbench.privacy.places.geometries.read_lines`.
    GateRefused
        Fewer than k people have a trip.

    Examples
    --------
    >>> import shapely
    >>> ride = shapely.LineString([(126.97, 37.56), (126.99, 37.56), (126.99, 37.58), (127.01, 37.58)])
    >>> trimmed = trim_trips("track", [ride], people=["a"], secret=bytes(range(32)), zone_m=500)
    >>> trimmed.start_zone.to_pylist(), 1900 < int(trimmed.length_m[0]) < 2220
    (['500m_N1950922_E0952772'], True)
    """
    if people is None:
        raise UsageError(f"field '{name}': trim needs unit: whose trip each row is")
    read = read_lines(name, lines)
    owner = people_codes(people, len(read.present))[read.present]
    ends = read.ends_mm[read.present]
    rows = len(ends)
    zones = zones_of(
        name, ends.transpose(1, 0, 2).reshape(-1, 2), owners=np.tile(owner, 2), secret=secret, zone_m=zone_m, k=k,
        same_place_m=same_place_m,
    )  # fmt: skip
    whole = pieces_of(read.shapes[read.present])
    low = zones.corner_m[zones.cell] - float(same_place_m)
    high = low + zones.side_m[zones.cell][:, None] + 2.0 * same_place_m
    left = whole
    for place in (zones.place[:rows], zones.place[rows:], *_regular(zones, owner, rows=rows)):
        known = place >= 0
        left = outside(left, np.where(known[:, None], low[place], np.nan), np.where(known[:, None], high[place], np.nan))
    left = behind_turns(left)
    left = left.only(seen(left, zones, ends_m=ends.transpose(1, 0, 2).reshape(-1, 2) / 1000.0))
    return _trimmed(zones, left, present=read.present, whole_m=float(whole.lengths(rows).sum()))


def trim_ends(
    ends: Mapping[str, Geometries],
    *,
    people: Any,
    secret: bytes,
    zone_m: int,
    k: int | None = None,
    same_place_m: int = SAME_PLACE_M,
) -> dict[str, pa.DictionaryArray]:
    """Replace the ends of trips by zones, where only the ends are known.

    Parameters
    ----------
    ends : mapping of field to points
        E.g. ``{"start": …, "end": …}``, together: a home is the start in the morning and the end in the evening.
    people, secret, zone_m, k, same_place_m
        As for :func:`trim_trips`.

    Returns
    -------
    dict of str to pyarrow.DictionaryArray
        Names of cells, missing where the point is.

    Raises
    ------
    UsageError
        As for :func:`workbench.privacy.places.geometries.read_points`.
    GateRefused
        Fewer than k people have an end.

    Examples
    --------
    >>> import shapely
    >>> home, work = shapely.Point(126.9780, 37.5665), shapely.Point(127.0280, 37.4979)
    >>> zones = trim_ends({"from": [home, work], "to": [work, home]}, people=["a"] * 2, secret=bytes(32), zone_m=500)
    >>> zones["from"].to_pylist() == zones["to"].to_pylist()[::-1]
    True
    """
    if people is None:
        raise UsageError(f"fields {', '.join(ends)}: trim needs unit: whose trip each row is")
    read = {name: read_points(name, points) for name, points in ends.items()}
    owner = {name: people_codes(people, len(points.present))[points.present] for name, points in read.items()}
    zones = zones_of(
        ", ".join(ends),
        np.concatenate([np.zeros((0, 2), dtype=np.int64), *(points.mm[points.present] for points in read.values())]),
        owners=np.concatenate([np.zeros(0, dtype=np.int64), *owner.values()]),
        secret=secret,
        zone_m=zone_m,
        k=k,
        same_place_m=same_place_m,
    )
    named = {}
    begin = 0
    for name, points in read.items():
        count = int(points.present.sum())
        named[name] = zones.labels(np.arange(begin, begin + count), points.present)
        begin += count
    return named


def _regular(zones: Zones, owner: np.ndarray, *, rows: int) -> list[np.ndarray]:
    """Places that the rider of each trip comes back to: the first of each, the second …; -1 where there is none."""
    starts, ends = zones.place[:rows], zones.place[rows:]
    places = len(zones.person)
    trips = np.bincount(starts, minlength=places) + np.bincount(ends[ends != starts], minlength=places)
    often = np.flatnonzero(trips >= REGULAR_TRIPS)
    often = often[np.argsort(zones.person[often], kind="stable")]
    riders = zones.person[often]
    begin, end = np.searchsorted(riders, owner), np.searchsorted(riders, owner, side="right")
    turns = int((end - begin).max(initial=0))
    return [np.where(begin + turn < end, often[np.minimum(begin + turn, len(often) - 1)], -1) for turn in range(turns)]


def _trimmed(zones: Zones, left: Pieces, *, present: np.ndarray, whole_m: float) -> Trimmed:
    """The result in the rows' order and in degrees."""
    rows = int(present.sum())
    shown = put_together(left, rows, to=to_degrees)
    lengths = left.lengths(rows)
    lines = np.full(len(present), None, dtype=object)
    lines[present] = shown
    dropped = np.zeros(len(present), dtype=bool)
    dropped[present] = [shape is None for shape in shown]
    length_m = np.zeros(len(present), dtype=np.int64)
    length_m[present] = np.rint(lengths).astype(np.int64)
    return Trimmed(
        lines=lines,
        start_zone=zones.labels(np.arange(rows), present),
        end_zone=zones.labels(np.arange(rows, 2 * rows), present),
        dropped=dropped,
        length_m=length_m,
        kept_share=float(lengths.sum()) / whole_m if whole_m else 0.0,
    )
