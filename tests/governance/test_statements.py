"""A statement binds to bytes, and counts only from a seat that may give it."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo_city import TODAY, make_city, write_yaml
from workbench.errors import GateRefused, UsageError
from workbench.files import read_yaml, sha256_file, write_text
from workbench.governance import (
    issue_agreement,
    policy_adoption,
    policy_path,
    read_members,
    release_approval,
    require_adopted_policy,
    require_agreed_issue,
    write_statement,
)
from workbench.project import Project

POLICY = "governance/policies/levels.yml"


@pytest.fixture(scope="module")
def whole_city(tmp_path_factory):
    return make_city(tmp_path_factory.mktemp("city"), official=None)


@pytest.fixture
def city(whole_city, tmp_path) -> Project:
    """The city's governance alone, to be spoiled."""
    for file in whole_city.governance.rglob("*.yml"):
        write_text(tmp_path / file.relative_to(whole_city.root), file.read_text(encoding="utf-8"))
    return Project(root=tmp_path)


def adoption_of(city: Project, seat: str) -> Path:
    return city.governance / "adoptions" / f"{TODAY}.{seat}.yml"


def change(path: Path, **entries) -> None:
    write_yaml(path, {**read_yaml(path), **entries})


def refusal(city: Project) -> str:
    with pytest.raises(GateRefused) as caught:
        require_adopted_policy(city, "levels")
    assert caught.value.exit_code == 3
    return str(caught.value)


def test_a_policy_adopted_by_both_sides_is_obeyed(city):
    assert require_adopted_policy(city, "levels") == city.root / POLICY
    assert policy_adoption(city, "levels").date == TODAY


@pytest.mark.parametrize("place", ["first", "last", "appended"])
def test_one_changed_byte_of_a_policy_voids_its_adoption(city, place):
    path = policy_path(city, "levels")
    content = bytearray(path.read_bytes())
    if place == "appended":
        content += b"\n"
    else:
        content[0 if place == "first" else -1] ^= 1
    path.write_bytes(bytes(content))
    assert "speaks of other bytes" in refusal(city)


@pytest.mark.parametrize(("seat", "side"), [("G-1", "government"), ("C-1", "civil society")])
def test_one_side_alone_adopts_nothing(city, seat, side):
    adoption_of(city, seat).unlink()
    assert f"missing: {side}" in refusal(city)
    assert policy_adoption(city, "levels").date is None


def test_two_seats_of_one_side_are_still_one_side(city):
    change(adoption_of(city, "C-1"), seat="G-1", side="government")
    assert "missing: civil society" in refusal(city)


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ({"seat": "C-77"}, "names the seat C-77, which governance/members.yml does not know"),
        ({"seat": "G-1"}, "is of seat G-1, which does not speak for civil society"),
        ({"seat": "E-1"}, "is of seat E-1, which advises and speaks for no side"),
        ({"demonstration": False}, "is unsigned"),
        ({"statement": "agreement"}, "is an agreement, needed is an adoption"),
    ],
)
def test_a_statement_that_does_not_count_says_why(city, entries, reason):
    change(adoption_of(city, "C-1"), **entries)
    assert f"2026-11-20.C-1.yml {reason}" in refusal(city)


def test_a_statement_that_does_not_count_leaves_those_of_others_standing(city):
    record = read_yaml(adoption_of(city, "C-1"))
    write_yaml(city.governance / "adoptions" / "old.yml", {**record, "seat": "C-77"})
    write_yaml(city.governance / "adoptions" / "advice.yml", {**record, "seat": "E-1"})
    found = policy_adoption(city, "levels")
    assert found.complete
    assert len(found.faults) == 2


def test_unsigned_statements_count_only_in_a_demonstration(city):
    write_yaml(city.governance / "rules.yml", {"demonstration": False})
    assert "is unsigned" in refusal(city)
    with pytest.raises(GateRefused, match="not agreed"):
        require_agreed_issue(city, "noise")
    with pytest.raises(GateRefused, match="only in a demonstration"):
        write_statement(
            city, city.root / "x.yml", kind="adoption", seat="G-1", date=TODAY, files={POLICY: policy_path(city, "levels")}
        )
    assert not (city.root / "x.yml").exists()


@pytest.mark.parametrize("entries", [{"of": {}}, {"of": {POLICY: "12"}}, {"signature": "x"}, {"side": "both"}, {"date": "soon"}])
def test_a_malformed_statement_is_named(city, entries):
    change(adoption_of(city, "C-1"), **entries)
    with pytest.raises(UsageError, match=rf"C-1\.yml.*{next(iter(entries))}"):
        require_adopted_policy(city, "levels")


def test_a_missing_policy_is_refused(city):
    policy_path(city, "levels").unlink()
    assert "has no policy" in refusal(city)


def test_an_urban_issue_needs_both_sides_over_its_proposal_as_it_stands(city):
    require_agreed_issue(city, "noise")
    proposal = city.governance / "proposals" / "P-0001.yml"
    write_text(proposal, proposal.read_text(encoding="utf-8") + "# later\n")
    with pytest.raises(GateRefused, match=r"'noise' is not agreed.*other bytes"):
        require_agreed_issue(city, "noise")
    with pytest.raises(GateRefused, match="was not proposed"):
        require_agreed_issue(city, "smell")


def test_the_newest_proposal_of_an_issue_is_the_one_that_is_agreed(city):
    first = city.governance / "proposals" / "P-0001.yml"
    write_yaml(first.with_name("P-0002.yml"), {**read_yaml(first), "proposal": "P-0002"})
    found = issue_agreement(city, "noise")
    assert found is not None
    assert found.path.name == "P-0002.yml"
    assert not found.complete


def test_a_proposal_under_another_name_is_refused(city):
    first = city.governance / "proposals" / "P-0001.yml"
    first.rename(first.with_name("P-0009.yml"))
    with pytest.raises(UsageError, match=r"P-0009\.yml: holds the proposal P-0001"):
        require_agreed_issue(city, "noise")


def test_a_release_needs_a_checker_of_each_side_over_its_bytes(city):
    folder = city.root / "release"
    release = folder / "release.yml"
    write_text(release, "release: noise/1\n")
    name = "release/release.yml"
    for seat, side in (("G-1", "government"), ("C-1", "civil_society")):
        assert not release_approval(city, folder).complete
        write_statement(city, folder / "approvals" / f"{side}.yml", kind="approval", seat=seat, date=TODAY, files={name: release})
    assert release_approval(city, folder).complete
    change(folder / "approvals" / "civil_society.yml", seat="C-9")
    found = release_approval(city, folder)
    assert "is of seat C-9, which is no checker" in found.missing()
    change(folder / "approvals" / "civil_society.yml", seat="C-1")
    write_text(release, "release: noise/2\n")
    assert not release_approval(city, folder).given


def test_a_candidate_is_approved_under_the_name_it_will_have(city):
    folder = city.root / "candidate"
    write_text(folder / "release.yml", "release: noise/1\n")
    name = "analyses/noise/releases/1/release.yml"
    for seat in ("G-1", "C-1"):
        write_statement(
            city,
            folder / "approvals" / f"{seat}.yml",
            kind="approval",
            seat=seat,
            date=TODAY,
            files={name: folder / "release.yml"},
        )
    assert release_approval(city, folder, name=name).complete
    assert not release_approval(city, folder).complete


@pytest.mark.parametrize(
    ("kind", "seat", "error", "reason"),
    [
        ("approval", "C-9", GateRefused, "C-9 is no checker"),
        ("adoption", "E-1", GateRefused, "E-1 advises"),
        ("adoption", "C-77", UsageError, "unknown seat 'C-77'"),
    ],
)
def test_a_statement_that_would_not_count_is_not_written(city, kind, seat, error, reason):
    path = city.governance / "adoptions" / "new.yml"
    with pytest.raises(error, match=reason):
        write_statement(city, path, kind=kind, seat=seat, date=TODAY, files={POLICY: policy_path(city, "levels")})
    assert not path.exists()


def test_nothing_can_be_said_about_files_that_do_not_exist(city):
    path = city.governance / "adoptions" / "new.yml"
    with pytest.raises(UsageError, match="at least one file"):
        write_statement(city, path, kind="adoption", seat="G-1", date=TODAY, files={})
    with pytest.raises(UsageError, match=r"none\.yml does not exist"):
        write_statement(city, path, kind="adoption", seat="G-1", date=TODAY, files={"none.yml": city.root / "none.yml"})


def test_a_written_statement_names_the_hash_of_the_bytes(city):
    path = city.governance / "adoptions" / "new.yml"
    written = write_statement(city, path, kind="adoption", seat="G-1", date=TODAY, files={POLICY: policy_path(city, "levels")})
    assert written.of == {POLICY: sha256_file(policy_path(city, "levels"))}
    assert read_yaml(path)["of"] == written.of


@pytest.mark.parametrize("seat", [{}, {"side": "government", "standing": "expert"}])
def test_a_seat_decides_or_advises_and_not_both(city, seat):
    path = city.governance / "members.yml"
    record = read_yaml(path)
    record["seats"]["X-1"] = {"title": {"ko": "자리", "en": "Seat"}, **seat}
    write_yaml(path, record)
    with pytest.raises(UsageError, match=r"members\.yml.*X-1.*either a side"):
        read_members(city)
