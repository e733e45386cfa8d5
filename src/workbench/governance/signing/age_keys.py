"""The age keys of custodians and stewards, to whom the vault and the moderation queue are sealed.

An age key opens and an SSH key signs; a member who holds both roles has both. ``pyrage`` does the work, and two things
that it lets through are refused here: a recipient for whom anything sealed lies open, and a secret given by mistake.
"""

from __future__ import annotations

from workbench.governance.signing.keys import MAX_LINE

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_PREFIX = "age1"
_CHECKSUM = 6


def check_age_recipient(text: str) -> str:
    """Return a public age key when things can be sealed to it.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Without space around it.

    Raises
    ------
    ValueError
        With the reason; nothing of a secret given by mistake is repeated.

    Examples
    --------
    >>> recipient = generate_age_identity()[1]
    >>> check_age_recipient(recipient + " ") == recipient
    True
    >>> check_age_recipient("age1qqqq")
    Traceback (most recent call last):
    ValueError: is no public age key (it is damaged or cut short)
    """
    from pyrage import RecipientError, x25519

    found = text.strip()
    if "AGE-SECRET-KEY" in found.upper() or "PRIVATE KEY" in found:
        raise ValueError("is a private key: show it to nobody; the public one begins with 'age1'")
    if found.startswith("ssh-"):
        raise ValueError("is an SSH key, which signs; the age key, which opens, begins with 'age1' (age-keygen makes one)")
    if not found.startswith(_PREFIX) or len(found) > MAX_LINE or len(found.split()) > 1:
        raise ValueError("is no public age key (it begins with 'age1' and is one word; age-keygen makes one)")
    try:
        recipient = str(x25519.Recipient.from_str(found))
    except RecipientError:
        raise ValueError(_why_not(found)) from None
    if recipient != found:
        raise ValueError("is no public age key (it is not written in its one form)")
    if _opens_to_everybody(found):
        raise ValueError("is no key that anyone holds: what is sealed to it lies open")
    return recipient


def generate_age_identity() -> tuple[str, str]:
    """Draw a new age key.

    Returns
    -------
    (str, str)
        The secret identity for its holder, and the recipient for ``members.yml``.

    Examples
    --------
    >>> identity, recipient = generate_age_identity()
    >>> identity[:16], recipient[:4]
    ('AGE-SECRET-KEY-1', 'age1')
    """
    from pyrage import x25519

    identity = x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def _why_not(found: str) -> str:
    """A recipient of another kind (a plugin's, a post-quantum one) has a second ``1`` behind its name."""
    kind = found.rpartition("1")[0]
    if kind != "age" and kind.isascii() and kind.isalnum():
        return f"is an age key of the kind {kind[:20]}, needed is one that age-keygen makes"
    return "is no public age key (it is damaged or cut short)"


def _opens_to_everybody(recipient: str) -> bool:
    """Whether the shared secret with this point is always nought, which the library finds out only when sealing."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

    bits = "".join(f"{_ALPHABET.index(sign):05b}" for sign in recipient[len(_PREFIX) : -_CHECKSUM])
    point = int(bits[:256], 2).to_bytes(32, "big")
    try:
        X25519PrivateKey.from_private_bytes(bytes(32)).exchange(X25519PublicKey.from_public_bytes(point))
    except ValueError:
        return True
    return False
