"""Writing CSV by whole columns: UTF-8, quotes only where a cell needs them, the same table the same bytes.

Arrow's own writer quotes every word or none; files that officials open, compare and hand on are plainer than that.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.errors import UsageError, combine
from workbench.privacy.csv_reading import SEPARATORS
from workbench.privacy.table_columns import is_words

ROWS_AT_ONCE = 1 << 16


def write_csv(table: Any, path: Path, *, separator: str = ",", name: str = "") -> None:
    """Write a table as CSV: UTF-8 without byte-order mark, Unix line ends, a missing value as an empty cell.

    Parameters
    ----------
    table : pyarrow.Table
    path : Path
        Written as it goes; use :func:`workbench.privacy.table_files.write_table` for all or nothing.
    separator : str, default ','

    Raises
    ------
    UsageError
        Another separator, or a column that is neither words, numbers, truth values nor times.

    Examples
    --------
    >>> import tempfile
    >>> import pyarrow as pa
    >>> file = Path(tempfile.mkdtemp()) / "a.csv"
    >>> write_csv(pa.table({"a": ["x;y", 'a "b" c'], "b": [1.0, 0.5]}), file, separator=";")
    >>> print(file.read_text(encoding="utf-8"), end="")
    a;b
    "x;y";1.0
    "a ""b"" c";0.5
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if separator not in SEPARATORS:
        raise UsageError(f"{name or path.name}: the separator {separator!r}, allowed are ',', ';' and a tab")
    problems = [f"column '{field.name}' holds {field.type}, which CSV cannot" for field in table.schema if not _fits(field.type)]
    if problems:
        raise combine(problems, where=name or path.name, hint="write Parquet, or leave these columns out")
    header = _quoted(pa.array(table.column_names, pa.string()), separator).to_pylist()
    with path.open("wb") as handle:
        handle.write((separator.join(header) + "\n").encode())
        for batch in _batches(table):
            cells = [_cells(column, separator) for column in batch]
            if len(cells) == 1:  # an empty line would be no row
                cells = [pc.if_else(pc.equal(cells[0], ""), '""', cells[0])]
            lines = pc.binary_join_element_wise(pc.binary_join_element_wise(*cells, separator), pa.scalar(""), "\n")
            start, end = lines.offset, lines.offset + len(lines)
            offsets = memoryview(lines.buffers()[1]).cast("i")
            handle.write(memoryview(lines.buffers()[2])[offsets[start] : offsets[end]])


def _batches(table: Any) -> Iterator[list[Any]]:
    for start in range(0, len(table), ROWS_AT_ONCE):
        part = table.slice(start, ROWS_AT_ONCE)
        yield [column.combine_chunks() if column.num_chunks != 1 else column.chunk(0) for column in part.columns]


def _fits(kind: Any) -> bool:
    import pyarrow as pa

    types = pa.types
    if types.is_dictionary(kind):
        return _fits(kind.value_type)
    numbers = types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind) or types.is_boolean(kind)
    return is_words(kind) or numbers or types.is_temporal(kind) or types.is_null(kind)


def _cells(column: Any, separator: str) -> Any:
    """A column as the text of its cells."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        texts = _cells(column.dictionary, separator)
        return pc.fill_null(texts.take(column.indices), "")
    if is_words(column.type):
        return pc.fill_null(_quoted(column.cast(pa.string()), separator), "")
    texts = column.cast(pa.string())
    if pa.types.is_floating(column.type):  # 1.0 stays a broken number, so that the column reads back as it was
        texts = pc.if_else(pc.match_substring_regex(texts, r"^-?[0-9]+$"), pc.binary_join_element_wise(texts, ".0", ""), texts)
        texts = pc.if_else(pc.is_nan(column), "", texts)
    return pc.fill_null(texts, "")


def _quoted(words: Any, separator: str) -> Any:
    import pyarrow.compute as pc

    needing = pc.match_substring_regex(words, f'[{separator}"\\r\\n]')
    if not pc.any(needing, min_count=0).as_py():
        return words
    return pc.if_else(needing, pc.binary_join_element_wise('"', pc.replace_substring(words, '"', '""'), '"', ""), words)
