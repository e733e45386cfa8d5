"""Two-way tables: no withheld cell can be told too narrowly, nothing is withheld in vain, and odd shapes are no trouble.

Every pattern is judged by linear programs of its own, solved cold, one pair a cell.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from workbench.disclosure.suppression.grid import suppress_grid
from workbench.disclosure.suppression.knowers import knowers
from workbench.disclosure.suppression.problems import Problem, two_way

Told = tuple[int, int | None]
"""A cell that is too narrow, and the cell whose contributor it is too narrow for (None: for any reader)."""


def equations(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """Row and column sums of the table, written down anew; and the values."""
    rows, columns = problem.grid
    places = np.arange((rows + 1) * (columns + 1)).reshape(rows + 1, columns + 1)
    lines = [*places, *places.T]
    matrix = np.zeros((len(lines), places.size))
    for number, line in enumerate(lines):
        matrix[number, line[:-1]] = 1
        matrix[number, line[-1]] = -1
    return matrix, problem.values


def interval(problem: Problem, withheld: np.ndarray, cell: int, known: list[int]) -> tuple[float, float]:
    """How low and how high a withheld cell may be for a reader who knows some others."""
    matrix, values = equations(problem)
    open_cells = np.flatnonzero(withheld)
    shown = ~withheld
    bounds = [(values[each],) * 2 if each in known else (problem.lower[each], None) for each in open_cells.tolist()]
    objective = (open_cells == cell).astype(float)
    ends = []
    for sign in (1, -1):
        found = linprog(sign * objective, A_eq=matrix[:, open_cells], b_eq=-matrix[:, shown] @ values[shown], bounds=bounds)
        assert found.status in (0, 3)
        ends.append(sign * found.fun if found.status == 0 else -sign * np.inf)
    return ends[0], ends[1]


def wide_enough(problem: Problem, withheld: np.ndarray, cell: int, known: list[int]) -> bool:
    low, high = interval(problem, withheld, cell, known)
    value, slack = problem.values[cell], 1e-6 * max(1.0, problem.above[cell])
    return (
        high - low >= problem.width[cell] - slack
        and value - low >= problem.below[cell] - slack
        and high - value >= problem.above[cell] - slack
    )


def too_narrow(problem: Problem, withheld: np.ndarray) -> set[Told]:
    """What any reader could tell, and what the only contributor of some cells could tell of other people's small cells."""
    found: set[Told] = {
        (cell, None) for cell in np.flatnonzero(withheld).tolist() if not wide_enough(problem, withheld, cell, [])
    }
    person = np.where(withheld, knowers(problem), -1)
    for one in range(person.max(initial=-1) + 1):
        known = np.flatnonzero(person == one).tolist()
        for cell in np.flatnonzero(withheld & problem.primary & (person != one)).tolist():
            if known and not wide_enough(problem, withheld, cell, known):
                found.add((cell, known[0]))
    return found


def beyond_help(problem: Problem) -> set[Told]:
    """What stays narrow in the largest pattern that withholds nothing that would be narrow itself."""
    forced = problem.primary | problem.held
    withheld = forced | np.isfinite(problem.weight)
    while True:
        found = too_narrow(problem, withheld)
        own = [cell for cell, knower in found if knower is None and not forced[cell]]
        if not own:
            return found
        withheld[own] = False


def safe(problem: Problem) -> np.ndarray:
    """The pattern, once it is found to be in order."""
    withheld = suppress_grid(problem)
    forced = problem.primary | problem.held
    assert withheld[forced].all()
    assert np.isfinite(problem.weight[withheld & ~forced]).all()
    narrow = too_narrow(problem, withheld)
    if narrow:
        hopeless = {cell for cell, _ in beyond_help(problem)}
        assert {cell for cell, _ in narrow} <= hopeless
    return withheld


def counts(rows: int, columns: int, *, seed: int, spread: float = 1.3, level: float = 2.5) -> np.ndarray:
    return np.floor(np.exp(np.random.default_rng(seed).normal(level, spread, (rows, columns))))


def amounts(rows: int, columns: int, *, seed: int, negative: bool = False, p_percent: float = 10) -> Problem:
    """A table of sums: some cells withheld by the rules, each bound to be a share of its value away."""
    draw = np.random.default_rng(seed)
    body = np.round(np.exp(draw.normal(3, 2, (rows, columns))), 2) * (draw.random((rows, columns)) < 0.9)
    if negative:
        body *= draw.choice([-1, 1], body.shape)
    problem = two_way(body, k=10)
    margin = np.zeros((rows + 1, columns + 1), bool)
    margin[-1], margin[:, -1] = True, True
    primary = (draw.random(problem.size) < 0.3) & (problem.values != 0) & ~margin.ravel()
    size = np.abs(problem.values)
    return replace(
        problem,
        primary=primary,
        weight=np.where(size > 0, size, np.inf) * np.where(margin.ravel(), 1000, 1),
        lower=np.full(problem.size, -np.inf if negative else 0.0),
        width=np.zeros(problem.size),
        below=size * p_percent / 100,
        above=size * p_percent / 100,
        single=primary & (draw.random(problem.size) < 0.3),
    )


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_withheld_count_can_be_told_too_narrowly(data: st.DataObject) -> None:
    rows, columns = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    cell = st.one_of(st.integers(0, 6), st.integers(0, 60))
    body = data.draw(st.lists(cell, min_size=rows * columns, max_size=rows * columns))
    k = data.draw(st.integers(2, 12))
    safe(two_way(np.array(body, dtype=float).reshape(rows, columns), k=k))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 5), st.integers(2, 5), st.booleans(), st.sampled_from([1, 10, 40]))
def test_no_withheld_amount_can_be_told_too_narrowly(
    seed: int, rows: int, columns: int, negative: bool, p_percent: float
) -> None:
    safe(amounts(rows, columns, seed=seed, negative=negative, p_percent=p_percent))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 5), st.integers(2, 5))
def test_what_was_withheld_stays_so_and_what_was_shown_is_not_withheld(seed: int, rows: int, columns: int) -> None:
    draw = np.random.default_rng(seed)
    problem = two_way(counts(rows, columns, seed=seed), k=10)
    held = (draw.random(problem.size) < 0.1) & (problem.values > 0)
    shown = (draw.random(problem.size) < 0.2) & ~held & ~problem.primary
    safe(replace(problem, held=held, weight=np.where(shown, np.inf, problem.weight)))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 5), st.integers(2, 5))
def test_a_cell_is_as_wide_as_its_largest_contributor_has_rows(seed: int, rows: int, columns: int) -> None:
    problem = two_way(counts(rows, columns, seed=seed), k=5)
    width = np.where(np.random.default_rng(seed).random(problem.size) < 0.3, 25.0, 5.0)
    safe(replace(problem, width=width))


@pytest.mark.parametrize("seed", range(4))
def test_larger_tables_have_no_cell_that_is_narrow(seed: int) -> None:
    problem = two_way(counts(9, 7, seed=seed), k=10)
    withheld = safe(problem)
    assert (withheld & ~problem.primary).any()
    assert not too_narrow(problem, withheld)


def test_cycles_are_seen_where_every_line_alone_seems_safe() -> None:
    body = np.full((5, 5), 100.0)
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 2), (2, 3), (2, 4), (3, 3), (3, 4)):
        body[row, column] = 8.0 if (row, column) == (1, 2) else 30.0
    problem = two_way(body, k=10)
    blocks = np.zeros((6, 6), bool)
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 2), (2, 3), (2, 4), (3, 3), (3, 4)):
        blocks[row, column] = True
    held = replace(problem, held=blocks.ravel())
    assert (8, None) in too_narrow(held, blocks.ravel())
    assert not too_narrow(held, safe(held))


@pytest.mark.parametrize("seed", range(12))
def test_no_cheaper_pattern_is_safe(seed: int) -> None:
    problem = two_way(counts(3, 3, seed=seed, spread=1.0), k=6)
    problem = replace(problem, weight=np.where(np.arange(problem.size) % 4 < 3, problem.weight, np.inf))
    problem.weight[12:] = np.inf
    withheld = safe(problem)
    forced = problem.primary | problem.held
    free = np.flatnonzero(~forced & np.isfinite(problem.weight)).tolist()
    cost = problem.weight[withheld & ~forced].sum()
    if too_narrow(problem, withheld):
        return
    for number in range(len(free) + 1):
        for chosen in itertools.combinations(free, number):
            if problem.weight[list(chosen)].sum() < cost:
                cheaper = forced.copy()
                cheaper[list(chosen)] = True
                assert too_narrow(problem, cheaper), chosen


def test_a_margin_is_withheld_only_where_nothing_cheaper_helps() -> None:
    problem = two_way(np.array([[3.0, 0, 0], [40, 50, 60], [70, 80, 90]]), k=10)
    withheld = suppress_grid(problem).reshape(4, 4)
    assert withheld[0, [0, 3]].all()
    problem = two_way(np.array([[3.0, 20, 0], [40, 50, 60], [70, 80, 90]]), k=10)
    assert not suppress_grid(problem).reshape(4, 4)[:, 3].any()


def test_a_person_alone_in_a_cell_cannot_tell_anothers() -> None:
    values = np.array([[5.0, 40, 60], [50, 45, 70], [90, 80, 95]])
    problem = replace(two_way(values, k=10), lower=np.zeros(16), width=np.zeros(16), single=np.zeros(16, bool))
    far = problem.values * 0.1
    primary = np.isin(np.arange(16), [0, 1])
    alone = replace(problem, primary=primary, below=far, above=far, single=np.arange(16) == 1)
    trusting = suppress_grid(replace(alone, single=np.zeros(16, bool)))
    assert trusting.sum() == 4
    assert {cell for cell, knower in too_narrow(alone, trusting) if knower is not None} == {0}
    assert not too_narrow(alone, suppress_grid(alone))


@pytest.mark.parametrize(
    "body",
    [
        np.zeros((3, 4)),
        np.array([[0.0, 0, 0], [0, 4, 0]]),
        np.full((4, 5), 3.0),
        np.array([[3.0, 20, 30, 40]]),
        np.array([[3.0], [20], [30]]),
        np.array([[5.0]]),
        np.array([[0.0]]),
        np.array([[2.0, 1], [0, 3]]),
        np.array([[1.0, 1, 0], [0, 200, 300], [1, 0, 2]]),
    ],
    ids=["zero", "one cell", "all small", "one row", "one column", "1 x 1", "1 x 1 zero", "margins below k", "singles"],
)
def test_odd_shapes_give_a_pattern(body: np.ndarray) -> None:
    problem = two_way(body, k=10)
    withheld = safe(problem)
    assert not withheld[problem.values == 0].any()
    if not problem.primary.any():
        assert not withheld.any()


def test_the_same_table_gives_the_same_pattern() -> None:
    problem = two_way(counts(30, 12, seed=5), k=10)
    first = suppress_grid(problem)
    assert all((suppress_grid(problem) == first).all() for _ in range(3))


def test_the_only_contributor_of_a_margin_is_the_one_in_its_line() -> None:
    person = knowers(two_way(np.array([[1.0, 0, 0], [0, 1, 30], [1, 50, 60]]), k=10)).reshape(4, 4)
    assert person[0, 0] == person[0, 3]
    assert len({person[0, 0], person[1, 1], person[2, 0]}) == 3
    assert (person[3] == -1).all()
