"""What was decided, recomputed: each proposal's tally from its ballots, its closing and the charter it was held under.

Nothing here is typed by anyone. A tally that was computed before from the same bytes is not computed again; delete
the cache and it comes out the same.
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from workbench.errors import UsageError, unknown
from workbench.governance.deciding.casting import Box, count_ballots, is_ahead, read_box
from workbench.governance.deciding.charter import Charter
from workbench.governance.deciding.register import Entry, Pending, Register, damaged_ballots
from workbench.governance.deciding.remembered import code_hash, digest, folder, forget, load, save
from workbench.governance.deciding.tally import Outcome, Refused, SideCount, Vote, both_agree, count_sides, dissent
from workbench.governance.papers.fields import SIDE_WORDS, SIDES, Paper, Side
from workbench.progress import Report, silent
from workbench.project import Project

MANY = 40
"""From so many proposals on, two processes are worth their start."""


class ClosedBy(Paper):
    """The closing record that ended a vote."""

    number: int
    sha256: str
    closed_on: dt.date
    signed_by: dict[Side, str]


class Tally(Paper):
    """What became of a proposal, and everything that it was computed from.

    ``outcome`` is ``open`` (not closed), ``agreed``, ``not agreed``, or ``void`` (``faults`` say why it cannot be told).
    """

    proposal: str
    proposal_sha256: str
    charter: int
    outcome: Outcome
    opens_on: dt.date
    last_day: dt.date
    sides: dict[Side, SideCount]
    votes: list[Vote]
    refused: list[Refused]
    late: list[Refused]
    closing: ClosedBy | None
    faults: list[str]

    @property
    def dissent(self) -> list[Vote]:
        """The ballots that said no or block."""
        return dissent(self.votes)

    @property
    def blocks(self) -> list[Vote]:
        """The ballots that said block, of those who decide."""
        return [vote for vote in self.dissent if vote.vote == "block" and vote.side is not None]

    @property
    def advice(self) -> list[Vote]:
        """The ballots of those who advise."""
        return [vote for vote in self.votes if vote.side is None]

    @property
    def unanimous(self) -> bool:
        """Whether every ballot of those who decide said yes."""
        return all(vote.vote == "yes" for vote in self.votes if vote.side is not None)

    def why(self) -> str:
        """Say in words how the outcome came about.

        Returns
        -------
        str
        """
        if self.faults:
            return "; ".join(self.faults)
        parts = []
        for side in SIDES:
            count = self.sides[side]
            said = f"{count.yes} yes, {count.no} no, {count.block} block, {count.abstain} abstain"
            quorum = "" if count.quorum_reached else f"; quorum missed ({count.cast} of {count.quorum_needed} ballots needed)"
            majority = "" if count.majority_reached else f"; majority missed ({count.majority})"
            parts.append(f"{SIDE_WORDS[side]}: {said}{quorum}{majority}")
        return " | ".join(parts)


def tally_proposal(project: Project, register: Register, proposal: str, *, today: dt.date | None) -> Tally:
    """Tally one proposal.

    Parameters
    ----------
    project : Project
    register : Register
    proposal : str
    today : datetime.date or None

    Returns
    -------
    Tally

    Raises
    ------
    UsageError
        No such proposal, or it cannot be read.
    """
    if proposal not in register.proposals:
        if proposal in register.unread:
            raise UsageError(register.unread[proposal])
        raise unknown("proposal", proposal, register.proposals, where="governance/proposals")
    return Tally.model_validate_json(_tally_json(project, register, proposal, today=today))


def tally_all(project: Project, register: Register, *, today: dt.date | None, report: Report = silent) -> Iterator[Tally]:
    """Tally every proposal that can be read.

    Parameters
    ----------
    project : Project
    register : Register
    today : datetime.date or None
    report : Report, optional

    Yields
    ------
    Tally
        In the order of the proposals' ids.
    """
    names = sorted(register.proposals)
    for done, text in enumerate(_all_json(project, register, names, today=today), start=1):
        report(done, len(names), names[done - 1])
        yield Tally.model_validate_json(text)
    forget(project, names)


def _all_json(project: Project, register: Register, names: Sequence[str], *, today: dt.date | None) -> Iterable[str]:
    workers = min(len(names), os.cpu_count() or 1)
    if len(names) < MANY or workers < 2:
        return (_tally_json(project, register, name, today=today) for name in names)
    return _in_processes(project, register, names, today=today, workers=workers)


def _in_processes(
    project: Project, register: Register, names: Sequence[str], *, today: dt.date | None, workers: int
) -> Iterator[str]:
    """The same in several processes; each is given the register once."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(project, register, today)) as pool:
        yield from pool.map(_one, names, chunksize=4)


_GIVEN: dict[str, tuple[Project, Register, dt.date | None]] = {}


def _begin(project: Project, register: Register, today: dt.date | None) -> None:
    _GIVEN["all"] = (project, register, today)


def _one(name: str) -> str:
    project, register, today = _GIVEN["all"]
    return _tally_json(project, register, name, today=today)


def _tally_json(project: Project, register: Register, name: str, *, today: dt.date | None) -> str:
    """A proposal's tally as JSON: remembered, where every byte that it rests on is the same."""
    entry = register.by_proposal.get(name)
    charter = entry.charter if entry else register.charter
    box = read_box(project, register.proposals[name], charter, sha=register.shas[name])
    parts = [part for file, content in box.files.items() for part in (file, content)]
    pending = register.pending.get(name)
    closed = entry.facts.sha256 if entry else f"{pending.void}: {pending.reason}" if pending else ""
    signers = json.dumps(entry.signed_by, sort_keys=True) if entry else ""
    key = digest(code_hash(), name, box.sha256, charter.identity, *sorted(charter.barred), closed, signers, *parts)
    path = folder(project) / "tallies" / f"{name}.json"
    known = _known(path, key, today=today)
    if known is not None:
        return known
    found, newest = _compute(box, charter, entry, pending, today=today)
    text = found.model_dump_json()
    if newest is None or not is_ahead(newest, today):
        save(path, {"key": key, "newest": newest.isoformat() if newest else None, "tally": text})
    return text


def _known(path: Path, key: str, *, today: dt.date | None) -> str | None:
    """What was computed before from the same bytes, unless a ballot of then lies in the future of now."""
    found = load(path)
    if found.get("key") != key:
        return None
    newest = found["newest"]
    return None if newest and is_ahead(dt.date.fromisoformat(newest), today) else str(found["tally"])


def _compute(
    box: Box, charter: Charter, entry: Entry | None, pending: Pending | None, *, today: dt.date | None
) -> tuple[Tally, dt.date | None]:
    """Tally a box; and the newest date in it."""
    listed = entry.facts.read_ballots() if entry else None
    cast = count_ballots(box, charter, today=today, listed=listed)
    sides = count_sides(cast.votes, members=charter.members, rules=charter.rules)
    faults = [f"closing record: {pending.reason}"] if pending else []
    outcome: Outcome = "void" if pending and pending.void else "open"
    if entry is not None:
        outcome = "agreed" if both_agree(sides) else "not agreed"
        damaged = damaged_ballots(listed or {}, box.files, cast)
        if entry.facts.proposal_sha256 != box.sha256:
            damaged.insert(0, "the proposal was changed after its vote was closed: its ballots are void")
        if damaged:
            outcome, faults = "void", damaged
    found = Tally(
        proposal=box.proposal,
        proposal_sha256=box.sha256,
        charter=charter.number,
        outcome=outcome,
        opens_on=box.opens_on,
        last_day=box.last_day,
        sides=sides,
        votes=list(cast.votes),
        refused=list(cast.refused),
        late=list(cast.late),
        closing=_closed_by(entry),
        faults=faults,
    )
    return found, cast.newest


def _closed_by(entry: Entry | None) -> ClosedBy | None:
    if entry is None:
        return None
    facts = entry.facts
    return ClosedBy(number=facts.number, sha256=facts.sha256, closed_on=facts.closed_on, signed_by=entry.signed_by)
