"""The rows and the metadata of a Parquet file as lines of text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from workbench.screening.content.encodings import encoded
from workbench.screening.content.model import ExhaustedError, Found, Piece, Place, UnreadableError

_ROWS = 20_000


def parquet(data: bytes, place: Place) -> Iterator[Found]:
    """Read out a Parquet file.

    Parameters
    ----------
    data : bytes
    place : Place

    Yields
    ------
    Piece or Unread

    Raises
    ------
    UnreadableError
        It is damaged or encrypted.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(data))
        facts = file.metadata
        unpacked = sum(facts.row_group(number).total_byte_size for number in range(facts.num_row_groups))
        if unpacked > place.budget.room() or facts.num_rows * max(1, facts.num_columns) > place.budget.room():
            raise ExhaustedError(f"unpacks to more than {place.budget.limits.unpacked // 1_000_000} MB")
        about = "\n".join([*file.schema_arrow.names, str(facts.created_by)])
        yield Piece(place.at("columns").where, about)
        for key, value in (facts.metadata or {}).items():
            if key != b"ARROW:schema":
                yield from place.inside(key.decode("utf-8", "replace"), value)
        for batch in file.iter_batches(batch_size=_ROWS):
            columns = [[_word(value) for value in column.to_pylist()] for column in batch.columns]
            lines = tuple("\t".join(row) for row in zip(*columns, strict=True))
            text = "\n".join(lines)
            yield Piece(place.where, text, rows=lines)
            yield from encoded(text, place)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UnreadableError("is a damaged Parquet file") from error


def _word(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace") if value.isascii() else value.hex()
    return "" if value is None else str(value)
