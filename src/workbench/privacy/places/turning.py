"""How far a trip goes on straight after it comes out of a zone: until it turns, it points back at where it came from.

Riders keep to the street they live in or to the next large one, so the first stretch outside a zone, drawn backwards, runs
past the home; with trips in two directions the lines cross there. What is left of a trip therefore begins behind a turn.
"""

from __future__ import annotations

import numpy as np

from workbench.privacy.places.clipping import Pieces, between, measured

CHORD_M = 100.0
"""Headings are taken over this length: the satellites' errors of some metres then turn them by a few degrees only."""

STEP_M = 25.0
"""How often along the way the heading is taken."""

TURN_COS = 0.8191520442889918
"""Cosine of 35 degrees: a smaller change of heading is a bend of the same street."""


def behind_turns(pieces: Pieces) -> Pieces:
    """Keep of each part of a line what lies behind its first turn and before its last.

    Parameters
    ----------
    pieces : Pieces
        Metres.

    Returns
    -------
    Pieces
        Nothing of a part that does not turn.

    Examples
    --------
    >>> import shapely
    >>> from workbench.privacy.places.clipping import pieces_of
    >>> corner = shapely.LineString([(0, 0), (900, 0), (900, 900), (2000, 900)])
    >>> kept = behind_turns(pieces_of(np.array([corner, shapely.LineString([(0, 0), (5000, 0)])])))
    >>> kept.line.tolist(), kept.ends[0].round().tolist()
    ([0], [[900.0, 50.0], [900.0, 850.0]])
    """
    if not len(pieces.line):
        return pieces
    part, begin, length = measured(pieces)
    parts = int(part[-1]) + 1
    total = np.bincount(part, weights=length, minlength=parts)
    starts = np.flatnonzero(~pieces.joined)
    forward = _straight_m(pieces.ends[:, 0], pieces.ends[:, 1], part, begin, length, total, starts)
    back = slice(None, None, -1)
    backward = _straight_m(
        pieces.ends[back, 1],
        pieces.ends[back, 0],
        parts - 1 - part[back],
        (total[part] - begin - length)[back],
        length[back],
        total[back],
        np.sort(len(part) - np.append(starts[1:], len(part))),
    )[back]
    return between(pieces, forward, total - backward)


def _straight_m(
    tail: np.ndarray,
    head: np.ndarray,
    part: np.ndarray,
    begin: np.ndarray,
    length: np.ndarray,
    total: np.ndarray,
    starts: np.ndarray,
) -> np.ndarray:
    """How far each part goes on as it began; all of it where it never turns."""
    samples = np.maximum(np.floor((total - CHORD_M) / STEP_M).astype(np.int64) + 1, 0)
    owner = np.repeat(np.arange(len(total)), samples)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(samples) - samples, samples)
    along = number * STEP_M

    def at(distance: np.ndarray) -> np.ndarray:
        piece = starts[owner]
        low, high = piece.copy(), np.append(starts[1:], len(part))[owner] - 1
        while (low < high).any():  # the last piece of the part that begins at or before the distance
            middle = (low + high + 1) // 2
            reached = begin[middle] <= distance
            low, high = np.where(reached, middle, low), np.where(reached, high, middle - 1)
        share = np.clip((distance - begin[low]) / np.where(length[low] > 0, length[low], 1.0), 0.0, 1.0)
        return tail[low] + (head[low] - tail[low]) * share[:, None]

    chord = at(along + CHORD_M) - at(along)
    first = chord[np.searchsorted(owner, np.arange(len(total)))[owner]] if len(owner) else chord
    turned = (chord * first).sum(axis=1) < TURN_COS * np.sqrt((chord * chord).sum(axis=1) * (first * first).sum(axis=1))
    straight = total.copy()
    np.minimum.at(straight, owner[turned], along[turned] + CHORD_M)
    return straight
