"""Whether a policy fits what it protects: the catalogue's dataset before a vote and before protecting, or a table's columns.

Everything that does not fit is told at once, with its line in the policy, so that a policy is mended before anybody
votes on it and a protection fails before any row is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.catalog import Dataset, Field
from workbench.errors import GateRefused, UsageError, WorkbenchError, combine, did_you_mean
from workbench.files import sha256
from workbench.privacy.hierarchies import hierarchy_of, hierarchy_path
from workbench.privacy.policy import Policy
from workbench.privacy.rules import FieldRule
from workbench.records import line_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

PIN_HINT = "run: workbench privacy pin {path}"

TYPES_FOR: dict[str, tuple[str, ...]] = {
    "interval": ("integer", "number"),
    "time": ("date", "datetime"),
    "place": ("geometry",),
    "hierarchy": ("string", "integer", "boolean"),
    "pseudonymise": ("string", "integer", "number", "boolean", "date", "datetime"),
    "mask": ("string",),
    "microaggregate": ("integer", "number"),
    "noise": ("integer", "number"),
    "displace": ("geometry",),
    "trim": ("geometry",),
}
"""The types of the catalogue that a recoding or treatment can work on."""

ORDERED = ("integer", "number", "date", "datetime")
"""The types whose values have an order of their own."""

ENOUGH_FOR: dict[str, tuple[str, ...]] = {
    "direct_identifier": ("displace", "trim"),
    "quasi_identifier": ("microaggregate", "noise", "displace", "trim"),
    "free_text": ("mask",),
}
"""What makes a field fit to be passed on as sensitive or insensitive although the catalogue says that it reveals this."""


@dataclass(frozen=True)
class Misfit:
    """One thing that does not fit: where in the policy, in words, and whether it breaks a rule or cannot be understood."""

    place: tuple[str, ...]
    reason: str
    kind: type[WorkbenchError] = UsageError


def check_policy(policy: Policy, described: Dataset, path: Path) -> None:
    """Refuse a policy that does not fit its dataset.

    Parameters
    ----------
    policy : Policy
    described : Dataset
    path : Path
        Of the policy: for messages, and what hierarchies are relative to. It is named after its dataset.

    Raises
    ------
    UsageError
        A field that the dataset lacks or the policy does not name, a rule that does not fit its field, or a hierarchy
        that cannot be read.
    GateRefused
        Where nothing else is wrong: ``personal: false`` for data about people, ``custody: synthetic`` for data that is
        not, or a hierarchy that is not pinned by its hash.
    """
    found = [Misfit(("policy",), f"is the policy of '{policy.policy}', name the file {policy.policy}.yml")]
    found = found if policy.policy != path.stem else []
    if not policy.personal:
        if described.personal_fields:
            marked = ", ".join(described.personal_fields)
            reason = (
                f"says personal: false, but the catalogue marks {marked}; data that looks like people is protected like people"
            )
            found.append(Misfit(("personal",), reason, GateRefused))
        raise_misfits(found, path)
        return
    if policy.custody == "synthetic" and not described.synthetic:
        reason = "custody: synthetic is for datasets that the catalogue marks synthetic; leave it out, and both sides hold a key"
        found.append(Misfit(("custody",), reason, GateRefused))
    found += _names(policy, list(described.fields), whose="the dataset")
    if policy.unit is not None and policy.unit == described.geometry:
        found.append(Misfit(("unit",), f"unit: '{policy.unit}' is a geometry, which tells no people apart"))
    for name, rule in policy.fields.items():
        if name in described.fields:
            found += [Misfit(("fields", name), f"field '{name}': {reason}") for reason in _misfits(rule, described.fields[name])]
    found += _orders(policy, {name: field.type for name, field in described.fields.items()})
    found += _hierarchies(policy.placed(path), pinned=True)[1]
    raise_misfits(found, path)


def check_columns(policy: Policy, schema: pa.Schema) -> None:
    """Refuse a table whose columns a policy does not fit.

    Parameters
    ----------
    policy : Policy
    schema : pyarrow.Schema

    Raises
    ------
    UsageError
        A field that the table lacks or the policy does not name, a column that stands twice, or one of a type that its
        rule cannot work on.
    """
    names = [str(name) for name in schema.names]
    if names and not set(names) & {*policy.fields, policy.unit}:  # the first row of people may stand there: it is not told
        raise UsageError(
            f"{policy.file}: none of its fields is among the {len(names):,} columns of the table",
            hint="is the line of column names missing, or is this another table?",
        )
    found = [Misfit((), f"the column '{name}' stands twice") for name in dict.fromkeys(names) if names.count(name) > 1]
    found += _names(policy, names, whose="the table")
    for name, rule in policy.fields.items():
        if name in names and names.count(name) == 1:
            kind = kind_of(schema.field(name).type)
            wanted = TYPES_FOR.get(rule.done, ())
            if rule.done in ("microaggregate", "noise", "mask") and kind not in (*wanted, "nothing"):
                reason = f"field '{name}': treatment: {rule.done} needs {' or '.join(wanted)}s, the column holds {kind}s"
                found.append(Misfit(("fields", name), reason))
    known = {str(field.name): kind_of(field.type) for field in schema}
    for field in schema:
        named = policy.rule(field.name)
        if named is not None and named.treatment != "drop" and _holds_several(field.type):
            reason = f"field '{field.name}': each cell holds several values ({field.type}); take them apart, or drop the field"
            found.append(Misfit(("fields", field.name), reason))
    raise_misfits([*found, *_orders(policy, known)], policy.file)


def read_hierarchies(policy: Policy, *, pinned: bool) -> dict[str, pd.DataFrame]:
    """Read every hierarchy of a policy from the very bytes that its hash covers.

    Parameters
    ----------
    policy : Policy
    pinned : bool
        Whether a hierarchy without ``sha256`` is refused. One whose bytes are others than its ``sha256`` always is.

    Returns
    -------
    dict of str to pandas.DataFrame
        By field.

    Raises
    ------
    UsageError, GateRefused
        All problems of all hierarchies.
    """
    found, misfits = _hierarchies(policy, pinned=pinned)
    raise_misfits(misfits, policy.file)
    return found


def kind_of(column: pa.DataType) -> str:
    """Return what a column of a table holds, in the catalogue's words.

    Parameters
    ----------
    column : pyarrow.DataType

    Returns
    -------
    str
        ``nothing`` for a column without any value.

    Examples
    --------
    >>> import pyarrow as pa
    >>> kind_of(pa.dictionary(pa.int32(), pa.string())), kind_of(pa.int8())
    ('string', 'integer')
    """
    import pyarrow as pa

    inner = column.value_type if pa.types.is_dictionary(column) else column
    tests = (
        (pa.types.is_null, "nothing"),
        (pa.types.is_boolean, "boolean"),
        (pa.types.is_integer, "integer"),
        (lambda kind: pa.types.is_floating(kind) or pa.types.is_decimal(kind), "number"),
        (pa.types.is_date, "date"),
        (pa.types.is_timestamp, "datetime"),
        (lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind), "string"),
        (lambda kind: pa.types.is_binary(kind) or pa.types.is_large_binary(kind), "geometry"),
    )
    return next((word for test, word in tests if test(inner)), str(inner))


def _holds_several(column: pa.DataType) -> bool:
    """Whether the cells are lists or records, which nothing that is done to a field understands."""
    import pyarrow as pa

    return bool(pa.types.is_nested(column.value_type if pa.types.is_dictionary(column) else column))


def raise_misfits(found: Sequence[Misfit], path: Path) -> None:
    """Raise everything that does not fit as one error; nothing happens where all fits.

    Parameters
    ----------
    found : sequence of Misfit
    path : Path
        Of the policy.

    Raises
    ------
    UsageError
        Something cannot be understood.
    GateRefused
        Everything can, but a rule is broken.
    """
    if not found:
        return
    told = []
    for misfit in found:
        line = line_of(path, *misfit.place) if misfit.place and path.is_file() else None
        told.append((line or 0, f"line {line}: {misfit.reason}" if line else misfit.reason))
    refused = all(misfit.kind is GateRefused for misfit in found)
    hint = PIN_HINT.format(path=path) if any("is not pinned" in misfit.reason for misfit in found) else ""
    problems = [text for _, text in sorted(told, key=lambda each: each[0])]
    raise combine(problems, where=str(path), kind=GateRefused if refused else UsageError, hint=hint)


def _names(policy: Policy, names: Sequence[str], *, whose: str) -> list[Misfit]:
    """Fields that only one of policy and data knows."""
    found = [
        Misfit(("fields", name), f"unknown field '{name}', {did_you_mean(name, names)} ({whose} lacks it)")
        for name in policy.fields
        if name not in names
    ]
    if policy.unit is not None and policy.unit not in names and policy.unit not in policy.fields:
        found.append(Misfit(("unit",), f"unit: unknown field '{policy.unit}', {did_you_mean(policy.unit, names)}"))
    found += [
        Misfit(("fields",), f"field '{name}' is not named; say under fields what is done to it")
        for name in names
        if policy.rule(name) is None
    ]
    return found


def _orders(policy: Policy, types: Mapping[str, str]) -> list[Misfit]:
    """Where closeness is asked over an order that the values do not have."""
    asked = policy.guarantee.t if policy.guarantee else {}
    return [
        Misfit(("guarantee", "t", name), f"field '{name}': distance: ordered needs {' or '.join(ORDERED)}, found {types[name]}")
        for name, rule in asked.items()
        if rule.distance == "ordered" and types.get(name, "nothing") not in (*ORDERED, "nothing")
    ]


def _misfits(rule: FieldRule, field: Field) -> list[str]:
    """What a rule asks for that the catalogue's field does not allow."""
    found = []
    wanted = TYPES_FOR.get(rule.done)
    if wanted is not None and field.type not in wanted:
        what = "treatment" if rule.treatment else "recoding" if rule.recoding else "a"
        verb = f"{what}: {rule.done} needs" if rule.hierarchy is None else "a hierarchy needs"
        found.append(f"{verb} {' or '.join(wanted)}, the catalogue says {field.type}")
    if field.type == "date" and {"second", "minute", "hour"} & set(rule.levels or ()):
        found.append("levels: a date has no hours, minutes and seconds")
    passed_on = rule.role in ("insensitive", "sensitive") and rule.treatment != "drop"
    if passed_on and field.reveals in ENOUGH_FOR and rule.treatment not in ENOUGH_FOR[field.reveals]:
        enough = ", ".join(("drop", *ENOUGH_FOR[field.reveals]))
        found.append(
            f"role {rule.role}, but the catalogue says it reveals a {field.reveals}; give it that role, or treatment: {enough}"
        )
    if passed_on and rule.role == "insensitive" and field.reveals == "sensitive":
        found.append("role insensitive, but the catalogue says it is sensitive")
    return found


def _hierarchies(policy: Policy, *, pinned: bool) -> tuple[dict[str, pd.DataFrame], list[Misfit]]:
    """The hierarchies that can be read, and what is wrong with the others."""
    read: dict[str, pd.DataFrame] = {}
    found: list[Misfit] = []
    seen: dict[Path, tuple[str, pd.DataFrame]] = {}
    for name, rule in policy.fields.items():
        if rule.hierarchy is None:
            continue
        place = ("fields", name, "hierarchy")
        try:
            file = hierarchy_path(policy.file, rule.hierarchy)
            if file not in seen:
                content = file.read_bytes()
                seen[file] = sha256(content), hierarchy_of(_text(content, file), where=str(file))
        except UsageError as error:
            found.append(Misfit(place, error.message.removeprefix(f"{policy.file}: ")))
            continue
        digest, read[name] = seen[file]
        if rule.sha256 is None and pinned:
            found.append(Misfit(place, f"the hierarchy of '{name}' is not pinned by its sha256", GateRefused))
        elif rule.sha256 is not None and digest != rule.sha256:
            reason = f"{file.name} was changed since the policy named its hash; pin it again and have the policy adopted again"
            found.append(Misfit(place, reason, GateRefused))
    return read, found


def _text(content: bytes, file: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: not UTF-8 (byte {error.start})") from error
