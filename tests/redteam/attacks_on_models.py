"""Attacks on models: a coefficient that is one person's, a person who holds the fit, two models with one person fewer."""

from __future__ import annotations

import numpy as np
import pandas as pd
from red_outcomes import Outcome, attack

from workbench.disclosure import ModelLayout, Rules, fit_model
from workbench.disclosure.comparing.differencing import find_differences
from workbench.disclosure.comparing.group_index import Index
from workbench.disclosure.comparing.groups import Groups
from workbench.disclosure.tabulating.axes import Axis
from workbench.errors import GateRefused
from workbench.releases.models import groups_of_model

K = 10
RULES = Rules(min_contributors=K)
WORDS = {"ko": "가", "en": "a"}


def _rows(seed: int, salt: int) -> tuple[pd.DataFrame, np.random.Generator]:
    """People with an income that hangs on two numbers and a group."""
    draw = np.random.default_rng([51, salt, seed])
    size = int(draw.integers(60, 140))
    rows = pd.DataFrame({"contributor": [f"p{number}" for number in range(size)], "x.age": draw.integers(20, 70, size) * 1.0})
    rows["x.group"] = draw.choice(["a", "b"], size)
    rows["response"] = np.round(100 + 2 * rows["x.age"] + 15 * (rows["x.group"] == "b") + draw.normal(0, 20, size), 1)
    return rows, draw


def _layout(formula: str, numbers: tuple[str, ...], factors: dict[str, tuple[str, ...]]) -> ModelLayout:
    axes = tuple(Axis(name, keys, WORDS, dict.fromkeys(WORDS, keys)) for name, keys in factors.items())
    return ModelLayout(formula, "ols", True, dict.fromkeys(("income", *numbers), WORDS), axes)


def _least_squares(*columns: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Coefficients, the intercept first, as any statistics program gives them."""
    return np.asarray(np.linalg.lstsq(np.column_stack([np.ones(len(response)), *columns]), response, rcond=None)[0])


def _refused(rows: pd.DataFrame, layout: ModelLayout) -> str:
    try:
        fit_model(rows, layout, rules=RULES)
    except GateRefused as error:
        return error.message
    return ""


@attack
def a_dummy_for_one_person(seed: int) -> Outcome:
    """A regressor that is 1 for one person alone: their income is the fitted value plus the coefficient."""
    rows, draw = _rows(seed, 1)
    one = int(draw.integers(len(rows)))
    rows["x.me"] = np.arange(len(rows)) == one
    rows["x.me"] = rows["x.me"].astype(float)
    response = rows["response"].to_numpy(float)
    fit = _least_squares(rows["x.age"], rows["x.me"], response=response)
    told = fit[0] + fit[1] * rows["x.age"][one] + fit[2]
    said = _refused(rows, _layout("income ~ age + me", ("age", "me"), {}))
    return Outcome(bool(abs(told - response[one]) < 0.1), not said, f"income told to {abs(told - response[one]):.2f}; {said}")


@attack
def a_level_of_one_person(seed: int) -> Outcome:
    """The same by a level of a factor, or by a product of two levels that one person alone has."""
    rows, draw = _rows(seed, 2)
    one = int(draw.integers(len(rows)))
    response = rows["response"].to_numpy(float)
    if seed % 2:
        rows["x.group"] = np.where(np.arange(len(rows)) == one, "c", rows["x.group"])
        layout = _layout("income ~ C(group)", (), {"group": ("a", "b", "c")})
        b, c = (rows["x.group"] == key for key in "bc")
        fit = _least_squares(b, c, response=response)
        told = fit[0] + fit[2]
    else:
        home = np.where(rows["x.group"] == "b", "far", draw.choice(["far", "near"], len(rows)))
        rows["x.home"] = home
        rows.loc[one, ["x.group", "x.home"]] = ["b", "near"]
        layout = _layout("income ~ C(group) * C(home)", (), {"group": ("a", "b"), "home": ("far", "near")})
        b, near = rows["x.group"] == "b", rows["x.home"] == "near"
        fit = _least_squares(b, near, b & near, response=response)
        told = fit.sum()
    said = _refused(rows, layout)
    return Outcome(bool(abs(told - response[one]) < 0.1), not said, f"income told to {abs(told - response[one]):.2f}; {said}")


@attack
def the_leverage_of_one_person(seed: int) -> Outcome:
    """One person stands so far out that the line goes through them."""
    rows, draw = _rows(seed, 3)
    one = int(draw.integers(len(rows)))
    rows.loc[one, "x.age"] = float(draw.integers(20_000, 90_000))
    rows.loc[one, "response"] = round(float(draw.uniform(1_000, 90_000)), 1)
    response = rows["response"].to_numpy(float)
    fit = _least_squares(rows["x.age"], response=response)
    told = fit[0] + fit[1] * rows["x.age"][one]
    said = _refused(rows, _layout("income ~ age", ("age",), {}))
    near = abs(told - response[one]) / response[one]
    return Outcome(bool(near < 0.05), not said, f"income told to {100 * near:.2f} %; {said}")


@attack
def two_models_with_one_person_fewer(seed: int) -> Outcome:
    """Means of groups are coefficients: two models whose people differ by one tell that one's income."""
    rows, draw = _rows(seed, 4)
    rows["x.late"] = draw.integers(0, 2, len(rows)).astype(float)
    one = int(draw.choice(np.flatnonzero(rows["x.group"] == "a")))
    rows.loc[one, "x.late"] = 0.0
    fewer = rows.drop(index=one).reset_index(drop=True)
    fits = [_least_squares(each["x.group"] == "b", response=each["response"].to_numpy(float))[0] for each in (rows, fewer)]
    sizes = [int((each["x.group"] == "a").sum()) for each in (rows, fewer)]
    told = fits[0] * sizes[0] - fits[1] * sizes[1]
    truth = float(rows["response"][one])
    wide = _layout("income ~ age + C(group)", ("age",), {"group": ("a", "b")})
    people = {name: number for number, name in enumerate(rows["contributor"])}

    def groups(each: pd.DataFrame) -> Groups:
        """Whom a model tells of."""
        names, found = groups_of_model(each, wide)
        cells: list[dict[int, int]] = [{} for _ in names]
        for cell, contributor, count in found.itertuples(index=False):
            cells[cell][people[contributor]] = int(count)
        return Groups.of(cells)

    alone = [_refused(each, wide) for each in (rows, fewer)]
    if any(alone):
        raise AssertionError(f"a model that is safe alone is refused: {alone}")
    found = find_differences(groups(fewer), Index.of(groups(rows)), k=K)
    words = "refused" if found.refused else "published"
    told_to = abs(told - truth)
    return Outcome(bool(told_to < 0.1), not found.refused, f"income told to {told_to:.3f}; second model: {words}")
