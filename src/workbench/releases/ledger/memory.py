"""What this machine knows of its ledger, where no merge can put a file: the chain's end, and the files it has hashed.

Git overwrites ignored files without asking. A ledger is believed only where its last entry is one that was written here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import CheckFailed
from workbench.files import read_json, sha256_file, write_json
from workbench.project import Project

FIRST = "0" * 64
"""What the first entry names as the one before."""


@dataclass(frozen=True)
class Head:
    """How a chain ends: how many entries, and the hash of the last.

    Examples
    --------
    >>> Head().entries
    0
    """

    entries: int = 0
    sha256: str = FIRST


def accepted(project: Project) -> tuple[Head, ...]:
    """Return the ends that this machine believes: one, or two while it writes.

    Parameters
    ----------
    project : Project

    Returns
    -------
    tuple of Head
        Empty where it knows of no ledger.

    Raises
    ------
    CheckFailed
        The file was damaged.
    """
    path = _path(project, "head")
    if not path.is_file():
        return ()
    record = read_json(path)
    try:
        return tuple(Head(int(head["entries"]), str(head["sha256"])) for head in record["accepted"])
    except (KeyError, TypeError, ValueError):
        raise CheckFailed(f"{path}: damaged", hint="make the ledger anew: workbench ledger rebuild") from None


def accept(project: Project, heads: Iterable[Head]) -> None:
    """Believe these ends and no other.

    Parameters
    ----------
    project : Project
    heads : iterable of Head
    """
    kept = [{"entries": head.entries, "sha256": head.sha256} for head in dict.fromkeys(heads)]
    write_json(_path(project, "head"), {"accepted": kept})


class Seen:
    """Hashes of large files, kept as long as their size, time and place on the disk stay the same.

    Parameters
    ----------
    project : Project
    """

    def __init__(self, project: Project) -> None:
        self._path = _path(project, "seen")
        found: Any = read_json(self._path) if self._path.is_file() else {}
        self._known: dict[str, list[Any]] = found if isinstance(found, dict) else {}
        self._fresh: dict[str, list[Any]] = {}

    def sha256(self, path: Path, *, again: bool = False) -> str:
        """Return a file's hash.

        Parameters
        ----------
        path : Path
        again : bool, default False
            Read it whatever is known.

        Returns
        -------
        str
        """
        state = path.stat()
        marks = [state.st_size, state.st_mtime_ns, state.st_ino]
        known = self._known.get(path.name)
        digest = str(known[3]) if known and known[:3] == marks and not again else sha256_file(path)
        self._fresh[path.name] = [*marks, digest]
        return digest

    def keep(self) -> None:
        """Remember what was hashed; nothing else."""
        if self._fresh != self._known:
            write_json(self._path, self._fresh)
            self._known = dict(self._fresh)


def _path(project: Project, name: str) -> Path:
    return project.machine / "ledger" / f"{name}.json"
