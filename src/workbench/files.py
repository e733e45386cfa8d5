"""Writing files so that a kill leaves the old state or the new one, and reading them back.

Every room writes through here: a temporary file beside the target, flushed to disk, then renamed over it.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from workbench.errors import CheckFailed
from workbench.records import parse_model as parse_model
from workbench.records import read_model as read_model
from workbench.records import read_yaml as read_yaml

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def replacing(path: Path, *, suffix: str = "") -> Iterator[Path]:
    """Give a temporary path in the target's folder; rename it over the target when the block ends well.

    Parameters
    ----------
    path : Path
        The file to create or replace.
    suffix : str, optional
        A suffix that a writer insists on.

    Yields
    ------
    Path
        Where to write. It is removed when the block raises.

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "a.txt"
    >>> with replacing(target) as temporary:
    ...     _ = temporary.write_text("new", encoding="utf-8")
    >>> target.read_text(encoding="utf-8")
    'new'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=f".part{suffix}", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk, so that a rename survives a power cut.

    Parameters
    ----------
    folder : Path

    Examples
    --------
    >>> sync_folder(Path(tempfile.mkdtemp()))
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text, whole or not at all.

    Parameters
    ----------
    path : Path
    text : str

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "a.txt"
    >>> write_text(target, "미세먼지")
    >>> target.read_text(encoding="utf-8")
    '미세먼지'
    """
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write bytes, whole or not at all.

    Parameters
    ----------
    path : Path
    content : bytes

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "a.bin"
    >>> write_bytes(target, b"x")
    >>> target.read_bytes()
    b'x'
    """
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_together(files: Mapping[Path, bytes]) -> None:
    """Write files that belong together: all of them are on the disk before the first takes its place.

    A full disk leaves every old file; a kill between two renames, which nothing can rule out, leaves some new ones.

    Parameters
    ----------
    files : mapping of Path to bytes
        The last one takes its place first.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_together({folder / "a": b"1", folder / "b": b"2"})
    >>> sorted(path.name for path in folder.iterdir())
    ['a', 'b']
    """
    with ExitStack() as stack:
        for path, content in files.items():
            stack.enter_context(replacing(path)).write_bytes(content)


def write_json(path: Path, value: Any) -> None:
    """Write JSON with sorted keys and a final newline: the same value gives the same bytes.

    Parameters
    ----------
    path : Path
    value : Any
        What ``json`` can write; NaN and infinities are refused.

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "a.json"
    >>> write_json(target, {"b": 1, "a": "가"})
    >>> print(target.read_text(encoding="utf-8"), end="")
    {
     "a": "가",
     "b": 1
    }
    """
    write_text(path, json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON record that the workbench wrote.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Any

    Raises
    ------
    CheckFailed
        When the file is missing, or is not whole JSON: it was damaged after it was written.

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "a.json"
    >>> write_json(target, [1])
    >>> read_json(target)
    [1]
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_number)
    except FileNotFoundError:
        raise CheckFailed(f"{path}: no such file", hint="restore it from git, or rebuild") from None
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise CheckFailed(f"{path}: not whole JSON ({error})", hint="restore it from git, or delete it and rebuild") from error


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")


def canonical(value: Any) -> bytes:
    """Return the one byte form of a JSON value: sorted keys, no spaces, UTF-8.

    Parameters
    ----------
    value : Any

    Returns
    -------
    bytes

    Examples
    --------
    >>> canonical({"b": 1, "a": [True, None]})
    b'{"a":[true,null],"b":1}'
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("utf-8")


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes as 64 hexadecimal digits.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    str

    Examples
    --------
    >>> sha256(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(content).hexdigest()


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, read in pieces.

    Parameters
    ----------
    path : Path

    Returns
    -------
    str

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "a"
    >>> write_bytes(target, b"")
    >>> sha256_file(target)[:8]
    'e3b0c442'
    """
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def text_bytes(path: Path) -> bytes:
    """Return a text file's bytes with Unix line ends, whatever a checkout made of them.

    People sign and hash these, so that a copy on another system says the same.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bytes

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "a.yml"
    >>> write_bytes(target, b"a: 1\\r\\n")
    >>> text_bytes(target)
    b'a: 1\\n'
    """
    return unix_lines(path.read_bytes())


def unix_lines(content: bytes) -> bytes:
    """Turn CRLF into LF.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    bytes

    Examples
    --------
    >>> unix_lines(b"a\\r\\nb\\rc\\n")
    b'a\\nb\\rc\\n'
    """
    return content.replace(b"\r\n", b"\n")


def sha256_text(path: Path) -> str:
    """Return the SHA-256 of a text file as :func:`text_bytes` gives it.

    Parameters
    ----------
    path : Path

    Returns
    -------
    str

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "a.yml"
    >>> write_bytes(target, b"a: 1\\r\\n")
    >>> sha256_text(target) == sha256(b"a: 1\\n")
    True
    """
    return sha256(text_bytes(path))


def replace_folder(finished: Path, target: Path) -> None:
    """Put a finished folder in the place of another; a kill at any instant leaves the old or the new one there.

    The two change names in one step of the kernel (``renameat2`` with ``RENAME_EXCHANGE``). A file system that cannot do
    that (some network shares) gets two renames, and :func:`mend_folder` puts back what a kill between them left aside.

    Parameters
    ----------
    finished : Path
        Complete, on the same file system.
    target : Path

    Examples
    --------
    >>> base = Path(tempfile.mkdtemp())
    >>> write_text(base / "new" / "a", "1")
    >>> replace_folder(base / "new", base / "old")
    >>> (base / "old" / "a").read_text()
    '1'
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    mend_folder(target)
    if not target.exists():
        finished.replace(target)
    elif _exchange(finished, target):
        shutil.rmtree(finished)
    else:
        aside = _aside(target)
        target.replace(aside)
        finished.replace(target)
        shutil.rmtree(aside)
    sync_folder(target.parent)


def mend_folder(target: Path) -> None:
    """Finish what a killed :func:`replace_folder` left half done.

    Parameters
    ----------
    target : Path

    Examples
    --------
    >>> base = Path(tempfile.mkdtemp())
    >>> write_text(base / ".site.aside" / "a", "old")
    >>> mend_folder(base / "site")
    >>> (base / "site" / "a").read_text()
    'old'
    """
    aside = _aside(target)
    if not aside.exists():
        return
    if target.exists():
        shutil.rmtree(aside)
    else:
        aside.replace(target)


def _aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.aside")


def _exchange(one: Path, two: Path) -> bool:
    """Let two paths change names at once; False where the file system or C library cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(two), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):
        return False
    raise OSError(code, os.strerror(code), str(one), None, str(two))
