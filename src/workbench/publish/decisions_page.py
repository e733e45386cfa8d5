"""The page of who decided what: every vote, adopted policies, approved releases, rules and seats, and the papers beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbench.files import sha256_text
from workbench.governance import (
    SIDES,
    CharterProposal,
    Decision,
    Governance,
    IssueProposal,
    Members,
    PolicyProposal,
    Rules,
    Seat,
)
from workbench.publish.editions import Edition
from workbench.publish.papers import Papers, read_table
from workbench.publish.votings import Voting

KINDS = {"issues": IssueProposal, "policies": PolicyProposal, "charter": CharterProposal}
"""The kinds of votes, in the order of the page's sections."""


@dataclass(frozen=True)
class PolicyState:
    """A dataset's policy: the hash of its bytes now, and whether both sides adopted exactly these."""

    dataset: str
    sha256: str
    state: str
    decision: Decision


@dataclass(frozen=True)
class Charter:
    """The rules in force: since when, and by which proposal (None: by the founding)."""

    rules: Rules
    members: Members
    since: dt.date
    adopted_by: str | None

    @property
    def groups(self) -> list[tuple[str, dict[str, Seat]]]:
        """The seats by side, and then those that advise."""
        found: list[tuple[str, dict[str, Seat]]] = [(side, self.members.of_side(side)) for side in SIDES]
        found.append(("advisers", {name: seat for name, seat in self.members.seats.items() if seat.side is None}))
        return [(name, seats) for name, seats in found if seats]


@dataclass(frozen=True)
class Decisions:
    """Everything that the page shows; language is left to the templates."""

    votings: Mapping[str, Voting]
    policies: tuple[PolicyState, ...]
    approvals: tuple[Edition, ...]
    charter: Charter
    papers: Papers
    days: frozenset[dt.date]

    @property
    def open(self) -> list[Voting]:
        """The votes that are open."""
        return [voting for voting in self.votings.values() if voting.outcome == "open"]

    def of_kind(self, kind: str) -> list[Voting]:
        """Return the votes of one kind, the newest first.

        Parameters
        ----------
        kind : str
            One of :data:`KINDS`.

        Returns
        -------
        list of Voting
        """
        found = [voting for voting in self.votings.values() if isinstance(voting.proposal, KINDS[kind])]
        return sorted(found, key=lambda voting: voting.name, reverse=True)


def read_decisions(governance: Governance, votings: Mapping[str, Voting], editions: Sequence[Edition]) -> Decisions:
    """Collect what the repository's governance says.

    Parameters
    ----------
    governance : Governance
    votings : mapping of str to Voting
    editions : sequence of Edition

    Returns
    -------
    Decisions

    Raises
    ------
    UsageError
        Papers that cannot be used or do not fit together.
    """
    papers = read_table(governance)
    approved = tuple(edition for edition in editions if edition.release and edition.release.approvals)
    in_force = governance.register.charter
    days = {day for voting in votings.values() for day in voting.days_done()} | papers.days
    days |= {statement.date for edition in approved if edition.release for statement in edition.release.approvals.values()}
    days |= {charter.since for charter in governance.register.charters}
    days |= {key.revoked_on for key in in_force.members.revoked_keys}
    return Decisions(
        votings=votings,
        policies=tuple(_policies(governance)),
        approvals=approved,
        charter=Charter(
            rules=in_force.rules,
            members=in_force.members,
            since=in_force.since,
            adopted_by=None if in_force.source == "founding" else in_force.source,
        ),
        papers=papers,
        days=frozenset(days),
    )


def _policies(governance: Governance) -> Iterator[PolicyState]:
    for path in sorted((governance.project.governance / "policies").glob("*.yml")):
        decision = governance.policy(path.stem)
        yield PolicyState(dataset=path.stem, sha256=sha256_text(path), state=_state(decision), decision=decision)


def _state(decision: Decision) -> str:
    """Where a policy stands, in one word: adopted, not proposed, open, not agreed, or changed since both sides adopted it."""
    if decision.complete:
        return "adopted"
    if decision.proposal is None or decision.tally is None:
        return "not_proposed"
    return "changed" if decision.tally.outcome == "agreed" else decision.tally.outcome.replace(" ", "_")


def origin(value: str) -> str:
    """Say whether an id is a seat's or a citizen's contribution's.

    Parameters
    ----------
    value : str

    Returns
    -------
    str
        ``contribution`` or ``seat``.

    Examples
    --------
    >>> origin("C-0012"), origin("C-12")
    ('contribution', 'seat')
    """
    return "contribution" if len(value) == len("C-0001") and value.startswith("C-") else "seat"
