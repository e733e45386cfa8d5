"""Taking a batch into the vault as one part, with its balance and the list of what was not kept, on disk.

The list and the balance lie under ``.workbench/intake/<dataset>/``; the balance is written last, so that a part
whose taking-in was cut is taken in again.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workbench.catalog import Catalog, Dataset
from workbench.errors import UsageError
from workbench.files import canonical, read_json, sha256, write_bytes, write_json
from workbench.intake.batch import Batch
from workbench.intake.checking import Checked, check_rows, withhold
from workbench.intake.repeating import CONTRADICTS, Known, SealedPart, written_out
from workbench.vault import Vault
from workbench.vault.comparing import part_marks
from workbench.vault.guarding import leave_no_core_dump
from workbench.vault.marks import key_words
from workbench.vault.quarantine import SCHEMA, quarantine
from workbench.vault.records import destroy
from workbench.vault.storing import require_fitting

CHECKS = 2
"""Raised whenever the checking of rows changes, so that parts are checked again."""

LEAST_SHARE = 0.5
"""A source that brings a smaller share of the rows its part holds replaces nothing."""

LIST_COLUMNS = ["outcome", "line", "field", "found", "allowed", "reason"]


@dataclass(frozen=True)
class Balance:
    """What became of the rows that arrived: kept, refused or duplicate.

    Parameters
    ----------
    dataset, source, part : str
    arrived, kept, refused, duplicate : int
        Rows.
    reasons : dict of str to int
        Refused rows by their first reason, ``"field: reason"``.
    refused_list : Path or None
        A CSV with every row that was not kept and why.
    unchanged : bool
        The same bytes were taken in before, so nothing was done.
    before : int or None
        How many rows the part held that was replaced; None where none was.

    Examples
    --------
    >>> balance = Balance("daily_air", "a.csv", "a", arrived=2, kept=1, refused=1, duplicate=0, reasons={"date: missing": 1})
    >>> balance.adds_up
    True
    """

    dataset: str
    source: str
    part: str
    arrived: int
    kept: int
    refused: int
    duplicate: int
    reasons: dict[str, int]
    refused_list: Path | None = None
    unchanged: bool = False
    before: int | None = None

    @property
    def adds_up(self) -> bool:
        """Whether in = kept + refused + duplicate, and each refused row has its reason."""
        return self.arrived == self.kept + self.refused + self.duplicate and self.refused == sum(self.reasons.values())

    @property
    def depends_on_others(self) -> bool:
        """Whether rows were not kept because of what other parts hold."""
        return self.duplicate > 0 or any(CONTRADICTS in reason for reason in self.reasons)

    @property
    def all_refused(self) -> bool:
        """Whether rows arrived and every one was refused."""
        return self.arrived > 0 and self.refused == self.arrived


def take_in(vault: Vault, catalog: Catalog, dataset: str, batch: Batch, part_name: str, *, again: bool = False) -> Balance:
    """Check a batch and keep its good rows as a part of the vault.

    A part of that name is replaced, unless the batch brings less than half of its rows; the same bytes as before are
    not taken in again. Where every row is refused, nothing is written.

    Parameters
    ----------
    vault : Vault
    catalog : Catalog
    dataset : str
    batch : Batch
    part_name : str
    again : bool, default False
        Take the part in even where its bytes are those of before, because other parts of the dataset changed.

    Returns
    -------
    Balance

    Raises
    ------
    GateRefused
        The dataset is about people, and a side has no custodian to seal its rows to.
    UsageError
        The batch does not fit the dataset at all, or brings less than half of the rows that its part holds.

    Examples
    --------
    >>> take_in(vault, catalog, "daily_air", batch, "2021").adds_up  # doctest: +SKIP
    True
    """
    with vault.alone(dataset):  # what the other parts hold stays so until the rows are written
        return _take_in(vault, catalog, dataset, batch, part_name, again=again)


def _take_in(vault: Vault, catalog: Catalog, dataset: str, batch: Batch, part_name: str, *, again: bool) -> Balance:
    described = catalog[dataset]
    before = balance_of(vault, catalog, dataset, part_name, content=batch.sha256)
    if before is not None and not again:
        return before
    keeping = vault.keeping(dataset)
    require_fitting(described, dataset, part_name, kind=batch.kind)  # before any list names a value
    sealed = keeping.personal
    if sealed:
        leave_no_core_dump()
    checked = check_rows(dataset, described, batch, _known(vault, dataset, described, part_name), withheld=sealed)
    held = vault.record(dataset, part_name)
    if held is not None and held.get("sha256") != batch.sha256:
        _refuse_a_collapse(dataset, batch, checked, before=int(held["rows"]))
    listed = _list_path(vault, dataset, part_name)
    balance = Balance(
        dataset=dataset,
        source=batch.source,
        part=part_name,
        arrived=batch.arrived,
        kept=len(checked.kept),
        refused=int(checked.refused["row"].nunique()),
        duplicate=len(checked.duplicates),
        reasons=_reasons(checked),
        refused_list=listed if len(checked.refused) or len(checked.duplicates) else None,
        before=int(held["rows"]) if held is not None and len(checked.kept) + len(checked.duplicates) else None,
    )
    if sealed:
        quarantine(vault, dataset, part_name, _waiting(checked, batch), source=batch.source)
        checked = withhold(checked, described)
        destroy(listed, readable=True)  # the list of a time before the dataset was sealed names values
    _write_list(listed, checked)
    if balance.kept or balance.duplicate:
        vault.write_part(dataset, part_name, checked.kept, record=_record(batch, balance))
    write_json(
        _balance_path(vault, dataset, part_name),
        {"rules": _rules(described), "sha256": batch.sha256, "balance": _plain(balance, vault)},
    )
    return balance


def balance_of(vault: Vault, catalog: Catalog, dataset: str, part_name: str, *, content: str) -> Balance | None:
    """Return the balance of a part taken in before from the same bytes under the same rules.

    Parameters
    ----------
    vault : Vault
    catalog : Catalog
    dataset, part_name : str
    content : str
        The SHA-256 of the source's bytes.

    Returns
    -------
    Balance or None
        Marked ``unchanged``; None where the source must be taken in.
    """
    path = _balance_path(vault, dataset, part_name)
    if not content or not path.is_file():
        return None
    noted: dict[str, Any] = read_json(path)
    if noted.get("sha256") != content or noted.get("rules") != _rules(catalog[dataset]):
        return None
    plain = noted["balance"]
    record = vault.record(dataset, part_name)
    if (plain["kept"] or plain["duplicate"]) and (record is None or record.get("sha256") != content):
        return None
    if record is not None and record.get("custody") != "joint" and vault.sealed(dataset):
        return None  # it rests in the clear, from a time before it was to be sealed
    listed = vault.project.root / plain["refused_list"] if plain["refused_list"] else None
    return Balance(**{**plain, "refused_list": listed, "unchanged": True, "before": None})


def _refuse_a_collapse(dataset: str, batch: Batch, checked: Checked, *, before: int) -> None:
    """Refuse a source that lost most of its rows: it was more likely cut than corrected."""
    now = len(checked.kept) + len(checked.duplicates)
    if now >= LEAST_SHARE * before:
        return
    reasons = "; ".join(f"{reason} ({count:,})" for reason, count in _reasons(checked).items())
    raise UsageError(
        f"{batch.source}: brings {now:,} rows to '{dataset}', it brought {before:,} before, allowed at least half as many"
        + (f"; refused: {reasons}" if reasons else ""),
        hint=f"what was there stays; if the smaller source is right: workbench fetch {dataset} --forget, then fetch again",
    )


def _rules(described: Dataset) -> str:
    """A hash of everything that decides which rows are kept."""
    return sha256(
        canonical([CHECKS, described.key, {name: field.model_dump(mode="json") for name, field in described.fields.items()}])
    )


def _waiting(checked: Checked, batch: Batch) -> pa.Table:
    """The refused rows as they came, to be sealed until somebody mends them."""

    def text(row: int) -> str:
        values = {str(name): str(value) for name, value in batch.frame.iloc[row].dropna().items()}
        return written_out(json.dumps(values, ensure_ascii=False))

    read = checked.refused["row"] < len(batch.frame)
    texts = {int(row): text(int(row)) for row in checked.refused["row"][read].unique()}
    columns = {
        name: [written_out(str(value)) for value in checked.refused[name]] for name in ("field", "found", "allowed", "reason")
    }
    lines, rows = checked.refused["line"].astype("int64").tolist(), [texts.get(int(row), "") for row in checked.refused["row"]]
    return pa.table({"line": lines, **columns, "row": rows}, schema=SCHEMA)


def _known(vault: Vault, dataset: str, described: Dataset, part_name: str) -> Known | None:
    """What the other parts hold: keys are read first, and whole rows only of parts that share one; of sealed ones, marks."""
    others = [part for part in vault.parts(dataset) if part != part_name]
    if not others or not described.key:
        return None

    def rows_under(keys: pa.Array) -> Iterator[tuple[str, pa.Table | SealedPart]]:
        def shared(table: pa.Table) -> pa.Array:
            return pc.is_in(key_words(table, described), value_set=keys)

        for part in others:
            marks = part_marks(vault, dataset, part)
            if marks is not None:
                yield part, SealedPart(marks, lambda table: vault.marker(dataset).marks(table, described))
            elif any(pc.any(shared(table)).as_py() for table in vault.tables(dataset, columns=described.key, parts=[part])):
                yield part, pa.concat_tables([table.filter(shared(table)) for table in vault.tables(dataset, parts=[part])])

    return rows_under


def _reasons(checked: Checked) -> dict[str, int]:
    """Refused rows by their first reason; the lines that rows contradict are not told apart."""
    first = checked.refused.drop_duplicates("row")
    plain = [re.sub(rf"^{CONTRADICTS}line [0-9]+$", f"{CONTRADICTS}another line", str(reason)) for reason in first["reason"]]
    named = Counter(f"{field}: {reason}" if field else reason for field, reason in zip(first["field"], plain, strict=True))
    return dict(sorted(named.items()))


def _record(batch: Batch, balance: Balance) -> dict[str, Any]:
    counts = {name: getattr(balance, name) for name in ("arrived", "kept", "refused", "duplicate", "reasons")}
    return {"source": batch.source, "kind": batch.kind, "sha256": batch.sha256, "retrieved": batch.retrieved, "balance": counts}


def _plain(balance: Balance, vault: Vault) -> dict[str, Any]:
    listed = vault.project.relative(balance.refused_list) if balance.refused_list else None
    return {**asdict(balance), "refused_list": listed}


def _write_list(path: Path, checked: Checked) -> None:
    """Write what was not kept and why, as UTF-8 with a byte-order mark so that spreadsheets show Korean."""
    if not len(checked.refused) and not len(checked.duplicates):
        path.unlink(missing_ok=True)
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(LIST_COLUMNS)
    for failure in checked.refused.itertuples(index=False):
        writer.writerow(["refused", failure.line, failure.field, failure.found, failure.allowed, failure.reason])
    for row in checked.duplicates.itertuples(index=False):
        writer.writerow(["duplicate", row.line, "", row.key, "", row.reason])
    write_bytes(path, text.getvalue().encode("utf-8-sig"))


def _list_path(vault: Vault, dataset: str, part_name: str) -> Path:
    return vault.project.private / "intake" / dataset / f"{part_name}.refused.csv"


def _balance_path(vault: Vault, dataset: str, part_name: str) -> Path:
    return vault.project.private / "intake" / dataset / f"{part_name}.json"
