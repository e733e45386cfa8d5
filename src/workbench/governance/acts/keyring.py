"""Where a seat's private key is found: where its holder says, with the sample in a demonstration, or in ``~/.ssh``."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from workbench.errors import UsageError
from workbench.governance.papers.members import DEPUTY
from workbench.governance.signing import PrivateKey, read_private_key
from workbench.governance.signing.demonstration import demonstration_folder
from workbench.project import Project

KEY_VARIABLE = "WORKBENCH_KEY"


def own_key_path(signer: str) -> Path:
    """Return where a member's key lies unless they say otherwise.

    Parameters
    ----------
    signer : str

    Returns
    -------
    Path

    Examples
    --------
    >>> own_key_path("C-1").name
    'workbench_C-1'
    """
    return Path.home() / ".ssh" / f"workbench_{signer}"


def find_key(
    project: Project,
    signer: str,
    *,
    demonstration: bool,
    path: Path | None = None,
    passphrase: Callable[[str], str] | None = None,
) -> PrivateKey:
    """Read the private key with which a signer signs.

    Parameters
    ----------
    project : Project
    signer : str
        A seat, or its deputy.
    demonstration : bool
        Whether the rules in force say so; only then the sample's keys are looked for.
    path : Path, optional
        The key file; by default the one that ``WORKBENCH_KEY`` names, then that of :func:`own_key_path`.
    passphrase : callable, optional
        Asks for the passphrase of an encrypted key.

    Returns
    -------
    PrivateKey

    Raises
    ------
    UsageError
        There is none, or it cannot be read.
    """
    named = path or (Path(os.environ[KEY_VARIABLE]).expanduser() if os.environ.get(KEY_VARIABLE) else None)
    if named is not None:
        return read_private_key(named, passphrase=passphrase)
    sample = demonstration_folder(project) / signer
    if demonstration and sample.is_file():
        return read_private_key(sample, passphrase=passphrase)
    own = own_key_path(signer)
    if own.is_file():
        return read_private_key(own, passphrase=passphrase)
    made_for = f"{signer.removesuffix(DEPUTY)} --deputy" if signer.endswith(DEPUTY) else signer
    raise UsageError(
        f"which private key signs for {signer}?",
        hint=f"name it with --key FILE or {KEY_VARIABLE}; make one with: workbench governance keygen --seat {made_for}",
    )
