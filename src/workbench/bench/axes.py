"""The rows and columns of a table: which keys, in which order, and how they are called in each language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from workbench.bench.keys import kind_of, plain_key
from workbench.bench.sentences import LANGUAGES, bilingual
from workbench.catalog import Catalog
from workbench.disclosure import Axis
from workbench.disclosure.tabulating.crossing import too_many
from workbench.disclosure.tabulating.layouts import MAX_CELLS
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
        Missing values, keys of several kinds, none at all, or some that ``keys`` does not list.
    """
    where = f"table '{table}': '{column}'"
    try:
        found = _found(frame[column])
    except TypeError as error:
        raise UsageError(f"{where} holds what is no key of a table ({error})", hint="use words, numbers or dates") from None
    if None in found:
        raise UsageError(f"{where} has missing values", hint="drop those rows or name them, e.g. 'unknown'")
    wanted = found if keys is None else _listed(keys, where=where)
    kinds = sorted({kind_of(key) for key in (*found, *wanted)})
    if len(kinds) > 1:
        raise UsageError(f"{where} mixes {' and '.join(kinds)}", hint="make all keys of one kind, e.g. with .astype(str)")
    listed = set(wanted)
    strangers = [str(key) for key in found if key not in listed]
    if strangers:
        raise UsageError(f"{where} holds keys that keys= does not list: {', '.join(strangers[:5])}")
    if not wanted:
        raise UsageError(f"{where} has no keys: the frame has no rows", hint="list them: keys={'" + column + "': [...]}")
    given = {plain_key(key): bilingual(words, f"{where}, label of {key}") for key, words in labels.items()}
    shown = {
        language: tuple(given[key][language] if key in given else _label(key, language) for key in wanted)
        for language in LANGUAGES
    }
    return Axis(name=column, keys=tuple(wanted), title=bilingual(title, f"table '{table}': title of '{column}'"), labels=shown)


def _found(values: pd.Series) -> list[Any]:
    """The keys of a column in their order: that of the categories where it has one, else ascending."""
    unique = pd.unique(values)
    if len(unique) > MAX_CELLS:
        raise too_many(str(values.name), len(unique))
    plain = [plain_key(key) for key in unique]
    if isinstance(values.dtype, pd.CategoricalDtype) and values.dtype.ordered:
        places = {plain_key(key): place for place, key in enumerate(values.dtype.categories)}
        return sorted(plain, key=lambda key: places.get(key, -1))
    return sorted(plain, key=lambda key: (key is not None, isinstance(key, str), key))


def _listed(keys: Any, *, where: str) -> list[Any]:
    if isinstance(keys, str | bytes | Mapping) or not isinstance(keys, Iterable):
        raise UsageError(f"{where}: keys= is a list for each column, found {keys!r:.60}")
    wanted = [plain_key(key) for key in keys]
    if None in wanted:
        raise UsageError(f"{where}: keys= lists a missing value")
    return wanted


def axis_title(catalog: Catalog, loaded: Iterable[str], column: str) -> dict[str, str]:
    """Name an axis by what the catalogue says of its field, where a loaded dataset has one of that name.

    Parameters
    ----------
    catalog : Catalog
    loaded : iterable of str
        Datasets.
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


def _label(key: Any, language: str) -> str:
    if language == "en" and isinstance(key, str) and key.endswith("구"):
        frame = districts()
        found = frame.loc[frame["name_ko"] == key, "name_en"]
        if len(found):
            return str(found.iloc[0])
    return str(key)
