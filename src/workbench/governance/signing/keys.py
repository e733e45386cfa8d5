"""Ed25519 keys as SSH writes them: the public line in ``members.yml``, the private key of whoever signs.

One algorithm only: a key is 32 bytes, a signature 64, and there is nothing to choose wrongly.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from workbench.governance.signing.wire import algorithm_shown, from_base64, ssh_string, take

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ALGORITHM = b"ssh-ed25519"
KEY_BYTES = 32
MAX_LINE = 16_384
_HEAD = ssh_string(ALGORITHM) + KEY_BYTES.to_bytes(4, "big")
_OTHER_KINDS = ("ssh-", "ecdsa-", "sk-", "rsa-", "webauthn-")
_MAKE_ONE = "make one with: ssh-keygen -t ed25519"

_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P


@dataclass(frozen=True)
class PublicKey:
    """A public key that a signature can be trusted to: an Ed25519 point in its one form and of full order.

    Parameters
    ----------
    blob : bytes
        As SSH writes it: the algorithm's name, then the point.

    Raises
    ------
    ValueError
        With the reason, when the bytes are another key, or a point for which signatures can be forged.

    Examples
    --------
    >>> private_key_from_seed(bytes(32)).public.fingerprint
    'SHA256:tAXFyTXI8xtDaujAEcwJslAYc9/6FKcUkd2Lw0xDhPo'
    """

    blob: bytes

    def __post_init__(self) -> None:
        if reason := _unfit(self.blob):
            raise ValueError(reason)

    @property
    def line(self) -> str:
        """The line of a ``.pub`` file, without its comment."""
        return f"{ALGORITHM.decode()} {base64.b64encode(self.blob).decode()}"

    @property
    def fingerprint(self) -> str:
        """The short name of the key, as ``ssh-keygen -l`` prints it."""
        return fingerprint_of(self.blob)


@dataclass(frozen=True, repr=False, eq=False)
class PrivateKey:
    """A private key; what it prints is the fingerprint of its public key, never the secret.

    Parameters
    ----------
    seed : bytes
        The 32 secret bytes.

    Examples
    --------
    >>> private_key_from_seed(bytes(32))
    PrivateKey(of SHA256:tAXFyTXI8xtDaujAEcwJslAYc9/6FKcUkd2Lw0xDhPo)
    """

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != KEY_BYTES:
            raise ValueError(f"the secret of a key has {KEY_BYTES} bytes, not {len(self.seed)}")

    def __repr__(self) -> str:
        return f"PrivateKey(of {self.public.fingerprint})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PrivateKey) and self.public == other.public

    def __hash__(self) -> int:
        return hash(self.public)

    @cached_property
    def public(self) -> PublicKey:
        """The public key that belongs to it."""
        return PublicKey(blob=_HEAD + self._loaded.public_key().public_bytes_raw())

    def sign_raw(self, content: bytes) -> bytes:
        """Return the 64 bytes of an Ed25519 signature over exactly these bytes.

        Parameters
        ----------
        content : bytes

        Returns
        -------
        bytes
        """
        return self._loaded.sign(content)

    @cached_property
    def _loaded(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.seed)


def fingerprint_of(blob: bytes) -> str:
    """Return the fingerprint of any key's blob, as ``ssh-keygen -l`` prints it.

    Parameters
    ----------
    blob : bytes

    Returns
    -------
    str

    Examples
    --------
    >>> fingerprint_of(private_key_from_seed(bytes(32)).public.blob)
    'SHA256:tAXFyTXI8xtDaujAEcwJslAYc9/6FKcUkd2Lw0xDhPo'
    """
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def parse_public_key(text: str) -> PublicKey:
    """Read a public key as a ``.pub`` file holds it.

    Parameters
    ----------
    text : str
        One line; a comment after the key is read over.

    Returns
    -------
    PublicKey

    Raises
    ------
    ValueError
        With the reason, when it is anything else than one Ed25519 key without options. Nothing of a private key given
        by mistake is repeated.

    Examples
    --------
    >>> line = private_key_from_seed(bytes(32)).public.line
    >>> line
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop'
    >>> parse_public_key(line + " C-1").line == line
    True
    >>> parse_public_key("ssh-rsa AAAAB3NzaC1yc2E=")
    Traceback (most recent call last):
    ValueError: is a key of the kind ssh-rsa, needed is ssh-ed25519 (make one with: ssh-keygen -t ed25519)
    """
    words = _words_of_line(text)
    kind = words[0]
    if kind != ALGORITHM.decode():
        if ALGORITHM.decode() in words[1:]:
            raise ValueError(f"begins with options; a public key begins with '{ALGORITHM.decode()}'")
        if kind.startswith(_OTHER_KINDS):
            shown = algorithm_shown(kind.encode("utf-8", "replace"))
            raise ValueError(f"is a key of the kind {shown}, needed is ssh-ed25519 ({_MAKE_ONE})")
        raise ValueError(f"is no public key (it begins with '{ALGORITHM.decode()} AAAA'; {_MAKE_ONE})")
    if len(words) < 2:
        raise ValueError("is cut short: after 'ssh-ed25519' the key itself is missing")
    return PublicKey(blob=from_base64(words[1].encode("utf-8", "replace")))


def _words_of_line(text: str) -> list[str]:
    if len(text) > MAX_LINE:
        raise ValueError(f"has {len(text)} characters, no public key has more than {MAX_LINE}")
    if "PRIVATE KEY" in text or "AGE-SECRET-KEY" in text.upper():
        raise ValueError("is a private key: show it to nobody; the public one ends in .pub")
    lines = text.strip().splitlines()
    if not lines:
        raise ValueError("is empty")
    if len(lines) > 1:
        raise ValueError(f"has {len(lines)} lines; a public key is one line")
    return lines[0].split()


@lru_cache(maxsize=4096)
def _unfit(blob: bytes) -> str:
    """The reason why a blob is no key to trust, or nothing."""
    try:
        kind, _ = take(blob, 0)
    except ValueError:
        return "is damaged: the key is cut short"
    if kind != ALGORITHM:
        return f"is a key of the kind {algorithm_shown(kind)}, needed is ssh-ed25519 ({_MAKE_ONE})"
    if len(blob) != len(_HEAD) + KEY_BYTES or not blob.startswith(_HEAD):
        return f"is damaged: an Ed25519 key has {KEY_BYTES} bytes"
    return _weakness(blob[len(_HEAD) :])


def _weakness(point: bytes) -> str:
    """Check the point of an Ed25519 key, which the library takes as it comes (RFC 8032, section 5.1.3).

    A point of order 1, 2, 4 or 8 has x = 0, y = 0 or x² + y² = 0, and makes signatures that fit bytes nobody signed.
    """
    y = int.from_bytes(point, "little") & (2**255 - 1)
    if y >= _P:
        return "is no key that anyone holds: its number is too large"
    y2 = y * y % _P
    x2 = (y2 - 1) * pow(_D * y2 + 1, -1, _P) % _P
    if x2 == 0 or y == 0 or (x2 + y2) % _P == 0:
        return "is no key that anyone holds: signatures for it can be forged"
    if pow(x2, (_P - 1) // 2, _P) != 1:
        return "is no key that anyone holds: its point is not on the curve"
    return ""


def generate_key() -> PrivateKey:
    """Draw a new key.

    Returns
    -------
    PrivateKey

    Examples
    --------
    >>> generate_key() == generate_key()
    False
    """
    return PrivateKey(seed=secrets.token_bytes(KEY_BYTES))


def private_key_from_seed(seed: bytes) -> PrivateKey:
    """Return the key whose secret these bytes are, as a one-time link carries it.

    Parameters
    ----------
    seed : bytes
        32 bytes.

    Returns
    -------
    PrivateKey

    Raises
    ------
    ValueError
        When there are more or fewer.

    Examples
    --------
    >>> private_key_from_seed(bytes(32)).seed == bytes(32)
    True
    """
    return PrivateKey(seed=seed)


def encode_seed(seed: bytes) -> str:
    """Write a key's secret so that it fits into a link.

    Parameters
    ----------
    seed : bytes

    Returns
    -------
    str
        43 characters of base64url, without padding.

    Examples
    --------
    >>> encode_seed(bytes(32))
    'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    """
    return base64.urlsafe_b64encode(seed).decode().rstrip("=")


def decode_seed(text: str) -> bytes:
    """Read the secret out of a link.

    Parameters
    ----------
    text : str

    Returns
    -------
    bytes
        32 bytes.

    Raises
    ------
    ValueError
        When it is not what :func:`encode_seed` writes: a link copied in part. The text is not repeated.

    Examples
    --------
    >>> decode_seed(encode_seed(b"s" * 32)) == b"s" * 32
    True
    """
    try:
        seed = base64.b64decode(text + "=", altchars=b"-_", validate=True)
    except ValueError:
        seed = b""
    if len(seed) != KEY_BYTES or encode_seed(seed) != text:
        raise ValueError(f"is no secret of a link ({len(text)} characters; it has 43: was all of it copied?)")
    return seed
