"""Whether few people determine a direction of a model's design: what an outlier, or two nested dummies, would tell of them.

A coefficient is a weighted sum of responses. Where some combination of columns is zero, or nearly, for all but a few people,
the published coefficients give a sum of those people's responses (Bleninger, Drechsler and Ronning 2011, "Remote data access
and the risk of disclosure from linear regression", SORT special issue, sections 3.1 and 3.2: artificial outliers and
strategic dummies).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Verdict = Literal["safe", "isolated", "doubt"]

STARTS = 200
"""People with the most weight, from each of whom the search for an isolated group begins."""

SEARCHED = 2_000
"""People among whom a group is sought; lighter ones add next to nothing to its share."""

PAIRED = 40
"""Designs of at most so many columns are searched from all differences of two columns as well."""

STEPS = 25
"""A group and its direction follow from each other in a few turns."""

RANK_TOLERANCE = 1e-7
"""Singular values below this share of the largest count as zero, of columns scaled to length one."""


@dataclass(frozen=True)
class Isolation:
    """What the search found.

    Parameters
    ----------
    verdict : {"safe", "isolated", "doubt"}
        ``safe`` is proven; in ``doubt`` neither a group was found nor its absence proven.
    weights : tuple of float
        For an isolated group, how much of each column goes into the combination that singles it out, largest 1.
    """

    verdict: Verdict
    weights: tuple[float, ...] = ()


def rank_of(matrix: np.ndarray) -> int:
    """Return how many columns of a design stand on their own.

    Parameters
    ----------
    matrix : numpy.ndarray
        Shape (rows, columns).

    Returns
    -------
    int

    Examples
    --------
    >>> rank_of(np.array([[1.0, 0, 2], [1, 1, 2], [1, 1, 2]]))
    2
    """
    lengths = np.linalg.norm(matrix, axis=0)
    if not lengths.all():
        return min(int((lengths > 0).sum()), rank_of(matrix[:, lengths > 0])) if lengths.any() else 0
    scaled = matrix / lengths
    squares = np.linalg.eigvalsh(scaled.T @ scaled)
    return int((squares > RANK_TOLERANCE**2 * squares[-1]).sum())


def leverages(matrix: np.ndarray, person: np.ndarray) -> np.ndarray:
    """Return how far each person determines their own fitted values: the largest eigenvalue of their block of the hat matrix.

    Parameters
    ----------
    matrix : numpy.ndarray
        Shape (rows, columns), of full rank.
    person : numpy.ndarray
        Shape (rows,), from 0 without gaps.

    Returns
    -------
    numpy.ndarray
        Shape (people,), from 0 to 1. For the many people of little weight it is the trace of their block, which is no less.

    Examples
    --------
    >>> leverages(np.array([[1.0, 0], [1, 0], [1, 5]]), np.array([0, 1, 2])).round(2).tolist()
    [0.5, 0.5, 1.0]
    """
    return _weights(_basis(matrix), person)


def find_isolated(matrix: np.ndarray, person: np.ndarray, *, k: int) -> Isolation:
    """Search for a group of fewer than ``k`` people that determines a direction of the design.

    Parameters
    ----------
    matrix : numpy.ndarray
        Shape (rows, columns), of full rank.
    person : numpy.ndarray
        Shape (rows,), from 0 without gaps.
    k : int
        At least 2.

    Returns
    -------
    Isolation

    Notes
    -----
    For a unit vector v in the span of the columns, the people of a group hold the share ``sum of v_i^2`` of it. A level with k
    people of one row each gives k-1 of them the share (k-1)/k, and is allowed; a group is isolated where it holds 1 - 1/(2k) or
    more. With M_i the blocks Q_i'Q_i of an orthonormal basis Q, the largest share of a group is the largest eigenvalue of the
    sum of its M_i. It is at most the sum of its members' leverages, and at most the Frobenius norm of that sum, whose square
    is the sum of all products <M_i, M_j> of its members: designs for which the largest possible of either is less are proven
    safe. Otherwise groups are sought by turns: the direction in which a group is strongest, then the k-1 people who are
    strongest in that direction, from every column, from differences of columns, and from the people of most weight.

    Examples
    --------
    >>> people = np.arange(60)
    >>> nested = np.column_stack([np.ones(60), people < 30, people < 31]).astype(float)
    >>> find_isolated(nested, people, k=10).verdict, find_isolated(nested[:, :2], people, k=10).verdict
    ('isolated', 'safe')
    """
    basis = _basis(matrix)
    limit = 1 - 1 / (2 * k)
    weights = _weights(basis, person)
    order = np.argsort(-weights, kind="stable")
    if weights[order[: k - 1]].sum() < limit or _length_bound(basis, person, k=k) < limit:
        return Isolation("safe")
    lengths = np.linalg.norm(matrix, axis=0)
    heavy = np.isin(person, order[:SEARCHED])
    near, who = basis[heavy], np.unique(person[heavy], return_inverse=True)[1]
    for start in _starts(basis, matrix / lengths, person, order[:STARTS]):
        direction, share = _strongest(near, who, start, k=k)
        if share >= limit:
            column = np.linalg.lstsq(matrix / lengths, basis @ direction, rcond=None)[0]
            column = np.abs(column) / np.abs(column).max()
            return Isolation("isolated", tuple(float(part) for part in column))
    return Isolation("doubt")


def _basis(matrix: np.ndarray) -> np.ndarray:
    """Orthonormal columns that span the design."""
    basis = matrix / np.linalg.norm(matrix, axis=0)
    for _ in range(3):  # Cholesky's way thrice is as exact as Householder's, and reads long columns at the speed of a product
        basis = basis @ np.linalg.inv(np.linalg.cholesky(basis.T @ basis)).T
    return basis


def _weights(basis: np.ndarray, person: np.ndarray) -> np.ndarray:
    """Upper bounds of each person's leverage; exact for those of most weight."""
    weights = np.bincount(person, weights=np.einsum("ij,ij->i", basis, basis))
    order = np.argsort(person, kind="stable")
    first = np.searchsorted(person[order], np.arange(len(weights) + 1))
    for one in np.argsort(-weights, kind="stable")[:STARTS].tolist():
        weights[one] = np.linalg.norm(basis[order[first[one] : first[one + 1]]], ord=2) ** 2
    return np.minimum(weights, 1.0)


def _length_bound(basis: np.ndarray, person: np.ndarray, *, k: int) -> float:
    """An upper bound of any group's share from the products of people's blocks; 1 where there are too many people."""
    people = int(person.max()) + 1
    if people > SEARCHED:
        return 1.0
    order = np.argsort(person, kind="stable")
    first = np.searchsorted(person[order], np.arange(people + 1))
    rows = [basis[order[first[one] : first[one + 1]]] for one in range(people)]
    blocks = np.array([(part.T @ part).ravel() for part in rows])
    products = np.sort(blocks @ blocks.T, axis=1)[:, ::-1][:, : k - 1].sum(axis=1)
    return float(np.sqrt(np.sort(products)[::-1][: k - 1].sum()))


def _starts(basis: np.ndarray, columns: np.ndarray, person: np.ndarray, heavy: np.ndarray) -> list[np.ndarray]:
    """Directions to begin from, as coefficients of the basis."""
    found = list((basis.T @ columns).T)
    width = columns.shape[1]
    if width <= PAIRED:
        scaled = columns / np.abs(columns).max(axis=0)
        found += [basis.T @ (scaled[:, one] - scaled[:, two]) for one in range(width) for two in range(one)]
    found += [np.linalg.svd(basis[person == one], full_matrices=False)[2][0] for one in heavy.tolist()]
    return [start / length for start in found if (length := float(np.linalg.norm(start))) > RANK_TOLERANCE]


def _strongest(basis: np.ndarray, person: np.ndarray, start: np.ndarray, *, k: int) -> tuple[np.ndarray, float]:
    """The direction near ``start`` of which k-1 people hold most, and their share."""
    direction, best = start, 0.0
    for _ in range(STEPS):
        held = np.bincount(person, weights=(basis @ direction) ** 2)
        group = np.argsort(-held, kind="stable")[: k - 1]
        rows = basis[np.isin(person, group)]
        values, vectors = np.linalg.eigh(rows.T @ rows)
        if values[-1] <= best + RANK_TOLERANCE:
            break
        best, direction = float(values[-1]), vectors[:, -1]
    return direction, best
