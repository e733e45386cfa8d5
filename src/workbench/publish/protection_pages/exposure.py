"""What somebody who knows a few things about a person could find in rows: how many people share the person's profile.

Pure: tables in, counts of people out. Both policies of a comparison meet the same attacker, who knows every field that
one of them calls a quasi-identifier; a policy that leaves such a field as it is does not look safer for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

BINS = (1, 2, 5, 10, 20, 50, 100)
"""Where each step of the histogram begins: alone, 2-4, 5-9, 10-19, 20-49, 50-99, 100 and more."""


@dataclass(frozen=True)
class Exposure:
    """How well people are hidden among one another.

    Parameters
    ----------
    knows : tuple of str
        The fields that the attacker knows and that are in the rows.
    people : int
        Whom the rows are about, before anything was left out.
    absent : int
        Of these, who has no row left.
    groups : tuple of int
        People by how many share their profile, one count for each step of ``BINS``.
    below : int
        People whose profile fewer than ``k`` people share.
    smallest, typical : int
        People who share a profile: the fewest, and what half of the people reach. 0 where nobody is left.
    sure : dict of str to int
        By sensitive field, people all of whose fellows have the same value, so that it is known without guessing.
    k : int
        What ``below`` is measured against.
    """

    knows: tuple[str, ...]
    people: int
    absent: int
    groups: tuple[int, ...]
    below: int
    smallest: int
    typical: int
    sure: dict[str, int]
    k: int

    @property
    def alone(self) -> int:
        """People whose profile nobody shares."""
        return self.groups[0]

    def as_record(self) -> dict[str, Any]:
        """Return the exposure for machines, rare people coarsely."""
        steps = [
            {"from": low, "to": high, "people": coarse(count)}
            for low, high, count in zip(BINS, [*(edge - 1 for edge in BINS[1:]), None], self.groups, strict=True)
        ]
        return {
            "knows": list(self.knows),
            "people": self.people,
            "absent": coarse(self.absent),
            "groups": steps,
            "alone": coarse(self.alone),
            "below_k": coarse(self.below),
            "k": self.k,
            "smallest": self.smallest,
            "typical": self.typical,
            "sure": {name: coarse(count) for name, count in self.sure.items()},
        }


RARE = 10
"""Fewer people than this are not counted out on a page, but called fewer than this (as in published tables)."""


def coarse(count: int) -> int | str:
    """Return a count of people as it may be shown.

    Parameters
    ----------
    count : int

    Returns
    -------
    int or str

    Examples
    --------
    >>> coarse(0), coarse(3), coarse(10)
    (0, '<10', 10)
    """
    return f"<{RARE}" if 0 < count < RARE else count


def measure_exposure(
    table: pa.Table,
    *,
    knows: Sequence[str],
    unit: str | None,
    sensitive: Sequence[str] = (),
    k: int = 2,
    people: int | None = None,
) -> Exposure:
    """Count the people that share each profile, and those whose sensitive value is sure.

    Parameters
    ----------
    table : pyarrow.Table
        Raw or protected rows; a geometry is well-known binary.
    knows : sequence of str
        Fields that the attacker knows; those that the table lacks are left out.
    unit : str or None
        The field that tells people apart; None where each row is a person. Where it was left out, rows are counted.
    sensitive : sequence of str
        Fields that the attacker would like to know; those that the table lacks are left out.
    k : int, default 2
        The size that a group should have.
    people : int, optional
        How many people the rows were about before some were left out; by default those in the table.

    Returns
    -------
    Exposure
        Of somebody with rows in several profiles, the rarest profile counts. A missing value is a value like any other,
        but to know for sure that a sensitive value is missing is to know nothing.

    Examples
    --------
    >>> rows = pa.table({"age": ["20-29"] * 3 + ["30-39"], "ill": ["yes", "no", "no", "yes"]})
    >>> found = measure_exposure(rows, knows=["age"], unit=None, sensitive=["ill"])
    >>> found.alone, found.groups[1], found.sure
    (1, 3, {'ill': 1})
    """
    known = tuple(name for name in knows if name in table.column_names)
    asked = [name for name in sensitive if name in table.column_names]
    person = _codes(table[unit]) if unit is not None and unit in table.column_names else np.arange(len(table))
    profile = np.zeros(len(table), np.int64)
    for name in known:
        codes = _codes(table[name])
        profile = pd.factorize(profile * (int(codes.max(initial=0)) + 1) + codes)[0]
    profiles = int(profile.max(initial=-1)) + 1
    count = int(person.max(initial=-1)) + 1
    pairs = np.unique(person * max(profiles, 1) + profile)
    whose, which = pairs // max(profiles, 1), pairs % max(profiles, 1)
    shared = np.bincount(which, minlength=profiles)
    rarest = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(rarest, whose, shared[which])
    places = np.searchsorted(np.asarray(BINS), rarest, side="right") - 1
    sure = {}
    for name in asked:
        certain = _certain(profile, table[name], profiles)
        sure[name] = len(np.unique(whose[certain[which]]))
    whole = count if people is None or (unit is not None and unit not in table.column_names) else people
    return Exposure(
        knows=known,
        people=whole,
        absent=max(whole - count, 0),
        groups=tuple(int(n) for n in np.bincount(places, minlength=len(BINS))),
        below=int((rarest < k).sum()),
        smallest=int(rarest.min(initial=np.iinfo(np.int64).max)) if count else 0,
        typical=int(np.median(rarest)) if count else 0,
        sure=sure,
        k=k,
    )


def _codes(values: pa.ChunkedArray) -> np.ndarray:
    """Values as codes from 0, a missing one with a code of its own."""
    codes = _encoded(values)
    return np.where(codes < 0, codes.max(initial=-1) + 1, codes)


def _encoded(values: pa.ChunkedArray) -> np.ndarray:
    """Values as codes from 0, -1 where one is missing."""
    whole = values.combine_chunks()
    coded = whole if pa.types.is_dictionary(whole.type) else whole.dictionary_encode()
    codes: np.ndarray = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


def _certain(profile: np.ndarray, values: pa.ChunkedArray, profiles: int) -> np.ndarray:
    """Which profiles have one value only, and not a missing one."""
    codes = _encoded(values)
    lowest = np.full(profiles, np.iinfo(np.int64).max)
    highest = np.full(profiles, -1)
    np.minimum.at(lowest, profile, codes)
    np.maximum.at(highest, profile, codes)
    return (lowest == highest) & (highest >= 0)
