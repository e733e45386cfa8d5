"""What the page for checkers tells beyond the candidate's own files: withheld cells with their proofs, rules, removed outputs.

None of it is public, and none of it says a withheld number: bounds, classes and reasons only.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from workbench.catalog import Catalog
from workbench.disclosure import Cells, Rules, SafeTable, rules_of
from workbench.releases.checkers_facts import DatasetRules, RemovedOutput, Withholding, removed_outputs
from workbench.releases.results import Variant

if TYPE_CHECKING:
    import numpy as np

    from workbench.runs import Run


def withholdings_of(
    name: str,
    parameters: Mapping[str, Any],
    cells: Cells,
    safe: SafeTable,
    *,
    rules: Rules,
    lower: np.ndarray,
    upper: np.ndarray,
    in_people: tuple[np.ndarray, np.ndarray] | None = None,
) -> list[Withholding]:
    """Return the withheld cells of one table with why, and what follows of each from everything published.

    Parameters
    ----------
    name : str
        The result's.
    parameters : mapping
        Of the run.
    cells : Cells
    safe : SafeTable
        As it would be published.
    rules : Rules
    lower, upper : numpy.ndarray
        Shape (cells,): the proven bounds; NaN where nothing was computed anew.
    in_people : (numpy.ndarray, numpy.ndarray), optional
        Shape (cells,) each: the bounds proven in people; NaN where there are none.

    Returns
    -------
    list of Withholding
        In the order of cells. Where a count is of rows and no bounds are proven in people, they are the fewest who could bring
        so many rows, and one person a row.
    """
    layout = safe.layout
    width = layout.shape[1]
    found = []
    for place in range(cells.size):
        row, column = divmod(place, width)
        if safe.states[row][column] != "withheld":
            continue
        people = int(cells.people[place])
        bounds = None if math.isnan(lower[place]) or math.isnan(upper[place]) else (float(lower[place]), float(upper[place]))
        counted = cells.bound != "amount"
        largest = int(cells.largest_rows[place])
        found.append(
            Withholding(
                result=name,
                parameters=dict(parameters),
                row={language: labels[row] for language, labels in layout.rows.labels.items()},
                column={language: labels[column] for language, labels in layout.columns.labels.items()} if layout.columns else "",
                reason=_reason(bool(cells.unsafe[place]), people, rules.min_contributors),
                people="one" if people == 1 else "few" if people < rules.min_contributors else "enough",
                rows=bounds if counted else None,
                of_people=_in_people(bounds, largest, in_people, place) if counted and bounds and not cells.once else None,
                amount=None if counted else bounds,
                needed=float(rules.min_contributors) if counted and bounds and largest <= rules.min_contributors else None,
            )
        )
    return found


def _reason(unsafe: bool, people: int, least: int) -> Literal["few", "dominated", "complement"]:
    if not unsafe:
        return "complement"
    return "few" if people < least else "dominated"


def _in_people(
    bounds: tuple[float, float], largest: int, people: tuple[np.ndarray, np.ndarray] | None, place: int
) -> tuple[float, float]:
    """The bounds proven in people; otherwise those for rows: nobody brings more than the one with most, nobody fewer than one."""
    if people is not None and not math.isnan(people[0][place]):
        most = float(people[1][place])
        return max(1.0, math.ceil(people[0][place] - 1e-6)), most if math.isinf(most) else math.floor(most + 1e-6)
    return max(1.0, math.ceil(bounds[0] / max(largest, 1))), bounds[1]


def rules_in_force(catalog: Catalog, variants: Iterable[Variant]) -> tuple[DatasetRules, ...]:
    """Return the rules of every dataset that results rest on, as the results record them.

    Parameters
    ----------
    catalog : Catalog
    variants : iterable of Variant

    Returns
    -------
    tuple of DatasetRules
        By name of dataset; those about people first.
    """
    found: dict[str, DatasetRules] = {}
    for variant in variants:
        for record in variant.datasets.values():
            name, rules = record["dataset"], rules_of(record)
            described = catalog.datasets.get(name)
            found[name] = DatasetRules(
                dataset=name,
                title=described.title.model_dump() if described else {},
                personal=bool(record["personal"]),
                policy_version=record["policy"]["version"],
                policy_sha256=record["policy"]["sha256"],
                min_contributors=rules.min_contributors,
                dominance=tuple((held.n, held.share) for held in rules.dominance),
                p_percent=rules.p_percent,
                round=rules.round,
            )
    return tuple(sorted(found.values(), key=lambda one: (not one.personal, one.dataset)))


def removed_from(runs: Iterable[Run]) -> tuple[RemovedOutput, ...]:
    """Return the free outputs of finished runs that no public copy carries, each cell and kind once a notebook.

    Parameters
    ----------
    runs : iterable of Run

    Returns
    -------
    tuple of RemovedOutput
    """
    from workbench.bench import RESULT_MIME
    from workbench.runs import read_notebook

    found: dict[RemovedOutput, None] = {}
    for run in runs:
        if run.done:
            cells = [
                cell
                for cell in read_notebook(run.folder / "notebook.ipynb").cells
                if "injected-parameters" not in cell.metadata.get("tags", [])
            ]
            found |= dict.fromkeys(removed_outputs(run.notebook, cells, kept=RESULT_MIME))
    return tuple(sorted(found, key=lambda one: (one.notebook, one.cell, one.what)))
