"""From classes of profiles back to the labels of every row.

A profile that was divided gives its people to its classes in the order of their first rows, or in one that its caller knows
and no order of rows changes. Labels are few and rows many,
so each column is a dictionary of labels and one gather.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from workbench.privacy.recoding.attributes import Attribute
from workbench.privacy.recoding.dimensions import Column
from workbench.privacy.recoding.profiles import Profiles, distinct_rows
from workbench.privacy.recoding.trials import Trial

Ranks = Callable[[np.ndarray], np.ndarray]
"""From the places of rows to their ranks among each other."""


@dataclass(frozen=True, eq=False)
class Published:
    """What a reader of the protected rows sees.

    Parameters
    ----------
    columns : dict of str to pyarrow.DictionaryArray
        All rows; null where suppressed.
    kept : numpy.ndarray
        Shape (rows,), bool.
    classes : numpy.ndarray
        Shape (rows,), int32: which combination of labels; -1 where suppressed.
    """

    columns: dict[str, pa.DictionaryArray]
    kept: np.ndarray
    classes: np.ndarray


def publish(
    attributes: Sequence[Attribute],
    profiles: Profiles,
    columns: Sequence[Column],
    trial: Trial,
    *,
    ranks: Ranks | None = None,
) -> Published:
    """Write the labels of every row.

    Parameters
    ----------
    attributes : sequence of Attribute
    profiles : Profiles
    columns : sequence of Column
        Of the dimensions.
    trial : Trial
    ranks : callable, optional
        Given one row of each person of divided profiles: who comes first among equals.

    Returns
    -------
    Published
    """
    group = _group_of_person(profiles, trial, ranks)
    if profiles.person_of_row is not None:
        group = group[profiles.person_of_row]
    kept = group >= 0
    everyone = bool(kept.all())
    axes, dimensions = iter(trial.task.axes), iter(zip(columns, trial.levels, strict=True))
    written, places, sizes = {}, [], []
    classes = trial.classes
    group_place: list[np.ndarray] = []
    for attribute in attributes:
        if attribute.dimension:
            column, level = next(dimensions)
            coding = column.codings[level]
            labels, index = _merged(coding.labels, coding.node[_places(column, attribute)])
            places.append(index)
        else:
            axis = next(axes)
            lowest = np.minimum.reduceat(axis.low[classes.profile], classes.start)
            highest = np.maximum.reduceat(axis.high[classes.profile], classes.start)
            stretches = np.unique(lowest * (int(highest.max()) + 1) + highest, return_index=True, return_inverse=True)
            labels, of_group = _merged([axis.label_of(int(lowest[at]), int(highest[at])) for at in stretches[1]], stretches[2])
            group_place.append(of_group)
            sizes.append(len(labels))
            index = of_group.astype(np.int32)[group]
        written[attribute.name] = pa.DictionaryArray.from_arrays(
            pa.array(index.astype(np.int32, copy=False), mask=None if everyone else ~kept), pa.array(labels, pa.string())
        )
    merged, _ = distinct_rows(group_place, sizes, rows=classes.groups)
    of_row = merged[group]
    if places:
        widths = [len(written[column.attribute.name].dictionary) for column in columns]
        cells = [np.where(kept, place, 0) for place in places]
        found = np.full(len(group), -1, np.int32)
        found[kept] = distinct_rows(
            [of_row[kept], *(cell[kept] for cell in cells)], [classes.groups, *widths], rows=int(kept.sum())
        )[0]
    else:
        found = of_row if everyone else np.where(kept, of_row, -1).astype(np.int32)
    return Published(columns=written, kept=kept, classes=found)


def _places(column: Column, attribute: Attribute) -> np.ndarray:
    """Where each row's leaf stands among those in use: by a table of all leaves, unless there are many more than rows."""
    leaves, codes = attribute.tree.leaves, attribute.codes
    if leaves > max(len(codes), 2**20):
        return np.searchsorted(column.leaves, np.where(codes < 0, leaves, codes))
    place = np.zeros(leaves + 1, np.int32)
    place[column.leaves] = np.arange(len(column.leaves))
    return place[codes]  # -1, a missing value, reads the last place, where missing values stand


def _group_of_person(profiles: Profiles, trial: Trial, ranks: Ranks | None) -> np.ndarray:
    """The class of each person, -1 where suppressed."""
    classes = trial.classes
    group = classes.group()
    pieces = np.bincount(classes.profile, minlength=len(profiles.people))
    of_profile = np.full(len(profiles.people), -1, np.int32)
    of_profile[classes.profile] = group
    found = of_profile[profiles.of_person]
    divided = pieces > 1
    if divided.any():
        persons = np.flatnonzero(divided[profiles.of_person])
        first = persons if ranks is None else ranks(_first_rows(profiles)[persons])
        persons = persons[np.lexsort((first, profiles.of_person[persons]))]
        at = np.flatnonzero(divided[classes.profile])
        at = at[np.argsort(classes.profile[at], kind="stable")]
        found[persons] = np.repeat(group[at], classes.people[at])
    return found


def _first_rows(profiles: Profiles) -> np.ndarray:
    """The first row of each person."""
    if profiles.person_of_row is None:
        return np.arange(len(profiles.of_person))
    found = np.empty(len(profiles.of_person), np.int64)
    found[profiles.person_of_row[::-1]] = np.arange(len(profiles.person_of_row))[::-1]
    return found


def _merged(labels: list[str], index: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Labels once each: two nodes may bear the same name."""
    distinct = list(dict.fromkeys(labels))
    if len(distinct) == len(labels):
        return labels, index
    place = {label: at for at, label in enumerate(distinct)}
    return distinct, np.array([place[label] for label in labels])[index]
