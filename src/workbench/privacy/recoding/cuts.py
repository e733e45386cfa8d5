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
    task: Task,
    pieces: Pieces,
    group: np.ndarray,
    by_low: np.ndarray,
    by_high: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    span: np.ndarray,
) -> Proposal:
    """The best cut of each group; none where its span is 0."""
    groups = pieces.groups
    nothing = Proposal(gain=np.zeros(groups, np.int64), part=np.zeros(len(low), np.int64), lent=np.zeros(len(low), np.int64))
    wide = (span > 0)[group]
    if not wide.any():
        return nothing
    down = by_low[wide[by_low]]
    up = down if by_high is by_low else by_high[wide[by_high]]
    own, bottom = group[down], low[down]
    count = np.bincount(own, minlength=groups)
    people, rows = _passed(task, pieces, down)
    # a cut is named by its last value on the left: the distinct highest values of the pieces
    base = int(bottom.min())
    size = int(high[up].max()) - base + 2
    ends = group[up] * size + (high[up] - base)
    last = np.flatnonzero(np.append(ends[1:] != ends[:-1], True))
    owner = group[up[last]]
    first = np.append(True, owner[1:] != owner[:-1])
    group_end = np.cumsum(count)[owner]
    group_start = group_end - count[owner]
    if up is down:
        after, left_people, left_rows = last + 1, people[last + 1] - people[group_start], rows[last + 1] - rows[group_start]
    else:
        after = np.searchsorted(own * size + (bottom - base), ends[last], side="right")
        others, other_rows = _passed(task, pieces, up)
        left_people, left_rows = others[last + 1] - others[group_start], other_rows[last + 1] - other_rows[group_start]
    right_people, right_rows = people[group_end] - people[after], rows[group_end] - rows[after]
    all_people = people[group_end] - people[group_start]
    cut = base + ends[last] - owner * size
    following = np.minimum(after, len(down) - 1)
    right_low = bottom[following]
    if up is down:
        left_low, right_high = bottom[group_start], bottom[group_end - 1]
    else:
        shift = np.int64(2) * size  # running minima and maxima within groups, by lifting each group out of the others' way
        left_low = np.minimum.accumulate(low[up] - group[up] * shift)[last] + owner * shift
        right_high = np.maximum.accumulate((high[down] - own * shift)[::-1])[::-1][following] + owner * shift
    stay = all_people - left_people - right_people
    lacking = np.where((stay > 0) & (stay < task.k), task.k - stay, 0)
    allowed = (left_people >= task.k) & (right_people >= task.k) & (left_people + right_people >= 2 * task.k + lacking)
    if not allowed.any():
        return nothing
    whole = span[owner]
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
        lost = best_lent * task.rows_each[pieces.profile] * (span[group] - width)
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
    size = int(high.max()) + 1
    by_low = np.argsort(group * size + low, kind="stable")
    by_high = np.argsort(group * size + high, kind="stable") if axis.hulls else by_low
    best = _cut(task, pieces, group, by_low, by_high, low, high, highest - lowest)
    if axis.hulls:
        return best
    for top in (False, True):
        gain, edge = _peel(task, pieces, by_low, low, highest - lowest, top=top)
        better = gain > best.gain
        if not better.any():
            continue
        stays = low > edge[group] if top else low < edge[group]
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
    task: Task, pieces: Pieces, order: np.ndarray, value: np.ndarray, span: np.ndarray, *, top: bool
) -> tuple[np.ndarray, np.ndarray]:
    """What it would gain to part the k people at one end from the others, and the value of the innermost of them."""
    people, rows = _passed(task, pieces, order)
    ordered, start = value[order], pieces.start
    end = np.append(start[1:], len(order))
    whole, whole_rows = people[end] - people[start], rows[end] - rows[start]
    wanted = people[end] - task.k if top else people[start] + task.k
    at = np.searchsorted(people, wanted, side="right") - 1 if top else np.searchsorted(people, wanted) - 1  # holds the k-th
    at = np.clip(at, start, end - 1)
    edge = ordered[at]
    edges = np.repeat(edge, end - start)
    beyond = np.add.reduceat(np.where(ordered > edges if top else ordered < edges, pieces.people[order], 0), start)
    each = task.rows_each[pieces.profile[order]][at]
    if top:
        peeled = rows[end] - rows[at + 1] + (people[at + 1] - wanted) * each
        inner = np.where(people[at] == wanted, np.maximum(at - 1, start), at)
        lost, left = ordered[end - 1] - edge, ordered[inner] - ordered[start]
    else:
        peeled = rows[at] - rows[start] + (wanted - people[at]) * each
        inner = np.where(people[at + 1] == wanted, np.minimum(at + 1, end - 1), at)
        lost, left = edge - ordered[start], ordered[end - 1] - ordered[inner]
    gain = peeled * (span - lost) + (whole_rows - peeled) * (span - left)
    return np.where((span > 0) & (whole >= 2 * task.k) & (beyond > 0), gain, 0), edge


def _passed(task: Task, pieces: Pieces, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """People and rows before each place of an order, and in all."""
    people = pieces.people[order]
    rows = people * task.rows_each[pieces.profile[order]]
    return np.append(0, np.cumsum(people)), np.append(0, np.cumsum(rows))


def _side(low: np.ndarray, high: np.ndarray, cut: np.ndarray) -> np.ndarray:
    """1 left of the cut, 2 right of it, 0 across."""
    return np.where(high <= cut, 1, np.where(low > cut, 2, 0))
