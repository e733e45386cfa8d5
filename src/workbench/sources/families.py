"""What a family of official files is, and how a file's family is recognised: by its columns, never by its name.

Each family stands in a module of its own; adding one is a ``Family`` and a line in ``REGISTERED`` of ``registry.py``.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from workbench.errors import UsageError
from workbench.intake import Refusal

MOST_MISSING = 2
"""A file that lacks this many of a family's columns is still taken for one of it, and the missing ones are named."""

FEWEST_PRESENT = 3

MOST_SHOWN = 8
"""So many unknown columns of a file are named in a message."""


@dataclass(frozen=True, eq=False)
class Shaped:
    """Official rows in catalogue field names, with their lines, and the rows the family does not keep."""

    frame: pd.DataFrame
    lines: np.ndarray
    refused: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Words:
    """Official rows as words under a family's short names, with their lines and, for messages, the file."""

    frame: pd.DataFrame
    lines: np.ndarray
    where: str


Shape = Callable[[Words], Shaped]
"""From official rows to catalogue rows."""


@dataclass(frozen=True)
class Family:
    """One family of official files.

    Parameters
    ----------
    dataset : str
        The catalogue's id.
    title : str
        What the files are, for messages.
    columns : dict of str to str
        Official column name to the short name that ``shape`` reads.
    shape : callable
        ``(Words) -> Shaped``.
    form : {'csv', 'geojson'}
    not_with : frozenset of str
        Columns that tell another official product with nearly the same columns.
    further : re.Pattern, optional
        Column names of which there are as many as the file has, handed on under their own names.
    ends_cut : bool, default False
        The official file is published with its last row cut: that row alone is refused.

    Examples
    --------
    >>> family = Family("daily_air", "daily means", {"측정일시": "date", "측정소명": "station"}, lambda words: None)
    >>> family.missing(["측정일시 ", "station"])
    ['측정소명']
    """

    dataset: str
    title: str
    columns: dict[str, str]
    shape: Shape
    form: str = "csv"
    not_with: frozenset[str] = frozenset()
    further: re.Pattern[str] | None = None
    ends_cut: bool = False

    def missing(self, header: Sequence[str]) -> list[str]:
        """Return the family's columns that a header lacks, in the family's order."""
        found = {plain_name(name) for name in header}
        return [name for name in self.columns if plain_name(name) not in found]

    def excluded(self, header: Sequence[str]) -> bool:
        """Tell whether a header is that of another product."""
        return bool({plain_name(name) for name in header} & {plain_name(name) for name in self.not_with})

    def words(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the family's columns of a table under their short names, then the further ones under their own."""
        short = {plain_name(name): short for name, short in self.columns.items()}
        chosen = {name: short[plain_name(str(name))] for name in table.columns if plain_name(str(name)) in short}
        more = [name for name in table.columns if self.further is not None and self.further.fullmatch(str(name))]
        return table[[*chosen, *more]].rename(columns=chosen)


def plain_name(name: str) -> str:
    """Return a column's name in the one form in which names are compared: compatibility letters, no blanks, lower case.

    Parameters
    ----------
    name : str

    Returns
    -------
    str

    Examples
    --------
    >>> plain_name(" 미세먼지농도(㎍/㎥)") == plain_name("미세먼지농도 (μg/m3)")
    True
    """
    folded = unicodedata.normalize("NFKC", name).replace("\u00b5", "\u03bc").replace("\ufeff", "")
    return "".join(folded.split()).lower()


def family_of(header: Sequence[str], families: Sequence[Family]) -> tuple[Family | None, list[str]]:
    """Return the family whose columns a header has, or nearly has.

    Parameters
    ----------
    header : sequence of str
    families : sequence of Family

    Returns
    -------
    Family or None
    list of str
        The columns that are missing; empty when the family is recognised for certain.
    """
    near: list[tuple[int, int, Family, list[str]]] = []
    for family in families:
        missing = family.missing(header)
        present = len(family.columns) - len(missing)
        close = len(missing) <= MOST_MISSING and present >= FEWEST_PRESENT
        if not missing or (close and not family.excluded(header)):
            near.append((len(missing), -present, family, missing))
    if not near:
        return None, []
    _, _, family, missing = min(near, key=lambda entry: entry[:2])
    return family, missing


def missing_columns(family: Family, missing: Sequence[str], header: Sequence[str], *, where: str) -> UsageError:
    """Build the error for a file of a family that lacks columns, naming what stands there instead.

    Parameters
    ----------
    family : Family
    missing, header : sequence of str
    where : str
        The file.

    Returns
    -------
    UsageError

    Examples
    --------
    >>> family = Family("daily_air", "air", {"지역": "station"}, lambda words: None)
    >>> print(missing_columns(family, ["지역"], ["지역명"], where="a.csv"))
    a.csv: column '지역' is missing (nearest: '지역명'); found instead: '지역명'; the file looks like air, dataset 'daily_air'
      rename the column as the office names it, or move the file out of the folder
    """
    known = {plain_name(name) for name in family.columns}
    spare = [name for name in header if name.strip() and plain_name(name) not in known]
    told = [f"column '{name}' is missing (nearest: {_nearest(name, spare)})" for name in missing]
    more = f" and {len(spare) - MOST_SHOWN} more" if len(spare) > MOST_SHOWN else ""
    instead = ", ".join(f"'{name.strip()}'" for name in spare[:MOST_SHOWN]) + more
    told.append(f"found instead: {instead or 'no other column'}")
    told += [f"column '{name}' stands {count} times" for name, count in columns_twice(header).items()]
    return UsageError(
        f"{where}: {'; '.join(told)}; the file looks like {family.title}, dataset '{family.dataset}'",
        hint="rename the column as the office names it, or move the file out of the folder",
    )


def columns_twice(header: Sequence[str]) -> dict[str, int]:
    """Return the columns that stand more than once in a header, however they are written, and how often.

    Parameters
    ----------
    header : sequence of str

    Returns
    -------
    dict of str to int

    Examples
    --------
    >>> columns_twice(["PM10", "pm10 ", "O3", "", ""])
    {'PM10': 2}
    """
    plain = [plain_name(name) for name in header]
    return {
        header[place].strip(): plain.count(name)
        for place, name in enumerate(plain)
        if name and plain.count(name) > 1 and plain.index(name) == place
    }


def _nearest(name: str, spare: Sequence[str]) -> str:
    plain = {plain_name(other): other for other in spare}
    near = difflib.get_close_matches(plain_name(name), list(plain), n=1, cutoff=0.3)
    return f"'{plain[near[0]].strip()}'" if near else "none"


def year_of(dates: pd.Series) -> pd.Series:
    """Return the year of dates written as words, missing where there is none.

    Parameters
    ----------
    dates : pandas.Series of str

    Returns
    -------
    pandas.Series

    Examples
    --------
    >>> year_of(pd.Series(["20210131", "2021-01-31", "x"])).tolist()
    ['2021', '2021', None]
    """
    found = [re.match(r"[0-9]{4}(?=[-./]?[0-9]{2})", str(value).strip()) for value in dates]
    return pd.Series([match[0] if match else None for match in found], index=dates.index, dtype=object)


def quarter_of(codes: pd.Series) -> pd.Series:
    """Return quarters as in ``2024Q1`` from the official ways of writing them, missing where there is none.

    Parameters
    ----------
    codes : pandas.Series of str

    Returns
    -------
    pandas.Series

    Examples
    --------
    >>> quarter_of(pd.Series(["20241", "2008. 1/4", "20245"])).tolist()
    ['2024Q1', '2008Q1', None]
    """
    found = [re.fullmatch(r"([0-9]{4})(?:\. ?)?([1-4])(?:/4)?", str(value).strip()) for value in codes]
    return pd.Series([f"{match[1]}Q{match[2]}" if match else None for match in found], index=codes.index, dtype=object)


def set_aside(shaped: Shaped, aside: np.ndarray, refused: list[Refusal]) -> Shaped:
    """Return rows without those set aside, which are refused with their reasons.

    Parameters
    ----------
    shaped : Shaped
    aside : numpy.ndarray of bool
        Shape (rows,).
    refused : list of Refusal
        One for each row set aside.

    Returns
    -------
    Shaped
    """
    return Shaped(shaped.frame[~aside].reset_index(drop=True), shaped.lines[~aside], [*shaped.refused, *refused])
