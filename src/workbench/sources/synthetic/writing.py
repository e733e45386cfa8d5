"""Taking the synthetic city in: each dataset as one part of the vault, written only when it would be another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd
import pyarrow as pa

from workbench.catalog import Catalog
from workbench.catalog.storage import to_arrow
from workbench.files import canonical, sha256
from workbench.progress import Report, silent
from workbench.project import Project
from workbench.sources.synthetic.generate import DEFAULT_ROWS, SYNTHETIC, check_order, generate
from workbench.vault import Vault

PART = "synthetic"
"""The part's name: one a dataset, so that another seed replaces it."""


@cache
def generator_version() -> str:
    """Return a hash of the programs and tables that the synthetic city is made by.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    sources = {
        f"{package}/{entry.name}": entry.read_bytes()
        for package in ("workbench.sources.synthetic", "workbench.places")
        for entry in files(package).iterdir()
        if entry.name.endswith((".py", ".csv"))
    }
    return sha256(canonical({name: sha256(content) for name, content in sources.items()}))


def write_synthetic(
    project: Project,
    catalog: Catalog,
    *,
    seed: int = 2017,
    trips: int = DEFAULT_ROWS["bike_trips"],
    datasets: Sequence[str] | None = None,
    today: dt.date | None = None,
    report: Report = silent,
) -> dict[str, int]:
    """Write the synthetic city into the vault; what already is there from the same seed, size and program stays.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    seed : int, default 2017
    trips : int, default 200,000
        Rows of ``bike_trips``.
    datasets : sequence of str, optional
        Only these; by default all.
    today : datetime.date, optional
        The day, where both sides want even made-up rows sealed to their custodians.
    report : Report, optional

    Returns
    -------
    dict of str to int
        Rows of each dataset.

    Raises
    ------
    UsageError
        Unknown dataset, or a number that is not allowed.

    Examples
    --------
    >>> write_synthetic(project, catalog, datasets=["parks_synthetic"])  # doctest: +SKIP
    {'parks_synthetic': 130}
    """
    wanted = list(SYNTHETIC if datasets is None else datasets)
    sizes = {name: trips if name == "bike_trips" else DEFAULT_ROWS.get(name) for name in wanted}
    for name, rows in sizes.items():
        check_order(name, seed=seed, rows=rows)
    vault = Vault(project, catalog, today=today)
    written = {}
    for number, (name, rows) in enumerate(sizes.items()):
        report(number, len(wanted), name)
        recipe = {"generator": generator_version(), "seed": seed, "size": rows}
        known = vault.record(name, PART)
        rests_otherwise = known is not None and known.get("custody", "clear") != vault.keeping(name).kind
        if known is None or rests_otherwise or any(known.get(key) != value for key, value in recipe.items()):
            known = _write(vault, catalog, name, recipe)
        written[name] = int(known["rows"])
    report(len(wanted), len(wanted), "")
    return written


def _write(vault: Vault, catalog: Catalog, name: str, recipe: dict[str, Any]) -> dict[str, Any]:
    frames = generate(name, seed=recipe["seed"], rows=recipe["size"])
    rows = recipe["size"]
    if rows is None:  # a size of its own, small enough to be held
        held = list(frames)
        rows, frames = sum(map(len, held)), iter(held)
    described = catalog[name]
    pieces = frames if described.geometry else (to_arrow(frame, described.fields) for frame in frames)
    record = {
        **recipe,
        "source": f"synthetic city, seed {recipe['seed']}",
        "kind": "synthetic",
        "sha256": sha256(canonical({**recipe, "dataset": name})),
        "retrieved": None,
        "balance": {"in": rows, "kept": rows, "refused": 0, "duplicate": 0},
    }
    return vault.write_part(name, PART, _ahead(pieces), record=record)


def _ahead(pieces: Iterator[pa.Table | pd.DataFrame]) -> Iterator[pa.Table | pd.DataFrame]:
    """Make the next piece while the last one is written: two pieces are in memory at a time."""
    with ThreadPoolExecutor(max_workers=1) as worker:
        pending = worker.submit(next, pieces, None)
        while (piece := pending.result()) is not None:
            pending = worker.submit(next, pieces, None)
            yield piece
