"""From frames to Arrow and back: protection works on Arrow tables, whatever its caller works with.

A column of mixed values is told by its field and the kinds found, never by a value.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from workbench.errors import UsageError, combine

if TYPE_CHECKING:
    import pandas as pd

GEO = b"geo"
"""The key of GeoParquet's metadata in a schema (version 1.1.0)."""


def to_table(frame: pd.DataFrame | pa.Table) -> pa.Table:
    """Return rows as an Arrow table; a geometry becomes well-known binary.

    Parameters
    ----------
    frame : pandas.DataFrame, geopandas.GeoDataFrame or pyarrow.Table

    Returns
    -------
    pyarrow.Table

    Raises
    ------
    UsageError
        A column that stands twice, or that holds values of several kinds.

    Examples
    --------
    >>> import pandas as pd
    >>> to_table(pd.DataFrame({"age": [1, "x"]}))
    Traceback (most recent call last):
    ...
    workbench.errors.UsageError: field 'age': values of several kinds (int, str)
      give the column one type
    """
    if isinstance(frame, pa.Table):
        for place, field in enumerate(frame.schema):  # views cannot be sorted
            plain = pa.string() if pa.types.is_string_view(field.type) else pa.binary()
            if pa.types.is_string_view(field.type) or pa.types.is_binary_view(field.type):
                frame = frame.set_column(place, field.name, frame.column(place).cast(plain))
        return frame
    names = [str(name) for name in frame.columns]
    repeated = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if repeated:
        raise UsageError(f"the column '{repeated[0]}' stands twice", hint="give each column a name of its own")
    arrays, problems = [], []
    for place, name in enumerate(names):
        column = frame.iloc[:, place]
        if column.dtype == "geometry":
            arrays.append(pa.array(column.to_wkb().to_numpy(), type=pa.binary(), from_pandas=True))
            continue
        try:
            arrays.append(pa.Array.from_pandas(column))
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
            kinds = sorted({type(value).__name__ for value in column.dropna()})
            problems.append(f"field '{name}': values of several kinds ({', '.join(kinds)})")
    if problems:
        raise problems_of(problems, hint="give the column one type")
    return pa.table(arrays, names=names)


def problems_of(problems: Sequence[str], *, hint: str = "") -> UsageError:
    """Return one error for what is wrong with a table's columns.

    Parameters
    ----------
    problems : sequence of str
    hint : str, optional

    Returns
    -------
    UsageError

    Examples
    --------
    >>> print(problems_of(["field 'a': no number"]))
    field 'a': no number
    """
    if len(problems) == 1:
        return UsageError(problems[0], hint=hint)
    return UsageError(str(combine(problems, where="the table")), hint=hint)


def like(frame: pd.DataFrame | pa.Table, table: pa.Table) -> Any:
    """Return a protected table in the form that the rows came in: a frame for a frame, with places where they were.

    Parameters
    ----------
    frame : pandas.DataFrame, geopandas.GeoDataFrame or pyarrow.Table
        What came.
    table : pyarrow.Table
        What was made of it.

    Returns
    -------
    pandas.DataFrame, geopandas.GeoDataFrame or pyarrow.Table
    """
    if isinstance(frame, pa.Table):
        return table
    plain = [column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column for column in table.columns]
    made = pa.table(plain, names=table.column_names).to_pandas(date_as_object=False)
    place = next((name for name in made.columns if frame[name].dtype == "geometry" and _is_binary(table, name)), None)
    if place is None:
        return made
    import geopandas
    import shapely

    made[place] = geopandas.GeoSeries(shapely.from_wkb(made[place].to_numpy()), index=made.index, crs=frame[place].crs)
    return geopandas.GeoDataFrame(made, geometry=place, crs=frame[place].crs)


def _is_binary(table: pa.Table, name: str) -> bool:
    return bool(pa.types.is_binary(table.schema.field(name).type))


def metadata_for(table: pa.Table, before: pa.Schema) -> dict[bytes, bytes]:
    """Return the metadata that a protected table keeps: where its places are, and no extent, which would tell of single rows.

    Parameters
    ----------
    table : pyarrow.Table
    before : pyarrow.Schema
        Of the rows as they came.

    Returns
    -------
    dict of bytes to bytes
        Empty where there is no geometry left.
    """
    metadata = before.metadata or {}
    if GEO not in metadata:
        return {}
    described = json.loads(metadata[GEO])
    kept = {name: found for name, found in described.get("columns", {}).items() if name in table.column_names}
    kept = {name: {**found, "geometry_types": []} for name, found in kept.items() if _is_binary(table, name)}
    if described.get("primary_column") not in kept:
        return {}
    for found in kept.values():
        found.pop("bbox", None)
        found.pop("covering", None)
    return {GEO: json.dumps({**described, "columns": kept}, sort_keys=True).encode("utf-8")}
