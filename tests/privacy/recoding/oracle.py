"""The guarantees and the information loss by their definitions, in plain Python, slowly."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from workbench.privacy.recoding import Attribute, Recoded, Sensitive, Tree


def covered(tree: Tree, label: str) -> tuple[set[int], bool]:
    """The leaves that a label stands for, and whether it stands for missing values too."""
    if label == "*" and tree.intervals:
        return set(range(tree.leaves)), True
    if label == "missing":
        return set(), True
    if tree.intervals:
        ends = label.split("-")
        return set(range(int(ends[0]) - tree.low, int(ends[-1]) - tree.low + 1)), False
    place = list(tree.labels).index(label) if label != "*" or "*" in tree.labels else None
    if place is None:
        return set(range(tree.leaves)), True
    return set(range(int(tree.first[place]), int(tree.last[place]) + 1)), label == "*"


def loss(tree: Tree, label: str) -> Fraction:
    """The NCP of one label."""
    if label == "missing":
        return Fraction(0)
    if label == "*":
        return Fraction(1)
    return Fraction(len(covered(tree, label)[0]) - 1, max(tree.leaves - 1, 1))


def labels_of(recoded: Recoded, attributes: Sequence[Attribute]) -> list[tuple[str | None, ...]]:
    """The published labels of each row."""
    columns = [recoded.columns[attribute.name].to_pylist() for attribute in attributes]
    return list(zip(*columns, strict=True)) if columns else [()] * len(recoded.kept)


def faults(
    recoded: Recoded,
    attributes: Sequence[Attribute],
    *,
    k: int,
    people: Sequence[int] | None = None,
    sensitive: Sequence[Sensitive] = (),
) -> list[str]:
    """All that a recoding promises and does not hold."""
    found = []
    rows = len(recoded.kept)
    who = list(range(rows)) if people is None else list(people)
    labels = labels_of(recoded, attributes)
    for row in range(rows):
        if not recoded.kept[row]:
            if any(label is not None for label in labels[row]):
                found.append(f"row {row} is suppressed and has labels")
            continue
        for attribute, label in zip(attributes, labels[row], strict=True):
            leaves, missing = covered(attribute.tree, str(label))
            code = int(attribute.codes[row])
            if not (missing if code < 0 else code in leaves):
                found.append(f"row {row}: {label} of {attribute.name} does not cover {code}")
    members = defaultdict(list)
    for row in range(rows):
        if recoded.kept[row]:
            members[labels[row]].append(row)
    for rows_of_class in members.values():
        if len({who[row] for row in rows_of_class}) < k:
            found.append("a class holds too few people")
        if len({int(recoded.classes[row]) for row in rows_of_class}) != 1:
            found.append("one combination of labels stands in two classes")
    if len({int(recoded.classes[rows_of_class[0]]) for rows_of_class in members.values()}) != len(members):
        found.append("two combinations of labels stand in one class")
    linked = defaultdict(set)
    for row in range(rows):
        linked[who[row]].add(labels[row] if recoded.kept[row] else None)
    alike = Counter(frozenset(shown) for shown in linked.values())
    if any(count < k for shown, count in alike.items() if shown != frozenset([None])):
        found.append("linked rows single somebody out")
    for field in sensitive:
        found += _sensitive_faults(field, members, who, [row for row in range(rows) if recoded.kept[row]])
    return found


def _sensitive_faults(field: Sensitive, members: dict, who: Sequence[int], kept: Sequence[int]) -> list[str]:
    value = [int(code) if code >= 0 else field.size - 1 for code in field.codes]
    whole = Counter(v for _, v in {(who[row], value[row]) for row in kept})
    total = sum(whole.values())
    found = []
    for rows_of_class in members.values():
        counts = Counter(v for _, v in {(who[row], value[row]) for row in rows_of_class})
        size = sum(counts.values())
        if field.l is not None and field.l_measure == "distinct" and len(counts) < field.l:
            found.append("l does not hold")
        if field.l is not None and field.l_measure == "entropy":
            entropy = -sum(n / size * math.log(n / size) for n in counts.values())
            if entropy < math.log(field.l) - 1e-12:
                found.append("entropy l does not hold")
        if field.t is not None:
            gap = [Fraction(counts[v], size) - Fraction(whole[v], total) for v in range(field.size)]
            if field.t_distance == "equal":
                distance = sum(abs(g) for g in gap) / 2
            else:
                distance = sum(abs(sum(gap[: i + 1], Fraction(0))) for i in range(field.size - 1)) / max(field.size - 1, 1)
            if distance > Fraction(str(field.t)):
                found.append("t does not hold")
    return found


def ncp(recoded: Recoded, attributes: Sequence[Attribute]) -> float:
    """The information loss, label by label."""
    total = Fraction(0)
    for row, shown in enumerate(labels_of(recoded, attributes)):
        for attribute, label in zip(attributes, shown, strict=True):
            total += loss(attribute.tree, str(label)) if recoded.kept[row] else 1
    return float(total / (len(recoded.kept) * len(attributes)))


def codes(values: Sequence[int | None]) -> np.ndarray:
    """Codes with -1 for missing."""
    return np.array([-1 if value is None else value for value in values], np.int32)
