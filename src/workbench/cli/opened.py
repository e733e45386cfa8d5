"""How opened rows leave the vault, and how the vault and its register are told: to a person, or into a file for one person."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.commands import print_json
from workbench.cli.terminal import say
from workbench.errors import DONE, UsageError
from workbench.project import Project

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIXES = (".csv", ".parquet")


def hand_on_to(project: Project, options: argparse.Namespace, handed: dict[str, Any]) -> int:
    """Write what is handed on to the other side's custodian."""
    path: Path = options.hand_on
    with _own_file(project, path) as file:
        file.write(json.dumps(handed, sort_keys=True, indent=1).encode() + b"\n")
    if options.json:
        print_json({"file": str(path), "dataset": options.dataset, "batches": len(handed["inner"])})
        return DONE
    say(f"handed on: {path}; only civil society's custodians can open it, and only beside this vault")
    say(f"next, by one of them: workbench vault open {options.dataset} --purpose {options.purpose!r} --from {path} --key FILE")
    return DONE


def write_rows(project: Project, options: argparse.Namespace, opened: Callable[[], Iterable[pa.Table]]) -> int:
    """Write opened rows into a file that nobody but its owner can read; it gets its name when it is whole."""
    import pyarrow.csv as csv
    import pyarrow.parquet as pq

    path: Path = options.out
    if path.suffix not in SUFFIXES:
        raise UsageError(f"{path}: '{path.suffix}' is no format", hint=f"allowed: {', '.join(SUFFIXES)}")
    rows = 0
    with _own_file(project, path) as file:
        writer: Any = None
        for table in _at_most(opened(), options.rows):
            shaped = _readable(table) if path.suffix == ".csv" else table
            if writer is None:
                kind = csv.CSVWriter if path.suffix == ".csv" else pq.ParquetWriter
                writer = kind(file, shaped.schema)
            writer.write_table(shaped)
            rows += shaped.num_rows
        if writer is not None:
            writer.close()
    if options.json:
        print_json({"dataset": options.dataset, "rows": rows, "file": str(path)})
        return DONE
    say(f"{options.dataset}: {rows:,} rows in {path}, readable by you alone; delete the file when the purpose is met")
    return DONE


def print_rows(options: argparse.Namespace, opened: Iterable[pa.Table], *, most: int) -> int:
    """Show opened rows."""
    pieces = [_readable(table) for table in _at_most(opened, most)]
    rows = [row for table in pieces for row in table.to_pylist()]
    if options.json:
        print_json(rows)
        return DONE
    for row in rows:
        say("  ".join(f"{name}={'' if value is None else value}" for name, value in row.items()))
    say(f"{len(rows):,} rows shown, at most {most:,}")
    return DONE


def _at_most(tables: Iterable[pa.Table], rows: int | None) -> Iterator[pa.Table]:
    left = rows
    for table in tables:
        if left is None:
            yield table
            continue
        yield table.slice(0, left)
        left -= min(left, table.num_rows)
        if left == 0:
            return


def _readable(table: pa.Table) -> pa.Table:
    """Places as words, since a CSV and a terminal hold no binary."""
    import pyarrow as pa

    for number, field in enumerate(table.schema):
        if pa.types.is_binary(field.type):
            import shapely

            words = shapely.to_wkt(shapely.from_wkb(table.column(number).to_numpy()), rounding_precision=-1)
            table = table.set_column(number, field.name, pa.array(words, type=pa.string()))
    return table


@contextmanager
def _own_file(project: Project, path: Path) -> Iterator[Any]:
    """A new file with permissions 0600, outside of the project; beside it, in plain sight, while it is not whole."""
    from workbench.files import sync_folder

    path = path.expanduser().absolute()
    if path.resolve().is_relative_to(project.root.resolve()):
        raise UsageError(f"{path}: lies inside the project, which git may carry elsewhere", hint="name a file outside of it")
    if path.exists() or path.is_symlink():
        raise UsageError(f"{path}: is there already", hint="name another file, or remove it first")
    begun = path.with_name(f"{path.name}.part")
    try:
        handle = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"{begun}: was left by a command that was cut", hint="remove it, it holds rows") from None
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        begun.rename(path)
        sync_folder(path.parent)
    finally:
        begun.unlink(missing_ok=True)


CUSTODY = {"clear": "in the clear", "synthetic": "sealed from its seed", "joint": "sealed to both sides"}


def status_lines(found: dict[str, Any]) -> Iterator[str]:
    """Say what rests where."""
    for side, seats in found["custodians"].items():
        words = side.replace("_", " ")
        named = [f"{seat}{'' if facts['recovery_share'] else ' (no recovery share)'}" for seat, facts in seats.items()]
        yield f"custodians of {words}: {', '.join(named) or 'none, so that nothing about people can be taken in'}"
    if found["in_doubt"]:
        yield f"  {found['in_doubt']}"
    if not found["datasets"]:
        yield "nothing was taken in on this machine"
    for name, facts in found["datasets"].items():
        how = ", ".join(CUSTODY.get(kind, kind) for kind in facts["custody"]) or "no part"
        yield f"{name}: {facts['rows']:,} rows in {facts['parts']} parts, {facts['bytes'] / 1e6:,.1f} MB, {how}"
        if facts["sealed_to"]:
            to = "; ".join(f"{side.replace('_', ' ')}: {', '.join(seats)}" for side, seats in facts["sealed_to"].items())
            yield f"  sealed to {to}"
        if facts["openable"] is False:
            yield "  the custodians in force CANNOT open it: restore a key (workbench vault recover), then workbench vault rotate"
        if facts["reseal"]:
            yield f"  to be sealed anew, to the custodians in force: workbench vault rotate {name}"
        if facts["erased"]:
            yield f"  {facts['erased']:,} rows erased"
        if facts["refused_rows"]:
            yield f"  {facts['refused_rows']:,} refused, waiting to be mended: workbench vault open {name} --quarantine"


def register_line(entry: dict[str, Any]) -> str:
    """Say one line of the register: what is common first, the rest behind it."""
    behind = {"number", "kind", "on", "before", "sha256", "dataset", "part", "purpose", "by"}
    words = [f"{entry['number']:5}", f"{entry.get('on', '----------'):10}", f"{entry['kind']:10}"]
    words += [str(entry[key]) for key in ("dataset", "part") if entry.get(key)]
    purposes = [entry["purpose"]] if isinstance(entry.get("purpose"), str) else entry.get("purpose") or []
    words += [f"for {', '.join(purposes)}"] if purposes else []
    words += [f"by {', '.join(entry['by'])}"] if entry.get("by") else []
    more = {key: value for key, value in entry.items() if key not in behind and value is not None}
    words += [f"{key}: {_short(value)}" for key, value in sorted(more.items())]
    return "  ".join(words)


def _short(value: Any) -> str:
    if isinstance(value, list) and len(value) > 3:
        return f"{len(value)} in all"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 40 else f"{text[:16]}…"
