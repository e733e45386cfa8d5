"""The form of what the book reads of a release: ``release.yml`` and its results.

The models are strict: an unknown key, a missing translation or a figure without a description is an error that names
the file and the key, because a reader would otherwise meet the gap on the page.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from workbench.catalog import Bilingual
from workbench.governance.papers.fields import SeatId

Basis = Literal["official", "synthetic", "stand_in", "mixed"]
Kind = Literal["table", "figure", "finding", "model"]
State = Literal["shown", "withheld", "empty"]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
ResultName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.figure)?$")]
IssueName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
NotebookName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

TOTAL = "total"
"""The last key of a table's rows or columns where totals were asked for."""


class Record(BaseModel):
    """A mapping of known keys; anything else is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ReleasedNotebook(Record):
    """A notebook as a release lists it."""

    name: NotebookName
    title: Bilingual


class ReleasedResult(Record):
    """A result as a release lists it: its kind, what it rests on, and the hash of its file."""

    kind: Kind
    basis: Basis
    sha256: Digest


class Tolerance(Record):
    """How much a float may differ when it is computed again."""

    rtol: float


class UsedPolicy(Record):
    """The version of a protection policy under which a dataset was used."""

    version: int
    sha256: Digest


class ReleasedDownload(Record):
    """A protected dataset as a release offers it: its files, the policy it was protected under, and what that guarantees."""

    kind: Literal["official", "synthetic"]
    personal: bool
    rows: int
    policy: UsedPolicy
    guarantee: dict[str, Any]
    suppressed: float
    file: str
    description: str
    sha256: Digest


class DataOfTable(Record):
    """One dataset behind a table about people, and the field that tells its people apart."""

    dataset: Name
    sha256: Digest | None
    policy: Digest | None
    unit: str | None


class Definition(Record):
    """How a table about people was made, so that the ledger can be made again without today's notebooks."""

    result: ResultName
    parameters: dict[str, Any]
    notebook: NotebookName
    code: Digest
    run: str
    datasets: dict[Name, DataOfTable]
    layout: Digest


class ReleaseRecord(Record):
    """``release.yml``: what was released, when, whose work it is, and the hash of every file.

    Examples
    --------
    >>> ReleaseRecord(release="fine-dust/1", issue="fine-dust", number=1, created="2026-11-01", authors=["C-2"],
    ...               basis="official", tolerance={"rtol": 1e-6}, notebooks=[], results={}, files={}).created.year
    2026
    """

    release: str
    issue: IssueName
    number: Annotated[int, Field(ge=1)]
    created: dt.date
    authors: Annotated[list[SeatId], Field(min_length=1)]
    basis: Basis
    tolerance: Tolerance
    notebooks: list[ReleasedNotebook]
    results: dict[ResultName, ReleasedResult]
    downloads: dict[Name, ReleasedDownload] = {}
    definitions: list[Definition] = []
    uncorrected: bool = False
    cells: dict[NotebookName, list[str]] = {}
    files: dict[str, Digest]

    @model_validator(mode="after")
    def _name_agrees(self) -> ReleaseRecord:
        if self.release != f"{self.issue}/{self.number}":
            raise ValueError(f"release: must be '{self.issue}/{self.number}', as issue and number say")
        for dataset, download in self.downloads.items():
            missing = {download.file, download.description} - set(self.files)
            if missing:
                raise ValueError(f"downloads: the files of '{dataset}' are not listed ({', '.join(sorted(missing))})")
        return self


class UsedDisclosure(Record):
    """The rules that a policy sets for tables, where they are more than a number of contributors."""

    min_contributors: int
    dominance: dict[str, float] | None = None
    p_percent: float | None = None
    round: int | None = None


class Used(Record):
    """What a notebook got when it asked for a dataset: ``dataset`` is another one where a stand-in took its place."""

    dataset: Name
    kind: Literal["official", "synthetic", "stand_in"]
    rows: int | None
    sha256: Digest | None
    policy: UsedPolicy | None
    sources: list[str]
    retrieved: str | None = None
    personal: bool
    min_contributors: int
    disclosure: UsedDisclosure | None = None


class Summed(Record):
    """A key that is the sum of others."""

    key: Any
    of: list[Any]


class Axis(Record):
    """The rows or columns of a table: keys for machines, labels for readers."""

    name: str
    title: Bilingual
    keys: list[Any]
    labels: dict[str, list[str]]
    sums: list[Summed] = []
    parts: list[str] = []

    @model_validator(mode="after")
    def _a_label_for_each_key(self) -> Axis:
        for language in Bilingual.model_fields:
            if language not in self.labels:
                raise ValueError(f"labels.{language}: the translation is missing")
            if len(self.labels[language]) != len(self.keys):
                raise ValueError(f"labels.{language}: {len(self.labels[language])} labels for {len(self.keys)} keys")
        return self

    @property
    def totals(self) -> list[bool]:
        """Which keys are sums of others, or called a total."""
        summed = [one.key for one in self.sums]
        return [key == TOTAL or key in summed for key in self.keys]


class TableContent(Record):
    """A table: one value and one state for each row and column."""

    rows: Axis
    columns: Axis | None
    statistic: Literal["count", "sum", "mean", "median", "value", "share", "rate", "quantile"]
    unit: Bilingual | None
    decimals: Annotated[int, Field(ge=0, le=12)]
    contributors: str | None
    rounded_to: Annotated[int, Field(ge=2)] | None = None
    share_of: Literal["rows", "columns", "all"] | None = None
    exposure: list[float] | None = None
    per: float | None = None
    quantile: float | None = None
    of_value: bool = False
    values: list[list[float | None]]
    state: list[list[State]]

    @model_validator(mode="after")
    def _shape(self) -> TableContent:
        width = len(self.columns.keys) if self.columns else 1
        for what, grid in (("values", self.values), ("state", self.state)):
            if len(grid) != len(self.rows.keys) or any(len(row) != width for row in grid):
                raise ValueError(f"{what}: must hold {len(self.rows.keys)} rows of {width}")
        for row, states in zip(self.values, self.state, strict=True):
            for value, state in zip(row, states, strict=True):
                if (state == "shown") != (value is not None):
                    raise ValueError(f"values: a {state} cell holds {value!r}; only a shown cell has a value, and it has one")
        return self


class FigureContent(Record):
    """A figure: the table it was drawn from, its description, and a file for each language."""

    table: Name
    alt: Bilingual
    files: Bilingual
    drawing: str | None = None


class ModelTerm(Record):
    """A coefficient: its labels, and how sure it is."""

    term: str
    labels: dict[str, str]
    estimate: float
    se: float
    low: float
    high: float
    statistic: float
    ratio: float | None = None


class ModelContent(Record):
    """A model: its terms, and how many rows and people stand behind it."""

    formula: str
    family: Literal["ols", "poisson", "logit"]
    people: bool
    titles: dict[str, Bilingual]
    factors: list[Axis]
    terms: Annotated[list[ModelTerm], Field(min_length=1)]
    observations: int
    contributors: int | None
    degrees_of_freedom: int
    rounded_to: Annotated[int, Field(ge=2)] | None = None
    errors: Literal["plain", "clustered"]
    fit: dict[Literal["r2", "deviance", "null_deviance"], float]

    @model_validator(mode="after")
    def _labelled(self) -> ModelContent:
        for term in self.terms:
            for language in Bilingual.model_fields:
                if language not in term.labels:
                    raise ValueError(f"terms: '{term.term}' has no label in '{language}'")
        return self


class Shown(Record):
    """A value of a finding: the number, and how it is written in each language."""

    number: float | int | None
    shown: dict[str, str]
    expression: Any = None


class FindingContent(Record):
    """A finding: a sentence with places for values."""

    text: Bilingual
    values: dict[str, Shown]


class _Variant(Record):
    parameters: dict[str, Any]
    run: str
    basis: Basis
    datasets: dict[Name, Used]
    title: Bilingual | None
    note: Bilingual | None


class TableVariant(_Variant):
    """A table under one set of parameters."""

    content: TableContent


class FigureVariant(_Variant):
    """A figure under one set of parameters."""

    content: FigureContent


class FindingVariant(_Variant):
    """A finding under one set of parameters."""

    content: FindingContent


class ModelVariant(_Variant):
    """A model under one set of parameters."""

    content: ModelContent


class _Result(Record):
    name: ResultName
    notebook: NotebookName
    order: int
    title: Bilingual | None
    note: Bilingual | None
    basis: Basis


class TableResult(_Result):
    """``results/<name>.json`` of a table."""

    kind: Literal["table"]
    variants: Annotated[list[TableVariant], Field(min_length=1)]


class FigureResult(_Result):
    """``results/<name>.json`` of a figure."""

    kind: Literal["figure"]
    variants: Annotated[list[FigureVariant], Field(min_length=1)]


class FindingResult(_Result):
    """``results/<name>.json`` of a finding."""

    kind: Literal["finding"]
    variants: Annotated[list[FindingVariant], Field(min_length=1)]


class ModelResult(_Result):
    """``results/<name>.json`` of a model."""

    kind: Literal["model"]
    variants: Annotated[list[ModelVariant], Field(min_length=1)]


Result = TableResult | FigureResult | FindingResult | ModelResult
Variant = TableVariant | FigureVariant | FindingVariant | ModelVariant

RESULT_OF_KIND: dict[str, type[TableResult] | type[FigureResult] | type[FindingResult] | type[ModelResult]] = {
    "table": TableResult,
    "figure": FigureResult,
    "finding": FindingResult,
    "model": ModelResult,
}
