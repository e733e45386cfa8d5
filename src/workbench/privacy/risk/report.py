"""What was measured of a table, and as the record that reports and machines read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from workbench.privacy.risk.attackers import Attacker

THRESHOLDS = ("0.05", "0.1", "0.2")
"""Risks above which the share of people is told: 1 in 20, 10 and 5."""

SIZE_BANDS = ((1, 1), (2, 2), (3, 4), (5, 9), (10, 19), (20, 49), (50, 99), (100, 999), (1000, None))
"""Classes are counted by how many people share them, in these bands."""


@dataclass(frozen=True)
class Reidentification:
    """How likely an attacker who knows all quasi-identifiers is to name the right person.

    Parameters
    ----------
    greatest, mean : float
        Of the people; one over the number of people among whom each hides.
    above : mapping of str to float
        The share of people whose risk is above each of ``THRESHOLDS``.
    """

    greatest: float
    mean: float
    above: Mapping[str, float]

    def as_record(self) -> dict[str, Any]:
        """Return it as a record."""
        return {"max": self.greatest, "mean": self.mean, "above": dict(self.above)}


def reidentification(hidden_among: np.ndarray, people: np.ndarray) -> Reidentification:
    """Reckon the risk of people from how many each hides among.

    Parameters
    ----------
    hidden_among, people : numpy.ndarray
        Shape (sizes,): so many people hide among so many, themselves counted.

    Returns
    -------
    Reidentification

    Examples
    --------
    >>> risk = reidentification(np.array([1, 4]), np.array([1, 4]))
    >>> risk.greatest, risk.mean, risk.above["0.2"]
    (1.0, 0.4, 1.0)
    """
    total = int(people.sum())
    mean = math.fsum(int(count) / int(size) for size, count in zip(hidden_among, people, strict=True)) / total
    above = {}
    for threshold in THRESHOLDS:
        limit = Fraction(threshold)
        riskier = hidden_among * limit.numerator < limit.denominator
        above[threshold] = int(people[riskier].sum()) / total
    return Reidentification(1 / int(hidden_among.min()), mean, above)


def size_bands(sizes: np.ndarray) -> list[dict[str, Any]]:
    """Count classes, and the people in them, by how many people share a class.

    Parameters
    ----------
    sizes : numpy.ndarray
        Shape (classes,), people.

    Returns
    -------
    list of dict
        ``from``, ``to`` (None: and more), ``classes``, ``people``.

    Examples
    --------
    >>> size_bands(np.array([1, 3, 4]))[2]
    {'from': 3, 'to': 4, 'classes': 2, 'people': 7}
    """
    found = []
    for low, high in SIZE_BANDS:
        inside = (sizes >= low) & (sizes <= (high or np.iinfo(np.int64).max))
        found.append({"from": low, "to": high, "classes": int(inside.sum()), "people": int(sizes[inside].sum())})
    return found


@dataclass(frozen=True)
class Risk:
    """The risk that a table leaves to the people in it.

    Parameters
    ----------
    quasi_identifiers, sensitive : tuple of str
    unit : str or None
        The field that tells whose row it is; None: each row is a person.
    rows, people : int
    suppressed : float
        The share of rows all of whose quasi-identifiers read ``*``; they are counted like any other.
    k : int
        How many people share the rarest combination of quasi-identifiers.
    l : mapping of str to int or float
        By sensitive field, with its measure in ``l_measure``: ``distinct`` values, or ``entropy`` (e to the entropy).
    t : mapping of str to Fraction
        By sensitive field, exactly, with its distance in ``t_distance``: ``equal`` or ``ordered``.
    classes : int
    sample_uniques : int
        People who are alone in a class.
    prosecutor : Reidentification
        The attacker knows that the person is in the table.
    journalist : Reidentification
        The attacker knows only that the person is in the population; without a population table the same as prosecutor.
    marketer : float
        The share of people that an attacker names rightly who guesses for all of them.
    population : int or None
        People in the population table; None: the table itself is taken as the population.
    discernibility : int
        Each row pays as much as rows look like it: the sum of the squares of the classes' rows (Bayardo and Agrawal 2005).
    average_class_size : float
        People per class.
    class_sizes : sequence of dict
        Classes and people by size, see :func:`size_bands`.
    attackers : tuple of Attacker
        What up to three facts tell.
    linked_k, linked_uniques : int or None
        With a unit, where rows of one person stay linked (by a pseudonym): how many people are in exactly the same classes
        as the rarest, and how many have no companion.
    """

    quasi_identifiers: tuple[str, ...]
    sensitive: tuple[str, ...]
    unit: str | None
    rows: int
    people: int
    suppressed: float
    k: int
    l: Mapping[str, int | float]  # noqa: E741 - the field's own word
    t: Mapping[str, Fraction]
    classes: int
    sample_uniques: int
    prosecutor: Reidentification
    journalist: Reidentification
    marketer: float
    population: int | None
    discernibility: int
    average_class_size: float
    class_sizes: list[dict[str, Any]]
    l_measure: Mapping[str, str] = field(default_factory=dict)
    t_distance: Mapping[str, str] = field(default_factory=dict)
    attackers: tuple[Attacker, ...] = ()
    linked_k: int | None = None
    linked_uniques: int | None = None

    def as_record(self) -> dict[str, Any]:
        """Return the record: numbers and words only, ready for JSON."""
        return {
            "rows": self.rows,
            "people": self.people,
            "suppressed": self.suppressed,
            "unit": self.unit,
            "quasi_identifiers": list(self.quasi_identifiers),
            "sensitive": list(self.sensitive),
            "k": self.k,
            "l": dict(self.l),
            "l_measure": dict(self.l_measure),
            "t": {name: float(found) for name, found in self.t.items()},
            "t_distance": dict(self.t_distance),
            "classes": self.classes,
            "sample_uniques": self.sample_uniques,
            "prosecutor": self.prosecutor.as_record(),
            "journalist": {**self.journalist.as_record(), "population": self.population},
            "marketer": self.marketer,
            "discernibility": self.discernibility,
            "average_class_size": self.average_class_size,
            "class_sizes": self.class_sizes,
            "attackers": [attacker.as_record(self.people) for attacker in self.attackers],
            "linked": None if self.linked_k is None else {"k": self.linked_k, "unique": self.linked_uniques},
        }
