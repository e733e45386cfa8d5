"""What follows from published tables, computed by a linear program that knows nothing of the workbench's own.

A reader knows of which unknown groups (atoms) every cell is the sum, that none is negative, and that a withheld cell is no zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from workbench.disclosure import Axis, SafeTable


@dataclass(frozen=True, eq=False)
class PublicCell:
    """A cell of a table as a reader sees it.

    Parameters
    ----------
    atoms : numpy.ndarray
        Shape (atoms,), bool: of which groups it is the sum.
    shown : float or None
        None where it is withheld.
    truth : float
        What the reader does not know.
    people : int
    """

    atoms: np.ndarray
    shown: float | None
    truth: float
    people: int


@dataclass(frozen=True, eq=False)
class Crossed:
    """Rows of people and their atoms: every combination of some columns' values.

    Parameters
    ----------
    frame : pandas.DataFrame
    names : tuple of str
        The columns.
    value : str, optional
        What is summed; else rows are counted.
    """

    frame: pd.DataFrame
    names: tuple[str, ...]
    value: str | None = None

    @property
    def keys(self) -> list[list[str]]:
        """The values of each column."""
        return [sorted(self.frame[name].astype(str).unique()) for name in self.names]

    @property
    def grid(self) -> pd.DataFrame:
        """Each atom's values."""
        return pd.MultiIndex.from_product(self.keys, names=self.names).to_frame(index=False)

    def cells(self, safe: SafeTable, rows: Sequence[str], columns: Sequence[str]) -> Iterator[PublicCell]:
        """Each cell of a published table."""
        grid, own = self.grid, self.frame[list(self.names)].astype(str)
        height, width = safe.layout.shape
        inside = [self._inside(safe.layout.rows, grid, rows), self._inside(safe.layout.columns, grid, columns)]
        there = [self._inside(safe.layout.rows, own, rows), self._inside(safe.layout.columns, own, columns)]
        amounts = np.ones(len(own)) if self.value is None else self.frame[self.value].to_numpy(float)
        for row in range(height):
            for column in range(width):
                here = there[0][row] & there[1][column]
                shown = safe.values[row][column]
                yield PublicCell(
                    inside[0][row] & inside[1][column],
                    None if shown is None else float(shown),
                    float(amounts[here].sum()),
                    int(here.sum()),
                )

    @staticmethod
    def _inside(axis: Axis | None, frame: pd.DataFrame, names: Sequence[str]) -> list[np.ndarray]:
        """For each key of an axis, which lines of a frame belong to it: by its base keys alone."""
        if axis is None:
            return [np.ones(len(frame), bool)]
        parts: dict[object, list[tuple[object, ...]]] = {}
        for total, of in axis.sums:
            parts.setdefault(total, []).append(tuple(of))
        own = frame[list(names)].agg(" · ".join, axis=1).to_numpy() if len(names) > 1 else frame[names[0]].to_numpy()

        def lines(key: object) -> np.ndarray:
            if key not in parts:
                return np.asarray(own == str(key))
            return np.logical_or.reduce([lines(part) for part in parts[key][0]])

        return [lines(key) for key in axis.keys]


def bounds(cells: Sequence[PublicCell], wanted: Sequence[int], *, least: float, known: int | None = None) -> np.ndarray:
    """What each wanted cell is at least and at most, shape (wanted, 2); ``known`` is a withheld cell that the reader knows."""
    sums = np.array([cell.atoms for cell in cells], float)
    fixed = np.array([cell.shown is not None or at == known for at, cell in enumerate(cells)])
    given = np.array([cell.truth if at == known else cell.shown or 0.0 for at, cell in enumerate(cells)])
    equal, of_equal = np.unique(np.column_stack([sums[fixed], given[fixed]]), axis=0), None
    of_equal = equal[:, -1]
    found = []
    for at in wanted:
        ends = []
        for sign in (1.0, -1.0):
            done = linprog(
                sign * sums[at], A_eq=equal[:, :-1], b_eq=of_equal, A_ub=-sums[~fixed], b_ub=np.full(int((~fixed).sum()), -least),
                bounds=(0, None),
            )  # fmt: skip
            if done.status not in (0, 3):
                raise AssertionError(f"the judge's program ends with status {done.status}: {done.message}")
            ends.append(sign * done.fun if done.status == 0 else np.inf)
        found.append(ends)
    return np.array(found).reshape(-1, 2)


def naive(cells: Sequence[PublicCell], *, k: int) -> list[PublicCell]:
    """The same cells with nothing withheld but the small ones."""
    return [PublicCell(one.atoms, None if 0 < one.people < k else one.truth, one.truth, one.people) for one in cells]


def narrow(cells: Sequence[PublicCell], *, k: int) -> tuple[int, int, int]:
    """How many withheld counts there are, how many a reader recovers, and how many to less than ``k`` wide."""
    hidden = [at for at, cell in enumerate(cells) if cell.shown is None]
    if not hidden:
        return 0, 0, 0
    found = bounds(cells, hidden, least=1.0)
    width = found[:, 1] - found[:, 0]
    return len(hidden), int((width < 1 - 1e-6).sum()), int((width < k - 1e-6).sum())
