"""Generalising quasi-identifiers until at least k people share each profile: one level for the whole column.

Pure. Every combination of levels is tried on the distinct profiles, losses are compared as exact fractions, ties go
to the lower levels. (Full-domain generalisation with suppression: Samarati 2001, IEEE TKDE 13(6).)
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from workbench.errors import GateRefused, UsageError
from workbench.privacy.ladders import Ladder

MAX_COMBINATIONS = 20_000
"""Every combination of levels is tried; the policies of the sample have at most 144."""


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
        No combination of levels reaches k within the limit, or there are fewer people than k.
    UsageError
        So many levels that their combinations cannot all be tried.

    Notes
    -----
    People are counted, not rows: of somebody with rows in several profiles, each profile counts one person. A dataset
    without rows is protected as it is.
    """
    rows = len(people)
    if not rows:
        nothing = {ladder.name: np.empty(0, dtype=object) for ladder in ladders}
        return Generalised(nothing, np.empty(0, bool), {ladder.name: 0 for ladder in ladders}, k=0, classes=0, ncp=0.0)
    if len(np.unique(people)) < k:
        raise GateRefused(f"k = {k} is not reached: the data hold {len(np.unique(people))} people", hint="take in more rows")
    if not ladders:
        return Generalised(columns={}, kept=np.ones(rows, bool), levels={}, k=len(np.unique(people)), classes=1, ncp=0.0)
    combinations = math.prod(len(ladder.labels) for ladder in ladders)
    if combinations > MAX_COMBINATIONS:
        raise UsageError(
            f"{combinations:,} combinations of levels of {', '.join(ladder.name for ladder in ladders)}, "
            f"allowed {MAX_COMBINATIONS:,}",
            hint="drop a quasi-identifier, narrow its domain, or use a hierarchy with fewer levels",
        )
    profile = _joint([ladder.codes for ladder in ladders], [len(ladder.labels[0]) for ladder in ladders])
    profiles, first, which, rows_of = np.unique(profile, return_index=True, return_inverse=True, return_counts=True)
    leaf = [ladder.codes[first] for ladder in ladders]
    pairs = np.unique(people.astype(np.int64) * len(profiles) + which)
    person, held = pairs // len(profiles), pairs % len(profiles)
    allowed = Fraction(suppression).limit_denominator(10**6) * rows
    nodes = [[_nodes(labels, at) for labels in ladder.labels] for ladder, at in zip(ladders, leaf, strict=True)]
    costs = [[np.asarray(covered)[at] - 1 for covered in ladder.covered] for ladder, at in zip(ladders, leaf, strict=True)]
    best: tuple[Fraction, tuple[int, ...], np.ndarray, int, int] | None = None
    for levels in itertools.product(*(range(len(ladder.labels)) for ladder in ladders)):
        chosen = [nodes[place][level] for place, level in enumerate(levels)]
        joint = _joint([codes for codes, _ in chosen], [count for _, count in chosen])
        _, class_of = np.unique(joint, return_inverse=True)
        count = int(class_of.max()) + 1
        shared = np.bincount(np.unique(person * count + class_of[held]) % count, minlength=count)
        kept = shared[class_of] >= k
        left_out = int(rows_of[~kept].sum())
        if left_out > allowed or not kept.any():
            continue
        loss = Fraction(0)
        for place, level in enumerate(levels):
            if ladders[place].leaves > 1:
                loss += Fraction(int((costs[place][level] * rows_of)[kept].sum()), ladders[place].leaves - 1)
        loss += left_out * len(ladders)
        if best is None or (loss, levels) < (best[0], best[1]):
            best = (loss, levels, kept, int(shared[shared >= k].min()), int((shared >= k).sum()))
    if best is None:
        names = ", ".join(ladder.name for ladder in ladders)
        raise GateRefused(
            f"k = {k} is not reached with at most {suppression:.1%} of rows suppressed, even with {names} fully generalised",
            hint="a share of missing values may stand apart: drop a field or raise limits.suppression",
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


def _joint(columns: Sequence[np.ndarray], sizes: Sequence[int]) -> np.ndarray:
    """One code for several: equal where all are equal. Made dense before the product of sizes outgrows 63 bits."""
    joint, size = np.zeros(len(columns[0]), np.int64), 1
    for column, own in zip(columns, sizes, strict=True):
        if size * own >= 2**62:
            dense, joint = np.unique(joint, return_inverse=True)
            size = len(dense)
        joint = joint * own + column
        size *= own
    return joint


def _nodes(labels: Sequence[str], leaf: np.ndarray) -> tuple[np.ndarray, int]:
    """The node of each profile at one level, and how many nodes there are."""
    codes, uniques = pd.factorize(np.asarray(labels, dtype=object)[leaf])
    return codes.astype(np.int64), len(uniques)
