"""How long a city's whole register takes: every ballot read and verified, the same again, the tally alone; beside named peers.

    python benchmarks/tally_register.py [--proposals 1000] [--ballots 200] [--sample 200]

A register of closed votes is made in a temporary folder, the same on every machine: a founding record, seats of both sides
and four experts, and every ballot signed with its seat's key. The figures are taken in processes of their own, which
start with nothing in memory; the operating system's own cache of files is warm for all of them alike. The peers do less:

- ``ssh-keygen -Y verify``, stock OpenSSH, one process per ballot, the signature alone (a sample; the total is extrapolated);
- a plain loop in one process of PyYAML's ``safe_load`` and one ``cryptography`` verification per ballot, with its key at
  hand, and the same with PyYAML's parser in C: no duplicate keys looked for, no reasons, terms, seats or dates checked,
  nothing written (a sample, extrapolated).
"""

from __future__ import annotations

import argparse
import base64
import datetime as dt
import hashlib
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from workbench.governance import read_governance, tally_all
from workbench.governance.acts.drafts import record_bytes
from workbench.governance.deciding.tally import both_agree, count_sides
from workbench.governance.papers.closings import Closing
from workbench.governance.papers.founding import FoundingRecord
from workbench.governance.signing import (
    PrivateKey,
    SignerEntry,
    allowed_signers,
    parse_public_key,
    parse_signature,
    private_key_from_seed,
    sign,
)
from workbench.project import Project
from workbench.records import dump_yaml

SEED = 2017
EXPERTS = 4
OPENED, CLOSED, TODAY = dt.date(2026, 3, 2), dt.date(2026, 3, 16), dt.date(2026, 4, 1)
AGE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
REASONS = {
    "yes": "시민이 매일 지나는 길의 문제이고, 필요한 자료가 이미 모여 있으므로 함께 분석할 만합니다.",
    "no": "기준값이 없으면 나중에 효과를 판단할 수 없습니다. 먼저 지난해 측정값을 확인한 뒤 다시 제안해 주십시오.\n"
    "조사 지점이 큰길에만 있어 골목의 사정이 드러나지 않는다는 점도 함께 살펴야 합니다.",
    "block": "개인의 이동 경로가 드러날 위험을 줄이는 방법이 정책에 없습니다. 이대로는 동의할 수 없습니다.",
}


def seats(ballots: int) -> list[str]:
    """The seats: half of those who decide on each side, then the experts."""
    each = (ballots - EXPERTS) // 2
    return [f"{letter}-{number}" for letter in "GC" for number in range(1, each + 1)] + [f"E-{n}" for n in range(1, EXPERTS + 1)]


def key_of(seat: str) -> PrivateKey:
    """A seat's key: the same on every machine."""
    return private_key_from_seed(hashlib.sha256(f"{SEED} {seat}".encode()).digest())


def bilingual(text: str) -> dict[str, str]:
    """A text in both languages."""
    return {"ko": f"{text} (한)", "en": text}


def write(path: Path, content: bytes) -> bytes:
    """Write plainly: nobody needs half a million flushed files of a benchmark."""
    path.write_bytes(content)
    return content


def found(root: Path, ballots: int) -> str:
    """Write the founding; return the hash of its record."""
    folder = root / "governance" / "founding"
    for name in ("founding", "proposals", "ballots", "closings"):
        (root / "governance" / name).mkdir(parents=True)
    sides: dict[str, dict[str, Any]] = {
        "G": {"side": "government"},
        "C": {"side": "civil_society"},
        "E": {"standing": "expert"},
    }
    members = {
        seat: {
            "title": bilingual(f"seat {seat}"),
            "organisation": bilingual("demonstration"),
            "term": {"from": dt.date(2026, 1, 1), "until": dt.date(2027, 12, 31)},
            "public_key": key_of(seat).public.line,
            **sides[seat[0]],
            **({"roles": {"all": ["steward"]}, "age_key": AGE} if seat in ("G-1", "C-1") else {}),
        }
        for seat in seats(ballots)
    }
    share, more = dict.fromkeys(("government", "civil_society"), "at least 1/2"), "more than 1/2"
    rules = {"demonstration": False, "quorum": share, "majority": dict.fromkeys(share, more)}
    rules |= {"ballot_days": 14, "response_days": 60, "silence_days": 90}
    rules_bytes = write(folder / "rules.yml", dump_yaml(rules).encode())
    members_bytes = write(folder / "members.yml", dump_yaml({"seats": members}).encode())
    record = FoundingRecord.model_validate({
        "founding": bilingual("A register to measure"),
        "founded_on": dt.date(2026, 2, 2),
        "rules_sha256": hashlib.sha256(rules_bytes).hexdigest(),
        "members_sha256": hashlib.sha256(members_bytes).hexdigest(),
    })  # fmt: skip
    content = write(folder / "record.yml", record_bytes(record))
    for seat in ("G-1", "C-1"):
        write(folder / f"record.yml.{seat}.sig", sign(content, key_of(seat)))
    return hashlib.sha256(content).hexdigest()


def vote(root: Path, number: int, ballots: int) -> tuple[str, str, dict[str, str]]:
    """Write a proposal and its signed ballots; return its id and the hashes."""
    draw = random.Random(f"{SEED} {number}")  # noqa: S311 - the same on every machine
    name = f"P-{number:04d}"
    proposal = {
        "kind": "urban_issue",
        "proposal": name,
        "proposed_by": "C-1",
        "proposed_on": OPENED,
        "opens_on": OPENED,
        "issue": f"issue-{number}",
        "data_needed": [{"what": bilingual("levels"), "holder": bilingual("city")}],
        "indicator": {"name": bilingual("loud nights"), "baseline_missing": bilingual("not measured yet")},
        **{
            key: bilingual(f"{key} {number}")
            for key in ("title", "question", "harmed", "expected_outcome", "decision_wanted", "department")
        },
    }
    content = write(root / "governance" / "proposals" / f"{name}.yml", dump_yaml(proposal).encode())
    sha = hashlib.sha256(content).hexdigest()
    folder = root / "governance" / "ballots" / name
    folder.mkdir()
    listed = {}
    leaning = draw.uniform(0.35, 0.85)
    for seat in seats(ballots):
        choice = "yes" if draw.random() < leaning else draw.choice(("no", "no", "block", "abstain"))
        lines = [f"ballot: {name}", f"proposal_sha256: {sha}", f"seat: {seat}", f"vote: {choice}"]
        if choice in ("no", "block") or (choice == "yes" and draw.random() < 0.4):
            lines += ["reason:", "  ko: |-", *(f"    {line}" for line in REASONS[choice].splitlines())]
        lines.append(f"cast_on: {OPENED + dt.timedelta(days=draw.randrange(14))}")
        ballot = write(folder / f"{seat}.yml", ("\n".join(lines) + "\n").encode())
        write(folder / f"{seat}.yml.sig", sign(ballot, key_of(seat)))
        listed[f"{seat}.yml"] = hashlib.sha256(ballot).hexdigest()
    return name, sha, listed


def make(root: Path, proposals: int, ballots: int) -> None:
    """Write the whole register."""
    head = found(root, ballots)
    numbers = range(1, proposals + 1)
    with ProcessPoolExecutor() as pool:
        made = pool.map(vote, [root] * proposals, numbers, [ballots] * proposals, chunksize=4)
        for number, (name, sha, listed) in zip(numbers, made, strict=True):
            ballot_hashes = dict(sorted(listed.items()))
            closing = Closing(
                closing=name, number=number, previous=head, proposal_sha256=sha, closed_on=CLOSED, ballots=ballot_hashes
            )
            path = root / "governance" / "closings" / f"{name}.yml"
            content = write(path, record_bytes(closing))
            for seat in ("G-1", "C-1"):
                write(path.with_name(f"{path.name}.{seat}.sig"), sign(content, key_of(seat)))
            head = hashlib.sha256(content).hexdigest()


def whole(root: Path) -> dict[str, Any]:
    """Tally everything, in this process and those it starts; say how long and how much."""
    shown = sys.stderr.isatty()

    def report(done: int, total: int, what: str) -> None:
        if shown or done % 200 == 0:
            print(f"\r  {done:,}/{total:,} {what}", end="" if shown else "\n", file=sys.stderr)

    begun = time.perf_counter()
    project = Project(root=root)
    governance = read_governance(project, today=TODAY)
    assert not governance.register.faults, governance.register.faults
    read = time.perf_counter() - begun
    outcomes: dict[str, int] = {}
    found = hashlib.sha256()
    counted = 0
    for tally in tally_all(project, governance.register, today=TODAY, report=report):
        outcomes[tally.outcome] = outcomes.get(tally.outcome, 0) + 1
        counted += len(tally.votes)
        found.update(tally.model_dump_json().encode())
    took = time.perf_counter() - begun
    own, children = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {
        "seconds": took,
        "register_seconds": read,
        "votes": counted,
        "outcomes": outcomes,
        "sha256": found.hexdigest(),
        "peak_mb": own,
        "peak_of_a_worker_mb": children,
    }


def pure(root: Path) -> dict[str, Any]:
    """The tally alone: votes that are verified already, counted."""
    project = Project(root=root)
    governance = read_governance(project, today=TODAY)
    votes = [tally.votes for tally in tally_all(project, governance.register, today=TODAY)]
    begun = time.perf_counter()
    agreed = sum(both_agree(count_sides(one, members=governance.members, rules=governance.rules)) for one in votes)
    return {"seconds": time.perf_counter() - begun, "agreed": agreed}


def sampled(root: Path, count: int) -> list[Path]:
    """Ballots drawn from all over the register."""
    paths = sorted((root / "governance" / "ballots").glob("*/*.yml"))
    return random.Random(SEED).sample(paths, min(count, len(paths)))  # noqa: S311


def openssh(root: Path, paths: list[Path], ballots: int) -> float:
    """The median time of ``ssh-keygen -Y verify`` on a ballot."""
    signers = root / "allowed_signers"
    entries = [SignerEntry(seat, key_of(seat).public, dt.date(2026, 1, 1), dt.date(2027, 12, 31)) for seat in seats(ballots)]
    signers.write_text(allowed_signers(entries), encoding="utf-8")
    times = []
    for path in paths:
        command = ["ssh-keygen", "-Y", "verify", "-f", str(signers), "-I", path.stem, "-n", "workbench"]
        command += ["-s", f"{path}.sig", "-O", f"verify-time={OPENED:%Y%m%d}"]
        begun = time.perf_counter()
        with path.open("rb") as content:
            subprocess.run(command, stdin=content, check=True, capture_output=True)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def plain_loop(paths: list[Path], members: Path, *, loader: Any) -> float:
    """Seconds per ballot of PyYAML and cryptography in a plain loop."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    listed = yaml.load(members.read_bytes(), Loader=yaml.CSafeLoader)["seats"]
    keys = {name: parse_public_key(seat["public_key"]).blob[-32:] for name, seat in listed.items()}
    begun = time.perf_counter()
    for path in paths:
        content = path.read_bytes()
        ballot = yaml.load(content, Loader=loader)  # noqa: S506 - both loaders are safe ones
        blob = base64.b64decode("".join(Path(f"{path}.sig").read_text(encoding="ascii").splitlines()[1:-1]))
        hashed = hashlib.sha512(content).digest()
        parts = (b"workbench", b"", b"sha512", hashed)
        signed = b"SSHSIG" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        Ed25519PublicKey.from_public_bytes(keys[ballot["seat"]]).verify(blob[-64:], signed)
    took = (time.perf_counter() - begun) / len(paths)
    assert all(parse_signature(Path(f"{path}.sig").read_bytes()).namespace == "workbench" for path in paths[:1])
    return took


def alone(what: str, root: Path) -> dict[str, Any]:
    """Run one measurement in a process of its own."""
    command = [sys.executable, __file__, "--measure", what, "--root", str(root)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return dict(json.loads(answer.stdout))


def main() -> None:
    """Make the register, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--proposals", type=int, default=1000)
    parser.add_argument("--ballots", type=int, default=200)
    parser.add_argument("--sample", type=int, default=200, help="ballots that the peers verify")
    parser.add_argument("--keep", type=Path, help="make the register here, or use the one that lies here, and leave it")
    parser.add_argument("--measure", choices=("whole", "pure"), help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps({"whole": whole, "pure": pure}[given.measure](given.root)))
        return
    root = given.keep or Path(tempfile.mkdtemp(prefix="register-"))
    try:
        measure(root, given.proposals, given.ballots, given.sample)
    finally:
        if given.keep is None:
            shutil.rmtree(root)


def measure(root: Path, proposals: int, ballots: int, sample: int) -> None:
    """Print every figure beside its peers."""
    if not (root / "governance").exists():
        begun = time.perf_counter()
        make(root, proposals, ballots)
        print(f"made {proposals:,} proposals with {ballots:,} signed ballots each in {time.perf_counter() - begun:.0f} s")
    shutil.rmtree(root / ".workbench", ignore_errors=True)
    cold, again, counted = alone("whole", root), alone("whole", root), alone("pure", root)
    assert cold["sha256"] == again["sha256"], "the same files gave two results"
    paths, total = sampled(root, sample), proposals * ballots
    ssh = openssh(root, paths, ballots)
    members = root / "governance" / "founding" / "members.yml"
    loop, loop_in_c = (plain_loop(paths, members, loader=loader) for loader in (yaml.SafeLoader, yaml.CSafeLoader))
    print(f"{os.cpu_count()} processors, {total:,} ballots, {cold['votes']:,} count; {cold['outcomes']}")
    for name, found in (("first time, every file and signature", cold), ("again, nothing changed", again)):
        print(
            f"{name:40} {found['seconds']:8.1f} s  (register {found['register_seconds']:.1f} s; "
            f"peak {found['peak_mb']:.0f} MB, a worker {found['peak_of_a_worker_mb']:.0f} MB)"
        )
    print(f"{'the tally alone':40} {counted['seconds']:8.2f} s")
    peers = {"ssh-keygen -Y verify": ssh, "safe_load + cryptography": loop, "CSafeLoader + cryptography": loop_in_c}
    for name, each in peers.items():
        print(f"{f'{name}, extrapolated':40} {each * total:8.1f} s  ({each * 1000:.2f} ms a ballot, sample of {len(paths)}; "
              f"{each * total / cold['seconds']:.1f} x our first time)")  # fmt: skip


if __name__ == "__main__":
    main()
