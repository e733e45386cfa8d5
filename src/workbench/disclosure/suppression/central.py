"""Proofs for large tables without a program each: lines through a central point of all that is feasible, one for each cell.

From a point well inside, each cell is moved both ways along the direction in which the others give way in proportion to their
room (Dikin 1967); where the line leaves, there are two feasible points. One factorization serves all cells.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.disclosure.suppression.moves import TOLERANCE, Moves, loaded

LEAST = 200
"""Fewer cells to be proven than this are left to programs."""

FREEDOM = 1_500
"""With so many more free cells than equations a program takes long; with fewer, programs are quicker than lines."""

EQUATIONS = 4_000
"""More equations than this are left to programs: the factorization is dense."""

NEAR = 100.0
"""No cell is moved further than this times the largest need: what can move without end keeps the others exact."""

NEWTON = 8
"""So many steps towards the middle at most; any inner point does."""

BLOCK = 256
"""So many lines are followed at once."""

ROUNDS = 5
"""So many points lines are drawn through: the central one, then points pushed away from it where cells still lack width."""

PUSHED = 0.8
"""How far towards the border a point is pushed."""

GAIN = 0.03
"""A round that proves a smaller part of the cells left is the last."""


def widened(moves: Moves, cells: np.ndarray, *, need: np.ndarray, down: np.ndarray, up: np.ndarray, least: int = LEAST) -> None:
    """Widen bounds by feasible points on lines through inner points.

    Parameters
    ----------
    moves : Moves
        Of f free cells.
    cells : numpy.ndarray
        Shape (c,): places among the free cells of those to be proven.
    need : numpy.ndarray
        Shape (f, 3): width, distance below and distance above that each free cell needs.
    down, up : numpy.ndarray
        Shape (f,): how far each cell is known to move; widened in place.
    least : int
        Fewer cells than this are left to programs.

    Notes
    -----
    Nothing is done where there are few cells, too many equations, or no inner point is found: programs prove the rest.
    """
    scale = float(need[cells].max(initial=0))
    if len(cells) < least or moves.rows.shape[0] > EQUATIONS or scale <= 0:
        return
    unit = float(need[cells].max(axis=1).min())
    middle = _middle(moves, unit=unit, most=NEAR * scale)
    if middle is None:
        return
    draw = np.random.default_rng(len(cells))
    point: np.ndarray | None = middle
    push = np.zeros(len(middle))
    for turn in range(ROUNDS):
        lines = None if point is None else _Lines(moves, point, most=NEAR * scale, slack=TOLERANCE / 10 * unit)
        if lines is not None and lines.sound:
            for first in range(0, len(cells), BLOCK):
                lines.follow(cells[first : first + BLOCK], down, up)
        left = cells[~_enough(need[cells], down[cells], up[cells])]
        if not len(left) or (turn and turn % 2 == 0 and len(left) > (1 - GAIN) * len(cells)):
            return
        if turn % 2 == 0:
            cells = left
            push = np.zeros(len(middle))
            push[left] = draw.choice([-1.0, 1.0], len(left))
            if turn == 0:
                centre = lines
        if centre is None or not centre.sound:
            return
        point = centre.pushed(push if turn % 2 == 0 else -push)


def _enough(need: np.ndarray, down: np.ndarray, up: np.ndarray) -> np.ndarray:
    least = need * (1 - TOLERANCE)
    return np.asarray((up - down >= least[:, 0]) & (-down >= least[:, 1]) & (up >= least[:, 2]))


def _middle(moves: Moves, *, unit: float, most: float) -> np.ndarray | None:
    """A feasible point far from all bounds, as a move; None where none is found."""
    import highspy

    low = np.maximum(moves.low, -most) / unit
    high = np.full(len(low), most / unit)
    model = loaded(moves.rows, cost=np.zeros(len(low)), low=low, high=high, target=np.zeros(moves.rows.shape[0]), primal=False)
    for option, value in (("solver", "ipm"), ("run_crossover", "off"), ("presolve", "off")):
        model.setOptionValue(option, value)
    model.run()
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    point = np.asarray(model.getSolution().col_value) * unit
    for _ in range(NEWTON):
        lines = _Lines(moves, point, most=most, slack=np.inf)
        if not lines.sound:
            return None
        step = lines.towards_middle()
        length = float(np.sqrt(((step / lines.room) ** 2).sum()))
        furthest = float(np.max(-step / lines.room, initial=1e-30))
        point = point + step * (min(1.0, 0.9 / furthest) if length > 0.5 else 1.0)
        if length < 2:
            break
    return point


class _Lines:
    """Directions from one inner point: the equations scaled by each cell's room, factored once."""

    def __init__(self, moves: Moves, point: np.ndarray, *, most: float, slack: float) -> None:
        from scipy.linalg import LinAlgError, cho_factor
        from scipy.sparse import diags

        self._moves = moves
        self._slack = slack
        low = np.maximum(moves.low, -most)
        self.room = np.clip(point - low, 1e-9 * most / NEAR, most)
        self._square = self.room**2
        rows = moves.rows
        matrix = (rows @ diags(self._square) @ rows.T).toarray()
        diagonal = np.einsum("ii->i", matrix)
        diagonal += 1e-10 * diagonal.mean()  # equations may repeat each other
        self._factor: Any = None
        try:
            self._factor = cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
        except LinAlgError:
            return
        point = point - self._square * (rows.T @ self._solved(rows @ point))
        self._point = np.maximum(point, low)
        self._inside = np.maximum(self._point - low, 0)
        self._most = most

    @property
    def sound(self) -> bool:
        """Whether the equations could be factored and the point keeps them."""
        return self._factor is not None and bool(np.abs(self._moves.rows @ self._point).max(initial=0) <= self._slack)

    def _solved(self, right: np.ndarray) -> np.ndarray:
        from scipy.linalg import cho_solve

        return np.asarray(cho_solve(self._factor, right, check_finite=False))

    def _directions(self, wanted: np.ndarray) -> np.ndarray:
        """How all cells move when they are drawn as ``wanted`` says: shape (f, lines)."""
        rows = self._moves.rows
        drawn = self._square[:, None] * wanted
        off = rows @ drawn
        for _ in range(2):
            drawn = drawn - self._square[:, None] * (rows.T @ self._solved(off))
            off = rows @ drawn
            if np.abs(off).max(initial=0) <= self._slack / 100:  # otherwise once more, for what the first pass left
                break
        return drawn

    def towards_middle(self) -> np.ndarray:
        """Newton's step to the point from which the product of all rooms is largest."""
        return self._directions((1 / self.room)[:, None])[:, 0]

    def pushed(self, wanted: np.ndarray) -> np.ndarray:
        """A point on the way to the border in a direction."""
        way = self._directions(wanted[:, None])[:, 0]
        return self._point + PUSHED * float(self._ends(way[:, None])[0][0]) * way

    def _ends(self, ways: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How far one can go along ways, and back."""
        with np.errstate(divide="ignore", invalid="ignore"):
            speed = np.where(ways == 0, 0.0, ways / self._inside[:, None])
            largest = np.abs(ways).max(axis=0)
            forward = np.minimum(1 / np.maximum(-speed.min(axis=0), 0), self._most / largest)
            back = np.minimum(1 / np.maximum(speed.max(axis=0), 0), self._most / largest)
        return np.nan_to_num(forward, posinf=0.0), np.nan_to_num(back, posinf=0.0)

    def follow(self, cells: np.ndarray, down: np.ndarray, up: np.ndarray) -> None:
        """Widen the bounds of cells by both ends of their lines."""
        wanted = np.zeros((len(self.room), len(cells)))
        wanted[cells, np.arange(len(cells))] = 1.0
        ways = self._directions(wanted)
        forward, back = self._ends(ways)
        off = np.abs(self._moves.rows @ ways).max(axis=0, initial=0)
        still = np.abs(self._moves.rows @ self._point).max(initial=0)
        own = ways[cells, np.arange(len(cells))]
        for length in (forward, -back):
            good = off * np.abs(length) + still <= self._slack
            reached = np.where(good, self._point[cells] + own * length, 0.0)
            down[cells] = np.minimum(down[cells], reached)
            up[cells] = np.maximum(up[cells], reached)
