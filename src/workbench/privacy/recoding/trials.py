"""One way to recode, with what it loses: the levels of the dimensions, the areas, the classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.privacy.recoding.areas import Areas
from workbench.privacy.recoding.dimensions import Column
from workbench.privacy.recoding.profiles import Profiles
from workbench.privacy.recoding.state import Pieces, Task


@dataclass(frozen=True, eq=False)
class Trial:
    """One way to recode.

    Parameters
    ----------
    levels : tuple of int
        Of the dimensions.
    areas : Areas
    task : Task
    classes : Pieces
    loss : int
        Over the task's denominator: NCP summed over rows and quasi-identifiers.
    lost, lost_locally : sequence of int
        Rows times leaves, by dimension and by local attribute, without suppressed rows.
    """

    levels: tuple[int, ...]
    areas: Areas
    task: Task
    classes: Pieces
    loss: int
    lost: Sequence[int]
    lost_locally: Sequence[int]


def dimension_loss(profiles: Profiles, column: Column, level: int, areas: Areas) -> int:
    """Return rows times leaves that a level of a dimension loses in the rows kept.

    Parameters
    ----------
    profiles : Profiles
    column : Column
    level : int
    areas : Areas

    Returns
    -------
    int
    """
    return int((column.codings[level].cost[column.leaf_of_item] * profiles.rows_of_item(areas.area >= 0)).sum())


def local_loss(task: Task, classes: Pieces) -> list[int]:
    """Return rows times leaves that each local attribute loses.

    Parameters
    ----------
    task : Task
    classes : Pieces

    Returns
    -------
    list of int
    """
    if not classes.groups:
        return [0] * len(task.axes)
    rows = np.add.reduceat(classes.people * task.rows_each[classes.profile], classes.start)
    return [
        int((axis.cost_of(*stretch) * rows).sum())
        for axis in task.axes
        for stretch in [
            (
                np.minimum.reduceat(axis.low[classes.profile], classes.start),
                np.maximum.reduceat(axis.high[classes.profile], classes.start),
            )
        ]
    ]
