"""Riders with a home on a street, their trips, the peers' ways to hide the home, and attackers who look for it.

Made of seeds, of nobody. Streets run east-west and north-south, 60 to 140 m apart. A rider leaves home along its street
and turns every 400 m or so on the way to a place somewhere in the city, and comes back likewise; the satellites err by 5 m, by
15 m at the first points. ``straight=True`` lets riders fly from door to door instead, the worst case: the way outside a zone
then points at the home.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

from workbench.privacy.places.geometries import to_degrees, to_mm

MIDDLE_M = np.array([953_000.0, 1_952_000.0])
HOMES_WITHIN_M = 1_500.0
NEAREST_M, FARTHEST_M = 2_000.0, 6_000.0
STEP_M, ERROR_M, FIRST_ERROR_M = 25.0, 5.0, 15.0
LEG_M = 400.0
"""How far riders go on a street, on average."""


@dataclass(frozen=True)
class Rider:
    """A home, and the trips of its rider.

    Parameters
    ----------
    home : numpy.ndarray of float, shape (2,)
        Metres of EPSG:5179.
    trips : numpy.ndarray of shapely.LineString, shape (trips,)
        Degrees.
    from_home : numpy.ndarray of bool, shape (trips,)
        Whether a trip begins at home; else it ends there.
    """

    home: np.ndarray
    trips: np.ndarray
    from_home: np.ndarray


def rider(seed: int, *, trips: int = 200, goals: int = 40, straight: bool = False) -> Rider:
    """Make a rider.

    Parameters
    ----------
    seed : int
    trips : int
    goals : int
        Different places that trips lead to, in all directions.
    straight : bool
    """
    draw = np.random.default_rng([2013, seed])
    streets = [_streets(draw) for _ in range(2)]
    along = int(draw.integers(2))
    home = draw.uniform(-HOMES_WITHIN_M, HOMES_WITHIN_M, 2)
    home[1 - along] = _nearest(streets[1 - along], home[1 - along])
    angle, far = draw.uniform(0, 2 * np.pi, goals), draw.uniform(NEAREST_M, FARTHEST_M, goals)
    aims = home + far[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    aims = np.stack([_nearest(streets[axis], aims[:, axis]) for axis in range(2)], axis=1)
    from_home = draw.random(trips) < 0.5
    made = []
    for outward, goal in zip(from_home, draw.integers(goals, size=trips), strict=True):
        way = np.array([home, aims[goal]]) if straight else _ridden(draw, home, aims[goal], along, streets)
        points = _points(way)
        error = np.full(len(points), ERROR_M)
        points = points if outward else points[::-1]
        error[:3] = FIRST_ERROR_M
        points = points + draw.normal(size=points.shape) * error[:, None] + MIDDLE_M
        made.append(shapely.LineString(to_degrees(points)))
    return Rider(home + MIDDLE_M, np.array(made, dtype=object), from_home)


def _streets(draw: np.random.Generator) -> np.ndarray:
    return np.cumsum(draw.uniform(60, 140, 200)) - 200 * 100 / 2


def _nearest(streets: np.ndarray, places: np.ndarray | float) -> np.ndarray:
    return streets[np.abs(np.asarray(places)[..., None] - streets).argmin(axis=-1)]


def _ridden(draw: np.random.Generator, home: np.ndarray, aim: np.ndarray, along: int, streets: list[np.ndarray]) -> np.ndarray:
    """Along the home's street into a crossing one, and so on in stairs to the goal."""
    turns = max(1, round(float(np.abs(aim - home).sum()) / LEG_M / 2))
    stops = [
        np.append(_nearest(streets[axis], home[axis] + np.sort(draw.random(turns)) * (aim[axis] - home[axis])), aim[axis])
        for axis in range(2)
    ]
    corners = [home]
    for first, second in zip(stops[along], stops[1 - along], strict=True):
        for axis, stop in ((along, first), (1 - along, second)):
            corner = corners[-1].copy()
            corner[axis] = stop
            corners.append(corner)
    return np.array(corners)


def _points(way: np.ndarray) -> np.ndarray:
    line = shapely.LineString(way)
    return shapely.get_coordinates(shapely.line_interpolate_point(line, np.arange(0.0, line.length, STEP_M)))


def trim_by_circle(one: Rider, *, radius_m: float) -> list[np.ndarray]:
    """The peer: what a fitness service does, a circle of fixed radius around the home."""
    circle = shapely.Point(one.home).buffer(radius_m, quad_segs=32)
    shown = []
    for trip, outward in zip(one.trips, one.from_home, strict=True):
        way = metric(trip)
        inside = shapely.contains_xy(circle, way[:, 0], way[:, 1])
        way = way if outward else way[::-1]
        inside = inside if outward else inside[::-1]
        last = int(np.flatnonzero(inside).max(initial=-1))
        if last < 0 or last + 1 >= len(way):
            continue
        cut = shapely.LineString(way[last : last + 2]).intersection(circle.exterior)
        shown.append(np.vstack([shapely.get_coordinates(cut)[:1], way[last + 1 :]]))
    return shown


def metric(line: shapely.Geometry) -> np.ndarray:
    """A line's points in metres."""
    return to_mm(shapely.get_coordinates(line)) / 1000.0


def seen_near(shown: np.ndarray, from_home: np.ndarray) -> list[np.ndarray]:
    """Of trips as published, the end towards the home, from there outwards."""
    ways = []
    for line, outward in zip(shown, from_home, strict=True):
        if line is not None:
            parts = shapely.get_parts(line)
            ways.append(metric(parts[0]) if outward else metric(parts[-1])[::-1])
    return [way for way in ways if len(way) > 3]


def cuts(ways: list[np.ndarray]) -> np.ndarray:
    """Where trips begin to be seen."""
    return np.array([way[0] for way in ways])


def smallest_circle(ways: list[np.ndarray]) -> np.ndarray:
    """The centre of the smallest circle around the cuts."""
    return shapely.get_coordinates(shapely.minimum_bounding_circle(shapely.MultiPoint(cuts(ways))).centroid)[0]


def mean(ways: list[np.ndarray]) -> np.ndarray:
    """The middle of the cuts."""
    return cuts(ways).mean(axis=0)


def hull(ways: list[np.ndarray]) -> np.ndarray:
    """The centroid of the hull of the cuts."""
    return shapely.get_coordinates(shapely.MultiPoint(cuts(ways)).convex_hull.centroid)[0]


def fitted_circle(ways: list[np.ndarray]) -> np.ndarray:
    """The centre of the circle that the cuts lie on best (Kåsa 1976)."""
    at = cuts(ways)
    middle = at.mean(axis=0)
    rows = np.column_stack([2 * (at - middle), np.ones(len(at))])
    return middle + np.linalg.lstsq(rows, ((at - middle) ** 2).sum(axis=1), rcond=None)[0][:2]


def extrapolated(ways: list[np.ndarray]) -> np.ndarray:
    """The place that lies nearest to all directions, extended backwards from the first 100 m that are seen."""
    weight, pull = np.zeros((2, 2)), np.zeros(2)
    for way in ways:
        ahead = way[min(4, len(way) - 1)] - way[0]
        ahead = ahead / max(np.hypot(*ahead), 1e-9)
        across = np.eye(2) - np.outer(ahead, ahead)
        weight, pull = weight + across, pull + across @ way[0]
    return np.linalg.lstsq(weight, pull, rcond=None)[0]


ATTACKS: dict[str, Callable[[list[np.ndarray]], np.ndarray]] = {
    "smallest circle": smallest_circle,
    "mean of cuts": mean,
    "hull centroid": hull,
    "fitted circle": fitted_circle,
    "directions": extrapolated,
}


def found_within(
    ways: list[np.ndarray], home: np.ndarray, *, inside: tuple[np.ndarray, np.ndarray] | None = None
) -> dict[str, float]:
    """How far each attacker's guess is from the home; guesses outside a known square are moved to its edge."""
    errors = {}
    for name, attack in ATTACKS.items():
        guess = attack(ways)
        if inside is not None:
            guess = guess.clip(*inside)
        errors[name] = float(np.hypot(*(guess - home)))
    return errors
