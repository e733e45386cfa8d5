"""Numbers that point: a finding's number is an expression over cells of tables, computed again outside the kernel.

An expression is a small JSON list such as ``["div", ["at", "trips", 8, null], ["number", 100]]``.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workbench.disclosure.modelling.models import FittedModel
from workbench.disclosure.tabulating.layouts import Key
from workbench.disclosure.tabulating.tables import SafeTable
from workbench.errors import GateRefused, UsageError, unknown

Expression = list[Any]
Results = Mapping[str, SafeTable | FittedModel]

MAX_DEPTH = 50
"""Deeper than any sentence's number; a kernel could nest without end."""

OPERATIONS = ("add", "sub", "mul", "div")


def calculate(operation: str, one: float, two: float) -> float | int:
    """Add, subtract, multiply or divide, with a clear refusal where the result is no number.

    Parameters
    ----------
    operation : {"add", "sub", "mul", "div"}
    one, two : float or int

    Returns
    -------
    float or int

    Raises
    ------
    UsageError
        Division by zero, or a result too large for a number.

    Examples
    --------
    >>> calculate("div", 3, 2)
    1.5
    """
    try:
        match operation:
            case "add":
                return _finite(one + two)
            case "sub":
                return _finite(one - two)
            case "mul":
                return _finite(one * two)
            case "div":
                return _finite(one / two)
    except ZeroDivisionError:
        raise UsageError("a finding divides by zero") from None
    except OverflowError:
        raise UsageError("a finding's number is too large") from None
    raise unknown("operation", operation, OPERATIONS)


def evaluate(expression: Expression, tables: Results) -> float | int:
    """Compute an expression from tables and models as they are published.

    Parameters
    ----------
    expression : list
    tables : mapping of str to SafeTable or FittedModel
        By name.

    Returns
    -------
    float or int

    Raises
    ------
    GateRefused
        When it needs a withheld or empty cell.
    UsageError
        When it names a table, cell or operation that does not exist, or is no expression at all.

    Examples
    --------
    >>> evaluate(["add", ["number", 1], ["number", 2]], {})
    3
    """
    return _evaluate(expression, tables, MAX_DEPTH)


def _evaluate(expression: Expression, tables: Results, depth: int) -> float | int:
    if depth == 0:
        raise UsageError(f"a finding holds an expression nested more than {MAX_DEPTH} deep")
    match expression:
        case ["number", int() | float() as number] if not isinstance(number, bool):
            return _finite(number)
        case ["at", str() as name, row, column]:
            return _cell(_table(tables, name), name, row, column)
        case ["neg", inner]:
            return -_evaluate(inner, tables, depth - 1)
        case ["abs", inner]:
            return abs(_evaluate(inner, tables, depth - 1))
        case ["add" | "sub" | "mul" | "div" as operation, one, two]:
            return calculate(operation, _evaluate(one, tables, depth - 1), _evaluate(two, tables, depth - 1))
        case ["total", str() as name, column]:
            return _total(_table(tables, name), name, column)
        case ["coefficient", str() as name, str() as term, str() as part]:
            return _model(tables, name).number(term, part)
    raise UsageError(f"a finding holds an expression that cannot be understood: {repr(expression)[:120]}")


def _finite(number: float | int) -> float | int:
    if abs(number) > sys.float_info.max or number != number:
        raise UsageError("a finding's number is too large, or none")
    return number


def rests_on_cells(expression: Expression, tables: Results) -> bool:
    """Tell whether a number would be another one if cells and coefficients were: ``cell * 0 + 42`` is a typed number.

    Parameters
    ----------
    expression : list
    tables : mapping of str to SafeTable or FittedModel

    Returns
    -------
    bool

    Examples
    --------
    >>> rests_on_cells(["number", 42], {})
    False
    """
    moved = {
        name: found.moved() if isinstance(found, FittedModel) else replace(found, values=_moved(found))
        for name, found in tables.items()
    }
    try:
        return evaluate(expression, moved) != evaluate(expression, tables)
    except UsageError:  # where moving a cell leaves no number, the number hangs on it
        return True


def _moved(table: SafeTable) -> tuple[tuple[Any, ...], ...]:
    width = table.layout.shape[1]
    return tuple(
        tuple(None if value is None else 1.37 * value + 0.11 * (row * width + column + 1) for column, value in enumerate(cells))
        for row, cells in enumerate(table.values)
    )


def chosen_key(expression: Expression, tables: Results) -> tuple[SafeTable, int]:
    """Find the row that an expression such as ``["largest", table, column]`` chooses among the shown cells.

    Parameters
    ----------
    expression : list
    tables : mapping of str to SafeTable or FittedModel

    Returns
    -------
    (SafeTable, int)
        The table and the row's position; ties go to the row that stands first.

    Raises
    ------
    GateRefused
        When no cell of the column is shown.
    UsageError
    """
    match expression:
        case ["largest" | "smallest" as which, str() as name, column]:
            table = _table(tables, name)
            place = _column_place(table, column)
            base = set(table.layout.rows.base.tolist())  # a sum is no choice among its parts
            shown = [(row[place], at) for at, row in enumerate(table.values) if at in base and row[place] is not None]
            if not shown:
                raise GateRefused(f"table '{name}': no cell of the column is shown", hint="use coarser rows")
            sign = -1 if which == "largest" else 1
            return table, min(shown, key=lambda pair: (sign * (pair[0] or 0), pair[1]))[1]
    raise UsageError(f"a finding holds a choice that cannot be understood: {repr(expression)[:120]}")


def tables_of(expression: Expression) -> set[str]:
    """Return the names of the tables and models that an expression points into.

    Parameters
    ----------
    expression : list

    Returns
    -------
    set of str

    Raises
    ------
    UsageError
        When it is no expression.

    Examples
    --------
    >>> sorted(tables_of(["div", ["at", "b", 1, None], ["at", "a", 1, None]]))
    ['a', 'b']
    """
    return _tables_of(expression, MAX_DEPTH)


def _tables_of(expression: Any, depth: int) -> set[str]:
    match expression:
        case ["at" | "largest" | "smallest" | "total" | "coefficient", str() as name, *_]:
            return {name}
        case [str(), *parts] if depth:
            return set().union(*(_tables_of(part, depth - 1) for part in parts if isinstance(part, list)))
    raise UsageError(f"a finding holds an expression that cannot be understood: {repr(expression)[:120]}")


def _table(tables: Results, name: str) -> SafeTable:
    if name not in tables:
        raise unknown("table", name, tables)
    found = tables[name]
    if not isinstance(found, SafeTable):
        raise UsageError(f"'{name}' is a model and has no cells", hint="give model.coefficient(term)")
    return found


def _model(tables: Results, name: str) -> FittedModel:
    if name not in tables:
        raise unknown("model", name, tables)
    found = tables[name]
    if not isinstance(found, FittedModel):
        raise UsageError(f"'{name}' is a table and has no coefficients", hint="give table.at[row, column]")
    return found


def _column_place(table: SafeTable, column: Key | None) -> int:
    if table.layout.columns is None:
        if column is not None:
            raise UsageError(f"the table by '{table.layout.rows.name}' has one column, found the key {column!r:.60}")
        return 0
    if column is None:
        raise UsageError(f"the table has columns by '{table.layout.columns.name}': name one")
    return table.layout.columns.position(column)


def _cell(table: SafeTable, name: str, row: Key, column: Key | None) -> float | int:
    place, column_place = table.layout.rows.position(row), _column_place(table, column)
    value = table.values[place][column_place]
    if value is None:
        state = table.states[place][column_place]
        raise GateRefused(
            f"table '{name}': the cell {row}{'' if column is None else f', {column}'} is {state}, so no finding can use it",
            hint="use coarser rows or columns",
        )
    return value


def _total(table: SafeTable, name: str, column: Key | None) -> float | int:
    place = _column_place(table, column)
    if table.layout.statistic not in ("count", "sum", "value"):
        raise UsageError(f"table '{name}': a {table.layout.statistic} cannot be added up")
    whole = table.layout.rows.whole
    if whole is not None and table.states[whole][place] == "shown":
        return table.values[whole][place] or 0
    base = table.layout.rows.base.tolist()
    if any(table.states[row][place] == "withheld" for row in base):
        raise GateRefused(f"table '{name}': a cell is withheld, so the column has no total", hint="use coarser rows")
    shown = [value for row in base if (value := table.values[row][place]) is not None]
    if not shown:
        raise GateRefused(f"table '{name}': no cell of the column is shown, so it has no total")
    return sum(shown) if all(isinstance(value, int) for value in shown) else _finite(math.fsum(shown))
