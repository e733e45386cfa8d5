"""One side that holds all its keys and may change any file gets the same answers as before, or a refusal: nothing else."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from decided_city import (
    DAY,
    NOW,
    POLICY,
    POLICY_VERSIONS,
    ROTATED,
    SEATS,
    SECOND_RULES,
    SECOND_SEATS,
    answers_of,
    city_history,
    forged_ballot,
    forged_closing,
    gained,
    put_tree,
    tree_of,
)
from signed import ADOPT, TODAY, close, key_of, seat, vote
from workbench.errors import CheckFailed, GateRefused
from workbench.files import sha256
from workbench.governance import read_governance, remember, require_adopted_policy, require_agreed_issue, trust
from workbench.governance.deciding.memory import FOUNDING_VARIABLE, memory_path
from workbench.governance.signing import private_key_from_seed, sign
from workbench.project import Project
from workbench.records import dump_yaml

SIDES = {
    "government": ("G-1", "G-2", "G-3", "G-3.deputy", "G-4", "E-1", "E-2", "Z-1"),
    "civil society": ("C-1", "C-2", "C-3", ROTATED, "C-4", "C-5", "E-1", "E-2", "Z-1"),
}
"""Whose keys an attacker holds: a whole side's, and those of everyone who advises."""

SIGNERS = ("G-1", "G-2", "G-3", "G-3.deputy", "G-4", "C-1", "C-2", "C-3", "C-4", "C-5", "E-1", "X-1")
PROPOSALS = tuple(f"P-000{number}" for number in range(1, 9))
NUMBERS = st.integers(0, 10**6)


class Attacker(RuleBasedStateMachine):
    """Any sequence of changes to any files, and signatures with any key of one side."""

    side = ""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp()

    @initialize()
    def begin(self) -> None:
        self.project = city_history().lay_out(Path(self.folder))
        register = read_governance(self.project, today=NOW).register
        remember(self.project, register, today=NOW)
        self.before = answers_of(self.project)
        assert self.before.policy == POLICY_VERSIONS[1]
        self.keys = [key_of(name) for name in SIDES[self.side]] + [private_key_from_seed(b"a stranger".ljust(32))]

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def path(self, pick: int) -> Path:
        """One of the files that are there now; closings and ballots as often as all others together."""
        files = sorted(tree_of(self.project)) or [POLICY]
        wanted = [name for name in files if "/closings/" in name or "/charter/" in name or "/proposals/" in name]
        group = (files, wanted or files)[pick % 2]
        return self.project.root / group[pick // 2 % len(group)]

    @rule(pick=NUMBERS)
    def delete(self, pick) -> None:
        self.path(pick).unlink(missing_ok=True)

    @rule(pick=NUMBERS, other=NUMBERS)
    def rename(self, pick, other) -> None:
        if (path := self.path(pick)).exists():
            path.replace(self.path(other))

    @rule(pick=NUMBERS, other=NUMBERS)
    def copy(self, pick, other) -> None:
        if (path := self.path(pick)).exists():
            put_tree(self.project.root, {self.project.relative(self.path(other)): path.read_bytes()})

    @rule(pick=NUMBERS, version=NUMBERS)
    def put_back_an_older_version(self, pick, version) -> None:
        versions = city_history().versions()
        name = sorted(versions)[pick % len(versions)]
        put_tree(self.project.root, {name: versions[name][version % len(versions[name])]})

    @rule(at=st.integers(0, 14), folder=st.sampled_from(["closings", "ballots", "proposals", "charter", "founding", ""]))
    def put_back_a_folder_as_it_was(self, at, folder) -> None:
        place = f"governance/{folder}"
        if folder:
            shutil.rmtree(self.project.root / place, ignore_errors=True)
        day = city_history().days[at]
        put_tree(self.project.root, {name: content for name, content in day.items() if name.startswith(place)})

    @rule(pick=NUMBERS, place=NUMBERS, byte=st.integers(1, 255))
    def change_a_byte(self, pick, place, byte) -> None:
        path = self.path(pick)
        content = bytearray(path.read_bytes() if path.exists() else b"")
        if content:
            content[place % len(content)] ^= byte
            path.write_bytes(content)

    @rule(pick=NUMBERS, old=st.sampled_from(["yes", "no", "block", "steward", "2/3"]), new=st.sampled_from(["yes", "1/9"]))
    def change_a_word(self, pick, old, new) -> None:
        path = self.path(pick)
        if path.exists():
            path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))

    @rule(pick=NUMBERS, key=NUMBERS, signer=st.sampled_from(SIGNERS), alone=st.booleans())
    def sign_in_any_name(self, pick, key, signer, alone) -> None:
        path = self.path(pick)
        if path.exists():
            name = f"{path}.sig" if alone else f"{path}.{signer}.sig"
            Path(name).write_bytes(sign(path.read_bytes(), self.keys[key % len(self.keys)]))

    @rule(
        proposal=st.sampled_from(PROPOSALS),
        signer=st.sampled_from([name for name in SIGNERS if name != "X-1"]),
        key=NUMBERS,
        vote=st.sampled_from(["yes", "abstain"]),
        day=st.integers(-1, 9),
    )
    def cast_in_any_name(self, proposal, signer, key, vote, day) -> None:
        entries = {"vote": vote, "cast_on": TODAY + day * DAY}
        forged = forged_ballot(tree_of(self.project), proposal, signer, self.keys[key % len(self.keys)], **entries)
        put_tree(self.project.root, forged)

    @rule(
        proposal=st.sampled_from(PROPOSALS),
        signers=st.dictionaries(st.sampled_from(SIGNERS), NUMBERS, min_size=1, max_size=3),
        number=st.integers(1, 8),
        day=st.integers(0, 8),
        whole=st.booleans(),
    )
    def close_in_any_name(self, proposal, signers, number, day, whole) -> None:
        tree = tree_of(self.project)
        before = "founding/record.yml" if number == 1 else f"closings/P-{number - 1:04d}.yml"
        entries = {
            "number": number,
            "previous": sha256(tree.get(f"governance/{before}", b"")),
            "closed_on": TODAY + day * DAY,
            **({} if whole else {"ballots": {}}),
        }
        keys = {name: self.keys[key % len(self.keys)] for name, key in signers.items()}
        put_tree(self.project.root, forged_closing(tree, proposal, keys, **entries))

    @rule(signer=st.sampled_from(sorted(SECOND_SEATS)), second=st.booleans())
    def name_a_key_a_demonstration(self, signer, second) -> None:
        line = (SECOND_SEATS if second else SEATS).get(signer, SEATS["C-1"])["public_key"]
        put_tree(self.project.root, {f"governance/demonstration/{signer}.pub": f"{line}\n".encode()})

    @rule(number=st.sampled_from(["P-0004", "P-0007", "P-0008"]), key=NUMBERS)
    def propose_other_seats(self, number, key) -> None:
        mine = self.keys[key % len(self.keys)].public.line
        seats = {name: {**one, "public_key": key_of(f"mine {name}").public.line} for name, one in SEATS.items()}
        members = dump_yaml({"seats": {**seats, "C-9": seat("C-9", public_key=mine)}}).encode()
        place = f"governance/charter/{number}/members.yml"
        record = {**ADOPT, "kind": "charter", "proposal": number, "proposed_on": TODAY, "opens_on": TODAY}
        proposal = dump_yaml({**record, "files": {place: sha256(members)}}).encode()
        put_tree(self.project.root, {place: members, f"governance/proposals/{number}.yml": proposal})

    @rule(old=st.booleans())
    def found_the_city_anew(self, old) -> None:
        seats = {name: {**one, "public_key": self.key_line(name)} for name, one in SEATS.items() if name[0] in "GC"}
        seats = {name: {key: value for key, value in one.items() if key != "deputy"} for name, one in seats.items()}
        kept = tree_of(self.project)
        shutil.rmtree(self.project.governance / "founding", ignore_errors=True)
        write_founding(self.project, seats, today=TODAY)
        if not old:
            put_tree(self.project.root, {name: kept[name] for name in kept if name.endswith(("/rules.yml", "/members.yml"))})

    def key_line(self, name: str) -> str:
        return key_of(f"mine {name}").public.line

    @invariant()
    def nothing_is_gained(self) -> None:
        if hasattr(self, "before"):
            assert gained(self.before, answers_of(self.project)) == []


def write_founding(project: Project, seats, *, today: dt.date) -> None:
    """A founding record that both sides' seats sign with keys of their own making."""
    contents = {"rules": dump_yaml(SECOND_RULES).encode(), "members": dump_yaml({"seats": seats}).encode()}
    hashes = {f"{name}_sha256": sha256(content) for name, content in contents.items()}
    record = {"founding": {"ko": "다시", "en": "anew"}, "founded_on": today, **hashes}
    content = dump_yaml(record).encode()
    tree = {f"governance/founding/{name}.yml": one for name, one in contents.items()}
    tree["governance/founding/record.yml"] = content
    for name in ("G-1", "C-1"):
        tree[f"governance/founding/record.yml.{name}.sig"] = sign(content, key_of(f"mine {name}"))
    put_tree(project.root, tree)


def attack(side: str, *, examples: int, steps: int) -> None:
    """Let one side try."""
    machine = type(f"Attacker of {side}", (Attacker,), {"side": side})
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None))


@pytest.mark.parametrize("side", SIDES)
def test_no_sequence_of_changes_by_one_side_gains_anything(side):
    attack(side, examples=20, steps=14)


@pytest.mark.slow
@pytest.mark.parametrize("side", SIDES)
def test_no_long_sequence_of_changes_by_one_side_gains_anything(side):
    attack(side, examples=150, steps=30)


@pytest.fixture
def known(city):
    """The city on a machine that has seen it: its answers before anybody touches a file."""
    remember(city, read_governance(city, today=NOW).register, today=NOW)
    return answers_of(city)


def doubts(city: Project) -> str:
    """What puts the register in doubt; every gate is closed then."""
    governance = read_governance(city, today=NOW)
    assert governance.faults
    with pytest.raises(GateRefused, match="in doubt"):
        require_agreed_issue(governance, "noise")
    with pytest.raises(GateRefused, match="in doubt"):
        require_adopted_policy(governance, "levels")
    return "; ".join(governance.faults)


def remove(city: Project, *names: str) -> None:
    """Delete files that are there."""
    for name in names:
        for path in sorted((city.governance).glob(name)):
            path.unlink()


def spoil(city: Project, name: str, old: bytes, new: bytes) -> None:
    """Change words that stand in a file."""
    path = city.governance / name
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new))


def test_ten_seats_added_in_a_merge_change_nothing(city, known):
    more = {f"G-{number}": seat(f"G-{number}") for number in range(10, 20)}
    content = dump_yaml({"seats": {**SECOND_SEATS, **more}}).encode()
    put_tree(city.root, {"governance/members.yml": content})
    assert answers_of(city) == known
    assert len(read_governance(city, today=NOW).members.seats) == len(SECOND_SEATS)
    forged: dict[str, bytes] = {}
    for name in more:
        forged |= forged_ballot(tree_of(city), "P-0007", name, key_of(name))
    put_tree(city.root, forged)
    tally = read_governance(city, today=NOW).tally("P-0007")
    assert tally.sides["government"].yes == 4
    assert "G-10 is a stranger: governance/members.yml in force has no such seat" in tally.refused[0].reason


@pytest.mark.parametrize("name", ["members", "rules"])
def test_other_seats_or_rules_in_the_founding_folder_are_refused(city, name):
    content = {"members": {"seats": SECOND_SEATS}, "rules": SECOND_RULES}[name]
    put_tree(city.root, {f"governance/founding/{name}.yml": dump_yaml(content).encode()})
    with pytest.raises(CheckFailed, match=rf"founding/{name}\.yml: is not the file that the founding record names"):
        read_governance(city, today=NOW)


def own_founding(city: Project) -> None:
    seats = {name: {**one, "public_key": key_of(f"mine {name}").public.line} for name, one in SEATS.items() if name != "G-3"}
    write_founding(city, seats, today=TODAY)


def test_a_founding_record_of_ones_own_is_refused_where_this_machine_has_seen_the_true_one(city, known):
    own_founding(city)
    assert f"the founding record is not the one that this machine has known since {NOW}" in doubts(city)
    assert gained(known, answers_of(city)) == []


def test_a_founding_record_of_ones_own_is_refused_where_the_true_one_is_named(city, monkeypatch):
    monkeypatch.setenv(FOUNDING_VARIABLE, sha256((city.governance / "founding" / "record.yml").read_bytes()))
    before = answers_of(city)
    own_founding(city)
    assert f"{FOUNDING_VARIABLE} names" in doubts(city)
    assert gained(before, answers_of(city)) == []


def test_without_memory_a_founding_record_of_ones_own_is_another_city_in_which_nothing_was_decided(city):
    own_founding(city)
    answers = answers_of(city)
    assert (answers.issues, answers.policy) == (frozenset(), None)
    assert set(answers.outcomes.values()) == {"open", "void"}
    assert "P-0002.yml: is number 2, the register ends at 0" in doubts(city)


def test_a_founding_that_one_side_signed_is_none(city):
    remove(city, "founding/record.yml.C-1.sig")
    content = (city.governance / "founding" / "record.yml").read_bytes()
    for name in ("G-2", "C-1", "C-1.deputy"):
        put_tree(city.root, {f"governance/founding/record.yml.{name}.sig": sign(content, key_of("G-2"))})
    with pytest.raises(GateRefused, match=r"not signed for civil society \(.*C-1\.sig: the signature of C-1 is by another key"):
        read_governance(city, today=NOW)


def close_alone(city: Project, signers: dict[str, str], **entries: object) -> str:
    """A closing of the open vote, signed by one side alone; why it does not count."""
    put_tree(city.root, forged_closing(tree_of(city), "P-0007", {name: key_of(key) for name, key in signers.items()}, **entries))
    governance = read_governance(city, today=NOW)
    assert governance.tally("P-0007").outcome == "open"
    assert not governance.faults
    return governance.register.pending["P-0007"].reason


def test_a_closing_that_lists_the_ballots_of_one_side_alone_does_not_count(city):
    mine = {name: sha256(content) for name, content in tree_of(city).items() if "/P-0007/G-" in name and name.endswith(".yml")}
    listed = {name.rpartition("/")[2]: sha for name, sha in mine.items()}
    assert close_alone(city, {"G-1": "G-1", "C-1": "G-2"}, ballots=listed).startswith("not signed for civil society")


def test_a_closing_signed_by_two_stewards_of_one_side_does_not_count(city):
    assert close_alone(city, {"G-1": "G-1", "G-2": "G-2"}) == "not signed for civil society"


def test_a_closing_signed_by_holder_and_deputy_of_one_side_does_not_count(city):
    reason = close_alone(city, {"G-1": "G-1", "G-3": "G-3", "G-3.deputy": "G-3.deputy"})
    assert reason.startswith("not signed for civil society")
    assert "P-0007.yml.G-3.sig: seat G-3 is no steward" in reason


def test_a_closing_signed_by_experts_beside_one_side_does_not_count(city):
    reason = close_alone(city, {"G-1": "G-1", "E-1": "E-1"})
    assert reason == "not signed for civil society (P-0007.yml.E-1.sig: seat E-1 advises and speaks for no side)"


@pytest.mark.parametrize("number", range(1, 6))
def test_taking_the_other_sides_signature_from_an_old_closing_closes_every_gate(city, known, number):
    remove(city, f"closings/P-000{number}.yml.C-1.sig")
    assert "which this machine has seen, is gone" in doubts(city)
    assert gained(known, answers_of(city)) == []


def test_taking_a_signature_from_an_old_closing_is_seen_without_memory_too(city):
    remove(city, "closings/P-0005.yml.C-1.sig")
    assert "P-0006.yml: is number 6, the register ends at 4: a record between them is gone or was changed" in doubts(city)
    assert answers_of(city).outcomes["P-0006"] == "void"


def test_taking_the_signature_from_a_listed_no_makes_no_yes(city):
    remove(city, "ballots/P-0006/C-4.yml.sig")
    tally = read_governance(city, today=NOW).tally("P-0006")
    assert tally.outcome == "void"
    assert tally.faults == ["C-4.yml was listed at the closing and does not count: is not signed: C-4.yml.sig is missing"]


@pytest.mark.parametrize("signature", [b"", b"garbage", None])
def test_spoiling_the_signature_of_a_listed_no_makes_no_yes(city, signature):
    path = city.governance / "ballots" / "P-0006" / "C-5.yml.sig"
    path.write_bytes(sign(b"other bytes", key_of("C-5")) if signature is None else signature)
    assert read_governance(city, today=NOW).tally("P-0006").outcome == "void"


@pytest.mark.parametrize("seat_id", ["C-4", "C-5"])
def test_a_key_put_among_the_demonstrations_takes_no_ballot_away(city, known, seat_id):
    put_tree(city.root, {f"governance/demonstration/{seat_id}.pub": f"{key_of(seat_id).public.line}\n".encode()})
    assert answers_of(city) == known


@pytest.mark.parametrize("change", ["kind", "deleted", "files", "unread"])
def test_a_charter_proposal_changed_after_its_closing_lets_nothing_later_be_judged(city, change):
    before = answers_of(city)
    path = city.governance / "proposals" / "P-0004.yml"
    if change == "kind":
        path.write_bytes((city.governance / "proposals" / "P-0001.yml").read_bytes().replace(b"P-0001", b"P-0004"))
    elif change == "deleted":
        path.unlink()
    elif change == "files":
        spoil(city, "proposals/P-0004.yml", b"/members.yml", b"/rules.yml")
    else:
        path.write_bytes(b"- not a proposal\n")
    assert "governance/proposals/P-0004.yml: " in doubts(city)
    after = answers_of(city)
    assert gained(before, after) == []
    assert (after.outcomes["P-0005"], after.outcomes["P-0006"]) == ("void", "void")


@pytest.mark.parametrize("name", ["rules", "members"])
def test_the_adopted_charters_files_cannot_be_changed_or_taken_away(city, name):
    path = f"charter/P-0004/{name}.yml"
    if name == "rules":
        spoil(city, path, b"at least 2/3", b"at least 1/9")
    else:
        remove(city, path)
    assert f"governance/{path}: is not the file that P-0004 names" in doubts(city)
    assert answers_of(city).outcomes["P-0006"] == "void"


def test_a_policy_put_back_to_an_older_adopted_version_is_refused(city):
    put_tree(city.root, {POLICY: POLICY_VERSIONS[0]})
    with pytest.raises(GateRefused, match=r"speaks of other bytes: P-0005 adopted"):
        require_adopted_policy(read_governance(city, today=NOW), "levels")


def test_a_policy_is_not_put_back_by_spoiling_the_vote_that_replaced_it(city):
    put_tree(city.root, {POLICY: POLICY_VERSIONS[0]})
    remove(city, "ballots/P-0005/C-*.sig")
    with pytest.raises(GateRefused, match=r"in doubt: P-0005 cannot be recomputed: C-1\.yml was listed at the closing"):
        require_adopted_policy(read_governance(city, today=NOW), "levels")


def roll_back(city: Project) -> None:
    """Delete the newest closings and put the older policy back."""
    remove(city, "closings/P-0005.*", "closings/P-0006.*")
    put_tree(city.root, {POLICY: POLICY_VERSIONS[0]})


def test_without_memory_deleting_the_newest_closings_brings_an_older_state_back(city):
    roll_back(city)
    governance = read_governance(city, today=NOW)
    assert not governance.faults
    assert require_adopted_policy(governance, "levels").read_bytes() == POLICY_VERSIONS[0]


def test_with_memory_deleting_the_newest_closings_is_refused(city, known):
    roll_back(city)
    told = doubts(city)
    assert "closing number 5, which this machine has seen, is gone" in told
    assert "closing number 6, which this machine has seen, is gone" in told
    assert gained(known, answers_of(city)) == []
    with pytest.raises(GateRefused, match="closing number 5, which this machine has seen, is gone"):
        vote(city, "P-0007", "C-4", today=NOW)
    with pytest.raises(GateRefused, match="closing number 5, which this machine has seen, is gone"):
        close(city, "P-0007", stewards=["C-1"], today=TODAY + 20 * DAY)


def test_what_was_forgotten_is_not_remembered_in_its_place(city, known):
    seen = memory_path(city).read_bytes()
    roll_back(city)
    remember(city, read_governance(city, today=NOW).register, today=NOW)
    assert memory_path(city).read_bytes() == seen
    trust(city, read_governance(city, today=NOW).register, today=NOW)
    assert not read_governance(city, today=NOW).faults


def test_a_damaged_memory_is_refused(city, known):
    memory_path(city).write_text('{"founding": 1}', encoding="utf-8")
    with pytest.raises(CheckFailed, match="is damaged"):
        doubts(city)


def test_two_closings_with_one_number_fork_the_register_and_close_every_gate(city, history):
    both = {"G-1": key_of("G-1"), "C-1": key_of("C-1")}
    previous = sha256((city.governance / "closings" / "P-0005.yml").read_bytes())
    put_tree(city.root, forged_closing(tree_of(city), "P-0007", both, number=6, previous=previous, closed_on=NOW + 12 * DAY))
    late = NOW + 13 * DAY
    governance = read_governance(city, today=late)
    assert "governance/closings/P-0007.yml: is number 6, and so is P-0006.yml: the register forks here" in governance.faults
    assert {governance.tally(name).outcome for name in ("P-0006", "P-0007")} == {"void"}


def test_an_older_closing_replaced_by_another_is_refused(city, known):
    forged = forged_closing(tree_of(city), "P-0002", {"G-1": key_of("G-1"), "C-1": key_of("G-2")}, number=2, ballots={})
    put_tree(city.root, forged)
    assert "P-0003.yml: is number 3, the register ends at 1" in doubts(city)
    assert gained(known, answers_of(city)) == []


def test_a_closing_under_another_name_is_refused(city):
    path = city.governance / "closings" / "P-0006.yml"
    path.rename(path.with_name("P-0007.yml"))
    assert "governance/closings/P-0007.yml: is the closing record of P-0006" in doubts(city)


def test_a_proposal_edited_after_ballots_were_cast_voids_them_and_says_so(city):
    path = city.governance / "proposals" / "P-0007.yml"
    path.write_bytes(path.read_bytes() + b"# later\n")
    tally = read_governance(city, today=NOW).tally("P-0007")
    assert tally.votes == []
    assert [item.file for item in tally.refused] == ["C-1.yml", "C-2.yml", "G-1.yml", "G-2.yml", "G-3.yml", "G-4.yml"]
    assert tally.refused[0].reason == "line 2: void: speaks of other bytes of P-0007, which was changed since"


def test_a_proposal_edited_after_its_closing_is_void_and_says_so(city):
    path = city.governance / "proposals" / "P-0003.yml"
    path.write_bytes(path.read_bytes() + b"# later\n")
    assert "P-0003.yml: was changed after its vote was closed: its ballots are void" in doubts(city)
    tally = read_governance(city, today=NOW).tally("P-0003")
    assert (tally.outcome, tally.faults[0]) == (
        "void",
        "the proposal was changed after its vote was closed: its ballots are void",
    )


@pytest.mark.parametrize("place", ["members.yml", "founding/members.yml", "charter/P-0004/members.yml"])
def test_swapping_the_keys_of_two_seats_changes_nothing(city, known, place):
    mine, theirs, between = key_of("G-4").public.line.encode(), key_of("C-4").public.line.encode(), b"ssh-ed25519 BETWEEN"
    for old, new in ((mine, between), (theirs, mine), (between, theirs)):
        spoil(city, place, old, new)
    forged = forged_ballot(tree_of(city), "P-0007", "C-4", key_of("G-4"))
    put_tree(city.root, forged)
    assert gained(known, answers_of(city)) == []
    if place == "members.yml":
        tally = read_governance(city, today=NOW).tally("P-0007")
        assert "the signature of C-4 is by another key" in next(item.reason for item in tally.refused if item.file == "C-4.yml")


def test_a_link_in_the_place_of_a_policy_proposal_or_closing_is_not_followed(city, tmp_path):
    for place in ("proposals/P-0009.yml", "closings/P-0009.yml", "closings/P-0001.yml.G-2.sig"):
        (city.governance / place).symlink_to("/dev/zero")
    governance = read_governance(city, today=NOW)
    assert governance.register.unread["P-0009"] == "governance/proposals/P-0009.yml: is no plain file"
    assert governance.faults == ("governance/closings/P-0009.yml: is no plain file",)
