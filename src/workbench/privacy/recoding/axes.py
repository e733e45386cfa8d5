"""One local quasi-identifier as the engine sees it: leaves on a line, what a stretch of them costs, and how it parts.

A stretch is known by its lowest and highest leaf. In a hierarchy it stands for the smallest node around both, found in a
table of the nodes above each leaf that the data use; nodes with a single used child are left out of that table.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.privacy.recoding.trees import ANY, MISSING, Tree


@dataclass(frozen=True, eq=False)
class Axis:
    """One quasi-identifier over the distinct profiles.

    Parameters
    ----------
    tree : Tree
    low, high : numpy.ndarray
        Shape (profiles,), int64: on the line. With intervals the leaf itself, else its place among the used leaves.
    missing : int
        The place of missing values; greater than every other. -1 where there are none.
    path : numpy.ndarray
        Hierarchies only, shape (depths, used leaves): the node above each leaf at each depth, -1 below the leaf's own.
    cost : numpy.ndarray
        Hierarchies only, shape (nodes + 2,): leaves covered - 1; the last two are ``*`` and ``missing``.
    ordinal : numpy.ndarray
        Hierarchies only, shape (nodes + 2,): which child of its parent each node is, from 1.
    """

    tree: Tree
    low: np.ndarray
    high: np.ndarray
    missing: int
    path: np.ndarray
    cost: np.ndarray
    ordinal: np.ndarray

    @property
    def hulls(self) -> bool:
        """Whether any person's rows differ."""
        return bool((self.low != self.high).any())

    def depth_of(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Return the depth of the smallest node around each stretch (hierarchies)."""
        depth = np.full(len(low), -1, np.int64)
        for row in self.path:
            depth += (row[low] == row[high]) & (row[low] >= 0)
        return depth

    def cost_of(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Return leaves covered - 1 of the smallest label around each stretch."""
        if not self.tree.intervals:
            return self.cost[self.path[self.depth_of(low, high), low]]
        if self.missing < 0:
            return high - low
        mixed = (high == self.missing) & (low < self.missing)
        return np.where(mixed, self.tree.span, high - low)

    def label_of(self, low: int, high: int) -> str:
        """Return the smallest label around a stretch."""
        if not self.tree.intervals:
            node = int(self.path[self.depth_of(np.array([low]), np.array([high]))[0], low])
            return (*self.tree.labels, ANY, MISSING)[node] if node >= len(self.tree.labels) else self.tree.labels[node]
        if high == self.missing:
            return MISSING if low == high else ANY
        start = int(self.tree.low or 0)
        return str(start + low) if low == high else f"{start + low}-{start + high}"


def axis_of(tree: Tree, low: np.ndarray, high: np.ndarray) -> Axis:
    """Lay a quasi-identifier out.

    Parameters
    ----------
    tree : Tree
    low, high : numpy.ndarray
        Shape (profiles,): leaves, the number of leaves where missing.

    Returns
    -------
    Axis
    """
    absent = tree.leaves if len(high) and int(high.max()) == tree.leaves else -1
    if tree.intervals:
        nothing = np.empty(0, np.int64)
        return Axis(tree, low.astype(np.int64), high.astype(np.int64), absent, np.empty((0, 0), np.int64), nothing, nothing)
    used, places = np.unique(np.concatenate([low, high]), return_inverse=True)
    path = _path(tree, used[used < tree.leaves])
    any_node, missing_node = len(tree.first), len(tree.first) + 1
    if absent >= 0:
        above = np.full((1, len(used)), any_node)
        column = np.full((max(len(path), 1), 1), -1)
        column[0] = missing_node
        if not path.size:
            path = np.empty((1, 0), np.int64)
        path = np.hstack([path, column])
        path = np.vstack([above, path]) if len(used) > 1 else path
    cost = np.append(tree.last.astype(np.int64) - tree.first, [tree.span, 0])
    ordinal = np.zeros(len(cost), np.int64)
    for depth in range(1, len(path)):
        nodes, parents = path[depth], path[depth - 1]
        new = np.append(True, nodes[1:] != nodes[:-1]) & (nodes >= 0)
        first, own = nodes[new], parents[new]
        begin = np.append(True, own[1:] != own[:-1])
        starts = np.flatnonzero(begin)
        ordinal[first] = np.arange(len(first)) - np.repeat(starts, np.diff(np.append(starts, len(first)))) + 1
    return Axis(
        tree=tree,
        low=places[: len(low)].astype(np.int64),
        high=places[len(low) :].astype(np.int64),
        missing=len(used) - 1 if absent >= 0 else -1,
        path=path,
        cost=cost,
        ordinal=ordinal,
    )


def _path(tree: Tree, used: np.ndarray) -> np.ndarray:
    """The nodes above each used leaf, root first, without nodes whose used leaves are all in one child."""
    depth = np.zeros(len(tree.first), np.int64)
    for node in _by_level(tree):
        depth[node] = np.where(tree.parent[node] < 0, 0, depth[tree.parent[node]] + 1)
    current = finest_nodes(tree, used)
    full = np.full((int(depth.max()) + 1, len(used)), -1, np.int64)
    while len(current) and (current >= 0).any():
        at = np.flatnonzero(current >= 0)
        full[depth[current[at]], at] = current[at]
        current[at] = tree.parent[current[at]]
    keep = full >= 0
    for level in range(len(full) - 1):
        run = np.append(True, full[level][1:] != full[level][:-1])
        below = np.append(True, full[level + 1][1:] != full[level + 1][:-1])
        starts = np.flatnonzero(run)
        children = np.add.reduceat(below.astype(np.int64), starts) if len(starts) else starts
        alone = np.repeat(children == 1, np.diff(np.append(starts, len(used))))
        keep[level] &= ~(alone & (full[level + 1] >= 0))
    place = np.cumsum(keep, axis=0) - 1
    path = np.full((int(keep.sum(axis=0).max()) if len(used) else 0, len(used)), -1, np.int64)
    rows, columns = np.nonzero(keep)
    path[place[rows, columns], columns] = full[rows, columns]
    return path


def finest_nodes(tree: Tree, leaves: np.ndarray) -> np.ndarray:
    """Return the finest node of single leaves.

    Parameters
    ----------
    tree : Tree
        May have far more leaves than nodes: no array of all leaves is made.
    leaves : numpy.ndarray
        Shape (n,), codes of leaves.

    Returns
    -------
    numpy.ndarray
        Shape (n,), int64; the root for a leaf without a node of its own.

    Examples
    --------
    >>> import pandas as pd
    >>> from workbench.privacy.recoding import hierarchy_tree
    >>> tree = hierarchy_tree("sex", pd.DataFrame([["F", "*"], ["M", "*"]]))
    >>> [tree.labels[node] for node in finest_nodes(tree, np.array([1, 0]))]
    ['M', 'F']
    """
    single = np.flatnonzero(tree.first == tree.last)
    single = single[np.argsort(tree.first[single], kind="stable")]  # parents stand before children: the last is the finest
    starts = tree.first[single]
    place = np.searchsorted(starts, leaves, side="right") - 1
    found = place >= 0
    found[found] = starts[place[found]] == np.asarray(leaves)[found]
    nodes = np.zeros(len(leaves), np.int64)
    nodes[found] = single[place[found]]
    return nodes


def _by_level(tree: Tree) -> list[np.ndarray]:
    """Nodes in groups such that every parent is in an earlier group."""
    order = np.argsort(-tree.level.astype(np.int64), kind="stable")
    bounds = np.flatnonzero(np.diff(tree.level[order])) + 1
    return [np.asarray(part) for part in np.split(order, bounds)] if len(order) else []
