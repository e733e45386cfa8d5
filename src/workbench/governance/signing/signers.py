"""Whose signature counts when, written for OpenSSH; and where the signatures of a file lie.

With the file that :func:`allowed_signers` gives, anyone verifies a ballot with ``ssh-keygen -Y verify`` and nothing of ours.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from workbench.governance.signing.keys import PublicKey
from workbench.governance.signing.sshsig import NAMESPACE

SUFFIX = ".sig"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

HEADER = """\
# Whose signature counts, and from which day to which. Printed by `workbench governance signers`.
# Days are days of this machine's calendar: give the day that the file names as verify-time, without a time zone.
#   ssh-keygen -Y verify -f allowed_signers -I C-1 -n workbench -s C-1.yml.sig -O verify-time=20260302 < C-1.yml
"""


@dataclass(frozen=True)
class SignerEntry:
    """A signer, the key, and the days on which it signs.

    Parameters
    ----------
    principal : str
        The signer's name: a seat ``C-1``, its deputy ``C-1.deputy``, a link ``L-0001``.
    key : PublicKey
    valid_from : datetime.date
        The first day.
    valid_until : datetime.date or None
        The last day; None while no end is known.
    comment : str, optional
        One line for people.

    Raises
    ------
    ValueError
        When OpenSSH would read the name as a pattern, the comment has several lines, or the last day is before the first.

    Examples
    --------
    >>> from workbench.governance.signing.keys import private_key_from_seed
    >>> key = private_key_from_seed(bytes(32)).public
    >>> SignerEntry(principal="*", key=key, valid_from=datetime.date(2026, 1, 1), valid_until=None)
    Traceback (most recent call last):
    ValueError: '*' is no name of a signer: letters, digits, '.', '_' and '-'
    """

    principal: str
    key: PublicKey
    valid_from: datetime.date
    valid_until: datetime.date | None
    comment: str = ""

    def __post_init__(self) -> None:
        _require_name(self.principal)
        if self.comment and not self.comment.isprintable():
            raise ValueError(f"the comment of {self.principal} is not one line of text")
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError(f"{self.principal}: the last day {self.valid_until} is before the first, {self.valid_from}")


def allowed_signers(entries: Iterable[SignerEntry]) -> str:
    """Return the file that ``ssh-keygen -Y verify -f`` takes.

    OpenSSH reads a date as midnight of the machine's own time zone, there and in ``-O verify-time``; and it accepts the
    very instant of ``valid-before``. So the first day is written as a bare date and the last with its last second: with
    the day that a file names as ``verify-time``, the answer is the same in every time zone. (With a ``Z`` behind
    the date, which OpenSSH knows since 9.1 only, Seoul and Lima would disagree about the first and the last day.)

    Parameters
    ----------
    entries : iterable of SignerEntry
        In any order; one signer may have several keys one after the other.

    Returns
    -------
    str

    Examples
    --------
    >>> from workbench.governance.signing.keys import private_key_from_seed
    >>> key = private_key_from_seed(bytes(32)).public
    >>> first, last = datetime.date(2026, 3, 1), datetime.date(2028, 2, 29)
    >>> print(allowed_signers([SignerEntry("C-1", key, first, last)]).splitlines()[-1])
    C-1 namespaces="workbench",valid-after="20260301",valid-before="20280229235959" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop
    """  # noqa: E501
    lines = sorted({(entry.principal, entry.valid_from, _line(entry)) for entry in entries})
    return HEADER + "".join(f"{line}\n" for *_, line in lines)


def signature_path(path: Path, signer: str | None = None) -> Path:
    """Return where the signature of a file lies.

    Parameters
    ----------
    path : Path
        The file that is signed.
    signer : str, optional
        Whose, where several sign one file.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        When the signer's name cannot stand in a file's name.

    Examples
    --------
    >>> signature_path(Path("ballots/P-0001/C-1.yml")).name
    'C-1.yml.sig'
    >>> signature_path(Path("closings/P-0001.yml"), "G-1").name
    'P-0001.yml.G-1.sig'
    """
    middle = "" if signer is None else f".{_require_name(signer)}"
    return path.with_name(path.name + middle + SUFFIX)


def signatures_beside(path: Path) -> dict[str, Path]:
    """Return the signatures of a file that several sign.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict of str to Path
        Signer's name, as the file's name has it, to the signature; sorted. Whether there is such a signer is not said.

    Examples
    --------
    >>> import tempfile
    >>> closing = Path(tempfile.mkdtemp()) / "P-0001.yml"
    >>> for name in ("P-0001.yml", "P-0001.yml.G-1.sig", "P-0001.yml.C-1.deputy.sig", "P-0002.yml.G-1.sig"):
    ...     _ = closing.with_name(name).write_text("")
    >>> list(signatures_beside(closing))
    ['C-1.deputy', 'G-1']
    """
    head = path.name + "."
    try:
        names = os.listdir(path.parent)  # noqa: PTH208 - names alone: a folder of closings holds thousands of files
    except FileNotFoundError:
        return {}
    signers = sorted(name[len(head) : -len(SUFFIX)] for name in names if name.startswith(head) and name.endswith(SUFFIX))
    return {signer: path.with_name(f"{head}{signer}{SUFFIX}") for signer in signers if signer}


def _require_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"'{name}' is no name of a signer: letters, digits, '.', '_' and '-'")
    return name


def _line(entry: SignerEntry) -> str:
    options = [f'namespaces="{NAMESPACE}"', f'valid-after="{_compact(entry.valid_from)}"']
    if entry.valid_until is not None:
        options.append(f'valid-before="{_compact(entry.valid_until)}235959"')
    return f"{entry.principal} {','.join(options)} {entry.key.line} {entry.comment}".rstrip()


def _compact(day: datetime.date) -> str:
    return day.isoformat().replace("-", "")
