"""Opening as an attended act: for a purpose that both sides adopted, in the register before anything is shown.

Both custodians may sit at one machine; or the government's takes its layer off and hands on what stays sealed to civil
society, so that nobody's key travels.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from workbench.errors import CheckFailed, GateRefused, UsageError, did_you_mean
from workbench.files import read_json
from workbench.vault.envelopes import Custodians, peel_outer
from workbench.vault.keys import Keys
from workbench.vault.quarantine import quarantine_shelf, quarantined
from workbench.vault.reading import HandedOn, Opener, WithKeys
from workbench.vault.records import Sealed, Shelf, read_sealed

if TYPE_CHECKING:
    from workbench.vault.parts import Vault

LARGEST_FILE = 64 * 1024 * 1024


def require_purpose(vault: Vault, dataset: str, purpose: str) -> None:
    """Refuse a purpose that both sides did not adopt.

    Parameters
    ----------
    vault : Vault
    dataset, purpose : str

    Raises
    ------
    GateRefused
        The policy is not adopted, or does not name the purpose.
    """
    _ = vault.catalog[dataset]  # an unknown name never becomes a path
    adopted = vault.rulings.purposes(dataset)
    if purpose not in adopted:
        raise GateRefused(
            f"dataset '{dataset}': '{purpose}' is no purpose of its adopted policy", hint=did_you_mean(purpose, adopted)
        )


def sealed_parts(vault: Vault, dataset: str) -> Iterator[tuple[Shelf, dict[str, Any], Sealed]]:
    """Give everything of a dataset that is sealed to custodians: its parts, then its refused rows.

    Parameters
    ----------
    vault : Vault
    dataset : str

    Yields
    ------
    (Shelf, dict, Sealed)
    """
    for shelf in (vault.shelf(dataset), quarantine_shelf(vault, dataset)):
        for part in shelf.parts():
            record = shelf.record(part)
            if record is not None and record.get("custody") == "joint":
                yield shelf, record, read_sealed(record, where=str(shelf.path(part)))


def seats_of(keys: Keys, custodians: Sequence[Custodians]) -> list[str]:
    """Return whose keys they are: seats where they are known, else the public key.

    Parameters
    ----------
    keys : Keys
    custodians : sequence of Custodians

    Returns
    -------
    list of str
    """
    seats = {key: seat for one in custodians for side in (one.government, one.civil_society) for seat, key in side.items()}
    return sorted(seats.get(key, key) for key in keys.recipients)


def open_for(
    vault: Vault,
    dataset: str,
    *,
    purpose: str,
    keys: Keys,
    handed: Path | None = None,
    refused: bool = False,
) -> Iterator[pa.Table]:
    """Open a dataset for a purpose; the register has it before the first row is given.

    Parameters
    ----------
    vault : Vault
    dataset, purpose : str
    keys : Keys
        One of each side; with ``handed`` civil society's alone.
    handed : Path, optional
        What the government's custodian handed on.
    refused : bool, default False
        The rows that were refused, instead of those that were kept.

    Returns
    -------
    iterator of pyarrow.Table

    Raises
    ------
    GateRefused
        Another purpose, or a side's key is missing.
    UsageError
        Nothing is there, or nothing of it is sealed to custodians.
    CheckFailed
        Something was changed, or the register is not whole.
    """
    require_purpose(vault, dataset, purpose)
    wanted = quarantine_shelf(vault, dataset) if refused else vault.shelf(dataset)
    found = [item for item in sealed_parts(vault, dataset) if item[0].folder == wanted.folder]
    if not found:
        what = "no refused row waits" if refused else "no part is sealed to custodians"
        raise UsageError(f"dataset '{dataset}': {what}", hint="see what rests where: workbench vault status")
    opener: Opener = HandedOn(read_handed(handed, dataset, purpose), keys) if handed else WithKeys(keys)
    for shelf, record, sealed in found:  # a key that does not open is refused before anything is noted as opened
        opener.secret(sealed, where=f"dataset '{shelf.dataset}', part '{record['part']}'")
    facts: dict[str, Any] = {
        "dataset": wanted.dataset,
        "purpose": purpose,
        "by": seats_of(keys, [sealed.custodians for _, _, sealed in found]),
        "parts": [record["part"] for _, record, _ in found],
        "rows": sum(int(record["rows"]) for _, record, _ in found),
    }
    if handed is not None:
        facts["handed_on"] = True
    vault.register.append("opened", on=vault.today, **facts)
    names = [str(record["part"]) for _, record, _ in found]
    return quarantined(vault, dataset, opener=opener) if refused else vault.tables(dataset, parts=names, opener=opener)


def hand_on(vault: Vault, dataset: str, *, purpose: str, keys: Keys) -> dict[str, Any]:
    """Take the government's layer off a dataset's secrets, for civil society's custodian to open the rest.

    Parameters
    ----------
    vault : Vault
    dataset, purpose : str
    keys : Keys
        The government's.

    Returns
    -------
    dict
        To be written into a file: nobody but civil society's custodians can use it, and only together with the vault.

    Raises
    ------
    GateRefused
        Another purpose, or the key is not the government's.
    """
    require_purpose(vault, dataset, purpose)
    found = list(sealed_parts(vault, dataset))
    if not found:
        raise UsageError(f"dataset '{dataset}': no part is sealed to custodians", hint="see: workbench vault status")
    inner = {
        sealed.layout.place.batch: base64.b64encode(
            peel_outer(
                sealed.envelope,
                keys,
                where=f"dataset '{shelf.dataset}', part '{record['part']}'",
                custodians=sealed.custodians,
            )
        ).decode("ascii")
        for shelf, record, sealed in found
    }
    by = seats_of(keys, [sealed.custodians for _, _, sealed in found])
    vault.register.append("handed_on", on=vault.today, dataset=dataset, purpose=purpose, by=by, batches=sorted(inner))
    return {"dataset": dataset, "purpose": purpose, "inner": inner}


def read_handed(path: Path, dataset: str, purpose: str) -> dict[str, bytes]:
    """Read what the government's custodian handed on.

    Parameters
    ----------
    path : Path
    dataset, purpose : str
        What it must be for.

    Returns
    -------
    dict of str to bytes
        By batch.

    Raises
    ------
    UsageError
        It is no such file.
    GateRefused
        It was handed on for another dataset or purpose.
    """
    if not path.is_file() or path.stat().st_size > LARGEST_FILE:
        raise UsageError(f"{path}: no file that was handed on", hint="made with: workbench vault open DATASET --hand-on FILE")
    try:
        record = read_json(path)
        inner = {str(batch): base64.b64decode(text, validate=True) for batch, text in record["inner"].items()}
        about = (record["dataset"], record["purpose"])
    except (CheckFailed, KeyError, TypeError, ValueError, AttributeError):
        raise UsageError(
            f"{path}: no file that was handed on, or cut", hint="made with: workbench vault open DATASET --hand-on FILE"
        ) from None
    if about != (dataset, purpose):
        raise GateRefused(
            f"{path}: was handed on for '{about[0]}' and the purpose '{about[1]}'", hint="ask for one for what you want to do"
        )
    return inner
