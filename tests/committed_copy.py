"""A copy of what is committed, in a folder of its own, to build and run in."""

from __future__ import annotations

import shutil
from pathlib import Path

from workbench.project import Project

ROOT = Path(__file__).parent.parent
COMMITTED = ("data_catalog.yml", "requirements.lock", "governance", "analyses", "notebooks", "book")


def copy_committed(target: Path, *, data: Path | None = None) -> Project:
    """Copy the files that a build reads; nothing of ``.workbench`` comes along."""
    target.mkdir(parents=True, exist_ok=True)
    for name in COMMITTED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        else:
            shutil.copy2(source, target / name)
    return Project(root=target, data=data)
