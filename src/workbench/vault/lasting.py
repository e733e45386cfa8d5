"""Secrets that last: what a protection draws once and must never draw anew, sealed like the dataset it is for.

A place that is displaced anew each time is averaged back to where it was; so the secret of its displacement stays, and
needs a custodian of each side to be read. Anybody can seal a secret of their own choice to them; so the register has a
commitment to the one that was drawn, and no other is ever used.
"""

from __future__ import annotations

import base64
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import CheckFailed, UsageError
from workbench.files import canonical, read_json, sha256, write_json
from workbench.vault.envelopes import Custodians, open_both, seal
from workbench.vault.guarding import leave_no_core_dump
from workbench.vault.keys import Keys
from workbench.vault.sealed_groups import derived_key
from workbench.vault.writing import SECRET_BYTES

if TYPE_CHECKING:
    from workbench.vault.parts import Vault

FOLDER = ".secrets"
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}")


def lasting_secret(vault: Vault, dataset: str, name: str, keys: Keys) -> bytes:
    """Return a dataset's secret of a name, drawn when it is first asked for: the work of :meth:`Vault.secret`.

    Parameters
    ----------
    vault : Vault
    dataset, name : str
    keys : Keys

    Returns
    -------
    bytes
        32 of them.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"'{name}' is no name of a secret", hint="small letters, digits, '_' and '-'")
    keeping = vault.keeping(dataset)
    if keeping.kind == "clear":
        raise UsageError(f"dataset '{dataset}' rests in the clear, so there is no secret to keep for it")
    if keeping.kind == "synthetic":
        seeds = sorted({str(record.get("seed")) for record in vault.records(dataset)})
        return derived_key(seeds, "secret", dataset, name)
    leave_no_core_dump()
    path = vault.project.vault / dataset / FOLDER / f"{name}.json"
    with vault.alone(dataset):
        if drawn_secrets(vault, dataset).get(name) is None:  # whatever lies there was never used: a kill's, or planted
            drawn = secrets.token_bytes(SECRET_BYTES)
            store_secret(path, drawn, keeping.recipients, dataset=dataset)
            vault.register.append("drawn", on=vault.today, dataset=dataset, secret=name, commitment=_commitment(drawn))
    return known_secret(vault, path, keys, dataset=dataset)


def drawn_secrets(vault: Vault, dataset: str) -> dict[str, str]:
    """Return the commitments to a dataset's secrets as the register has them, the first of each name.

    Parameters
    ----------
    vault : Vault
    dataset : str

    Returns
    -------
    dict of str to str
    """
    found: dict[str, str] = {}
    for entry in vault.register.entries():
        if entry["kind"] == "drawn" and entry.get("dataset") == dataset:
            found.setdefault(str(entry["secret"]), str(entry["commitment"]))
    return found


def known_secret(vault: Vault, path: Path, keys: Keys, *, dataset: str) -> bytes:
    """Open a secret, and see that it is the one that was drawn.

    Parameters
    ----------
    vault : Vault
    path : Path
    keys : Keys
    dataset : str

    Returns
    -------
    bytes

    Raises
    ------
    GateRefused
        A side's key is missing.
    CheckFailed
        It is gone, was changed or moved, or is another than the one that was drawn.
    """
    require_there(path)
    secret = open_secret(path, keys, dataset=dataset)
    if drawn_secrets(vault, dataset).get(path.stem) != _commitment(secret):
        raise CheckFailed(f"{path}: is not the secret that was drawn", hint="restore it from a copy; ask who was at this machine")
    return secret


def require_there(path: Path) -> None:
    """Refuse to go on without a secret that was drawn before: another would move every place anew.

    Parameters
    ----------
    path : Path

    Raises
    ------
    CheckFailed
    """
    if not path.is_file():
        raise CheckFailed(f"{path}: a secret that was drawn is gone", hint="restore it from a copy; it cannot be drawn again")


def _commitment(secret: bytes) -> str:
    return sha256(b"workbench secret\0" + secret)


def store_secret(path: Path, secret: bytes, custodians: Custodians, *, dataset: str) -> None:
    """Seal a secret and write it.

    Parameters
    ----------
    path : Path
    secret : bytes
    custodians : Custodians
    dataset : str
    """
    sealed = seal(secret + _bound(path, dataset), custodians)
    write_json(path, {"envelope": base64.b64encode(sealed).decode("ascii"), "custodians": custodians.plain()})


def open_secret(path: Path, keys: Keys, *, dataset: str) -> bytes:
    """Open a secret with a key of each side.

    Parameters
    ----------
    path : Path
    keys : Keys
    dataset : str

    Returns
    -------
    bytes

    Raises
    ------
    GateRefused
        A side's key is missing.
    CheckFailed
        The file was changed or moved.
    """
    envelope, custodians = secret_facts(path)
    content = open_both(envelope, keys, where=f"dataset '{dataset}', secret '{path.stem}'", custodians=custodians)
    if content[SECRET_BYTES:] != _bound(path, dataset):
        raise CheckFailed(f"{path}: was moved here; it is another secret", hint="restore it from a copy")
    return content[:SECRET_BYTES]


def secret_facts(path: Path) -> tuple[bytes, Custodians]:
    """Return a sealed secret and whom it is sealed to.

    Parameters
    ----------
    path : Path

    Returns
    -------
    (bytes, Custodians)

    Raises
    ------
    CheckFailed
        The file was damaged.
    """
    record: Any = read_json(path)
    try:
        return base64.b64decode(record["envelope"], validate=True), Custodians.from_plain(record["custodians"])
    except (KeyError, TypeError, ValueError):
        raise CheckFailed(f"{path}: damaged, no sealed secret", hint="restore it from a copy") from None


def secret_paths(vault: Vault, dataset: str) -> list[Path]:
    """Return where a dataset's secrets lie, or should.

    Parameters
    ----------
    vault : Vault
    dataset : str

    Returns
    -------
    list of Path
    """
    return [vault.project.vault / dataset / FOLDER / f"{name}.json" for name in sorted(drawn_secrets(vault, dataset))]


def _bound(path: Path, dataset: str) -> bytes:
    return bytes.fromhex(sha256(canonical(["secret", dataset, path.stem])))
