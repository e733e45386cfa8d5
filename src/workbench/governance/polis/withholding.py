"""Which groups and which counts may be shown: pure rules over numbers of people.

A group of few people, or few of a group, would show what these few think of a public question; and what is left out
must not come back by subtracting what is shown from the totals.
"""

from __future__ import annotations

import numpy as np

from workbench.governance.papers.consultations import SMALLEST_GROUP


def shown_groups(people: np.ndarray, *, smallest: int = SMALLEST_GROUP) -> np.ndarray:
    """Return which groups may be shown by name and size, the number of all participants being known.

    Groups of fewer than ``smallest`` people are withheld, and with them the next smallest ones until at least two are
    withheld whose sizes can each lie anywhere in an interval at least ``smallest`` wide (every one has one person or more).

    Parameters
    ----------
    people : numpy.ndarray of int, shape (G,)
    smallest : int, default 10

    Returns
    -------
    numpy.ndarray of bool, shape (G,)

    Examples
    --------
    >>> shown_groups(np.array([40, 60, 25])).tolist()
    [True, True, True]
    >>> shown_groups(np.array([40, 60, 3, 25])).tolist()
    [True, True, False, False]
    """
    withheld = (people > 0) & (people < smallest)
    while withheld.any() and not withheld.all():
        hidden = int(withheld.sum())
        if hidden >= 2 and int(people[withheld].sum()) - hidden >= smallest:
            break
        withheld[_least(people, withheld)] = True
    return ~withheld


def shown_counts(seen: np.ndarray, people: np.ndarray, *, smallest: int = SMALLEST_GROUP) -> np.ndarray:
    """Return which counts by group may be shown for each comment, its counts over all people being known.

    Withheld are groups that :func:`shown_groups` withholds, groups of which fewer than ``smallest`` answered the comment,
    and the next smallest ones until what a reader gets by subtraction is the sum of at least two groups and of ``smallest``
    people or more: as much as a shown group tells. Where it is nobody at all, there is no opinion to guard.

    Parameters
    ----------
    seen : numpy.ndarray of int, shape (C, G)
        People of each group who answered each comment.
    people : numpy.ndarray of int, shape (G,)
    smallest : int, default 10

    Returns
    -------
    numpy.ndarray of bool, shape (C, G)
        All False for a comment that fewer than ``smallest`` people answered.

    Examples
    --------
    >>> shown_counts(np.array([[30, 20, 12], [30, 20, 4], [3, 2, 1]]), np.array([40, 25, 15])).tolist()
    [[True, True, True], [True, False, False], [False, False, False]]
    """
    withheld = ~shown_groups(people, smallest=smallest) | (seen < smallest)
    withheld[seen.sum(axis=1) < smallest] = True
    for comment in np.flatnonzero(withheld.any(axis=1) & ~withheld.all(axis=1)):
        row = withheld[comment]
        while not row.all() and not _merged(seen[comment][row], people[row], smallest=smallest):
            row[_least(seen[comment], row)] = True
    return ~withheld


def _merged(seen: np.ndarray, people: np.ndarray, *, smallest: int) -> bool:
    """Whether the withheld counts, which a reader gets as one sum, are of several groups and of enough people."""
    total = int(seen.sum())
    return total == 0 or (int((people > 0).sum()) >= 2 and total >= smallest)


def _least(sizes: np.ndarray, withheld: np.ndarray) -> int:
    """The place of the smallest one not yet withheld, the first of equals."""
    rest = np.flatnonzero(~withheld)
    return int(rest[np.argmin(sizes[rest])])
