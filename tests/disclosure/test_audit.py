"""The audit and the suppression that it judges, against programs and enumerations that know nothing of them."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from workbench.disclosure import Axis, Layout, Rules, cells_of
from workbench.disclosure.suppression.audit import audit, glance
from workbench.disclosure.suppression.problems import Problem, count_problem, crossed, problem_of, suppress, two_way
from workbench.disclosure.suppression.singles import narrowed

SMALL = st.integers(0, 14) | st.integers(0, 60)


def every_table() -> np.ndarray:
    """All 2 x 3 tables of 0 to 5 with their margins, a row each, in the order of two_way."""
    bodies = np.array(list(itertools.product(range(6), repeat=6)), float).reshape(-1, 2, 3)
    wide = np.concatenate([bodies, bodies.sum(axis=2, keepdims=True)], axis=2)
    return np.concatenate([wide, wide.sum(axis=1, keepdims=True)], axis=1).reshape(len(bodies), -1)


EVERY = every_table()


def bodies(rows: int = 4, columns: int = 4) -> st.SearchStrategy[np.ndarray]:
    shapes = st.tuples(st.integers(2, rows), st.integers(2, columns))
    return shapes.flatmap(
        lambda shape: st.lists(SMALL, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).map(
            lambda values: np.array(values, float).reshape(shape)
        )
    )


def cube(body: np.ndarray, *, k: int = 10) -> Problem:
    """A table of any number of dimensions with every margin."""
    shape = tuple(size + 1 for size in body.shape)
    table = np.zeros(shape)
    table[tuple(slice(0, size) for size in body.shape)] = body
    for axis in range(body.ndim):
        table[(slice(None),) * axis + (-1,)] = np.take(table, range(body.shape[axis]), axis).sum(axis=axis)
    margin = np.logical_or.reduce(np.meshgrid(*[np.arange(size) == size - 1 for size in shape], indexing="ij"))
    equations = crossed(shape, [[(size - 1, tuple(range(size - 1)))] for size in shape])
    values = table.ravel()
    return count_problem(values, equations, people=values, largest=np.minimum(values, 1), margin=margin.ravel(), k=k)


def interval(problem: Problem, withheld: np.ndarray, cell: int, *, known: np.ndarray | None = None) -> tuple[float, float]:
    """What a reader can tell of a cell: a cold program over all cells."""
    hidden = withheld if known is None else withheld & ~known
    bounds = [
        (low if np.isfinite(low) else None, None) if hide else (value, value)
        for value, low, hide in zip(problem.values, problem.lower, hidden, strict=True)
    ]
    ends = []
    for sign in (1.0, -1.0):
        objective = np.zeros(problem.size)
        objective[cell] = sign
        done = linprog(objective, A_eq=problem.equations, b_eq=np.zeros(problem.equations.shape[0]), bounds=bounds)
        assert done.status in (0, 3)
        ends.append(sign * (done.fun if done.status == 0 else -np.inf))
    return ends[0], ends[1]


def judged_safe(problem: Problem, withheld: np.ndarray) -> None:
    for cell in np.flatnonzero(withheld).tolist():
        low, high = interval(problem, withheld, cell)
        assert high - low >= problem.width[cell] - 1e-6
        assert problem.values[cell] - low >= problem.below[cell] * (1 - 1e-6)
        assert high - problem.values[cell] >= problem.above[cell] * (1 - 1e-6)


@settings(max_examples=15, deadline=None)
@given(bodies(), st.randoms(use_true_random=False))
def test_an_audit_finds_the_cells_that_a_cold_program_finds(body: np.ndarray, chance) -> None:  # type: ignore[no-untyped-def]
    problem = two_way(body, k=10)
    withheld = problem.primary | (np.array([chance.random() < 0.4 for _ in range(problem.size)]) & (problem.values > 0))
    found = audit(problem, withheld)
    exact = audit(problem, withheld, exact=True)
    for cell in np.flatnonzero(withheld).tolist():
        low, high = interval(problem, withheld, cell)
        narrow = high - low < problem.width[cell] - 1e-6
        assert (cell in found.bad) == narrow
        assert found.lower[cell] >= low - 1e-6
        assert found.upper[cell] <= high + 1e-6
        assert exact.lower[cell] == pytest.approx(low, abs=1e-6)
        if narrow:
            assert (found.lower[cell], found.upper[cell]) == pytest.approx((low, high), abs=1e-6)
    assert set(glance(problem, withheld).bad.tolist()) <= set(found.bad.tolist())


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=6, max_size=6), st.randoms(use_true_random=False))
def test_the_interval_holds_every_table_of_whole_numbers_that_fits(values: list[int], chance) -> None:  # type: ignore[no-untyped-def]
    body = np.array(values, float).reshape(2, 3)
    problem = two_way(body, k=3)
    withheld = (problem.values > 0) & np.array([chance.random() < 0.7 for _ in range(problem.size)])
    found = audit(problem, withheld, exact=True)
    fits = (EVERY[:, ~withheld] == problem.values[~withheld]).all(axis=1) & (EVERY[:, withheld] >= 1).all(axis=1)
    assert fits.any()
    assert (found.lower - 1e-6 <= EVERY[fits].min(axis=0)).all()
    assert (EVERY[fits].max(axis=0) <= found.upper + 1e-6).all()


@settings(max_examples=15, deadline=None)
@given(bodies())
def test_a_two_way_table_is_safe_or_names_what_is_not(body: np.ndarray) -> None:
    problem = two_way(body, k=10)
    done = suppress(problem)
    assert done.withheld[problem.primary].all()
    assert not done.withheld[problem.values == 0].any()
    if not done.unprotected:
        judged_safe(problem, done.withheld)
    again = suppress(problem)
    assert (again.withheld == done.withheld).all()
    assert (again.lower == done.lower).all()


@settings(max_examples=8, deadline=None)
@given(st.lists(SMALL, min_size=12, max_size=12))
def test_a_table_of_three_dimensions_is_safe_or_names_what_is_not(values: list[int]) -> None:
    problem = cube(np.array(values, float).reshape(2, 2, 3))
    done = suppress(problem)
    if done.unprotected:
        assert audit(problem, done.withheld).bad.size or done.bad_for_single
    else:
        judged_safe(problem, done.withheld)


@settings(max_examples=30, deadline=None)
@given(bodies())
def test_no_single_contributor_can_tell_another_small_cell(body: np.ndarray) -> None:
    problem = replace(two_way(body, k=10), grid=None)
    done = suppress(problem)
    if done.unprotected:
        return
    for knower in np.flatnonzero(problem.single & done.withheld).tolist():
        known = problem.single & (np.arange(problem.size) == knower)
        alike = problem.single & (problem.values == 1)
        for cell in np.flatnonzero(problem.primary & ~alike).tolist():
            low, high = interval(problem, done.withheld, cell, known=known)
            assert high - low >= problem.width[cell] - 1e-6


def test_what_a_single_contributor_tells_is_found() -> None:
    body = np.array([[1.0, 2, 40], [30, 40, 50], [20, 60, 70]])
    problem = two_way(body, k=2)
    problem = replace(problem, width=np.full(problem.size, 2.0), primary=np.isin(np.arange(problem.size), [0, 1]))
    square = np.isin(np.arange(problem.size), [0, 1, 4, 5])
    told, _ = narrowed(problem, square)
    assert [np.flatnonzero(known).tolist() for known, _ in told] == [[0]]
    assert told[0][1].bad.tolist() == [1]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.floats(0.5, 2), min_size=9, max_size=9), st.sampled_from([1e-3, 1.0, 1e6, 1e12]), st.booleans())
def test_amounts_are_hidden_by_a_part_of_their_value(values: list[float], scale: float, negative: bool) -> None:
    body = np.array(values).reshape(3, 3) * scale * np.array([[1, 10, 100]])
    plain = two_way(body, k=10)
    size = plain.size
    problem = replace(
        plain,
        primary=np.arange(size) == 0,
        lower=np.full(size, -np.inf if negative else 0.0),
        width=np.zeros(size),
        below=plain.values / 10,
        above=plain.values / 10,
        single=np.zeros(size, bool),
    )
    done = suppress(problem)
    assert not done.unprotected
    hidden = np.flatnonzero(done.withheld)
    assert (done.lower[hidden] <= problem.values[hidden] * 0.9 + 1e-5 * problem.values[hidden]).all()
    assert (done.upper[hidden] >= problem.values[hidden] * 1.1 - 1e-5 * problem.values[hidden]).all()
    unit = replace(problem, **{name: getattr(problem, name) / scale for name in ("values", "below", "above", "lower")})
    judged_safe(unit, done.withheld)


def test_amounts_far_apart_are_each_hidden_at_their_own_scale() -> None:
    body = np.array([[1e-3, 2e-3, 5e11], [3e-3, 4e-3, 6e11], [1e9, 2e9, 7e12]])
    plain = two_way(body, k=10)
    size = plain.size
    problem = replace(
        plain,
        primary=np.isin(np.arange(size), [0, 10]),
        lower=np.zeros(size),
        width=np.zeros(size),
        below=plain.values / 10,
        above=plain.values / 10,
        single=np.zeros(size, bool),
        grid=None,
    )
    done = suppress(problem)
    assert not done.unprotected
    assert done.lower[0] <= 0.9e-3 * (1 + 1e-6)
    assert done.upper[10] >= 1.1 * 6e11 * 0.999 or not done.withheld[6]


def test_what_cannot_be_protected_is_named() -> None:
    problem = two_way(np.array([[3.0, 0], [0, 50]]), k=10)
    public = np.array([False, False, True, False, False, True, True, True, True])
    done = suppress(replace(problem, primary=problem.primary & ~public, weight=np.where(public, np.inf, problem.weight)))
    assert done.unprotected == (0,)


def test_nothing_public_before_is_withheld_and_what_was_withheld_stays() -> None:
    problem = two_way(np.array([[3.0, 20, 30], [40, 50, 60], [70, 80, 90]]), k=10)
    free = suppress(problem)
    used = int(np.flatnonzero(free.withheld & ~problem.primary)[0])
    shown = replace(problem, weight=np.where(np.arange(problem.size) == used, np.inf, problem.weight))
    other = suppress(shown)
    assert not other.withheld[used]
    assert not other.unprotected
    held = replace(problem, held=np.arange(problem.size) == 10)
    assert suppress(held).withheld[10]


def test_a_cell_is_as_wide_as_its_largest_contributors_rows_and_a_zero_is_no_complement() -> None:
    words = ("total",)
    axis = Axis("a", ("x", "y", "z", *words), {"en": "a"}, {"en": ("x", "y", "z", *words)}, sums=(("total", ("x", "y", "z")),))
    other = Axis("b", ("p", "q", "r", *words), {"en": "b"}, {"en": ("p", "q", "r", *words)}, sums=(("total", ("p", "q", "r")),))
    rows = []
    person = 0
    for row, column, people, each in (
        ("x", "p", 2, 30),
        ("x", "q", 90, 1),
        ("y", "p", 80, 1),
        ("y", "q", 70, 1),
        ("z", "r", 99, 1),
    ):
        for _ in range(people):
            rows += [(row, column, 1.0, person)] * each
            person += 1
    frame = pd.DataFrame(rows, columns=["row", "column", "value", "contributor"])
    rules = Rules(min_contributors=5)
    layout = Layout(rows=axis, columns=other, statistic="count", decimals=0, people=True)
    problem = problem_of(cells_of(frame, layout, rules=rules), rules=rules)
    assert problem.width[0] == 30
    assert problem.grid == (3, 3)
    done = suppress(problem)
    assert not done.unprotected
    assert not done.withheld[problem.values == 0].any()
    assert done.upper[0] - done.lower[0] >= 30 - 1e-4
    judged_safe(problem, done.withheld)


def test_a_hierarchy_is_protected_level_by_level() -> None:
    districts = [list(range(at, at + 3)) for at in (0, 3, 6)]
    sums = [(9 + place, tuple(parts)) for place, parts in enumerate(districts)] + [(12, (9, 10, 11))]
    body = np.array([[4, 50], [60, 70], [80, 90], [20, 30], [25, 35], [45, 2], [55, 65], [75, 85], [95, 15]], float)
    table = np.zeros((13, 3))
    table[:9, :2] = body
    for total, parts in sums:
        table[total] = table[list(parts)].sum(axis=0)
    table[:, 2] = table[:, :2].sum(axis=1)
    margin = np.zeros(table.shape, bool)
    margin[9:], margin[:, 2] = True, True
    values = table.ravel()
    problem = count_problem(
        values,
        crossed((13, 3), [sums, [(2, (0, 1))]]),
        people=values,
        largest=np.minimum(values, 1),
        margin=margin.ravel(),
        k=10,
    )
    done = suppress(problem)
    assert not done.unprotected
    assert not done.withheld[margin.ravel()].any()
    judged_safe(problem, done.withheld)
