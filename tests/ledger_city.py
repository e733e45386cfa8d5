"""Ledgers for tests: a project with committed releases of its own making, and tables over a few hundred people."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np

from workbench.disclosure import Axis, Layout, Rules, SafeTable
from workbench.files import sha256_file, write_json, write_text
from workbench.project import Project
from workbench.records import dump_yaml
from workbench.releases.ledger import Data, Ledger, NewTable, Vectors, release_hash

DATA = {"trips": Data("trips", "d" * 64, "p" * 64, "rider_id")}
RESTS_ON = {
    "trips": {
        "dataset": "trips",
        "personal": True,
        "min_contributors": 10,
        "sha256": "d" * 64,
        "policy": {"version": 1, "sha256": "p" * 64},
    }
}


def vectors(groups: list[dict[int, int]], *, amounts: bool = False) -> Vectors:
    """Cells as dictionaries of person and rows."""
    start = np.cumsum([0, *map(len, groups)]).astype(np.int64)
    pairs = [pair for group in groups for pair in sorted(group.items())]
    person, weight = (np.array([pair[place] for pair in pairs], np.int64) for place in (0, 1))
    return Vectors(start, person, weight, weight * 2.5 if amounts else None)


def safe_table(values: list[int | None], statistic: str = "count") -> SafeTable:
    """One column; None is withheld."""
    keys = tuple(f"place-{number}" for number in range(len(values)))
    axis = Axis("place", keys, {"ko": "곳", "en": "Place"}, {"ko": keys, "en": keys})
    layout = Layout(rows=axis, columns=None, statistic=statistic, decimals=0, people=True)
    states = tuple(("withheld" if value is None else "shown",) for value in values)
    return SafeTable(layout, tuple((value,) for value in values), states)


def new_table(name: str = "trips", *, first: int = 0, cells: int = 3, size: int = 20, **more: Any) -> NewTable:
    """A count of people from ``first`` on, ``size`` of them a cell with one or two rows each; the last cell is withheld."""
    groups = [{first + cell * size + one: 1 + one % 2 for one in range(size)} for cell in range(cells - 1)]
    groups.append({first + cells * size: 1})
    found = vectors(groups)
    counts: list[int | None] = [*found.rows.tolist()[:-1], None]
    if "unknown" in more or "carried" in more:
        found = None
    return NewTable(name, "routes", {"year": 2021}, DATA, safe_table(counts), Rules(min_contributors=10), found, **more)


def commit_release(project: Project, release: str, tables: list[NewTable], **more: Any) -> str:
    """Write a release's folder as far as the ledger reads it, without definitions; its hash."""
    issue, _, number = release.partition("/")
    folder = project.analyses / issue / "releases" / number
    for table in tables:
        variant = {"parameters": dict(table.parameters), "datasets": RESTS_ON, "content": table.safe.as_record()}
        record = {"name": table.name, "kind": "table", "notebook": table.notebook, "variants": [variant]}
        write_json(folder / "results" / f"{table.name}.json", record)
    files = {str(path.relative_to(folder)): sha256_file(path) for path in sorted(folder.rglob("*.json"))}
    about = {"created": dt.date(2026, 11, 20), "authors": ["C-9"], "basis": "synthetic", "notebooks": [], "results": {}}
    record = {"release": release, "issue": issue, "number": int(number), **about, "files": files, **more}
    write_text(folder / "release.yml", dump_yaml(record))
    return release_hash(folder)


def publish(project: Project, release: str, *tables: NewTable) -> None:
    """A committed release that is in the ledger."""
    given = list(tables) or [new_table()]
    digest = commit_release(project, release, given)
    Ledger(project).append(release, release_sha256=digest, tables=given)


def hold_people(project: Project) -> None:
    """Protected data about people, as far as a manifest tells."""
    folder = project.protected / "trips"
    folder.mkdir(parents=True)
    (folder / "data.parquet").touch()
    (folder / "manifest.json").write_text(json.dumps({"personal": True, "unit": "rider_id", "sha256": "d" * 64}))


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file's bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
