"""Who sealed, opened, rotated, recovered, erased or protected what, and for which purpose: lines that are only ever added.

Each line names the hash of the one before, and the newest is remembered where no merge reaches, so that a line that was
changed, taken out or cut off is noticed. The law asks for such a record of every use of pseudonymised data.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, get_args

from workbench.errors import CheckFailed, UsageError
from workbench.files import canonical, read_json, sha256, write_json
from workbench.project import Project

if TYPE_CHECKING:
    from workbench.vault.history import History

Kind = Literal[
    "sealed", "removed", "opened", "handed_on", "rotated", "recovered", "shared", "erased", "drawn", "protected", "mended"
]

KINDS: tuple[str, ...] = get_args(Kind)
FIRST = "0" * 64
"""What the first line names as the one before."""

OWN = frozenset({"number", "kind", "on", "before", "sha256"})
HINT = "compare with a copy, and ask who was at this machine: workbench vault register"


class Register:
    """A project's register of the vault.

    Parameters
    ----------
    project : Project

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> register = Register(Project(root=Path(tempfile.mkdtemp())))
    >>> _ = register.append("opened", dataset="trips", purpose="statistics", on=dt.date(2026, 11, 22))
    >>> [(entry["number"], entry["kind"]) for entry in register.entries()]
    [(1, 'opened')]
    >>> register.fault()
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.path = project.vault / "register.jsonl"
        self._memory = project.machine / "vault" / "register.json"
        self._history: tuple[str, History] | None = None
        self._seen: tuple[tuple[int, int, int], tuple[dict[str, Any], ...], int] | None = None

    def append(self, kind: Kind, *, on: dt.date | None = None, **facts: Any) -> dict[str, Any]:
        """Add a line, on disk when this returns.

        Parameters
        ----------
        kind : str
        on : datetime.date, optional
            The day.
        **facts : Any
            What JSON can write, and nothing of a row.

        Returns
        -------
        dict
            The line.

        Raises
        ------
        UsageError
            No such kind, or a fact under a name of the register's own.
        CheckFailed
            The register is not whole.
        """
        if kind not in KINDS or OWN & set(facts):
            raise UsageError(f"the register: '{kind}' with {', '.join(facts)}", hint=f"kinds: {', '.join(KINDS)}")
        with self._locked():
            entries, torn = self._read()
            fault = self._fault(entries)
            if fault is not None:
                raise fault
            if torn:
                with self.path.open("r+b") as file:
                    file.truncate(self.path.stat().st_size - torn)
                    os.fsync(file.fileno())
                self._add(entries, "mended", None, {"note": f"{torn} bytes of a line that was cut off while it was written"})
            return self._add(entries, kind, on, facts)

    def entries(self) -> list[dict[str, Any]]:
        """Return every whole line, the oldest first.

        Returns
        -------
        list of dict

        Raises
        ------
        CheckFailed
            The chain is broken.
        """
        with self._locked(writing=False):
            return self._read()[0]

    def history(self) -> History:
        """Return what the lines say of sealed batches.

        Returns
        -------
        History

        Raises
        ------
        CheckFailed
            The chain is broken.
        """
        from workbench.vault.history import History

        entries = self.entries()
        newest = str(entries[-1]["sha256"]) if entries else FIRST
        if self._history is None or self._history[0] != newest:
            self._history = newest, History(entries)
        return self._history[1]

    def fault(self) -> CheckFailed | None:
        """Say what is wrong with the register.

        Returns
        -------
        CheckFailed or None
            None where it is whole. A last line that a kill cut off is no fault; the next line mends it.
        """
        try:
            with self._locked(writing=False):
                return self._fault(self._read()[0])
        except CheckFailed as error:
            return error

    @property
    def torn(self) -> bool:
        """Whether a kill cut the last line off while it was written."""
        with self._locked(writing=False):
            return bool(self._read()[1])

    def _add(self, entries: list[dict[str, Any]], kind: str, on: dt.date | None, facts: dict[str, Any]) -> dict[str, Any]:
        before = entries[-1]["sha256"] if entries else FIRST
        entry = {**facts, "number": len(entries) + 1, "kind": kind, "before": before}
        if on is not None:
            entry["on"] = on.isoformat()
        entry["sha256"] = sha256(canonical(entry))
        new = not self.path.exists()
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            written = os.write(handle, line := canonical(entry) + b"\n")
            if written != len(line):
                raise OSError(28, os.strerror(28), str(self.path))
            os.fsync(handle)
        finally:
            os.close(handle)
        if new:
            self.path.parent.chmod(0o700)
            folder = os.open(self.path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
        entries.append(entry)
        write_json(self._memory, {"lines": len(entries), "head": entry["sha256"]})
        return entry

    def _read(self) -> tuple[list[dict[str, Any]], int]:
        """Every whole line, checked against the one before, and how many bytes of a torn one follow."""
        if not self.path.is_file():
            return [], 0
        found = self.path.stat()
        state = (found.st_size, found.st_mtime_ns, found.st_ino)
        if self._seen is not None and self._seen[0] == state:
            return list(self._seen[1]), self._seen[2]
        content = self.path.read_bytes()
        whole, _, rest = content.rpartition(b"\n")
        lines = whole.split(b"\n") if whole else []
        entries: list[dict[str, Any]] = []
        before = FIRST
        for number, line in enumerate(lines, start=1):
            entry = _parsed(line)
            stated = entry.pop("sha256", None)
            if stated != _hash(entry) or entry.get("before") != before or entry.get("number") != number:
                raise CheckFailed(f"{self.path}: line {number} was changed, or a line before it is gone", hint=HINT)
            before = str(stated)
            entries.append({**entry, "sha256": before})
        self._seen = (state, tuple(entries), len(rest))
        return entries, len(rest)

    def _fault(self, entries: list[dict[str, Any]]) -> CheckFailed | None:
        if not self._memory.is_file():
            return None
        seen = read_json(self._memory)
        lines = seen.get("lines") if isinstance(seen, dict) else None
        if type(lines) is not int or lines < 0 or not isinstance(seen.get("head"), str):
            return CheckFailed(f"{self._memory}: damaged", hint="compare the register with a copy, then delete this file")
        if len(entries) < lines:
            what = f"has {len(entries)} lines, and this machine has seen {lines}"
            return CheckFailed(f"{self.path}: {what}: the end was cut off", hint=HINT)
        if lines and entries[lines - 1]["sha256"] != seen["head"]:
            return CheckFailed(f"{self.path}: line {lines} is not the one that this machine has seen", hint=HINT)
        return None

    @contextmanager
    def _locked(self, *, writing: bool = True) -> Iterator[None]:
        if not writing and not self.path.is_file():
            yield
            return
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.path.parent / ".register.lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX if writing else fcntl.LOCK_SH)
            yield


def _hash(entry: dict[str, Any]) -> str:
    try:
        return sha256(canonical(entry))
    except ValueError:  # no number, or half a letter: nothing that was written here
        return ""


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
