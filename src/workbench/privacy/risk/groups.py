"""Who shares a profile with whom: classes of rows, the people in each, and each person's smallest class.

Rows of one person count once. What an attacker finds is a person, so every risk is counted in people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.privacy.risk.classes import distinct, same_sets
from workbench.privacy.risk.encoding import Coded


@dataclass(frozen=True, eq=False)
class Groups:
    """The equivalence classes of a table.

    Parameters
    ----------
    of_row : numpy.ndarray
        Shape (rows,), int32: the class of each row.
    first : numpy.ndarray
        Shape (classes,): a row of each class.
    rows, people : numpy.ndarray
        Shape (classes,): how many rows, and how many people, are in each.
    person : numpy.ndarray or None
        Shape (rows,): whose row it is, from 0; None where each row is a person.
    persons : int
    pair_class, pair_person : numpy.ndarray or None
        Shape (pairs,): who is in which class, no pair twice; None where each row is a person.
    """

    of_row: np.ndarray
    first: np.ndarray
    rows: np.ndarray
    people: np.ndarray
    person: np.ndarray | None
    persons: int
    pair_class: np.ndarray | None
    pair_person: np.ndarray | None

    @property
    def count(self) -> int:
        """How many classes there are."""
        return len(self.first)

    def smallest_of_people(self) -> tuple[np.ndarray, np.ndarray]:
        """Count people by the size of the smallest class that they are in.

        Returns
        -------
        sizes, people : numpy.ndarray
            Sizes ascending, each with at least one person.
        """
        if self.pair_class is None or self.pair_person is None:
            sizes, classes = np.unique(self.people, return_counts=True)
            return sizes, sizes * classes
        smallest = np.full(self.persons, np.iinfo(np.int64).max)
        np.minimum.at(smallest, self.pair_person, self.people[self.pair_class])
        return np.unique(smallest, return_counts=True)

    def linked(self) -> np.ndarray | None:
        """Count the people who are in exactly the same classes as each other.

        Returns
        -------
        numpy.ndarray or None
            Shape (sets of classes,), people; None where each row is a person.
        """
        if self.pair_class is None or self.pair_person is None:
            return None
        return np.bincount(same_sets(self.pair_person, self.pair_class, owners=self.persons))


def group(known: Sequence[Coded], unit: Coded | None, *, rows: int) -> Groups:
    """Group rows by what is known of them.

    Parameters
    ----------
    known : sequence of Coded
        The quasi-identifiers; none: everybody looks the same.
    unit : Coded or None
        Whose row it is, nowhere missing; None where each row is a person.
    rows : int

    Returns
    -------
    Groups

    Examples
    --------
    >>> import pyarrow as pa
    >>> from workbench.privacy.risk.encoding import encode
    >>> age, name = encode("age", pa.array([30, 30, 40])), encode("name", pa.array(["a", "a", "b"]))
    >>> found = group([age], name, rows=3)
    >>> found.rows.tolist(), found.people.tolist()
    ([2, 1], [1, 1])
    """
    columns = [coded.codes for coded in known] or [np.zeros(rows, np.int32)]
    found = distinct(columns, [coded.size for coded in known] or [1])
    counted = np.bincount(found.which, minlength=found.count)
    if unit is None:
        return Groups(found.which, found.first, counted, counted, None, rows, None, None)
    seen = np.bincount(unit.codes, minlength=unit.size) > 0  # a dictionary may hold words that no row does
    persons = int(seen.sum())
    person = unit.codes if seen[:persons].all() else (np.cumsum(seen) - 1).astype(np.int32)[unit.codes]
    pairs = distinct([found.which, person], [found.count, persons])
    pair_class, pair_person = found.which[pairs.first], person[pairs.first]
    people = np.bincount(pair_class, minlength=found.count)
    return Groups(found.which, found.first, counted, people, person, persons, pair_class, pair_person)
