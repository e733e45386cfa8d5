"""Where things are, read once: the folders of a project and the settings that come from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import UsageError

CATALOG_NAME = "data_catalog.yml"

RUN_VARIABLE = "WORKBENCH_RUN"
"""Names the file that tells a kernel which batch run it works for."""


@dataclass(frozen=True)
class Project:
    """The folders of one project (DESIGN: section 3 of ``docs/architecture.md``).

    Parameters
    ----------
    root : Path
        The folder that holds ``data_catalog.yml``.
    data : Path or None
        The folder of dropped official files (``WORKBENCH_DATA``).

    Examples
    --------
    >>> project = Project(root=Path("/srv/city"), data=None)
    >>> project.runs
    PosixPath('/srv/city/.workbench/runs')
    """

    root: Path
    data: Path | None = None

    @classmethod
    def find(cls, start: Path | None = None) -> Project:
        """Find the project that a folder lies in.

        Parameters
        ----------
        start : Path, optional
            Where to begin; by default ``WORKBENCH_ROOT`` or the working folder.

        Returns
        -------
        Project

        Raises
        ------
        UsageError
            When no folder upwards holds ``data_catalog.yml``, or ``WORKBENCH_DATA`` is no folder.

        Examples
        --------
        >>> import tempfile
        >>> root = Path(tempfile.mkdtemp()).resolve()
        >>> _ = (root / "data_catalog.yml").write_text("")
        >>> Project.find(root).root == root
        True
        """
        begin = (start or Path(os.environ.get("WORKBENCH_ROOT") or Path.cwd())).resolve()
        for folder in (begin, *begin.parents):
            if (folder / CATALOG_NAME).is_file():
                return cls(root=folder, data=_data_folder())
        raise UsageError(
            f"{begin}: no {CATALOG_NAME} here or in a folder above",
            hint="change into the project's folder, or name it with WORKBENCH_ROOT",
        )

    @property
    def catalog(self) -> Path:
        """``data_catalog.yml``."""
        return self.root / CATALOG_NAME

    @property
    def governance(self) -> Path:
        """``governance/``: who decided what."""
        return self.root / "governance"

    @property
    def analyses(self) -> Path:
        """``analyses/``: one folder per urban issue."""
        return self.root / "analyses"

    @property
    def notebooks(self) -> Path:
        """``notebooks/``: one folder per urban issue."""
        return self.root / "notebooks"

    @property
    def book(self) -> Path:
        """``book/``: pages, theme and catalogues of strings."""
        return self.root / "book"

    @property
    def site(self) -> Path:
        """``site/``: the built book, not committed."""
        return self.root / "site"

    @property
    def private(self) -> Path:
        """``.workbench/``: everything that is not committed."""
        return self.root / ".workbench"

    @property
    def vault(self) -> Path:
        """``.workbench/vault/``: rows as they were taken in."""
        return self.private / "vault"

    @property
    def protected(self) -> Path:
        """``.workbench/protected/``: what notebooks may load."""
        return self.private / "protected"

    @property
    def runs(self) -> Path:
        """``.workbench/runs/``: executed notebooks and their results."""
        return self.private / "runs"

    @property
    def candidates(self) -> Path:
        """``.workbench/candidates/``: results that wait for both checkers."""
        return self.private / "candidates"

    @property
    def ledger(self) -> Path:
        """``.workbench/ledger/``: what was ever published, as vectors over people; never read by a kernel."""
        return self.private / "ledger"

    @property
    def machine(self) -> Path:
        """Where no merge can put a file: ``workbench/`` in git's own folder; without git, ``.workbench/``.

        Git overwrites ignored files without asking, so what this machine believes instead of computing it may not lie
        where a commit can bring its own. Git takes no file whose path has ``.git`` in it.
        """
        found = _git_folder(self.root)
        return self.private if found is None else found[0] / "workbench" / self.root.resolve().relative_to(found[1])

    @property
    def cache(self) -> Path:
        """``cache/`` in :attr:`machine`: what can be made again."""
        return self.machine / "cache"

    @property
    def log(self) -> Path:
        """``.workbench/log.jsonl``: the live run log, one writer."""
        return self.private / "log.jsonl"

    def relative(self, path: Path) -> str:
        """Return a path as people write it: from the project's root where it lies inside.

        Parameters
        ----------
        path : Path

        Returns
        -------
        str

        Examples
        --------
        >>> Project(root=Path("/srv/city")).relative(Path("/srv/city/site/index.html"))
        'site/index.html'
        """
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)


def _git_folder(root: Path) -> tuple[Path, Path] | None:
    """Git's own folder and the folder that it keeps; a worktree's is named by a file."""
    root = root.resolve()
    for folder in (root, *root.parents):
        entry = folder / ".git"
        if entry.is_file():
            entry = folder / entry.read_text(encoding="utf-8", errors="replace").strip().removeprefix("gitdir: ")
        if (entry / "HEAD").is_file():
            return entry.resolve(), folder
    return None


def _data_folder() -> Path | None:
    """The folder of dropped official files, if the environment names one."""
    named = os.environ.get("WORKBENCH_DATA")
    if not named:
        return None
    folder = Path(named).expanduser().resolve()
    if not folder.is_dir():
        raise UsageError(
            f"WORKBENCH_DATA names {folder}, which is no folder",
            hint="unset it, or name the folder that holds the official files",
        )
    return folder
