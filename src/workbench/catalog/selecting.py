"""Reading the rows of one stored file that meet conditions, without reading the others.

Rows are stored sorted by the usual filter keys. So first the row groups' own limits tell which groups can hold a row
that is wanted; then the columns of the conditions are read in those that are not wanted whole; then the columns asked
for, in the groups that are left. Words are compared once each, not once a row. A plain filtered read of pyarrow takes
about three times as long (``benchmarks/load_selection.py``).
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

Condition = tuple[str, str, list[Any]]
"""Column, operator, and the values compared with: one, or as many as ``in`` and ``not in`` name."""

CELLS_FOR_ONE_THREAD = 2_000_000
"""Up to this many values threads cost more than they give (measured on two busy cores)."""

Verdict = Literal["none", "some", "all"]

_COMPARE = {"==": pc.equal, "!=": pc.not_equal, "<": pc.less, "<=": pc.less_equal, ">": pc.greater, ">=": pc.greater_equal}
_ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def read_selection(path: Path, *, columns: Sequence[str], conditions: Sequence[Condition]) -> pa.Table:
    """Return the rows that meet all conditions, in their stored order.

    Parameters
    ----------
    path : Path
        A Parquet file of plain columns.
    columns : sequence of str
        The columns wanted.
    conditions : sequence of (column, operator, list of values)
        A missing value meets none.

    Returns
    -------
    pyarrow.Table

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.parquet"
    >>> pq.write_table(pa.table({"year": [2020, 2021, 2021], "rides": [1, 2, 3]}), path)
    >>> read_selection(path, columns=["rides"], conditions=[("year", "==", [2021])])["rides"].to_pylist()
    [2, 3]
    """
    with _opened(path) as stored:
        groups = _open_conditions(stored, conditions)
        masks = _masks(stored, conditions, groups)
        if not masks:
            return stored.file.schema_arrow.empty_table().select(list(columns)).replace_schema_metadata(None)
        cells = len(columns) * sum(map(len, masks.values()))
        table = stored.file.read_row_groups(list(masks), columns=list(columns), use_threads=cells > CELLS_FOR_ONE_THREAD)
    return _kept(table.select(list(columns)), np.concatenate(list(masks.values())))


@dataclass(frozen=True)
class _Stored:
    """An open file, and which one it is."""

    path: Path
    version: tuple[int, int, int]
    file: pq.ParquetFile


@contextmanager
def _opened(path: Path) -> Iterator[_Stored]:
    while True:
        version = _version(path)
        with pq.ParquetFile(path, memory_map=True, metadata=_footer(path, version)) as file:
            if _version(path) == version:
                yield _Stored(path, version, file)
                return
        # replaced meanwhile: this footer may belong to the other file


def _version(path: Path) -> tuple[int, int, int]:
    state = path.stat()
    return state.st_ino, state.st_mtime_ns, state.st_size


@lru_cache(maxsize=32)
def _footer(path: Path, version: tuple[int, int, int]) -> pq.FileMetaData:  # noqa: ARG001 (tells files apart in the cache)
    """A file's footer, read once as long as the file stays the same: notebooks read the same data many times."""
    return pq.read_metadata(path, memory_map=True)


@lru_cache(maxsize=256)
def _limits(path: Path, version: tuple[int, int, int], column: str) -> list[_Limits | None]:
    """The limits of a column in each row group, None where the file does not tell."""
    footer = _footer(path, version)
    place = next(number for number in range(footer.num_columns) if footer.schema.column(number).path == column)
    found = (footer.row_group(group).column(place).statistics for group in range(footer.num_row_groups))
    return [
        _Limits(known.min, known.max, known.has_null_count and known.null_count == 0) if known and known.has_min_max else None
        for known in found
    ]


class _Limits(NamedTuple):
    lowest: Any
    highest: Any
    complete: bool


def _open_conditions(stored: _Stored, conditions: Sequence[Condition]) -> dict[int, list[int]]:
    """The row groups that can hold wanted rows, each with the conditions (by number) that its limits leave open."""
    groups: dict[int, list[int]] = {group: [] for group in range(stored.file.metadata.num_row_groups)}
    for number, (column, name, values) in enumerate(conditions):
        limits = _limits(stored.path, stored.version, column)
        for group in list(groups):
            verdict = _verdict(limits[group], name, values)
            if verdict == "none":
                del groups[group]
            elif verdict == "some":
                groups[group].append(number)
    return groups


def _verdict(limits: _Limits | None, name: str, values: list[Any]) -> Verdict:
    """Whether none, some or all rows between these limits can meet a condition."""
    if limits is None:
        return "some"
    lowest, highest, complete = limits
    whole: Verdict = "all" if complete else "some"
    if name in ("==", "in"):
        inside = [value for value in values if lowest <= value <= highest]
        if not inside:
            return "none"
        return whole if lowest == highest else "some"
    if name in ("!=", "not in"):
        return "some"
    meets = _ORDER[name]
    if meets(lowest, values[0]) and meets(highest, values[0]):
        return whole
    return "some" if meets(lowest, values[0]) or meets(highest, values[0]) else "none"


def _masks(stored: _Stored, conditions: Sequence[Condition], groups: dict[int, list[int]]) -> dict[int, np.ndarray]:
    """Which rows of each group meet the conditions; groups without such a row are left out."""
    sizes = {group: stored.file.metadata.row_group(group).num_rows for group in groups}
    masks = {group: np.ones(size, dtype=bool) for group, size in sizes.items() if size}
    if not any(groups.values()):
        return masks
    words = [column for column, _, values in conditions if _are_words(values)]
    footer = stored.file.metadata
    with pq.ParquetFile(stored.path, memory_map=True, metadata=footer, read_dictionary=words) as keyed:
        for number, (column, name, values) in sorted(enumerate(conditions), key=lambda item: not _are_words(item[1][2])):
            asked = [group for group in masks if number in groups[group]]
            if not asked:
                continue
            met = _mask(keyed.read_row_groups(asked, columns=[column])[column], name, values)
            for group, part in zip(asked, np.split(met, np.cumsum([sizes[group] for group in asked])[:-1]), strict=True):
                masks[group] &= part
                if not masks[group].any():
                    del masks[group]
    return masks


def _are_words(values: list[Any]) -> bool:
    """Words are stored as numbers into a dictionary, and are so the quickest to compare."""
    return bool(values) and isinstance(values[0], str)


def _mask(column: pa.ChunkedArray | pa.Array, name: str, values: list[Any]) -> np.ndarray:
    """Which values meet a condition."""
    if isinstance(column, pa.ChunkedArray):
        return np.concatenate([_mask(chunk, name, values) for chunk in column.chunks])
    if pa.types.is_dictionary(column.type):
        met_by = np.append(_mask(column.dictionary, name, values), False)  # the last one stands for a missing value
        return met_by[column.indices.fill_null(len(column.dictionary)).to_numpy()]
    if pa.types.is_floating(column.type):
        values = [float(value) for value in values]
    given = pa.array(values, type=column.type)
    if name == "in":
        met = pc.is_in(column, value_set=given)
    elif name == "not in":
        met = pc.and_(pc.invert(pc.is_in(column, value_set=given)), pc.is_valid(column))
    else:
        met = _COMPARE[name](column, given[0])
    return np.asarray(met.fill_null(False).to_numpy(zero_copy_only=False))


def _kept(table: pa.Table, mask: np.ndarray) -> pa.Table:
    """The rows of a mask; sorted rows lie together, so mostly a slice, which copies nothing."""
    count = int(np.count_nonzero(mask))
    first = int(mask.argmax())
    if mask[first : first + count].all():
        return table.slice(first, count)
    return table.filter(pa.array(mask))
