"""From a model's rows to its design: one column a coefficient, and the groups of rows whose means the model tells."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.disclosure.modelling.model_layouts import MAX_TERMS, ModelLayout
from workbench.disclosure.tabulating.layouts import Axis, typed
from workbench.errors import UsageError, unknown

RESPONSE, REGRESSOR, CONTRIBUTOR = "response", "x.", "contributor"
"""The columns of a model's rows: the response, each regressor behind its mark, and whose row it is."""

INTERCEPT = "intercept"
INTERCEPT_LABELS = {"ko": "절편", "en": "Intercept"}


@dataclass(frozen=True)
class Group:
    """Rows that share the levels of one term: what a coefficient is about, the reference levels included.

    A number that has two values only makes two groups as well.

    Parameters
    ----------
    variables : tuple of str
    levels : tuple of str
    rows : numpy.ndarray
        Shape (rows,), true where a row belongs.
    """

    variables: tuple[str, ...]
    levels: tuple[str, ...]
    rows: np.ndarray

    @property
    def name(self) -> str:
        """Return ``season=DJF`` or ``season=DJF, sex=F``."""
        return ", ".join(f"{variable}={level}" for variable, level in zip(self.variables, self.levels, strict=True))


@dataclass(frozen=True)
class Design:
    """The numbers that a model is fitted to.

    Parameters
    ----------
    terms : tuple of str
        ``intercept``, ``rain``, ``season[DJF]``, ``rain:season[DJF]``.
    labels : tuple of mapping
        Of each term, by language.
    matrix : numpy.ndarray
        Shape (rows, terms).
    response : numpy.ndarray
        Shape (rows,).
    person : numpy.ndarray
        Shape (rows,): a number for each contributor, from 0.
    people : bool
        Whether contributors are people; otherwise every row stands for itself.
    groups : tuple of Group
    """

    terms: tuple[str, ...]
    labels: tuple[Mapping[str, str], ...]
    matrix: np.ndarray
    response: np.ndarray
    person: np.ndarray
    people: bool
    groups: tuple[Group, ...]


def design_of(rows: pd.DataFrame, layout: ModelLayout) -> Design:
    """Build the design of a model, factors coded against their first level.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``response``, ``x.<name>`` for each regressor and, for a model about people, ``contributor``.
    layout : ModelLayout

    Returns
    -------
    Design

    Raises
    ------
    UsageError
        A column missing, a missing or infinite value, a level outside its factor, or too many coefficients.

    Examples
    --------
    >>> layout = ModelLayout("y ~ x", "ols", False, {"y": {"en": "Y"}, "x": {"en": "X"}})
    >>> design_of(pd.DataFrame({"response": [1.0, 2.0], "x.x": [0.0, 3.0]}), layout).matrix.tolist()
    [[1.0, 0.0], [1.0, 3.0]]
    """
    read = layout.read
    wanted = [RESPONSE, *(REGRESSOR + name for name in read.regressors), *([CONTRIBUTOR] if layout.people else [])]
    found = [str(name) for name in rows.columns]
    for name in wanted:
        if found.count(name) != 1:
            raise UsageError(f"rows of a model: the column '{name}' is needed once, found {', '.join(found) or 'no column'}")
    if not len(rows):
        raise UsageError("a model of no rows")
    person = np.arange(len(rows))
    if layout.people:
        person, known = pd.factorize(rows[CONTRIBUTOR])
        if (person < 0).any():
            raise UsageError(f"a row of a model about {len(known)} people has no contributor")
    numbers = {name: _numbers(rows[REGRESSOR + name], name) for name in read.regressors if name not in read.factors}
    codes = {name: _codes(rows[REGRESSOR + name], layout.factor(name)) for name in read.factors}
    parts: dict[str, list[tuple[str, dict[str, str], np.ndarray]]] = {}
    for name in read.regressors:
        title = layout.title(name)
        if name in numbers:
            parts[name] = [(name, dict(title), numbers[name])]
            continue
        axis = layout.factor(name)
        parts[name] = [
            (f"{name}[{key}]", {lang: f"{title[lang]}: {axis.labels[lang][place]}" for lang in title}, codes[name] == place)
            for place, key in enumerate(axis.keys)
            if place
        ]
    width = 1 + sum(int(np.prod([len(parts[name]) for name in term])) for term in read.terms)
    if width > MAX_TERMS:
        raise UsageError(f"a model of {width} coefficients, allowed are {MAX_TERMS}", hint="join levels, or leave terms out")
    terms, labels, columns = [INTERCEPT], [dict(INTERCEPT_LABELS)], [np.ones(len(rows))]
    for term in read.terms:
        for some in itertools.product(*(parts[name] for name in term)):
            terms.append(":".join(word for word, _, _ in some))
            labels.append({lang: " × ".join(said[lang] for _, said, _ in some) for lang in some[0][1]})
            columns.append(np.prod([values.astype(float) for _, _, values in some], axis=0))
    return Design(
        terms=tuple(terms),
        labels=tuple(labels),
        matrix=np.column_stack(columns),
        response=_numbers(rows[RESPONSE], read.response),
        person=person,
        people=layout.people,
        groups=(*_groups(layout, codes), *_halves(numbers)),
    )


def _groups(layout: ModelLayout, codes: Mapping[str, np.ndarray]) -> list[Group]:
    """The rows of each level, and of each combination of levels that some term multiplies."""
    found = []
    shares = dict.fromkeys(tuple(name for name in term if name in codes) for term in layout.read.terms)
    for names in (share for share in shares if share):
        axes = [layout.factor(name) for name in names]
        for places in itertools.product(*(range(len(axis.keys)) for axis in axes)):
            rows = np.logical_and.reduce([codes[name] == place for name, place in zip(names, places, strict=True)])
            levels = tuple(str(axis.keys[place]) for axis, place in zip(axes, places, strict=True))
            found.append(Group(names, levels, rows))
    return found


def _halves(numbers: Mapping[str, np.ndarray]) -> list[Group]:
    """The two groups of each number that has two values only: a factor by another name."""
    found = []
    for name, values in numbers.items():
        different = np.unique(values)
        if len(different) == 2:
            found += [Group((name,), (f"{value:g}",), values == value) for value in different.tolist()]
    return found


def _numbers(values: pd.Series, name: str) -> np.ndarray:
    real = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_complex_dtype(values)
    if not real:
        raise UsageError(f"'{name}' holds no numbers but {values.dtype}", hint=f"write C({name}), or make it a number")
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    if not np.isfinite(numbers).all():
        raise UsageError(f"'{name}' has missing or infinite values", hint="drop those rows, and say so in the note")
    return numbers


def _codes(values: pd.Series, axis: Axis) -> np.ndarray:
    """Which level each row has."""
    codes, uniques = pd.factorize(values)
    if (codes < 0).any():
        raise UsageError(f"'{axis.name}' has missing values", hint="drop those rows or name them, e.g. 'unknown'")
    known = {typed(key): place for place, key in enumerate(axis.keys)}
    places = []
    for key in (key.item() if isinstance(key, np.generic) else key for key in uniques):
        if typed(key) not in known:
            raise unknown(f"level of '{axis.name}'", str(key)[:60], [str(key) for key in axis.keys])
        places.append(known[typed(key)])
    return np.array(places, dtype=np.int64)[codes]
