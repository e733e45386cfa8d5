"""Contributing rows as numbers: the base cell, the amount and the contributor of each, checked on the way.

Everything that counts works on these arrays, so that words are looked up once however many sums a table has.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from workbench.disclosure.tabulating.axes import Axis, typed
from workbench.disclosure.tabulating.layouts import MEASURED, Layout
from workbench.errors import UsageError, unknown

ROW, COLUMN, VALUE, CONTRIBUTOR = "row", "column", "value", "contributor"
"""The columns of a frame of contributing rows."""

DENSE = 4
"""Whole numbers are taken for codes as they are where they span at most this many times as much as there are rows."""


@dataclass(frozen=True, eq=False)
class Coded:
    """Contributing rows as arrays, without those whose value is missing.

    Parameters
    ----------
    cell : numpy.ndarray
        Each row's base cell, from 0 in C order over the base keys of rows and columns.
    size : int
        How many base cells there are.
    amounts : numpy.ndarray or None
        Each row's value, finite; None where rows are counted.
    person : numpy.ndarray or None
        Each row's contributor, from 0 below ``people``; None where the table is not about people.
    people : int
    """

    cell: np.ndarray
    size: int
    amounts: np.ndarray | None
    person: np.ndarray | None
    people: int

    @property
    def values(self) -> np.ndarray:
        """Each row's value; a row that is counted brings 1."""
        return np.ones(len(self.cell)) if self.amounts is None else self.amounts

    @property
    def who(self) -> np.ndarray:
        """Each row's contributor; one and the same where the table is not about people."""
        return np.zeros(len(self.cell), np.int64) if self.person is None else self.person

    @cached_property
    def once(self) -> bool:
        """Whether each contributor brings one row at most."""
        if self.person is None or len(self.person) > self.people:
            return False
        seen = np.zeros(self.people, bool)
        seen[self.person] = True
        return int(np.count_nonzero(seen)) == len(self.person)

    @cached_property
    def marks(self) -> bool:
        """Whether all amounts are zeros and ones: their sum is a count by another name."""
        return self.amounts is not None and bool(((self.amounts == 0) | (self.amounts == 1)).all())

    @cached_property
    def negative(self) -> bool:
        """Whether an amount is below zero."""
        return self.amounts is not None and bool((self.amounts < 0).any())


def coded(contributions: pd.DataFrame, layout: Layout) -> Coded:
    """Look up the keys, values and contributors of contributing rows.

    Parameters
    ----------
    contributions : pandas.DataFrame
        Columns ``row``, ``column`` (base keys of the layout's axes), ``value`` where one is measured and, for a table about
        people, ``contributor``.
    layout : Layout

    Returns
    -------
    Coded

    Raises
    ------
    UsageError
        A column missing, a key outside the axes or one that is a sum, values that are no finite numbers, a row without
        contributor.
    """
    measured = is_measured(layout)
    _check_columns(contributions, layout, measured=measured)
    cell = _codes(contributions[ROW], layout.rows)
    if layout.columns is not None:
        cell = cell * len(layout.columns.base) + _codes(contributions[COLUMN], layout.columns)
    person, people = contributor_codes(contributions[CONTRIBUTOR]) if layout.people else (None, 0)
    amounts = finite_amounts(contributions[VALUE]) if measured else None
    return counted(cell, layout, amounts=amounts, person=person, people=people)


def is_measured(layout: Layout) -> bool:
    """Tell whether a table is of a measured column and not of counted rows.

    Parameters
    ----------
    layout : Layout

    Returns
    -------
    bool
    """
    return layout.statistic in MEASURED or layout.of_value


def counted(cell: np.ndarray, layout: Layout, *, amounts: np.ndarray | None, person: np.ndarray | None, people: int) -> Coded:
    """Leave out the rows whose value is missing: nobody stands behind a number with them.

    Parameters
    ----------
    cell : numpy.ndarray
    layout : Layout
    amounts : numpy.ndarray or None
        NaN where missing.
    person : numpy.ndarray or None
    people : int

    Returns
    -------
    Coded
    """
    if amounts is not None and (missing := np.isnan(amounts)).any():
        cell, amounts = cell[~missing], amounts[~missing]
        person = None if person is None else person[~missing]
    size = len(layout.rows.base) * (1 if layout.columns is None else len(layout.columns.base))
    return Coded(cell, size, amounts, person, people)


def _check_columns(contributions: pd.DataFrame, layout: Layout, *, measured: bool) -> None:
    """Refuse rows that lack what the layout needs."""
    wanted = [ROW]
    wanted += [COLUMN] if layout.columns is not None else []
    wanted += [VALUE] if measured else []
    wanted += [CONTRIBUTOR] if layout.people else []
    found = [str(name) for name in contributions.columns]
    for name in wanted:
        if found.count(name) != 1:
            raise UsageError(f"contributing rows: the column '{name}' is needed once, found {', '.join(found) or 'no column'}")


def factorized(values: pd.Series) -> tuple[np.ndarray, list[object]]:
    """Return each row's number among the different values, -1 where missing, and those values as plain ones.

    Parameters
    ----------
    values : pandas.Series

    Returns
    -------
    (numpy.ndarray, list)
        A category that no row has may be among them.

    Raises
    ------
    TypeError
        The values cannot be told apart by equality, such as lists.

    Examples
    --------
    >>> codes, keys = factorized(pd.Series(["b", "a", "b"]))
    >>> codes.tolist(), keys
    ([0, 1, 0], ['b', 'a'])
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes, uniques = values.cat.codes.to_numpy(), values.cat.categories
    else:
        codes, uniques = pd.factorize(values)
    return codes, [key.item() if isinstance(key, np.generic) else key for key in uniques]


def _codes(keys: pd.Series, axis: Axis) -> np.ndarray:
    """Which base key of an axis each row has."""
    try:
        codes, plain = factorized(keys)
    except TypeError:
        raise UsageError(f"keys of '{axis.name}': not words, numbers or truth values") from None
    known = {typed(axis.keys[place]): number for number, place in enumerate(axis.base.tolist())}
    places = np.array([*(known.get(typed(key), -1) for key in plain), -1], dtype=np.int64)[codes]
    if len(places) and (places < 0).any():
        stranger = keys.iloc[int(np.argmax(places < 0))]
        if any(typed(stranger) == typed(key) for key, _ in axis.sums):
            raise UsageError(f"key of '{axis.name}': '{stranger!s:.60}' is a sum, which no row is counted under")
        raise unknown(f"key of '{axis.name}'", str(stranger)[:60], [str(axis.keys[place]) for place in axis.base.tolist()])
    return places


def finite_amounts(values: pd.Series) -> np.ndarray:
    """Return values as finite floats, NaN where there is none.

    Parameters
    ----------
    values : pandas.Series

    Returns
    -------
    numpy.ndarray

    Raises
    ------
    UsageError
        No numbers, or an infinite one.

    Examples
    --------
    >>> finite_amounts(pd.Series([1, None], dtype="Int64")).tolist()
    [1.0, nan]
    """
    real = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_complex_dtype(values)
    if len(values) and not real:
        raise UsageError(f"values of a table are numbers, found the type {values.dtype}")
    amounts = values.to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(amounts).any():
        raise UsageError("an infinite value in a table")
    return amounts


def contributor_codes(contributors: pd.Series) -> tuple[np.ndarray, int]:
    """Return a number for each row's contributor, from 0, and how many numbers there may be.

    Parameters
    ----------
    contributors : pandas.Series

    Returns
    -------
    (numpy.ndarray, int)

    Raises
    ------
    UsageError
        One is missing, or they cannot be told apart.

    Examples
    --------
    >>> contributor_codes(pd.Series(["b", "a", "b"]))[0].tolist()
    [0, 1, 0]
    """
    if isinstance(contributors.dtype, np.dtype) and contributors.dtype.kind in "iu" and len(contributors):
        numbers = contributors.to_numpy()
        least, most = int(numbers.min()), int(numbers.max())
        if most - least < DENSE * len(numbers) and most < 2**63:
            return (numbers if least == 0 else numbers - numbers.dtype.type(least)).astype(np.int64, copy=False), most - least + 1
    try:
        codes, uniques = pd.factorize(contributors)
    except TypeError:
        raise UsageError("contributors are words or numbers") from None
    if (codes < 0).any():
        raise UsageError("a row of a table about people has no contributor")
    return codes, len(uniques)
