"""What a quasi-identifier may be generalised to: the nodes of a hierarchy, or the closed intervals of a domain.

The leaves are numbered so that every node is a run of them; a class of rows is then known by the lowest and the highest
leaf among its values, whatever the kind of tree, and one splitting engine serves categories, numbers, places and times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

from workbench.errors import UsageError
from workbench.privacy.recoding.encoding import leaf_of_numbers, leaf_of_words

MISSING = "missing"
"""The category of missing values as long as it stands alone."""
ANY = "*"
"""Any value, missing ones included."""


@dataclass(frozen=True, eq=False)
class Tree:
    """The leaves of a quasi-identifier and the labels above them.

    Parameters
    ----------
    name : str
        The field's.
    leaves : int
    low : int, optional
        Intervals only: the number that leaf 0 stands for.
    first, last : numpy.ndarray
        Nodes only, shape (nodes,): the lowest and highest leaf of each node. Parents stand before their children.
    parent : numpy.ndarray
        Nodes only, shape (nodes,): the place of each node's parent, -1 of the root's.
    level : numpy.ndarray
        Nodes only, shape (nodes,): 0 of a leaf, the same for all nodes of a level of the hierarchy.
    labels : sequence of str
        Nodes only, one each.
    words : pandas.Index, optional
        Nodes only: the value that each leaf stands for; without it, values cannot be encoded by :meth:`codes`.

    Examples
    --------
    >>> tree = interval_tree("age", (1, 100))
    >>> tree.leaves, tree.intervals
    (100, True)
    >>> tree.codes(pa.array([1, None, 23])).tolist()
    [0, -1, 22]
    """

    name: str
    leaves: int
    low: int | None = None
    first: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))
    last: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))
    parent: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))
    level: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))
    labels: Sequence[str] = ()
    words: pd.Index | None = None

    @property
    def intervals(self) -> bool:
        """Whether any closed range of leaves is a label."""
        return self.low is not None

    @property
    def span(self) -> int:
        """What a label that covers everything costs: leaves - 1, and at least 1."""
        return max(self.leaves - 1, 1)

    def codes(self, values: pa.Array | pa.ChunkedArray | pd.Series) -> np.ndarray:
        """Return the leaf of each value.

        Parameters
        ----------
        values : pyarrow.Array, pyarrow.ChunkedArray or pandas.Series
            Words, whole numbers or truth values; missing allowed. Dictionary-encoded values are mapped through their
            dictionary.

        Returns
        -------
        numpy.ndarray
            Shape (rows,), int32; -1 of a missing value.

        Raises
        ------
        UsageError
            A value that the hierarchy lacks, that is outside the domain, or no number. The value is not told.
        """
        if self.low is not None:
            return leaf_of_numbers(self.name, values, low=self.low, leaves=self.leaves)
        if self.words is None:
            raise UsageError(f"field '{self.name}': its tree was built with its codes and encodes no other values")
        return leaf_of_words(self.name, values, self.words)


def interval_tree(name: str, domain: tuple[int, int]) -> Tree:
    """Build the tree of a number: every closed interval of whole numbers within its domain.

    Parameters
    ----------
    name : str
    domain : (int, int)
        Lowest and highest value.

    Returns
    -------
    Tree

    Raises
    ------
    UsageError
        The domain ends before it begins, or holds more values than 31 bits count.

    Examples
    --------
    >>> interval_tree("age", (10, 29)).leaves
    20
    """
    low, high = int(domain[0]), int(domain[1])
    if high < low:
        raise UsageError(f"field '{name}': the domain {low}-{high} ends before it begins")
    if high - low >= 2**31 - 2:
        raise UsageError(
            f"field '{name}': the domain {low}-{high} holds more than 2,147,483,646 values", hint="use a coarser unit"
        )
    return Tree(name=name, leaves=high - low + 1, low=low)


def hierarchy_tree(name: str, table: pd.DataFrame) -> Tree:
    """Build the tree of a category from its hierarchy.

    Parameters
    ----------
    name : str
    table : pandas.DataFrame
        Shape (leaves, levels), words: one line a leaf, from the leaf to the root.

    Returns
    -------
    Tree
        Leaves in the order of the lines as far as the nodes allow it: siblings stand together, in the order in which
        they are first named.

    Raises
    ------
    UsageError
        No line, a leaf that stands twice, or more than one root.

    Examples
    --------
    >>> tree = hierarchy_tree("sex", pd.DataFrame([["F", "*"], ["M", "*"]]))
    >>> list(tree.labels), tree.first.tolist(), tree.last.tolist()
    (['*', 'F', 'M'], [0, 0, 1], [1, 0, 1])
    """
    if not len(table):
        raise UsageError(f"field '{name}': its hierarchy is empty")
    levels = [pd.factorize(table[column]) for column in reversed(list(table.columns))]
    if len(levels[0][1]) != 1:
        raise UsageError(f"field '{name}': the last level of its hierarchy holds {len(levels[0][1])} nodes, allowed is one")
    if len(levels[-1][1]) != len(table):
        raise UsageError(f"field '{name}': {len(table) - len(levels[-1][1])} leaves of its hierarchy stand twice")
    order = np.lexsort([codes for codes, _ in reversed(levels)])
    firsts, lasts, parents, depths, labels = [], [], [], [], []
    nodes = 0
    above = np.full(len(order), -1, np.int64)
    for depth, (codes, names) in enumerate(levels):
        sorted_codes = codes[order]
        starts = np.ones(len(order), bool)
        starts[1:] = (sorted_codes[1:] != sorted_codes[:-1]) | (above[1:] != above[:-1])
        first = np.flatnonzero(starts)
        firsts.append(first)
        lasts.append(np.append(first[1:], len(order)) - 1)
        parents.append(above[first])
        depths.append(np.full(len(first), len(levels) - 1 - depth))
        labels.append(np.asarray(names, dtype=object)[sorted_codes[first]])
        above = nodes + np.cumsum(starts) - 1
        nodes += len(first)
    return Tree(
        name=name,
        leaves=len(order),
        first=np.concatenate(firsts).astype(np.int32),
        last=np.concatenate(lasts).astype(np.int32),
        parent=np.concatenate(parents).astype(np.int32),
        level=np.concatenate(depths).astype(np.int32),
        labels=[str(label) for column in labels for label in column],
        words=pd.Index([str(word) for word in table[table.columns[0]].to_numpy()[order]], dtype=object),
    )
