"""The page for a candidate's two checkers, written beside it and never into what becomes public."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.cli.comparing import book_style
from workbench.project import Project
from workbench.runs import Analysis


def write_for_checkers(project: Project, analysis: Analysis, candidate: Path, *, last: Path | None, **known: Any) -> Path:
    """Write the page for the checkers of a candidate.

    Parameters
    ----------
    project : Project
    analysis : Analysis
        Of the urban issue.
    candidate : Path
        Its folder.
    last : Path or None
        The folder of the last release.
    **known
        ``withheld``, ``rules``, ``screened``, ``screened_files``, ``removed`` and ``ledger``, as
        :func:`workbench.releases.checkers_facts.checkers_facts` takes them.

    Returns
    -------
    Path
        ``.workbench/checkers/<issue>/index.html``.
    """
    from workbench.publish.checkers_page import write_checkers_page
    from workbench.releases.checkers_facts import checkers_facts

    facts = checkers_facts(candidate, last=last, title=analysis.title.model_dump(), **known)
    target = project.private / "checkers" / analysis.issue / "index.html"
    return write_checkers_page(target, facts, style=book_style(project))
