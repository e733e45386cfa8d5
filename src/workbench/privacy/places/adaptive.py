"""Cells that are as small as the people in them allow: spatial k-anonymity by itself.

Where each visit stands for itself (ends of trips, reports, sales), a person is in many cells, and every cell must still
hold k different people. Cells are split from the top of the quadtree down; what is left in a quarter with fewer than k
people keeps the name of the square above, and where those alone were fewer than k, a few neighbours keep it with them: one
house on a mountain then coarsens a handful of rows and not the city.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import GateRefused, UsageError
from workbench.privacy.places.cells import cell_numbers, codes_of, from_morton, morton
from workbench.privacy.places.geometries import read_points
from workbench.privacy.places.given import people_codes, whole_metres
from workbench.privacy.places.quadtree import FINEST_M, MAX_DOUBLINGS, doublings

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.privacy.places.geometries import Geometries


def adaptive_cells(name: str, points: Geometries, *, people: Any, k: int, finest_m: int = FINEST_M) -> pa.DictionaryArray:
    """Return for each point the name of a cell that at least k people share.

    Parameters
    ----------
    name : str
        The field.
    points : Arrow array of WKB, GeoSeries, or sequence of WKB or shapely points
        Longitude and latitude (EPSG:4326); missing allowed.
    people : array of any hashable kind, shape (rows,), or None
        Whose point it is; ``None``: each row is a person of its own.
    k : int
        At least 1.
    finest_m : int, default 100
        Side of the smallest cell in metres.

    Returns
    -------
    pyarrow.DictionaryArray
        Shape (rows,), names of cells (:mod:`workbench.privacy.places.cells`), missing where the point is. A cell may lie
        inside another that is named too: the larger name then stands for rows of its quarters that few people are in.

    Raises
    ------
    UsageError
        As for :func:`workbench.privacy.places.geometries.read_points`.
    GateRefused
        Fewer than k people in all.

    Examples
    --------
    >>> import shapely
    >>> near, far = [126.9780, 37.5665], [127.0280, 37.4979]
    >>> adaptive_cells("home", shapely.points([near, near, far]), people=["a", "b", "c"], k=2).to_pylist()[:1]
    ['102400m_N1914400_E0904800']
    >>> adaptive_cells("home", shapely.points([near, near, far, far]), people=list("abcd"), k=2).to_pylist()[1:3]
    ['100m_N1952000_E0953900', '100m_N1944300_E0958200']
    """
    import pyarrow as pa

    side = whole_metres("finest_m", finest_m)
    read = read_points(name, points)
    owners = people_codes(people, len(read.present))[read.present]
    numbers = cell_numbers(read.mm[read.present], side_m=side)
    if not len(numbers):
        return pa.array([None] * len(read.present), pa.dictionary(pa.int32(), pa.string()))
    cells, levels, which = shared_cells(name, numbers, owners=owners, k=k)
    corner_labels = np.empty(len(cells), dtype=object)
    for level in np.unique(levels).tolist():
        at = levels == level
        corner_labels[at] = codes_of(cells[at], side_m=side << level)
    index = np.full(len(read.present), -1, dtype=np.int32)
    index[read.present] = which
    return pa.DictionaryArray.from_arrays(pa.array(index, mask=~read.present), pa.array(corner_labels.tolist(), pa.string()))


def shared_cells(name: str, numbers: np.ndarray, *, owners: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return cells of which each is shared by at least k people, and the cell of each point.

    Parameters
    ----------
    name : str
        For messages.
    numbers : array of int64, shape (points, 2)
        Column and row of each point's finest cell, 0 or more; at least one point.
    owners : array of int64, shape (points,)
        Whose point it is.
    k : int

    Returns
    -------
    cells : numpy.ndarray of int64, shape (cells, 2)
        Column and row among the cells of its level.
    levels : numpy.ndarray of int64, shape (cells,)
        How often the finest side is doubled.
    which : numpy.ndarray of int64, shape (points,)

    Raises
    ------
    UsageError
        ``k`` below 1, or cells too small for the extent.
    GateRefused
        Fewer than k people in all.

    Examples
    --------
    >>> numbers, owners = np.array([[4, 4], [4, 4], [7, 7], [7, 7]]), np.array([0, 1, 1, 2])
    >>> [part.tolist() for part in shared_cells("home", numbers, owners=owners, k=2)]
    [[[4, 4], [7, 7]], [0, 0], [0, 0, 1, 1]]
    """
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise UsageError(f"k: {k!r}; allowed is a whole number from 1")
    found = len(np.unique(owners))
    if found < k:
        raise GateRefused(f"field '{name}': {found} people have a place, {k} are to share each cell")
    top = doublings(numbers)
    if top > MAX_DOUBLINGS:
        raise UsageError(f"field '{name}': the cells are too small for places so far apart", hint="finest_m: a larger side")
    corner = numbers[0] >> top << top
    leaf, owner, visit = _visits(morton(numbers - corner), owners)
    level = _levels(leaf, owner, top=top, k=int(k))
    named, which = np.unique(level << 32 | leaf >> (2 * level), return_inverse=True)
    levels = named >> 32
    cells = from_morton(named & 0xFFFFFFFF) + (corner[None, :] >> levels[:, None])
    return cells, levels, which[visit]


def _visits(leaves: np.ndarray, owners: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each finest cell of each person once, by cell and then by person; and the visit of each point."""
    order = np.lexsort([owners, leaves])
    leaf, owner = leaves[order], owners[order]
    new = np.r_[True, (leaf[1:] != leaf[:-1]) | (owner[1:] != owner[:-1])]
    visit = np.empty(len(order), dtype=np.int64)
    visit[order] = np.cumsum(new) - 1
    return leaf[new], owner[new], visit


def _levels(leaf: np.ndarray, owner: np.ndarray, *, top: int, k: int) -> np.ndarray:
    """How often the cell of each visit is doubled, so that at least k people share every cell that is named.

    Level by level from the top: quarters with k people or more go down; the rest of a square stays, if k people or more
    are in it. If fewer, its fullest quarter lends it as many people as it lacks, or its emptiest one stays as a whole.
    """
    level = np.zeros(len(leaf), dtype=np.int64)
    going = np.arange(len(leaf))
    span = np.int64(int(owner.max()) + 1)
    for below in range(top - 1, -1, -1):
        child = leaf[going] >> (2 * below)
        square = child >> 2
        children, of_child = _runs(child)
        people = _distinct(of_child, owner[going], span=span, groups=len(children))
        few = people < k
        if not few.any():
            continue
        squares, of_square = _runs(square)
        parent = np.searchsorted(squares, children >> 2)
        rest = few[of_child]
        left = _distinct(of_square[rest], owner[going][rest], span=span, groups=len(squares))
        lacking = np.where((left > 0) & (left < k), k - left, 0)
        stays = rest.copy()
        fullest, emptiest = _extremes(people, parent, few)
        lends = (lacking > 0) & (people[fullest] >= k + lacking)
        joins = (lacking > 0) & ~lends
        stays |= of_child == np.where(joins, emptiest, -1)[of_square]
        asked = of_child == np.where(lends, fullest, -1)[of_square]
        stays[_lent(of_square, owner[going], rest=rest, asked=asked, lacking=lacking, span=span)] = True
        level[going[stays]] = below + 1
        going = going[~stays]
    return level


def _distinct(group: np.ndarray, owner: np.ndarray, *, span: np.int64, groups: int) -> np.ndarray:
    """How many different people each group holds."""
    pairs = np.sort(group * span + owner)
    return np.bincount(pairs[_new(pairs)] // span, minlength=groups)


def _new(sorted_numbers: np.ndarray) -> np.ndarray:
    """Where sorted numbers change."""
    new = np.ones(len(sorted_numbers), dtype=bool)
    np.not_equal(sorted_numbers[1:], sorted_numbers[:-1], out=new[1:])
    return new


def _runs(sorted_numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different ones of sorted numbers, and which of them each is."""
    new = _new(sorted_numbers)
    return sorted_numbers[new], np.cumsum(new) - 1


def _extremes(people: np.ndarray, parent: np.ndarray, few: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each square, the quarter with most people and, of those that are not few, the one with fewest; ties by order."""
    places = np.arange(len(people))
    most = np.lexsort([-places, people, parent])
    least = np.lexsort([-places, -people, ~few, parent])
    ends = np.r_[np.flatnonzero(np.diff(parent)), len(parent) - 1]
    return most[ends], least[ends]


def _lent(
    of_square: np.ndarray, owner: np.ndarray, *, rest: np.ndarray, asked: np.ndarray, lacking: np.ndarray, span: np.int64
) -> np.ndarray:
    """The visits that quarters lend: of each square's lending quarter the first visits of people who are not in its rest."""
    at = lacking[of_square] > 0
    key = of_square * span + owner
    able = np.flatnonzero(asked & at)
    able = able[~np.isin(key[able], key[rest & at])]
    _, first = np.unique(key[able], return_index=True)
    first = able[np.sort(first)]
    group = of_square[first]
    rank = np.arange(len(group)) - np.searchsorted(group, group)
    return first[rank < lacking[group]]
