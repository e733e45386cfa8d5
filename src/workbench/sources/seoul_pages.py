"""What was fetched, page by page, so that a fetch cut by the day's quota goes on where it stopped; and the quota itself.

A unit is what is taken in whole: a day, a month, a list. Its pages gather in ``<unit>.next``; when the last one is
there the folder takes the unit's name. So a folder under a unit's own name is always complete.
"""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import CheckFailed
from workbench.files import canonical, read_json, replace_folder, sha256, write_json
from workbench.project import Project
from workbench.sources.seoul_answers import QuotaUsed

DAILY_CALLS = 1_000
"""The interface's limit for one key."""

STALE_AFTER_DAYS = 7
"""Pages of an unfinished list older than this are fetched again: the list has moved on."""

_DONE = "done.json"


@dataclass(frozen=True)
class PageStore:
    """The fetched pages of one dataset, under ``.workbench/fetch/<dataset>/``."""

    folder: Path

    def done(self, unit: str) -> dict[str, Any] | None:
        """Return the record of a complete unit (``retrieved``, ``rows``, ``sha256``), or None."""
        path = self.folder / unit / _DONE
        return _object(path) if path.is_file() else None

    def units(self, group: str) -> list[str]:
        """Return the complete units whose names begin with a group's, in order."""
        if not self.folder.is_dir():
            return []
        return sorted(
            path.name for path in self.folder.iterdir() if path.name.startswith(group) and self.done(path.name) is not None
        )

    def pages(self, unit: str) -> list[list[dict[str, Any]]]:
        """Return a complete unit's pages."""
        return _read_pages(self.folder / unit)

    def begun(self, unit: str, *, today: dt.date) -> list[list[dict[str, Any]]]:
        """Return the pages of a unit whose fetching was cut; none where they are too old to go on from."""
        folder = self.folder / f"{unit}.next"
        first = folder / "page-00001.json"
        if first.is_file() and (today - dt.date.fromisoformat(_object(first)["retrieved"])).days <= STALE_AFTER_DAYS:
            return _read_pages(folder)
        shutil.rmtree(folder, ignore_errors=True)
        return []

    def keep(self, unit: str, page: int, rows: list[dict[str, Any]], *, today: dt.date) -> None:
        """Keep one page of a unit that is being fetched."""
        write_json(self.folder / f"{unit}.next" / f"page-{page:05d}.json", {"retrieved": today.isoformat(), "rows": rows})

    def finish(self, unit: str, *, today: dt.date) -> None:
        """Give a unit whose last page is there its own name."""
        folder = self.folder / f"{unit}.next"
        pages = _read_pages(folder)
        record = {
            "retrieved": today.isoformat(),
            "rows": sum(map(len, pages)),
            "sha256": page_hash([row for page in pages for row in page]),
        }
        write_json(folder / _DONE, record)
        replace_folder(folder, self.folder / unit)


@dataclass(frozen=True)
class Quota:
    """The calls made today with one key at one address; only a hash of the two is kept."""

    path: Path
    today: dt.date
    key_hash: str

    @classmethod
    def of(cls, project: Project, key: str, *, base: str, today: dt.date) -> Quota:
        """Return the counter of a project, a key and the address of an interface."""
        return cls(project.cache / "seoul_calls.json", today, sha256(f"seoul:{base}:{key}".encode())[:12])

    @property
    def used(self) -> int:
        """Calls made today."""
        if not self.path.is_file():
            return 0
        return int(_object(self.path).get(self.today.isoformat(), {}).get(self.key_hash, 0))

    def count(self) -> None:
        """Count one call that is about to be made.

        Raises
        ------
        QuotaUsed
            The day's calls are used.
        """
        used = self.used
        if used >= DAILY_CALLS:
            raise QuotaUsed(
                f"Seoul Open Data Plaza: the day's {DAILY_CALLS:,} calls of this key are used",
                hint="run the same command tomorrow, it goes on where it stopped",
            )
        self._write(used + 1)

    def exhaust(self) -> None:
        """Note that the server itself says the day's calls are used."""
        self._write(DAILY_CALLS)

    def _write(self, used: int) -> None:
        days: dict[str, dict[str, int]] = _object(self.path) if self.path.is_file() else {}
        today = self.today.isoformat()
        write_json(self.path, {today: {**days.get(today, {}), self.key_hash: used}})


def page_hash(rows: list[dict[str, Any]]) -> str:
    """Return the SHA-256 of rows in their one byte form.

    Parameters
    ----------
    rows : list of dict

    Returns
    -------
    str

    Examples
    --------
    >>> page_hash([{"a": "1"}])[:8]
    'df695fe2'
    """
    return sha256(canonical(rows))


def _read_pages(folder: Path) -> list[list[dict[str, Any]]]:
    """Pages 1, 2, 3 … as far as they go without a gap."""
    pages: list[list[dict[str, Any]]] = []
    while (path := folder / f"page-{len(pages) + 1:05d}.json").is_file():
        pages.append(list(_object(path)["rows"]))
    return pages


def _object(path: Path) -> dict[str, Any]:
    value = read_json(path)
    if not isinstance(value, dict):
        raise CheckFailed(f"{path}: not a record of fetched pages", hint="delete it; it is fetched again")
    return value
