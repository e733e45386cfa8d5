"""How fast and in how much memory rows about people are sealed and opened, beside age per row and plain Parquet.

    python benchmarks/seal_rows.py [--rows 1000000] [--runs 5]

Rows of 300 bytes go through the vault as they would from a source: sealed one by one to a custodian of each side, read
back with both keys. The peers, in the same run: ``age`` itself for every row through pyrage (in two layers, on a sample,
extrapolated), and pyarrow writing and reading the same rows in the clear. Each runs in a process of its own, so that
the peak memory is its own; it includes interpreter, pandas and pyarrow.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyrage

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from sealed_city import identity, keys, make_vault

PIECE = 100_000
SAMPLE = 2_000
TEXT_BYTES = 236
"""With the other fields of a row, 300 bytes."""


def tables(rows: int) -> Iterator[pa.Table]:
    """Rows of the catalogue's dataset ``cards``: three words, three numbers and a date, no two rows alike."""
    rng = np.random.default_rng(2017)
    for first in range(0, rows, PIECE):
        count = min(PIECE, rows - first)
        numbers = np.arange(first, first + count)
        letters = rng.integers(97, 123, (count, TEXT_BYTES), dtype=np.uint8).tobytes()
        yield pa.table(
            {
                "card": pa.array(np.char.mod("%012d", numbers)),
                "name": pa.array([letters[TEXT_BYTES * row : TEXT_BYTES * (row + 1)].decode() for row in range(count)]),
                "age": pa.array(numbers % 90),
                "spent": pa.array(rng.random(count)),
                "seen_at": pa.array(1_600_000_000_000_000 + numbers).cast(pa.timestamp("us", tz="Asia/Seoul")),
                "born": pa.array((numbers % 9_000).astype("int32")).cast(pa.date32()),
                "home": pa.array([None] * count, type=pa.binary()),
            }
        )


def sealing(folder: Path, rows: int) -> tuple[float, int]:
    """Seal rows; seconds without their making, and bytes on disk."""
    vault, made = make_vault(folder), 0.0

    def timed() -> Iterator[pa.Table]:
        nonlocal made
        source = tables(rows)
        while True:
            begin = time.perf_counter()
            table = next(source, None)
            made += time.perf_counter() - begin
            if table is None:
                return
            yield table

    begin = time.perf_counter()
    record = vault.write_part("cards", "a", timed(), record={"kind": "official"})
    seconds = time.perf_counter() - begin - made
    return seconds, (vault.project.vault / "cards" / record["file"]).stat().st_size


def opening(folder: Path, rows: int) -> tuple[float, int]:
    """Open what :func:`sealing` sealed."""
    vault = make_vault(folder)
    vault.write_part("cards", "a", tables(rows), record={"kind": "official"})
    held = keys("G-3", "C-3")
    begin = time.perf_counter()
    opened = sum(table.num_rows for table in vault.tables("cards", keys=held))
    seconds = time.perf_counter() - begin
    assert opened == rows
    return seconds, 0


def age_each(folder: Path, rows: int) -> tuple[float, int]:  # noqa: ARG001
    """Seal a sample of rows with age, each on its own and in two layers, extrapolated."""
    to = [pyrage.x25519.Recipient.from_str(str(identity(seat).to_public())) for seat in ("C-3", "G-3")]
    payloads = [bytes(300) for _ in range(SAMPLE)]
    begin = time.perf_counter()
    sealed = [pyrage.encrypt(pyrage.encrypt(payload, [to[0]]), [to[1]]) for payload in payloads]
    return (time.perf_counter() - begin) * rows / SAMPLE, sum(map(len, sealed)) * rows // SAMPLE


def age_each_opened(folder: Path, rows: int) -> tuple[float, int]:  # noqa: ARG001
    """Open a sample of such rows, extrapolated."""
    to = [pyrage.x25519.Recipient.from_str(str(identity(seat).to_public())) for seat in ("C-3", "G-3")]
    sealed = [pyrage.encrypt(pyrage.encrypt(bytes(300), [to[0]]), [to[1]]) for _ in range(SAMPLE)]
    begin = time.perf_counter()
    for content in sealed:
        pyrage.decrypt(pyrage.decrypt(content, [identity("G-3")]), [identity("C-3")])
    return (time.perf_counter() - begin) * rows / SAMPLE, 0


def clear(folder: Path, rows: int) -> tuple[float, int]:
    """Write the rows as plain Parquet."""
    path, seconds = folder / "a.parquet", 0.0
    writer: pq.ParquetWriter | None = None
    for table in tables(rows):
        begin = time.perf_counter()
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
        seconds += time.perf_counter() - begin
    assert writer is not None
    begin = time.perf_counter()
    writer.close()
    return seconds + time.perf_counter() - begin, path.stat().st_size


def clear_read(folder: Path, rows: int) -> tuple[float, int]:
    """Read plain Parquet."""
    clear(folder, rows)
    begin = time.perf_counter()
    with pq.ParquetFile(folder / "a.parquet") as stored:
        found = sum(stored.read_row_group(group).num_rows for group in range(stored.num_row_groups))
    assert found == rows
    return time.perf_counter() - begin, 0


WORK: dict[str, tuple[Callable[[Path, int], tuple[float, int]], ...]] = {
    "workbench, each row under its own key": (sealing, opening),
    "pyrage, age for each row (extrapolated)": (age_each, age_each_opened),
    "pyarrow, Parquet in the clear": (clear, clear_read),
}


def _child(work: Callable[[Path, int], tuple[float, int]], rows: int, channel: Connection) -> None:
    with tempfile.TemporaryDirectory() as folder:
        seconds, size = work(Path(folder), rows)
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    channel.send((seconds, size, int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024))


def _measured(work: Callable[[Path, int], tuple[float, int]], rows: int, runs: int) -> tuple[float, float, int]:
    """Median seconds, greatest peak in MB, bytes."""
    found: list[Any] = []
    context = multiprocessing.get_context("spawn")
    for _ in range(runs):
        here, there = context.Pipe()
        child = context.Process(target=_child, args=(work, rows, there))
        child.start()
        found.append(here.recv())
        child.join()
    return statistics.median(one[0] for one in found), max(one[2] for one in found), found[0][1]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    print(f"{options.rows:,} rows of 300 bytes, medians of {options.runs}")
    print(f"{'':42}{'seal s':>9}{'MB':>7}{'open s':>9}{'MB':>7}{'on disk MB':>12}")
    took = {}
    for name, (write, read) in WORK.items():
        sealed, opened = _measured(write, options.rows, options.runs), _measured(read, options.rows, options.runs)
        took[name] = (sealed[0], opened[0])
        print(f"{name:42}{sealed[0]:9.1f}{sealed[1]:7.0f}{opened[0]:9.1f}{opened[1]:7.0f}{sealed[2] / 1e6:12.0f}")
    own, age, plain = took.values()
    print(f"age for each row takes {age[0] / own[0]:.0f} times as long to seal and {age[1] / own[1]:.0f} times to open")
    print(f"sealing takes {own[0] / plain[0]:.0f} times as long as Parquet in the clear, opening {own[1] / plain[1]:.0f} times")


if __name__ == "__main__":
    main()
