"""Square cells on the national grid: which cell a point lies in, the cell's name, and its outline for maps.

Cells start at the corner of the national point numbers (700,000 m E, 1,300,000 m N in EPSG:5179), as the square cells of
the Korean national grid do. A cell is named by its side and its south-west corner, all in metres, such as
``100m_N1952000_E0953900``: a reader needs no table to find it, and a cell of any side, on a shifted grid too, has a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import UsageError
from workbench.privacy.places.geometries import SOUTH_M, WEST_M, to_degrees

if TYPE_CHECKING:
    import shapely

_CODE = re.compile(r"([1-9]\d*)m_N(\d{7})_E(\d{7})")

EDGE_PARTS = 4
"""A straight edge of a metric cell is slightly bent in degrees; that many parts keep neighbours together on a map."""


@dataclass(frozen=True)
class Cell:
    """A square on the ground.

    Parameters
    ----------
    size_m : int
        Length of a side.
    east_m, north_m : int
        The south-west corner in EPSG:5179.
    """

    size_m: int
    east_m: int
    north_m: int

    @property
    def code(self) -> str:
        """The cell's name, such as ``100m_N1952000_E0953900``."""
        return f"{self.size_m}m_N{self.north_m:07d}_E{self.east_m:07d}"


def parse_cell(code: str) -> Cell:
    """Return the cell that a name stands for.

    Parameters
    ----------
    code : str

    Returns
    -------
    Cell

    Raises
    ------
    UsageError
        Not a cell's name.

    Examples
    --------
    >>> parse_cell("100m_N1952000_E0953900")
    Cell(size_m=100, east_m=953900, north_m=1952000)
    """
    found = _CODE.fullmatch(code)
    if found is None:
        raise UsageError("a cell's name that cannot be read; allowed is SIDEm_NNORTHING_EEASTING in metres", hint=EXAMPLE)
    size, north, east = (int(part) for part in found.groups())
    return Cell(size, east, north)


EXAMPLE = "e.g. 100m_N1952000_E0953900"


def cell_polygon(code: str) -> shapely.Polygon:
    """Return a cell's outline for a map.

    Parameters
    ----------
    code : str

    Returns
    -------
    shapely.Polygon
        Longitude and latitude (EPSG:4326).

    Raises
    ------
    UsageError
        Not a cell's name.

    Examples
    --------
    >>> cell_polygon("100m_N1952000_E0953900").contains(__import__("shapely").Point(126.9785, 37.5668))
    True
    """
    import shapely

    cell = parse_cell(code)
    square = shapely.box(cell.east_m, cell.north_m, cell.east_m + cell.size_m, cell.north_m + cell.size_m)
    edges = shapely.segmentize(square, cell.size_m / EDGE_PARTS)
    return shapely.Polygon(to_degrees(shapely.get_coordinates(edges)))


def cell_numbers(mm: np.ndarray, *, side_m: int, shift_mm: tuple[int, int] = (0, 0)) -> np.ndarray:
    """Return the column and row of the cell that each point lies in.

    A point on an edge belongs to the cell east or north of it.

    Parameters
    ----------
    mm : array of int64, shape (points, 2)
        Millimetres of EPSG:5179.
    side_m : int
    shift_mm : tuple of int
        How far the grid's corner is moved west and south.

    Returns
    -------
    numpy.ndarray of int64, shape (points, 2)

    Examples
    --------
    >>> cell_numbers(np.array([[953_901_165, 1_952_032_081]]), side_m=100).tolist()
    [[2539, 6520]]
    """
    corner = np.array([WEST_M, SOUTH_M], dtype=np.int64) * 1000 - np.array(shift_mm, dtype=np.int64)
    return (mm - corner) // (side_m * 1000)


def morton(numbers: np.ndarray) -> np.ndarray:
    """Return cells' places in Morton order, in which the four quarters of every doubled cell follow each other.

    Parameters
    ----------
    numbers : array of int64, shape (cells, 2)
        Column and row, each below 2**31.

    Returns
    -------
    numpy.ndarray of int64, shape (cells,)
        The bits of column and row in turn; two bits fewer name the cell of twice the side (Morton 1966).

    Examples
    --------
    >>> morton(np.array([[0, 0], [1, 0], [0, 1], [1, 1], [2, 0]])).tolist()
    [0, 1, 2, 3, 4]
    """
    return _spread(numbers[:, 0]) | (_spread(numbers[:, 1]) << 1)


def from_morton(places: np.ndarray) -> np.ndarray:
    """Return the column and row of cells in Morton order.

    Parameters
    ----------
    places : array of int64, shape (cells,)

    Returns
    -------
    numpy.ndarray of int64, shape (cells, 2)

    Examples
    --------
    >>> from_morton(np.array([4, 3])).tolist()
    [[2, 0], [1, 1]]
    """
    return np.stack([_gather(places), _gather(places >> 1)], axis=1)


def codes_of(numbers: np.ndarray, *, side_m: int, shift_m: tuple[int, int] = (0, 0)) -> list[str]:
    """Return the names of cells of one side.

    Parameters
    ----------
    numbers : array of int64, shape (cells, 2)
        Column and row.
    side_m : int
    shift_m : tuple of int
        How far the grid's corner is moved west and south.

    Returns
    -------
    list of str

    Examples
    --------
    >>> codes_of(np.array([[2539, 6520]]), side_m=100)
    ['100m_N1952000_E0953900']
    """
    east = (WEST_M - shift_m[0] + numbers[:, 0] * side_m).tolist()
    north = (SOUTH_M - shift_m[1] + numbers[:, 1] * side_m).tolist()
    return [Cell(side_m, e, n).code for e, n in zip(east, north, strict=True)]


_MASKS = (
    (16, 0x00000000FFFFFFFF),
    (8, 0x0000FFFF0000FFFF),
    (4, 0x00FF00FF00FF00FF),
    (2, 0x0F0F0F0F0F0F0F0F),
    (1, 0x3333333333333333),
)
_EVERY_OTHER = 0x5555555555555555


def _spread(numbers: np.ndarray) -> np.ndarray:
    """The bits of each number with a zero between any two."""
    spread = numbers.astype(np.int64)
    for (shift, _), mask in zip(_MASKS, [mask for _, mask in _MASKS[1:]] + [_EVERY_OTHER], strict=True):
        spread = (spread | (spread << shift)) & mask
    return spread


def _gather(places: np.ndarray) -> np.ndarray:
    """Every other bit, put together again."""
    gathered = places.astype(np.int64) & _EVERY_OTHER
    for shift, mask in reversed(_MASKS):
        gathered = (gathered | (gathered >> shift)) & mask
    return gathered
