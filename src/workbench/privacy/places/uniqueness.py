"""How many people a few of their moments single out: the measure that k alone does not show for trips and visits.

Each row of a dataset may be shared by many, and yet four places and times of one person together fit nobody else
(de Montjoye, Hidalgo, Verleysen and Blondel 2013, Unique in the Crowd, Sci. Rep. 3:1376). It is measured on the columns as
they are published, by exact comparison.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import UsageError, unknown

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

POINTS = 4
"""What the paper's attacker knows; it singled out 95 % of 1.5 million people there."""

SAMPLES = 2000
"""People drawn: the share is then known to about one percentage point."""


@dataclass(frozen=True)
class Uniqueness:
    """What was measured.

    Parameters
    ----------
    points : int
        Moments that the attacker knows of a person.
    people, sampled : int
        In the dataset, and drawn.
    unique : int
        Of those drawn, how many fit nobody but themselves.
    share : float
        ``unique / sampled``; 0 where nobody was drawn.
    fewer : int
        Of those drawn, how many have fewer different moments than ``points``; the attacker then knows all of them.
    rows_left_out : int
        Rows without a person, a place or a time.
    """

    points: int
    people: int
    sampled: int
    unique: int
    share: float
    fewer: int
    rows_left_out: int

    def as_record(self) -> dict[str, Any]:
        """Return the measures for a report."""
        return asdict(self)


def uniqueness(
    frame: pd.DataFrame | pa.Table,
    *,
    unit: str,
    place: str | Sequence[str],
    time: str | Sequence[str],
    points: int = POINTS,
    samples: int = SAMPLES,
    seed: int = 0,
) -> Uniqueness:
    """Measure which share of people some of their own moments, drawn at random, single out.

    Parameters
    ----------
    frame : pandas.DataFrame or pyarrow.Table
    unit : str
        The field that tells people apart.
    place, time : str or sequence of str
        The fields that make up where and when, compared exactly.
    points : int, default 4
    samples : int, default 2000
        People drawn; all, if there are no more.
    seed : int, default 0

    Returns
    -------
    Uniqueness

    Raises
    ------
    UsageError
        A field that the frame lacks, or a number that is too small.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"who": [1, 1, 2, 2], "where": list("abac"), "when": [8, 9, 8, 9]})
    >>> uniqueness(frame, unit="who", place="where", time="when", points=1, seed=3).people
    2
    >>> uniqueness(frame, unit="who", place="where", time="when", points=2).share
    1.0
    """
    import pyarrow as pa

    for what, number in (("points", points), ("samples", samples)):
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise UsageError(f"{what}: {number!r}; allowed is a whole number from 1")
    columns = frame.column_names if isinstance(frame, pa.Table) else [str(column) for column in frame.columns]
    moments = [*([place] if isinstance(place, str) else place), *([time] if isinstance(time, str) else time)]
    for field in (unit, *moments):
        if field not in columns:
            raise unknown("field", field, columns)
    person, moment = _codes(frame, unit), _codes(frame, moments[0])
    for field in moments[1:]:
        moment = _joined(moment, _codes(frame, field))
    known = (person >= 0) & (moment >= 0)
    person, moment = _dense(person[known]), _dense(moment[known])
    visits = _Visits.of(person, moment)
    drawn = np.random.Generator(np.random.PCG64(seed))
    chosen = np.sort(drawn.permutation(visits.people)[:samples])
    unique = fewer = 0
    for who in chosen.tolist():
        own = visits.moments_of(who)
        fewer += len(own) < points
        known_points = own if len(own) <= points else own[np.sort(drawn.permutation(len(own))[:points])]
        unique += visits.alone(known_points)
    return Uniqueness(
        points=points,
        people=visits.people,
        sampled=len(chosen),
        unique=unique,
        share=unique / len(chosen) if len(chosen) else 0.0,
        fewer=fewer,
        rows_left_out=int((~known).sum()),
    )


@dataclass(frozen=True)
class _Visits:
    """Which moments each person has, and which people each moment has, each once and in order."""

    moment: np.ndarray
    person_starts: np.ndarray
    person: np.ndarray
    moment_starts: np.ndarray

    @classmethod
    def of(cls, person: np.ndarray, moment: np.ndarray) -> _Visits:
        people, moments = (int(part.max()) + 1 if len(part) else 0 for part in (person, moment))
        pairs = np.unique(person * max(moments, 1) + moment)
        by_person, by_moment = np.divmod(pairs, max(moments, 1))
        order = np.argsort(by_moment, kind="stable")
        return cls(
            moment=by_moment,
            person_starts=np.searchsorted(by_person, np.arange(people + 1)),
            person=by_person[order],
            moment_starts=np.searchsorted(by_moment[order], np.arange(moments + 1)),
        )

    @property
    def people(self) -> int:
        return len(self.person_starts) - 1

    def moments_of(self, who: int) -> np.ndarray:
        return self.moment[self.person_starts[who] : self.person_starts[who + 1]]

    def alone(self, moments: np.ndarray) -> bool:
        """Whether one person only has all these moments; the rarest are looked at first."""
        lists = sorted((self.person[self.moment_starts[m] : self.moment_starts[m + 1]] for m in moments.tolist()), key=len)
        left = lists[0]
        for others in lists[1:]:
            if len(left) == 1:
                return True
            place = np.searchsorted(others, left).clip(max=len(others) - 1)
            left = left[others[place] == left]
        return len(left) == 1


def _codes(frame: pd.DataFrame | pa.Table, field: str) -> np.ndarray:
    """A column's values as numbers, -1 where missing."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc
    import shapely

    if isinstance(frame, pa.Table):
        column = frame.column(field)
        if not pa.types.is_dictionary(column.type):
            column = pc.dictionary_encode(column)
        codes = column.unify_dictionaries().combine_chunks()
        indices = codes.indices if isinstance(codes, pa.DictionaryArray) else pa.concat_arrays(codes.chunks).indices
        return np.asarray(pc.fill_null(indices.cast(pa.int64()), -1))
    column = frame[field]
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy().astype(np.int64)
    if column.dtype.name == "geometry":
        column = pd.Series(shapely.to_wkb(column.to_numpy()))
    return np.asarray(pd.factorize(column)[0], dtype=np.int64)


def _joined(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Two columns as one; -1 where either is missing."""
    return _dense(np.where((one < 0) | (other < 0), -1, one * (int(other.max(initial=0)) + 1) + other))


def _dense(numbers: np.ndarray) -> np.ndarray:
    """Numbers from 0 without gaps, in the same order; negative ones stay -1."""
    import pandas as pd

    codes = pd.factorize(np.where(numbers < 0, -1, numbers), sort=True)[0].astype(np.int64)
    return codes - 1 if len(numbers) and int(numbers.min()) < 0 else codes
