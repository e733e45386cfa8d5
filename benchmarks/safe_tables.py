"""How long a safe table takes beside a plain one: 16 x 14 with margins from a million rows, audit included.

    python benchmarks/safe_tables.py [--rows 1000000] [--repeats 5] [--skip-peer]

A safe table counts rows and people, withholds small cells and what protects them, and audits every withheld cell;
``pandas.crosstab`` counts rows, and is timed in the same process, without margins (the ratios are to that) and with them.
The keys are words (Hangul and hyphens among them), as strings, objects and categories; the contributors are numbers, once
another one in every row and once 100,000 people. acro, which checks one table by its rules and leaves out complements and
audit, is timed on the same rows in an environment of its own, beside the crosstab of the pandas there. Medians of runs that
take turns; processor time says more where a machine is shared. The larger
tables only say how long their cells take, before complements are chosen.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from peers import peer_python
from workbench.disclosure import Rules, cells_of, crossed_axis, safe_table, summed
from workbench.disclosure.tabulating.axes import Axis
from workbench.disclosure.tabulating.layouts import Layout

PEER = "acro==1.0.2"
RULES = Rules(min_contributors=10)
PEOPLE = 100_000
THEIRS = """
import io, json, statistics, sys, time, contextlib, logging, warnings
warnings.filterwarnings("ignore")
import pandas as pd
from acro import ACRO
logging.disable(logging.CRITICAL)
frame = pd.read_csv(sys.argv[1])
with contextlib.redirect_stdout(io.StringIO()):
    session = ACRO(suppress=True)
def median(run, repeats):
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            run()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)
repeats = int(sys.argv[2])
plain = median(lambda: pd.crosstab(frame["job"], frame["level"]), repeats)
safe = median(lambda: session.crosstab(frame["job"], frame["level"]), repeats)
print("\\n" + json.dumps({"plain": plain, "safe": safe, "pandas": pd.__version__}))
"""


def made(rows: int) -> pd.DataFrame:
    """Rows of a skewed cross-classification: a few cells are small, as in a city's tables."""
    draw = np.random.default_rng(0)
    job = np.minimum(draw.geometric(0.45, rows) - 1, 15)
    level = np.minimum(draw.geometric(0.5, rows) - 1, 13)
    words = np.array([f"직업-{number:02}" for number in range(16)], dtype=object)[job]
    levels = np.array([f"level {number:02}" for number in range(14)], dtype=object)[level]
    frame = pd.DataFrame({"job": words, "level": levels}).astype("str")
    return frame.assign(row_id=draw.permutation(rows), person=draw.integers(0, PEOPLE, rows))


def median(run: Callable[[], object], repeats: int) -> float:
    """The median time of a run, after one that is not timed."""
    return side_by_side({"": run}, repeats)[""][0]


def side_by_side(runs: dict[str, Callable[[], object]], repeats: int) -> dict[str, tuple[float, float]]:
    """The median time and the median processor time of runs that take turns, after one of each that is not timed."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for turn in range(repeats + 1):
        for name, run in runs.items():
            clock, processor = time.perf_counter(), time.process_time()
            run()
            if turn:
                taken[name].append((time.perf_counter() - clock, time.process_time() - processor))
    return {name: tuple(statistics.median(each) for each in zip(*times, strict=True)) for name, times in taken.items()}


def beside_crosstab(frame: pd.DataFrame, repeats: int) -> float:
    """Print our times beside pandas', and return the slowest of ours with strings."""
    print(f"{'':48}{'seconds':>9}{'/ crosstab':>12}{'processor':>11}{'/ crosstab':>12}{'withheld':>10}")
    slowest = 0.0
    for kind, dtype in (("strings", "str"), ("objects", "object"), ("categories", "category")):
        table = frame.astype({"job": dtype, "level": dtype})
        runs: dict[str, Callable[[], object]] = {
            "pandas.crosstab": lambda table=table: pd.crosstab(table["job"], table["level"]),
            "with margins": lambda table=table: pd.crosstab(table["job"], table["level"], margins=True),
        }
        for who, contributor in (("a contributor in each row", "row_id"), (f"{PEOPLE:,} contributors", "person")):
            runs[f"safe table, {who}"] = lambda table=table, contributor=contributor: safe_table(
                table, rows="job", columns="level", contributor=contributor, rules=RULES
            )
        plain = (0.0, 0.0)
        for name, (seconds, processor) in side_by_side(runs, repeats).items():
            plain = plain if any(plain) else (seconds, processor)
            ours = name.startswith("safe")
            withheld = str(runs[name]().withheld) if ours else ""
            print(
                f"{name + ', ' + kind:48}{seconds:9.3f}{seconds / plain[0]:12.2f}{processor:11.3f}{processor / plain[1]:12.2f}"
                f"{withheld:>10}"
            )
            slowest = max(slowest, seconds) if ours and kind == "strings" else slowest
    return slowest


def larger(rows: int, repeats: int) -> None:
    """Print how long the cells of larger tables take, people and sums included."""
    draw = np.random.default_rng(1)
    people = draw.integers(0, PEOPLE, rows)

    def axis(name: str, size: int) -> Axis:
        keys = tuple(f"{name}{number}" for number in range(size))
        return summed(Axis(name, keys, {"en": name}, {"en": keys}), total=True)

    def keys(name: str, size: int) -> np.ndarray:
        return np.array([f"{name}{number}" for number in range(size)], dtype=object)[draw.integers(0, size, rows)]

    wide = pd.DataFrame({"row": keys("a", 614), "column": keys("b", 14), "contributor": people})
    layout = Layout(rows=axis("a", 614), columns=axis("b", 14), statistic="count", decimals=0, people=True)
    print(f"{'cells of 614 x 14 with margins':44}{median(lambda: cells_of(wide, layout, rules=RULES), repeats):9.3f}")
    parts = [axis("a", 25), axis("b", 20)]
    deep = Layout(rows=crossed_axis(parts), columns=axis("c", 20), statistic="count", decimals=0, people=True)
    joined = np.array([f"a{one} · b{two}" for one in range(25) for two in range(20)], dtype=object)
    cube = pd.DataFrame({"row": joined[draw.integers(0, 500, rows)], "column": keys("c", 20), "contributor": people})
    print(f"{'cells of 25 x 20 x 20 with margins':44}{median(lambda: cells_of(cube, deep, rules=RULES), repeats):9.3f}")


def peer(frame: pd.DataFrame, repeats: int, ours: float) -> None:
    """Print acro's time on the same rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        frame[["job", "level"]].to_csv(path, index=False)
        where = peer_python(PEER)
        if where is None:
            print(f"{PEER}: does not install here")
            return
        theirs = json.loads(where.run(THEIRS, str(path), str(repeats)).strip().splitlines()[-1])
    print(f"{'acro.crosstab (pandas ' + theirs['pandas'] + ')':44}{theirs['safe']:9.3f}")
    print(f"{'pandas.crosstab there':44}{theirs['plain']:9.3f}")
    print(f"\nacro / safe table (slowest, strings): {theirs['safe'] / ours:.1f}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--skip-peer", action="store_true", help="acro takes an environment of its own")
    options = parser.parse_args()
    frame = made(options.rows)
    print(f"16 x 14 with margins from {options.rows:,} rows; medians of {options.repeats}\n")
    ours = beside_crosstab(frame, options.repeats)
    larger(options.rows, options.repeats)
    if options.skip_peer:
        print(f"{PEER}: left out")
    else:
        peer(frame, options.repeats, ours)


if __name__ == "__main__":
    main()
