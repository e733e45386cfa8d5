"""The primary rules of a policy's ``disclosure``: threshold, dominance, p %, rounding, and which cells they withhold.

They are one thing, read in one place, so that the table at a notebook's bench and the one that release computes again
obey the same. A rule that cannot be judged on a table refuses the table: it is never passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from workbench.disclosure.tabulating.sums import exact_sums
from workbench.errors import GateRefused, UsageError, unknown

KEYS = ("min_contributors", "dominance", "p_percent", "round")
MARGIN = 1e-9
"""Cells this near to a bound, in parts of their total, are judged again in exact fractions."""


@dataclass(frozen=True)
class Dominance:
    """The ``n`` largest contributors may hold at most this ``share`` of a cell's total."""

    n: int
    share: float


@dataclass(frozen=True)
class Rules:
    """What a published table obeys.

    Parameters
    ----------
    min_contributors : int
        A cell with fewer different contributors, but at least one, is withheld.
    dominance : tuple of Dominance
        All of them hold: rules with different ``n`` have no stricter one.
    p_percent : float, optional
        Nobody, not even the second largest contributor, may estimate the largest contribution to within this percentage.
    round : int, optional
        Counts are published as multiples of it, halves up.

    Examples
    --------
    >>> Rules.from_record({"min_contributors": 10, "dominance": {"n": 2, "share": 0.9}}).dominance
    (Dominance(n=2, share=0.9),)
    """

    min_contributors: int = 0
    dominance: tuple[Dominance, ...] = ()
    p_percent: float | None = None
    round: int | None = None

    @property
    def about_magnitudes(self) -> bool:
        """Whether a rule looks at how much each contributor brings, not only at how many there are."""
        return bool(self.dominance) or self.p_percent is not None

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Rules:
        """Read the section ``disclosure`` of a policy.

        Parameters
        ----------
        record : mapping
            ``min_contributors``, ``dominance: {n, share}``, ``p_percent``, ``round``; all may be absent or None.

        Returns
        -------
        Rules

        Raises
        ------
        UsageError
            A key that is no rule, which would otherwise be obeyed by nobody, or a number out of its range.
        """
        for key in record:
            if key not in KEYS:
                raise unknown("rule", str(key), KEYS, where="disclosure")
        dominance = record.get("dominance")
        if dominance is not None and (not isinstance(dominance, Mapping) or set(dominance) != {"n", "share"}):
            raise UsageError("disclosure: 'dominance' needs n and share, and nothing else")
        held = (
            (Dominance(_whole(dominance["n"], "dominance: n", 1), _number(dominance["share"], "dominance: share", 1)),)
            if dominance
            else ()
        )
        p_percent, base = record.get("p_percent"), record.get("round")
        return cls(
            min_contributors=_whole(record.get("min_contributors") or 0, "min_contributors", 0),
            dominance=held,
            p_percent=None if p_percent is None else _number(p_percent, "p_percent", 100),
            round=None if base is None or _whole(base, "round", 1) == 1 else base,
        )

    def as_record(self) -> dict[str, Any]:
        """Return the rules as a policy writes them, without those that are not set; of several dominance rules the first."""
        record: dict[str, Any] = {"min_contributors": self.min_contributors}
        if self.dominance:
            record["dominance"] = {"n": self.dominance[0].n, "share": self.dominance[0].share}
        if self.p_percent is not None:
            record["p_percent"] = self.p_percent
        if self.round is not None:
            record["round"] = self.round
        return record


def rules_of(record: Mapping[str, Any]) -> Rules:
    """Return the rules that a manifest, or a result's entry about its data, sets for tables.

    Parameters
    ----------
    record : mapping
        ``personal`` and either ``disclosure``, the policy's section, or ``min_contributors`` alone.

    Returns
    -------
    Rules
        None at all where the data is not about people.

    Raises
    ------
    GateRefused
        Data about people with neither: nothing says how its tables are to be protected.

    Examples
    --------
    >>> rules_of({"personal": True, "min_contributors": 10}).min_contributors
    10
    """
    if not record.get("personal"):
        return Rules()
    section = record.get("disclosure") or {key: record[key] for key in ("min_contributors",) if key in record}
    if "min_contributors" not in section:
        raise GateRefused("the manifest of data about people names no rules for tables", hint="run: workbench protect")
    return Rules.from_record(section)


def strictest(rules: Iterable[Rules]) -> Rules:
    """Return rules that hold wherever each of several does: a table from two datasets obeys both policies.

    Parameters
    ----------
    rules : iterable of Rules

    Returns
    -------
    Rules
        The largest threshold, percentage and rounding base, and every dominance rule.

    Examples
    --------
    >>> strictest([Rules(min_contributors=5, round=5), Rules(min_contributors=10)])
    Rules(min_contributors=10, dominance=(), p_percent=None, round=5)
    """
    known = list(rules)
    return Rules(
        min_contributors=max((one.min_contributors for one in known), default=0),
        dominance=tuple(dict.fromkeys(held for one in known for held in one.dominance)),
        p_percent=max((one.p_percent for one in known if one.p_percent is not None), default=None),
        round=max((one.round for one in known if one.round is not None), default=None),
    )


def round_to(count: int, base: int) -> int:
    """Return a count as the nearest multiple of a base, halves up.

    Parameters
    ----------
    count, base : int

    Returns
    -------
    int

    Examples
    --------
    >>> round_to(12, 5), round_to(13, 5), round_to(15, 10)
    (10, 15, 20)
    """
    return (2 * count + base) // (2 * base) * base


def dominated(cell: np.ndarray, person: np.ndarray, amounts: np.ndarray, *, size: int, rules: Rules) -> np.ndarray:
    """Tell which cells a few contributors dominate.

    Parameters
    ----------
    cell, person : numpy.ndarray
        Integers from 0: the cell and the contributor of each row.
    amounts : numpy.ndarray
        Each row's value, finite; a row that is counted brings 1.
    size : int
        How many cells there are.
    rules : Rules

    Returns
    -------
    numpy.ndarray
        Shape (size,), true where a rule withholds the cell.

    Raises
    ------
    GateRefused
        A value below zero: both rules are about parts of a whole.

    Notes
    -----
    What a person brings is the sum of their rows, x1 >= x2 >= ... . Of a total X, the (n,k) rule withholds where
    x1 + ... + xn > k X, the p % rule where X - x1 - x2 < p/100 x1 (Hundepool et al. 2012, Statistical Disclosure
    Control, chapter 4, sensitivity rules; the tau-ARGUS manual, sensitive cells in magnitude tables). What is too near to a
    bound for floats is decided in exact fractions of the decimals that name the amounts.

    Examples
    --------
    >>> cells, people = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 1, 2, 0, 1, 2])
    >>> amounts = np.array([95.0, 3, 2, 40, 30, 30])
    >>> dominated(cells, people, amounts, size=2, rules=Rules(dominance=(Dominance(1, 0.9),))).tolist()
    [True, False]
    """
    found = np.zeros(size, bool)
    if not rules.about_magnitudes or not len(amounts):
        return found
    below = int((amounts < 0).sum())
    if below:
        raise GateRefused(
            f"{below} rows of the table have a value below zero: the policy's dominance and p% rules are about parts of a "
            "whole, so they cannot be judged",
            hint="publish a count, or gains and losses as two tables",
        )
    if not np.isfinite(total := exact_sums(cell, amounts, size)).all():
        raise UsageError("the values of a table are too large to be added up")
    width = max(held.n for held in (*rules.dominance, Dominance(2, 1)))
    top = _largest(cell, person, amounts, size=size, width=width)
    there, slack = total > 0, MARGIN * total
    doubtful = np.zeros(size, bool)
    for held in rules.dominance:
        over = top[:, : held.n].sum(axis=1) - held.share * total
        found |= there & (over > slack)
        doubtful |= there & (np.abs(over) <= slack)
    if rules.p_percent is not None:
        over = rules.p_percent / 100 * top[:, 0] - (total - top[:, 0] - top[:, 1])
        found |= there & (over > slack)
        doubtful |= there & (np.abs(over) <= slack)
    doubtful &= ~found
    chosen = np.flatnonzero(doubtful[cell])
    brought: dict[int, dict[int, Fraction]] = {place: {} for place in np.flatnonzero(doubtful).tolist()}
    for place, who, amount in zip(cell[chosen].tolist(), person[chosen].tolist(), amounts[chosen].tolist(), strict=True):
        brought[place][who] = brought[place].get(who, Fraction(0)) + _exact(amount)
    for place, parts in brought.items():
        found[place] = _breaks(sorted(parts.values(), reverse=True), rules)
    return found


def _breaks(parts: list[Fraction], rules: Rules) -> bool:
    """Tell whether what each contributor brings, largest first, breaks a rule."""
    total, first, second = sum(parts, Fraction(0)), *[*parts, Fraction(0), Fraction(0)][:2]
    if any(sum(parts[: held.n], Fraction(0)) > _exact(held.share) * total for held in rules.dominance):
        return True
    return rules.p_percent is not None and total - first - second < _exact(rules.p_percent) / 100 * first


def _largest(cell: np.ndarray, person: np.ndarray, amounts: np.ndarray, *, size: int, width: int) -> np.ndarray:
    """What each cell's largest contributors bring, largest first, shape (size, width); 0 where there are fewer."""
    people = int(person.max()) + 1
    pairs = cell * people + person
    by_pair = np.argsort(pairs, kind="stable")
    ordered = pairs[by_pair]
    first = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    brought = exact_sums(np.cumsum(first) - 1, amounts[by_pair], int(first.sum()))
    where = ordered[first] // people
    order = np.lexsort((-brought, where))
    where, brought = where[order], brought[order]
    rank = np.arange(len(where)) - np.searchsorted(where, where)
    top = np.zeros((size, width))
    kept = rank < width
    top[where[kept], rank[kept]] = brought[kept]
    return top


def _exact(number: float) -> Fraction:
    """The shortest decimal that names a number, as a fraction."""
    return Fraction(repr(float(number)))


def _whole(value: Any, name: str, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise UsageError(f"disclosure: {name} is {value!r:.60}, allowed is a whole number from {least}")
    return value


def _number(value: Any, name: str, most: float) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= most:
        raise UsageError(f"disclosure: {name} is {value!r:.60}, allowed is a number above 0 up to {most}")
    return value
