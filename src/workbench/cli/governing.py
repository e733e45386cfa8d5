"""``workbench governance …``: tallies, the register, and the list of signers, recomputed from the files; memory and schemas."""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.catalog import Bilingual
from workbench.cli.asking import confirm, tell, terminal
from workbench.cli.commands import print_json, today_of
from workbench.cli.deciding import tally_lines
from workbench.cli.terminal import progress, say, within
from workbench.errors import DONE, UsageError
from workbench.files import write_text
from workbench.governance import Governance, Tally, Vote, read_governance, remember, tally_all
from workbench.governance import trust as take_for_true
from workbench.governance.deciding.memory import forgotten, memory_path
from workbench.governance.deciding.principals import signer_entries
from workbench.governance.papers.contributions import About
from workbench.governance.papers.examples import example as commented_example
from workbench.governance.papers.examples import example_names
from workbench.governance.papers.schemas import write_schemas
from workbench.governance.signing import allowed_signers
from workbench.project import Project
from workbench.records import parse_model

HOMES = {
    "found": "founding",
    "keygen": "founding",
    "link": "answering",
    "respond": "recording",
    "obstacle": "recording",
    "recommend": "recording",
}
"""The module of an act that is not here."""


def governance(project: Project, options: argparse.Namespace) -> int:
    """Call one of the acts of ``workbench governance``."""
    home = importlib.import_module(f"workbench.cli.{HOMES.get(options.act, 'governing')}")
    return int(getattr(home, options.act)(project, options))


def tally(project: Project, options: argparse.Namespace) -> int:
    """Recompute one vote, or all of them."""
    today = today_of(options)
    found = read_governance(project, today=today)
    if options.proposal:
        one = found.tally(options.proposal)
        _remember(project, found, today=today)
        if options.json:
            print_json(tally_record(one))
        else:
            for line in whole_tally_lines(found, one):
                say(line)
        return DONE
    with progress("tally") as report:
        tallies = list(tally_all(project, found.register, today=today, report=report))
    _remember(project, found, today=today)
    if options.json:
        print_json([tally_record(one) for one in tallies])
        return DONE
    if not tallies and not found.register.unread:
        say("nothing was proposed yet: workbench propose")
    for one in tallies:
        title = found.register.proposals[one.proposal].title
        say(f"{one.proposal}  {one.outcome:11}  {title.ko} / {title.en}")
    for name, reason in sorted(found.register.unread.items()):
        say(f"{name}  unreadable   {reason}")
    return DONE


def _remember(project: Project, found: Governance, *, today: dt.date) -> None:
    """Remember what was read; where nothing can be written everyone may recompute all the same."""
    try:
        remember(project, found.register, today=today)
    except OSError as error:
        tell(f"this machine does not remember the register: {project.relative(memory_path(project))}: {error.strerror}")


def tally_record(one: Tally) -> dict[str, Any]:
    """Return a tally for machines: what it was computed from, and what follows."""
    return {
        **one.model_dump(mode="json"),
        "unanimous": one.unanimous,
        "dissent": [vote.file for vote in one.dissent],
        "dissent_shown_at_equal_weight": bool(one.blocks),
    }


def whole_tally_lines(found: Governance, one: Tally) -> Iterator[str]:
    """Say everything that a tally was computed from."""
    proposal = found.register.proposals[one.proposal]
    yield f"{one.proposal}  {proposal.title.ko} / {proposal.title.en}"
    yield f"sha256 {one.proposal_sha256}"
    yield f"ballots from {one.opens_on} to {one.last_day}, under rules and seats number {one.charter}"
    yield ""
    yield from tally_lines(one)
    vacant = ", ".join(f"{side.replace('_', ' ')} {count.vacant}" for side, count in one.sides.items() if count.vacant)
    if vacant:
        yield f"vacant seats, counted for the quorum: {vacant}"
    yield ""
    yield f"outcome: {one.outcome}" + (" (unanimously)" if one.outcome == "agreed" and one.unanimous else "")
    for fault in one.faults:
        yield f"  {fault}"
    if one.closing is not None:
        signers = " and ".join(one.closing.signed_by.values())
        yield f"closed on {one.closing.closed_on} as number {one.closing.number}, signed by {signers}"
    if one.blocks:
        who = ", ".join(vote.seat for vote in one.blocks)
        yield f"blocked by {who}: the page of this proposal carries the dissent at equal weight"
    deciding = [vote for vote in one.votes if vote.side is not None]
    for title, votes in (("ballots", deciding), ("advice, shown and not counted", one.advice)):
        if votes:
            yield ""
            yield f"{title}:"
            for vote in votes:
                yield from _vote_lines(vote)
    for title, items in (("refused", one.refused), ("late", one.late)):
        if items:
            yield ""
            yield f"{title}:"
            yield from (f"  {item.file}: {item.reason}" for item in items)


def _vote_lines(vote: Vote) -> Iterator[str]:
    stands = (vote.side or vote.standing or "").replace("_", " ")
    deputy = " (by its deputy)" if vote.by_deputy else ""
    yield f"  {vote.seat:6} {stands:14} {vote.vote:8} {vote.cast_on}  sha256 {vote.sha256}{deputy}"
    for name, words in (("reason", vote.reason), ("conflict of interest", vote.conflict_of_interest)):
        if words is not None:
            yield from (f"         {name}: {within(text)}" for text in (words.ko, words.en) if text)


def signers(project: Project, options: argparse.Namespace) -> int:
    """Print whose signature counts when, as OpenSSH reads it."""
    text = allowed_signers(signer_entries(read_governance(project, today=today_of(options))))
    if options.out is None:
        say(text.rstrip("\n"))
    else:
        write_text(options.out, text)
        say(f"written: {options.out}")
    return DONE


def register(project: Project, options: argparse.Namespace) -> int:
    """Print the chain of decisions, from the founding on."""
    found = read_governance(project, today=today_of(options))
    whole = found.register
    if options.json:
        print_json(
            {
                "founding": whole.founding_sha256,
                "charters": [
                    {
                        "number": one.number,
                        "source": one.source,
                        "since": one.since,
                        "rules": one.rules_sha256,
                        "members": one.members_sha256,
                    }
                    for one in whole.charters
                ],
                "closings": [
                    {
                        "number": entry.facts.number,
                        "proposal": entry.facts.proposal,
                        "closed_on": entry.facts.closed_on,
                        "sha256": entry.facts.sha256,
                        "signed_by": entry.signed_by,
                        "charter": entry.charter.number,
                        "outcome": found.tally(entry.facts.proposal).outcome
                        if entry.facts.proposal in whole.proposals
                        else "void",
                    }
                    for entry in whole.entries
                ],
                "head": whole.head,
                "faults": list(found.faults),
            }
        )
        return DONE
    first = whole.charters[0]
    say(f"   0  {first.since}  founding                {whole.founding_sha256}")
    changes = {one.source: one for one in whole.charters[1:]}
    for entry in whole.entries:
        facts = entry.facts
        outcome = found.tally(facts.proposal).outcome if facts.proposal in whole.proposals else "void"
        say(f"{facts.number:4}  {facts.closed_on}  {facts.proposal}  {outcome:14}  {facts.sha256}")
        if facts.proposal in changes:
            say(f"      from here on: rules and seats number {changes[facts.proposal].number}")
    say(f"fingerprint of the register: {whole.head}")
    say("compare it with somebody of the other side: the same fingerprint is the same history")
    for fault in found.faults:
        say(f"fault: {fault}")
    return DONE


def example(project: Project, options: argparse.Namespace) -> int:  # noqa: ARG001
    """Show a commented example of a file, or list them."""
    if options.name is None:
        for name in example_names():
            say(name)
    else:
        say(commented_example(options.name).rstrip("\n"))
    return DONE


def schemas(project: Project, options: argparse.Namespace) -> int:  # noqa: ARG001
    """Write the JSON Schemas that editors read."""
    for path in write_schemas(project):
        say(project.relative(path))
    return DONE


def trust(project: Project, options: argparse.Namespace) -> int:
    """Take the register as it stands for the true one, once a person has compared it."""
    today = today_of(options)
    found = read_governance(project, today=today)
    if found.rules.demonstration:
        say("a demonstration is not remembered: its keys are public")
        return DONE
    path = memory_path(project)
    lost = forgotten(project, found.register) if path.is_file() else []
    for line in lost or ["this machine has seen nothing that the register does not have"]:
        tell(line)
    for fault in found.register.faults:
        tell(f"fault: {fault}")
    tell(f"fingerprint of the register as it is now: {found.register.head}")
    tell("상대 측과 지문을 비교하세요 / compare the fingerprint with somebody of the other side")
    if not options.yes:
        if not terminal():
            raise UsageError("nobody can be asked: give --yes", hint="after comparing the fingerprint with the other side")
        if not confirm("이 기록을 믿을까요? / take this register for the true one?"):
            raise KeyboardInterrupt
    take_for_true(project, found.register, today=today)
    say(f"remembered: {project.relative(path)}")
    return DONE


def polis(project: Project, options: argparse.Namespace) -> int:
    """Import a Polis export as counts."""
    from workbench.governance.polis import import_polis

    about = {key: value for key in ("issue", "proposal", "result") if (value := getattr(options, key))}
    path = import_polis(
        project,
        Path(options.folder),
        name=options.name,
        title=Bilingual(ko=options.title_ko, en=options.title_en),
        about=parse_model(about, About, where="--issue, --proposal, --result"),
        today=today_of(options),
        texts=options.text or (),
    )
    say(f"written: {project.relative(path)}")
    say(f"to commit: git add {project.relative(path)}")
    return DONE
