"""How fast ``load()`` reads a selection out of many rows, beside pyarrow, polars, duckdb, and ``read_csv`` with a filter.

    python benchmarks/load_selection.py [--rows 10000000] [--repeats 7]

Synthetic trips are written as a protected dataset into a temporary project, and as CSV. Each reader then gives one
district x one year x four columns as a pandas frame (polars and duckdb also as their own), in one process: the readers of
Parquet in turn, another one first each time, each right after a read of its own that is not counted; read_csv after
them, because the gigabytes that it takes and gives back slow whoever comes next. What is printed are medians and
their ratio to ``load()``.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from workbench.catalog import Catalog, load_from, read_catalog
from workbench.catalog.storage import DATA_NAME, seal_manifest, to_arrow, write_groups
from workbench.project import Project
from workbench.sources.synthetic import generate

SEED = 2017
DISTRICT, YEAR = "마포구", 2022
COLUMNS = ["started_at", "start_station", "end_station", "duration_min"]
SLOWEST = "pandas read_csv + filter"


def prepare(project: Project, catalog: Catalog, rows: int) -> tuple[Path, Path]:
    """Store trips as a protected dataset and as CSV.

    Returns
    -------
    tuple of Path
        The Parquet and the CSV file.
    """
    described = catalog["bike_trips"]
    fields = described.fields
    folder = project.protected / "bike_trips"
    folder.mkdir(parents=True)
    tables = (to_arrow(frame, fields) for frame in generate("bike_trips", seed=SEED, rows=rows))
    write_groups(folder / DATA_NAME, tables, together=described.sort[:-1])
    types = {name: field.type for name, field in fields.items()}
    seal_manifest(folder, rows=rows, manifest={"dataset": "bike_trips", "fields": list(fields), "types": types, "adopted": True})
    csv = project.root / "bike_trips.csv"
    with pq.ParquetFile(folder / DATA_NAME) as stored:
        schema = stored.schema_arrow
        with pa.csv.CSVWriter(csv, _as_text(schema.empty_table()).schema) as writer:
            for batch in stored.iter_batches():
                writer.write_table(_as_text(pa.Table.from_batches([batch])))
    return folder / DATA_NAME, csv


def _as_text(table: pa.Table) -> pa.Table:
    """Times as the seconds of Seoul's wall clock: what a CSV of trips holds."""
    place = table.schema.get_field_index("started_at")
    return table.set_column(place, "started_at", pa.compute.local_timestamp(table["started_at"]).cast(pa.timestamp("s")))


def readers(project: Project, catalog: Catalog, stored: Path, csv: Path) -> dict[str, Callable[[], Any]]:
    """Return the readers, each giving the same selection."""
    where = [("year", "==", YEAR), ("start_district", "==", DISTRICT)]
    chosen = (polars.col("year") == YEAR) & (polars.col("start_district") == DISTRICT)
    query = f"select {', '.join(COLUMNS)} from '{stored}' where year = {YEAR} and start_district = '{DISTRICT}'"  # noqa: S608

    def from_csv() -> pd.DataFrame:
        frame = pd.read_csv(csv)
        return frame.loc[(frame["year"] == YEAR) & (frame["start_district"] == DISTRICT), COLUMNS]

    return {
        "workbench load()": lambda: load_from(project, catalog, "bike_trips", columns=COLUMNS, where=where),
        "pyarrow, to pandas": lambda: pq.read_table(stored, columns=COLUMNS, filters=where).to_pandas(),
        "pandas read_parquet": lambda: pd.read_parquet(stored, columns=COLUMNS, filters=where),
        "polars": lambda: polars.scan_parquet(stored).filter(chosen).select(COLUMNS).collect(),
        "polars, to pandas": lambda: polars.scan_parquet(stored).filter(chosen).select(COLUMNS).collect().to_pandas(),
        "duckdb, to arrow": lambda: duckdb.sql(query).to_arrow_table(),
        "duckdb, to pandas": lambda: duckdb.sql(query).df(),
        SLOWEST: from_csv,
    }


def _seconds(read: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    read()
    return time.perf_counter() - begin


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    catalog = read_catalog(Project.find(Path(__file__).parent))
    with tempfile.TemporaryDirectory() as root:
        project = Project(root=Path(root))
        stored, csv = prepare(project, catalog, options.rows)
        reads = readers(project, catalog, stored, csv)
        sizes = {name: len(read()) for name, read in reads.items()}
        assert len(set(sizes.values())) == 1, sizes
        taken: dict[str, list[float]] = {name: [] for name in reads}
        order = [name for name in reads if name != SLOWEST]
        for turn in range(options.repeats):
            for name in order[turn % len(order) :] + order[: turn % len(order)]:
                reads[name]()
                taken[name].append(_seconds(reads[name]))
        taken[SLOWEST] = [_seconds(reads[SLOWEST]) for _ in range(max(options.repeats // 2, 1))]
    medians = {name: statistics.median(seconds) for name, seconds in taken.items()}
    own = medians["workbench load()"]
    print(
        f"{options.rows:,} rows, 1 of 25 districts x 1 of 3 years x {len(COLUMNS)} of 16 columns = "
        f"{sizes['workbench load()']:,} rows; medians of {options.repeats}\n"
    )
    print(f"{'':28}{'ms':>10}{'time / load()':>16}")
    for name, seconds in medians.items():
        print(f"{name:28}{seconds * 1000:10.1f}{seconds / own:16.2f}")
    best = min((name for name in medians if name.startswith(("pyarrow", "polars", "duckdb"))), key=medians.__getitem__)
    print(f"\nload() / best of pyarrow, polars, duckdb ({best}): {own / medians[best]:.2f}")
    print(f"read_csv + filter / load(): {medians[SLOWEST] / own:.0f}")


if __name__ == "__main__":
    main()
