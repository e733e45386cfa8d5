"""Where the lab keeps what it needs: everything under ``.workbench/lab``, outside what it serves, readable by its owner only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.project import Project


@dataclass(frozen=True)
class LabFolders:
    """The files and folders of one project's lab.

    Parameters
    ----------
    root : Path
        ``.workbench/lab``.

    Examples
    --------
    >>> LabFolders.of(Project(root=Path("/srv/city"))).documents
    PosixPath('/srv/city/.workbench/lab/documents.db')
    """

    root: Path

    @classmethod
    def of(cls, project: Project) -> LabFolders:
        """Return the folders of a project's lab.

        Parameters
        ----------
        project : Project

        Returns
        -------
        LabFolders
        """
        return cls(root=project.private.resolve() / "lab")

    def create(self) -> None:
        """Create the folders, closed to other users of the machine."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o700)
        for folder in (self.jupyter, self.runtime, self.ipython, self.checkpoints):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def lock(self) -> Path:
        """Held while a lab runs; names its process and address."""
        return self.root / "lab.lock"

    @property
    def password(self) -> Path:
        """The hash of the password."""
        return self.root / "password.json"

    @property
    def configuration(self) -> Path:
        """What the server is told; written anew at each start."""
        return self.root / "jupyter_server_config.json"

    @property
    def log(self) -> Path:
        """What the server said since its last start."""
        return self.root / "server.log"

    @property
    def documents(self) -> Path:
        """The document store: every edit of the notebooks, in order."""
        return self.root / "documents.db"

    @property
    def sessions(self) -> Path:
        """Which sessions of the server may reconnect."""
        return self.root / "sessions.json"

    @property
    def file_ids(self) -> Path:
        """The database of file ids, by which documents are named."""
        return self.root / "file_ids.db"

    @property
    def cookie_secret(self) -> Path:
        """What signs the cookies of people who have logged in."""
        return self.root / "cookie_secret"

    @property
    def checkpoints(self) -> Path:
        """Jupyter's copies of notebooks, kept out of ``notebooks/``."""
        return self.root / "checkpoints"

    @property
    def jupyter(self) -> Path:
        """Jupyter's own folder, in the place of the user's."""
        return self.root / "jupyter"

    @property
    def ipython(self) -> Path:
        """IPython's profile, in the place of the user's."""
        return self.root / "ipython"

    @property
    def runtime(self) -> Path:
        """Connection files of kernels while they run."""
        return self.root / "runtime"
