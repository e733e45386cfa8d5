"""Fitting a model outside the kernel: from its rows to what may be published of it, or a refusal that names the term.

Pure: frames in, a model out. Residuals, fitted values and anything else that is a person's never leave this module.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from workbench.disclosure.modelling.model_designs import Design, design_of
from workbench.disclosure.modelling.model_layouts import ModelLayout
from workbench.disclosure.modelling.model_rules import leverage_refusals, refusals
from workbench.disclosure.modelling.models import FittedModel, Term, significant
from workbench.disclosure.rules import Rules, round_to
from workbench.errors import GateRefused, UsageError

CONFIDENCE = 0.95

NO_RULES = Rules()


def fit_model(rows: pd.DataFrame, layout: ModelLayout, *, rules: Rules = NO_RULES) -> FittedModel:
    """Fit a model and keep of it what may be published.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``response``, ``x.<name>`` for each regressor and, for a model about people, ``contributor``.
    layout : ModelLayout
    rules : Rules
        Of the policies of the data behind; they hold for models about people.

    Returns
    -------
    FittedModel

    Raises
    ------
    GateRefused
        A coefficient would tell of too few people; every reason, with its way out.
    UsageError
        Rows that do not fit the layout, a response that the family does not know, or a fit that finds no end.

    Notes
    -----
    Where a contributor has several rows, standard errors are clustered by contributor (Liang and Zeger 1986): the rows of
    one person are not independent.

    Examples
    --------
    >>> layout = ModelLayout("y ~ x", "ols", False, {"y": {"en": "Y"}, "x": {"en": "X"}})
    >>> rows = pd.DataFrame({"response": [1.0, 3.1, 4.9, 7.0], "x.x": [0.0, 1.0, 2.0, 3.0]})
    >>> fit_model(rows, layout).number("x", "estimate")
    1.98
    """
    design = design_of(rows, layout)
    _check_response(design, layout)
    problems = refusals(design, rules=rules)
    if problems:
        raise _refused(problems)
    clustered = len(np.unique(design.person)) < len(design.person)
    fitted = _fit(design, layout, clustered=clustered)
    if layout.family != "ols" and design.people:
        problems = leverage_refusals(design, rules=rules, weights=_working_weights(fitted.mu, layout))
        if problems:
            raise _refused(problems)
    base = rules.round if design.people else None

    def counted(number: int) -> int:
        return number if base is None else round_to(number, base)

    observations = counted(len(design.response))
    bounds = fitted.conf_int(alpha=1 - CONFIDENCE)
    return FittedModel(
        layout=layout,
        terms=tuple(_term(design, fitted, bounds, place, layout) for place in range(len(design.terms))),
        observations=observations,
        contributors=counted(len(np.unique(design.person))) if design.people else None,
        degrees_of_freedom=observations - len(design.terms),
        rounded_to=base,
        errors="clustered" if clustered else "plain",
        fit=(
            {"r2": significant(float(fitted.rsquared))}
            if layout.family == "ols"
            else {"deviance": significant(float(fitted.deviance)), "null_deviance": significant(float(fitted.null_deviance))}
        ),
    )


def _refused(problems: list[str]) -> GateRefused:
    return GateRefused(
        "; ".join(problems), hint="coefficients, unlike residuals, may be published once no term is about few people"
    )


def _check_response(design: Design, layout: ModelLayout) -> None:
    response, name = design.response, layout.read.response
    if layout.family == "logit" and not np.isin(response, (0, 1)).all():
        raise UsageError(
            f"logit: '{name}' holds other values than 0 and 1", hint="make it a truth value, or choose ols or poisson"
        )
    if layout.family == "poisson" and ((response < 0).any() or (response != np.floor(response)).any()):
        raise UsageError(f"poisson: '{name}' holds values that are no counts", hint="count, or choose ols")


def _fit(design: Design, layout: ModelLayout, *, clustered: bool) -> Any:
    """Statsmodels' results; whatever it warns of is a refusal, since a fit that found no end depends on where it stopped."""
    from statsmodels.genmod.families import Binomial, Poisson
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.regression.linear_model import OLS

    covariance = {"cov_type": "cluster", "cov_kwds": {"groups": design.person}} if clustered else {"cov_type": "nonrobust"}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            if layout.family == "ols":
                fitted = OLS(design.response, design.matrix).fit(use_t=True, **covariance)
            else:
                family = Binomial() if layout.family == "logit" else Poisson()
                fitted = GLM(design.response, design.matrix, family=family).fit(wls_method="qr", **covariance)
            numbers = np.concatenate([fitted.params, fitted.bse, np.ravel(fitted.conf_int(alpha=1 - CONFIDENCE))])
    except (Warning, np.linalg.LinAlgError, ArithmeticError, ValueError) as error:
        raise UsageError(
            f"the model cannot be fitted ({type(error).__name__})",
            hint="a term may tell the response exactly: leave it out, or join levels",
        ) from None
    if not np.isfinite(numbers).all() or not getattr(fitted, "converged", True):
        raise UsageError("the model's fit finds no end", hint="scale regressors to similar sizes, or use fewer terms")
    return fitted


def _working_weights(mean: np.ndarray, layout: ModelLayout) -> np.ndarray:
    return np.asarray(mean * (1 - mean) if layout.family == "logit" else mean)


def _term(design: Design, fitted: Any, bounds: np.ndarray, place: int, layout: ModelLayout) -> Term:
    estimate = float(fitted.params[place])
    numbers = {
        "estimate": estimate,
        "se": float(fitted.bse[place]),
        "low": float(bounds[place][0]),
        "high": float(bounds[place][1]),
        "statistic": float(fitted.tvalues[place]),
    }
    if layout.family != "ols":
        numbers["ratio"] = float(np.exp(estimate))
    if not np.isfinite(list(numbers.values())).all():
        raise UsageError("the model's numbers are not finite", hint="a term may tell the response exactly: leave it out")
    return Term(design.terms[place], design.labels[place], {part: significant(value) for part, value in numbers.items()})
