"""What departments officially answered: each answer came through a link that a steward issued, and a steward took it in.

An answer counts with both signatures, the link's and the countersignature; every reason why one does not is told.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.governance.deciding.approved import steward_fault, stewards_beside
from workbench.governance.deciding.casting import is_ahead
from workbench.governance.deciding.content import paper_bytes
from workbench.governance.papers.answers import Answer
from workbench.governance.papers.data_requests import DataRequest
from workbench.governance.papers.links import Link
from workbench.governance.papers.proposals import IssueProposal
from workbench.governance.papers.recommendations import Recommendation
from workbench.governance.signing import SignatureRefused, parse_public_key, signature_path, verify
from workbench.project import Project
from workbench.records import read_model_bytes, shown_name

if TYPE_CHECKING:
    from workbench.governance.gates import Governance


@dataclass(frozen=True)
class Official:
    """What a subject's answers come to.

    Parameters
    ----------
    subject : str
        The recommendation, request for data or proposal.
    answer : Answer or None
        The newest that counts.
    countersigned_by : str or None
        The seat that took it in.
    faults : tuple of str
        Every file about it that does not count, and why.
    """

    subject: str
    answer: Answer | None
    countersigned_by: str | None
    faults: tuple[str, ...]


def answers_of(governance: Governance) -> dict[str, Official]:
    """Return what departments officially answered, by subject.

    Parameters
    ----------
    governance : Governance

    Returns
    -------
    dict of str to Official
        With an entry for every subject about which there is a file, also where none counts.
    """
    project = governance.project
    found: dict[str, Official] = {}
    used: dict[str, str] = {}
    files = [(_place(path), path) for path in (project.governance / "answers").glob("*.yml")]
    for (subject, _), path in sorted(files):
        before = found.get(subject, Official(subject, None, None, ()))
        where = shown_name(project.relative(path))
        judged = _judge(governance, path, used, where=where)
        if isinstance(judged, str):
            faults = (*before.faults, f"{where}: {judged}")
            found[subject] = Official(subject, before.answer, before.countersigned_by, faults)
        else:
            found[subject] = Official(subject, judged[0], judged[1], before.faults)
    return found


def _place(path: Path) -> tuple[str, int]:
    """Subject and number of an answer, as its file's name says."""
    subject, _, number = path.name.removesuffix(".yml").partition(".")
    return shown_name(subject), int(number) if number.isascii() and number.isdigit() else 1


def _judge(governance: Governance, path: Path, used: dict[str, str], *, where: str) -> tuple[Answer, str] | str:
    """An answer with the seat that countersigned it, or why it does not count."""
    try:
        content = paper_bytes(path, where=where)
        answer = read_model_bytes(content, Answer, where=where)
    except WorkbenchError as error:
        return f"cannot be read: {error.message}"
    if path.name != f"{answer.answer}.yml":
        return f"holds the answer {answer.answer}"
    signature = signature_path(path, answer.link)
    if not signature.is_file():
        return f"is not signed by its link: {signature.name} is missing"
    try:
        fault = link_fault(governance, answer, content, paper_bytes(signature, where=signature.name))
    except WorkbenchError as error:
        fault = error.message
    if fault is None and answer.link in used:
        fault = f"link {answer.link} was used before, by {used[answer.link]}; a link is for one answer"
    if fault is not None:
        return fault
    used[answer.link] = path.name
    issue = issue_of(governance, answer.subject)
    signed = stewards_beside(governance.register, path, day=answer.answered_on, issue=issue)
    if not signed.by:
        return "; ".join(signed.faults) or "waits for a steward's countersignature"
    return answer, next(iter(signed.by.values()))


def link_fault(governance: Governance, answer: Answer, content: bytes, armoured: bytes) -> str | None:
    """Say why an answer did not come through a link that a steward issued for it; None where it did.

    Parameters
    ----------
    governance : Governance
    answer : Answer
    content : bytes
        Its bytes as they were signed.
    armoured : bytes
        The link's signature.

    Returns
    -------
    str or None
    """
    link = read_link(governance, answer.link)
    if isinstance(link, str):
        return link
    if link.answers != answer.subject:
        return f"link {link.link} is for {link.answers}, not for {answer.subject}"
    if link.department != answer.department:
        return f"link {link.link} was issued to '{link.department.en}', not to '{answer.department.en}'"
    fault = day_fault(governance, link, answer.answered_on)
    if fault is not None:
        return fault
    try:
        verify(content, armoured, key=parse_public_key(link.public_key))
    except SignatureRefused as error:
        return f"the signature of link {link.link} {error}"
    return None


def day_fault(governance: Governance, link: Link, day: dt.date) -> str | None:
    """Say why a link does not hold on a day, None where it does.

    Parameters
    ----------
    governance : Governance
    link : Link
    day : datetime.date

    Returns
    -------
    str or None
    """
    if day > link.expires_on:
        return f"link {link.link} expired on {link.expires_on}, the answer is dated {day}"
    if day < link.issued_on:
        return f"is dated {day}, before link {link.link} was issued on {link.issued_on}"
    if is_ahead(day, governance.today):
        return f"is dated {day}, in the future of {governance.today}"
    return governance.register.charter.revoked(link.public_key, whose=f"link {link.link}", day=day)


def read_link(governance: Governance, name: str) -> Link | str:
    """Return a link that a steward in force issued, or why it does not count.

    Parameters
    ----------
    governance : Governance
    name : str

    Returns
    -------
    Link or str
    """
    path = link_path(governance.project, name)
    if not path.is_file():
        return f"no steward issued a link {name}"
    where, signature = governance.project.relative(path), signature_path(path)
    try:
        content = paper_bytes(path, where=where)
        link = read_model_bytes(content, Link, where=where)
        signed = paper_bytes(signature, where=signature.name) if signature.is_file() else None
    except WorkbenchError as error:
        return f"link {name} cannot be read: {error.message}"
    if link.link != name:
        return f"link {name} holds the link {link.link}"
    if signed is None:
        return f"link {name} is not signed by the steward who issued it: {signature.name} is missing"
    issue = issue_of(governance, link.answers)
    fault = steward_fault(governance.register, content, signed, signer=link.issued_by, day=link.issued_on, issue=issue)
    return link if fault is None else f"link {name} does not count: {fault}"


def link_path(project: Project, name: str) -> Path:
    """Return where a link lies.

    Parameters
    ----------
    project : Project
    name : str

    Returns
    -------
    Path
    """
    return project.governance / "links" / f"{name}.yml"


def issue_of(governance: Governance, subject: str) -> str | None:
    """Return the urban issue that a recommendation, request for data or proposal belongs to.

    Parameters
    ----------
    governance : Governance
    subject : str

    Returns
    -------
    str or None
        None where it belongs to none, or cannot be read.
    """
    if subject.startswith("P-"):
        proposal = governance.register.proposals.get(subject)
        return proposal.issue if isinstance(proposal, IssueProposal) else None
    folder, model = ("recommendations", Recommendation) if subject.startswith("R-") else ("data_requests", DataRequest)
    path = governance.project.governance / folder / f"{subject}.yml"
    try:
        paper = read_model_bytes(paper_bytes(path, where=subject), model, where=subject)
    except WorkbenchError:
        return None
    return getattr(paper, "issue", None)
