"""Recoding quasi-identifiers until every class holds k people, l-diversity and t-closeness, with least information loss.

The face of the engine. Rows become profiles, the levels of analysis dimensions are chosen, the people of each area are
split, labels are written back to rows, and what is published is checked anew before anyone sees it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pyarrow as pa

from workbench.errors import UsageError, combine
from workbench.privacy.recoding.areas import Areas, areas_of
from workbench.privacy.recoding.attributes import Attribute, Sensitive
from workbench.privacy.recoding.axes import axis_of
from workbench.privacy.recoding.dimensions import Column, cells_of, column_of
from workbench.privacy.recoding.guarantees import Guard, as_fraction
from workbench.privacy.recoding.profiles import Profiles, profiles_of
from workbench.privacy.recoding.publishing import Ranks, publish
from workbench.privacy.recoding.refusals import refuse
from workbench.privacy.recoding.splitting import split
from workbench.privacy.recoding.state import Task, pieces_by
from workbench.privacy.recoding.trials import Trial, dimension_loss, local_loss
from workbench.privacy.recoding.verify import verify

MOST_COMBINATIONS = 100_000
"""So many combinations of levels of analysis dimensions are looked at."""
MOST_TRIALS = 24
"""So many of them are recoded in full, those that lose least by themselves first."""


@dataclass(frozen=True, eq=False)
class Recoded:
    """What recoding gave.

    Parameters
    ----------
    columns : dict of str to pyarrow.DictionaryArray
        The labels of each quasi-identifier, all rows; null where a row is suppressed.
    kept : numpy.ndarray
        Shape (rows,), bool.
    classes : numpy.ndarray
        Shape (rows,), int32: rows with the same labels share a class; -1 where suppressed.
    levels : dict of str to int
        The level of each analysis dimension, 0 the finest.
    k : int
        The fewest people that share a class; 0 without rows.
    l : dict of str to float
        By sensitive field: the fewest distinct values (with entropy: exp of the least entropy) of a class.
    t : dict of str to float
        By sensitive field: the greatest distance of a class from all rows kept.
    ncp : float
        Normalised certainty penalty, mean over quasi-identifiers and rows; a suppressed row counts 1.
    ncp_by : dict of str to float
        The same of each quasi-identifier.
    people : int
        How many the data hold.
    """

    columns: dict[str, pa.DictionaryArray]
    kept: np.ndarray
    classes: np.ndarray
    levels: dict[str, int]
    k: int
    l: dict[str, float]  # noqa: E741 - the field's own word
    t: dict[str, float]
    ncp: float
    ncp_by: dict[str, float]
    people: int


def recode(
    attributes: Sequence[Attribute],
    *,
    people: np.ndarray | None = None,
    k: int,
    sensitive: Sequence[Sensitive] = (),
    suppression: float | Fraction = 0,
    ranks: Ranks | None = None,
) -> Recoded:
    """Recode quasi-identifiers with least information loss under k-anonymity, l-diversity and t-closeness.

    Parameters
    ----------
    attributes : sequence of Attribute
        Those with ``dimension`` get one level for the whole column, the others are recoded class by class.
    people : numpy.ndarray, optional
        Shape (rows,): whose row it is, as codes. By default each row is a person.
    k : int
        The fewest people of a class.
    sensitive : sequence of Sensitive
    suppression : float or Fraction, default 0
        The share of rows that may be left out; used only for cells of analysis dimensions.
    ranks : callable, optional
        From an array of places of rows, one of each person, to their ranks: who comes first where people of one profile get
        different labels. By default the order of rows decides.

    Returns
    -------
    Recoded

    Raises
    ------
    GateRefused
        What is asked cannot be reached within the limit; names the fields in the way.
    UsageError
        Columns of different lengths, k below 1, a name that stands twice.

    Notes
    -----
    Rows of one person count once. A person whose rows differ is one profile: in each local attribute the smallest label
    around all their rows, in the dimensions the set of cells that their rows show.

    Levels of dimensions are chosen by least NCP, suppressed rows included: combinations are taken in the order of what
    the levels lose by themselves, which bounds the total from below; the first :data:`MOST_TRIALS` that the limit allows
    and that the bound does not exclude are recoded in full. Ties go to the finer levels of the dimensions named first.

    Examples
    --------
    >>> from workbench.privacy.recoding import interval_tree
    >>> age = interval_tree("age", (1, 100))
    >>> values = pa.array([17, 18, 18, 40, 41, 41])
    >>> recoded = recode([Attribute("age", age, age.codes(values))], k=3)
    >>> recoded.columns["age"].to_pylist()
    ['17-18', '17-18', '17-18', '40-41', '40-41', '40-41']
    """
    rows = _checked(attributes, people, sensitive, k=k, suppression=suppression)
    if not rows:
        return _nothing(attributes, sensitive)
    guarded = [field for field in sensitive if field.guarded]
    profiles = profiles_of(attributes, guarded, people, rows=rows)
    task = _task(attributes, profiles, k=k, rows=rows)
    guards = [_guard(field) for field in guarded]
    columns = [column_of(attribute, profiles.dimensions[at]) for at, attribute in enumerate(_dimensions(attributes))]
    best: Trial | None = None
    trials = 0
    allowed = as_fraction(suppression) * rows
    for own_loss, levels in _combinations(columns, profiles.rows_of_item(), task.denominator):
        if trials >= MOST_TRIALS or (best is not None and own_loss >= best.loss):
            break
        areas = areas_of(profiles, guards, cells_of(columns, levels, items=profiles.items), task=task)
        if areas.suppressed > allowed or areas.suppressed == rows:
            continue
        trials += 1
        trial = _try(profiles, columns, areas, levels, task=task)
        if best is None or trial.loss < best.loss:
            best = trial
    if best is None:
        raise refuse(profiles, guards, columns, task=task, suppression=suppression)
    published = publish(attributes, profiles, columns, best, ranks=ranks)
    measured = verify(attributes, published, people=people, sensitive=sensitive, k=k)
    return Recoded(
        columns=published.columns,
        kept=published.kept,
        classes=published.classes,
        levels={column.attribute.name: level for column, level in zip(columns, best.levels, strict=True)},
        k=measured.k,
        l=measured.l,
        t=measured.t,
        ncp=float(Fraction(best.loss, task.denominator * rows * len(attributes))) if attributes else best.areas.suppressed / rows,
        ncp_by=_ncp_by(attributes, best, rows=rows),
        people=len(profiles.of_person),
    )


def _checked(
    attributes: Sequence[Attribute],
    people: np.ndarray | None,
    sensitive: Sequence[Sensitive],
    *,
    k: int,
    suppression: float | Fraction,
) -> int:
    """How many rows there are, after all arguments are found to fit together."""
    lengths = {attribute.name: len(attribute.codes) for attribute in attributes}
    lengths |= {field.name: len(field.codes) for field in sensitive}
    if people is not None:
        lengths["people"] = len(people)
    problems = []
    if len(lengths) != len(attributes) + len(sensitive) + (people is not None):
        problems.append("a field stands twice")
    if len(set(lengths.values())) > 1:
        problems.append("columns of different lengths: " + ", ".join(f"{name} {length}" for name, length in lengths.items()))
    if not lengths:
        problems.append("neither quasi-identifiers nor sensitive fields nor people: there are no rows")
    if k < 1:
        problems.append(f"k = {k}, allowed is 1 or more")
    if not 0 <= suppression <= 1:
        problems.append(f"suppression = {suppression}, allowed is 0 to 1")
    if problems:
        raise combine(problems, where="recoding")
    return next(iter(lengths.values()))


def _dimensions(attributes: Sequence[Attribute]) -> list[Attribute]:
    """Those with one coding for the whole column."""
    return [attribute for attribute in attributes if attribute.dimension]


def _task(attributes: Sequence[Attribute], profiles: Profiles, *, k: int, rows: int) -> Task:
    """What is to be split. All losses are whole numbers over one common denominator."""
    local = [attribute for attribute in attributes if not attribute.dimension]
    denominator = math.lcm(*(attribute.tree.span for attribute in attributes))
    return Task(
        axes=[
            axis_of(attribute.tree, low, high) for attribute, low, high in zip(local, profiles.low, profiles.high, strict=True)
        ],
        k=k,
        rows_each=profiles.rows_each,
        shown=(),
        scale=[denominator // attribute.tree.span for attribute in local],
        denominator=denominator,
        exact=np.int64 if denominator * rows < 2**62 else object,
    )


def _guard(field: Sensitive) -> Guard:
    """What is asked of a sensitive field; what its whole is depends on who is kept."""
    return Guard(
        name=field.name,
        whole=np.zeros(max(field.size, 1), np.int64),
        l=field.l,
        entropy=field.l_measure == "entropy",
        t=None if field.t is None else as_fraction(field.t),
        ordered=field.t_distance == "ordered",
    )


def _combinations(columns: Sequence[Column], rows_of_item: np.ndarray, denominator: int) -> list[tuple[int, tuple[int, ...]]]:
    """Every combination of levels with what it loses by itself, the least first, then the finer levels first."""
    count = math.prod(len(column.codings) for column in columns)
    if count > MOST_COMBINATIONS:
        raise UsageError(
            f"{count:,} combinations of levels of {', '.join(column.attribute.name for column in columns)}, "
            f"allowed {MOST_COMBINATIONS:,}",
            hint="take fewer analysis dimensions, or hierarchies with fewer levels",
        )
    losses = [
        [
            int((coding.cost[column.leaf_of_item] * rows_of_item).sum()) * (denominator // column.attribute.tree.span)
            for coding in column.codings
        ]
        for column in columns
    ]
    found = itertools.product(*(range(len(column.codings)) for column in columns))
    return sorted((sum(loss[level] for loss, level in zip(losses, levels, strict=True)), levels) for levels in found)


def _try(profiles: Profiles, columns: Sequence[Column], areas: Areas, levels: tuple[int, ...], *, task: Task) -> Trial:
    """Recode the people of each area, and count what is lost."""
    task = replace(task, shown=areas.shown)
    kept = np.flatnonzero(areas.area >= 0)
    classes = split(task, pieces_by(areas.area[kept], kept, profiles.people[kept]))
    lost = [dimension_loss(profiles, column, level, areas) for column, level in zip(columns, levels, strict=True)]
    lost_locally = local_loss(task, classes)
    loss = sum(own * (task.denominator // column.attribute.tree.span) for own, column in zip(lost, columns, strict=True)) + sum(
        own * scale for own, scale in zip(lost_locally, task.scale, strict=True)
    )
    loss += areas.suppressed * (len(columns) + len(task.axes)) * task.denominator
    return Trial(levels=levels, areas=areas, task=task, classes=classes, loss=loss, lost=lost, lost_locally=lost_locally)


def _ncp_by(attributes: Sequence[Attribute], best: Trial, *, rows: int) -> dict[str, float]:
    """The information loss of each quasi-identifier."""
    lost, locally = iter(best.lost), iter(best.lost_locally)
    return {
        attribute.name: float(
            (Fraction(next(lost) if attribute.dimension else next(locally), attribute.tree.span) + best.areas.suppressed) / rows
        )
        for attribute in attributes
    }


def _nothing(attributes: Sequence[Attribute], sensitive: Sequence[Sensitive]) -> Recoded:
    """A table without rows is protected as it is."""
    empty = pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), pa.array([], pa.string()))
    names = [field.name for field in sensitive]
    return Recoded(
        columns={attribute.name: empty for attribute in attributes},
        kept=np.zeros(0, bool),
        classes=np.zeros(0, np.int32),
        levels={attribute.name: 0 for attribute in _dimensions(attributes)},
        k=0,
        l=dict.fromkeys(names, 0.0),
        t=dict.fromkeys(names, 0.0),
        ncp=0.0,
        ncp_by={attribute.name: 0.0 for attribute in attributes},
        people=0,
    )
