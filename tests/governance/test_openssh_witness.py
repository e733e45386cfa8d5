"""Stock OpenSSH says the same as the workbench about every signature of a register, and signs ballots that count."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path

import pytest

from decided_city import DAY, NOW, ROTATED, SEATS, everyone, key_on, propose_second_charter, put_tree
from packages import require_package
from signed import TODAY, decide, found, governance_of, key_of, propose_issue, vote
from workbench.files import sha256, text_bytes, write_text
from workbench.governance.acts.approving import draft_approval
from workbench.governance.acts.drafts import sign_draft, write_signed
from workbench.governance.acts.voting import draft_ballot
from workbench.governance.deciding.principals import signer_entries
from workbench.governance.signing import PrivateKey, allowed_signers, signatures_beside, write_private_key
from workbench.project import Project


@pytest.fixture
def ssh_keygen() -> str:
    return require_package("openssh-client")


@pytest.fixture
def witness(ssh_keygen, city):
    """Ask OpenSSH alone, with the file of signers that the workbench prints."""
    signers = city.root / "allowed_signers"
    write_text(signers, allowed_signers(signer_entries(governance_of(city, today=NOW))))

    def ask(content: bytes, signature: Path, *, signer: str, day: dt.date, namespace: str = "workbench") -> bool:
        command = [ssh_keygen, "-Y", "verify", "-f", str(signers), "-I", signer, "-n", namespace, "-s", str(signature)]
        command += ["-O", f"verify-time={day:%Y%m%d}"]
        return subprocess.run(command, input=content, capture_output=True, check=False).returncode == 0

    return ask


def both_answers(witness, path: Path, signature: Path, *, signer: str, day: dt.date) -> bool:
    """OpenSSH accepts the bytes, and no other bytes."""
    content = text_bytes(path)
    changed = bytearray(content)
    changed[len(changed) // 2] ^= 1
    accepted = witness(content, signature, signer=signer, day=day)
    assert not witness(bytes(changed), signature, signer=signer, day=day)
    assert not witness(content, signature, signer=signer, day=day, namespace="git")
    return accepted


def test_every_ballot_of_a_closed_vote_verifies_with_openssh_alone(witness, city):
    governance = governance_of(city, today=NOW)
    for proposal in ("P-0003", "P-0006"):
        votes = governance.tally(proposal).votes
        assert len(votes) >= 8
        for one in votes:
            path = city.governance / "ballots" / proposal / one.file
            assert both_answers(witness, path, path.with_name(f"{one.file}.sig"), signer=one.seat, day=one.cast_on)
            assert sha256(text_bytes(path)) == one.sha256


def test_the_founding_and_every_closing_verify_with_openssh_alone(witness, city):
    register = governance_of(city, today=NOW).register
    signed = [(city.governance / "founding" / "record.yml", TODAY)]
    signed += [(entry.facts.path, entry.facts.closed_on) for entry in register.entries]
    for path, day in signed:
        beside = signatures_beside(path)
        assert set(beside) == {"G-1", "C-1"}
        for signer, signature in beside.items():
            assert both_answers(witness, path, signature, signer=signer, day=day)


def test_an_approval_verifies_with_openssh_alone(witness, city):
    folder = city.root / "release"
    write_text(folder / "release.yml", "issue: noise\nauthors: [C-4]\n")
    for name in ("G-2", "C-2"):
        draft = draft_approval(governance_of(city, today=NOW), folder, seat=name, name="release/release.yml", today=NOW)
        path, signature = sign_draft(draft, key_of(name))
        assert both_answers(witness, path, signature, signer=name, day=NOW)
    assert governance_of(city, today=NOW).release(folder).complete


def test_openssh_and_the_workbench_refuse_the_same_signatures(witness, city):
    path = city.governance / "ballots" / "P-0006" / "C-3.yml"
    signature, content = path.with_name("C-3.yml.sig"), text_bytes(path)
    old, new = governance_of(city, today=NOW).register.charters
    for charter, day, signer, expected in (
        (new, TODAY + 5 * DAY, "C-3", True),
        (new, TODAY + 5 * DAY, "C-4", False),
        (new, TODAY + 5 * DAY, "C-77", False),
        (new, dt.date(2027, 12, 31), "C-3", True),
        (new, dt.date(2028, 1, 1), "C-3", False),
        (old, dt.date(2025, 12, 31), "C-3", False),
    ):
        assert (charter.check(content, text_bytes(signature), signer=signer, day=day) is None) is expected
        assert witness(content, signature, signer=signer, day=day) is expected


def test_a_deputys_ballot_verifies_under_the_deputys_name(witness, city):
    proposal = propose_issue(city, "trees", today=NOW)
    path, signature = vote(city, proposal, "G-3.deputy", today=NOW)
    assert path.name == "G-3.deputy.yml"
    assert both_answers(witness, path, signature, signer="G-3.deputy", day=NOW)
    assert not witness(text_bytes(path), signature, signer="G-3", day=NOW)


def sign_with_openssh(ssh_keygen: str, folder: Path, key: PrivateKey, content: bytes) -> bytes:
    """What ``ssh-keygen -Y sign`` makes of the bytes."""
    write_private_key(folder / "key", key, comment="a seat")
    (folder / "ballot.yml").write_bytes(content)
    command = [ssh_keygen, "-Y", "sign", "-f", str(folder / "key"), "-n", "workbench", str(folder / "ballot.yml")]
    subprocess.run(command, check=True, capture_output=True)
    return (folder / "ballot.yml.sig").read_bytes()


def test_a_ballot_signed_with_openssh_counts(ssh_keygen, city, tmp_path_factory):
    for signer, name in (("C-4", "C-4"), ("C-3", ROTATED)):
        draft = draft_ballot(governance_of(city, today=NOW), "P-0007", signer=signer, vote="yes", today=NOW)
        armoured = sign_with_openssh(ssh_keygen, tmp_path_factory.mktemp("holder"), key_of(name), draft.content)
        write_signed(draft, armoured)
    counted = {one.seat for one in governance_of(city, today=NOW).tally("P-0007").votes}
    assert {"C-3", "C-4"} <= counted


def test_a_ballot_checked_out_with_windows_line_ends_verifies_once_they_are_taken_away(witness, city):
    path = city.governance / "ballots" / "P-0001" / "G-1.yml"
    put_tree(city.root, {"governance/ballots/P-0001/G-1.yml": path.read_bytes().replace(b"\n", b"\r\n")})
    signature = path.with_name("G-1.yml.sig")
    assert not witness(path.read_bytes(), signature, signer="G-1", day=TODAY)
    assert witness(text_bytes(path), signature, signer="G-1", day=TODAY)
    assert governance_of(city, today=NOW).tally("P-0001").outcome == "agreed"


def test_the_signers_of_a_changed_charter_name_the_old_and_the_new_key_with_their_days(tmp_path):
    project = Project(root=tmp_path)
    found(project, seats=SEATS)
    decide(project, propose_second_charter(project, day=TODAY + DAY), seats=everyone(), today=TODAY + DAY)
    text = allowed_signers(signer_entries(governance_of(project, today=TODAY + DAY)))
    lines = [line for line in text.splitlines() if line.startswith("C-3 ")]
    assert len(lines) == 2
    assert key_of("C-3").public.line in lines[0]
    assert 'valid-before="20261121235959"' in lines[0]
    assert key_on("C-3", NOW).public.line in lines[1]
