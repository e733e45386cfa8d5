"""The scan of what is about to be public: every file of a release, a candidate or a built site, looked into to the last layer.

Two questions: does a value stand there that came from a personal field, and does it look like Korean personal data. What
cannot be looked into counts as a fault too. A report names files, places and kinds, and never repeats a value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import GateRefused
from workbench.files import canonical, read_json, sha256, sha256_file, write_json
from workbench.releases.leaking import kinds_in, leaks_of
from workbench.releases.personal_values import PersonalValues
from workbench.releases.public_texts import allowed_texts
from workbench.screening.content import Piece

SHOWN = 12
"""Leaks that an error lists; the rest is counted."""

_DOWNLOAD = re.compile(r"(?:^|/)downloads/([a-z][a-z0-9_]*)\.csv$")
_KEPT = 20_000


@dataclass(frozen=True, order=True)
class Leak:
    """Personal data in a file.

    Parameters
    ----------
    file : str
        From the folder that was scanned.
    where : str
        Inside the file.
    kind : str
        In words; never the value.
    count : int
    """

    file: str
    where: str
    kind: str
    count: int

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        return f"{self.file}{place}: {self.kind}{f', {self.count} times' if self.count > 1 else ''}"


@dataclass(frozen=True, order=True)
class NotRead:
    """What could not be looked into.

    Parameters
    ----------
    file, where, reason : str
    """

    file: str
    where: str
    reason: str

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        return f"{self.file}{place}: cannot be looked into, {self.reason}"


@dataclass(frozen=True)
class ScanReport:
    """What a scan found.

    Parameters
    ----------
    leaks : tuple of Leak
    unread : tuple of NotRead
    looked_at : int
        Files.
    """

    leaks: tuple[Leak, ...]
    unread: tuple[NotRead, ...]
    looked_at: int

    @property
    def clean(self) -> bool:
        """Whether everything was looked into, and nothing found."""
        return not self.leaks and not self.unread


def scan_release(folder: Path, *, personal: PersonalValues) -> ScanReport:
    """Look into every file of a release or a candidate.

    Parameters
    ----------
    folder : Path
    personal : PersonalValues

    Returns
    -------
    ScanReport

    Examples
    --------
    >>> scan_release(folder, personal=personal_values(project, catalog)).clean  # doctest: +SKIP
    True
    """
    return _scan(folder, personal)


def scan_site(site: Path, *, personal: PersonalValues, parts: Sequence[Path] | None = None) -> ScanReport:
    """Look into every file of a built site; files that were looked into before are not looked into again.

    Parameters
    ----------
    site : Path
    personal : PersonalValues
    parts : sequence of Path, optional
        Only these files and folders of it.

    Returns
    -------
    ScanReport
    """
    return _scan(site, personal, parts=parts)


def require_clean(report: ScanReport, *, what: str) -> None:
    """Refuse to go on where a scan found something.

    Parameters
    ----------
    report : ScanReport
    what : str
        What was scanned.

    Raises
    ------
    GateRefused
        Names the files, the places and the kinds.

    Examples
    --------
    >>> require_clean(ScanReport((Leak("a.csv", "", "mobile phone number", 2),), (), 1), what="the candidate")
    Traceback (most recent call last):
    ...
    workbench.errors.GateRefused: the candidate holds what may not be public:
      - a.csv: mobile phone number, 2 times
      remove it at its source; what is public on purpose, such as an office's telephone, is named in book/public_texts.yml
    """
    if report.clean:
        return
    lines = [str(item) for item in (*report.leaks, *report.unread)]
    shown = "\n".join(f"  - {line}" for line in lines[:SHOWN])
    more = f"\n  - and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
    hint = "remove it at its source; what is public on purpose, such as an office's telephone, is named in book/public_texts.yml"
    raise GateRefused(f"{what} holds what may not be public:\n{shown}{more}", hint=hint)


def _scan(folder: Path, personal: PersonalValues, *, parts: Sequence[Path] | None = None) -> ScanReport:
    allowed = allowed_texts(personal.project)
    version = sha256(canonical({"personal": personal.fingerprint, "program": _program(), "allowed": sorted(allowed)}))
    memory = personal.project.cache / "scan.json"
    before = read_json(memory) if memory.is_file() else {}
    known: dict[str, Any] = before["files"] if before.get("version") == version else {}
    used: dict[str, Any] = {}
    there = [path for part in parts or [folder] for path in (part.rglob("*") if part.is_dir() else [part])]
    files = sorted(path for path in there if path.is_file() or path.is_symlink())
    names = [str(path.relative_to(folder)) for path in files]
    key = f"names {sha256(canonical(names))}"
    told = {} if key in known else _names(names, personal, allowed)
    if not told:
        used[key] = {}  # names that leak are never written down
    shown = {name: told[name][0] if name in told else name for name in names}
    leaks = [Leak(hidden, "its name", kind, count) for hidden, kinds in told.values() for kind, count in sorted(kinds.items())]
    unread = []
    for path, name in zip(files, names, strict=True):
        if path.is_symlink():
            unread.append(NotRead(shown[name], "", "is a link to another file"))
            continue
        download = found[1] if (found := _DOWNLOAD.search(name)) else ""
        key = f"{sha256_file(path)} {path.suffix} {download}"
        if key not in used:
            used[key] = known[key] if key in known else leaks_of(path, personal, allowed, download=download)
        leaks += [Leak(shown[name], *item) for item in used[key]["leaks"]]
        unread += [NotRead(shown[name], *item) for item in used[key]["unread"]]
    if used.keys() - known.keys():
        write_json(memory, {"version": version, "files": {**dict(list(known.items())[-_KEPT:]), **used}})
    return ScanReport(tuple(sorted(leaks)), tuple(sorted(unread)), len(files))


def _program() -> str:
    """The hash of the programs that look: others may find more."""
    here = Path(__file__).parent
    files = [here / f"{name}.py" for name in ("figure_texts", "leaking", "personal_values", "scanning")]
    files += [path for path in (here.parent / "screening").rglob("*") if path.suffix in (".py", ".txt")]
    return sha256(canonical(sorted(sha256_file(path) for path in files)))


def _names(names: list[str], personal: PersonalValues, allowed: frozenset[str]) -> dict[str, tuple[str, dict[str, int]]]:
    """Files by whose very names something leaks: what to call them instead, and the kinds."""
    if not kinds_in(Piece("", "\n".join(names).replace("/", "\n")), personal, allowed):
        return {}
    found = {}
    for number, name in enumerate(names, 1):
        kinds = kinds_in(Piece("", name.replace("/", "\n")), personal, allowed)
        if kinds:
            found[name] = (f"file {number} of {len(names)}", kinds)
    return found
