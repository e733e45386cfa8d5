"""One side that holds all its keys and may change any file gets the same answers as before, or a refusal: nothing else."""

from __future__ import annotations

import datetime as dt
import os
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
from signed import ADOPT, ISSUE, TODAY, found, key_of, seat
from workbench.errors import CheckFailed, GateRefused, UsageError
from workbench.files import read_yaml, sha256
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
        put_tree(self.project.root, {name: content for name, content in city_history().days[at].items() if name.startswith(place)})

    @rule(pick=NUMBERS, place=NUMBERS, byte=st.integers(1, 255))
    def change_a_byte(self, pick, place, byte) -> None:
        path = self.path(pick)
        content = bytearray(path.read_bytes() if path.exists() else b"")
        if content:
            content[place % len(content)] ^= byte
            path.write_bytes(content)

    @rule(pick=NUMBERS, old=st.sampled_from(["yes", "no", "block", "steward", "1/2", "2/3"]), new=st.sampled_from(["yes", "no", "1/9"]))
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
    from workbench.governance.papers.founding import FoundingRecord

    contents = {"rules": dump_yaml(SECOND_RULES).encode(), "members": dump_yaml({"seats": seats}).encode()}
    hashes = {f"{name}_sha256": sha256(content) for name, content in contents.items()}
    record = {"founding": {"ko": "다시", "en": "anew"}, "founded_on": today, **hashes}
    FoundingRecord.model_validate(record)
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
    attack(side, examples=600, steps=40)
