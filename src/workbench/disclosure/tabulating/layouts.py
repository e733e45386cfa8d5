"""What a table is to be: its axes, the statistic in its cells, and how it is written.

A layout is written by a kernel, which is not trusted: one that does not hold together is refused where it is made.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, get_args

import numpy as np

from workbench.disclosure.tabulating.axes import Axis, Key, entry, typed, words_by_language
from workbench.errors import UsageError, unknown

__all__ = ["MAX_CELLS", "MEASURED", "STATISTICS", "WHOLES", "Axis", "Key", "Layout", "Statistic", "Whole", "entry", "typed"]

Statistic = Literal["count", "sum", "mean", "median", "value", "share", "rate", "quantile"]
Whole = Literal["rows", "columns", "all"]

STATISTICS: tuple[str, ...] = get_args(Statistic)
WHOLES: tuple[str, ...] = get_args(Whole)

MEASURED = ("sum", "mean", "median", "value", "quantile")
"""Statistics of a measured column; a share or a rate may be of one."""

MAX_CELLS = 200_000
"""A table that nobody could read is a mistake; the widest of the sample has a few hundred cells."""

MAX_DECIMALS = 9
"""More than any measurement carries."""


@dataclass(frozen=True)
class Layout:
    """What a table is to be.

    Parameters
    ----------
    rows : Axis
    columns : Axis or None
        None for a table with one column.
    statistic : {"count", "sum", "mean", "median", "value", "share", "rate", "quantile"}
    decimals : int
    people : bool
        Whether the contributors are counted as people; without it the rows are not about people.
    unit : mapping of str to str, optional
        By language.
    rounded_to : int, optional
        The number that the counts are multiples of, None where they are exact: it follows from the policies, never from a
        notebook.
    share_of : {"rows", "columns", "all"}, optional
        What a share is a percentage of: its row, its column or the whole table. The axis that it is added up along has a
        total among its keys.
    exposure : tuple of float, optional
        Of a rate: a public number above zero for each base key of the rows (residents, kilometres).
    per : float, optional
        Of a rate: how much exposure it is per, such as 100,000.
    quantile : float, optional
        Of a quantile, between 0 and 1; neither, which would be somebody's own value.
    of_value : bool
        Whether a share or a rate is of the sums of a value; otherwise it is of counts.

    Raises
    ------
    UsageError
        Where these do not fit each other.
    """

    rows: Axis
    columns: Axis | None
    statistic: Statistic
    decimals: int
    people: bool
    unit: Mapping[str, str] | None = None
    rounded_to: int | None = None
    share_of: Whole | None = None
    exposure: tuple[float, ...] | None = None
    per: float | None = None
    quantile: float | None = None
    of_value: bool = False

    def __post_init__(self) -> None:
        if self.statistic not in STATISTICS:
            raise unknown("statistic", str(self.statistic)[:60], STATISTICS)
        whole = isinstance(self.decimals, int) and not isinstance(self.decimals, bool)
        if not whole or not 0 <= self.decimals <= MAX_DECIMALS:
            raise UsageError(f"decimals: {self.decimals!r:.60}, allowed is a whole number from 0 to {MAX_DECIMALS}")
        if self.unit is not None:
            words_by_language(self.unit, "unit")
        base = self.rounded_to
        if base is not None and (not isinstance(base, int) or isinstance(base, bool) or base < 2):
            raise UsageError(f"rounded_to: {base!r:.60}, allowed is a whole number from 2")
        if self.shape[0] * self.shape[1] > MAX_CELLS:
            raise UsageError(
                f"a table of {self.shape[0]} x {self.shape[1]} cells, allowed {MAX_CELLS:,} in all",
                hint="use coarser rows or columns",
            )
        if self.statistic == "value" and (self.rows.sums or (self.columns and self.columns.sums)):
            raise UsageError("statistic 'value' shows single rows, which have no sums", hint="use the statistic 'sum'")
        self._check_share()
        self._check_rate()
        self._check_quantile()

    def _check_share(self) -> None:
        if (self.statistic == "share") != (self.share_of is not None):
            raise UsageError(
                f"share_of: {self.share_of!r:.60}, with statistic '{self.statistic}'; a share needs it, no other has it"
            )
        if not isinstance(self.of_value, bool) or (self.of_value and self.statistic not in ("share", "rate")):
            raise UsageError(
                f"of_value: {self.of_value!r:.60}, with statistic '{self.statistic}'; only a share or a rate may have it"
            )
        if self.share_of is None:
            return
        if self.share_of not in WHOLES:
            raise unknown("share_of", str(self.share_of)[:60], WHOLES)
        if self.columns is None and self.share_of == "rows":
            raise UsageError("share_of: 'rows', but the table has one column", hint="take share_of='columns'")
        along: tuple[tuple[Axis | None, Whole], ...] = ((self.columns, "rows"), (self.rows, "columns"))
        for axis, of in along:
            if axis is not None and self.share_of in (of, "all") and axis.whole is None:
                raise UsageError(f"share_of: '{self.share_of}', but '{axis.name}' has no total", hint="give it margins")

    def _check_rate(self) -> None:
        if self.statistic != "rate":
            if self.exposure is not None or self.per is not None:
                raise UsageError(f"exposure and per belong to a rate, found statistic '{self.statistic}'")
            return
        if self.exposure is None or not _positive(self.per):
            raise UsageError(f"a rate needs exposure, and per as a number above 0; found per {self.per!r:.60}")
        if len(self.exposure) != len(self.rows.base) or not all(_positive(one) for one in self.exposure):
            raise UsageError(f"exposure: not one number above 0 for each of {len(self.rows.base)} keys of '{self.rows.name}'")

    def _check_quantile(self) -> None:
        if (self.statistic == "quantile") != (self.quantile is not None):
            raise UsageError(
                f"quantile: {self.quantile!r:.60}, with statistic '{self.statistic}'; a quantile needs it, no other has it"
            )
        q = self.quantile
        if q is not None and (not _positive(q) or q >= 1):
            raise UsageError(
                f"quantile: {q!r:.60}, allowed is a number between 0 and 1, neither of them",
                hint="a minimum or a maximum is somebody's own value",
            )

    @property
    def fraction(self) -> Fraction:
        """The quantile as the exact fraction that its decimals name; a median's is a half."""
        return Fraction(1, 2) if self.quantile is None else Fraction(repr(self.quantile))

    @property
    def places(self) -> list[np.ndarray]:
        """Maps from base cells to cells, -1 where there is none: every cell once, the base cells first.

        Base cells are counted in C order over the axes' base keys, cells over all their keys; see ``Axis.layers``.
        """
        width = self.shape[1]
        columns = self.columns.layers if self.columns else (np.zeros(1, dtype=np.int64),)
        found = []
        for rows in self.rows.layers:
            for column in columns:
                place = rows[:, None] * width + column[None, :]
                place[(rows < 0)[:, None] | (column < 0)[None, :]] = -1
                found.append(place.ravel())
        return found

    def as_record(self) -> dict[str, Any]:
        """Return the layout as it stands in a result file."""
        return {
            "rows": self.rows.as_record(),
            "columns": self.columns.as_record() if self.columns else None,
            "statistic": self.statistic,
            "decimals": self.decimals,
            "contributors": "people" if self.people else None,
            "unit": dict(self.unit) if self.unit else None,
            **({"rounded_to": self.rounded_to} if self.rounded_to else {}),
            **({"share_of": self.share_of} if self.share_of else {}),
            **({"exposure": list(self.exposure), "per": self.per} if self.exposure is not None else {}),
            **({"quantile": self.quantile} if self.quantile is not None else {}),
            **({"of_value": True} if self.of_value else {}),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Layout:
        """Read a layout from a result file.

        Raises
        ------
        UsageError
            Where the record is none of a table.
        """
        columns = entry(record, "columns", (dict, type(None)), where="table")
        contributors = entry(record, "contributors", (str, type(None)), where="table")
        if contributors not in ("people", None):
            raise unknown("contributors", contributors[:60], ["people"], where="table")
        return cls(
            rows=Axis.from_record(entry(record, "rows", dict, where="table")),
            columns=None if columns is None else Axis.from_record(columns),
            statistic=entry(record, "statistic", str, where="table"),
            decimals=entry(record, "decimals", int, where="table"),
            people=contributors == "people",
            unit=entry(record, "unit", (dict, type(None)), where="table"),
            rounded_to=record.get("rounded_to"),
            share_of=record.get("share_of"),
            exposure=None if record.get("exposure") is None else tuple(entry(record, "exposure", list, where="table")),
            per=record.get("per"),
            quantile=record.get("quantile"),
            of_value=record.get("of_value", False),
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows.keys), 1 if self.columns is None else len(self.columns.keys)


def _positive(number: Any) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and number > 0 and math.isfinite(number)
