"""The bytes of one file of ``governance/``, bounded: what is no plain file is never followed, and no file fills the memory.

A merge can bring in a link to a device without an end as easily as a ballot.
"""

from __future__ import annotations

import os
from pathlib import Path

from workbench.errors import UsageError
from workbench.files import unix_lines
from workbench.records import MAX_YAML_BYTES

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_PIECE = 32_768


def paper_bytes(path: Path, *, where: str) -> bytes:
    """Read a file with Unix line ends.

    Parameters
    ----------
    path : Path
    where : str
        The file, for messages.

    Returns
    -------
    bytes
        At most one more than any file may have; whoever parses them refuses that one.

    Raises
    ------
    UsageError
        It is a link, a folder or a device, or cannot be read.

    Examples
    --------
    >>> paper_bytes(Path("/"), where="closings/P-0001.yml")
    Traceback (most recent call last):
    ...
    workbench.errors.UsageError: closings/P-0001.yml: is no plain file
      links, folders and devices do not count here
    """
    if path.is_symlink() or not path.is_file():
        raise UsageError(f"{where}: is no plain file", hint="links, folders and devices do not count here")
    try:
        return plain_bytes(os.fspath(path))
    except OSError as error:
        raise UsageError(f"{where}: cannot be read ({error.strerror})") from error


def plain_bytes(path: str, *, folder: int | None = None) -> bytes:
    """Read what is known to be a plain file, with Unix line ends.

    Parameters
    ----------
    path : str
    folder : int, optional
        The descriptor of the folder that the path starts from.

    Returns
    -------
    bytes
    """
    descriptor = os.open(path, _FLAGS, dir_fd=folder)
    try:
        content = os.read(descriptor, _PIECE)
        if len(content) == _PIECE:  # a plain file gives less only at its end
            while len(content) <= MAX_YAML_BYTES and (piece := os.read(descriptor, MAX_YAML_BYTES)):
                content += piece
    finally:
        os.close(descriptor)
    return unix_lines(content[: MAX_YAML_BYTES + 1])
