"""Recovery shares: a custodian's key, sealed to holders of the same side, so that one lost key does not destroy the vault.

Where a side has two holders or more, any two of them together restore the key and none alone: it is sealed for each pair,
an age file within an age file. With one holder, that one restores it. The other side can never read a share.
"""

from __future__ import annotations

import base64
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyrage

from workbench.errors import CheckFailed, GateRefused, UsageError, unknown
from workbench.files import read_json, write_json
from workbench.governance import SIDES, Side
from workbench.vault.guarding import leave_no_core_dump
from workbench.vault.keys import Keys, parse_identity

if TYPE_CHECKING:
    from workbench.vault.parts import Vault


def share_path(vault: Vault, seat: str) -> Path:
    """Return where a custodian's recovery share lies.

    Parameters
    ----------
    vault : Vault
    seat : str

    Returns
    -------
    Path
    """
    return vault.project.private / "recovery" / f"{seat}.json"


def make_share(vault: Vault, seat: str, keys: Keys) -> dict[str, Any]:
    """Seal a custodian's key to the holders of the same side.

    Parameters
    ----------
    vault : Vault
    seat : str
        The custodian's.
    keys : Keys
        With the custodian's own.

    Returns
    -------
    dict
        The share as written.

    Raises
    ------
    GateRefused
        The side has no holder besides, or the key is not the seat's.
    UsageError
        The seat is no custodian's.
    """
    side, recipient = custodian(vault, seat)
    own = next((key for key in keys.held if key.recipient == recipient), None)
    if own is None:
        raise GateRefused(
            f"none of the keys at hand is that of {seat}", hint=f"the custodian's own key: --key FILE ({recipient})"
        )
    holders = holders_of(vault, seat)
    if not holders:
        words = side.replace("_", " ")
        raise GateRefused(
            f"{words} has nobody to hold a recovery share: no steward of it has an age key other than that of {seat}",
            hint="give another seat of that side the role steward and an age_key: workbench propose charter",
        )
    leave_no_core_dump()
    needed = min(len(holders), 2)
    shares = []
    for together in combinations(sorted(holders), needed):
        content = str(own.identity).encode("ascii")
        for holder in reversed(together):
            content = pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(holders[holder])])
        shares.append({"holders": list(together), "sealed": base64.b64encode(content).decode("ascii")})
    record = {"seat": seat, "side": side, "recipient": recipient, "holders": holders, "needed": needed, "shares": shares}
    vault.register.append("shared", on=vault.today, seat=seat, holders=sorted(holders), needed=needed)
    write_json(share_path(vault, seat), record)
    return record


def restore(vault: Vault, seat: str, keys: Keys) -> str:
    """Open a recovery share: the custodian's key again, from the holders' keys.

    Parameters
    ----------
    vault : Vault
    seat : str
    keys : Keys
        Of as many holders as the share needs.

    Returns
    -------
    str
        The identity, ``AGE-SECRET-KEY-1…``.

    Raises
    ------
    GateRefused
        The keys at hand are too few, or not those of holders.
    UsageError
        There is no share of this seat.
    CheckFailed
        The share was damaged, or holds another key than it says.
    """
    return _opened(vault, seat, keys)[0]


def rehearse(vault: Vault, seat: str, keys: Keys) -> int:
    """Open a recovery share in every way in which the keys at hand can, and keep nothing.

    Parameters
    ----------
    vault : Vault
    seat : str
    keys : Keys

    Returns
    -------
    int
        In how many ways it opened.

    Raises
    ------
    GateRefused, UsageError, CheckFailed
        As :func:`restore`.
    """
    return len(_opened(vault, seat, keys, every=True))


def _opened(vault: Vault, seat: str, keys: Keys, *, every: bool = False) -> list[str]:
    """The key, once for the first or for every set of holders whose keys are at hand."""
    record = read_share(vault, seat)
    holders: dict[str, str] = record["holders"]
    at_hand = {holder for holder, key in holders.items() if key in keys.recipients}
    if len(at_hand) < record["needed"]:
        who = ", ".join(sorted(holders))
        raise GateRefused(
            f"the recovery share of {seat} needs the keys of {record['needed']} of its holders, at hand: {len(at_hand)}",
            hint=f"holders: {who}; give each key with --key FILE",
        )
    leave_no_core_dump()
    found = [one for one in record["shares"] if set(one["holders"]) <= at_hand]
    return [_identity(vault, record, share, keys) for share in (found if every else found[:1])]


def _identity(vault: Vault, record: dict[str, Any], share: dict[str, Any], keys: Keys) -> str:
    seat, holders = record["seat"], {record["holders"][holder] for holder in share["holders"]}
    identities = [key.identity for key in keys.held if key.recipient in holders]  # these alone are to be enough
    try:
        content = base64.b64decode(share["sealed"], validate=True)
        for _ in share["holders"]:
            content = pyrage.decrypt(content, identities)
        identity = parse_identity(bytes(content).decode("ascii"), where=str(share_path(vault, seat)))
    except (pyrage.DecryptError, ValueError, UsageError):
        raise _damaged(share_path(vault, seat)) from None
    if str(identity.to_public()) != record["recipient"]:
        raise CheckFailed(
            f"{share_path(vault, seat)}: holds another key than it says", hint="make it anew while the key is there"
        )
    return str(identity)


def read_share(vault: Vault, seat: str) -> dict[str, Any]:
    """Return a custodian's recovery share.

    Parameters
    ----------
    vault : Vault
    seat : str

    Returns
    -------
    dict

    Raises
    ------
    UsageError
        There is none.
    CheckFailed
        It was damaged.
    """
    path = share_path(vault, seat)
    if not path.is_file():
        made = sorted(other.stem for other in path.parent.glob("*.json"))
        error = unknown("recovery share", seat, made)
        raise UsageError(error.message, hint=f"make one while the key is there: workbench vault recover --seat {seat} --key FILE")
    record = read_json(path)
    kinds = {"seat": str, "recipient": str, "holders": dict, "needed": int, "shares": list}
    if not isinstance(record, dict) or any(not isinstance(record.get(key), kind) for key, kind in kinds.items()):
        raise _damaged(path)
    together = [list(some) for some in combinations(sorted(record["holders"]), min(len(record["holders"]), 2))]
    shared = [
        one.get("holders") if isinstance(one, dict) and isinstance(one.get("sealed"), str) else None for one in record["shares"]
    ]
    whole = bool(together) and shared == together and record["needed"] == len(together[0])
    if not whole or record["seat"] != seat:
        raise _damaged(path)
    return record


def custodian(vault: Vault, seat: str) -> tuple[Side, str]:
    """Return the side and the age key of a custodian in force.

    Parameters
    ----------
    vault : Vault
    seat : str

    Returns
    -------
    (str, str)

    Raises
    ------
    UsageError
        The seat is no custodian's.
    """
    found = vault.rulings.custodians()
    for side in SIDES:
        if seat in found.of(side):
            return side, found.of(side)[seat]
    raise unknown("custodian", seat, [*found.government, *found.civil_society])


def holders_of(vault: Vault, seat: str) -> dict[str, str]:
    """Return who holds a custodian's recovery share: the stewards of the same side, other than by the same key.

    Parameters
    ----------
    vault : Vault
    seat : str

    Returns
    -------
    dict of str to str
        Seat to ``age1…``.
    """
    side, recipient = custodian(vault, seat)
    found: dict[str, str] = {}
    for holder, key in sorted(vault.rulings.holders("steward", side).items()):
        if key != recipient and key not in found.values():  # one key is one holder
            found[holder] = key
    return found


def _damaged(path: Path) -> CheckFailed:
    return CheckFailed(f"{path}: damaged, no whole recovery share", hint="make it anew while the key is there")
