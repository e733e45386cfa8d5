"""A dataset's protection as a file: ``governance/policies/<dataset>.yml``, the only place where protection is decided."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic import Field as Key

from workbench.catalog import Dataset
from workbench.errors import GateRefused, UsageError, combine, did_you_mean
from workbench.files import read_model, sha256_file

MIN_CONTRIBUTORS = 10
"""Fewer different people than this, and a cell is withheld (the default of ACRO, the UK's output checker)."""

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
        if self.recoding == "interval" and self.domain is None:
            raise ValueError("recoding: interval needs domain: [lowest, highest]")
        if self.domain is not None and self.domain[0] >= self.domain[1]:
            raise ValueError(f"domain: {self.domain[0]} is not below {self.domain[1]}")
        if self.role == "quasi_identifier" and self.treatment != "drop" and not generalised:
            raise ValueError("a quasi_identifier needs recoding: interval, a hierarchy, or treatment: drop")
        if self.role == "quasi_identifier" and self.treatment in ("keep", "pseudonymise"):
            raise ValueError(f"a quasi_identifier is generalised or dropped, not treatment: {self.treatment}")
        if self.role == "direct_identifier" and self.treatment not in ("drop", "pseudonymise"):
            raise ValueError("a direct_identifier needs treatment: drop or pseudonymise")
        if self.role in ("sensitive", "insensitive") and generalised:
            raise ValueError(f"a field of role {self.role} is kept or dropped; generalise it as a quasi_identifier")
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

    @model_validator(mode="after")
    def _whole(self) -> Policy:
        if not self.personal:
            if self.fields or self.guarantee or self.unit:
                raise ValueError("personal: false needs no fields, guarantee or unit")
            return self
        if self.guarantee is None:
            raise ValueError("guarantee: needed for data about people, e.g. guarantee: {k: 5}")
        for name in self.analysis_dimensions:
            if name not in self.fields:
                raise ValueError(f"analysis_dimensions: '{name}' is not among the fields, {did_you_mean(name, self.fields)}")
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
    return policy


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
        A field that the dataset lacks or the policy does not name.
    GateRefused
        ``personal: false`` for data about people, a custody that this vault cannot keep, or a hierarchy that is not
        pinned by its hash.
    """
    if not policy.personal:
        if described.personal_fields and not described.synthetic:
            raise GateRefused(f"{path}: says personal: false, but the catalogue marks {', '.join(described.personal_fields)}")
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
    for name, rule in policy.fields.items():
        field = described.fields.get(name)
        if field and rule.recoding == "interval" and field.type not in ("integer", "number"):
            problems.append(f"field '{name}': recoding: interval needs a number, the catalogue says {field.type}")
        if field and field.reveals in ("direct_identifier", "quasi_identifier") and rule.role in ("insensitive", "sensitive"):
            problems.append(f"field '{name}': role {rule.role}, but the catalogue says it reveals a {field.reveals}")
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


def hierarchy_path(policy: Path, hierarchy: str) -> Path:
    """Return where a hierarchy lies: relative to its policy, or absolute.

    Parameters
    ----------
    policy : Path
    hierarchy : str

    Returns
    -------
    Path

    Raises
    ------
    UsageError
        No such file.
    """
    path = (policy.parent / hierarchy).resolve()
    if not path.is_file():
        raise UsageError(f"{policy}: no hierarchy at {path}")
    return path


def read_hierarchy(path: Path) -> pd.DataFrame:
    """Read a generalisation hierarchy in ARX's layout: ``;``, leaf first, ``*`` last, one line a value.

    Parameters
    ----------
    path : Path

    Returns
    -------
    pandas.DataFrame
        Shape (leaves, levels), words.

    Raises
    ------
    UsageError
        Ragged levels, a leaf that stands twice, a node under two parents, or a last level that is not one node.
    """
    lines = [line.split(";") for line in path.read_text(encoding="utf-8-sig").splitlines() if line]
    if not lines:
        raise UsageError(f"{path}: empty")
    for number, line in enumerate(lines, start=1):
        if len(line) != len(lines[0]):
            raise UsageError(f"{path}, line {number}: {len(line)} levels, the first line has {len(lines[0])}")
    levels = pd.DataFrame(lines, dtype="object")
    repeated = levels[0][levels[0].duplicated()]
    if len(repeated):
        raise UsageError(f"{path}: the leaf '{repeated.iloc[0]}' stands twice")
    for level in range(levels.shape[1] - 1):
        parents = levels.groupby(level)[level + 1].nunique()
        if (parents > 1).any():
            raise UsageError(f"{path}: '{parents[parents > 1].index[0]}' of level {level} has two parents")
    if levels.iloc[:, -1].nunique() != 1:
        raise UsageError(f"{path}: the last level holds {levels.iloc[:, -1].nunique()} nodes, allowed is one (*)")
    return levels
