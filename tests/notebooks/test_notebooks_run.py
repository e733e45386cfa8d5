"""Every notebook runs from top to bottom in a plain kernel, on stand-ins alone: nbval, as a reviewer would call it."""

from __future__ import annotations

import os
import subprocess
import sys


def test_every_notebook_runs_without_official_files(synthetic_project):
    environment = {**os.environ, "WORKBENCH_ROOT": str(synthetic_project.root), "PYTHONWARNINGS": "ignore"}
    environment.pop("WORKBENCH_DATA", None)
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--no-header", "-q", "-p", "no:cacheprovider", "-c", os.devnull]
    done = subprocess.run(
        [*command, f"--rootdir={synthetic_project.root}", str(synthetic_project.notebooks)],
        cwd=synthetic_project.root, env=environment, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "failed" not in done.stdout
    assert list((synthetic_project.private / "drafts").glob("*/results/*.json"))
