"""Whether a table computed again is the one that was released."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.disclosure.tabulating.tables import SafeTable


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
    >>> from workbench.disclosure import Axis, Layout
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
            states = released.states[place][column_place], found.states[place][column_place]
            problems.append(f"{where}: was {_word(was, states[0])}, is {_word(found_value, states[1])}")
    return problems


def _same(one: float | int | None, two: float | int | None, *, exact: bool, rtol: float) -> bool:
    if one is None or two is None:
        return one is None and two is None
    if exact:
        return one == two
    return abs(one - two) <= rtol * max(abs(one), abs(two))


def _word(value: float | int | None, state: str) -> str:
    return state if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)
