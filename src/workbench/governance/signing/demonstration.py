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


def demonstration_keys(project: Project) -> frozenset[str]:
    """Return every public key that is a demonstration's.

    Parameters
    ----------
    project : Project

    Returns
    -------
    frozenset of str
        ``ssh-ed25519 AAAA…`` without comments.

    Raises
    ------
    UsageError
        A file of the demonstration's folder is no public key.
    """
    from workbench.governance.signing.keys import parse_public_key

    found = {line for line in KNOWN.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")}
    for path in sorted(demonstration_folder(project).glob("*.pub")):
        try:
            found.add(parse_public_key(path.read_text(encoding="utf-8")).line)
        except ValueError as error:
            raise UsageError(f"{project.relative(path)}: {error}") from error
    return frozenset(found)
