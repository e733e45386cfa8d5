"""How fast and in how much memory a table is protected, file to file, beside anjana on the same rows.

    WORKBENCH_DATA=~/data python benchmarks/protect_table.py [--rows 1000000 10000000] [--repeats 5] [--without-peer]

UCI Adult (``benchmarks/adult`` in ``WORKBENCH_DATA``) is drawn anew with replacement, a tenth of the cells from their
column's own distribution, and written as Parquet: its five quasi-identifiers alone, and (up to a million rows) all nine
columns. Each run is a process of its own that protects with k = 5 from Parquet to Parquet; measured are the Python call,
without the start of the interpreter, and the greatest memory of the process. anjana runs in an environment of its own
with the same hierarchies, once, since it is slow. Printed are medians and the ratio.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from peers import peer_python
from workbench.records import dump_yaml

FIELDS = ["age", "sex", "race", "education", "marital-status"]
SEED = 0
SWAPPED = 0.10
PEER = "anjana==1.2.3"
PEER_ROWS = 1_000_000
"""The peer is run on tables of at most so many rows."""

OURS = """
import json, resource, sys, time
from pathlib import Path
import pyarrow.parquet
import workbench.privacy.protecting, workbench.privacy.table_files
from workbench.privacy import read_policy
from workbench.privacy.protected_files import protect_file

policy = read_policy(Path(sys.argv[2]))
begin = time.perf_counter()
report = protect_file(Path(sys.argv[1]), policy, out=Path(sys.argv[3]), report_path=Path(sys.argv[4]))
seconds = time.perf_counter() - begin
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "peak_mb": peak, **{key: report[key] for key in ("k", "ncp", "suppressed")}}))
"""

THEIRS = """
import json, resource, sys, time
import pandas
from anjana.anonymity import k_anonymity

fields = sys.argv[3].split(",")
trees = {name: dict(pandas.read_csv(f"{sys.argv[4]}/adult_hierarchy_{name}.csv", sep=";", header=None)) for name in fields}
begin = time.perf_counter()
frame = pandas.read_parquet(sys.argv[1])
made = k_anonymity(frame, [], fields, 5, 5, trees)
made.to_parquet(sys.argv[2])
seconds = time.perf_counter() - begin
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
k = int(made.groupby(fields).size().min())
print(json.dumps({"seconds": seconds, "peak_mb": peak, "k": k, "suppressed": 1 - len(made) / len(frame)}))
"""


def draw(adult: pd.DataFrame, rows: int, columns: list[str], path: Path) -> None:
    """Write a bootstrap of some columns, a tenth of the cells swapped."""
    random = np.random.default_rng(SEED)
    chosen = random.integers(0, len(adult), rows)
    drawn = {}
    for name in columns:
        codes, values = pd.factorize(adult[name], sort=True)
        found = codes.astype(np.int32)[chosen]
        swapped = random.random(rows) < SWAPPED
        found[swapped] = codes[random.integers(0, len(adult), int(swapped.sum()))]
        words = pa.DictionaryArray.from_arrays(pa.array(found), pa.array(values.tolist()))
        drawn[name] = words.cast(words.type.value_type)
    pq.write_table(pa.table(drawn), path)


def write_policy(folder: Path, adult: Path, columns: list[str]) -> Path:
    """Write a policy for the columns: ages as intervals, the others by hierarchy."""
    fields = {}
    for name in columns:
        if name == "age":
            fields[name] = {"role": "quasi_identifier", "recoding": "interval", "domain": [1, 100]}
        elif name in FIELDS:
            fields[name] = {"role": "quasi_identifier", "hierarchy": str((adult / f"adult_hierarchy_{name}.csv").resolve())}
        else:
            fields[name] = {"role": "sensitive" if name == "occupation" else "insensitive"}
    path = folder / "adult.yml"
    path.write_text(dump_yaml({"policy": "adult", "version": 1, "fields": fields, "guarantee": {"k": 5}}), encoding="utf-8")
    return path


def measure(source: Path, policy: Path, folder: Path, repeats: int) -> dict[str, float]:
    """Protect in processes of their own; return the median time, the greatest memory, and what was reached."""
    runs = []
    for _ in range(repeats):
        words = [sys.executable, "-c", OURS, str(source), str(policy), str(folder / "out.parquet"), str(folder / "R.json")]
        runs.append(json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout))
    return {
        **runs[0],
        "seconds": statistics.median(run["seconds"] for run in runs),
        "peak_mb": max(run["peak_mb"] for run in runs),
    }


def show(name: str, found: dict[str, float], ratio: str = "") -> None:
    """Print one line of the table."""
    ncp = f"{found['ncp']:.5f}" if "ncp" in found else "-"
    figures = f"{found['seconds']:8.2f} s {found['peak_mb']:7.0f} MB  k {found['k']:3.0f}"
    print(f"{name:34}{figures}  suppressed {found['suppressed']:.2%}  NCP {ncp}  {ratio}".rstrip(), flush=True)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--without-peer", action="store_true", help=f"do not run {PEER}")
    options = parser.parse_args()
    data = os.environ.get("WORKBENCH_DATA")
    if not data:
        raise SystemExit("WORKBENCH_DATA is not set: the folder that holds benchmarks/adult")
    adult = Path(data) / "benchmarks" / "adult"
    raw = pd.read_csv(adult / "adult.csv", sep=";")
    peer = None if options.without_peer else peer_python(PEER, "pyarrow>=18")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for rows in options.rows:
            for columns in [FIELDS, list(raw.columns)] if rows <= PEER_ROWS else [FIELDS]:
                source = folder / "in.parquet"
                draw(raw, rows, columns, source)
                ours = measure(source, write_policy(folder, adult, columns), folder, options.repeats)
                show(f"{rows:,} x {len(columns)}", ours)
                if peer is not None and rows <= PEER_ROWS and columns == FIELDS:
                    printed = peer.run(
                        THEIRS, str(source), str(folder / "theirs.parquet"), ",".join(FIELDS), str(adult.resolve())
                    )
                    theirs = json.loads(printed.splitlines()[-1])
                    show(f"  {PEER}", theirs, f"{theirs['seconds'] / ours['seconds']:.1f} times as long")


if __name__ == "__main__":
    main()
