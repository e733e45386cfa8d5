"""From the files of a ballot box to the ballots that count: each is read, held against its seat, and its signature verified.

Whatever does not count is named with its reason. Nothing another person puts into the folder can void a ballot: only
the file under the seat's own name, signed with the seat's own key, is that seat's ballot.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.files import sha256
from workbench.governance.deciding.charter import Charter
from workbench.governance.deciding.content import plain_bytes
from workbench.governance.deciding.tally import Refused, Vote
from workbench.governance.papers.ballots import Ballot
from workbench.governance.papers.lookalikes import explain_id
from workbench.governance.papers.members import DEPUTY
from workbench.governance.papers.proposals import Proposal
from workbench.governance.papers.rules import Rules
from workbench.project import Project
from workbench.records import placed, read_model_bytes, shown_name

GRACE = dt.timedelta(days=1)
"""A date may be a day ahead of the machine's: somewhere it is tomorrow already."""


def is_ahead(day: dt.date, today: dt.date | None) -> bool:
    """Say whether a date lies in the future.

    Parameters
    ----------
    day : datetime.date
    today : datetime.date or None
        None: no clock is at hand, and nothing is in the future.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_ahead(dt.date(2026, 11, 3), dt.date(2026, 11, 1)), is_ahead(dt.date(2026, 11, 2), dt.date(2026, 11, 1))
    (True, False)
    """
    return today is not None and day > today + GRACE


@dataclass(frozen=True)
class Box:
    """A ballot box: what is voted on, since when and until when, and the files in it.

    Parameters
    ----------
    proposal : str
    sha256 : str
        Of the proposal as it is now.
    opens_on, last_day : datetime.date
        The first and the last day on which a ballot may be cast.
    files : mapping of str to bytes
        Name and content of every file of ``governance/ballots/<proposal>/``.
    folder : Path
        For messages.
    """

    proposal: str
    sha256: str
    opens_on: dt.date
    last_day: dt.date
    files: Mapping[str, bytes]
    folder: Path


@dataclass(frozen=True)
class Cast:
    """The ballots of a box: those that count, those that do not, and those that came after the closing."""

    votes: tuple[Vote, ...]
    refused: tuple[Refused, ...]
    late: tuple[Refused, ...]
    newest: dt.date | None
    """The latest date that any readable ballot bears."""


def count_ballots(box: Box, charter: Charter, *, today: dt.date | None, listed: Mapping[str, str] | None = None) -> Cast:
    """Find the ballots that count.

    Parameters
    ----------
    box : Box
    charter : Charter
        The rules and seats under which the vote is held.
    today : datetime.date or None
        Against which dates in the future are found; without one they are not looked for.
    listed : mapping of str to str, optional
        File name and hash of each ballot in the closing record; None while the vote is open.

    Returns
    -------
    Cast
    """
    votes: dict[str, Vote] = {}
    refused: list[Refused] = []
    late: dict[str, Vote] = {}
    dates: list[dt.date] = []
    for name in sorted(box.files):
        if name.endswith(".yml.sig") and name.removesuffix(".sig") in box.files:
            continue
        if not name.endswith(".yml"):
            refused.append(Refused(file=name, reason="is no ballot: ballots are <seat>.yml, each with its <seat>.yml.sig"))
            continue
        try:
            ballot = read_model_bytes(box.files[name], Ballot, where=name)
        except WorkbenchError as error:
            refused.append(Refused(file=name, reason=_unreadable(error, name, box.files[name])))
            continue
        dates.append(ballot.cast_on)
        found = _judge(box, charter, name, ballot, today=today)
        if isinstance(found, str):
            refused.append(Refused(file=name, reason=found))
        elif listed is not None and listed.get(name) != found.sha256:
            late[name] = found
        else:
            votes[name] = found
    for name, vote in [*votes.items(), *late.items()]:
        if vote.by_deputy and f"{vote.seat}.yml" in votes:
            reason = f"the holder of {vote.seat} voted, so the deputy's ballot is set aside"
            refused.append(Refused(file=name, reason=reason, set_aside=True))
            (votes if name in votes else late).pop(name)
    return Cast(
        votes=tuple(sorted(votes.values(), key=lambda vote: vote.seat)),
        refused=tuple(sorted(refused, key=lambda item: item.file)),
        late=tuple(Refused(file=name, reason="is not listed in the closing record: late") for name in sorted(late)),
        newest=max(dates, default=None),
    )


def _judge(box: Box, charter: Charter, name: str, ballot: Ballot, *, today: dt.date | None) -> Vote | str:
    """One file: the vote, or why it does not count."""
    path, content = box.folder / name, box.files[name]
    signer = ballot.seat + DEPUTY if name == f"{ballot.seat}{DEPUTY}.yml" else ballot.seat

    def at(key: str, reason: str) -> str:
        where = placed(path, key)
        return f"{where.removeprefix(str(path)).removeprefix(', ')}: {reason}" if where != str(path) else reason

    if ballot.ballot != box.proposal:
        return at("ballot", f"is a ballot on {ballot.ballot}, this folder is {box.proposal}'s")
    seat = charter.seat_of(signer)
    if seat is None:
        return at("seat", f"{ballot.seat} is a stranger: governance/members.yml in force has no such seat")
    if name != f"{signer}.yml":
        return at("seat", f"a second ballot of {ballot.seat}: its ballot is {ballot.seat}.yml")
    if ballot.proposal_sha256 != box.sha256:
        return at("proposal_sha256", f"void: speaks of other bytes of {box.proposal}, which was changed since")
    if ballot.cast_on < box.opens_on:
        return at("cast_on", f"is dated {ballot.cast_on}, before the vote opened on {box.opens_on}")
    if is_ahead(ballot.cast_on, today):
        return at("cast_on", f"is dated {ballot.cast_on}, in the future of {today}")
    if ballot.cast_on > box.last_day:
        return at("cast_on", f"is dated {ballot.cast_on}, after the last day {box.last_day}")
    signature = box.files.get(f"{name}.sig")
    if signature is None:
        return f"is not signed: {name}.sig is missing"
    fault = charter.check(content, signature, signer=signer, day=ballot.cast_on)
    if fault is not None:
        return fault
    return Vote(
        seat=ballot.seat,
        side=seat.side,
        standing=seat.standing,
        vote=ballot.vote,
        reason=ballot.reason,
        conflict_of_interest=ballot.conflict_of_interest,
        cast_on=ballot.cast_on,
        by_deputy=signer.endswith(DEPUTY),
        file=name,
        sha256=sha256(content),
    )


def _unreadable(error: WorkbenchError, name: str, content: bytes) -> str:
    """Why a ballot cannot be understood; a letter that only looks like another is named."""
    reason = " ".join(line.strip(" -") for line in error.message.splitlines())
    reason = reason.removeprefix(name).removeprefix(", ").removeprefix(": ")  # the name is told beside it
    for line in content.decode("utf-8", errors="replace").splitlines():
        key, sign, value = line.partition(":")
        if sign and key.strip() == "seat" and not value.isascii():
            return f"{reason}; {explain_id(value.strip())}"
    return reason


def last_day(opens_on: dt.date, rules: Rules) -> dt.date:
    """Return the last day on which a ballot may be cast.

    Parameters
    ----------
    opens_on : datetime.date
    rules : Rules

    Returns
    -------
    datetime.date
        The ballot days count from the opening day, which is the first of them; the calendar ends with the year 9999.
    """
    return opens_on + min(dt.timedelta(days=rules.ballot_days - 1), dt.date.max - opens_on)


def read_box(project: Project, proposal: Proposal, charter: Charter, *, sha: str) -> Box:
    """Read a proposal's ballot box.

    Parameters
    ----------
    project : Project
    proposal : Proposal
    charter : Charter
        Its rules say how long the vote is open.
    sha : str
        Of the proposal's bytes as they are now.

    Returns
    -------
    Box
    """
    folder = project.governance / "ballots" / proposal.proposal
    return Box(
        proposal=proposal.proposal,
        sha256=sha,
        opens_on=proposal.opens_on,
        last_day=last_day(proposal.opens_on, charter.rules),
        files=read_folder(folder),
        folder=folder,
    )


def read_folder(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder, with Unix line ends; what is no plain file (a link) is empty.

    Parameters
    ----------
    folder : Path
        It need not exist.

    Returns
    -------
    dict of str to bytes
    """
    found: dict[str, bytes] = {}
    if not folder.is_dir():
        return found
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with os.scandir(descriptor) as entries:
            for entry in entries:
                name = entry.name
                content = plain_bytes(name, folder=descriptor) if entry.is_file(follow_symlinks=False) else b""
                found[shown_name(name)] = content
    finally:
        os.close(descriptor)
    return dict(sorted(found.items()))
