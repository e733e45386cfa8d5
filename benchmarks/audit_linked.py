"""Withheld cells that can be recovered from linked tables, judged by a linear program that knows nothing of the workbench.

    WORKBENCH_DATA=FOLDER python benchmarks/audit_linked.py [--systems 200] [--peer]

Adult's three linked tables (workclass by occupation, workclass by sex, occupation by sex; k = 10) and random systems of two to
four tables over two to four dimensions, with margins. Each withheld cell's least and largest value, given all that is shown
and that a withheld cell is at least 1, are computed by scipy's HiGHS, cold, twice: over the cells with common margins joined,
and over the atoms of all dimensions. ``--peer`` judges ACRO's suppression of Adult in the same way. The last lines time tables
of three dimensions and with a hierarchy, selection and audit together.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from peers import peer_python
from workbench.disclosure import Axis, Cells, Layout, Rules, cells_of
from workbench.disclosure.suppression.linked import LinkedTable, accept
from workbench.disclosure.suppression.problems import Problem, count_problem, crossed, suppress

K = 10
RULES = Rules(min_contributors=K)
TOTAL = "total"
ADULT = (("workclass", "occupation"), ("workclass", "sex"), ("occupation", "sex"))


@dataclass(frozen=True)
class Table:
    """A table with margins: its dimensions, its values and what is withheld, margins last."""

    dimensions: tuple[str, ...]
    values: np.ndarray
    withheld: np.ndarray


def axis_of(name: str, keys: Sequence[object]) -> Axis:
    """An axis with its total."""
    words = [str(key) for key in keys]
    every = (*words, TOTAL)
    return Axis(name, every, {"en": name}, {"en": every}, sums=((TOTAL, tuple(words)),))


def cells_by(frame: pd.DataFrame, rows: str, columns: str, rules: Rules = RULES) -> Cells:
    """Cells of a two-way table of people, one row each."""
    contributions = pd.DataFrame(
        {"row": frame[rows].astype(str), "column": frame[columns].astype(str), "value": 1.0, "contributor": np.arange(len(frame))}
    )
    axes = [axis_of(name, sorted(frame[name].astype(str).unique())) for name in (rows, columns)]
    layout = Layout(rows=axes[0], columns=axes[1], statistic="count", decimals=0, people=True)
    return cells_of(contributions, layout, rules=rules)


def signature_by(frame: pd.DataFrame, cells: Cells, rows: str, columns: str) -> np.ndarray:
    """Sums of each person's random number, by cell."""
    marks = np.random.default_rng(1).integers(0, 2**63, len(frame), dtype=np.uint64)
    height, width = cells.layout.shape
    place = [
        pd.Categorical(frame[name].astype(str), categories=axis.keys[:-1]).codes.astype(np.int64)
        for name, axis in ((rows, cells.layout.rows), (columns, cells.layout.columns))
    ]
    table = np.zeros((height, width), np.uint64)
    np.add.at(table, (place[0], place[1]), marks)
    table[-1], table[:, -1] = table.sum(axis=0, dtype=np.uint64), table.sum(axis=1, dtype=np.uint64)
    table[-1, -1] = table[-1, :-1].sum(dtype=np.uint64)
    return table.ravel()


def protect(frame: pd.DataFrame, pairs: Sequence[tuple[str, str]], rules: Rules = RULES) -> tuple[list[Table], int]:
    """Protect two-way tables together; the tables, and how many withheld cells were left unprotected."""
    cells = [cells_by(frame, *pair, rules=rules) for pair in pairs]
    linked = [LinkedTable(one, signature_by(frame, one, *pair), None, rules) for one, pair in zip(cells, pairs, strict=True)]
    done = accept(linked)
    tables = [
        Table(pair, one.rows.reshape(one.layout.shape).astype(float), withheld.reshape(one.layout.shape))
        for pair, one, withheld in zip(pairs, cells, done.withheld, strict=True)
    ]
    return tables, sum(map(len, done.unprotected))


def judge(tables: Sequence[Table], *, over: str, least: float) -> list[tuple[float, float, float]]:
    """Each withheld cell's value and bounds by cold programs over cells or atoms; a withheld cell is known to be ``least``."""
    names = sorted({name for table in tables for name in table.dimensions})
    size = {name: table.values.shape[at] - 1 for table in tables for at, name in enumerate(table.dimensions)}
    margins: dict[tuple[str, ...], dict[tuple[int, ...], tuple[float, bool]]] = {}
    for table in tables:
        for place, value in np.ndenumerate(table.values):
            inside = [at for at in range(len(place)) if place[at] < size[table.dimensions[at]]]
            inside.sort(key=lambda at: table.dimensions[at])
            group = margins.setdefault(tuple(table.dimensions[at] for at in inside), {})
            key = tuple(place[at] for at in inside)
            shown = not table.withheld[place] or (key in group and not group[key][1])
            group[key] = (float(value), not shown)
    cells = [(group, key, value, hidden) for group, entries in margins.items() for key, (value, hidden) in entries.items()]
    values = np.array([cell[2] for cell in cells])
    hidden = np.array([cell[3] for cell in cells])
    number = {(group, key): at for at, (group, key, _, _) in enumerate(cells)}
    if over == "atoms":
        shape = [size[name] for name in names]
        index = np.indices(shape).reshape(len(shape), -1)
        at = []
        for group in margins:
            axes = [names.index(name) for name in group]
            keys = index[axes].T.tolist() if axes else [[]] * index.shape[1]
            at.append([number[group, tuple(key)] for key in keys])
        row = np.concatenate([np.array(one) for one in at])
        column = np.tile(np.arange(index.shape[1]), len(at))
        sums = csr_matrix((np.ones(len(row)), (row, column)), shape=(len(cells), index.shape[1]))
    else:
        entries = []
        line = 0
        for group, known in margins.items():
            for drop in range(len(group)):
                outer = group[:drop] + group[drop + 1 :]
                lines: dict[tuple[int, ...], int] = {}
                for key in known:
                    short = key[:drop] + key[drop + 1 :]
                    if short not in lines:
                        lines[short] = line
                        entries.append((line, number[outer, short], -1.0))
                        line += 1
                    entries.append((lines[short], number[group, key], 1.0))
        rows, columns, signs = zip(*entries, strict=True)
        equations = csr_matrix((signs, (rows, columns)), shape=(line, len(cells)))
    found = []
    for cell in np.flatnonzero(hidden).tolist():
        ends = []
        for sign in (1.0, -1.0):
            if over == "atoms":
                bound = [None if hide else value for value, hide in zip(values, hidden, strict=True)]
                shown = [at for at, value in enumerate(bound) if value is not None]
                done = linprog(
                    sign * sums[cell].toarray().ravel(),
                    A_eq=sums[shown], b_eq=values[shown], A_ub=-sums[hidden],
                    b_ub=np.full(int(hidden.sum()), -least), bounds=(0, None),
                )  # fmt: skip
            else:
                objective = np.zeros(len(cells))
                objective[cell] = sign
                limits = [(least, None) if hide else (value, value) for value, hide in zip(values, hidden, strict=True)]
                done = linprog(objective, A_eq=equations, b_eq=np.zeros(equations.shape[0]), bounds=limits)
            ends.append(sign * done.fun if done.status == 0 else np.inf if done.status == 3 else np.nan)
        found.append((values[cell], ends[0], ends[1]))
    return found


def verdict(tables: Sequence[Table], *, least: float = 1) -> dict[str, int]:
    """How many withheld cells are recovered exactly, or narrowed, by either program; a margin of two tables counts once."""
    judged = [judge(tables, over=over, least=least) for over in ("cells", "atoms")]
    counted = {"withheld": len(judged[0]), "recovered": 0, "narrowed": 0, "unsolved": 0}
    for ends in zip(*judged, strict=True):
        widths = [high - low for _, low, high in ends]
        counted["unsolved"] += any(np.isnan(widths))
        counted["recovered"] += min(widths) < 1 - 1e-6
        counted["narrowed"] += 1 - 1e-6 <= min(widths) < K - 1e-6
    return counted


def random_system(seed: int, *, people: int | None = None) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """People with two to four skewed attributes that hang together, and two to four two-way tables of them."""
    draw = np.random.default_rng(seed)
    names = "abcd"[: draw.integers(2, 5)]
    count = people or int(draw.integers(200, 3000))
    mood = draw.normal(size=count)
    frame = pd.DataFrame()
    for name in names:
        levels = int(draw.integers(2, 8))
        share = 1 / np.arange(1, levels + 1) ** draw.uniform(0.5, 2.5)
        edges = np.quantile(mood, np.cumsum(share / share.sum())[:-1])
        own = np.searchsorted(edges, mood + draw.normal(0, draw.uniform(0.3, 2), count))
        frame[name] = own
    pairs = list(itertools.combinations(names, 2))
    many = min(len(pairs), int(draw.integers(2, 5)))
    chosen = sorted(draw.choice(len(pairs), many, replace=False).tolist())
    return frame, [pairs[at] for at in chosen]


def unprotected_tables(frame: pd.DataFrame, pairs: Sequence[tuple[str, str]]) -> list[Table]:
    """The tables with nothing withheld but the small cells: what the judge must find unsafe, or it judges nothing."""
    found = []
    for pair in pairs:
        cells = cells_by(frame, *pair)
        shape = cells.layout.shape
        found.append(Table(pair, cells.rows.reshape(shape).astype(float), cells.unsafe.reshape(shape)))
    return found


ACRO = """
import contextlib, json, os, sys, warnings
warnings.filterwarnings("ignore")
import pandas as pd
from acro import ACRO
frame = pd.read_csv(sys.argv[1], sep=";")
os.chdir(sys.argv[2])
found = []
with contextlib.redirect_stdout(sys.stderr):
    session = ACRO(suppress=True)
    for rows, columns in json.loads(sys.argv[3]):
        shown = session.crosstab(frame[rows], frame[columns], margins=False)
        plain = pd.crosstab(frame[rows], frame[columns])
        table = shown.reindex(index=plain.index, columns=plain.columns)
        found.append([[None if value != value else float(value) for value in line] for line in table.to_numpy(float)])
print(json.dumps(found))
"""


def acro_tables(file: Path, frame: pd.DataFrame) -> list[Table] | None:
    """Adult's tables as ACRO publishes them, their margins public as one-way tables."""
    peer = peer_python("acro==1.0.2")
    if peer is None:
        return None
    folder = Path(peer.python).parent.parent
    shown = json.loads(peer.run(ACRO, str(file), str(folder), json.dumps(ADULT)).strip().splitlines()[-1])
    tables = []
    for (rows, columns), lines in zip(ADULT, shown, strict=True):
        body = pd.crosstab(frame[rows].astype(str), frame[columns].astype(str), margins=True).to_numpy(float)
        withheld = np.zeros(body.shape, bool)
        withheld[:-1, :-1] = [[value is None for value in line] for line in lines]
        tables.append(Table((rows, columns), body, withheld))
    return tables


def cube(body: np.ndarray) -> Problem:
    """A table of people of any number of dimensions with every margin."""
    shape = tuple(size + 1 for size in body.shape)
    table = np.zeros(shape)
    table[tuple(slice(0, size) for size in body.shape)] = body
    for axis in range(body.ndim):
        table[(slice(None),) * axis + (-1,)] = np.take(table, range(body.shape[axis]), axis).sum(axis=axis)
    margin = np.logical_or.reduce(np.meshgrid(*[np.arange(size) == size - 1 for size in shape], indexing="ij"))
    equations = crossed(shape, [[(size - 1, tuple(range(size - 1)))] for size in shape])
    values = table.ravel()
    return count_problem(values, equations, people=values, largest=np.minimum(values, 1), margin=margin.ravel(), k=K)


def districts() -> Problem:
    """425 neighbourhoods in 25 districts in one city, by ten groups: a hierarchy beside a plain margin."""
    draw = np.random.default_rng(0)
    share = draw.dirichlet(np.full(4250, 0.3)).reshape(425, 10)
    table = np.zeros((451, 11))
    table[:425, :10] = draw.multinomial(300_000, share.ravel()).reshape(425, 10)
    sums = [(425 + place, tuple(range(17 * place, 17 * place + 17))) for place in range(25)]
    sums.append((450, tuple(range(425, 450))))
    for total, parts in sums:
        table[total] = table[list(parts)].sum(axis=0)
    table[:, 10] = table[:, :10].sum(axis=1)
    margin = np.zeros(table.shape, bool)
    margin[425:], margin[:, 10] = True, True
    values = table.ravel()
    equations = crossed(table.shape, [sums, [(10, tuple(range(10)))]])
    return count_problem(values, equations, people=values, largest=np.minimum(values, 1), margin=margin.ravel(), k=K)


def many_cells(frame: pd.DataFrame) -> dict[str, Problem]:
    """Large tables by name."""
    codes = [pd.factorize(frame[name], sort=True) for name in ("native-country", "education", "occupation")]
    shape = [len(keys) for _, keys in codes]
    counted = np.bincount(np.ravel_multi_index([code for code, _ in codes], shape), minlength=int(np.prod(shape)))
    draw = np.random.default_rng(0)
    skew = [1 / np.arange(1, size + 1) ** 1.5 for size in (20, 20, 22)]
    share = np.exp(draw.normal(0, 1, (20, 20, 22))) * skew[0][:, None, None] * skew[1][:, None] * skew[2]
    drawn = draw.multinomial(1_000_000, (share / share.sum()).ravel()).reshape(share.shape)
    return {
        "Adult: country x education x occupation": cube(counted.reshape(shape).astype(float)),
        "random, 1M people, 20 x 20 x 22": cube(drawn.astype(float)),
        "425 neighbourhoods, 25 districts, city x 10": districts(),
    }


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--peer", action="store_true")
    options = parser.parse_args()
    if not os.environ.get("WORKBENCH_DATA"):
        sys.exit("WORKBENCH_DATA is not set: the folder with benchmarks/adult")
    file = Path(os.environ["WORKBENCH_DATA"]) / "benchmarks" / "adult" / "adult.csv"
    adult = pd.read_csv(file, sep=";")
    print(f"{'tables':<34}  {'withheld':>8}  {'recovered':>9}  {'narrowed':>8}  {'unsolved':>8}  {'unprotected':>11}")

    def line(name: str, counted: dict[str, int], unprotected: int | str) -> None:
        keys = ("withheld", "recovered", "narrowed", "unsolved")
        print(
            f"{name:<34}  " + "  ".join(f"{counted[key]:>{max(8, len(key))}}" for key in keys) + f"  {unprotected:>11}",
            flush=True,
        )

    line("Adult, small cells alone withheld", verdict(unprotected_tables(adult, ADULT)), "-")
    if options.peer and (theirs := acro_tables(file, adult)) is not None:
        line("Adult, ACRO 1.0.2", verdict(theirs, least=0), "-")  # zeros are withheld there, too
    tables, unprotected = protect(adult, ADULT)
    line("Adult", verdict(tables), unprotected)
    before, after, left = Counter[str](), Counter[str](), 0
    for seed in range(options.systems):
        frame, pairs = random_system(seed)
        before.update(verdict(unprotected_tables(frame, pairs)))
        tables, unprotected = protect(frame, pairs)
        after.update(verdict(tables))
        left += unprotected
    line(f"{options.systems} random, small cells alone", before, "-")
    line(f"{options.systems} random", after, left)
    print(f"\n{'table':<44}  {'cells':>6}  {'small':>5}  {'more':>4}  {'people of body':>14}  {'unprotected':>11}  {'s':>6}")
    for name, problem in many_cells(adult).items():
        seconds = []
        for _ in range(options.repeats):
            begin = time.perf_counter()
            done = suppress(problem)
            seconds.append(time.perf_counter() - begin)
        more = done.withheld & ~problem.primary
        body = problem.weight < 1000 * problem.values
        value = problem.values[more & body].sum() / problem.values[body].sum()
        print(
            f"{name:<44}  {problem.size:>6}  {problem.primary.sum():>5}  {more.sum():>4}  {value:>14.2%}  "
            f"{len(done.unprotected):>11}  {statistics.median(seconds):>6.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
