"""What one protection leaves of the data and of the risk, as plain values for a page or for machines.

Everything here is a count of people or rows, a share, or a label that enough people bear; no value of a single row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workbench.files import sha256_file
from workbench.privacy import Policy, Protected
from workbench.publish.protection_pages.differences import fields_of, handling
from workbench.publish.protection_pages.exposure import BINS, RARE, Exposure, coarse, measure_exposure

MEASURES = ("sample_uniques", "prosecutor", "journalist", "marketer", "uniqueness", "discernibility", "average_class_size")
"""Of the risk that a report may carry, beside k, l and t."""


@dataclass(frozen=True)
class Raw:
    """The rows before protection, as far as a page speaks of them.

    Parameters
    ----------
    rows, people : int
    exposure : Exposure
        Of people in the raw rows.
    distinct : dict of str to int
        By field, how many different values there are.
    """

    rows: int
    people: int
    exposure: Exposure
    distinct: dict[str, int]

    def as_record(self) -> dict[str, Any]:
        """Return it for machines; small groups of raw rows coarsely."""
        seen = self.exposure.as_record()
        seen |= {"smallest": coarse(self.exposure.smallest), "typical": coarse(self.exposure.typical)}
        return {"rows": self.rows, "people": self.people, "exposure": seen, "distinct": self.distinct}


def look_at_raw(table: pa.Table, *, knows: Sequence[str], sensitive: Sequence[str], unit: str | None, k: int) -> Raw:
    """Measure the rows before protection.

    Parameters
    ----------
    table : pyarrow.Table
    knows, sensitive : sequence of str
        What the attacker knows, and would like to know.
    unit : str or None
    k : int

    Returns
    -------
    Raw
    """
    exposure = measure_exposure(table, knows=knows, unit=unit, sensitive=sensitive, k=k)
    return Raw(len(table), exposure.people, exposure, {name: _distinct(table[name]) for name in table.column_names})


def portray(
    policy: Policy, protected: Protected, raw: Raw, *, knows: Sequence[str], sensitive: Sequence[str], k: int
) -> dict[str, Any]:
    """Tell what a protection leaves of the data and of the risk.

    Parameters
    ----------
    policy : Policy
    protected : Protected
    raw : Raw
        The same rows before.
    knows, sensitive : sequence of str
        What the attacker knows, and would like to know.
    k : int
        The size that a group should have, the same for all that are compared.

    Returns
    -------
    dict
        Plain values, for JSON.
    """
    table, report = protected.table, protected.report
    exposure = measure_exposure(table, knows=knows, unit=policy.unit, sensitive=sensitive, k=k, people=raw.people)
    return {
        **described(policy),
        "reached": True,
        "rows": len(table),
        "rows_before": raw.rows,
        "people": raw.people - exposure.absent,
        "people_before": raw.people,
        "suppressed": report["suppressed"],
        "classes": report.get("classes"),
        "k": report.get("k"),
        "l": report.get("l") or {},
        "t": report.get("t") or {},
        "ncp": report.get("ncp"),
        "fields": {name: field_left(policy, name, table, raw, report) for name in fields_of(policy)},
        "exposure": exposure.as_record(),
        "risk": risk_of(report),
        "table_error": report.get("tables") or None,
    }


def described(policy: Policy) -> dict[str, Any]:
    """Return what a policy promises, and which file it is.

    Parameters
    ----------
    policy : Policy

    Returns
    -------
    dict
    """
    said = policy.model_dump(mode="json", exclude_none=True)
    guarantee = said.get("guarantee") or {}
    return {
        "file": policy.file.name,
        "version": policy.version,
        "sha256": sha256_file(policy.file),
        "promise": {
            "k": guarantee.get("k"),
            "l": guarantee.get("l") or {},
            "t": guarantee.get("t") or {},
            "suppression": policy.limits.suppression,
            "min_contributors": policy.disclosure.min_contributors,
        },
    }


def field_left(policy: Policy, name: str, table: pa.Table, raw: Raw, report: Mapping[str, Any]) -> dict[str, Any]:
    """Tell what is left of one field.

    Parameters
    ----------
    policy : Policy
    name : str
    table : pyarrow.Table
        The protected rows.
    raw : Raw
    report : mapping
        Of the protection.

    Returns
    -------
    dict
        ``handling``, how many different values there were and are, of a quasi-identifier the label that most rows bear
        (where at least ten people bear it), and what the report says of the field.
    """
    done = handling(policy, name)
    told = {key: value for key, value in ((report.get("fields") or {}).get(name) or {}).items() if key not in ("role", "done")}
    left: dict[str, Any] = {
        "handling": done.as_record() if done else None,
        "before": raw.distinct.get(name),
        "after": None,
        **told,
    }
    if name not in table.column_names:
        return left
    left["after"] = _distinct(table[name])
    left["typical"] = _typical(table, name, policy.unit) if name in policy.quasi_identifiers else None
    return left


def _typical(table: pa.Table, name: str, unit: str | None) -> str | None:
    """The label that most rows bear, None where too few people bear it."""
    counts = pc.value_counts(table[name].combine_chunks())
    if not len(counts):
        return None
    label = max(counts.to_pylist(), key=lambda one: (one["counts"], str(one["values"])))["values"]
    bearers = table.filter(pc.equal(table[name].cast(pa.string()), str(label)))
    people = _distinct(bearers[unit]) if unit in table.column_names else len(bearers)
    return str(label) if people >= RARE else None


def risk_of(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the measures of risk that a report carries.

    Parameters
    ----------
    report : mapping

    Returns
    -------
    dict
        Those of ``MEASURES`` that were computed; counts of people coarsely.

    Examples
    --------
    >>> risk_of({"risk": {"marketer": 0.1, "sample_uniques": 3}})
    {'sample_uniques': '<10', 'marketer': 0.1}
    """
    told = {**report, **(report.get("risk") or {}), **(report.get("loss") or {})}
    found = {name: told[name] for name in MEASURES if told.get(name) is not None}
    if isinstance(found.get("sample_uniques"), int):
        found["sample_uniques"] = coarse(found["sample_uniques"])
    return found


def reported(told: Mapping[str, Any], dataset: str) -> dict[str, Any]:
    """Return a protection's report as a page tells it.

    Parameters
    ----------
    told : mapping
        ``REPORT.json``, or what a manifest holds of it.
    dataset : str

    Returns
    -------
    dict
        Plain values; what was not measured is None or absent.
    """
    risk = told.get("risk") or {}
    handled = {name: _handled(field) for name, field in told["fields"].items()}
    return {
        "kind": "report",
        "dataset": dataset,
        "title": None,
        "field_titles": {},
        "synthetic": False,
        "source": None,
        "policy": None,
        "asked": told.get("asked"),
        "rows": told["rows"],
        "people": told.get("people"),
        "suppressed": told["suppressed"],
        "classes": told["classes"],
        "k": told["k"],
        "l": told.get("l") or {},
        "t": told.get("t") or {},
        "ncp": told["ncp"],
        "fields": told["fields"],
        "handling": handled,
        "knows": list(
            risk.get("quasi_identifiers") or [name for name, one in handled.items() if one["role"] == "quasi_identifier"]
        ),
        "sensitive": list(risk.get("sensitive") or []),
        "attackers": [_coarsely(one, risk["people"]) for one in risk.get("attackers") or []],
        "exposure": _exposure_told(told, risk) if risk.get("class_sizes") else None,
        "risk": risk_of(told),
        "table_error": told.get("tables") or None,
    }


def _exposure_told(told: Mapping[str, Any], risk: Mapping[str, Any]) -> dict[str, Any]:
    """What a report alone tells of how people are hidden, in the form of :meth:`Exposure.as_record`."""
    people = told.get("people") or risk["people"]
    counts = [
        sum(band["people"] for band in risk["class_sizes"] if low <= band["from"] and (high is None or band["from"] <= high))
        for low, high in zip(BINS, [*(edge - 1 for edge in BINS[1:]), None], strict=True)
    ]
    whole: dict[str, float] = next(
        (one["sure"] for one in risk.get("attackers") or [] if one["knows"] == risk["quasi_identifiers"]), {}
    )
    sure = {name: coarse(round(share * risk["people"])) for name, share in whole.items()}
    sure |= {name: 0 for name, least in (told.get("l") or {}).items() if name not in sure and least > 1}
    exposure = Exposure(
        knows=tuple(risk["quasi_identifiers"]),
        people=people,
        absent=max(people - risk["people"], 0),
        groups=tuple(counts),
        below=0,
        smallest=told["k"],
        typical=0,
        sure={},
        k=told["k"],
    )
    return {**exposure.as_record(), "sure": sure, "typical": None}


def _handled(field: Mapping[str, Any]) -> dict[str, Any]:
    """What a report says was done to a field, as :func:`handling` says it of a policy."""
    return {"role": field["role"], "act": field["done"], "one_coding": bool(field.get("analysis_dimension"))}


def _coarsely(attacker: Mapping[str, Any], people: int) -> dict[str, Any]:
    """What somebody learns who knows a few facts; rare people are not counted out."""
    sure = {name: coarse(round(share * people)) for name, share in attacker["sure"].items()}
    return {**attacker, "unique": coarse(attacker["unique"]), "sure": sure, "people": people}


def _distinct(values: pa.ChunkedArray) -> int:
    return len(pc.unique(values))
