"""Places as a hierarchy: the cells of a metric grid, doubled side by side up to the square that holds everything.

With such a tree the recoding engine makes adaptive cells: small where many people are, large where few, each class with
at least k people. Leaves are numbered in Morton order over the whole square, empty cells included, so that the leaves
between a node's first and last are its area: information loss counts ground, not the cells that happen to hold rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import UsageError
from workbench.privacy.places.cells import cell_numbers, codes_of, from_morton, morton
from workbench.privacy.places.geometries import read_points
from workbench.privacy.places.given import whole_metres
from workbench.privacy.recoding.trees import ANY, Tree

if TYPE_CHECKING:
    from workbench.privacy.places.geometries import Geometries

FINEST_M = 100
"""Side of the smallest cell unless the policy says otherwise."""

MAX_DOUBLINGS = 15
"""A square of 2**15 cells a side still has its leaves numbered in 31 bits."""


def doublings(numbers: np.ndarray) -> int:
    """Return how often a cell's side is doubled until one square of the grid holds all cells.

    Parameters
    ----------
    numbers : array of int64, shape (cells, 2)
        Column and row, 0 or more.

    Returns
    -------
    int

    Examples
    --------
    >>> doublings(np.array([[4, 4], [7, 5]])), doublings(np.array([[3, 3], [4, 4]]))
    (2, 3)
    """
    if not len(numbers):
        return 0
    apart = np.bitwise_xor(numbers.min(axis=0), numbers.max(axis=0))
    return int(apart.max()).bit_length()


def place_tree(name: str, points: Geometries, *, finest_m: int = FINEST_M) -> tuple[Tree, np.ndarray]:
    """Build the hierarchy of cells that a column of points lies in.

    Parameters
    ----------
    name : str
        The field.
    points : Arrow array of WKB, GeoSeries, or sequence of WKB or shapely points
        Longitude and latitude (EPSG:4326); missing allowed.
    finest_m : int, default 100
        Side of the smallest cell in metres.

    Returns
    -------
    tree : Tree
        Level 0 are cells of ``finest_m``, each level above has cells of twice the side; the root is ``*``. Only cells
        with points have nodes; the leaves of a node, ``last - first + 1``, are all the finest cells in its square.
        A label is a cell's name (:mod:`workbench.privacy.places.cells`).
    codes : numpy.ndarray of int32, shape (rows,)
        -1 where missing.

    Raises
    ------
    UsageError
        As for :func:`workbench.privacy.places.geometries.read_points`; a side that is no whole number of metres, or too
        small for the extent.

    Examples
    --------
    >>> import shapely
    >>> tree, codes = place_tree("home", shapely.points([[126.978, 37.5665], [126.98, 37.5665], [126.978, 37.5665]]))
    >>> list(tree.labels)[-2:], codes.tolist(), tree.leaves
    (['100m_N1952000_E0953900', '100m_N1952000_E0954000'], [5, 16, 5], 64)
    """
    side = whole_metres("finest_m", finest_m)
    read = read_points(name, points)
    numbers = cell_numbers(read.mm[read.present], side_m=side)
    levels = max(doublings(numbers), 1)
    if levels > MAX_DOUBLINGS:
        raise UsageError(
            f"field '{name}': finest_m: {side} is too small for places that are {2 ** (levels - 1) * side / 1000:,.0f} km apart "
            "or more",
            hint=f"finest_m: {side * 2 ** (levels - MAX_DOUBLINGS)} or more",
        )
    corner = numbers[0] >> levels << levels if len(numbers) else np.zeros(2, dtype=np.int64)
    places = morton(numbers - corner)
    codes = np.full(len(read.present), -1, dtype=np.int32)
    codes[read.present] = places
    return _tree(name, np.unique(places), corner=corner, levels=levels, side_m=side), codes


def _tree(name: str, leaves: np.ndarray, *, corner: np.ndarray, levels: int, side_m: int) -> Tree:
    """The nodes over sorted leaves, from the root down."""
    firsts, lasts, parents, depths = [np.zeros(1, np.int64)], [np.full(1, 4**levels - 1)], [np.full(1, -1)], [np.full(1, levels)]
    labels = [ANY]
    above, start = np.zeros(1, dtype=np.int64), 0
    for level in range(levels - 1, -1, -1):
        cells = np.unique(leaves >> (2 * level))
        firsts.append(cells << (2 * level))
        lasts.append(((cells + 1) << (2 * level)) - 1)
        parents.append(start + np.searchsorted(above, cells >> 2))
        depths.append(np.full(len(cells), level))
        labels += codes_of(from_morton(cells) + (corner >> level), side_m=side_m << level)
        above, start = cells, start + len(above)
    return Tree(
        name=name,
        leaves=4**levels,
        first=np.concatenate(firsts).astype(np.int32),
        last=np.concatenate(lasts).astype(np.int32),
        parent=np.concatenate(parents).astype(np.int32),
        level=np.concatenate(depths).astype(np.int32),
        labels=labels,
    )
