"""Members who do not use git, at a real terminal: asked in two languages, shown the exact bytes, told what to commit."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path

import pytest

from acting_city import make_acting_city
from committed_copy import copy_committed
from demo_city import CATALOG
from dialogue import Dialogue
from packages import require_package
from signed import TODAY, governance_of, key_of, propose_issue
from workbench.files import read_yaml, write_text
from workbench.governance.signing import write_private_key
from workbench.project import Project
from workbench.records import dump_yaml

ROOT = Path(__file__).parent.parent.parent
DAY = ("--today", str(TODAY))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = make_acting_city(tmp_path_factory.mktemp("city"))
    propose_issue(project, "trees")
    return project


@pytest.fixture
def city(shared: Project, tmp_path: Path) -> Project:
    shutil.copytree(shared.root, tmp_path / "city")
    return Project(root=tmp_path / "city")


def key_file(folder: Path, signer: str, passphrase: str | None = None) -> Path:
    path = folder / f"{signer}.key"
    write_private_key(path, key_of(signer), comment=signer, passphrase=passphrase)
    return path


def files_of(project: Project) -> set[Path]:
    return {path for path in project.governance.rglob("*") if path.is_file()}


PROPOSAL = [
    ("무엇을 제안하나요 / what is proposed", "도시문제"),
    ("name of the urban issue", "Night Noise"),  # refused and asked again
    ("lower-case letters, digits and hyphens", "night-noise"),
    ("who proposes", "C-9"),
    ("제목 (한국어)", "밤에는 얼마나 시끄러운가"),
    ("Title (English)", "How loud are nights"),
    ("물음 (한국어)", "밤 소음은 어디서 큰가"),
    ("Question (English)", "Where are nights loud"),
    ("누가 피해를 보나요 (한국어)", "큰길가 주민"),
    ("Who is harmed (English)", ""),  # refused and asked again
    ("may not be empty", "People at main roads"),
    ("필요한 자료 (한국어)", "야간 소음 측정값"),
    ("Data needed (English)", "Noise at night"),
    ("가진 곳 (한국어)", "담당 부서"),
    ("Who holds it (English)", "Department"),
    ("more data needed?", "글쎄요"),  # refused and asked again
    ("answer yes or no", "아니오"),
    ("기대하는 결과 (한국어)", "속도를 낮출 길을 정한다"),
    ("Expected outcome (English)", "Roads to slow down"),
    ("지표 (한국어)", "시끄러운 밤의 수"),
    ("Indicator (English)", "Loud nights"),
    ("한국어: ", "밤"),
    ("English: ", "nights"),
    ("is there a baseline?", "예"),
    ("기준값 / value", "마흔"),
    ("write a number", "41"),
    ("as of", "2025"),
    ("출처 (한국어)", "측정 기록"),
    ("Source (English)", "Records"),
    ("바라는 결정 (한국어)", "밤에 속도를 낮춘다"),
    ("Decision wanted (English)", "Slower at night"),
    ("담당 부서 (한국어)", "도로 부서"),
    ("Department responsible (English)", "Roads"),
    ("first day of voting", ""),
]


def test_policies_and_rules_that_cannot_be_proposed_are_named_before_anything_else_is_asked(city: Project) -> None:
    with Dialogue("propose", "policies", *DAY, root=city.root) as person:
        person.expect("governance/policies: holds no policy yet")
        assert person.end() == 2
    write_text(city.catalog, dump_yaml({"datasets": {"levels": CATALOG["datasets"]["levels_synthetic"]}}))
    write_text(city.governance / "policies" / "levels.yml", "policy: levels\nversion: 1\npersonal: false\n")
    with Dialogue("propose", *DAY, root=city.root) as person:
        person.answer("무엇을 제안하나요 / what is proposed", "정책")
        person.answer("whose policies", "nothing")
        person.answer("dataset 'nothing' has no policy", "levels")
        person.expect("제안하는 자리 / who proposes")
        person.press(b"\x04")
        assert person.end() == 130
    with Dialogue("propose", *DAY, root=city.root) as person:
        person.answer("무엇을 제안하나요 / what is proposed", "규칙")
        person.expect("are those in force already")
        assert person.end() == 3


def test_minutes_ask_again_for_a_seat_of_the_other_side(city: Project) -> None:
    with Dialogue("minutes", *DAY, root=city.root) as person:
        person.answer("회의 이름 (한국어)", "첫 회의")
        person.answer("What the meeting is called (English)", "First meeting")
        person.answer("열린 날 / held on", "")
        person.answer("안건 (한국어)", "소음")
        person.answer("Agenda item (English)", "Noise")
        person.answer("another item?", "아니오")
        person.answer("행정 측 참석 / present for government (G-1", "G-1 C-1")
        person.answer("'C-1' is none of: G-1", "G-1")
        person.expect("시민사회 측 참석 / present for civil society (C-1")
        person.press(b"\x03")
        assert person.end() == 130


def test_an_urban_issue_is_proposed_by_answering(city: Project) -> None:
    before = files_of(city)
    with Dialogue("propose", *DAY, root=city.root) as person:
        for question, answer in PROPOSAL:
            person.answer(question, answer)
        person.expect("--- governance/proposals/P-0003.yml ---")
        assert files_of(city) == before
        person.answer("이대로 쓸까요? / write this?", "예")
        person.expect("to commit: git add governance/proposals/P-0003.yml")
        person.expect("workbench vote P-0003")
        assert person.end() == 0
    (path,) = files_of(city) - before
    written = read_yaml(path)
    assert (written["issue"], written["opens_on"], written["indicator"]["baseline"]["value"]) == ("night-noise", TODAY, 41)
    assert path.read_text(encoding="utf-8") in person.text
    assert governance_of(city).register.proposals["P-0003"].proposed_by == "C-9"


@pytest.mark.parametrize("keys", [b"\x03", b"\x04"])
def test_leaving_in_the_middle_writes_nothing(city: Project, keys: bytes) -> None:
    before = files_of(city)
    with Dialogue("propose", *DAY, root=city.root) as person:
        for question, answer in PROPOSAL[:14]:
            person.answer(question, answer)
        person.expect("Who holds it")
        person.press(keys)
        assert person.end() == 130
    assert files_of(city) == before


def test_saying_no_at_the_end_writes_nothing(city: Project, tmp_path: Path) -> None:
    before = files_of(city)
    words = ("vote", "P-0002", "--seat", "C-1", "--vote", "yes", "--key", str(key_file(tmp_path, "C-1")))
    with Dialogue(*words, *DAY, root=city.root) as person:
        person.answer("sign this as C-1", "아니오")
        person.expect("nothing was written")
        assert person.end() == 130
    assert files_of(city) == before


def test_a_member_votes_in_korean_with_a_key_that_has_a_passphrase(city: Project, tmp_path: Path) -> None:
    key = key_file(tmp_path, "C-9", passphrase="비밀번호 여덟자")
    with Dialogue("vote", "--key", str(key), *DAY, root=city.root) as person:
        person.expect("P-0002  title (한) / title")
        person.answer("제안 번호 / which proposal", "P-0002")
        person.expect("물음    question (한)")
        person.expect("ballots from 2026-11-20 to 2026-12-03")
        person.answer("투표하는 자리", "C-9")
        person.answer("찬성 yes · 반대 no · 강한 반대 block · 기권 abstain", "몰라요")
        person.answer("'몰라요' is none of", "거부(block)")
        person.answer("한국어: ", "나무를 벨 근거가 없습니다.")
        person.answer("English: ", "")
        person.answer("conflict of interest", "")
        person.answer("English: ", "")
        person.expect("--- governance/ballots/P-0002/C-9.yml ---")
        person.expect("vote: block")
        person.answer("C-9 이름으로 서명하고 쓸까요?", "예")
        person.answer("암호 / passphrase of", "비밀번호 여덟자")
        person.expect("to commit: git add governance/ballots/P-0002/C-9.yml governance/ballots/P-0002/C-9.yml.sig")
        person.expect("next: G-1, C-1 may vote until 2026-12-03")
        assert person.end() == 0
    (ballot,) = governance_of(city).tally("P-0002").votes
    assert (ballot.seat, ballot.vote, ballot.reason.ko if ballot.reason else "") == ("C-9", "block", "나무를 벨 근거가 없습니다.")
    assert "비밀번호" not in person.text


def test_a_wrong_passphrase_writes_nothing(city: Project, tmp_path: Path) -> None:
    before = files_of(city)
    key = key_file(tmp_path, "C-1", passphrase="right")
    words = ("vote", "P-0002", "--seat", "C-1", "--vote", "찬성", "--yes", "--key", str(key))
    with Dialogue(*words, *DAY, root=city.root) as person:
        person.answer("암호 / passphrase of", "wrong")
        person.answer("다시 / wrong, again: ", "wrong again")
        person.answer("다시 / wrong, again: ", "still wrong")
        person.expect("the passphrase does not open it")
        assert person.end() == 2
    assert files_of(city) == before


def test_a_person_who_thinks_long_stops_nobody_else(city: Project, tmp_path: Path) -> None:
    key = str(key_file(tmp_path, "C-1"))
    with Dialogue("vote", "P-0002", "--seat", "C-1", "--key", key, *DAY, root=city.root) as person:
        person.expect("표 / your vote")
        city.private.mkdir(exist_ok=True)
        with (city.private / "lock").open("a+") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        person.press(b"\x03")
        assert person.end() == 130


def test_what_changes_while_a_person_answers_is_not_signed_unseen(city: Project, tmp_path: Path) -> None:
    path = city.governance / "proposals" / "P-0002.yml"
    words = ("vote", "P-0002", "--seat", "C-1", "--vote", "yes", "--key", str(key_file(tmp_path, "C-1")))
    with Dialogue(*words, *DAY, root=city.root) as person:
        person.expect("sign this as C-1")
        path.write_text(path.read_text(encoding="utf-8").replace("trees", "forests"), encoding="utf-8")
        person.type("yes")
        person.expect("somebody changed what this rests on while you answered; nothing was written")
        assert person.end() == 3
    assert not (city.governance / "ballots" / "P-0002").exists()


def test_a_new_key_is_made_with_a_passphrase_that_is_typed_twice(city: Project, tmp_path: Path) -> None:
    ssh_keygen = require_package("openssh-client")
    path = tmp_path / "key"
    with Dialogue("governance", "keygen", "--seat", "C-1", "--out", str(path), root=city.root) as person:
        person.answer("new passphrase", "one")
        person.answer("again", "two")
        person.expect("they differ")
        person.answer("new passphrase", "one")
        person.answer("again", "one")
        person.expect('public_key: "ssh-ed25519 ')
        assert person.end() == 0
    command = [ssh_keygen, "-y", "-P", "one", "-f", str(path)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert shown.split()[1] in person.text
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_department_pastes_its_link_and_answers(city: Project, tmp_path: Path) -> None:
    words = ("governance", "link", "R-0001", "--seat", "G-1", "--key", str(key_file(tmp_path, "G-1")))
    with Dialogue(*words, *DAY, root=city.root) as steward:
        steward.answer("issue it?", "예")
        steward.expect("shown only now and answers once:")
        assert steward.end() == 0
    link = next(line for line in steward.text.splitlines() if line.startswith("answer:#L-0001."))
    with Dialogue("answer", *DAY, root=city.root) as department:
        department.answer("받은 링크", link)
        department.expect("--- governance/recommendations/R-0001.yml ---")
        department.answer("결과 / outcome", "일부 수용")
        department.answer("language of the answer", "ko")
        department.expect("end with an empty line")
        for line in ("내년 예산에 반영하겠습니다.", "먼저 두 곳에서 시작합니다.", ""):
            department.type(line)
        department.answer("write this?", "네")
        department.expect("a steward countersigns: workbench answer R-0001 --countersign --seat G-1")
        assert department.end() == 0
    written = read_yaml(city.governance / "answers" / "R-0001.yml")
    assert (written["outcome"], written["text"]["ko"].count("\n")) == ("accepted_in_part", 1)


def test_the_vote_in_the_readme_goes_as_it_says(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = text.partition("## How a member votes in five minutes")[2].partition("```\n")[2].partition("```")[0]
    command, *shown = block.splitlines()
    assert command == "$ workbench vote"
    project = copy_committed(tmp_path / "city")
    with Dialogue("vote", "--today", "2026-11-22", root=project.root) as person:
        person.answer("which proposal", "P-0010")
        person.answer("the seat that votes", "C-2")
        person.answer("your vote", "찬성")
        person.answer("한국어: ", "아이들이 걷는 길부터 살펴봅시다.")
        for language in ("English", "한국어", "English"):
            person.answer(f"{language}: ", "")
        person.answer("sign this as C-2 and write it?", "예")
        assert person.end() == 0
    lines = person.text.splitlines()
    places = [lines.index(line) for line in shown]
    assert places == sorted(places)
