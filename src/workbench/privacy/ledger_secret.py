"""The secret that lasting ids of people come from: drawn once on a machine, for its owner alone, sealed in backups only.

Whoever had it could try out who is who. Another one in its place would make strangers of all people, and everything
published before incomparable, so it is never drawn anew in silence.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import CheckFailed
from workbench.files import read_json, sha256, sync_folder, write_json
from workbench.project import Project

SECRET_BYTES = 32
WAY_OUT = (
    "restore it: workbench ledger restore --from FILE; or begin anew with custodians of both sides: workbench ledger rebuild"
)


def commitment_to(secret: bytes) -> str:
    """Return what says which secret it was and tells nothing of it.

    Parameters
    ----------
    secret : bytes

    Returns
    -------
    str

    Examples
    --------
    >>> commitment_to(bytes(32))[:8]
    '96dacfc5'
    """
    return sha256(b"workbench ledger secret\0" + secret)


def machine_secret(project: Project, *, draw: bool = True) -> bytes:
    """Return the lasting secret of this machine's ledger, drawn when it is first asked for.

    Parameters
    ----------
    project : Project
    draw : bool, default True
        Whether one may be drawn.

    Returns
    -------
    bytes

    Raises
    ------
    CheckFailed
        The one that was drawn is gone, damaged, or another lies in its place: another would make strangers of all people.
    """
    path, memory = secret_path(project), project.machine / "ledger" / "secret.json"
    with _drawing(project):
        known = known_secret(project)
        waiting = path.with_name("secret.new")
        if not path.is_file() and waiting.is_file() and commitment_to(waiting.read_bytes()) == known:
            waiting.replace(path)  # a kill came between
        if path.is_file():
            secret = path.read_bytes()
            if len(secret) != SECRET_BYTES or commitment_to(secret) != known:
                raise CheckFailed(f"{project.relative(path)}: not the secret that this machine drew", hint=WAY_OUT)
            return secret
        if known is not None or not draw:
            raise CheckFailed(f"{project.relative(path)}: the ledger's secret is gone", hint=WAY_OUT)
        private_folder(project)
        secret = secrets.token_bytes(SECRET_BYTES)
        write_secret(waiting, secret)
        write_json(memory, {"commitment": commitment_to(secret)})
        waiting.replace(path)
        sync_folder(path.parent)
        return secret


def secret_path(project: Project) -> Path:
    """Return where the ledger's secret lies.

    Parameters
    ----------
    project : Project

    Returns
    -------
    Path
    """
    return project.ledger / "secret"


def remember_secret(project: Project, commitment: str | None) -> None:
    """Make this machine know which secret is the ledger's; None lets the next protection draw another.

    Parameters
    ----------
    project : Project
    commitment : str or None
    """
    memory = project.machine / "ledger" / "secret.json"
    with _drawing(project):
        if commitment is not None:
            write_json(memory, {"commitment": commitment})
            return
        for path in (secret_path(project), secret_path(project).with_name("secret.new"), memory):
            path.unlink(missing_ok=True)


def known_secret(project: Project) -> str | None:
    """Return the commitment to the secret that this machine drew; None before it has drawn one.

    Parameters
    ----------
    project : Project

    Returns
    -------
    str or None
    """
    memory = project.machine / "ledger" / "secret.json"
    return str(read_json(memory)["commitment"]) if memory.is_file() else None


def write_secret(path: Path, secret: bytes) -> None:
    """Write a secret that its owner alone can read.

    Parameters
    ----------
    path : Path
    secret : bytes
    """
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secret)
        os.fsync(handle)
    finally:
        os.close(handle)


def private_folder(project: Project) -> Path:
    """Return the ledger's folder, which nobody else on the machine can enter.

    Parameters
    ----------
    project : Project

    Returns
    -------
    Path
    """
    project.ledger.mkdir(mode=0o700, parents=True, exist_ok=True)
    project.ledger.chmod(0o700)
    return project.ledger


@contextmanager
def _drawing(project: Project) -> Iterator[None]:
    folder = project.private / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "ledger-secret").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
