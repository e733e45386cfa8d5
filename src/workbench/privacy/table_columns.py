"""Columns of a table: that they are there, that each has its own name, and when words are better kept as a dictionary.

Reading, measuring and protecting ask the same of the columns that they are told of, and must answer alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.errors import combine, did_you_mean

PAYS_BELOW = 0.5
"""A dictionary pays when it has fewer words than this share of the rows."""

FEW_ROWS = 10_000
"""Below this a dictionary costs nothing, and consumers gain by it."""


def require_columns(wanted: Sequence[str], present: Sequence[str], *, where: str) -> None:
    """Refuse columns that a table lacks, and columns asked for or named twice.

    Parameters
    ----------
    wanted : sequence of str
    present : sequence of str
        The table's.
    where : str
        The file or table.

    Raises
    ------
    UsageError
        With all problems at once, and the nearest name for each.

    Examples
    --------
    >>> require_columns(["agee"], ["age", "sex"], where="people.csv")
    Traceback (most recent call last):
    ...
    workbench.errors.UsageError: people.csv: there is no column 'agee', did you mean 'age'?
    """
    problems = []
    for place, name in enumerate(wanted):
        if name in wanted[:place]:
            problems.append(f"column '{name}' is named twice")
        elif name not in present:
            problems.append(f"there is no column '{name}', {did_you_mean(name, map(str, present))}")
        elif list(present).count(name) > 1:
            problems.append(f"{list(present).count(name)} columns are named '{name}'")
    if problems:
        raise combine(problems, where=where)


def is_words(kind: Any) -> bool:
    """Return whether an Arrow type is text, plain or as a dictionary.

    Parameters
    ----------
    kind : pyarrow.DataType

    Returns
    -------
    bool

    Examples
    --------
    >>> import pyarrow as pa
    >>> is_words(pa.dictionary(pa.int8(), pa.large_string())), is_words(pa.int64())
    (True, False)
    """
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return is_words(kind.value_type)
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def paying(column: Any) -> Any:
    """Return a column of words as one dictionary where that pays, and as plain words where it does not.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Of words (``string``), or of a dictionary of words with 32-bit codes.

    Returns
    -------
    pyarrow.ChunkedArray

    Examples
    --------
    >>> import pyarrow as pa
    >>> paying(pa.chunked_array([["a", "b"], ["b", None]])).type
    DictionaryType(dictionary<values=string, indices=int32, ordered=0>)
    """
    import pyarrow as pa

    rows = len(column)
    if pa.types.is_dictionary(column.type):
        shared = column.unify_dictionaries()
        words = len(shared.chunk(0).dictionary) if shared.num_chunks else 0
        return shared if rows < FEW_ROWS or words <= PAYS_BELOW * rows else column.cast(column.type.value_type)
    return column.dictionary_encode() if rows < FEW_ROWS else column
