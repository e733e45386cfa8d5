"""Numbers that point: a finding's number is an expression over cells of tables, computed again outside the kernel.

An expression is a small JSON list such as ``["div", ["at", "trips", 8, null], ["number", 100]]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.disclosure.tables import Key, SafeTable
from workbench.errors import GateRefused, UsageError, unknown

Expression = list[Any]

_BINARY = {
    "add": lambda one, two: one + two,
    "sub": lambda one, two: one - two,
    "mul": lambda one, two: one * two,
    "div": lambda one, two: one / two,
}


def evaluate(expression: Expression, tables: Mapping[str, SafeTable]) -> float | int:
    """Compute an expression from tables as they are published.

    Parameters
    ----------
    expression : list
    tables : mapping of str to SafeTable
        By name.

    Returns
    -------
    float or int

    Raises
    ------
    GateRefused
        When it needs a withheld or empty cell.
    UsageError
        When it names a table, cell or operation that does not exist.

    Examples
    --------
    >>> evaluate(["add", ["number", 1], ["number", 2]], {})
    3
    """
    match expression:
        case ["number", int() | float() as number]:
            return number
        case ["at", str() as name, row, column]:
            return _cell(_table(tables, name), name, row, column)
        case ["neg", inner]:
            return -evaluate(inner, tables)
        case ["abs", inner]:
            return abs(evaluate(inner, tables))
        case [str() as operation, one, two] if operation in _BINARY:
            divisor = evaluate(two, tables)
            if operation == "div" and divisor == 0:
                raise UsageError("a finding divides by zero")
            return _BINARY[operation](evaluate(one, tables), divisor)
        case ["total", str() as name, column]:
            return _total(_table(tables, name), name, column)
    raise UsageError(f"a finding holds an expression that cannot be understood: {expression!r}")


def chosen_key(expression: Expression, tables: Mapping[str, SafeTable]) -> tuple[SafeTable, int]:
    """Find the row that an expression such as ``["largest", table, column]`` chooses among the shown cells.

    Parameters
    ----------
    expression : list
    tables : mapping of str to SafeTable

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
            shown = [(row[place], position) for position, row in enumerate(table.values) if row[place] is not None]
            if not shown:
                raise GateRefused(f"table '{name}': no cell of the column is shown", hint="use coarser rows")
            sign = -1 if which == "largest" else 1
            return table, min(shown, key=lambda pair: (sign * (pair[0] or 0), pair[1]))[1]
    raise UsageError(f"a finding holds a choice that cannot be understood: {expression!r}")


def tables_of(expression: Expression) -> set[str]:
    """Return the names of the tables that an expression points into.

    Parameters
    ----------
    expression : list

    Returns
    -------
    set of str

    Examples
    --------
    >>> sorted(tables_of(["div", ["at", "b", 1, None], ["at", "a", 1, None]]))
    ['a', 'b']
    """
    if expression and expression[0] in ("at", "largest", "smallest", "total"):
        return {expression[1]}
    return set().union(*(tables_of(part) for part in expression[1:] if isinstance(part, list)))


def _table(tables: Mapping[str, SafeTable], name: str) -> SafeTable:
    if name not in tables:
        raise unknown("table", name, tables)
    return tables[name]


def _column_place(table: SafeTable, column: Key | None) -> int:
    if table.layout.columns is None:
        if column is not None:
            raise UsageError(f"the table by '{table.layout.rows.name}' has one column, found the key {column!r}")
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
    if any(row[place] == "withheld" for row in table.states):
        raise GateRefused(f"table '{name}': a cell is withheld, so the column has no total", hint="use coarser rows")
    return sum(row[place] or 0 for row in table.values)
