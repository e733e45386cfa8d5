"""Ballots that do not count: each is named with its line and its reason, in bounded time, and voids no other."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from decided_city import DAY, NOW, ROTATED, forged_ballot, put_tree, tree_of
from signed import TODAY, found, governance_of, key_of, propose_issue, seat, vacant, vote, words
from workbench.errors import GateRefused, UsageError
from workbench.files import sha256
from workbench.governance.acts.drafts import sign_draft
from workbench.governance.acts.voting import draft_ballot
from workbench.governance.signing import private_key_from_seed, sign
from workbench.project import Project

BOX = "governance/ballots/P-0007"
STEWARD = {"all": ["steward"]}


def tally_of(project: Project, proposal: str = "P-0007", *, today: dt.date | None = NOW):
    return governance_of(project, today=today).tally(proposal)


def refusal_of(project: Project, file: str, proposal: str = "P-0007", *, today: dt.date | None = NOW) -> str:
    """Why a file does not count; and that every other ballot still does."""
    tally = tally_of(project, proposal, today=today)
    reasons = [item.reason for item in tally.refused if item.file == file]
    assert len(reasons) == 1, tally.refused
    return reasons[0]


def put_ballot(city: Project, name: str, key: str, proposal: str = "P-0007", **entries) -> None:
    put_tree(city.root, forged_ballot(tree_of(city), proposal, name, key_of(key), **entries))


def put_signed(city: Project, name: str, content: bytes, key: str) -> None:
    """Any bytes as a ballot, with a good signature."""
    put_tree(city.root, {f"{BOX}/{name}.yml": content, f"{BOX}/{name}.yml.sig": sign(content, key_of(key))})


def good(city: Project, **changed: str) -> dict[str, str]:
    """The lines of a ballot of C-4 that would count."""
    sha = sha256((city.governance / "proposals" / "P-0007.yml").read_bytes())
    day = TODAY + 6 * DAY
    return {"ballot": "P-0007", "proposal_sha256": sha, "seat": "C-4", "vote": "yes", "cast_on": day.isoformat(), **changed}


def lines(entries: dict[str, str]) -> bytes:
    return "".join(f"{key}: {value}\n" for key, value in entries.items()).encode()


def test_a_ballot_of_the_seats_own_key_counts(city):
    put_signed(city, "C-4", lines(good(city)), "C-4")
    assert [one.seat for one in tally_of(city).votes] == ["C-1", "C-2", "C-4", "G-1", "G-2", "G-3", "G-4"]


@pytest.mark.parametrize(
    ("name", "key", "entries", "reason"),
    [
        ("C-9", "C-9", {}, "line 3: C-9 is a stranger: governance/members.yml in force has no such seat"),
        ("C-4", "C-9", {}, "the signature of C-4 is by another key (SHA256:"),
        ("C-4", "G-1", {}, "the signature of C-4 is by another key (SHA256:"),
        ("C-3", "C-3", {}, "the signature of C-3 is by another key (SHA256:"),
        ("C-4.deputy", "C-4", {}, "seat C-4 has no deputy"),
        ("C-4", "C-4", {"cast_on": TODAY + 5 * DAY}, "line 5: is dated 2026-11-25, before the vote opened on 2026-11-26"),
        ("C-4", "C-4", {"cast_on": NOW + 2 * DAY}, "line 5: is dated 2026-11-30, in the future of 2026-11-28"),
        ("C-4", "C-4", {"proposal_sha256": "0" * 64}, "line 2: void: speaks of other bytes of P-0007, which was changed since"),
        ("C-4", "C-4", {"ballot": "P-0006"}, "line 1: is a ballot on P-0006, this folder is P-0007's"),
        ("C-4", "C-4", {"seat": "C-5"}, "line 3: a second ballot of C-5: its ballot is C-5.yml"),
    ],
)
def test_a_ballot_that_does_not_count_says_why(city, name, key, entries, reason):
    put_ballot(city, name, key, **entries)
    assert refusal_of(city, f"{name}.yml").startswith(reason)
    assert len(tally_of(city).votes) == 6


def test_a_ballot_of_a_rotated_key_counts_with_the_new_key_alone(city):
    put_tree(city.root, forged_ballot(tree_of(city), "P-0007", "C-3", key_of(ROTATED)))
    assert "C-3" in [one.seat for one in tally_of(city).votes]


def test_a_ballot_after_the_last_day_is_refused(city):
    put_ballot(city, "C-4", "C-4", cast_on=TODAY + 20 * DAY)
    assert refusal_of(city, "C-4.yml", today=NOW + 20 * DAY) == "line 5: is dated 2026-12-10, after the last day 2026-12-09"


def test_a_ballot_that_is_not_listed_is_late(city):
    put_ballot(city, "C-5", "C-5", "P-0002", cast_on=TODAY + 2 * DAY)
    put_ballot(city, "E-1", "E-1", "P-0002", cast_on=TODAY + 2 * DAY, vote="block", reason=words("no"))
    tally = tally_of(city, "P-0002")
    assert [(item.file, item.reason) for item in tally.late] == [("E-1.yml", "is not listed in the closing record: late")]
    assert "C-5 is a stranger" in next(item.reason for item in tally.refused)
    assert tally.outcome == "agreed"


def test_a_deputys_ballot_counts_until_the_holder_votes(city):
    proposal = propose_issue(city, "trees", today=NOW)
    vote(city, proposal, "G-3.deputy", "no", today=NOW)
    assert [(one.seat, one.by_deputy, one.vote) for one in tally_of(city, proposal).votes] == [("G-3", True, "no")]
    vote(city, proposal, "G-3", "yes", today=NOW)
    tally = tally_of(city, proposal)
    assert [(one.seat, one.by_deputy, one.vote) for one in tally.votes] == [("G-3", False, "yes")]
    assert tally.refused[0].set_aside
    assert tally.refused[0].reason == "the holder of G-3 voted, so the deputy's ballot is set aside"


def city_of(root, **seats) -> Project:
    """A city of two stewards and other seats."""
    project = Project(root=root)
    stewards = {name: seat(name, roles=STEWARD) for name in ("G-1", "C-1")}
    found(project, seats={**stewards, **{name.replace("_", "-"): one for name, one in seats.items()}})
    propose_issue(project, "noise")
    return project


def test_ballots_outside_a_term_and_of_a_vacant_seat_are_refused(tmp_path):
    ended = {"from": dt.date(2025, 1, 1), "until": TODAY - DAY}
    begins = {"from": TODAY + DAY, "until": TODAY + 90 * DAY}
    deputy = {"title": words("deputy"), "public_key": key_of("C-4.deputy").public.line, "term": ended}
    project = city_of(
        tmp_path,
        C_2=seat("C-2", term=ended),
        C_3=seat("C-3", term=begins),
        C_4=seat("C-4", deputy=deputy),
        C_5=vacant("C-5"),
    )
    for name in ("C-2", "C-3", "C-4.deputy", "C-5"):
        put_tree(tmp_path, forged_ballot(tree_of(project), "P-0001", name, key_of(name), cast_on=TODAY))
    found_ = {item.file: item.reason for item in tally_of(project, "P-0001", today=TODAY).refused}
    assert found_ == {
        "C-2.yml": "the term of C-2 is 2025-01-01 to 2026-11-19, this is dated 2026-11-20",
        "C-3.yml": "the term of C-3 is 2026-11-21 to 2027-02-18, this is dated 2026-11-20",
        "C-4.deputy.yml": "the term of C-4.deputy is 2025-01-01 to 2026-11-19, this is dated 2026-11-20",
        "C-5.yml": "seat C-5 is vacant since 2026-06-01",
    }


def test_the_first_and_the_last_day_of_a_term_and_of_a_vote_count(tmp_path):
    today_only = {"from": TODAY, "until": TODAY}
    project = city_of(tmp_path, C_2=seat("C-2", term=today_only))
    vote(project, "P-0001", "C-2")
    vote(project, "P-0001", "G-1", today=TODAY + 13 * DAY)
    assert [one.seat for one in tally_of(project, "P-0001", today=TODAY + 13 * DAY).votes] == ["C-2", "G-1"]
    with pytest.raises(GateRefused, match="ballots on P-0001 are cast from 2026-11-20 to 2026-12-03, today is 2026-12-04"):
        vote(project, "P-0001", "C-1", today=TODAY + 14 * DAY)


def test_a_ballot_without_the_reason_that_it_needs_is_refused_with_its_file(city):
    for name, choice in (("C-4", "no"), ("C-5", "block")):
        put_signed(city, name, lines(good(city, seat=name, vote=choice)), name)
        assert refusal_of(city, f"{name}.yml").startswith(f"line 1: a '{choice}' needs a reason")
    with pytest.raises(UsageError, match="ballot of C-4: a 'no' needs a reason"):
        draft_ballot(governance_of(city, today=NOW), "P-0007", signer="C-4", vote="no", today=NOW)


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        (lambda content: sign(content, key_of("C-4"), namespace="git"), "for the namespace 'git', needed is 'workbench'"),
        (lambda content: sign(content + b" ", key_of("C-4")), "the signature of C-4 is a signature of other bytes"),
        (lambda content: sign(content, private_key_from_seed(b"!" * 32)), "the signature of C-4 is by another key"),
        (lambda _: b"", "is no SSH signature (the file is empty)"),
        (lambda content: sign(content, key_of("C-4"))[:-20], "is no SSH signature (it is cut short"),
        (lambda _: b"<<<<<<< mine\n", "is no SSH signature (a merge left both versions in it)"),
        (lambda _: b"x" * 5000, "is no SSH signature (5000 bytes; none has more than 4096)"),
    ],
)
def test_a_signature_of_something_else_is_refused(city, signature, reason):
    content = lines(good(city))
    put_tree(city.root, {f"{BOX}/C-4.yml": content, f"{BOX}/C-4.yml.sig": signature(content)})
    assert reason in refusal_of(city, "C-4.yml")


def test_one_changed_byte_of_a_ballot_voids_it(city):
    for place in (0, 20, -1):
        content = bytearray(lines(good(city)))
        content[place] ^= 1
        put_tree(city.root, {f"{BOX}/C-4.yml": bytes(content), f"{BOX}/C-4.yml.sig": sign(lines(good(city)), key_of("C-4"))})
        assert refusal_of(city, "C-4.yml")


BAD_YAML = {
    "a key that stands twice": (b"vote: no\n", "line 6: the key 'vote' stands twice"),
    "a merge-conflict marker": (b"<<<<<<< HEAD\n", "line 6: a merge-conflict marker"),
    "an anchor bomb": (b"reason: &a [x, x]\nb: [*a, *a, *a]\n", "line 6: an anchor (&a) is not allowed"),
    "a million lines": (b"x:\n" + b"- 1\n" * 900_000, "line 199994: more than 200,000 values"),
    "a huge file": (b"# " + b"x" * 5_000_000, "4,000,001 bytes, allowed 4,000,000"),
    "a deep nest": (b"reason: " + b"[" * 100_000, "line 6: nested too deeply, allowed are 60 levels"),
    "a tag": (b"reason: !!python/object:os.system x\n", "line 6: a tag (!!python/object:os.system) is not allowed"),
    "a second document": (b"---\nvote: no\n", "line 6: another document begins (---), a file holds one"),
    "an unknown key": (b"voted: no\n", "line 6: unknown key 'voted', did you mean 'vote'?"),
    "no UTF-8": (b"reason: \xff\n", "line 6: not UTF-8 (byte 145)"),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", BAD_YAML)
def test_a_ballot_that_is_no_plain_yaml_is_refused_with_file_line_and_reason(city, kind):
    more, reason = BAD_YAML[kind]
    put_signed(city, "C-4", lines(good(city)) + more, "C-4")
    assert refusal_of(city, "C-4.yml") == reason
    assert len(tally_of(city).votes) == 6


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", BAD_YAML)
@pytest.mark.parametrize("folder", ["proposals", "closings"])
def test_a_proposal_or_closing_that_is_no_plain_yaml_is_refused_with_file_line_and_reason(city, folder, kind):
    more, reason = BAD_YAML[kind]
    content = b"vote: yes\n" * (kind == "a key that stands twice") + more
    put_tree(city.root, {f"governance/{folder}/P-0009.yml": content})
    register = governance_of(city, today=NOW).register
    told = register.unread.get("P-0009", "") if folder == "proposals" else "; ".join(register.faults)
    assert told.startswith(f"governance/{folder}/P-0009.yml")
    what = reason.partition(": ")[2]
    assert what in told or kind in ("an unknown key", "no UTF-8", "a second document")
    assert "line" in told or kind == "a huge file"
    assert (not register.faults) == (folder == "proposals")
    if folder == "proposals":
        with pytest.raises(UsageError, match=r"P-0009\.yml"):
            tally_of(city, "P-0009")


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ({"seat": "С-4"}, "'С-4' holds U+0421 CYRILLIC CAPITAL LETTER ES, which looks like 'C'"),
        ({"seat": "C‑4"}, "U+2011 NON-BREAKING HYPHEN"),
        ({"seat": "Ｃ-4"}, "U+FF23 FULLWIDTH LATIN CAPITAL LETTER C, which looks like 'C'"),
        ({"vote": "maybe"}, "line 4: vote: input should be 'yes', 'no', 'block' or 'abstain' (found 'maybe')"),
        ({"proposal_sha256": "12"}, "line 2: proposal_sha256: "),
        ({"cast_on": "soon"}, "line 5: cast_on: "),
        ({"cast_on": "2026-02-30"}, "line 5: '2026-02-30' is no valid timestamp"),
    ],
)
def test_an_entry_that_is_not_what_it_seems_is_named(city, entries, reason):
    put_signed(city, "C-4", lines(good(city, **entries)), "C-4")
    assert reason in refusal_of(city, "C-4.yml")


def test_a_look_alike_file_name_takes_nobodys_place(city):
    before = tally_of(city)
    for name in ("С-1", "c-1", "C‑1", "C-1 ", "C-01", "C-1.yml", "C-1.Deputy"):
        content = lines(good(city, seat="C-1", vote="abstain"))
        put_tree(city.root, {f"{BOX}/{name}.yml": content, f"{BOX}/{name}.yml.sig": sign(content, key_of("C-1"))})
        assert "a second ballot of C-1: its ballot is C-1.yml" in refusal_of(city, f"{name}.yml")
    assert tally_of(city).votes == before.votes


@pytest.mark.parametrize(
    ("one", "other"),
    [("환경 모임", "환경모임"), ("Clean Air", "СLean Air"), ("Clean Air", "Clean\u00a0Air"), ("Clean Air", "clean air")],
)
def test_organisations_whose_names_look_alike_are_refused(tmp_path, one, other):
    seats = {"C_2": seat("C-2", organisation={"ko": one, "en": one}), "C_3": seat("C-3", organisation={"ko": other, "en": other})}
    with pytest.raises(UsageError, match=r"look alike|looks like"):
        city_of(tmp_path, **seats)


@pytest.mark.parametrize("target", ["C-1.yml", "/dev/zero", "../P-0006/C-4.yml", "nowhere", "."])
def test_a_link_is_no_ballot(city, target):
    before = tally_of(city)
    for name in ("C-4.yml", "C-4.yml.sig"):
        (city.root / BOX / name).symlink_to(target)
    assert refusal_of(city, "C-4.yml")
    assert tally_of(city).votes == before.votes


def test_a_link_in_the_place_of_a_signature_is_none(city):
    put_signed(city, "C-4", lines(good(city)), "C-4")
    signature = city.root / BOX / "C-4.yml.sig"
    elsewhere = city.root / "elsewhere.sig"
    signature.rename(elsewhere)
    signature.symlink_to(elsewhere)
    assert "is no SSH signature (the file is empty)" in refusal_of(city, "C-4.yml")


def test_folders_pipes_and_names_that_are_no_text_are_named_and_not_read(city):
    box = os.fsencode(city.root / BOX)
    (city.root / BOX / "C-4.yml").mkdir()
    os.mkfifo(box + b"/C-5.yml")
    for name in (b"/\xff\xfe.yml", b"/\xed\x95.txt", b"/new\nline.yml"):
        Path(os.fsdecode(box + name)).write_bytes(b"vote: yes\n")
    tally = tally_of(city)
    assert [item.file for item in tally.refused] == ["C-4.yml", "C-5.yml", r"\xed\x95.txt", r"\xff\xfe.yml", r"new\nline.yml"]
    assert len(tally.votes) == 6
    assert tally.model_dump_json()


def test_names_that_are_no_text_among_proposals_and_closings_are_named(city):
    folder = os.fsencode(city.governance)
    for place in (b"/proposals/P-\xff.yml", b"/closings/P-\xfe.yml"):
        Path(os.fsdecode(folder + place)).write_bytes(b"a: 1\n")
    register = governance_of(city, today=NOW).register
    assert list(register.unread) == [r"P-\xff"]
    assert len(register.faults) == 1
    assert register.faults[0].startswith(r"governance/closings/P-\xfe.yml: 7 problems")
    assert "".join([*register.unread.values(), *register.faults]).encode()


@pytest.mark.timeout(60)
def test_a_thousand_strange_files_beside_the_ballots_are_named_in_bounded_time(city):
    content = lines(good(city))
    signature = sign(content, key_of("C-4"))
    put_tree(city.root, {f"{BOX}/junk {number}.yml": content for number in range(500)})
    put_tree(city.root, {f"{BOX}/C-{number}.yml.sig": signature for number in range(100, 600)})
    tally = tally_of(city)
    assert (len(tally.votes), len(tally.refused)) == (6, 1000)


def test_a_ballot_that_would_not_count_is_not_written(city):
    governance = governance_of(city, today=NOW)
    with pytest.raises(UsageError, match="unknown seat 'C-77'"):
        draft_ballot(governance, "P-0007", signer="C-77", vote="yes", today=NOW)
    with pytest.raises(UsageError, match="unknown proposal 'P-0077'"):
        draft_ballot(governance, "P-0077", signer="C-4", vote="yes", today=NOW)
    with pytest.raises(GateRefused, match="the vote on P-0001 was closed on 2026-11-20"):
        draft_ballot(governance, "P-0001", signer="C-4", vote="yes", today=NOW)
    draft = draft_ballot(governance, "P-0007", signer="C-4", vote="yes", today=NOW)
    with pytest.raises(GateRefused, match=r"C-4\.yml: the signature of C-4 is by another key"):
        sign_draft(draft, key_of("C-5"))
    assert not draft.path.exists()
    assert not draft.signature.exists()
