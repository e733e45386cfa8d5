"""What was closed stays closed: whoever edits or removes a file afterwards puts the register in doubt, and reopens nothing."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from decided_city import DAY, NOW, forged_closing, put_tree, tree_of
from signed import (
    ADOPT,
    RULES,
    TODAY,
    agree,
    close,
    decide,
    found,
    governance_of,
    key_of,
    propose_charter,
    propose_issue,
    seat,
    vote,
)
from workbench.errors import UsageError
from workbench.files import sha256, write_text
from workbench.governance.acts.drafts import sign_draft, write_papers
from workbench.governance.acts.proposing import draft_proposal
from workbench.governance.acts.voting import draft_ballot
from workbench.governance.deciding.answers import answers_of
from workbench.governance.deciding.casting import last_day
from workbench.governance.papers.rules import Rules
from workbench.project import Project
from workbench.records import dump_yaml

STEWARD = {"all": ["steward"]}
SEATS = {
    **{name: seat(name, roles=STEWARD) for name in ("G-1", "C-1")},
    **{name: seat(name, roles={"noise": ["steward"]}) for name in ("G-2", "C-2")},
    **{name: seat(name) for name in ("G-3", "C-3")},
}
LATER = TODAY + 60 * DAY


@pytest.fixture
def project(tmp_path) -> Project:
    project = Project(root=tmp_path)
    found(project, seats=SEATS)
    return project


def faults(project: Project) -> str:
    return "; ".join(governance_of(project, today=LATER).faults)


def change(path: Path, old: bytes, new: bytes) -> None:
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new))


def test_a_proposal_whose_opening_day_is_moved_after_its_closing_does_not_open_again(project):
    name = propose_issue(project, "noise")
    for signer in ("G-1", "G-2", "C-1", "C-2"):
        vote(project, name, signer)
    close(project, name, today=TODAY + 20 * DAY)  # after the last day: G-3 and C-3 did not vote
    change(project.governance / "proposals" / f"{name}.yml", f"opens_on: {TODAY}".encode(), f"opens_on: {LATER}".encode())
    assert governance_of(project, today=LATER).tally(name).outcome == "void"
    assert "P-0001.yml: was changed after its vote was closed" in faults(project)


@pytest.mark.parametrize("how", ["gone", "of another urban issue"])
def test_a_vote_closed_by_stewards_of_its_urban_issue_stays_closed_when_the_proposal_changes(project, how):
    name = propose_issue(project, "noise")
    for signer in SEATS:
        vote(project, name, signer)
    record = sha256((project.governance / "founding" / "record.yml").read_bytes())
    keys = {signer: key_of(signer) for signer in ("G-2", "C-2")}
    put_tree(project.root, forged_closing(tree_of(project), name, keys, number=1, previous=record, closed_on=TODAY))
    assert governance_of(project, today=LATER).tally(name).outcome == "agreed"
    path = project.governance / "proposals" / f"{name}.yml"
    if how == "gone":
        path.unlink()
        assert "P-0001.yml: closed as number 1, and cannot be read any more" in faults(project)
    else:
        change(path, b"issue: noise", b"issue: parks")
        assert "P-0001.yml: was changed after its vote was closed" in faults(project)


@pytest.mark.parametrize("lost", ["P-0002.yml", "P-0002.yml.G-1.sig"])
def test_new_stewards_are_not_undone_by_removing_the_closing_that_named_them(project, lost, monkeypatch):
    agree(project, "noise")
    fresh = {name: key_of(f"{name} second") for name in ("G-1", "C-1")}
    seats = {**SEATS, **{name: seat(name, roles=STEWARD, public_key=key.public.line) for name, key in fresh.items()}}
    write_text(project.governance / "members.yml", dump_yaml({"seats": seats}))
    charter = propose_charter(governance_of(project), ADOPT, today=TODAY)[-1].stem
    decide(project, charter)
    monkeypatch.setattr("signed.key_of", lambda name: fresh.get(name) or key_of(name))
    agree(project, "parks")
    assert faults(project) == ""
    (project.governance / "closings" / lost).unlink()
    assert "P-0003.yml: is number 3, the register ends at 1: a record between them is gone or was changed" in faults(project)


def test_a_proposal_that_opens_on_the_last_day_of_the_calendar_stops_nobody(project):
    record = {**ADOPT, "kind": "policies", "files": {"governance/policies/a.yml": "0" * 64}, "opens_on": dt.date.max}
    name = write_papers(draft_proposal(governance_of(project), record, today=TODAY))[-1].stem
    assert governance_of(project).tally(name).last_day == dt.date.max
    assert last_day(dt.date.max - DAY, Rules.model_validate(RULES)) == dt.date.max


def test_names_that_are_no_text_or_command_the_screen_are_written_out_in_one_line(city):
    put_tree(city.root, forged_closing(tree_of(city), "P-0007", {}))
    closings = os.fsencode(city.governance / "closings")
    for name in (b"P-0007.yml.\xff\nC-1.sig", b"P-0007.yml.\x1b[2J.sig", b"\x1b[2J.yml"):
        Path(os.fsdecode(closings + b"/" + name)).write_bytes(b"x")
    governance = governance_of(city, today=NOW)
    told = governance.register.pending["P-0007"].reason
    assert r"P-0007.yml.\xff\nC-1.sig" in told
    assert r"P-0007.yml.\u001b[2J.sig" in told
    assert "\x1b" not in "".join(governance.faults)
    assert "\n" not in told
    assert governance.tally("P-0007").outcome == "open"


def test_an_answer_whose_number_is_no_number_is_named(city):
    put_tree(city.root, {"governance/answers/R-0001.².yml": b"answer: R-0001\n"})
    assert "R-0001.².yml: cannot be read" in answers_of(governance_of(city, today=NOW))["R-0001"].faults[0]


@pytest.mark.parametrize("text", ["\x1b[2Joutcome: agreed", "a\u202eb", "a\x9bb", "a\rb"])
def test_words_that_command_the_screen_are_refused_before_anybody_signs_them(project, text):
    name = propose_issue(project, "noise")
    with pytest.raises(UsageError, match=r"reason\.en: holds U\+[0-9A-F]{4}, which is no letter and commands the screen"):
        draft_ballot(governance_of(project), name, signer="C-1", vote="no", today=TODAY, words={"reason": {"en": text}})
    with pytest.raises(UsageError, match=r"title\.ko: holds U\+"):
        propose_issue(project, "parks", title={"ko": text, "en": "parks"})


def test_a_title_of_two_lines_is_refused(project):
    with pytest.raises(UsageError, match="title: one line is needed"):
        propose_issue(project, "parks", title={"ko": "공원\nP-0001 agreed", "en": "parks"})


def test_a_reason_keeps_its_lines(project):
    name = propose_issue(project, "noise")
    words = {"reason": {"ko": "첫째 줄\n둘째 줄"}}
    sign_draft(draft_ballot(governance_of(project), name, signer="C-1", vote="no", today=TODAY, words=words), key_of("C-1"))
    assert governance_of(project).tally(name).votes[0].reason.ko == "첫째 줄\n둘째 줄"


def test_who_asks_about_a_day_that_is_past_is_told_of_that_day_without_doubt(city):
    governance = governance_of(city, today=TODAY)
    assert governance.faults == ()
    assert governance.tally("P-0001").outcome == "agreed"
    assert "in the future" in governance.register.pending["P-0006"].reason
