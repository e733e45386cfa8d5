"""How long k, l and t of a million rows take, encoding included, and how much memory; beside pycanon.

    WORKBENCH_DATA=... python benchmarks/measure_risk.py [--rows 1000000] [--repeats 5] [--skip-peer]

The rows are UCI Adult's, drawn anew to a million with a tenth of each column's cells drawn from that column alone (as
in the bootstrap that anonymisers are compared on); five quasi-identifiers, occupation sensitive. Measured are the whole
of ``measure_risk``, with what attackers of up to three facts learn, and k, l and t alone, in two ways: from a frame of
words as ``pandas.read_parquet`` gives it (the reading not counted), and from the Parquet file (the reading counted).
Each way runs in a process of its own, once before it is timed; its peak is that of the whole process (VmHWM of
``/proc/self/status``; ``ru_maxrss`` would start at its parent's), interpreter, pandas and the read frame included.
pycanon 1.3.6 pins another pandas and runs in an environment of its own, on the same file, once: it takes minutes. Its
k, l and t must be ours to four decimals.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from peers import peer_python

QUASI_IDENTIFIERS = ["age", "sex", "race", "education", "marital-status"]
SENSITIVE = "occupation"
COLUMNS = [*QUASI_IDENTIFIERS, SENSITIVE]
PEER = "pycanon==1.3.6"
THEIRS = """
import json, re, sys, time
import pandas as pd
from pycanon import anonymity
path, known, told = sys.argv[1], sys.argv[2].split(","), [sys.argv[3]]
frame = pd.read_csv(path)
begun = time.perf_counter()
found = {
    "k": int(anonymity.k_anonymity(frame, known)),
    "l": int(anonymity.l_diversity(frame, known, told)),
    "t": float(anonymity.t_closeness(frame, known, told)),
}
found["seconds"] = time.perf_counter() - begun
found["peak_mb"] = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
print(json.dumps(found))
"""


def bootstrap(adult: Path, rows: int) -> pd.DataFrame:
    """Draw rows from a table, then a tenth of each column's cells from that column alone: a long tail, as cities have it."""
    base = pd.read_csv(adult / "adult.csv", sep=";")
    draw = np.random.default_rng(0)
    drawn = base.iloc[draw.integers(0, len(base), rows)].reset_index(drop=True)
    for name in base.columns:
        swapped = draw.random(rows) < 0.10
        drawn.loc[swapped, name] = base[name].to_numpy()[draw.integers(0, len(base), swapped.sum())]
    return drawn


def peak_mb() -> float:
    """The most memory that this process has held."""
    words = Path("/proc/self/status").read_text(encoding="ascii").split()
    return int(words[words.index("VmHWM:") + 1]) / 1024


def ours(way: str, path: Path, *, known: int, repeats: int) -> dict[str, Any]:
    """Time one way in this process."""
    from workbench.privacy.risk import Risk, measure_risk
    from workbench.privacy.table_files import read_table

    frame = pd.read_parquet(path, columns=COLUMNS) if way == "frame" else None

    def measured() -> Risk:
        table = read_table(path, columns=COLUMNS) if frame is None else frame
        return measure_risk(table, quasi_identifiers=QUASI_IDENTIFIERS, sensitive=[SENSITIVE], known=known)

    risk, times = measured(), []
    for _ in range(repeats):
        begun = time.perf_counter()
        measured()
        times.append(time.perf_counter() - begun)
    seconds = statistics.median(times)
    return {"seconds": seconds, "peak_mb": peak_mb(), "k": risk.k, "l": risk.l[SENSITIVE], "t": float(risk.t[SENSITIVE])}


def alone(way: str, path: Path, *, known: int, repeats: int) -> dict[str, Any]:
    """Run one way in a process of its own."""
    command = [sys.executable, __file__, "--way", way, "--file", str(path), "--known", str(known), "--repeats", str(repeats)]
    return dict(json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--skip-peer", action="store_true", help="pycanon takes minutes")
    parser.add_argument("--way", choices=("frame", "file"), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--known", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        print(json.dumps(ours(options.way, options.file, known=options.known, repeats=options.repeats)))
        return
    data = os.environ.get("WORKBENCH_DATA")
    if not data:
        raise SystemExit("WORKBENCH_DATA is not set: the folder that holds benchmarks/adult")
    with tempfile.TemporaryDirectory() as folder:
        path, csv = Path(folder) / "adult.parquet", Path(folder) / "adult.csv"
        drawn = bootstrap(Path(data) / "benchmarks" / "adult", options.rows)
        drawn.to_parquet(path)
        drawn[COLUMNS].to_csv(csv, index=False)
        compare(path, csv, options)


def compare(path: Path, csv: Path, options: argparse.Namespace) -> None:
    """Print ours, and the peer's beside it."""
    print(f"k, l and t of {options.rows:,} rows, {len(QUASI_IDENTIFIERS)} quasi-identifiers; medians of {options.repeats}\n")
    print(f"{'':52}{'seconds':>10}{'peak MB':>10}")
    found = {}
    for name, way, known in (
        ("workbench, frame of words, k, l and t", "frame", 0),
        ("workbench, frame of words, all of measure_risk", "frame", 3),
        ("workbench, Parquet file, k, l and t", "file", 0),
        ("workbench, Parquet file, all of measure_risk", "file", 3),
    ):
        found[name] = alone(way, path, known=known, repeats=options.repeats)
        print(f"{name:52}{found[name]['seconds']:10.3f}{found[name]['peak_mb']:10.0f}")
    one = next(iter(found.values()))
    assert all((other["k"], other["l"], other["t"]) == (one["k"], one["l"], one["t"]) for other in found.values())
    peer = None if options.skip_peer else peer_python(PEER)
    if peer is None:
        print(f"{PEER}: {'left out' if options.skip_peer else 'does not install here'}")
        return
    theirs = json.loads(peer.run(THEIRS, str(csv), ",".join(QUASI_IDENTIFIERS), SENSITIVE))
    assert (theirs["k"], theirs["l"]) == (one["k"], one["l"]) and abs(theirs["t"] - one["t"]) < 5e-5, (theirs, one)
    print(f"{f'{PEER}, frame of words, k, l and t (once)':52}{theirs['seconds']:10.1f}{theirs['peak_mb']:10.0f}")
    slowest = max(item["seconds"] for item in found.values())
    print(f"\nk = {one['k']}, l = {one['l']}, t = {one['t']:.4f}: the same from both")
    print(f"pycanon / workbench (frame, k, l and t): {theirs['seconds'] / one['seconds']:.0f}")
    print(f"pycanon / workbench (slowest of the four): {theirs['seconds'] / slowest:.0f}")


if __name__ == "__main__":
    main()
