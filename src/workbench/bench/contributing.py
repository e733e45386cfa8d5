"""The contributing rows of a table, as they go to the run's folder: whose they are, where they count, and how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from workbench.bench.keys import row_keys
from workbench.disclosure import joined
from workbench.errors import UsageError, unknown


def check_columns(
    table: str, frame: pd.DataFrame, *, rows: Sequence[str], columns: Sequence[str], named: Mapping[str, str | None]
) -> None:
    """Refuse what is no frame, and columns that it lacks or has twice.

    Parameters
    ----------
    table : str
        The table's name, for messages.
    frame : pandas.DataFrame
    rows, columns : sequence of str
    named : mapping of str to (str or None)
        By parameter of ``bench.table``, the column that it names.

    Raises
    ------
    UsageError
    """
    if not isinstance(frame, pd.DataFrame):
        raise UsageError(f"table '{table}': made from a frame of rows, found {type(frame).__name__}")
    if not rows:
        raise UsageError(f"table '{table}': rows= names no column")
    along = [("rows", column) for column in rows] + [("columns", column) for column in columns]
    for what, column in [*along, *((what, column) for what, column in named.items() if column is not None)]:
        if not isinstance(column, str) or column not in frame.columns:
            raise unknown("column", str(column), [str(name) for name in frame.columns], where=f"table '{table}', {what}")
        if isinstance(frame[column], pd.DataFrame):
            raise UsageError(f"table '{table}', {what}: the frame has several columns named '{column}'")
    both = next((column for column in columns if column in rows), None)
    if both is not None:
        raise UsageError(f"table '{table}': rows and columns are both '{both}'", hint="leave columns out")
    if len({*rows, *columns}) < len(along):
        raise UsageError(f"table '{table}': a column stands twice among {', '.join(column for _, column in along)}")


def check_value(table: str, statistic: str, value: str | None) -> None:
    """Refuse a statistic without the column that it measures, and a count with one.

    Parameters
    ----------
    table, statistic : str
    value : str or None

    Raises
    ------
    UsageError
    """
    if statistic in ("share", "rate"):
        return
    if statistic != "count" and value is None:
        raise UsageError(f"table '{table}': statistic '{statistic}' needs value=, the column measured")
    if statistic == "count" and value is not None:
        raise UsageError(
            f"table '{table}': a count takes no value=, found '{value}'",
            hint="name the statistic, or drop the rows where it is missing and count the others",
        )


def contributing_rows(
    table: str,
    frame: pd.DataFrame,
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    value: str | None,
    contributor: str | None,
) -> pd.DataFrame:
    """Return the contributing rows of a table.

    Parameters
    ----------
    table : str
        The table's name, for messages.
    frame : pandas.DataFrame
    rows, columns : sequence of str
        Several are crossed: their keys stand joined.
    value, contributor : str or None

    Returns
    -------
    pandas.DataFrame
        Columns ``row``, ``column``, ``value`` and, with contributors, ``contributor``.

    Raises
    ------
    UsageError
        A contributor is missing, or a value is no finite number.
    """
    made = {
        "row": _crossed(frame, rows),
        "column": _crossed(frame, columns) if columns else np.full(len(frame), "", dtype=object),
        "value": _numbers(table, frame[value]) if value else np.ones(len(frame)),
    }
    if contributor is not None:
        if frame[contributor].isna().any():
            raise UsageError(f"table '{table}': '{contributor}' is missing in some rows, so people cannot be counted")
        made["contributor"] = frame[contributor].astype(str).to_numpy(dtype=object)
    return pd.DataFrame(made)


def _crossed(frame: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """The keys of one column, or of several, joined; each combination is joined once."""
    keys = [row_keys(frame[column]) for column in columns]
    if len(keys) == 1:
        return keys[0].to_numpy()
    combination, found = pd.MultiIndex.from_arrays(keys).factorize()
    words = np.empty(len(found) + 1, dtype=object)
    words[:-1] = [joined(parts) for parts in found]
    return words[combination]


def _numbers(table: str, values: pd.Series) -> np.ndarray:
    where = f"table '{table}': '{values.name}'"
    real = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_complex_dtype(values)
    if not real and values.dtype != object:
        raise UsageError(f"{where} holds no numbers but {values.dtype}")
    if any(isinstance(value, str | bytes) for value in (values if values.dtype == object else ())):
        raise UsageError(f"{where} holds words", hint="convert them with pandas.to_numeric")
    try:
        numbers = values.astype("float64").to_numpy()
    except (TypeError, ValueError) as error:
        raise UsageError(f"{where} holds no numbers ({error})") from error
    if np.isinf(numbers).any():
        raise UsageError(f"{where} holds an infinite value", hint="divide only where the denominator is not 0")
    return numbers
