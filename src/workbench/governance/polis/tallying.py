"""Who agreed with what, by opinion group: pure counting over the arrays of an export.

One pass of ``numpy.bincount``; nothing here reads a file or decides what may be published.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from workbench.governance.polis.reading import PolisExport

AGREE, DISAGREE, PASS = 0, 1, 2
"""Places of the three choices in the last axis of counts."""


@dataclass(frozen=True, eq=False)
class PolisTally:
    """Counts of a consultation: C comments, G opinion groups, and last of all the people without a group.

    Parameters
    ----------
    comment_ids : numpy.ndarray of int, shape (C,)
    group_ids : tuple of int, length G
    people : numpy.ndarray of int, shape (G + 1,)
        Participants of each group.
    counts : numpy.ndarray of int, shape (C, G + 1, 3)
        People who agree, disagree, pass.
    """

    comment_ids: np.ndarray
    group_ids: tuple[int, ...]
    people: np.ndarray
    counts: np.ndarray

    @property
    def seen(self) -> np.ndarray:
        """People of each group who answered each comment, shape (C, G + 1)."""
        return np.asarray(self.counts.sum(axis=2))

    @property
    def overall(self) -> np.ndarray:
        """People who agree, disagree, pass, over all groups, shape (C, 3)."""
        return np.asarray(self.counts.sum(axis=1))

    @property
    def group_informed_consensus(self) -> np.ndarray:
        """How far every group agrees with each comment, shape (C,): see :func:`group_informed_consensus`."""
        return group_informed_consensus(self.counts[:, :-1, AGREE], self.seen[:, :-1])


def tally_polis(export: PolisExport) -> PolisTally:
    """Count the last vote of each person on each comment, by group.

    Parameters
    ----------
    export : PolisExport

    Returns
    -------
    PolisTally

    Examples
    --------
    >>> import datetime as dt
    >>> from workbench.governance.polis.reading import PolisExport
    >>> export = PolisExport(
    ...     comment_ids=np.array([5]), moderated=np.array([1]), texts=("More trees",), group_ids=(0, 1),
    ...     group=np.array([0, 1, 2]), voter=np.array([0, 1, 2]), comment=np.array([0, 0, 0]), vote=np.array([1, -1, 0]),
    ...     held=(dt.date(2026, 5, 4), dt.date(2026, 5, 9)), files={},
    ... )
    >>> tally_polis(export).counts.tolist()
    [[[1, 0, 0], [0, 1, 0], [0, 0, 1]]]
    """
    comments, groups = len(export.comment_ids), len(export.group_ids) + 1
    choice = np.array([PASS, AGREE, DISAGREE])[export.vote]
    cell = (export.comment.astype(np.int64) * groups + export.group[export.voter]) * 3 + choice
    counts = np.bincount(cell, minlength=comments * groups * 3).reshape(comments, groups, 3)
    people = np.bincount(export.group, minlength=groups)
    return PolisTally(comment_ids=export.comment_ids, group_ids=export.group_ids, people=people, counts=counts)


def group_informed_consensus(agree: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return the product over groups of the chance that a member agrees, (agree + 1) / (seen + 2).

    One group that disagrees brings the product down, however small it is: no majority of the rest makes up for it. The
    formula is Polis's own (Small, Bjorkegren, Erkkilä, Shaw and Megill 2021, "Polis: Scaling deliberation by mapping high
    dimensional opinion spaces", Recerca 26(2); https://compdemocracy.org/group-informed-consensus; in its program
    ``math/src/polismath/math/conversation.clj``, ``group-aware-consensus``). People without a group do not enter.

    Parameters
    ----------
    agree, seen : numpy.ndarray, shape (..., G)
        People of each group who agree with the comment, and who answered it at all.

    Returns
    -------
    numpy.ndarray, shape (...)
        Between 0 and 1.

    Examples
    --------
    >>> float(group_informed_consensus(np.array([9, 4]), np.array([10, 8])))
    0.4166666666666667
    """
    return np.asarray(np.prod((agree + 1.0) / (seen + 2.0), axis=-1))
