"""A model as it may be published: its coefficients, how sure they are, and how many people stand behind; nothing of a person."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbench.disclosure.modelling.model_layouts import ModelLayout
from workbench.disclosure.tabulating.layouts import entry
from workbench.errors import UsageError, unknown

PARTS = ("estimate", "se", "low", "high", "statistic", "ratio")
"""What is said of a term: the coefficient, its standard error, the bounds of its 95 % interval, the coefficient over its
error, and for poisson and logit by what factor the rate or the odds change."""

SIGNIFICANT_DIGITS = 4
"""Digits of each published number: more than an error of estimation supports, too few to compute single rows from."""

ERRORS = ("plain", "clustered")


@dataclass(frozen=True)
class Term:
    """One coefficient.

    Parameters
    ----------
    name : str
        ``rain``, ``season[DJF]``, ``rain:season[DJF]`` or ``intercept``.
    labels : mapping of str to str
        By language.
    numbers : mapping of str to float
        Of :data:`PARTS`; ``ratio`` only where it means something.
    """

    name: str
    labels: Mapping[str, str]
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class FittedModel:
    """A model as it may be published.

    Parameters
    ----------
    layout : ModelLayout
    terms : tuple of Term
    observations : int
        Rows, rounded as the policy says.
    contributors : int or None
        People, rounded alike; None where the rows are not about people.
    degrees_of_freedom : int
        Rows, as published, less coefficients.
    rounded_to : int or None
    errors : {"plain", "clustered"}
        ``clustered`` where a person has several rows, which are not independent of each other.
    fit : mapping of str to float
        ``r2``, or ``deviance`` and ``null_deviance``.

    Examples
    --------
    >>> layout = ModelLayout("y ~ x", "ols", False, {"y": {"en": "Y"}, "x": {"en": "X"}})
    >>> term = Term("x", {"en": "X"}, dict.fromkeys(PARTS[:5], 2.0))
    >>> model = FittedModel(layout, (term,), 40, None, 38, None, "plain", {"r2": 0.5})
    >>> model.number("x", "estimate"), FittedModel.from_record(model.as_record()) == model
    (2.0, True)
    """

    layout: ModelLayout
    terms: tuple[Term, ...]
    observations: int
    contributors: int | None
    degrees_of_freedom: int
    rounded_to: int | None
    errors: str
    fit: Mapping[str, float]

    def number(self, term: str, part: str) -> float:
        """Return one published number.

        Parameters
        ----------
        term : str
        part : str
            One of :data:`PARTS`.

        Returns
        -------
        float

        Raises
        ------
        UsageError
            With did-you-mean.
        """
        for one in self.terms:
            if one.name == term:
                if part not in one.numbers:
                    raise unknown("part of a coefficient", str(part)[:60], one.numbers)
                return one.numbers[part]
        raise unknown("term", str(term)[:60], [one.name for one in self.terms])

    def moved(self) -> FittedModel:
        """Return a model with other numbers: whether a finding hangs on a coefficient shows where it is moved."""
        return replace(
            self,
            terms=tuple(
                replace(term, numbers={part: 1.37 * number + 0.11 * (place + 1) for part, number in term.numbers.items()})
                for place, term in enumerate(self.terms)
            ),
        )

    def as_record(self) -> dict[str, Any]:
        """Return the model as it stands in a result file."""
        return {
            **self.layout.as_record(),
            "terms": [{"term": one.name, "labels": dict(one.labels), **one.numbers} for one in self.terms],
            "observations": self.observations,
            "contributors": self.contributors,
            "degrees_of_freedom": self.degrees_of_freedom,
            "rounded_to": self.rounded_to,
            "errors": self.errors,
            "fit": dict(self.fit),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> FittedModel:
        """Read a model from a result file.

        Raises
        ------
        UsageError
            Where the record is none of a model.
        """
        where = "model"
        errors = entry(record, "errors", str, where=where)
        if errors not in ERRORS:
            raise unknown("errors", errors[:60], ERRORS)
        return cls(
            layout=ModelLayout.from_record(record),
            terms=tuple(_term(one) for one in entry(record, "terms", list, where=where)),
            observations=entry(record, "observations", int, where=where),
            contributors=entry(record, "contributors", (int, type(None)), where=where),
            degrees_of_freedom=entry(record, "degrees_of_freedom", int, where=where),
            rounded_to=entry(record, "rounded_to", (int, type(None)), where=where),
            errors=errors,
            fit={name: _finite(value, name) for name, value in entry(record, "fit", dict, where=where).items()},
        )


def significant(number: float) -> float:
    """Return a number in as many digits as are published.

    Parameters
    ----------
    number : float

    Returns
    -------
    float

    Examples
    --------
    >>> significant(1234.567), significant(-0.000123456)
    (1235.0, -0.0001235)
    """
    return float(f"{number:.{SIGNIFICANT_DIGITS}g}") + 0.0


def decimals_of(number: float) -> int:
    """Return how many decimals a published number is written with, at most nine.

    Parameters
    ----------
    number : float

    Returns
    -------
    int

    Examples
    --------
    >>> decimals_of(1235.0), decimals_of(0.1235), decimals_of(-12.35), decimals_of(0.0)
    (0, 4, 2, 0)
    """
    if number == 0:
        return 0
    return min(max(SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(abs(number))), 0), 9)


def model_differences(released: FittedModel, found: FittedModel, *, rtol: float) -> list[str]:
    """Name what differs between a released model and one fitted again.

    Parameters
    ----------
    released, found : FittedModel
    rtol : float
        Relative tolerance of what is no count; a difference of one in the last published digit is none either.

    Returns
    -------
    list of str
        Empty where the model was reproduced.

    Examples
    --------
    >>> layout = ModelLayout("y ~ x", "ols", False, {"y": {"en": "Y"}, "x": {"en": "X"}})
    >>> one, two = (
    ...     FittedModel(layout, (Term("x", {"en": "X"}, {"estimate": n}),), 40, None, 38, None, "plain", {}) for n in (2.0, 3.0)
    ... )
    >>> model_differences(one, one, rtol=1e-6), model_differences(one, two, rtol=1e-6)
    ([], ['x, estimate: was 2, is 3'])
    """
    if released.layout.as_record() != found.layout.as_record() or released.errors != found.errors:
        return ["the model is another one"]
    problems = [
        f"{what}: was {getattr(released, what)}, is {getattr(found, what)}"
        for what in ("observations", "contributors", "degrees_of_freedom", "rounded_to")
        if getattr(released, what) != getattr(found, what)
    ]
    was = {(one.name, part): number for one in released.terms for part, number in one.numbers.items()}
    now = {(one.name, part): number for one in found.terms for part, number in one.numbers.items()}
    was |= {("fit", name): number for name, number in released.fit.items()}
    now |= {("fit", name): number for name, number in found.fit.items()}
    if was.keys() != now.keys():
        return [*problems, "its terms are others"]
    for (name, part), number in was.items():
        other = now[name, part]
        last = 1.000001 * 10.0 ** -decimals_of(number) if number and abs(number) < 10**SIGNIFICANT_DIGITS else 0.0
        if abs(number - other) > max(last, rtol * max(abs(number), abs(other))):
            problems.append(f"{name}, {part}: was {number:g}, is {other:g}")
    return problems


def _term(record: Any) -> Term:
    name = entry(record, "term", str, where="term")
    labels = entry(record, "labels", dict, where=f"term '{name:.60}'")
    strangers = sorted(set(record) - {"term", "labels", *PARTS})
    if strangers:
        raise unknown("part of a coefficient", strangers[0][:60], PARTS, where=f"term '{name:.60}'")
    return Term(name, labels, {part: _finite(record[part], part) for part in PARTS if part in record})


def _finite(value: Any, name: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise UsageError(f"model: '{name:.60}' is {value!r:.60}, allowed is a finite number")
    return float(value)
