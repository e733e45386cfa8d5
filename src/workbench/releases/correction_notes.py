"""One correction note as people write it: which published number, what takes its place, why, and who found it.

The model says what may stand in ``corrections.yml``; :mod:`workbench.releases.corrections` says when a note is owed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from workbench.disclosure.tabulating.layouts import typed
from workbench.governance.papers.fields import SeatId, Text
from workbench.releases.changes import Change, close

SCHEMA_FILE = "corrections.schema.json"

Kind = Literal["error", "data", "method"]
Key = str | int | float | bool
Number = float | int | str


class _Paper(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Why(_Paper):
    """Why a number changed, for readers of both languages."""

    ko: Text
    en: Text


class Department(_Paper):
    """An organisation that found an error; people are named by their seat or not at all."""

    department: Why


class Cell(_Paper):
    """One cell of a table by its keys; ``column`` is left out where the table has one."""

    row: Key
    column: Key | None = None


class Note(_Paper):
    """Why published numbers changed: one number (``cell`` or ``value``), all of a result (``cells: all``), or a result gone.

    Examples
    --------
    >>> Note(result="mean_level", cell={"row": "east"}, was=61.3, **{"is": 70}, why={"ko": "새 자료", "en": "New data"},
    ...      kind="data", found_by="reader", on="2026-11-22").is_
    70
    """

    result: str = Field(pattern=r"^[a-z][a-z0-9_]*(\.figure)?$", description="the result's name")
    parameters: dict[str, Key] | Literal["all"] = Field(default={}, description="of the run; all: the same in each")
    cell: Cell | None = Field(default=None, description="one cell of a table")
    value: str | None = Field(default=None, description="one value of a finding or a model")
    cells: Literal["all"] | None = Field(default=None, description="every changed number of the result has this one reason")
    gone: Literal[True] | None = Field(default=None, description="the result is not published any more")
    was: Number | None = Field(default=None, description="the number as it was published")
    is_: Number | None = Field(default=None, alias="is", description="the number now, or: withheld, empty, gone")
    why: Why
    kind: Kind = Field(description="error: it was wrong; data: the source was corrected; method: it is computed otherwise")
    found_by: SeatId | Literal["reader", "author", "checker", "provider", "program"] | Department
    on: dt.date = Field(description="the day on which it was found")

    @model_validator(mode="after")
    def _one_place(self) -> Note:
        given = [name for name in ("cell", "value", "cells", "gone") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give one of cell, value, cells and gone, found {' and '.join(given) or 'none'}")
        single = given[0] in ("cell", "value")
        if single and (self.was is None or self.is_ is None):
            raise ValueError("give the number that was published (was) and the one that takes its place (is)")
        if not single and (self.was is not None or self.is_ is not None):
            raise ValueError(f"was and is belong to one number; for {given[0]} they are written by the program")
        return self

    def speaks_of(self, change: Change) -> bool:
        """Tell whether the note is about a change, whatever numbers it names."""
        if self.result != change.result or (self.parameters != "all" and not _alike(self.parameters, change.parameters)):
            return False
        if self.gone:
            return not change.place.words
        if self.cells:
            return bool(change.place.words)
        if self.value is not None:
            return self.value == change.place.value
        keys = (self.cell.row, self.cell.column) if self.cell else (None, None)
        return change.place.value is None and tuple(map(typed, keys)) == change.place.identity[:2]

    def covers(self, change: Change) -> bool:
        """Tell whether the note explains a change: it is about it, and names its numbers."""
        if not self.speaks_of(change):
            return False
        return self.was is None or self.is_ is None or (_named(self.was, change.was) and _named(self.is_, change.is_))

    def as_record(self) -> dict[str, Any]:
        """Return the note as it stands in a release."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    @property
    def identity(self) -> str:
        """The note as one line of JSON: the same in ``corrections.yml`` and in a release."""
        return one_line(self.as_record())


class Corrections(_Paper):
    """``analyses/<issue>/corrections.yml``: notes, the oldest first; those of earlier releases stay as they are."""

    corrections: list[Note] = Field(max_length=10_000)


def corrections_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``corrections.yml``, for the editors in which people write it.

    Returns
    -------
    dict

    Examples
    --------
    >>> corrections_schema()["required"]
    ['corrections']
    """
    made = Corrections.model_json_schema(by_alias=True)
    return {
        **made,
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_FILE,
        "title": "Corrections of published numbers",
    }


def one_line(value: Any) -> str:
    """Return a plain value as one line of JSON, the same for the same value.

    Parameters
    ----------
    value : Any

    Returns
    -------
    str

    Examples
    --------
    >>> one_line({"b": 1, "a": "가"})
    '{"a": "가", "b": 1}'
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _alike(one: Mapping[str, Any], two: Mapping[str, Any]) -> bool:
    return set(one) == set(two) and all(typed(one[name]) == typed(two[name]) for name in one)


def _named(said: Number, true: Number) -> bool:
    if isinstance(said, str) or isinstance(true, str):
        return str(said) == str(true)
    return close(said, true)
