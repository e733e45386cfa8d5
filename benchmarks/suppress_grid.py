"""How much is withheld beyond the small cells of two-way tables, against a bound below which no safe pattern lies; and how fast.

    python benchmarks/suppress_grid.py [--tables 500] [--seed 0] [--rows 1000000] [--repeats 5] [--wait 60] [--skip-peer]

First, random tables of 5 to 30 rows by 4 to 20 columns, skewed, of 1,000 to 30,000 people, k = 10. The bound: what all rows
need, or what all columns need, whichever is dearer. A line with a withheld cell needs, for itself and at the least cost, at
least two withheld cells, and if its margin is shown, withheld cells whose sum less their number is at least k. That is an
exact small program of its own (``need``); only tables where it is positive count. Margins cost their value in the bound, and
count with it in what is withheld.

Then 614 x 14 with margins from a million rows: the selection alone, and ``safe_table`` from rows to the audit of every
withheld cell, beside ``pandas.crosstab`` in the same process and acro, which gets ``--wait`` seconds in an environment of its
own. Medians.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from peers import peer_python
from workbench.disclosure import Rules, safe_table
from workbench.disclosure.suppression.grid import suppress_grid
from workbench.disclosure.suppression.problems import Problem, suppress, two_way

K = 10
PEER = "acro==1.0.2"
THEIRS = """
import sys, time, warnings
warnings.filterwarnings("ignore")
import pandas as pd
from acro import ACRO
frame = pd.read_csv(sys.argv[1])
session = ACRO(suppress=True)
begun = time.perf_counter()
session.crosstab(frame["row"], frame["column"])
print("\\n%.1f" % (time.perf_counter() - begun))
"""


def drawn(rows: int, columns: int, people: int, *, seed: int, powers: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """A skewed table of people (Zipf by row and column, lognormal within), and the cell of each person."""
    draw = np.random.default_rng(seed)
    heavy = 1 / np.arange(1, rows + 1) ** powers[0]
    share = heavy[:, None] / heavy.sum() * (1 / np.arange(1, columns + 1) ** powers[1])
    share = share * np.exp(draw.normal(0, 1, (rows, columns)))
    edges = np.cumsum(share.ravel() / share.sum())
    edges[-1] = 1
    cell = np.searchsorted(edges, draw.random(people))
    return np.bincount(cell, minlength=rows * columns).reshape(rows, columns), cell


def need(values: np.ndarray) -> float:
    """What a line needs, margin last: the least sum of cells withheld beyond the small ones."""
    small = (values > 0) & (values < K)
    if not small.any():
        return 0.0
    missing = max(0, 2 - int(small.sum()))
    lacking = 0 if small[-1] else max(0, K - int((values[small] - 1).sum()))
    least = {(missing, lacking): 0.0}
    for place in np.flatnonzero((values > 0) & ~small).tolist():
        added = dict(least)
        for (cells, amount), cost in least.items():
            rest = 0 if place == len(values) - 1 else max(0, amount - int(values[place] - 1))
            state = (max(0, cells - 1), rest)
            added[state] = min(added.get(state, np.inf), cost + float(values[place]))
        least = added
    return least.get((0, 0), np.inf)


def bound(problem: Problem) -> float:
    """What every safe pattern of a table withholds at least beyond its small cells."""
    rows, columns = problem.grid
    values = problem.values.reshape(rows + 1, columns + 1)
    return max(sum(need(line) for line in lines if np.isfinite(need(line))) for lines in (values, values.T))


def tables(number: int, seed: int) -> Iterator[tuple[Problem, float]]:
    """Random tables with a positive bound."""
    draw = np.random.default_rng(seed)
    while number:
        rows, columns = int(draw.integers(5, 31)), int(draw.integers(4, 21))
        people = int(np.exp(draw.uniform(np.log(1_000), np.log(30_000))))
        powers = (float(draw.uniform(0.5, 1.5)), float(draw.uniform(0.5, 2.0)))
        body, _ = drawn(rows, columns, people, seed=int(draw.integers(2**31)), powers=powers)
        body = body[body.sum(axis=1) > 0][:, body.sum(axis=0) > 0]
        problem = two_way(body.astype(float), k=K)
        least = bound(problem)
        if least > 0:
            number -= 1
            yield problem, least


def beyond(problem: Problem, withheld: np.ndarray) -> float:
    """The people in withheld cells that are not small."""
    return float(problem.values[withheld & ~problem.primary].sum())


def against_the_bound(number: int, seed: int) -> None:
    """Print how much more than the bound is withheld: by the selection, and when the audit is done."""
    selected, audited, seconds = [], [], []
    unprotected = 0
    for problem, least in tables(number, seed):
        begun = time.perf_counter()
        withheld = suppress_grid(problem)
        seconds.append(time.perf_counter() - begun)
        done = suppress(problem)
        unprotected += len(done.unprotected)
        selected.append(beyond(problem, withheld) / least)
        audited.append(beyond(problem, done.withheld) / least)
    print(f"{number} tables of 5..30 x 4..20, seed {seed}: people withheld beyond the small cells / bound")
    print(f"{'':24}{'median':>8}{'mean':>8}{'90 %':>8}")
    for name, ratios in (("selected", selected), ("audited and mended", audited)):
        print(f"{name:24}{np.median(ratios):8.3f}{np.mean(ratios):8.3f}{np.percentile(ratios, 90):8.3f}")
    print(f"unprotected cells: {unprotected}; selection of one table: median {1000 * statistics.median(seconds):.0f} ms\n")


def median(run: Callable[[], object], repeats: int) -> float:
    """The median time of a run, after one that is not timed."""
    run()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def from_rows(rows: int, repeats: int, wait: float, peer: bool) -> None:
    """Print what 614 x 14 costs."""
    body, cell = drawn(614, 14, rows, seed=0, powers=(1.0, 1.6))
    problem = two_way(body.astype(float), k=K)
    withheld = suppress_grid(problem)
    print(f"614 x 14 from {rows:,} rows; medians of {repeats}")
    small, extra = int(problem.primary.sum()), int((withheld & ~problem.primary).sum())
    print(f"{small:,} small cells; {extra} complements with {beyond(problem, withheld):,.0f} people, bound {bound(problem):,.0f}")
    row, column = np.divmod(cell, 14)
    words = [np.array([f"{name}{number:03}" for number in range(size)], dtype=object) for name, size in (("r", 614), ("c", 14))]
    frame = pd.DataFrame({"row": words[0][row], "column": words[1][column]}).astype("str")
    rules = Rules(min_contributors=K)
    print(f"{'':44}{'seconds':>9}")
    print(f"{'selection':44}{median(lambda: suppress_grid(problem), repeats):9.3f}")
    print(f"{'selection and audit':44}{median(lambda: suppress(problem), repeats):9.3f}")
    whole = median(lambda: safe_table(frame, rows="row", columns="column", rules=rules), repeats)
    print(f"{'safe_table, rows to audit':44}{whole:9.3f}")
    plain = median(lambda: pd.crosstab(frame["row"], frame["column"], margins=True), repeats)
    print(f"{'pandas.crosstab with margins, nothing safe':44}{plain:9.3f}")
    if not peer:
        print("acro: left out")
        return
    where = peer_python(PEER)
    if where is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        frame.to_csv(path, index=False)
        begun = time.perf_counter()
        try:
            took = subprocess.run(
                [str(where.python), "-c", THEIRS, str(path)], capture_output=True, text=True, check=True, timeout=wait, cwd=folder
            )
        except subprocess.TimeoutExpired:
            print(f"{PEER + ' crosstab':44}not done after {time.perf_counter() - begun:.0f} s")
        else:
            print(f"{PEER + ' crosstab':44}{float(took.stdout.strip().splitlines()[-1]):9.1f}")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--wait", type=float, default=60)
    parser.add_argument("--skip-peer", action="store_true", help="acro takes an environment of its own")
    options = parser.parse_args()
    if options.tables:
        against_the_bound(options.tables, options.seed)
    from_rows(options.rows, options.repeats, options.wait, not options.skip_peer)


if __name__ == "__main__":
    main()
