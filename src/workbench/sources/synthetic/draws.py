"""Random draws whose result depends only on the seed and on what is drawn, never on the order of the drawing.

Each dataset, and each cell of one (a district's month), has a stream of its own, so that a part can be made again
without the rest, and cutting the rows into other chunks changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.files import sha256


def stream(seed: int, name: str, *cell: int) -> np.random.Generator:
    """Return the random stream of one cell of one dataset.

    Parameters
    ----------
    seed : int
        Of the city, 0 or more.
    name : str
        Dataset or part of the city.
    *cell : int
        E.g. year, district, month.

    Returns
    -------
    numpy.random.Generator

    Examples
    --------
    >>> bool(stream(1, "bike_trips", 2021).random() == stream(1, "bike_trips", 2021).random())
    True
    """
    number = int(sha256(name.encode("utf-8"))[:8], 16)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy=seed, spawn_key=(number, *cell))))


class Choice:
    """Weighted choices within blocks, many at a time: one cumulative table, searched once.

    Parameters
    ----------
    weights : array of float, shape (rows,)
        Above zero, block after block.
    sizes : sequence of int
        Rows of each block, at least 1.

    Examples
    --------
    >>> choice = Choice(np.array([1.0, 3.0, 5.0]), [2, 1])
    >>> choice.pick(np.array([0, 0, 1]), np.array([0.1, 0.9, 0.5])).tolist()
    [0, 1, 2]
    """

    def __init__(self, weights: np.ndarray, sizes: Sequence[int] | np.ndarray) -> None:
        ends = np.cumsum(sizes)
        self.first = ends - np.asarray(sizes)
        self.last = ends - 1
        running = np.cumsum(weights, dtype=float)
        before = np.concatenate([[0.0], running])[self.first]
        block = np.repeat(np.arange(len(ends)), sizes)
        total = running[self.last] - before
        self._table = block + (running - before[block]) / total[block]

    def pick(self, block: np.ndarray | int, uniform: np.ndarray) -> np.ndarray:
        """Return a row for each draw.

        Parameters
        ----------
        block : array of int or int
            The block that each row is taken from.
        uniform : array of float
            In [0, 1).

        Returns
        -------
        numpy.ndarray of int
        """
        found = np.searchsorted(self._table, block + uniform, side="right")
        return np.clip(found, self.first[block], self.last[block])


def even_choice(weights: np.ndarray) -> Choice:
    """Return a choice from the rows of a table, each row a block of the same size.

    Parameters
    ----------
    weights : array of float, shape (blocks, options)

    Returns
    -------
    Choice
        Its picks are ``block * options + option``.

    Examples
    --------
    >>> int(even_choice(np.array([[1.0, 1.0], [1.0, 3.0]])).pick(1, np.array([0.5]))[0] % 2)
    1
    """
    blocks, options = weights.shape
    return Choice(weights.ravel(), np.full(blocks, options))


def shares(weights: np.ndarray) -> np.ndarray:
    """Return weights as shares that sum to 1.

    Parameters
    ----------
    weights : array of float

    Returns
    -------
    numpy.ndarray

    Examples
    --------
    >>> shares(np.array([1.0, 3.0])).tolist()
    [0.25, 0.75]
    """
    return weights / weights.sum()


def wandering(rng: np.random.Generator, days: int, *, memory: float) -> np.ndarray:
    """Return a series of standard deviation 1 in which each day resembles the day before (AR(1)).

    Parameters
    ----------
    rng : numpy.random.Generator
    days : int
    memory : float
        Correlation of a day with the one before.

    Returns
    -------
    numpy.ndarray of float, shape (days,)

    Examples
    --------
    >>> wandering(stream(1, "x"), 3, memory=0.5).shape
    (3,)
    """
    from scipy.signal import lfilter

    shocks = rng.standard_normal(days) * np.sqrt(1 - memory**2)
    shocks[0] /= np.sqrt(1 - memory**2)
    return np.asarray(lfilter([1.0], [1.0, -memory], shocks))
