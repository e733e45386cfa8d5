"""The risk of a table, measured: k, l and t, who is unique, and what an attacker could learn.

The same figures as pycanon's (k, distinct l, t: see ``measure_risk``), on codes instead of words, so that a million rows
take a moment and can be measured at every step of making a policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from workbench.errors import UsageError, combine
from workbench.privacy.risk.attackers import MOST_KNOWN, attackers
from workbench.privacy.risk.encoding import Coded, encode, encode_together
from workbench.privacy.risk.groups import Groups, group
from workbench.privacy.risk.measures import Counts, closeness, count_values, distinct_values, entropy_values
from workbench.privacy.risk.report import Reidentification, Risk, reidentification, size_bands
from workbench.privacy.table_columns import is_words, require_columns

L_MEASURES = ("distinct", "entropy")
T_DISTANCES = ("equal", "ordered")
SUPPRESSED = "*"
"""How a suppressed value reads."""


def measure_risk(
    frame: Any,
    *,
    quasi_identifiers: Sequence[str],
    sensitive: Sequence[str] = (),
    unit: str | None = None,
    l_measure: str | Mapping[str, str] = "distinct",
    t_distance: str | Mapping[str, str] = "equal",
    orders: Mapping[str, Sequence[Any]] | None = None,
    population: Any = None,
    known: int = MOST_KNOWN,
) -> Risk:
    """Measure the risk that a table leaves to the people in it.

    A missing value is a category of its own, among quasi-identifiers and sensitive values alike. With a unit, people are
    counted and not rows: a person counts once in each class, once for each sensitive value that they show there, and once
    for each that they show in the whole table.

    Beside pycanon 1.3.6: ``k`` is its ``k_anonymity``; ``l`` distinct its ``l_diversity`` of the one field, entropy rounded
    down its ``entropy_l_diversity``; ``t`` equal its ``t_closeness`` of a field of words, ordered that of a field of
    numbers, over ranks. pycanon takes the ordered distance for every number, drops rows with a missing quasi-identifier,
    gives a missing sensitive value no weight, and knows no people: there the figures differ by intent.

    Parameters
    ----------
    frame : pandas.DataFrame or pyarrow.Table
    quasi_identifiers : sequence of str
        The fields that an attacker may know. None at all: everybody looks the same.
    sensitive : sequence of str, optional
    unit : str, optional
        The field that tells whose row it is; by default each row is a person.
    l_measure : str or mapping of str to str, default "distinct"
        ``distinct`` or ``entropy``, for all fields or by field.
    t_distance : str or mapping of str to str, default "equal"
        ``equal`` or ``ordered``, for all fields or by field. Missing values rank last.
    orders : mapping of str to sequence, optional
        By field the order of its words, for the ordered distance; numbers, times and ordered categories have their own.
    population : pandas.DataFrame or pyarrow.Table, optional
        The people among whom the table's were drawn, one row each, with the same quasi-identifiers.
    known : int, default 3
        How many quasi-identifiers the attackers in the report know at most; 0: none are asked.

    Returns
    -------
    Risk

    Raises
    ------
    UsageError
        No rows, an unknown field, a field in two roles, a row without a unit, or an order that is not known.

    Examples
    --------
    >>> import pyarrow as pa
    >>> table = pa.table({"age": ["30-39", "30-39", "40-49"], "sex": ["F", "F", "M"], "illness": ["flu", "cold", "flu"]})
    >>> risk = measure_risk(table, quasi_identifiers=["age", "sex"], sensitive=["illness"])
    >>> risk.k, risk.l, risk.t, risk.sample_uniques
    (1, {'illness': 1}, {'illness': Fraction(1, 3)}, 1)
    """
    quasi_identifiers, sensitive = _names(quasi_identifiers), _names(sensitive)
    rows = _check(frame, quasi_identifiers, sensitive, unit)
    measures = _by_field("l_measure", l_measure, sensitive, allowed=L_MEASURES, default="distinct")
    distances = _by_field("t_distance", t_distance, sensitive, allowed=T_DISTANCES, default="equal")
    known_by = [encode(name, frame[name]) for name in quasi_identifiers]
    found = group(known_by, _unit(frame, unit), rows=rows)
    counted = {
        name: _counts(frame, name, found, ordered=distances[name] == "ordered", order=(orders or {}).get(name))
        for name in sensitive
    }
    hidden, hiding = found.smallest_of_people()
    prosecutor = reidentification(hidden, hiding)
    journalist, marketer, people_outside = _journalist(frame, quasi_identifiers, found, population, prosecutor)
    linked = found.linked()
    return Risk(
        quasi_identifiers=quasi_identifiers,
        sensitive=sensitive,
        unit=unit,
        rows=rows,
        people=found.persons,
        suppressed=_suppressed(known_by, rows),
        k=int(found.people.min()),
        l={
            name: int(distinct_values(counts).min()) if measures[name] == "distinct" else float(entropy_values(counts).min())
            for name, counts in counted.items()
        },
        t={name: closeness(counts, ordered=distances[name] == "ordered") for name, counts in counted.items()},
        classes=found.count,
        sample_uniques=int(hiding[hidden == 1].sum()),
        prosecutor=prosecutor,
        journalist=journalist,
        marketer=marketer,
        population=people_outside,
        discernibility=sum(
            int(size) * int(size) * int(times) for size, times in zip(*np.unique(found.rows, return_counts=True), strict=True)
        ),
        average_class_size=int(found.people.sum()) / found.count,
        class_sizes=size_bands(found.people),
        l_measure=measures,
        t_distance=distances,
        attackers=attackers(known_by, found, counted, most=known),
        linked_k=None if linked is None else int(linked.min()),
        linked_uniques=None if linked is None else int((linked == 1).sum()),
    )


def _names(given: Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _check(frame: Any, quasi_identifiers: Sequence[str], sensitive: Sequence[str], unit: str | None) -> int:
    """How many rows there are; refuse what cannot be measured."""
    present = list(frame.column_names if hasattr(frame, "column_names") else frame.columns)
    require_columns(quasi_identifiers, present, where="quasi-identifiers")
    require_columns(sensitive, present, where="sensitive fields")
    if unit is not None:
        require_columns([unit], present, where="unit")
    problems = [f"field '{name}' is both quasi-identifier and sensitive" for name in quasi_identifiers if name in sensitive]
    if unit in quasi_identifiers or unit in sensitive:
        problems.append(f"field '{unit}' is the unit and cannot have a second role")
    if problems:
        raise combine(problems, where="fields", hint="give each field one role")
    if not len(frame):
        raise UsageError("the table has no rows, so there is no risk to measure", hint="give a table with rows")
    return len(frame)


def _by_field(
    key: str, given: str | Mapping[str, str], fields: Sequence[str], *, allowed: Sequence[str], default: str
) -> dict[str, str]:
    if not isinstance(given, str):
        require_columns(list(given), fields, where=key)
    chosen = dict.fromkeys(fields, given) if isinstance(given, str) else {name: given.get(name, default) for name in fields}
    for found in [given] if isinstance(given, str) else list(given.values()):
        if found not in allowed:
            raise UsageError(f"{key}: '{found}', allowed: {', '.join(allowed)}")
    return chosen


def _unit(frame: Any, unit: str | None) -> Coded | None:
    if unit is None:
        return None
    coded = encode(unit, frame[unit])
    missing = coded.codes == len(coded.values)
    if missing.any():
        raise UsageError(
            f"unit '{unit}': missing in {int(missing.sum()):,} rows (the first is row {int(missing.argmax()) + 1:,}), "
            "so whose rows they are is not known",
            hint="fill it in, or leave these rows out",
        )
    return coded


def _counts(frame: Any, name: str, found: Groups, *, ordered: bool, order: Sequence[Any] | None) -> Counts:
    coded = encode(name, frame[name])
    values = _ranks(coded, order)[coded.codes] if ordered else coded.codes
    return count_values(found.of_row, values, groups=found.count, values=coded.size, person=found.person, persons=found.persons)


def _ranks(coded: Coded, order: Sequence[Any] | None) -> np.ndarray:
    """The rank of each code; missing last."""
    import pyarrow.compute as pc

    if order is not None:
        places = {value: place for place, value in enumerate(order)}
        lacking = sum(value not in places for value in coded.values.to_pylist())
        if lacking:
            raise UsageError(
                f"field '{coded.name}': its order lacks {lacking} of its values", hint="name every value in the order"
            )
        ranks = np.array([places[value] for value in coded.values.to_pylist()], np.int64)
        return np.append(np.argsort(np.argsort(ranks)), len(coded.values))
    if coded.ordered:
        return np.arange(coded.size)
    if is_words(coded.values.type):
        raise UsageError(
            f"field '{coded.name}': the ordered distance needs an order, and words have none",
            hint="give the order of the words, or take the equal distance",
        )
    ranks = np.empty(coded.size, np.int64)
    ranks[pc.sort_indices(coded.values).to_numpy()] = np.arange(len(coded.values))
    ranks[-1] = len(coded.values)
    return ranks


def _journalist(
    frame: Any, quasi_identifiers: Sequence[str], found: Groups, population: Any, prosecutor: Reidentification
) -> tuple[Reidentification, float, int | None]:
    """The risks of those who know only that somebody is in the population: the journalist's, the marketer's."""
    if population is None:
        return prosecutor, prosecutor.mean, None
    if found.person is not None:
        raise UsageError(
            "a population is compared with a table of one row per person, without a unit", hint="leave out one of both"
        )
    outside = _check(population, quasi_identifiers, (), None)
    pairs = [encode_together(name, [frame[name], population[name]]) for name in quasi_identifiers]
    both = [Coded(here.name, np.concatenate([here.codes, there.codes]), here.values) for here, there in pairs]
    joined = group(both, None, rows=len(found.of_row) + outside)
    here, there = np.split(joined.of_row, [len(found.of_row)])
    inside = np.bincount(here, minlength=joined.count)
    among = np.bincount(there, minlength=joined.count)
    short = int((among < inside).sum())
    if short:
        raise UsageError(
            f"the population has fewer people than the table in {short:,} combinations of quasi-identifiers",
            hint="give the population that the table's people were drawn from, coded alike",
        )
    shown = inside > 0
    risk = reidentification(among[shown], inside[shown])
    return risk, risk.mean, outside


def _suppressed(known: Sequence[Coded], rows: int) -> float:
    """The share of rows in which every quasi-identifier reads ``*``."""
    if not known:
        return 0.0
    hidden = np.ones(rows, dtype=bool)
    for coded in known:
        hidden &= coded.share_of(SUPPRESSED)
    return int(hidden.sum()) / rows
