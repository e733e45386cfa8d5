"""Which rows are kept, which refused and why, which are there already: pure, for all failures of all rows at once.

The schema is pandera's, made from the catalogue's fields: type, required, limits, values.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from workbench.catalog import Dataset, Field
from workbench.errors import UsageError, unknown
from workbench.intake.batch import Batch
from workbench.intake.coercing import ALLOWED, coerce
from workbench.intake.repeating import REFUSED_COLUMNS, WITHHELD, Known, repeated, shown

DUPLICATE_COLUMNS = ["row", "line", "key", "reason"]


class Checked(NamedTuple):
    """A batch after checking.

    ``kept`` holds typed rows; ``refused`` one line a failure (a row may fail in several fields) with the columns
    ``row, line, field, found, allowed, reason``; ``duplicates`` one line a row.
    """

    kept: pd.DataFrame
    refused: pd.DataFrame
    duplicates: pd.DataFrame


def check_rows(
    dataset_name: str, described: Dataset, batch: Batch, known: Known | None = None, *, withheld: bool = False
) -> Checked:
    """Sort a batch's rows into kept, refused and duplicate.

    A row with the key of another is a duplicate where both say the same, and refused where they contradict each other.

    Parameters
    ----------
    dataset_name : str
        For messages.
    described : Dataset
        Its fields are the schema, its key tells duplicates.
    batch : Batch
    known : callable, optional
        Gives the rows that are there already under any of the given keys, by part.
    withheld : bool, default False
        No message may hold a value, since the rows are about people; the lists still do, see :func:`withhold`.

    Returns
    -------
    Checked
        With ``len(kept) + refused.row.nunique() + len(duplicates) == batch.arrived``.

    Raises
    ------
    UsageError
        The batch has a column that is no field, or lacks a required one altogether.

    Examples
    --------
    >>> from workbench.catalog import Dataset
    >>> text = {"ko": "값", "en": "value"}
    >>> dust = {"type": "number", "reveals": "none", "meaning": text, "limits": [0, 1000]}
    >>> day = {"type": "date", "reveals": "time", "meaning": text, "required": True}
    >>> described = Dataset(title=text, description=text, owner=text, sector="public", licence="KOGL-1", licence_verified=False,
    ...     source={"title": text}, period="2021", update="daily", issues=[], fields={"day": day, "dust": dust},
    ...     key=["day"], sort=[])
    >>> frame = pd.DataFrame({"day": ["20210101", "20210102", "20210101"], "dust": ["12", "9999", "12"]})
    >>> checked = check_rows("dust", described, Batch("a.csv", "official", frame, np.array([2, 3, 4])))
    >>> len(checked.kept), checked.refused.reason.tolist(), checked.duplicates.line.tolist()
    (1, ['above the limit'], [4])
    """
    frame = _whole(dataset_name, described, batch, withheld=withheld)
    typed, failures = _coerced(frame, described, batch)
    failures += _schema_failures(typed, described, frame, failures)
    refused = _refused(failures, batch, described)
    bad = np.zeros(len(frame), dtype=bool)
    bad[[row for row, *_ in failures]] = True
    good = typed[~bad]
    same = repeated(good, described, batch.lines, known, withheld=withheld)
    refused = pd.concat([refused, same.refused], ignore_index=True) if len(same.refused) else refused
    duplicates = _duplicates(good[same.duplicate], same.reasons, batch, described)
    return Checked(good[~same.duplicate & ~same.contradicting].reset_index(drop=True), refused, duplicates)


def withhold(checked: Checked, described: Dataset) -> Checked:
    """Return what was checked without any value in its lists: which line, which field, and why, are left.

    Parameters
    ----------
    checked : Checked
    described : Dataset

    Returns
    -------
    Checked
        What is allowed stays where it is the catalogue's word and not another row's.
    """
    refused, duplicates = checked.refused.copy(), checked.duplicates.copy()
    own = [
        reason in OWN_REASONS and field in described.fields
        for field, reason in zip(refused["field"], refused["reason"], strict=True)
    ]
    refused["found"] = WITHHELD
    refused["allowed"] = refused["allowed"].where(np.array(own, dtype=bool), WITHHELD)
    duplicates["key"] = WITHHELD
    return Checked(checked.kept, refused, duplicates)


OWN_REASONS = frozenset(
    {
        "missing",
        "below the limit",
        "above the limit",
        "not an allowed value",
        *(f"not {allowed.split(' as in')[0]}" for allowed in ALLOWED.values()),
    }
)
"""Reasons that are given here, where what is allowed is said by the catalogue alone."""


def _whole(dataset_name: str, described: Dataset, batch: Batch, *, withheld: bool) -> pd.DataFrame:
    """The batch's frame with every field, in the catalogue's order."""
    for number, name in enumerate(batch.frame.columns, start=1):
        if name not in described.fields:
            if withheld:  # where the line of names is missing, a person's values stand in its place
                raise UsageError(
                    f"{batch.source}, dataset '{dataset_name}': column {number} is no field of the dataset",
                    hint=f"allowed: {', '.join(described.fields)}",
                )
            raise unknown("field", str(name), described.fields, where=f"{batch.source}, dataset '{dataset_name}'")
    absent = [name for name, field in described.fields.items() if field.required and name not in batch.frame.columns]
    if absent:
        raise UsageError(f"{batch.source}, dataset '{dataset_name}': no column for the required field '{absent[0]}'")
    frame = batch.frame.reset_index(drop=True)
    empty = pd.Series([None] * len(frame), dtype=object)
    return pd.DataFrame({name: frame[name] if name in frame.columns else empty for name in described.fields})


Failure = tuple[int, str, str, str, str]
"""Row, field, found, allowed, reason."""


def _coerced(frame: pd.DataFrame, described: Dataset, batch: Batch) -> tuple[pd.DataFrame, list[Failure]]:
    columns: dict[str, pd.Series] = {}
    failures: list[Failure] = []
    for name, field in described.fields.items():
        columns[name], wrong = coerce(frame[name], field, missing=batch.missing)
        found = frame[name].array
        failures += [
            (int(row), name, shown(found[row]), ALLOWED[field.type], f"not {ALLOWED[field.type].split(' as in')[0]}")
            for row in np.flatnonzero(wrong)
        ]
    return pd.DataFrame(columns, index=frame.index), failures


def _schema_failures(typed: pd.DataFrame, described: Dataset, frame: pd.DataFrame, before: list[Failure]) -> list[Failure]:
    """What pandera finds: required values that are missing, and values outside limits and lists."""
    from pandera.errors import SchemaErrors

    already = {(row, name) for row, name, *_ in before}
    try:
        _schema(described).validate(typed, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return []
    failures: list[Failure] = []
    for name, check, row in zip(cases["column"], cases["check"], cases["index"], strict=True):
        if row is None or pd.isna(row):
            raise UsageError(f"the schema itself failed on '{name}': {check}")
        field = described.fields[str(name)]
        if (int(row), str(name)) not in already:
            value = typed[name].array[int(row)]
            failures.append((int(row), str(name), shown(frame[name].array[int(row)]), *_allowed(field, str(check), value)))
    return failures


def _schema(described: Dataset) -> Any:
    """A dataset's fields as pandera's schema; types are the business of ``coercing``."""
    import pandera.pandas as pandera

    columns = {}
    for name, field in described.fields.items():
        checks = []
        if field.limits is not None:
            checks.append(pandera.Check.in_range(*field.limits))
        if field.values is not None:
            checks.append(pandera.Check.isin(field.values))
        columns[name] = pandera.Column(checks=checks, nullable=not field.required)
    return pandera.DataFrameSchema(columns, strict=True)


def _allowed(field: Field, check: str, value: Any) -> tuple[str, str]:
    """What would have been allowed, and the reason, for one failure."""
    if check == "not_nullable":
        return ALLOWED[field.type], "missing"
    if field.limits is not None:
        low, high = field.limits
        return f"{low:g} to {high:g}", "below the limit" if value < low else "above the limit"
    listed = field.values or []
    shown = ", ".join(listed[:6])
    return shown + (f", … ({len(listed)})" if len(listed) > 6 else ""), "not an allowed value"


def _refused(failures: list[Failure], batch: Batch, described: Dataset) -> pd.DataFrame:
    order = {name: position for position, name in enumerate(described.fields)}
    rows = [(row, int(batch.lines[row]), name, found, allowed, reason) for row, name, found, allowed, reason in failures]
    rows.sort(key=lambda failure: (failure[0], order[failure[2]]))
    rows += [
        (len(batch.frame) + position, refusal.line, refusal.field, refusal.found, refusal.allowed, refusal.reason)
        for position, refusal in enumerate(batch.refused)
    ]
    return pd.DataFrame(rows, columns=REFUSED_COLUMNS)


def _duplicates(rows: pd.DataFrame, reasons: list[str], batch: Batch, described: Dataset) -> pd.DataFrame:
    positions = rows.index.to_numpy()
    keys = [" / ".join(shown(value) for value in key) for key in rows[described.key].itertuples(index=False)]
    lines = np.asarray(batch.lines)[positions] if len(positions) else np.array([], dtype="int64")
    return pd.DataFrame({"row": positions, "line": lines, "key": keys, "reason": reasons}, columns=DUPLICATE_COLUMNS)
