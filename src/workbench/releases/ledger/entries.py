"""The ledger's entries: one file a release, each naming the hash of the one before and of the files that it stands for.

Adding one is a single rename. Whatever is cut off, changed, taken out or put in is told apart and named.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import CheckFailed
from workbench.files import canonical, sha256, write_bytes
from workbench.releases.ledger.memory import FIRST, Head, Seen

HINT = "restore it: workbench ledger restore --from FILE; or make it anew: workbench ledger rebuild"
_NAME = re.compile(r"([0-9]{6})\.entry\.json")
COUNTS = ("tables", "cells", "shown", "withheld", "unknown", "people")
"""What an entry says of its release in numbers: unknown tables and cells together, people counted here first."""


@dataclass(frozen=True)
class Entry:
    """One release in the ledger.

    Parameters
    ----------
    number : int
        From 1.
    release : str
        E.g. ``bike-routes/2``.
    release_sha256 : str
        Of its ``release.yml``.
    on : str or None
        The day.
    before : str
        The hash of the entry before.
    files : dict
        ``tables`` and ``arrays``: sha256 and bytes of each.
    counts : dict
    newcomers : dict
        Where the ids lie of people whom no earlier entry counts.
    blocks : list of dict
        The vectors that this entry's file holds.
    """

    number: int
    release: str
    release_sha256: str
    on: str | None
    before: str
    files: dict[str, dict[str, Any]]
    counts: dict[str, int]
    newcomers: dict[str, int]
    blocks: list[dict[str, Any]] = field(repr=False)

    @property
    def sha256(self) -> str:
        """The hash by which the next entry names it."""
        return sha256(canonical(self.plain()))

    def plain(self) -> dict[str, Any]:
        """Return it as it is written, its own hash aside."""
        return dict(self.__dict__)


def entry_path(folder: Path, number: int) -> Path:
    """Return where an entry lies.

    Parameters
    ----------
    folder : Path
    number : int

    Returns
    -------
    Path

    Examples
    --------
    >>> entry_path(Path("entries"), 3)
    PosixPath('entries/000003.entry.json')
    """
    return folder / f"{number:06d}.entry.json"


def tables_path(folder: Path, number: int) -> Path:
    """Return where the records of an entry's tables lie.

    Parameters
    ----------
    folder : Path
    number : int

    Returns
    -------
    Path

    Examples
    --------
    >>> tables_path(Path("entries"), 3)
    PosixPath('entries/000003.tables.json')
    """
    return folder / f"{number:06d}.tables.json"


def arrays_path(folder: Path, entry: int) -> Path:
    """Return the file of an entry's vectors.

    Parameters
    ----------
    folder : Path
    entry : int

    Returns
    -------
    Path

    Examples
    --------
    >>> arrays_path(Path("entries"), 3)
    PosixPath('entries/000003.arrays')
    """
    return folder / f"{entry:06d}.arrays"


def write_entry(folder: Path, entry: Entry) -> None:
    """Write an entry, its other files being there: from this rename on, the release is in the ledger.

    Parameters
    ----------
    folder : Path
    entry : Entry
    """
    write_bytes(entry_path(folder, entry.number), canonical({**entry.plain(), "sha256": entry.sha256}) + b"\n")


def read_entries(folder: Path) -> list[Entry]:
    """Read the chain.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of Entry
        Oldest first; empty where there is none.

    Raises
    ------
    CheckFailed
        An entry is missing, cut off, or was changed.
    """
    names = (_NAME.fullmatch(path.name) for path in folder.glob("*.entry.json"))
    numbers = sorted(int(found[1]) for found in names if found)
    found: list[Entry] = []
    before = FIRST
    for place, number in enumerate(numbers, start=1):
        if number != place:
            raise CheckFailed(f"{entry_path(folder, place)}: this entry of the ledger is missing", hint=HINT)
        entry = _read(entry_path(folder, number))
        if entry.number != number or entry.before != before:
            raise CheckFailed(f"{entry_path(folder, number)}: does not follow the entry before it", hint=HINT)
        before = entry.sha256
        found.append(entry)
    return found


def head_of(entries: list[Entry]) -> Head:
    """Return how a chain ends.

    Parameters
    ----------
    entries : list of Entry

    Returns
    -------
    Head
    """
    return Head(len(entries), entries[-1].sha256) if entries else Head()


def check_files(folder: Path, entries: list[Entry], seen: Seen, *, again: bool = False) -> None:
    """Refuse a ledger whose files are not those that its entries stand for.

    Parameters
    ----------
    folder : Path
    entries : list of Entry
    seen : Seen
        What was hashed before.
    again : bool, default False
        Hash everything again.

    Raises
    ------
    CheckFailed
        A file is missing, cut off, or was changed.
    """
    for entry in entries:
        for name, path in (("tables", tables_path(folder, entry.number)), ("arrays", arrays_path(folder, entry.number))):
            expected = entry.files[name]
            if not path.is_file():
                raise CheckFailed(f"{path}: missing; it holds the {name} of {entry.release}", hint=HINT)
            size = path.stat().st_size
            if size < expected["bytes"]:
                raise CheckFailed(f"{path}: cut off after {size:,} of {expected['bytes']:,} bytes", hint=HINT)
            if size > expected["bytes"] or seen.sha256(path, again=again) != expected["sha256"]:
                raise CheckFailed(f"{path}: was changed after it was written", hint=HINT)


def read_table_records(folder: Path, number: int) -> list[dict[str, Any]]:
    """Read the records of an entry's tables.

    Parameters
    ----------
    folder : Path
    number : int

    Returns
    -------
    list of dict

    Raises
    ------
    CheckFailed
        The file is gone or cut off.
    """
    path = tables_path(folder, number)
    try:
        found: list[dict[str, Any]] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        raise CheckFailed(f"{path}: missing or cut off", hint=HINT) from None
    return found


def _read(path: Path) -> Entry:
    try:
        record: Any = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise CheckFailed(f"{path}: cut off, no whole entry", hint=HINT) from None
    except OSError as error:
        raise CheckFailed(f"{path}: cannot be read ({error.strerror})", hint=HINT) from None
    stated = record.pop("sha256", None) if isinstance(record, dict) else None
    if stated is None or set(record) != set(Entry.__dataclass_fields__) or sha256(canonical(record)) != stated:
        raise CheckFailed(f"{path}: was changed after it was written", hint=HINT)
    return Entry(**record)
