"""The age identities that custodians bring for an attended act: read from files of their own, with their passphrase.

A key is read when it is needed and lives in the process alone; nothing here writes one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import UsageError
from workbench.governance.acts.keyring import own_key_path
from workbench.governance.signing.demonstration import demonstration_folder
from workbench.governance.signing.key_files import DEMONSTRATION, create_file
from workbench.project import Project
from workbench.vault.guarding import leave_no_core_dump

Ask = Callable[[str], str]
"""Asks a person for a passphrase, given a prompt."""

LARGEST_KEY_FILE = 65_536
ASKED_TIMES = 3
SEAT = re.compile(r"[A-Z]{1,3}-[1-9][0-9]{0,2}")

_BEGIN = "AGE-SECRET-KEY-1"
_ENCRYPTED = (b"age-encryption.org/v1", b"-----BEGIN AGE ENCRYPTED FILE-----")


@dataclass(frozen=True, repr=False)
class Key:
    """One custodian's key.

    Parameters
    ----------
    name : str
        The file it was read from, for messages.
    identity : pyrage.x25519.Identity
    """

    name: str
    identity: Any

    @property
    def recipient(self) -> str:
        """The public half, ``age1…``."""
        return str(self.identity.to_public())

    def __repr__(self) -> str:
        return f"Key({self.name}, {self.recipient})"


@dataclass(frozen=True)
class Keys:
    """The keys at hand. Which side each is of shows in what it opens.

    Parameters
    ----------
    held : tuple of Key

    Examples
    --------
    >>> Keys().recipients
    ()
    """

    held: tuple[Key, ...] = ()

    @property
    def recipients(self) -> tuple[str, ...]:
        """The public halves."""
        return tuple(key.recipient for key in self.held)

    @property
    def identities(self) -> list[Any]:
        """What pyrage opens with."""
        return [key.identity for key in self.held]


def read_keys(paths: Iterable[Path], *, passphrase: Ask | None = None) -> Keys:
    """Read custodians' keys.

    Parameters
    ----------
    paths : iterable of Path
        As ``workbench vault keygen`` or ``age-keygen`` writes them, plain or encrypted with a passphrase.
    passphrase : callable, optional
        Asks for the passphrase of an encrypted key.

    Returns
    -------
    Keys

    Raises
    ------
    UsageError
        A file that is no key, is cut, can be read by others, or stays closed.

    Examples
    --------
    >>> import tempfile
    >>> from workbench.governance.signing import generate_age_identity
    >>> path, (identity, recipient) = Path(tempfile.mkdtemp()) / "C-3.age", generate_age_identity()
    >>> write_identity(path, identity)
    >>> read_keys([path]).recipients == (recipient,)
    True
    """
    leave_no_core_dump()
    return Keys(tuple(Key(str(path), _identity(Path(path), passphrase)) for path in paths))


def key_file(project: Project, word: str) -> Path:
    """Return the key file that somebody names by its path, or by the seat whose key it is.

    Parameters
    ----------
    project : Project
    word : str
        A path, or a seat such as ``G-3``: then the file that ``workbench vault keygen`` writes, or the demonstration's.

    Returns
    -------
    Path

    Examples
    --------
    >>> key_file(Project(root=Path("/srv/city")), "/media/stick/G-3.age")
    PosixPath('/media/stick/G-3.age')
    """
    path = Path(word).expanduser()
    if path.exists() or not SEAT.fullmatch(word):
        return path
    sample = demonstration_folder(project) / f"{word}.age"
    return sample if sample.is_file() else own_identity_path(word)


def own_identity_path(seat: str) -> Path:
    """Return where a seat's age key lies unless its holder says otherwise.

    Parameters
    ----------
    seat : str

    Returns
    -------
    Path

    Examples
    --------
    >>> own_identity_path("G-3").name
    'workbench_G-3.age'
    """
    return own_key_path(seat).with_name(f"workbench_{seat}.age")


def write_identity(path: Path, identity: str, *, passphrase: str | None = None) -> None:
    """Write an age key for its holder alone.

    Parameters
    ----------
    path : Path
        Must not exist.
    identity : str
        ``AGE-SECRET-KEY-1…``.
    passphrase : str, optional
        Encrypts the file, as ``age -p`` does.

    Raises
    ------
    UsageError
        It is there already, or the passphrase is empty.
    """
    from pyrage import passphrase as by_passphrase

    recipient = str(parse_identity(identity, where=str(path)).to_public())
    content = f"# public key: {recipient}\n{identity}\n".encode()
    if passphrase is not None:
        if not passphrase:
            raise UsageError(f"{path}: an empty passphrase protects nothing", hint="give one, or leave it out")
        content = by_passphrase.encrypt(content, passphrase, armored=True)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    create_file(path, bytes(content), mode=0o600)


def parse_identity(text: str, *, where: str) -> Any:
    """Return the one age identity of a text.

    Parameters
    ----------
    text : str
    where : str
        For messages; nothing of the text is repeated.

    Returns
    -------
    pyrage.x25519.Identity

    Raises
    ------
    UsageError
    """
    from pyrage import IdentityError, x25519

    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if len(lines) == 1 and lines[0].startswith("age1"):
        raise UsageError(f"{where}: a public age key; needed is the secret one", hint="its line begins with AGE-SECRET-KEY-1")
    if len(lines) != 1 or not lines[0].startswith(_BEGIN):
        raise UsageError(f"{where}: no age key", hint="make one with: workbench vault keygen --seat G-3")
    try:
        return x25519.Identity.from_str(lines[0])
    except IdentityError:
        raise UsageError(f"{where}: damaged, no whole age key", hint="restore it from your own copy") from None


def _identity(path: Path, passphrase: Ask | None) -> Any:
    if path.name.upper().startswith(_BEGIN):
        raise UsageError(
            "--key: a key itself was given, needed is the name of its file",
            hint="the key stands in your shell's history now: delete it there, draw another, and have it adopted",
        )
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_KEY_FILE + 1)  # a device has no size and no end
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})", hint="name the file of a custodian's own key") from None
    if len(content) > LARGEST_KEY_FILE:
        raise UsageError(f"{path}: too large for an age key", hint="name the file that workbench vault keygen wrote")
    found = path.stat()
    others = found.st_uid == os.getuid() and found.st_mode & 0o077
    if others and DEMONSTRATION not in path.resolve().parent.parts:
        raise UsageError(
            f"{path}: others on this machine can read this key (permissions {found.st_mode & 0o777:04o}, allowed 0600)",
            hint=f"chmod 600 {path}",
        )
    if content.startswith(_ENCRYPTED):
        content = _decrypted(path, content, passphrase)
    try:
        return parse_identity(content.decode("utf-8-sig"), where=str(path))
    except UnicodeDecodeError:
        raise UsageError(f"{path}: no age key", hint="make one with: workbench vault keygen --seat G-3") from None


def _decrypted(path: Path, content: bytes, passphrase: Ask | None) -> bytes:
    from pyrage import DecryptError
    from pyrage import passphrase as by_passphrase

    if passphrase is None:
        raise UsageError(f"{path}: has a passphrase, and there is nobody to ask for it", hint="run the command in a terminal")
    prompts = [f"암호 / passphrase of {path}: ", *["열리지 않습니다. 다시 / wrong, again: "] * (ASKED_TIMES - 1)]
    for prompt in prompts:
        try:
            return bytes(by_passphrase.decrypt(content, passphrase(prompt)))
        except DecryptError:
            continue
    raise UsageError(f"{path}: the passphrase does not open it", hint="try again, or restore the key: workbench vault recover")
