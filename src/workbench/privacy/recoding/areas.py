"""Who may be recoded together: the people whose rows show the same set of cells of the analysis dimensions.

Local recoding happens inside each area, so that whoever follows one person's rows through the cells still sees k people.
An area that cannot hold k, l and t even as one class is suppressed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.privacy.recoding.guarantees import Guard
from workbench.privacy.recoding.profiles import Profiles, distinct_rows
from workbench.privacy.recoding.state import Shown, Task


@dataclass(frozen=True, eq=False)
class Areas:
    """What one combination of levels makes of the people.

    Parameters
    ----------
    area : numpy.ndarray
        Shape (profiles,): the people whose rows show the same set of cells share one; -1 where suppressed.
    shown : tuple of Shown
        The guards, measured against the people who are kept.
    suppressed : int
        Rows.
    """

    area: np.ndarray
    shown: tuple[Shown, ...]
    suppressed: int


def areas_of(profiles: Profiles, guards: Sequence[Guard], cell: np.ndarray, *, task: Task) -> Areas:
    """Divide the people into areas and suppress those that cannot hold.

    Parameters
    ----------
    profiles : Profiles
    guards : sequence of Guard
        One per sensitive field; what is whole is measured here.
    cell : numpy.ndarray
        Shape (items,): the cell of each item.
    task : Task
        Of the local attributes.

    Returns
    -------
    Areas

    Notes
    -----
    Suppressing an area changes the whole against which t is measured, so areas are judged anew until none falls.
    """
    signatures = len(profiles.start) - 1
    owner = np.repeat(np.arange(signatures), np.diff(profiles.start))
    cells = int(cell.max()) + 1 if len(cell) else 1
    pairs, which = np.unique(owner * cells + cell[profiles.item], return_inverse=True)
    holder, held = np.divmod(pairs, cells)
    begin = np.searchsorted(holder, np.arange(signatures + 1))
    slot_of_pair = np.arange(len(pairs)) - begin[holder]
    area_of_signature = _sets(held, begin)
    area = area_of_signature[profiles.signature]
    shown = [
        _shown(profiles, guard, place, slot_of_pair[which], int(np.diff(begin).max(initial=1)))
        for place, guard in enumerate(guards)
    ]
    areas = int(area_of_signature.max()) + 1 if signatures else 0
    kept = np.bincount(area, profiles.people, minlength=areas) >= task.k
    while True:
        inside = kept[area]
        measured = [_measure(one, profiles, inside) for one in shown]
        now = replace(task, shown=measured)
        profile = np.flatnonzero(inside)
        holds = now.holds(area[profile], profile, profiles.people[profile], owners=areas)
        if holds[kept].all():
            break
        kept &= holds
    suppressed = int((profiles.people * profiles.rows_each)[~kept[area]].sum())
    return Areas(area=np.where(kept[area], area, -1), shown=tuple(measured), suppressed=suppressed)


def _sets(held: np.ndarray, begin: np.ndarray) -> np.ndarray:
    """A number for each list, equal where lists are equal."""
    length = np.diff(begin)
    if not len(length):
        return np.zeros(0, np.int64)
    same = held[begin[:-1]]
    kinds = int(held.max()) + 1
    for place in range(1, int(length.max())):
        longer = np.flatnonzero(length > place)
        dense = np.unique(same[longer], return_inverse=True)[1]
        same[longer] = np.unique(dense * kinds + held[begin[longer] + place], return_inverse=True)[1]
    return distinct_rows([length, same], [int(length.max()) + 1, int(same.max()) + 1], rows=len(length))[0].astype(np.int64)


def _shown(profiles: Profiles, guard: Guard, place: int, slot: np.ndarray, slots: int) -> Shown:
    """Each person's values of one field, once per cell."""
    values = len(guard.whole)
    owner = np.repeat(np.arange(len(profiles.start) - 1), np.diff(profiles.start))
    entries = np.unique((owner * slots + slot) * values + profiles.values[place][profiles.item])
    rest, value = np.divmod(entries, values)
    holder, slot = np.divmod(rest, slots)
    begin = np.searchsorted(holder, np.arange(len(profiles.start)))
    length = np.diff(begin)[profiles.signature]
    start = np.append(0, np.cumsum(length))
    at = np.repeat(begin[:-1][profiles.signature] - start[:-1], length) + np.arange(start[-1])
    return Shown(guard, start, value[at], slot[at], slots)


def _measure(shown: Shown, profiles: Profiles, inside: np.ndarray) -> Shown:
    """The same, with the whole counted over the people inside: once per person and value."""
    owner = np.repeat(np.arange(len(profiles.people)), np.diff(shown.start))
    values = len(shown.guard.whole)
    pairs = np.unique(owner * values + shown.value) if shown.slots > 1 else owner * values + shown.value
    person, value = np.divmod(pairs, values)
    weight = np.where(inside, profiles.people, 0)[person]
    whole = np.bincount(value, weights=weight, minlength=values).astype(np.int64)
    guard = shown.guard
    return Shown(
        Guard(guard.name, whole, guard.l, guard.entropy, guard.t, guard.ordered),
        shown.start,
        shown.value,
        shown.slot,
        shown.slots,
    )
