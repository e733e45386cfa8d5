"""The rows and columns of a table: which keys, in which order, and how they are called in each language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.bench.sentences import LANGUAGES, bilingual
from workbench.catalog import Catalog
from workbench.disclosure import Axis
from workbench.errors import UsageError
from workbench.places import districts


def make_axis(
    frame: pd.DataFrame,
    column: str,
    *,
    table: str,
    title: Mapping[str, str],
    labels: Mapping[Any, Mapping[str, str]],
    keys: Sequence[Any] | None,
) -> Axis:
    """Build an axis from a column.

    Parameters
    ----------
    frame : pandas.DataFrame
    column : str
    table : str
        The table's name, for messages.
    title : mapping
        By language.
    labels : mapping
        Of keys, by language; districts have theirs.
    keys : sequence, optional
        The keys and their order; by default those found, sorted.

    Returns
    -------
    Axis

    Raises
    ------
    UsageError
        Missing values, or keys that ``keys`` does not list.
    """
    found = [plain_key(key) for key in pd.unique(frame[column])]
    if any(key is None for key in found):
        raise UsageError(f"table '{table}': '{column}' has missing values", hint="drop those rows or name them, e.g. 'unknown'")
    wanted = [plain_key(key) for key in keys] if keys is not None else sorted(found, key=lambda key: (isinstance(key, str), key))
    strangers = sorted({str(key) for key in found} - {str(key) for key in wanted})
    if strangers:
        raise UsageError(f"table '{table}': '{column}' holds keys that keys= does not list: {', '.join(strangers[:5])}")
    given = {plain_key(key): words for key, words in labels.items()}
    shown = {
        language: tuple(str(given[key][language]) if key in given else _label(key, language) for key in wanted)
        for language in LANGUAGES
    }
    return Axis(name=column, keys=tuple(wanted), title=bilingual(title, f"table '{table}': title of '{column}'"), labels=shown)


def axis_title(catalog: Catalog, loaded: Mapping[str, Any], column: str) -> dict[str, str]:
    """Name an axis by what the catalogue says of its field, where a loaded dataset has one of that name.

    Parameters
    ----------
    catalog : Catalog
    loaded : mapping
        By dataset.
    column : str

    Returns
    -------
    dict of str to str
    """
    for asked in loaded:
        field = catalog[asked].fields.get(column)
        if field is not None:
            return {"ko": field.meaning.ko, "en": field.meaning.en}
    return dict.fromkeys(LANGUAGES, column)


def row_keys(column: pd.Series) -> pd.Series:
    """Return a column as JSON keys, row by row.

    Parameters
    ----------
    column : pandas.Series

    Returns
    -------
    pandas.Series
    """
    codes, uniques = pd.factorize(column)
    keys = np.empty(len(uniques), dtype=object)
    keys[:] = [plain_key(key) for key in uniques]
    return pd.Series(keys[codes] if len(keys) else [], dtype=object).infer_objects()


def plain_key(key: Any) -> Any:
    """Return a key as JSON keeps it: a word, a whole number, a truth value or a number; None where it is missing.

    Parameters
    ----------
    key : Any

    Returns
    -------
    str, int, float, bool or None

    Examples
    --------
    >>> plain_key(pd.Timestamp("2021-03-01")), plain_key(float("nan")), plain_key(2021.0)
    ('2021-03-01', None, 2021)
    """
    if key is None or key is pd.NaT or (isinstance(key, float) and key != key):
        return None
    if isinstance(key, pd.Timestamp):
        return key.strftime("%Y-%m-%d")
    plain = key.item() if hasattr(key, "item") else key
    return int(plain) if isinstance(plain, float) and plain.is_integer() else plain


def _label(key: Any, language: str) -> str:
    if language == "en" and isinstance(key, str) and key.endswith("구"):
        frame = districts()
        found = frame.loc[frame["name_ko"] == key, "name_en"]
        if len(found):
            return str(found.iloc[0])
    return str(key)
