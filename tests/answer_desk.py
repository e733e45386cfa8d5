"""A book whose page for departments has every case: links that wait, that were used, that expired, that were revoked."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from book_sample import SampleBook, write_project
from book_votes import MET
from signed import governance_of, key_of
from workbench.governance.acts.drafts import sign_draft
from workbench.governance.acts.linking import draft_link, link_text
from workbench.governance.signing import encode_seed
from workbench.project import Project
from workbench.publish import build_book

TODAY = dt.date(2026, 11, 22)
DEPARTMENT = {"ko": '대기 부서: "<b>#1</b>" \\ 과', "en": "Air department: '<b>#1</b>' \\ unit"}
"""With whatever a YAML reader or a browser might take for more than words."""


@dataclass(frozen=True)
class Desk:
    """A project, its book, and the link of each kind as a department gets it: from ``#`` on."""

    book: SampleBook
    links: dict[str, str]

    @property
    def project(self) -> Project:
        return self.book.project


def issue_link(project: Project, subject: str, secret: str, *, days: int = 30, department: dict[str, str] | None = None) -> str:
    """A steward's link with a known secret, from ``#`` on."""
    governance, key = governance_of(project, today=MET), key_of(secret)
    draft = draft_link(governance, subject, signer="G-1", department=department, key=key, today=MET, days=days)
    sign_draft(draft, key_of("G-1"))
    return link_text("", draft, key)


@cache
def build_desk(root: Path) -> Desk:
    """Write the sample project with more links, and build its book, once for all tests."""
    project = write_project(root)
    shutil.rmtree(project.site, ignore_errors=True)
    links = {
        "answered": link_of("L-0001", "link to D-0001"),
        "request": link_of("L-0002", "link to D-0002"),
        "recommendation": issue_link(project, "R-0001", "desk R-0001", department=DEPARTMENT),
        "expired": issue_link(project, "P-0001", "desk P-0001", days=3),
        "revoked": issue_link(project, "P-0002", "lost"),
    }
    return Desk(SampleBook(project, build_book(project, target=project.site)), links)


def link_of(name: str, secret: str) -> str:
    """The link that the sample's own governance issued, from ``#`` on."""
    return f"#{name}.{encode_seed(key_of(secret).seed)}"
