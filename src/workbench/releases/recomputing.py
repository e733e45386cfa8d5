"""Tables of a run computed again outside the kernel: their cells before anything is withheld, and the people in them.

A kernel hands over rows and is believed nothing else. Whose rows they are is looked up in the map that protecting left: an
id that no protected row has counts nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.bench import read_contributions
from workbench.disclosure import Axis, Layout, ModelLayout, Rules, SafeTable, rules_of, strictest, tabulate
from workbench.disclosure.tabulating.cells import Bound, Cells, cells_of
from workbench.errors import GateRefused
from workbench.privacy.people_map import PeopleMap
from workbench.project import Project
from workbench.releases.ledger import Data, StoredTable, Vectors
from workbench.releases.ledger.people import data_behind, maps_behind, vectors_of
from workbench.releases.models import groups_of_model
from workbench.runs import Run

GROUPS = {"ko": "집단", "en": "Groups"}


@dataclass(frozen=True, eq=False, repr=False)
class FoundTable:
    """A table of a run, before it is protected; never public.

    Parameters
    ----------
    run : Run
    record : mapping
        As the kernel wrote it, with what its ``datasets`` truly are.
    rules : Rules
    cells : Cells
    vectors : Vectors
        The people of every cell, by lasting ids.
    datasets : dict of str to Data
    """

    run: Run
    record: Mapping[str, Any]
    rules: Rules
    cells: Cells
    vectors: Vectors
    datasets: dict[str, Data]

    @property
    def name(self) -> str:
        """The result's name."""
        return str(self.record["name"])

    @property
    def layout(self) -> Layout:
        """What the table is to be."""
        return self.cells.layout


def rules_of_record(record: Mapping[str, Any]) -> Rules:
    """Return the strictest rules of what a result rests on.

    Parameters
    ----------
    record : mapping
        With what its ``datasets`` truly are.

    Returns
    -------
    Rules
    """
    return strictest(map(rules_of, record["datasets"].values()))


def about_people(record: Mapping[str, Any]) -> bool:
    """Tell whether a result rests on data about people.

    Parameters
    ----------
    record : mapping

    Returns
    -------
    bool

    Examples
    --------
    >>> about_people({"datasets": {"daily_air": {"personal": False}}})
    False
    """
    return any(loaded["personal"] for loaded in record["datasets"].values())


def recompute(project: Project, run: Run, record: Mapping[str, Any]) -> FoundTable | SafeTable:
    """Compute a run's table again.

    Parameters
    ----------
    project : Project
    run : Run
    record : mapping
        As the kernel wrote it, with what its ``datasets`` truly are.

    Returns
    -------
    FoundTable or SafeTable
        A table of data about people before it is protected; any other as it may be published.

    Raises
    ------
    GateRefused
        It rests on data about people and does not count them, or counts nobody's ids.
    """
    layout = Layout.from_record(record["content"])
    contributions = read_contributions(run.folder, record["name"])
    if not about_people(record):
        return tabulate(contributions, layout, rules=rules_of_record(record))
    if not layout.people:
        where = f"table '{record['name']}'"
        raise GateRefused(f"{where} rests on data about people and does not count them", hint="give contributor=")
    if "contributor" in contributions and _people_as_keys(layout, contributions):
        raise GateRefused(f"table '{record['name']}' has people for keys", hint="count them by place, by age, by time")
    rules = rules_of_record(record)
    cells = cells_of(contributions, layout, rules=rules)
    vectors = vectors_of(record["name"], contributions, layout, maps=maps_behind(project, record["datasets"]))
    return FoundTable(run, record, rules, cells, vectors, data_behind(project, record["datasets"]))


def _people_as_keys(layout: Layout, contributions: pd.DataFrame) -> bool:
    """Whether somebody's protected id is a key; told before any message names the keys."""
    axes = [axis for axis in (layout.rows, layout.columns) if axis is not None]
    return not {str(key) for axis in axes for key in axis.keys}.isdisjoint(contributions["contributor"].astype(str))


def groups_published_by(project: Project, run: Run, record: Mapping[str, Any]) -> FoundTable | None:
    """Return the groups of people that a model tells of as a table of counts, for everything published is compared.

    Parameters
    ----------
    project : Project
    run : Run
    record : mapping
        A model's.

    Returns
    -------
    FoundTable or None
        None where the model is not about people.
    """
    if not about_people(record):
        return None
    layout = ModelLayout.from_record(record["content"])
    rules, maps = rules_of_record(record), maps_behind(project, record["datasets"])
    cells, vectors = model_cells(record["name"], read_contributions(run.folder, record["name"]), layout, rules=rules, maps=maps)
    return FoundTable(run, record, rules, cells, vectors, data_behind(project, record["datasets"]))


def model_cells(
    name: str, rows: pd.DataFrame, layout: ModelLayout, *, rules: Rules, maps: Iterable[PeopleMap]
) -> tuple[Cells, Vectors]:
    """Return the groups of people that a model tells of as cells of a table of counts.

    Parameters
    ----------
    name : str
        The model's, for messages.
    rows : pandas.DataFrame
        As the kernel wrote them.
    layout : ModelLayout
        Of people.
    rules : Rules
    maps : iterable of PeopleMap
        Of all data about people behind it.

    Returns
    -------
    (Cells, Vectors)

    Raises
    ------
    GateRefused
        Contributors that are none of the protected people.
    """
    names, groups = groups_of_model(rows, layout)
    keys = tuple(f"{place}: {name}" for place, name in enumerate(names))
    axis = Axis("group", keys, GROUPS, dict.fromkeys(GROUPS, keys))
    counts = Layout(rows=axis, columns=None, statistic="count", decimals=0, people=True)
    repeated = groups.loc[groups.index.repeat(groups["count"])]
    counted = pd.DataFrame({"row": [keys[cell] for cell in repeated["cell"]], "contributor": repeated["contributor"].to_numpy()})
    return cells_of(counted, counts, rules=rules), vectors_of(name, counted, counts, maps=maps)


def stored_cells(table: StoredTable) -> Cells:
    """Return the cells of a table that was published before, from the people that the ledger keeps of it.

    Parameters
    ----------
    table : StoredTable
        Whose vectors are known.

    Returns
    -------
    Cells
    """
    vectors, layout = table.vectors, table.safe.layout
    rows, people = vectors.rows, np.asarray(vectors.people)
    cell = np.repeat(np.arange(vectors.cells), people)
    largest = np.zeros(vectors.cells, np.int64)
    np.maximum.at(largest, cell, np.asarray(vectors.weight))
    amounts = None if vectors.amount is None else np.bincount(cell, weights=vectors.amount, minlength=vectors.cells)
    bound: Bound | None = "count" if amounts is None else "amount"
    if amounts is not None and layout.statistic != "mean" and _marks(vectors):
        rows, largest, bound = amounts.astype(np.int64), np.minimum(largest, amounts).astype(np.int64), "count"
    return Cells(
        layout=layout,
        numbers=rows.astype(float) if amounts is None else amounts,
        rows=rows,
        people=people,
        largest_rows=largest,
        unsafe=(people > 0) & (people < table.rules.min_contributors),
        amounts=amounts,
        negative=bool(vectors.amount is not None and (vectors.amount < 0).any()),
        bound=None if layout.statistic in ("median", "quantile", "value") else bound,
        once=bool((np.asarray(vectors.weight) == 1).all()),
    )


def _marks(vectors: Vectors) -> bool:
    """Whether what people bring is counted: whole, and no more than they have rows."""
    amount = vectors.amount
    if amount is None:
        return False
    return bool(((amount == np.rint(amount)) & (amount >= 0) & (amount <= np.asarray(vectors.weight))).all())
