"""Candidates: what the last runs found beyond the last release, in a release's form, for two checkers to read."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat

from workbench.bench import LANGUAGES, RESULT_MIME
from workbench.catalog import Catalog, read_manifest
from workbench.disclosure import FittedModel, SafeTable
from workbench.errors import UsageError
from workbench.files import replace_folder, sha256_file, write_bytes, write_json, write_text
from workbench.governance import read_governance, require_agreed_issue
from workbench.project import Project
from workbench.records import dump_yaml
from workbench.releases.compare import Comparison, compare
from workbench.releases.downloads import Download, downloads_of
from workbench.releases.gather import gather
from workbench.releases.models import model_csv
from workbench.releases.redraw import Drawing, redraw
from workbench.releases.results import Variant, csv_bytes, read_variants, result_files
from workbench.releases.verify import RELEASE_FILE, changed_files, latest_release, read_release
from workbench.runs import Analysis, Run, parameter_slug, read_notebook

KEPT_METADATA = ("lang", "tags")

RISK_FIGURES = ("rows", "people", "suppressed", "k", "l", "t", "classes", "ncp", "levels")
"""What of a protection's report is published: figures of the whole dataset, none of a single profile."""


@dataclass(frozen=True)
class Candidate:
    """What ``release`` found.

    Parameters
    ----------
    issue : str
    number : int
        Of the release that it would become.
    folder : Path or None
        None where the last release stands as it is.
    comparisons : tuple of Comparison
    reworded : tuple of str
        Notebooks whose text or code was changed.
    withheld : int
        Cells with too few contributors.
    downloads : tuple of Download
        The datasets that it offers as files.
    """

    issue: str
    number: int
    folder: Path | None
    comparisons: tuple[Comparison, ...]
    reworded: tuple[str, ...]
    withheld: int
    downloads: tuple[Download, ...] = ()


def make_candidate(project: Project, catalog: Catalog, analysis: Analysis, runs: Sequence[Run], *, today: dt.date) -> Candidate:
    """Compare the last runs with the last release, and write a candidate where something is new or differs.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    analysis : Analysis
    runs : sequence of Run
    today : datetime.date

    Returns
    -------
    Candidate

    Raises
    ------
    GateRefused
        The urban issue is not agreed, or a result may not be released.
    """
    governance = read_governance(project, today=today)
    require_agreed_issue(governance, analysis.issue)
    last = latest_release(project, analysis.issue)
    released = read_variants(last) if last else []
    found = gather(project, catalog, runs)
    comparisons = compare(released, found)
    number = int(last.name) + 1 if last else 1
    unchecked = {item.variant.notebook for item in comparisons if item.verdict == "not_checked"}
    notebooks = _notebooks(analysis, runs, unchecked=unchecked, last=last)
    reworded = tuple(
        name for name, text in notebooks.items() if last and _read(last / "notebooks" / f"{name}.ipynb") not in (None, text)
    )
    withheld = sum(SafeTable.from_record(item.variant.content).withheld for item in comparisons if item.variant.kind == "table")
    downloads = downloads_of(project, catalog, analysis, governance, last=last)
    gone = set(read_release(last).get("downloads", {})) - {item.dataset for item in downloads} if last else set()
    folder: Path | None = project.candidates / analysis.issue
    verdicts = {*(item.verdict for item in comparisons), *(item.verdict for item in downloads)}
    if verdicts & {"new", "differs"} or reworded or gone:
        _write(project, catalog, analysis, comparisons, notebooks, downloads, number=number, last=last, today=today)
    else:
        shutil.rmtree(project.candidates / analysis.issue, ignore_errors=True)
        folder = None
    return Candidate(analysis.issue, number, folder, tuple(comparisons), reworded, withheld, tuple(downloads))


def _write(
    project: Project,
    catalog: Catalog,
    analysis: Analysis,
    comparisons: Sequence[Comparison],
    notebooks: dict[str, str],
    downloads: Sequence[Download],
    *,
    number: int,
    last: Path | None,
    today: dt.date,
) -> None:
    """Write a candidate beside the old one and swap; approvals given to the same bytes stay."""
    target = project.candidates / analysis.issue
    working = target.with_name(f".{analysis.issue}.new")
    shutil.rmtree(working, ignore_errors=True)
    variants = [_with_files(item.variant) for item in comparisons]
    tables = {item.identity: item for item in variants if item.kind == "table"}
    drawings: list[Drawing] = []
    for variant, item in zip(variants, comparisons, strict=True):
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
    redraw(drawings)
    for name, record in result_files(variants).items():
        write_json(working / "results" / f"{name}.json", record)
    for name, text in notebooks.items():
        write_text(working / "notebooks" / f"{name}.ipynb", text)
    for download in downloads:
        for name, content in download.files.items():
            write_bytes(working / name, content)
    write_json(working / "risk.json", _risk(project, variants, downloads))
    write_json(working / "coverage.json", _coverage(catalog, variants))
    lines = {item.run: {"run": item.run, "notebook": item.notebook, "parameters": item.parameters} for item in variants}
    log = "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for _, line in sorted(lines.items()))
    write_text(working / "runs.jsonl", log)
    record = _release_record(analysis, variants, downloads, working, number=number, today=today)
    before = read_release(target) if (target / RELEASE_FILE).is_file() else None
    if before is not None and {**before, "created": None} == {**record, "created": None} and not changed_files(target):
        shutil.rmtree(working)
        return
    write_text(working / RELEASE_FILE, dump_yaml(record))
    replace_folder(working, target)


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
    analysis: Analysis, variants: Sequence[Variant], downloads: Sequence[Download], folder: Path, *, number: int, today: dt.date
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
        "tolerance": {"rtol": 1e-6},
        "notebooks": [{"name": name, "title": plan.title.model_dump()} for name, plan in analysis.notebooks.items()],
        "results": results,
        "downloads": {item.dataset: item.record for item in downloads},
        "files": {str(path.relative_to(folder)): sha256_file(path) for path in files},
    }


def _notebooks(analysis: Analysis, runs: Sequence[Run], *, unchecked: set[str], last: Path | None) -> dict[str, str]:
    """The public copy of each notebook: code, text, and a mark where each result stands; no other output.

    A notebook whose results could not all be checked here stays as it was released: its code must be what computed them.
    """
    copies: dict[str, str] = {}
    for name in analysis.notebooks:
        done = [run for run in runs if run.notebook == name and run.done]
        if done and name not in unchecked:
            copies[name] = public_copy(done[-1].folder / "notebook.ipynb")
        elif last is not None and (text := _read(last / "notebooks" / f"{name}.ipynb")) is not None:
            copies[name] = text
    return copies


def public_copy(path: Path) -> str:
    """Return an executed notebook as it may be published.

    Parameters
    ----------
    path : Path

    Returns
    -------
    str
        A notebook whose only outputs are marks that name a result.

    Raises
    ------
    UsageError
        The file is no notebook.
    """
    executed = read_notebook(path)
    cells: list[Any] = []
    for cell in executed.cells:
        tags = [tag for tag in cell.metadata.get("tags", []) if not tag.startswith("papermill-")]
        if "injected-parameters" in tags:
            continue
        kept = {key: cell.metadata[key] for key in KEPT_METADATA if key in cell.metadata}
        if "tags" in kept:
            kept["tags"] = tags
        if not kept.get("tags"):
            kept.pop("tags", None)
        if cell.cell_type == "code":
            marks = [output.data[RESULT_MIME] for output in cell.outputs if RESULT_MIME in output.get("data", {})]
            outputs = [nbformat.v4.new_output("display_data", data={RESULT_MIME: dict(mark)}) for mark in marks]
            new = nbformat.v4.new_code_cell(cell.source, metadata=kept, outputs=outputs)
        elif cell.cell_type == "markdown":
            new = nbformat.v4.new_markdown_cell(cell.source, metadata=kept)
        else:
            raise UsageError(f"{path}: a {cell.cell_type} cell cannot be published", hint="make it code or markdown")
        new["id"] = cell.get("id") or f"cell-{len(cells)}"
        cells.append(new)
    kernel = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


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


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
