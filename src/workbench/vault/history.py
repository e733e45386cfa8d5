"""What the register says of sealed batches: which came last in which place, which followed which, and what was erased.

A record and its file can be put back from an older copy by whoever has the disk; the register cannot, unnoticed. So what
is read is compared with it, and a row that was erased once stays erased in every batch that has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.errors import CheckFailed
from workbench.files import canonical, sha256
from workbench.vault.records import Sealed, Shelf
from workbench.vault.sealed_rows import Block

HINT = "ask who was at this machine; then restore the part from a copy, or take it in again"


def blocks_digest(blocks: Sequence[Block]) -> str:
    """Return one hash for the bytes of a sealed file.

    Parameters
    ----------
    blocks : sequence of Block

    Returns
    -------
    str

    Examples
    --------
    >>> blocks_digest([])[:8]
    '4f53cda1'
    """
    return sha256(canonical([block.plain() for block in blocks]))


class History:
    """The register's lines about sealed batches.

    Parameters
    ----------
    entries : iterable of mapping
        The register's, the oldest first.

    Examples
    --------
    >>> history = History(
    ...     [
    ...         {"kind": "sealed", "dataset": "trips", "part": "a", "batch": "1"},
    ...         {"kind": "rotated", "dataset": "trips", "part": "a", "batch": "2", "before_batch": "1"},
    ...         {"kind": "erased", "batch": "2", "rows": [7]},
    ...     ]
    ... )
    >>> sorted(history.erased("1")), history.last["trips", "a"]["batch"]
    ([7], '2')
    """

    def __init__(self, entries: Iterable[Mapping[str, Any]]) -> None:
        self.last: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._known: dict[tuple[str, str], set[str]] = {}
        self._family: dict[str, str] = {}
        self._erased: dict[str, set[int]] = {}
        self._blocks: dict[str, str] = {}
        self._used: set[str] = set()
        for entry in entries:
            batch = str(entry.get("batch"))
            if entry["kind"] in ("sealed", "rotated", "removed"):
                place = (str(entry["dataset"]), str(entry["part"]))
                self.last[place] = entry
                self._known.setdefault(place, set()).add(batch)
                if entry.get("before_batch"):
                    self._family[batch] = self._first(str(entry["before_batch"]))
            elif entry["kind"] == "erased" and entry.get("batch"):
                self._erased.setdefault(self._first(batch), set()).update(map(int, entry["rows"]))
                self._used.add(batch)
            if entry.get("blocks"):
                self._blocks[batch] = str(entry["blocks"])

    def _first(self, batch: str) -> str:
        """The batch from which it was sealed anew; rows keep their numbers from there on."""
        return self._family.get(batch, batch)

    def erased(self, batch: str) -> frozenset[int]:
        """Return the rows that were erased of a batch, or of those that it was sealed anew from or into.

        Parameters
        ----------
        batch : str

        Returns
        -------
        frozenset of int
        """
        return frozenset(self._erased.get(self._first(batch), ()))

    def changed(self, sealed: Sealed) -> bool:
        """Say whether a file of sealed rows is another than the register knows, whatever its record says.

        Parameters
        ----------
        sealed : Sealed

        Returns
        -------
        bool
        """
        known = self._blocks.get(sealed.layout.place.batch)
        return known is not None and known != blocks_digest(sealed.layout.blocks)

    def cut_short(self, folder: Path, place: tuple[str, str], batch: str) -> bool:
        """Say whether an older batch lies in a place because sealing it anew was killed before its record was written.

        Parameters
        ----------
        folder : Path
        place : (dataset, part)
        batch : str
            That lies there.

        Returns
        -------
        bool
        """
        newest = str(self.last[place].get("batch"))
        begun = (folder / f"{place[1]}.{newest[:16]}.sealed").is_file() and newest not in self._used
        return begun and batch in self._known[place]


def require_last(history: History, shelf: Shelf, sealed: Sealed) -> None:
    """Refuse rows that the register does not know as those sealed last in their place.

    Parameters
    ----------
    history : History
    shelf : Shelf
    sealed : Sealed

    Raises
    ------
    CheckFailed
    """
    where, batch = sealed.layout.place, sealed.layout.place.batch
    place, said = (where.dataset, where.part), f"dataset '{where.dataset}', part '{where.part}'"
    entry = history.last.get(place)
    if entry is None:
        hint = f"ask who was at this machine; both sides can make it known again: workbench vault rotate {shelf.dataset}"
        raise CheckFailed(f"{said}: is there, and the register does not know it", hint=hint)
    if entry["kind"] == "removed":
        raise CheckFailed(f"{said}: is there, though the register says that it was removed", hint=HINT)
    if entry["batch"] != batch and not history.cut_short(shelf.folder, place, batch):
        raise CheckFailed(f"{said}: is not what was sealed last: an older or another part lies there", hint=HINT)
    if history.changed(sealed):
        raise CheckFailed(f"{said}: its rows or its record were changed since they were sealed", hint=HINT)
    unknown = sealed.layout.erased - history.erased(batch)
    if unknown:
        raise CheckFailed(f"{said}: {len(unknown)} rows are gone, and the register does not say that they were erased", hint=HINT)
