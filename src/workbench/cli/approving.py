"""``workbench approve``: a checker's word over a candidate; with one of each side it becomes a release."""

from __future__ import annotations

import argparse

from workbench.cli.commands import today_of
from workbench.cli.finishing import Done, sign
from workbench.errors import DONE
from workbench.governance.acts.drafts import Draft
from workbench.governance.papers.statements import Statement
from workbench.project import Project
from workbench.records import read_model
from workbench.releases.approval import draft_release_approval, settle


def approve(project: Project, options: argparse.Namespace) -> int:
    """Give a checker's word."""
    today, issue, seat = today_of(options), options.issue, options.seat
    waiting = project.candidates / issue / "approvals" / f"{seat}.yml"
    if options.signature and waiting.is_file():
        today = read_model(waiting, Statement).date

    def draft() -> Draft:
        return draft_release_approval(project, issue, seat=seat, today=today)

    def then(done: Done) -> str:
        given = settle(project, issue, today=today)
        done.commit = []  # a candidate lies outside of what is committed
        if given.release is None:
            return f"approved by {seat}; {given.consent.missing()} (workbench explain release:{issue})"
        done.paths = done.commit = [given.release]
        return f"approved by both sides; released as {project.relative(given.release)} (commit it, then: workbench book)"

    place = project.relative(waiting.with_name(waiting.name + ".sig"))
    sign(project, options, draft, then=then, unsigned_then=f"\nthen: workbench approve {issue} --seat {seat} --signature {place}")
    return DONE
