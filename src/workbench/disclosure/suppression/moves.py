"""How far unknown cells can move together: the linear program that a reader of a table could solve, kept warm.

A move is what is added to the true values; no move at all is always feasible. The model is made once; programs differ in
their objective alone, so each starts from the last one's vertex.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.disclosure.suppression.problems import Problem

if TYPE_CHECKING:
    import highspy
    from scipy.sparse import csr_matrix

TOLERANCE = 1e-6
"""A distance that falls short of its need by less than this part of it counts as reached."""

REACH = 1e5
"""No cell is taken to move further than this times the largest need: bounded programs, and never a wider interval."""

FEASIBLE = 1e-9
"""HiGHS's own tolerance of rows and bounds, in units of the smallest need."""


@dataclass(frozen=True)
class Moves:
    """The moves that the published cells leave open.

    Parameters
    ----------
    free : numpy.ndarray
        Shape (f,), int: places of the cells that can move at all.
    rows : scipy.sparse.csr_matrix
        Shape (m, f): the equations among them; every move gives 0.
    low : numpy.ndarray
        Shape (f,): no cell moves below this; at most 0.
    """

    free: np.ndarray
    rows: csr_matrix
    low: np.ndarray


def moves_of(problem: Problem, unknown: np.ndarray, *, low: np.ndarray | None = None) -> Moves:
    """Return the moves left open where some cells are unknown.

    Parameters
    ----------
    problem : Problem
    unknown : numpy.ndarray
        Shape (n,), bool: withheld cells; what is no cell of any table is always unknown.
    low : numpy.ndarray, optional
        Shape (n,): how far down each may move, at most 0; by default to what a reader knows it to be at least.

    Returns
    -------
    Moves
        Without the cells that cannot move: the only unknown one of an equation, or one of an equation all of whose cells
        stand at their bounds on the same side. For as long as there are such.

    Examples
    --------
    >>> from workbench.disclosure.suppression.problems import two_way
    >>> problem = two_way(np.array([[3.0, 20], [40, 50]]), k=10)
    >>> moves_of(problem, problem.primary).free.tolist()
    []
    """
    unknown = unknown | problem.hidden
    free = np.flatnonzero(unknown)
    floor = np.minimum(problem.lower - problem.values, 0) if low is None else low
    columns = problem.equations.tocsc()[:, free]
    lows = floor[free]
    while True:
        rows = columns.tocsr()
        rows = rows[np.diff(rows.indptr) > 0]
        if not rows.shape[0]:
            return Moves(free, rows, lows)
        downward = np.where(rows.data > 0, lows[rows.indices], -np.inf)
        upward = np.where(rows.data < 0, lows[rows.indices], -np.inf)
        starts = rows.indptr[:-1]
        alone = np.diff(rows.indptr) == 1
        same_side = (np.minimum.reduceat(downward, starts) >= 0) | (np.minimum.reduceat(upward, starts) >= 0)
        stuck = np.repeat(alone | same_side, np.diff(rows.indptr))
        if not stuck.any():
            return Moves(free, rows, lows)
        kept = np.ones(len(free), bool)
        kept[rows.indices[stuck]] = False
        columns, free, lows = rows.tocsc()[:, kept], free[kept], lows[kept]


@dataclass
class Program:
    """One model of moves, warm, in units of the smallest need.

    Parameters
    ----------
    moves : Moves
    unit : float
        What the model calls 1.
    most : float
        No cell moves further than this.
    solved : int
        How many programs were solved.
    """

    moves: Moves
    unit: float
    most: float
    solved: int = 0

    def __post_init__(self) -> None:
        self._highs: highspy.Highs | None = None
        size = len(self.moves.free)
        self._places = np.arange(size, dtype=np.int32)
        self._floor, self._ceiling = self._limits(self._places)

    def furthest(self, objective: np.ndarray) -> np.ndarray | None:
        """Return the move along which an objective falls most.

        Parameters
        ----------
        objective : numpy.ndarray
            Shape (f,).

        Returns
        -------
        numpy.ndarray or None
            Shape (f,), feasible; None where the solver found none, which proves nothing.
        """
        import highspy

        if self._highs is None:
            self._highs = loaded(
                self.moves.rows, cost=objective, low=self._floor, high=self._ceiling, target=np.zeros(self.moves.rows.shape[0])
            )
        else:
            self._highs.changeColsCost(len(self._places), self._places, objective)
        self._highs.run()
        self.solved += 1
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self._highs.clearSolver()
            self._highs.run()
            if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                return None
        found = np.clip(np.asarray(self._highs.getSolution().col_value), self._floor, self._ceiling)
        off = np.abs(self.moves.rows @ found).max(initial=0)
        return found * self.unit if off <= TOLERANCE / 10 else None

    def hold(self, places: np.ndarray) -> None:
        """Let some cells not move, given by their places among the free ones, until :meth:`release`."""
        self._bound(places, np.zeros(len(places)), np.zeros(len(places)))

    def release(self, places: np.ndarray) -> None:
        """Let cells move again."""
        self._bound(places, *self._limits(places))

    def _limits(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        most = self.most / self.unit
        return np.maximum(self.moves.low[places] / self.unit, -most), np.full(len(places), most)

    def _bound(self, places: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        self._floor[places], self._ceiling[places] = low, high
        if self._highs is not None:
            self._highs.changeColsBounds(len(places), places.astype(np.int32), low, high)


def loaded(
    rows: csr_matrix,
    *,
    cost: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    target: np.ndarray,
    primal: bool = True,
) -> Any:
    """Return a HiGHS model: ``rows`` x = ``target``, ``low`` <= x <= ``high``, least ``cost``; one thread, so the same bytes.

    Parameters
    ----------
    rows : scipy.sparse.csr_matrix
    cost, low, high, target : numpy.ndarray
    primal : bool
        Primal simplex without presolve, for a model whose objective will change; otherwise HiGHS's choice.

    Returns
    -------
    highspy.Highs
    """
    import highspy

    solver: Any = highspy.Highs
    highs = solver()
    for option, value in (("output_flag", False), ("threads", 1), ("random_seed", 0)):
        highs.setOptionValue(option, value)
    highs.setOptionValue("primal_feasibility_tolerance", FEASIBLE)
    if primal:
        for option, chosen in (("solver", "simplex"), ("simplex_strategy", 4), ("presolve", "off")):
            highs.setOptionValue(option, chosen)
    matrix = rows.tocsc()
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = matrix.shape[1], matrix.shape[0]
    program.col_cost_, program.col_lower_, program.col_upper_ = cost, low, high
    program.row_lower_ = program.row_upper_ = target
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_, program.a_matrix_.index_ = matrix.indptr, matrix.indices
    program.a_matrix_.value_ = matrix.data
    highs.passModel(program)
    return highs
