"""What a source hands over: rows in the catalogue's field names, each with its line in the source.

Values may still be words; intake turns them into the catalogue's types and refuses those that cannot be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from workbench.errors import UsageError

MISSING = frozenset({"", "-"})
"""What official files and interfaces write for "not measured"."""


@dataclass(frozen=True)
class Refusal:
    """One row that a source itself could not read or does not keep.

    Parameters
    ----------
    line : int
        The source's line or row number.
    field : str
        The catalogue's field, or ``""`` for the row as a whole.
    found, allowed, reason : str

    Examples
    --------
    >>> Refusal(line=3, field="", found="5 values", allowed="8 values", reason="cut off").reason
    'cut off'
    """

    line: int
    field: str
    found: str
    allowed: str
    reason: str


@dataclass(frozen=True, eq=False)
class Batch:
    """The rows of one source, to be checked and kept as one part.

    Parameters
    ----------
    source : str
        A file's name or a service and its options, as people may read it.
    kind : {'official', 'synthetic'}
    frame : pandas.DataFrame
        In catalogue field names; a field that is left out is missing in every row.
    lines : numpy.ndarray
        Shape (rows,): the source's line or row number of each row.
    refused : tuple of Refusal
        Rows that did not get as far as the frame.
    missing : frozenset of str
        Words that mean "no value".
    sha256 : str
        Of the source's bytes; empty where there are none to compare.
    retrieved : str or None
        The date, ``YYYY-MM-DD``, on which the source was retrieved.

    Examples
    --------
    >>> batch = Batch("a.csv", "official", pd.DataFrame({"station": ["강남구"]}), np.array([2]))
    >>> batch.arrived
    1
    """

    source: str
    kind: Literal["official", "synthetic"]
    frame: pd.DataFrame
    lines: np.ndarray
    refused: tuple[Refusal, ...] = ()
    missing: frozenset[str] = MISSING
    sha256: str = ""
    retrieved: str | None = None

    def __post_init__(self) -> None:
        if len(self.lines) != len(self.frame):
            raise UsageError(f"{self.source}: {len(self.frame)} rows with {len(self.lines)} line numbers")

    @property
    def arrived(self) -> int:
        """How many rows the source brought, read or not."""
        return len(self.frame) + len(self.refused)
