"""A draft: the exact bytes of a file, and who has to sign them, before anything is written.

The terminal signs a draft with a key from disk; a browser can sign the same bytes and hand in the signature. Either way
nothing is written unless the signature is the seat's own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel

from workbench.errors import GateRefused
from workbench.files import text_bytes, write_bytes, write_together
from workbench.governance.deciding.charter import Charter
from workbench.governance.signing import PrivateKey, sign, signature_path
from workbench.records import dump_yaml


@dataclass(frozen=True)
class Draft:
    """A file that waits for a signature.

    Parameters
    ----------
    path : Path
        Where it will lie.
    content : bytes
        What is signed and written.
    signer : str
        A seat, its deputy, or a link.
    day : datetime.date
        The date that it bears.
    charter : Charter
        Whose keys count.
    alone : bool
        Whether nobody else signs this file: its signature is ``<file>.sig``, not ``<file>.<signer>.sig``.
    also : mapping of Path to bytes
        Files that are written before it and that it names.
    stale : tuple of Path
        Signatures of earlier bytes, removed with them.
    """

    path: Path
    content: bytes
    signer: str
    day: dt.date
    charter: Charter = field(repr=False)
    alone: bool = True
    also: Mapping[Path, bytes] = field(default_factory=dict, repr=False)
    stale: tuple[Path, ...] = ()

    @property
    def signature(self) -> Path:
        """Where the signature will lie."""
        return signature_path(self.path) if self.alone else signature_path(self.path, self.signer)


def schema_line(kind: str) -> str:
    """Return the comment by which an editor finds the schema of a paper that people go on writing.

    Parameters
    ----------
    kind : str

    Returns
    -------
    str

    Examples
    --------
    >>> schema_line("proposal")
    'yaml-language-server: $schema=../schemas/proposal.schema.json'
    """
    return f"yaml-language-server: $schema=../schemas/{kind}.schema.json"


def record_bytes(record: BaseModel, *, comment: str = "") -> bytes:
    """Return a paper as the YAML that is signed.

    Parameters
    ----------
    record : BaseModel
        Keys without a value are left out.
    comment : str, optional
        A first line for people.

    Returns
    -------
    bytes
        UTF-8 with Unix line ends.

    Examples
    --------
    >>> from workbench.governance.papers.fields import Words
    >>> record_bytes(Words(en="No baseline."), comment="A reason.")
    b'# A reason.\\nen: No baseline.\\n'
    """
    text = dump_yaml(record.model_dump(mode="python", by_alias=True, exclude_none=True))
    return ((f"# {comment}\n" if comment else "") + text).encode("utf-8")


def write_papers(files: Mapping[Path, bytes]) -> list[Path]:
    """Write papers that nobody signs, as they were shown before.

    Parameters
    ----------
    files : mapping of Path to bytes

    Returns
    -------
    list of Path
        What was written, to be committed.
    """
    for path, content in files.items():
        write_bytes(path, content)
    return list(files)


def write_unsigned(draft: Draft) -> list[Path]:
    """Write a draft for somebody who signs elsewhere: it counts for nothing until its signature lies beside it.

    Parameters
    ----------
    draft : Draft

    Returns
    -------
    list of Path
        What was written. A signature that lay there and is of other bytes is removed.
    """
    kept = draft.path.is_file() and text_bytes(draft.path) == draft.content
    for path in (*draft.stale, *([] if kept else [draft.signature])):
        path.unlink(missing_ok=True)
    return write_papers({**draft.also, draft.path: draft.content})


def write_signed(draft: Draft, armoured: bytes) -> list[Path]:
    """Write a draft with its signature, if the signature is its signer's.

    Parameters
    ----------
    draft : Draft
    armoured : bytes
        An SSH signature over ``draft.content`` in the namespace ``workbench``.

    Returns
    -------
    list of Path
        What was written, to be committed.

    Raises
    ------
    GateRefused
        The signature does not count; nothing is written.
    """
    fault = draft.charter.check(draft.content, armoured, signer=draft.signer, day=draft.day)
    if fault is not None:
        raise GateRefused(
            f"{draft.path.name}: {fault}", hint="sign with the key whose public half stands in governance/members.yml"
        )
    write_papers(draft.also)
    for path in draft.stale:
        path.unlink(missing_ok=True)
    write_together({draft.path: draft.content, draft.signature: armoured})
    return [*draft.also, draft.path, draft.signature]


def sign_draft(draft: Draft, key: PrivateKey) -> list[Path]:
    """Sign a draft and write it.

    Parameters
    ----------
    draft : Draft
    key : PrivateKey

    Returns
    -------
    list of Path

    Raises
    ------
    GateRefused
        It is not the signer's key.
    """
    return write_signed(draft, sign(draft.content, key))
