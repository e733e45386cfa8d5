"""Whether the vault is whole: every part as its record says, every record as the register says, and openable if need be.

Without keys: hashes, erasures, custodians. With keys of both sides one row of every block is opened, and with holders'
keys recovery shares are, so that a lost key is a rehearsed event and not a catastrophe.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.errors import CheckFailed, GateRefused, WorkbenchError
from workbench.files import sha256_file
from workbench.governance import SIDES
from workbench.progress import Report, silent
from workbench.vault.envelopes import Custodians
from workbench.vault.erasing import finish
from workbench.vault.history import HINT, require_last
from workbench.vault.keys import Keys
from workbench.vault.lasting import known_secret, require_there, secret_paths
from workbench.vault.quarantine import quarantine_shelf
from workbench.vault.reading import WithKeys
from workbench.vault.records import Sealed, Shelf, read_sealed
from workbench.vault.recovering import holders_of, read_share, rehearse, share_path
from workbench.vault.register import FIRST
from workbench.vault.sealed_rows import SHARE_BYTES, is_sealed, open_rows, read_blocks

if TYPE_CHECKING:
    from workbench.vault.parts import Vault

RESEAL = "workbench vault rotate"


@dataclass
class Findings:
    """What verifying found.

    Parameters
    ----------
    faults : list of WorkbenchError
        What is not as it should be.
    notes : list of str
        What somebody should know.
    parts, rows : int
        Looked at.
    opened : int
        Rows opened for the rehearsal.
    rehearsed : list of str
        Custodians whose recovery share was opened.
    lines : int
        Of the register.
    head : str
        The hash of its last line. Who notes it down sees later whether the register was replaced: its line has it still.

    Examples
    --------
    >>> Findings().whole
    True
    """

    faults: list[WorkbenchError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    parts: int = 0
    rows: int = 0
    opened: int = 0
    rehearsed: list[str] = field(default_factory=list)
    lines: int = 0
    head: str = FIRST

    @property
    def whole(self) -> bool:
        """Whether there is no fault."""
        return not self.faults


def verify(vault: Vault, *, keys: Keys | None = None, report: Report = silent) -> Findings:
    """Verify everything that rests in the vault.

    Parameters
    ----------
    vault : Vault
    keys : Keys, optional
        With a key of each side, one row of each block is opened; with the keys of holders, recovery shares are.
    report : Report, optional

    Returns
    -------
    Findings
    """
    found, keys = Findings(), keys or Keys()
    fault = vault.register.fault()
    if fault is not None:
        found.faults.append(fault)
        return found  # nothing else can be judged by it
    if vault.register.torn:
        found.notes.append("the register's last line was cut off while it was written; the next line mends it")
    entries = vault.register.entries()
    found.lines, found.head = len(entries), str(entries[-1]["sha256"]) if entries else FIRST
    work = list(_shelved(vault))
    batches: dict[tuple[str, str], str | None] = {}
    for dataset in vault.catalog.datasets:
        for shelf in (vault.shelf(dataset), quarantine_shelf(vault, dataset)):
            _strays(vault, dataset, shelf, found)
        _secrets(vault, dataset, keys, found)
    for number, (dataset, shelf, part) in enumerate(work):
        report(number, len(work), f"{dataset} {part}")
        try:
            batches[shelf.dataset, part] = _part(vault, dataset, shelf, part, keys=keys, found=found)
        except WorkbenchError as error:
            found.faults.append(error)
            batches.setdefault((shelf.dataset, part), None)
    found.faults += _against_the_register(vault, batches, found)
    _shares(vault, keys, found, needed=any(batches.values()))
    report(len(work), len(work), "")
    return found


def _shelved(vault: Vault) -> Iterator[tuple[str, Shelf, str]]:
    for dataset in vault.catalog.datasets:
        for shelf in (vault.shelf(dataset), quarantine_shelf(vault, dataset)):
            for part in shelf.parts():
                yield dataset, shelf, part


def _part(vault: Vault, dataset: str, shelf: Shelf, part: str, *, keys: Keys, found: Findings) -> str | None:
    """Verify one part; return its batch where it is sealed to custodians."""
    again = finish(vault, shelf, part)
    if again:
        found.notes.append(f"{shelf.dataset}, {part}: {again} erased rows were there again, or half; they are destroyed now")
    record = shelf.record(part)
    if record is None:
        return None
    found.parts += 1
    found.rows += int(record["rows"])
    custody, path = record.get("custody", "clear"), shelf.file(record)
    wanted = vault.rulings.kind(dataset, vault.catalog[dataset])
    if custody != "joint" and wanted == "joint":
        found.faults.append(
            CheckFailed(f"{path}: about people, and not sealed to custodians", hint=f"seal it: {RESEAL} {dataset}")
        )
    if custody == "clear" and wanted == "synthetic":
        found.notes.append(f"{shelf.dataset}, {part}: made-up people that rest in the clear, taken in before there were seals")
    if custody != "joint":
        if sha256_file(path) != record["content_sha256"]:
            raise CheckFailed(f"{path}: was changed since it was written", hint="take the part in again")
        return None
    sealed = read_sealed(record, where=str(shelf.path(part)))
    require_last(vault.register.history(), shelf, sealed)
    if vault.register.history().last[shelf.dataset, part]["batch"] != sealed.layout.place.batch:
        found.notes.append(f"{shelf.dataset}, {part}: sealing it anew was cut short; what was there before stands")
    _blocks(shelf, record, sealed)
    found.faults += _openable(sealed.custodians, vault.rulings.custodians(), f"{shelf.dataset}, {part}", dataset, found)
    if keys.held:
        found.opened += _rehearsed(shelf, record, sealed, keys, found)
    return sealed.layout.place.batch


def _blocks(shelf: Shelf, record: dict[str, Any], sealed: Sealed) -> None:
    """Compare every block with its hash; an erased row has no share left."""
    path = shelf.file(record)
    for first, block, content in read_blocks(path, sealed.layout):
        for row in range(first, first + block.rows) if sealed.layout.erased else ():
            share = content[SHARE_BYTES * (row - first) : SHARE_BYTES * (row - first + 1)]
            if (row in sealed.layout.erased) == any(share):
                raise CheckFailed(
                    f"{path}: row {row + 1} is {'there though it was' if any(share) else 'gone though it was not'} erased",
                    hint="restore the part from a copy, or take it in again",
                )


def _openable(sealed: Custodians, now: Custodians, where: str, dataset: str, found: Findings) -> list[WorkbenchError]:
    """Whether the custodians in force can open it, and only they."""
    lost = [side for side in SIDES if set(sealed.of(side).values()).isdisjoint(now.of(side).values())]
    if lost:
        sides = " and ".join(side.replace("_", " ") for side in lost)
        hint = f"with the keys of those it is sealed to, or restored ones: {RESEAL} {dataset}"
        return [CheckFailed(f"{where}: no custodian in force of {sides} can open it", hint=hint)]
    if any(set(sealed.of(side).values()) != set(now.of(side).values()) for side in SIDES):
        found.notes.append(f"{where}: is sealed to other custodians than those in force: {RESEAL} {dataset}")
    return []


def _rehearsed(shelf: Shelf, record: dict[str, Any], sealed: Sealed, keys: Keys, found: Findings) -> int:
    """Open the first row that is there of every block."""
    where = f"dataset '{shelf.dataset}', part '{record['part']}'"
    try:
        secret = WithKeys(keys).secret(sealed, where=where)
    except GateRefused as error:
        if not any(set(sealed.custodians.of(side).values()).isdisjoint(keys.recipients) for side in SIDES):
            found.faults.append(error)  # a key of each side is there, and yet they do not open
        return 0
    return sum(table.num_rows for _, _, table in open_rows(shelf.file(record), sealed.layout, secret, first_only=True))


def _against_the_register(vault: Vault, batches: dict[tuple[str, str], str | None], found: Findings) -> list[WorkbenchError]:
    """What was sealed and neither removed nor replaced is there; what is there was compared with it part by part."""
    faults: list[WorkbenchError] = []
    for place, entry in vault.register.history().last.items():
        if entry["kind"] == "removed" or place in batches:
            continue
        if place[0].partition(".")[0] in vault.catalog.datasets:
            where = " part ".join(place)
            faults.append(CheckFailed(f"{where}: is gone, and the register does not say that it was removed", hint=HINT))
        else:
            found.notes.append(
                f"{' part '.join(place)}: the catalogue does not know the dataset any more, so nobody looked at it"
            )
    return faults


def _secrets(vault: Vault, dataset: str, keys: Keys, found: Findings) -> None:
    """Whether the secrets that were drawn are there, and with keys of both sides, whether they are those."""
    for path in secret_paths(vault, dataset):
        try:
            require_there(path)
            known_secret(vault, path, keys, dataset=dataset)
        except GateRefused:
            continue  # a side's key is missing
        except WorkbenchError as error:
            found.faults.append(error)


def _strays(vault: Vault, dataset: str, shelf: Shelf, found: Findings) -> None:
    """Files of rows that no record names: readable ones are a fault where the dataset is sealed."""
    begun = {
        f"{part}.{str(entry.get('batch'))[:16]}.sealed"
        for (name, part), entry in vault.register.history().last.items()
        if name == shelf.dataset
    }
    for path in shelf.strays():
        if path.name in begun:  # said where its part is looked at
            continue
        if vault.sealed(dataset) and not is_sealed(path):
            hint = f"overwrite and remove it: {RESEAL} {dataset}"
            found.faults.append(CheckFailed(f"{path}: rows about people that anybody can read, left by a kill", hint=hint))
        else:
            found.notes.append(
                f"{path}: rows that no record names, left by a kill; they go when the part is written or sealed anew"
            )


def _shares(vault: Vault, keys: Keys, found: Findings, *, needed: bool) -> None:
    """Whether each custodian in force has a recovery share of the key in use, sealed to those who should hold it."""
    custodians = vault.rulings.custodians() if needed or keys.held else Custodians()
    for side in SIDES:
        for seat, recipient in custodians.of(side).items():
            make = f"workbench vault recover --seat {seat} --key FILE"
            if not share_path(vault, seat).is_file():
                found.notes.append(f"{seat} has no recovery share: a lost key is lost: {make}")
                continue
            try:
                share = read_share(vault, seat)
                if share["recipient"] != recipient:
                    raise CheckFailed(f"the recovery share of {seat} is of another key than the one in force", hint=make)
                if share["holders"] != holders_of(vault, seat):
                    found.notes.append(f"the recovery share of {seat} is held by others than the stewards in force: {make}")
                at_hand = [key for key in share["holders"].values() if key in keys.recipients]
                if len(at_hand) >= share["needed"]:
                    rehearse(vault, seat, keys)
                    found.rehearsed.append(seat)
            except WorkbenchError as error:
                found.faults.append(error)
