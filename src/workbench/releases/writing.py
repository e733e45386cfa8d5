"""A candidate on disk, in a release's form: written beside the old one and swapped whole."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbench.bench import LANGUAGES
from workbench.catalog import Catalog, read_manifest
from workbench.disclosure import FittedModel, SafeTable
from workbench.files import replace_folder, sha256_file, write_bytes, write_json, write_text
from workbench.project import Project
from workbench.records import dump_yaml
from workbench.releases.compare import RTOL, Comparison
from workbench.releases.consistency import cell_hashes
from workbench.releases.corrections import RECORD_FILE
from workbench.releases.downloads import Download
from workbench.releases.models import model_csv
from workbench.releases.redraw import Drawing, redraw
from workbench.releases.results import Variant, csv_bytes, result_files
from workbench.releases.verify import RELEASE_FILE, changed_files, read_release
from workbench.runs import Analysis, parameter_slug

RISK_FIGURES = ("rows", "people", "suppressed", "k", "l", "t", "classes", "ncp", "levels")
"""What of a protection's report is published: figures of the whole dataset, none of a single profile."""


@dataclass(frozen=True, eq=False)
class Contents:
    """What a candidate is made of.

    Parameters
    ----------
    comparisons : sequence of Comparison
        Of every result.
    notebooks : mapping of str to str
        The public copies.
    downloads : sequence of Download
    definitions : sequence of dict
        How each table about people was made, for the ledger to be made again.
    corrections : dict or None
        The notes that the release carries.
    uncorrected : bool
        Whether a published number changes without a note.
    """

    comparisons: Sequence[Comparison]
    notebooks: Mapping[str, str]
    downloads: Sequence[Download]
    definitions: Sequence[dict[str, Any]]
    corrections: dict[str, Any] | None
    uncorrected: bool


def write_candidate(
    project: Project,
    catalog: Catalog,
    analysis: Analysis,
    contents: Contents,
    *,
    number: int,
    last: Path | None,
    today: dt.date,
    check: Callable[[Path], None],
) -> Path:
    """Write a candidate beside the old one and swap; approvals given to the same bytes stay.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    analysis : Analysis
    contents : Contents
    number : int
        Of the release that it would become.
    last : Path or None
        The folder of the last release.
    today : datetime.date
    check : callable
        Refuses the folder before it takes its place.

    Returns
    -------
    Path
        The candidate's folder.
    """
    target = project.candidates / analysis.issue
    working = target.with_name(f".{analysis.issue}.new")
    shutil.rmtree(working, ignore_errors=True)
    variants = [_with_files(item.variant) for item in contents.comparisons]
    _write_results(project, working, contents, variants, last=last)
    for name, text in contents.notebooks.items():
        write_text(working / "notebooks" / f"{name}.ipynb", text)
    for download in contents.downloads:
        for name, content in download.files.items():
            write_bytes(working / name, content)
    if contents.corrections is not None:
        write_json(working / RECORD_FILE, contents.corrections)
    write_json(working / "risk.json", _risk(project, variants, contents.downloads))
    write_json(working / "coverage.json", _coverage(catalog, variants))
    lines = {item.run: {"run": item.run, "notebook": item.notebook, "parameters": item.parameters} for item in variants}
    log = "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for _, line in sorted(lines.items()))
    write_text(working / "runs.jsonl", log)
    record = _release_record(analysis, contents, variants, working, number=number, today=today)
    before = read_release(target) if (target / RELEASE_FILE).is_file() else None
    try:
        check(working)
    except BaseException:
        shutil.rmtree(working)
        raise
    if before is not None and {**before, "created": None} == {**record, "created": None} and not changed_files(target):
        shutil.rmtree(working)
        return target
    write_text(working / RELEASE_FILE, dump_yaml(record))
    replace_folder(working, target)
    return target


def _write_results(
    project: Project, working: Path, contents: Contents, variants: Sequence[Variant], *, last: Path | None
) -> None:
    """Result files, tables as CSV, and figures: drawn anew where they are new, as they were released where they are not."""
    tables = {item.identity: item for item in variants if item.kind == "table"}
    drawings: list[Drawing] = []
    for variant, item in zip(variants, contents.comparisons, strict=True):
        if variant.kind == "table":
            write_bytes(working / table_file(variant), csv_bytes(SafeTable.from_record(variant.content)))
        if variant.kind == "model":
            write_bytes(working / table_file(variant), model_csv(FittedModel.from_record(variant.content)))
        if variant.kind == "figure":
            table = tables[variant.content["table"], variant.identity[1]]
            for language, file in variant.content["files"].items():
                if item.verdict in ("new", "differs"):
                    title = variant.title or {}
                    drawings.append(Drawing(table.content, table.name, title, variant.drawing, language, working / file))
                elif last is not None:
                    write_bytes(working / file, (last / file).read_bytes())
    redraw(drawings, kept=project.cache / "drawings")
    for name, record in result_files(variants).items():
        write_json(working / "results" / f"{name}.json", record)


def table_file(variant: Variant) -> str:
    """Return where a table's CSV lies in its release.

    Parameters
    ----------
    variant : Variant

    Returns
    -------
    str
    """
    return f"tables/{variant.name}{_suffix(variant)}.csv"


def _suffix(variant: Variant) -> str:
    return f".{parameter_slug(variant.parameters)}" if variant.parameters else ""


def _with_files(variant: Variant) -> Variant:
    if variant.kind != "figure":
        return variant
    files = {language: f"figures/{variant.name}{_suffix(variant)}.{language}.svg" for language in LANGUAGES}
    return replace(variant, content={**variant.content, "files": files}, drawing=variant.drawing)


def _release_record(
    analysis: Analysis, contents: Contents, variants: Sequence[Variant], folder: Path, *, number: int, today: dt.date
) -> dict[str, Any]:
    bases = {variant.basis for variant in variants}
    results = {}
    for name, record in result_files(variants).items():
        file = folder / "results" / f"{name}.json"
        results[name] = {"kind": record["kind"], "basis": record["basis"], "sha256": sha256_file(file)}
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        "release": f"{analysis.issue}/{number}",
        "issue": analysis.issue,
        "number": number,
        "created": today,
        "authors": list(analysis.authors),
        "basis": bases.pop() if len(bases) == 1 else "mixed",
        "tolerance": {"rtol": RTOL},
        "notebooks": [{"name": name, "title": plan.title.model_dump()} for name, plan in analysis.notebooks.items()],
        "results": results,
        "downloads": {item.dataset: item.record for item in contents.downloads},
        "definitions": list(contents.definitions),
        "cells": {name: cell_hashes(text) for name, text in contents.notebooks.items()},
        **({"uncorrected": True} if contents.uncorrected else {}),
        "files": {str(path.relative_to(folder)): sha256_file(path) for path in files},
    }


def _risk(project: Project, variants: Sequence[Variant], downloads: Sequence[Download]) -> dict[str, Any]:
    """What protecting left of risk in each dataset that results rest on, or that is offered as a file."""
    asked = {record["dataset"]: record["sha256"] for variant in variants for record in variant.datasets.values()}
    offered = {item.dataset for item in downloads if item.verdict != "not_checked"}
    found: dict[str, Any] = {}
    for dataset in sorted({*asked, *offered}):
        manifest = read_manifest(project.protected / dataset) or {}
        if dataset in offered or manifest.get("sha256") == asked[dataset]:
            told = {key: manifest["report"][key] for key in RISK_FIGURES if key in manifest["report"]}
            found[dataset] = {"personal": manifest["personal"], "policy": manifest["policy"], **told}
    return found


def _coverage(catalog: Catalog, variants: Sequence[Variant]) -> dict[str, Any]:
    """Which rows of which sources each dataset gave."""
    found: dict[str, Any] = {}
    for variant in variants:
        for record in variant.datasets.values():
            described = catalog[record["dataset"]]
            found[record["dataset"]] = {"rows": record["rows"], "sources": record["sources"], "period": described.period_in("en")}
    return dict(sorted(found.items()))
