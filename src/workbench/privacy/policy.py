"""A dataset's protection as a file: ``governance/policies/<dataset>.yml``, the only place where protection is decided."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, PrivateAttr, StringConstraints, model_validator
from pydantic import Field as Key

from workbench.catalog import Dataset, Field
from workbench.errors import GateRefused, UsageError, combine, did_you_mean
from workbench.files import read_model, sha256_file
from workbench.privacy.hierarchies import hierarchy_path, read_hierarchy

MIN_CONTRIBUTORS = 10
"""Fewer different people than this, and a cell is withheld (the default of ACRO, the UK's output checker)."""

MAX_LEAVES = 200_000
"""A wider domain than this is a mistake, or needs a coarser unit: every whole number of it is a leaf."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldRule(_Record):
    """What is done to one field.

    A quasi-identifier is generalised, by ``hierarchy`` or into intervals over ``domain``; a direct identifier is
    dropped or pseudonymised; the others are kept or dropped.
    """

    role: Literal["direct_identifier", "quasi_identifier", "sensitive", "insensitive"]
    treatment: Literal["drop", "keep", "pseudonymise"] | None = None
    recoding: Literal["interval"] | None = None
    domain: tuple[int, int] | None = None
    hierarchy: str | None = None
    sha256: Sha256 | None = None

    @model_validator(mode="after")
    def _fits_its_role(self) -> FieldRule:
        generalised = self.recoding is not None or self.hierarchy is not None
        if self.recoding is not None and self.hierarchy is not None:
            raise ValueError("recoding and hierarchy exclude each other")
        if generalised and self.treatment is not None:
            raise ValueError(f"treatment: {self.treatment} and generalising exclude each other")
        if generalised and self.role != "quasi_identifier":
            raise ValueError(f"a field of role {self.role} is not generalised; write role: quasi_identifier")
        if (self.recoding == "interval") != (self.domain is not None):
            raise ValueError("recoding: interval and domain: [lowest, highest] belong together")
        if self.sha256 is not None and self.hierarchy is None:
            raise ValueError("sha256 pins a hierarchy, and there is none")
        if self.domain is not None and self.domain[0] >= self.domain[1]:
            raise ValueError(f"domain: {self.domain[0]} is not below {self.domain[1]}")
        if self.domain is not None and self.domain[1] - self.domain[0] >= MAX_LEAVES:
            raise ValueError(f"domain: more than {MAX_LEAVES:,} whole numbers")
        if self.role == "quasi_identifier" and not generalised and self.treatment != "drop":
            raise ValueError("a quasi_identifier needs recoding: interval, a hierarchy, or treatment: drop")
        if self.role == "direct_identifier" and self.treatment not in ("drop", "pseudonymise"):
            raise ValueError("a direct_identifier needs treatment: drop or pseudonymise")
        if self.role in ("sensitive", "insensitive") and self.treatment == "pseudonymise":
            raise ValueError("only a direct_identifier is pseudonymised")
        return self


class Guarantee(_Record):
    """What every protected dataset about people holds: at least ``k`` people share each profile."""

    k: int = Key(ge=2)


class Limits(_Record):
    """How much may be lost: the share of rows that may be suppressed."""

    suppression: float = Key(default=0.0, ge=0, le=1)


class Disclosure(_Record):
    """What a published table obeys."""

    min_contributors: int = Key(default=MIN_CONTRIBUTORS, ge=1)


ABOUT_PEOPLE = frozenset({"unit", "fields", "guarantee", "limits", "analysis_dimensions", "disclosure"})
"""The keys that mean something only where data are about people."""


class Policy(_Record):
    """A dataset's policy.

    Examples
    --------
    >>> Policy(policy="daily_air", version=1, personal=False).personal
    False
    """

    policy: str
    version: int = Key(ge=1)
    personal: bool = True
    custody: Literal["joint", "synthetic"] = "joint"
    unit: str | None = None
    fields: dict[str, FieldRule] = {}
    guarantee: Guarantee | None = None
    limits: Limits = Limits()
    analysis_dimensions: list[str] = []
    disclosure: Disclosure = Disclosure()
    purposes: list[str] = []
    retention: str | None = None
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

    @model_validator(mode="after")
    def _whole(self) -> Policy:
        if not self.personal:
            idle = sorted(self.model_fields_set & ABOUT_PEOPLE)
            if idle:
                raise ValueError(f"personal: false leaves no effect to {', '.join(idle)}")
            return self
        if self.guarantee is None:
            raise ValueError("guarantee: needed for data about people, e.g. guarantee: {k: 5}")
        unit = self.fields.get(self.unit) if self.unit is not None else None
        if unit is not None and unit.treatment != "pseudonymise":
            raise ValueError(f"unit: '{self.unit}' tells people apart, so it is a direct_identifier with treatment: pseudonymise")
        for name in self.analysis_dimensions:
            if name not in self.fields:
                raise ValueError(f"analysis_dimensions: '{name}' is not among the fields, {did_you_mean(name, self.fields)}")
            if self.fields[name].treatment == "drop":
                raise ValueError(f"analysis_dimensions: '{name}' is dropped")
        return self

    @property
    def quasi_identifiers(self) -> list[str]:
        """The generalised fields, in the order of the policy."""
        return [name for name, rule in self.fields.items() if rule.role == "quasi_identifier" and rule.treatment != "drop"]


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
        All problems of the file; a policy under another dataset's name.
    """
    policy = read_model(path, Policy)
    if policy.policy != path.stem:
        raise UsageError(f"{path}: is the policy of '{policy.policy}'", hint=f"name the file {policy.policy}.yml")
    return policy.placed(path)


def check_policy(policy: Policy, described: Dataset, path: Path) -> None:
    """Refuse a policy that does not fit its dataset.

    Parameters
    ----------
    policy : Policy
    described : Dataset
    path : Path
        For messages, and what hierarchies are relative to.

    Raises
    ------
    UsageError
        A field that the dataset lacks or the policy does not name, a rule that does not fit its field, or a hierarchy
        that cannot be read.
    GateRefused
        ``personal: false`` for data about people, a custody that this vault cannot keep, or a hierarchy that is not
        pinned by its hash.
    """
    if not policy.personal:
        if described.personal_fields:
            raise GateRefused(
                f"{path}: says personal: false, but the catalogue marks {', '.join(described.personal_fields)}",
                hint="synthetic data that looks like people is protected like people: custody: synthetic",
            )
        return
    if policy.custody != "synthetic" or not described.synthetic:
        raise GateRefused(
            f"{path}: custody: {policy.custody}; this vault keeps rows in the clear and takes synthetic people only",
            hint="custody: synthetic is for datasets that the catalogue marks synthetic",
        )
    problems = [
        f"unknown field '{name}', {did_you_mean(name, described.fields)}"
        for name in policy.fields
        if name not in described.fields
    ]
    problems += [f"field '{name}' is not named" for name in described.fields if name not in policy.fields and name != policy.unit]
    if policy.unit is not None and policy.unit not in described.fields:
        problems.append(f"unit: unknown field '{policy.unit}', {did_you_mean(policy.unit, described.fields)}")
    if policy.unit is not None and policy.unit == described.geometry:
        problems.append(f"unit: '{policy.unit}' is a geometry, which tells no people apart")
    for name, rule in policy.fields.items():
        if name in described.fields:
            problems += [f"field '{name}': {problem}" for problem in _misfits(rule, described.fields[name])]
    if problems:
        raise combine(problems, where=str(path))
    for name, rule in policy.fields.items():
        if rule.hierarchy is None:
            continue
        file = hierarchy_path(path, rule.hierarchy)
        if rule.sha256 is None:
            raise GateRefused(
                f"{path}: the hierarchy of '{name}' is not pinned", hint=f"write sha256: {sha256_file(file)} beside it"
            )
        if sha256_file(file) != rule.sha256:
            raise GateRefused(
                f"{path}: {file.name} was changed since the policy named its hash", hint="the policy must be adopted again"
            )
        read_hierarchy(file)


def _misfits(rule: FieldRule, field: Field) -> list[str]:
    """What a rule asks for that the catalogue's field does not allow."""
    found = []
    if rule.recoding == "interval" and field.type not in ("integer", "number"):
        found.append(f"recoding: interval needs a number, the catalogue says {field.type}")
    if rule.hierarchy is not None and field.type not in ("string", "integer", "boolean"):
        found.append(f"a hierarchy needs words or whole numbers, the catalogue says {field.type}")
    if rule.treatment == "pseudonymise" and field.type == "geometry":
        found.append("a geometry is dropped or kept, not pseudonymised")
    kept = rule.role in ("insensitive", "sensitive") and rule.treatment != "drop"
    if kept and field.reveals in ("direct_identifier", "quasi_identifier", "free_text"):
        found.append(f"role {rule.role}, but the catalogue says it reveals a {field.reveals}")
    if kept and rule.role == "insensitive" and field.reveals == "sensitive":
        found.append("role insensitive, but the catalogue says it is sensitive")
    return found
