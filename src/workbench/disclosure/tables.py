"""From contributing rows to a publishable table: recomputed cells, and those with too few contributors withheld.

Pure: frames in, tables out. The rows come from a kernel and are not trusted to be a table already; the cells are
computed here, outside it, and rounded as they will be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

import numpy as np
import pandas as pd

from workbench.errors import UsageError, unknown

Statistic = Literal["count", "sum", "mean", "median", "value"]
State = Literal["shown", "withheld", "empty"]
Key = str | int | float | bool

STATISTICS: tuple[str, ...] = ("count", "sum", "mean", "median", "value")

ROW, COLUMN, VALUE, CONTRIBUTOR = "row", "column", "value", "contributor"
"""The columns of a frame of contributing rows."""

MAX_CELLS = 200_000
"""A table that nobody could read is a mistake; the widest of the sample has a few hundred cells."""


@dataclass(frozen=True)
class Axis:
    """The rows or the columns of a table: a name, a title and a label of each key, in every language.

    Parameters
    ----------
    name : str
        The column that the keys come from.
    keys : tuple
        In the order of the table.
    title : mapping of str to str
        By language.
    labels : mapping of str to tuple of str
        By language, one label a key.

    Examples
    --------
    >>> axis = Axis(name="year", keys=(2020, 2021), title={"ko": "연도", "en": "Year"},
    ...             labels={"ko": ("2020", "2021"), "en": ("2020", "2021")})
    >>> axis.position(2021)
    1
    """

    name: str
    keys: tuple[Key, ...]
    title: Mapping[str, str]
    labels: Mapping[str, tuple[str, ...]]

    def position(self, key: Key) -> int:
        """Return where a key stands.

        Raises
        ------
        UsageError
            With did-you-mean.
        """
        for place, known in enumerate(self.keys):
            if known == key and isinstance(known, str) == isinstance(key, str):
                return place
        raise unknown(f"key of '{self.name}'", str(key), [str(known) for known in self.keys])

    def as_record(self) -> dict[str, Any]:
        """Return the axis as it stands in a result file."""
        return {
            "name": self.name,
            "title": dict(self.title),
            "keys": list(self.keys),
            "labels": {language: list(labels) for language, labels in self.labels.items()},
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Axis:
        """Read an axis from a result file."""
        return cls(
            name=record["name"],
            keys=tuple(record["keys"]),
            title=dict(record["title"]),
            labels={language: tuple(labels) for language, labels in record["labels"].items()},
        )


@dataclass(frozen=True)
class Layout:
    """What a table is to be: its axes, the statistic in its cells, and how it is written.

    ``columns`` is None for a table with one column. ``unit`` is by language. ``people`` says whether the contributors
    are counted as people; without it the rows are not about people.
    """

    rows: Axis
    columns: Axis | None
    statistic: Statistic
    decimals: int
    people: bool
    unit: Mapping[str, str] | None = None

    def as_record(self) -> dict[str, Any]:
        """Return the layout as it stands in a result file."""
        return {
            "rows": self.rows.as_record(),
            "columns": self.columns.as_record() if self.columns else None,
            "statistic": self.statistic,
            "decimals": self.decimals,
            "contributors": "people" if self.people else None,
            "unit": dict(self.unit) if self.unit else None,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Layout:
        """Read a layout from a result file."""
        return cls(
            rows=Axis.from_record(record["rows"]),
            columns=Axis.from_record(record["columns"]) if record["columns"] else None,
            statistic=record["statistic"],
            decimals=record["decimals"],
            people=record["contributors"] == "people",
            unit=record["unit"],
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows.keys), len(self.columns.keys) if self.columns else 1


@dataclass(frozen=True)
class SafeTable:
    """A table as it may be published: values where shown, and why not elsewhere.

    Parameters
    ----------
    layout : Layout
    values : tuple of tuple of (float or int or None)
        None where a cell is withheld or empty.
    states : tuple of tuple of str
        ``shown``, ``withheld`` (too few contributors) or ``empty`` (nothing there; a count of nobody is a shown 0).
    """

    layout: Layout
    values: tuple[tuple[float | int | None, ...], ...]
    states: tuple[tuple[State, ...], ...]

    def as_record(self) -> dict[str, Any]:
        """Return the table as it stands in a result file."""
        return {
            **self.layout.as_record(),
            "values": [list(row) for row in self.values],
            "state": [list(row) for row in self.states],
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> SafeTable:
        """Read a table from a result file."""
        return cls(
            layout=Layout.from_record(record),
            values=tuple(tuple(row) for row in record["values"]),
            states=tuple(tuple(row) for row in record["state"]),
        )

    @property
    def withheld(self) -> int:
        """How many cells are withheld."""
        return sum(state == "withheld" for row in self.states for state in row)


def round_half_up(value: float, decimals: int) -> float | int:
    """Round as people do: halves away from zero, on the shortest decimal that names the number.

    Parameters
    ----------
    value : float
    decimals : int

    Returns
    -------
    float or int
        An int where ``decimals`` is 0.

    Examples
    --------
    >>> round_half_up(19.75, 1), round_half_up(2.5, 0), round_half_up(1.005, 2)
    (19.8, 3, 1.01)
    """
    exact = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return int(exact) if decimals == 0 else float(exact) + 0.0


def tabulate(contributions: pd.DataFrame, layout: Layout, *, min_contributors: int = 0) -> SafeTable:
    """Compute a table's cells from its contributing rows and withhold those with too few contributors.

    Parameters
    ----------
    contributions : pandas.DataFrame
        Columns ``row``, ``column`` (keys of the layout's axes), ``value`` (numbers; not used by a count) and, for a
        table about people, ``contributor``.
    layout : Layout
    min_contributors : int, default 0
        A cell of a table about people with fewer different contributors, but at least one, is withheld.

    Returns
    -------
    SafeTable

    Raises
    ------
    UsageError
        A key outside the axes, two rows in one cell of statistic ``value``, or values that are not finite.

    Notes
    -----
    Contributors are counted as different people, not as rows. Only primary suppression is applied: tables with
    shared margins are not protected against each other.

    Examples
    --------
    >>> axis = Axis("sex", ("F", "M"), {"en": "Sex"}, {"en": ("F", "M")})
    >>> layout = Layout(rows=axis, columns=None, statistic="count", decimals=0, people=True)
    >>> rows = pd.DataFrame({"row": ["F"] * 12 + ["M"] * 3, "column": "", "value": 1.0, "contributor": range(15)})
    >>> tabulate(rows, layout, min_contributors=10).values
    ((12,), (None,))
    """
    shape = layout.shape
    if shape[0] * shape[1] > MAX_CELLS:
        raise UsageError(
            f"a table of {shape[0]} x {shape[1]} cells, allowed {MAX_CELLS:,} in all", hint="use coarser rows or columns"
        )
    row_codes = _codes(contributions[ROW], layout.rows)
    column_codes = _codes(contributions[COLUMN], layout.columns) if layout.columns else np.zeros(len(contributions), np.int64)
    cell = row_codes * shape[1] + column_codes
    size = shape[0] * shape[1]
    people = _distinct(cell, contributions[CONTRIBUTOR], size) if layout.people else np.bincount(cell, minlength=size)
    numbers = _statistic(cell, contributions, layout, size)
    values: list[float | int | None] = []
    states: list[State] = []
    for number, contributors in zip(numbers, people, strict=True):
        if layout.people and 0 < contributors < min_contributors:
            values.append(None)
            states.append("withheld")
        elif np.isnan(number):
            values.append(None)
            states.append("empty")
        else:
            values.append(round_half_up(float(number), layout.decimals))
            states.append("shown")
    width = shape[1]
    return SafeTable(
        layout=layout,
        values=tuple(tuple(values[start : start + width]) for start in range(0, size, width)),
        states=tuple(tuple(states[start : start + width]) for start in range(0, size, width)),
    )


def _codes(keys: pd.Series, axis: Axis) -> np.ndarray:
    """Where each row's key stands on an axis."""
    index = pd.Index(list(axis.keys))
    if not index.is_unique:
        raise UsageError(f"the keys of '{axis.name}' are not all different")
    codes = index.get_indexer(pd.Index(keys))
    if (codes < 0).any():
        stranger = keys.iloc[int(np.argmax(codes < 0))]
        raise unknown(f"key of '{axis.name}'", str(stranger), [str(key) for key in axis.keys])
    return codes.astype(np.int64)


def _distinct(cell: np.ndarray, contributors: pd.Series, size: int) -> np.ndarray:
    """How many different contributors each cell has."""
    if contributors.isna().any():
        raise UsageError("a row of a table about people has no contributor")
    person, _ = pd.factorize(contributors)
    pairs = np.unique(cell * (int(person.max(initial=0)) + 1) + person)
    return np.bincount(pairs // (int(person.max(initial=0)) + 1), minlength=size)


def _statistic(cell: np.ndarray, contributions: pd.DataFrame, layout: Layout, size: int) -> np.ndarray:
    """The statistic of each cell, NaN where there is nothing."""
    counts = np.bincount(cell, minlength=size)
    if layout.statistic == "count":
        return counts.astype(float)
    values = contributions[VALUE].to_numpy(dtype=float)
    present = ~np.isnan(values)
    if np.isinf(values).any():
        raise UsageError("an infinite value in a table")
    cell, values = cell[present], values[present]
    counts = np.bincount(cell, minlength=size)
    if layout.statistic == "value" and (counts > 1).any():
        place = int(np.argmax(counts > 1))
        row = layout.rows.keys[place // layout.shape[1]]
        raise UsageError(f"statistic 'value': the cell of {layout.rows.name}={row} has {counts[place]} rows, allowed is one")
    if layout.statistic == "median":
        grouped = pd.Series(values).groupby(cell).median()
        result = np.full(size, np.nan)
        result[grouped.index.to_numpy(dtype=np.int64)] = grouped.to_numpy()
        return result
    with np.errstate(invalid="ignore"):
        sums = np.bincount(cell, weights=values, minlength=size)
        result = sums / counts if layout.statistic == "mean" else sums
    return np.where(counts == 0, np.nan, result)


def differences(released: SafeTable, found: SafeTable, *, rtol: float) -> list[str]:
    """Name what differs between a released table and one computed again.

    Parameters
    ----------
    released, found : SafeTable
    rtol : float
        Relative tolerance of numbers that are not counts; counts must be equal.

    Returns
    -------
    list of str
        Empty when the table was reproduced.

    Examples
    --------
    >>> axis = Axis("a", (1,), {"en": "A"}, {"en": ("1",)})
    >>> layout = Layout(rows=axis, columns=None, statistic="count", decimals=0, people=False)
    >>> one, two = (SafeTable(layout, ((n,),), (("shown",),)) for n in (1, 2))
    >>> differences(one, one, rtol=1e-6), differences(one, two, rtol=1e-6)
    ([], ['a=1: was 1, is 2'])
    """
    if released.layout.as_record() != found.layout.as_record():
        return ["the table is laid out differently"]
    problems: list[str] = []
    columns: Sequence[Any] = released.layout.columns.keys if released.layout.columns else (None,)
    for place, row in enumerate(released.layout.rows.keys):
        for column_place, column in enumerate(columns):
            was, found_value = released.values[place][column_place], found.values[place][column_place]
            if released.states[place][column_place] == found.states[place][column_place] and _same(
                was, found_value, exact=released.layout.statistic == "count", rtol=rtol
            ):
                continue
            where = f"{released.layout.rows.name}={row}"
            if released.layout.columns:
                where += f", {released.layout.columns.name}={column}"
            problems.append(f"{where}: was {_word(was)}, is {_word(found_value)}")
    return problems


def _same(one: float | int | None, two: float | int | None, *, exact: bool, rtol: float) -> bool:
    if one is None or two is None:
        return one is None and two is None
    if exact:
        return one == two
    return abs(one - two) <= rtol * max(abs(one), abs(two))


def _word(value: float | int | None) -> str:
    return "withheld" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
