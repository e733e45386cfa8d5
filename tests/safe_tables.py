"""Axes, layouts and tables for the tests of disclosure."""

from __future__ import annotations

from workbench.disclosure import Axis, Layout, SafeTable

WORDS = {"ko": "가", "en": "a"}


def axis(name: str, keys: tuple) -> Axis:
    """An axis whose labels are its keys."""
    return Axis(name, keys, WORDS, {language: tuple(str(key) for key in keys) for language in WORDS})


def layout(*, rows: Axis, columns: Axis | None = None, statistic="count", decimals=0, people=True) -> Layout:
    """A layout, by default a count of people."""
    return Layout(rows=rows, columns=columns, statistic=statistic, decimals=decimals, people=people)


def table(statistic: str, values: list, states: list) -> SafeTable:
    """A table of rows a, b and columns 1, 2."""
    made = layout(
        rows=axis("row", ("a", "b")),
        columns=axis("column", (1, 2)),
        statistic=statistic,
        decimals=0 if statistic == "count" else 1,
    )
    return SafeTable(made, tuple(map(tuple, values)), tuple(map(tuple, states)))
