"""A city of each seed: people with names and telephone numbers, complaints protected, notebooks run in real kernels, a candidate.

Kernels and books take seconds, so each city is made once for all attacks of a seed, and attacks work on copies of it.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd

from demo_city import CATALOG, COMPLAINTS, POLICIES, TODAY, make_city, notebook, take_in, write_yaml
from signed import adopt, key_of
from workbench.catalog import read_catalog
from workbench.errors import WorkbenchError
from workbench.files import read_yaml, write_text
from workbench.privacy import protect_dataset
from workbench.project import Project
from workbench.releases import Candidate, approve, make_candidate
from workbench.runs import Run, carry_out, plan_runs, read_analysis

PLACES = {"east": (60, 80), "west": (35, 50), "north": (25, 33), "south": (3, 8)}
"""How many people complain in each place, from and to; those of the south are fewer than the ten of the policy."""

K = 10
FAMILY, GIVEN = "김이박최정강조윤장임", "서준하윤지우도현예은수아민서"
SEATS = ("G-1", "C-1")


@dataclass(frozen=True)
class World:
    """A city, and what its people told it; never touched by an attack.

    Parameters
    ----------
    project : Project
    rows : pandas.DataFrame
        The complaints as they came.
    visits : pandas.DataFrame
        Rows that the release offers as a file, as they came.
    seed : int
    """

    project: Project
    rows: pd.DataFrame
    visits: pd.DataFrame
    seed: int


def complaints(seed: int) -> pd.DataFrame:
    """Complaints of the people of a seed: one to three each, with a name, a number and a sentence that holds both."""
    draw = np.random.default_rng([11, seed])
    rows: list[dict[str, Any]] = []
    serial = draw.permutation(90_000) + 10_000
    for place, (least, most) in PLACES.items():
        for number in range(int(draw.integers(least, most))):
            person = f"R{seed}-{serial[len({row['person'] for row in rows})]}"
            name = draw.choice(list(FAMILY)) + "".join(draw.choice(list(GIVEN), 2))
            phone = f"010-{draw.integers(2000, 9999)}-{draw.integers(1000, 9999)}"
            age, older = int(draw.integers(19, 80)), int(number % 2)
            for again in range(int(draw.integers(1, 4))):
                rows.append({
                    "complaint": f"N{seed}-{serial[-1 - len(rows)]}", "person": person, "name": name, "phone": phone, "age": age,
                    "said": f"{place} {len(rows)}번 골목 {name}입니다. {phone} 로 전화 주세요", "older": older,
                    "minutes": int(40 + 30 * draw.random() + 4 * again + 3 * older), "year": int(2020 + (again + number) % 2),
                    "place": place,
                })  # fmt: skip
    south = sum(row["minutes"] for row in rows if row["place"] == "south")
    rows[-1]["minutes"] += south % 10 == 0  # three significant digits
    return pd.DataFrame(rows)


def visits(seed: int) -> pd.DataFrame:
    """A visit of each of some hundred people, whom a public register knows by age, sex and district."""
    draw = np.random.default_rng([12, seed])
    size = int(draw.integers(500, 700))
    return pd.DataFrame({
        "visitor": [f"V{seed}-{number + 70_000}" for number in draw.permutation(size)],
        "age": draw.integers(18, 90, size), "sex": draw.integers(0, 2, size), "district": draw.integers(1, 26, size),
        "reason": draw.choice(["noise", "light", "smell"], size),
    })  # fmt: skip


DRAW = """
def draw(axes, table, language):
    shown = table.frame(language)["value"]
    axes.bar(range(len(shown)), shown.fillna(0))
    axes.set_xticks(range(len(shown)), shown.index)
"""

RESULTS = f"""
import workbench

bench = workbench.open("noise")
rows = bench.load("complaints")
TITLE = {{"ko": "민원", "en": "Complaints"}}
table = bench.table("complaints", rows, rows="place", contributor="person", title=TITLE)
spent = bench.table("spent", rows, rows="place", value="minutes", statistic="sum", contributor="person", title=TITLE)
bench.table("by_year", rows, rows="place", columns="year", margins=True, contributor="person", title=TITLE)
rows["again"] = rows.groupby("person").cumcount()
bench.model(
    "minutes", rows, formula="minutes ~ again + C(older)", contributor="person", title=TITLE,
    titles={{"minutes": TITLE, "again": TITLE, "older": TITLE}},
    labels={{"older": {{key: {{"ko": f"집단 {{key}}", "en": f"Group {{key}}"}} for key in (0, 1)}}}},
)
{DRAW}

bench.figure("spent", spent, draw, alt={{"ko": "막대그림", "en": "Bars"}})
bench.finding("east", {{"ko": "동쪽 민원은 {{value}}건입니다", "en": "{{value}} complaints in the east"}}, value=table.at["east"])
"""

LEAKS = """
import traceback

import pandas as pd
from IPython.display import HTML, display

print(rows.head())
display(rows.head(3))
display(HTML("<p hidden>" + rows["person"].iloc[5] + "</p>"), metadata={"note": repr(rows["person"].iloc[6])})
try:
    {}[rows["person"].iloc[7]]
except KeyError:
    traceback.print_exc()
rows["person"].iloc[8]
"""
"""Free outputs of a careless author: rows, hidden words, metadata, a traceback, a value on the last line."""


def _field(kind: str, reveals: str = "none", **more: Any) -> dict[str, Any]:
    return {"type": kind, "reveals": reveals, "meaning": {"ko": kind, "en": kind}, **more}


def _catalog() -> dict[str, Any]:
    """The demonstration's, with more fields and one more dataset."""
    base = CATALOG["datasets"]["complaints"]
    more = {
        "name": _field("string", "direct_identifier"),
        "phone": _field("string", "direct_identifier"),
        "said": _field("string", "free_text"),
        "older": _field("integer"),
        "minutes": _field("integer"),
    }
    fields = {
        "visitor": _field("string", "direct_identifier", required=True),
        "age": _field("integer", "quasi_identifier"),
        "sex": _field("integer", "quasi_identifier"),
        "district": _field("integer", "quasi_identifier"),
        "reason": _field("string", "sensitive"),
    }
    visited = {**base, "fields": fields, "key": ["visitor"], "sort": ["visitor"]}
    return {"datasets": {**CATALOG["datasets"], "complaints": {**base, "fields": {**base["fields"], **more}}, "visits": visited}}


def _policies() -> dict[str, dict[str, Any]]:
    dropped = {"role": "direct_identifier", "treatment": "drop"}
    plain = {"role": "insensitive"}
    complained = POLICIES["complaints"]
    fields = {**complained["fields"], "name": dropped, "phone": dropped, "said": dropped, "older": plain, "minutes": plain}

    def interval(low: int, high: int) -> dict[str, Any]:
        return {"role": "quasi_identifier", "recoding": "interval", "domain": [low, high]}

    return {
        "complaints": {**complained, "version": 2, "fields": fields},
        "visits": {
            "policy": "visits",
            "version": 1,
            "custody": "synthetic",
            "unit": "visitor",
            "purposes": ["statistics", "public_download"],
            "fields": {
                "age": interval(0, 99),
                "sex": interval(0, 1),
                "district": interval(1, 25),
                "reason": {"role": "sensitive"},
            },
            "guarantee": {"k": 5},
            "disclosure": {"min_contributors": K},
        },
    }


@cache
def _folder() -> Path:
    """Where this process keeps its cities."""
    folder = Path(tempfile.mkdtemp(prefix="red-team-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def protected_city(seed: int) -> World:
    """The city of a seed with its data protected and its policies adopted; nothing is run."""
    folder = _folder() / f"protected-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    project = make_city(folder, official=None)
    write_yaml(project.catalog, _catalog())
    for name, policy in _policies().items():
        write_yaml(project.governance / "policies" / f"{name}.yml", policy)
    adopt(project, list(_policies()))
    known, visited = complaints(seed), visits(seed)
    take_in(project, "complaints", known, kind="synthetic")
    take_in(project, "visits", visited, kind="synthetic")
    path = project.analyses / "noise" / "analysis.yml"
    analysis = read_yaml(path)
    write_yaml(path, {
        **analysis, "datasets": ["complaints", "visits"], "notebooks": {"complaints": analysis["notebooks"]["complaints"]},
        "downloads": ["visits"], "page": {**analysis["page"], "answer": ["east"]},
    })  # fmt: skip
    return World(project, known, visited, seed)


def careless_notebook() -> str:
    """The notebook of an author who looks at rows, and leaves what was looked at where it is."""
    text = nbformat.reads(notebook(RESULTS, LEAKS, parameters=None), as_version=4)
    return str(nbformat.writes(text))


@cache
def run_city(seed: int) -> World:
    """The city with its notebook run in a kernel, and its candidate made."""
    world = protected_city(seed)
    project = copy_of(world, f"run-{seed}")
    write_text(project.notebooks / "noise" / "complaints.ipynb", careless_notebook())
    run_and_compare(project)
    return World(project, world.rows, world.visits, seed)


@cache
def released_city(seed: int) -> World:
    """The city with its first release approved by both sides."""
    project, world = copy_of(run_city(seed), f"released-{seed}"), run_city(seed)
    for seat in SEATS:
        given = approve(project, "noise", seat=seat, key=key_of(seat), today=TODAY)
    if given.release is None:
        raise AssertionError("both sides approved, and nothing was released")
    return World(project, world.rows, world.visits, seed)


_COPIES: list[str] = []


def copy_of(world: World, name: str = "") -> Project:
    """A copy to damage."""
    _COPIES.append(name)
    target = _folder() / (name or f"copy-{len(_COPIES)}")
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(world.project.root, target)
    return Project(root=target)


def runs_of(project: Project) -> list[Run]:
    """The runs of the city's notebook, with the data as it lies there."""
    return plan_runs(project, read_catalog(project), read_analysis(project, "noise"))


def run_and_compare(project: Project) -> Candidate:
    """Run what is due in kernels, and make a candidate."""
    done = carry_out(project, runs_of(project), workers=1)
    if done.failures:
        raise AssertionError(f"the attacker's notebook fails: {[one.outcome.error for one in done.failures]}")
    return compare(project)


def compare(project: Project) -> Candidate:
    """Make a candidate of the runs that are done."""
    analysis = read_analysis(project, "noise")
    return make_candidate(project, read_catalog(project), analysis, runs_of(project), today=TODAY)


def refusal(act: Any, *arguments: Any, **named: Any) -> str:
    """What an act is refused with, its words and its way out; empty where it passes."""
    try:
        act(*arguments, **named)
    except WorkbenchError as error:
        return error.message + (f" ({error.hint})" if error.hint else "")
    return ""


def take_in_again(project: Project, rows: pd.DataFrame) -> None:
    """Replace the complaints by corrected ones."""
    take_in(project, "complaints", rows, kind="synthetic")
    protect_dataset(project, read_catalog(project), "complaints")


__all__ = ["COMPLAINTS", "World"]
