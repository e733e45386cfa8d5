"""The levels of a quasi-identifier, finest first: intervals over a domain, or the nodes of a hierarchy.

A ladder holds the leaf of every row and, per level, the label of every leaf; choosing a level is then indexing.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import UsageError

WIDTH_STEPS = (1, 2, 5)
"""Interval widths are 1, 2, 5, 10, 20, 50 …: bounds that people read easily."""

MISSING = "missing"
"""The category of missing values, kept apart at every level."""


@dataclass(frozen=True)
class Ladder:
    """The levels of one quasi-identifier.

    Parameters
    ----------
    name : str
    codes : numpy.ndarray
        Shape (rows,): each row's leaf.
    labels : tuple of tuple of str
        Per level, one label a leaf; level 0 is the finest.
    covered : tuple of tuple of int
        Per level, how many leaves each leaf's label covers.
    leaves : int
        How many leaves the domain has.
    """

    name: str
    codes: np.ndarray
    labels: tuple[tuple[str, ...], ...]
    covered: tuple[tuple[int, ...], ...]
    leaves: int


def interval_ladder(name: str, values: pd.Series, domain: tuple[int, int]) -> Ladder:
    """Build the levels of a number: intervals of growing width over its domain.

    Parameters
    ----------
    name : str
    values : pandas.Series
        Numbers, missing allowed; a broken number belongs to the interval of the whole number below it.
    domain : (int, int)
        Lowest and highest value.

    Returns
    -------
    Ladder

    Raises
    ------
    UsageError
        A value outside the domain, or no number.

    Examples
    --------
    >>> ladder = interval_ladder("age", pd.Series([17, 23]), (10, 29))
    >>> [level[7] for level in ladder.labels]
    ['17', '16-17', '15-19', '10-19', '10-29']
    """
    low, high = domain
    try:
        numbers = np.floor(pd.to_numeric(values).astype("float64").to_numpy())
    except (TypeError, ValueError) as error:
        raise UsageError(f"field '{name}': not all values are numbers ({error})") from error
    outside = (numbers < low) | (numbers > high)
    if outside.any():
        raise UsageError(
            f"field '{name}': {numbers[outside][0]:g} is outside its domain {low}-{high}", hint="widen domain in the policy"
        )
    leaves = np.arange(low, high + 1)
    widths = [1]
    for power in itertools.count():
        steps = [step * 10**power for step in WIDTH_STEPS if step * 10**power > 1]
        widths += [width for width in steps if width < len(leaves)]
        if steps[-1] >= len(leaves):
            break
    labels, covered = [], []
    for width in [*widths, len(leaves)]:
        whole = width == len(leaves)
        start = np.full(len(leaves), low) if whole else np.maximum(leaves // width * width, low)
        end = np.full(len(leaves), high) if whole else np.minimum(leaves // width * width + width - 1, high)
        pairs = zip(start, end, strict=True)
        labels.append((*(str(a) if a == b else f"{a}-{b}" for a, b in pairs), MISSING))
        covered.append((*(int(b - a + 1) for a, b in zip(start, end, strict=True)), 1))
    codes = np.where(np.isnan(numbers), len(leaves), numbers - low).astype(np.int64)
    return Ladder(name=name, codes=codes, labels=tuple(labels), covered=tuple(covered), leaves=len(leaves))


def hierarchy_ladder(name: str, values: pd.Series, hierarchy: pd.DataFrame) -> Ladder:
    """Build the levels of a category from its hierarchy.

    Parameters
    ----------
    name : str
    values : pandas.Series
        Words, whole numbers or truth values, missing allowed.
    hierarchy : pandas.DataFrame
        Shape (leaves, levels).

    Returns
    -------
    Ladder

    Raises
    ------
    UsageError
        A value that the hierarchy lacks.

    Examples
    --------
    >>> tree = pd.DataFrame([["F", "*"], ["M", "*"]])
    >>> hierarchy_ladder("sex", pd.Series(["M", None]), tree).labels
    (('F', 'M', 'missing'), ('*', '*', 'missing'))
    """
    index = pd.Index(hierarchy[0])
    found, uniques = pd.factorize(values)
    words = [_word(value) for value in uniques]
    places = index.get_indexer(pd.Index(words, dtype=object))
    if (places < 0).any():
        stranger = words[int(np.argmax(places < 0))]
        raise UsageError(f"field '{name}': the hierarchy lacks the value '{stranger}'", hint="add a line for it")
    codes = np.append(places, len(index))[found].astype(np.int64)  # a missing value is found as -1: the last place
    labels = tuple((*(str(label) for label in hierarchy[level]), MISSING) for level in hierarchy.columns)
    covered = tuple((*(int(n) for n in hierarchy.groupby(level)[level].transform("size")), 1) for level in hierarchy.columns)
    return Ladder(name=name, codes=codes, labels=labels, covered=covered, leaves=len(index))


def _word(value: Any) -> str:
    """A value as it stands in a hierarchy; a column with missing values holds whole numbers as 3.0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
