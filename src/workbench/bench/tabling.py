"""Tables at the bench: the contributing rows of a table, and the preview of it that a notebook sees.

The rows go to the run's folder, where ``release`` computes the table again; the preview withholds what the rules withhold,
what protects that within the table, and what this table withheld when it was last released.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from workbench.bench.axes import axis_title, make_axis
from workbench.bench.context import RunContext
from workbench.bench.contributing import check_columns, check_value, contributing_rows
from workbench.bench.earlier import withheld_before
from workbench.bench.keys import plain_key
from workbench.bench.loaded import Loaded
from workbench.bench.sentences import LANGUAGES, bilingual
from workbench.bench.table import Table
from workbench.catalog import Catalog
from workbench.disclosure import (
    STATISTICS,
    Axis,
    Layout,
    SafeTable,
    Statistic,
    Whole,
    advice_of,
    cells_of,
    chain_of,
    crossed_axis,
    exposure_of,
    published,
    summed,
    withheld_of,
)
from workbench.errors import GateRefused, UsageError, unknown
from workbench.project import Project

DEFAULT_DECIMALS = {"count": 0, "sum": 0, "share": 1, "rate": 1}
"""How many decimals a table is written with where a notebook does not say; 2 for the others."""

DEFAULT_PER = 100_000
"""A rate is per so much exposure where a notebook does not say, as statistics of health and accidents are."""


@dataclass(frozen=True)
class AskedTable:
    """What ``bench.table`` was asked for; see there."""

    rows: str | Sequence[str]
    columns: str | Sequence[str] | None
    value: str | None
    statistic: Statistic
    contributor: str | None
    margins: Any = False
    quantile: float | None = None
    of: Whole | None = None
    per: float | None = None
    exposure: Mapping[Any, float] | None = None
    hierarchies: Mapping[str, Any] = field(default_factory=dict)
    axis_titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    labels: Mapping[str, Mapping[Any, Mapping[str, str]]] = field(default_factory=dict)
    keys: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    unit: Mapping[str, str] | None = None
    decimals: int | None = None

    @property
    def along(self) -> tuple[list[str], list[str]]:
        """The columns of the frame that make the rows and the columns of the table."""
        rows = [self.rows] if isinstance(self.rows, str) or self.rows is None else list(self.rows)
        columns = [] if self.columns is None else [self.columns] if isinstance(self.columns, str) else list(self.columns)
        return rows, columns


def make_table(
    name: str,
    frame: pd.DataFrame,
    asked: AskedTable,
    *,
    loaded: Loaded,
    catalog: Catalog,
    earlier: tuple[Project, RunContext],
    title: Mapping[str, str],
) -> tuple[Table, pd.DataFrame]:
    """Make the preview of a table and collect its contributing rows.

    Parameters
    ----------
    name : str
    frame : pandas.DataFrame
    asked : AskedTable
    loaded : Loaded
        What the notebook has loaded.
    catalog : Catalog
    earlier : (Project, RunContext)
        Where the earlier releases of this table lie.
    title : mapping
        By language.

    Returns
    -------
    (Table, pandas.DataFrame)
        The rows as they go to the run's folder.

    Raises
    ------
    UsageError, GateRefused
        With the table's name.
    """
    where = f"table '{name}'"
    if asked.statistic not in STATISTICS:
        raise unknown("statistic", str(asked.statistic), STATISTICS, where=where)
    rows, columns = asked.along
    check_columns(name, frame, rows=rows, columns=columns, named={"value": asked.value, "contributor": asked.contributor})
    check_value(name, asked.statistic, asked.value)
    contributor = asked.contributor or loaded.unit_in(frame)
    people = loaded.check_people(name, frame, contributor=contributor, statistic=asked.statistic)
    loaded.check_axes(name, frame, [*rows, *columns])
    _check_settings(where, asked)
    try:
        layout = _layout(name, frame, asked, loaded=loaded, catalog=catalog, people=people)
    except UsageError as error:
        raise error if error.message.startswith(where) else UsageError(f"{where}: {error.message}", hint=error.hint) from None
    contributions = contributing_rows(name, frame, rows=rows, columns=columns, value=asked.value, contributor=contributor)
    safe, advice = _preview(contributions, layout, loaded=loaded, earlier=earlier, name=name)
    return Table(name, safe, dict(title), advice=advice), contributions


def _preview(
    contributions: pd.DataFrame, layout: Layout, *, loaded: Loaded, earlier: tuple[Project, RunContext], name: str
) -> tuple[SafeTable, str | None]:
    """The table as it may be shown here, and advice to its author."""
    rules = loaded.rules()
    cells = cells_of(contributions, layout, rules=rules)
    held = withheld_before(*earlier, name=name, layout=cells.layout) if layout.people else None
    advice = advice_of(cells, rules)
    try:
        return published(cells, withheld_of(cells, rules=rules, held=held), rules=rules), advice
    except GateRefused as error:
        raise GateRefused(f"table '{name}': {error.message}", hint=error.hint) from None


def _check_settings(where: str, asked: AskedTable) -> None:
    """Refuse settings of columns that the table is not by."""
    rows, columns = asked.along
    named = [*rows, *columns]
    for what in ("axis_titles", "labels", "keys", "hierarchies"):
        for column in getattr(asked, what):
            if column not in named:
                raise unknown("column", str(column), named, where=f"{where}, {what}")
    if asked.margins not in (True, False, "rows", "columns"):
        raise UsageError(f"{where}: margins is {asked.margins!r:.60}, allowed are True, False, 'rows' and 'columns'")


def _layout(name: str, frame: pd.DataFrame, asked: AskedTable, *, loaded: Loaded, catalog: Catalog, people: bool) -> Layout:
    """What the table is to be."""
    where = f"table '{name}'"
    share = asked.statistic == "share"
    of: Whole | None = asked.of or ("columns" if share else None)
    totals = (
        asked.margins in (True, "rows") or of in ("columns", "all"),
        asked.margins in (True, "columns") or of in ("rows", "all"),
    )

    def axis(columns: list[str], total: bool) -> Axis:
        parts = []
        for column in columns:
            labels = asked.labels.get(column, {})
            made = make_axis(
                frame,
                column,
                table=name,
                title=asked.axis_titles.get(column) or axis_title(catalog, loaded.names, column),
                labels=labels,
                keys=asked.keys.get(column),
            )
            if any(loaded.is_person(key) for key in made.keys):
                raise GateRefused(f"{where}: '{column}' names single people by their protected ids")
            chain = _chain(asked.hierarchies[column], column) if column in asked.hierarchies else []
            given = {plain_key(key): bilingual(words, f"{where}: label of {key}") for key, words in labels.items()}
            parts.append(summed(made, chain=chain, total=total, labels=given) if total or chain else made)
        return crossed_axis(parts)

    rows, columns = asked.along
    along = axis(rows, totals[0])
    per = float(DEFAULT_PER) if asked.per is None and asked.statistic == "rate" else asked.per
    exposure = asked.exposure
    if exposure is not None and asked.statistic == "rate":
        exposure = {
            tuple(map(plain_key, key)) if isinstance(key, tuple) else plain_key(key): n for key, n in dict(exposure).items()
        }
    return Layout(
        rows=along,
        columns=axis(columns, totals[1]) if columns else None,
        statistic=asked.statistic,
        decimals=DEFAULT_DECIMALS.get(asked.statistic, 2) if asked.decimals is None else asked.decimals,
        people=people,
        unit=bilingual(asked.unit, f"{where}: unit") if asked.unit else None,
        share_of=of,
        exposure=exposure_of(along, exposure) if asked.statistic == "rate" else None,
        per=per,
        quantile=asked.quantile,
        of_value=asked.value is not None and asked.statistic in ("share", "rate"),
    )


def _chain(hierarchy: Any, column: str) -> list[dict[Any, Any]]:
    """A hierarchy with plain keys."""
    if isinstance(hierarchy, pd.DataFrame):
        hierarchy = hierarchy.set_index(column) if column in hierarchy.columns else hierarchy
        hierarchy = {key: tuple(levels) for key, levels in zip(hierarchy.index, hierarchy.itertuples(index=False), strict=True)}
    if isinstance(hierarchy, Mapping):
        hierarchy = {
            plain_key(key): tuple(map(plain_key, above)) if isinstance(above, tuple | list) else plain_key(above)
            for key, above in hierarchy.items()
        }
    elif isinstance(hierarchy, Sequence) and not isinstance(hierarchy, str):
        hierarchy = [{plain_key(key): plain_key(above) for key, above in dict(level).items()} for level in hierarchy]
    return chain_of(hierarchy, column=column)


def table_title(title: Mapping[str, str] | None, name: str) -> dict[str, str]:
    """Return a table's title in each language, its name where it has none.

    Parameters
    ----------
    title : mapping or None
    name : str

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> table_title(None, "trips")
    {'ko': 'trips', 'en': 'trips'}
    """
    return dict(bilingual(title, f"table '{name}': title")) if title else dict.fromkeys(LANGUAGES, name)
