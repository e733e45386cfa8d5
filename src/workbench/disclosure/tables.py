"""From contributing rows to a publishable table: recomputed cells, and those withheld that tell of too few people.

Pure: frames in, tables out. The rows come from a kernel and are not trusted to be a table already; the cells are
computed here, outside it, and rounded as they will be read.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, Literal

import numpy as np
import pandas as pd

from workbench.disclosure.layouts import Axis, Layout, entry, typed
from workbench.disclosure.rules import Rules, dominated, round_to
from workbench.disclosure.sums import exact_sums
from workbench.errors import UsageError, unknown

State = Literal["shown", "withheld", "empty"]

STATES: tuple[str, ...] = ("shown", "withheld", "empty")

ROW, COLUMN, VALUE, CONTRIBUTOR = "row", "column", "value", "contributor"
"""The columns of a frame of contributing rows."""

NO_RULES = Rules()

_WIDE = Context(prec=400)
"""Wide enough for every float with decimals."""


@dataclass(frozen=True)
class SafeTable:
    """A table as it may be published: values where shown, and why not elsewhere.

    Parameters
    ----------
    layout : Layout
    values : tuple of tuple of (float or int or None)
        None where a cell is withheld or empty.
    states : tuple of tuple of str
        ``shown``, ``withheld`` (it tells of too few people) or ``empty`` (nothing there; a count of nobody is a shown 0).
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
        """Read a table from a result file.

        Raises
        ------
        UsageError
            Where the record is none of a table.
        """
        layout = Layout.from_record(record)
        values = _grid(record, "values", layout)
        states = _grid(record, "state", layout)
        for value, state in zip(itertools.chain(*values), itertools.chain(*states), strict=True):
            number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            if state not in STATES or (state == "shown") != number or not (number or value is None):
                raise UsageError(f"table: a cell of state {state!r:.60} holds {value!r:.60}")
        return cls(layout=layout, values=values, states=states)

    @property
    def withheld(self) -> int:
        """How many cells are withheld."""
        return sum(state == "withheld" for row in self.states for state in row)


def round_half_up(value: float, decimals: int) -> float | int:
    """Round as people do: halves away from zero, on the shortest decimal that names the number.

    Parameters
    ----------
    value : float
        Finite.
    decimals : int

    Returns
    -------
    float or int
        An int where ``decimals`` is 0.

    Raises
    ------
    UsageError
        The value is no finite number.

    Examples
    --------
    >>> round_half_up(19.75, 1), round_half_up(2.5, 0), round_half_up(1.005, 2)
    (19.8, 3, 1.01)
    """
    number = float(value)
    if not math.isfinite(number):
        raise UsageError(f"{number} cannot be rounded")
    exact = Decimal(repr(number)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP, context=_WIDE)
    return int(exact) if decimals == 0 else float(exact) + 0.0


def tabulate(contributions: pd.DataFrame, layout: Layout, *, rules: Rules = NO_RULES) -> SafeTable:
    """Compute a table's cells from its contributing rows and withhold those that tell of too few people.

    Parameters
    ----------
    contributions : pandas.DataFrame
        Columns ``row``, ``column`` (keys of the layout's axes), ``value`` (numbers; not used by a count) and, for a
        table about people, ``contributor``.
    layout : Layout
    rules : Rules
        Of the policies of the data behind; they hold for tables about people.

    Returns
    -------
    SafeTable
        Its layout says to what counts were rounded, whatever the given one says.

    Raises
    ------
    GateRefused
        A rule cannot be judged on these values.
    UsageError
        A column missing, a key outside the axes, two rows in one cell of statistic ``value``, or values that are not
        finite numbers.

    Notes
    -----
    Contributors are counted as different people, not as rows; for every statistic but ``count`` only those whose value
    is known, since the others add nothing behind which somebody could stand. Sums are exact, so that the order of rows
    changes nothing. Dominance and p % look at what each contributor brings to a sum, at the same sums behind a mean or a
    median, and at each contributor's rows in a count. A sum of zeros and ones is a count by another name, and rounded
    like one. A cell of somebody that would be rounded to 0 is withheld: 0 means nobody. Only primary suppression is
    applied: tables with shared margins are not protected against each other.

    Examples
    --------
    >>> axis = Axis("sex", ("F", "M"), {"en": "Sex"}, {"en": ("F", "M")})
    >>> layout = Layout(rows=axis, columns=None, statistic="count", decimals=0, people=True)
    >>> rows = pd.DataFrame({"row": ["F"] * 12 + ["M"] * 3, "column": "", "value": 1.0, "contributor": range(15)})
    >>> tabulate(rows, layout, rules=Rules(min_contributors=10)).values
    ((12,), (None,))
    """
    _check_columns(contributions, layout)
    shape = layout.shape
    size = shape[0] * shape[1]
    cell = _codes(contributions[ROW], layout.rows) * shape[1]
    if layout.columns is not None:
        cell = cell + _codes(contributions[COLUMN], layout.columns)
    measured = np.ones(len(contributions), bool)
    amounts = np.ones(len(contributions))
    numbers: np.ndarray = np.bincount(cell, minlength=size).astype(float)
    if layout.statistic != "count":
        amounts = _amounts(contributions[VALUE])
        measured = ~np.isnan(amounts)
        cell, amounts = cell[measured], amounts[measured]
        with np.errstate(over="ignore"):  # an infinite sum is refused in words
            numbers = _statistic(cell, amounts, layout)
    base = None
    people, unsafe = np.zeros(size, np.int64), np.zeros(size, bool)
    if layout.people:
        person = _people(contributions[CONTRIBUTOR][measured])
        people = _distinct(cell, person, size)
        unsafe = (people > 0) & (people < rules.min_contributors)
        unsafe |= dominated(cell, person, amounts, size=size, rules=rules)
        counted = layout.statistic == "count" or (layout.statistic == "sum" and bool(np.isin(amounts, (0, 1)).all()))
        base = rules.round if counted else None
    values: list[float | int | None] = []
    states: list[State] = []
    for number, withheld in zip(numbers.tolist(), unsafe.tolist(), strict=True):
        published = number if base is None or math.isnan(number) else round_to(int(number), base)
        if withheld or (published == 0 and number > 0):
            values.append(None)
            states.append("withheld")
        elif math.isnan(number):
            values.append(None)
            states.append("empty")
        else:
            values.append(round_half_up(published, layout.decimals))
            states.append("shown")
    width = shape[1]
    return SafeTable(
        layout=replace(layout, rounded_to=base),
        values=tuple(tuple(values[row * width : (row + 1) * width]) for row in range(shape[0])),
        states=tuple(tuple(states[row * width : (row + 1) * width]) for row in range(shape[0])),
    )


def _check_columns(contributions: pd.DataFrame, layout: Layout) -> None:
    """Refuse rows that lack what the layout needs."""
    wanted = [ROW]
    wanted += [COLUMN] if layout.columns is not None else []
    wanted += [VALUE] if layout.statistic != "count" else []
    wanted += [CONTRIBUTOR] if layout.people else []
    found = [str(name) for name in contributions.columns]
    for name in wanted:
        if found.count(name) != 1:
            raise UsageError(f"contributing rows: the column '{name}' is needed once, found {', '.join(found) or 'no column'}")
    if layout.people and contributions[CONTRIBUTOR].isna().any():
        raise UsageError("a row of a table about people has no contributor")


def _codes(keys: pd.Series, axis: Axis) -> np.ndarray:
    """Where each row's key stands on an axis."""
    try:
        codes, uniques = pd.factorize(keys)
    except TypeError:
        raise UsageError(f"keys of '{axis.name}': not words, numbers or truth values") from None
    known = {typed(key): place for place, key in enumerate(axis.keys)}
    plain = [key.item() if isinstance(key, np.generic) else key for key in uniques]
    places = np.array([*(known.get(typed(key), -1) for key in plain), -1], dtype=np.int64)[codes]
    if (places < 0).any():
        stranger = keys.iloc[int(np.argmax(places < 0))]
        raise unknown(f"key of '{axis.name}'", str(stranger)[:60], [str(key) for key in axis.keys])
    return places


def _amounts(values: pd.Series) -> np.ndarray:
    """Values as finite floats, NaN where there is none."""
    real = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_complex_dtype(values)
    if len(values) and not real:
        raise UsageError(f"values of a table are numbers, found the type {values.dtype}")
    amounts = values.to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(amounts).any():
        raise UsageError("an infinite value in a table")
    return amounts


def _people(contributors: pd.Series) -> np.ndarray:
    """A number for each contributor."""
    try:
        return pd.factorize(contributors)[0]
    except TypeError:
        raise UsageError("contributors are words or numbers") from None


def _distinct(cell: np.ndarray, person: np.ndarray, size: int) -> np.ndarray:
    """How many different contributors each cell has."""
    known = int(person.max(initial=0)) + 1
    return np.bincount(np.unique(cell * known + person) // known, minlength=size)


def _statistic(cell: np.ndarray, amounts: np.ndarray, layout: Layout) -> np.ndarray:
    """The statistic of each cell, NaN where there is nothing."""
    size = layout.shape[0] * layout.shape[1]
    counts = np.bincount(cell, minlength=size)
    if layout.statistic == "value" and (counts > 1).any():
        place = int(np.argmax(counts > 1))
        row = layout.rows.keys[place // layout.shape[1]]
        raise UsageError(f"statistic 'value': the cell of {layout.rows.name}={row} has {counts[place]} rows, allowed is one")
    result = np.full(size, np.nan)
    if layout.statistic == "median":
        grouped = pd.Series(amounts).groupby(cell).median()
        result[grouped.index.to_numpy(dtype=np.int64)] = grouped.to_numpy()
    else:
        there = counts > 0
        result[there] = exact_sums(cell, amounts, size)[there]
        if layout.statistic == "mean":
            result[there] /= counts[there]
    if np.isinf(result).any():
        raise UsageError("the values of a table are too large to be added up")
    return result


def _grid(record: Mapping[str, Any], name: str, layout: Layout) -> tuple[tuple[Any, ...], ...]:
    """The cells of a record, as many as the layout says."""
    rows = entry(record, name, list, where="table")
    if len(rows) != layout.shape[0] or any(not isinstance(row, list) or len(row) != layout.shape[1] for row in rows):
        raise UsageError(f"table: '{name}' is not {layout.shape[0]} rows of {layout.shape[1]} cells")
    return tuple(tuple(row) for row in rows)
