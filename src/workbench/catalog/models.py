"""What data there is: the catalogue's datasets and fields, as they stand in ``data_catalog.yml``.

The catalogue describes; it never decides protection. That is the policy's alone.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator

from workbench.errors import unknown
from workbench.files import read_model
from workbench.project import Project
from workbench.records import plain_letters

FieldType = Literal["string", "integer", "number", "boolean", "date", "datetime", "geometry"]
Reveals = Literal["direct_identifier", "quasi_identifier", "sensitive", "place", "time", "free_text", "none"]
Sector = Literal["public", "civil_society", "private"]
Rhythm = Literal["hourly", "daily", "monthly", "quarterly", "yearly", "irregular", "once"]

PERSONAL: frozenset[str] = frozenset({"direct_identifier", "quasi_identifier", "sensitive", "free_text"})
"""What a field of a dataset that is not personal may not reveal."""

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True), AfterValidator(plain_letters)]
Period = Annotated[str, StringConstraints(pattern=r"^[0-9][0-9Q/–-]*$")]
"""Years, quarters or days in figures, which need no translation: ``2018-2023``, ``2008Q1-2025Q1``."""

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(_Record):
    """One text in Korean and English.

    Examples
    --------
    >>> Bilingual(ko="미세먼지", en="Fine dust").en
    'Fine dust'
    """

    ko: Text
    en: Text

    def __getitem__(self, language: str) -> str:
        return str(getattr(self, language))


class Agreement(_Record):
    """What a data holder agreed to: for which purposes, until when."""

    holder: Bilingual
    purposes: list[Text]
    term: str


class Origin(_Record):
    """Where a dataset comes from.

    ``files`` are glob patterns of dropped official files, ``service`` the official interface's name.
    """

    title: Bilingual
    url: str | None = None
    identifier: str | None = None
    service: str | None = None


class Field(_Record):
    """One column: its type, unit, limits, meaning, and what it reveals.

    Examples
    --------
    >>> field = Field(type="number", unit="µg/m³", limits=(0, 1000), reveals="none",
    ...               meaning={"ko": "초미세먼지", "en": "Fine particles"})
    >>> field.limits
    (0.0, 1000.0)
    """

    type: FieldType
    meaning: Bilingual
    reveals: Reveals
    unit: str | None = None
    limits: tuple[float, float] | None = None
    values: list[str] | None = None
    required: bool = False

    @model_validator(mode="after")
    def _limits_in_order(self) -> Field:
        if self.limits and self.limits[0] > self.limits[1]:
            raise ValueError(f"limits: the lower, {self.limits[0]:g}, is above the upper, {self.limits[1]:g}")
        if self.limits and self.type not in ("number", "integer"):
            raise ValueError(f"limits: only a number has limits, this is a {self.type}")
        if self.values and self.type != "string":
            raise ValueError(f"values: only a string has a list of values, this is a {self.type}")
        return self


class Dataset(_Record):
    """One dataset: owner, licence, source, and its fields.

    ``key`` names the fields that tell one row from another, ``sort`` the usual filter keys in which the stored
    rows are sorted, ``stand_in`` the synthetic dataset used where this one is not on the machine.
    """

    title: Bilingual
    description: Bilingual
    owner: Bilingual
    sector: Sector
    licence: Text
    licence_verified: bool
    source: Origin
    period: Period | Bilingual
    update: Rhythm
    issues: list[str]
    fields: dict[Identifier, Field]
    key: list[str]
    sort: list[str]
    synthetic: bool = False
    stand_in: Identifier | None = None
    agreement: Agreement | None = None
    attribution: Bilingual | None = None
    note: Bilingual | None = None

    @model_validator(mode="after")
    def _names_exist(self) -> Dataset:
        if not self.fields:
            raise ValueError("fields: at least one is needed")
        for what, names in (("key", self.key), ("sort", self.sort)):
            for name in names:
                if name not in self.fields:
                    raise ValueError(f"{what}: {unknown('field', name, self.fields)}".replace("\n  ", ", "))
        if sum(field.type == "geometry" for field in self.fields.values()) > 1:
            raise ValueError("fields: at most one geometry")
        return self

    @property
    def geometry(self) -> str | None:
        """The name of the geometry field, if there is one."""
        return next((name for name, field in self.fields.items() if field.type == "geometry"), None)

    def period_in(self, language: str) -> str:
        """Return the period as a reader of a language sees it.

        Parameters
        ----------
        language : str

        Returns
        -------
        str
        """
        return self.period if isinstance(self.period, str) else self.period[language]

    @property
    def personal_fields(self) -> list[str]:
        """The fields that identify, help to identify, are sensitive, or hold free text."""
        return [name for name, field in self.fields.items() if field.reveals in PERSONAL]


class Catalog(_Record):
    """Every dataset of the project, by id.

    Examples
    --------
    >>> Catalog(datasets={})["bike_trips"]
    Traceback (most recent call last):
    ...
    workbench.errors.UsageError: unknown dataset 'bike_trips'
      there is none yet
    """

    datasets: dict[Identifier, Dataset]

    @model_validator(mode="before")
    @classmethod
    def _not_empty(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError("a mapping with the key 'datasets' is needed")
        return value

    @model_validator(mode="after")
    def _stand_ins_exist(self) -> Catalog:
        for name, dataset in self.datasets.items():
            if dataset.stand_in is None:
                continue
            other = self.datasets.get(dataset.stand_in)
            if other is None:
                raise ValueError(f"{name}: {unknown('stand_in', dataset.stand_in, self.datasets)}".replace("\n  ", ", "))
            if not other.synthetic:
                raise ValueError(f"{name}: the stand_in '{dataset.stand_in}' is not marked synthetic")
            missing = sorted(set(dataset.fields) - set(other.fields))
            if missing:
                raise ValueError(f"{name}: the stand_in '{dataset.stand_in}' lacks the fields {', '.join(missing)}")
        return self

    def __getitem__(self, name: str) -> Dataset:
        """Return a dataset by id.

        Raises
        ------
        UsageError
            With did-you-mean.
        """
        if name not in self.datasets:
            raise unknown("dataset", name, self.datasets)
        return self.datasets[name]

    def of_issue(self, issue: str) -> dict[str, Dataset]:
        """Return the datasets that an urban issue uses, by id.

        Parameters
        ----------
        issue : str

        Returns
        -------
        dict of str to Dataset
        """
        return {name: dataset for name, dataset in self.datasets.items() if issue in dataset.issues}


def read_catalog(project: Project) -> Catalog:
    """Read ``data_catalog.yml``.

    Parameters
    ----------
    project : Project

    Returns
    -------
    Catalog

    Raises
    ------
    UsageError
        All problems of the file at once.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> root = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (root / "data_catalog.yml").write_text("datasets: {}\\n", encoding="utf-8")
    >>> len(read_catalog(Project(root=root)).datasets)
    0
    """
    return read_model(project.catalog, Catalog)


def check_row_type(field: Field, value: Any) -> bool:
    """Tell whether a value given in a condition fits a field's type.

    Parameters
    ----------
    field : Field
    value : Any

    Returns
    -------
    bool

    Examples
    --------
    >>> field = Field(type="date", reveals="time", meaning={"ko": "날", "en": "day"})
    >>> check_row_type(field, dt.date(2021, 1, 1)), check_row_type(field, "2021")
    (True, False)
    """
    match field.type:
        case "string":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "date":
            return isinstance(value, dt.date) and not isinstance(value, dt.datetime)
        case "datetime":
            return isinstance(value, dt.datetime)
        case "geometry":
            return False
