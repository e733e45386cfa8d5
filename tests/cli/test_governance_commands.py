"""The commands of those who decide, as scripts and other programs call them: nobody is asked, and everything can be verified."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from acting_city import RECOMMENDATION, REQUEST, make_acting_city
from demo_city import CATALOG, make_city
from packages import require_package
from signed import ADOPT, ISSUE, RULES, SEATS, TODAY, found, governance_of, key_of, propose_issue, vacant, vote, words
from workbench.cli import main
from workbench.files import read_yaml, write_text
from workbench.governance.signing import write_private_key
from workbench.project import Project
from workbench.records import dump_yaml

DAY = ("--today", str(TODAY))
DAYLESS = [("governance", "keygen"), ("governance", "schemas"), ("governance", "example")]
RESULTS = ("noise/1#loudest", "noise/1#quietest", "noise/9#loudest")
CITY = {**SEATS, "G-2": vacant("G-2")}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = make_acting_city(tmp_path_factory.mktemp("city"))
    propose_issue(project, "trees")
    return project


@pytest.fixture
def city(shared: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    shutil.copytree(shared.root, tmp_path / "city")
    monkeypatch.setenv("WORKBENCH_ROOT", str(tmp_path / "city"))
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    for signer in ("G-1", "C-1", "C-9", "E-1"):
        write_private_key(tmp_path / signer, key_of(signer), comment=signer)
    return Project(root=tmp_path / "city")


@pytest.fixture
def run(city: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Call a command as its seat, expect an exit code, and return what it printed."""

    def call(*given: str, code: int = 0, key: str | None = None) -> str:
        words = [*given, *(("--key", str(tmp_path / key)) if key else ())]
        if given[:2] not in DAYLESS:
            words += DAY
        capsys.readouterr()
        assert main(words) == code, (words, capsys.readouterr())
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return told.out if code == 0 else told.err

    return call


def votes(run: Any, *seats: str, proposal: str = "P-0002") -> None:
    for seat in seats:
        run("vote", proposal, "--seat", seat, "--vote", "yes", key=seat)


def write_record(folder: Path, record: dict[str, Any]) -> str:
    write_text(folder / "record.yml", dump_yaml(record))
    return str(folder / "record.yml")


# -- voting ------------------------------------------------------------------------------------------------------------------


def test_a_vote_runs_from_proposal_to_outcome(city: Project, run: Any, tmp_path: Path) -> None:
    told = run("propose", "--from", write_record(tmp_path, {**ISSUE, "issue": "parks", "proposal": "P-0001"}))
    assert "to commit: git add governance/proposals/P-0003.yml" in told
    assert "G-1, C-9 may vote until 2026-12-03" in run("vote", "P-0003", "--seat", "C-1", "--vote", "찬성", key="C-1")
    assert "C-9 did not vote yet" in run("close", "P-0003", "--seat", "G-1", key="G-1", code=3).replace("G-1, ", "")
    votes(run, "G-1", "C-9", proposal="P-0003")
    assert "a steward of civil society signs too (C-1): workbench close P-0003 --seat C-1" in run(
        "close", "P-0003", "--seat", "G-1", key="G-1"
    )
    assert "P-0003 is agreed" in run("close", "P-0003", "--seat", "C-1", key="C-1")
    assert governance_of(city).issue("parks").complete  # type: ignore[union-attr]


def test_policies_are_proposed_in_the_bytes_that_lie_there(city: Project, run: Any) -> None:
    write_text(city.catalog, dump_yaml({"datasets": {"levels": CATALOG["datasets"]["levels_synthetic"]}}))
    write_text(city.governance / "policies" / "levels.yml", "policy: levels\nversion: 1\npersonal: false\n")
    texts = [f"--{name}-{language}={name}" for name in ("title", "question", "department") for language in ("ko", "en")]
    run("propose", "policies", "levels", "--seat", "G-1", "--reason-en", "needed", *texts)
    assert list(read_yaml(city.governance / "proposals" / "P-0003.yml")["files"]) == ["governance/policies/levels.yml"]
    assert "2 more ballots" not in run("explain", "policy:levels")
    assert "dataset 'nothing' has no policy" in run(
        "propose", "policies", "nothing", "--seat", "G-1", "--reason", "필요", *texts, code=2
    )


def test_a_policy_that_does_not_fit_its_dataset_is_not_put_to_the_vote(city: Project, run: Any) -> None:
    write_text(city.catalog, dump_yaml({"datasets": {"levels": CATALOG["datasets"]["levels_synthetic"]}}))
    policy = city.governance / "policies" / "levels.yml"
    write_text(city.governance / "policies" / "place.csv", "east;*\nwest;*\n")
    texts = [f"--{name}-{language}={name}" for name in ("title", "question", "department") for language in ("ko", "en")]
    said = ["propose", "policies", "levels", "--seat", "G-1", "--reason-en", "needed", *texts]
    head = "policy: levels\nversion: 1\nfields:\n  place: {role: quasi_identifier, hierarchy: place.csv}\n"
    write_text(policy, head + "  yeer: {role: insensitive}\nguarantee: {k: 5}\n")
    told = run(*said, code=2)
    assert "unknown field 'yeer', did you mean 'year'?" in told
    assert "field 'level_db' is not named" in told
    assert "is not pinned" in told
    fields = "  year: {role: insensitive}\n  level_db: {role: insensitive}\n"
    write_text(policy, head + fields + "guarantee: {k: 5}\n")
    assert f"workbench privacy pin {policy}" in run(*said, code=3)
    assert not (city.governance / "proposals" / "P-0003.yml").exists()
    assert main(["privacy", "pin", str(policy)]) == 0
    run(*said)
    assert (city.governance / "proposals" / "P-0003.yml").is_file()


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        (["vote", "P-0002", "--seat", "C-1"], 2, "give --vote"),
        (["vote", "P-0002", "--vote", "yes"], 2, "give --seat"),
        (["vote", "--seat", "C-1", "--vote", "yes"], 2, "give the proposal, such as P-0007"),
        (["vote", "P-0002", "--seat", "C-1", "--vote", "no"], 2, "give --reason"),
        (["vote", "P-0002", "--seat", "C-1", "--vote", "maybe"], 2, "--vote 'maybe' is none of: 찬성 yes"),
        (["vote", "P-0002", "--seat", "C-7", "--vote", "yes"], 2, "'C-7' is no seat; allowed: G-1, C-1, C-9, E-1"),
        (["vote", "P-0002", "--seat", "C-1", "--vote", "no", "--reason", "No data"], 2, "--reason is the Korean text"),
        (["vote", "P-0002", "--seat", "C-1", "--deputy", "--vote", "yes"], 3, "seat C-1 has no deputy"),
        (["vote", "P-0001", "--seat", "C-1", "--vote", "yes"], 3, "was closed on 2026-11-20"),
        (["close", "P-0002", "--seat", "C-9"], 3, "seat C-9 is no steward"),
        (["vote", "P-0002", "--seat", "C-1", "--vote", "abstain", "--signature", "no.sig"], 2, "no.sig: no such file"),
        (["propose", "parks"], 2, "unknown kind of proposal 'parks'"),
        (["propose", "policies", "levels", "--seat", "C-7"], 2, "'C-7' is neither a seat nor a contribution"),
        (["propose", "charter", "--seat", "C-7"], 3, "are those in force already"),
        (["minutes", "M-0001", "--seat", "C-1"], 2, "there is no meeting 'M-0001'"),
        (["request-data", "--dataset", "levels"], 2, "go with --close"),
        (["governance", "recommend"], 2, "give R-0001 with --step"),
        (["governance", "respond", "C-0001", "--seat", "C-1", "--state", "refused"], 2, "give --reason"),
        (["governance", "obstacle"], 2, "give --from FILE.yml"),
        (["answer"], 2, "give LINK"),
        (["answer", "nothing"], 2, "this is no link for an answer"),
        (["answer", "R-0001", "--countersign", "--seat", "G-1"], 2, "no such answer"),
        (["answer", "--take", "nothing.txt", "--seat", "G-1"], 2, "nothing.txt: no such file"),
        (["governance", "trust"], 2, "give --yes"),
        (["governance", "link", "R-0001", "--seat", "C-9"], 3, "seat C-9 is no steward"),
        (["governance", "link", "R-0001", "--seat", "G-1", "--days", "121"], 2, "121 days after it was issued, allowed are 120"),
        (["explain", "issue:tree"], 2, "did you mean 'trees'"),
    ],
)
def test_what_is_missing_or_wrong_is_named_and_nothing_is_written(
    city: Project, run: Any, given: list[str], code: int, message: str
) -> None:
    before = {path: path.read_bytes() for path in city.governance.rglob("*") if path.is_file()}
    signs = given[0] in ("vote", "close") or given[:2] == ["governance", "link"]
    assert message in run(*given, code=code, key="C-1" if signs else None)
    assert {path: path.read_bytes() for path in city.governance.rglob("*") if path.is_file()} == before


def test_the_key_of_another_seat_signs_nothing(city: Project, run: Any) -> None:
    assert "the signature of C-1 is by another key" in run("vote", "P-0002", "--seat", "C-1", "--vote", "yes", key="C-9", code=3)
    assert not (city.governance / "ballots" / "P-0002").exists()


def test_without_a_key_the_way_to_one_is_named(run: Any) -> None:
    told = run("vote", "P-0002", "--seat", "C-1", "--vote", "yes", code=2)
    assert "which private key signs for C-1?" in told
    assert "workbench governance keygen --seat C-1" in told


def test_a_key_made_by_keygen_is_found_again(city: Project, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    run("governance", "keygen", "--seat", "C-1", "--no-passphrase")
    assert (tmp_path / "home" / ".ssh" / "workbench_C-1").stat().st_mode & 0o777 == 0o600
    assert "the signature of C-1 is by another key" in run("vote", "P-0002", "--seat", "C-1", "--vote", "yes", code=3)


def test_a_deputy_who_is_not_there_is_refused_before_anybody_looks_for_a_key(run: Any) -> None:
    assert "seat G-1 has no deputy" in run("vote", "P-0002", "--seat", "G-1", "--deputy", "--vote", "yes", code=3)


def test_programs_are_told_in_json_alone(run: Any) -> None:
    told = json.loads(run("vote", "P-0002", "--seat", "C-1", "--vote", "yes", "--json", key="C-1"))
    assert told["commit"] == ["governance/ballots/P-0002/C-1.yml", "governance/ballots/P-0002/C-1.yml.sig"]
    assert told["next"].startswith("G-1, C-9 may vote until")


# -- signatures made elsewhere -----------------------------------------------------------------------------------------------


def printed_command(told: str, key: Path) -> str:
    """The command that --unsigned prints, with the person's own key."""
    found = re.search(r"sign it: (ssh-keygen -Y sign -n workbench -f KEY < \S+ > \S+)$", told, flags=re.MULTILINE)
    assert found is not None, told
    return found[1].replace(" KEY ", f" {shlex.quote(str(key))} ")


def test_a_ballot_signed_by_openssh_itself_counts(city: Project, run: Any, tmp_path: Path) -> None:
    require_package("openssh-client")
    told = run("vote", "P-0002", "--seat", "C-1", "--vote", "no", "--reason", "근거가 없습니다.", "--unsigned")
    assert "G-1.yml" not in told
    (refused,) = governance_of(city).tally("P-0002").refused
    assert refused.reason == "is not signed: C-1.yml.sig is missing"
    subprocess.run(printed_command(told, tmp_path / "C-1"), shell=True, check=True, cwd=city.root, capture_output=True)  # noqa: S602
    assert [ballot.vote for ballot in governance_of(city).tally("P-0002").votes] == ["no"]


def test_a_signature_from_elsewhere_is_verified_before_it_is_taken(city: Project, run: Any, tmp_path: Path) -> None:
    require_package("openssh-client")
    told = run("vote", "P-0002", "--seat", "C-1", "--vote", "yes", "--unsigned")
    ballot = city.governance / "ballots" / "P-0002" / "C-1.yml"
    for signer, code in (("C-9", 3), ("C-1", 0)):
        command = printed_command(told, tmp_path / signer).partition(" > ")[0]
        done = subprocess.run(command, shell=True, check=True, cwd=city.root, capture_output=True)  # noqa: S602
        (tmp_path / "elsewhere.sig").write_bytes(done.stdout)
        run("vote", "P-0002", "--seat", "C-1", "--signature", str(tmp_path / "elsewhere.sig"), code=code)
        assert ballot.with_name("C-1.yml.sig").is_file() is (signer == "C-1")


def test_both_stewards_close_with_signatures_of_openssh(city: Project, run: Any, tmp_path: Path) -> None:
    require_package("openssh-client")
    votes(run, "G-1", "C-1", "C-9")
    for steward in ("G-1", "C-1"):
        told = run("close", "P-0002", "--seat", steward, "--unsigned")
        subprocess.run(printed_command(told, tmp_path / steward), shell=True, check=True, cwd=city.root, capture_output=True)  # noqa: S602
    assert governance_of(city).tally("P-0002").outcome == "agreed"


def test_anyone_verifies_with_openssh_and_the_printed_list(city: Project, run: Any, tmp_path: Path) -> None:
    ssh_keygen = require_package("openssh-client")
    votes(run, "C-1")
    run("governance", "signers", "--out", str(tmp_path / "allowed_signers"))
    ballot = city.governance / "ballots" / "P-0002" / "C-1.yml"

    def verified(content: bytes, day: str, signer: str = "C-1") -> bool:
        command = [ssh_keygen, "-Y", "verify", "-f", str(tmp_path / "allowed_signers"), "-I", signer, "-n", "workbench"]
        command += ["-s", f"{ballot}.sig", "-O", f"verify-time={day}"]
        return subprocess.run(command, input=content, capture_output=True, check=False).returncode == 0

    content = ballot.read_bytes()
    assert verified(content, "20261120")
    assert not verified(content.replace(b"vote: 'yes'", b"vote: 'nes'"), "20261120")
    assert not verified(content, "20280101")
    assert not verified(content, "20261120", signer="G-1")


def test_the_printed_list_is_the_one_that_is_written(run: Any, tmp_path: Path) -> None:
    run("governance", "signers", "--out", str(tmp_path / "allowed_signers"))
    assert run("governance", "signers") == (tmp_path / "allowed_signers").read_text(encoding="utf-8")


# -- telling -----------------------------------------------------------------------------------------------------------------


def test_a_tally_is_the_same_bytes_whatever_the_order_of_files(city: Project, run: Any) -> None:
    votes(run, "G-1", "C-9")
    run("vote", "P-0002", "--seat", "C-1", "--vote", "block", "--reason", "안 됩니다.", "--reason-en", "Not so.", key="C-1")
    first = run("governance", "tally", "P-0002", "--json")
    folder = city.governance / "ballots" / "P-0002"
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    shutil.rmtree(folder)
    shutil.rmtree(city.cache)
    folder.mkdir()
    for name in sorted(kept, reverse=True):
        (folder / name).write_bytes(kept[name].replace(b"\n", b"\r\n"))
    assert run("governance", "tally", "P-0002", "--json") == first
    told = json.loads(first)
    assert (told["outcome"], told["dissent"], told["dissent_shown_at_equal_weight"]) == ("open", ["C-1.yml"], True)
    assert {vote["seat"]: len(vote["sha256"]) for vote in told["votes"]} == {"C-1": 64, "C-9": 64, "G-1": 64}


def test_a_tally_shows_advice_apart_and_names_what_does_not_count(city: Project, run: Any) -> None:
    votes(run, "E-1", "G-1")
    vote(
        city,
        "P-0002",
        "C-1",
        "block",
        reason={"ko": "안 됩니다.", "en": "Not so."},
        conflict_of_interest={"ko": "나무를 심는 단체"},
    )
    write_text(city.governance / "ballots" / "P-0002" / "C-8.yml", "ballot: P-0002\n")
    shown = run("governance", "tally", "P-0002")
    ballots, advice = shown.partition("advice, shown and not counted:")[::2]
    assert ("E-1" in advice, "E-1" in ballots) == (True, False)
    for text in (
        "government        1    1    0     0     0  1 of 1 (at least 1/2) reached",
        "outcome: open",
        "blocked by C-1: the page of this proposal carries the dissent at equal weight",
        "reason: 안 됩니다.",
        "reason: Not so.",
        "conflict of interest: 나무를 심는 단체",
        "C-8.yml: 4 problems",
    ):
        assert text in shown, text


def test_all_tallies_are_one_line_each_whatever_their_outcome(run: Any) -> None:
    lines = run("governance", "tally").splitlines()
    assert [line.split()[:2] for line in lines] == [["P-0001", "agreed"], ["P-0002", "open"]]
    assert [one["proposal"] for one in json.loads(run("governance", "tally", "--json"))] == ["P-0001", "P-0002"]


def test_the_register_shows_the_chain_and_its_fingerprint(city: Project, run: Any) -> None:
    votes(run, "G-1", "C-1", "C-9")
    run("close", "P-0002", "--seat", "G-1", key="G-1")
    run("close", "P-0002", "--seat", "C-1", key="C-1")
    told = json.loads(run("governance", "register", "--json"))
    assert [one["proposal"] for one in told["closings"]] == ["P-0001", "P-0002"]
    assert told["head"] == told["closings"][-1]["sha256"]
    assert f"fingerprint of the register: {told['head']}" in run("governance", "register")
    (city.governance / "closings" / "P-0001.yml").unlink()
    assert json.loads(run("governance", "register", "--json"))["faults"] != []


def test_a_closed_gate_says_who_can_open_it_and_how(city: Project, run: Any) -> None:
    told = run("explain", "issue:trees")
    for text in (
        "issue:trees is closed",
        "1 more ballot of government (quorum at least 1/2: 1 of 1 seats)",
        "can be given by G-1 (seat G-1 (한) / seat G-1)",
        "until: 2026-12-03",
        "command: workbench vote P-0002 --seat G-1",
        "command: workbench close P-0002 --seat C-1",
    ):
        assert text in told, text
    assert "issue:noise is open" in run("explain", "issue:noise")
    assert "charter is open" in run("explain", "charter")
    listed = run("explain").splitlines()
    assert [line.split()[:2] for line in listed] == [
        ["open", "founding"],
        ["open", "charter"],
        ["open", "issue:noise"],
        ["closed", "issue:trees"],
    ]
    (told,) = [one for one in json.loads(run("explain", "--json")) if one["gate"] == "issue:trees"]
    assert told["missing"][0]["seats"] == [{"absent": None, "en": "seat G-1", "ko": "seat G-1 (한)", "seat": "G-1"}]


def test_vacant_seats_are_named_and_a_change_of_seats_asks_both_sides(city: Project, run: Any, tmp_path: Path) -> None:
    write_text(city.governance / "members.yml", dump_yaml({"seats": CITY}))
    told = run("explain", "charter")
    assert "governance/members.yml: not the version in force" in told
    assert "command: workbench propose charter" in told
    run("propose", "charter", "--from", write_record(tmp_path, ADOPT))
    assert "command: workbench vote P-0003 --seat C-1" in run("explain", "charter")
    votes(run, "G-1", "C-1", "C-9", proposal="P-0003")
    assert "members.yml" not in run("close", "P-0003", "--seat", "G-1", key="G-1")
    assert "P-0003.yml.C-1.sig governance/members.yml\n" in run("close", "P-0003", "--seat", "C-1", key="C-1")
    assert "charter is open" in run("explain", "charter")
    told = run("explain", "issue:trees")
    assert "not now by G-2 (seat G-2 (한) / seat G-2): vacant since 2026-06-01" in told
    assert "(quorum at least 1/2: 1 of 2 seats)" in told


def test_seats_that_came_into_force_are_taken_over_where_they_are_read(city: Project, run: Any, tmp_path: Path) -> None:
    members = city.governance / "members.yml"
    before = members.read_bytes()
    write_text(members, dump_yaml({"seats": CITY}))
    run("propose", "charter", "--from", write_record(tmp_path, ADOPT))
    members.write_bytes(before)  # whoever signs last has not got the new file
    votes(run, "G-1", "C-1", "C-9", proposal="P-0003")
    run("close", "P-0003", "--seat", "G-1", key="G-1")
    command = "cp governance/charter/P-0003/members.yml governance/members.yml"
    assert command in run("close", "P-0003", "--seat", "C-1", key="C-1")
    assert f"command: {command}" in run("explain", "charter")
    run("check", code=1)
    subprocess.run(shlex.split(command), cwd=city.root, check=True)
    assert "charter is open" in run("explain", "charter")


def test_a_vote_that_a_side_missed_needs_a_new_proposal(city: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "issue:trees", "--today", "2026-12-04"]) == 0
    told = capsys.readouterr().out
    assert "agreement of government, which its vote did not reach until 2026-12-03: a new vote" in told
    assert "command: workbench propose" in told


def test_a_register_in_doubt_closes_every_gate(city: Project, run: Any) -> None:
    ballot = city.governance / "ballots" / "P-0001" / "C-1.yml"
    write_text(ballot, ballot.read_text(encoding="utf-8") + "# edited\n")
    told = run("explain", "issue:noise")
    assert "issue:noise is closed" in told
    assert "C-1.yml is not the ballot that was listed at the closing" in told


# -- founding and trust ------------------------------------------------------------------------------------------------------


def test_a_project_is_founded_by_a_steward_of_each_side(city: Project, run: Any) -> None:
    for name in ("founding", "closings", "proposals", "ballots"):
        shutil.rmtree(city.governance / name)
    told = run("explain")
    assert "missing: a signature of a steward of government" in told
    assert "command: workbench governance found --seat G-1" in told
    assert "a steward of civil society signs too (C-1): workbench governance found --seat C-1" in run(
        "governance", "found", "--seat", "G-1", key="G-1"
    )
    assert "seat C-9 is no steward" in run("governance", "found", "--seat", "C-9", key="C-9", code=3)
    assert "founded by both sides" in run("governance", "found", "--seat", "C-1", key="C-1")
    assert governance_of(city).register.faults == ()
    assert "was founded on 2026-11-20" in run("governance", "found", "--seat", "G-1", key="G-1", code=3)


def test_a_register_put_back_to_an_earlier_day_is_noticed_until_a_person_trusts_it(city: Project, run: Any) -> None:
    assert RULES["demonstration"] is False
    run("governance", "tally")
    for path in (city.governance / "closings").iterdir():
        path.unlink()
    assert "closing number 1, which this machine has seen, is gone" in run("explain", "issue:noise")
    assert "remembered: .workbench/governance/seen.json" in run("governance", "trust", "--yes")
    assert "closing number 1" not in run("explain", "issue:noise")


def test_a_key_without_a_passphrase_is_made_only_on_request(run: Any, tmp_path: Path) -> None:
    out = tmp_path / "made"
    assert "give --no-passphrase" in run("governance", "keygen", "--seat", "C-3", "--out", str(out), code=2)
    told = run("governance", "keygen", "--seat", "C-3", "--deputy", "--no-passphrase", "--out", str(out))
    assert "under deputy of C-3" in told
    assert out.stat().st_mode & 0o777 == 0o600
    assert "never overwritten" in run("governance", "keygen", "--seat", "C-3", "--no-passphrase", "--out", str(out), code=2)
    assert "'boss' is no seat" in run("governance", "keygen", "--seat", "boss", "--no-passphrase", code=2)


# -- answers, minutes, requests ----------------------------------------------------------------------------------------------


def test_an_answer_goes_from_the_link_to_the_recommendation(city: Project, run: Any, tmp_path: Path) -> None:
    run("governance", "schemas")
    site = {"title": words("city"), "tagline": words("asked"), "languages": ["en"], "url": "https://city.example/book/"}
    write_text(city.book / "site.yml", dump_yaml(site))
    told = json.loads(run("governance", "link", "R-0001", "--seat", "G-1", "--json", key="G-1"))
    link, secret = told["link"], told["link"].rpartition(".")[2]
    assert link.startswith("https://city.example/book/en/answer.html#L-0001.")
    sent = tmp_path / "answer.txt"
    run(
        "answer",
        link,
        "--outcome",
        "accepted",
        "--text",
        "반영합니다.",
        "--promise",
        "2027-01-31: 두 곳에서 시작",
        "--out",
        str(sent),
    )
    assert not (city.governance / "answers").exists()
    assert "seat C-9 is no steward" in run("answer", "--take", str(sent), "--seat", "C-9", key="C-9", code=3)
    assert "workbench governance recommend R-0001" in run("answer", "--take", str(sent), "--seat", "C-1", key="C-1")
    assert "was used already" in run("answer", link, "--outcome", "refused", "--text-en", "No.", code=3)
    assert "C-1 has countersigned it already" in run("answer", "R-0001", "--countersign", "--seat", "G-1", key="G-1", code=3)
    run("governance", "recommend", "R-0001", "--step", "수용", "--seat", "G-1")
    shutil.rmtree(city.governance / "contributions")
    assert main(["check", *DAY]) == 0
    assert [path for path in city.root.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()] == []


def test_check_tells_answers_that_do_not_count(city: Project, run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    link = json.loads(run("governance", "link", "R-0001", "--seat", "G-1", "--json", key="G-1"))["link"]
    run("answer", link, "--outcome", "information", "--text-en", "Later.")
    assert main(["check", *DAY]) == 1
    assert "governance/answers/R-0001.yml: waits for a steward's countersignature" in capsys.readouterr().out
    run("answer", "R-0001", "--countersign", "--seat", "G-1", key="G-1")
    assert main(["check", *DAY]) == 1
    assert "governance/answers" not in capsys.readouterr().out


def test_a_recommendation_rests_on_what_was_released(city: Project, run: Any, tmp_path: Path) -> None:
    loud, quiet, none = (write_record(tmp_path / name, {**RECOMMENDATION, "rests_on": [name]}) for name in RESULTS)
    assert "unknown result of noise/1 'quietest'" in run("governance", "recommend", "--from", quiet, code=2)
    assert "unknown release 'noise/9'" in run("governance", "recommend", "--from", none, code=2)
    assert not (city.governance / "recommendations" / "R-0002.yml").exists()
    run("governance", "recommend", "--from", loud)
    path = city.governance / "recommendations" / "R-0001.yml"
    write_text(path, path.read_text(encoding="utf-8").replace("noise/1#loudest", "noise/1#loudness"))
    run("check", code=2)


def test_a_paper_dated_in_the_future_is_named_with_its_line(city: Project, capsys: pytest.CaptureFixture[str]) -> None:
    path = city.governance / "contributions" / "C-0001.yml"
    write_text(path, path.read_text(encoding="utf-8").replace(f"received_on: {TODAY}", "received_on: 2027-01-01"))
    line = path.read_text(encoding="utf-8").splitlines().index("received_on: 2027-01-01") + 1
    assert main(["check", *DAY]) == 1
    told = f"contributions/C-0001.yml, line {line}: received_on: 2027-01-01 lies in the future of {TODAY}"
    assert told in capsys.readouterr().out


def test_a_department_that_may_only_read_answers_into_a_file(city: Project, run: Any, tmp_path: Path) -> None:
    link = json.loads(run("governance", "link", "R-0001", "--seat", "G-1", "--json", key="G-1"))["link"]
    before = set(city.root.rglob("*"))
    shutil.rmtree(city.private, ignore_errors=True)
    run("answer", link, "--outcome", "refused", "--text", "예산이 없습니다.", "--out", str(tmp_path / "answer.txt"))
    assert {path for path in city.root.rglob("*") if city.private not in (path, *path.parents)} <= before
    assert (tmp_path / "answer.txt").read_text(encoding="utf-8").count("-----BEGIN SSH SIGNATURE-----") == 1


def test_minutes_are_written_from_a_file_and_approved_by_both(city: Project, run: Any, tmp_path: Path) -> None:
    present = {"government": ["G-1"], "civil_society": ["C-1"]}
    record = {"held_on": TODAY, "agenda": [words("noise")], "present": present, "minutes": words("we spoke")}
    assert "a steward of government approves (G-1)" in run("minutes", "--from", write_record(tmp_path, record))
    assert "a steward of civil society approves (C-1)" in run("minutes", "M-0001", "--seat", "G-1", key="G-1")
    assert "both sides approved the minutes M-0001" in run("minutes", "M-0001", "--seat", "C-1", key="C-1")


def test_a_refused_request_leaves_an_obstacle(city: Project, run: Any, tmp_path: Path) -> None:
    assert "workbench governance link D-0002" in run("request-data", "--from", write_record(tmp_path, REQUEST))
    link = json.loads(run("governance", "link", "D-0002", "--seat", "G-1", "--json", key="G-1"))["link"]
    run("answer", link, "--outcome", "거절", "--text", "개인정보라 제공할 수 없습니다.")
    run("answer", "D-0002", "--countersign", "--seat", "G-1", key="G-1")
    record = {
        "kind": "personal",
        "issues": ["noise"],
        "what": words("plates"),
        "request": "D-0002",
        "asked": {"who": words("roads"), "asked_on": TODAY},
        "instead": words("counts"),
    }
    told = run("governance", "obstacle", "--from", write_record(tmp_path, record))
    assert "next: workbench request-data --close D-0002 --obstacle O-0001" in told
    run("request-data", "--close", "D-0002", "--obstacle", "O-0001")
    assert read_yaml(city.governance / "data_requests" / "D-0002.yml")["obstacle"] == "O-0001"


def test_a_paper_begins_from_its_commented_example(city: Project, run: Any, tmp_path: Path) -> None:
    assert "obstacle" in run("governance", "example").split()
    text = run("governance", "example", "proposal_urban_issue")
    lines = [line for line in text.splitlines() if not line.startswith("opens_on:")]
    (tmp_path / "draft.yml").write_text("\n".join(lines), encoding="utf-8")
    run("propose", "--from", str(tmp_path / "draft.yml"))
    assert read_yaml(city.governance / "proposals" / "P-0003.yml")["proposed_on"] == TODAY
    assert "unknown example 'obstacles'" in run("governance", "example", "obstacles", code=2)


def test_a_polis_export_becomes_counts(city: Project, run: Any, tmp_path: Path) -> None:
    people, export = range(12), tmp_path / "export"
    stamp = "Wed May 06 2026 09:00:00 GMT+0900 (Korean Standard Time)"
    votes_said = "".join(f"{1778025600000 + one},{stamp},0,{one},1\n" for one in people)
    write_text(export / "votes.csv", "timestamp,datetime,comment-id,voter-id,vote\n" + votes_said)
    head = "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
    write_text(export / "comments.csv", f"{head}1778025600000,{stamp},0,0,12,0,1,Quiet nights\n")
    rows = "".join(f"{one},0,0,1,1,0,1\n" for one in people)
    write_text(export / "participants-votes.csv", f"participant,group-id,n-comments,n-votes,n-agree,n-disagree,0\n{rows}")
    texts = ("--title-ko", "밤 소음", "--title-en", "Night noise")
    told = run("governance", "polis", str(export), "--name", "night-noise", *texts, "--issue", "noise")
    assert "to commit: git add governance/consultations/night-noise.yml" in told
    assert "give issue, result or proposal" in run("governance", "polis", str(export), "--name", "other", *texts, code=2)


def test_a_citizen_is_answered(city: Project, run: Any) -> None:
    run("governance", "respond", "C-0001", "--seat", "C-1", "--state", "반영", "--reason", "밤에도 잽니다.", "--led-to", "D-0001")
    written = read_yaml(city.governance / "contributions" / "C-0001.yml")
    assert (written["state"], written["answered_by"], written["led_to"]) == ("adopted", "C-1", ["D-0001"])


# -- releases ----------------------------------------------------------------------------------------------------------------


def test_a_release_is_approved_with_a_key_and_with_a_signature_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    require_package("openssh-client")
    project = make_city(tmp_path / "city", official=[2021])
    monkeypatch.setenv("WORKBENCH_ROOT", str(project.root))
    for signer in ("G-1", "C-1"):
        write_private_key(tmp_path / signer, key_of(signer), comment=signer)
    assert main(["run", "noise"]) == 0
    assert main(["release", "noise", *DAY]) == 0
    capsys.readouterr()
    assert main(["explain", "release:noise", *DAY]) == 0
    assert "command: workbench approve noise --seat C-1" in capsys.readouterr().out
    assert main(["approve", "noise", "--seat", "G-1", "--key", str(tmp_path / "C-1"), *DAY]) == 3
    assert main(["approve", "noise", "--seat", "G-1", "--key", str(tmp_path / "G-1"), *DAY]) == 0
    assert main(["approve", "noise", "--seat", "C-1", "--unsigned", *DAY]) == 0
    told = capsys.readouterr().out
    command = printed_command(told, tmp_path / "C-1")
    subprocess.run(command, shell=True, check=True, cwd=project.root, capture_output=True)  # noqa: S602
    signature = project.root / shlex.split(command)[-1]
    assert main(["approve", "noise", "--seat", "C-1", "--signature", str(signature), "--today", "2026-11-21"]) == 0
    assert "to commit: git add analyses/noise/releases/1" in capsys.readouterr().out
    assert main(["explain", "release:noise", *DAY]) == 0
    assert "release:noise is open" in capsys.readouterr().out


def test_answering_never_loads_the_heavy_libraries(city: Project) -> None:
    code = "import sys; from workbench.cli import main; main(['explain']); sys.exit(bool({'pandas', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_link_given_to_countersign_is_not_repeated(capsys, tmp_path, monkeypatch):
    project = Project(root=tmp_path)
    found(project)
    write_text(tmp_path / "data_catalog.yml", "datasets: {}\n")
    monkeypatch.setenv("WORKBENCH_ROOT", str(tmp_path))
    assert main(["answer", "answer:#L-0001.c2VjcmV0", "--countersign", "--seat", "G-1", "--today", str(TODAY)]) == 2
    told = capsys.readouterr()
    assert "--countersign takes an answer's number" in told.err
    assert "c2VjcmV0" not in told.out + told.err
