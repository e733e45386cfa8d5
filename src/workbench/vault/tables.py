"""The one Arrow form of a dataset's rows in the vault: the catalogue's types and order, a geometry as well-known binary.

One form, whether rows come as a frame, as a table or in pieces, so that the same rows give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from workbench.catalog import Dataset
from workbench.catalog.storage import ROWS_PER_GROUP, arrow_schema
from workbench.errors import UsageError

CRS = "EPSG:4326"


def vault_schema(described: Dataset) -> pa.Schema:
    """Return a dataset's Arrow schema in the catalogue's order.

    Parameters
    ----------
    described : Dataset

    Returns
    -------
    pyarrow.Schema
        A geometry is binary; then the schema carries GeoParquet's metadata, so that geopandas reads the file too.
    """
    plain = arrow_schema(described.fields)
    schema = pa.schema(
        [pa.field(name, pa.binary()) if name == described.geometry else plain.field(name) for name in described.fields],
    )
    if described.geometry is None:
        return schema
    from pyproj import CRS as Reference

    geo = {
        "version": "1.1.0",
        "primary_column": described.geometry,
        "columns": {described.geometry: {"encoding": "WKB", "geometry_types": [], "crs": Reference(CRS).to_json_dict()}},
    }
    return schema.with_metadata({b"geo": json.dumps(geo, sort_keys=True).encode("utf-8")})


def empty_table(described: Dataset) -> pa.Table:
    """Return a dataset's table without rows.

    Parameters
    ----------
    described : Dataset

    Returns
    -------
    pyarrow.Table
    """
    return vault_schema(described).remove_metadata().empty_table()


def to_table(rows: pa.Table | pd.DataFrame, described: Dataset, *, where: str, withheld: bool = False) -> pa.Table:
    """Return rows in the vault's form.

    Parameters
    ----------
    rows : pyarrow.Table or (Geo)DataFrame
    described : Dataset
    where : str
        For messages.
    withheld : bool, default False
        No message may hold a value: the rows are about people.

    Returns
    -------
    pyarrow.Table

    Raises
    ------
    UsageError
        A field is missing, a column is not in the catalogue, or a value is not of its field's type.
    """
    found = list(rows.column_names) if isinstance(rows, pa.Table) else [str(name) for name in rows.columns]
    missing = sorted(set(described.fields) - set(found))
    unknown = sorted(set(found) - set(described.fields))
    if missing or unknown:
        raise UsageError(
            f"{where}: fields missing: {', '.join(missing) or 'none'}; not in the catalogue: {', '.join(unknown) or 'none'}"
        )
    schema = vault_schema(described)
    arrays = []
    for field in schema:
        column = rows[field.name] if not isinstance(rows, pa.Table) else rows.column(field.name)
        try:
            arrays.append(_geometry(column) if field.name == described.geometry else _plain(column, field.type))
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, TypeError, ValueError, OverflowError) as error:
            problem = f"{where}: '{field.name}': not all values are of type {described.fields[field.name].type}"
            raise UsageError(problem if withheld else f"{problem} ({error})") from None
    return pa.Table.from_arrays(arrays, schema=schema)


def _plain(column: pa.ChunkedArray | pd.Series, kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    if isinstance(column, pa.ChunkedArray):
        return column.cast(kind)
    return pa.Array.from_pandas(column, type=kind)


def _geometry(column: pa.ChunkedArray | pd.Series) -> pa.Array | pa.ChunkedArray:
    if isinstance(column, pa.ChunkedArray):
        return column.cast(pa.binary())
    import shapely

    points = np.array(column, dtype=object)
    points[pd.isna(points)] = None
    return pa.array(shapely.to_wkb(points), type=pa.binary())


def write_tables(path: Path, tables: Iterable[pa.Table], described: Dataset) -> int:
    """Write tables one after the other in row groups that can be read one at a time.

    Parameters
    ----------
    path : Path
    tables : iterable of pyarrow.Table
        In the vault's form.
    described : Dataset

    Returns
    -------
    int
        Rows written.
    """
    rows = 0
    with pq.ParquetWriter(path, vault_schema(described), compression="zstd") as writer:
        for table in tables:
            writer.write_table(table, row_group_size=ROWS_PER_GROUP)
            rows += table.num_rows
    return rows


def to_frame(table: pa.Table, described: Dataset) -> pd.DataFrame:
    """Return rows of the vault as a frame; a GeoDataFrame where the geometry is among the columns.

    Parameters
    ----------
    table : pyarrow.Table
    described : Dataset

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
    """
    frame = table.to_pandas(date_as_object=False)
    if described.geometry not in frame.columns:
        return frame
    import geopandas
    import shapely

    frame[described.geometry] = geopandas.GeoSeries(
        shapely.from_wkb(frame[described.geometry].to_numpy()), index=frame.index, crs=CRS
    )
    return geopandas.GeoDataFrame(frame, geometry=described.geometry, crs=CRS)
