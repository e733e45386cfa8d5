"""How far each withheld cell of a two-way table can move, and what stands in its way.

The rows and columns of a table with margins are the nodes of a network, its withheld cells the arcs: whatever one cell
gains others must lose along a cycle. So how wide a cell is hidden is a maximum flow, and a cell that is too narrow comes
with a cut: a set of lines of which too little is withheld.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.disclosure.suppression.problems import Problem

FLOW_UNITS = 2**40
"""Flows are found in whole numbers: a need that is none itself is cut into so many units, capacities rounded down."""

ROUNDED = 1e-3
"""Of a unit: what division may have taken from a capacity that is whole."""

SHORT = 2**18
"""Of the units of a need: what rounding capacities down may take from a flow. It is less than what the audit overlooks."""

BAND = 3
"""Needs within a factor of two to this power are proven together."""

WIDEST = 700
"""Lines that are compared each with each."""


@dataclass(frozen=True)
class Arcs:
    """What each cell of a two-way table may do if it is withheld, and what it must be able to do.

    Margins are taken with the opposite sign, so that every row and every column adds up to zero. All arrays have the shape
    (R + 1, C + 1), margins last.

    Parameters
    ----------
    up, down : numpy.ndarray
        How far a cell alone could rise and fall.
    rise, fall : numpy.ndarray
        How far it must be able to.
    width : numpy.ndarray
        How much rise and fall must be together.
    """

    up: np.ndarray
    down: np.ndarray
    rise: np.ndarray
    fall: np.ndarray
    width: np.ndarray

    @property
    def need(self) -> np.ndarray:
        """The most that any one flow has to bring for a cell."""
        return np.maximum(np.maximum(self.rise, self.fall), self.width)


@dataclass(frozen=True)
class Cut:
    """What every safe pattern meets: its cells, each times its number in ``reach``, come to ``least`` if ``cell`` is withheld.

    ``reach`` has the shape of the table; places that play no part are 0.
    """

    cell: tuple[int, int]
    reach: np.ndarray
    least: float


@dataclass(frozen=True)
class Way:
    """Cells that can move together: ``cells`` of shape (m, 2), and how far each rises or falls then, shape (m,)."""

    cells: np.ndarray
    change: np.ndarray


def arcs_of(problem: Problem) -> Arcs:
    """Return how far the cells of a plain two-way table may and must move.

    Parameters
    ----------
    problem : Problem
        With a ``grid``.

    Returns
    -------
    Arcs

    Examples
    --------
    >>> from workbench.disclosure.suppression.problems import two_way
    >>> arcs_of(two_way(np.array([[3.0, 20], [40, 50]]), k=10)).down[0].tolist()
    [2.0, 19.0, inf]
    """
    if problem.grid is None:
        raise ValueError("the problem is no plain two-way table")
    shape = (problem.grid[0] + 1, problem.grid[1] + 1)
    room = np.maximum(problem.values - problem.lower, 0.0).reshape(shape)
    turned = np.zeros(shape, bool)
    turned[-1, :-1] = turned[:-1, -1] = True
    above, below = problem.above.reshape(shape), problem.below.reshape(shape)
    return Arcs(
        up=np.where(turned, room, np.inf),
        down=np.where(turned, np.inf, room),
        rise=np.where(turned, below, above),
        fall=np.where(turned, above, below),
        width=problem.width.reshape(shape),
    )


def proven(arcs: Arcs, moving: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Tell which cells surely move far enough; of the others nothing is known yet.

    Parameters
    ----------
    arcs : Arcs
    moving : numpy.ndarray
        Shape of the table, bool: the cells that may move along.
    targets : numpy.ndarray
        Shape of the table, bool: the cells asked about; each arcs itself.

    Returns
    -------
    numpy.ndarray
        Bool, a part of ``targets``.

    Notes
    -----
    A cell (i, j) rises by what the others of its row can lose, where column j can pass the whole need on to the column of
    each such other, by rows that both have withheld cells in: then all of them together find what they lack, for no cut
    between is smaller than the need (Ford and Fulkerson). The same with rows and columns exchanged.

    Examples
    --------
    >>> from workbench.disclosure.suppression.problems import two_way
    >>> arcs = arcs_of(two_way(np.array([[3.0, 20], [40, 50]]), k=10))
    >>> body = np.array([[True, True, False], [True, True, False], [False, False, False]])
    >>> bool(proven(arcs, body, body)[0, 0])
    True
    """
    found = np.zeros(targets.shape, bool)
    turned = Arcs(arcs.up.T, arcs.down.T, arcs.rise.T, arcs.fall.T, arcs.width.T)
    upright = targets.shape[0] >= targets.shape[1]
    for along, lines in zip((upright, not upright), sorted(targets.shape), strict=True):
        left = targets & ~found
        if left.any() and lines <= WIDEST:
            joining = lines == min(targets.shape)
            found |= _by_columns(arcs, moving, left, joining) if along else _by_columns(turned, moving.T, left.T, joining).T
    return found


def _by_columns(arcs: Arcs, moving: np.ndarray, targets: np.ndarray, joining: bool) -> np.ndarray:
    """Cells that are proven with the others of their row; those that need about as much at once."""
    found = np.zeros(targets.shape, bool)
    band = np.zeros(targets.shape, int)
    positive = targets & (arcs.need > 0)
    band[positive] = np.floor(np.log2(arcs.need[positive]) / BAND)
    for each in np.unique(band[targets]).tolist():
        _prove_band(arcs, moving, targets & (band == each), found, joining)
    return found


def _prove_band(arcs: Arcs, moving: np.ndarray, targets: np.ndarray, found: np.ndarray, joining: bool) -> None:
    """Mark in ``found`` the targets that are proven."""
    most = float(arcs.need[targets].max(initial=0.0))
    wide = (moving & (arcs.up >= most)).astype(float)
    down = np.where(moving, np.minimum(arcs.down, most), 0.0)
    common = down.T @ wide
    joined = _joined(common, down, wide, most) if joining else np.zeros(common.shape, bool)
    for column in np.flatnonzero(targets.any(axis=0)).tolist():
        rows = np.flatnonzero(targets[:, column])
        lost, gained = down[rows], wide[rows]
        spare = common[column] - lost[:, [column]] * gained >= arcs.need[rows, column][:, None]
        spare |= joined[column]
        spare[:, column] = False
        rise = np.minimum((lost * spare).sum(axis=1), arcs.up[rows, column])
        back = np.maximum(common[:, column] - lost * gained[:, [column]], most * joined[:, column]) * gained
        back[:, column] = 0.0
        fall = np.minimum(back.sum(axis=1), arcs.down[rows, column])
        found[rows, column] = (
            (rise >= arcs.rise[rows, column]) & (fall >= arcs.fall[rows, column]) & (rise + fall >= arcs.width[rows, column])
        )


def _joined(common: np.ndarray, down: np.ndarray, wide: np.ndarray, most: float) -> np.ndarray:
    """Which columns can pass on as much as any cell needs to which, by way of others too, whichever row is left out."""
    largest = np.array([(down[:, [column]] * wide).max(axis=0) for column in range(len(common))])
    joined = (common - largest >= most).astype(np.float32)
    while True:
        further = ((joined + joined @ joined) > 0).astype(np.float32)
        if (further == joined).all():
            return further > 0
        joined = further


class Flows:
    """Maximum flows between the lines of one pattern: exact where the proof by short cycles ends.

    Parameters
    ----------
    arcs : Arcs
    moving : numpy.ndarray
        Shape of the table, bool: the cells that may move along.
    """

    def __init__(self, arcs: Arcs, moving: np.ndarray) -> None:
        self.arcs = arcs
        self.shape = moving.shape
        self.cells = np.nonzero(moving)
        self.alone = np.array([arcs.up[self.cells], arcs.down[self.cells]])
        self.whole = bool((self.alone[np.isfinite(self.alone)] % 1 == 0).all())
        self.listed = list(zip(self.cells[0].tolist(), self.cells[1].tolist(), strict=True))
        self.places = {cell: each for each, cell in enumerate(self.listed)}
        self.links: list[list[tuple[int, int]]] = [[] for _ in range(sum(self.shape))]
        for each, (row, column) in enumerate(self.listed):
            self.links[row].append((column + self.shape[0], each))
            self.links[column + self.shape[0]].append((row, each))
        self.rooms: dict[float, tuple[float, int, list[int], list[int]]] = {}

    def moved(self, cell: tuple[int, int], *, still: np.ndarray, allowed: np.ndarray) -> tuple[Cut | None, list[Way]]:
        """Return what a cell lacks to move far enough, and ways in which it moves as far as it can, or as it must.

        Parameters
        ----------
        cell : (int, int)
        still : numpy.ndarray
            Shape of the table, bool: cells that stand still although they could move.
        allowed : numpy.ndarray
            Shape of the table, bool: cells that are or may be withheld, the only ones in a cut.

        Returns
        -------
        Cut or None
            None where it moves far enough.
        list of Way
        """
        arcs = self.arcs
        row, column = cell[0], cell[1] + self.shape[0]
        stopped = [*np.flatnonzero(still[self.cells]).tolist(), self.places[cell]]
        rising, falling, width = float(arcs.rise[cell]), float(arcs.fall[cell]), float(arcs.width[cell])
        fall, fall_side, down = self._flow(row, column, min(max(falling, width), float(arcs.down[cell])), stopped)
        rise, rise_side, up = self._flow(column, row, min(max(rising, width - fall), float(arcs.up[cell])), stopped)
        used = [self._way({**moved, self.places[cell]: far}) for moved, far in ((down, -fall), (up, rise)) if far]
        if rise >= rising and fall >= falling and rise + fall >= width:
            return None, used
        others = allowed & ~still
        others[cell] = False
        if rise < rising:
            return Cut(cell, self._crossing(rise_side, others, rising), rising), used
        if fall < falling:
            return Cut(cell, self._crossing(fall_side, others, falling), falling), used
        ways = ((rise, float(arcs.up[cell]), rise_side), (fall, float(arcs.down[cell]), fall_side))
        least = width - sum(alone for flow, alone, _ in ways if flow >= alone)
        reach = sum((self._crossing(side, others, least) for flow, alone, side in ways if flow < alone), np.zeros(self.shape))
        return Cut(cell, np.minimum(reach, least), least), used

    def _way(self, moved: dict[int, float]) -> Way:
        """Cells that move, by their numbers."""
        return Way(np.array([self.listed[each] for each in moved]), np.array(list(moved.values())))

    def _room(self, wanted: float) -> tuple[float, int, list[int], list[int]]:
        """The unit of a flow, how many are wanted, and how many each cell carries from its row to its column and back."""
        found = self.rooms.get(wanted)
        if found is None:
            whole = self.whole and wanted == np.rint(wanted) and wanted <= FLOW_UNITS
            unit, target = (1.0, int(wanted)) if whole else (wanted / FLOW_UNITS, FLOW_UNITS)
            up, down = np.floor(np.minimum(self.alone, wanted) / unit + (0 if whole else ROUNDED)).astype(np.int64).tolist()
            found = self.rooms[wanted] = (unit, target, up, down)
        return found

    def _flow(self, source: int, sink: int, wanted: float, stopped: list[int]) -> tuple[float, np.ndarray, dict[int, float]]:
        """How much of what is wanted flows, the source's side of a least cut (one with few lines on a side), and what moves."""
        if wanted <= 0:
            return 0.0, np.zeros(len(self.links), bool), {}
        unit, target, *rooms = self._room(wanted)
        up, down = (room.copy() for room in rooms)  # what is left of them
        for each in stopped:
            up[each] = down[each] = 0
        moved: dict[int, int] = {}
        found = 0
        while found < target:
            path = self._path(source, sink, up, down)
            if sink not in path:
                break
            steps = []
            node = sink
            while node != source:
                node, each = path[node]
                steps.append((each, 1) if node < self.shape[0] else (each, -1))
            more = min(target - found, *[up[each] if sign > 0 else down[each] for each, sign in steps])
            for each, sign in steps:
                up[each] -= sign * more
                down[each] += sign * more
                moved[each] = moved.get(each, 0) + sign * more
            found += more
        change = {each: far * unit for each, far in moved.items() if far}
        if found >= target or (target == FLOW_UNITS and found >= target - SHORT):
            return wanted, np.zeros(0, bool), change
        inside = np.zeros(len(self.links), bool)
        inside[list(path)] = True
        before_sink = list(self._path(sink, -1, down, up))
        if len(before_sink) < len(path):
            inside[:] = True
            inside[before_sink] = False
        return float(found * unit), inside, change

    def _path(self, source: int, sink: int, up: list[int], down: list[int]) -> dict[int, tuple[int, int]]:
        """Each line that can be reached, until the sink is: the line before it, and the cell between."""
        path = {source: (source, -1)}
        height = self.shape[0]
        queue = [source]
        for node in queue:
            room = up if node < height else down
            for other, each in self.links[node]:
                if room[each] and other not in path:
                    path[other] = (node, each)
                    if other == sink:
                        return path
                    queue.append(other)
        return path

    def _crossing(self, side: np.ndarray, others: np.ndarray, least: float) -> np.ndarray:
        """What each cell could carry out of a set of lines, at most ``least``."""
        height = self.shape[0]
        rows, columns = side[:height, None], side[None, height:]
        carried = np.where(rows & ~columns, self.arcs.up, 0.0) + np.where(columns & ~rows, self.arcs.down, 0.0)
        return np.where(others, np.minimum(carried, least), 0.0)
