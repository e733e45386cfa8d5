"""From contributing rows to a publishable table: recomputed cells, and those withheld that tell of too few people.

Pure: frames in, tables out. The rows come from a kernel and are not trusted to be a table already; the cells are
computed here, outside it, and rounded as they will be read.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, Literal

import numpy as np
import pandas as pd

from workbench.disclosure.rules import Rules
from workbench.disclosure.tabulating.advice import advice_of, axes_in_words
from workbench.disclosure.tabulating.axes import entry
from workbench.disclosure.tabulating.cells import NO_RULES, Cells, cells_of
from workbench.disclosure.tabulating.layouts import Layout
from workbench.disclosure.tabulating.statistics import rounded_counts
from workbench.errors import GateRefused, UsageError

State = Literal["shown", "withheld", "empty"]

STATES: tuple[str, ...] = ("shown", "withheld", "empty")

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


def published(cells: Cells, withheld: np.ndarray, *, rules: Rules = NO_RULES) -> SafeTable:
    """Write a table as it may be published.

    Parameters
    ----------
    cells : Cells
    withheld : numpy.ndarray
        Shape (size,), bool: primary, complementary and earlier withheld cells alike. What the rules withhold is withheld
        whether or not it stands here.
    rules : Rules

    Returns
    -------
    SafeTable

    Raises
    ------
    UsageError
        The rules round to another base than the cells were computed for.
    """
    layout = cells.layout
    base = layout.rounded_to
    if base is not None and base != rules.round:
        raise UsageError(f"the cells of the table were rounded to {base}, the rules say {rules.round}")
    numbers = cells.numbers
    if base is not None and layout.statistic in ("count", "sum"):
        numbers = np.where(np.isnan(numbers), np.nan, rounded_counts(cells.rows, base))
    hidden = (withheld | cells.unsafe).tolist()
    empty = np.isnan(numbers).tolist()
    whole = layout.decimals == 0 and bool((numbers == np.rint(numbers))[~np.isnan(numbers)].all())
    values: list[float | int | None] = [
        None if away or nothing else int(number) if whole else round_half_up(number, layout.decimals)
        for number, away, nothing in zip(numbers.tolist(), hidden, empty, strict=True)
    ]
    states: list[State] = [
        "withheld" if away else "empty" if nothing else "shown" for away, nothing in zip(hidden, empty, strict=True)
    ]
    height, width = layout.shape
    return SafeTable(
        layout=layout,
        values=tuple(tuple(values[row * width : (row + 1) * width]) for row in range(height)),
        states=tuple(tuple(states[row * width : (row + 1) * width]) for row in range(height)),
    )


def tabulate(
    contributions: pd.DataFrame, layout: Layout, *, rules: Rules = NO_RULES, held: np.ndarray | None = None
) -> SafeTable:
    """Compute a table's cells from its contributing rows and withhold those that tell of too few people, or would help to.

    Parameters
    ----------
    contributions : pandas.DataFrame
        Columns ``row``, ``column`` (base keys of the layout's axes), ``value`` (numbers; not used by a count) and, for a
        table about people, ``contributor``.
    layout : Layout
    rules : Rules
        Of the policies of the data behind; they hold for tables about people.
    held : numpy.ndarray, optional
        Shape (rows * columns,), bool: cells withheld in an earlier release, which stay withheld.

    Returns
    -------
    SafeTable
        Its layout says to what counts were rounded, whatever the given one says.

    Raises
    ------
    GateRefused
        A rule cannot be judged on these values, or a withheld cell cannot be protected.
    UsageError
        A column missing, a key outside the axes, two rows in one cell of statistic ``value``, or values that are not
        finite numbers.

    Notes
    -----
    Contributors are counted as different people, not as rows; for every statistic but ``count`` only those whose value
    is known, since the others add nothing behind which somebody could stand. Sums are exact, so that the order of rows
    changes nothing. Dominance and p % look at what each contributor brings to a sum, at the same sums behind a mean or a
    median, and at each contributor's rows in a count. A sum of zeros and ones is a count by another name, and rounded
    like one. A cell of somebody that would be rounded to 0 is withheld: 0 means nobody. Half as many different people as
    a cell needs stand on each side of a median or quantile. Where the axes have sums, further cells are withheld until
    no withheld one can be told too narrowly from the others (complementary suppression), and every withheld cell is
    audited; tables published elsewhere are not looked at.

    Examples
    --------
    >>> from workbench.disclosure import Axis
    >>> axis = Axis("sex", ("F", "M"), {"en": "Sex"}, {"en": ("F", "M")})
    >>> layout = Layout(rows=axis, columns=None, statistic="count", decimals=0, people=True)
    >>> rows = pd.DataFrame({"row": ["F"] * 12 + ["M"] * 3, "column": "", "value": 1.0, "contributor": range(15)})
    >>> tabulate(rows, layout, rules=Rules(min_contributors=10)).values
    ((12,), (None,))
    """
    cells = cells_of(contributions, layout, rules=rules)
    return published(cells, withheld_of(cells, rules=rules, held=held), rules=rules)


def withheld_of(cells: Cells, *, rules: Rules, held: np.ndarray | None = None) -> np.ndarray:
    """Return which cells of a table are withheld, by the rules and to protect those, looking at this table alone.

    Parameters
    ----------
    cells : Cells
    rules : Rules
    held : numpy.ndarray, optional
        Shape (size,), bool: withheld before.

    Returns
    -------
    numpy.ndarray
        Shape (size,), bool.

    Raises
    ------
    GateRefused
        A withheld cell can be told too narrowly, and nothing is left to withhold for it.
    """
    withheld = cells.unsafe if held is None else cells.unsafe | held
    sums = bool(cells.layout.rows.sums or (cells.layout.columns and cells.layout.columns.sums))
    if not sums or cells.bound is None or not withheld.any():
        return withheld
    from workbench.disclosure.suppression.both import protected_cells

    done = protected_cells(cells, rules=rules, held=held)
    if done.unprotected:
        advice = advice_of(cells, rules)
        raise GateRefused(
            f"the table by {axes_in_words(cells.layout)}: {len(done.unprotected)} of its withheld cells can be told from the "
            "others, and nothing is left to withhold for them",
            hint=advice or "use coarser rows or columns, or leave out the margins",
        )
    return done.withheld


def _grid(record: Mapping[str, Any], name: str, layout: Layout) -> tuple[tuple[Any, ...], ...]:
    """The cells of a record, as many as the layout says."""
    rows = entry(record, name, list, where="table")
    if len(rows) != layout.shape[0] or any(not isinstance(row, list) or len(row) != layout.shape[1] for row in rows):
        raise UsageError(f"table: '{name}' is not {layout.shape[0]} rows of {layout.shape[1]} cells")
    return tuple(tuple(row) for row in rows)
