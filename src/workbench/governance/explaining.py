"""Why a gate is open or closed, in words: what is given, what is missing, which seats could give it, until when, and how.

A refusal that nobody can act upon is an excuse; every sentence here ends with a seat and a command.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.catalog import read_catalog
from workbench.errors import UsageError, unknown
from workbench.files import sha256, sha256_text
from workbench.governance.acts.proposing import changed_charter_files, in_force_path
from workbench.governance.deciding.founding import founding_charter, founding_folder
from workbench.governance.deciding.outcomes import Tally
from workbench.governance.deciding.register import missing_ballots
from workbench.governance.gates import Decision, Governance, policy_path
from workbench.governance.papers.fields import SIDE_WORDS, SIDES, Role, Side
from workbench.governance.papers.founding import FoundingRecord
from workbench.governance.papers.members import Members, Seat
from workbench.governance.papers.proposals import CharterProposal, IssueProposal, Proposal
from workbench.project import Project
from workbench.records import read_model, read_yaml

KINDS = ("founding", "charter", "policy:<dataset>", "issue:<issue>", "release:<issue>")
"""The gates that can be asked for."""


@dataclass(frozen=True)
class Who:
    """A seat that could give what is missing; one that nobody holds is named too, because somebody should."""

    seat: str
    ko: str
    en: str
    absent: str | None = None
    """Why it cannot give it now: vacant, or out of its term."""


@dataclass(frozen=True)
class Missing:
    """One thing that is missing, who can give it, until when, and the command that each would run."""

    what: str
    command: str
    side: Side | None = None
    seats: tuple[Who, ...] = ()
    until: str | None = None


@dataclass(frozen=True)
class Explanation:
    """Why a gate is open or closed."""

    gate: str
    open: bool
    given: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()


def gates(governance: Governance) -> list[str]:
    """Return every gate that there is in a project.

    Parameters
    ----------
    governance : Governance

    Returns
    -------
    list of str
    """
    project = governance.project
    written = {path.stem for path in (project.governance / "policies").glob("*.yml")}
    policies = sorted(written | set(read_catalog(project).datasets))
    analyses = sorted(path.parent.name for path in project.analyses.glob("*/analysis.yml"))
    issues = list(dict.fromkeys([*governance.issues(), *analyses]))
    return [
        "founding",
        "charter",
        *(f"policy:{name}" for name in policies),
        *(f"issue:{name}" for name in issues),
        *(f"release:{name}" for name in analyses),
    ]


def explain(governance: Governance, gate: str) -> Explanation:
    """Explain one gate.

    Parameters
    ----------
    governance : Governance
    gate : str
        One of :data:`KINDS`.

    Returns
    -------
    Explanation

    Raises
    ------
    UsageError
        No such gate.
    """
    kind, colon, name = gate.partition(":")
    known = gates(governance)
    if gate == "founding":
        return explain_founding(governance.project)
    doubt = _doubt(gate, governance)
    if gate == "charter":
        return doubt or _charter(governance)
    if not colon or not name or kind not in ("policy", "issue", "release"):
        raise UsageError(f"unknown gate '{gate}'", hint=f"allowed: {', '.join(KINDS)}; all of this project: workbench explain")
    if gate not in known:
        raise unknown(f"gate of kind {kind}", name, [other.partition(":")[2] for other in known if other.startswith(f"{kind}:")])
    if doubt is not None:
        return doubt
    return {"policy": _policy, "issue": _issue, "release": _release}[kind](governance, name)


def explain_founding(project: Project) -> Explanation:
    """Explain the founding: it can be asked for before anybody decides anything.

    Parameters
    ----------
    project : Project

    Returns
    -------
    Explanation

    Raises
    ------
    WorkbenchError
        A file of the founding, or the rules or seats to be founded with, cannot be used.
    """
    path = founding_folder(project) / "record.yml"
    given: list[str] = []
    by: dict[Side, str] = {}
    if path.is_file():
        record = read_model(path, FoundingRecord)
        charter = founding_charter(project, record)
        signed, members = charter.signers_beside(path, day=record.founded_on, role="steward"), charter.members
        by = signed.by
        given.append(f"a founding record of {record.founded_on} ({project.relative(path)})")
        given += [f"signed for {SIDE_WORDS[side]} by {signer}" for side, signer in by.items()]
        given += [f"does not count: {fault}" for fault in signed.faults]
    else:
        here = project.governance / "members.yml"
        if not here.is_file():
            raise UsageError("governance/members.yml: no such file", hint="start with: workbench init")
        members = read_model(here, Members)
    missing = [
        _from_role(members, side, "steward", what=f"a signature of a steward of {SIDE_WORDS[side]}", command="governance found")
        for side in SIDES
        if side not in by
    ]
    return Explanation("founding", open=not missing, given=tuple(given), missing=tuple(missing))


def _doubt(gate: str, governance: Governance) -> Explanation | None:
    """While the register is in doubt no gate opens, and nobody's word helps."""
    if not governance.faults:
        return None
    missing = tuple(
        Missing(f"a register that is whole: {fault}", "restore the file from git; see: workbench governance register")
        for fault in governance.faults
    )
    return Explanation(gate, open=False, missing=missing)


def _charter(governance: Governance) -> Explanation:
    charter = governance.register.charter
    given = [f"rules and seats number {charter.number}, in force since {charter.since} ({charter.source})"]
    changed = changed_charter_files(governance.project, governance)
    if not changed:
        return Explanation("charter", open=True, given=(*given, "governance/rules.yml and members.yml are those in force"))
    files = ", ".join(f"governance/{name}.yml" for name in changed)
    given.append(f"{files}: not the version in force, and without effect until both sides adopt it")
    shas = {sha256(content) for content in changed.values()}
    asked = [
        proposal
        for name, proposal in sorted(governance.register.proposals.items())
        if isinstance(proposal, CharterProposal) and set(proposal.files.values()) == shas
    ]
    earlier = {sha for one in governance.register.charters[:-1] for sha in (one.rules_sha256, one.members_sha256)}
    if shas <= earlier:
        project = governance.project
        copies = [f"cp {project.relative(in_force_path(governance, name))} governance/{name}.yml" for name in changed]
        missing = Missing("the version in force, where people read it: an earlier one lies there", " && ".join(copies))
        return Explanation("charter", open=False, given=tuple(given), missing=(missing,))
    if not asked:
        missing = Missing("a proposal that asks both sides to adopt it", "workbench propose charter", seats=_everyone(governance))
        return Explanation("charter", open=False, given=tuple(given), missing=(missing,))
    tally = governance.tally(asked[-1].proposal)
    decided = Decision(path=Path(), proposal=asked[-1], tally=tally, reason=f"{tally.proposal} is {tally.outcome}")
    return _decision("charter", governance, decided, given=given, anew="workbench propose charter")


def _policy(governance: Governance, dataset: str) -> Explanation:
    found, path = governance.policy(dataset), policy_path(governance.project, dataset)
    if not path.is_file():
        missing = Missing(
            f"a policy: {governance.project.relative(path)} is not written", "write it, then: workbench propose policies"
        )
        return Explanation(f"policy:{dataset}", open=False, missing=(missing,))
    given = [f"{governance.project.relative(path)}, version {sha256_text(path)[:12]}…"]
    return _decision(f"policy:{dataset}", governance, found, given=given, anew=f"workbench propose policies {dataset}")


def _issue(governance: Governance, issue: str) -> Explanation:
    found = governance.issue(issue) or Decision(path=Path(), proposal=None, tally=None, reason="nobody proposed it")
    return _decision(f"issue:{issue}", governance, found, given=[], anew="workbench propose")


def _decision(gate: str, governance: Governance, found: Decision, *, given: Sequence[str], anew: str) -> Explanation:
    """A gate that a vote opens."""
    told, tally, proposal = list(given), found.tally, found.proposal
    if tally is None or proposal is None:
        missing = Missing("a proposal that asks both sides", anew, seats=_everyone(governance))
        return Explanation(gate, open=False, given=tuple(told), missing=(missing,))
    told.append(f"{tally.proposal}: {proposal.title.ko} / {proposal.title.en}")
    told.append(f"votes on it: {tally.why()}")
    if tally.closing is not None:
        signers = " and ".join(tally.closing.signed_by.values())
        told.append(f"closed on {tally.closing.closed_on} as number {tally.closing.number}, signed by {signers}: {tally.outcome}")
    if found.complete:
        return Explanation(gate, open=True, given=tuple(told))
    if tally.outcome == "open":
        return Explanation(gate, open=False, given=tuple(told), missing=tuple(_vote(governance, tally, proposal, anew)))
    if tally.outcome == "void":
        missing = Missing(f"the vote as it was: {tally.why()}", "restore the files from git; see: workbench governance register")
    else:
        why = f"{tally.proposal} is not agreed" if tally.outcome == "not agreed" else found.reason
        missing = Missing(f"a new proposal: {why}", anew, seats=_everyone(governance))
    return Explanation(gate, open=False, given=tuple(told), missing=(missing,))


def _vote(governance: Governance, tally: Tally, proposal: Proposal, anew: str) -> Iterable[Missing]:
    """What an open vote needs: ballots of each side, then the closing record."""
    today = governance.today or tally.last_day
    issue = proposal.issue if isinstance(proposal, IssueProposal) else None
    voted = {vote.seat for vote in tally.votes}
    over = today > tally.last_day
    for side in SIDES:
        count = tally.sides[side]
        if count.agrees:
            continue
        if over:
            yield Missing(
                f"agreement of {SIDE_WORDS[side]}, which its vote did not reach until {tally.last_day}: a new vote",
                anew,
                side=side,
            )
            continue
        lacking = count.quorum_needed - count.cast
        of_seats = f"quorum {count.quorum}: {count.quorum_needed} of {count.seats} seats"
        what = f"{lacking} more ballot{'s' if lacking > 1 else ''} of {SIDE_WORDS[side]} ({of_seats})"
        if count.quorum_reached:
            what = f"a majority of {SIDE_WORDS[side]}: {count.majority} of its yes, no and block ballots must be yes"
        seats = [one for one, seat in governance.members.of_side(side).items() if one not in voted]
        yield _from_seats(
            governance.members,
            seats,
            what=what,
            side=side,
            command=f"vote {tally.proposal}",
            until=str(tally.last_day),
            today=today,
        )
    names = frozenset(vote.file for vote in tally.votes)
    absent = missing_ballots(names, governance.register.charter, day=today)
    path = governance.project.governance / "closings" / f"{tally.proposal}.yml"
    by: dict[Side, str] = {}
    if path.is_file():
        by = governance.register.charter.signers_beside(path, day=today, role="steward", issue=issue).by
    when = "" if over or not absent else f" (after {tally.last_day}, or once {', '.join(absent)} voted as well)"
    for side in SIDES:
        if side not in by:
            what = f"the closing of the vote, signed by a steward of {SIDE_WORDS[side]}{when}"
            yield _from_role(
                governance.members, side, "steward", what=what, command=f"close {tally.proposal}", issue=issue, today=today
            )


def _release(governance: Governance, issue: str) -> Explanation:
    project, gate = governance.project, f"release:{issue}"
    folder, name = _release_folder(project, issue)
    agreed = governance.issue(issue)
    given: list[str] = []
    missing: list[Missing] = []
    if agreed is None or not agreed.complete:
        why = agreed.missing() if agreed else "nobody proposed it"
        missing.append(Missing(f"agreement of both sides on the urban issue: {why}", f"workbench explain issue:{issue}"))
    else:
        given.append(f"both sides agreed on the urban issue ({agreed.proposal.proposal if agreed.proposal else ''})")
    if folder is None:
        missing.append(
            Missing("a candidate: nothing of this urban issue waits for approval or is released", f"workbench release {issue}")
        )
        return Explanation(gate, open=False, given=tuple(given), missing=tuple(missing))
    consent = governance.release(folder, name=name)
    record = read_yaml(folder / "release.yml")
    authors = [str(seat) for seat in (record.get("authors") or [])] if isinstance(record, dict) else []
    given.append(f"{project.relative(folder)}" + (f", by {', '.join(authors)}" if authors else ""))
    given += [f"approved for {SIDE_WORDS[side]} by {said.seat} on {said.date}" for side, said in consent.given.items()]
    given += [f"does not count: {fault}" for fault in consent.faults]
    for side in SIDES:
        if side not in consent.given:
            what = f"approval by a checker of {SIDE_WORDS[side]} who is no author"
            missing.append(
                _from_role(
                    governance.members,
                    side,
                    "checker",
                    what=what,
                    command=f"approve {issue}",
                    issue=issue,
                    without=authors,
                    today=governance.today,
                )
            )
    return Explanation(gate, open=not missing, given=tuple(given), missing=tuple(missing))


def _release_folder(project: Project, issue: str) -> tuple[Path | None, str]:
    """The candidate with the name that it will have, else the last release."""
    candidate = project.candidates / issue
    if (candidate / "release.yml").is_file():
        record = read_yaml(candidate / "release.yml")
        number = record.get("number") if isinstance(record, dict) else None
        return candidate, f"analyses/{issue}/releases/{number}/release.yml"
    names = [path.parent.name for path in project.analyses.glob(f"{issue}/releases/*/release.yml")]
    numbers = [int(name) for name in names if name.isascii() and name.isdigit()]
    if not numbers:
        return None, ""
    folder = project.analyses / issue / "releases" / str(max(numbers))
    return folder, project.relative(folder / "release.yml")


def _from_role(
    members: Members,
    side: Side,
    role: Role,
    *,
    what: str,
    command: str,
    issue: str | None = None,
    without: Sequence[str] = (),
    today: dt.date | None = None,
) -> Missing:
    """What the seats of a side with a role could give."""
    seats = [name for name, seat in members.of_side(side).items() if seat.has_role(role, issue=issue) and name not in without]
    return _from_seats(members, seats, what=what, side=side, command=command, today=today)


def _from_seats(
    members: Members,
    seats: Iterable[str],
    *,
    what: str,
    side: Side,
    command: str,
    until: str | None = None,
    today: dt.date | None = None,
) -> Missing:
    who = tuple(_who(name, members.seats[name], today) for name in seats)
    able = [one.seat for one in who if one.absent is None]
    full = f"workbench {command} --seat {able[0] if able else '…'}"
    return Missing(what, full, side=side, seats=who, until=until)


def _who(name: str, seat: Seat, today: dt.date | None) -> Who:
    absent = None
    if seat.vacant_since is not None:
        absent = f"vacant since {seat.vacant_since}"
    elif today is not None and seat.term is not None and not seat.term.holds(today):
        absent = f"its term is {seat.term.from_} to {seat.term.until}"
    return Who(name, seat.title.ko, seat.title.en, absent)


def _everyone(governance: Governance) -> tuple[Who, ...]:
    """Every seat that somebody holds may propose."""
    seats = governance.members.seats.items()
    return tuple(who for name, seat in seats if (who := _who(name, seat, governance.today)).absent is None)
