"""One-time links: a steward issues one, and whoever holds it gives one official answer.

The link's secret stands in the link alone: it is never written to disk, and nobody can ask for it again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.errors import GateRefused, UsageError
from workbench.files import text_bytes
from workbench.governance.acts.closing import require_steward
from workbench.governance.acts.drafts import Draft
from workbench.governance.acts.recording import draft_paper, read_paper
from workbench.governance.deciding.answers import day_fault, issue_of, link_fault, read_link
from workbench.governance.gates import Governance
from workbench.governance.papers.answers import Answer
from workbench.governance.papers.links import Link
from workbench.governance.signing import (
    PrivateKey,
    decode_seed,
    encode_seed,
    parse_public_key,
    private_key_from_seed,
    signature_path,
)
from workbench.records import read_model_bytes

LINK_DAYS = 30
"""How long a link holds unless the steward says otherwise."""


def draft_link(
    governance: Governance,
    subject: str,
    *,
    signer: str,
    department: Mapping[str, str] | None,
    key: PrivateKey,
    today: dt.date,
    days: int = LINK_DAYS,
) -> Draft:
    """Draft a one-time link.

    Parameters
    ----------
    governance : Governance
    subject : str
        The recommendation, request for data or proposal to answer.
    signer : str
        The steward's seat.
    department : mapping or None
        Who is to answer, in ``ko`` and ``en``; None takes the one that the subject names.
    key : PrivateKey
        Fresh; its secret goes into :func:`link_text` and nowhere else.
    today : datetime.date
    days : int, default 30

    Returns
    -------
    Draft

    Raises
    ------
    UsageError
        Unknown subject or seat, or too many days.
    GateRefused
        The seat is no steward.
    """
    governance.require_whole()
    asked = department or _named_department(governance, subject)
    require_steward(governance, signer, issue=issue_of(governance, subject))
    record = {
        "answers": subject,
        "department": asked,
        "public_key": key.public.line,
        "issued_on": today,
        "expires_on": today + dt.timedelta(days=days),
        "issued_by": signer,
    }
    ((path, content),) = draft_paper(governance.project, "link", record, today=today).items()
    return Draft(path=path, content=content, signer=signer, day=today, charter=governance.register.charter)


def _named_department(governance: Governance, subject: str) -> dict[str, str]:
    """The office that the subject itself names; an unknown subject is refused."""
    words: Any
    if subject.startswith("P-"):
        proposals = governance.register.proposals
        if subject not in proposals:
            raise UsageError(f"there is no proposal '{subject}'", hint="see: workbench governance tally")
        words = proposals[subject].department
    elif subject.startswith("R-"):
        words = read_paper(governance.project, "recommendation", subject).department
    elif subject.startswith("D-"):
        words = read_paper(governance.project, "data_request", subject).holder
    else:
        raise UsageError(
            f"'{subject}' cannot be answered",
            hint="a recommendation (R-0001), a request for data (D-0001) or a proposal (P-0001)",
        )
    return dict(words.model_dump())


def link_text(base: str, draft: Draft, key: PrivateKey) -> str:
    """Return the one link that is sent to the department.

    Parameters
    ----------
    base : str
        The address before it: what stands behind ``#`` is never sent to a server.
    draft : Draft
    key : PrivateKey

    Returns
    -------
    str
    """
    return f"{base}#{draft.path.stem}.{encode_seed(key.seed)}"


def parse_link(text: str) -> tuple[str, PrivateKey]:
    """Read a link.

    Parameters
    ----------
    text : str

    Returns
    -------
    (str, PrivateKey)
        Its id and its key.

    Raises
    ------
    UsageError
        It is none, or was not copied whole. The secret is not repeated.

    Examples
    --------
    >>> parse_link("answer:#L-0001." + encode_seed(bytes(32)))[0]
    'L-0001'
    """
    name, _, seed = text.strip().rpartition("#")[2].partition(".")
    hint = "copy the whole link, from its beginning to its last letter"
    if not (len(name) == len("L-0001") and name.startswith("L-") and name[2:].isdecimal() and name.isascii()):
        raise UsageError("this is no link for an answer", hint=hint)
    try:
        return name, private_key_from_seed(decode_seed(seed))
    except ValueError as error:
        raise UsageError(f"the link {name} {error}", hint=hint) from None


def open_link(governance: Governance, name: str, key: PrivateKey, *, today: dt.date) -> Link:
    """Return a link through which an answer can be given today, before anybody writes one.

    Parameters
    ----------
    governance : Governance
    name : str
    key : PrivateKey
    today : datetime.date

    Returns
    -------
    Link
        :data:`workbench.governance.papers.answers.OUTCOMES` has the outcomes that fit what it answers.

    Raises
    ------
    GateRefused
        It was not issued by a steward, holds another key, has expired, is revoked, or was used.
    """
    link = read_link(governance, name)
    if isinstance(link, str):
        raise GateRefused(link, hint="ask the steward who sent it for a new link")
    if parse_public_key(link.public_key) != key.public:
        raise GateRefused(f"link {name} was issued with another key", hint="copy the whole link, as it was sent")
    fault = day_fault(governance, link, today)
    used = used_by(governance, name)
    if fault is None and used is not None:
        fault = f"link {name} was used already, by {used.name}: a link is for one answer"
    if fault is not None:
        raise GateRefused(fault, hint=f"a steward issues a new one: workbench governance link {link.answers} --seat …")
    return link


def used_by(governance: Governance, name: str) -> Path | None:
    """Return the answer that came through a link.

    Parameters
    ----------
    governance : Governance
    name : str

    Returns
    -------
    Path or None
        A file that only names the link, without its signature, has not used it.
    """
    for path in sorted((governance.project.governance / "answers").glob("*.yml")):
        signature = signature_path(path, name)
        if not signature.is_file():
            continue
        content = text_bytes(path)
        try:
            answer = read_model_bytes(content, Answer, where=path.name)
        except UsageError:
            continue  # what cannot be read is no answer, and check tells it
        if answer.link == name and link_fault(governance, answer, content, text_bytes(signature)) is None:
            return path
    return None
