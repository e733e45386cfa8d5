"""Generalising quasi-identifiers until at least k people share each profile: one level for the whole column.

Pure. Every combination of levels is tried on the distinct profiles, losses are compared as exact fractions, ties go
to the lower levels. (Full-domain generalisation with suppression: Samarati 2001, IEEE TKDE 13(6).)
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from workbench.errors import GateRefused, UsageError

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


@dataclass(frozen=True)
class Generalised:
    """What generalisation gave.

    Parameters
    ----------
    columns : dict of str to numpy.ndarray
        The new labels of each quasi-identifier, all rows.
    kept : numpy.ndarray
        Shape (rows,), False where a row is suppressed.
    levels : dict of str to int
    k : int
        The smallest number of people that share a profile.
    classes : int
    ncp : float
        Normalised certainty penalty, mean over quasi-identifiers and rows; a suppressed row counts 1.
    """

    columns: dict[str, np.ndarray]
    kept: np.ndarray
    levels: dict[str, int]
    k: int
    classes: int
    ncp: float


def interval_ladder(name: str, values: pd.Series, domain: tuple[int, int]) -> Ladder:
    """Build the levels of a number: intervals of growing width over its domain.

    Parameters
    ----------
    name : str
    values : pandas.Series
        Numbers, missing allowed; a broken number belongs to the interval of its whole part.
    domain : (int, int)
        Lowest and highest value.

    Returns
    -------
    Ladder

    Raises
    ------
    UsageError
        A value outside the domain.

    Examples
    --------
    >>> ladder = interval_ladder("age", pd.Series([17, 23]), (10, 29))
    >>> [level[7] for level in ladder.labels]
    ['17', '16-17', '15-19', '10-19', '10-29']
    """
    low, high = domain
    numbers = pd.to_numeric(values).astype("Int64")
    outside = numbers[(numbers < low) | (numbers > high)]
    if len(outside):
        raise UsageError(
            f"field '{name}': {int(outside.iloc[0])} is outside its domain {low}-{high}", hint="widen domain in the policy"
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
    codes = (numbers - low).fillna(len(leaves)).to_numpy(dtype=np.int64)
    return Ladder(name=name, codes=codes, labels=tuple(labels), covered=tuple(covered), leaves=len(leaves))


def hierarchy_ladder(name: str, values: pd.Series, hierarchy: pd.DataFrame) -> Ladder:
    """Build the levels of a category from its hierarchy.

    Parameters
    ----------
    name : str
    values : pandas.Series
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
    codes = index.get_indexer(pd.Index(values.astype("object")))
    absent = (codes < 0) & values.notna().to_numpy()
    if absent.any():
        stranger = values.to_numpy()[int(np.argmax(absent))]
        raise UsageError(f"field '{name}': the hierarchy lacks the value '{stranger}'", hint="add a line for it")
    codes = np.where(codes < 0, len(index), codes).astype(np.int64)
    labels = tuple((*(str(label) for label in hierarchy[level]), MISSING) for level in hierarchy.columns)
    covered = tuple((*(int(n) for n in hierarchy.groupby(level)[level].transform("size")), 1) for level in hierarchy.columns)
    return Ladder(name=name, codes=codes, labels=labels, covered=covered, leaves=len(index))


def generalise(ladders: Sequence[Ladder], people: np.ndarray, *, k: int, suppression: float) -> Generalised:
    """Choose the level of each quasi-identifier that loses least while at least k people share each profile.

    Parameters
    ----------
    ladders : sequence of Ladder
    people : numpy.ndarray
        Shape (rows,): whose row it is, as codes from 0.
    k : int
    suppression : float
        The share of rows that may be left out.

    Returns
    -------
    Generalised

    Raises
    ------
    GateRefused
        No combination of levels reaches k within the limit.
    """
    rows = len(people)
    if not ladders:
        return Generalised(columns={}, kept=np.ones(rows, bool), levels={}, k=len(np.unique(people)), classes=1, ncp=0.0)
    sizes = [len(ladder.labels[0]) for ladder in ladders]
    profile = np.ravel_multi_index([ladder.codes for ladder in ladders], sizes)
    profiles, which, rows_of = np.unique(profile, return_inverse=True, return_counts=True)
    pairs = np.unique(people.astype(np.int64) * len(profiles) + which)
    person, held = pairs // len(profiles), pairs % len(profiles)
    leaf = np.unravel_index(profiles, sizes)
    allowed = Fraction(suppression).limit_denominator(10**6) * rows
    nodes = [[_nodes(ladder.labels[level]) for level in range(len(ladder.labels))] for ladder in ladders]
    best: tuple[Fraction, tuple[int, ...], np.ndarray, int, int] | None = None
    for levels in itertools.product(*(range(len(ladder.labels)) for ladder in ladders)):
        class_of = np.zeros(len(profiles), np.int64)
        for place, level in enumerate(levels):
            codes, count = nodes[place][level]
            class_of = class_of * count + codes[leaf[place]]
        _, class_of = np.unique(class_of, return_inverse=True)
        count = int(class_of.max()) + 1
        shared = np.bincount(np.unique(person * count + class_of[held]) % count, minlength=count)
        kept = shared[class_of] >= k
        left_out = int(rows_of[~kept].sum())
        if left_out > allowed or not kept.any():
            continue
        loss = Fraction(0)
        for place, level in enumerate(levels):
            if ladders[place].leaves > 1:
                cost = np.asarray(ladders[place].covered[level])[leaf[place]] - 1
                loss += Fraction(int((cost * rows_of)[kept].sum()), ladders[place].leaves - 1)
        loss += left_out * len(ladders)
        if best is None or (loss, levels) < (best[0], best[1]):
            best = (loss, levels, kept, int(shared[shared >= k].min()), int((shared >= k).sum()))
    if best is None:
        names = ", ".join(ladder.name for ladder in ladders)
        raise GateRefused(
            f"k = {k} is not reached with at most {suppression:.1%} of rows suppressed, even with {names} fully generalised",
            hint="fewer people than k, or a share of missing values that stands apart: drop a field or raise limits.suppression",
        )
    loss, levels, kept, smallest, classes = best
    columns = {
        ladder.name: np.asarray(ladder.labels[level], dtype=object)[ladder.codes]
        for ladder, level in zip(ladders, levels, strict=True)
    }
    return Generalised(
        columns=columns,
        kept=kept[which],
        levels={ladder.name: level for ladder, level in zip(ladders, levels, strict=True)},
        k=smallest,
        classes=classes,
        ncp=float(loss / (rows * len(ladders))),
    )


def _nodes(labels: Sequence[str]) -> tuple[np.ndarray, int]:
    codes, uniques = pd.factorize(np.asarray(labels, dtype=object))
    return codes.astype(np.int64), len(uniques)


def levels_in_words(levels: Mapping[str, int]) -> str:
    """Say which level each field was generalised to.

    Parameters
    ----------
    levels : mapping of str to int

    Returns
    -------
    str

    Examples
    --------
    >>> levels_in_words({"age": 2, "sex": 0})
    'age to level 2, sex as it is'
    """
    return ", ".join(f"{name} to level {level}" if level else f"{name} as it is" for name, level in levels.items())
