"""What two policies of one dataset say differently, field by field and promise by promise. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.privacy import Policy

CODINGS = ("interval", "hierarchy", "time", "place")
"""Ways to make a value coarser."""

_ALWAYS_TOLD = frozenset({"role", "treatment", "recoding", "hierarchy", "sha256", "domain"})
"""Keys of a rule that have words of their own; whatever else a rule says is told as it stands in the file."""


@dataclass(frozen=True)
class Handling:
    """What one policy does to one field.

    Parameters
    ----------
    role : str
    act : str
        ``drop``, ``keep``, ``pseudonymise``, one of ``CODINGS``, or another treatment by its name.
    detail : dict
        Of the act: ``low`` and ``high`` of a domain, ``file`` of a hierarchy, and the rule's other options.
    one_coding : bool
        Whether the whole column gets one coding, so that tables and filters work on it.
    """

    role: str
    act: str
    detail: dict[str, Any]
    one_coding: bool = False

    def as_record(self) -> dict[str, Any]:
        """Return the handling for machines."""
        return {
            "role": self.role,
            "act": self.act,
            "one_coding": self.one_coding,
            **({"options": self.detail} if self.detail else {}),
        }


def handling(policy: Policy, field: str) -> Handling | None:
    """Return what a policy does to a field.

    Parameters
    ----------
    policy : Policy
    field : str

    Returns
    -------
    Handling or None
        None where the policy does not name the field; the unit's own field is then pseudonymised.

    Examples
    --------
    >>> rule = {"role": "direct_identifier", "treatment": "drop"}
    >>> policy = Policy(policy="a", version=1, guarantee={"k": 5}, fields={"name": rule})
    >>> handling(policy, "name").act
    'drop'
    """
    rule = policy.fields.get(field)
    if rule is None:
        return Handling("direct_identifier", "pseudonymise", {}) if field == policy.unit else None
    said = rule.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    detail: dict[str, Any] = {}
    act = said.get("treatment") or said.get("recoding") or ("hierarchy" if "hierarchy" in said else "keep")
    if act == "interval" and "domain" in said:
        detail = {"low": said["domain"][0], "high": said["domain"][1]}
    if act == "hierarchy":
        detail = {"file": str(said["hierarchy"]).rpartition("/")[2]}
    detail |= {key: value for key, value in said.items() if key not in _ALWAYS_TOLD}
    return Handling(str(said["role"]), str(act), detail, one_coding=field in policy.analysis_dimensions)


@dataclass(frozen=True)
class Difference:
    """One thing that two policies say differently.

    Parameters
    ----------
    about : str
        ``field``, or the part of the policy: ``k``, ``l``, ``t``, ``suppression``, ``disclosure``, ``unit`` …
    name : str
        Of the field or the key within the part; empty where the part has no keys.
    one, other : Any
        What the first and the second say; None where one says nothing.
    """

    about: str
    name: str
    one: Any
    other: Any

    def as_record(self) -> dict[str, Any]:
        """Return the difference for machines."""
        plain = [value.as_record() if isinstance(value, Handling) else value for value in (self.one, self.other)]
        return {"about": self.about, "name": self.name, "a": plain[0], "b": plain[1]}


def differences(one: Policy, other: Policy) -> list[Difference]:
    """List what two policies say differently: fields first, then what they promise, then the rest.

    Parameters
    ----------
    one, other : Policy

    Returns
    -------
    list of Difference
        Empty where both protect alike.

    Examples
    --------
    >>> five, twenty = (Policy(policy="a", version=1, guarantee={"k": k}) for k in (5, 20))
    >>> [(found.about, found.one, found.other) for found in differences(five, twenty)]
    [('k', 5, 20)]
    """
    found = []
    for name in _union(fields_of(one), fields_of(other)):
        said = handling(one, name), handling(other, name)
        if said[0] != said[1]:
            found.append(Difference("field", name, *said))
    promises = [_promises(policy) for policy in (one, other)]
    for about, name in _union(*promises):
        values = [promised.get((about, name)) for promised in promises]
        if values[0] != values[1]:
            found.append(Difference(about, name, *values))
    return found


def fields_of(policy: Policy) -> list[str]:
    """Return the fields that a policy speaks of, the unit's own first where it is not named.

    Parameters
    ----------
    policy : Policy

    Returns
    -------
    list of str
    """
    unit = [policy.unit] if policy.unit is not None and policy.unit not in policy.fields else []
    return [*unit, *policy.fields]


def _union(one: Any, other: Any) -> list[Any]:
    return list(dict.fromkeys([*one, *other]))


def _promises(policy: Policy) -> dict[tuple[str, str], Any]:
    """Whatever a policy says beside its fields, flat."""
    said = policy.model_dump(mode="json", exclude={"policy", "version", "fields"})
    guarantee = said.pop("guarantee") or {}
    found: dict[tuple[str, str], Any] = {("k", ""): guarantee.get("k")}
    for what in ("l", "t"):
        found |= {(what, name): _measure(value) for name, value in (guarantee.get(what) or {}).items()}
    found["suppression", ""] = said.pop("limits")["suppression"]
    found |= {("disclosure", key): value for key, value in (said.pop("disclosure") or {}).items() if value is not None}
    return found | {(key, ""): value for key, value in said.items()}


def _measure(value: Any) -> Any:
    """An l or t as ``[value, how]``, whichever way it is written."""
    if not isinstance(value, dict):
        return {"value": value}
    return {key: part for key, part in value.items() if part is not None}
