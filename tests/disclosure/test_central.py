"""Lines through a central point: what they prove is never more than cold programs find, and most of it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from workbench.disclosure.suppression.audit import audit, enough, lines_through_the_middle
from workbench.disclosure.suppression.moves import moves_of
from workbench.disclosure.suppression.problems import Problem, two_way


def table(seed: int) -> tuple[Problem, np.ndarray]:
    draw = np.random.default_rng(seed)
    problem = two_way(np.floor(np.exp(draw.normal(2.3, 1, (8, 7)))), k=10)
    more = (draw.random(problem.size) < 0.4) & (problem.values > 0) & np.isfinite(problem.weight)
    return problem, problem.primary | more


def interval(problem: Problem, withheld: np.ndarray, cell: int) -> tuple[float, float]:
    values = problem.values
    bounds = [
        (low, None) if hidden else (value, value)
        for low, value, hidden in zip(problem.lower.tolist(), values.tolist(), withheld.tolist(), strict=True)
    ]
    ends = []
    for sign in (1, -1):
        objective = np.zeros(problem.size)
        objective[cell] = sign
        done = linprog(objective, A_eq=problem.equations, b_eq=np.zeros(problem.equations.shape[0]), bounds=bounds)
        assert done.status in (0, 3)
        ends.append(sign * done.fun if done.status == 0 else -sign * np.inf)
    return ends[0], ends[1]


@pytest.mark.parametrize("seed", [1, 4, 9])
def test_no_line_goes_further_than_a_program(seed: int) -> None:
    problem, withheld = table(seed)
    moves = moves_of(problem, withheld)
    down, up = np.zeros(problem.size), np.zeros(problem.size)
    lines_through_the_middle(problem, moves, moves.free, down=down, up=up, least=1)
    assert (up - down)[moves.free].max() > 1, "lines that go nowhere prove nothing"
    for cell in moves.free.tolist():
        low, high = interval(problem, withheld, cell)
        assert low - 1e-6 <= problem.values[cell] + down[cell]
        assert problem.values[cell] + up[cell] <= high + 1e-6


def test_lines_prove_most_of_what_programs_prove() -> None:
    proven = wanted = 0
    for seed in range(12):
        problem, withheld = table(seed)
        moves = moves_of(problem, withheld)
        down, up = np.zeros(problem.size), np.zeros(problem.size)
        lines_through_the_middle(problem, moves, moves.free, down=down, up=up, least=1)
        good = np.setdiff1d(np.flatnonzero(withheld), audit(problem, withheld, exact=True).bad)
        wanted += len(good)
        proven += int(enough(problem, down, up)[good].sum())
    assert proven >= 0.8 * wanted


def test_few_cells_are_left_to_programs() -> None:
    problem, withheld = table(1)
    moves = moves_of(problem, withheld)
    down, up = np.zeros(problem.size), np.zeros(problem.size)
    lines_through_the_middle(problem, moves, moves.free, down=down, up=up)
    assert not down.any() and not up.any()
