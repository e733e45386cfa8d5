"""The results of a notebook in its run's folder: one record a name, and a table's contributing rows beside it."""

from __future__ import annotations

import re
from typing import Any, Literal

import pandas as pd

from workbench.bench.context import RunContext
from workbench.errors import UsageError
from workbench.files import replacing, write_json

Kind = Literal["table", "figure", "finding", "model"]

NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")


class Results:
    """What a notebook has written so far.

    Parameters
    ----------
    context : RunContext
        At a desk a result of the same kind may be written again; in a batch run every name stands once.
    """

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._kinds: dict[str, Kind] = {}
        self._claimed: dict[str, Kind] = {}

    def claim(self, name: str, kind: Kind, *, table: str | None = None) -> str:
        """Check a result's name before the work for it begins.

        Parameters
        ----------
        name : str
        kind : {"table", "figure", "finding", "model"}
        table : str, optional
            The table that a figure is drawn from; the figure may bear its name.

        Returns
        -------
        str
            The name under which the result is stored.

        Raises
        ------
        UsageError
            No name, or one that another result bears.
        """
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise UsageError(f"a result's name is lower-case letters, digits and _, at most 80, found {name!r:.100}")
        stored = f"{name}.figure" if kind == "figure" and name == table else name
        before = self._kinds.get(stored)
        if before is not None and (self._context.batch or before != kind):
            raise UsageError(f"two results are named '{name}'", hint="give each its own name")
        self._claimed[stored] = kind
        return stored

    def write(
        self, name: str, record: dict[str, Any], *, datasets: dict[str, Any], contributions: pd.DataFrame | None = None
    ) -> None:
        """Write a result that was claimed.

        Parameters
        ----------
        name : str
            As :meth:`claim` returned it.
        record : dict
            ``title``, ``note`` and ``content``.
        datasets : dict
            What is said of the data behind it.
        contributions : pandas.DataFrame, optional
            Of a table or a model.
        """
        kind = self._claimed[name]
        if contributions is not None:
            target = self._context.folder / "contributions" / f"{name}.parquet"
            with replacing(target, suffix=".parquet") as temporary:
                contributions.to_parquet(temporary, index=False)
        self._kinds[name] = kind
        order = list(self._kinds).index(name) + 1
        whole = {**record, "kind": kind, "name": name, "order": order, "datasets": datasets}
        write_json(self._context.folder / "results" / f"{name}.json", whole)


def display_bundle(bundle: dict[str, Any]) -> None:
    """Show a result in the notebook; elsewhere (a plain Python process) there is nobody to show it to.

    Parameters
    ----------
    bundle : dict
        By MIME type.
    """
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is not None:
        display(bundle, raw=True)
