"""What of many lines lies outside squares, in the order in which it was ridden.

A general overlay cuts a line at each of its own crossings and keeps a street ridden twice only once. A trip is a sequence:
so its pieces are cut one by one, and what remains hangs together as it did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Pieces:
    """Straight pieces of lines, in order.

    Parameters
    ----------
    line : numpy.ndarray of int64, shape (pieces,)
        Which line each belongs to, ascending.
    ends : numpy.ndarray of float, shape (pieces, 2, 2)
        Where it begins and ends.
    joined : numpy.ndarray of bool, shape (pieces,)
        Whether it goes on where the one before it ended.
    """

    line: np.ndarray
    ends: np.ndarray
    joined: np.ndarray

    def lengths(self, lines: int) -> np.ndarray:
        """Return the length of each line's pieces.

        Parameters
        ----------
        lines : int

        Returns
        -------
        numpy.ndarray of float, shape (lines,)
        """
        gone = self.ends[:, 1] - self.ends[:, 0]
        return np.bincount(self.line, weights=np.sqrt(gone[:, 0] ** 2 + gone[:, 1] ** 2), minlength=lines)

    def only(self, lines: np.ndarray) -> Pieces:
        """Return the pieces of some lines.

        Parameters
        ----------
        lines : array of bool, shape (lines,)

        Returns
        -------
        Pieces
        """
        at = lines[self.line]
        return Pieces(self.line[at], self.ends[at], self.joined[at])


def pieces_of(shapes: np.ndarray) -> Pieces:
    """Return the straight pieces of lines.

    Parameters
    ----------
    shapes : array of shapely.LineString, shape (lines,)

    Returns
    -------
    Pieces

    Examples
    --------
    >>> import shapely
    >>> pieces_of(np.array([shapely.LineString([(0, 0), (4, 0), (4, 2)])])).lengths(1).tolist()
    [6.0]
    """
    import shapely

    points, line = shapely.get_coordinates(shapes, return_index=True)
    within = line[1:] == line[:-1]
    ends = np.stack([points[:-1], points[1:]], axis=1)[within]
    owner = line[1:][within].astype(np.int64)
    return Pieces(owner, ends, np.r_[False, owner[1:] == owner[:-1]][: len(owner)])


def outside(pieces: Pieces, low: np.ndarray, high: np.ndarray) -> Pieces:
    """Cut one square out of each line.

    Parameters
    ----------
    pieces : Pieces
    low, high : array of float, shape (lines, 2)
        South-west and north-east corner of each line's square; NaN where it has none.

    Returns
    -------
    Pieces
        A piece that only touches an edge stays.

    Examples
    --------
    >>> import shapely
    >>> ride = pieces_of(np.array([shapely.LineString([(0, 0), (10, 0)])]))
    >>> left = outside(ride, np.array([[4.0, -1.0]]), np.array([[6.0, 1.0]]))
    >>> left.ends[:, :, 0].tolist(), left.joined.tolist()
    ([[0.0, 4.0], [6.0, 10.0]], [False, False])
    """
    begin, gone = pieces.ends[:, 0], pieces.ends[:, 1] - pieces.ends[:, 0]
    low, high = low[pieces.line], high[pieces.line]
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = (low - begin) / gone, (high - begin) / gone
    enters, leaves = np.minimum(one, other), np.maximum(one, other)
    still = gone == 0
    inside = (low < begin) & (begin < high)
    enters[still], leaves[still] = np.where(inside[still], -np.inf, np.inf), np.where(inside[still], np.inf, -np.inf)
    enters = np.maximum(np.maximum(enters[:, 0], enters[:, 1]), 0.0)
    leaves = np.minimum(np.minimum(leaves[:, 0], leaves[:, 1]), 1.0)
    cut = enters < leaves  # never where there is no square: NaN compares false
    before, after = cut & (enters > 0.0), cut & (leaves < 1.0)
    first = np.where(cut, before, True)
    source = np.repeat(np.arange(len(cut)), first.astype(np.int64) + after)
    tail = np.r_[False, source[1:] == source[:-1]][: len(source)] | ~first[source]  # what comes after the cut
    ends = pieces.ends[source].copy()
    shortened = cut[source] & ~tail
    at, after_at = source[shortened], source[tail]
    ends[shortened, 1] = begin[at] + enters[at, None] * gone[at]
    ends[tail, 0] = begin[after_at] + leaves[after_at, None] * gone[after_at]
    reached = np.r_[False, (~cut | after)[:-1]][: len(cut)]  # the end of the piece before is still there
    joined = ~tail & (pieces.joined & reached)[source]
    return Pieces(pieces.line[source], ends, joined)


def between(pieces: Pieces, first_m: np.ndarray, last_m: np.ndarray) -> Pieces:
    """Keep of each part what lies between two distances from its beginning.

    Parameters
    ----------
    pieces : Pieces
    first_m, last_m : array of float, shape (parts,)
        A part is a run of joined pieces. Nothing of it is kept where ``last_m`` is not above ``first_m``.

    Returns
    -------
    Pieces

    Examples
    --------
    >>> import shapely
    >>> ride = pieces_of(np.array([shapely.LineString([(0, 0), (4, 0), (4, 2)])]))
    >>> between(ride, np.array([1.0]), np.array([5.0])).ends.tolist()
    [[[1.0, 0.0], [4.0, 0.0]], [[4.0, 0.0], [4.0, 1.0]]]
    """
    part, begin, length = measured(pieces)
    low = np.maximum(first_m[part] - begin, 0.0)
    high = np.minimum(last_m[part] - begin, length)
    kept = low < high
    gone = pieces.ends[:, 1] - pieces.ends[:, 0]
    share = 1.0 / np.where(length > 0, length, 1.0)
    ends = pieces.ends.copy()
    cut_low, cut_high = kept & (low > 0), kept & (high < length)
    ends[cut_low, 0] += gone[cut_low] * (low * share)[cut_low, None]
    ends[cut_high, 1] = pieces.ends[cut_high, 0] + gone[cut_high] * (high * share)[cut_high, None]
    part_kept = part[kept]
    return Pieces(pieces.line[kept], ends[kept], np.r_[False, part_kept[1:] == part_kept[:-1]][: len(part_kept)])


def measured(pieces: Pieces) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the part of each piece, the distance from the part's beginning to the piece's, and its length.

    Parameters
    ----------
    pieces : Pieces

    Returns
    -------
    part : numpy.ndarray of int64, shape (pieces,)
    begin, length : numpy.ndarray of float, shape (pieces,)

    Examples
    --------
    >>> import shapely
    >>> ride = pieces_of(np.array([shapely.LineString([(0, 0), (4, 0), (4, 2)])]))
    >>> [numbers.tolist() for numbers in measured(ride)]
    [[0, 0], [0.0, 4.0], [4.0, 2.0]]
    """
    gone = pieces.ends[:, 1] - pieces.ends[:, 0]
    length = np.sqrt(gone[:, 0] ** 2 + gone[:, 1] ** 2)
    part = np.cumsum(~pieces.joined) - 1
    total = np.cumsum(length) - length
    return part, total - total[~pieces.joined][part] if len(part) else total, length


def put_together(pieces: Pieces, lines: int, *, to: Any) -> np.ndarray:
    """Return lines from their pieces.

    Parameters
    ----------
    pieces : Pieces
    lines : int
    to : callable
        From coordinates, shape (points, 2), to those that the result has.

    Returns
    -------
    numpy.ndarray of shapely.LineString, MultiLineString or None, shape (lines,)
        In several parts where something was cut out between; ``None`` where nothing is left.

    Examples
    --------
    >>> import shapely
    >>> ride = pieces_of(np.array([shapely.LineString([(0, 0), (4, 0), (4, 2)])]))
    >>> put_together(ride, 2, to=lambda points: points).tolist()
    [<LINESTRING (0 0, 4 0, 4 2)>, None]
    """
    import shapely

    made = np.full(lines, None, dtype=object)
    if not len(pieces.line):
        return made
    part = np.cumsum(~pieces.joined) - 1
    starts = np.flatnonzero(~pieces.joined)
    points = np.insert(pieces.ends[:, 1], starts, pieces.ends[starts, 0], axis=0)
    index = np.insert(part, starts, np.arange(len(starts)))
    parts = shapely.linestrings(to(points), indices=index)
    owner = pieces.line[starts]
    owners, first, count = np.unique(owner, return_index=True, return_counts=True)
    made[owners] = parts[first]
    several = owners[count > 1]
    if len(several):
        among = np.isin(owner, several)
        made[several] = shapely.multilinestrings(parts[among], indices=np.searchsorted(several, owner[among]))
    return made
