"""From rows to protected rows, as a policy says and nothing else: coded, recoded, treated, put in order, measured.

All of it in Arrow, on codes into dictionaries. What is published is measured anew at the end, by other code than that
which made it, and nothing leaves that falls short of the guarantee.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from workbench.errors import GateRefused, UsageError
from workbench.files import sha256
from workbench.privacy.coding import attributes_of, people_of, sensitive_of
from workbench.privacy.fitting import check_columns, read_hierarchies
from workbench.privacy.frames import like, metadata_for, to_table
from workbench.privacy.ordering import ordered_rows, row_ranks
from workbench.privacy.policy import Policy
from workbench.privacy.recoding import Recoded, recode
from workbench.privacy.reporting import report_of
from workbench.privacy.treating import Treatment, treated, trimmed_ends
from workbench.progress import Report, silent

if TYPE_CHECKING:
    import pandas as pd

STEPS = ("coding", "recoding", "treating", "ordering", "measuring")


@dataclass(frozen=True)
class Protected:
    """What protecting gave.

    Parameters
    ----------
    frame : pandas.DataFrame, geopandas.GeoDataFrame or pyarrow.Table
        In the form that the rows came in. Without the dropped fields and suppressed rows; rows about people are in the
        order of their values, so that their places tell nothing about the order in which they came.
    report : dict
        ``rows``, ``people``, ``suppressed`` (share), ``k``, ``l`` and ``t`` (by field), ``classes``, ``ncp``, ``levels``,
        ``fields`` (what was done to each), ``risk``, ``loss``; with ``tables`` the error of random two-way tables.
    table : pyarrow.Table
        The same rows as an Arrow table.
    """

    frame: Any
    report: dict[str, Any]
    table: pa.Table


def protect(
    frame: pd.DataFrame | pa.Table,
    policy: Policy,
    *,
    key: bytes | None = None,
    secret: bytes | None = None,
    tables: bool = False,
    pinned: bool = False,
    report: Report = silent,
) -> Protected:
    """Protect rows as a policy says.

    Parameters
    ----------
    frame : pandas.DataFrame, geopandas.GeoDataFrame or pyarrow.Table
        With every field that the policy names and no other; a geometry of a table is well-known binary.
    policy : Policy
    key : bytes, optional
        Of pseudonyms and noise; by default a new random one, which nobody keeps.
    secret : bytes, optional
        A lasting secret, needed where the policy displaces or trims places: another one would be a second draw.
    tables : bool, default False
        Also measure the error of 200 random two-way tables against the raw rows.
    pinned : bool, default False
        Refuse hierarchies without ``sha256``.
    report : callable, optional
        Told where the work stands.

    Returns
    -------
    Protected

    Raises
    ------
    GateRefused
        The guarantee is not reached within the suppression limit: names the fields in the way.
    UsageError
        A policy and rows that do not fit, or a value outside a domain or hierarchy; the value is never told.

    Examples
    --------
    >>> import pandas as pd
    >>> age = {"role": "quasi_identifier", "recoding": "interval", "domain": [1, 100]}
    >>> policy = Policy.model_validate({"policy": "a", "version": 1, "fields": {"age": age}, "guarantee": {"k": 2}})
    >>> found = protect(pd.DataFrame({"age": [40, 17, 18, 41]}), policy)
    >>> found.frame["age"].tolist(), found.report["k"]
    (['17-18', '17-18', '40-41', '40-41'], 2)
    """
    if not policy.personal:
        return Protected(frame, {"rows": len(frame), "suppressed": 0.0}, to_table(frame))
    if policy.guarantee is None:
        raise GateRefused(f"{policy.file}: no guarantee", hint="e.g. guarantee: {k: 5}")
    said = _Steps(report)
    table = to_table(frame)
    check_columns(policy, table.schema)
    said("coding")
    attributes = attributes_of(table, policy, read_hierarchies(policy, pinned=pinned))
    people = people_of(table, policy)
    sensitive = sensitive_of(table, policy)
    said("recoding")
    whose = people if people is not None or attributes or sensitive else np.arange(len(table))  # else nothing tells of rows
    recoded = recode(
        attributes,
        people=whose,
        k=policy.guarantee.k,
        sensitive=sensitive,
        suppression=policy.suppression,
        ranks=lambda rows: _among_equals(table, policy, rows),
    )
    said("treating")
    treatment = Treatment(policy, key=_key(key), secret=secret, people=people)
    made = _published(table, policy, recoded, treatment)
    said("ordering")
    ordered = ordered_rows(made)
    ordered = ordered.replace_schema_metadata(metadata_for(ordered, table.schema) or None)
    said("measuring")
    facts = report_of(table, policy, attributes, recoded, made, people=people, notes=treatment.notes, tables=tables)
    said.end()
    return Protected(like(frame, ordered), facts, ordered)


class _Steps:
    """Tells which step is being done."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def __call__(self, step: str) -> None:
        self._report(STEPS.index(step), len(STEPS), step)

    def end(self) -> None:
        self._report(len(STEPS), len(STEPS), "done")


def _among_equals(table: pa.Table, policy: Policy, rows: np.ndarray) -> np.ndarray:
    """Who comes first of people with one profile: by their unit, else by what is passed on of them, never by their place."""
    passed = [
        name for name in table.column_names if (rule := policy.rule(name)) and not rule.generalised and rule.treatment != "drop"
    ]
    names = [policy.unit] if policy.unit is not None else passed
    return row_ranks([table[name].take(pa.array(rows)) for name in names]) if names else np.zeros(len(rows), np.int32)


def _key(key: bytes | None) -> bytes:
    """A key of the length that keyed hashes take."""
    if key is None:
        return secrets.token_bytes(32)
    return key if len(key) <= 64 else bytes.fromhex(sha256(key))


def _published(table: pa.Table, policy: Policy, recoded: Recoded, treatment: Treatment) -> dict[str, pa.Array | pa.ChunkedArray]:
    """Every field that is passed on, for the rows that stay."""
    everything = bool(recoded.kept.all())
    mask = None if everything else pa.array(recoded.kept)
    made: dict[str, pa.Array | pa.ChunkedArray] = {}
    cut = {name: _filtered(table[name], mask) for name, rule in policy.fields.items() if rule.treatment == "trim"}
    ends = trimmed_ends(cut, treatment, kept=recoded.kept)
    for name in table.column_names:
        rule = policy.rule(name)
        if rule is None or rule.treatment == "drop":
            continue
        if name in ends:
            made[name] = ends[name]
        elif rule.generalised:
            made[name] = _filtered(recoded.columns[name], mask)
        else:
            made[name] = treated(name, _filtered(table[name], mask), rule, treatment, kept=recoded.kept)
    if not made:
        raise UsageError(f"{policy.file}: every field is dropped, so nothing is left to protect")
    return made


def _filtered(column: Any, mask: pa.Array | None) -> Any:
    return column if mask is None else column.filter(mask)
