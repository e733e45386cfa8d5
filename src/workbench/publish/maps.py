"""A map of the districts coloured by one column of a released table: inline SVG, linked to the table's rows.

Colour is never the only carrier: each district names its value to screen readers and on pointing, and the table stands
below the map.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.places import DISTRICT_NAMES, district_paths
from workbench.publish.records import TableContent
from workbench.publish.tables import anchor, last_column, written

CLASSES = 5
NAMED = 3
"""How many districts are named as the highest and the lowest."""

MIN_DISTRICTS = 13
"""A map of fewer than half of the districts says less than a table."""


@dataclass(frozen=True)
class Area:
    """One district: where it lies, what it is called, its value, and its class of colour."""

    key: str
    name: str
    short: str
    value: str
    shade: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class MapView:
    """A map in one language: areas, the legend as (shade, words), and the highest and lowest as (district, value)."""

    width: int
    height: int
    areas: tuple[Area, ...]
    legend: tuple[tuple[str, str], ...]
    column: str | None
    withheld: bool
    empty: bool
    highest: tuple[tuple[str, str], ...]
    lowest: tuple[tuple[str, str], ...]


def is_of_districts(content: TableContent) -> bool:
    """Tell whether a table's rows are districts, enough of them for a map.

    Parameters
    ----------
    content : TableContent

    Returns
    -------
    bool
    """
    keys = [key for key, total in zip(content.rows.keys, content.rows.totals, strict=True) if not total]
    return len(keys) >= MIN_DISTRICTS and all(key in DISTRICT_NAMES for key in keys)


def classes(values: list[float]) -> list[float]:
    """Return the upper bounds of classes that hold about as many values each; equal values share a class.

    Parameters
    ----------
    values : list of float

    Returns
    -------
    list of float
        Ascending, at most ``CLASSES``.

    Examples
    --------
    >>> classes([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    [2, 4, 6, 8, 10]
    >>> classes([3, 3, 3])
    [3]
    """
    ordered = sorted(values)
    return (
        sorted({ordered[(len(ordered) * step + CLASSES - 1) // CLASSES - 1] for step in range(1, CLASSES + 1)}) if ordered else []
    )


def map_view(content: TableContent, language: str, *, words: Mapping[str, str]) -> MapView:
    """Return a map of a table of districts.

    Parameters
    ----------
    content : TableContent
        Its rows are districts.
    language : str
    words : mapping of str to str
        The strings ``withheld``, ``empty`` and ``range`` (with the places ``low`` and ``high``).

    Returns
    -------
    MapView
        Of the last column that is no total.
    """
    column = last_column(content.columns)
    cells = {
        key: (values[column], states[column])
        for key, values, states, total in zip(content.rows.keys, content.values, content.state, content.rows.totals, strict=True)
        if not total
    }
    labels = dict(zip(content.rows.keys, content.rows.labels[language], strict=True))
    values = [value for value, _ in cells.values() if value is not None]
    bounds = classes(values)
    ranked = sorted(
        ((value, key) for key, (value, _) in cells.items() if value is not None), key=lambda pair: (-pair[0], pair[1])
    )
    named = [(labels[key], written(value, content.decimals)) for value, key in ranked]
    city = district_paths()
    areas = []
    for place in city.districts:
        value, state = cells.get(place.name_ko, (None, "empty"))
        own = labels.get(place.name_ko, place.name_ko if language == "ko" else place.name_en)
        areas.append(
            Area(
                key=anchor(place.name_ko),
                name=own,
                short=_short(own),
                value=words[state] if value is None else written(value, content.decimals),
                shade=state if value is None else f"q{_class_of(value, bounds)}",
                path=place.path,
                x=place.x,
                y=place.y,
            )
        )
    return MapView(
        width=city.width,
        height=city.height,
        areas=tuple(areas),
        legend=_legend(values, bounds, content.decimals, span=words["range"]),
        column=content.columns.labels[language][column] if content.columns else None,
        withheld=any(area.shade == "withheld" for area in areas),
        empty=any(area.shade == "empty" for area in areas),
        highest=tuple(named[:NAMED]),
        lowest=tuple(reversed(named[-NAMED:])),
    )


def _class_of(value: float, bounds: list[float]) -> int:
    """The class of a value, spread over all shades where there are fewer classes than shades."""
    number = next(position for position, bound in enumerate(bounds) if value <= bound)
    return number if len(bounds) == CLASSES else round(number * (CLASSES - 1) / max(1, len(bounds) - 1))


def _legend(values: list[float], bounds: list[float], decimals: int, *, span: str) -> tuple[tuple[str, str], ...]:
    entries = []
    for bound in bounds:
        lower = min(value for value in values if value <= bound and all(value > other for other in bounds if other < bound))
        low, high = written(lower, decimals), written(bound, decimals)
        entries.append((f"q{_class_of(bound, bounds)}", low if low == high else span.format(low=low, high=high)))
    return tuple(entries)


def _short(name: str) -> str:
    """A district's name without its suffix, as people say it."""
    if name.endswith("-gu"):
        return name.removesuffix("-gu")
    return name.removesuffix("구") if len(name) > 2 else name
