"""What a drawing process may still do once it is set up: calculate, draw, and read the fonts and modules it draws with.

Python tells an audit hook of every file that is opened, every process, every connection and every module (PEP 578); the hook
cannot be taken off again. It stops careless code and most hostile code in Python itself. Not stopped is code that calls the
system through a compiled library without Python's knowledge; what leads there is refused in the source
(:mod:`workbench.bench.drawing_source`), and a sandbox stops the rest.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path
from typing import Any

CPU_S = 240
MEMORY_BYTES = 6 * 2**30
FILES = 256

REFUSED = (
    *("ctypes.", "ftplib.", "glob.", "http.", "imaplib.", "mmap.", "nntplib.", "poplib.", "pty.", "shutil.", "smtplib."),
    *(
        "socket.",
        "sqlite3.",
        "subprocess.",
        "syslog.",
        "telnetlib.",
        "tempfile.",
        "urllib.",
        "webbrowser.",
        "sys._current_frames",
    ),
    *("os.chmod", "os.chown", "os.exec", "os.fork", "os.kill", "os.link", "os.mkdir", "os.posix_spawn"),
    *("os.putenv", "os.remove", "os.rename", "os.rmdir", "os.setxattr", "os.spawn", "os.startfile", "os.symlink", "os.system"),
    *("os.truncate", "os.unsetenv", "os.utime", "os.getxattr", "os.listxattr", "os.chdir", "os.chflags", "os.walk", "os.fwalk"),
    *("code.__new__", "gc.get_", "sys._current_frames", "sys.settrace", "sys.setprofile", "sys.addaudithook"),
)
"""Beginnings of the events that no drawing causes."""

LISTED = ("os.listdir", "os.scandir")
"""Events of looking into a folder, which finding a module does."""

OWN = "workbench"
"""This program's modules, which a drawing imports none of."""


def readable_folders() -> tuple[str, ...]:
    """Return the folders that a drawing may read from: the interpreter's, its packages' and the system's fonts.

    Returns
    -------
    tuple of str
        Absolute, without this program's own files.
    """
    paths = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    paths |= {"/usr/share/fonts", "/usr/share/zoneinfo", "/etc/fonts", os.environ.get("MPLCONFIGDIR", "")}
    return tuple(sorted(str(Path(path).resolve()) for path in paths if path))


def limit_resources() -> None:
    """Let this process neither write files nor use up the machine."""
    import resource

    for kind, most in (
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, FILES),
    ):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (most, most) if hard == resource.RLIM_INFINITY or most < hard else (hard, hard))


def shut() -> None:
    """Refuse from now on, for as long as this process lives, what no drawing needs."""
    folders = readable_folders()
    separator = os.sep
    resolve, inside = os.path.realpath, str.startswith
    refused, listed, own = REFUSED, LISTED, OWN

    def allowed(path: Any) -> bool:
        if isinstance(path, int):
            return False
        real = resolve(os.fsdecode(path))
        return any(real == folder or inside(real, folder + separator) for folder in folders)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = (*arguments, None, None, None)[:3]
            writes = (isinstance(mode, str) and any(letter in mode for letter in "wax+")) or bool(
                isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            )
            if writes or not allowed(path):
                raise PermissionError("a drawing reads and writes no files")
        elif event in listed:
            if not allowed(arguments[0] if arguments and arguments[0] is not None else "."):
                raise PermissionError("a drawing looks into no folder")
        elif event == "import":
            if arguments[0].partition(".")[0] == own:
                raise PermissionError("a drawing imports nothing of the workbench")
        elif inside(event, refused):
            raise PermissionError(f"a drawing causes no {event}")

    sys.addaudithook(hook)
