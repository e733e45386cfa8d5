"""Each vote as a page shows it: the proposal, what both sides said, who dissented and why, and what did not count.

A page never types an outcome: it shows the tally that anyone recomputes. A register in doubt stops the book here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workbench.errors import GateRefused, UsageError
from workbench.governance import SIDES, Governance, IssueProposal, Members, Proposal, Seat, SideCount, Tally, Vote

_SHARE = re.compile(r"^(at least|more than) (\d+)/(\d+)$")


@dataclass(frozen=True)
class Voting:
    """A proposal, its tally, and the seats under which the vote was held."""

    proposal: Proposal
    tally: Tally
    members: Members

    @property
    def name(self) -> str:
        """The proposal's id."""
        return self.proposal.proposal

    @property
    def outcome(self) -> str:
        """``open``, ``agreed`` or ``not_agreed``."""
        return self.tally.outcome.replace(" ", "_")

    @property
    def sides(self) -> Iterator[tuple[str, SideCount]]:
        """Both sides, government first."""
        return ((side, self.tally.sides[side]) for side in SIDES)

    @property
    def dissent(self) -> list[Vote]:
        """The ballots of deciding seats that said no or block, blocks first: a page owes each of them in full."""
        told = [vote for vote in self.tally.dissent if vote.side is not None]
        return sorted(told, key=lambda vote: (vote.vote != "block", vote.seat))

    @property
    def remarks(self) -> list[Vote]:
        """The other ballots of deciding seats that say something: a reason, or a conflict of interest."""
        return [
            vote
            for vote in self.tally.votes
            if vote.side is not None and vote.vote in ("yes", "abstain") and (vote.reason or vote.conflict_of_interest)
        ]

    def seats_that_said(self, side: str, choice: str) -> list[str]:
        """Return the seats of a side that chose something.

        Parameters
        ----------
        side, choice : str

        Returns
        -------
        list of str
        """
        return [vote.seat for vote in self.tally.votes if vote.side == side and vote.vote == choice]

    def seat(self, name: str) -> Seat | None:
        """Return a seat as it was when the vote was held.

        Parameters
        ----------
        name : str

        Returns
        -------
        Seat or None
        """
        return self.members.seats.get(name)

    def days_done(self) -> Iterator[dt.date]:
        """Give the days on which something was done: proposed, voted, closed."""
        yield self.proposal.proposed_on
        yield from (vote.cast_on for vote in self.tally.votes)
        if self.tally.closing:
            yield self.tally.closing.closed_on


def read_votings(governance: Governance) -> dict[str, Voting]:
    """Tally every proposal.

    Parameters
    ----------
    governance : Governance

    Returns
    -------
    dict of str to Voting
        By proposal, in their order.

    Raises
    ------
    UsageError
        A proposal that cannot be read: the book would hide it.
    GateRefused
        The register is in doubt, or a vote that was closed cannot be recomputed.
    """
    register = governance.register
    if register.unread:
        raise UsageError("\n".join(register.unread[name] for name in sorted(register.unread)))
    tallies = {name: governance.tally(name) for name in sorted(register.proposals)}
    faults = [*governance.faults]
    faults += [f"{name}: {tally.why()}" for name, tally in tallies.items() if tally.outcome == "void"]
    if faults:
        raise GateRefused(
            f"the register of decisions is in doubt: {'; '.join(dict.fromkeys(faults))}",
            hint="restore these files from git; the book shows decisions only where anyone can recompute them",
        )
    charters = {charter.number: charter for charter in register.charters}
    return {
        name: Voting(proposal=register.proposals[name], tally=tally, members=charters[tally.charter].members)
        for name, tally in tallies.items()
    }


def of_issue(votings: Mapping[str, Voting], issue: str, *, decisive: str | None) -> tuple[Voting, ...]:
    """Return every vote on an urban issue: the one that decides first, then the newest.

    Parameters
    ----------
    votings : mapping of str to Voting
    issue : str
    decisive : str or None
        The proposal that the gate obeys.

    Returns
    -------
    tuple of Voting
    """
    found = [
        voting for voting in votings.values() if isinstance(voting.proposal, IssueProposal) and voting.proposal.issue == issue
    ]
    found.sort(key=lambda voting: voting.name, reverse=True)
    return tuple(sorted(found, key=lambda voting: voting.name != decisive))


def share_in_words(share: str, words: Mapping[str, str]) -> str:
    """Say a share of the rules as a citizen would.

    Parameters
    ----------
    share : str
        ``at least 1/2`` or ``more than 2/3``.
    words : mapping of str to str
        The language's strings of shares.

    Returns
    -------
    str

    Examples
    --------
    >>> words = {"all": "전원", "half": "절반", "majority": "과반", "part": "{whole}분의 {part}", "at_least": "{part} 이상"}
    >>> share_in_words("more than 2/4", words), share_in_words("at least 2/3", words), share_in_words("at least 1/1", words)
    ('과반', '3분의 2 이상', '전원')
    """
    found = _SHARE.match(share)
    if not found:
        raise ValueError(f"'{share}' is no share")
    part, whole = int(found[2]), int(found[3])
    if part == whole:
        return words["all"]
    named = words["half"] if part * 2 == whole else words["part"].format(part=part, whole=whole)
    if found[1] == "at least":
        return words["at_least"].format(part=named)
    return words["majority"] if part * 2 == whole else words["more_than"].format(part=named)
