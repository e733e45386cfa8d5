"""How much recoding loses (NCP) and how long it takes, on UCI Adult and on a million rows made from it.

    WORKBENCH_DATA=FOLDER python benchmarks/recode_adult.py [--repeats 5] [--rows 1000000]

The quasi-identifiers are age, sex, race, education and marital-status with the hierarchies of ``benchmarks/adult`` in that
folder, k = 5. The million are Adult's rows drawn with replacement, a tenth of each column's cells drawn anew from the
column. Seconds are medians of encoding and recoding together, from Arrow columns in memory. Beside them stands the peer: ARX
3.9.2 with local recoding and ages as nodes, whose figures were measured elsewhere on the same rows and are quoted.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from workbench.privacy.recoding import Attribute, Recoded, Sensitive, hierarchy_tree, interval_tree, recode

QUASI = ("age", "sex", "race", "education", "marital-status")
K = 5
ARX_LOCAL = {30_162: 0.0495, 1_000_000: 0.0101}
"""ARX 3.9.2, local recoding, nothing suppressed: measured elsewhere, once."""


def bootstrap(frame: pd.DataFrame, rows: int) -> pd.DataFrame:
    """Draw rows with replacement, then a tenth of each column's cells anew."""
    rng = np.random.default_rng(0)
    drawn = frame.iloc[rng.integers(0, len(frame), rows)].reset_index(drop=True)
    for column in frame.columns:
        swapped = rng.random(rows) < 0.10
        drawn.loc[swapped, column] = frame[column].to_numpy()[rng.integers(0, len(frame), swapped.sum())]
    return drawn


def once(
    columns: dict[str, pa.Array], tables: dict[str, pd.DataFrame], *, nodes: bool, dimensions: tuple[str, ...], guarded: bool
) -> Recoded:
    """Encode and recode."""
    attributes = []
    for name in QUASI:
        tree = interval_tree(name, (1, 100)) if name == "age" and not nodes else hierarchy_tree(name, tables[name])
        attributes.append(Attribute(name, tree, tree.codes(columns[name]), name in dimensions))
    work = columns["occupation"].indices.to_numpy()
    sensitive = [Sensitive("occupation", work, l=2, t=0.4)] if guarded else []
    return recode(attributes, k=K, sensitive=sensitive, suppression=0.05 if dimensions else 0)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    if not os.environ.get("WORKBENCH_DATA"):
        sys.exit("WORKBENCH_DATA is not set: the folder with benchmarks/adult")
    folder = Path(os.environ["WORKBENCH_DATA"]) / "benchmarks" / "adult"
    adult = pd.read_csv(folder / "adult.csv", sep=";")
    tables = {name: pd.read_csv(folder / f"adult_hierarchy_{name}.csv", sep=";", header=None, dtype=str) for name in QUASI}
    heads = ("rows", "ages", "dimensions", "guarantee", "NCP", "of ARX", "suppressed", "s")
    print("{:>10}  {:<9}  {:<14}  {:<18}  {:>8}  {:>7}  {:>10}  {:>6}".format(*heads))
    for frame in (adult, bootstrap(adult, options.rows)):
        columns = {name: pa.array(frame[name]) for name in (*QUASI, "occupation")}
        columns = {name: column if name == "age" else column.dictionary_encode() for name, column in columns.items()}
        for dimensions in ((), ("education", "sex")):
            for guarded in (False, True):
                for nodes in (False, True):
                    seconds = []
                    for _ in range(options.repeats):
                        begin = time.perf_counter()
                        recoded = once(columns, tables, nodes=nodes, dimensions=dimensions, guarded=guarded)
                        seconds.append(time.perf_counter() - begin)
                    peer = ARX_LOCAL.get(len(frame)) if not dimensions and not guarded else None
                    print(
                        f"{len(frame):>10,}  {'nodes' if nodes else 'intervals':<9}  {', '.join(dimensions) or '-':<14}  "
                        f"{'k, l = 2, t = 0.4' if guarded else 'k':<18}  {recoded.ncp:>8.5f}  "
                        f"{f'{recoded.ncp / peer:.1%}' if peer else '-':>7}  {1 - recoded.kept.mean():>10.2%}  "
                        f"{statistics.median(seconds):>6.2f}"
                    )


if __name__ == "__main__":
    main()
