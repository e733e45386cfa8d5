"""A small city of its own for tests of runs, releases and commands: three datasets, one urban issue, real kernels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from signed import TODAY, adopt, agree, found
from workbench.catalog import read_catalog
from workbench.files import read_json, write_json, write_text
from workbench.governance.papers.schemas import write_schemas
from workbench.privacy import protect_dataset
from workbench.project import Project
from workbench.records import dump_yaml
from workbench.releases import Candidate, make_candidate
from workbench.runs import Run, carry_out, plan_runs, read_analysis
from workbench.runs.belonging import files_of
from workbench.runs.plan import RUN_RECORD
from workbench.vault import Vault

__all__ = ["TODAY", "as_its_kernel_wrote", "candidate", "complaints", "levels", "make_city", "notebook", "take_in", "write_yaml"]


def _words(text: str) -> dict[str, str]:
    return {"ko": f"{text} (한)", "en": text}


def _field(kind: str, reveals: str = "none", **more: Any) -> dict[str, Any]:
    return {"type": kind, "reveals": reveals, "meaning": _words(kind), **more}


def _dataset(fields: dict[str, Any], *, key: list[str], sort: list[str], **more: Any) -> dict[str, Any]:
    return {
        "title": _words("data"),
        "description": _words("data"),
        "owner": _words("owner"),
        "sector": "public",
        "licence": "CC0-1.0",
        "licence_verified": True,
        "source": {"title": _words("source")},
        "period": "2020-2021",
        "update": "once",
        "issues": ["noise"],
        "fields": fields,
        "key": key,
        "sort": sort,
        **more,
    }


COUNTS = {
    "year": _field("integer", "time", required=True),
    "place": _field("string", "place", required=True),
    "level_db": _field("number"),
}
PEOPLE = {
    "complaint": _field("string", "direct_identifier", required=True),
    "person": _field("string", "direct_identifier", required=True),
    "age": _field("integer", "quasi_identifier"),
    "year": _field("integer", "time", required=True),
    "place": _field("string", "place", required=True),
}

CATALOG = {
    "datasets": {
        "levels": _dataset(COUNTS, key=["year", "place"], sort=["year", "place"], stand_in="levels_synthetic"),
        "levels_synthetic": _dataset(COUNTS, key=["year", "place"], sort=["year", "place"], synthetic=True),
        "complaints": _dataset(PEOPLE, key=["complaint"], sort=["year", "place"], synthetic=True),
    }
}

POLICIES = {
    "levels": {"policy": "levels", "version": 1, "personal": False},
    "levels_synthetic": {"policy": "levels_synthetic", "version": 1, "personal": False},
    "complaints": {
        "policy": "complaints",
        "version": 1,
        "custody": "synthetic",
        "unit": "person",
        "fields": {
            "complaint": {"role": "direct_identifier", "treatment": "drop"},
            "age": {"role": "quasi_identifier", "recoding": "interval", "domain": [0, 99]},
            "year": {"role": "insensitive"},
            "place": {"role": "insensitive"},
        },
        "guarantee": {"k": 5},
        "disclosure": {"min_contributors": 10},
    },
}

PARAMETERS = "year = 2021\n"

LEVELS = """
import workbench

bench = workbench.open("noise")
rows = bench.load("levels", where=[("year", "==", year)])
table = bench.table(
    "mean_level", rows, rows="place", value="level_db", statistic="mean", decimals=1,
    title={"ko": "평균 소음", "en": "Mean level"}, unit={"ko": "dB", "en": "dB"},
)


def draw(axes, table, language):
    shown = table.frame(language)
    axes.bar(range(len(shown)), shown["value"])
    axes.set_xticks(range(len(shown)), shown.index)


bench.figure("mean_level", table, draw, alt={"ko": "막대그림", "en": "Bars"})
bench.finding(
    "loudest", {"ko": "{year}년 가장 시끄러운 곳은 {place}, {level}dB", "en": "{place} at {level:.1f} dB"}, place=table.largest(),
    level=table.at["east"],
)
print("a free output that nobody may publish")
""".replace("{year}년 ", "")

COMPLAINTS = """
import workbench

bench = workbench.open("noise")
rows = bench.load("complaints")
bench.table("complaints", rows, rows="place", contributor="person", title={"ko": "민원", "en": "Complaints"})
"""


def notebook(*cells: str, parameters: str | None = PARAMETERS, korean: str = "소음을 봅니다.") -> str:
    """A notebook's text with a parameters cell, bilingual text and code."""
    made = [
        nbformat.v4.new_markdown_cell(korean, metadata={"lang": "ko"}),
        nbformat.v4.new_markdown_cell("We look at noise.", metadata={"lang": "en"}),
    ]
    if parameters is not None:
        made.append(nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    made += [nbformat.v4.new_code_cell(cell) for cell in cells]
    for place, cell in enumerate(made):
        cell["id"] = f"c{place}"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps(nbformat.v4.new_notebook(cells=made, metadata=kernel), ensure_ascii=False)


def write_yaml(path: Path, value: Any) -> None:
    """Write YAML as people would."""
    write_text(path, dump_yaml(value))


def levels(years: list[int]) -> pd.DataFrame:
    """Two places a year."""
    return pd.DataFrame(
        [
            {"year": year, "place": place, "level_db": base + year % 10}
            for year in years
            for place, base in (("east", 60.25), ("west", 50.0))
        ]
    )


def complaints() -> pd.DataFrame:
    """Forty people in the east with two complaints each, four in the west."""
    people = [("east", number) for number in range(40)] + [("west", number) for number in range(40, 44)]
    rows = [(place, number, again) for place, number in people for again in range(2)]
    return pd.DataFrame({
        "complaint": [f"n{number}-{again}" for _, number, again in rows],
        "person": [f"person-{number}" for _, number, _ in rows],
        "age": [20 + number % 30 for _, number, _ in rows],
        "year": 2021,
        "place": [place for place, _, _ in rows],
    })  # fmt: skip


def make_city(root: Path, *, official: list[int] | None, disclosure: dict[str, Any] | None = None) -> Project:
    """Write the city's files, take data in, protect it; ``official`` are the years of official data, None for none.

    ``disclosure`` are rules for tables about complaints other than the ten people of every policy here.
    """
    project = Project(root=root)
    write_yaml(project.catalog, CATALOG)
    found(project)
    for name, policy in POLICIES.items():
        if disclosure and "disclosure" in policy:
            policy = {**policy, "disclosure": disclosure}
        write_yaml(project.governance / "policies" / f"{name}.yml", policy)
    write_schemas(project)
    adopt(project, list(POLICIES))
    agree(project, "noise")
    analysis = {
        "issue": "noise",
        "title": _words("Noise"),
        "question": _words("How loud?"),
        "authors": ["C-9"],
        "datasets": ["levels", "complaints"],
        "notebooks": {
            "levels": {"title": _words("Levels"), "grid": {"year": {"from": "levels"}}},
            "complaints": {"title": _words("Complaints")},
        },
        "page": {"answer": ["loudest"], "limits": [_words("No causes.")], "missing": _words("Nights.")},
    }
    write_yaml(project.analyses / "noise" / "analysis.yml", analysis)
    write_text(project.notebooks / "noise" / "levels.ipynb", notebook(LEVELS))
    write_text(project.notebooks / "noise" / "complaints.ipynb", notebook(COMPLAINTS, parameters=None))
    take_in(project, "levels_synthetic", levels([2020, 2021]), kind="synthetic")
    take_in(project, "complaints", complaints(), kind="synthetic")
    if official is not None:
        take_in(project, "levels", levels(official), kind="official")
    return project


def take_in(project: Project, dataset: str, frame: pd.DataFrame, *, kind: str) -> None:
    """Put rows into the vault and protect them."""
    catalog = read_catalog(project)
    Vault(project, catalog).write_part(
        dataset, "all", frame, record={"source": f"{dataset}.csv", "kind": kind, "sha256": "0" * 64}
    )
    protect_dataset(project, catalog, dataset)


def as_its_kernel_wrote(run: Run) -> None:
    """Let a run's record name the files that lie there now, as if its kernel had written them so."""
    record = read_json(run.folder / RUN_RECORD)
    write_json(run.folder / RUN_RECORD, {**record, "files": files_of(run.folder)})


def candidate(project: Project) -> Candidate:
    """Run what is due and compare with the last release."""
    catalog, analysis = read_catalog(project), read_analysis(project, "noise")
    runs = plan_runs(project, catalog, analysis)
    assert carry_out(project, runs, workers=2).failures == ()
    return make_candidate(project, catalog, analysis, runs, today=TODAY)
