"""A secret sealed in two layers, one per side, so that a key of each is needed to open it.

The inner layer is sealed to civil society's custodians, the outer one to the government's. Two recipients of one age
file would be an "or"; a file within a file is an "and". Sealing needs public keys alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.errors import CheckFailed, GateRefused
from workbench.governance import SIDES, Side
from workbench.vault.keys import Keys

OUTER: Side = "government"
INNER: Side = "civil_society"

_NO_KEY = "No matching keys"
"""How pyrage says that a file is whole and sealed to somebody else."""


@dataclass(frozen=True)
class Custodians:
    """Who can open what is sealed: for each side, the seats and their public age keys.

    Parameters
    ----------
    government, civil_society : mapping of str to str
        Seat to ``age1…``.

    Examples
    --------
    >>> Custodians().missing()
    ['government', 'civil_society']
    """

    government: Mapping[str, str] = field(default_factory=dict)
    civil_society: Mapping[str, str] = field(default_factory=dict)

    def of(self, side: Side) -> Mapping[str, str]:
        """Return a side's.

        Parameters
        ----------
        side : str

        Returns
        -------
        mapping of str to str
        """
        return self.government if side == "government" else self.civil_society

    def missing(self) -> list[Side]:
        """Return the sides without any."""
        return [side for side in SIDES if not self.of(side)]

    def plain(self) -> dict[str, dict[str, str]]:
        """Return them as a record holds them."""
        return {side: dict(sorted(self.of(side).items())) for side in SIDES}

    @classmethod
    def from_plain(cls, record: Mapping[str, Mapping[str, str]]) -> Custodians:
        """Return custodians as a record names them.

        Parameters
        ----------
        record : mapping

        Returns
        -------
        Custodians
        """
        return cls(**{side: dict(record[side]) for side in SIDES})


def both_sides(custodians: Custodians) -> list[str]:
    """Return the seats whose key a custodian of the other side has too.

    Parameters
    ----------
    custodians : Custodians

    Returns
    -------
    list of str

    Examples
    --------
    >>> both_sides(Custodians({"G-3": "age1a", "G-4": "age1b"}, {"C-3": "age1a"}))
    ['C-3', 'G-3']
    """
    shared = set(custodians.government.values()) & set(custodians.civil_society.values())
    return sorted(seat for side in SIDES for seat, key in custodians.of(side).items() if key in shared)


def seal(secret: bytes, custodians: Custodians) -> bytes:
    """Seal a secret so that a custodian of each side is needed to open it.

    Parameters
    ----------
    secret : bytes
    custodians : Custodians

    Returns
    -------
    bytes
        An age file within an age file.

    Raises
    ------
    GateRefused
        A side has no custodian, or both have one key.

    Examples
    --------
    >>> from pyrage import x25519
    >>> from workbench.vault.keys import Key
    >>> one, two = x25519.Identity.generate(), x25519.Identity.generate()
    >>> sealed = seal(b"secret", Custodians({"G-3": str(one.to_public())}, {"C-3": str(two.to_public())}))
    >>> open_both(sealed, Keys((Key("one", one), Key("two", two))), where="a part")
    b'secret'
    """
    import pyrage

    if custodians.missing():
        raise GateRefused(f"no custodian of {' and of '.join(custodians.missing())} to seal to")
    if both_sides(custodians):
        raise GateRefused(f"{', '.join(both_sides(custodians))} have one key, and a key of each side is to be needed")
    content = secret
    for side in (INNER, OUTER):
        keys = dict.fromkeys(custodians.of(side).values())
        content = pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(key) for key in sorted(keys)])
    return bytes(content)


def open_both(envelope: bytes, keys: Keys, *, where: str, custodians: Custodians | None = None) -> bytes:
    """Open an envelope with a key of each side.

    Parameters
    ----------
    envelope : bytes
    keys : Keys
    where : str
        For messages.
    custodians : Custodians, optional
        Who can, for messages.

    Returns
    -------
    bytes

    Raises
    ------
    GateRefused
        A side's key is missing.
    CheckFailed
        The envelope was damaged.
    """
    return open_inner(peel_outer(envelope, keys, where=where, custodians=custodians), keys, where=where, custodians=custodians)


def peel_outer(envelope: bytes, keys: Keys, *, where: str, custodians: Custodians | None = None) -> bytes:
    """Take the government's layer off; what is inside stays sealed to civil society.

    Parameters
    ----------
    envelope : bytes
    keys : Keys
    where : str
    custodians : Custodians, optional

    Returns
    -------
    bytes

    Raises
    ------
    GateRefused, CheckFailed
    """
    return _opened(envelope, keys, OUTER, where, custodians)


def open_inner(inner: bytes, keys: Keys, *, where: str, custodians: Custodians | None = None) -> bytes:
    """Open civil society's layer, the outer one taken off before.

    Parameters
    ----------
    inner : bytes
    keys : Keys
    where : str
    custodians : Custodians, optional

    Returns
    -------
    bytes

    Raises
    ------
    GateRefused, CheckFailed
    """
    return _opened(inner, keys, INNER, where, custodians)


def _opened(content: bytes, keys: Keys, side: Side, where: str, custodians: Custodians | None) -> bytes:
    import pyrage

    words = side.replace("_", " ")
    who = ", ".join(custodians.of(side)) if custodians else ""
    hint = f"a key of each side is needed: --key FILE --key FILE; for {words} that of {who or 'one of its custodians'}"
    if not keys.held:
        raise GateRefused(f"{where}: sealed, and no key of {words} is at hand", hint=hint)
    try:
        return bytes(pyrage.decrypt(content, keys.identities))
    except pyrage.DecryptError as error:
        named = set(custodians.of(side).values()) if custodians else set()
        if _NO_KEY in str(error) and named.isdisjoint(keys.recipients):
            raise GateRefused(f"{where}: sealed, and none of the keys at hand opens the layer of {words}", hint=hint) from None
        raise CheckFailed(
            f"{where}: the envelope of its secret was damaged", hint="restore the record from a copy, or take the part in again"
        ) from None
