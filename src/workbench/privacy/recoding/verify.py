"""What is published is checked anew, by other code than that which made it: nothing leaves that holds less than asked.

Equal labels from different nodes, or from different areas, are one class to a reader. It still holds: people add up (k),
values unite (distinct l), entropy is concave and the distances are convex in the distribution, so that of a union is no
worse than the worst of its parts. This is shown here again by counting, on the labels themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from workbench.errors import GateRefused
from workbench.privacy.recoding.attributes import Attribute, Sensitive
from workbench.privacy.recoding.guarantees import as_fraction, entropy_reaches
from workbench.privacy.recoding.publishing import Published

TOLERANCE = 1e-9
"""Floats nearer to a bound than this are decided by exact arithmetic."""


@dataclass(frozen=True)
class Measured:
    """The guarantees as counted on what is published.

    Parameters
    ----------
    k : int
    l, t : dict of str to float
        By sensitive field.
    """

    k: int
    l: dict[str, float]  # noqa: E741 - the field's own word
    t: dict[str, float]


def verify(
    attributes: Sequence[Attribute], published: Published, *, people: np.ndarray | None, sensitive: Sequence[Sensitive], k: int
) -> Measured:
    """Count k, l and t on the published labels.

    Parameters
    ----------
    attributes : sequence of Attribute
    published : Published
    people : numpy.ndarray or None
        Shape (rows,).
    sensitive : sequence of Sensitive
    k : int

    Returns
    -------
    Measured

    Raises
    ------
    GateRefused
        A class holds less than asked. It is a defect of this program, and nothing is published.
    """
    kept = None if published.kept.all() else np.flatnonzero(published.kept)
    joint = np.zeros(len(published.kept) if kept is None else len(kept), np.int64)
    width = 1
    for attribute in attributes:
        column = published.columns[attribute.name]
        index = column.indices.to_numpy(zero_copy_only=False)
        own = len(column.dictionary)
        if width * own >= 2**62:
            joint = pd.factorize(joint)[0].astype(np.int64)
            width = int(joint.max()) + 1
        joint *= own
        joint += (index if kept is None else index[kept]).astype(np.int64, copy=False)
        width *= own
    classes = _dense(joint, width)
    count = int(classes.max()) + 1
    person = None if people is None else pd.factorize(people if kept is None else people[kept])[0].astype(np.int64)
    shared = np.bincount(classes) if person is None else np.bincount(_pairs(classes, person)[0], minlength=count)
    smallest = int(shared.min())
    if smallest < k:
        raise _defect(f"k = {k}", f"a class of {smallest} people")
    if person is not None:
        alike = _fewest_alike(classes, person)
        if alike < k:
            raise _defect(f"k = {k}", f"{alike} people who share all the classes of their rows")
    least, most = {}, {}
    for field in sensitive:
        codes = field.codes if kept is None else field.codes[kept]
        value = np.where(codes < 0, field.size - 1, codes).astype(np.int64)
        table, size = _counts(classes, value, person, field.size)
        of_class, of_value, number = table["class"].to_numpy(), table["value"].to_numpy(), table["n"].to_numpy()
        least[field.name] = _diversity(field, of_class, number, size)
        whole = _counts(np.zeros(len(value), np.int64), value, person, field.size)[0]
        most[field.name] = _closeness(field, of_class, of_value, number, size, whole)
    return Measured(k=smallest, l=least, t=most)


def _dense(joint: np.ndarray, width: int) -> np.ndarray:
    """Classes numbered from 0 without gaps."""
    if width <= max(8 * len(joint), 2**16) and width <= 2**27:
        seen = np.bincount(joint, minlength=width) > 0
        return (np.cumsum(seen) - 1)[joint]
    return pd.factorize(joint)[0].astype(np.int64)


def _pairs(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct pairs."""
    width = int(second.max()) + 1
    found = pd.unique(first * width + second)
    return found // width, found % width


def _fewest_alike(classes: np.ndarray, person: np.ndarray) -> int:
    """The fewest people whose rows show the same set of classes: what is left to hide among when rows are linked."""
    holder, held = _pairs(person, classes)
    order = np.lexsort((held, holder))
    holder, held = holder[order], held[order]
    place = np.arange(len(holder)) - np.searchsorted(holder, holder)
    shown = np.zeros(int(holder.max()) + 1, np.int64)  # grows by one class at a time; 0 is nothing yet
    for turn in range(int(place.max()) + 1):
        now = place == turn
        pair = shown[holder[now]] * (int(held.max()) + 1) + held[now]
        shown[holder[now]] = np.unique(pair, return_inverse=True)[1] + int(shown.max()) + 1
    return int(np.unique(shown, return_counts=True)[1].min())


def _counts(classes: np.ndarray, value: np.ndarray, person: np.ndarray | None, values: int) -> tuple[pd.DataFrame, np.ndarray]:
    """People per class and value, and their sum per class."""
    key = classes.astype(np.int64) * values + value
    if person is not None:
        key = _pairs(key, person)[0]
    found = pd.Series(key).value_counts(sort=False).sort_index()
    table = pd.DataFrame({"class": found.index // values, "value": found.index % values, "n": found.to_numpy()})
    return table, table.groupby("class")["n"].sum().to_numpy()


def _diversity(field: Sensitive, of_class: np.ndarray, number: np.ndarray, size: np.ndarray) -> float:
    """The least l of the classes."""
    if field.l_measure == "distinct":
        found = float(np.bincount(of_class).min())
        if field.l is not None and found < field.l:
            raise _defect(f"l = {field.l:g} of '{field.name}'", f"a class with {found:g} different values")
        return found
    share = number / size[of_class]
    entropy = -np.bincount(of_class, weights=share * np.log(share))
    if field.l is not None:
        for at in np.flatnonzero(entropy < np.log(field.l) + TOLERANCE):
            if not entropy_reaches([int(n) for n in number[of_class == at]], field.l):
                raise _defect(f"entropy l = {field.l:g} of '{field.name}'", f"a class with {np.exp(entropy[at]):.6f}")
    return float(np.exp(entropy.min()))


def _closeness(
    field: Sensitive, of_class: np.ndarray, of_value: np.ndarray, number: np.ndarray, size: np.ndarray, whole: pd.DataFrame
) -> float:
    """The greatest t of the classes."""
    total = int(whole["n"].sum())
    overall = np.zeros(field.size)
    overall[whole["value"].to_numpy()] = whole["n"].to_numpy() / total
    share = number / size[of_class]
    if field.t_distance == "equal":
        distance = np.bincount(of_class, weights=np.maximum(share - overall[of_value], 0))
    else:
        distance = _ordered(of_class, of_value, share, overall)
    if field.t is not None:
        bound = as_fraction(field.t)
        for at in np.flatnonzero(distance > float(bound) - TOLERANCE):
            mine = of_class == at
            if _exact(field, of_value[mine], number[mine], whole) > bound:
                raise _defect(f"t = {float(bound):g} of '{field.name}'", f"a class at a distance of {distance[at]:.6f}")
    return float(distance.max())


def _ordered(of_class: np.ndarray, of_value: np.ndarray, share: np.ndarray, overall: np.ndarray) -> np.ndarray:
    """The ordered distance of each class, a block of classes at a time."""
    values, classes = len(overall), int(of_class.max()) + 1
    if values == 1:
        return np.zeros(classes)
    block = max(1, 2**22 // values)
    found = np.zeros(classes)
    for begin in range(0, classes, block):
        low, high = np.searchsorted(of_class, [begin, begin + block])
        dense = np.zeros((min(block, classes - begin), values))
        dense[of_class[low:high] - begin, of_value[low:high]] = share[low:high]
        found[begin : begin + block] = np.abs(np.cumsum(dense - overall, axis=1)).sum(axis=1) / (values - 1)
    return found


def _exact(field: Sensitive, value: np.ndarray, number: np.ndarray, whole: pd.DataFrame) -> Fraction:
    """The distance of one class as a fraction."""
    size, total = int(number.sum()), int(whole["n"].sum())
    difference = {int(v): -Fraction(int(n), total) for v, n in zip(whole["value"], whole["n"], strict=True)}
    for v, n in zip(value, number, strict=True):
        difference[int(v)] += Fraction(int(n), size)
    if field.t_distance == "equal":
        return sum((abs(d) for d in difference.values()), Fraction(0)) / 2
    cumulated, moved, before = Fraction(0), Fraction(0), 0
    for v in sorted(difference):
        moved += abs(cumulated) * (v - before)
        cumulated, before = cumulated + difference[v], v
    return moved / max(field.size - 1, 1)


def _defect(asked: str, found: str) -> GateRefused:
    """A fault of this program, told before anything leaves it."""
    return GateRefused(f"{asked} does not hold on the recoded rows: {found}", hint="a defect of the workbench; please report it")
