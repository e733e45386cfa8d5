"""Cutting an interval in two where it saves most, both halves shrinking to the values that they hold.

Where missing values are mixed with present ones, the two are parted first. A person whose own rows lie on both sides
stays behind with the whole interval.
"""

from __future__ import annotations

import numpy as np

from workbench.privacy.recoding.axes import Axis
from workbench.privacy.recoding.families import part_into
from workbench.privacy.recoding.lending import divided, lend
from workbench.privacy.recoding.proposals import Proposal
from workbench.privacy.recoding.state import Pieces, Task

TRIES = 20
"""So many cuts of a group are tried, best first, when l or t forbid the best."""
EACH_CUT = 6
"""After so many, only cuts whose smaller part is a quarter larger than that of the last."""


def best_cut(task: Task, axis: Axis, pieces: Pieces, group: np.ndarray) -> Proposal:
    """Propose the cut of each group that saves most.

    Parameters
    ----------
    task : Task
    axis : Axis
        Of intervals.
    pieces : Pieces
    group : numpy.ndarray
        Shape (pieces,).

    Returns
    -------
    Proposal
    """
    low, high = axis.low[pieces.profile], axis.high[pieces.profile]
    lowest, highest = np.minimum.reduceat(low, pieces.start), np.maximum.reduceat(high, pieces.start)
    if axis.missing < 0:
        return _cut_or_peel(task, axis, pieces, group, lowest, highest)
    mixed = (highest == axis.missing) & (lowest < axis.missing)
    if not mixed.any():
        return _cut_or_peel(task, axis, pieces, group, lowest, highest)
    absent = low == axis.missing
    part = np.where(mixed[group], np.where(absent, 2, np.where(high < axis.missing, 1, 0)), 0)
    present = np.where(high < axis.missing, high, -1)
    top = np.maximum.reduceat(present, pieces.start)
    spans = np.where(top >= 0, top - lowest, 0)
    cost = np.append(spans, 0)
    child = np.where(absent, len(spans), group)
    apart = part_into(task, pieces, group, part, child, cost, np.where(mixed, axis.tree.span, 0))
    cut = _cut_or_peel(task, axis, pieces, group, lowest, np.where(mixed, lowest, highest))
    return Proposal(
        gain=np.where(mixed, apart.gain, cut.gain),
        part=np.where(mixed[group], apart.part, cut.part),
        lent=np.where(mixed[group], apart.lent, cut.lent),
    )


def _cut(
    task: Task, pieces: Pieces, group: np.ndarray, low: np.ndarray, high: np.ndarray, lowest: np.ndarray, highest: np.ndarray
) -> Proposal:
    """The best cut of each group; none where lowest is highest."""
    groups = pieces.groups
    nothing = Proposal(gain=np.zeros(groups, np.int64), part=np.zeros(len(low), np.int64), lent=np.zeros(len(low), np.int64))
    wide = (lowest < highest)[group]
    if not wide.any():
        return nothing
    at = np.flatnonzero(wide)
    own, bottom, top = group[at], low[at], high[at]
    people = pieces.people[at]
    rows = people * task.rows_each[pieces.profile[at]]
    base = int(bottom.min())
    size = int(top.max()) - base + 2
    up, down = np.argsort(own * size + (top - base), kind="stable"), np.argsort(own * size + (bottom - base), kind="stable")
    all_people = np.bincount(own, people, groups).astype(np.int64)
    # a cut is named by its last value on the left: the distinct highest values of the pieces
    ends = (own * size + (top - base))[up]
    last = np.flatnonzero(np.append(ends[1:] != ends[:-1], True))
    owner = own[up][last]
    first = np.append(True, owner[1:] != owner[:-1])
    left_people = _within(np.cumsum(people[up])[last], first)
    left_rows = _within(np.cumsum(rows[up])[last], first)
    begins = (own * size + (bottom - base))[down]
    after = np.searchsorted(begins, ends[last], side="right")
    passed_people, passed_rows = np.append(0, np.cumsum(people[down])), np.append(0, np.cumsum(rows[down]))
    group_end = np.searchsorted(begins, (owner + 1) * size)
    right_people, right_rows = passed_people[group_end] - passed_people[after], passed_rows[group_end] - passed_rows[after]
    stay = all_people[owner] - left_people - right_people
    lacking = np.where((stay > 0) & (stay < task.k), task.k - stay, 0)
    allowed = (left_people >= task.k) & (right_people >= task.k) & (left_people + right_people >= 2 * task.k + lacking)
    if not allowed.any():
        return nothing
    cut = base + ends[last] - owner * size
    shift = np.int64(2) * size  # running minima and maxima within groups, by lifting each group out of the others' way
    left_low = np.minimum.accumulate(bottom[up] - base - own[up] * shift)[last] + owner * shift + base
    reversed_top = np.maximum.accumulate((top[down] - base - own[down] * shift)[::-1])[::-1]
    right_low = bottom[down][np.minimum(after, len(down) - 1)]
    right_high = reversed_top[np.minimum(after, len(down) - 1)] + owner * shift + base
    whole = (highest - lowest)[owner]
    gain = left_rows * (whole - (cut - left_low)) + right_rows * (whole - (right_high - right_low))
    gain = np.where(allowed, gain, 0)
    starts = np.flatnonzero(first)
    place = np.cumsum(first) - 1
    fewer = np.minimum(left_people, right_people)
    best_gain, best_side, best_lent = np.zeros(groups, np.int64), np.zeros(len(low), np.int64), np.zeros(len(low), np.int64)
    asking = np.ones(groups, bool)
    for turn in range(TRIES if task.shown else 1):
        top_gain = np.maximum.reduceat(gain, starts)
        tried = np.flatnonzero((gain == top_gain[place]) & (gain > 0) & asking[owner])
        tried = tried[np.append(True, owner[tried][1:] != owner[tried][:-1])] if len(tried) else tried
        if not len(tried):
            break
        mine, edge, need = np.zeros(groups, bool), np.zeros(groups, np.int64), np.zeros(groups, np.int64)
        mine[owner[tried]], edge[owner[tried]], need[owner[tried]] = True, cut[tried], lacking[tried]
        side = np.where(mine[group], _side(low, high, edge[group]), 0)
        lent, filled = lend(
            task, pieces, group, lender=np.where(side > 0, 2 * group + side - 1, -1), lenders=2 * groups, need=need
        )
        good = mine & (filled | (need == 0)) & _parts_hold(task, pieces, group, mine, side, lent)
        settled = tried[good[owner[tried]]]
        best_gain[owner[settled]] = gain[settled]
        best_side, best_lent = np.where(good[group], side, best_side), np.where(good[group], lent, best_lent)
        asking[owner[settled]] = False
        gain[tried] = 0
        if turn >= EACH_CUT:  # the parts are too small rather than the cut unlucky: go on with larger ones
            bound = np.zeros(groups, np.int64)
            bound[owner[tried]] = fewer[tried] + fewer[tried] // 4
            gain = np.where(fewer <= bound[owner], 0, gain)
    if best_lent.any():
        width = np.where(best_side == 1, _span(low, high, group, best_side == 1), _span(low, high, group, best_side == 2))
        lost = best_lent * task.rows_each[pieces.profile] * ((highest - lowest)[group] - width)
        best_gain = np.maximum(best_gain - np.bincount(group, lost, minlength=groups).astype(np.int64), 0)
    return Proposal(gain=best_gain, part=best_side, lent=best_lent)


def _parts_hold(
    task: Task, pieces: Pieces, group: np.ndarray, asked: np.ndarray, part: np.ndarray, lent: np.ndarray
) -> np.ndarray:
    """Whether the parts 0, 1 and 2 of each group that is asked for hold l and t."""
    groups = pieces.groups
    if not task.shown:
        return np.ones(groups, bool)
    at = np.flatnonzero(asked[group])
    owner, profile, people = divided(3 * group[at] + part[at], 3 * group[at], pieces.profile[at], pieces.people[at], lent[at])
    return np.asarray(task.holds(owner, profile, people, owners=3 * groups).reshape(groups, 3).all(axis=1))


def _span(low: np.ndarray, high: np.ndarray, group: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """How far the pieces inside stretch, told to each piece of their group; 0 where nobody is inside."""
    groups = int(group.max()) + 1
    lowest, highest = np.full(groups, np.iinfo(np.int64).max), np.full(groups, np.iinfo(np.int64).min)
    np.minimum.at(lowest, group[inside], low[inside])
    np.maximum.at(highest, group[inside], high[inside])
    anyone = highest >= lowest
    return np.where(anyone, np.where(anyone, highest, 0) - np.where(anyone, lowest, 0), 0)[group]


def _cut_or_peel(task: Task, axis: Axis, pieces: Pieces, group: np.ndarray, lowest: np.ndarray, highest: np.ndarray) -> Proposal:
    """The better of cutting between two values and of peeling too few people off an end."""
    low, high = axis.low[pieces.profile], axis.high[pieces.profile]
    best = _cut(task, pieces, group, low, high, lowest, highest)
    if axis.hulls:
        return best
    for mirrored in (False, True):
        value, first, last = (-low, -highest, -lowest) if mirrored else (low, lowest, highest)
        gain, edge = _peel(task, pieces, group, value, first, last)
        better = gain > best.gain
        if not better.any():
            continue
        stays = value < edge[group]
        outside = np.bincount(group, np.where(stays, pieces.people, 0), minlength=len(edge)).astype(np.int64)
        lent, filled = lend(
            task,
            pieces,
            group,
            lender=np.where(stays, -1, group),
            lenders=pieces.groups,
            need=np.where(better, task.k - outside, 0),
        )
        filled = filled & better & _parts_hold(task, pieces, group, filled & better, np.where(stays, 0, 1), lent)
        best = Proposal(
            gain=np.where(filled, gain, best.gain),
            part=np.where(filled[group], np.where(stays, 0, 1), best.part),
            lent=np.where(filled[group], lent, best.lent),
        )
    return best


def _peel(
    task: Task, pieces: Pieces, group: np.ndarray, value: np.ndarray, first: np.ndarray, last: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What it would gain to part the k people of lowest value from the others, and the value of the last of them."""
    groups = pieces.groups
    base = int(value.min())
    order = np.argsort(group * (int(value.max()) - base + 1) + (value - base), kind="stable")
    own, ordered, people = group[order], value[order], pieces.people[order]
    rows = people * task.rows_each[pieces.profile[order]]
    total, total_rows = np.cumsum(people), np.cumsum(rows)
    before, before_rows = (total - people)[pieces.start], (total_rows - rows)[pieces.start]
    whole, whole_rows = np.add.reduceat(people, pieces.start), np.add.reduceat(rows, pieces.start)
    at = np.searchsorted(total, before + task.k)  # the piece that holds the k-th person
    edge = ordered[at]
    inside = np.bincount(own, np.where(ordered < edge[own], people, 0), groups).astype(np.int64)
    used_up = (total[at] - before) == task.k
    following = np.where(used_up & (at + 1 < pieces.start + np.diff(np.append(pieces.start, len(order)))), at + 1, at)
    peeled = (
        (total_rows - rows)[at]
        - before_rows
        + (before + task.k - (total - people)[at]) * task.rows_each[pieces.profile[order]][at]
    )
    width = last - first
    gain = peeled * (width - (edge - first)) + (whole_rows - peeled) * (width - (last - ordered[following]))
    return np.where((whole >= 2 * task.k) & (inside > 0), gain, 0), edge


def _side(low: np.ndarray, high: np.ndarray, cut: np.ndarray) -> np.ndarray:
    """1 left of the cut, 2 right of it, 0 across."""
    return np.where(high <= cut, 1, np.where(low > cut, 2, 0))


def _within(total: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Running sums within groups, from running sums over all."""
    starts = np.flatnonzero(first)
    before = np.append(0, total[starts[1:] - 1]) if len(starts) else np.zeros(0, np.int64)
    return total - np.repeat(before, np.diff(np.append(starts, len(first))))
