"""The error of random two-way tables for rows protected by a policy: which columns there are, and what their labels cover.

The labels are read back through the trees that they were made from; :mod:`workbench.privacy.risk.two_way` does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import UsageError
from workbench.privacy.risk.two_way import TABLES, Cover, two_way_errors

if TYPE_CHECKING:
    from workbench.privacy.policy import Policy
    from workbench.privacy.recoding import Recoded, Tree

RENAMED = frozenset({"pseudonymise", "mask", "displace", "trim"})
"""Treatments after which a value is another one, so that no table is made of it."""

Ranges = tuple[np.ndarray, np.ndarray, np.ndarray]


def tables_error(
    table: Any, policy: Policy, recoded: Recoded, made: Mapping[str, Any], *, seed: int = 0, tables: int = TABLES
) -> dict[str, Any]:
    """Measure the error of random two-way tables of protected rows against the raw ones.

    Parameters
    ----------
    table : pyarrow.Table
        The raw rows.
    policy : Policy
    recoded : Recoded
    made : mapping of str to array
        The published columns.
    seed : int, default 0
    tables : int, default 200

    Returns
    -------
    dict
        As :meth:`~workbench.privacy.risk.two_way.TableErrors.as_record`.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from workbench.privacy import Policy, protect
    >>> age = {"role": "quasi_identifier", "recoding": "interval", "domain": [1, 100]}
    >>> fields = {"age": age, "job": {"role": "insensitive"}}
    >>> policy = Policy.model_validate({"policy": "a", "version": 1, "fields": fields, "guarantee": {"k": 2}})
    >>> rows = pa.table({"age": [40, 17, 18, 41], "job": ["a", "b", "b", "a"]})
    >>> protect(rows, policy, tables=True).report["tables"]["median"]
    0.0
    """
    from workbench.privacy.coding import attributes_of
    from workbench.privacy.fitting import read_hierarchies

    covers = {
        attribute.name: Cover(attribute.codes, attribute.tree.leaves, label_ranges(attribute.tree))
        for attribute in attributes_of(table, policy, read_hierarchies(policy, pinned=False))
        if attribute.name in recoded.columns and attribute.name in made
    }
    kept = []
    for name in made:
        rule = policy.rule(name)
        if name not in covers and name != policy.unit and rule is not None and rule.treatment not in RENAMED:
            kept.append(name)
    return two_way_errors(table, made, covers=covers, columns=kept, seed=seed, tables=tables).as_record()


def label_ranges(tree: Tree) -> Callable[[Sequence[str]], Ranges]:
    """Return what tells the leaves that labels of a tree cover.

    Parameters
    ----------
    tree : Tree

    Returns
    -------
    callable
        As :class:`~workbench.privacy.risk.two_way.Cover` takes it. ``*`` covers every leaf, ``missing`` none.

    Examples
    --------
    >>> from workbench.privacy.recoding import interval_tree
    >>> [part.tolist() for part in label_ranges(interval_tree("age", (10, 29)))(["12-14", "*", "missing", "29"])]
    [[0, 1, 3], [2, 0, 19], [4, 19, 19]]
    """
    from workbench.privacy.recoding.trees import ANY, MISSING

    nodes: dict[str, list[tuple[int, int]]] = {}
    for label, first, last in zip(tree.labels, tree.first.tolist(), tree.last.tolist(), strict=True):
        nodes.setdefault(label, []).append((first, last))
    nodes = {label: _outermost(found) for label, found in nodes.items()}

    def ranges(labels: Sequence[str]) -> Ranges:
        found: list[tuple[int, int, int]] = []
        strange = 0
        for place, label in enumerate(labels):
            if label in nodes:
                found += [(place, first, last) for first, last in nodes[label]]
            elif label == ANY:
                found.append((place, 0, tree.leaves - 1))
            elif label != MISSING:
                inside = _interval(tree, label)
                strange += inside is None
                found += [] if inside is None else [(place, *inside)]
        if strange:
            raise UsageError(f"field '{tree.name}': {strange} of its labels are not of its tree", hint="recode it with this tree")
        columns = np.array(found, np.int64).reshape(-1, 3).T
        return columns[0], columns[1], columns[2]

    return ranges


def _outermost(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Nodes of one label: a chain of only children names one, and nodes of several branches are all meant."""
    kept: list[tuple[int, int]] = []
    for first, last in sorted(set(ranges), key=lambda pair: (pair[0], -pair[1])):
        if not kept or last > kept[-1][1]:
            kept.append((first, last))
    return kept


def _interval(tree: Tree, label: str) -> tuple[int, int] | None:
    """The leaves of a label such as ``17-23`` or ``17``; a sign before a number belongs to it."""
    if tree.low is None:
        return None
    low, dash, high = label[1:].partition("-")
    try:
        first = int(label[:1] + low) - tree.low
        last = int(high) - tree.low if dash else first
    except ValueError:
        return None
    return (first, last) if 0 <= first <= last < tree.leaves else None
