"""The lab's one shared password: asked once, or given by file or environment; only its hash is stored.

There is no token: a link cannot let anyone in.
"""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable
from pathlib import Path

from workbench.errors import CheckFailed, UsageError
from workbench.files import read_json, write_json
from workbench.lab.folders import LabFolders
from workbench.project import Project

VARIABLE = "WORKBENCH_LAB_PASSWORD"

MINIMUM_LENGTH = 8
"""NIST SP 800-63B, 5.1.1.2: at least 8 characters for a secret that a person chooses."""


def set_password(project: Project, text: str) -> None:
    """Set the password of a project's lab, from its next start on; everyone must then log in anew.

    Parameters
    ----------
    project : Project
    text : str
        At least ``MINIMUM_LENGTH`` characters. It is not stored, its argon2 hash is.

    Raises
    ------
    UsageError
        The password is empty or too short.

    Examples
    --------
    >>> import tempfile
    >>> project = Project(root=Path(tempfile.mkdtemp()))
    >>> set_password(project, "a sentence is best")
    >>> oct(LabFolders.of(project).password.stat().st_mode & 0o777)
    '0o600'
    """
    from jupyter_server.auth.security import passwd

    if not text.strip():
        raise UsageError("the lab's password is empty", hint=f"give at least {MINIMUM_LENGTH} characters")
    if len(text) < MINIMUM_LENGTH:
        raise UsageError(f"the lab's password has {len(text)} characters, allowed: {MINIMUM_LENGTH} or more")
    folders = LabFolders.of(project)
    folders.create()
    write_json(folders.password, {"hash": passwd(text)})  # type: ignore[no-untyped-call]
    folders.password.chmod(0o600)


def password_hash(project: Project, *, password_file: Path | None = None, ask: Callable[[str], str] = getpass.getpass) -> str:
    """Return the hash of the password that the lab is to use, setting it where it is new.

    A file named by the caller comes first, then the environment (``WORKBENCH_LAB_PASSWORD``), then the hash stored
    before, then the terminal.

    Parameters
    ----------
    project : Project
    password_file : Path, optional
        Its first line is the password; it may not lie where the lab serves files from.
    ask : callable, optional
        Asks a person for a line that is not shown.

    Returns
    -------
    str
        ``argon2:…``

    Raises
    ------
    UsageError
        No password is known and there is no terminal to ask on, or the one given cannot be used.

    Examples
    --------
    >>> password_hash(project)  # doctest: +SKIP
    'argon2:$argon2id$v=19$...'
    """
    from jupyter_server.auth.security import passwd_check

    stored = _stored_hash(project)
    given = _given(project, password_file)
    if given is None and stored is None:
        given = _asked(ask)
    if given is not None and (stored is None or not passwd_check(stored, given)):  # type: ignore[no-untyped-call]
        set_password(project, given)
        stored = _stored_hash(project)
    if stored is None:
        raise AssertionError("a password was neither stored nor set")
    return stored


def _stored_hash(project: Project) -> str | None:
    path = LabFolders.of(project).password
    if not path.is_file():
        return None
    record = read_json(path)
    text = record.get("hash") if isinstance(record, dict) else None
    if not isinstance(text, str) or not text.startswith("argon2:$argon2"):
        raise CheckFailed(f"{path}: not the hash of a password", hint="delete it; the lab asks for a new password when it starts")
    path.chmod(0o600)
    return text


def _given(project: Project, password_file: Path | None) -> str | None:
    """The password that a file or the environment gives; None where neither does."""
    if password_file is None:
        return os.environ.get(VARIABLE)
    path = password_file.expanduser().resolve()
    if path.is_relative_to(project.notebooks.resolve()):
        raise UsageError(f"{password_file}: lies in notebooks/, which the lab serves", hint="keep the password somewhere else")
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise UsageError(f"{password_file}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{password_file}: cannot be read as UTF-8 text ({error})") from error
    if len([line for line in lines if line.strip()]) > 1:
        raise UsageError(f"{password_file}: {len(lines)} lines, allowed: one, the password")
    return lines[0] if lines else ""


def _asked(ask: Callable[[str], str]) -> str:
    """The password that a person types, twice the same."""
    if ask is getpass.getpass and not sys.stdin.isatty():
        raise UsageError(
            "the lab has no password yet, and there is no terminal to ask on",
            hint=f"give it with --password-file or in the environment as {VARIABLE}",
        )
    first = ask(f"A password for this lab, shared by those who may use it ({MINIMUM_LENGTH} characters or more): ")
    if ask("Once more: ") != first:
        raise UsageError("the two passwords differ", hint="start the lab again")
    return first
