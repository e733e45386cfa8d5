"""A folder of CSV files, as Polis exports it, as arrays: the last vote of each person on each comment, and each one's group.

What Polis writes, found in its program (``math/src/polismath/darwin/export.clj``, ``server/src/report.ts``) and in its open
data (github.com/compdemocracy/openData), and what is made of it:

- ``votes.csv`` holds every vote ever cast; of several by one person on one comment the last by timestamp counts. Reports
  give seconds, older exports milliseconds. Two different votes in one instant: the one that ``participants-votes.csv`` holds.
- ``comments.csv``: ``agrees`` and ``disagrees`` count all rows of ``votes.csv``, changed votes included. ``moderated`` is -1
  rejected, 0 not yet looked at, 1 accepted.
- ``participants-votes.csv`` (``participant-votes.csv`` in reports): one row per voter, one column per comment. Who answered
  too few comments has no group.
- In an export 1 is agree, -1 disagree, 0 pass; in Polis's database the signs are the other way round, and exports of late 2024
  passed them on as they were. :mod:`workbench.governance.polis.checks` finds that out, and refuses rather than guesses.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from workbench.errors import UsageError, combine
from workbench.governance.polis.checks import Votes, check_sign, check_totals
from workbench.governance.polis.tables import Kind, Layout, read_columns, record_lines, sorted_lines_sha256

SEOUL = ZoneInfo("Asia/Seoul")

MILLISECONDS_FROM = 10**11
"""From here on a timestamp counts milliseconds: as seconds it would lie in the year 5138, as milliseconds in 1973."""

FIRST_DAY = dt.date(2012, 1, 1)
"""Polis did not exist before."""

MAX_TOLD = 5
"""How many ids a message names."""

_FILES = {
    "votes.csv": ("votes.csv",),
    "comments.csv": ("comments.csv",),
    "participants-votes.csv": ("participants-votes.csv", "participant-votes.csv"),
    "comment-groups.csv": ("comment-groups.csv",),
}
_REPORT_PREFIX = r"([0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{4}-[0-9A-Za-z]+-)?"


def _per_comment(name: str) -> Kind | None:
    return "cell" if re.fullmatch(r"[0-9]{1,9}", name) else None


_VOTES = Layout(
    {"timestamp": "count", "comment-id": "count", "voter-id": "count", "vote": "choice"},
    ignored=frozenset({"datetime", "important"}),
)
_COMMENTS = Layout(
    {
        "comment-id": "count",
        "author-id": "count",
        "agrees": "count",
        "disagrees": "count",
        "moderated": "choice",
        "comment-body": "text",
    },
    ignored=frozenset({"timestamp", "datetime", "is-meta", "is-seed", "group-informed-consensus", "importance"}),
)
_PARTICIPANTS = Layout(
    {"participant": "count", "group-id": "group", "n-votes": "count", "n-agree": "count", "n-disagree": "count"},
    ignored=frozenset({"xid", "n-comments"}),
    others=_per_comment,
)
_GROUPS = Layout(
    {"comment-id": "count", "agrees": "count", "disagrees": "count"},
    ignored=frozenset({"comment", "passes", "votes", "comment-extremity", "group-aware-consensus", "num-groups"}),
    others=lambda name: "count" if re.fullmatch(r"group-[0-9]+-(agrees|disagrees|passes|votes)", name) else None,
)


@dataclass(frozen=True, eq=False)
class PolisExport:
    """A consultation in memory, persons included: C comments, P participants, G groups, N last votes.

    Parameters
    ----------
    comment_ids, moderated : numpy.ndarray of int, shape (C,)
        By rising id.
    texts : tuple of str, length C
        What citizens wrote; it may name persons.
    group_ids : tuple of int, length G
    group : numpy.ndarray of int, shape (P,)
        Place of each participant's group in ``group_ids``; G for none.
    voter, comment, vote : numpy.ndarray of int, shape (N,)
        Place of the participant, place of the comment, and 1 agree, -1 disagree, 0 pass.
    held : (datetime.date, datetime.date)
        Days of the first and the last vote, in Seoul.
    files : dict of str to str
        Fingerprint of each file, the order of its lines apart.
    """

    comment_ids: np.ndarray
    moderated: np.ndarray
    texts: tuple[str, ...]
    group_ids: tuple[int, ...]
    group: np.ndarray
    voter: np.ndarray
    comment: np.ndarray
    vote: np.ndarray
    held: tuple[dt.date, dt.date]
    files: dict[str, str]


def read_polis(folder: Path, *, today: dt.date) -> PolisExport:
    """Read the export of a Polis consultation and hold its files against each other.

    Parameters
    ----------
    folder : Path
        With ``votes.csv``, ``comments.csv`` and ``participants-votes.csv``, under these names or as a report names them
        (``2026-05-20-0900-r2abc-votes.csv``); ``comment-groups.csv`` is used where there is one.
    today : datetime.date
        No vote is later.

    Returns
    -------
    PolisExport

    Raises
    ------
    UsageError
        A file is missing or damaged, the files do not belong together, or the votes bear the wrong sign.

    Examples
    --------
    >>> import tempfile
    >>> read_polis(Path(tempfile.mkdtemp()), today=dt.date(2026, 5, 20))
    Traceback (most recent call last):
    ...
    workbench.errors.UsageError: ...: 3 problems
      - votes.csv is missing
      - comments.csv is missing
      - participants-votes.csv is missing
      export them from the consultation's report page in Polis, all at the same time
    """
    paths = _paths(folder)
    contents: dict[str, bytes] = {}
    tables: dict[str, dict[str, Any]] = {}
    columns: dict[str, list[str]] = {}
    layouts = {
        "votes.csv": _VOTES,
        "comments.csv": _COMMENTS,
        "participants-votes.csv": _PARTICIPANTS,
        "comment-groups.csv": _GROUPS,
    }
    for name, path in paths.items():
        columns[name], tables[name], contents[name] = read_columns(path, layouts[name])
    votes, comments, people = tables["votes.csv"], tables["comments.csv"], tables["participants-votes.csv"]
    cells = [name for name in columns["participants-votes.csv"] if _per_comment(name)]
    held = _days(votes["timestamp"], paths["votes.csv"], contents["votes.csv"], today=today)

    order = np.argsort(comments["comment-id"], kind="stable")
    ids = comments["comment-id"][order]
    persons = np.sort(people["participant"])
    problems = _strangers(votes, ids, persons, cells, paths)
    if problems:
        raise combine(
            problems, where=str(folder), hint="export all files again, at the same time, once the consultation is closed"
        )
    matrix = _matrix(people, cells, ids)
    by_person = np.argsort(people["participant"], kind="stable")
    found = Votes(
        voter=np.searchsorted(persons, votes["voter-id"]),
        comment=np.searchsorted(ids, votes["comment-id"]),
        vote=votes["vote"],
        time=votes["timestamp"],
        matrix=matrix[by_person],
        person_ids=persons,
        comment_ids=ids,
    )
    summed = {name: comments[name][order] for name in ("agrees", "disagrees", "author-id")}
    rows = {name: people[name][by_person] for name in ("n-votes", "n-agree", "n-disagree")}
    check_sign(found, summed, tables.get("comment-groups.csv"), where=str(folder))
    voter, comment, vote = check_totals(found, summed, rows, where=str(folder))

    in_group = people["group-id"][by_person]
    group_ids = np.unique(in_group[in_group >= 0])
    return PolisExport(
        comment_ids=ids,
        moderated=comments["moderated"][order],
        texts=tuple(comments["comment-body"][place] for place in order),
        group_ids=tuple(int(group) for group in group_ids),
        group=np.where(in_group >= 0, np.searchsorted(group_ids, in_group), len(group_ids)),
        voter=voter,
        comment=comment,
        vote=vote,
        held=held,
        files={name: sorted_lines_sha256(content) for name, content in contents.items()},
    )


def _paths(folder: Path) -> dict[str, Path]:
    """The files of the export, by the names that the newest exports of the database give them."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder", hint="give the folder that holds the files of the export")
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    found: dict[str, Path] = {}
    problems = []
    for wanted, spellings in _FILES.items():
        pattern = re.compile(_REPORT_PREFIX + "(" + "|".join(re.escape(name) for name in spellings) + ")")
        here = [name for name in names if pattern.fullmatch(name)]
        if len(here) == 1:
            found[wanted] = folder / here[0]
        elif here:
            problems.append(f"{wanted} is there {len(here)} times: {', '.join(here[:MAX_TOLD])}; leave one")
        elif wanted != "comment-groups.csv":
            problems.append(f"{wanted} is missing")
    if problems:
        hint = "export them from the consultation's report page in Polis, all at the same time"
        raise combine(problems, where=str(folder), hint=hint)
    return found


def _days(times: np.ndarray, path: Path, content: bytes, *, today: dt.date) -> tuple[dt.date, dt.date]:
    """The days of the first and last vote; refused where a time cannot be, or units mix."""
    if not len(times):
        raise UsageError(f"{path.name}: there is no vote in it", hint="export the consultation again, once people have voted")
    in_ms = times >= MILLISECONDS_FROM
    seconds = np.where(in_ms, times // 1000, times)
    first = dt.datetime.combine(FIRST_DAY, dt.time(), SEOUL).timestamp()
    end = dt.datetime.combine(today + dt.timedelta(days=1), dt.time(), SEOUL).timestamp()
    wrong = np.flatnonzero((seconds < first) | (seconds >= end) | (in_ms != in_ms[0]))
    if len(wrong):
        lines = record_lines(content, {int(row) for row in wrong[:MAX_TOLD]})
        told = [f"line {lines[int(row)]}, timestamp: {times[row]}" for row in wrong[:MAX_TOLD]]
        more = [f"and {len(wrong) - MAX_TOLD:,} more"] if len(wrong) > MAX_TOLD else []
        hint = f"allowed are seconds, or in the whole file milliseconds, since 1970, from {FIRST_DAY} to {today}"
        raise combine([*told, *more], where=path.name, hint=hint)
    days = [dt.datetime.fromtimestamp(int(second), SEOUL).date() for second in (seconds.min(), seconds.max())]
    return days[0], days[1]


def _strangers(
    votes: Mapping[str, np.ndarray], ids: np.ndarray, persons: np.ndarray, cells: list[str], paths: Mapping[str, Path]
) -> list[str]:
    """Comments and persons that stand twice, or in one file and not in the other."""
    comments_name, votes_name, people_name = (
        paths[name].name for name in ("comments.csv", "votes.csv", "participants-votes.csv")
    )
    voted, voters = np.unique(votes["comment-id"]), np.unique(votes["voter-id"])
    columns = np.array([int(name) for name in cells], dtype=np.int64)
    pairs = [
        (_twice(ids), f"{comments_name}: comments that stand twice"),
        (_twice(persons), f"{people_name}: participants who stand twice"),
        (_twice(np.sort(columns)), f"{people_name}: columns of the same comment"),
        (np.setdiff1d(voted, ids), f"{votes_name}: comments voted on that {comments_name} does not have"),
        (np.setdiff1d(voted, columns), f"{votes_name}: comments voted on that have no column in {people_name}"),
        (np.setdiff1d(columns, ids), f"{people_name}: columns of comments that {comments_name} does not have"),
        (np.setdiff1d(voters, persons), f"{votes_name}: voters that {people_name} does not have"),
        (np.setdiff1d(persons, voters), f"{people_name}: participants without a vote in {votes_name}"),
    ]
    return [f"{what} ({len(which):,}): {_some(which)}" for which, what in pairs if len(which)]


def _twice(values: np.ndarray) -> np.ndarray:
    return np.unique(values[1:][values[1:] == values[:-1]])


def _some(values: np.ndarray) -> str:
    return ", ".join(str(value) for value in values[:MAX_TOLD]) + (", …" if len(values) > MAX_TOLD else "")


def _matrix(people: Mapping[str, np.ndarray], cells: list[str], ids: np.ndarray) -> np.ndarray:
    """Votes by participant (as in the file) and comment (by rising id); -2 for none."""
    matrix = np.full((len(ids), len(people["participant"])), -2, dtype=np.int8)
    for name in cells:
        matrix[np.searchsorted(ids, int(name))] = people[name]
    return matrix.T
