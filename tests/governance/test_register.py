"""The register: a chain from the founding record to the newest closing, read under the charter of each link's own day."""

from __future__ import annotations

import os

import pytest

from decided_city import DAY, NOW, SEATS, cast, everyone, forged_closing, put_tree, tree_of
from signed import RULES, TODAY, close, found, governance_of, key_of, propose_issue, seat, vote
from workbench.errors import CheckFailed, GateRefused, UsageError
from workbench.files import sha256
from workbench.governance import read_governance
from workbench.governance.acts.closing import draft_closing
from workbench.governance.acts.drafts import sign_draft
from workbench.governance.acts.founding import draft_founding
from workbench.governance.deciding.register import read_register
from workbench.governance.signing import sign
from workbench.project import Project
from workbench.records import dump_yaml

BOTH = {"G-1": key_of("G-1"), "C-1": key_of("C-1")}
STEWARD = {"all": ["steward"]}


def test_every_closing_names_the_one_before(city):
    register = governance_of(city, today=NOW).register
    assert [entry.facts.number for entry in register.entries] == [1, 2, 3, 4, 5, 6]
    previous = [register.founding_sha256, *(entry.facts.sha256 for entry in register.entries)]
    assert [entry.facts.previous for entry in register.entries] == previous[:-1]
    assert register.head == previous[-1]
    assert not register.faults


def test_the_register_on_every_day_of_its_history_is_whole(history, tmp_path):
    closed = []
    for number in range(len(history.days)):
        register = read_register(history.lay_out(tmp_path / str(number), number), today=NOW)
        assert not register.faults
        closed.append(len(register.entries))
    assert closed == sorted(closed)
    assert closed[-1] == 6


def test_a_city_without_a_founding_record_decides_nothing(tmp_path):
    with pytest.raises(GateRefused, match=r"founding/record\.yml: there is no founding record, so nobody decides yet"):
        read_governance(Project(root=tmp_path), today=TODAY)


def test_a_founding_is_taken_up_by_the_other_side_in_the_same_bytes(tmp_path):
    project = Project(root=tmp_path)
    put_tree(tmp_path, {"governance/rules.yml": dump_yaml(RULES).encode(), "governance/members.yml": members(SEATS)})
    sign_draft(draft_founding(project, signer="G-1", today=TODAY), key_of("G-1"))
    with pytest.raises(GateRefused, match="not signed for civil society"):
        read_governance(project, today=TODAY)
    first = (project.governance / "founding" / "record.yml").read_bytes()
    sign_draft(draft_founding(project, signer="C-2", today=TODAY + DAY), key_of("C-2"))
    assert (project.governance / "founding" / "record.yml").read_bytes() == first
    assert read_governance(project, today=TODAY + DAY).register.charter.since == TODAY
    with pytest.raises(GateRefused, match="this project was founded on 2026-11-20"):
        draft_founding(project, signer="C-1", today=TODAY)


def members(seats) -> bytes:
    return dump_yaml({"seats": dict(seats)}).encode()


def test_seats_changed_before_the_other_side_signs_begin_the_founding_anew(tmp_path):
    project = Project(root=tmp_path)
    put_tree(tmp_path, {"governance/rules.yml": dump_yaml(RULES).encode(), "governance/members.yml": members(SEATS)})
    sign_draft(draft_founding(project, signer="G-1", today=TODAY), key_of("G-1"))
    put_tree(tmp_path, {"governance/members.yml": members({**SEATS, "C-9": seat("C-9")})})
    sign_draft(draft_founding(project, signer="C-1", today=TODAY), key_of("C-1"))
    with pytest.raises(GateRefused, match="not signed for government"):
        read_governance(project, today=TODAY)


def test_a_founding_without_a_steward_of_each_side_is_refused(tmp_path):
    project = Project(root=tmp_path)
    put_tree(tmp_path, {"governance/rules.yml": dump_yaml(RULES).encode()})
    put_tree(tmp_path, {"governance/members.yml": members({"G-1": seat("G-1", roles=STEWARD), "C-1": seat("C-1")})})
    with pytest.raises(UsageError, match=r"governance/members\.yml: no steward of civil society"):
        draft_founding(project, signer="G-1", today=TODAY)


def test_a_founding_in_the_future_is_refused(tmp_path):
    project = Project(root=tmp_path)
    found(project, seats=SEATS, today=TODAY + 9 * DAY)
    with pytest.raises(GateRefused, match="is dated 2026-11-29, in the future of 2026-11-20"):
        read_governance(project, today=TODAY)
    assert read_governance(project, today=None).register.charter.number == 1


@pytest.mark.parametrize("name", ["record.yml", "rules.yml", "members.yml"])
def test_a_founding_file_changed_later_is_refused(city, name):
    path = city.governance / "founding" / name
    path.write_bytes(path.read_bytes() + b"# later\n")
    with pytest.raises((CheckFailed, GateRefused), match=rf"founding/{name}"):
        read_governance(city, today=NOW)


def test_a_founding_file_that_is_a_link_or_a_folder_is_refused(city):
    path = city.governance / "founding" / "record.yml"
    path.rename(city.root / "elsewhere.yml")
    path.symlink_to(city.root / "elsewhere.yml")
    with pytest.raises(UsageError, match="is no plain file"):
        read_governance(city, today=NOW)


def test_a_closing_that_waits_for_the_other_side_is_pending_and_no_fault(city):
    cast(city, "P-0007", {"C-3": "yes", "C-4": "yes", "C-5": "yes"}, day=NOW)
    close(city, "P-0007", stewards=["G-1"], today=NOW)
    governance = governance_of(city, today=NOW)
    pending = governance.register.pending["P-0007"]
    assert (pending.waits, pending.void, pending.reason) == (True, False, "not signed for civil society")
    tally = governance.tally("P-0007")
    assert (tally.outcome, tally.faults) == ("open", ["closing record: not signed for civil society"])
    assert not governance.faults
    close(city, "P-0007", stewards=["C-2"], today=NOW + DAY)
    after = governance_of(city, today=NOW + DAY)
    assert after.tally("P-0007").outcome == "agreed"
    assert after.register.by_proposal["P-0007"].facts.closed_on == NOW
    assert after.tally("P-0007").closing.signed_by == {"government": "G-1", "civil_society": "C-2"}


def test_a_ballot_that_comes_between_the_two_signatures_begins_the_closing_anew(city):
    close(city, "P-0007", stewards=["G-1"], today=TODAY + 20 * DAY)
    cast(city, "P-0007", {"C-4": "no"}, day=TODAY + 19 * DAY)
    close(city, "P-0007", stewards=["C-1"], today=TODAY + 20 * DAY)
    governance = governance_of(city, today=TODAY + 20 * DAY)
    assert "P-0007" not in governance.register.by_proposal
    assert governance.register.pending["P-0007"].reason.startswith("not signed for government")


def test_a_vote_is_not_closed_before_its_last_day_while_somebody_has_not_voted(city):
    with pytest.raises(GateRefused, match="is open until 2026-12-09, and C-3, C-4, C-5 did not vote yet"):
        draft_closing(governance_of(city, today=NOW), "P-0007", signer="G-1", today=NOW)
    put_tree(city.root, forged_closing(tree_of(city), "P-0007", BOTH))
    governance = governance_of(city, today=NOW)
    assert governance.tally("P-0007").outcome == "open"
    assert "closes on 2026-11-26, the vote is open until 2026-12-09" in governance.register.pending["P-0007"].reason


def test_a_closing_that_one_side_dated_too_early_is_not_taken_up(city):
    put_tree(city.root, forged_closing(tree_of(city), "P-0007", {"G-1": key_of("G-1")}))
    close(city, "P-0007", stewards=["C-1", "G-1"], today=TODAY + 20 * DAY)
    assert governance_of(city, today=TODAY + 20 * DAY).tally("P-0007").outcome == "not agreed"


def test_a_closing_is_never_dated_before_the_one_it_follows(tmp_path):
    project = Project(root=tmp_path)
    found(project, seats=SEATS)
    for issue in ("noise", "smell"):
        cast(project, propose_issue(project, issue), everyone(), day=TODAY)
    close(project, "P-0001", today=TODAY + DAY)
    close(project, "P-0002", today=TODAY)
    assert governance_of(project).tally("P-0002").outcome == "agreed"


@pytest.mark.parametrize(("signer", "reason"), [("G-4", "seat G-4 is no steward"), ("E-1", "seat E-1 is no steward")])
def test_only_a_steward_closes(city, signer, reason):
    with pytest.raises(GateRefused, match=reason):
        draft_closing(governance_of(city, today=TODAY + 20 * DAY), "P-0007", signer=signer, today=TODAY + 20 * DAY)


def test_what_is_closed_is_not_closed_again(city):
    with pytest.raises(GateRefused, match="the vote on P-0001 was closed on 2026-11-20"):
        draft_closing(governance_of(city, today=NOW), "P-0001", signer="G-1", today=NOW)


def test_a_closing_in_the_future_or_before_the_one_it_follows_does_not_count(city):
    late = TODAY + 20 * DAY
    put_tree(city.root, forged_closing(tree_of(city), "P-0007", BOTH, closed_on=late))
    assert "in the future of 2026-11-28" in governance_of(city, today=NOW).register.pending["P-0007"].reason
    assert governance_of(city, today=late).tally("P-0007").outcome == "not agreed"
    put_tree(city.root, forged_closing(tree_of(city), "P-0007", BOTH, closed_on=TODAY + 4 * DAY))
    reason = governance_of(city, today=late).register.pending["P-0007"].reason
    assert reason == "is dated 2026-11-24, before the record that it follows (2026-11-25)"


def test_a_closing_that_lists_a_ballot_that_does_not_count_is_void(city):
    late = TODAY + 20 * DAY
    tree = tree_of(city)
    listed = {"G-1.yml": sha256(tree["governance/ballots/P-0007/G-1.yml"]), "C-4.yml": "0" * 64}
    put_tree(city.root, forged_closing(tree, "P-0007", BOTH, closed_on=late, ballots=listed))
    tally = governance_of(city, today=late).tally("P-0007")
    assert (tally.outcome, tally.faults) == ("void", ["C-4.yml was listed at the closing and is gone"])


@pytest.mark.parametrize("change", ["gone", "changed"])
def test_a_listed_ballot_that_is_gone_or_changed_makes_the_outcome_void(city, change):
    path = city.governance / "ballots" / "P-0006" / "G-1.yml"
    if change == "gone":
        path.unlink()
        told = ["G-1.yml was listed at the closing and is gone"]
    else:
        path.write_bytes(path.read_bytes() + b"# later\n")
        told = ["G-1.yml is not the ballot that was listed at the closing"]
    tally = governance_of(city, today=NOW).tally("P-0006")
    assert tally.outcome == "void"
    assert tally.faults[:1] == told


def test_a_closing_in_the_middle_that_is_gone_is_a_fault_that_names_what_follows(city):
    for path in (city.governance / "closings").glob("P-0003.yml*"):
        path.unlink()
    register = governance_of(city, today=NOW).register
    assert len(register.entries) == 2
    assert register.faults == (
        "governance/closings/P-0004.yml: is number 4, the register ends at 2: a record between them is gone or was changed; "
        "2 later records cannot follow it either",
    )
    assert all(register.pending[f"P-000{number}"].void for number in (4, 5, 6))
    with pytest.raises(GateRefused, match="the register of decisions is in doubt"):
        vote(city, "P-0007", "C-4", today=NOW)


def test_signatures_of_another_record_do_not_belong_to_a_closing_whose_name_begins_alike(city):
    folder = city.governance / "closings"
    content = (folder / "P-0006.yml").read_bytes()
    (folder / "P-0006.yml.bak.C-1.sig").write_bytes(sign(content, key_of("C-1")))
    (folder / "P-0006.yml.C-1.sig").unlink()
    assert governance_of(city, today=NOW).register.pending["P-0006"].reason.startswith("not signed for civil society")


def test_a_steward_of_one_urban_issue_closes_votes_on_that_issue_alone(tmp_path):
    project = Project(root=tmp_path)
    seats = {"G-1": seat("G-1", roles=STEWARD), "C-1": seat("C-1", roles=STEWARD)}
    found(project, seats={**seats, "C-2": seat("C-2", roles={"noise": ["steward"]})})
    for issue, outcome in (("noise", "agreed"), ("smell", "open")):
        proposal = propose_issue(project, issue)
        for name in ("G-1", "C-1", "C-2"):
            vote(project, proposal, name)
        governance = governance_of(project)
        tree = tree_of(project)
        keys = {"G-1": key_of("G-1"), "C-2": key_of("C-2")}
        entries = {"number": len(governance.register.entries) + 1, "previous": governance.register.head, "closed_on": TODAY}
        put_tree(tmp_path, forged_closing(tree, proposal, keys, **entries))
        assert governance_of(project).tally(proposal).outcome == outcome
    assert "seat C-2 is no steward" in governance_of(project).register.pending["P-0002"].reason


def test_an_unreadable_closing_closes_the_gates_and_leaves_every_outcome(city):
    before = {name: governance_of(city, today=NOW).tally(name).outcome for name in ("P-0001", "P-0003", "P-0006")}
    put_tree(city.root, {"governance/closings/P-0009.yml": b"closing: P-0009\n"})
    governance = governance_of(city, today=NOW)
    assert "governance/closings/P-0009.yml: " in governance.faults[0]
    assert {name: governance.tally(name).outcome for name in before} == before


def test_strange_files_beside_closings_and_proposals_are_passed_over(city):
    before = governance_of(city, today=NOW).register
    for folder in ("closings", "proposals"):
        (city.governance / folder / "notes").mkdir()
        put_tree(city.root, {f"governance/{folder}/README.md": b"notes", f"governance/{folder}/.P-0001.yml.swp": b"\x00"})
        os.mkfifo(city.governance / folder / "pipe")
    after = governance_of(city, today=NOW).register
    assert (after.faults, after.head, after.shas) == (before.faults, before.head, before.shas)


def test_unanimous_early_closing_is_allowed_when_everyone_has_voted(tmp_path):
    project = Project(root=tmp_path)
    found(project, seats=SEATS)
    propose_issue(project, "noise")
    cast(project, "P-0001", everyone(), day=TODAY)
    close(project, "P-0001")
    assert governance_of(project).tally("P-0001").outcome == "agreed"
