"""The register: from the founding record through every closed vote to the rules and seats in force.

Closings form one chain, each naming the hash of the one before. The chain is read from its beginning, each link under
the charter that was in force then, so that no merge by one side can add seats, change rules, or take a decision out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from workbench.errors import WorkbenchError
from workbench.files import sha256
from workbench.governance.deciding.adopted import adopted_charter
from workbench.governance.deciding.casting import Cast, count_ballots, is_ahead, last_day, read_box
from workbench.governance.deciding.charter import Charter
from workbench.governance.deciding.founding import read_founding
from workbench.governance.deciding.reading import ClosingFacts, Proposals, read_closings, read_proposals
from workbench.governance.deciding.remembered import Remembered, folder
from workbench.governance.deciding.tally import both_agree, count_sides
from workbench.governance.papers.fields import SIDES, Side
from workbench.governance.papers.members import DEPUTY
from workbench.governance.papers.proposals import CharterProposal, IssueProposal, Proposal
from workbench.project import Project


@dataclass(frozen=True)
class Entry:
    """One closed vote: its place, its closing record, who signed it, and the charter under which it was held."""

    facts: ClosingFacts
    charter: Charter
    signed_by: dict[Side, str]


@dataclass(frozen=True)
class Pending:
    """A closing record that does not count: why, and whether it merely waits for the other side's signature.

    ``void``: both sides may have decided by it, and it cannot be told.
    """

    reason: str
    waits: bool
    void: bool = False


@dataclass(frozen=True)
class Register:
    """Who decides, and what was closed so far.

    Parameters
    ----------
    charters : tuple of Charter
        In order; the last is in force.
    entries : tuple of Entry
        In the order of their numbers.
    proposals : dict of str to Proposal
        Every proposal that can be read, by id.
    shas : dict of str to str
        The hash of each proposal's bytes as they are now.
    unread : dict of str to str
        Proposals that cannot be read, by id, and why.
    faults : tuple of str
        What puts the register in doubt; while there is one, no gate opens.
    pending : dict of str to Pending
        Closing records that do not count (yet), by proposal.
    founding_sha256 : str
    """

    charters: tuple[Charter, ...]
    entries: tuple[Entry, ...]
    proposals: dict[str, Proposal]
    shas: dict[str, str]
    unread: dict[str, str]
    faults: tuple[str, ...]
    pending: dict[str, Pending]
    founding_sha256: str

    @property
    def charter(self) -> Charter:
        """The charter in force."""
        return self.charters[-1]

    @cached_property
    def by_proposal(self) -> dict[str, Entry]:
        """The register's entries by proposal."""
        return {entry.facts.proposal: entry for entry in self.entries}

    @property
    def head(self) -> str:
        """The hash that the next closing names as the one before it."""
        return self.entries[-1].facts.sha256 if self.entries else self.founding_sha256

    def charter_on(self, day: dt.date) -> Charter | None:
        """Return the charter in force on a day, None before the founding.

        Parameters
        ----------
        day : datetime.date

        Returns
        -------
        Charter or None
        """
        return next((charter for charter in reversed(self.charters) if charter.since <= day), None)


@dataclass
class _Chain:
    """The register while it is read."""

    charters: list[Charter]
    head: str
    lost: str = ""
    """Why the rules and seats after the last entry cannot be told; nothing is judged from there on."""
    entries: list[Entry] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    pending: dict[str, Pending] = field(default_factory=dict)


def read_register(project: Project, *, today: dt.date | None) -> Register:
    """Read the founding record and every closed vote, and find which rules and seats are in force.

    Parameters
    ----------
    project : Project
    today : datetime.date or None

    Returns
    -------
    Register

    Raises
    ------
    GateRefused
        Both sides have not signed a founding record.
    CheckFailed
        The founding's files are not those that were signed.
    UsageError
        A founding file that cannot be understood.
    """
    founded = read_founding(project, today=today)
    remembered = Remembered(folder(project) / "papers.json")
    proposals = read_proposals(project, remembered)
    closings = read_closings(project, remembered)
    remembered.save()
    chain = _Chain(charters=[founded.charter], head=founded.sha256)
    chain.faults += closings.unread
    waiting = dict(closings.read)
    by_number: dict[int, list[ClosingFacts]] = {}
    for facts in waiting.values():
        by_number.setdefault(facts.number, []).append(facts)
    while not chain.lost:
        candidates = by_number.get(len(chain.entries) + 1, [])
        judged = [_signed_entry(chain, facts, proposals, today=today) for facts in candidates]
        good = [entry for entry in judged if isinstance(entry, Entry) and entry.facts.previous == chain.head]
        if len(good) != 1:
            break
        del waiting[good[0].facts.path]
        _enter(project, chain, good[0], proposals.read, proposals.shas, today=today)
    _explain_rest(project, chain, waiting.values(), proposals, today=today)
    return Register(
        charters=tuple(chain.charters),
        entries=tuple(chain.entries),
        proposals=proposals.read,
        shas=proposals.shas,
        unread=proposals.unread,
        faults=tuple(chain.faults),
        pending=chain.pending,
        founding_sha256=founded.sha256,
    )


def _explain_rest(
    project: Project, chain: _Chain, rest: Iterable[ClosingFacts], proposals: Proposals, *, today: dt.date | None
) -> None:
    """Closings that do not continue the chain: the next one waits for its signatures, any other puts the register in doubt.

    One that lies behind the next may bear the signatures of stewards whom only the record that is gone knows. Who asks
    about a day that is past sees the records of later days wait.
    """
    rest = sorted(rest, key=lambda facts: (facts.number, facts.path))
    beyond: list[ClosingFacts] = []
    last = len(chain.entries)
    for facts in rest:
        if chain.lost and facts.number > last:
            chain.pending[facts.proposal] = Pending(f"cannot be judged: {chain.lost}", waits=False, void=True)
            continue
        found = _signed_entry(chain, facts, proposals, today=today)
        if isinstance(found, Pending) and (facts.number <= last + 1 or is_ahead(facts.closed_on, today)):
            chain.pending[facts.proposal] = found
            continue
        reason = f"is number {facts.number}, the register ends at {last}: a record between them is gone or was changed"
        if facts.number > last + 1:
            beyond.append(facts)
        else:
            twins = [
                one.path.name for one in rest if (one.number, one.previous) == (facts.number, facts.previous) and one != facts
            ]
            reason = f"is number {facts.number} and names another record before it than the register has"
            if twins:
                reason = f"is number {facts.number}, and so is {', '.join(twins)}: the register forks here"
            chain.faults.append(f"{project.relative(facts.path)}: {reason}")
        chain.pending[facts.proposal] = Pending(reason, waits=False, void=True)
    if beyond:
        more = f"; {len(beyond) - 1} later records cannot follow it either" if len(beyond) > 1 else ""
        reason = chain.pending[beyond[0].proposal].reason
        chain.faults.append(f"{project.relative(beyond[0].path)}: {reason}{more}")


def _signed_entry(chain: _Chain, facts: ClosingFacts, proposals: Proposals, *, today: dt.date | None) -> Entry | Pending:
    """A closing that both sides signed under the charter in force, or why it does not count.

    Only the proposal that was voted on can speak against it: where that one is gone or was changed, the closing stands
    and is void, or whoever edits a proposal would open its vote again.
    """
    charter = chain.charters[-1]
    proposal = proposals.read.get(facts.proposal) if proposals.shas.get(facts.proposal) == facts.proposal_sha256 else None
    issue = proposal.issue if isinstance(proposal, IssueProposal) else None
    signed = charter.signers_beside(
        facts.path, day=facts.closed_on, role="steward", issue=issue, anywhere=proposal is None, among=facts.signatures
    )
    if not signed.complete:
        return Pending(signed.missing(), waits=not signed.faults)
    if is_ahead(facts.closed_on, today):
        return Pending(f"is dated {facts.closed_on}, in the future of {today}", waits=False)
    since = chain.entries[-1].facts.closed_on if chain.entries else charter.since
    if facts.closed_on < since and facts.number == len(chain.entries) + 1:
        return Pending(f"is dated {facts.closed_on}, before the record that it follows ({since})", waits=False)
    if proposal is not None:
        end = last_day(proposal.opens_on, charter.rules)
        absent = missing_ballots(facts.names, charter, day=facts.closed_on) if facts.closed_on <= end else []
        if absent:
            reason = f"closes on {facts.closed_on}, the vote is open until {end} and {', '.join(absent)} did not vote yet"
            return Pending(reason, waits=False)
    return Entry(facts=facts, charter=charter, signed_by=signed.by)


def missing_ballots(names: frozenset[str], charter: Charter, *, day: dt.date) -> list[str]:
    """Return the seats that decide, are held on a day, and have no ballot among the files named.

    Parameters
    ----------
    names : frozenset of str
        File names in the ballot box.
    charter : Charter
    day : datetime.date

    Returns
    -------
    list of str
    """
    held = [seat_id for side in SIDES for seat_id, seat in charter.members.of_side(side).items() if seat.sits_on(day)]
    return [seat_id for seat_id in held if not {f"{seat_id}.yml", f"{seat_id}{DEPUTY}.yml"} & names]


def _enter(
    project: Project, chain: _Chain, entry: Entry, proposals: dict[str, Proposal], shas: dict[str, str], *, today: dt.date | None
) -> None:
    """Put an entry into the chain; where it changed the charter, the new one is in force from here on."""
    facts = entry.facts
    chain.entries.append(entry)
    chain.head = facts.sha256
    name = f"governance/proposals/{facts.proposal}.yml"
    proposal = proposals.get(facts.proposal)
    if proposal is None:
        chain.lost = f"{name}: closed as number {facts.number}, and cannot be read any more"
    elif shas[facts.proposal] != facts.proposal_sha256:
        chain.lost = f"{name}: was changed after its vote was closed: its ballots are void"
    elif isinstance(proposal, CharterProposal):
        try:
            changed = _changed_charter(project, chain, entry, proposal, shas[facts.proposal], today=today)
        except WorkbenchError as error:
            changed = error.message
        if isinstance(changed, str):
            chain.lost = changed
        elif changed is not None:
            chain.charters.append(changed)
    if chain.lost:  # it may have changed the rules and seats: under which ones the next was held is unknown
        chain.faults.append(chain.lost)


def _changed_charter(
    project: Project, chain: _Chain, entry: Entry, proposal: CharterProposal, sha: str, *, today: dt.date | None
) -> Charter | str | None:
    """The charter that a vote put in force; None where the sides did not agree; the fault where that cannot be told."""
    box = read_box(project, proposal, entry.charter, sha=sha)
    listed = entry.facts.read_ballots()
    cast = count_ballots(box, entry.charter, today=today, listed=listed)
    damaged = damaged_ballots(listed, box.files, cast)
    if damaged:
        return f"governance/ballots/{proposal.proposal}: {'; '.join(damaged)}"
    sides = count_sides(cast.votes, members=entry.charter.members, rules=entry.charter.rules)
    if not both_agree(sides):
        return None
    return adopted_charter(project, proposal, before=chain.charters, since=entry.facts.closed_on)


def damaged_ballots(listed: Mapping[str, str], files: Mapping[str, bytes], cast: Cast) -> list[str]:
    """Say which ballots of a closing record are gone, are not those that it lists, or do not count any more.

    Who takes the signature away from a no has not made a yes: what both sides listed counts, or the outcome is void.

    Parameters
    ----------
    listed : mapping of str to str
    files : mapping of str to bytes
    cast : Cast
        How the ballots among the files were judged.

    Returns
    -------
    list of str

    Examples
    --------
    >>> damaged_ballots({"C-1.yml": "0" * 64}, {}, Cast(votes=(), refused=(), late=(), newest=None))
    ['C-1.yml was listed at the closing and is gone']
    """
    gone = [f"{name} was listed at the closing and is gone" for name in listed if name not in files]
    changed = [
        f"{name} is not the ballot that was listed at the closing"
        for name, expected in listed.items()
        if name in files and sha256(files[name]) != expected
    ]
    refused = [
        f"{item.file} was listed at the closing and does not count: {item.reason}"
        for item in cast.refused
        if not item.set_aside and item.file in listed and sha256(files[item.file]) == listed[item.file]
    ]
    return gone + changed + refused
