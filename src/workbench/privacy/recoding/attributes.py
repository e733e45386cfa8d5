"""What is recoded and what is guarded: a quasi-identifier with its tree, a sensitive field with its l and t.

Both come as integer codes per row, so that the engine never meets a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from workbench.errors import UsageError
from workbench.privacy.recoding.trees import Tree


@dataclass(frozen=True, eq=False)
class Attribute:
    """A quasi-identifier.

    Parameters
    ----------
    name : str
    tree : Tree
    codes : numpy.ndarray
        Shape (rows,), int32: each row's leaf, -1 where missing.
    dimension : bool, default False
        Whether it gets one coding for the whole column, so that tables and filters work on it.

    Examples
    --------
    >>> from workbench.privacy.recoding import interval_tree
    >>> Attribute("age", interval_tree("age", (0, 9)), np.array([3, -1])).dimension
    False
    """

    name: str
    tree: Tree
    codes: np.ndarray
    dimension: bool = False

    def __post_init__(self) -> None:
        if len(self.codes) and (int(self.codes.max()) >= self.tree.leaves or int(self.codes.min()) < -1):
            raise UsageError(f"field '{self.name}': codes outside -1..{self.tree.leaves - 1}")


@dataclass(frozen=True, eq=False)
class Sensitive:
    """A field whose values must stay diverse within every class.

    Parameters
    ----------
    name : str
    codes : numpy.ndarray
        Shape (rows,): integers from 0, -1 where missing; a missing value counts as a value of its own, the last.
    l : float, optional
        The least number of distinct values in a class; with entropy, of equally frequent values that would be as diverse.
    l_measure : {"distinct", "entropy"}
    t : float, optional
        The greatest distance, between 0 and 1, of a class's distribution from the whole table's.
    t_distance : {"equal", "ordered"}
        ``ordered`` reads the codes as ranks.
    values : sequence of str, optional
        What the codes stand for; its length tells how many there are.

    Examples
    --------
    >>> Sensitive("occupation", np.array([0, 2, -1]), l=2).size
    4
    """

    name: str
    codes: np.ndarray
    l: float | None = None  # noqa: E741 - the field's own word
    l_measure: Literal["distinct", "entropy"] = "distinct"
    t: float | Fraction | None = None
    t_distance: Literal["equal", "ordered"] = "equal"
    values: Sequence[str] | None = None

    def __post_init__(self) -> None:
        problem = ""
        if self.l is not None and self.l < 1:
            problem = f"l = {self.l}, allowed is 1 or more"
        elif self.t is not None and not 0 <= self.t <= 1:
            problem = f"t = {self.t}, allowed is 0 to 1"
        elif self.l_measure not in ("distinct", "entropy"):
            problem = f"measure '{self.l_measure}', allowed are distinct and entropy"
        elif self.t_distance not in ("equal", "ordered"):
            problem = f"distance '{self.t_distance}', allowed are equal and ordered"
        elif len(self.codes) and int(self.codes.min()) < -1:
            problem = "codes below -1"
        if problem:
            raise UsageError(f"sensitive field '{self.name}': {problem}")

    @property
    def size(self) -> int:
        """How many values there are, the missing one included where a row lacks a value."""
        highest = int(self.codes.max()) if len(self.codes) else -1
        missing = bool(len(self.codes)) and int(self.codes.min()) < 0
        return max(highest + 1, len(self.values) if self.values is not None else 0) + missing

    @property
    def guarded(self) -> bool:
        """Whether anything is asked of it."""
        return self.l is not None or self.t is not None
