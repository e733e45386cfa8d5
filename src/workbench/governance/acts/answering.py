"""A department's official answer: signed by the key of its one-time link, then countersigned by a steward.

Where the department cannot write to the repository, the answer and its signature travel as one text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import GateRefused, UsageError
from workbench.files import text_bytes, unix_lines
from workbench.governance.acts.closing import require_steward
from workbench.governance.acts.drafts import Draft, record_bytes
from workbench.governance.acts.linking import open_link, used_by
from workbench.governance.deciding.answers import answers_of, issue_of, link_fault
from workbench.governance.gates import Governance
from workbench.governance.papers.answers import Answer
from workbench.governance.signing import PrivateKey, sign, signature_path
from workbench.records import parse_model, read_model_bytes

_SIGNATURE = b"-----BEGIN SSH SIGNATURE-----"


@dataclass(frozen=True)
class Reply:
    """A department's answer, signed by its link and not yet taken in.

    Parameters
    ----------
    answer : Answer
    path : Path
        Where it will lie.
    content : bytes
    signature : bytes
        The link's.
    """

    answer: Answer
    path: Path
    content: bytes
    signature: bytes

    @property
    def files(self) -> dict[Path, bytes]:
        """The two files that it is; the signature first, so that no answer lies there without one."""
        return {signature_path(self.path, self.answer.link): self.signature, self.path: self.content}

    @property
    def bundle(self) -> bytes:
        """Both in one text, to be sent by whoever cannot write to the repository."""
        return self.content + self.signature


def answer_through(
    governance: Governance,
    name: str,
    key: PrivateKey,
    *,
    outcome: str,
    text: Mapping[str, str],
    today: dt.date,
    promised: Sequence[Mapping[str, Any]] = (),
) -> Reply:
    """Answer through a link; nothing is written.

    Parameters
    ----------
    governance : Governance
    name : str
        The link's id.
    key : PrivateKey
        The link's.
    outcome : str
    text : mapping
        The answer, in ``ko``, ``en``, or both.
    today : datetime.date
    promised : sequence of mapping, optional
        Steps that the department promises: ``what`` and ``by``.

    Returns
    -------
    Reply

    Raises
    ------
    UsageError
        An outcome that does not fit, or no text.
    GateRefused
        As :func:`open_link`.
    """
    link = open_link(governance, name, key, today=today)
    subject = link.answers
    record = {
        "answer": next_answer(governance, subject),
        "link": name,
        "department": link.department.model_dump(),
        "outcome": outcome,
        "text": dict(text),
        "promised": [dict(promise) for promise in promised],
        "answered_on": today,
    }
    answer = parse_model(record, Answer, where=f"answer to {subject}")
    content = record_bytes(answer)
    path = governance.project.governance / "answers" / f"{answer.answer}.yml"
    return Reply(answer=answer, path=path, content=content, signature=sign(content, key))


def next_answer(governance: Governance, subject: str) -> str:
    """Return the id that the next answer to a subject bears.

    Parameters
    ----------
    governance : Governance
    subject : str

    Returns
    -------
    str
        ``R-0001``, from the second answer on ``R-0001.2``.
    """
    folder = governance.project.governance / "answers"
    number = 1 + sum(path.name.startswith(f"{subject}.") for path in folder.glob(f"{subject}*.yml"))
    return subject if number == 1 else f"{subject}.{number}"


def read_bundle(governance: Governance, content: bytes) -> Reply:
    """Read an answer that arrived as one file.

    Parameters
    ----------
    governance : Governance
    content : bytes

    Returns
    -------
    Reply

    Raises
    ------
    UsageError
        It is no answer with its signature.
    """
    text, begin, rest = unix_lines(content).rpartition(_SIGNATURE)
    if not begin:
        raise UsageError("the file holds no answer with its signature", hint="take the file that workbench answer --out wrote")
    answer = read_model_bytes(text, Answer, where="the answer in the file")
    path = governance.project.governance / "answers" / f"{answer.answer}.yml"
    return Reply(answer=answer, path=path, content=text, signature=begin + rest)


def read_reply(governance: Governance, name: str) -> Reply:
    """Read an answer that lies in the repository.

    Parameters
    ----------
    governance : Governance
    name : str
        ``R-0001``, from the second on ``R-0001.2``.

    Returns
    -------
    Reply

    Raises
    ------
    UsageError
        There is none, or it is not signed by its link.
    """
    path = governance.project.governance / "answers" / f"{name}.yml"
    where = governance.project.relative(path)
    if not path.is_file():
        raise UsageError(f"{where}: no such answer", hint="a department answers through its link: workbench answer LINK")
    content = text_bytes(path)
    answer = read_model_bytes(content, Answer, where=where)
    signature = signature_path(path, answer.link)
    if not signature.is_file():
        raise UsageError(f"{where}: is not signed by its link: {signature.name} is missing")
    return Reply(answer=answer, path=path, content=content, signature=text_bytes(signature))


def draft_countersignature(governance: Governance, reply: Reply, *, signer: str) -> Draft:
    """Draft the steward's signature with which an answer begins to count.

    Parameters
    ----------
    governance : Governance
    reply : Reply
    signer : str

    Returns
    -------
    Draft

    Raises
    ------
    UsageError
        No such seat.
    GateRefused
        No steward; the link was not issued by one, expired, was used or revoked; the answer is not what it signed.
    """
    register, answer = governance.register, reply.answer
    governance.require_whole()
    require_steward(governance, signer, issue=issue_of(governance, answer.subject))
    fault = link_fault(governance, answer, reply.content, reply.signature)
    used = used_by(governance, answer.link)
    if fault is None and used is not None and used != reply.path:
        fault = f"link {answer.link} was used before, by {used.name}; a link is for one answer"
    if fault is None and reply.path.is_file() and text_bytes(reply.path) != reply.content:
        fault = f"another answer {answer.answer} is there already"
    official = answers_of(governance).get(answer.subject)
    if fault is None and official is not None and official.answer == answer:
        fault = f"{official.countersigned_by} has countersigned it already"
    if fault is not None:
        raise GateRefused(f"answer {answer.answer}: {fault}", hint="it does not count; the steward may issue a new link")
    by_link = signature_path(reply.path, answer.link)
    there = by_link.is_file() and text_bytes(by_link) == reply.signature
    return Draft(
        path=reply.path,
        content=reply.content,
        signer=signer,
        day=max(answer.answered_on, register.charter.since),
        charter=register.charter,
        alone=False,
        also={} if there else {by_link: reply.signature},
    )
