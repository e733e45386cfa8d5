"""The rows or the columns of a table: keys, titles and labels, and which keys are the sums of others.

Margins and hierarchies are ordinary keys of an axis, so that one set of rules withholds them all. An axis is written by a
kernel, which is not trusted: one whose sums do not hold together is refused where it is made.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from workbench.errors import UsageError, unknown

Key: TypeAlias = str | int | float | bool
Sum: TypeAlias = tuple[Key, tuple[Key, ...]]

TOTAL = "total"
"""The key of a total; no key that rows are counted under bears this name."""

JOIN = " · "
"""Between the parts of a key, where an axis crosses several columns."""

MAX_COVERED = 2_000_000
"""How many keys all sums of an axis may cover together: 400 neighbourhoods in three levels cover 1,200."""

MAX_LAYERS = 256
"""How many sums may overlap in one key: three levels over each of four columns make 81."""


@dataclass(frozen=True)
class Axis:
    """The rows or the columns of a table: a name, a title and a label of each key, in every language.

    Parameters
    ----------
    name : str
        The column that the keys come from.
    keys : tuple
        In the order of the table, all different.
    title : mapping of str to str
        By language.
    labels : mapping of str to tuple of str
        By language, one label a key.
    sums : tuple of (key, tuple of key)
        Each key that is the sum of others, with its parts: a total, a district of its neighbourhoods. A key may stand in
        several of them. Keys that are no sum are the base keys, under which rows are counted.
    parts : tuple of str
        Where the axis crosses several columns, their names; a key then is the parts' keys joined by ``" · "``.

    Raises
    ------
    UsageError
        Where these do not fit each other: a sum of unknown keys, of itself, or of parts that share a base key.

    Examples
    --------
    >>> axis = Axis(name="year", keys=(2020, 2021, "total"), title={"en": "Year"},
    ...             labels={"en": ("2020", "2021", "Total")}, sums=(("total", (2020, 2021)),))
    >>> axis.position(2021), axis.base.tolist(), axis.whole
    (1, [0, 1], 2)
    """

    name: str
    keys: tuple[Key, ...]
    title: Mapping[str, str]
    labels: Mapping[str, tuple[str, ...]]
    sums: tuple[Sum, ...] = ()
    parts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise UsageError(f"an axis is named by a word, found {self.name!r:.60}")
        for key in self.keys:
            if not isinstance(key, str | int | float) or (isinstance(key, float) and not math.isfinite(key)):
                raise UsageError(f"a key of '{self.name}' is {key!r:.60}, allowed are words, numbers and truth values")
        if len(set(self.keys)) != len(self.keys):
            raise UsageError(f"the keys of '{self.name}' are not all different")
        words_by_language(self.title, f"title of '{self.name}'")
        if not isinstance(self.labels, Mapping):
            raise UsageError(f"labels of '{self.name}': found {self.labels!r:.60}, allowed is a list by language")
        for language, labels in self.labels.items():
            if len(labels) != len(self.keys) or not all(isinstance(label, str) for label in labels):
                raise UsageError(f"labels of '{self.name}', {language}: not one word for each of {len(self.keys)} keys")
        if not all(isinstance(part, str) for part in self.parts) or len(set(self.parts)) != len(self.parts):
            raise UsageError(f"parts of '{self.name}': found {self.parts!r:.60}, allowed are different columns' names")
        _ = self.covers  # refuses sums that do not hold together
        if TOTAL in self.keys and self.position(TOTAL) in set(self.base.tolist()):
            raise UsageError(
                f"'{self.name}' has a key called '{TOTAL}' that is no sum: the name is kept for totals", hint="rename the key"
            )

    @cached_property
    def _places(self) -> dict[tuple[str, Any], int]:
        return {typed(key): place for place, key in enumerate(self.keys)}

    @cached_property
    def base(self) -> np.ndarray:
        """The positions of the keys that are no sum, in order."""
        summed = {typed(key) for key, _ in self.sums}
        return np.array([place for key, place in self._places.items() if key not in summed], dtype=np.int64)

    @cached_property
    def covers(self) -> tuple[tuple[int, ...], ...]:
        """For each key the base keys that it is made of, as numbers from 0 in the order of ``base``."""
        rank = {place: number for number, place in enumerate(self.base.tolist())}
        if not self.sums:
            return tuple((number,) for number in range(len(self.keys)))
        return _covers(self, rank)

    @cached_property
    def layers(self) -> tuple[np.ndarray, ...]:
        """Maps from base keys to keys, -1 where there is none: together every key once, the base keys first.

        Keys of one layer share no base key, so that what is counted under base keys is counted in a layer by renaming.
        """
        base = {place: number for number, place in enumerate(self.base.tolist())}
        layers = [self.base]
        free: list[np.ndarray] = []
        for place, cover in enumerate(self.covers):
            if place in base:
                continue
            members = np.array(cover, dtype=np.int64)
            for layer, open_ in zip(layers[1:], free, strict=True):  # noqa: B007 (the one that is found is filled below)
                if open_[members].all():
                    break
            else:
                if len(layers) > MAX_LAYERS:
                    raise UsageError(f"the sums of '{self.name}' overlap in more than {MAX_LAYERS} ways", hint="use fewer sums")
                layer, open_ = np.full(len(base), -1, dtype=np.int64), np.ones(len(base), dtype=bool)
                layers.append(layer)
                free.append(open_)
            layer[members], open_[members] = place, False
        return tuple(layers)

    @cached_property
    def whole(self) -> int | None:
        """The position of the last sum that covers every base key, None where there is none."""
        summed = [self.position(key) for key, _ in self.sums]
        return max((place for place in summed if len(self.covers[place]) == len(self.base)), default=None)

    def position(self, key: Key) -> int:
        """Return where a key stands.

        Parameters
        ----------
        key : str, int, float or bool
            A truth value is no number, and a word is neither.

        Returns
        -------
        int

        Raises
        ------
        UsageError
            With did-you-mean.
        """
        found = self._places.get(typed(key))
        if found is None:
            raise unknown(f"key of '{self.name}'", str(key)[:60], [str(known) for known in self.keys])
        return found

    def as_record(self) -> dict[str, Any]:
        """Return the axis as it stands in a result file."""
        return {
            "name": self.name,
            "title": dict(self.title),
            "keys": list(self.keys),
            "labels": {language: list(labels) for language, labels in self.labels.items()},
            **({"sums": [{"key": key, "of": list(of)} for key, of in self.sums]} if self.sums else {}),
            **({"parts": list(self.parts)} if self.parts else {}),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Axis:
        """Read an axis from a result file.

        Raises
        ------
        UsageError
            Where the record is none of an axis.
        """
        labels = entry(record, "labels", dict, where="axis")
        sums = entry({"sums": [], **record}, "sums", list, where="axis")
        return cls(
            name=entry(record, "name", str, where="axis"),
            keys=tuple(entry(record, "keys", list, where="axis")),
            title=entry(record, "title", dict, where="axis"),
            labels={language: tuple(entry(labels, language, list, where="labels")) for language in labels},
            sums=tuple(
                (entry(one, "key", (str, int, float), where="sums"), tuple(entry(one, "of", list, where="sums"))) for one in sums
            ),
            parts=tuple(entry({"parts": [], **record}, "parts", list, where="axis")),
        )


def _covers(axis: Axis, rank: Mapping[int, int]) -> tuple[tuple[int, ...], ...]:
    """The base keys of every key; refuses sums that are unknown, circular, overlapping or of different extents."""
    where = f"sums of '{axis.name}'"
    entries: dict[int, list[tuple[int, ...]]] = {}
    for key, of in axis.sums:
        places = tuple(axis.position(part) for part in of)
        if not places or len(set(places)) != len(places):
            raise UsageError(f"{where}: '{key!s:.60}' is the sum of {len(places)} keys, allowed are one or more different ones")
        entries.setdefault(axis.position(key), []).append(places)
    found: dict[int, tuple[int, ...]] = {place: (number,) for place, number in rank.items()}
    covered = 0
    for place in _in_order(entries, where=where, keys=axis.keys):
        extents = []
        for places in entries[place]:
            covered += sum(len(found[part]) for part in places)
            if covered > MAX_COVERED:
                raise UsageError(f"{where}: together they cover more than {MAX_COVERED:,} keys", hint="use coarser keys")
            members = sorted(number for part in places for number in found[part])
            if len(set(members)) < len(members):
                raise UsageError(f"{where}: two parts of '{axis.keys[place]!s:.60}' share a key, so that it would count twice")
            extents.append(tuple(members))
        if any(extent != extents[0] for extent in extents):
            raise UsageError(f"{where}: the sums of '{axis.keys[place]!s:.60}' are not of the same keys")
        found[place] = extents[0]
    return tuple(found[place] for place in range(len(axis.keys)))


def _in_order(entries: Mapping[int, Sequence[tuple[int, ...]]], *, where: str, keys: Sequence[Key]) -> list[int]:
    """The sums, each after those that it is made of."""
    waiting = {place: {part for places in sums for part in places if part in entries} for place, sums in entries.items()}
    users: dict[int, list[int]] = {}
    for place, needs in waiting.items():
        for part in needs:
            users.setdefault(part, []).append(place)
    order = [place for place, needs in waiting.items() if not needs]
    for place in order:
        for user in users.get(place, ()):
            waiting[user].discard(place)
            if not waiting[user]:
                order.append(user)
    if len(order) < len(entries):
        stuck = next(place for place, needs in waiting.items() if needs)
        raise UsageError(f"{where}: '{keys[stuck]!s:.60}' is a sum of itself")
    return order


def typed(key: Any) -> tuple[str, Any]:
    """Return a key beside its kind, so that ``1``, ``True`` and ``"1"`` differ and ``1`` and ``1.0`` do not.

    Parameters
    ----------
    key : Any

    Returns
    -------
    (str, Any)

    Examples
    --------
    >>> typed(1) == typed(1.0), typed(1) == typed(True), typed(1) == typed("1")
    (True, False, False)
    """
    for name, kind in (("word", str), ("truth", bool), ("number", (int, float))):
        if isinstance(key, kind):
            return name, key
    return "other", str(key)


def entry(record: Any, name: str, kind: type | tuple[type, ...], *, where: str) -> Any:
    """Return one entry of a record that a kernel or a file gave, of the kind that belongs there.

    Parameters
    ----------
    record : Any
    name : str
    kind : type or tuple of type
    where : str
        For messages.

    Returns
    -------
    Any

    Raises
    ------
    UsageError
        No mapping, no such entry, or one of another kind.

    Examples
    --------
    >>> entry({"name": "year"}, "name", str, where="axis")
    'year'
    """
    if not isinstance(record, Mapping) or name not in record:
        raise UsageError(f"{where}: '{name}' is missing in {record!r:.60}")
    found = record[name]
    if not isinstance(found, kind):
        kinds = kind if isinstance(kind, tuple) else (kind,)
        allowed = " or ".join("null" if one is type(None) else one.__name__ for one in kinds)
        raise UsageError(f"{where}: '{name}' is {found!r:.60}, allowed is {allowed}")
    return found


def words_by_language(words: Any, what: str) -> None:
    """Refuse what is no mapping of words by language.

    Parameters
    ----------
    words : Any
    what : str
        For messages.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> words_by_language({"ko": "연도", "en": "Year"}, "title")
    """
    good = isinstance(words, Mapping) and all(isinstance(word, str) for pair in words.items() for word in pair)
    if not good:
        raise UsageError(f"{what}: found {words!r:.60}, allowed are words by language")
