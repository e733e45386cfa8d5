"""What a table withheld when it was last released: a preview shows no more of it than the public has seen.

Values may have changed since; which cells are withheld stays, or two releases together would tell what each withholds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.bench.context import RunContext
from workbench.disclosure import Axis, Layout, SafeTable
from workbench.disclosure.tabulating.axes import typed
from workbench.files import read_json
from workbench.project import Project


def withheld_before(project: Project, context: RunContext, *, name: str, layout: Layout) -> np.ndarray | None:
    """Return which cells of a table were withheld in the last release of its urban issue.

    Parameters
    ----------
    project : Project
    context : RunContext
        The urban issue and the run's parameters.
    name : str
        The table's.
    layout : Layout
        As it is now: cells are found again by their keys.

    Returns
    -------
    numpy.ndarray or None
        Shape (rows * columns,), bool; None where this table was not in the last release, or withheld nothing.
    """
    released = _released(project, context, name)
    if released is None or not released.withheld:
        return None
    rows = _found(layout.rows, released.layout.rows)
    columns = _found(layout.columns, released.layout.columns)
    states = np.array([[state == "withheld" for state in row] for row in released.states], dtype=bool)
    states = np.pad(states, ((0, 1), (0, 1)))  # a key that was not there has the place -1
    held: np.ndarray = states[np.ix_(rows, columns)].ravel()
    return held if held.any() else None


def _released(project: Project, context: RunContext, name: str) -> SafeTable | None:
    """The table of the last release with this run's parameters."""
    folder = project.analyses / context.issue / "releases"
    numbers = sorted(int(path.name) for path in folder.glob("*") if path.name.isascii() and path.name.isdigit())
    if not numbers:
        return None
    path = folder / str(numbers[-1]) / "results" / f"{name}.json"
    record: dict[str, Any] = read_json(path) if path.is_file() else {}
    if record.get("kind") != "table":
        return None
    for variant in record["variants"]:
        if variant["parameters"] == context.parameters:
            return SafeTable.from_record(variant["content"])
    return None


def _found(axis: Axis | None, before: Axis | None) -> list[int]:
    """Where each key stood, -1 where it did not."""
    if axis is None or before is None:
        return [0 if axis is None and before is None else -1] * (1 if axis is None else len(axis.keys))
    places = {typed(key): place for place, key in enumerate(before.keys)}
    return [places.get(typed(key), -1) for key in axis.keys]
