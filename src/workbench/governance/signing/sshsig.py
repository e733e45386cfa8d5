"""SSH signatures (SSHSIG, as ``ssh-keygen -Y sign`` writes them) made and verified in Python.

Whoever doubts the workbench verifies the same file with stock OpenSSH. Format: PROTOCOL.sshsig of OpenSSH; of what it
allows, only the forms that ``ssh-keygen`` writes with an Ed25519 key are accepted, so that no signature has two forms.
"""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from workbench.governance.signing.keys import ALGORITHM, PrivateKey, PublicKey, fingerprint_of
from workbench.governance.signing.wire import algorithm_shown, from_base64, ssh_string, take

NAMESPACE = "workbench"
"""What the signatures are for: one made for e-mail or for git does not count here."""

MAX_ARMOURED = 4096
SIGNING_HASH = "sha512"
HASHES = ("sha256", "sha512")

_MAGIC = b"SSHSIG"
_VERSION = (1).to_bytes(4, "big")
_RAW_BYTES = 64
_BEGIN = b"-----BEGIN SSH SIGNATURE-----\n"
_END = b"\n-----END SSH SIGNATURE-----"
_COLUMNS = 70


class SignatureRefused(ValueError):
    """A signature that does not count; its text is the reason, to be put behind the file's name.

    Examples
    --------
    >>> str(SignatureRefused("is a signature of other bytes"))
    'is a signature of other bytes'
    """


@dataclass(frozen=True)
class Signature:
    """What stands in a signature file; that it fits any bytes is not said yet.

    Parameters
    ----------
    public_key : PublicKey
        Whose it claims to be.
    namespace : str
    hash_algorithm : str
        ``sha256`` or ``sha512``.
    raw : bytes
        The 64 bytes of Ed25519.

    Examples
    --------
    >>> from workbench.governance.signing.keys import private_key_from_seed
    >>> parse_signature(sign(b"yes", private_key_from_seed(bytes(32)))).hash_algorithm
    'sha512'
    """

    public_key: PublicKey
    namespace: str
    hash_algorithm: str
    raw: bytes


def sign(content: bytes, key: PrivateKey, *, namespace: str = NAMESPACE) -> bytes:
    """Sign bytes as they are.

    Parameters
    ----------
    content : bytes
        Line ends are the caller's matter.
    key : PrivateKey
    namespace : str, optional

    Returns
    -------
    bytes
        The ``.sig`` file, byte for byte as ``ssh-keygen -Y sign -n <namespace>`` writes it.

    Raises
    ------
    ValueError
        When the namespace is empty.

    Examples
    --------
    >>> from workbench.governance.signing.keys import private_key_from_seed
    >>> print(sign(b"yes", private_key_from_seed(bytes(32))).decode().splitlines()[0])
    -----BEGIN SSH SIGNATURE-----
    """
    if not namespace:
        raise ValueError("a signature is for a namespace, and this one is empty")
    raw = key.sign_raw(_signed(content, namespace=namespace, hash_algorithm=SIGNING_HASH))
    text = binascii.b2a_base64(_before_raw(key.public.blob, namespace, SIGNING_HASH) + raw, newline=False)
    lines = b"\n".join(text[at : at + _COLUMNS] for at in range(0, len(text), _COLUMNS))
    return _BEGIN + lines + _END + b"\n"


def verify(content: bytes, armoured: bytes, *, key: PublicKey, namespace: str = NAMESPACE) -> None:
    """Return when the signature is this key's over these bytes in this namespace.

    Parameters
    ----------
    content : bytes
    armoured : bytes
        The ``.sig`` file.
    key : PublicKey
        Whose it must be.
    namespace : str, optional

    Raises
    ------
    SignatureRefused
        With the reason.

    Examples
    --------
    >>> from workbench.governance.signing.keys import private_key_from_seed
    >>> key = private_key_from_seed(bytes(32))
    >>> verify(b"yes", sign(b"yes", key), key=key.public)
    >>> verify(b"no", sign(b"yes", key), key=key.public)
    Traceback (most recent call last):
    workbench.governance.signing.sshsig.SignatureRefused: is a signature of other bytes
    """
    from cryptography.exceptions import InvalidSignature

    blob = _blob(armoured)
    for hash_algorithm in reversed(HASHES):
        if len(blob) > _RAW_BYTES and blob[:-_RAW_BYTES] == _before_raw(key.blob, namespace, hash_algorithm):
            break
    else:
        raise _why_another(blob, key=key, namespace=namespace)
    try:
        _verifier(key.blob)(blob[-_RAW_BYTES:], _signed(content, namespace=namespace, hash_algorithm=hash_algorithm))
    except InvalidSignature:
        raise SignatureRefused("is a signature of other bytes") from None


def parse_signature(armoured: bytes) -> Signature:
    """Read a signature file without asking whether it fits anything.

    Parameters
    ----------
    armoured : bytes
        At most 4 KB; line ends may be CRLF.

    Returns
    -------
    Signature

    Raises
    ------
    SignatureRefused
        When it is none, is made with another kind of key, or is written in any but its one form.

    Examples
    --------
    >>> from workbench.governance.signing.keys import private_key_from_seed
    >>> parse_signature(sign(b"yes", private_key_from_seed(bytes(32)))).namespace
    'workbench'
    >>> parse_signature(b"yes")
    Traceback (most recent call last):
    workbench.governance.signing.sshsig.SignatureRefused: is no SSH signature (it does not begin with
        '-----BEGIN SSH SIGNATURE-----')
    """
    key_blob, namespace, hash_algorithm, raw = _parts(_blob(armoured))
    try:
        return Signature(public_key=PublicKey(blob=key_blob), namespace=namespace, hash_algorithm=hash_algorithm, raw=raw)
    except ValueError as error:
        raise _none(f"its key {error}") from None


def _blob(armoured: bytes) -> bytes:
    """The bytes inside the armour."""
    if len(armoured) > MAX_ARMOURED:
        raise _none(f"{len(armoured)} bytes; none has more than {MAX_ARMOURED}")
    text = armoured.replace(b"\r\n", b"\n")
    if not text.startswith(_BEGIN):
        raise _none(_why_no_armour(text))
    end = text.find(_END)
    if end < 0:
        raise _none("it is cut short: the last line is missing")
    if text[end + len(_END) :] not in (b"\n", b""):
        raise _none("more stands behind its last line")
    try:
        return from_base64(text[len(_BEGIN) : end].replace(b"\n", b""))
    except ValueError as error:
        raise _none(f"its text {error}") from None


def _why_no_armour(text: bytes) -> str:
    if not text:
        return "the file is empty"
    if text.startswith(b"<<<<<<<"):
        return "a merge left both versions in it"
    return "it does not begin with '-----BEGIN SSH SIGNATURE-----'"


def _parts(blob: bytes) -> tuple[bytes, str, str, bytes]:
    """Key blob, namespace, hash and raw signature of what the armour held."""
    head = len(_MAGIC) + len(_VERSION)
    if not blob.startswith(_MAGIC):
        raise _none("it does not hold one")
    if blob[len(_MAGIC) : head] != _VERSION:
        raise _none("of another version than 1")
    try:
        key_blob, at = take(blob, head)
        namespace, at = take(blob, at)
        reserved, at = take(blob, at)
        hash_algorithm, at = take(blob, at)
        signature, at = take(blob, at)
        key_kind, _ = take(key_blob, 0)
        kind, raw_at = take(signature, 0)
        raw, raw_end = take(signature, raw_at)
    except ValueError as error:
        raise _none(str(error)) from None
    for name in (key_kind, kind):
        if name != ALGORITHM:
            raise SignatureRefused(f"is made with a key of the kind {algorithm_shown(name)}, needed is {ALGORITHM.decode()}")
    if at != len(blob) or raw_end != len(signature) or reserved or len(raw) != _RAW_BYTES:
        raise _none("it holds other parts than ssh-keygen writes")
    if hash_algorithm.decode("ascii", "replace") not in HASHES:
        raise _none(f"its hash is {algorithm_shown(hash_algorithm)}; allowed: {', '.join(HASHES)}")
    try:
        return key_blob, namespace.decode("utf-8"), hash_algorithm.decode("ascii"), raw
    except UnicodeDecodeError:
        raise _none("its namespace is no text") from None


def _why_another(blob: bytes, *, key: PublicKey, namespace: str) -> SignatureRefused:
    """Why a signature is not this key's for this namespace."""
    key_blob, found, _, _ = _parts(blob)
    if key_blob != key.blob:
        return SignatureRefused(f"is by another key ({fingerprint_of(key_blob)})")
    if found != namespace:
        return SignatureRefused(f"is a signature for the namespace {found[:40]!r}, needed is {namespace!r}")
    return _none("it holds other parts than ssh-keygen writes")


def _none(why: str) -> SignatureRefused:
    return SignatureRefused(f"is no SSH signature ({why})")


@lru_cache(maxsize=4096)
def _before_raw(key_blob: bytes, namespace: str, hash_algorithm: str) -> bytes:
    """All of a signature that its key, namespace and hash decide: the 64 bytes of Ed25519 follow."""
    parts = (key_blob, namespace.encode(), b"", hash_algorithm.encode())
    signature = ssh_string(ALGORITHM) + _RAW_BYTES.to_bytes(4, "big")
    length = (len(signature) + _RAW_BYTES).to_bytes(4, "big")
    return _MAGIC + _VERSION + b"".join(map(ssh_string, parts)) + length + signature


def _signed(content: bytes, *, namespace: str, hash_algorithm: str) -> bytes:
    """The bytes that the key signs: what for, how hashed, and the hash."""
    digest = hashlib.new(hash_algorithm, content).digest()
    return _MAGIC + b"".join(map(ssh_string, (namespace.encode(), b"", hash_algorithm.encode(), digest)))


@lru_cache(maxsize=4096)
def _verifier(key_blob: bytes) -> Callable[[bytes, bytes], None]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(key_blob[-32:]).verify
