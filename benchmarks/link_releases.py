"""A new table protected together with everything published before: how long it takes beside 1,000 earlier tables.

    python benchmarks/link_releases.py [--tables 1000] [--people 100000] [--repeats 5] [--seed 1] [--folder DIR]

Tables of 100,000 people (two of twelve skewed attributes, under up to two random conditions, every second with its margins, a
third by trips, of which people have several) are protected and kept in a ledger of 40 releases. Then comes one table of 200
cells. Timed is the whole of ``releases.together.protect_together``, with the ledger's tables listed but none of them read, by
the clock and by the processor's seconds. The peer is the same table protected with every earlier one left out.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from difference_releases import CATEGORIES, RELEASES
from workbench.disclosure import TOTAL, Axis, Cells, Layout, Rules, cells_of, members_of, published, withheld_of
from workbench.errors import GateRefused
from workbench.project import Project
from workbench.releases.ledger import Data, Ledger, NewTable, StoredTable, Vectors
from workbench.releases.recomputing import FoundTable
from workbench.releases.together import protect_together

K = 10
RULES = Rules(min_contributors=K)
DATASETS = {"register": Data("register", "0" * 64, "1" * 64, "person")}


def axis_of(name: str, categories: int, *, margins: bool) -> Axis:
    """An attribute's axis, with its total where margins are shown."""
    keys = tuple(f"{name}{value}" for value in range(categories))
    every = (*keys, TOTAL) if margins else keys
    return Axis(name, every, {"en": name}, {"en": every}, sums=((TOTAL, keys),) if margins else ())


def table(draw: np.random.Generator, attributes: list[np.ndarray], pair: tuple[int, int], *, bare: bool) -> tuple[Cells, Vectors]:
    """The cells of a table and the people in them."""
    people = len(attributes[0])
    chosen = np.ones(people, bool)
    for _ in range(0 if bare else draw.integers(0, 3)):
        column = draw.integers(len(CATEGORIES))
        value, way = draw.integers(CATEGORIES[column]), draw.integers(3)
        chosen &= (attributes[column] == value) if way == 0 else (attributes[column] != value) if way == 1 else True
    person = np.flatnonzero(chosen)
    if draw.random() < 1 / 3:
        person = np.repeat(person, draw.integers(1, 4, len(person)))
    margins = bare or draw.random() < 0.5
    rows, columns = (axis_of(f"a{place}", CATEGORIES[place], margins=margins) for place in pair)
    layout = Layout(rows=rows, columns=columns, statistic="count", decimals=0, people=True)
    names = [
        np.array(axis.keys, dtype=object)[attributes[place][person]] for axis, place in zip((rows, columns), pair, strict=True)
    ]
    frame = pd.DataFrame({"row": names[0], "column": names[1], "value": 1.0, "contributor": person})
    cells, members = cells_of(frame, layout, rules=RULES), members_of(frame, layout)
    ids = members.ids.astype(np.int64)[members.person]
    order = np.lexsort((ids, members.cell))
    start = np.searchsorted(members.cell[order], np.arange(cells.size + 1)).astype(np.int64)
    return cells, Vectors(start, ids[order], members.count[order].astype(np.int64))


def earlier(project: Project, draw: np.random.Generator, attributes: list[np.ndarray], tables: int) -> list[StoredTable]:
    """Fill a ledger, and list its tables."""
    pairs = [(one, two) for one in range(len(CATEGORIES)) for two in range(one) if 20 <= CATEGORIES[one] * CATEGORIES[two] <= 110]
    ledger = Ledger(project)

    def made(numbers: np.ndarray) -> Iterator[NewTable]:
        for number in numbers.tolist():
            while True:
                cells, vectors = table(draw, attributes, pairs[draw.integers(len(pairs))], bare=False)
                if not cells.rows.any():
                    continue
                try:
                    safe = published(cells, withheld_of(cells, rules=RULES), rules=RULES)
                except GateRefused:
                    continue
                break
            yield NewTable(f"table-{number}", "n", {}, DATASETS, safe, RULES, vectors)

    for release, piece in enumerate(np.array_split(np.arange(tables), RELEASES), start=1):
        ledger.append(f"city/{release}", release_sha256=f"{release:064d}", tables=made(piece))
    return ledger.tables()


def found(cells: Cells, vectors: Vectors) -> FoundTable:
    """A table of a run."""
    run: Any = SimpleNamespace(parameters={})
    return FoundTable(run, {"name": "new"}, RULES, cells, vectors, DATASETS)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=1000)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the ledger is kept (default: a temporary folder)")
    options = parser.parse_args()
    draw = np.random.default_rng(options.seed)
    attributes = []
    for categories in CATEGORIES:
        shares = 1 / np.arange(1, categories + 1) ** 1.1
        attributes.append(draw.choice(categories, options.people, p=shares / shares.sum()))
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        begun = time.perf_counter()
        stored = earlier(Project(root=Path(folder)), draw, attributes, options.tables)
        cells = sum(len(one.shown) for one in stored)
        print(f"{len(stored):,} tables of {cells:,} cells, made in {time.perf_counter() - begun:.0f} s")
        heads = ("seconds", 9), ("processor", 11), ("alone", 8), ("joined", 8), ("left out", 10), ("withheld", 10)
        print(f"{'one table of about 200 cells':44}" + "".join(f"{head:>{wide}}" for head, wide in heads))
        for name, pair, bare in (
            ("all people, with margins", (5, 3), True),
            ("like the earlier tables", (5, 3), False),
            ("like the earlier tables, other attributes", (11, 10), False),
        ):
            new = found(*table(np.random.default_rng(7), attributes, pair, bare=bare))
            row = [timed(new, stored, options.repeats), timed(new, [], options.repeats)]
            (clock, worked, done), (alone, _, _) = row
            figures = done[0]
            joined, left = figures.joined, figures.left_out
            print(f"{name:44}{clock:9.2f}{worked:11.2f}{alone:8.2f}{joined:8}{left:10}{figures.safe.withheld:10}")


def timed(new: FoundTable, stored: list[StoredTable], repeats: int) -> tuple[float, float, Any]:
    """Medians of seconds by the clock and the processor, and what was found."""
    clock, worked, done = [], [], None
    for _ in range(repeats):
        fresh = [StoredTable(**{name: getattr(one, name) for name in one.__dataclass_fields__}) for one in stored]
        begun, work = time.perf_counter(), time.process_time()
        done = protect_together([new], fresh, issue="new")
        clock.append(time.perf_counter() - begun)
        worked.append(time.process_time() - work)
    return statistics.median(clock), statistics.median(worked), done


if __name__ == "__main__":
    main()
