"""From a run's contributing rows to vectors over lasting people: pseudonyms go in, ids that outlive a protection come out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.catalog import read_manifest
from workbench.disclosure import Layout
from workbench.disclosure.tabulating.cells import members_of
from workbench.errors import GateRefused
from workbench.privacy.people_map import PeopleMap, read_people_map
from workbench.project import Project
from workbench.releases.ledger.tables import Data, Vectors

if TYPE_CHECKING:
    import pandas as pd


def data_behind(project: Project, datasets: Mapping[str, Mapping[str, Any]]) -> dict[str, Data]:
    """Return what a table rests on, as the ledger writes it.

    Parameters
    ----------
    project : Project
    datasets : mapping
        What a result says of the data behind it; the unit is the protected rows' own.

    Returns
    -------
    dict of str to Data
    """
    found = {}
    for asked, record in datasets.items():
        manifest = read_manifest(project.protected / record["dataset"]) or {}
        unit = manifest.get("unit") if record.get("personal") else None
        found[asked] = Data(record["dataset"], record.get("sha256"), (record.get("policy") or {}).get("sha256"), unit)
    return found


def maps_behind(project: Project, datasets: Mapping[str, Mapping[str, Any]]) -> list[PeopleMap]:
    """Return the maps of the people behind a table.

    Parameters
    ----------
    project : Project
    datasets : mapping
        What a result says of the data behind it.

    Returns
    -------
    list of PeopleMap

    Raises
    ------
    GateRefused
        A dataset is not protected here any more, or its map is missing or belongs to other rows.
    """
    found = []
    for record in datasets.values():
        if not record.get("personal"):
            continue
        name = str(record["dataset"])
        manifest = read_manifest(project.protected / name)
        if manifest is None:
            raise GateRefused(
                f"dataset '{name}' is not protected on this machine any more", hint=f"run: workbench protect {name}"
            )
        if manifest.get("unit"):
            found.append(read_people_map(project, name, data=str(manifest["sha256"])))
    return found


def vectors_of(name: str, contributions: pd.DataFrame, layout: Layout, *, maps: Iterable[PeopleMap]) -> Vectors:
    """Return a table's cells over lasting people.

    Parameters
    ----------
    name : str
        The table's, for messages.
    contributions : pandas.DataFrame
        As :func:`workbench.bench.read_contributions` gives them.
    layout : Layout
    maps : iterable of PeopleMap
        Of all data about people behind it.

    Returns
    -------
    Vectors
        Who has pseudonyms in two datasets is one person: a cell may rest on fewer people than pseudonyms.

    Raises
    ------
    GateRefused
        Contributors that are none of the protected people.

    Examples
    --------
    >>> import pandas as pd
    >>> from workbench.disclosure import Axis
    >>> layout = Layout(Axis("sex", ("F", "M"), {}, {}), None, statistic="count", decimals=0, people=True)
    >>> known = PeopleMap("trips", "card", "", np.array(["aa", "bb"]), np.array([7, 4]))
    >>> rows = pd.DataFrame({"row": ["F", "F", "M"], "contributor": ["aa", "bb", "bb"]})
    >>> vectors_of("trips", rows, layout, maps=[known]).person.tolist()
    [4, 7, 4]
    """
    members = members_of(contributions, layout)
    known = list(maps)
    words = np.concatenate([np.empty(0, "<U1"), *(one.words for one in known)])
    ids = np.concatenate([np.empty(0, np.int64), *(one.person for one in known)])
    order = np.argsort(words, kind="stable")
    words, ids = words[order], ids[order]
    asked = members.ids.astype(str) if len(members.ids) else np.empty(0, "<U1")
    place = np.minimum(np.searchsorted(words, asked), max(len(words) - 1, 0))
    strangers = int((words[place] != asked).sum()) if len(words) else len(asked)
    if strangers:
        raise GateRefused(
            f"table '{name}': {strangers} of its contributors are none of the protected people of {_names(known)}",
            hint="give contributor=, the column of protected ids, as it was loaded",
        )
    person = ids[place][members.person] if len(asked) else np.empty(0, np.int64)
    size = layout.shape[0] * layout.shape[1]
    return _summed(members.cell, person, members.count, members.amount, size=size)


def _summed(cell: np.ndarray, person: np.ndarray, count: np.ndarray, amount: np.ndarray | None, *, size: int) -> Vectors:
    """Sorted by cell and person; who stands twice in a cell stands once."""
    order = np.lexsort((person, cell))
    cell, person, count = cell[order], person[order], count[order].astype(np.int64)
    amount = None if amount is None else amount[order].astype(np.float64)
    first = np.flatnonzero(np.r_[True, (np.diff(cell) != 0) | (np.diff(person) != 0)]) if len(cell) else np.empty(0, np.int64)
    if len(first) < len(cell):
        count = np.add.reduceat(count, first)
        amount = None if amount is None else np.add.reduceat(amount, first)
        cell, person = cell[first], person[first]
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(cell, minlength=size))]).astype(np.int64)
    return Vectors(start, person.astype(np.int64), count, amount)


def _names(maps: list[PeopleMap]) -> str:
    return ", ".join(one.dataset for one in maps) or "any dataset"
