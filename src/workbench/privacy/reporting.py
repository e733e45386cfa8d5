"""What was done to rows and what it cost, as REPORT.json has it: the guarantee measured anew, the risk, the loss, each field.

The published rows are measured by :mod:`workbench.privacy.risk`, which knows nothing of how they were made.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa

from workbench.errors import GateRefused
from workbench.privacy.ordering import shown_levels
from workbench.privacy.policy import Policy
from workbench.privacy.recoding import Attribute, Recoded
from workbench.privacy.risk import Risk, measure_risk
from workbench.privacy.treatments import encoded

Columns = dict[str, "pa.Array | pa.ChunkedArray"]

ROUNDING = 1e-9
"""e to an entropy is a float: so much less than l is still l."""


def report_of(
    table: pa.Table,
    policy: Policy,
    attributes: list[Attribute],
    recoded: Recoded,
    made: Columns,
    *,
    people: np.ndarray | None,
    notes: dict[str, dict[str, Any]],
    tables: bool,
) -> dict[str, Any]:
    """Return the report of a protection.

    Parameters
    ----------
    table : pyarrow.Table
        The raw rows.
    policy : Policy
    attributes : list of Attribute
    recoded : Recoded
    made : dict of str to array
        What is published, rows in the order in which they came.
    people : numpy.ndarray or None
        Shape (rows,), of the raw rows.
    notes : dict
        By field, from the treatments.
    tables : bool

    Returns
    -------
    dict
        Numbers and words only, ready for JSON.

    Raises
    ------
    GateRefused
        What was made falls short of the guarantee.
    """
    rows = len(table)
    risk = _measured(policy, recoded, made, people)
    _require(policy, risk)
    found: dict[str, Any] = {
        "policy": policy.policy,
        "version": policy.version,
        "rows": rows,
        "people": recoded.people,
        "suppressed": int((~recoded.kept).sum()) / rows if rows else 0.0,
        "k": risk.k if risk else 0,
        "l": dict(risk.l) if risk else {},
        "t": {name: float(distance) for name, distance in risk.t.items()} if risk else {},
        "classes": risk.classes if risk else 0,
        "ncp": recoded.ncp,
        "levels": recoded.levels,
        "asked": policy.guarantee.model_dump(mode="json") if policy.guarantee else None,
        "fields": {name: _field(name, policy, attributes, recoded, made, notes) for name in table.column_names},
        "risk": risk.as_record() if risk else None,
        "loss": {
            "ncp": recoded.ncp,
            "ncp_by_field": recoded.ncp_by,
            "discernibility": risk.discernibility + _suppressed_cost(recoded) if risk else 0,
            "average_class_size": risk.average_class_size if risk else 0.0,
        },
    }
    if tables:
        found["tables"] = _tables(table, policy, recoded, made)
    return found


def _measured(policy: Policy, recoded: Recoded, made: Columns, people: np.ndarray | None) -> Risk | None:
    """The risk of what is published; None where no row is left."""
    if not recoded.kept.any():
        return None
    columns = {name: made[name] for name in (*policy.quasi_identifiers, *policy.sensitive) if name in made}
    if people is not None:
        columns[_unit(policy)] = pa.array(people if recoded.kept.all() else people[recoded.kept])
    if not columns:
        columns["row"] = pa.nulls(int(recoded.kept.sum()))
    asked = policy.guarantee
    return measure_risk(
        pa.table(columns),
        quasi_identifiers=policy.quasi_identifiers,
        sensitive=policy.sensitive,
        unit=None if people is None else _unit(policy),
        l_measure={name: rule.measure for name, rule in asked.l.items()} if asked else {},
        t_distance={name: rule.distance for name, rule in asked.t.items()} if asked else {},
    )


def _unit(policy: Policy) -> str:
    return policy.unit or "unit"


def _require(policy: Policy, risk: Risk | None) -> None:
    """The last gate: what was measured of the published rows holds what was asked."""
    asked = policy.guarantee
    if risk is None or asked is None:
        return
    short = [f"k = {risk.k}, asked {asked.k}"] if risk.k < asked.k else []
    short += [
        f"l of '{name}' = {risk.l[name]:g}, asked {rule.value:g}"
        for name, rule in asked.l.items()
        if risk.l[name] < rule.value - ROUNDING
    ]
    short += [
        f"t of '{name}' = {float(risk.t[name]):.4f}, asked {rule.value:g}"
        for name, rule in asked.t.items()
        if Fraction(risk.t[name]) > rule.exact
    ]
    if short:
        raise GateRefused(
            f"the recoded rows were measured and fall short of the guarantee: {'; '.join(short)}",
            hint="nothing was written; please report this as a defect",
        )


def _suppressed_cost(recoded: Recoded) -> int:
    """What suppressed rows add to discernibility: each looks like any row (Bayardo and Agrawal 2005, section 2)."""
    rows = len(recoded.kept)
    return int((~recoded.kept).sum()) * rows


def _field(
    name: str, policy: Policy, attributes: list[Attribute], recoded: Recoded, made: Columns, notes: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """What was done to one field."""
    rule = policy.rule(name)
    if rule is None:
        raise GateRefused(f"{policy.file}: field '{name}' is not named")
    found: dict[str, Any] = {"role": rule.role, "done": rule.done, **notes.get(name, {})}
    if not rule.generalised:
        return found
    found["analysis_dimension"] = name in policy.analysis_dimensions
    found["ncp"] = recoded.ncp_by.get(name, 0.0)
    if name in recoded.levels:
        found["level"] = recoded.levels[name]
    tree = next(attribute.tree for attribute in attributes if attribute.name == name)
    codes, labels = encoded(made[name])
    counts = np.bincount(codes[codes >= 0], minlength=len(labels))
    shown = [str(label) for label in labels.to_pylist()]
    found["labels"] = int((counts > 0).sum())
    if not len(codes):
        return found
    if tree.intervals:
        found["widths"] = _widths(shown, counts, tree.leaves)
    else:
        level_of = dict(zip(reversed(tree.labels), reversed(tree.level.tolist()), strict=True))
        found["rows_at_level"] = shown_levels(shown, counts, level_of)
    return found


def _widths(labels: list[str], counts: np.ndarray, leaves: int) -> dict[str, float]:
    """How wide the published intervals are, in whole numbers, over the rows that have one."""
    known = [(label, int(count)) for label, count in zip(labels, counts, strict=True) if count and label != "missing"]
    if not known:
        return {}
    widths = np.array([_width(label, leaves) for label, _ in known])
    times = np.array([count for _, count in known])
    order = np.argsort(widths, kind="stable")
    middle = int(np.searchsorted(np.cumsum(times[order]), (times.sum() + 1) // 2))
    return {
        "median": int(widths[order][middle]),
        "mean": float((widths * times).sum() / times.sum()),
        "widest": int(widths.max()),
    }


def _width(label: str, leaves: int) -> int:
    if label == "*":
        return leaves
    low, dash, high = label[1:].partition("-")  # a first sign belongs to a number below nought
    return int(high) - int(label[:1] + low) + 1 if dash else 1


def _tables(table: pa.Table, policy: Policy, recoded: Recoded, made: Columns) -> dict[str, Any]:
    from workbench.privacy.risk.tables_error import tables_error

    return dict(tables_error(table, policy, recoded, made))
