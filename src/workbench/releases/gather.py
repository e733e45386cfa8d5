"""From finished runs to results, outside the kernel: tables computed again, findings evaluated, nothing else believed."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from workbench.bench import LANGUAGES, RESULT_MIME, dataset_record, format_value, read_contributions, read_results
from workbench.catalog import Catalog, read_manifest
from workbench.disclosure import FittedModel, Layout, SafeTable, chosen_key, evaluate, rests_on_cells, tabulate
from workbench.errors import GateRefused, WorkbenchError, combine, unknown
from workbench.files import sha256
from workbench.project import Project
from workbench.releases.models import refit
from workbench.releases.recomputing import FoundTable, groups_published_by, recompute, rules_of_record
from workbench.releases.results import Variant
from workbench.releases.typed_numbers import withheld_in_drawing
from workbench.runs import EXECUTED, Run, check_belonging, words_of_code


@dataclass(frozen=True, eq=False, repr=False)
class ReadRun:
    """A finished run as it was read outside the kernel, before anything of it is protected.

    Parameters
    ----------
    run : Run
    records : dict of str to dict
        The results by name, as the kernel wrote them, with what their ``datasets`` truly are.
    computed : dict of str to (SafeTable or FittedModel)
        Models, and tables that are not about people, as they may be published.
    people : dict of str to FoundTable
        Tables about people, and the groups that models about people tell of, by the result's name.
    """

    run: Run
    records: dict[str, dict[str, Any]]
    computed: dict[str, SafeTable | FittedModel]
    people: dict[str, FoundTable]


def read_runs(project: Project, catalog: Catalog, runs: Iterable[Run]) -> list[ReadRun]:
    """Read finished runs and compute their tables and models again.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    runs : iterable of Run
        Those that are not done are left out.

    Returns
    -------
    list of ReadRun

    Raises
    ------
    GateRefused
        All results that may not be released, each with its reason.
    """
    found: list[ReadRun] = []
    problems: list[str] = []
    for run in runs:
        if not run.done:
            continue
        try:
            found.append(_read_run(project, catalog, run))
        except WorkbenchError as error:
            problems.append(f"{run.name}: {error.message}" + (f" ({error.hint})" if error.hint else ""))
    if problems:
        raise combine(problems, where="release", kind=GateRefused, hint="mend the notebook and run again")
    return found


def _read_run(project: Project, catalog: Catalog, run: Run) -> ReadRun:
    check_belonging(run)
    records = read_results(run.folder)
    named = datasets_named(run)
    computed: dict[str, SafeTable | FittedModel] = {}
    about: dict[str, FoundTable] = {}
    problems: list[str] = []
    for name, record in records.items():
        record["datasets"] = _data_behind(project, catalog, run, record, named)
        problems += _untitled(name, record)
        if record["kind"] == "table":
            table = recompute(project, run, record)
            if isinstance(table, FoundTable):
                about[name] = table
            else:
                computed[name] = table
        elif record["kind"] == "model":
            computed[name] = refit(run.folder, record, rules_of_record(record))
            groups = groups_published_by(project, run, record)
            about |= {} if groups is None else {name: groups}
    if problems:
        raise combine(problems, where="results", kind=GateRefused)
    return ReadRun(run, records, computed, about)


def datasets_named(run: Run) -> dict[str, set[str]]:
    """Return for each result which datasets the notebook's code names up to the cell that shows the result.

    Parameters
    ----------
    run : Run

    Returns
    -------
    dict of str to set of str
        A kernel says itself what it loaded; what its code names counts as well.
    """
    notebook = nbformat.read(run.folder / EXECUTED, as_version=4)
    words: set[str] = set()
    found: dict[str, set[str]] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        words |= words_of_code(cell.source) & set(run.datasets)
        for output in cell.get("outputs", []):
            mark = output.get("data", {}).get(RESULT_MIME)
            if isinstance(mark, Mapping) and isinstance(mark.get("name"), str):
                found[mark["name"]] = set(words)
    return found


def _data_behind(
    project: Project, catalog: Catalog, run: Run, record: Mapping[str, Any], named: Mapping[str, set[str]]
) -> dict[str, dict[str, Any]]:
    """What a result rests on, as the manifests say: what the kernel says it loaded, and data about people that its code names."""
    what = f"{record['kind']} '{record['name']}'"
    if record["name"] not in named:
        raise GateRefused(f"{what} is shown by no cell of the notebook", hint="make it with bench, in a cell of its own")
    if not record["datasets"]:
        raise GateRefused(f"{what} rests on no dataset", hint="load its data with bench.load")
    found = {}
    for asked in sorted({*record["datasets"], *named[record["name"]]}):
        if asked not in run.datasets:
            raise unknown("dataset", asked, run.datasets, where=what)
        actual = run.datasets[asked]
        manifest = read_manifest(project.protected / actual)
        if manifest is None:
            raise GateRefused(f"dataset '{actual}' is not protected on this machine any more", hint="run: workbench protect")
        if asked in record["datasets"] or manifest.get("personal"):
            found[asked] = dataset_record(catalog, asked, actual, manifest)
    return found


def variants_of(read: ReadRun, tables: Mapping[str, SafeTable]) -> list[Variant]:
    """Return a run's results as they may be published.

    Parameters
    ----------
    read : ReadRun
    tables : mapping of str to SafeTable
        Its tables about people, protected together with all others.

    Returns
    -------
    list of Variant

    Raises
    ------
    GateRefused
        A finding's number rests on a withheld cell, or a drawing's source holds what its table withholds.
    """
    computed = {**read.computed, **tables}
    problems = [problem for name, record in read.records.items() for problem in _withheld_drawn(read, name, record, tables)]
    if problems:
        raise combine(problems, where="figures", kind=GateRefused)
    return [
        Variant(
            name=name,
            kind=record["kind"],
            notebook=read.run.notebook,
            title=record["title"],
            note=record["note"],
            parameters=read.run.parameters,
            run=read.run.key,
            datasets=record["datasets"],
            content=result_content(record, computed),
            order=record["order"],
            drawing=record["content"]["draw"] if record["kind"] == "figure" else "",
        )
        for name, record in read.records.items()
    ]


def _withheld_drawn(read: ReadRun, name: str, record: Mapping[str, Any], tables: Mapping[str, SafeTable]) -> list[str]:
    """What of a figure's source is a number that its table withholds."""
    content = record["content"]
    if record["kind"] != "figure" or content["table"] not in tables or content["table"] not in read.people:
        return []
    table, numbers = tables[content["table"]], read.people[content["table"]].cells.numbers
    return withheld_in_drawing(name, content["draw"], table=table, numbers=numbers.tolist())


def _untitled(name: str, record: Mapping[str, Any]) -> list[str]:
    """What a citizen would miss."""
    found = []
    if record["kind"] in ("table", "figure", "model") and not record["title"]:
        found.append(f"{record['kind']} '{name}' has no title in each language")
    if record["kind"] == "figure" and not record["content"]["alt"]:
        found.append(f"figure '{name}' has no text alternative (alt=) in each language")
    return found


def models_of(folder: Path, records: Mapping[str, Mapping[str, Any]]) -> dict[str, FittedModel]:
    """Fit a run's models again.

    Parameters
    ----------
    folder : Path
        The run's.
    records : mapping
        By name, with what their ``datasets`` truly are.

    Returns
    -------
    dict of str to FittedModel
    """
    return {name: refit(folder, record, rules_of_record(record)) for name, record in records.items() if record["kind"] == "model"}


def recomputed(folder: Path, record: Mapping[str, Any]) -> SafeTable:
    """Compute a table again from its contributing rows, protected by itself alone: what is released is protected together.

    Parameters
    ----------
    folder : Path
        The run's.
    record : mapping
        As the kernel wrote it, with what its ``datasets`` truly are.

    Returns
    -------
    SafeTable

    Raises
    ------
    GateRefused
        It rests on data about people and does not count them.
    """
    name = record["name"]
    contributions = read_contributions(folder, name)
    rules = rules_of_record(record)
    layout = Layout.from_record(record["content"])
    if any(loaded["personal"] for loaded in record["datasets"].values()) and not layout.people:
        raise GateRefused(f"table '{name}' rests on data about people and does not count them", hint="give contributor=")
    return tabulate(contributions, layout, rules=rules)


def result_content(record: Mapping[str, Any], tables: Mapping[str, SafeTable | FittedModel]) -> dict[str, Any]:
    """Return what a result file holds of one result.

    Parameters
    ----------
    record : mapping
        As the kernel wrote it.
    tables : mapping of str to SafeTable or FittedModel
        The run's, computed again.

    Returns
    -------
    dict

    Raises
    ------
    GateRefused
        A finding's number rests on a withheld cell.
    UsageError
        A figure or finding of a table that is not there.
    """
    content = record["content"]
    match record["kind"]:
        case "table" | "model":
            return tables[record["name"]].as_record()
        case "figure":
            if not isinstance(tables.get(content["table"]), SafeTable):
                raise unknown("table", content["table"], tables, where=f"figure '{record['name']}'")
            drawing = sha256(content["draw"].encode())
            return {"table": content["table"], "alt": content["alt"], "drawing": drawing, "files": {}}
        case "finding":
            return finding_content(content, tables)
    raise unknown("kind of result", str(record["kind"]), ("table", "figure", "finding", "model"))


def finding_content(content: Mapping[str, Any], tables: Mapping[str, SafeTable | FittedModel]) -> dict[str, Any]:
    """Compute a finding's numbers from tables and models as they are published, and write its sentences.

    Parameters
    ----------
    content : mapping
        ``text`` by language and ``values`` with their expressions, as a kernel wrote them.
    tables : mapping of str to SafeTable or FittedModel

    Returns
    -------
    dict
        ``text`` with plain ``{name}`` placeholders, and for each name the number and how it is shown by language.

    Raises
    ------
    GateRefused
        A number rests on a withheld cell.
    """
    text: dict[str, str] = {}
    values: dict[str, dict[str, Any]] = {}
    for language in LANGUAGES:
        parts: list[str] = []
        aliases: dict[tuple[str, str], str] = {}
        for literal, key, specification, _ in string.Formatter().parse(content["text"][language]):
            parts.append(literal.replace("{", "{{").replace("}", "}}"))
            if key is None:
                continue
            if key not in content["values"]:
                raise unknown("placeholder", key, content["values"])
            same = [alias for (known, _), alias in aliases.items() if known == key]
            alias = aliases.setdefault((key, specification or ""), key if not same else f"{key}_{len(same) + 1}")
            number, shown = _value(content["values"][key], specification or "", language, tables)
            entry = values.setdefault(alias, {"number": number, "shown": {}, "expression": content["values"][key]["expression"]})
            entry["shown"][language] = shown
            parts.append("{" + alias + "}")
        text[language] = "".join(parts)
    return {"text": text, "values": values}


def _value(
    record: Mapping[str, Any], specification: str, language: str, tables: Mapping[str, SafeTable | FittedModel]
) -> tuple[Any, str]:
    expression = record["expression"]
    if expression[0] in ("largest", "smallest"):
        table, place = chosen_key(expression, tables)
        return None, table.layout.rows.labels[language][place]
    number = evaluate(expression, tables)
    if not rests_on_cells(expression, tables):
        raise GateRefused(
            f"a finding's number, {number}, is the same whatever the table holds", hint="give table.at[row, column]"
        )
    return number, format_value((number, record["decimals"]), specification)
