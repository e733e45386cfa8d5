"""The main job from end to end, as a newcomer meets it and with the official files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from committed_copy import copy_committed
from workbench.project import Project


def build(project: Project, *, data: Path | None) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "WORKBENCH_DATA"}
    environment |= {"WORKBENCH_ROOT": str(project.root), **({"WORKBENCH_DATA": str(data)} if data else {})}
    words = [sys.executable, "-m", "workbench.cli", "build"]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False, cwd=project.root)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.timeout(900)
def test_a_newcomer_without_official_files_gets_the_book(tmp_path: Path) -> None:
    project = copy_committed(tmp_path / "new")
    done = build(project, data=None)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"The book: {project.site / 'index.html'}" in done.stdout
    assert re.search(r"fine-dust/1#good_days: not checked here", done.stdout)
    assert re.search(r"bike-routes/1#destinations: reproduced", done.stdout)
    assert "DIFFERS" not in done.stdout
    assert "new (" not in done.stdout
    assert not project.candidates.exists() or not list(project.candidates.glob("*/release.yml"))
    before = tree(project.site)
    again = build(project, data=None)
    assert again.returncode == 0
    assert " 0 runs done" in again.stdout
    assert "book: unchanged" in again.stdout
    assert tree(project.site) == before


@pytest.mark.realdata
@pytest.mark.timeout(900)
def test_with_the_official_files_every_released_result_is_reproduced(tmp_path: Path, real_data: Path) -> None:
    project = copy_committed(tmp_path / "real")
    done = build(project, data=real_data)
    assert done.returncode == 0, done.stdout + done.stderr
    verdicts = set(re.findall(r"^  [a-z-]+/1#\S+: ([A-Za-z ]+)", done.stdout, flags=re.MULTILINE))
    assert {verdict.split(" (")[0].strip() for verdict in verdicts} == {"reproduced"}
    page = (project.site / "ko" / "fine-dust.html").read_text(encoding="utf-8")
    for figure in ("130", "110", "172", "19.8"):
        assert figure in page
    assert "11,770,582" in (project.site / "en" / "bike-routes.html").read_text(encoding="utf-8")
