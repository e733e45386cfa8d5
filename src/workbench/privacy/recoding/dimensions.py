"""One coding for a whole column: the levels that an analysis dimension may take.

Tables and filters need cells that mean the same in every row, so a dimension takes one level of its hierarchy, or one
width of intervals, throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.privacy.recoding.attributes import Attribute
from workbench.privacy.recoding.axes import finest_nodes
from workbench.privacy.recoding.profiles import distinct_rows
from workbench.privacy.recoding.trees import ANY, MISSING, Tree

WIDTH_STEPS = (1, 2, 5)
"""Interval widths are 1, 2, 5, 10, 20, 50 …: bounds that people read easily."""


@dataclass(frozen=True, eq=False)
class Coding:
    """One level of one dimension.

    Parameters
    ----------
    node : numpy.ndarray
        Shape (leaves in use,): the node of each.
    cost : numpy.ndarray
        Shape (leaves in use,): leaves covered - 1 of its label.
    labels : list of str
        Of the nodes.
    """

    node: np.ndarray
    cost: np.ndarray
    labels: list[str]


def codings(tree: Tree, leaves: np.ndarray) -> list[Coding]:
    """Return the levels of a dimension, finest first.

    Parameters
    ----------
    tree : Tree
    leaves : numpy.ndarray
        Shape (leaves in use,): the leaves that the data show; the number of leaves stands for missing.

    Returns
    -------
    list of Coding
        Missing values are a category of their own on every level but an additional last one, where everything is ``*``.

    Examples
    --------
    >>> from workbench.privacy.recoding import interval_tree
    >>> [level.labels for level in codings(interval_tree("age", (10, 29)), np.array([7, 13]))]
    [['17', '23'], ['16-17', '22-23'], ['15-19', '20-24'], ['10-19', '20-29'], ['10-29']]
    """
    absent = leaves == tree.leaves
    present = leaves[~absent]
    found = [_finish(*level, absent) for level in (_widths(tree, present) if tree.intervals else _levels(tree, present))]
    if absent.any() and not absent.all():
        found.append(Coding(np.zeros(len(leaves), np.int64), np.full(len(leaves), tree.span), [ANY]))
    return found


def _widths(tree: Tree, present: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, list[str]]]:
    """Intervals of widths 1, 2, 5 …, aligned to multiples, and the whole domain."""
    low = int(tree.low or 0)
    high = low + tree.leaves - 1
    value = present.astype(np.int64) + low
    widths, power = [], 1
    while power < tree.leaves:
        widths += [step * power for step in WIDTH_STEPS if step * power < tree.leaves]
        power *= 10
    levels = []
    for width in [*widths, 0]:
        start = np.maximum(value // width * width, low) if width else np.full(len(value), low)
        end = np.minimum(value // width * width + width - 1, high) if width else np.full(len(value), high)
        starts, first, node = np.unique(start, return_index=True, return_inverse=True)
        ends = end[first]
        labels = [str(a) if a == b else f"{a}-{b}" for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
        levels.append((node, end - start, labels))
    return levels


def _levels(tree: Tree, present: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, list[str]]]:
    """The nodes of each level of a hierarchy; where a branch skips a level, its next finer node."""
    single = np.flatnonzero(tree.first == tree.last)
    current = finest_nodes(tree, present)
    while len(current):  # the finest level of a chain of equal nodes
        finer = np.zeros(len(tree.first), np.int64) - 1
        finer[tree.parent[single][tree.parent[single] >= 0]] = single[tree.parent[single] >= 0]
        below = np.where(tree.first[current] == tree.last[current], finer[current], -1)
        if (below < 0).all():
            break
        current = np.where(below >= 0, below, current)
    levels = []
    for level in range(int(tree.level.max()) + 1 if len(tree.level) else 1):
        while len(current):
            up = tree.parent[current]
            rise = (up >= 0) & (tree.level[up] <= level)
            if not rise.any():
                break
            current = np.where(rise, up, current)
        nodes, node = np.unique(current, return_inverse=True)
        cost = (tree.last[current].astype(np.int64) - tree.first[current]) if len(current) else np.zeros(0, np.int64)
        levels.append((node, cost, [tree.labels[at] for at in nodes.tolist()]))
    return levels


def _finish(node: np.ndarray, cost: np.ndarray, labels: list[str], absent: np.ndarray) -> Coding:
    """Give missing values their own node."""
    nodes, costs = np.full(len(absent), len(labels), np.int64), np.zeros(len(absent), np.int64)
    nodes[~absent], costs[~absent] = node, cost
    return Coding(nodes, costs, [*labels, MISSING] if absent.any() else labels)


@dataclass(frozen=True, eq=False)
class Column:
    """An analysis dimension over the items that the data show.

    Parameters
    ----------
    attribute : Attribute
    leaves : numpy.ndarray
        Shape (leaves in use,), ascending; the number of leaves stands for missing.
    leaf_of_item : numpy.ndarray
        Shape (items,): places in ``leaves``.
    codings : list of Coding
    """

    attribute: Attribute
    leaves: np.ndarray
    leaf_of_item: np.ndarray
    codings: list[Coding]


def column_of(attribute: Attribute, leaf_of_item: np.ndarray) -> Column:
    """Find the levels of an analysis dimension.

    Parameters
    ----------
    attribute : Attribute
    leaf_of_item : numpy.ndarray
        Shape (items,): leaves.

    Returns
    -------
    Column
    """
    leaves, at = np.unique(leaf_of_item, return_inverse=True)
    return Column(attribute, leaves, at, codings(attribute.tree, leaves))


def cells_of(columns: Sequence[Column], levels: Sequence[int], *, items: int) -> np.ndarray:
    """Return the cell of each item under a combination of levels.

    Parameters
    ----------
    columns : sequence of Column
    levels : sequence of int
    items : int

    Returns
    -------
    numpy.ndarray
        Shape (items,).
    """
    chosen = [(column.codings[level], column.leaf_of_item) for column, level in zip(columns, levels, strict=True)]
    return distinct_rows([coding.node[at] for coding, at in chosen], [len(coding.labels) for coding, _ in chosen], rows=items)[0]
