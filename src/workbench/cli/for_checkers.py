"""The page for a candidate's two checkers, written beside it and never into what becomes public."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.catalog import Catalog
from workbench.cli.comparing import book_style
from workbench.project import Project
from workbench.runs import Analysis, Run


def write_for_checkers(
    project: Project, catalog: Catalog, analysis: Analysis, candidate: Path, *, runs: Sequence[Run], **known: Any
) -> Path:
    """Write the page for the checkers of a candidate: before and after are the last release and the candidate.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    analysis : Analysis
        Of the urban issue.
    candidate : Path
        Its folder.
    runs : sequence of Run
        Whose free outputs were removed.
    **known
        ``withheld``, ``screened``, ``screened_files`` and ``ledger``, as
        :func:`workbench.releases.checkers_facts.checkers_facts` takes them.

    Returns
    -------
    Path
        ``.workbench/checkers/<issue>/index.html``.
    """
    from workbench.publish.checkers_page import write_checkers_page
    from workbench.releases import latest_release
    from workbench.releases.checkers_facts import checkers_facts
    from workbench.releases.checkers_known import removed_from, rules_in_force
    from workbench.releases.results import read_variants

    facts = checkers_facts(
        candidate,
        last=latest_release(project, analysis.issue),
        title=analysis.title.model_dump(),
        rules=rules_in_force(catalog, read_variants(candidate)),
        removed=removed_from(runs),
        **known,
    )
    target = project.private / "checkers" / analysis.issue / "index.html"
    return write_checkers_page(target, facts, style=book_style(project))
