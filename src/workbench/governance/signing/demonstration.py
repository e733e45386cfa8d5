"""The public keys whose private halves are public: those of the sample. They count in a demonstration and nowhere else."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import UsageError
from workbench.project import Project

KNOWN = Path(__file__).with_name("demonstration_keys.txt")
"""Shipped with the package, so that a copied seat is refused also where the private key was left behind."""


def demonstration_folder(project: Project) -> Path:
    """Return where the private keys of a demonstration lie.

    Parameters
    ----------
    project : Project

    Returns
    -------
    Path
    """
    return project.governance / "demonstration"


def shipped_keys() -> frozenset[str]:
    """Return the public keys of the sample, which no city may use: nothing in a city's repository changes this list.

    Returns
    -------
    frozenset of str
        ``ssh-ed25519 AAAA…`` without comments, and ``age1…``.

    Examples
    --------
    >>> all(line.startswith(("ssh-ed25519 ", "age1")) for line in shipped_keys())
    True
    """
    lines = KNOWN.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def demonstration_keys(project: Project) -> frozenset[str]:
    """Return every public key that is known here as a demonstration's, for whoever writes new rules and seats.

    What was decided is never judged by it: one side alone could put a member's key into this folder, and take that
    member's ballots out of every vote.

    Parameters
    ----------
    project : Project

    Returns
    -------
    frozenset of str
        ``ssh-ed25519 AAAA…`` without comments, and ``age1…``.

    Raises
    ------
    UsageError
        A file of the demonstration's folder is no public key.
    """
    from workbench.governance.signing.keys import parse_public_key

    found = set(shipped_keys())
    for path in sorted(demonstration_folder(project).glob("*.pub")):
        try:
            found.add(parse_public_key(path.read_text(encoding="utf-8")).line)
        except ValueError as error:
            raise UsageError(f"{project.relative(path)}: {error}") from error
    for path in sorted(demonstration_folder(project).glob("*.age.recipient")):
        found.add(path.read_text(encoding="utf-8").strip())
    return frozenset(found)
