"""The command line as people and machines meet it: help, errors, exit codes."""

from __future__ import annotations

import fcntl
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from demo_city import make_city
from workbench.cli import main
from workbench.cli.parser import COMMANDS
from workbench.errors import EXIT_CODES
from workbench.project import Project

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def shared_city(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_city(tmp_path_factory.mktemp("city"), official=[2021])


@pytest.fixture
def city(shared_city: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A small city, and the working folder in it."""
    monkeypatch.setenv("WORKBENCH_ROOT", str(shared_city.root))
    monkeypatch.delenv("WORKBENCH_DATA", raising=False)
    return shared_city


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*name.split(), "--help"])
    assert ended.value.code == 0
    assert re.search(rf"example: .*workbench {name}\b", capsys.readouterr().out)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_readme(name: str) -> None:
    assert f"`workbench {name}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_exit_codes_are_those_of_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for code in EXIT_CODES.values():
        assert re.search(rf"^\| {code} \|", text, flags=re.MULTILINE), code


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["stats"], 2, "did you mean 'status'"),
        (["status", "--jsno"], 2, "unrecognized arguments: --jsno"),
        (["run", "nois"], 2, "unknown urban issue 'nois'\n  did you mean 'noise'"),
        (["run", "noise", "--only", "year"], 2, "is not name=value"),
        (["protect", "level"], 2, "unknown dataset 'level'"),
        (["catalog", "levls"], 2, "did you mean 'levels'"),
        (["fetch"], 2, "WORKBENCH_DATA is not set"),
        (["fetch", "--synthetic", "levels"], 2, "unknown synthetic dataset 'levels'"),
        (["release", "noise", "--today", "soon"], 2, "'soon' is no date"),
        (["release", "noise"], 2, "runs are due"),
        (["approve", "noise", "--seat", "G-1"], 2, "has no candidate"),
        (["adopt"], 2, "unknown command 'adopt'"),
        (["governance", "taly"], 2, "unknown command 'governance taly'\n  did you mean 'tally'"),
        (["governance", "tally", "P-0099"], 2, "unknown proposal 'P-0099'"),
        (["explain", "policy:levls"], 2, "did you mean 'levels'"),
        (["explain", "gate"], 2, "unknown gate 'gate'"),
        (["vote", "P-0001", "--seat", "C-1", "--vote", "yes"], 3, "was closed on 2026-11-20"),
        (["propose"], 2, "give WHAT or --from FILE.yml"),
        (["minutes"], 2, "give --from FILE.yml"),
        (["fetch", "--since", "2021"], 2, "--since goes with --api"),
        (["fetch", "--forget"], 2, "needs the datasets to forget"),
        (["lab", "--port", "99999"], 2, "'99999' is no port"),
        (["build", "--trips", "0"], 2, "is not a whole number above 0"),
    ],
)
def test_an_error_is_one_message_with_a_way_out_and_its_code(
    city: Project, capsys: pytest.CaptureFixture[str], words: list[str], code: int, message: str
) -> None:
    assert main(words) == code
    told = capsys.readouterr()
    assert message in told.err
    assert "Traceback" not in told.err + told.out


def test_outside_of_a_project_the_way_in_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORKBENCH_ROOT", str(tmp_path))
    assert main(["status"]) == 2
    assert "WORKBENCH_ROOT" in capsys.readouterr().err


def test_status_is_read_by_machines(city: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--json"]) == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert (record["issue"], record["agreed"], record["release"]) == ("noise", True, None)
    assert record["datasets"] == {"levels": "protected", "complaints": "protected"}


def test_status_never_loads_the_heavy_libraries(city: Project) -> None:
    code = "import sys; from workbench.cli import main; main(['status']); sys.exit(bool({'pandas', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_check_names_every_fault_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = make_city(tmp_path, official=None)
    monkeypatch.setenv("WORKBENCH_ROOT", str(project.root))
    assert main(["check"]) == 0
    policy = project.governance / "policies" / "levels.yml"
    policy.write_text(policy.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
    (project.governance / "ballots" / "P-0002" / "G-1.yml").unlink()
    capsys.readouterr()
    assert main(["check"]) == 1
    told = capsys.readouterr().out
    assert "governance/policies/levels.yml: not adopted by both sides in this version" in told
    assert "governance/ballots/P-0002: G-1.yml was listed at the closing and is gone" in told
    assert "analyses/noise: not agreed by both sides" in told


def test_a_catalogue_with_an_unknown_key_is_refused_by_every_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = make_city(tmp_path, official=None)
    monkeypatch.setenv("WORKBENCH_ROOT", str(project.root))
    text = project.catalog.read_text(encoding="utf-8")
    project.catalog.write_text(text.replace("    licence: CC0-1.0\n", "    licens: CC0-1.0\n", 1), encoding="utf-8")
    for words in (["check"], ["protect"], ["run"], ["catalog"], ["build"]):
        assert main(words) == 2, words
        told = capsys.readouterr()
        assert "unknown key 'licens', did you mean 'licence'?" in told.err + told.out
        assert "'datasets.levels.licence' is missing" in told.err + told.out


def test_two_writing_commands_do_not_meet(city: Project, capsys: pytest.CaptureFixture[str]) -> None:
    city.private.mkdir(exist_ok=True)
    with (city.private / "lock").open("a+") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        assert main(["protect"]) == 2
    assert "another workbench command is at work" in capsys.readouterr().err
    assert main(["protect"]) == 0


def test_a_plan_shows_what_is_due_and_runs_nothing(city: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "noise", "--plan", "--json"]) == 0
    assert {line["name"]: line["due"] for line in json.loads(capsys.readouterr().out)} == {
        "noise/levels (year=2021)": True,
        "noise/complaints": True,
    }
    assert not city.runs.exists()


def test_piped_output_is_plain_lines(city: Project) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "workbench.cli", "protect"],
        capture_output=True,
        text=True,
        check=True,
        env={"WORKBENCH_ROOT": str(city.root)},
    )
    assert "\x1b" not in done.stdout + done.stderr
    assert "protect: 3/3" in done.stderr
    assert "levels: 2 rows" in done.stdout


@pytest.mark.parametrize("words", [["protect", "--json"], ["status", "--json"], ["catalog", "--json"], ["check", "--json"]])
def test_piped_json_is_json_alone(city: Project, words: list[str]) -> None:
    command = [sys.executable, "-m", "workbench.cli", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"WORKBENCH_ROOT": str(city.root)})
    json.loads(done.stdout)


def test_a_reader_who_goes_away_is_no_success(city: Project) -> None:
    words = f"{sys.executable} -m workbench.cli catalog | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", words], env={"WORKBENCH_ROOT": str(city.root), "PATH": "/usr/bin:/bin"}, check=False)
    assert done.returncode in (0, 130)  # 0 where all was written before the reader had gone


def test_a_dataset_of_an_analysis_without_a_policy_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = make_city(tmp_path, official=None)
    monkeypatch.setenv("WORKBENCH_ROOT", str(project.root))
    (project.governance / "policies" / "complaints.yml").unlink()
    assert main(["check"]) == 1
    assert "dataset 'complaints' has no policy" in capsys.readouterr().out


def test_protecting_everything_goes_on_past_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = make_city(tmp_path, official=[2021])
    monkeypatch.setenv("WORKBENCH_ROOT", str(project.root))
    policy = project.governance / "policies" / "levels.yml"
    policy.write_text(policy.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
    assert main(["protect"]) == 3
    told = capsys.readouterr()
    assert "complaints: 88 rows" in told.out
    assert "levels.yml is not adopted by both sides" in told.err
