"""Which numbers that the public has read are other numbers now, withheld, or gone.

A reader may have written a published number down; whoever changes it owes them a word, and a program must not forget one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.disclosure import SafeTable
from workbench.disclosure.tabulating.layouts import typed
from workbench.releases.compare import RTOL
from workbench.releases.results import Variant, parameter_key, read_variants

GONE, WITHHELD, EMPTY = "gone", "withheld", "empty"
"""What stands in a change where a number was and none is."""

COUNTED = ("count",)
"""Statistics whose numbers are equal or different, with no tolerance between."""


@dataclass(frozen=True)
class Place:
    """Where a number stands in a result: a cell, a value of a finding or model, or the whole result where all are None."""

    row: Any = None
    column: Any = None
    value: str | None = None

    @property
    def words(self) -> str:
        """The place as people write it."""
        if self.value is not None:
            return self.value
        return ", ".join(str(key) for key in (self.row, self.column) if key is not None)

    @property
    def identity(self) -> tuple[Any, ...]:
        """What makes two places the same: the key ``1`` is not the key ``"1"``."""
        return typed(self.row), typed(self.column), self.value


@dataclass(frozen=True)
class Change:
    """One published number that changed.

    Parameters
    ----------
    result : str
    kind : str
        Of the result: ``table``, ``finding``, …
    parameters : dict
    place : Place
    was : float, int or str
        As it was published.
    is_ : float, int or str
        The number that takes its place, or ``withheld``, ``empty`` or ``gone``.
    """

    result: str
    kind: str
    parameters: dict[str, Any]
    place: Place
    was: float | int | str
    is_: float | int | str

    @property
    def words(self) -> str:
        """The change in one line for people."""
        name = f"{self.result} ({parameter_key(self.parameters)})" if self.parameters else self.result
        where = f"{name}: {self.place.words}" if self.place.words else name
        return f"{where}: was {spelled(self.was)}, is {spelled(self.is_)}"

    def as_record(self) -> dict[str, Any]:
        """Return the change as it stands in a release, without what says nothing."""
        place = {"row": self.place.row, "column": self.place.column, "value": self.place.value}
        said = {key: word for key, word in place.items() if word is not None}
        return {"parameters": self.parameters, **said, "was": self.was, "is": self.is_}


@dataclass(frozen=True)
class PublishedNumber:
    """A number as readers see it.

    ``number`` is None for a name that a finding chose, ``shown`` is how it is written. Exact ones may not move at all;
    ``unit`` is what it counts or measures.
    """

    place: Place
    number: float | int | None
    shown: str
    exact: bool
    unit: Any = field(default=None)


def required_corrections(last: Path, variants: Sequence[Variant]) -> list[Change]:
    """List every number of the last release that the next one would publish otherwise.

    Parameters
    ----------
    last : Path
        The folder of the last release.
    variants : sequence of Variant
        Everything that the next release holds, carried over or new.

    Returns
    -------
    list of Change
        In the order of the last release. New keys, rows and results are none, nor is a number that was withheld before.
    """
    return changed_numbers(read_variants(last), variants)


def changed_numbers(released: Sequence[Variant], variants: Sequence[Variant]) -> list[Change]:
    """Compare the published numbers of two lists of results.

    Parameters
    ----------
    released, variants : sequence of Variant

    Returns
    -------
    list of Change

    Notes
    -----
    Counts must be equal, other numbers within ``RTOL`` of each other (:mod:`workbench.releases.compare`). Where a table says
    of its numbers that they are another statistic or unit, each of them changed, whatever it is.
    """
    now = {variant.identity: variant for variant in variants}
    changes: list[Change] = []
    for was in released:
        found = now.get(was.identity)
        if found is None or found.kind != was.kind:
            changes.append(Change(was.name, was.kind, was.parameters, Place(), was.kind, GONE if found is None else found.kind))
            continue
        states = _states(found)
        numbers = {one.place.identity: one for one in published_numbers(found)}
        for one in published_numbers(was):
            other = numbers.get(one.place.identity)
            if other is not None and _same(one, other):
                continue
            new = states.get(one.place.identity, GONE) if other is None else _said(other)
            changes.append(Change(was.name, was.kind, was.parameters, one.place, _said(one), new))
    return changes


def _said(one: PublishedNumber) -> float | int | str:
    return one.shown if one.number is None else one.number


def _same(was: PublishedNumber, now: PublishedNumber) -> bool:
    if was.unit != now.unit:
        return False
    if was.number is None or now.number is None:
        return was.number is now.number and was.shown == now.shown
    if was.exact or now.exact:
        return was.number == now.number
    return close(was.number, now.number)


def close(one: float, two: float) -> bool:
    """Tell whether two numbers that are no counts are the same published number.

    Parameters
    ----------
    one, two : float

    Returns
    -------
    bool

    Examples
    --------
    >>> close(61.3, 61.3 + 1e-9), close(61.3, 61.4)
    (True, False)
    """
    return abs(one - two) <= RTOL * max(abs(one), abs(two))


def spelled(number: float | int | str) -> str:
    """Return what a change says of a number, as people write it.

    Parameters
    ----------
    number : float, int or str

    Returns
    -------
    str

    Examples
    --------
    >>> spelled(61.3), spelled(1200), spelled("withheld")
    ('61.3', '1200', 'withheld')
    """
    return f"{number:.12g}" if isinstance(number, float) else str(number)


def published_numbers(variant: Variant) -> Iterator[PublishedNumber]:
    """Yield every number of a result that its readers see; a figure shows its table's numbers and has none of its own.

    Parameters
    ----------
    variant : Variant

    Yields
    ------
    PublishedNumber
    """
    match variant.kind:
        case "table":
            safe = SafeTable.from_record(variant.content)
            layout = safe.layout
            unit = (layout.statistic, dict(layout.unit or {}))
            for place, row, column in _cells(safe):
                value = safe.values[row][column]
                if value is not None:
                    yield PublishedNumber(place, value, str(value), layout.statistic in COUNTED, unit)
        case "finding":
            for name, value in variant.content["values"].items():
                shown = " / ".join(dict.fromkeys(value["shown"][language] for language in sorted(value["shown"], reverse=True)))
                yield PublishedNumber(Place(value=name), value["number"], shown, exact=False)
        case "figure":
            return  # it shows its table's numbers, which are compared there
        case _:
            yield from _leaves(variant.content, "")


def _leaves(content: Any, path: str) -> Iterator[PublishedNumber]:
    """The numbers of a result that is neither table nor finding, by their path in its content."""
    if isinstance(content, Mapping):
        for key in sorted(content):
            yield from _leaves(content[key], f"{path}.{key}" if path else str(key))
    elif isinstance(content, list):
        for number, item in enumerate(content):
            named = item.get("name", item.get("term", number)) if isinstance(item, Mapping) else number
            yield from _leaves(item, f"{path}.{named}")
    elif isinstance(content, int | float) and not isinstance(content, bool):
        yield PublishedNumber(Place(value=path), content, str(content), exact=isinstance(content, int))


def _states(variant: Variant) -> dict[tuple[Any, ...], str]:
    """Why a table's cell shows no number, by its place."""
    if variant.kind != "table":
        return {}
    safe = SafeTable.from_record(variant.content)
    return {place.identity: safe.states[row][column] for place, row, column in _cells(safe)}


def _cells(safe: SafeTable) -> Iterator[tuple[Place, int, int]]:
    columns: Sequence[Any] = safe.layout.columns.keys if safe.layout.columns else (None,)
    for row, row_key in enumerate(safe.layout.rows.keys):
        for column, column_key in enumerate(columns):
            yield Place(row=row_key, column=column_key), row, column
