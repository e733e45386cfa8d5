"""What complementary suppression solves: cells bound by equations, what each needs, and what withholding each costs.

One form for every table (two-way, of many dimensions, with hierarchies, of counts or of amounts, linked with others), so
that one audit and one search serve them all.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.disclosure.rules import Rules

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from workbench.disclosure.tabulating.cells import Cells
    from workbench.disclosure.tabulating.layouts import Axis

DEFAULT_P_PERCENT = 10.0
"""How far from its value each bound of a withheld amount lies where no policy says it: the default of ACRO 1.0."""

MARGIN_COST = 1000.0
"""How much dearer a margin is to withhold than a cell of the body with the same value: it is what most readers look for."""


@dataclass(frozen=True)
class Problem:
    """Cells of one or several tables, n in all, and what may be known of them.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (n,), floats: the true counts or amounts.
    equations : scipy.sparse.csr_matrix
        Shape (m, n): each row is parts minus total, and is zero at the true values.
    primary : numpy.ndarray
        Shape (n,), bool: withheld by the rules.
    weight : numpy.ndarray
        Shape (n,): what withholding costs; infinite where a cell may not be withheld.
    lower : numpy.ndarray
        Shape (n,): what a reader knows a withheld cell to be at least; -inf where nothing.
    width : numpy.ndarray
        Shape (n,): how wide a withheld cell's feasible interval must be (counts; 0 for amounts).
    below, above : numpy.ndarray
        Shape (n,): how far below and above its value the interval must reach (amounts; 0 for counts).
    single : numpy.ndarray
        Shape (n,), bool: exactly one contributor, who knows the cell.
    held : numpy.ndarray
        Shape (n,), bool: withheld before, so it stays withheld.
    grid : (int, int), optional
        The cells are a table of this many rows and columns without their margins, which stand last, in C order.
    latent : numpy.ndarray, optional
        Shape (n,), bool: no cell of any table but something that cells are sums of; always unknown, in need of nothing.

    Examples
    --------
    >>> problem = two_way(np.array([[3.0, 20, 30], [40, 50, 60]]), k=10)
    >>> problem.grid, problem.equations.shape, np.flatnonzero(problem.primary).tolist()
    ((2, 3), (7, 12), [0])
    """

    values: np.ndarray
    equations: csr_matrix
    primary: np.ndarray
    weight: np.ndarray
    lower: np.ndarray
    width: np.ndarray
    below: np.ndarray
    above: np.ndarray
    single: np.ndarray
    held: np.ndarray
    grid: tuple[int, int] | None = None
    latent: np.ndarray | None = None

    @property
    def size(self) -> int:
        """How many cells."""
        return len(self.values)

    @property
    def hidden(self) -> np.ndarray:
        """Which are no cell of any table, shape (n,)."""
        return np.zeros(self.size, bool) if self.latent is None else self.latent


@dataclass(frozen=True)
class Suppressed:
    """Which cells are withheld, and what is proven of them.

    Parameters
    ----------
    withheld : numpy.ndarray
        Shape (n,), bool.
    lower, upper : numpy.ndarray
        Shape (n,): each withheld cell's feasible interval reaches at least this far; the true value elsewhere. Never public.
    unprotected : tuple of int
        Withheld cells whose interval is too narrow and cannot be widened, in order. None of them may be published.
    programs : int
        How many linear programs were solved.
    bad_for_single : tuple of int
        Primary cells that the only contributor of another cell could narrow too far, in order; they are part of
        ``unprotected``.
    """

    withheld: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    unprotected: tuple[int, ...] = ()
    programs: int = 0
    bad_for_single: tuple[int, ...] = ()


def suppress(problem: Problem) -> Suppressed:
    """Withhold as little as can be found so that no withheld cell can be told too narrowly, and prove it.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    Suppressed

    Notes
    -----
    Selection, audit and repair take turns until every withheld cell is proven or nothing is left to withhold. What is not
    proven is unprotected.

    Examples
    --------
    >>> done = suppress(two_way(np.array([[3.0, 20, 30], [40, 50, 60], [70, 80, 90]]), k=10))
    >>> int(done.withheld.sum()), done.unprotected
    (4, ())
    """
    from workbench.disclosure.suppression.complement import protected  # linear programs: only where a table is protected

    return protected(problem)


def two_way(body: np.ndarray, *, k: int) -> Problem:
    """Return the problem of a plain table of people with its margins, each person one row.

    Parameters
    ----------
    body : numpy.ndarray
        Shape (rows, columns): how many people, without margins.
    k : int
        The fewest people of a cell that is shown, 0 apart.

    Returns
    -------
    Problem

    Examples
    --------
    >>> two_way(np.array([[3.0, 20], [40, 50]]), k=10).values.tolist()
    [3.0, 20.0, 23.0, 40.0, 50.0, 90.0, 43.0, 70.0, 113.0]
    """
    table = np.zeros((body.shape[0] + 1, body.shape[1] + 1))
    table[:-1, :-1] = body
    table[-1, :-1], table[:-1, -1], table[-1, -1] = body.sum(axis=0), body.sum(axis=1), body.sum()
    margin = np.zeros(table.shape, bool)
    margin[-1], margin[:, -1] = True, True
    values = table.ravel()
    sums = [((size,), tuple(range(size))) for size in body.shape]
    return count_problem(
        values,
        crossed(table.shape, [[(size, parts)] for (size,), parts in sums]),
        people=values,
        largest=np.minimum(values, 1),
        margin=margin.ravel(),
        k=k,
        grid=(int(body.shape[0]), int(body.shape[1])),
    )


def count_problem(
    values: np.ndarray,
    equations: csr_matrix,
    *,
    people: np.ndarray,
    largest: np.ndarray,
    margin: np.ndarray,
    k: int,
    grid: tuple[int, int] | None = None,
) -> Problem:
    """Return the problem of counted rows: small cells are primary, zeros are known, every withheld cell is at least 1.

    Parameters
    ----------
    values, people, largest : numpy.ndarray
        Shape (n,): rows, different contributors, and the rows of the largest contributor of each cell.
    equations : scipy.sparse.csr_matrix
    margin : numpy.ndarray
        Shape (n,), bool: a sum of other cells.
    k : int
    grid : (int, int), optional

    Returns
    -------
    Problem
    """
    size = len(values)
    none = np.zeros(size)
    weight = np.where(values > 0, values, np.inf) * np.where(margin, MARGIN_COST, 1.0)
    return Problem(
        values=values.astype(float),
        equations=equations,
        primary=(people > 0) & (people < k),
        weight=weight,
        lower=np.ones(size),
        width=np.maximum(k, largest).astype(float),
        below=none,
        above=none,
        single=people == 1,
        held=np.zeros(size, bool),
        grid=grid,
    )


def crossed(shape: tuple[int, ...], sums: list[list[tuple[int, tuple[int, ...]]]]) -> csr_matrix:
    """Return the equations of a cross-classification: each sum of an axis, at every place of the other axes.

    Parameters
    ----------
    shape : tuple of int
        How many keys each axis has, sums included.
    sums : list of list of (int, tuple of int)
        For each axis the place of each sum and the places of its parts.

    Returns
    -------
    scipy.sparse.csr_matrix
        Shape (m, product of ``shape``), cells in C order.

    Examples
    --------
    >>> crossed((3,), [[(2, (0, 1))]]).toarray().tolist()
    [[1.0, 1.0, -1.0]]
    """
    from scipy.sparse import coo_matrix

    places = np.arange(int(np.prod(shape))).reshape(shape)
    rows, columns, signs = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0)]
    made = 0
    for axis, entries in enumerate(sums):
        lines = np.moveaxis(places, axis, 0).reshape(shape[axis], -1)
        for total, parts in entries:
            chosen = lines[[*parts, total]]
            rows.append(np.tile(np.arange(made, made + lines.shape[1]), len(chosen)))
            columns.append(chosen.ravel())
            signs.append(np.repeat([*itertools.repeat(1.0, len(parts)), -1.0], lines.shape[1]))
            made += lines.shape[1]
    entry = (np.concatenate(signs), (np.concatenate(rows), np.concatenate(columns)))
    return coo_matrix(entry, shape=(made, places.size)).tocsr()


def axis_sums(axis: Axis) -> list[tuple[int, tuple[int, ...]]]:
    """Return an axis's sums as places: of the sum, and of its parts.

    Parameters
    ----------
    axis : Axis

    Returns
    -------
    list of (int, tuple of int)
    """
    return [(axis.position(key), tuple(axis.position(part) for part in parts)) for key, parts in axis.sums]


def problem_of(
    cells: Cells, *, rules: Rules, held: np.ndarray | None = None, public: np.ndarray | None = None, people: bool = False
) -> Problem:
    """Return the problem of one table.

    Parameters
    ----------
    cells : Cells
        n of them, flat, sums included.
    rules : Rules
    held : numpy.ndarray, optional
        Shape (n,), bool: withheld in an earlier release.
    public : numpy.ndarray, optional
        Shape (n,), bool: shown in an earlier release, so not to be withheld.
    people : bool
        Of the people behind the cells in place of their numbers; see :func:`people_of`.

    Returns
    -------
    Problem

    Notes
    -----
    A statistic without a bound (a median) takes part in no equation. A zero is shown, so it is never withheld for another.
    """
    layout = cells.layout
    axes = [layout.rows] if layout.columns is None else [layout.rows, layout.columns]
    shape = tuple(len(axis.keys) for axis in axes)
    sums = [axis_sums(axis) if cells.bound is not None else [] for axis in axes]
    marked = [np.isin(np.arange(size), [total for total, _ in entries]) for size, entries in zip(shape, sums, strict=True)]
    margin = np.logical_or.reduce(np.meshgrid(*marked, indexing="ij")).ravel()
    size = len(cells.rows)
    amount = cells.bound == "amount" and not people
    values = np.asarray(people_of(cells) if people else cells.amounts if amount else cells.rows, dtype=float)
    none = np.zeros(size)
    distance = np.abs(values) * (rules.p_percent or DEFAULT_P_PERCENT) / 100
    withheld = none.astype(bool) if held is None else held.astype(bool)
    least = np.zeros(size) if people else cells.largest_rows
    shown_as = cells.amounts if cells.bound == "amount" else cells.rows
    some = (cells.rows > 0) & (values != 0) & (shown_as != 0)  # a zero is shown
    weight = np.where(some, np.abs(values), np.inf) * np.where(margin, MARGIN_COST, 1.0)
    for shown in (public, cells.known):
        if shown is not None:
            weight[shown] = np.inf
    known: dict[str, Any] = {
        "lower": np.full(size, -np.inf) if amount and cells.negative else np.minimum(values, 0.0 if amount else 1.0),
        "width": none if amount or cells.bound is None else np.maximum(rules.min_contributors, least).astype(float),
        "below": distance if amount else none,
        "above": distance if amount else none,
    }
    return Problem(
        values=values,
        equations=crossed(shape, sums),
        primary=cells.unsafe,
        weight=weight,
        single=cells.people == 1,
        held=withheld,
        grid=_plain(shape, sums),
        **known,
    )


def people_of(cells: Cells) -> np.ndarray:
    """Return the people of every base cell, and of every sum the people of its base cells one after the other.

    Parameters
    ----------
    cells : Cells

    Returns
    -------
    numpy.ndarray
        Shape (n,): numbers that add up as the table does. Who stands in several parts of a sum is counted in each.
    """
    places = cells.layout.places
    base = cells.people[places[0]]
    found = np.zeros(cells.size)
    for place in places:
        there = place >= 0
        np.add.at(found, place[there], base[there])
    return found


def _plain(shape: tuple[int, ...], sums: list[list[tuple[int, tuple[int, ...]]]]) -> tuple[int, int] | None:
    """The rows and columns of a two-way table whose only sums stand last, None for any other."""
    if len(shape) != 2:
        return None
    for size, entries in zip(shape, sums, strict=True):
        if len(entries) != 1 or entries[0][0] != size - 1 or sorted(entries[0][1]) != list(range(size - 1)):
            return None
    return shape[0] - 1, shape[1] - 1
