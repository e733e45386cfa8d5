"""How rows lie on disk: one sorted Parquet (or GeoParquet) file a dataset, in row groups that a selection can skip.

A stored dataset is a folder with ``data.parquet`` and ``manifest.json``; the manifest is written last, so that a
folder without one does not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from workbench.catalog.manifests import DATA_NAME, MANIFEST_NAME
from workbench.catalog.models import Dataset, Field
from workbench.errors import UsageError
from workbench.files import replacing, sha256_file, write_json

if TYPE_CHECKING:
    import geopandas

ROWS_PER_GROUP = 131_072
"""Row groups of 100-250 thousand rows: small enough to skip, large enough to compress (measured, pandas and pyarrow)."""

_ARROW: dict[str, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", tz="Asia/Seoul"),
}


def arrow_schema(fields: dict[str, Field]) -> pa.Schema:
    """Return the Arrow schema of a dataset's fields, geometry left out.

    Parameters
    ----------
    fields : dict of str to Field

    Returns
    -------
    pyarrow.Schema

    Examples
    --------
    >>> field = Field(type="date", reveals="time", meaning={"ko": "날", "en": "day"})
    >>> arrow_schema({"day": field})
    day: date32[day]
    """
    return pa.schema([pa.field(name, _ARROW[field.type]) for name, field in fields.items() if field.type != "geometry"])


def to_arrow(frame: pd.DataFrame, fields: dict[str, Field]) -> pa.Table:
    """Return a frame as an Arrow table in the catalogue's types and order.

    Parameters
    ----------
    frame : pandas.DataFrame
        With every field of ``fields`` except a geometry.
    fields : dict of str to Field

    Returns
    -------
    pyarrow.Table

    Raises
    ------
    UsageError
        When a column does not hold what its field says.
    """
    arrays = []
    schema = arrow_schema(fields)
    for column in schema:
        try:
            arrays.append(pa.Array.from_pandas(frame[column.name], type=column.type))
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
            raise UsageError(
                f"column '{column.name}': not all values are of type {fields[column.name].type} ({error})"
            ) from error
    return pa.Table.from_arrays(arrays, schema=schema)


def write_stored(folder: Path, dataset: Dataset, frame: pd.DataFrame, *, manifest: dict[str, Any]) -> dict[str, Any]:
    """Store a dataset's rows sorted by its usual filter keys, with a manifest.

    Parameters
    ----------
    folder : Path
    dataset : Dataset
        Gives the fields, types and the order of rows.
    frame : pandas.DataFrame or geopandas.GeoDataFrame
    manifest : dict
        What the caller records beside the rows; ``rows`` and ``sha256`` are added.

    Returns
    -------
    dict
        The manifest as written.
    """
    frame = frame.sort_values(dataset.sort, kind="stable", ignore_index=True) if dataset.sort else frame.reset_index(drop=True)
    target = folder / DATA_NAME
    with replacing(target, suffix=".parquet") as temporary:
        if dataset.geometry:
            with_geometry(frame, dataset).to_parquet(
                temporary, index=False, compression="zstd", row_group_size=ROWS_PER_GROUP, write_covering_bbox=True
            )
        else:
            write_groups(temporary, [to_arrow(frame, dataset.fields)])
    return seal_manifest(folder, rows=len(frame), manifest=manifest)


def with_geometry(frame: pd.DataFrame, dataset: Dataset) -> geopandas.GeoDataFrame:
    """Return a frame whose columns have the catalogue's types, the geometry beside them.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
    dataset : Dataset
        With a geometry field.

    Returns
    -------
    geopandas.GeoDataFrame
        In EPSG:4326, columns in the catalogue's order.

    Raises
    ------
    UsageError
        When a column does not hold what its field says, or the geometry is missing or in another reference system.
    """
    import geopandas

    place = dataset.geometry
    shapes = frame.get(place) if place else None
    if not isinstance(shapes, geopandas.GeoSeries):
        raise UsageError(f"column '{place}': not a geometry")
    if shapes.crs is None or shapes.crs.to_epsg() != 4326:
        raise UsageError(f"column '{place}': reference system {shapes.crs}, allowed is EPSG:4326", hint="to_crs(4326)")
    typed = to_arrow(frame, dataset.fields).to_pandas(types_mapper=pd.ArrowDtype)
    typed[place] = shapes.to_numpy()
    return geopandas.GeoDataFrame(typed[list(dataset.fields)], geometry=place, crs=4326)


def write_groups(path: Path, tables: Iterable[pa.Table]) -> int:
    """Write Arrow tables one after the other, already in the order of the usual filter keys; memory stays that of one table.

    Parameters
    ----------
    path : Path
    tables : iterable of pyarrow.Table
        Of one schema.

    Returns
    -------
    int
        Rows written.
    """
    rows = 0
    writer: pq.ParquetWriter | None = None
    try:
        for table in tables:
            if writer is None:
                writer = pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table, row_group_size=ROWS_PER_GROUP)
            rows += table.num_rows
    finally:
        if writer is not None:
            writer.close()
    return rows


def seal_manifest(folder: Path, *, rows: int, manifest: dict[str, Any]) -> dict[str, Any]:
    """Write a stored dataset's manifest: what it holds, and the hash of its bytes.

    Parameters
    ----------
    folder : Path
    rows : int
    manifest : dict

    Returns
    -------
    dict
    """
    record = {**manifest, "rows": rows, "sha256": sha256_file(folder / DATA_NAME)}
    write_json(folder / MANIFEST_NAME, record)
    return record
