"""What somebody learns who knows a few facts of a person: every choice of up to three quasi-identifiers.

Nobody knows only one set of facts: a neighbour knows age and district, a colleague age, sex and education. Each choice is
asked in turn, on the classes and not on the rows, so that all of them together cost less than grouping the rows once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from workbench.privacy.risk.classes import distinct
from workbench.privacy.risk.encoding import Coded
from workbench.privacy.risk.groups import Groups
from workbench.privacy.risk.measures import Counts

MOST_KNOWN = 3


@dataclass(frozen=True)
class Attacker:
    """What somebody learns who knows these facts of a person who is in the table.

    Parameters
    ----------
    knows : tuple of str
        The quasi-identifiers.
    groups : int
        How many combinations of their values there are.
    smallest : int
        How many people share the rarest.
    unique : int
        People whom nobody shares theirs with.
    sure : mapping of str to int
        By sensitive field: people all of whose group show one value, so that it is known of them whoever they are.
    """

    knows: tuple[str, ...]
    groups: int
    smallest: int
    unique: int
    sure: Mapping[str, int]

    def as_record(self, people: int) -> dict[str, Any]:
        """Return what a report holds: counts, and the share of the people of whom a value is sure."""
        sure = {field: count / people for field, count in self.sure.items()}
        return {
            "knows": list(self.knows),
            "groups": self.groups,
            "smallest": self.smallest,
            "unique": self.unique,
            "sure": sure,
        }


def attackers(
    known: Sequence[Coded], found: Groups, sensitive: Mapping[str, Counts], *, most: int = MOST_KNOWN
) -> tuple[Attacker, ...]:
    """Ask every choice of up to ``most`` quasi-identifiers, fewest first, in the order of the fields.

    Parameters
    ----------
    known : sequence of Coded
        The quasi-identifiers.
    found : Groups
        By all of them.
    sensitive : mapping of str to Counts
        Of the classes.
    most : int, default 3

    Returns
    -------
    tuple of Attacker

    Examples
    --------
    >>> import pyarrow as pa
    >>> from workbench.privacy.risk.encoding import encode
    >>> from workbench.privacy.risk.groups import group
    >>> known = [encode("age", pa.array([30, 30, 40])), encode("sex", pa.array(["F", "M", "F"]))]
    >>> [(one.knows, one.unique) for one in attackers(known, group(known, None, rows=3), {})]
    [(('age',), 1), (('sex',), 1), (('age', 'sex'), 3)]
    """
    codes = [coded.codes[found.first] for coded in known]
    members = _Members.of(found)
    answers: list[Attacker] = []
    telling_all: list[Attacker] = []
    for size in range(1, min(most, len(known)) + 1):
        for chosen in combinations(range(len(known)), size):
            names = tuple(known[place].name for place in chosen)
            same = next((one for one in telling_all if set(one.knows) <= set(names)), None)
            if same is not None:  # fewer facts already tell every class from every other
                answers.append(replace(same, knows=names))
                continue
            merged = distinct([codes[place] for place in chosen], [known[place].size for place in chosen])
            people = members.people(merged.which, merged.count)
            answers.append(
                Attacker(
                    knows=names,
                    groups=merged.count,
                    smallest=int(people.min()),
                    unique=members.inside(merged.which, people == 1),
                    sure={
                        field: members.inside(merged.which, _one_value(merged.which, merged.count, counts))
                        for field, counts in sensitive.items()
                    },
                )
            )
            if merged.count == found.count:
                telling_all.append(answers[-1])
    return tuple(answers)


def _one_value(merged: np.ndarray, count: int, counts: Counts) -> np.ndarray:
    """Which merged groups show one sensitive value only."""
    of_pair = merged[counts.group]
    lowest, highest = np.full(count, counts.values), np.full(count, -1)
    np.minimum.at(lowest, of_pair, counts.value)
    np.maximum.at(highest, of_pair, counts.value)
    return lowest == highest


@dataclass(frozen=True, eq=False)
class _Members:
    """People of one class as a number per class, and the others as pairs of class and person."""

    settled: np.ndarray
    pair_class: np.ndarray
    pair_person: np.ndarray
    persons: int

    @classmethod
    def of(cls, found: Groups) -> _Members:
        if found.pair_class is None or found.pair_person is None:
            none = np.zeros(0, np.int64)
            return cls(found.people, none, none, 0)
        several = np.bincount(found.pair_person, minlength=found.persons)[found.pair_person] > 1
        settled = np.bincount(found.pair_class[~several], minlength=found.count)
        return cls(settled, found.pair_class[several], found.pair_person[several], found.persons)

    def people(self, merged: np.ndarray, count: int) -> np.ndarray:
        """How many people are in each merged group."""
        people = np.bincount(merged, weights=self.settled, minlength=count).astype(np.int64)
        if len(self.pair_class):
            pairs = distinct([merged[self.pair_class], self.pair_person], [count, self.persons])
            people += np.bincount(merged[self.pair_class[pairs.first]], minlength=count)
        return people

    def inside(self, merged: np.ndarray, chosen: np.ndarray) -> int:
        """How many people are in any of the chosen merged groups."""
        settled = int(self.settled[chosen[merged]].sum())
        return settled + len(np.unique(self.pair_person[chosen[merged[self.pair_class]]]))
