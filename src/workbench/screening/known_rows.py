"""Finds rows about people in a text: several values of one row side by side, each of which alone says nothing.

What ``print(df.head())`` leaves behind may hold no identifier at all: an age, a sex, a distance and a time in one line. A line
agrees with a row where at least three fields do, one of them identifying or sensitive and one of them fine (a time, an
amount, a length). Places and calendar fields count for nothing: tables are published by them. How many lines would agree by
chance follows from how frequent each value is; what is reported would happen by chance less than three times in a thousand.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]

LIKELY = 0.05
"""Rows that agree with a line by chance where it is looked at at all."""

SINGLE = 3e-3
TOGETHER = 1e-6
"""How likely what is reported is by chance: one line among all of its place, and three or more lines of one place."""

FIELDS = 3
"""Fields that agree."""

_TOKENS_A_LINE = 80
_MOST_ROWS = 5_000

_TOKEN = re.compile(
    r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:[+-][0-9]{2}:?[0-9]{2}|Z)?"
    r"|[0-9]*[A-Za-z]+[0-9][A-Za-z0-9]*"
    r"|[0-9]+[A-Za-z][A-Za-z0-9]*|[0-9]+(?:-[0-9]+)+|-?[0-9]+(?:,[0-9]{3})+(?:\.[0-9]+)?|-?[0-9]+(?:\.[0-9]+)?(?![0-9])|[^\W0-9_]+"
)
_NUMBER = re.compile(r"-?[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?")


def tokens_of(line: str) -> list[str]:
    """Return the values that stand in a line, each in one writing.

    Parameters
    ----------
    line : str

    Returns
    -------
    list of str

    Examples
    --------
    >>> tokens_of("59 M 송파구 2021-01-01T01:18:44+09:00 1,240.0")
    ['59', 'm', '송파구', '2021-01-01 01:18', '1240']
    """
    return [_plain(token) for token in _TOKEN.findall(line)]


def _plain(token: str) -> str:
    if token[4:5] == "-" and ":" in token:
        return token.replace("T", " ")[:16]
    if not _NUMBER.fullmatch(token):
        return token.casefold()
    number = float(token.replace(",", ""))
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


@dataclass(frozen=True)
class Column:
    """A field of the rows, prepared.

    Parameters
    ----------
    name : str
    kind : {"identifying", "fine"}
    codes : dict of str to int
        By value.
    values : ndarray
        The code of each row.
    counts : ndarray
        Rows by code.
    order, starts : ndarray
        Rows sorted by code, and where each code's begin.
    """

    name: str
    kind: str
    codes: dict[str, int]
    values: Integers
    counts: Integers
    order: Integers
    starts: Integers


@dataclass(frozen=True)
class KnownRows:
    """Rows of one dataset, prepared for search.

    Parameters
    ----------
    dataset : str
    size : int
        Rows.
    columns : tuple of Column
    """

    dataset: str
    size: int
    columns: tuple[Column, ...]


def known_rows(
    dataset: str, columns: Mapping[str, Sequence[str]], *, identifying: Collection[str], fine: Collection[str]
) -> KnownRows:
    """Prepare the rows of a dataset.

    Parameters
    ----------
    dataset : str
    columns : mapping of str to sequence of str
        The values of each field, row by row, as text.
    identifying, fine : collection of str
        Fields; one may be both.

    Returns
    -------
    KnownRows

    Examples
    --------
    >>> rows = known_rows("trips", {"age": ["59", "37"], "m": ["8.9", "34.8"]}, identifying=["age"], fine=["m"])
    >>> rows.size, [column.kind for column in rows.columns]
    (2, ['identifying', 'fine'])
    """
    import numpy as np
    import pandas as pd

    prepared = []
    size = 0
    for name, values in columns.items():
        if name not in identifying and name not in fine:
            continue
        size = len(values)
        words, uniques = pd.factorize(np.asarray(values, dtype=object), use_na_sentinel=False)
        codes: dict[str, int] = {}
        merged = np.empty(len(uniques), dtype=np.int64)
        for at, value in enumerate(uniques):
            tokens = tokens_of(str(value))
            token = tokens[0] if tokens and (len(tokens) == 1 or ":" in tokens[0]) else ""
            merged[at] = codes.setdefault(token, len(codes))
        rows = merged[words] if size else np.empty(0, dtype=np.int64)
        counts = np.bincount(rows, minlength=len(codes))
        starts = np.concatenate([[0], np.cumsum(counts)])
        kind = "fine" if name in fine else "identifying"
        codes.pop("", None)
        prepared.append(Column(name, kind, codes, rows, counts, np.argsort(rows, kind="stable"), starts))
        if name in fine and name in identifying:
            prepared.append(Column(name, "identifying", codes, rows, counts, prepared[-1].order, starts))
    return KnownRows(dataset, size, tuple(prepared))


def find_rows(lines: Iterable[str], known: Sequence[KnownRows]) -> int:
    """Count the lines that hold a row about a person.

    Parameters
    ----------
    lines : iterable of str
    known : sequence of KnownRows

    Returns
    -------
    int

    Examples
    --------
    >>> values = {"age": [str(20 + n % 60) for n in range(600)], "sex": ["M", "F"] * 300, "m": [f"{n}.5" for n in range(600)]}
    >>> rows = known_rows("trips", values, identifying=["age", "sex"], fine=["m"])
    >>> find_rows(["0  31  F  311.5", "31 F 77"], [rows])
    0
    >>> find_rows(["0  31  F  311.5", "1  32  M  312.5", "2  33  F  313.5", "3  34  M  314.5"], [rows])
    4
    """
    found: list[float] = []
    expected = 0.0
    for line in dict.fromkeys(lines):
        tokens = tokens_of(line) if len(line) >= 5 else []
        least, chance = 1.0, 0.0
        for at in range(0, max(1, len(tokens) - _TOKENS_A_LINE // 2), _TOKENS_A_LINE // 2):
            window = set(tokens[at : at + _TOKENS_A_LINE])
            for rows in known if len(window) >= FIELDS else ():
                if present := _present(window, rows):
                    agreeing = _agreeing(present, rows)
                    least = min(least, _by_chance(present, rows, agreeing) if agreeing <= LIKELY else 1.0)
                    chance = max(chance, _by_chance(present, rows, LIKELY))
        if chance:
            found.append(least)
            expected += chance
    alone = sum(least * len(found) <= SINGLE for least in found)
    together = sum(least < 1.0 for least in found)
    return together if together >= FIELDS and _tail(expected, together) <= TOGETHER else alone


Present: TypeAlias = "list[tuple[Column, list[int], float]]"
"""The fields that a line's tokens may belong to: which values, and which share of the rows has one of them."""


def _tail(mean: float, count: int) -> float:
    """A bound of how likely ``count`` or more are where ``mean`` are expected (Poisson)."""
    return math.exp(count * math.log(max(mean, 1e-12)) - math.lgamma(count + 1))


def _present(tokens: set[str], rows: KnownRows) -> Present:
    """Nothing where the tokens are too common, or of too few fields, to tell a row."""
    found: Present = []
    for column in rows.columns:
        codes = [column.codes[token] for token in tokens if token in column.codes]
        if codes:
            found.append((column, codes, min(1.0, float(column.counts[codes].sum()) / rows.size)))
    return found if _chance(found, rows) <= LIKELY else []


def _chance(fields: Present, rows: KnownRows) -> float:
    """How many rows agree with tokens in these fields by chance; 1 where they are too few, or all of one kind."""
    shares = {column.name: share for column, _, share in fields}
    if len(shares) < FIELDS or {column.kind for column, _, _ in fields} != {"identifying", "fine"}:
        return 1.0
    return min(1.0, rows.size * math.prod(shares.values()))


def _by_chance(present: Present, rows: KnownRows, most: float) -> float:
    """How many rows agree by chance in any fields in which so much agreement is as rare as ``most``."""
    names = sorted({column.name for column, _, _ in present})
    chances = [
        _chance([item for item in present if item[0].name in chosen], rows)
        for size in range(FIELDS, len(names) + 1)
        for chosen in combinations(names, size)
    ]
    return min(0.999, sum(chance for chance in chances if chance <= most))


def _agreeing(present: Present, rows: KnownRows) -> float:
    """The chance of the least likely agreement with one row, 1 where no row agrees."""
    import numpy as np

    least = 1.0
    for anchor, codes, _ in present:
        for code in codes if anchor.kind == "fine" else ():
            if anchor.counts[code] <= _MOST_ROWS:
                there = anchor.order[anchor.starts[code] : anchor.starts[code + 1]]
                agree = np.array([np.isin(column.values[there], wanted) for column, wanted, _ in present])
                for same in np.unique(agree, axis=1).T:
                    fields = [item for item, equal in zip(present, same, strict=True) if equal]
                    least = min(least, _chance(fields, rows))
    return least
