"""The committed releases: which one is the last, and whether every file of it is as it was approved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.errors import CheckFailed, combine
from workbench.files import read_yaml, sha256_file
from workbench.governance import Governance
from workbench.project import Project

RELEASE_FILE = "release.yml"


def releases(project: Project, issue: str) -> list[Path]:
    """Return the folders of an urban issue's releases, oldest first.

    Parameters
    ----------
    project : Project
    issue : str

    Returns
    -------
    list of Path
    """
    folder = project.analyses / issue / "releases"
    found = [path for path in folder.glob("*") if path.name.isascii() and path.name.isdigit() and (path / RELEASE_FILE).is_file()]
    return sorted(found, key=lambda path: int(path.name))


def latest_release(project: Project, issue: str) -> Path | None:
    """Return the folder of the last release, None before the first.

    Parameters
    ----------
    project : Project
    issue : str

    Returns
    -------
    Path or None
    """
    found = releases(project, issue)
    return found[-1] if found else None


def read_release(folder: Path) -> dict[str, Any]:
    """Read a release's ``release.yml``.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict

    Raises
    ------
    CheckFailed
        It lacks a key.
    """
    record = read_yaml(folder / RELEASE_FILE)
    missing = {"release", "issue", "number", "created", "authors", "basis", "notebooks", "results", "files"} - set(record or {})
    if missing:
        raise CheckFailed(f"{folder / RELEASE_FILE}: lacks {', '.join(sorted(missing))}", hint="restore it from git")
    found: dict[str, Any] = record
    return found


def changed_files(folder: Path) -> list[str]:
    """Name what of a release or candidate is not as its ``release.yml`` says.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of str
        Changed, missing and strange files; empty when every byte is as it was written.
    """
    record = read_release(folder)
    problems: list[str] = []
    for name, expected in record["files"].items():
        path = folder / name
        if not path.is_file():
            problems.append(f"{name} is missing")
        elif sha256_file(path) != expected:
            problems.append(f"{name} was changed after it was written")
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and name not in record["files"] and name != RELEASE_FILE and path.parent.name != "approvals":
            problems.append(f"{name} does not belong to the release")
    return problems


def verify_release(governance: Governance, folder: Path) -> None:
    """Refuse a release that is not, byte by byte, what both sides approved.

    Parameters
    ----------
    governance : Governance
    folder : Path

    Raises
    ------
    CheckFailed
        All faults: changed, missing or strange files, a missing approval.
    """
    problems = changed_files(folder)
    found = governance.release(folder)
    if not found.complete:
        problems.append(f"not approved by both sides ({found.missing()})")
    if problems:
        raise combine(
            problems,
            where=governance.project.relative(folder),
            kind=CheckFailed,
            hint="restore the folder from git, or have it approved again",
        )
