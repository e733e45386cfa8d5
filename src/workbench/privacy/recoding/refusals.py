"""Why a guarantee cannot be reached, in words: which field stands in the way, and what the data hold.

Even with every local attribute at ``*`` each area is one class; so what is in the way is the data as a whole, or an
analysis dimension whose cells are too small.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from workbench.errors import GateRefused
from workbench.privacy.recoding.areas import areas_of
from workbench.privacy.recoding.dimensions import Column, cells_of
from workbench.privacy.recoding.guarantees import Guard, entropy_reaches
from workbench.privacy.recoding.profiles import Profiles
from workbench.privacy.recoding.state import Task


def refuse(
    profiles: Profiles, guards: Sequence[Guard], columns: Sequence[Column], *, task: Task, suppression: float | Fraction
) -> GateRefused:
    """Say why what is asked cannot be reached.

    Parameters
    ----------
    profiles : Profiles
    guards : sequence of Guard
    columns : sequence of Column
        Of the dimensions.
    task : Task
    suppression : float or Fraction

    Returns
    -------
    GateRefused
    """
    people = int(profiles.people.sum())
    problems = [f"k = {task.k}: the data hold {people:,} people"] if people < task.k else []
    for place, guard in enumerate(guards):
        owner = np.repeat(np.arange(len(profiles.start) - 1), np.diff(profiles.start))
        values = len(guard.whole)
        pairs = np.unique(owner * values + profiles.values[place][profiles.item])
        weight = np.bincount(profiles.signature, profiles.people, minlength=len(profiles.start) - 1).astype(np.int64)
        counts = np.bincount(pairs % values, weight[pairs // values], minlength=values).astype(np.int64)
        counts = counts[counts > 0]
        if guard.l is None:
            continue
        if not guard.entropy and len(counts) < guard.l:
            problems.append(f"l = {guard.l:g} of '{guard.name}': it has {len(counts)} different values among all people")
        elif guard.entropy and not entropy_reaches([int(n) for n in counts], guard.l):
            share = counts / counts.sum()
            reached = float(np.exp(-(share * np.log(share)).sum()))
            problems.append(f"entropy l = {guard.l:g} of '{guard.name}': all people together have {reached:.3f}")
    if problems:
        return _refusal(problems, hint="take in more rows, or ask for less")
    rows = int((profiles.people * profiles.rows_each).sum())
    asked = ", ".join(
        [f"k = {task.k}"]
        + [f"l = {guard.l:g} of '{guard.name}'" for guard in guards if guard.l is not None]
        + [f"t = {float(guard.t):g} of '{guard.name}'" for guard in guards if guard.t is not None]
    )
    for column in columns:
        cell = cells_of([column], [len(column.codings) - 1], items=profiles.items)
        left = areas_of(profiles, guards, cell, task=task).suppressed
        if left:
            problems.append(f"'{column.attribute.name}' at its coarsest leaves {left:,} of {rows:,} rows in cells that hold less")
    levels = [len(column.codings) - 1 for column in columns]
    left = areas_of(profiles, guards, cells_of(columns, levels, items=profiles.items), task=task).suppressed
    names = ", ".join(f"'{column.attribute.name}'" for column in columns)
    problems.append(
        f"{asked} with at most {float(suppression):.1%} of rows suppressed: the analysis dimensions {names} at their coarsest "
        f"leave {left:,} of {rows:,} rows in cells that hold less"
    )
    return _refusal(problems, hint="take a field out of analysis_dimensions, coarsen its hierarchy, or raise limits.suppression")


def _refusal(problems: list[str], *, hint: str) -> GateRefused:
    """One refusal for all problems."""
    if len(problems) == 1:
        return GateRefused(f"not reached: {problems[0]}", hint=hint)
    return GateRefused("not reached:\n" + "\n".join(f"  - {problem}" for problem in problems), hint=hint)
