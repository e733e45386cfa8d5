"""How far tables made from protected rows are from those of the raw rows: 200 drawn at random, the error of each.

Loss per label says little to who makes tables. Here the tables are made, each label's rows spread evenly over what the
label covers, as an analyst would who knows no better; what differs from the table of the raw rows is the price.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from workbench.privacy.risk.encoding import encode, encode_together
from workbench.privacy.table_columns import is_words

TABLES = 200
MOST_BINS = 100
"""Finer axes are counted in so many bins of neighbouring leaves: nobody reads a table of a thousand rows."""

NUMBER_BINS = 20
"""Numbers that are not recoded are counted in so many bins of about equal counts."""

RANGE_FROM = 12
"""Filters on an axis with more bins than this take a range, on others one bin."""

DENSE_LABELS = 1 << 22
"""Up to so many pairs of labels are counted in a table of all of them."""


@dataclass(frozen=True, eq=False)
class Cover:
    """What the labels of a recoded column cover.

    Parameters
    ----------
    codes : numpy.ndarray
        Shape (rows,): the leaf of each raw row, -1 where missing.
    leaves : int
    ranges : callable
        From labels (list of str) to arrays ``(label, first, last)`` of equal length: label number ``label`` covers the
        leaves ``first`` to ``last``; a label may have several ranges, and one that stands for missing values has none.
    """

    codes: np.ndarray
    leaves: int
    ranges: Callable[[Sequence[str]], tuple[np.ndarray, np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class TableErrors:
    """The errors of tables drawn at random.

    Parameters
    ----------
    errors : tuple of float
        One per table: the sum of differences over the sum of both tables' counts; 0 alike, 1 nothing in common. Between
        tables of equal totals it is the total variation distance.
    columns : tuple of tuple of str
        The two columns of each table, and the one of its filter if it has one.
    left_out : mapping of str to str
        Columns that no table was made of, and why.
    """

    errors: tuple[float, ...]
    columns: tuple[tuple[str, ...], ...]
    left_out: Mapping[str, str] = field(default_factory=dict)

    def as_record(self) -> dict[str, Any]:
        """Return mean, median, ninth decile and the worst table; None where there is no table."""
        if not self.errors:
            return {
                "tables": 0,
                "mean": None,
                "median": None,
                "ninth_decile": None,
                "worst": None,
                "left_out": dict(self.left_out),
            }
        ranked = sorted(self.errors)
        worst = self.errors.index(ranked[-1])
        return {
            "tables": len(self.errors),
            "mean": statistics.fmean(self.errors),
            "median": statistics.median(self.errors),
            "ninth_decile": ranked[-(-9 * len(ranked) // 10) - 1],
            "worst": {"error": ranked[-1], "columns": list(self.columns[worst])},
            "left_out": dict(self.left_out),
        }


def two_way_errors(
    raw: Any,
    protected: Any,
    *,
    covers: Mapping[str, Cover],
    columns: Sequence[str] = (),
    seed: int = 0,
    tables: int = TABLES,
) -> TableErrors:
    """Compare random two-way tables, half of them of a filtered part, with those of the raw rows.

    Each table has a recoded column and another, recoded or kept; each filter is on a third column.

    Parameters
    ----------
    raw, protected : pandas.DataFrame or pyarrow.Table
        Rows need not correspond: suppressed ones are gone, and their absence is part of the error.
    covers : mapping of str to Cover
        The recoded columns.
    columns : sequence of str, optional
        Columns that were kept, or changed in place.
    seed : int, default 0
    tables : int, default 200

    Returns
    -------
    TableErrors
        Without any table where there are no rows, or no two columns.

    Raises
    ------
    UsageError
        A label that its cover does not know.

    Examples
    --------
    >>> import pyarrow as pa
    >>> raw = pa.table({"age": [30, 31], "sex": ["F", "M"]})
    >>> protected = pa.table({"age": ["30-31", "30-31"], "sex": ["F", "M"]})
    >>> def ranges(labels):
    ...     return np.array([0]), np.array([0]), np.array([1])
    >>> cover = Cover(np.array([0, 1]), 2, ranges)
    >>> two_way_errors(raw, protected, covers={"age": cover}, columns=["sex"], tables=1).errors
    (0.5,)
    """
    if not len(raw):
        return TableErrors((), (), {})
    axes: dict[str, _Axis] = {name: _covered(name, protected[name], cover) for name, cover in covers.items()}
    left_out: dict[str, str] = {}
    for name in columns:
        if name in axes:
            continue
        axis = _kept(name, raw[name], protected[name])
        if isinstance(axis, str):
            left_out[name] = axis
        else:
            axes[name] = axis
    draw = random.Random(seed)  # noqa: S311 - the same tables on every machine, and nothing secret
    errors: list[float] = []
    drawn: list[tuple[str, ...]] = []
    if not covers or len(axes) < 2:
        return TableErrors((), (), left_out)
    for _ in range(tables):
        first = draw.choice(list(covers))
        second = draw.choice([name for name in axes if name != first])
        others = [name for name in axes if name not in (first, second)]
        chosen = draw.choice(others) if others and draw.randrange(2) else None
        inside = None if chosen is None else _filter(axes[chosen], draw)
        errors.append(_error(axes[first], axes[second], axes[chosen] if chosen else None, inside))
        drawn.append((first, second, *([chosen] if chosen else [])))
    return TableErrors(tuple(errors), tuple(drawn), left_out)


@dataclass(frozen=True, eq=False)
class _Axis:
    """A column as bins: of each raw row, of each label what share of it is in which bin, and the label of each row."""

    raw: np.ndarray
    bins: int
    labels: np.ndarray
    shares: Any


def _covered(name: str, protected: Any, cover: Cover) -> _Axis:
    import pyarrow as pa

    bins = min(cover.leaves, MOST_BINS)
    has_missing = bool((cover.codes < 0).any())
    raw = np.where(cover.codes < 0, bins, cover.codes.astype(np.int64) * bins // cover.leaves)
    coded = encode(name, protected)
    words = [str(word) for word in coded.values.cast(pa.string()).to_pylist()]
    label, first, last = cover.ranges(words)
    shares = _shares(label, first, last, labels=coded.size, leaves=cover.leaves, bins=bins, has_missing=has_missing)
    return _Axis(raw, bins + 1, coded.codes, shares)


def _shares(
    label: np.ndarray, first: np.ndarray, last: np.ndarray, *, labels: int, leaves: int, bins: int, has_missing: bool
) -> Any:
    """Labels x bins, sparse: what share of a label lies in each bin; the last bin is that of missing values."""
    from scipy.sparse import csr_array

    low, high = first.astype(np.int64) * bins // leaves, last.astype(np.int64) * bins // leaves
    each = high - low + 1
    row = np.repeat(label, each)
    column = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each, each) + np.repeat(low, each)
    begin, end = -(-column * leaves // bins), -(-(column + 1) * leaves // bins) - 1
    covered = np.minimum(end, np.repeat(last, each)) - np.maximum(begin, np.repeat(first, each)) + 1
    whole = np.bincount(row, weights=covered, minlength=labels)
    everything = np.flatnonzero(whole >= leaves) if has_missing else np.zeros(0, np.int64)
    nothing = np.flatnonzero(whole == 0)
    missing = np.concatenate([everything, nothing])
    whole[missing] += 1
    row, column = np.concatenate([row, missing]), np.concatenate([column, np.full(len(missing), bins)])
    covered = np.concatenate([covered, np.ones(len(missing))])
    return csr_array((covered / whole[row], (row, column)), shape=(labels, bins + 1))


def _kept(name: str, raw: Any, protected: Any) -> _Axis | str:
    """The axis of a column that was not recoded, or why it can have none."""
    from scipy.sparse import eye_array

    here, there = encode(name, raw), encode(name, protected)
    kinds = [is_words(coded.values.type) for coded in (here, there)]
    if not any(kinds) and _are_numbers(here.values) and _are_numbers(there.values) and len(here.values) > NUMBER_BINS:
        edges = np.unique(np.nanquantile(_numbers(here), np.linspace(0, 1, NUMBER_BINS + 1)[1:-1], method="lower"))
        made = [
            np.where(np.isnan(found), len(edges) + 1, np.searchsorted(edges, found))
            for found in (_numbers(here), _numbers(there))
        ]
        return _Axis(made[0], len(edges) + 2, made[1], eye_array(len(edges) + 2, format="csr"))
    if here.values.type != there.values.type and len(here.values) and len(there.values) and kinds[0] != kinds[1]:
        return "its protected values are of another kind"
    if len(here.values) > MOST_BINS:
        return f"it has {len(here.values):,} different values"
    one, other = encode_together(name, [raw, protected])
    return _Axis(one.codes.astype(np.int64), one.size, other.codes, eye_array(one.size, format="csr"))


def _are_numbers(values: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_integer(values.type) or pa.types.is_floating(values.type) or pa.types.is_decimal(values.type))


def _numbers(coded: Any) -> np.ndarray:
    import pyarrow as pa

    return np.append(coded.values.cast(pa.float64()).to_numpy(zero_copy_only=False), np.nan)[coded.codes]


def _filter(axis: _Axis, draw: random.Random) -> np.ndarray:
    """Which bins a filter lets through: those between two random rows', or one row's."""
    picked = [int(axis.raw[draw.randrange(len(axis.raw))]) for _ in range(2)]
    low, high = (min(picked), max(picked)) if axis.bins > RANGE_FROM else (picked[0], picked[0])
    inside = np.zeros(axis.bins, dtype=bool)
    inside[low : high + 1] = True
    return inside


def _error(one: _Axis, other: _Axis, chosen: _Axis | None, inside: np.ndarray | None) -> float:
    """The error of a table, over the counts of both."""
    rows = slice(None) if chosen is None or inside is None else np.flatnonzero(inside[chosen.raw])
    true = np.bincount(one.raw[rows] * other.bins + other.raw[rows], minlength=one.bins * other.bins)
    weights = None
    if chosen is not None and inside is not None:
        weights = (chosen.shares @ inside.astype(float))[chosen.labels]
    shown = _label_table(one, other, weights)
    made = (one.shares.T @ shown @ other.shares).toarray().ravel()
    return float(np.abs(true - made).sum() / (true.sum() + made.sum()))


def _label_table(one: _Axis, other: _Axis, weights: np.ndarray | None) -> Any:
    """How many rows, weighted, have each pair of labels."""
    from scipy.sparse import csr_array

    rows, columns = one.shares.shape[0], other.shares.shape[0]
    if rows * columns <= DENSE_LABELS:
        joint = one.labels.astype(np.int32) * np.int32(columns) + other.labels
        return csr_array(np.bincount(joint, weights=weights, minlength=rows * columns).reshape(rows, columns))
    weights = np.ones(len(one.labels)) if weights is None else weights
    return csr_array((weights, (one.labels.astype(np.int64), other.labels.astype(np.int64))), shape=(rows, columns))
