"""What the ledger holds of a released table: what it is, what of it is public, and whose rows each cell counts.

A cell is a vector over people: how many of its rows each of them has and, for amounts, how much they bring. The cells that
are withheld are here too, since what is withheld has to stay so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import CheckFailed

if TYPE_CHECKING:
    from workbench.disclosure import Layout, Rules, SafeTable


@dataclass(frozen=True, eq=False, repr=False)
class Vectors:
    """The cells of one table over people, in the order of the table: row after row.

    Parameters
    ----------
    start : numpy.ndarray of int64, shape (cells + 1,)
        Where each cell's people begin and end.
    person : numpy.ndarray of int64, shape (memberships,)
        Lasting ids, ascending within a cell.
    weight : numpy.ndarray of int64, shape (memberships,)
        How many rows of the cell are theirs.
    amount : numpy.ndarray of float64, shape (memberships,), optional
        What they bring to it, where the table is of amounts.

    Raises
    ------
    CheckFailed
        Arrays that do not fit each other.

    Examples
    --------
    >>> vectors = Vectors(np.array([0, 2, 2]), np.array([4, 7]), np.array([1, 3]))
    >>> vectors.cells, vectors.rows.tolist(), vectors.people.tolist()
    (2, [4, 0], [2, 0])
    """

    start: np.ndarray
    person: np.ndarray
    weight: np.ndarray
    amount: np.ndarray | None = None

    def __post_init__(self) -> None:
        size = len(self.person)
        fits = len(self.start) and self.start[0] == 0 and self.start[-1] == size and len(self.weight) == size
        if not fits or (self.amount is not None and len(self.amount) != size) or bool((np.diff(self.start) < 0).any()):
            raise CheckFailed("the vectors of a table do not fit each other")
        inside = np.ones(max(size - 1, 0), bool)
        bounds = self.start[1:-1]
        inside[bounds[(bounds > 0) & (bounds < size)] - 1] = False
        if bool((np.diff(self.person)[inside] <= 0).any()) or bool((np.asarray(self.weight) <= 0).any()):
            raise CheckFailed("the vectors of a table are not in order, or count somebody without a row")

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return len(self.start) - 1

    @property
    def rows(self) -> np.ndarray:
        """The rows of each cell."""
        ends = np.concatenate([[0], np.cumsum(self.weight)])
        return np.asarray(ends[self.start[1:]] - ends[self.start[:-1]])

    @property
    def people(self) -> np.ndarray:
        """The different people of each cell."""
        return np.diff(self.start)


@dataclass(frozen=True)
class Data:
    """One dataset behind a table: which one, its protected rows, their policy, and the field that tells people apart."""

    dataset: str
    sha256: str | None
    policy: str | None
    unit: str | None

    def plain(self) -> dict[str, Any]:
        """Return it as a record holds it."""
        return {"dataset": self.dataset, "sha256": self.sha256, "policy": self.policy, "unit": self.unit}


@dataclass(frozen=True, eq=False)
class NewTable:
    """A table about people that a release publishes.

    Parameters
    ----------
    name, notebook : str
    parameters : mapping
    datasets : mapping of str to Data
        By the name that the notebook asked for.
    safe : SafeTable
        As it is published.
    rules : Rules
        That it obeys.
    vectors : Vectors, optional
        None where it is carried over, or cannot be known.
    carried : str
        The release that it was carried over from, e.g. ``bike-routes/1``.
    unknown : str
        Why its cells cannot be known.
    unknown_cells : tuple of int
        Cells whose published number could not be had again, numbered row after row.
    """

    name: str
    notebook: str
    parameters: Mapping[str, Any]
    datasets: Mapping[str, Data]
    safe: SafeTable
    rules: Rules
    vectors: Vectors | None = None
    carried: str = ""
    unknown: str = ""
    unknown_cells: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if (self.vectors is not None) + bool(self.carried) + bool(self.unknown) != 1:
            raise CheckFailed(f"table '{self.name}': needed are its vectors, where it is carried from, or why it is unknown")
        if self.vectors is not None and self.vectors.cells != self.size:
            raise CheckFailed(f"table '{self.name}': has {self.size} cells, its vectors {self.vectors.cells}")
        if self.vectors is not None:
            self._check_counts(self.vectors)

    @property
    def size(self) -> int:
        """How many cells it has."""
        return self.safe.layout.shape[0] * self.safe.layout.shape[1]

    def _check_counts(self, vectors: Vectors) -> None:
        """Every count that is published is the sum of its vector."""
        if self.safe.layout.statistic != "count" or self.safe.layout.rounded_to:
            return
        rows = vectors.rows.tolist()
        values = [value for line in self.safe.values for value in line]
        wrong = sum(
            value is not None and value != rows[cell] for cell, value in enumerate(values) if cell not in self.unknown_cells
        )
        if wrong:
            raise CheckFailed(f"table '{self.name}': {wrong} published counts are not what its vectors add up to")


@dataclass(frozen=True, eq=False)
class StoredTable:
    """A table of the ledger.

    Parameters
    ----------
    release : str
    entry : int
    name, notebook, parameters, datasets, rules, unknown, unknown_cells
        As in :class:`NewTable`.
    block : dict or None
        Where its vectors lie; None where they are unknown.
    """

    release: str
    entry: int
    name: str
    notebook: str
    parameters: dict[str, Any]
    datasets: dict[str, Data]
    rules: Rules
    unknown: str
    unknown_cells: tuple[int, ...]
    block: dict[str, Any] | None
    _folder: Path = field(repr=False)
    _table: Mapping[str, Any] = field(repr=False)

    @cached_property
    def safe(self) -> SafeTable:
        """The table as it was published; read when it is asked for, since a search asks for few of a thousand."""
        from workbench.disclosure import SafeTable

        return SafeTable.from_record(self._table)

    @property
    def vectors(self) -> Vectors:
        """Its cells over people, mapped from the file."""
        from workbench.releases.ledger.segments import read_block

        if self.block is None:
            raise CheckFailed(f"{self.release}#{self.name}: its cells are unknown ({self.unknown})")
        return read_block(self._folder, self.block).vectors

    @property
    def signature(self) -> np.ndarray:
        """One number a cell, equal for equal vectors: uint64, shape (cells,)."""
        from workbench.releases.ledger.segments import read_signature

        if self.block is None:
            raise CheckFailed(f"{self.release}#{self.name}: its cells are unknown ({self.unknown})")
        return read_signature(self._folder, self.block)

    @cached_property
    def layout(self) -> Layout:
        """Its rows and columns, read without its values."""
        from workbench.disclosure import Layout

        return Layout.from_record(self._table)

    @property
    def size(self) -> int:
        """How many cells it has."""
        return sum(len(line) for line in self._table["state"])

    @property
    def shown(self) -> np.ndarray:
        """Which cells are public: bool, shape (cells,)."""
        return np.array([state == "shown" for line in self._table["state"] for state in line], bool)

    @property
    def units(self) -> frozenset[str]:
        """The fields that tell people apart in the data behind it."""
        return frozenset(data.unit for data in self.datasets.values() if data.unit)


def table_record(table: NewTable, block: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a table as the ledger writes it.

    Parameters
    ----------
    table : NewTable
    block : mapping or None

    Returns
    -------
    dict
    """
    return {
        "name": table.name,
        "notebook": table.notebook,
        "parameters": dict(table.parameters),
        "datasets": {asked: data.plain() for asked, data in table.datasets.items()},
        "table": table.safe.as_record(),
        "rules": table.rules.as_record(),
        "unknown": table.unknown,
        "unknown_cells": list(table.unknown_cells),
        "block": None if block is None else dict(block),
    }


def stored_table(record: Mapping[str, Any], *, release: str, entry: int, folder: Path) -> StoredTable:
    """Return a table from its record.

    Parameters
    ----------
    record : mapping
    release : str
    entry : int
    folder : Path
        Of the entries.

    Returns
    -------
    StoredTable
    """
    from workbench.disclosure import Rules

    return StoredTable(
        release=release,
        entry=entry,
        name=record["name"],
        notebook=record["notebook"],
        parameters=dict(record["parameters"]),
        datasets={asked: Data(**data) for asked, data in record["datasets"].items()},
        rules=Rules.from_record(record["rules"]),
        unknown=record["unknown"],
        unknown_cells=tuple(record["unknown_cells"]),
        block=record["block"],
        _folder=folder,
        _table=record["table"],
    )
