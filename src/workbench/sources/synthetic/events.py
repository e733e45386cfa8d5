"""Rows that happen at a place and a time: cut into cells (year, district, month), each with its own random stream.

Cells come in the order in which the rows are stored (year, district by name, time), so chunks written one after the
other are sorted as a whole, and memory stays that of a chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.sources.synthetic.columns import calendar, day_numbers
from workbench.sources.synthetic.draws import shares, stream
from workbench.sources.synthetic.geography import BY_NAME

CHUNK_ROWS = 250_000
"""Rows handed on at a time; a cell of more rows than this is handed on in pieces."""

Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class Cell:
    """One district's month: how many rows, and when they happen.

    Parameters
    ----------
    year, month, district : int
        Month 1-12; district by code.
    rows : int
    seconds : numpy.ndarray of int64, shape (rows,)
        Ascending, of Seoul's wall clock since 1970.
    rng : numpy.random.Generator
        The cell's own stream.
    """

    year: int
    month: int
    district: int
    rows: int
    seconds: np.ndarray
    rng: np.random.Generator

    @property
    def hour(self) -> np.ndarray:
        """Hour of the day, 0-23."""
        return self.seconds // 3600 % 24

    @property
    def weekday(self) -> np.ndarray:
        """Monday 0 to Sunday 6."""
        return (self.seconds // 86_400 + 3) % 7


@dataclass(frozen=True)
class Rhythm:
    """When and where rows of a dataset happen.

    Parameters
    ----------
    dataset : str
    years : dict of int to float
        Weights.
    months, districts : numpy.ndarray of float
        Weights of 12 months and of 25 districts by code.
    weekdays : numpy.ndarray of float
        Weights of Monday to Sunday.
    hours_weekday, hours_weekend : numpy.ndarray of float
        Weights of 24 hours.
    day_spread : float
        Standard deviation of the logarithm of days, shared by all districts (weather, events).
    """

    dataset: str
    years: dict[int, float]
    months: np.ndarray
    districts: np.ndarray
    weekdays: np.ndarray
    hours_weekday: np.ndarray
    hours_weekend: np.ndarray
    day_spread: float = 0.0

    def counts(self, seed: int, rows: int) -> np.ndarray:
        """Share rows out over the cells.

        Parameters
        ----------
        seed, rows : int

        Returns
        -------
        numpy.ndarray of int, shape (years, 25, 12)
            Districts by code; sums to ``rows``.
        """
        years = shares(np.array(list(self.years.values()), dtype=float))
        weights = years[:, None, None] * shares(self.districts)[None, :, None] * shares(self.months)[None, None, :]
        drawn = stream(seed, self.dataset, 0, 0, 0).multinomial(rows, weights.ravel() / weights.sum())
        return drawn.reshape(weights.shape)

    def cells(self, seed: int, rows: int) -> Iterator[Cell]:
        """Give the cells in the order of the stored rows, those without rows left out.

        Parameters
        ----------
        seed, rows : int

        Yields
        ------
        Cell
        """
        counts = self.counts(seed, rows)
        for number, year in enumerate(self.years):
            clocks = self._clocks(seed, year)
            for district in BY_NAME:
                for month, (edges, reached) in enumerate(clocks, start=1):
                    count = int(counts[number, district, month - 1])
                    if count:
                        rng = stream(seed, self.dataset, year, int(district) + 1, month)
                        moments = np.interp(np.sort(rng.random(count)), reached, edges).astype(np.int64)
                        yield Cell(year, month, int(district), count, moments, rng)

    def _clocks(self, seed: int, year: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """For each month the hours' edges in seconds and the share of rows before each edge."""
        days = day_numbers(year, year)
        _, months, weekdays = calendar(days)
        noise = np.exp(self.day_spread * stream(seed, self.dataset, year).standard_normal(len(days)))
        profile = np.where((weekdays >= 5)[:, None], shares(self.hours_weekend), shares(self.hours_weekday))
        weights = profile * (self.weekdays[weekdays] * noise)[:, None]
        clocks = []
        for month in range(1, 13):
            own = months == month
            edges = days[own][0] * 86_400 + 3600.0 * np.arange(24 * own.sum() + 1)
            clocks.append((edges, np.concatenate([[0.0], np.cumsum(shares(weights[own].ravel()))])))
        return clocks


def in_chunks(
    drawn: Iterator[Columns], finish: Callable[[Columns, np.ndarray], pd.DataFrame], *, chunk_rows: int = CHUNK_ROWS
) -> Iterator[pd.DataFrame]:
    """Gather cells into frames of a bounded number of rows, numbering the rows through.

    Parameters
    ----------
    drawn : iterator of dict of str to array
        Cell by cell.
    finish : callable
        Makes the frame from the gathered columns and the rows' serial numbers, from 1.
    chunk_rows : int

    Yields
    ------
    pandas.DataFrame
        Of at most ``chunk_rows`` rows.

    Examples
    --------
    >>> cells = iter([{"a": np.arange(3)}, {"a": np.arange(2)}])
    >>> [len(frame) for frame in in_chunks(cells, lambda columns, serial: pd.DataFrame(columns), chunk_rows=2)]
    [2, 2, 1]
    """
    waiting: list[Columns] = []
    rows = done = 0
    for columns in drawn:
        waiting.append(columns)
        rows += len(next(iter(columns.values())))
        while rows >= chunk_rows:
            whole = _joined(waiting)
            part = {name: values[:chunk_rows] for name, values in whole.items()}
            yield finish(part, np.arange(done + 1, done + chunk_rows + 1))
            waiting = [{name: values[chunk_rows:] for name, values in whole.items()}]
            rows -= chunk_rows
            done += chunk_rows
    if rows:
        yield finish(_joined(waiting), np.arange(done + 1, done + rows + 1))


def _joined(parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
