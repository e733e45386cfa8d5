"""What a notebook has loaded: of which kind it is, and what follows from it for the tables that the notebook makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workbench.bench.local_labels import refuse_local_labels
from workbench.catalog import DATA_NAME, Catalog, read_manifest
from workbench.disclosure import Rules, rules_of, strictest
from workbench.errors import GateRefused, unknown
from workbench.project import Project


class Loaded:
    """The datasets that a notebook has loaded, by the name that it asked for.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    """

    def __init__(self, project: Project, catalog: Catalog) -> None:
        self._project = project
        self._catalog = catalog
        self._actual: dict[str, str] = {}
        self._manifests: dict[str, dict[str, Any]] = {}
        self._people: dict[str, frozenset[str]] = {}

    def add(self, asked: str, actual: str) -> None:
        """Note that a dataset was loaded.

        Parameters
        ----------
        asked, actual : str
            The dataset that the notebook named, and the one that it got: itself or its stand-in.
        """
        self._actual[asked] = actual
        self._manifests[asked] = read_manifest(self._folder(actual)) or {}

    @property
    def names(self) -> list[str]:
        """What the notebook asked for, in the order of loading."""
        return list(self._actual)

    def basis(self, asked: str) -> str:
        """Tell whether a dataset is ``official``, ``synthetic`` or a ``stand_in``.

        Parameters
        ----------
        asked : str

        Returns
        -------
        str
        """
        if asked not in self._actual:
            raise unknown("loaded dataset", asked, self._actual)
        return basis_of(self._catalog, asked, self._actual[asked])

    def rules(self) -> Rules:
        """Return what a table obeys: the strictest of the policies of all that was loaded, none where none is about people."""
        return strictest(rules_of(self._manifests[asked]) for asked in self._personal())

    def unit_in(self, frame: pd.DataFrame) -> str | None:
        """Return the column of protected ids that a frame still carries, None where there is none or more than one.

        Parameters
        ----------
        frame : pandas.DataFrame

        Returns
        -------
        str or None
        """
        units = {self._manifests[asked]["unit"] for asked in self._personal()} & {str(column) for column in frame.columns}
        return units.pop() if len(units) == 1 else None

    def check_people(self, table: str, frame: pd.DataFrame, *, contributor: str | None, statistic: str) -> bool:
        """Tell whether a table is about people, and refuse one that would not count them as their policy says.

        Parameters
        ----------
        table : str
            Its name, for messages.
        frame : pandas.DataFrame
        contributor : str or None
            The column of protected ids.
        statistic : str

        Returns
        -------
        bool

        Raises
        ------
        GateRefused
            No contributors, some that are none of the protected ids, or single rows shown.
        """
        personal = self._personal()
        if not personal:
            return contributor is not None
        units = [f"'{self._manifests[asked]['unit']}' of {asked}" for asked in personal if self._manifests[asked]["unit"]]
        if contributor is None:
            if not units:
                raise GateRefused(
                    f"table '{table}': {', '.join(personal)} tells no people apart, so contributors cannot be counted",
                    hint="name the unit in its policy",
                )
            raise GateRefused(
                f"table '{table}': the notebook has loaded data about people, so contributors are counted",
                hint=f"give contributor=, the column of protected ids: {', '.join(units)}",
            )
        if statistic == "value":
            raise GateRefused(f"table '{table}': statistic 'value' shows single rows, which data about people does not allow")
        given = set(pd.unique(frame[contributor].dropna()))
        if not any(given <= self.people(asked) for asked in personal):
            raise GateRefused(
                f"table '{table}': '{contributor}' holds values that are no protected ids, so they cannot count people",
                hint=f"give the column of protected ids as it was loaded: {', '.join(units)}",
            )
        return True

    def people(self, asked: str) -> frozenset[str]:
        """Return the protected ids of a dataset about people.

        Parameters
        ----------
        asked : str

        Returns
        -------
        frozenset of str
            Empty where the dataset tells no people apart.
        """
        if asked not in self._people:
            unit = self._manifests[asked]["unit"]
            found: list[str] = []
            if unit is not None:
                stored = pq.read_table(self._folder(self._actual[asked]) / DATA_NAME, columns=[unit], read_dictionary=[unit])
                found = pc.unique(stored[unit]).to_pylist()
            self._people[asked] = frozenset(found)
        return self._people[asked]

    def is_person(self, key: Any) -> bool:
        """Tell whether a key is the protected id of somebody.

        Parameters
        ----------
        key : Any

        Returns
        -------
        bool
        """
        return any(key in self.people(asked) for asked in self._personal())

    def check_axes(self, table: str, frame: pd.DataFrame, columns: Sequence[str]) -> None:
        """Refuse an axis whose labels overlap.

        Parameters
        ----------
        table : str
            Its name, for messages.
        frame : pandas.DataFrame
        columns : sequence of str

        Raises
        ------
        GateRefused
        """
        known = [(asked, self._manifests[asked], self._folder(actual)) for asked, actual in self._actual.items()]
        refuse_local_labels(table, frame, columns, known)

    def as_record(self) -> dict[str, Any]:
        """Return what stands in each result about the data behind it."""
        return {
            asked: dataset_record(self._catalog, asked, self._actual[asked], manifest)
            for asked, manifest in sorted(self._manifests.items())
        }

    def _personal(self) -> list[str]:
        return [asked for asked, manifest in self._manifests.items() if manifest.get("personal")]

    def _folder(self, dataset: str) -> Path:
        return self._project.protected / dataset


def basis_of(catalog: Catalog, asked: str, actual: str) -> str:
    """Return ``official``, ``synthetic``, or ``stand_in`` where another dataset was got than was asked for.

    Parameters
    ----------
    catalog : Catalog
    asked, actual : str

    Returns
    -------
    str
    """
    if actual != asked:
        return "stand_in"
    return "synthetic" if catalog[asked].synthetic else "official"


def dataset_record(catalog: Catalog, asked: str, actual: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands in a result about one dataset behind it.

    Parameters
    ----------
    catalog : Catalog
    asked, actual : str
        The dataset that the notebook asked for, and the one it got.
    manifest : mapping
        Of the protected rows.

    Returns
    -------
    dict
    """
    rules = rules_of(manifest)
    return {
        "dataset": actual,
        "kind": basis_of(catalog, asked, actual),
        "rows": manifest.get("rows"),
        "sha256": manifest.get("sha256"),
        "policy": manifest.get("policy"),
        "sources": manifest.get("sources", []),
        "retrieved": manifest.get("retrieved"),
        "personal": bool(manifest.get("personal")),
        "min_contributors": rules.min_contributors,
        **({"disclosure": rules.as_record()} if rules != Rules(rules.min_contributors) else {}),
    }
