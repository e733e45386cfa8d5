"""Numbers that point: what a notebook reads from a table prints and calculates as a number, and remembers its cells.

A finding takes references only, so that its number can be computed again from the published table.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.disclosure import Expression, calculate
from workbench.errors import UsageError

if TYPE_CHECKING:
    from workbench.bench.table import Table


class Reference:
    """A number that knows which cells it was computed from.

    Supports ``+ - * /``, negation, ``abs``, comparison, ``float()``, ``int()``, ``round()`` and format specifications.
    What is rounded or converted is a plain number again, which no finding takes.

    Parameters
    ----------
    number : float or int
        Its value in the masked preview.
    expression : list
        How to compute it again from tables.
    decimals : int
        How many decimals it is written with where nothing else is asked for.

    Examples
    --------
    >>> half = Reference(130, ["at", "good_days", 2018, None], 0) / 2
    >>> float(half), half.expression
    (65.0, ['div', ['at', 'good_days', 2018, None], ['number', 2]])
    """

    __hash__ = None  # type: ignore[assignment]
    __array_ufunc__ = None  # numpy leaves calculating with it to this class

    def __init__(self, number: float | int, expression: Expression, decimals: int) -> None:
        self.number = number
        self.expression = expression
        self.decimals = decimals

    def __repr__(self) -> str:
        return repr(self.number)

    def __format__(self, specification: str) -> str:
        return format(self.number, specification)

    def __float__(self) -> float:
        return float(self.number)

    def __int__(self) -> int:
        return int(self.number)

    def __bool__(self) -> bool:
        return self.number != 0

    def __round__(self, digits: int | None = None) -> float | int:
        return round(self.number, digits)

    def __pos__(self) -> Reference:
        return self

    def __neg__(self) -> Reference:
        return Reference(-self.number, ["neg", self.expression], self.decimals)

    def __abs__(self) -> Reference:
        return Reference(abs(self.number), ["abs", self.expression], self.decimals)

    def __add__(self, other: Any) -> Reference:
        return self._combine(other, "add")

    def __radd__(self, other: Any) -> Reference:
        return _as_reference(other) + self

    def __sub__(self, other: Any) -> Reference:
        return self._combine(other, "sub")

    def __rsub__(self, other: Any) -> Reference:
        return _as_reference(other) - self

    def __mul__(self, other: Any) -> Reference:
        return self._combine(other, "mul")

    def __rmul__(self, other: Any) -> Reference:
        return _as_reference(other) * self

    def __truediv__(self, other: Any) -> Reference:
        return self._combine(other, "div")

    def __rtruediv__(self, other: Any) -> Reference:
        return _as_reference(other) / self

    def __eq__(self, other: object) -> bool:
        return self.number == (other.number if isinstance(other, Reference) else other)

    def __lt__(self, other: Any) -> bool:
        return bool(self.number < _as_reference(other).number)

    def __le__(self, other: Any) -> bool:
        return bool(self.number <= _as_reference(other).number)

    def __gt__(self, other: Any) -> bool:
        return bool(self.number > _as_reference(other).number)

    def __ge__(self, other: Any) -> bool:
        return bool(self.number >= _as_reference(other).number)

    def _combine(self, other: Any, operation: str) -> Reference:
        two = _as_reference(other)
        decimals = max(self.decimals, two.decimals, 1 if operation == "div" else 0)
        return Reference(calculate(operation, self.number, two.number), [operation, self.expression, two.expression], decimals)


def _as_reference(value: Any) -> Reference:
    if isinstance(value, Reference):
        return value
    number = value.item() if isinstance(value, np.generic) else value
    if isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number):
        return Reference(number, ["number", number], 0)
    raise UsageError(f"a reference calculates with numbers and references, found {value!r:.60} ({type(value).__name__})")


class KeyReference:
    """The label of the row with the largest or smallest shown cell.

    Parameters
    ----------
    table : Table
    expression : list
        ``["largest" or "smallest", table, column]``.
    key : str, int, float or bool
        The row's key in the masked preview.

    Examples
    --------
    >>> KeyReference(None, ["largest", "trips", None], "강남구").key
    '강남구'
    """

    def __init__(self, table: Table | None, expression: Expression, key: Any) -> None:
        self.table = table
        self.expression = expression
        self.key = key

    def __repr__(self) -> str:
        return repr(self.key)

    def __str__(self) -> str:
        return str(self.key)
