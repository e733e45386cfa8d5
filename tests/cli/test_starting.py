"""A city's own project: begun in an empty folder, without anything of the sample's, and carried to its first decision."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from signed import ISSUE, TODAY
from workbench.catalog import Bilingual, read_catalog
from workbench.cli import main
from workbench.cli.checking import check_project
from workbench.cli.parser import COMMANDS, make_parser
from workbench.cli.starting import PAPERS, City, city_files, next_steps, start_city
from workbench.errors import UsageError, WorkbenchError
from workbench.governance.acts.founding import draft_founding
from workbench.governance.papers.members import Members
from workbench.governance.papers.reading import KINDS
from workbench.governance.papers.rules import Rules
from workbench.governance.papers.schemas import stale_schemas
from workbench.governance.signing import PrivateKey, generate_age_identity, generate_key
from workbench.governance.signing.demonstration import shipped_keys
from workbench.project import Project
from workbench.publish.settings import read_site
from workbench.records import dump_yaml, read_model

ROOT = Path(__file__).parents[2]
CITY = City(today=TODAY, name=Bilingual(ko="가온시", en="Gaon"))
OURS = ("rules.yml", "members.yml", "README.md")
"""Names in ``governance/`` that both the sample and a new city have."""


def started(root: Path, city: City = CITY) -> Project:
    start_city(root, city)
    return Project(root=root)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def fill_seat(text: str, seat: str, *, public_key: str, age_key: str) -> str:
    """Do by hand what the file says: take vacant_since away, uncomment, put in the values."""
    values = {
        "ssh-ed25519 …": public_key,
        "age1…": age_key,
        "정해지지 않음": "담당 기관",
        "Not named yet": "Organisation in charge",
    }
    filled, here = [], ""
    for line in text.splitlines():
        if begins := re.match(r"  ([A-Z]-\d+):$", line):
            here = begins[1]
        if here == seat:
            if line.startswith("    vacant_since: "):
                continue
            line = line.replace("#: ", "")
            for placeholder, value in values.items():
                line = line.replace(placeholder, value)
        filled.append(line)
    return "\n".join(filled) + "\n"


def fill_seats(project: Project, seats: tuple[str, ...]) -> dict[str, PrivateKey]:
    """Make a key for each seat and write its public half into members.yml, as text."""
    path = project.governance / "members.yml"
    keys = {seat: generate_key() for seat in seats}
    text = path.read_text(encoding="utf-8")
    for seat, key in keys.items():
        text = fill_seat(text, seat, public_key=key.public.line, age_key=generate_age_identity()[1])
    path.write_text(text, encoding="utf-8")
    return keys


def test_a_new_city_can_be_read_and_owes_its_founding_alone(tmp_path: Path) -> None:
    project = started(tmp_path / "city")
    members = read_model(project.governance / "members.yml", Members)
    assert list(members.seats) == ["G-1", "G-2", "G-3", "C-1", "C-2", "C-3"]
    assert all(seat.vacant_since == TODAY and seat.public_key is None for seat in members.seats.values())
    assert read_model(project.governance / "rules.yml", Rules).demonstration is False
    assert read_catalog(project).datasets == {}
    assert stale_schemas(project) == []
    (owed,) = check_project(project, today=TODAY)
    assert "there is no founding record, so nobody decides yet" in owed.message
    assert "workbench governance found" in owed.hint
    assert not re.search(rb"@\w+@", b"".join(contents(project.root).values()))


@pytest.mark.parametrize(("government", "civil_society"), [(1, 1), (2, 5), (12, 3)])
def test_each_side_gets_the_seats_asked_for_and_roles_with_which_it_can_work(
    tmp_path: Path, government: int, civil_society: int
) -> None:
    seats = {"government": government, "civil_society": civil_society}
    project = started(tmp_path / "city", City(today=TODAY, seats=seats))  # type: ignore[arg-type]
    members = read_model(project.governance / "members.yml", Members)
    for side, wanted in seats.items():
        here = members.of_side(side)  # type: ignore[arg-type]
        assert len(here) == wanted
        for role in ("steward", "checker", "custodian"):
            assert any(seat.has_role(role) for seat in here.values()), (side, role)  # type: ignore[arg-type]


def test_nobody_founds_a_city_whose_seats_are_vacant(tmp_path: Path) -> None:
    project = started(tmp_path / "city")
    with pytest.raises(UsageError, match="no steward of government and civil society"):
        draft_founding(project, signer="G-1", today=TODAY)


def test_nothing_of_the_samples_governance_comes_along(tmp_path: Path) -> None:
    new = contents(started(tmp_path / "city").root)
    everything = b"\n".join(new.values())
    sample = ROOT / "governance"
    theirs = [path for path in sample.rglob("*") if path.is_file() and path.name not in OURS and "schemas" not in path.parts]
    assert len(theirs) > 40
    whole = set(new.values())
    assert not [path for path in theirs if path.read_bytes() in whole]
    for name in OURS:
        assert not (sample / name).is_file() or (sample / name).read_bytes() not in whole
    assert not [name for name in new if re.match(r"governance/(demonstration|founding|agreements|adoptions)/|analyses/.+/", name)]
    secrets = [line for path in (sample / "demonstration").rglob("*") for line in key_lines(path)]
    assert len(secrets) > 20
    for secret in [*secrets, *(key.split()[-1].encode() for key in shipped_keys())]:
        assert secret not in everything
        if len(secret) > 40 and not secret.startswith((b"age1", b"AGE-")):
            assert base64.b64decode(secret + b"=" * (-len(secret) % 4))[-32:] not in everything


def key_lines(path: Path) -> list[bytes]:
    """What of a file of keys is a key: the second half of a public line, the body of a private one, an age key."""
    if path.is_dir() or path.suffix == ".yml":
        return []
    words = [word for line in path.read_bytes().splitlines() if b"-----" not in line for word in line.split()]
    body = [word for word in words if len(word) >= 30]
    return body[2:] if b"OPENSSH" in path.read_bytes() else body  # a private file begins with what all such files begin with


def test_the_samples_seats_are_refused_in_a_city_of_its_own(tmp_path: Path) -> None:
    project = started(tmp_path / "city")
    shutil.copy2(ROOT / "governance" / "members.yml", project.governance / "members.yml")
    with pytest.raises(WorkbenchError, match=r"governance/members\.yml: every steward of .* has a key of a demonstration"):
        draft_founding(project, signer="G-1", today=TODAY)


@pytest.mark.parametrize("seat", ["G-1", "C-1"])
def test_one_seat_with_a_key_of_the_sample_cannot_found_a_city(tmp_path: Path, seat: str) -> None:
    project = started(tmp_path / "city")
    fill_seats(project, ("G-1", "C-1"))
    path = project.governance / "members.yml"
    members = read_model(path, Members)
    stolen = min(key for key in shipped_keys() if key.startswith("ssh-"))
    text = path.read_text(encoding="utf-8").replace(str(members.seats[seat].public_key), stolen)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WorkbenchError, match="has a key of a demonstration"):
        draft_founding(project, signer=seat, today=TODAY)


def test_an_age_key_of_the_sample_cannot_be_a_stewards(tmp_path: Path) -> None:
    project = started(tmp_path / "city")
    fill_seats(project, ("G-1", "C-1"))
    path = project.governance / "members.yml"
    stolen = min(key for key in shipped_keys() if key.startswith("age1"))
    text = path.read_text(encoding="utf-8").replace(str(read_model(path, Members).seats["C-1"].age_key), stolen)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WorkbenchError, match="age_key of C-1 is a demonstration's"):
        draft_founding(project, signer="C-1", today=TODAY)


def test_a_folder_that_is_not_empty_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_bytes(b"years of work")
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"is not empty: it holds README\.md, thesis\.docx"):
        start_city(tmp_path, CITY)
    assert contents(tmp_path) == {"thesis.docx": b"years of work", "README.md": b"mine"}


def test_a_project_is_not_begun_twice_over_what_people_wrote(tmp_path: Path) -> None:
    project = started(tmp_path / "city")
    fill_seats(project, ("G-1",))
    before = contents(project.root)
    with pytest.raises(UsageError, match=r"is a project already: it holds governance/members\.yml"):
        start_city(project.root, CITY)
    assert contents(project.root) == before


def test_a_folder_with_git_alone_is_fine(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    started(tmp_path)
    assert (tmp_path / ".git" / "HEAD").is_file()
    assert (tmp_path / "data_catalog.yml").is_file()


def test_the_working_folder_stays_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    start_city(Path(), CITY)
    assert Path("data_catalog.yml").is_file()
    assert Project.find(Path()).root == tmp_path.resolve()


def test_a_path_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "city").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="is a file, a folder is needed"):
        start_city(tmp_path / "city", CITY)
    with pytest.raises(UsageError, match="cannot be written"):
        start_city(tmp_path / "city" / "inside", CITY)


def test_a_place_where_nobody_may_write_is_refused() -> None:
    with pytest.raises(UsageError, match="/proc/city: cannot be written"):
        start_city(Path("/proc/city"), CITY)


def test_a_city_inside_another_project_is_refused(tmp_path: Path) -> None:
    project = started(tmp_path / "city")
    with pytest.raises(UsageError, match=f"lies inside the project {project.root}"):
        start_city(project.root / "second", CITY)
    assert not (project.root / "second").exists()


@pytest.mark.parametrize("name", ["", "두\n줄", "a" * 61])
def test_a_name_that_is_no_name_is_refused(name: str) -> None:
    with pytest.raises((UsageError, ValueError)):
        City(today=TODAY, name=Bilingual(ko=name, en="x"))


def test_a_name_with_marks_of_yaml_and_html_stays_a_name(tmp_path: Path) -> None:
    name = Bilingual(ko='"가온": [시] #1', en="o'Neil & <b> {x}: y")
    project = started(tmp_path / "city", City(today=TODAY, name=name))
    title = read_site(project.book).title
    assert (title.ko, title.en) == ('데이터로 보는 "가온": [시] #1', "O'Neil & <b> {x}: y in data")


KILLED = """
import datetime as dt, os, signal, sys
from pathlib import Path
from workbench.catalog import Bilingual
from workbench.cli import starting

left, write = int(sys.argv[2]), starting.write_bytes

def writing(path, content):
    global left
    left -= 1
    if left < 0:
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / f".{path.name}.x1y2z3.part").write_bytes(content[: len(content) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
    write(path, content)

starting.write_bytes = writing
name = Bilingual(ko="가온시", en="Gaon")
starting.start_city(Path(sys.argv[1]), starting.City(today=dt.date.fromisoformat(sys.argv[3]), name=name))
"""


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("writes", [0, 1, 30])
def test_killed_midway_it_is_no_project_and_running_it_again_finishes(tmp_path: Path, exists: bool, writes: int) -> None:
    target = tmp_path / "city"
    if exists:
        target.mkdir()
    words = [sys.executable, "-c", KILLED, str(target), str(writes), TODAY.isoformat()]
    assert subprocess.run(words, check=False).returncode == -9
    assert not (target / "data_catalog.yml").exists()
    assert target.exists() == exists
    started(target)
    assert contents(target) == city_files(CITY)
    assert [path.name for path in tmp_path.iterdir()] == ["city"]


def test_the_example_of_the_catalogue_counts_once_it_is_uncommented(tmp_path: Path) -> None:
    project = started(tmp_path / "city")
    text = project.catalog.read_text(encoding="utf-8")
    project.catalog.write_text(text.replace("datasets: {}", "datasets:").replace("#: ", ""), encoding="utf-8")
    dataset = read_catalog(project)["traffic_volume"]
    assert dataset.licence_verified is False
    assert list(dataset.fields) == ["spot", "hour", "vehicles"]


def test_every_folder_of_governance_is_explained_in_both_languages() -> None:
    text = city_files(CITY)["governance/README.md"].decode()
    rows = {row.split("|")[1].strip().strip("`"): row.split("|")[2:4] for row in text.splitlines() if row.startswith("| `")}
    kinds = {place.split("/")[1] for kind in KINDS.values() for place in kind.places if place.startswith("governance/")}
    wanted = {f"{name}/" for name in (*PAPERS, "founding", "schemas")} | {"rules.yml", "members.yml"}
    assert set(rows) == wanted
    assert {name.rstrip("/") for name in wanted} >= kinds - {"*"}
    for korean, english in rows.values():
        assert re.search("[가-힣]", korean)
        assert not re.search("[가-힣]", english)


def test_every_command_that_a_new_city_is_told_of_exists_and_is_written_as_it_must_be() -> None:
    files = city_files(CITY)
    told = [line for line in files["README.md"].decode().splitlines() if line.startswith("workbench ")]
    assert len(told) >= 14
    for line in told:
        make_parser().parse_args(shlex.split(line)[1:])
    texts = [text.decode() for name, text in files.items() if not name.startswith("book/theme/")] + next_steps(Path("/srv/gaon"))
    named = {found[1] for text in texts for found in re.finditer(r"workbench ((?:governance |vault )?[a-z][a-z-]+)", text)}
    assert len(named) >= 9
    assert named <= set(COMMANDS)


def test_line_ends_and_what_is_not_committed_are_those_of_this_repository() -> None:
    files = city_files(CITY)
    assert files[".gitattributes"] == (ROOT / ".gitattributes").read_bytes()
    made = {
        line
        for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
        if re.match(r"\.workbench|\.?site|\.\*", line)
    }
    assert made and made <= set(files[".gitignore"].decode().splitlines())


def run(project: Project, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Give a command of the workbench as people do, on a fixed day, and return what it says."""
    capsys.readouterr()
    code = main([*words, "--today", TODAY.isoformat()])
    said = capsys.readouterr()
    assert code == 0, said
    return said.out


def test_a_city_goes_from_an_empty_folder_to_an_agreed_urban_issue_by_commands_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = Project(root=tmp_path / "city")
    told = run(project, capsys, "init", str(project.root), "--name-ko", "가온시", "--name-en", "Gaon")
    assert "workbench governance found --seat G-1, then --seat C-1" in told
    monkeypatch.setenv("WORKBENCH_ROOT", str(project.root))
    path = project.governance / "members.yml"
    keys = {seat: tmp_path / "homes" / seat / "key" for seat in ("G-1", "G-2", "C-1", "C-2")}
    for seat, key in keys.items():
        capsys.readouterr()
        assert main(["governance", "keygen", "--seat", seat, "--out", str(key), "--no-passphrase"]) == 0
        assert main(["vault", "keygen", "--seat", seat, "--out", f"{key}.age"]) == 0
        printed = capsys.readouterr().out
        public, age = (re.search(rf"^    {name}: (.*)$", printed, re.MULTILINE) for name in ("public_key", "age_key"))
        assert public and age
        text = fill_seat(path.read_text(encoding="utf-8"), seat, public_key=public[1].strip('"'), age_key=age[1])
        path.write_text(text, encoding="utf-8")
    for seat in ("G-1", "C-1"):
        run(project, capsys, "governance", "found", "--seat", seat, "--key", str(keys[seat]), "--yes")
    assert "are whole" in run(project, capsys, "check")
    draft = tmp_path / "noise.yml"
    draft.write_text(dump_yaml({**ISSUE, "issue": "noise", "opens_on": TODAY}), encoding="utf-8")
    assert "proposals/P-0001.yml" in run(project, capsys, "propose", "issue", "--from", str(draft), "--yes")
    for seat, key in keys.items():
        run(project, capsys, "vote", "P-0001", "--seat", seat, "--vote", "yes", "--key", str(key), "--yes")
    for seat in ("G-1", "C-1"):
        told = run(project, capsys, "close", "P-0001", "--seat", seat, "--key", str(keys[seat]), "--yes")
    assert "P-0001 is agreed" in told
    assert "are whole" in run(project, capsys, "check")
    assert json.loads(run(project, capsys, "status", "--json")) is not None
    run(project, capsys, "book")
    read_pages(project)


def read_pages(project: Project) -> None:
    """The book of a city without a release: every page, and no word of a demonstration or of the sample's city."""
    pages = {path.relative_to(project.site).as_posix(): path.read_text(encoding="utf-8") for path in project.site.rglob("*.html")}
    assert {"index.html", "ko/index.html", "en/index.html", "ko/noise.html", "ko/decisions.html", "en/about.html"} <= set(pages)
    for name, text in pages.items():
        assert 'class="banner' not in text, name
    assert "데이터로 보는 가온시" in pages["ko/index.html"]
    words = re.sub(r"(?s)<footer.*</footer>", "", "".join(pages.values()))
    assert not re.search("서울|Seoul|시연|demonstration", words)


def test_a_wheel_carries_everything_that_a_new_city_needs(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    where = [sys.executable, "-c", "import workbench; print(workbench.__file__)"]
    found = subprocess.run(where, env=environment, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert found.stdout.startswith(str(tmp_path / "installed"))
    init = [sys.executable, "-m", "workbench.cli", "init", "city", "--name-ko", "가온시", "--name-en", "Gaon"]
    subprocess.run([*init, "--today", TODAY.isoformat()], env=environment, capture_output=True, check=True, cwd=tmp_path)
    assert contents(tmp_path / "city") == city_files(CITY)
