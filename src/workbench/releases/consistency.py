"""Whether the parts of a release agree with each other: tables, downloads, findings, rules, notebooks, runs and corrections.

Hashes say that nothing was changed after it was written. Who changes a number and rewrites the hashes still has to change it
in every place where it stands, and in what follows from it; this looks at all of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.bench import LANGUAGES, RESULT_MIME
from workbench.disclosure import FittedModel, SafeTable
from workbench.files import canonical, read_json, sha256, sha256_file
from workbench.releases.changes import published_numbers
from workbench.releases.corrections import check_released_corrections, released_corrections
from workbench.releases.finding_checks import finding_problems
from workbench.releases.results import Variant, parameter_key, read_variants
from workbench.releases.table_checks import csv_name, model_problems, result_place, table_problems
from workbench.releases.verify import read_release

CELL_DIGITS = 16
"""So many digits of a notebook cell's hash stand in ``release.yml``: enough to say which cell was changed."""


@dataclass
class _Release:
    """A release as it is read once: its record, its results, and the tables and models that could be understood."""

    folder: Path
    record: dict[str, Any]
    variants: list[Variant]
    tables: dict[tuple[str, str], SafeTable | FittedModel] = field(default_factory=dict)

    def beside(self, variant: Variant) -> dict[str, SafeTable | FittedModel]:
        """The tables and models of the run that a result is of."""
        return {name: safe for (name, key), safe in self.tables.items() if key == variant.identity[1]}


def inconsistencies(folder: Path) -> list[str]:
    """Name what in a release or candidate contradicts itself.

    Parameters
    ----------
    folder : Path
        With ``release.yml``.

    Returns
    -------
    list of str
        Each names a file and, where there is one, the cell; no withheld number is repeated. Empty where all fits.

    Raises
    ------
    CheckFailed
        ``release.yml`` lacks a key.
    """
    record = read_release(folder)
    problems = _listed(folder, record)
    try:
        release = _Release(folder, record, read_variants(folder))
    except (KeyError, TypeError, AttributeError) as error:
        return [*problems, f"results/: a file is not as a release writes it ({type(error).__name__}: {str(error)[:80]})"]
    for variant in sorted(
        release.variants, key=lambda one: one.kind not in ("table", "model")
    ):  # findings and figures rest on tables
        try:
            problems += _result(release, variant)
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            problems.append(f"{result_place(variant)}: is not as a release writes it ({type(error).__name__})")
    problems += _strays(release)
    problems += _runs(release)
    problems += _notebooks(release)
    problems += check_released_corrections(folder) or _corrected(release)
    return problems


def cell_hashes(notebook: str) -> list[str]:
    """Return a hash of each cell of a notebook, for ``cells`` in ``release.yml``: so a check can say which cell was changed.

    Parameters
    ----------
    notebook : str
        The text of the file.

    Returns
    -------
    list of str
        In the order of cells.

    Examples
    --------
    >>> one, two = (cell_hashes(json.dumps({"cells": [{"source": text}]})) for text in ("a", "b"))
    >>> len(one[0]), one == two
    (16, False)
    """
    return [sha256(canonical(cell))[:CELL_DIGITS] for cell in json.loads(notebook)["cells"]]


def _listed(folder: Path, record: Mapping[str, Any]) -> list[str]:
    """Results as ``release.yml`` lists them, and as they are."""
    problems = []
    present = {path.name.removesuffix(".json"): path for path in sorted((folder / "results").glob("*.json"))}
    for name in sorted({*record["results"], *present}):
        if name not in present:
            problems.append(f"release.yml: lists the result '{name}', and there is no results/{name}.json")
        elif name not in record["results"]:
            problems.append(f"results/{name}.json: release.yml does not list it")
        else:
            held, listed = read_json(present[name]), record["results"][name]
            if not isinstance(held, dict):
                problems.append(f"results/{name}.json: no result")
                continue
            for key in ("kind", "basis"):
                if held.get(key) != listed[key]:
                    problems.append(f"results/{name}.json: {key} is '{held.get(key)}', release.yml says '{listed[key]}'")
            if held.get("name") != name:
                problems.append(f"results/{name}.json: is the result '{held.get('name')}'")
            if sha256_file(present[name]) != listed["sha256"]:
                problems.append(f"results/{name}.json: release.yml gives the result another hash")
    return problems


def _result(release: _Release, variant: Variant) -> list[str]:
    """What is wrong with one result; a table that can be understood is kept for what rests on it."""
    match variant.kind:
        case "table":
            problems, safe = table_problems(release.folder, release.record["files"], variant)
            if safe is not None:
                release.tables[variant.identity] = safe
            return problems
        case "model":
            problems, fitted = model_problems(release.folder, release.record["files"], variant)
            if fitted is not None:
                release.tables[variant.identity] = fitted
            return problems
        case "finding":
            return finding_problems(variant, release.beside(variant))
        case "figure":
            return _figure(release, variant)
    return []


def _figure(release: _Release, variant: Variant) -> list[str]:
    where, content = result_place(variant), variant.content
    problems = []
    if (content["table"], variant.identity[1]) not in {one.identity for one in release.variants if one.kind == "table"}:
        problems.append(f"{where}: is drawn from the table '{content['table']}', which the release does not have")
    for language in LANGUAGES:
        name = content["files"].get(language)
        if name is None or name not in release.record["files"] or not (release.folder / name).is_file():
            problems.append(f"{where}: has no picture in '{language}' among the release's files")
    return problems


def _strays(release: _Release) -> list[str]:
    """Downloads and pictures that belong to no result: nobody looks at what a page does not show."""
    files = release.record["files"]
    known = {csv_name(one, files) for one in release.variants if one.kind in ("table", "model")}
    known |= {name for one in release.variants if one.kind == "figure" for name in dict(one.content.get("files", {})).values()}
    strange = [name for name in files if name.startswith(("tables/", "figures/")) and name not in known]
    return [f"{name}: belongs to no result" for name in sorted(strange)]


def _runs(release: _Release) -> list[str]:
    """``runs.jsonl`` names the run of each result, and no other."""
    path = release.folder / "runs.jsonl"
    if not path.is_file():
        return ["runs.jsonl: is missing"]
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
        said = {line["run"]: (line["notebook"], parameter_key(line["parameters"])) for line in lines}
    except (ValueError, KeyError, TypeError):
        return ["runs.jsonl: a line cannot be understood"]
    problems = []
    for variant in release.variants:
        if said.get(variant.run) != (variant.notebook, variant.identity[1]):
            problems.append(
                f"{result_place(variant)}: runs.jsonl names no run {variant.run} of '{variant.notebook}' with these parameters"
            )
    strange = sorted(set(said) - {variant.run for variant in release.variants})
    return problems + [f"runs.jsonl: no result is of the run {run}" for run in strange]


def _notebooks(release: _Release) -> list[str]:
    """Every notebook is listed, carries marks of its own results only, and each of its cells is the one that was released."""
    listed = [notebook["name"] for notebook in release.record["notebooks"]]
    problems = []
    results = {variant.name: variant for variant in release.variants}
    for name in listed:
        where = f"notebooks/{name}.ipynb"
        path = release.folder / where
        if not path.is_file():
            continue  # the files of a release are held against its list elsewhere; a notebook that never ran has none
        text = path.read_text(encoding="utf-8")
        try:
            cells, hashes = json.loads(text)["cells"], cell_hashes(text)
        except (ValueError, KeyError, TypeError):
            problems.append(f"{where}: no whole notebook")
            continue
        recorded: Sequence[str] | None = release.record.get("cells", {}).get(name)
        if recorded is not None and len(recorded) != len(hashes):
            problems.append(f"{where}: has {len(hashes)} cells, release.yml lists {len(recorded)}")
        elif recorded is not None:
            pairs = enumerate(zip(hashes, recorded, strict=True), start=1)
            problems += [f"{where}: cell {number} is not the one that was released" for number, (one, two) in pairs if one != two]
        for number, cell in enumerate(cells, start=1):
            for output in cell.get("outputs", ()):
                mark = output.get("data", {}).get(RESULT_MIME)
                if mark is None or set(output["data"]) != {RESULT_MIME}:
                    problems.append(f"{where}: cell {number}: an output that names no result")
                elif mark["name"] not in results or results[mark["name"]].notebook != name:
                    problems.append(f"{where}: cell {number}: names the result '{mark['name']:.60}', which is none of its own")
    return problems


def _corrected(release: _Release) -> list[str]:
    """The numbers that the release's own notes name are those that it publishes."""
    entries = [entry for entry in released_corrections(release.folder) if entry["release"] == release.record["release"]]
    problems = []
    for entry in entries:
        name = entry["note"]["result"]
        for change in entry["changes"]:
            wanted = (name, parameter_key(change.get("parameters", {})))
            numbers = [
                one
                for variant in release.variants
                if variant.identity == wanted
                for one in published_numbers(variant)
                if all(getattr(one.place, key) == change.get(key) for key in ("row", "column", "value"))
            ]
            said = numbers[0].number if numbers and numbers[0].number is not None else numbers[0].shown if numbers else None
            if isinstance(change["is"], int | float) and change["is"] != said:
                place = change.get("value") or ", ".join(str(change[key]) for key in ("row", "column") if key in change)
                problems.append(f"corrections.json: '{name}', {place}: is not the number that the release publishes")
    return problems
