"""Reading protected data: ``load()`` pushes columns, conditions and a bounding box down into the stored file.

Only what a policy let through lies under ``.workbench/protected``; there is no other way in from a notebook.
"""

from __future__ import annotations

import functools
import math
import operator
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from workbench.catalog.manifests import ADOPTED, DATA_NAME, read_manifest
from workbench.catalog.models import Catalog, Field, check_row_type, read_catalog
from workbench.catalog.selecting import Condition as Comparison
from workbench.catalog.selecting import read_selection
from workbench.errors import CheckFailed, GateRefused, UsageError, unknown
from workbench.project import RUN_VARIABLE, Project

Condition = tuple[str, str, Any]

OPERATORS = ("==", "!=", "<", "<=", ">", ">=", "in", "not in")

LOCAL_HINT = "for one coding of the whole column, adopt it among analysis_dimensions: [{names}] in the policy of {dataset}"
"""The way out where labels overlap."""

_EXAMPLE = {
    "string": "give a word, such as '강남구'",
    "integer": "give a whole number, such as 2021",
    "number": "give a number, such as 35.5",
    "boolean": "give True or False",
    "date": "give datetime.date(2021, 1, 1)",
    "datetime": "give datetime.datetime(2021, 1, 1, tzinfo=zoneinfo.ZoneInfo('Asia/Seoul'))",
    "geometry": "select places with bbox=",
}

_COMPARE = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def load(
    dataset: str,
    *,
    columns: Sequence[str] | None = None,
    where: Sequence[Condition] | None = None,
    bbox: tuple[float, float, float, float] | None = None,
    project: Project | None = None,
) -> pd.DataFrame:
    """Load the rows and columns asked for of one protected dataset.

    Parameters
    ----------
    dataset : str
        An id of the catalogue.
    columns : sequence of str, optional
        The columns wanted, in this order; by default all.
    where : sequence of (column, operator, value), optional
        Conditions that must all hold; operators are those of ``OPERATORS``. A missing value meets no condition.
    bbox : (float, float, float, float), optional
        West, south, east, north in degrees (EPSG:4326); only for a dataset with a geometry.
    project : Project, optional
        By default the one that the working folder lies in.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        Shape (rows that meet the conditions, columns asked for).

    Raises
    ------
    UsageError
        Unknown dataset, column or operator, or a value of another type than the column's.
    GateRefused
        The dataset has not been protected on this machine.

    Examples
    --------
    >>> load("daily_air", columns=["date", "pm25_ug_m3"], where=[("station", "==", "강남구")])  # doctest: +SKIP
    """
    if RUN_VARIABLE in os.environ:
        raise GateRefused("a batch run loads through its bench", hint=f"bench.load('{dataset}', …), so that its policy is obeyed")
    project = project or Project.find()
    return load_from(project, read_catalog(project), dataset, columns=columns, where=where, bbox=bbox)


def load_from(
    project: Project,
    catalog: Catalog,
    dataset: str,
    *,
    columns: Sequence[str] | None = None,
    where: Sequence[Condition] | None = None,
    bbox: tuple[float, float, float, float] | None = None,
) -> pd.DataFrame:
    """Do what :func:`load` does, with a catalogue already read.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    dataset, columns, where, bbox
        As in :func:`load`.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame

    Raises
    ------
    UsageError, GateRefused
    """
    described = catalog[dataset]
    folder = project.protected / dataset
    manifest = read_manifest(folder)
    if manifest is None:
        raise GateRefused(f"dataset '{dataset}' is not protected on this machine", hint=f"run: workbench protect {dataset}")
    if manifest.get("adopted") is not True:
        raise GateRefused(
            f"dataset '{dataset}' was protected without an adopted policy", hint=f"run: workbench protect {dataset}"
        )
    stored = folder / DATA_NAME
    _refuse_unadopted(stored, dataset)
    available = {name: described.fields[name] for name in manifest["fields"] if name in described.fields}
    types = manifest.get("types", {})
    wanted = _known_columns(columns, list(manifest["fields"]), where=f"dataset '{dataset}'")
    conditions = _conditions(where or (), available, types, list(manifest["fields"]), dataset)
    _refuse_local([column for column, _, _ in conditions], manifest, dataset)
    place = described.geometry if described.geometry in manifest["fields"] else None
    place = None if place in types else place  # recoded by the policy: a cell is a word now
    if bbox is not None:
        _check_box(bbox, place, dropped=described.geometry is not None, dataset=dataset)
    if place is not None and (bbox is not None or place in wanted):
        dates = [name for name in wanted if name in available and types.get(name, available[name].type) == "date"]
        return _load_places(stored, place, wanted=wanted, dates=dates, expression=_expression(conditions), bbox=bbox)
    table = read_selection(stored, columns=wanted, conditions=conditions)
    return table.to_pandas(date_as_object=False, split_blocks=True, self_destruct=True, ignore_metadata=True)


def _refuse_unadopted(stored: Path, dataset: str) -> None:
    """Refuse a file that says of itself that no policy was adopted, even where it was put in the place of another."""
    again = f"run: workbench protect {dataset}"
    try:
        metadata = pq.read_schema(stored).metadata or {}
    except pa.ArrowInvalid as error:
        raise CheckFailed(f"{stored}: not a Parquet file", hint=again) from error
    if metadata.get(ADOPTED) == b"false":
        raise GateRefused(f"dataset '{dataset}' was protected without an adopted policy ({stored})", hint=again)


def _refuse_local(columns: Sequence[str], manifest: dict[str, Any], dataset: str) -> None:
    """Refuse to select by labels that overlap: ``20-29`` would leave out whoever is protected as ``25-34``."""
    local = [name for name in dict.fromkeys(columns) if name in manifest.get("local", ())]
    if local:
        raise GateRefused(
            f"dataset '{dataset}': {', '.join(local)} cannot select: recoded profile by profile, its labels overlap",
            hint=LOCAL_HINT.format(names=", ".join(local), dataset=dataset),
        )


def _known_columns(columns: Sequence[str] | None, available: list[str], *, where: str) -> list[str]:
    if columns is None:
        return available
    if isinstance(columns, str):
        raise UsageError(f"{where}: columns is a list of names, found the word '{columns}'", hint=f"write columns=['{columns}']")
    for name in columns:
        if name not in available:
            raise unknown("column", name, available, where=where)
    return list(columns)


def _conditions(
    where: Sequence[Condition],
    fields: dict[str, Field],
    types: dict[str, str],
    available: list[str],
    dataset: str,
) -> list[Comparison]:
    """The conditions as they can be compared: column, operator, list of values."""
    conditions: list[Comparison] = []
    for condition in where:
        if not (isinstance(condition, tuple | list) and len(condition) == 3):
            raise UsageError(
                f"dataset '{dataset}': a condition is (column, operator, value), found {condition!r}",
                hint="where= takes a list of them: where=[('year', '==', 2021)]",
            )
        column, name, value = condition
        if column not in available:
            raise unknown("column", str(column), available, where=f"dataset '{dataset}'")
        if name not in OPERATORS:
            raise UsageError(
                f"dataset '{dataset}': unknown operator '{name}' for '{column}'", hint="allowed: " + ", ".join(OPERATORS)
            )
        field = fields[column]
        if types.get(column, field.type) != field.type:  # recoded by the policy: an interval is a word now
            field = field.model_copy(update={"type": types[column]})
        where_found = f"dataset '{dataset}', column '{column}'"
        if name in ("in", "not in"):
            if isinstance(value, str | bytes | dict) or not isinstance(value, Iterable):
                raise UsageError(f"{where_found}: '{name}' takes a list of values, found {value!r}", hint=f"write [{value!r}]")
            values = [_comparable(field, single, where=where_found) for single in value]
        else:
            values = [_comparable(field, value, where=where_found)]
        conditions.append((column, name, values))
    return conditions


def _comparable(field: Field, value: Any, *, where: str) -> Any:
    """A condition's value as Arrow compares it with a column of this type; what pandas hands out is taken as well."""
    if isinstance(value, np.generic) and not isinstance(value, np.datetime64):
        value = value.item()
    if field.type == "date" and isinstance(value, pd.Timestamp) and value.tzinfo is None and value == value.normalize():
        value = value.date()
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        raise UsageError(
            f"{where}: a missing value meets no condition", hint="load the column and select with .isna() or .notna()"
        )
    if not check_row_type(field, value):
        raise UsageError(
            f"{where}: holds values of type {field.type}, found {value!r} ({type(value).__name__})", hint=_EXAMPLE[field.type]
        )
    if field.type == "datetime" and value.tzinfo is None:
        raise UsageError(f"{where}: a time without a time zone, {value!r}", hint=_EXAMPLE["datetime"])
    if field.type == "integer" and not -(2**63) <= value < 2**63:
        raise UsageError(f"{where}: {value} is beyond every integer of the column")
    return value


def _expression(conditions: list[Comparison]) -> ds.Expression | None:
    """The conditions as one Arrow expression."""
    parts = [_condition(ds.field(column), name, values) for column, name, values in conditions]
    return functools.reduce(operator.and_, parts) if parts else None


def _condition(column: ds.Expression, name: str, values: list[Any]) -> ds.Expression:
    if name == "in":
        return column.isin(values)
    if name == "not in":
        return ~column.isin(values) & column.is_valid()
    return _COMPARE[name](column, pc.scalar(values[0]))


def _check_box(bbox: Any, place: str | None, *, dropped: bool, dataset: str) -> None:
    if place is None:
        why = "its policy drops the geometry" if dropped else "it has no geometry"
        raise UsageError(f"dataset '{dataset}': bbox cannot select, {why}", hint="select by its place columns with where=")
    numbers = isinstance(bbox, tuple | list) and len(bbox) == 4 and all(isinstance(edge, int | float) for edge in bbox)
    if not numbers or not (bbox[0] <= bbox[2] and bbox[1] <= bbox[3]):
        raise UsageError(
            f"dataset '{dataset}': bbox is (west, south, east, north) in degrees, found {bbox!r}",
            hint="for example (126.76, 37.42, 127.19, 37.70)",
        )


def _load_places(
    stored: Path,
    place: str,
    *,
    wanted: list[str],
    dates: list[str],
    expression: ds.Expression | None,
    bbox: tuple[float, float, float, float] | None,
) -> pd.DataFrame:
    """Read a dataset with a geometry; the box is pushed down through the stored covering."""
    import geopandas

    columns = wanted if place in wanted else [*wanted, place]
    frame = geopandas.read_parquet(
        stored, columns=columns, bbox=bbox, filters=expression, to_pandas_kwargs={"ignore_metadata": True}
    )
    for name in dates:  # days look the same whether or not a geometry is read beside them
        frame[name] = frame[name].astype("datetime64[ms]")
    return frame[wanted] if place in wanted else pd.DataFrame(frame[wanted])
