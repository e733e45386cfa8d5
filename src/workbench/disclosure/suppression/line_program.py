"""The cheapest pattern of a two-way table that gives every line what it needs: a small integer program.

A line (a row or a column, margins included) that has a withheld cell needs a second one, and others that can lose what
the first must be able to gain. That is necessary, not enough: what else a pattern must meet is added as cuts, so the
pattern that meets all of them is the cheapest there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from workbench.disclosure.suppression.cycles import Arcs, Cut

MAX_NODES = 500
"""Of the search tree: programs of this kind need none or a few; a count, not a clock, so that runs are alike."""

GAP = 1e-6
"""How far, as a share, the cost may lie above the proven least: a margin may cost as much as a thousand cells."""

OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "mip_max_nodes": MAX_NODES,
    "mip_rel_gap": GAP,
    "mip_heuristic_run_feasibility_jump": False,
}
"""The feasibility jump takes five times as long as all else of a small program."""

DEARER, MUCH_DEARER = 2.0, 16.0
"""Cells that cost more than so many times what a pattern costs at least are looked at only if it turns out to cost as much."""

SHORT = 100
"""Free cells of a line up to which what each of them needs is asked for at once, and not only when it is seen to lack it."""


@dataclass(frozen=True)
class Pattern:
    """The withheld cells of a table, shape (R + 1, C + 1), and what they cost beyond the forced ones."""

    withheld: np.ndarray
    spent: float


@dataclass
class _Rows:
    """Inequalities of the form: sum of numbers times variables >= least."""

    places: list[np.ndarray] = field(default_factory=list)
    numbers: list[np.ndarray] = field(default_factory=list)
    least: list[float] = field(default_factory=list)

    def add(self, places: np.ndarray, numbers: np.ndarray, least: float) -> None:
        scale = float(np.abs(numbers).max(initial=0.0)) or 1.0
        self.places.append(places)
        self.numbers.append(numbers / scale)
        self.least.append(least / scale)


@dataclass(frozen=True)
class Setting:
    """What a pattern of a table is chosen from.

    All arrays have the shape (R + 1, C + 1).

    Parameters
    ----------
    arcs : Arcs
    forced : numpy.ndarray
        Bool: withheld in any case.
    asking : numpy.ndarray
        Bool: forced cells whose needs are to be met; the others cannot be helped.
    free : numpy.ndarray
        Bool: cells that may be withheld for others.
    cost : numpy.ndarray
        Of withholding a free cell.
    """

    arcs: Arcs
    forced: np.ndarray
    asking: np.ndarray
    free: np.ndarray
    cost: np.ndarray

    @cached_property
    def lines(self) -> tuple[np.ndarray, _Rows]:
        """The number of each free cell's variable (of others -1), and what each line needs if it has a withheld cell."""
        return _lines(self)


def cheapest(setting: Setting, cuts: Sequence[Cut], *, spent: float = 0.0) -> Pattern | None:
    """Return the cheapest pattern that meets the needs of all lines, and the cuts.

    Parameters
    ----------
    setting : Setting
    cuts : sequence of Cut
    spent : float
        What a pattern is known to cost at least, such as the cheapest one that meets fewer cuts.

    Returns
    -------
    Pattern or None
        None where there is no such pattern, or none was found within ``MAX_NODES``.

    Examples
    --------
    >>> from workbench.disclosure.suppression.cycles import arcs_of
    >>> from workbench.disclosure.suppression.problems import two_way
    >>> problem = two_way(np.array([[3.0, 20, 40], [40, 50, 60]]), k=10)
    >>> shape = (3, 4)
    >>> forced, cost = problem.primary.reshape(shape), problem.weight.reshape(shape)
    >>> cheapest(Setting(arcs_of(problem), forced, forced, ~forced, cost), ()).withheld.astype(int).tolist()
    [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0]]
    """
    number, lines = setting.lines
    rows = _Rows(lines.places.copy(), lines.numbers.copy(), lines.least.copy())
    for cut in cuts:
        reached = (cut.reach > 0) & setting.free
        places, numbers = number[reached], cut.reach[reached]
        least = cut.least - float(cut.reach[setting.forced].sum())
        if setting.forced[cut.cell]:
            if least > 0:
                rows.add(places, np.minimum(numbers, least), least)
        else:
            rows.add(np.append(places, number[cut.cell]), np.append(numbers, -cut.least), least - cut.least)
    cost = setting.cost[setting.free]
    limit = max(_guessed(setting), DEARER * spent)
    while True:
        dear = cost > limit
        found = _solved(setting, rows, dear)
        if not dear.any() or (found is not None and found.spent <= limit):  # a pattern with a dear cell costs more
            return found
        limit = max(limit * MUCH_DEARER, float(cost[dear].min())) if found is None else found.spent


def _guessed(setting: Setting) -> float:
    """About what a pattern may cost."""
    cost = np.where(setting.free, setting.cost, np.inf)
    most = 0.0
    for axis in (0, 1):
        lacking = setting.asking.any(axis=axis) & (setting.forced.sum(axis=axis) < 2)
        second = cost.min(axis=axis)[lacking]
        most = max(most, float(second[np.isfinite(second)].sum()))
    return MUCH_DEARER / 2 * most if most else MUCH_DEARER * float(cost.min())


def _solved(setting: Setting, rows: _Rows, dear: np.ndarray) -> Pattern | None:
    """The cheapest pattern without the dear ones among the free cells."""
    import highspy

    cells = len(dear)
    size = cells + sum(setting.free.shape)
    needy = np.concatenate([setting.asking.any(axis=1), setting.asking.any(axis=0)])
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = size, len(rows.least)
    program.col_cost_ = np.concatenate([setting.cost[setting.free], np.zeros(size - cells)])
    program.col_lower_ = np.concatenate([np.zeros(cells), needy.astype(float)])
    program.col_upper_ = np.concatenate([np.where(dear, 0.0, 1.0), np.ones(size - cells)])
    program.integrality_ = [highspy.HighsVarType.kInteger] * cells + [highspy.HighsVarType.kContinuous] * (size - cells)
    program.row_lower_, program.row_upper_ = np.array(rows.least), np.full(len(rows.least), np.inf)
    lengths = [len(places) for places in rows.places]
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    program.a_matrix_.index_ = np.concatenate([np.zeros(0, np.int32), *rows.places]).astype(np.int32)
    program.a_matrix_.value_ = np.concatenate([np.zeros(0), *rows.numbers]).astype(float)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in OPTIONS.items():
        solver.setOptionValue(option, value)
    solver.passModel(program)
    solver.run()
    info = solver.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    withheld = setting.forced.copy()
    withheld[setting.free] = np.asarray(solver.getSolution().col_value)[:cells] > 0.5
    return Pattern(withheld, float(setting.cost[withheld & ~setting.forced].sum()))


def _lines(setting: Setting) -> tuple[np.ndarray, _Rows]:
    """The number of each free cell's variable (of others -1), and what each line needs if it has a withheld cell."""
    free = setting.free
    number = np.full(free.shape, -1)
    number[free] = np.arange(int(free.sum()))
    rows = _Rows()
    first = int(free.sum())
    for turned in (False, True):
        views = [setting.arcs.up, setting.arcs.down, setting.arcs.rise, setting.arcs.fall, setting.arcs.width]
        arrays = [*views, setting.forced, setting.asking, free, number]
        up, down, rise, fall, width, forced, asking, may, numbered = [each.T if turned else each for each in arrays]
        for line in np.flatnonzero(asking.any(axis=1) | may.any(axis=1)).tolist():
            own, places = first + line, numbered[line][may[line]]
            alone = asking[line]
            count = max(0, 2 - int(forced[line].sum()))
            if count and (len(places) or alone.any()):
                rows.add(np.append(places, own), np.append(np.ones(len(places)), -count), 0.0)
            if not alone.any():
                rows.places.extend(np.array([own, place]) for place in places.tolist())
                rows.numbers.extend(np.tile([1.0, -1.0], (len(places), 1)))
                rows.least.extend([0.0] * len(places))
            base = float(width[line][alone].max() if alone.any() else width[line][may[line]].min(initial=np.inf))
            for room, demand, back in ((down[line], rise[line], down[line]), (up[line], fall[line], up[line])):
                given = np.where(forced[line], room, 0.0).sum()
                if alone.any():
                    lacking = np.maximum(demand, width[line] - back) - _without(given, room)
                    least = float(lacking[alone].max())
                else:
                    least = base - float(given)
                if 0 < least < np.inf:
                    rows.add(np.append(places, own), np.append(np.minimum(room[may[line]], least), -least), 0.0)
                if len(places) <= SHORT:
                    lacking = (np.maximum(demand, width[line] - back) - given)[may[line]]
                    dear = (lacking > 0) & ((demand > 0) | (width[line] > base))[may[line]]
                    for each in np.flatnonzero(dear).tolist():
                        numbers = np.minimum(room[may[line]], lacking[each])
                        numbers[each] = -lacking[each]
                        rows.add(places, numbers, 0.0)
        first += free.shape[0]
    return number, rows


def _without(total: float, rooms: np.ndarray) -> np.ndarray:
    """A sum without each of its parts; an infinite part leaves an infinite sum, which asks for less than there may be."""
    return np.where(np.isfinite(rooms), total - np.where(np.isfinite(rooms), rooms, 0.0), total)
