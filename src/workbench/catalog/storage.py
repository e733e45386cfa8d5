"""How rows lie on disk: one sorted Parquet (or GeoParquet) file a dataset, in row groups that a selection can skip.

A stored dataset is a folder with ``data.parquet`` and ``manifest.json``; the manifest is written last, so that a
folder without one does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workbench.catalog.manifests import DATA_NAME, MANIFEST_NAME
from workbench.catalog.models import Dataset, Field
from workbench.errors import UsageError
from workbench.files import replacing, sha256_file, write_json

if TYPE_CHECKING:
    import geopandas

ROWS_PER_GROUP = 131_072
"""Row groups of 100-250 thousand rows: small enough to skip, large enough to compress (measured, pandas and pyarrow)."""

SMALLEST_GROUP = 32_768
"""A row group may end before it is full where the leading filter keys change, but not with fewer rows than this: each
group costs a reader some time."""

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
            write_groups(temporary, [to_arrow(frame, dataset.fields)], together=dataset.sort[:-1])
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


def write_groups(path: Path, tables: Iterable[pa.Table], *, together: Sequence[str] = ()) -> int:
    """Write Arrow tables one after the other, already in the order of the usual filter keys; memory stays that of one table.

    Parameters
    ----------
    path : Path
    tables : iterable of pyarrow.Table
        Of one schema.
    together : sequence of str
        The leading filter keys. Where they change a row group ends, if it is not too small, so that a selection by them
        reads whole groups and nothing else.

    Returns
    -------
    int
        Rows written.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.parquet"
    >>> write_groups(path, [pa.table({"year": [2020] * 40_000 + [2021] * 10})], together=["year"])
    40010
    >>> [pq.read_metadata(path).row_group(number).num_rows for number in range(2)]
    [40000, 10]
    """
    rows = 0
    writer: pq.ParquetWriter | None = None
    try:
        for group in _grouped(tables, together):
            if writer is None:
                writer = pq.ParquetWriter(path, group.schema, compression="zstd", **encodings(group.schema))
            writer.write_table(group, row_group_size=ROWS_PER_GROUP)
            rows += group.num_rows
    finally:
        if writer is not None:
            writer.close()
    return rows


def _grouped(tables: Iterable[pa.Table], together: Sequence[str]) -> Iterator[pa.Table]:
    """The same rows in tables of a row group each; a table without rows is kept where there is no other, for its schema."""
    waiting: list[pa.Table] = []
    count = 0
    empty: pa.Table | None = None
    last: pa.Table | None = None
    for table in tables:
        if table.num_rows == 0:
            empty = table if empty is None else empty
            continue
        starts = _changes(table, last, together)
        last = table.slice(table.num_rows - 1)
        first = 0
        for end in (*starts, table.num_rows):
            while first < end:
                taken = min(end - first, ROWS_PER_GROUP - count)
                waiting.append(table.slice(first, taken))
                first, count = first + taken, count + taken
                if count == ROWS_PER_GROUP:
                    yield pa.concat_tables(waiting)
                    waiting, count = [], 0
            if end < table.num_rows and count >= SMALLEST_GROUP:
                yield pa.concat_tables(waiting)
                waiting, count = [], 0
    if waiting:
        yield pa.concat_tables(waiting)
    elif last is None and empty is not None:
        yield empty


def _changes(table: pa.Table, last: pa.Table | None, together: Sequence[str]) -> list[int]:
    """The rows of a table that begin another value of the leading filter keys, the row before it given."""
    keys = table.select(list(together))
    if last is not None:
        keys = pa.concat_tables([last.select(list(together)), keys])
    changed = np.zeros(max(keys.num_rows - 1, 0), dtype=bool)
    for column in keys.columns:
        changed |= np.asarray(pc.not_equal(column.slice(1), column.slice(0, len(changed))).fill_null(False))
    return [int(row) for row in np.flatnonzero(changed) + (1 if last is None else 0)]


def encodings(schema: pa.Schema) -> dict[str, Any]:
    """Return how a schema's columns are encoded: times as differences (sorted ones lie close), the others by dictionary.

    Parameters
    ----------
    schema : pyarrow.Schema

    Returns
    -------
    dict
        For ``pyarrow.parquet.ParquetWriter``.

    Examples
    --------
    >>> encodings(pa.schema([("at", pa.timestamp("us")), ("station", pa.string())]))
    {'use_dictionary': ['station'], 'column_encoding': {'at': 'DELTA_BINARY_PACKED'}}
    """
    times = [field.name for field in schema if pa.types.is_timestamp(field.type)]
    return {
        "use_dictionary": [name for name in schema.names if name not in times],
        "column_encoding": dict.fromkeys(times, "DELTA_BINARY_PACKED"),
    }


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
