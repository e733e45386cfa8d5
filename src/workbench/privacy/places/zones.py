"""The zone around each place that a person comes back to: a cell of a grid, never a circle drawn around the place.

A zone says that the place is somewhere in it and no more, because the grid was there before the place. Two things would
say more, and are taken care of. A home near an edge, measured now on this and now on that side, would show two zones and
so the edge: all ends of a person that lie close together are one place and have one zone, and what is cut reaches past the
zone by as much as ends of a place may lie apart. And a grid that a person could choose would be moved until it fits: a
secret moves it, once.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.privacy.places.adaptive import shared_cells
from workbench.privacy.places.cells import Cell, cell_numbers
from workbench.privacy.places.geometries import SOUTH_M, WEST_M
from workbench.privacy.places.given import secret_bytes, whole_metres

if TYPE_CHECKING:
    import pyarrow as pa

SAME_PLACE_M = 100
"""Ends of one person within this distance are one place: wider than the spread of a satellite's first fixes."""

PURPOSE = b"workbench grid of zones 1"
"""Keeps this draw apart from any other use of the secret."""

_SHIFT_SIDES = 1024
"""The grid is moved by up to so many sides, so that the doubled cells move too."""

_PAIRED_AT_ONCE = 1_000
"""So many different spots of a person are compared pair by pair; with more, a tree of them is searched."""


@dataclass(frozen=True)
class Zones:
    """The zones of ends.

    Parameters
    ----------
    place : numpy.ndarray of int64, shape (ends,)
        Which place of its person each end is at, numbered over all people.
    person : numpy.ndarray of int64, shape (places,)
        Whose place it is.
    cell : numpy.ndarray of int64, shape (places,)
        Its zone.
    corner_m : numpy.ndarray of int64, shape (zones, 2)
        East and north of each zone's south-west corner.
    side_m : numpy.ndarray of int64, shape (zones,)
    """

    place: np.ndarray
    person: np.ndarray
    cell: np.ndarray
    corner_m: np.ndarray
    side_m: np.ndarray

    def labels(self, ends: np.ndarray, present: np.ndarray) -> pa.DictionaryArray:
        """Return the names of the zones of some ends.

        Parameters
        ----------
        ends : array of int64
            Which ends, in the order of the rows that are present.
        present : array of bool, shape (rows,)

        Returns
        -------
        pyarrow.DictionaryArray
            Shape (rows,), names of cells; missing where the row is.
        """
        import pyarrow as pa

        index = np.zeros(len(present), dtype=np.int32)
        index[present] = self.cell[self.place[ends]]
        corners = zip(self.side_m.tolist(), self.corner_m.tolist(), strict=True)
        names = [Cell(side, east, north).code for side, (east, north) in corners]
        return pa.DictionaryArray.from_arrays(pa.array(index, mask=~present), pa.array(names, pa.string()))


def zones_of(
    name: str,
    ends_mm: np.ndarray,
    *,
    owners: np.ndarray,
    secret: bytes,
    zone_m: int,
    k: int | None = None,
    same_place_m: int = SAME_PLACE_M,
) -> Zones:
    """Return the zone of each end.

    Parameters
    ----------
    name : str
        For messages.
    ends_mm : array of int64, shape (ends, 2)
        Millimetres of EPSG:5179.
    owners : array of int64, shape (ends,)
        Whose end it is.
    secret : bytes
    zone_m : int
        Side of a zone, with ``k`` of the smallest one.
    k : int, optional
        Zones are doubled until at least k people have a place in each.
    same_place_m : int, default 100

    Returns
    -------
    Zones

    Raises
    ------
    UsageError
        A length that is none, a secret that could be guessed.
    GateRefused
        Fewer than k people.

    Examples
    --------
    >>> ends = np.array([[953_900_000, 1_952_000_000], [953_930_000, 1_952_040_000], [958_000_000, 1_944_000_000]])
    >>> zones_of("trip", ends, owners=np.zeros(3, dtype=np.int64), secret=bytes(range(32)), zone_m=500).place.tolist()
    [0, 0, 1]
    """
    side = whole_metres("zone_m", zone_m)
    apart = whole_metres("same_place_m", same_place_m)
    drawn = hmac.digest(secret_bytes(secret), PURPOSE + b" %d" % side, "sha256")
    shift = tuple(int.from_bytes(part, "big") % (side * _SHIFT_SIDES) for part in (drawn[:16], drawn[16:]))
    place, centre = _places(ends_mm, owners, apart_mm=apart * 1000)
    person = owners[centre]
    numbers = cell_numbers(ends_mm[centre], side_m=side, shift_mm=(shift[0] * 1000, shift[1] * 1000))
    if k is None or not len(numbers):
        cells, cell = np.unique(numbers, axis=0, return_inverse=True)
        levels = np.zeros(len(cells), dtype=np.int64)
    else:
        cells, levels, cell = shared_cells(name, numbers, owners=person, k=k)
    sides = side << levels
    corners = cells * sides[:, None] + np.array([WEST_M - shift[0], SOUTH_M - shift[1]])
    return Zones(place=place, person=person, cell=cell.reshape(-1), corner_m=corners, side_m=sides)


def _places(ends_mm: np.ndarray, owners: np.ndarray, *, apart_mm: int) -> tuple[np.ndarray, np.ndarray]:
    """The place of each end, and the end in the middle of each place.

    Of each person's ends, the one with most others close to it is the middle of a place, which takes all of those; then
    the next among the rest. Ties go by order.
    """
    place = np.zeros(len(owners), dtype=np.int64)
    centres: list[int] = []
    order = np.argsort(owners, kind="stable")
    bounds = np.flatnonzero(np.r_[True, np.diff(owners[order]) != 0, True]) if len(order) else np.zeros(1, dtype=np.int64)
    for begin, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        own = order[begin:end]
        spots, first, spot, weight = np.unique(ends_mm[own], axis=0, return_index=True, return_inverse=True, return_counts=True)
        one, other = _close(spots, apart_mm)
        around = weight + np.bincount(one, weights=weight[other], minlength=len(spots)).astype(np.int64)
        starts = np.searchsorted(one, np.arange(len(spots) + 1))
        found = np.full(len(spots), -1, dtype=np.int64)
        for middle in np.lexsort([first, -around]).tolist():
            if found[middle] < 0:
                near = other[starts[middle] : starts[middle + 1]]
                found[near[found[near] < 0]] = len(centres)
                found[middle] = len(centres)
                centres.append(int(own[first[middle]]))
        place[own] = found[spot.reshape(-1)]
    return place, np.array(centres, dtype=np.int64)


def _close(spots: np.ndarray, apart_mm: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of different spots within a distance, in both directions, in order of the first."""
    if len(spots) <= _PAIRED_AT_ONCE:
        gap = spots[:, None, :] - spots[None, :, :]
        near = (gap * gap).sum(axis=2) <= apart_mm * apart_mm
        np.fill_diagonal(near, val=False)
        one, other = np.nonzero(near)
        return one, other
    from scipy.spatial import cKDTree

    pairs = cKDTree(spots).query_pairs(apart_mm + 1, output_type="ndarray")
    gap = spots[pairs[:, 0]] - spots[pairs[:, 1]]
    pairs = pairs[(gap * gap).sum(axis=1) <= apart_mm * apart_mm]
    both = np.concatenate([pairs, pairs[:, ::-1]])
    both = both[np.lexsort([both[:, 1], both[:, 0]])]
    return both[:, 0], both[:, 1]
