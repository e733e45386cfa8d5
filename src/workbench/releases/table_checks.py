"""Whether a released table says what its rules allow, and its download what the table says.

A number that is changed by hand is changed in one place; here the places are held against each other, cell by cell.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from workbench.bench import LANGUAGES, cell_text
from workbench.disclosure import FittedModel, Layout, Rules, SafeTable, round_half_up, rules_of, strictest
from workbench.errors import WorkbenchError
from workbench.releases.results import Variant, csv_bytes, parameter_key


def result_place(variant: Variant) -> str:
    """Return where a result lies in its release, with its parameters, for messages.

    Parameters
    ----------
    variant : Variant

    Returns
    -------
    str
    """
    of = f" ({parameter_key(variant.parameters)})" if variant.parameters else ""
    return f"results/{variant.name}.json{of}"


def table_problems(folder: Path, files: Mapping[str, Any], variant: Variant) -> tuple[list[str], SafeTable | None]:
    """Name what of a released table contradicts itself, its policy or its download.

    Parameters
    ----------
    folder : Path
        The release's.
    files : mapping
        Its files by path.
    variant : Variant
        Of kind ``table``.

    Returns
    -------
    (list of str, SafeTable or None)
        The table is None where it cannot be understood.
    """
    where, content = result_place(variant), variant.content
    try:
        layout = Layout.from_record(content)
    except WorkbenchError as error:
        return [f"{where}: {error.message}"], None
    problems = [f"{where}: {problem}" for problem in _cells_without_reason(content, layout)]
    if problems:
        return problems, None
    safe = SafeTable.from_record(content)
    try:
        rules = strictest(map(rules_of, variant.datasets.values()))
    except WorkbenchError as error:
        return [f"{where}: {error.message}"], safe
    for row, column in _places(layout):
        value = safe.values[row][column]
        if value is not None and (reason := _impossible(value, layout, rules)):
            problems.append(f"{where}: cell {_cell_name(layout, row, column)}: {reason}")
    problems += [f"{where}: {problem}" for problem in _sums_that_differ(safe)]
    return problems + _download(folder, files, variant, safe), safe


def _cells_without_reason(content: Mapping[str, Any], layout: Layout) -> Iterator[str]:
    """Cells that hold a number where none may stand, or none where one must; the number is not said."""
    values: Any = content.get("values")
    states: Any = content.get("state")
    for what, grid in (("values", values), ("state", states)):
        fits = isinstance(grid, list) and len(grid) == layout.shape[0]
        if not fits or any(not isinstance(row, list) or len(row) != layout.shape[1] for row in grid):
            yield f"{what} are not {layout.shape[0]} rows of {layout.shape[1]} cells"
            return
    for row, column in _places(layout):
        value, state = values[row][column], states[row][column]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if state not in ("shown", "withheld", "empty"):
            yield f"cell {_cell_name(layout, row, column)}: its state is {state!r:.30}"
        elif (state == "shown") != number or not (number or value is None):
            found = "holds a value" if value is not None else "has no number"
            yield f"cell {_cell_name(layout, row, column)}: is {state} and {found}"


def _impossible(value: float | int, layout: Layout, rules: Rules) -> str:
    """Why a shown number cannot have come out of the rules that the release itself records; empty where it can."""
    if round_half_up(value, layout.decimals) != value:
        return f"has more than {layout.decimals} decimals"
    if layout.rounded_to and layout.statistic == "count" and value % layout.rounded_to:
        return f"is no multiple of {layout.rounded_to}, to which counts are rounded"
    if layout.statistic == "count" and value < 0:
        return "counts fewer than none"
    if layout.statistic == "count" and layout.people and 0 < value < rules.min_contributors:
        return f"shows a count of fewer than {rules.min_contributors} people, which the policy withholds"
    return ""


def _sums_that_differ(safe: SafeTable) -> Iterator[str]:
    """Totals of exact counts that are not the sum of their parts, where all of them are shown."""
    layout = safe.layout
    if layout.statistic != "count" or layout.rounded_to:
        return
    axes = [(layout.rows, 0)] + ([(layout.columns, 1)] if layout.columns is not None else [])
    for axis, turned in axes:
        for key, parts in axis.sums:
            lines = [axis.position(one) for one in (key, *parts)]
            for other in range(layout.shape[1 - turned]):
                places = [(other, line) if turned else (line, other) for line in lines]
                total, *added = [safe.values[row][column] for row, column in places]
                if total is not None and None not in added and total != sum(value or 0 for value in added):
                    yield f"cell {_cell_name(layout, *places[0])}: is not the sum of its {len(added)} parts"


def model_problems(folder: Path, files: Mapping[str, Any], variant: Variant) -> tuple[list[str], FittedModel | None]:
    """Name what of a released model contradicts itself or its download.

    Parameters
    ----------
    folder : Path
        The release's.
    files : mapping
        Its files by path.
    variant : Variant
        Of kind ``model``.

    Returns
    -------
    (list of str, FittedModel or None)
        The model is None where it cannot be understood.
    """
    from workbench.releases.models import model_csv

    where = result_place(variant)
    try:
        fitted = FittedModel.from_record(variant.content)
    except WorkbenchError as error:
        return [f"{where}: {error.message}"], None
    name = csv_name(variant, files)
    if name is None or not (folder / name).is_file():
        return [f"{where}: the release has no download tables/{variant.name}….csv"], fitted
    written, expected = (
        list(csv.reader(io.StringIO(_text(content)))) for content in ((folder / name).read_bytes(), model_csv(fitted))
    )
    if written == expected:
        return [], fitted
    for found, right in zip(written, expected, strict=False):
        for one, two in zip(found, right, strict=False):
            if one != two:
                return [f"{name}: term {right[1]}: says {one:.30}, its model {two:.30}"], fitted
    return [f"{name}: has not the terms of its model"], fitted


def _text(content: bytes) -> str:
    return content.decode("utf-8-sig", "replace")


def _download(folder: Path, files: Mapping[str, Any], variant: Variant, safe: SafeTable) -> list[str]:
    """The CSV says what the table says."""
    name = csv_name(variant, files)
    if name is None or not (folder / name).is_file():
        return [f"{result_place(variant)}: the release has no download tables/{variant.name}….csv"]
    written, expected = (folder / name).read_bytes(), csv_bytes(safe)
    if written == expected:
        return []
    grids = [list(csv.reader(io.StringIO(_text(content)))) for content in (written, expected)]
    if [len(row) for row in grids[0]] != [len(row) for row in grids[1]]:
        return [f"{name}: has not the rows and columns of its table"]
    labels = len(LANGUAGES)
    for row, (found, right) in enumerate(zip(*grids, strict=True)):
        for column, (one, two) in enumerate(zip(found, right, strict=True)):
            if one == two:
                continue
            if row == 0 or column < labels:
                return [f"{name}: a label is '{one:.60}', its table says '{two:.60}'"]
            cell = _cell_name(safe.layout, row - 1, column - labels)
            state = safe.states[row - 1][column - labels]
            said = f"says {one:.30}, its table {cell_text(safe, row - 1, column - labels, 'en')}"
            return [f"{name}: cell {cell}: {said if state == 'shown' else f'is not {state}, as its table says'}"]
    return [f"{name}: is written otherwise than a release writes it"]


def csv_name(variant: Variant, files: Mapping[str, Any]) -> str | None:
    """Return where a table's download lies among a release's files.

    Parameters
    ----------
    variant : Variant
    files : mapping
        The release's, by path.

    Returns
    -------
    str or None
        None where there is none; parameters stand in the order of the run that wrote it.
    """
    from workbench.runs import parameter_slug

    for order in itertools.permutations(variant.parameters.items()):
        path = f"tables/{variant.name}{'.' + parameter_slug(dict(order)) if order else ''}.csv"
        if path in files:
            return path
    return None


def _places(layout: Layout) -> Iterator[tuple[int, int]]:
    return ((row, column) for row in range(layout.shape[0]) for column in range(layout.shape[1]))


def _cell_name(layout: Layout, row: int, column: int) -> str:
    name = f"{layout.rows.name}={layout.rows.keys[row]}"
    return f"{name}, {layout.columns.name}={layout.columns.keys[column]}" if layout.columns else name
