"""Where backups of the ledger lie, told without the libraries that seal them."""

from __future__ import annotations

from pathlib import Path

from workbench.project import Project

SUFFIX = ".ledger"


def unasked_folder(project: Project) -> Path:
    """Return where backups go that nobody asked for: beside the ledger's own folder, so that losing it does not lose them.

    Parameters
    ----------
    project : Project

    Returns
    -------
    Path

    Examples
    --------
    >>> unasked_folder(Project(root=Path("/srv/city")))
    PosixPath('/srv/city/.workbench/ledger-backup')
    """
    return project.private / "ledger-backup"


def backups(folder: Path) -> list[Path]:
    """Return the backups in a folder, oldest first.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of Path
    """
    return sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: (path.stat().st_mtime_ns, path.name))
