"""Which earlier tables a new one is proven together with: from a real ledger, by what is shown, withheld and implied."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench.disclosure import Axis, Cells, Layout, Rules, cells_of, members_of, published
from workbench.project import Project
from workbench.releases import reaching
from workbench.releases.ledger import Data, Ledger, NewTable, Vectors
from workbench.releases.ledger.segments import signatures
from workbench.releases.reaching import Reached, reached_by

RULES = Rules(min_contributors=5)
DATASETS = {"register": Data("register", "0" * 64, "1" * 64, "person")}


def people(size: int = 200) -> pd.DataFrame:
    draw = np.random.default_rng(4)
    return pd.DataFrame({name: draw.integers(0, 3, size) for name in "abcd"} | {"contributor": np.arange(size)})


def table(frame: pd.DataFrame, *names: str, margins: bool) -> tuple[Cells, Vectors]:
    axes = []
    for name in names:
        keys = tuple(f"{name}{place}" for place in range(3))
        every = (*keys, "total") if margins else keys
        axes.append(Axis(name, every, {"en": name}, {"en": every}, sums=(("total", keys),) if margins else ()))
    layout = Layout(rows=axes[0], columns=axes[1], statistic="count", decimals=0, people=True)
    rows = pd.DataFrame({"row": names[0] + frame[names[0]].astype(str), "column": names[1] + frame[names[1]].astype(str)})
    rows["value"], rows["contributor"] = 1.0, frame["contributor"]
    cells, members = cells_of(rows, layout, rules=RULES), members_of(rows, layout)
    person = members.ids.astype(np.int64)[members.person]
    order = np.lexsort((person, members.cell))
    start = np.searchsorted(members.cell[order], np.arange(cells.size + 1)).astype(np.int64)
    return cells, Vectors(start, person[order], members.count[order].astype(np.int64))


def reached(folder: Path, new: tuple[Cells, Vectors], *old: tuple[tuple[Cells, Vectors], list[int]]) -> Reached:
    ledger = Ledger(Project(root=folder))
    tables = []
    for number, ((cells, vectors), hidden) in enumerate(old):
        withheld = np.isin(np.arange(cells.size), hidden)
        tables.append(NewTable(f"t{number}", "n", {}, DATASETS, published(cells, withheld, rules=RULES), RULES, vectors))
    ledger.append("city/1", release_sha256="0" * 64, tables=tables)
    cells, vectors = new
    return reached_by([(cells.layout, signatures(vectors.start, vectors.person, vectors.weight))], ledger.tables())


def names(found: Reached) -> list[str]:
    return [one.name for one in found.joined]


def test_a_table_that_withholds_a_cell_of_the_new_one_is_joined_and_one_of_other_people_is_not(tmp_path: Path) -> None:
    everybody = people()
    part, others = everybody[everybody["c"] == 0], everybody[everybody["c"] == 1]
    new = table(part, "a", "b", margins=True)
    found = reached(
        tmp_path, new, (table(part, "a", "b", margins=True), [0, 1, 4, 5]), (table(others, "a", "b", margins=True), [0])
    )
    assert names(found) == ["t0"]
    assert found.left_out == 0
    vectors = new[1]
    marks = signatures(vectors.start, vectors.person, vectors.weight)
    hidden = np.isin(np.arange(len(marks)), [0, 1, 4, 5]) | new[0].unsafe
    assert (np.isin(marks, found.withheld) == hidden).all()
    assert (np.isin(marks, found.shown) == ~hidden).all()


def test_a_margin_that_is_only_implied_joins_tables(tmp_path: Path) -> None:
    everybody = people()
    part = everybody[everybody["c"] == 0]
    found = reached(tmp_path, table(part, "a", "d", margins=True), (table(part, "a", "b", margins=False), [0]))
    assert names(found) == ["t0"]


def test_tables_beyond_the_limit_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "TABLES", 2)
    everybody = people()
    old = table(everybody, "a", "b", margins=True)
    found = reached(tmp_path, table(everybody, "a", "b", margins=True), *[(old, [0, place]) for place in range(1, 6)])
    assert len(found.joined) == 2
    assert found.left_out == 3


def test_an_empty_ledger_reaches_nothing() -> None:
    cells, vectors = table(people(), "a", "b", margins=True)
    found = reached_by([(cells.layout, signatures(vectors.start, vectors.person, vectors.weight))], [])
    assert (found.joined, found.left_out, len(found.shown)) == ([], 0, 0)
