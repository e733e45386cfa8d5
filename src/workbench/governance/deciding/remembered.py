"""What was read before, found again by the hash of its bytes: reading 1,000 papers anew takes minutes, hashing them seconds.

Everything here can be deleted and comes back the same. A cache that cannot be written costs time and nothing else, and
one that was cut short or changed is known by its first line, the hash of the rest.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from workbench.files import canonical, sha256, write_bytes
from workbench.project import Project


@cache
def code_hash() -> str:
    """Return the hash of the code that judges ballots: what other code remembered is not believed.

    Returns
    -------
    str
    """
    found = hashlib.sha256()
    room = Path(__file__).parent.parent
    for path in [*sorted((room.parent / "records").glob("*.py")), *sorted(room.rglob("*.py"))]:
        found.update(path.read_bytes())
    return found.hexdigest()


def digest(*parts: str | bytes) -> str:
    """Return one hash over parts, none of which can run into the next.

    Parameters
    ----------
    *parts : str or bytes

    Returns
    -------
    str

    Examples
    --------
    >>> digest("ab", "c") == digest("a", "bc")
    False
    """
    contents = [part.encode("utf-8") if isinstance(part, str) else part for part in parts]
    lengths = struct.pack(f">{len(contents) + 1}Q", len(contents), *map(len, contents))
    return sha256(lengths + b"".join(contents))


class Remembered:
    """A file of facts, each under the hash of what it was read from.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._old = _read(path)
        self._new: dict[str, Any] = {}

    def get(self, key: str) -> Any | None:
        """Return what is remembered under a key, None where nothing is.

        Parameters
        ----------
        key : str

        Returns
        -------
        Any or None
        """
        found = self._old.get(key)
        if found is not None:
            self._new[key] = found
        return found

    def put(self, key: str, value: Any) -> None:
        """Remember a value.

        Parameters
        ----------
        key : str
        value : Any
            What JSON can write.
        """
        self._new[key] = value

    def save(self) -> None:
        """Write what was used or put since; the rest is forgotten."""
        if self._new.keys() != self._old.keys():
            save(self.path, {"code": code_hash(), "facts": self._new})


def save(path: Path, value: dict[str, Any]) -> bool:
    """Write a cache file; say whether it could be written.

    Parameters
    ----------
    path : Path
    value : dict of str to Any

    Returns
    -------
    bool
    """
    body = canonical(value)
    try:
        write_bytes(path, sha256(body).encode() + b"\n" + body)
    except OSError:
        return False
    return True


def load(path: Path) -> dict[str, Any]:
    """Read a cache file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict of str to Any
        Empty where it is absent or not as it was written.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "facts.json"
    >>> save(path, {"a": 1}), load(path)
    (True, {'a': 1})
    >>> _ = path.write_bytes(path.read_bytes().replace(b"1", b"2"))
    >>> load(path)
    {}
    """
    try:
        checksum, _, body = path.read_bytes().partition(b"\n")
    except OSError:
        return {}
    return dict(json.loads(body)) if checksum == sha256(body).encode() else {}


def _read(path: Path) -> dict[str, Any]:
    """The facts of a cache file of this very code; none where it is absent, damaged or of other code."""
    found = load(path)
    return dict(found["facts"]) if found.get("code") == code_hash() else {}


def folder(project: Project) -> Path:
    """Return where the governance room keeps what can be made again.

    Parameters
    ----------
    project : Project

    Returns
    -------
    Path
    """
    return project.cache / "governance"


def forget(project: Project, names: Iterable[str]) -> None:
    """Remove tallies of proposals that are no more.

    Parameters
    ----------
    project : Project
    names : iterable of str
        Those that are.
    """
    keep = {f"{name}.json" for name in names}
    for path in (folder(project) / "tallies").glob("*.json"):
        if path.name not in keep:
            with suppress(OSError):  # what is left over is never looked at
                path.unlink()
