"""Other rules and seats: in force from the closing on which both sides agreed, and never for what was decided before."""

from __future__ import annotations

import datetime as dt

import pytest

from decided_city import (
    DAY,
    NOW,
    ROTATED,
    SEATS,
    SECOND_RULES,
    SECOND_SEATS,
    cast,
    everyone,
    forged_ballot,
    forged_closing,
    propose_second_charter,
    put_tree,
    tree_of,
)
from signed import (
    ADOPT,
    RULES,
    TODAY,
    close,
    decide,
    found,
    governance_of,
    key_of,
    propose_charter,
    propose_issue,
    seat,
    vacant,
    vote,
    words,
    write_proposal,
)
from workbench.errors import CheckFailed, GateRefused, UsageError
from workbench.files import sha256, sha256_text, write_text
from workbench.governance import read_governance
from workbench.governance.acts.founding import draft_founding
from workbench.governance.papers.statements import Statement
from workbench.governance.signing import sign
from workbench.project import Project
from workbench.records import dump_yaml

STEWARD = {"all": ["steward", "checker"]}
CHANGED = TODAY + 3 * DAY
"""The day on which the history's second charter was closed."""


def test_a_charter_that_both_sides_adopted_is_in_force_from_the_day_of_its_closing(city):
    register = governance_of(city, today=NOW).register
    assert [(charter.number, charter.source, charter.since) for charter in register.charters] == [
        (1, "founding", TODAY),
        (2, "P-0004", CHANGED),
    ]
    assert register.charter_on(TODAY - DAY) is None
    assert register.charter_on(CHANGED - DAY) is register.charters[0]
    assert register.charter_on(CHANGED) is register.charters[1]
    assert register.charter.members_sha256 == sha256((city.governance / "charter/P-0004/members.yml").read_bytes())


def test_a_vote_is_judged_by_the_charter_under_which_it_was_closed(city):
    governance = governance_of(city, today=NOW)
    assert [governance.tally(f"P-000{number}").charter for number in range(1, 8)] == [1, 1, 1, 1, 2, 2, 2]
    assert governance.tally("P-0003").sides["civil_society"].seats == 4
    tally = governance.tally("P-0006")
    assert (tally.sides["civil_society"].seats, tally.sides["civil_society"].majority) == (5, "at least 2/3")
    assert (tally.sides["civil_society"].yes, tally.outcome) == (3, "not agreed")


def test_a_charter_that_one_side_refuses_changes_nothing(tmp_path):
    project = Project(root=tmp_path)
    found(project, seats=SEATS)
    propose_second_charter(project, day=TODAY)
    cast(project, "P-0001", everyone(C1="no", C2="no", C3="no"), day=TODAY)
    close(project, "P-0001")
    governance = governance_of(project)
    assert governance.tally("P-0001").outcome == "not agreed"
    assert [charter.number for charter in governance.register.charters] == [1]
    assert "C-5" not in governance.members.seats


def test_a_charter_is_not_in_force_before_its_vote_is_closed(history, tmp_path):
    before_closing = next(number for number, tree in enumerate(history.days) if "governance/ballots/P-0004/C-4.yml" in tree)
    project = history.lay_out(tmp_path, before_closing)
    governance = governance_of(project, today=CHANGED)
    assert governance.tally("P-0004").outcome == "open"
    assert governance.rules.majority["government"] == "more than 1/2"


def test_only_what_differs_is_proposed(tmp_path):
    project = Project(root=tmp_path)
    found(project, seats=SEATS)
    with pytest.raises(GateRefused, match=r"rules\.yml and members\.yml are those in force already"):
        propose_charter(governance_of(project), ADOPT, today=TODAY)
    proposal = propose_second_charter(project, day=TODAY, seats=SEATS)
    assert list(governance_of(project).register.proposals[proposal].files) == ["governance/charter/P-0001/rules.yml"]
    decide(project, proposal)
    after = governance_of(project)
    assert after.rules.majority["government"] == "at least 2/3"
    assert after.register.charter.members_sha256 == after.register.charters[0].members_sha256


def test_a_rotated_key_signs_from_the_new_charter_on_and_old_votes_stand(city):
    governance = governance_of(city, today=NOW)
    assert "C-3" in [one.seat for one in governance.tally("P-0003").votes]
    assert "C-3" in [one.seat for one in governance.tally("P-0006").votes]
    vote_of_old_key = forged_ballot(tree_of(city), "P-0007", "C-3", key_of("C-3"))
    put_tree(city.root, vote_of_old_key)
    assert "is by another key" in governance_of(city, today=NOW).tally("P-0007").refused[0].reason
    put_tree(city.root, forged_ballot(tree_of(city), "P-0007", "C-3", key_of(ROTATED)))
    assert governance_of(city, today=NOW).tally("P-0007").refused == []


def test_a_ballot_of_a_replaced_key_in_a_vote_that_is_still_open_must_be_cast_again(tmp_path):
    project = Project(root=tmp_path)
    found(project, seats=SEATS)
    propose_issue(project, "noise")
    vote(project, "P-0001", "C-3")
    proposal = propose_second_charter(project, day=TODAY)
    decide(project, proposal, seats=everyone())
    tally = governance_of(project).tally("P-0001")
    assert tally.votes == []
    assert "the signature of C-3 is by another key" in tally.refused[0].reason


def changed_city(tmp_path, **change) -> Project:
    """A city whose second charter replaces some seats; one vote was closed before."""
    project = Project(root=tmp_path)
    found(project, seats=SEATS)
    propose_issue(project, "noise")
    decide(project, "P-0001")
    seats = {**SEATS, **{name.replace("_", "-"): one for name, one in change.pop("seats", {}).items()}}
    put_tree(tmp_path, {"governance/members.yml": dump_yaml({"seats": seats, **change}).encode()})
    propose_charter(governance_of(project), ADOPT, today=TODAY)
    decide(project, "P-0002", today=TODAY)
    return project


def test_a_member_who_left_still_counts_for_the_quorum_and_votes_no_more(tmp_path):
    empty = {name.replace("-", "_"): vacant(name, TODAY) for name in ("C-3", "C-4")}
    project = changed_city(tmp_path, seats=empty)
    governance = governance_of(project)
    assert governance.tally("P-0001").sides["civil_society"].cast == 4
    propose_issue(project, "smell")
    for name in ("G-1", "G-2", "G-3", "G-4", "C-1"):
        vote(project, "P-0003", name)
    put_tree(tmp_path, forged_ballot(tree_of(project), "P-0003", "C-3", key_of("C-3"), cast_on=TODAY))
    tally = governance_of(project).tally("P-0003")
    assert [item.reason for item in tally.refused] == ["seat C-3 is vacant since 2026-11-20"]
    side = tally.sides["civil_society"]
    assert (side.seats, side.vacant, side.quorum_needed, side.quorum_reached) == (4, 2, 2, False)
    vote(project, "P-0003", "C-2")
    close(project, "P-0003")
    assert governance_of(project).tally("P-0003").outcome == "agreed"


def test_a_deputy_named_by_a_later_charter_votes_from_then_on(tmp_path):
    deputy = {
        "title": words("deputy of C-4"),
        "public_key": key_of("C-4.deputy").public.line,
        "term": {"from": TODAY, "until": TODAY + 365 * DAY},
    }
    project = changed_city(tmp_path, seats={"C_4": seat("C-4", deputy=deputy)})
    propose_issue(project, "smell")
    vote(project, "P-0003", "C-4.deputy")
    assert [one.by_deputy for one in governance_of(project).tally("P-0003").votes] == [True]
    put_tree(tmp_path, forged_ballot(tree_of(project), "P-0001", "C-4.deputy", key_of("C-4.deputy"), cast_on=TODAY))
    assert [item.reason for item in governance_of(project).tally("P-0001").refused] == ["seat C-4 has no deputy"]


def test_a_revoked_key_signs_nothing_from_its_day_on_and_old_votes_stand(tmp_path):
    revoked = [{"public_key": key_of("C-4").public.line, "revoked_on": TODAY + DAY, "reason": words("lost")}]
    project = changed_city(tmp_path, revoked_keys=revoked)
    assert governance_of(project).tally("P-0001").outcome == "agreed"
    propose_issue(project, "smell")
    vote(project, "P-0003", "C-4")
    with pytest.raises(GateRefused, match="the key of C-4 is revoked since 2026-11-21"):
        vote(project, "P-0003", "C-4", today=TODAY + DAY)
    put_tree(tmp_path, forged_ballot(tree_of(project), "P-0003", "C-4", key_of("C-4"), cast_on=TODAY + DAY))
    tally = governance_of(project, today=TODAY + DAY).tally("P-0003")
    assert [item.reason for item in tally.refused] == ["the key of C-4 is revoked since 2026-11-21"]


def approve(project: Project, name: str, *, day: dt.date, key: str | None = None) -> None:
    """A checker's approval of the release in ``release/``."""
    folder = project.root / "release"
    statement = Statement(
        statement="approval", seat=name, date=day, of={"release/release.yml": sha256((folder / "release.yml").read_bytes())}
    )
    content = dump_yaml(statement.model_dump()).encode()
    path = f"release/approvals/{name}.yml"
    put_tree(project.root, {path: content, f"{path}.sig": sign(content, key_of(key or name))})


def test_an_approval_is_judged_by_the_charter_of_its_day(tmp_path):
    changed = {
        "C_1": seat("C-1", roles={"all": ["steward"]}),
        "C_2": seat("C-2", public_key=key_of("new").public.line, roles=STEWARD),
    }
    project = Project(root=tmp_path)
    found(project, seats=SEATS)
    put_tree(tmp_path, {"governance/members.yml": dump_yaml({"seats": {**SEATS, **as_ids(changed)}}).encode()})
    day = TODAY + 2 * DAY
    propose_charter(governance_of(project, today=day), ADOPT, today=day)
    decide(project, "P-0001", today=day)
    write_text(tmp_path / "release" / "release.yml", "issue: noise\nauthors: [C-9]\n")
    approve(project, "G-1", day=TODAY)
    for name, date, key, good in (
        ("C-1", TODAY, "C-1", True),
        ("C-1", day - DAY, "C-1", True),
        ("C-1", day, "C-1", False),
        ("C-2", day - DAY, "C-2", True),
        ("C-2", day - DAY, "new", False),
        ("C-2", day, "new", True),
        ("C-2", day, "C-2", False),
    ):
        approve(project, name, day=date, key=key)
        found_ = governance_of(project, today=day).release(tmp_path / "release")
        assert found_.complete is good, (name, date, key, found_.faults)
        (tmp_path / "release" / "approvals" / f"{name}.yml").unlink()
    approve(project, "C-1", day=TODAY - DAY)
    assert "before the founding" in governance_of(project, today=day).release(tmp_path / "release").missing()


def as_ids(seats):
    return {name.replace("_", "-"): one for name, one in seats.items()}


def test_a_charter_under_which_no_steward_exists_is_not_proposed(tmp_path):
    project = Project(root=tmp_path)
    found(project, seats=SEATS)
    seats = {**SEATS, "C-1": seat("C-1"), "C-2": vacant("C-2")}
    with pytest.raises(UsageError, match=r"governance/members\.yml: no steward of civil society"):
        propose_second_charter(project, day=TODAY, seats=seats)
    assert not (project.governance / "charter").exists()


def by_hand(project: Project, name: str, content: bytes) -> str:
    """A charter proposal that no command would have written or taken ballots on, agreed by everyone by hand."""
    place = f"governance/charter/P-0001/{name}.yml"
    record = {**ADOPT, "kind": "charter", "proposal": "P-0001", "proposed_on": TODAY, "opens_on": TODAY}
    proposal = dump_yaml({**record, "files": {place: sha256(content)}}).encode()
    put_tree(project.root, {place: content, "governance/proposals/P-0001.yml": proposal})
    for name_of_seat in everyone():
        put_tree(project.root, forged_ballot(tree_of(project), "P-0001", name_of_seat, key_of(name_of_seat), cast_on=TODAY))
    founding = sha256(tree_of(project)["governance/founding/record.yml"])
    keys = {steward: key_of(steward) for steward in ("G-1", "C-1")}
    put_tree(project.root, forged_closing(tree_of(project), "P-0001", keys, number=1, previous=founding, closed_on=TODAY))
    governance = governance_of(project)
    assert len(governance.register.charters) == 1
    with pytest.raises(GateRefused, match="in doubt"):
        governance.require_whole()
    return governance.faults[0]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("members", dump_yaml({"seats": {"G-1": SEATS["G-1"]}}).encode(), "charter/P-0001: no steward of civil society"),
        ("members", b"seats: {}\nseats: {}\n", "charter/P-0001/members.yml, line 2: the key 'seats' stands twice"),
        ("rules", b"", "charter/P-0001/rules.yml"),
        ("rules", dump_yaml({**RULES, "quorum": {"government": "none"}}).encode(), "charter/P-0001/rules.yml"),
    ],
)
def test_a_charter_that_cannot_hold_closes_every_gate_even_when_both_sides_adopted_it(tmp_path, name, content, reason):
    project = Project(root=tmp_path)
    found(project, seats=SEATS)
    assert reason in by_hand(project, name, content)


DEMONSTRATION = {**RULES, "demonstration": True}


def test_keys_of_a_demonstration_count_only_while_the_rules_say_so(tmp_path):
    project = Project(root=tmp_path)
    found(project, seats=SEATS, rules=DEMONSTRATION)
    assert governance_of(project).rules.demonstration
    propose_issue(project, "noise")
    decide(project, "P-0001")
    fresh = {name: {**one, "public_key": key_of(f"new {name}").public.line} for name, one in SEATS.items()}
    kept = {**fresh, "C-4": SEATS["C-4"]}
    propose_second_charter(project, day=TODAY, rules=RULES, seats=kept)
    decide(project, "P-0002")
    governance = governance_of(project)
    assert not governance.rules.demonstration
    assert governance.tally("P-0001").outcome == "agreed"
    propose_issue(project, "smell")
    for name, key in (("C-4", "C-4"), ("C-3", "new C-3"), ("G-3.deputy", "G-3.deputy")):
        put_tree(tmp_path, forged_ballot(tree_of(project), "P-0003", name, key_of(key), cast_on=TODAY))
    tally = governance_of(project).tally("P-0003")
    assert [one.seat for one in tally.votes] == ["C-3"]
    assert [item.reason for item in tally.refused] == [
        "the key of C-4 is a demonstration's: its private half is public",
        "the key of G-3.deputy is a demonstration's: its private half is public",
    ]


def test_a_demonstration_does_not_end_while_its_stewards_keep_their_keys(tmp_path):
    project = Project(root=tmp_path)
    found(project, seats=SEATS, rules=DEMONSTRATION)
    told = by_hand(project, "rules", dump_yaml(RULES).encode())
    assert "every steward of government and civil society has a key of a demonstration" in told


def test_a_city_is_not_founded_on_keys_that_lie_beside_it_as_a_demonstrations(tmp_path):
    project = Project(root=tmp_path)
    put_tree(tmp_path, {"governance/demonstration/C-1.pub": f"{key_of('C-1').public.line}\n".encode()})
    put_tree(tmp_path, {"governance/demonstration/C-2.pub": f"{key_of('C-2').public.line}\n".encode()})
    with pytest.raises(UsageError, match="every steward of civil society has a key of a demonstration"):
        found(project, seats=SEATS)
    assert not (project.governance / "founding" / "record.yml").exists()
    with pytest.raises(UsageError, match="every steward of civil society"):
        draft_founding(project, signer="G-1", today=TODAY)


def test_two_charters_closed_on_one_day_follow_each_other(tmp_path):
    project = Project(root=tmp_path)
    found(project, seats=SEATS)
    decide(project, propose_second_charter(project, day=TODAY, rules=SECOND_RULES, seats=SEATS))
    decide(project, propose_second_charter(project, day=TODAY, rules=RULES, seats=SEATS))
    register = governance_of(project).register
    assert [charter.rules.majority["government"] for charter in register.charters] == [
        "more than 1/2",
        "at least 2/3",
        "more than 1/2",
    ]
    assert register.charter_on(TODAY) is register.charters[2]


def test_a_closing_signed_by_a_steward_of_the_charter_before_does_not_count_after(tmp_path):
    seats = {**SECOND_SEATS, "C-1": seat("C-1"), "C-2": SEATS["C-2"], "C-3": SEATS["C-3"]}
    project = Project(root=tmp_path)
    found(project, seats=SEATS)
    decide(project, propose_second_charter(project, day=TODAY, rules=RULES, seats=seats))
    propose_issue(project, "noise")
    for name in [*everyone(), "C-5"]:
        vote(project, "P-0002", name)
    head = governance_of(project).register.head
    keys = {name: key_of(name) for name in ("G-1", "C-1")}
    put_tree(tmp_path, forged_closing(tree_of(project), "P-0002", keys, number=2, previous=head, closed_on=TODAY))
    assert "seat C-1 is no steward" in read_governance(project, today=TODAY).register.pending["P-0002"].reason
    close(project, "P-0002", stewards=["G-1", "C-2"])
    assert governance_of(project).tally("P-0002").outcome == "agreed"


@pytest.mark.parametrize(
    ("content", "reason"),
    [("seats: [", "members.yml, line"), ("seats: {}\n", "no steward of government and civil society")],
)
def test_seats_that_cannot_be_used_are_not_voted_on(tmp_path, content, reason):
    """Adopted by both sides, they would close every gate for good."""
    project = Project(root=tmp_path)
    found(project)
    path = tmp_path / "governance" / "charter" / "P-0001" / "members.yml"
    write_text(path, content)
    files = {"governance/charter/P-0001/members.yml": sha256_text(path)}
    write_proposal(governance_of(project), {"kind": "charter", "files": files, **ADOPT}, today=TODAY)
    with pytest.raises(UsageError, match=reason):
        vote(project, "P-0001", "C-1")
    with pytest.raises(UsageError, match=reason):
        close(project, "P-0001")
    path.write_text("seats: {G-1: {}}\n", encoding="utf-8")
    with pytest.raises(CheckFailed, match="is not the file that P-0001 names"):
        vote(project, "P-0001", "C-1")
