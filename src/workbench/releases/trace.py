"""From a published number back to its source: result, cells, notebook, run, protected data, policy, source, and who approved it.

Every link is looked at on this machine; a reader sees which were verified here, which are elsewhere, and which are broken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.bench import RESULT_MIME, cell_text
from workbench.catalog import Catalog
from workbench.disclosure import FittedModel, SafeTable
from workbench.errors import UsageError, WorkbenchError, unknown
from workbench.files import canonical, read_json, sha256, sha256_file
from workbench.governance import SIDES, Governance
from workbench.project import Project
from workbench.releases.finding_checks import value_problems
from workbench.releases.provenance import ABSENT, Link, State, data_links
from workbench.releases.results import Variant, parameter_key, read_variants
from workbench.releases.table_checks import csv_name, model_problems, table_problems
from workbench.releases.verify import changed_files, read_release, releases

REFERENCE = re.compile(r"(?P<issue>[a-z][a-z0-9-]*)/(?P<number>[1-9][0-9]*)#(?P<name>[a-z][a-z0-9_]*(\.figure)?)")

EXAMPLE = "write it as bike-routes/2#peak: urban issue, release, result"


def trace(governance: Governance, catalog: Catalog, reference: str, *, only: Mapping[str, str] | None = None) -> Link:
    """Follow a published result back to its source.

    Parameters
    ----------
    governance : Governance
    catalog : Catalog
    reference : str
        Such as ``bike-routes/2#peak``.
    only : mapping, optional
        Parameters by name: only the result of that run.

    Returns
    -------
    Link
        The result; below it the release with its approvals, and for each run what the result rests on.

    Raises
    ------
    UsageError
        The reference cannot be understood, or names what does not exist.
    """
    folder, name = _found(governance.project, reference)
    record = read_release(folder)
    variants = read_variants(folder)
    mine = [variant for variant in variants if variant.name == name]
    wanted = dict(only or {})
    chosen = [one for one in mine if all(str(one.parameters.get(key)) == value for key, value in wanted.items())]
    if not chosen:
        allowed = [parameter_key(one.parameters) for one in mine]
        raise unknown("run", " ".join(f"{key}={value}" for key, value in wanted.items()), allowed, where=reference)
    below = [_release(governance, folder, record)]
    below += [_variant(governance, catalog, folder, record, variant, variants) for variant in chosen]
    return _file("result", f"results/{name}.json", folder, record, {"result": reference, "kind": mine[0].kind}, below)


def _found(project: Project, reference: str) -> tuple[Path, str]:
    parts = REFERENCE.fullmatch(reference)
    if parts is None:
        raise UsageError(f"'{reference:.80}' names no result", hint=EXAMPLE)
    folders = {path.name: path for path in releases(project, parts["issue"])}
    if parts["number"] not in folders:
        issues = sorted({path.parent.parent.name for path in project.analyses.glob("*/releases/*") if path.is_dir()})
        if not folders:
            raise unknown("urban issue with releases", parts["issue"], issues)
        raise unknown("release", f"{parts['issue']}/{parts['number']}", [f"{parts['issue']}/{number}" for number in folders])
    folder = folders[parts["number"]]
    held = read_release(folder)["results"]
    if parts["name"] not in held:
        raise unknown(f"result of {parts['issue']}/{parts['number']}", parts["name"], held)
    return folder, parts["name"]


def _file(
    what: str, name: str, folder: Path, record: Mapping[str, Any], facts: dict[str, Any], below: Sequence[Link] = ()
) -> Link:
    """A file of the release, held against its hash in ``release.yml``."""
    expected = record["files"].get(name)
    path = folder / name
    state: State = "verified"
    reason = ""
    if expected is None:
        state, reason = "broken", "release.yml does not list it"
    elif not path.is_file():
        state, reason = "broken", "is missing"
    elif sha256_file(path) != expected:
        state, reason = "broken", "was changed after it was written"
    return Link(what, name, state, {**facts, "sha256": expected}, reason, tuple(below))


def _release(governance: Governance, folder: Path, record: Mapping[str, Any]) -> Link:
    """The release as a whole, and each side's approval of exactly its bytes."""
    path = folder / "release.yml"
    changed = changed_files(folder)
    consent = governance.release(folder)
    approvals = []
    for side in SIDES:
        if side in consent.given:
            statement = consent.given[side]
            facts = {"seat": statement.seat, "side": side, "date": str(statement.date)}
            approvals.append(Link("approval", f"{statement.seat} ({side.replace('_', ' ')})", "verified", facts))
        else:
            approvals.append(Link("approval", side.replace("_", " "), "broken", {"side": side}, consent.missing()))
    told: dict[str, Any] = {"release": record["release"], "created": str(record["created"]), "files": len(record["files"])}
    reason = "; ".join(changed[:3])
    state: State = "broken" if changed else "verified"
    return Link(
        "release",
        governance.project.relative(path),
        state,
        {**told, "sha256": sha256_file(path)},
        reason,
        tuple(approvals),
    )


def _variant(
    governance: Governance,
    catalog: Catalog,
    folder: Path,
    record: Mapping[str, Any],
    variant: Variant,
    variants: Sequence[Variant],
) -> Link:
    """One run's result: its cells, and the notebook, run and data behind them."""
    beside = {one.name: one for one in variants if one.kind in ("table", "model") and one.identity[1] == variant.identity[1]}
    cells = _cells(folder, record, variant, beside)
    run = _run(governance.project, folder, variant, data_links(governance, catalog, variant.datasets))
    notebook = _notebook(folder, record, variant, run)
    name = f"{variant.name} ({parameter_key(variant.parameters)})" if variant.parameters else variant.name
    return Link("variant", name, "verified", {"parameters": variant.parameters, "basis": variant.basis}, "", (*cells, notebook))


def _cells(folder: Path, record: Mapping[str, Any], variant: Variant, beside: Mapping[str, Variant]) -> list[Link]:
    match variant.kind:
        case "table":
            return [_table(folder, record, variant, None)]
        case "model":
            return [_model(folder, record, variant, None)]
        case "figure":
            pictures = [_file("picture", name, folder, record, {}) for name in variant.content["files"].values()]
            return [*pictures, _table_named(folder, record, variant.content["table"], beside, None)]
        case "finding":
            return [_value(folder, record, name, value, beside) for name, value in variant.content["values"].items()]
    return []


def _value(folder: Path, record: Mapping[str, Any], name: str, value: Mapping[str, Any], beside: Mapping[str, Variant]) -> Link:
    """A finding's number, computed again from the published cells that it points into."""
    pointed: dict[str, list[tuple[Any, Any]]] = {}
    for table, row, column in _pointed(value["expression"]):
        pointed.setdefault(table, []).append((row, column))
    tables: dict[str, SafeTable | FittedModel] = {}
    for table in pointed:
        if table in beside:
            check = model_problems if beside[table].kind == "model" else table_problems
            _, found = check(folder, record["files"], beside[table])
            if found is not None:
                tables[table] = found
    problems = value_problems(value, tables)
    below = tuple(_table_named(folder, record, table, beside, cells) for table, cells in pointed.items())
    facts = {"number": value["number"], "shown": value["shown"], "expression": value["expression"]}
    return Link("value", name, "broken" if problems else "verified", facts, "; ".join(problems), below)


def _pointed(expression: Any) -> list[tuple[str, Any, Any]]:
    """The tables, rows and columns that an expression names; a row of None is the whole column."""
    match expression:
        case ["at", str() as table, row, column]:
            return [(table, row, column)]
        case ["total" | "largest" | "smallest", str() as table, column]:
            return [(table, None, column)]
        case ["coefficient", str() as model, term, part]:
            return [(model, term, part)]
        case [str(), *parts]:
            return [found for part in parts if isinstance(part, list) for found in _pointed(part)]
    return []


def _table_named(
    folder: Path, record: Mapping[str, Any], name: str, beside: Mapping[str, Variant], cells: Sequence[tuple[Any, Any]] | None
) -> Link:
    if name not in beside:
        return Link("table", name, "broken", {}, "the release has no such table of the same run")
    follow = _model if beside[name].kind == "model" else _table
    return follow(folder, record, beside[name], cells)


def _model(folder: Path, record: Mapping[str, Any], variant: Variant, terms: Sequence[tuple[Any, Any]] | None) -> Link:
    """A model's download, held against the model; the coefficients that a finding names."""
    problems, fitted = model_problems(folder, record["files"], variant)
    name = csv_name(variant, record["files"]) or f"tables/{variant.name}.csv"
    below = []
    for term, part in terms or () if fitted is not None else ():
        number = fitted.number(term, part) if fitted is not None else None
        below.append(Link("coefficient", f"{term} {part}", "verified", {"written": f"{number:.6g}"}))
    link = _file("model", name, folder, record, {"model": variant.name}, below)
    if problems and link.state == "verified":
        return Link("model", name, "broken", link.facts, "; ".join(problems[:3]), link.below)
    return link


def _table(folder: Path, record: Mapping[str, Any], variant: Variant, cells: Sequence[tuple[Any, Any]] | None) -> Link:
    """A table's download, held against the table; the cells that a finding names, or how many there are."""
    problems, safe = table_problems(folder, record["files"], variant)
    name = csv_name(variant, record["files"]) or f"tables/{variant.name}.csv"
    facts: dict[str, Any] = {"table": variant.name}
    below: list[Link] = []
    if safe is not None:
        states = [state for row in safe.states for state in row]
        facts |= {"shown": states.count("shown"), "withheld": states.count("withheld")}
        below = [_cell(safe, row, column) for row, column in cells or ()]
    link = _file("table", name, folder, record, facts, below)
    if problems and link.state == "verified":
        return Link("table", name, "broken", link.facts, "; ".join(problems[:3]), link.below)
    return link


def _cell(safe: SafeTable, row: Any, column: Any) -> Link:
    layout = safe.layout
    name = " ".join(str(key) for key in (row, column) if key is not None) or "every row"
    try:
        place = 0 if layout.columns is None else layout.columns.position(column)
        if row is None:
            shown = sum(states[place] == "shown" for states in safe.states)
            return Link("cells", f"every row of {column}" if column is not None else name, "verified", {"shown": shown})
        line = layout.rows.position(row)
    except WorkbenchError as error:
        return Link("cell", name, "broken", {}, error.message)
    facts = {"row": row, "column": column, "state": safe.states[line][place], "written": cell_text(safe, line, place, "en")}
    return Link("cell", name, "verified", facts)


def _notebook(folder: Path, record: Mapping[str, Any], variant: Variant, run: Link) -> Link:
    """The notebook's public copy: its code, and which cell shows the result."""
    from workbench.runs.notebook import code_hash

    name = f"notebooks/{variant.notebook}.ipynb"
    facts: dict[str, Any] = {}
    path = folder / name
    if path.is_file():
        try:
            facts["code_sha256"] = code_hash(path)
            facts["cell"] = _marked(path, variant.name)
        except (WorkbenchError, ValueError, KeyError, TypeError) as error:
            return Link("notebook", name, "broken", facts, f"cannot be read ({type(error).__name__})", (run,))
    code = run.facts.get("code_sha256")
    if code and facts.get("code_sha256") and code != facts["code_sha256"]:
        facts["run_with"] = "an earlier version of the code; its results were the same"
    return _file("notebook", name, folder, record, facts, [run])


def _marked(path: Path, result: str) -> int | None:
    """The number of the cell, from 1, whose output names the result; None where only other runs' copies show it."""
    for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"], start=1):
        for output in cell.get("outputs", ()):
            if output.get("data", {}).get(RESULT_MIME, {}).get("name") == result:
                return number
    return None


def _run(project: Project, folder: Path, variant: Variant, below: tuple[Link, ...]) -> Link:
    """The run, as the release names it and as it lies here."""
    from workbench.runs.belonging import files_of

    facts: dict[str, Any] = {"run": variant.run, "parameters": variant.parameters}
    fault = _unlogged(folder, variant)
    if fault:
        return Link("run", variant.run, "broken", facts, fault, below)
    there = sorted((project.runs / folder.parent.parent.name / variant.notebook).glob(f"*-{variant.run}"))
    if not there or not (there[0] / "run.json").is_file():
        return Link("run", variant.run, "absent", facts, ABSENT, below)
    record = read_json(there[0] / "run.json")
    problems = []
    if not isinstance(record.get("parts"), dict) or sha256(canonical(record["parts"]))[:16] != variant.run:
        problems.append("its record is that of another run")
    else:
        facts["code_sha256"] = record["parts"].get("code")
        inputs = record["parts"].get("inputs", {})
        for asked, used in variant.datasets.items():
            if inputs.get(asked, {}).get("sha256") != used["sha256"]:
                problems.append(f"it ran on other rows of '{asked}' than the result says")
    noted = record.get("files")
    if isinstance(noted, dict) and noted != files_of(there[0]):
        problems.append("its files were changed after it ended")
    return Link("run", variant.run, "broken" if problems else "verified", facts, "; ".join(problems), below)


def _unlogged(folder: Path, variant: Variant) -> str:
    """Why ``runs.jsonl`` of the release does not name the run; empty where it does."""
    path = folder / "runs.jsonl"
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    except (OSError, ValueError):
        return "runs.jsonl cannot be read"
    for line in lines:
        if line.get("run") == variant.run:
            same = line.get("notebook") == variant.notebook and line.get("parameters") == variant.parameters
            return "" if same else "runs.jsonl names it with another notebook or other parameters"
    return "runs.jsonl does not name it"
