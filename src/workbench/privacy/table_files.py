"""Tables of rows in and out of files, CSV or Parquet, as Arrow: words as a dictionary, numbers as numbers.

Protecting and measuring work on codes into a dictionary; a reader that keeps words coded from the file on is what
makes ten million rows fit and a million take a moment.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.errors import UsageError
from workbench.files import replacing
from workbench.privacy.csv_reading import read_csv, read_csv_names
from workbench.privacy.csv_writing import write_csv
from workbench.privacy.table_columns import FEW_ROWS, is_words, paying, require_columns

CSV_SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
PARQUET_SUFFIXES = frozenset({".parquet", ".pq", ".geoparquet"})
GEO = b"geo"
"""Where a GeoParquet file says which columns are places, and in which coordinates (GeoParquet 1.1)."""

BARE_INDEX = "__index_level_"
"""How pandas names a frame's index that has no name: it counts rows and is no field."""

BYTES_OF_A_CODE = 4
"""Above so many bytes a row a Parquet column of words is not stored as a dictionary worth having."""


def read_table(path: Path, *, columns: Sequence[str] | None = None, numbers: Collection[str] = ()) -> Any:
    """Read a table of rows.

    Parameters
    ----------
    path : Path
        ``.csv``, ``.tsv`` or ``.txt`` (see :func:`~workbench.privacy.csv_reading.read_csv`); ``.parquet``, ``.pq`` or
        ``.geoparquet``, whose geometry stays WKB bytes.
    columns : sequence of str, optional
        Only these, in this order; by default all.
    numbers : collection of str, optional
        Columns of CSV that are reckoned with: decimal numbers, however they are written. Elsewhere ``1.10`` is a code.

    Returns
    -------
    pyarrow.Table
        Words as ``dictionary<int32, string>``, or as plain strings where nearly every row has a word of its own. A missing
        value is null.

    Raises
    ------
    UsageError
        The file is missing, of another kind, cut or empty, or lacks a column; never with a value of a row.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "people.csv"
    >>> _ = file.write_text("age,district\\n31,중구\\n42,중구\\n", encoding="utf-8")
    >>> table = read_table(file)
    >>> str(table.schema.field("age").type), table["district"].to_pylist()
    ('int64', ['중구', '중구'])
    """
    kind = _kind(path)
    if not path.is_file():
        raise UsageError(f"{path}: no such file", hint="check the path")
    return read_csv(path, columns=columns, numbers=numbers) if kind == "csv" else _read_parquet(path, columns)


def column_names(path: Path) -> list[str]:
    """Return the names of a file's columns, without reading its rows.

    Parameters
    ----------
    path : Path

    Returns
    -------
    list of str

    Raises
    ------
    UsageError
        As :func:`read_table`.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "people.csv"
    >>> _ = file.write_text("age;work place\\n31;중구\\n", encoding="utf-8")
    >>> column_names(file)
    ['age', 'work place']
    """
    kind = _kind(path)
    if not path.is_file():
        raise UsageError(f"{path}: no such file", hint="check the path")
    if kind == "csv":
        return read_csv_names(path)
    with _parquet(path) as stored:
        return _parquet_names(stored, path)


def write_table(table: Any, path: Path, *, separator: str = ",") -> None:
    """Write a table of rows, whole or not at all.

    Parameters
    ----------
    table : pyarrow.Table
    path : Path
        CSV (UTF-8, quotes only where needed) or Parquet, by suffix.
    separator : str, default ','
        Of CSV: ``,``, ``;`` or tab.

    Raises
    ------
    UsageError
        Another suffix, or a column that CSV cannot hold.

    Examples
    --------
    >>> import tempfile
    >>> import pyarrow as pa
    >>> file = Path(tempfile.mkdtemp()) / "people.csv"
    >>> write_table(pa.table({"age": ["30-39", None], "job": ["a,b", "c"]}), file)
    >>> print(file.read_text(encoding="utf-8"), end="")
    age,job
    30-39,"a,b"
    ,c
    """
    import pyarrow.parquet as pq

    if _kind(path) == "csv":
        with replacing(path) as temporary:
            write_csv(table, temporary, separator=separator, name=path.name)
        return
    kept = table.replace_schema_metadata(_metadata(table))
    with replacing(path) as temporary:
        pq.write_table(kept, temporary, compression="zstd")


def _kind(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix in CSV_SUFFIXES:
        return "csv"
    if suffix in PARQUET_SUFFIXES:
        return "parquet"
    allowed = ", ".join(sorted(CSV_SUFFIXES | PARQUET_SUFFIXES))
    raise UsageError(
        f"{path}: the suffix '{path.suffix}' names no kind of table, allowed: {allowed}", hint="save it as CSV UTF-8"
    )


@contextmanager
def _parquet(path: Path, *, words: Sequence[str] = ()) -> Iterator[Any]:
    """An open Parquet file; what is wrong with it is told without its words, which may hold values."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, read_dictionary=list(words)) as stored:
            yield stored
    except (pa.ArrowException, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "this is no whole Parquet file"
        raise UsageError(f"{path}: cannot be read: {reason}", hint="the file was cut, or is of another kind") from None


def _parquet_names(stored: Any, path: Path) -> list[str]:
    names = [name for name in stored.schema_arrow.names if not name.startswith(BARE_INDEX)]
    repeated = len({name for name in names if names.count(name) > 1})
    if repeated:
        raise UsageError(f"{path.name}: {repeated} column names stand twice", hint="give each column a name of its own")
    if not names:
        raise UsageError(f"{path.name}: no columns in it", hint="give a file with columns and rows")
    return names


def _read_parquet(path: Path, columns: Sequence[str] | None) -> Any:
    import pyarrow as pa

    with _parquet(path) as stored:
        names = _parquet_names(stored, path)
        wanted = names if columns is None else list(columns)
        require_columns(wanted, names, where=path.name)
        words = _stored_as_dictionary(stored, wanted)
    with _parquet(path, words=words) as stored:
        table = stored.read(columns=wanted)
    arrays = []
    metadata = table.schema.metadata
    for name in wanted:
        column, table = table[name], table.drop_columns([name])
        arrays.append(_plain(column))
        del column
    kept = {GEO: metadata[GEO]} if metadata and GEO in metadata else None
    return pa.table(arrays, names=wanted).replace_schema_metadata(kept)


def _stored_as_dictionary(stored: Any, wanted: Sequence[str]) -> list[str]:
    """The columns of words to read as dictionaries: those stored as few words."""
    import pyarrow as pa

    footer, rows = stored.metadata, stored.metadata.num_rows
    places = {footer.schema.column(place).path: place for place in range(footer.num_columns)}
    found = []
    for name in wanted:
        kind = stored.schema_arrow.field(name).type
        if not is_words(kind) or pa.types.is_dictionary(kind) or name not in places:
            continue
        groups = (footer.row_group(group).column(places[name]) for group in range(footer.num_row_groups))
        if rows < FEW_ROWS or sum(group.total_uncompressed_size for group in groups) < BYTES_OF_A_CODE * rows:
            found.append(name)
    return found


def _plain(column: Any) -> Any:
    """A column in one of few forms: words as dictionaries with 32-bit codes, or plain; anything else as it is."""
    import pyarrow as pa

    kind = column.type
    if not is_words(kind):
        return column
    if pa.types.is_dictionary(kind):
        form = pa.dictionary(pa.int32(), pa.string(), ordered=kind.ordered)
        return paying(column if kind == form else column.cast(form))
    return paying(column if kind == pa.string() else column.cast(pa.string()))


def _metadata(table: Any) -> dict[bytes, bytes] | None:
    """What a written file says of itself: where its places are, and no extent, which would tell of single rows."""
    metadata = table.schema.metadata or {}
    if GEO not in metadata:
        return None
    described = json.loads(metadata[GEO])
    kept = {name: found for name, found in described.get("columns", {}).items() if name in table.column_names}
    if described.get("primary_column") not in kept:
        return None
    for found in kept.values():
        found.pop("bbox", None)
    return {GEO: json.dumps({**described, "columns": kept}, sort_keys=True).encode()}
