"""What a table is to be: its axes, the statistic in its cells, and how it is written.

A layout is written by a kernel, which is not trusted: one that does not hold together is refused where it is made.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from workbench.errors import UsageError, unknown

Statistic = Literal["count", "sum", "mean", "median", "value"]
Key: TypeAlias = str | int | float | bool

STATISTICS: tuple[str, ...] = ("count", "sum", "mean", "median", "value")

MAX_CELLS = 200_000
"""A table that nobody could read is a mistake; the widest of the sample has a few hundred cells."""

MAX_DECIMALS = 9
"""More than any measurement carries."""


@dataclass(frozen=True)
class Axis:
    """The rows or the columns of a table: a name, a title and a label of each key, in every language.

    Parameters
    ----------
    name : str
        The column that the keys come from.
    keys : tuple
        In the order of the table, all different.
    title : mapping of str to str
        By language.
    labels : mapping of str to tuple of str
        By language, one label a key.

    Raises
    ------
    UsageError
        Where these do not fit each other.

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

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise UsageError(f"an axis is named by a word, found {self.name!r:.60}")
        for key in self.keys:
            if not isinstance(key, str | int | float) or (isinstance(key, float) and not math.isfinite(key)):
                raise UsageError(f"a key of '{self.name}' is {key!r:.60}, allowed are words, numbers and truth values")
        if len(set(self.keys)) != len(self.keys):
            raise UsageError(f"the keys of '{self.name}' are not all different")
        _words(self.title, f"title of '{self.name}'")
        if not isinstance(self.labels, Mapping):
            raise UsageError(f"labels of '{self.name}': found {self.labels!r:.60}, allowed is a list by language")
        for language, labels in self.labels.items():
            if len(labels) != len(self.keys) or not all(isinstance(label, str) for label in labels):
                raise UsageError(f"labels of '{self.name}', {language}: not one word for each of {len(self.keys)} keys")

    def position(self, key: Key) -> int:
        """Return where a key stands.

        Parameters
        ----------
        key : str, int, float or bool
            A truth value is no number, and a word is neither.

        Returns
        -------
        int

        Raises
        ------
        UsageError
            With did-you-mean.
        """
        for place, known in enumerate(self.keys):
            if typed(known) == typed(key):
                return place
        raise unknown(f"key of '{self.name}'", str(key)[:60], [str(known) for known in self.keys])

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
        labels = entry(record, "labels", dict, where="axis")
        return cls(
            name=entry(record, "name", str, where="axis"),
            keys=tuple(entry(record, "keys", list, where="axis")),
            title=entry(record, "title", dict, where="axis"),
            labels={language: tuple(entry(labels, language, list, where="labels")) for language in labels},
        )


@dataclass(frozen=True)
class Layout:
    """What a table is to be.

    ``columns`` is None for a table with one column. ``unit`` is by language. ``people`` says whether the contributors
    are counted as people; without it the rows are not about people. ``rounded_to`` is the number that the counts are
    multiples of, None where they are exact: it follows from the policies, never from a notebook.
    """

    rows: Axis
    columns: Axis | None
    statistic: Statistic
    decimals: int
    people: bool
    unit: Mapping[str, str] | None = None
    rounded_to: int | None = None

    def __post_init__(self) -> None:
        if self.statistic not in STATISTICS:
            raise unknown("statistic", str(self.statistic)[:60], STATISTICS)
        whole = isinstance(self.decimals, int) and not isinstance(self.decimals, bool)
        if not whole or not 0 <= self.decimals <= MAX_DECIMALS:
            raise UsageError(f"decimals: {self.decimals!r:.60}, allowed is a whole number from 0 to {MAX_DECIMALS}")
        if self.unit is not None:
            _words(self.unit, "unit")
        base = self.rounded_to
        if base is not None and (not isinstance(base, int) or isinstance(base, bool) or base < 2):
            raise UsageError(f"rounded_to: {base!r:.60}, allowed is a whole number from 2")
        if self.shape[0] * self.shape[1] > MAX_CELLS:
            raise UsageError(
                f"a table of {self.shape[0]} x {self.shape[1]} cells, allowed {MAX_CELLS:,} in all",
                hint="use coarser rows or columns",
            )

    def as_record(self) -> dict[str, Any]:
        """Return the layout as it stands in a result file."""
        return {
            "rows": self.rows.as_record(),
            "columns": self.columns.as_record() if self.columns else None,
            "statistic": self.statistic,
            "decimals": self.decimals,
            "contributors": "people" if self.people else None,
            "unit": dict(self.unit) if self.unit else None,
            **({"rounded_to": self.rounded_to} if self.rounded_to else {}),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Layout:
        """Read a layout from a result file.

        Raises
        ------
        UsageError
            Where the record is none of a table.
        """
        columns = entry(record, "columns", (dict, type(None)), where="table")
        contributors = entry(record, "contributors", (str, type(None)), where="table")
        if contributors not in ("people", None):
            raise unknown("contributors", contributors[:60], ["people"], where="table")
        return cls(
            rows=Axis.from_record(entry(record, "rows", dict, where="table")),
            columns=None if columns is None else Axis.from_record(columns),
            statistic=entry(record, "statistic", str, where="table"),
            decimals=entry(record, "decimals", int, where="table"),
            people=contributors == "people",
            unit=entry(record, "unit", (dict, type(None)), where="table"),
            rounded_to=record.get("rounded_to"),
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows.keys), 1 if self.columns is None else len(self.columns.keys)


def typed(key: Any) -> tuple[str, Any]:
    """Return a key beside its kind, so that ``1``, ``True`` and ``"1"`` differ and ``1`` and ``1.0`` do not.

    Parameters
    ----------
    key : Any

    Returns
    -------
    (str, Any)

    Examples
    --------
    >>> typed(1) == typed(1.0), typed(1) == typed(True), typed(1) == typed("1")
    (True, False, False)
    """
    for name, kind in (("word", str), ("truth", bool), ("number", (int, float))):
        if isinstance(key, kind):
            return name, key
    return "other", str(key)


def entry(record: Any, name: str, kind: type | tuple[type, ...], *, where: str) -> Any:
    """Return one entry of a record that a kernel or a file gave, of the kind that belongs there.

    Parameters
    ----------
    record : Any
    name : str
    kind : type or tuple of type
    where : str
        For messages.

    Returns
    -------
    Any

    Raises
    ------
    UsageError
        No mapping, no such entry, or one of another kind.

    Examples
    --------
    >>> entry({"name": "year"}, "name", str, where="axis")
    'year'
    """
    if not isinstance(record, Mapping) or name not in record:
        raise UsageError(f"{where}: '{name}' is missing in {record!r:.60}")
    found = record[name]
    if not isinstance(found, kind):
        kinds = kind if isinstance(kind, tuple) else (kind,)
        allowed = " or ".join("null" if one is type(None) else one.__name__ for one in kinds)
        raise UsageError(f"{where}: '{name}' is {found!r:.60}, allowed is {allowed}")
    return found


def _words(words: Any, what: str) -> None:
    good = isinstance(words, Mapping) and all(isinstance(word, str) for pair in words.items() for word in pair)
    if not good:
        raise UsageError(f"{what}: found {words!r:.60}, allowed are words by language")
