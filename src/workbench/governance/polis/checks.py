"""Whether the files of a Polis export tell the same story, and whether 1 in them means agree.

An export that was cut, or whose files were saved at different times while people went on voting, or whose signs are those
of the database, gives figures that look as good as right ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workbench.errors import UsageError, combine

NONE = -2
"""A cell without a vote."""

OWN_VOTES = 5
"""So many authors must have judged their own comments before their votes witness the sign.

Polis lets authors agree with what they wrote: in 14 conversations of its open data 2,270 did and 24 disagreed.
"""

MAX_TOLD = 5


@dataclass(frozen=True, eq=False)
class Votes:
    """Every vote that was cast, by place of participant and comment, and the matrix of last votes that Polis gives.

    Parameters
    ----------
    voter, comment, vote, time : numpy.ndarray of int, shape (N,)
    matrix : numpy.ndarray of int, shape (P, C)
        -2 for none.
    person_ids : numpy.ndarray of int, shape (P,)
    comment_ids : numpy.ndarray of int, shape (C,)
    """

    voter: np.ndarray
    comment: np.ndarray
    vote: np.ndarray
    time: np.ndarray
    matrix: np.ndarray
    person_ids: np.ndarray
    comment_ids: np.ndarray

    def counted(self, choice: int) -> np.ndarray:
        """Return how many votes of a choice were cast on each comment, changed ones included, shape (C,).

        Parameters
        ----------
        choice : int

        Returns
        -------
        numpy.ndarray of int

        Examples
        --------
        >>> vote, none = np.array([1, -1, 1]), np.array([0, 0, 0])
        >>> Votes(none, none, vote, none, np.array([[1]]), np.array([7]), np.array([2])).counted(1).tolist()
        [2]
        """
        return np.bincount(self.comment[self.vote == choice], minlength=len(self.comment_ids))


def check_sign(
    votes: Votes, comments: Mapping[str, np.ndarray], by_group: Mapping[str, np.ndarray] | None, *, where: str
) -> None:
    """Refuse an export in which 1 stands for disagree, in some of its files or in all.

    Four witnesses: the sums in ``comments.csv``; the matrix of participants; the sums that Polis's own analysis wrote into
    ``comment-groups.csv``; and the authors, who agree with their own comments, which finds the sign even where every file
    has the same wrong one. Figures that fit neither way are not the sign's fault: see :func:`check_totals`.

    Parameters
    ----------
    votes : Votes
    comments : mapping of str to numpy.ndarray
        ``agrees``, ``disagrees`` and ``author-id`` of each comment.
    by_group : mapping of str to numpy.ndarray, optional
        ``comment-id``, ``agrees`` and ``disagrees`` of ``comment-groups.csv``.
    where : str
        The folder, for messages.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> one, none = np.array([-1, -1]), np.array([0, 0])
    >>> votes = Votes(np.array([0, 1]), none, one, none, np.array([[1], [1]]), np.array([7, 8]), np.array([2]))
    >>> told = {"agrees": np.array([0]), "disagrees": np.array([2]), "author-id": np.array([7])}
    >>> check_sign(votes, told, None, where="export")
    Traceback (most recent call last):
    ...
    workbench.errors.UsageError: export: participants-votes.csv fits the votes only with the opposite sign ...
    """
    agree, disagree = votes.counted(1), votes.counted(-1)
    cells = votes.matrix[votes.voter, votes.comment]
    problems = []
    if _swapped((agree, disagree), (comments["agrees"], comments["disagrees"])):
        problems.append("agrees and disagrees of comments.csv fit the votes only with the opposite sign")
    if int((cells == -votes.vote).sum()) > int((cells == votes.vote).sum()):
        problems.append("participants-votes.csv fits the votes only with the opposite sign")
    if by_group is not None:
        known = np.isin(by_group["comment-id"], votes.comment_ids)
        place = np.searchsorted(votes.comment_ids, by_group["comment-id"][known])
        theirs = (by_group["agrees"] - by_group["disagrees"])[known]
        if int((theirs * (agree - disagree)[place]).sum()) < 0:
            problems.append("comment-groups.csv, which Polis computes itself, agrees where the votes disagree")
    own = votes.vote[votes.person_ids[votes.voter] == comments["author-id"][votes.comment]]
    for_it, against = int((own == 1).sum()), int((own == -1).sum())
    if for_it + against >= OWN_VOTES and against > for_it:
        problems.append(f"{against} authors disagree with their own comments and {for_it} agree: the signs are turned")
    if problems:
        hint = (
            "in Polis's database agree is -1, in its exports 1: export again from a current version of Polis; "
            "which file is right cannot be told from here, so nothing is turned round"
        )
        raise combine(problems, where=where, hint=hint)


def _swapped(counted: tuple[np.ndarray, np.ndarray], told: tuple[np.ndarray, np.ndarray]) -> bool:
    straight = np.abs(counted[0] - told[0]).sum() + np.abs(counted[1] - told[1]).sum()
    turned = np.abs(counted[0] - told[1]).sum() + np.abs(counted[1] - told[0]).sum()
    return bool(turned * 10 < straight)  # an export may be a few votes out, and have its signs turned besides


def check_totals(
    votes: Votes, comments: Mapping[str, np.ndarray], people: Mapping[str, np.ndarray], *, where: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each person's last vote on each comment, all three files being of one mind about it.

    Parameters
    ----------
    votes : Votes
    comments : mapping of str to numpy.ndarray
        ``agrees`` and ``disagrees`` of each comment.
    people : mapping of str to numpy.ndarray
        ``n-votes``, ``n-agree`` and ``n-disagree`` of each participant.
    where : str
        The folder, for messages.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray, numpy.ndarray)
        Place of the participant, place of the comment, vote: one row each per person and comment.

    Raises
    ------
    UsageError
        The files do not add up, or do not say which of two votes is the last.

    Examples
    --------
    >>> none = np.array([0, 0])
    >>> votes = Votes(none, none, np.array([1, -1]), np.array([9, 4]), np.array([[1]]), np.array([7]), np.array([2]))
    >>> one = np.array([1])
    >>> told = {"agrees": one, "disagrees": one}
    >>> rows = {"n-votes": one, "n-agree": one, "n-disagree": np.array([0])}
    >>> [column.tolist() for column in check_totals(votes, told, rows, where="export")]
    [[0], [0], [1]]
    """
    width = len(votes.comment_ids)
    key = votes.voter.astype(np.int64) * width + votes.comment
    order = np.lexsort((votes.vote, votes.time, key))
    key, time, vote = key[order], votes.time[order], votes.vote[order]
    last = np.flatnonzero(np.append(key[1:] != key[:-1], [True] * bool(len(key))))
    first = np.append(0, last[:-1] + 1)
    voter, comment = np.divmod(key[last], width)
    cells = votes.matrix[voter, comment]
    final = vote[last]
    problems: list[str] = []
    for place in np.flatnonzero((last > first) & (time[last] == time[np.maximum(last - 1, 0)])):
        same = (time[first[place] : last[place] + 1] == time[last[place]]).nonzero()[0] + first[place]
        choices = set(vote[same].tolist())
        if len(choices) > 1 and int(cells[place]) in choices:
            final[place] = cells[place]
        elif len(choices) > 1:
            problems.append(
                f"votes.csv: on comment {votes.comment_ids[comment[place]]} one voter gave two votes in the same instant, "
                "and participants-votes.csv has neither"
            )
    once = first == last
    differs = once & (cells != final)
    cast = np.zeros(len(last), dtype=bool)
    for choice in (-1, 0, 1):  # a report lists changed votes in no certain order: any of them may stand in its matrix
        gave = np.logical_or.reduceat(vote == choice, first)
        cast |= gave & (cells == choice)
    differs |= ~once & ~cast
    problems += _told("participants-votes.csv: other votes than votes.csv", votes.comment_ids[comment[differs]])
    if int((votes.matrix != NONE).sum()) != len(last) and not differs.any():
        problems.append("participants-votes.csv: votes that votes.csv does not have")
    rows = {"n-votes": votes.matrix != NONE, "n-agree": votes.matrix == 1, "n-disagree": votes.matrix == -1}
    for name, cell in rows.items():
        wrong = int((cell.sum(axis=1) != people[name]).sum())
        if wrong:
            problems.append(f"participants-votes.csv: {name} is not what the row holds, for {wrong:,} participants")
    problems += _comment_totals(votes, comments, (comment, final))
    if problems:
        hint = "a file is cut, or they are not of the same moment: export all again, once the consultation is closed"
        raise combine(problems, where=where, kind=UsageError, hint=hint)
    return voter, comment, final


def _comment_totals(votes: Votes, comments: Mapping[str, np.ndarray], last: tuple[np.ndarray, np.ndarray]) -> list[str]:
    """Comments whose sums are neither those of all votes cast nor, in the whole file, those of the last ones."""
    comment, final = last
    width = len(votes.comment_ids)
    names = {1: "agrees", -1: "disagrees"}
    wrong = np.zeros(width, dtype=bool)
    wrong_last = np.zeros(width, dtype=bool)
    for choice, name in names.items():
        wrong |= votes.counted(choice) != comments[name]
        wrong_last |= np.bincount(comment[final == choice], minlength=width) != comments[name]
    if not wrong.any() or not wrong_last.any():
        return []
    return _told("comments.csv: agrees or disagrees are not what votes.csv holds", votes.comment_ids[wrong])


def _told(what: str, ids: np.ndarray) -> list[str]:
    """A problem with the comments it touches: their ids, never the voters'."""
    if not len(ids):
        return []
    unique = np.unique(ids)
    more = ", …" if len(unique) > MAX_TOLD else ""
    return [f"{what}, on comments {', '.join(str(one) for one in unique[:MAX_TOLD])}{more} ({len(unique):,})"]
