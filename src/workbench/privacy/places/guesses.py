"""What an attacker would guess from all that is left of somebody's trips, and which trips therefore stay unseen.

Cells hide where in them a home lies, but many ways out still lean towards it: their middle, and the point that their
directions run together in, may fall near. So the attack is made before anything is published. Where it comes near, no line
of that place is shown, only the zones of its trips.
"""

from __future__ import annotations

import numpy as np

from workbench.privacy.places.clipping import Pieces, measured
from workbench.privacy.places.zones import Zones

NEAR_SIDES = 0.25
"""A guess is near within this share of a zone's side: a fifth of the zone. Guessing blindly in the middle of the zone comes
that near for a fifth of all homes, so that refusing it tells as little."""

LOOK_M = 100.0
"""The heading of a way is taken over its first metres that are seen."""

FROM_TRIPS = 2
"""From so many trips on, ways can be put together."""


def seen(pieces: Pieces, zones: Zones, *, ends_m: np.ndarray) -> np.ndarray:
    """Tell which trips may be shown so that no guess comes near a place.

    Parameters
    ----------
    pieces : Pieces
        What is left of the trips, in metres.
    zones : Zones
        Of the starts of all trips, then of their ends.
    ends_m : array of float, shape (2 * trips, 2)
        Where the trips really start and end, in the same order.

    Returns
    -------
    numpy.ndarray of bool, shape (trips,)
    """
    trips = len(ends_m) // 2
    places = len(zones.person)
    size = np.bincount(zones.place, minlength=places)
    truth = np.stack([np.bincount(zones.place, weights=ends_m[:, a], minlength=places) for a in range(2)], axis=1) / size[:, None]
    low = zones.corner_m[zones.cell].astype(float)
    side = zones.side_m[zones.cell].astype(float)
    shown = np.zeros(trips, dtype=bool)
    shown[pieces.line] = True
    cut, ahead = _ways(pieces, trips)
    while True:
        end = np.flatnonzero(np.tile(shown, 2))
        near = np.zeros(places, dtype=bool)
        for guess in _guesses(zones.place[end], cut[end], ahead[end], places):
            gap = np.clip(guess, low, low + side[:, None]) - truth
            near |= (gap * gap).sum(axis=1) < (NEAR_SIDES * side) ** 2  # a guess that cannot be made is NaN and never near
        found = near[zones.place].reshape(2, trips).any(axis=0) & shown
        if not found.any():
            return shown
        shown &= ~found


def _ways(pieces: Pieces, trips: int) -> tuple[np.ndarray, np.ndarray]:
    """Where each trip begins to be seen and ends to be, and the heading from there, into the trip."""
    cut, ahead = np.full((2 * trips, 2), np.nan), np.full((2 * trips, 2), np.nan)
    if not len(pieces.line):
        return cut, ahead
    part, begin, length = measured(pieces)
    total = np.bincount(part, weights=length)
    lines, first = np.unique(pieces.line, return_index=True)
    last = np.append(first[1:], len(pieces.line)) - 1
    reaches = begin + length >= LOOK_M  # the piece at whose end a way is first seen for long enough
    leads = total[part] - begin >= LOOK_M
    number = np.arange(len(part))
    after = np.minimum.reduceat(np.where(reaches, number, len(part) - 1), first)
    before = np.maximum.reduceat(np.where(leads, number, 0), first)
    for row, near, far in (
        (lines, pieces.ends[first, 0], pieces.ends[np.minimum(after, last), 1]),
        (lines + trips, pieces.ends[last, 1], pieces.ends[np.maximum(before, first), 0]),
    ):
        gone = far - near
        cut[row] = near
        ahead[row] = gone / np.maximum(np.sqrt((gone * gone).sum(axis=1)), 1e-9)[:, None]
    return cut, ahead


def _guesses(place: np.ndarray, cut: np.ndarray, ahead: np.ndarray, places: int) -> list[np.ndarray]:
    """The middle of each place's cuts, and the point nearest to all its ways drawn backwards; NaN where there is none."""

    def summed(weights: np.ndarray) -> np.ndarray:
        return np.bincount(place, weights=weights, minlength=places).astype(float)

    count = np.bincount(place, minlength=places).astype(float)
    count[count < FROM_TRIPS] = np.nan
    middle = np.stack([summed(cut[:, 0]), summed(cut[:, 1])], axis=1) / count[:, None]
    origin = middle[place]
    east, north = (cut - origin).T
    one, both, other = 1.0 - ahead[:, 0] ** 2, -ahead[:, 0] * ahead[:, 1], 1.0 - ahead[:, 1] ** 2
    a, b, c = summed(one), summed(both), summed(other)
    pull_east, pull_north = summed(one * east + both * north), summed(both * east + other * north)
    bend = a * c - b * b
    bend[~(bend > 1e-6 * (a + c) ** 2)] = np.nan  # all in one direction: they meet nowhere
    met = middle + np.stack([c * pull_east - b * pull_north, a * pull_north - b * pull_east], axis=1) / bend[:, None]
    return [middle, met]
