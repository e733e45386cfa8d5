"""Rows with the key of another row: duplicates where both say the same, contradictions where they do not. Pure.

Only what both rows say is compared: a value that one of them lacks contradicts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.catalog import Dataset
from workbench.vault.comparing import as_words
from workbench.vault.marks import Marks, key_words
from workbench.vault.tables import to_table

REFUSED_COLUMNS = ["row", "line", "field", "found", "allowed", "reason"]

CONTRADICTS = "contradicts "
"""How the reason of a contradicting row begins; a line or a part follows."""

SAME_NUMBER = 1e-9
"""Numbers that differ by this share at most are the same, written in another way."""

SAME_PLACE = 1e-5
"""Degrees, about a metre: sources round coordinates differently."""

_SHOWN = 80

WITHHELD = "(withheld)"
"""What stands in lists in the place of a value of rows about people."""


class Repeated(NamedTuple):
    """Which rows repeat another and which contradict it.

    ``duplicate`` and ``contradicting`` have shape (rows,); ``reasons`` has one entry a duplicate; ``refused`` one line a
    contradicting row, with its first field that differs.
    """

    duplicate: np.ndarray
    contradicting: np.ndarray
    reasons: list[str]
    refused: pd.DataFrame


class SealedPart(NamedTuple):
    """What can be told of a part whose rows are sealed: the marks of its rows, and how others get theirs."""

    marks: Marks
    marks_of: Callable[[pa.Table], Marks]


Known: TypeAlias = Callable[[pa.Array], Iterable[tuple[str, pa.Table | SealedPart]]]
"""From keys to the parts that hold rows under any of them, and these rows, in the vault's form; or what sealed parts tell."""


def repeated(
    good: pd.DataFrame, described: Dataset, lines: np.ndarray, known: Known | None, *, withheld: bool = False
) -> Repeated:
    """Find the rows whose key an earlier row of the batch has, or one that is there already.

    Parameters
    ----------
    good : pandas.DataFrame
        Typed rows; the index is the row's number in the batch.
    described : Dataset
    lines : numpy.ndarray
        The line of each row of the batch.
    known : callable or None
    withheld : bool, default False
        No message may hold a value: the rows are about people.

    Returns
    -------
    Repeated
    """
    count = len(good)
    if not described.key or not count:
        return Repeated(np.zeros(count, bool), np.zeros(count, bool), [], pd.DataFrame(columns=REFUSED_COLUMNS))
    keys = key_words(good, described)
    numbers = pd.factorize(keys.to_numpy(zero_copy_only=False))[0]
    first = np.unique(numbers, return_index=True)[1][numbers]
    own_lines = np.asarray(lines)[good.index.to_numpy()]
    there = np.zeros(count, dtype=bool)
    differing = np.full(count, "", dtype=object)
    others: dict[int, tuple[Any, str]] = {}
    if known is not None or (first != np.arange(count)).any():
        own = to_table(good, described, where="rows of one source", withheld=withheld)
        for part, rows in known(keys) if known is not None else ():
            if isinstance(rows, SealedPart):
                _compare_marks(rows, own, there, differing, others, part)
                continue
            place = pc.index_in(keys, value_set=key_words(rows, described)).to_numpy(zero_copy_only=False)
            found = np.flatnonzero(~np.isnan(place.astype(float)) & ~there)
            there[found] = True
            _compare(own, rows, found, place[found].astype("int64"), described, differing, others, [part] * count)
        again = np.flatnonzero((first != np.arange(count)) & ~there)
        named = [f"line {line}" for line in own_lines[first[again]]]
        _compare(own, own, again, first[again], described, differing, others, named)
    contradicting = differing != ""
    duplicate = (there | (first != np.arange(count))) & ~contradicting
    refused = [
        (
            int(good.index[row]),
            int(own_lines[row]),
            "" if differing[row] == _SOMEWHERE else differing[row],
            WITHHELD if differing[row] == _SOMEWHERE else shown(good[differing[row]].array[row]),
            WITHHELD if differing[row] == _SOMEWHERE else shown(others[row][0]),
            f"{CONTRADICTS}{others[row][1]}",
        )
        for row in np.flatnonzero(contradicting).tolist()
    ]
    reasons = ["already taken in" if known_row else "repeats an earlier row" for known_row in there[duplicate]]
    return Repeated(duplicate, contradicting, reasons, pd.DataFrame(refused, columns=REFUSED_COLUMNS))


def shown(value: Any) -> str:
    """Return a value as a person reads it in a list of refused rows.

    Parameters
    ----------
    value : object

    Returns
    -------
    str

    Examples
    --------
    >>> shown(None), shown(pd.Timestamp("2021-01-31")), shown(14.5)
    ('(nothing)', '2021-01-31', '14.5')
    """
    if value is None or (not hasattr(value, "geom_type") and pd.isna(value)):
        return "(nothing)"
    text = value.strftime("%Y-%m-%d") if isinstance(value, pd.Timestamp) and value == value.normalize() else str(value)
    return written_out(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")


def written_out(text: str) -> str:
    """Return a text in which half a letter, which UTF-8 cannot hold, is written out.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> written_out("가" + chr(0xDC80))
    '가\\\\udc80'
    """
    return text.encode("utf-8", errors="backslashreplace").decode("utf-8")


_SOMEWHERE = "\0"
"""In the place of a field's name where two rows differ and no field can be named, since one of them is sealed."""


def _compare_marks(
    part: SealedPart,
    own: pa.Table,
    there: np.ndarray,
    differing: np.ndarray,
    others: dict[int, tuple[Any, str]],
    name: str,
) -> None:
    """Note which rows a sealed part holds, and which of them say something else there."""
    marks = part.marks_of(own)
    places = pd.Index(as_words(part.marks.keys)).get_indexer(as_words(marks.keys))
    found = np.flatnonzero((places >= 0) & ~there)
    there[found] = True
    apart = as_words(part.marks.rows)[places[found]] != as_words(marks.rows)[found]
    for row in found[apart].tolist():
        differing[row] = _SOMEWHERE
        others[row] = (None, name)


def _compare(
    own: pa.Table,
    other: pa.Table,
    rows: np.ndarray,
    places: np.ndarray,
    described: Dataset,
    differing: np.ndarray,
    others: dict[int, tuple[Any, str]],
    names: list[str],
) -> None:
    """Note for each of the rows the first field in which it differs from its counterpart, and the counterpart's value."""
    left, right = own.take(pa.array(rows)), other.take(pa.array(places))
    for name in described.fields:
        if name in described.key or not len(rows):
            continue
        apart = _apart(left.column(name), right.column(name), place=name == described.geometry)
        for position in np.flatnonzero(apart & (differing[rows] == "")):
            row = int(rows[position])
            differing[row] = name
            others[row] = (_value(right.column(name)[int(position)], place=name == described.geometry), names[position])


def _apart(left: pa.ChunkedArray, right: pa.ChunkedArray, *, place: bool) -> np.ndarray:
    """Where both have a value, and not the same."""
    both = pc.and_(pc.is_valid(left), pc.is_valid(right)).to_numpy()
    if place:
        import shapely

        one, two = (shapely.from_wkb(column.to_numpy()) for column in (left, right))
        gaps = [np.abs(get(one) - get(two)) for get in (shapely.get_x, shapely.get_y)]
        return both & ((gaps[0] > SAME_PLACE) | (gaps[1] > SAME_PLACE))
    if pa.types.is_floating(left.type):
        first, second = left.to_numpy(), right.to_numpy()
        return both & ~np.isclose(first, second, rtol=SAME_NUMBER, atol=0.0)
    return both & pc.fill_null(pc.not_equal(left, right), False).to_numpy()


def _value(value: pa.Scalar, *, place: bool) -> Any:
    """A value of the vault as the typed frame has it."""
    if place:
        import shapely

        return shapely.from_wkb(value.as_py())
    return pd.Timestamp(value.as_py()) if pa.types.is_temporal(value.type) else value.as_py()
