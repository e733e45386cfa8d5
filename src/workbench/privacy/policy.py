"""A dataset's protection as a file: ``governance/policies/<dataset>.yml``, the only place where protection is decided.

Strict: an unknown key, a value of another type, or a key without effect is an error, and all of a file come at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PrivateAttr, Strict, StringConstraints, ValidationError, model_validator
from pydantic import Field as Key
from pydantic_core import InitErrorDetails

from workbench.errors import did_you_mean
from workbench.files import read_model
from workbench.privacy.rules import Dominance, FieldRule, LRule, Number, Record, TRule, Whole

PUBLIC_DOWNLOAD = "public_download"
"""The purpose that a policy about people names before its protected rows may leave as a file of a release."""

MIN_CONTRIBUTORS = 10
"""Fewer different people than this, and a cell is withheld (the default of ACRO, the UK's output checker)."""

ABOUT_PEOPLE = frozenset({
    "unit", "fields", "guarantee", "limits", "analysis_dimensions", "disclosure", "custody", "purposes", "retention",
})  # fmt: skip
"""The keys that mean something only where data are about people."""

Word = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Duration = Annotated[str, StringConstraints(pattern=r"^P[0-9]+[YMWD]([0-9]+[MD])*$")]
"""How long, as ISO 8601 writes it: ``P3Y``, ``P6M``."""


def _spelled_out(value: Any) -> Any:
    """``occupation: 2`` is short for ``occupation: {value: 2}``."""
    return value if isinstance(value, Mapping | Record) else {"value": value}


class Guarantee(Record):
    """What every protected dataset about people holds.

    At least ``k`` people share each profile; each profile shows ``l`` different values of a sensitive field, and its
    distribution lies within ``t`` of the whole table's.
    """

    k: Whole = Key(ge=2)
    l: dict[str, Annotated[LRule, BeforeValidator(_spelled_out)]] = Key(default_factory=dict)  # noqa: E741 (the field's own letter)
    t: dict[str, Annotated[TRule, BeforeValidator(_spelled_out)]] = Key(default_factory=dict)


class Limits(Record):
    """How much may be lost: the share of rows that may be suppressed."""

    suppression: Number = Key(default=0.0, ge=0, le=1)


class Disclosure(Record):
    """What a published table obeys: how many people a cell needs, and how little one of them may tell of the others."""

    min_contributors: Whole = Key(default=MIN_CONTRIBUTORS, ge=1)
    dominance: Dominance | None = None
    p_percent: Number | None = Key(default=None, gt=0, le=100)
    round: Whole | None = Key(default=None, ge=1)


class Policy(Record):
    """A dataset's policy.

    Parameters
    ----------
    policy : str
        The dataset.
    version : int
    personal : bool
        False for data that is not about people; then the policy says no more.
    custody : {"joint", "synthetic"}
        Whose keys seal the rows: one of each side, or the seed's, for synthetic data alone.
    unit : str, optional
        The field that tells people apart; without it each row is a person.
    fields : dict of str to FieldRule
        Every field of the dataset.
    guarantee, limits, disclosure
        What holds for each profile, what may be lost, what tables obey.
    analysis_dimensions : list of str
        Fields with one coding for the whole column, so that tables and filters work.
    purposes : list of str
    retention : str, optional

    Examples
    --------
    >>> Policy(policy="daily_air", version=1, personal=False).personal
    False
    """

    policy: Word
    version: Whole = Key(ge=1)
    personal: Annotated[bool, Strict()] = True
    custody: Literal["joint", "synthetic"] = "joint"
    unit: Annotated[str, StringConstraints(min_length=1)] | None = None
    fields: dict[str, FieldRule] = Key(default_factory=dict)
    guarantee: Guarantee | None = None
    limits: Limits = Limits()
    analysis_dimensions: list[str] = Key(default_factory=list)
    disclosure: Disclosure = Disclosure()
    purposes: list[Word] = Key(default_factory=list)
    retention: Duration | None = None
    _file: Path | None = PrivateAttr(default=None)

    def placed(self, path: Path) -> Policy:
        """Return the policy as it lies in a file, which its hierarchies are relative to.

        Parameters
        ----------
        path : Path

        Returns
        -------
        Policy
        """
        placed = self.model_copy()
        placed._file = path
        return placed

    @property
    def file(self) -> Path:
        """Where the policy lies; a policy made in memory counts as lying in the working folder."""
        return self._file or Path(f"{self.policy}.yml")

    @property
    def quasi_identifiers(self) -> list[str]:
        """The generalised fields, in the order of the policy."""
        return [name for name, rule in self.fields.items() if rule.generalised]

    @property
    def sensitive(self) -> list[str]:
        """The sensitive fields that are passed on as they are, in the order of the policy."""
        return [name for name, rule in self.fields.items() if rule.role == "sensitive" and rule.kept_as_is]

    @property
    def local(self) -> list[str]:
        """The fields whose labels differ from row to row: generalised, and no analysis dimension."""
        return [name for name in self.quasi_identifiers if name not in self.analysis_dimensions]

    @property
    def reckoned_with(self) -> list[str]:
        """The fields whose values must be numbers, however a file writes them."""
        ordered = [name for name, rule in self.guarantee.t.items() if rule.distance == "ordered"] if self.guarantee else []
        done = ("interval", "microaggregate", "noise")
        return [name for name, rule in self.fields.items() if rule.done in done or name in ordered]

    @property
    def suppression(self) -> Fraction:
        """The share of rows that may be suppressed, exactly as it is written."""
        return Fraction(str(self.limits.suppression))

    def rule(self, name: str) -> FieldRule | None:
        """Return what is done to a field: the unit's own needs no entry and is pseudonymised; None where nothing is said.

        Parameters
        ----------
        name : str

        Returns
        -------
        FieldRule or None
        """
        if name in self.fields:
            return self.fields[name]
        return FieldRule(role="direct_identifier", treatment="pseudonymise") if name == self.unit else None

    @model_validator(mode="wrap")
    @classmethod
    def _all_at_once(cls, value: Any, handler: Any) -> Any:
        """Tell what contradicts itself across keys together with what is wrong in single ones."""
        across = _across(value) if isinstance(value, Mapping) else []
        errors = [
            InitErrorDetails(type="value_error", loc=location, input={}, ctx={"error": ValueError(reason)})
            for location, reason in across
        ]
        try:
            made = handler(value)
        except ValidationError as error:
            single = [
                InitErrorDetails(type=item["type"], loc=item["loc"], input=item["input"], ctx=item.get("ctx", {}))
                for item in error.errors()
            ]
            raise ValidationError.from_exception_data(cls.__name__, [*single, *errors]) from None
        if errors:
            raise ValidationError.from_exception_data(cls.__name__, errors)
        return made


def _across(value: Mapping[str, Any]) -> list[tuple[tuple[str, ...], str]]:
    """What contradicts itself across a policy's keys, with its place; parts that are malformed are told elsewhere."""
    if value.get("personal") is False:
        idle = sorted(ABOUT_PEOPLE & set(value))
        return [((), f"personal: false leaves no effect to {', '.join(idle)}")] if idle else []
    found: list[tuple[tuple[str, ...], str]] = []
    if value.get("guarantee") is None:
        found.append((("guarantee",), "needed for data about people, e.g. guarantee: {k: 5}"))
    fields = {name: _said(rule) for name, rule in _mapping(value, "fields").items()}
    unit = value.get("unit")
    if unit in fields and fields[unit].get("treatment") not in ("pseudonymise", "drop"):
        reason = "is the unit, which tells people apart: it is a direct_identifier with treatment: pseudonymise or drop"
        found.append((("fields", str(unit)), reason))
    for name, rule in fields.items():
        if rule.get("treatment") == "trim" and unit is None:
            found.append((("fields", str(name)), "treatment: trim needs unit: whose trip each row is"))
    listed = value.get("analysis_dimensions")
    dimensions = listed if isinstance(listed, list) else []
    for name in dimensions:
        if name not in fields:
            found.append((("analysis_dimensions",), f"'{name}' is not among the fields, {did_you_mean(str(name), fields)}"))
        elif fields[name].get("treatment") == "drop":
            found.append((("analysis_dimensions",), f"'{name}' is dropped"))
        elif dimensions.count(name) > 1:
            found.append((("analysis_dimensions",), f"'{name}' stands twice"))
    for letter in ("l", "t"):
        for name in _mapping(_mapping(value, "guarantee"), letter):
            reason = _not_sensitive(name, fields)
            if reason:
                found.append((("guarantee", letter, str(name)), reason))
    return found


def _not_sensitive(name: str, fields: Mapping[str, Mapping[str, Any]]) -> str:
    """Why l or t cannot be counted on a field; empty where it can."""
    if name not in fields:
        return f"is not among the fields, {did_you_mean(name, fields)}"
    if fields[name].get("role") != "sensitive":
        return f"is of role {fields[name].get('role')}; l and t protect a field of role sensitive"
    treatment = fields[name].get("treatment")
    if treatment not in (None, "keep"):
        return f"has treatment: {treatment}; l and t are counted on values that are kept"
    return ""


def _mapping(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inner = _said(value).get(key)
    return inner if isinstance(inner, Mapping) else {}


def _said(value: Any) -> Mapping[str, Any]:
    """A part as it was written, whether it comes from a file or was made in Python."""
    if isinstance(value, Record):
        return value.model_dump(exclude_unset=True)
    return value if isinstance(value, Mapping) else {}


def read_policy(path: Path) -> Policy:
    """Read a policy file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Policy

    Raises
    ------
    UsageError
        All problems of the file.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "air.yml"
    >>> _ = path.write_text("policy: air\\nversion: 1\\npersonal: false\\n")
    >>> read_policy(path).policy
    'air'
    """
    return read_model(path, Policy).placed(path)
