"""Any other combination of published cells that is about few people: found by elimination over atoms.

What neither a pair nor a cell minus disjoint ones gives away, a sum of several cells minus several others may.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from workbench.disclosure.comparing.disjoint import Cell, Ground
from workbench.disclosure.comparing.groups import mixed

NEIGHBOURS = 16
"""So many cells that share most people with a new one are looked at together with it; all cells, where they are few."""

NEARBY = 6
"""They have together so many times its entries at most."""

SMALL = 48
"""So many cells in all are few."""

PRIME = 2_147_483_629
"""Elimination is done modulo this prime (below 2**31: products fit into int64); what it finds is verified."""

FEW_DIMENSIONS = 9
"""In a null space of so many dimensions all sums and differences are tried."""

TURNS = 8
"""So many orders of the columns are tried in search of a row with few people."""


def combinations(ground: Ground, cell: Cell, *, k: int) -> Iterator[tuple[tuple[tuple[Cell, int], ...], int]]:
    """Look for a combination of a cell with those that share most people with it, about 1 to k - 1 people.

    Parameters
    ----------
    ground : Ground
    cell : Cell
    k : int

    Yields
    ------
    tuple
        Cells with whole factors, the given one among them, and the number of people of the derived number. At most one.

    Notes
    -----
    People whom all these cells weigh alike are one atom. A derived vector about fewer than k people is zero on every atom of k
    and more: the combinations with that property are a null space, found by elimination modulo a prime. Where it has at most
    ``FEW_DIMENSIONS``, all sums and differences of these cells (factors -1, 0 and 1) are decided. For other factors, and
    beyond, a vector of few people is looked for as codewords of low weight are (information sets, Prange 1962: IRE Trans. Inf.
    Theory 8(5)): the columns in several orders, those of the fewest people last, each reduced row a candidate. What is found
    is verified in whole numbers; what no reduced row of any order shows is missed.

    No linear program is needed beside it: over atoms of at least one person each, the true numbers are an inner point of all
    that fit what is published, so an atom's number is determined only if elimination determines it.
    """
    cells = _neighbours(ground, cell)
    matrix, people = _atoms(ground, cells)
    if not matrix.shape[1]:
        return
    large = people >= k
    rows = _null_space(matrix[:, large])
    small = matrix[:, ~large]
    if not len(rows) or not small.shape[1]:
        return
    light = people[~large]
    for factors in itertools.chain(_signs(rows, small, light, k=k), _light_rows(rows, small, light, k=k)):
        vector = factors @ matrix
        count = int(people[vector != 0].sum())
        if 1 <= count < k and factors[0]:
            yield tuple((one, int(times)) for one, times in zip(cells, factors.tolist(), strict=True) if times), count
            return


def _signs(rows: np.ndarray, small: np.ndarray, light: np.ndarray, *, k: int) -> np.ndarray:
    """All factors of -1, 0 and 1 in a null space, the first one 1, that leave fewer than k people; none where it is too large."""
    reduced, has = _reduced(rows, rows.shape[1])
    basis = reduced[has]  # each row's first entry is 1 and alone in its column: a combination of rows is read off there
    if len(basis) > FEW_DIMENSIONS or basis[:, 0].max(initial=0) != 1:
        return np.zeros((0, rows.shape[1]), np.int64)
    first = int(np.argmax(basis[:, 0]))
    others = np.delete(basis, first, axis=0)
    turns = np.indices((3,) * len(others)).reshape(len(others), 3 ** len(others)).T - 1
    factors = np.mod(basis[first] + turns @ others, PRIME)
    factors = np.where(factors > PRIME // 2, factors - PRIME, factors)
    factors = factors[(np.abs(factors) <= 1).all(1)]
    people = ((factors @ small) != 0) @ light
    return factors[(people > 0) & (people < k)]


def _light_rows(rows: np.ndarray, small: np.ndarray, light: np.ndarray, *, k: int) -> Iterator[np.ndarray]:
    """Whole factors from the null space, the first not 0, whose derived vector is a reduced row of few people."""
    derived = _times(rows, small)
    draw = np.random.default_rng(5)
    for turn in range(TURNS):
        order = np.argsort(light + (draw.random(len(light)) * k if turn else 0), kind="stable")[::-1]
        reduced, has = _reduced(np.hstack([derived[:, order], rows]), len(light))
        few = ((reduced[:, : len(light)] != 0) @ light[order] < k) & has & (reduced[:, len(light)] != 0)
        for row in reduced[few]:
            factors = _whole(row[len(light) :])
            if factors is not None:
                yield factors


def _neighbours(ground: Ground, cell: Cell) -> list[Cell]:
    """The cell, and those that share most people with it for their size, by a sample of its people."""
    part = ground.segments[cell.segment]
    total = sum(len(segment) for segment in ground.segments)
    if total <= SMALL:
        others = [Cell(number, one) for number, segment in enumerate(ground.segments) for one in range(len(segment))]
        return [cell, *(one for one in others if one != cell and one not in ground.shut)]
    size = int(part.sizes[cell.cell])
    span = int(part.start[cell.cell]) + np.linspace(0, size - 1, min(size, 24)).astype(np.int64)
    key = part.key[part.person[span]]
    ranked: list[tuple[float, int, int]] = []
    for number, segment in enumerate(ground.segments):
        _, found, _ = segment.postings(segment.places(key))
        near, count = np.unique(found, return_counts=True)
        shared = count / len(span) * size
        alike = np.round(shared / (size + segment.sizes[near] - np.minimum(shared, segment.sizes[near])), 9)
        best = np.lexsort((near, -alike))[: NEIGHBOURS + 1]
        ranked += [(-float(alike[at]), number, int(near[at])) for at in best.tolist()]
    result, entries = [cell], 0
    for _, number, one in sorted(ranked):
        if Cell(number, one) in ground.shut:
            continue
        entries += int(ground.segments[number].sizes[one])
        if entries <= NEARBY * (size + 100) and len(result) <= NEIGHBOURS and Cell(number, one) != cell:
            result.append(Cell(number, one))
    return result


def _atoms(ground: Ground, cells: list[Cell]) -> tuple[np.ndarray, np.ndarray]:
    """The cells over atoms, shape (cells, atoms), and the people of each atom."""
    parts, rows, weights = [], [], []
    for place, cell in enumerate(cells):
        part = ground.segments[cell.segment]
        span = slice(int(part.start[cell.cell]), int(part.start[cell.cell + 1]))
        parts.append(ground.everybody[cell.segment][part.person[span]])
        rows.append(np.full(span.stop - span.start, place))
        weights.append(part.weight[span].astype(np.int64))
    everybody, row, weight = np.concatenate(parts), np.concatenate(rows), np.concatenate(weights)
    last = ground.numbers  # whose entry stands here: the last one written, so that each person is taken once
    last[everybody] = np.arange(len(everybody))
    once = np.flatnonzero(last[everybody] == np.arange(len(everybody)))
    person = np.searchsorted(once, last[everybody])
    code = np.zeros(len(once), np.uint64)
    np.add.at(code, person, mixed(row + 1) * weight.view(np.uint64))
    _, atom, people = np.unique(code, return_inverse=True, return_counts=True)
    matrix = np.zeros((len(cells), len(people)), np.int64)
    matrix[row, atom[person]] = weight
    return matrix, people


def _reduced(matrix: np.ndarray, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """The matrix modulo PRIME, each row's first entry (in so many columns) the only one of its column; which rows have one."""
    matrix = np.mod(matrix, PRIME)
    has = np.zeros(len(matrix), bool)
    for row in range(len(matrix)):
        column = int(np.argmax(matrix[row, :columns] != 0)) if columns else 0
        if not columns or not matrix[row, column]:
            continue
        has[row] = True
        matrix[row] = matrix[row] * pow(int(matrix[row, column]), -1, PRIME) % PRIME
        others = np.flatnonzero(matrix[:, column])
        others = others[others != row]
        matrix[others] = (matrix[others] - matrix[others, column][:, None] * matrix[row][None, :]) % PRIME
    return matrix, has


def _null_space(matrix: np.ndarray) -> np.ndarray:
    """Rows of factors that make every column 0 modulo PRIME, shape (nullity, rows of the matrix)."""
    size, columns = matrix.shape
    reduced, has = _reduced(np.hstack([matrix, np.eye(size, dtype=np.int64)]), columns)
    return reduced[~has, columns:]


def _times(factors: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """A product modulo PRIME without overflow."""
    result = np.zeros((len(factors), matrix.shape[1]), np.int64)
    for place in range(factors.shape[1]):
        result = (result + factors[:, place][:, None] * np.mod(matrix[place], PRIME)[None, :]) % PRIME
    return result


def _whole(row: np.ndarray) -> np.ndarray | None:
    """Factors modulo PRIME as small whole numbers, by rational reconstruction; None where there are none."""
    fractions = []
    for value in row.tolist():
        above, below, last, this = PRIME, value, 0, 1
        while below > 30_000:
            above, below, last, this = below, above % below, this, last - above // below * this
        if this == 0 or abs(this) > 30_000:
            return None
        fractions.append(Fraction(below, this))
    common = math.lcm(*(item.denominator for item in fractions))
    whole = [int(item * common) for item in fractions]
    divisor = math.gcd(*whole)
    if not divisor or max(map(abs, whole)) > 1000:
        return None
    return np.array([item // divisor for item in whole], dtype=np.int64)
