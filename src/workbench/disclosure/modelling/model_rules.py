"""What a model's coefficients must not tell: the rules under which they may be published. Pure.

Each refusal names the term and what to join, and never how many people it is about.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.disclosure.modelling.isolation import find_isolated, leverages, rank_of
from workbench.disclosure.modelling.model_designs import INTERCEPT, Design, Group
from workbench.disclosure.rules import Rules, dominated

MIN_DEGREES_OF_FREEDOM = 10
"""Residual degrees of freedom below which a model is refused: the "safe statistics" rule for models of the SDC Handbook
(Griffiths et al. 2019, Handbook on Statistical Disclosure Control for Outputs, regression) and ACRO's ``safe_dof_threshold``.
Counted here in people, and never below the policy's k."""

MAX_LEVERAGE = 0.5
"""A person above it determines their own fitted value more than all others do: "above 0.5 should be avoided" (Huber 1981,
Robust Statistics, section 7.2)."""

SOME_ROWS = 10_000
"""Rows in which most models show that they are not saturated."""

NAMED = 0.3
"""Terms with at least this share of the largest weight are named in a refusal about a combination of them."""

FAR = (
    f"one person's leverage is above {MAX_LEVERAGE:g}, so that the fit follows their response: cap or group the regressors with "
    "outlying values"
)

MANY_VALUES = 2
"""A response of at most so many different values is an attribute, whose groups are counted."""


def refusals(design: Design, *, rules: Rules) -> list[str]:
    """Name what keeps a model from being published.

    Parameters
    ----------
    design : Design
    rules : Rules
        Of the policies of the data behind it.

    Returns
    -------
    list of str
        Empty where it may be; each with its way out.

    Raises
    ------
    GateRefused
        The policy's dominance or p % rule cannot be judged on a response below zero.

    Examples
    --------
    >>> people, one = np.arange(40), np.where(np.arange(40) == 7, 5.0, np.arange(40) == 8)
    >>> design = Design(("intercept", "x"), ({}, {}), np.column_stack([np.ones(40), one]), people * 1.0, people, True, ())
    >>> refusals(design, rules=Rules(min_contributors=10))[0]
    "'x' differs from its commonest value for fewer than 10 people: join values, or leave it out"
    """
    form = list(_of_form(design))
    if not design.people:
        return form
    k = max(rules.min_contributors, 1)
    people = _people(design, np.ones(len(design.person), bool))
    if people < k:
        return [f"it is about fewer than {k} people"]
    found = [*_of_columns(design, k), *_of_groups(design, k, rules), *_of_response(design, k), *form]
    least = max(MIN_DEGREES_OF_FREEDOM, k)
    if people - len(design.terms) < least:
        found.append(
            f"its {len(design.terms)} coefficients leave fewer than {least} residual degrees of freedom, counted in people: "
            "use fewer terms, or join levels"
        )
    if not found and _is_saturated(design):
        found.append(
            "it is saturated: as many coefficients as combinations of its regressors, so it is a table: make one with bench.table"
        )
    return found or list(_of_people(design, k))


def leverage_refusals(design: Design, *, rules: Rules, weights: np.ndarray) -> list[str]:
    """Name people whose weight in a fit that is no least squares keeps it from being published.

    Parameters
    ----------
    design : Design
    rules : Rules
    weights : numpy.ndarray
        Shape (rows,): those of the fit's last step.

    Returns
    -------
    list of str
    """
    scaled = design.matrix * np.sqrt(weights)[:, None]
    alone = rules.min_contributors > 1 and rank_of(scaled) == len(design.terms)
    return [FAR] if alone and (leverages(scaled, design.person) > MAX_LEVERAGE).any() else []


def _of_form(design: Design) -> Iterator[str]:
    """What is no model at all, whatever it is about."""
    empty = [group.name for group in design.groups if not group.rows.any()]
    rank = rank_of(design.matrix)
    if empty:
        yield f"no row has {'; '.join(empty[:3])}: join levels, or leave the product out"
    elif len(design.response) <= len(design.terms):
        yield f"it has as many coefficients as rows, {len(design.terms)}"
    elif rank < len(design.terms):
        yield f"its {len(design.terms)} columns hold only {rank} that stand on their own: leave out those that follow from others"


def _people(design: Design, rows: np.ndarray) -> int:
    return int(np.count_nonzero(np.bincount(design.person[rows])))


def _is_saturated(design: Design) -> bool:
    """Whether there are no more combinations of regressors than coefficients; rows are told apart by one sum of theirs."""
    for rows in (design.matrix[:SOME_ROWS], design.matrix):
        sums = rows @ np.sqrt(np.arange(2.0, 2 + rows.shape[1]))
        if len(np.unique(np.round(sums, 9))) > len(design.terms):
            return False
    return True


def _of_columns(design: Design, k: int) -> Iterator[str]:
    """Columns that are about few people."""
    halves = {group.variables[0] for group in design.groups if len(group.variables) == 1}
    for term, values in zip(design.terms, design.matrix.T, strict=True):
        if term == INTERCEPT or term in halves or all("[" in part for part in term.split(":")):
            continue  # levels, their products and numbers of two values are judged as groups, with what they are compared to
        _, each, counts = np.unique(values, return_inverse=True, return_counts=True)
        commonest = each == int(np.argmax(counts))
        if _people(design, ~commonest) < k:
            yield f"'{term}' differs from its commonest value for fewer than {k} people: join values, or leave it out"
        elif _people(design, values != 0) < k:
            yield f"'{term}' is not zero for fewer than {k} people: join values, or leave it out"


def _of_groups(design: Design, k: int, rules: Rules) -> Iterator[str]:
    """Levels, and combinations of them, that few people make up or a few dominate; the reference levels too."""
    for group in design.groups:
        if not group.rows.any():
            continue
        if _people(design, group.rows) < k:
            yield f"{group.name} has fewer than {k} people: {_join(design, group)}"
        elif _people(design, ~group.rows) < k and sum(other.variables == group.variables for other in design.groups) > 2:
            yield f"all but {group.name} have fewer than {k} people: leave {' × '.join(group.variables)} out"
        elif _dominated(design, group.rows, rules):
            yield f"a few people make up most of the response in {group.name}: {_join(design, group)}"
    if _dominated(design, np.ones(len(design.response), bool), rules):
        yield "a few people make up most of the response"


def _join(design: Design, group: Group) -> str:
    """What to join a level with: the next smallest of its variable; a product is to be left out."""
    if len(group.variables) > 1:
        return f"join levels, or leave {':'.join(group.variables)} out"
    sizes = [
        (_people(design, other.rows), place)
        for place, other in enumerate(design.groups)
        if other.variables == group.variables and other.levels != group.levels
    ]
    if len(sizes) < 2:
        return f"leave {group.variables[0]} out"
    return f"join it with {design.groups[min(sizes)[1]].name}"


def _dominated(design: Design, rows: np.ndarray, rules: Rules) -> bool:
    if not rules.about_magnitudes:
        return False
    cell = np.zeros(int(rows.sum()), np.int64)
    return bool(dominated(cell, design.person[rows], design.response[rows], size=1, rules=rules)[0])


def _of_response(design: Design, k: int) -> Iterator[str]:
    """An attribute that few people of a group have, or that few lack."""
    values = np.unique(design.response)
    if len(values) == 1:
        yield "its response is the same in every row"
    if len(values) > MANY_VALUES:
        return
    everybody = Group(("all",), ("rows",), np.ones(len(design.response), bool))
    for group in (everybody, *design.groups):
        few = any(_people(design, group.rows & (design.response == value)) < k for value in values)
        if few and group.rows.any():
            where = "" if group is everybody else f" in {group.name}"
            yield f"one of the two values of its response{where} is that of fewer than {k} people: join levels, or leave it out"


def _of_people(design: Design, k: int) -> Iterator[str]:
    """People, alone or few together, who determine a coefficient."""
    if k < 2:
        return
    if (leverages(design.matrix, design.person) > MAX_LEVERAGE).any():
        yield FAR
        return
    found = find_isolated(design.matrix, design.person, k=k)
    if found.verdict == "isolated":
        named = [term for term, weight in zip(design.terms, found.weights, strict=True) if weight >= NAMED and term != INTERCEPT]
        yield (
            f"{', '.join(named or design.terms[1:])} together single out fewer than {k} people: leave one of them out, or join "
            "levels and cap outlying values"
        )
    elif found.verdict == "doubt":
        yield (
            f"it cannot be proven that no group of fewer than {k} people determines a coefficient: use fewer terms, more people, "
            "or regressors without outlying values"
        )
