"""The files that the lab's server shows and writes: those of ``notebooks/``, each whole at every instant.

Jupyter's own file manager follows symbolic links anywhere, and while it saves, the file is empty for a moment: a batch
run that reads it then finds nothing, and a kill at that moment loses it.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from jupyter_server.services.contents.filecheckpoints import AsyncGenericFileCheckpoints
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import HTTPError

from workbench.files import replacing


class NotebooksOnly(AsyncLargeFileManager):
    """The files of ``notebooks/``, and none that a link in there points to outside it.

    Examples
    --------
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp())
    >>> (root / "away").symlink_to("/etc")
    >>> NotebooksOnly(root_dir=str(root))._get_os_path("away/passwd")
    Traceback (most recent call last):
    ...
    tornado.web.HTTPError: HTTP 404: Not Found (away/passwd is outside notebooks/)
    """

    def _get_os_path(self, path: str) -> str:
        found: str = super()._get_os_path(path)  # type: ignore[no-untyped-call]
        if not Path(found).resolve().is_relative_to(Path(self.root_dir).resolve()):
            raise HTTPError(404, f"{path} is outside notebooks/")
        return found

    @contextmanager
    def atomic_writing(self, os_path: str, *, text: bool = True, encoding: str = "utf-8") -> Iterator[IO[Any]]:
        """Write beside the file and rename over it: a reader sees the old file or the new one.

        Parameters
        ----------
        os_path : str
        text : bool, default True
        encoding : str, default ``"utf-8"``

        Yields
        ------
        file object
        """
        target = Path(os_path).resolve()
        mode = stat.S_IMODE(target.stat().st_mode) if target.is_file() else None
        with self.perm_to_403(os_path):
            with (
                replacing(target) as temporary,
                temporary.open("w" if text else "wb", encoding=encoding if text else None) as written,
            ):
                yield written
            if mode is not None:
                target.chmod(mode)


class CopiesAside(AsyncGenericFileCheckpoints):
    """Jupyter's copies of notebooks ("checkpoints"), in a folder of their own instead of beside the notebooks."""

    def checkpoint_path(self, checkpoint_id: str, path: str) -> str:
        """Return where a copy lies.

        Parameters
        ----------
        checkpoint_id : str
        path : str
            The notebook, from ``notebooks/``.

        Returns
        -------
        str
        """
        # a folder that is missing counts as not writable, and the copy would go to the machine's shared /tmp
        Path(self._get_os_path(path.strip("/"))).parent.mkdir(parents=True, exist_ok=True)  # type: ignore[no-untyped-call]
        found: str = super().checkpoint_path(checkpoint_id, path)  # type: ignore[no-untyped-call]
        return found
