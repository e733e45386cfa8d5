"""The groups of people that a released model tells of, once more: a release holds its coefficients, and no group."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.bench import read_contributions
from workbench.disclosure import Axis, FittedModel, Layout, Rules, SafeTable, model_differences, published
from workbench.project import Project
from workbench.releases.compare import RTOL
from workbench.releases.ledger.people import maps_behind
from workbench.releases.ledger.tables import Vectors
from workbench.releases.models import refit
from workbench.releases.recomputing import GROUPS, model_cells


def model_again(
    project: Project, source: Path, record: Mapping[str, Any], released: FittedModel, *, rules: Rules
) -> tuple[SafeTable, Vectors] | None:
    """Fit a released model again, and count its groups where every published number comes out equal.

    Parameters
    ----------
    project : Project
    source : Path
        The folder of a run that has its rows.
    record : mapping
        Its ``name`` and its ``datasets``.
    released : FittedModel
    rules : Rules

    Returns
    -------
    (SafeTable, Vectors) or None
        None where a number is another.

    Raises
    ------
    WorkbenchError
        Its rows are none of the released model any more, or of people whom nobody knows.
    """
    fitted = refit(source, {**record, "content": released.as_record()}, rules)
    if model_differences(released, fitted, rtol=RTOL):
        return None
    rows, maps = read_contributions(source, record["name"]), maps_behind(project, record["datasets"])
    cells, vectors = model_cells(record["name"], rows, released.layout, rules=rules, maps=maps)
    return published(cells, cells.people < 0, rules=rules), vectors


def unknown_groups() -> SafeTable:
    """Return what stands in the ledger for a model whose groups cannot be known: one withheld cell.

    Returns
    -------
    SafeTable

    Examples
    --------
    >>> unknown_groups().states
    (('withheld',),)
    """
    axis = Axis("group", ("0: all",), GROUPS, dict.fromkeys(GROUPS, ("0: all",)))
    layout = Layout(rows=axis, columns=None, statistic="count", decimals=0, people=True)
    return SafeTable(layout, ((None,),), (("withheld",),))
