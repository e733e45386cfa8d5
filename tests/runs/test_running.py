"""Runs with real kernels: whole results or none, one failure stops nothing else, nothing runs twice for nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from demo_city import COMPLAINTS, make_city, notebook
from workbench.catalog import read_catalog
from workbench.files import write_text
from workbench.project import Project
from workbench.runs import Run, carry_out, plan_runs, read_analysis

LOOKING_AROUND = """
import json, os, pathlib
pathlib.Path(os.environ["WORKBENCH_RUN"]).with_name("seen.json").write_text(json.dumps(dict(os.environ)))
"""


def planned(project: Project) -> list[Run]:
    return plan_runs(project, read_catalog(project), read_analysis(project, "noise"))


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, list[Run], bytes]:
    """A city whose runs were carried out once, with a secret in the driver's environment."""
    project = make_city(tmp_path_factory.mktemp("city"), official=[2020])
    write_text(project.notebooks / "noise" / "complaints.ipynb", notebook(COMPLAINTS + LOOKING_AROUND, parameters=None))
    before = b"".join(path.read_bytes() for path in sorted(project.notebooks.rglob("*.ipynb")))
    os.environ["CITY_API_KEY"] = "secret-123"
    try:
        summary = carry_out(project, planned(project), workers=2)
    finally:
        del os.environ["CITY_API_KEY"]
    assert (summary.finished, summary.unchanged, summary.failures) == (2, 0, ())
    return project, planned(project), before


def test_a_run_leaves_its_results_its_notebook_and_its_record(ran: tuple[Project, list[Run], bytes]) -> None:
    project, runs, _ = ran
    folder = next(run.folder for run in runs if run.notebook == "levels")
    assert sorted(path.stem for path in (folder / "results").iterdir()) == ["loudest", "mean_level", "mean_level.figure"]
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert (record["outcome"], record["parameters"], record["datasets"]["levels"]) == ("done", {"year": 2020}, "levels")
    assert not list(project.runs.rglob(".*"))


def test_the_log_has_a_line_for_each_run(ran: tuple[Project, list[Run], bytes]) -> None:
    lines = [json.loads(line) for line in ran[0].log.read_text(encoding="utf-8").splitlines()]
    assert sorted((line["notebook"], line["outcome"], line["sandbox"]) for line in lines) == [
        ("complaints", "done", "none"),
        ("levels", "done", "none"),
    ]


def test_nothing_runs_twice_for_nothing(ran: tuple[Project, list[Run], bytes]) -> None:
    summary = carry_out(ran[0], planned(ran[0]))
    assert (summary.finished, summary.unchanged) == (0, 2)


def test_runs_never_write_a_notebook_of_the_repository(ran: tuple[Project, list[Run], bytes]) -> None:
    project, _, before = ran
    assert b"".join(path.read_bytes() for path in sorted(project.notebooks.rglob("*.ipynb"))) == before


def test_a_kernel_sees_no_secret_of_the_environment(ran: tuple[Project, list[Run], bytes]) -> None:
    folder = next(run.folder for run in ran[1] if run.notebook == "complaints")
    seen = json.loads((folder / "seen.json").read_text(encoding="utf-8"))
    assert "CITY_API_KEY" not in seen
    assert "secret-123" not in json.dumps(seen)


def test_one_failing_run_is_named_and_stops_no_other(tmp_path: Path) -> None:
    project = make_city(tmp_path, official=[2020])
    write_text(project.notebooks / "noise" / "complaints.ipynb", notebook(COMPLAINTS, "1 / 0", parameters=None))
    summary = carry_out(project, planned(project), workers=2)
    assert summary.finished == 1
    (failure,) = summary.failures
    assert failure.run.name == "noise/complaints"
    assert failure.outcome.error == "ZeroDivisionError: division by zero"
    assert failure.outcome.executed is not None
    assert failure.outcome.executed.is_file()
    assert [run.done for run in planned(project) if run.notebook == "complaints"] == [False]
    write_text(project.notebooks / "noise" / "complaints.ipynb", notebook(COMPLAINTS, parameters=None))
    summary = carry_out(project, planned(project), workers=1)
    assert (summary.finished, summary.unchanged, summary.failures) == (1, 1, ())


def test_a_kernel_that_dies_and_one_that_hangs_are_failures_with_a_reason(tmp_path: Path) -> None:
    project = make_city(tmp_path, official=[2020])
    write_text(project.notebooks / "noise" / "complaints.ipynb", notebook("import os\nos._exit(1)", parameters=None))
    write_text(project.notebooks / "noise" / "levels.ipynb", notebook("import time\ntime.sleep(600)"))
    path = project.analyses / "noise" / "analysis.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("  levels:\n", "  levels:\n    cell_timeout_s: 3\n"), encoding="utf-8"
    )
    summary = carry_out(project, planned(project), workers=2)
    errors = {failure.run.notebook: failure.outcome.error for failure in summary.failures}
    assert "died" in errors["complaints"].lower()
    assert "timed out" in errors["levels"].lower() or "timeout" in errors["levels"].lower()


def processes_of(root: Path) -> list[int]:
    """Processes whose environment names the city's folder."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                environment = (folder / "environ").read_bytes()
            except OSError:
                continue  # it ended, or is another user's
            if str(root).encode() in environment:
                found.append(int(folder.name))
    return found


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_a_driver_that_ends_midway_leaves_no_process_and_no_half_result(tmp_path: Path, ending: signal.Signals) -> None:
    project = make_city(tmp_path / "city", official=[2020])
    marker = tmp_path / "started"
    waiting = f"import pathlib, time\npathlib.Path({str(marker)!r}).touch()\ntime.sleep(2)"
    write_text(project.notebooks / "noise" / "complaints.ipynb", notebook(waiting, COMPLAINTS, parameters=None))
    words = [sys.executable, "-m", "workbench.cli", "run", "noise"]
    environment = {"PATH": os.environ["PATH"], "WORKBENCH_ROOT": str(project.root)}
    driver = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=tmp_path)
    deadline = time.monotonic() + 60
    while not marker.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert marker.exists()
    driver.send_signal(ending)
    driver.communicate(timeout=30)
    assert driver.returncode == (130 if ending == signal.SIGINT else -signal.SIGKILL)
    deadline = time.monotonic() + 15
    while processes_of(project.root) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes_of(project.root) == []
    assert not [run.name for run in planned(project) if run.notebook == "complaints" and run.folder.exists()]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert all(run.done for run in planned(project))
    assert not list(project.runs.rglob(".*working"))
