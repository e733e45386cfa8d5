"""The page on which a department answers in any browser: what is asked through each link that still waits for an answer.

The page is public and carries public facts alone. The link's secret stands behind ``#`` in the address that the department
was sent, and the browser signs with it; expiry is judged there too, because the book is built without a clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.governance import Governance, IssueProposal
from workbench.governance.acts.answering import next_answer
from workbench.governance.acts.linking import used_by
from workbench.governance.deciding.answers import read_link
from workbench.governance.papers.answers import OUTCOMES
from workbench.governance.papers.links import Link
from workbench.governance.papers.reading import read_papers
from workbench.project import Project
from workbench.publish.papers import Papers
from workbench.publish.settings import Words, read_site
from workbench.publish.votings import Voting

PAGE = "answer"
"""The page's name in each language's tree; no menu leads to it."""


@dataclass(frozen=True)
class Waiting:
    """A link through which nothing was answered so far.

    Parameters
    ----------
    link : Link
    answer : str
        The id that the answer will bear.
    asked : dict of str to Bilingual
        What is asked: ``title``, and ``text``, ``question`` or ``wanted``.
    due : str or None
        The day by which the paper wants an answer.
    steward : Bilingual or None
        The title of the seat that issued the link.
    """

    link: Link
    answer: str
    asked: dict[str, Any]
    due: str | None
    steward: Any


@dataclass(frozen=True)
class Desk:
    """Every link that a steward issued, as far as the public needs to know.

    Parameters
    ----------
    waiting : tuple of Waiting
    closed : dict of str to str
        The others, each ``answered`` or ``revoked``.
    """

    waiting: tuple[Waiting, ...]
    closed: dict[str, str]


def read_desk(governance: Governance, papers: Papers, votings: Mapping[str, Voting]) -> Desk:
    """Collect the links that count.

    Parameters
    ----------
    governance : Governance
    papers : Papers
    votings : mapping of str to Voting

    Returns
    -------
    Desk
        In the order of the links. One that no steward in force issued is not there: the page does not know it.
    """
    revoked = {key.public_key for key in governance.members.revoked_keys}
    waiting: list[Waiting] = []
    closed: dict[str, str] = {}
    for link in read_papers(governance.project, "link").values():
        if isinstance(read_link(governance, link.link), str):
            continue
        if used_by(governance, link.link) is not None:
            closed[link.link] = "answered"
        elif link.public_key in revoked:
            closed[link.link] = "revoked"
        else:
            waiting.append(_waiting(governance, link, papers, votings))
    return Desk(waiting=tuple(waiting), closed=closed)


def _waiting(governance: Governance, link: Link, papers: Papers, votings: Mapping[str, Voting]) -> Waiting:
    asked: dict[str, Any]
    due = None
    if link.answers.startswith("P-"):
        proposal = votings[link.answers].proposal
        asked = {"title": proposal.title, "question": proposal.question}
        if isinstance(proposal, IssueProposal):
            asked["wanted"] = proposal.decision_wanted
    elif link.answers.startswith("D-"):
        request = next(one for one in papers.requests if one.data_request == link.answers)
        asked, due = {"title": request.what, "question": request.question}, request.due.isoformat()
    else:
        recommended = next(one for one in papers.recommendations if one.recommendation == link.answers)
        asked, due = {"title": recommended.title, "text": recommended.text}, recommended.due.isoformat()
    seat = governance.members.seats.get(link.issued_by)
    return Waiting(
        link=link, answer=next_answer(governance, link.answers), asked=asked, due=due, steward=seat.title if seat else None
    )


def desk_data(desk: Desk, words: Words) -> dict[str, Any]:
    """Return what the page's script reads, in one language.

    Parameters
    ----------
    desk : Desk
    words : Words

    Returns
    -------
    dict
        Plain values: the page's texts, the links that wait, and the state of the others.
    """
    return {
        "answer": words.strings["answer"],
        "answers": words.strings["answers"],
        "links": {one.link.link: _facts(one, words.language) for one in desk.waiting},
        "closed": desk.closed,
    }


def _facts(waiting: Waiting, language: str) -> dict[str, Any]:
    link = waiting.link
    return {
        "answer": waiting.answer,
        "subject": link.answers,
        "asked": {name: text[language] for name, text in waiting.asked.items()},
        "due": waiting.due,
        "department": link.department.model_dump(),
        "issued_on": link.issued_on.isoformat(),
        "expires_on": link.expires_on.isoformat(),
        "issued_by": link.issued_by,
        "steward": waiting.steward[language] if waiting.steward else "",
        "public_key": link.public_key.split()[1],
        "outcomes": list(OUTCOMES[link.answers[0]]),
    }


def link_base(project: Project) -> str | None:
    """Return the address of the page in the published book; a link adds ``#``, its id and its secret.

    Parameters
    ----------
    project : Project

    Returns
    -------
    str or None
        None where ``book/site.yml`` does not say where the book is published, or there is no book.

    Raises
    ------
    UsageError
        ``book/site.yml`` cannot be used.
    """
    if not (project.book / "site.yml").is_file():
        return None
    site = read_site(project.book)
    return f"{site.url.rstrip('/')}/{site.languages[0]}/{PAGE}.html" if site.url else None
