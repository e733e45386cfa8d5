"""Any file protected under any policy, in any folder: to try a policy out, or where nobody votes.

What comes out says of itself that no policy was adopted, and the workbench's notebooks refuse to load it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.catalog.manifests import ADOPTED
from workbench.errors import GateRefused, UsageError, combine, did_you_mean
from workbench.files import replacing, sha256_file, write_json
from workbench.privacy.hierarchies import hierarchy_path
from workbench.privacy.policy import Policy
from workbench.progress import Report, silent

SECRET_BYTES = 32
MANY_WORDS = 1 << 16
STEPS_OF_FILES = 2
"""Reading before, and writing after, the steps of protecting."""


def protect_file(
    source: Path,
    policy: Policy,
    *,
    out: Path,
    report_path: Path | None = None,
    secret: Path | None = None,
    tables: bool = False,
    report: Report = silent,
) -> dict[str, Any]:
    """Protect a file of rows and write what is left, with a report.

    Parameters
    ----------
    source : Path
        CSV or Parquet.
    policy : Policy
        As :func:`workbench.privacy.read_policy` reads it; its hierarchies need no ``sha256``, and obey one that is there.
    out : Path
        CSV or Parquet; replaced whole or not at all.
    report_path : Path, optional
        Where ``REPORT.json`` goes.
    secret : Path, optional
        A file with the lasting secret by which places are moved; written where there is none yet.
    tables : bool, default False
        Also measure the error of 200 random two-way tables against the raw rows.
    report : callable, optional
        Told where the work stands.

    Returns
    -------
    dict
        The report: with ``adopted`` False and the ``sha256`` of what was written.

    Raises
    ------
    GateRefused
        The guarantee is not reached, or the policy says that nothing is to be protected. Nothing is written.
    UsageError
        A file, policy or value that cannot be understood; ``out`` or ``report_path`` over a file that is read.
    """
    from workbench.privacy.protecting import STEPS, protect
    from workbench.privacy.table_files import read_table

    if not policy.personal:
        raise GateRefused(
            f"{policy.file}: says personal: false, so there is nothing to protect, and no catalogue to vouch for it",
            hint="a dataset of the catalogue is passed on by: workbench protect",
        )
    _check_targets(source, policy, out, report_path, secret)
    total = len(STEPS) + STEPS_OF_FILES
    report(0, total, f"reading {source.name}")
    table = read_table(source, numbers=policy.reckoned_with)
    found = protect(
        table,
        policy,
        secret=_secret(secret) if secret is not None else None,
        tables=tables,
        report=lambda done, of, what: report(done + 1, total, what if done < of else f"writing {out.name}"),
    )
    del table
    with replacing(out) as written:  # a report that cannot be written leaves the old rows as well
        _write(found.table, written, out)
        facts = {**found.report, "adopted": False, "source": source.name, "out": out.name, "sha256": sha256_file(written)}
        if report_path is not None:
            write_json(report_path, facts)
    report(total, total, "done")
    return facts


def _check_targets(source: Path, policy: Policy, out: Path, report_path: Path | None, secret: Path | None) -> None:
    """Refuse what would overwrite something that is read, before any work is done."""
    from workbench.privacy.table_files import CSV_SUFFIXES, PARQUET_SUFFIXES

    problems = []
    allowed = sorted(CSV_SUFFIXES | PARQUET_SUFFIXES)
    if out.suffix.lower() not in allowed:
        problems.append(f"--out {out}: unknown suffix '{out.suffix}', {did_you_mean(out.suffix, allowed)}")
    read = [("IN", source), ("the policy", policy.file)]
    read += [("a hierarchy", hierarchy_path(policy.file, rule.hierarchy)) for rule in policy.fields.values() if rule.hierarchy]
    read += [("the secret", secret)] if secret is not None else []
    for what, target in (("--out", out), ("--report", report_path)):
        if target is None:
            continue
        problems += [f"{what} {target} is the same file as {name}" for name, path in read if _same(path, target)]
        if target.is_dir():
            problems.append(f"{what} {target} is a folder")
        elif target.exists() and not target.is_file():  # it would be replaced, not written to
            problems.append(f"{what} {target} is a device or pipe, not a file")
    if report_path is not None and _same(out, report_path):
        problems.append(f"--report {report_path} is the same file as --out")
    if problems:
        raise combine(problems, where="privacy protect", hint="give the protected rows and the report files of their own")


def _same(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


def _write(table: Any, path: Path, out: Path) -> None:
    """Write a table in the form of ``out``; a Parquet file says in its schema that no policy was adopted."""
    from workbench.privacy.csv_writing import write_csv
    from workbench.privacy.table_files import PARQUET_SUFFIXES

    if out.suffix.lower() not in PARQUET_SUFFIXES:
        write_csv(table, path, separator="\t" if out.suffix.lower() == ".tsv" else ",", name=out.name)
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = [
        column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) and _many(column) else column
        for column in table.columns
    ]
    marked = pa.table(columns, names=table.column_names).replace_schema_metadata(
        {**(table.schema.metadata or {}), ADOPTED: b"false"}
    )
    pq.write_table(marked, path, compression="zstd")


def _many(column: Any) -> bool:
    """Whether a dictionary has more words than are worth writing into each row group anew."""
    return any(len(chunk.dictionary) > MANY_WORDS for chunk in column.chunks)


def _secret(path: Path) -> bytes:
    """The lasting secret of a file, drawn where there is none yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="ascii") as handle:
            path.chmod(0o600)
            handle.write(secrets.token_hex(SECRET_BYTES) + "\n")
    words: Sequence[str] = path.read_text(encoding="ascii", errors="replace").split()
    try:
        found = bytes.fromhex(words[0]) if len(words) == 1 else b""
    except ValueError:
        found = b""
    if len(found) < SECRET_BYTES // 2:
        raise UsageError(f"{path}: no secret of at least {SECRET_BYTES // 2} bytes in hexadecimal", hint="name a new file")
    return found
