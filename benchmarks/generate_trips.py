"""How fast and in how much memory synthetic trips are generated and written, beside plain random rows of the same types.

    python benchmarks/generate_trips.py [--rows 10000000]

The peer draws every column of the same Parquet schema at random with numpy, without model or order, and writes it with
pyarrow. Each runs in a process of its own, so that the peak memory is its own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from workbench.catalog import Field, read_catalog
from workbench.catalog.storage import to_arrow, write_groups
from workbench.places import DISTRICT_NAMES
from workbench.project import Project
from workbench.sources.synthetic import write_synthetic
from workbench.sources.synthetic.columns import seoul_times, words
from workbench.sources.synthetic.events import CHUNK_ROWS

SEED = 2017


def workbench(rows: int, folder: Path) -> None:
    """Generate trips and write them into a vault."""
    catalog = read_catalog(Project.find(Path(__file__).parent))
    write_synthetic(Project(root=folder), catalog, seed=SEED, trips=rows, datasets=["bike_trips"])


def random_rows(rows: int, folder: Path) -> None:
    """Write random rows with the types of trips."""
    fields = read_catalog(Project.find(Path(__file__).parent))["bike_trips"].fields
    write_groups(folder / "random.parquet", _random_tables(rows, fields))


def _random_tables(rows: int, fields: dict[str, Field]) -> Iterator[pa.Table]:
    rng = np.random.default_rng(SEED)
    for first in range(0, rows, CHUNK_ROWS):
        count = min(CHUNK_ROWS, rows - first)
        draw: dict[str, Callable[[], object]] = {
            "string": lambda n=count: words(rng.integers(0, len(DISTRICT_NAMES), n), DISTRICT_NAMES),
            "integer": lambda n=count: rng.integers(0, 3000, n),
            "number": lambda n=count: rng.random(n),
            "datetime": lambda n=count: seoul_times(rng.integers(1_600_000_000, 1_700_000_000, n)),
        }
        yield to_arrow(pd.DataFrame({name: draw[field.type]() for name, field in fields.items()}), fields)


def _measured(work: Callable[[int, Path], None], rows: int) -> tuple[float, float, float]:
    """Seconds, peak memory in MB, size on disk in MB."""
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        work(rows, Path(folder))
        seconds = time.perf_counter() - begin
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.suffix in (".parquet", ".sealed"))
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, size / 1e6


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    rows = parser.parse_args().rows
    runs = {"workbench, synthetic trips": workbench, "numpy + pyarrow, random rows": random_rows}
    found = {}
    for name, work in runs.items():
        with multiprocessing.get_context("spawn").Pool(1) as process:
            found[name] = process.apply(_measured, (work, rows))
    peer = found["numpy + pyarrow, random rows"][0]
    print(f"{rows:,} rows, generated and written to Parquet\n")
    print(f"{'':32}{'seconds':>9}{'rows/s':>13}{'peak MB':>9}{'MB on disk':>12}{'time / peer':>13}")
    for name, (seconds, peak, size) in found.items():
        print(f"{name:32}{seconds:9.1f}{rows / seconds:13,.0f}{peak:9,.0f}{size:12,.0f}{seconds / peer:13.2f}")


if __name__ == "__main__":
    main()
