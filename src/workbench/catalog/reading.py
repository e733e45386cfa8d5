"""Reading protected data: ``load()`` pushes columns, conditions and a bounding box down into the stored file.

Only what a policy let through lies under ``.workbench/protected``; there is no other way in from a notebook.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from workbench.catalog.models import Catalog, Dataset, Field, check_row_type, read_catalog
from workbench.catalog.storage import DATA_NAME, read_manifest
from workbench.errors import GateRefused, UsageError, unknown
from workbench.project import Project

Condition = tuple[str, str, Any]

OPERATORS = ("==", "!=", "<", "<=", ">", ">=", "in", "not in")

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
        raise GateRefused(f"dataset '{dataset}' was protected without an adopted policy", hint=f"run: workbench protect {dataset}")
    stored = folder / DATA_NAME
    available = {name: described.fields[name] for name in manifest["fields"] if name in described.fields}
    types = manifest.get("types", {})
    wanted = _known_columns(columns, list(manifest["fields"]), where=f"dataset '{dataset}'")
    expression = _expression(where or (), available, types, list(manifest["fields"]), dataset)
    if bbox is not None or (described.geometry and described.geometry in wanted):
        return _load_places(described, stored, wanted=wanted, expression=expression, bbox=bbox, dataset=dataset)
    table = pq.read_table(stored, columns=wanted, filters=expression, use_threads=True, memory_map=True)
    return table.to_pandas(date_as_object=False, split_blocks=True, self_destruct=True)


def _known_columns(columns: Sequence[str] | None, available: list[str], *, where: str) -> list[str]:
    if columns is None:
        return available
    if isinstance(columns, str):
        raise UsageError(f"{where}: columns is a list of names, found the word '{columns}'", hint=f"write columns=['{columns}']")
    for name in columns:
        if name not in available:
            raise unknown("column", name, available, where=where)
    return list(columns)


def _expression(
    where: Sequence[Condition],
    fields: dict[str, Field],
    types: dict[str, str],
    available: list[str],
    dataset: str,
) -> ds.Expression | None:
    """The conditions as one Arrow expression."""
    expression: ds.Expression | None = None
    for condition in where:
        if not (isinstance(condition, tuple | list) and len(condition) == 3):
            raise UsageError(f"dataset '{dataset}': a condition is (column, operator, value), found {condition!r}")
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
        values = list(value) if name in ("in", "not in") and not isinstance(value, str) else [value]
        for single in values:
            if not check_row_type(field, single):
                raise UsageError(
                    f"dataset '{dataset}': '{column}' is a {field.type}, found {single!r} ({type(single).__name__})",
                    hint=f"give a {field.type}",
                )
        part = _condition(ds.field(column), name, values)
        expression = part if expression is None else expression & part
    return expression


def _condition(column: ds.Expression, name: str, values: list[Any]) -> ds.Expression:
    if name == "in":
        return column.isin(values)
    if name == "not in":
        return ~column.isin(values) & column.is_valid()
    return _COMPARE[name](column, pc.scalar(values[0]))


def _load_places(
    described: Dataset,
    stored: Any,
    *,
    wanted: list[str],
    expression: ds.Expression | None,
    bbox: tuple[float, float, float, float] | None,
    dataset: str,
) -> pd.DataFrame:
    """Read a dataset with a geometry; the box is pushed down through the stored covering."""
    import geopandas

    if described.geometry is None:
        raise UsageError(f"dataset '{dataset}' has no geometry, so bbox cannot select", hint="select by its place columns with where=")
    if bbox is not None and not (len(bbox) == 4 and bbox[0] <= bbox[2] and bbox[1] <= bbox[3]):
        raise UsageError(f"bbox is (west, south, east, north), found {bbox!r}")
    columns = wanted if described.geometry in wanted else [*wanted, described.geometry]
    frame = geopandas.read_parquet(stored, columns=columns, bbox=bbox, filters=expression)
    for name in frame.columns:
        if name != described.geometry and isinstance(frame[name].dtype, pd.ArrowDtype) and pa.types.is_date(frame[name].dtype.pyarrow_dtype):
            frame[name] = pd.to_datetime(frame[name])
    return frame if described.geometry in wanted else pd.DataFrame(frame.drop(columns=described.geometry))
