"""The page for a candidate's two checkers, written beside it and never into what becomes public."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.comparing import book_style
from workbench.project import Project

if TYPE_CHECKING:
    from workbench.catalog import Catalog
    from workbench.releases import Candidate
    from workbench.runs import Analysis, Run


def write_for_checkers(
    project: Project, catalog: Catalog, analysis: Analysis, candidate: Candidate, runs: Sequence[Run]
) -> Path | None:
    """Write the page for the checkers of a candidate.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    analysis : Analysis
        Of the urban issue.
    candidate : Candidate
    runs : sequence of Run
        That it was made from.

    Returns
    -------
    Path or None
        ``.workbench/checkers/<issue>/index.html``; None where there is no candidate, and no page of an earlier one is left.
    """
    from workbench.publish.checkers_page import write_checkers_page
    from workbench.releases import latest_release, read_variants
    from workbench.releases.checkers_facts import LedgerCheck, checkers_facts
    from workbench.releases.checkers_known import removed_from, rules_in_force, withholdings_of
    from workbench.releases.hand_typed import hand_typed
    from workbench.releases.ledger import Ledger

    target = project.private / "checkers" / analysis.issue / "index.html"
    if candidate.folder is None:
        shutil.rmtree(target.parent, ignore_errors=True)
        return None
    withheld = [
        cell
        for item in candidate.guarded
        for cell in withholdings_of(
            item.found.name,
            item.found.run.parameters,
            item.found.cells,
            item.safe,
            rules=item.found.rules,
            lower=item.lower,
            upper=item.upper,
            in_people=(item.people_lower, item.people_upper),
        )
    ]
    compared, check = candidate.compared, None
    if compared is not None:
        ledger = Ledger(project)
        check = LedgerCheck(
            releases=len(ledger.entries()),
            tables=len(ledger.tables()),
            cells=compared.cells,
            compared=compared.earlier,
            doubted=compared.beyond,
            unknown=tuple(f"{one.release}#{one.name}" for one in ledger.unknown()),
        )
    facts = checkers_facts(
        candidate.folder,
        last=latest_release(project, analysis.issue),
        title=analysis.title.model_dump(),
        withheld=tuple(withheld),
        rules=rules_in_force(catalog, read_variants(candidate.folder)),
        screened_files=sum(path.is_file() for path in candidate.folder.rglob("*")),
        removed=removed_from(runs),
        ledger=check,
        typed=tuple(hand_typed(candidate.folder)),
    )
    return write_checkers_page(target, facts, style=book_style(project))
