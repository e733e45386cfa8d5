"""Axes with sums: totals, hierarchies, and axes that cross several columns.

One way to make them, for tables at a notebook's bench and for tables from any frame.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.disclosure.tabulating.axes import JOIN, TOTAL, Axis, Key, Sum, typed
from workbench.disclosure.tabulating.layouts import MAX_CELLS
from workbench.errors import UsageError

TOTAL_LABELS = {"ko": "합계", "en": "Total"}

Chain = Sequence[Mapping[Key, Key]]
"""Maps from keys to the keys above them, lowest level first."""


def chain_of(hierarchy: Any, *, column: str) -> list[dict[Key, Key]]:
    """Read a hierarchy in any of the forms that it may be given in.

    Parameters
    ----------
    hierarchy : pandas.DataFrame, mapping or sequence of mapping
        A frame with one row a key (the column of that name, or else the index) and a column for each level above it, lowest
        first; a mapping from each key to the one above it, or to a tuple of those above it; or one mapping a level.
    column : str
        Whose keys these are.

    Returns
    -------
    list of dict
        Maps from keys to those above them, lowest level first.

    Raises
    ------
    UsageError
        Another form, a key below two others, or a missing one.

    Examples
    --------
    >>> chain_of({"역삼동": ("강남구", "서울"), "서초동": ("서초구", "서울")}, column="dong")
    [{'역삼동': '강남구', '서초동': '서초구'}, {'강남구': '서울', '서초구': '서울'}]
    """
    where = f"hierarchy of '{column}'"
    if isinstance(hierarchy, pd.DataFrame):
        frame = hierarchy.set_index(column) if column in hierarchy.columns else hierarchy
        if not len(frame.columns):
            raise UsageError(f"{where}: the frame has no level above '{column}'")
        pairs = [(key, tuple(levels)) for key, levels in zip(frame.index, frame.itertuples(index=False, name=None), strict=True)]
    elif isinstance(hierarchy, Mapping):
        pairs = [(key, tuple(above) if isinstance(above, tuple | list) else (above,)) for key, above in hierarchy.items()]
    elif isinstance(hierarchy, Sequence) and hierarchy and all(isinstance(level, Mapping) for level in hierarchy):
        return [{_plain(key, where): _plain(above, where) for key, above in level.items()} for level in hierarchy]
    else:
        raise UsageError(f"{where}: found {type(hierarchy).__name__}, allowed is a frame, a mapping or a list of mappings")
    depth = {len(above) for _, above in pairs}
    if len(depth) != 1:
        raise UsageError(f"{where}: not the same number of levels above every key")
    chain: list[dict[Key, Key]] = [{} for _ in range(depth.pop())]
    for key, above in pairs:
        path = [_plain(one, where) for one in (key, *above)]
        for level, (one, two) in zip(chain, itertools.pairwise(path), strict=True):
            if typed(level.setdefault(one, two)) != typed(two):
                raise UsageError(f"{where}: '{one!s:.60}' stands below '{level[one]!s:.60}' and below '{two!s:.60}'")
    return chain


def _plain(key: Any, where: str) -> Key:
    plain = key.item() if isinstance(key, np.generic) else key
    if not isinstance(plain, str | int | float) or plain != plain:
        raise UsageError(f"{where}: {plain!r:.60} is no key")
    return plain


def summed(axis: Axis, *, chain: Chain = (), total: bool, labels: Mapping[Any, Mapping[str, str]] | None = None) -> Axis:
    """Add to an axis the levels of a hierarchy, and a total.

    Parameters
    ----------
    axis : Axis
        Without sums.
    chain : sequence of mapping
        See :func:`chain_of`; each level's keys follow their parts.
    total : bool
    labels : mapping, optional
        Of the keys above, by language; by default the key itself.

    Returns
    -------
    Axis

    Raises
    ------
    UsageError
        A key that the hierarchy lacks, or one that stands on two levels or is called ``total``.

    Examples
    --------
    >>> axis = Axis("dong", ("역삼동", "서초동"), {"en": "Dong"}, {"en": ("Yeoksam", "Seocho")})
    >>> summed(axis, chain=[{"역삼동": "강남구", "서초동": "서초구"}], total=True).keys
    ('역삼동', '강남구', '서초동', '서초구', 'total')
    """
    where = f"hierarchy of '{axis.name}'"
    if any(typed(key) == typed(TOTAL) for key in axis.keys) and (total or chain):
        raise UsageError(
            f"'{axis.name}' has a key called '{TOTAL}': the name is kept for totals", hint="drop those rows, or rename it"
        )
    order: list[Key] = list(axis.keys)
    sums: list[Sum] = []
    top: list[Key] = list(axis.keys)
    for level in chain:
        known = {typed(key): above for key, above in level.items()}
        lacking = [str(key) for key in top if typed(key) not in known]
        if lacking:
            raise UsageError(f"{where}: nothing stands above {', '.join(lacking[:5])}" + (" …" if len(lacking) > 5 else ""))
        parts: dict[tuple[str, Any], list[Key]] = {}
        names: dict[tuple[str, Any], Key] = {}
        for key in top:
            above = known[typed(key)]
            parts.setdefault(typed(above), []).append(key)
            names.setdefault(typed(above), above)
        taken = {typed(key) for key in order} & set(parts)
        if taken or typed(TOTAL) in parts:
            twice = next(iter(taken), typed(TOTAL))[1]
            raise UsageError(f"{where}: '{twice!s:.60}' stands on two levels", hint="rename one, e.g. with its city before it")
        sums += [(names[above], tuple(below)) for above, below in parts.items()]
        order = _after_parts(order, [(names[above], below) for above, below in parts.items()])
        top = list(names.values())
    if total and top:
        order, sums = [*order, TOTAL], [*sums, (TOTAL, tuple(top))]
    given = {typed(key): words for key, words in (labels or {}).items()}
    own = {typed(key): place for place, key in enumerate(axis.keys)}

    def label(key: Key, language: str) -> str:
        if typed(key) in own:
            return axis.labels[language][own[typed(key)]]
        if typed(key) in given:
            return given[typed(key)][language]
        return TOTAL_LABELS.get(language, TOTAL_LABELS["en"]) if key == TOTAL else str(key)

    return Axis(
        name=axis.name,
        keys=tuple(order),
        title=axis.title,
        labels={language: tuple(label(key, language) for key in order) for language in axis.labels},
        sums=tuple(sums),
    )


def _after_parts(order: list[Key], groups: list[tuple[Key, list[Key]]]) -> list[Key]:
    """The keys with each new sum after the last of its parts, parts of one sum together."""
    place = {typed(key): number for number, key in enumerate(order)}
    group = {typed(key): number for number, (_, below) in enumerate(groups) for key in below}
    found: list[list[Key]] = [[] for _ in groups]
    waiting: list[Key] = []
    for key in order:  # what stands before a part belongs to it: its own parts
        waiting.append(key)
        if typed(key) in group:
            found[group[typed(key)]] += waiting
            waiting = []
    first = sorted(range(len(groups)), key=lambda number: place[typed(groups[number][1][0])])
    return [key for number in first for key in [*found[number], groups[number][0]]]


def crossed_axis(axes: Sequence[Axis]) -> Axis:
    """Cross several axes into one, sums along each of them.

    Parameters
    ----------
    axes : sequence of Axis
        One or more.

    Returns
    -------
    Axis
        Its keys are the parts' keys joined by ``" · "``, the sum of everything ``total``; an axis alone is as it was.

    Raises
    ------
    UsageError
        Too many keys, or one that contains the joining sign.

    Examples
    --------
    >>> one = summed(Axis("sex", ("F", "M"), {"en": "Sex"}, {"en": ("women", "men")}), total=True)
    >>> two = Axis("year", (2020,), {"en": "Year"}, {"en": ("2020",)})
    >>> crossed_axis([one, two]).keys
    ('F · 2020', 'M · 2020', 'total · 2020')
    """
    if len(axes) == 1:
        return axes[0]
    name = JOIN.join(axis.name for axis in axes)
    if math.prod(len(axis.keys) for axis in axes) > MAX_CELLS:
        raise too_many(name, math.prod(len(axis.keys) for axis in axes))
    for axis in axes:
        if any(JOIN in str(key) for key in axis.keys):
            raise UsageError(
                f"a key of '{axis.name}' contains '{JOIN}', which joins the keys of crossed columns", hint="rename it"
            )
    crossed = list(itertools.product(*(axis.keys for axis in axes)))
    sums: list[Sum] = []
    for number, axis in enumerate(axes):
        others = [other.keys for other in axes]
        for key, parts in axis.sums:
            others[number] = (key,)
            for combination in itertools.product(*others):
                of = tuple(joined((*combination[:number], part, *combination[number + 1 :])) for part in parts)
                sums.append((joined(combination), of))
    languages = [language for language in axes[0].labels if all(language in axis.labels for axis in axes)]
    words = {language: list(itertools.product(*(axis.labels[language] for axis in axes))) for language in languages}
    wholes = [all(key == TOTAL for key in keys) for keys in crossed]
    return Axis(
        name=name,
        keys=tuple(joined(keys) for keys in crossed),
        title={language: JOIN.join(axis.title[language] for axis in axes) for language in axes[0].title},
        labels={
            language: tuple(parts[0] if whole else JOIN.join(parts) for parts, whole in zip(words[language], wholes, strict=True))
            for language in languages
        },
        sums=tuple(sums),
        parts=tuple(axis.name for axis in axes),
    )


def joined(keys: Sequence[Any]) -> str:
    """Return the key of a crossed axis.

    Parameters
    ----------
    keys : sequence
        One key of each part.

    Returns
    -------
    str

    Examples
    --------
    >>> joined(["강남구", 2020]), joined(["total", "total"])
    ('강남구 · 2020', 'total')
    """
    return TOTAL if all(key == TOTAL for key in keys) else JOIN.join(str(key) for key in keys)


def too_many(name: str, keys: int) -> UsageError:
    """Return the error of an axis with more keys than a table may have cells.

    Parameters
    ----------
    name : str
    keys : int

    Returns
    -------
    UsageError

    Examples
    --------
    >>> str(too_many("person", 1_000_000)).splitlines()[0]
    "'person' has 1,000,000 keys, a table has 200,000 cells at most"
    """
    return UsageError(f"'{name}' has {keys:,} keys, a table has {MAX_CELLS:,} cells at most", hint=f"make '{name}' coarser")
