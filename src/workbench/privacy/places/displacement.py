"""Places moved once and for all: the same place always goes to the same spot, which a secret decides.

Noise that is drawn anew for each report averages out: a hundred reports of one home show it. A shift that is drawn from
the place itself does not, however often the place is reported. Nothing but the secret tells where a spot came from, so it
is kept as long as anything is published from the dataset; a new secret, or other limits, is a second draw.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import UsageError
from workbench.privacy.places.geometries import read_points, to_degrees
from workbench.privacy.places.given import secret_bytes, whole_metres

if TYPE_CHECKING:
    from workbench.privacy.places.geometries import Geometries

PLACE_M = 1
"""Points in one square of this side (on the grid of EPSG:5179) are one place. Where a place is measured anew each time, as
by satellite, this must be wider than the measurement's spread, or the spots of its many readings average out."""

PURPOSE = b"workbench displaced place 1"
"""Keeps these draws apart from any other use of the secret."""

_DRAWS_EACH = 4


def displace(
    name: str, points: Geometries, *, secret: bytes, within_m: int, at_least_m: int = 0, place_m: int = PLACE_M
) -> np.ndarray:
    """Move each place to a spot that is fixed by a secret.

    Parameters
    ----------
    name : str
        The field.
    points : Arrow array of WKB, GeoSeries, or sequence of WKB or shapely points
        Longitude and latitude (EPSG:4326); missing allowed.
    secret : bytes
        At least 16, random, lasting.
    within_m, at_least_m : int
        Limits of the distance between a point and its spot, in metres of EPSG:5179.
    place_m : int, default 1
        Side of the squares that count as one place.

    Returns
    -------
    numpy.ndarray of shapely.Point or None, shape (rows,)
        Longitude and latitude. All points of a place are at one spot, uniform over the ring around the middle of its
        square, which is narrowed by half the square's diagonal so that the limits hold for every point in it.

    Raises
    ------
    UsageError
        As for :func:`workbench.privacy.places.geometries.read_points`; a secret that could be guessed; limits that leave
        no ring.

    Examples
    --------
    >>> import shapely
    >>> home = shapely.Point(126.978, 37.5665)
    >>> here, again = displace("home", [home, home], secret=bytes(range(32)), within_m=300)
    >>> here == again, here == home
    (True, False)
    """
    import shapely

    key = secret_bytes(secret)
    side = whole_metres("place_m", place_m, most=10_000)
    outer, inner = whole_metres("within_m", within_m), whole_metres("at_least_m", at_least_m, least=0)
    slack_mm = (side * 1000 * 70711 + 99_999) // 100_000 + 10  # half the diagonal, and a centimetre for rounded degrees
    reach, gap = outer * 1000 - slack_mm, inner * 1000 + slack_mm if inner else 0
    if reach - gap < 1000:
        raise UsageError(
            f"field '{name}': within_m: {outer} with at_least_m: {inner} and place_m: {side} leaves no ring of a metre's width",
            hint=f"within_m: {inner + 2 * (slack_mm // 1000 + 1) + 1} or more",
        )
    read = read_points(name, points)
    squares, which = np.unique(read.mm[read.present] // (side * 1000), axis=0, return_inverse=True)
    message = b"%s %d %d %d" % (PURPOSE, outer, inner, side)
    moves = [_move(key, message + b" %d %d" % (east, north), reach=reach, gap=gap) for east, north in squares.tolist()]
    middle = squares * (side * 1000) + side * 500
    spots = to_degrees((middle + np.array(moves, dtype=np.int64).reshape(-1, 2)) / 1000.0)
    moved = np.full(len(read.present), None, dtype=object)
    moved[read.present] = shapely.points(spots)[which.reshape(-1)]
    return moved


def _move(key: bytes, message: bytes, *, reach: int, gap: int) -> tuple[int, int]:
    """A shift in whole millimetres, uniform over the ring: drawn from the square around it until it falls inside."""
    width = 2 * reach + 1
    counter = 0
    while True:
        drawn = hmac.digest(key, message + b" %d" % counter, "sha512")
        for place in range(0, 16 * _DRAWS_EACH, 16):
            east = int.from_bytes(drawn[place : place + 8], "big") % width - reach
            north = int.from_bytes(drawn[place + 8 : place + 16], "big") % width - reach
            if gap * gap <= east * east + north * north <= reach * reach:
                return east, north
        counter += 1
