"""Gates open to what both sides decided over exactly these bytes, and say otherwise what is missing."""

from __future__ import annotations

import datetime as dt

import pytest

from decided_city import DAY, NOW, POLICY, POLICY_VERSIONS, put_tree
from signed import (
    ADOPT,
    TODAY,
    adopt,
    agree,
    close,
    decide,
    found,
    governance_of,
    key_of,
    propose_issue,
    propose_policies,
    seat,
    vote,
)
from workbench.errors import GateRefused, UsageError
from workbench.files import read_yaml, sha256, write_text
from workbench.governance import policy_path, require_adopted_policy, require_agreed_issue
from workbench.governance.acts.approving import draft_approval
from workbench.governance.acts.drafts import sign_draft
from workbench.governance.signing import sign
from workbench.project import Project
from workbench.records import dump_yaml


def refusal(city: Project, dataset: str = "levels") -> str:
    with pytest.raises(GateRefused) as caught:
        require_adopted_policy(governance_of(city, today=NOW), dataset)
    assert caught.value.exit_code == 3
    return str(caught.value)


def test_a_policy_adopted_by_both_sides_is_obeyed(city):
    governance = governance_of(city, today=NOW)
    assert require_adopted_policy(governance, "levels") == city.root / POLICY
    decision = governance.policy("levels")
    assert (decision.complete, decision.date, decision.proposal.proposal) == (True, TODAY + 4 * DAY, "P-0005")


@pytest.mark.parametrize("place", ["first", "last", "appended"])
def test_one_changed_byte_of_a_policy_voids_its_adoption(city, place):
    path = policy_path(city, "levels")
    content = bytearray(path.read_bytes())
    if place == "appended":
        content += b"\n"
    else:
        content[0 if place == "first" else -1] ^= 1
    path.write_bytes(bytes(content))
    assert "speaks of other bytes: P-0005 adopted" in refusal(city)


def test_a_policy_checked_out_with_windows_line_ends_is_the_adopted_one(city):
    path = policy_path(city, "levels")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert require_adopted_policy(governance_of(city, today=NOW), "levels") == path


def test_a_missing_policy_is_refused(city):
    policy_path(city, "levels").unlink()
    assert "dataset 'levels' has no policy" in refusal(city)


def test_a_policy_that_nobody_proposed_is_refused(city):
    put_tree(city.root, {"governance/policies/other.yml": POLICY_VERSIONS[0]})
    assert "no proposal asks both sides to adopt it" in refusal(city, "other")


def test_an_open_vote_on_a_policy_adopts_nothing_and_says_what_is_missing(tmp_path):
    project = Project(root=tmp_path)
    found(project)
    put_tree(tmp_path, {POLICY: POLICY_VERSIONS[0]})
    adopt(project, ["levels"])
    assert require_adopted_policy(governance_of(project), "levels")
    put_tree(tmp_path, {"governance/policies/trees.yml": POLICY_VERSIONS[1]})
    propose_policies(governance_of(project), ["trees"], ADOPT, today=TODAY)
    vote(project, "P-0002", "G-1")
    told = refusal(project, "trees")
    assert "P-0002 is open (government: 1 yes, 0 no, 0 block, 0 abstain | civil society: 0 yes" in told
    assert "workbench explain policy:trees" in told


def test_a_refused_newer_version_leaves_the_older_one_adopted(city):
    put_tree(city.root, {POLICY: b"policy: levels\nversion: 3\n"})
    late = NOW + 14 * DAY
    propose_policies(governance_of(city, today=NOW), ["levels"], ADOPT, today=NOW)
    for name in ("G-1", "G-2", "C-1"):
        vote(city, "P-0008", name, "no" if name == "C-1" else "yes", today=NOW)
    close(city, "P-0008", today=late)
    governance = governance_of(city, today=late)
    assert governance.tally("P-0008").outcome == "not agreed"
    assert "P-0005 adopted" in governance.policy("levels").missing()
    put_tree(city.root, {POLICY: POLICY_VERSIONS[1]})
    assert require_adopted_policy(governance_of(city, today=late), "levels")


def test_an_urban_issue_is_agreed_by_both_sides_or_the_gate_is_closed(city):
    governance = governance_of(city, today=NOW)
    require_agreed_issue(governance, "noise")
    with pytest.raises(GateRefused, match=r"'smell' is not agreed \(P-0003 is not agreed \(government: 4 yes.*majority missed"):
        require_agreed_issue(governance, "smell")
    with pytest.raises(GateRefused, match=r"'light' is not agreed \(P-0007 is open"):
        require_agreed_issue(governance, "light")
    with pytest.raises(GateRefused, match="'trees' was not proposed"):
        require_agreed_issue(governance, "trees")
    assert governance.issues() == ["noise", "smell", "parks", "light"]


def test_an_issue_that_was_refused_can_be_agreed_later(city):
    proposal = propose_issue(city, "smell", today=NOW)
    for name in ("G-1", "G-2", "C-1", "C-2", "C-4"):
        vote(city, proposal, name, today=NOW)
    close(city, proposal, today=NOW + 14 * DAY)
    governance = governance_of(city, today=NOW + 14 * DAY)
    require_agreed_issue(governance, "smell")
    decision = governance.issue("smell")
    assert (decision.path.name, decision.date) == (f"{proposal}.yml", NOW + 14 * DAY)


def test_a_later_open_proposal_leaves_the_agreement_standing(city):
    propose_issue(city, "noise", today=NOW)
    governance = governance_of(city, today=NOW)
    require_agreed_issue(governance, "noise")
    assert governance.issue("noise").proposal.proposal == "P-0001"


def test_a_proposal_under_another_name_is_named_and_not_read(city):
    first = city.governance / "proposals" / "P-0007.yml"
    first.rename(first.with_name("P-0009.yml"))
    governance = governance_of(city, today=NOW)
    assert governance.register.unread == {"P-0009": "governance/proposals/P-0009.yml: holds the proposal P-0007"}
    with pytest.raises(UsageError, match=r"P-0009\.yml: holds the proposal P-0007"):
        governance.tally("P-0009")
    with pytest.raises(UsageError, match="unknown proposal 'P-0007'"):
        governance.tally("P-0007")


RELEASE = {"release": "noise/1", "issue": "noise", "authors": ["C-4"]}


@pytest.fixture
def release(city):
    """A candidate whose record names an issue and an author."""
    write_text(city.root / "release" / "release.yml", dump_yaml(RELEASE))
    return city.root / "release"


def approve(city: Project, name: str, *, day: dt.date = NOW) -> None:
    folder = city.root / "release"
    draft = draft_approval(governance_of(city, today=NOW), folder, seat=name, name="release/release.yml", today=day)
    sign_draft(draft, key_of(name))


def forge(city: Project, name: str, *, key: str | None = None, file: str | None = None, **entries) -> None:
    """An approval as somebody may write it by hand."""
    current = sha256((city.root / "release" / "release.yml").read_bytes())
    record = {"statement": "approval", "seat": name, "date": NOW, "of": {"release/release.yml": current}, **entries}
    content = dump_yaml(record).encode()
    path = f"release/approvals/{file or name}.yml"
    put_tree(city.root, {path: content, f"{path}.sig": sign(content, key_of(key or name))})


def consent(city: Project):
    return governance_of(city, today=NOW).release(city.root / "release")


def test_a_release_needs_a_checker_of_each_side_over_its_bytes(city, release):
    assert consent(city).missing() == "missing: government and civil society"
    approve(city, "G-1")
    assert consent(city).missing() == "missing: civil society"
    approve(city, "G-2")
    assert not consent(city).complete
    approve(city, "C-2")
    found_ = consent(city)
    assert (found_.complete, found_.date) == (True, NOW)
    assert {side: one.seat for side, one in found_.given.items()} == {"government": "G-1", "civil_society": "C-2"}
    write_text(release / "release.yml", dump_yaml({**RELEASE, "release": "noise/2"}))
    assert not consent(city).given
    assert "speaks of other bytes (the release was changed since)" in consent(city).missing()


def test_a_candidate_is_approved_under_the_name_it_will_have(city, release):
    name = "analyses/noise/releases/1/release.yml"
    for one in ("G-1", "C-1"):
        draft = draft_approval(governance_of(city, today=NOW), release, seat=one, name=name, today=NOW)
        sign_draft(draft, key_of(one))
    governance = governance_of(city, today=NOW)
    assert governance.release(release, name=name).complete
    assert not governance.release(release).complete


@pytest.mark.parametrize(
    ("seat_id", "more", "reason"),
    [
        ("C-4", {}, "approvals/C-4.yml is of seat C-4, which is no checker of 'noise'"),
        ("E-1", {}, "approvals/E-1.yml is of seat E-1, which advises and speaks for no side"),
        ("C-77", {}, "names the seat C-77, which governance/members.yml in force does not know"),
        ("C-1", {"key": "G-1"}, "does not count: the signature of C-1 is by another key"),
        ("C-1", {"file": "C-2"}, "approvals/C-2.yml is of seat C-1: its file is C-1.yml"),
        ("C-1", {"date": NOW + 3 * DAY}, "is dated 2026-12-01, in the future of 2026-11-28"),
        ("C-1", {"date": TODAY - DAY}, "is dated 2026-11-19, before the founding"),
        ("C-1", {"of": {"release/release.yml": "0" * 64}}, "speaks of other bytes (the release was changed since)"),
        ("C-1", {"of": {"other/release.yml": "0" * 64}}, "speaks of other bytes (the release was changed since)"),
    ],
)
def test_an_approval_that_does_not_count_says_why(city, release, seat_id, more, reason):
    approve(city, "G-1")
    forge(city, seat_id, **more)
    found_ = consent(city)
    assert not found_.complete
    assert reason in found_.missing()
    assert found_.given["government"].seat == "G-1"


def test_an_approval_that_does_not_count_leaves_those_of_others_standing(city, release):
    for name in ("A-1", "C-3", "E-1"):
        forge(city, name)
    approve(city, "C-1")
    approve(city, "G-1")
    found_ = consent(city)
    assert found_.complete
    assert len(found_.faults) == 3


def test_an_approval_without_its_signature_does_not_count(city, release):
    approve(city, "G-1")
    approve(city, "C-1")
    (release / "approvals" / "C-1.yml.sig").unlink()
    assert "C-1.yml is not signed: C-1.yml.sig is missing" in consent(city).missing()


@pytest.mark.parametrize(
    "entries",
    [{"of": {}}, {"of": {"x": "12"}}, {"signature": "x"}, {"side": "both"}, {"date": "soon"}, {"statement": "adoption"}],
)
def test_a_malformed_approval_is_named(city, release, entries):
    forge(city, "C-1", **entries)
    with pytest.raises(UsageError, match=rf"C-1\.yml.*{next(iter(entries))}"):
        consent(city)


@pytest.mark.parametrize("authors", [["C-1"], ["C-4", "C-1"], "C-1"])
def test_nobody_approves_their_own_release(city, release, authors):
    write_text(release / "release.yml", dump_yaml({**RELEASE, "authors": authors}))
    with pytest.raises(GateRefused, match="seat C-1 is an author of this release, and nobody checks their own work"):
        approve(city, "C-1")
    forge(city, "C-1")
    assert "is of seat C-1, an author of this release" in consent(city).missing()


def test_a_register_in_doubt_approves_no_release(city, release):
    approve(city, "G-1")
    approve(city, "C-1")
    put_tree(city.root, {"governance/closings/P-0009.yml": b"closing: P-0009\n"})
    found_ = consent(city)
    assert not found_.complete
    assert found_.given == {}
    assert "governance/closings/P-0009.yml" in found_.missing()


@pytest.mark.parametrize(
    ("seat_id", "error", "reason"),
    [
        ("C-4", GateRefused, "seat C-4 is no checker of 'noise'"),
        ("E-1", GateRefused, "seat E-1 advises and speaks for no side"),
        ("C-77", UsageError, "unknown seat 'C-77'"),
    ],
)
def test_an_approval_that_would_not_count_is_not_written(city, release, seat_id, error, reason):
    with pytest.raises(error, match=reason):
        approve(city, seat_id)
    assert not (release / "approvals").exists()


def test_nothing_can_be_said_about_a_release_that_does_not_exist(city):
    with pytest.raises(UsageError, match=r"release/release\.yml does not exist"):
        approve(city, "C-1")


def test_a_written_approval_names_the_hash_of_the_bytes(city, release):
    approve(city, "C-1")
    assert read_yaml(release / "approvals" / "C-1.yml") == {
        "statement": "approval",
        "seat": "C-1",
        "date": NOW,
        "of": {"release/release.yml": sha256((release / "release.yml").read_bytes())},
    }


@pytest.mark.parametrize("stands", [{}, {"side": "government", "standing": "expert"}])
def test_a_seat_decides_or_advises_and_not_both(tmp_path, stands):
    odd = {key: value for key, value in seat("X-1").items() if key != "side"} | stands
    stewards = {name: seat(name, roles={"all": ["steward"]}) for name in ("G-1", "C-1")}
    with pytest.raises(UsageError, match=r"members\.yml.*X-1.*either a side"):
        found(Project(root=tmp_path), seats={**stewards, "X-1": odd})


def test_a_city_whose_both_sides_agree_opens_its_gates(tmp_path):
    project = Project(root=tmp_path)
    found(project)
    put_tree(tmp_path, {POLICY: POLICY_VERSIONS[0]})
    adopt(project, ["levels"])
    agree(project, "noise")
    decide(project, propose_issue(project, "smell"))
    governance = governance_of(project)
    assert require_adopted_policy(governance, "levels").is_file()
    for issue in ("noise", "smell"):
        require_agreed_issue(governance, issue)
