"""What tables of the same rows have in common beyond shared cells: the atoms, one for each combination of all their keys.

Tables whose dimensions run in a circle (A by B, B by C, A by C) tell more together than their common margins do. Over the
atoms they tell exactly what they tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from workbench.disclosure.tabulating.axes import Axis, typed
from workbench.disclosure.tabulating.layouts import Layout
from workbench.errors import UsageError

MAX_ATOMS = 20_000
"""Beyond, tables are linked by the cells that they share alone."""

JOINED = " · "
"""What stands between the parts of a compound key."""

Dimension: TypeAlias = tuple[str, frozenset[tuple[str, object]]]
"""A column's name and its keys."""


@dataclass(frozen=True)
class Crossed:
    """Base cells of a table as combinations of keys of its dimensions.

    Parameters
    ----------
    dimensions : tuple of Dimension
    cells : numpy.ndarray
        Shape (b,): places of the base cells in the table.
    keys : numpy.ndarray
        Shape (b, dimensions), object: each base cell's key of each dimension.
    """

    dimensions: tuple[Dimension, ...]
    cells: np.ndarray
    keys: np.ndarray


def crossed_of(layout: Layout) -> Crossed:
    """Return a table's base cells by its dimensions; a compound axis has one for each of its parts.

    Parameters
    ----------
    layout : Layout

    Returns
    -------
    Crossed
    """
    names, keys = _axis_keys(layout.rows)
    base = np.asarray(layout.rows.base)
    if layout.columns is not None:
        more, others = _axis_keys(layout.columns)
        columns = np.asarray(layout.columns.base)
        cells = (base[:, None] * layout.shape[1] + columns[None, :]).ravel()
        keys = np.concatenate([np.repeat(keys, len(columns), axis=0), np.tile(others, (len(base), 1))], axis=1)
        names += more
    else:
        cells = base * layout.shape[1]
    found = tuple((name, frozenset(keys[:, place].tolist())) for place, name in enumerate(names))
    return Crossed(found, cells, keys)


def _axis_keys(axis: Axis) -> tuple[list[str], np.ndarray]:
    """The names of an axis's dimensions and each base key's key of each."""
    base = [axis.keys[place] for place in np.asarray(axis.base).tolist()]
    split = [str(key).split(JOINED) for key in base]
    if axis.parts and all(len(parts) == len(axis.parts) for parts in split):
        names = list(axis.parts)
        rows = [[typed(part) for part in parts] for parts in split]
    else:
        names = [axis.name]
        rows = [[typed(key)] for key in base]
    keys = np.empty((len(rows), len(names)), dtype=object)
    for at, row in enumerate(rows):
        for place, key in enumerate(row):
            keys[at, place] = key
    return names, keys


def circular(tables: Sequence[frozenset[Dimension]]) -> bool:
    """Tell whether tables tell more together than their common margins: their dimensions run in a circle.

    Parameters
    ----------
    tables : sequence of frozenset
        The dimensions of each.

    Returns
    -------
    bool
        False where they can be taken apart one by one (Graham 1979; Yu and Ozsoyoglu 1979): margins that agree then always
        belong to a common table (Vorobev 1962).

    Examples
    --------
    >>> a, b, c = (("a", frozenset()), ("b", frozenset()), ("c", frozenset()))
    >>> circular([frozenset({a, b}), frozenset({b, c})]), circular([frozenset({a, b}), frozenset({b, c}), frozenset({a, c})])
    (False, True)
    """
    edges = [set(table) for table in tables]
    while True:
        before = [set(edge) for edge in edges]
        for edge in edges:
            edge -= {one for one in edge if sum(one in other for other in edges) == 1}
        kept: list[set[Dimension]] = []
        for place, edge in enumerate(edges):
            inside = any(edge < other for other in edges) or any(edge == other for other in edges[:place])
            if edge and not inside:
                kept.append(edge)
        if kept == before:
            return len(kept) > 1
        edges = kept


def atom_count(dimensions: Iterable[Dimension]) -> float:
    """Return how many combinations of keys dimensions have.

    Parameters
    ----------
    dimensions : iterable of Dimension

    Returns
    -------
    float

    Examples
    --------
    >>> atom_count([("sex", frozenset({("word", "F"), ("word", "M")}))])
    2.0
    """
    return float(np.prod([float(len(keys)) for _, keys in dimensions]))


def memberships(tables: Sequence[Crossed]) -> list[np.ndarray]:
    """Return for each of several tables the base cell of each atom.

    Parameters
    ----------
    tables : sequence of Crossed

    Returns
    -------
    list of numpy.ndarray
        Each of shape (atoms,), the atoms in C order of all dimensions; -1 where a table lacks a combination of keys.
    """
    dimensions = sorted({one for table in tables for one in table.dimensions}, key=lambda one: (one[0], sorted(map(str, one[1]))))
    levels = [sorted(keys, key=str) for _, keys in dimensions]
    shape = [len(keys) for keys in levels]
    rank = [{key: place for place, key in enumerate(keys)} for keys in levels]
    index = np.indices(shape).reshape(len(shape), -1)
    found = []
    for table in tables:
        axes = [dimensions.index(one) for one in table.dimensions]
        part = [shape[axis] for axis in axes]
        codes = [
            np.array([rank[axis][key] for key in table.keys[:, column].tolist()], np.int64) for column, axis in enumerate(axes)
        ]
        cell = np.full(int(np.prod(part)), -1)
        cell[np.ravel_multi_index(codes, part)] = table.cells
        found.append(cell[np.ravel_multi_index([index[axis] for axis in axes], part)])
    return found


def feasible_atoms(cells: Sequence[np.ndarray], values: Sequence[np.ndarray], *, size: int) -> np.ndarray:
    """Return some amounts of atoms, none below 0, that add up to the base cells of every table.

    Parameters
    ----------
    cells : sequence of numpy.ndarray
        For each table the base cell of each atom, shape (size,).
    values : sequence of numpy.ndarray
        For each table the value of each of its cells.
    size : int

    Returns
    -------
    numpy.ndarray
        Shape (size,).

    Raises
    ------
    UsageError
        Where there are none: the tables are not of the same rows.
    """
    import highspy
    from scipy.sparse import csr_matrix, vstack

    from workbench.disclosure.suppression.moves import loaded

    dead = np.zeros(size, bool)
    for place, amounts in zip(cells, values, strict=True):
        dead |= (place < 0) | (amounts[np.maximum(place, 0)] == 0)
    live = np.flatnonzero(~dead)
    blocks, targets = [], []
    for place, amounts in zip(cells, values, strict=True):
        wanted = np.unique(place[place >= 0])
        wanted = wanted[amounts[wanted] != 0]
        row = np.searchsorted(wanted, place[live])
        blocks.append(csr_matrix((np.ones(len(live)), (row, np.arange(len(live)))), shape=(len(wanted), len(live))))
        targets.append(amounts[wanted])
    target = np.concatenate(targets).astype(float)
    scale = max(float(target.max(initial=1)), 1.0) / 1e6
    endless = np.full(len(live), np.inf)
    nothing = np.zeros(len(live))
    found = np.zeros(size)
    model = loaded(vstack(blocks).tocsr(), cost=nothing, low=nothing, high=endless, target=target / scale, primal=False)
    for option, value in (("solver", "ipm"), ("run_crossover", "off")):  # any inner point does
        model.setOptionValue(option, value)
    model.run()
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise UsageError("tables of the same people do not add up to each other", hint="recompute them from the same data")
    found[live] = np.maximum(np.asarray(model.getSolution().col_value), 0) * scale
    return found
