"""``workbench vote`` and ``workbench close``: a seat's word, and the end of a vote; what is voted on is shown first."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.cli.asking import ask, ask_choice, ask_seat, ask_words, tell, terminal
from workbench.cli.commands import today_of
from workbench.cli.finishing import Done, names, sign
from workbench.cli.terminal import within
from workbench.errors import DONE, GateRefused, UsageError, unknown
from workbench.files import sha256_text
from workbench.governance import Governance, Tally, read_governance
from workbench.governance.acts.closing import draft_closing
from workbench.governance.acts.drafts import Draft
from workbench.governance.acts.proposing import changed_charter_files, in_force_path
from workbench.governance.acts.voting import ballot_path, draft_ballot
from workbench.governance.deciding.register import missing_ballots
from workbench.governance.papers.ballots import Ballot
from workbench.governance.papers.closings import Closing
from workbench.governance.papers.fields import SIDE_WORDS, SIDES
from workbench.governance.papers.members import DEPUTY
from workbench.governance.papers.proposals import CharterProposal, IssueProposal, Proposal
from workbench.project import Project
from workbench.records import read_model

VOTES = ("yes", "no", "block", "abstain")


def vote(project: Project, options: argparse.Namespace) -> int:
    """Cast a ballot."""
    today = today_of(options)
    governance = read_governance(project, today=today)
    proposal = _which_proposal(governance, options.proposal)
    _show_proposal(governance, proposal)
    seat = ask_seat("투표하는 자리 / the seat that votes", governance.members.seats, given=options.seat)
    signer = seat + DEPUTY if options.deputy else seat
    words: dict[str, dict[str, str]] = {}
    waiting = ballot_path(governance, proposal, signer)
    if options.signature and options.vote is None and waiting.is_file():
        written = read_model(waiting, Ballot)
        choice, today = str(written.vote), written.cast_on
        words = written.model_dump(include={"reason", "conflict_of_interest"}, exclude_none=True)
    else:
        draft_ballot(governance, proposal, signer=signer, vote="abstain", today=today)  # refuses before anybody is asked
        choice = ask_choice("표 / your vote", VOTES, option="--vote", given=options.vote)
        required = choice in ("no", "block")
        given = (options.reason, options.reason_en)
        reason = None
        if required or any(given) or options.vote is None:  # what is optional is asked only in a whole dialogue
            reason = ask_words("이유 / reason", option="--reason", required=required, given=given)
        given, conflict = (options.conflict, options.conflict_en), None
        if any(given) or options.vote is None:
            conflict = ask_words("이해관계 / conflict of interest", option="--conflict", required=False, given=given)
        words = {key: value for key, value in (("reason", reason), ("conflict_of_interest", conflict)) if value}

    def draft() -> Draft:
        fresh = read_governance(project, today=today)
        return draft_ballot(fresh, proposal, signer=signer, vote=choice, today=today, words=words)

    def then(_: Done) -> str:
        return _after_ballot(read_governance(project, today=today), proposal)

    sign(project, options, draft, then=then)
    return DONE


def close(project: Project, options: argparse.Namespace) -> int:
    """Close a vote, or sign what the other side's steward closed."""
    today = today_of(options)
    governance = read_governance(project, today=today)
    proposal = _which_proposal(governance, options.proposal)
    _show_proposal(governance, proposal)
    if proposal not in governance.register.by_proposal:
        for line in tally_lines(governance.tally(proposal)):
            tell(f"  {line}")
    stewards = {name: seat for name, seat in governance.members.seats.items() if seat.side and seat.has_role("steward")}
    seat = options.seat or ask_seat("마감하는 운영 자리 / the steward's seat", stewards)
    path = project.governance / "closings" / f"{proposal}.yml"
    if options.signature and path.is_file():
        today = read_model(path, Closing).closed_on

    def draft() -> Draft:
        return draft_closing(read_governance(project, today=today), proposal, signer=seat, today=today)

    def then(done: Done) -> str:
        fresh = read_governance(project, today=today)
        done.commit += _taken_over(fresh, proposal)
        return _after_closing(fresh, proposal, path)

    sign(project, options, draft, then=then)
    return DONE


def tally_lines(tally: Tally) -> list[str]:
    """Say what each side's ballots come to.

    Parameters
    ----------
    tally : Tally

    Returns
    -------
    list of str
    """
    lines = [f"{'':14}{'cast':>5}{'yes':>5}{'no':>5}{'block':>6}{'abst.':>6}  quorum                            majority"]
    for side in SIDES:
        one = tally.sides[side]
        quorum = f"{one.cast} of {one.seats} ({one.quorum}) {'reached' if one.quorum_reached else 'missed'}"
        decided = one.yes + one.no + one.block
        majority = f"{one.yes} of {decided} ({one.majority}) {'reached' if one.majority_reached else 'missed'}"
        lines.append(
            f"{SIDE_WORDS[side]:14}{one.cast:5}{one.yes:5}{one.no:5}{one.block:6}{one.abstain:6}  {quorum:<33} {majority}"
        )
    return lines


def _which_proposal(governance: Governance, given: str | None) -> str:
    """The proposal named, or chosen from those whose vote is open."""
    register = governance.register
    open_ones = [name for name in sorted(register.proposals) if name not in register.by_proposal]
    if given is None and terminal():
        if not open_ones:
            raise GateRefused("no vote is open", hint="propose something: workbench propose")
        for name in open_ones:
            title = register.proposals[name].title
            tell(f"  {name}  {title.ko} / {title.en}")

    def read(answer: str) -> str:
        if answer not in register.proposals:
            raise ValueError(f"'{answer}' is none of: {', '.join(open_ones)}")
        return answer

    if given is not None and given not in register.proposals:
        if given in register.unread:
            raise UsageError(register.unread[given])
        raise unknown("proposal", given, register.proposals, where="governance/proposals")
    return ask("제안 번호 / which proposal", option="the proposal, such as P-0007", read=read, given=given)


def _show_proposal(governance: Governance, name: str) -> None:
    proposal: Proposal = governance.register.proposals[name]
    tally = governance.tally(name)
    tell(f"{name}  {proposal.title.ko}")
    tell(f"        {proposal.title.en}")
    tell(f"  물음    {within(proposal.question.ko)}")
    tell(f"  asks    {within(proposal.question.en)}")
    if isinstance(proposal, IssueProposal):
        tell(f"  기대하는 결과  {within(proposal.expected_outcome.ko)}")
        tell(f"  expected       {within(proposal.expected_outcome.en)}")
        tell(f"  결정할 것      {within(proposal.decision_wanted.ko)}")
        tell(f"  to be decided  {within(proposal.decision_wanted.en)}")
    else:
        tell(f"  이유 / reason  {within(proposal.reason.shown('ko')[1])}")
        for file, sha in proposal.files.items():
            path = governance.project.root / file
            same = path.is_file() and sha256_text(path) == sha
            tell(f"  {file}  {sha[:12]}…{'' if same else '  (the file that lies there now is another)'}")
    tell(f"  투표 기간 / ballots from {tally.opens_on} to {tally.last_day}; the whole text: governance/proposals/{name}.yml")
    tell()


def _after_ballot(governance: Governance, proposal: str) -> str:
    """Who else votes, or who closes."""
    if proposal in governance.register.by_proposal:
        return f"workbench governance tally {proposal}"
    tally = governance.tally(proposal)
    today = governance.today or tally.last_day
    absent = missing_ballots(frozenset(item.file for item in tally.votes), governance.register.charter, day=today)
    if absent:
        return f"{', '.join(absent)} may vote until {tally.last_day}; then a steward closes: workbench close {proposal}"
    steward = governance.members.with_role("steward", side="government")
    return f"everyone who decides has voted; a steward closes: workbench close {proposal} --seat {steward[0]}"


def _taken_over(governance: Governance, proposal: str) -> list[Path]:
    """The rules and seats that came into force by this closing and are read at the top already: they are committed with it."""
    found = governance.register.proposals[proposal]
    if proposal != governance.register.charter.source or not isinstance(found, CharterProposal):
        return []
    changed = changed_charter_files(governance.project, governance)
    names = [Path(name).stem for name in found.files]
    return [governance.project.governance / f"{name}.yml" for name in names if name not in changed]


def _after_closing(governance: Governance, proposal: str, path: Path) -> str:
    """Who must sign next, or what the outcome is."""
    if proposal in governance.register.by_proposal:
        tally = governance.tally(proposal)
        outcome = f"{proposal} is {tally.outcome} ({tally.why()})"
        stale = changed_charter_files(governance.project, governance) if proposal == governance.register.charter.source else {}
        if stale:
            files = [(governance.project.relative(in_force_path(governance, name)), name) for name in stale]
            copies = " && ".join(f"cp {in_force} governance/{name}.yml" for in_force, name in files)
            return f"{outcome}; what people read is still another version: {copies}"
        return f"{outcome}; see: workbench governance tally {proposal}"
    found = governance.register.proposals[proposal]
    issue = found.issue if isinstance(found, IssueProposal) else None
    day = read_model(path, Closing).closed_on
    signed = governance.register.charter.signers_beside(path, day=day, role="steward", issue=issue)
    side = next((side for side in SIDES if side not in signed.by), SIDES[0])
    stewards = governance.members.with_role("steward", side=side, issue=issue)
    return f"a steward of {SIDE_WORDS[side]} signs too ({names(stewards)}): workbench close {proposal} --seat {stewards[0]}"
