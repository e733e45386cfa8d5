"""Private keys in files as OpenSSH writes and guards them: read with their passphrase, written once, never overwritten.

A member who has an SSH key signs with it; one who has none gets a file that ``ssh-keygen`` and ``ssh-agent`` read too.
"""

from __future__ import annotations

import binascii
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.errors import UsageError
from workbench.files import sync_folder
from workbench.governance.signing.keys import ALGORITHM, KEY_BYTES, PrivateKey
from workbench.governance.signing.wire import algorithm_shown, ssh_string, take

DEMONSTRATION = "demonstration"
"""Under a folder of this name lie the sample's keys, which everybody may read: nothing real is signed with them."""

MAX_KEY_FILE = 65_536
ASKED_TIMES = 3
"""So often a passphrase is asked for, as ssh asks: whoever mistypes it keeps what they have written so far."""

_BEGIN = b"-----BEGIN OPENSSH PRIVATE KEY-----"
_END = b"-----END OPENSSH PRIVATE KEY-----"
_MAGIC = b"openssh-key-v1\0"
_COLUMNS = 70
_BLOCK = 8


def read_private_key(path: Path, *, passphrase: Callable[[str], str] | None = None) -> PrivateKey:
    """Read a private key, asking for its passphrase where it has one.

    Parameters
    ----------
    path : Path
        As ``ssh-keygen -t ed25519`` writes it.
    passphrase : callable, optional
        Called once with a prompt, returns the passphrase.

    Returns
    -------
    PrivateKey

    Raises
    ------
    UsageError
        With a way out: no such file, a public key, another format or algorithm, readable by others (``ssh`` refuses
        such a key too; under a folder named ``demonstration`` it is taken), a passphrase that is wrong or that
        nobody can be asked for.

    Examples
    --------
    >>> import tempfile
    >>> from workbench.governance.signing.keys import generate_key
    >>> key, path = generate_key(), Path(tempfile.mkdtemp()) / "key"
    >>> write_private_key(path, key, comment="C-1")
    >>> read_private_key(path) == key
    True
    """
    content = _content(path)
    _require_openssh_format(path, content)
    cipher, public = _said_in_the_open(path, content)
    algorithm, _ = take(public, 0)
    if algorithm != ALGORITHM:
        raise UsageError(
            f"{path}: a key of the kind {algorithm_shown(algorithm)}; needed is {ALGORITHM.decode()}",
            hint=f"make one with: ssh-keygen -t ed25519 -f {path}_ed25519",
        )
    _require_kept_private(path)
    key = _loaded(path, content, cipher=cipher, passphrase=passphrase)
    if key.public.blob != public:  # the library does not compare them
        raise _damaged(path)
    return key


def write_private_key(path: Path, key: PrivateKey, *, comment: str, passphrase: str | None = None) -> None:
    """Write a private key for its holder alone, and its public key beside it as ``<path>.pub``.

    Parameters
    ----------
    path : Path
        Must not exist, nor ``<path>.pub``.
    key : PrivateKey
    comment : str
        Whose it is, one line; stands in the ``.pub`` file, and in a private one without passphrase.
    passphrase : str, optional
        Encrypts the private file. Without it, the same key and comment give the same bytes.

    Raises
    ------
    UsageError
        When one of the two files is there already, the passphrase is empty, or the comment has several lines.

    Examples
    --------
    >>> import tempfile
    >>> from workbench.governance.signing.keys import private_key_from_seed
    >>> path = Path(tempfile.mkdtemp()) / "key"
    >>> write_private_key(path, private_key_from_seed(bytes(32)), comment="C-1")
    >>> path.with_name("key.pub").read_text(encoding="utf-8")
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop C-1\\n'
    """
    beside = path.with_name(path.name + ".pub")
    for target in (path, beside):
        if target.exists() or target.is_symlink():
            raise _there_already(target)
    if comment and not comment.isprintable():
        raise UsageError(f"{beside}: the comment {comment!r} is not one line of text", hint="give a short name, such as the seat")
    content = _plain_file(key, comment) if passphrase is None else _encrypted_file(path, key, passphrase)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    create_file(path, content, mode=0o600)
    create_file(beside, f"{key.public.line} {comment}".rstrip().encode() + b"\n", mode=0o644)
    sync_folder(path.parent)


def _content(path: Path) -> bytes:
    make_one = f"make a key with: ssh-keygen -t ed25519 -f {path}"
    try:
        with path.open("rb") as file:
            content = file.read(MAX_KEY_FILE + 1)  # a device has no size and no end
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file", hint=make_one) from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})", hint="name the file of your own private key") from error
    if len(content) > MAX_KEY_FILE:
        raise UsageError(f"{path}: too large for a private key", hint="name the file that ssh-keygen wrote")
    return content


def _require_openssh_format(path: Path, content: bytes) -> None:
    """Tell apart what people give by mistake."""
    text = content.lstrip()
    if text.startswith(_BEGIN):
        return
    new_key = "make a key with: ssh-keygen -t ed25519"
    if text.startswith((b"ssh-", b"ecdsa-", b"sk-")):
        private = path.with_suffix("") if path.suffix == ".pub" else path
        raise UsageError(f"{path}: the public key; needed is the private one", hint=f"it lies beside it, as {private.name}")
    if text.startswith(b"PuTTY-User-Key-File"):
        raise UsageError(f"{path}: a key of PuTTY", hint=f"convert it: puttygen {path} -O private-openssh-new -o {path}.openssh")
    if text.startswith(b"AGE-SECRET-KEY-1") or b"\nAGE-SECRET-KEY-1" in text:
        raise UsageError(f"{path}: an age key, which opens and cannot sign", hint=new_key)
    if text.startswith(b"-----BEGIN ") and b"PRIVATE KEY-----" in text:
        raise UsageError(f"{path}: a private key in PEM; needed is the format of OpenSSH", hint=new_key)
    raise UsageError(f"{path}: no private key", hint=new_key)


def _said_in_the_open(path: Path, content: bytes) -> tuple[bytes, bytes]:
    """Cipher and public key, so that nobody types a passphrase for a key that cannot be used."""
    text = content.strip()
    if not text.endswith(_END):
        raise _damaged(path)
    try:
        blob = binascii.a2b_base64(text[len(_BEGIN) : -len(_END)])
        if not blob.startswith(_MAGIC):
            raise _damaged(path)
        cipher, at = take(blob, len(_MAGIC))
        _, at = take(blob, at)
        _, at = take(blob, at)
        public, _ = take(blob, at + 4)
        take(public, 0)
    except ValueError:
        raise _damaged(path) from None
    return cipher, public


def _require_kept_private(path: Path) -> None:
    """Refuse as ssh does: a key of one's own that others may read."""
    found = path.stat()
    readable = found.st_uid == os.getuid() and found.st_mode & 0o077
    if readable and DEMONSTRATION not in path.resolve().parent.parts:
        raise UsageError(
            f"{path}: others on this machine can read this private key (permissions {found.st_mode & 0o777:04o}, allowed 0600)",
            hint=f"chmod 600 {path}",
        )


def _loaded(path: Path, content: bytes, *, cipher: bytes, passphrase: Callable[[str], str] | None) -> PrivateKey:
    from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    def opened(prompt: str) -> Any:
        try:
            return load_ssh_private_key(content, _asked(path, prompt, passphrase))
        except (ValueError, TypeError, InvalidTag):
            return None

    loaded: Any
    try:
        try:
            loaded = load_ssh_private_key(content, None)
        except TypeError:  # encrypted, with a cipher that the library knows
            prompts = [f"암호 / passphrase of {path}: ", *["열리지 않습니다. 다시 / wrong, again: "] * (ASKED_TIMES - 1)]
            loaded = next((key for prompt in prompts if (key := opened(prompt)) is not None), None)
    except UnsupportedAlgorithm:
        raise UsageError(
            f"{path}: encrypted with {algorithm_shown(cipher)}, which is not supported",
            hint=f"encrypt it anew: ssh-keygen -p -Z aes256-ctr -f {path}",
        ) from None
    except ValueError:
        raise _damaged(path) from None
    if loaded is None:
        hint = f"try again; ssh-keygen -y -f {path} says whether it is the right one"
        raise UsageError(f"{path}: the passphrase does not open it", hint=hint)
    if not isinstance(loaded, Ed25519PrivateKey):
        raise _damaged(path)
    return PrivateKey(seed=loaded.private_bytes_raw())


def _asked(path: Path, prompt: str, passphrase: Callable[[str], str] | None) -> bytes:
    if passphrase is None:
        raise UsageError(f"{path}: has a passphrase, and there is nobody to ask for it", hint="run the command in a terminal")
    return passphrase(prompt).encode()


def _there_already(path: Path) -> UsageError:
    return UsageError(f"{path}: is there already, and a key is never overwritten", hint="name another file: --out FILE")


def _damaged(path: Path) -> UsageError:
    return UsageError(f"{path}: damaged, no whole private key", hint="restore it from your own copy, or make a new key")


def _plain_file(key: PrivateKey, comment: str) -> bytes:
    """The file without passphrase (PROTOCOL.key of OpenSSH); its check number is drawn from the public key, not at random."""
    public = key.public.blob
    check = hashlib.sha256(public).digest()[:4]
    pair = ssh_string(public[-KEY_BYTES:]) + ssh_string(key.seed + public[-KEY_BYTES:])
    private = check + check + ssh_string(ALGORITHM) + pair + ssh_string(comment.encode())
    private += bytes(range(1, 1 + -len(private) % _BLOCK))
    head = ssh_string(b"none") + ssh_string(b"none") + ssh_string(b"") + (1).to_bytes(4, "big")
    text = binascii.b2a_base64(_MAGIC + head + ssh_string(public) + ssh_string(private), newline=False)
    lines = [text[at : at + _COLUMNS] for at in range(0, len(text), _COLUMNS)]
    return b"\n".join([_BEGIN, *lines, _END, b""])


def _encrypted_file(path: Path, key: PrivateKey, passphrase: str) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

    if not passphrase:
        raise UsageError(f"{path}: an empty passphrase protects nothing", hint="give one, or leave it out")
    loaded = Ed25519PrivateKey.from_private_bytes(key.seed)
    return loaded.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, BestAvailableEncryption(passphrase.encode()))


def create_file(path: Path, content: bytes, *, mode: int) -> None:
    """Create a file that nobody else can open in between.

    Parameters
    ----------
    path : Path
    content : bytes
    mode : int
        Its permissions.

    Raises
    ------
    UsageError
        It is there already.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise UsageError(
            f"{path}: is there already, and a key is never overwritten", hint="name another file: --out FILE"
        ) from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
