"""Destroying single rows at once, without any custodian: what people may ask for at any time must not wait for two keys.

The register says so first, then the record that it is under way, then the bytes go, then the record says what is left; a
kill between two of these is finished by whoever comes next. The register alone decides what is destroyed: a record that was
edited destroys nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from workbench.errors import CheckFailed, UsageError
from workbench.files import canonical, sha256
from workbench.vault.history import blocks_digest, require_last
from workbench.vault.records import NO_MARKS, OWN_KEYS, Sealed, Shelf, read_sealed
from workbench.vault.sealed_rows import content_of, erase_rows
from workbench.vault.writing import Written, write_clear, write_synthetic

if TYPE_CHECKING:
    from workbench.vault.parts import Vault


def erase(vault: Vault, dataset: str, part: str, rows: Sequence[int]) -> int:
    """Destroy rows of a part: the work of :meth:`Vault.erase`.

    Parameters
    ----------
    vault : Vault
    dataset, part : str
    rows : sequence of int
        Numbered from 0, as they came in; erased rows keep their numbers.

    Returns
    -------
    int
        How many were there still.
    """
    shelf = vault.shelf(dataset)
    with vault.alone(dataset):
        finish(vault, shelf, part)
        record = shelf.record(part)
        if record is None:
            raise UsageError(f"dataset '{dataset}': no part '{part}'", hint="workbench vault status names the parts")
        joint = record.get("custody") == "joint"
        sealed = read_sealed(record, where=str(shelf.path(part))) if joint else None
        gone = sealed.layout.erased if sealed else frozenset(record.get("erased", []))
        came = sealed.layout.rows if sealed else int(record["rows"]) + len(gone)
        beyond = [row for row in rows if not 0 <= row < came]
        if beyond:
            raise UsageError(f"part '{part}' of '{dataset}': no row number {beyond[0]}, allowed are 0 to {came - 1}")
        wanted = sorted(set(map(int, rows)) - gone)
        if not wanted:
            return 0
        line: dict[str, Any] = {"dataset": dataset, "part": part, "rows": wanted}
        if sealed is not None:
            shelf.sweep(part, keep=record["file"], personal=True)  # what a kill left may hold the row too
            blocks = blocks_digest(erase_rows(shelf.file(record), sealed.layout, wanted, only_say=True))
            line |= {"batch": sealed.layout.place.batch, "blocks": blocks}
        vault.register.append("erased", on=vault.today, **line)
        if sealed is None:
            _rewrite(vault, shelf, record, sorted(gone | set(wanted)), gone)
        else:
            shelf.write({**record, "sealed": {**record["sealed"], "erasing": wanted}})
            finish(vault, shelf, part)
        return len(wanted)


def finish(vault: Vault, shelf: Shelf, part: str) -> int:
    """Finish what a killed :func:`erase` left half done.

    Parameters
    ----------
    vault : Vault
    shelf : Shelf
    part : str

    Returns
    -------
    int
        Rows destroyed now.
    """
    if not _left_to_do(vault, shelf, part)[2]:
        return 0
    with vault.alone(vault_name(shelf)):
        record, sealed, wanted = _left_to_do(vault, shelf, part)  # anew: it may have been replaced before it was this one's turn
        if record is None or sealed is None or not wanted:
            return 0
        shelf.write({**record, "sealed": {**record["sealed"], "erasing": list(wanted)}})
        left = sealed.without(wanted, erase_rows(shelf.file(record), sealed.layout, wanted))
        if sealed.marker == NO_MARKS:
            content = sha256(canonical([record["content_sha256"], "without", wanted]))
        else:
            content = content_of(shelf.file(record), left.layout)
        shelf.write({**record, "rows": left.rows, "content_sha256": content, "sealed": left.plain()})
    return len(wanted)


def known_record(vault: Vault, shelf: Shelf, part: str) -> dict[str, Any] | None:
    """Return a part's record for reading it, with erasures finished, and of sealed rows those alone that the register knows.

    Parameters
    ----------
    vault : Vault
    shelf : Shelf
    part : str

    Returns
    -------
    dict or None
        None where there is no such part.

    Raises
    ------
    CheckFailed
        The record was damaged, its rows are gone, or they are not what was sealed last in this place.
    """
    try:
        return _known(vault, shelf, part)
    except CheckFailed:  # another process may be between two of its steps: looked at again when it has done
        with vault.alone(vault_name(shelf)):
            return _known(vault, shelf, part)


def _known(vault: Vault, shelf: Shelf, part: str) -> dict[str, Any] | None:
    finish(vault, shelf, part)
    record = shelf.record(part)
    if record is not None and record.get("custody") == "joint":
        require_last(vault.register.history(), shelf, read_sealed(record, where=str(shelf.path(part))))
    return record


def _left_to_do(vault: Vault, shelf: Shelf, part: str) -> tuple[dict[str, Any] | None, Sealed | None, tuple[int, ...]]:
    """A part as it lies there, and which of its rows the register says are destroyed and are not."""
    record = shelf.record(part)
    if record is None or record.get("custody") != "joint":
        return None, None, ()
    sealed = read_sealed(record, where=str(shelf.path(part)))
    ordered = vault.register.history().erased(sealed.layout.place.batch) & frozenset(range(sealed.layout.rows))
    return record, sealed, tuple(sorted(ordered - sealed.layout.erased))


def vault_name(shelf: Shelf) -> str:
    """Return the dataset that a shelf belongs to, whichever of its shelves it is.

    Parameters
    ----------
    shelf : Shelf

    Returns
    -------
    str
    """
    return shelf.dataset.partition(".")[0]


def _rewrite(vault: Vault, shelf: Shelf, record: dict[str, Any], erased: list[int], before: frozenset[int]) -> None:
    """Write a part that anyone can read again without the rows."""
    from workbench.vault.keys import Keys
    from workbench.vault.reading import WithKeys, part_tables

    part, came = record["part"], int(record["rows"]) + len(before)
    numbers = np.setdiff1d(np.arange(came), np.array(sorted(before), dtype=int))  # of the rows that are there
    stay = ~np.isin(numbers, erased)

    def remaining() -> Iterator[pa.Table]:
        first = 0
        for table in part_tables(shelf, record, opener=WithKeys(Keys())):
            yield table.filter(pa.array(stay[first : first + table.num_rows]))
            first += table.num_rows

    written: Written
    if record.get("custody") == "synthetic":
        written = write_synthetic(shelf.folder, (shelf.dataset, part), remaining(), seed=record["sealed"]["seed"])
    else:
        written = write_clear(shelf.folder, part, remaining(), vault.catalog[shelf.dataset])
    facts = {key: value for key, value in record.items() if key not in OWN_KEYS}
    shelf.write({**written.record(facts, dataset=shelf.dataset, part=part), "erased": erased})
    shelf.sweep(part, keep=written.file)
