"""The page of who decided what: seats, agreements on urban issues, adopted policies, approved releases, and what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from workbench.files import sha256_file
from workbench.governance import policy_adoption, read_members, read_proposals, read_statements
from workbench.project import Project
from workbench.publish.editions import Edition


def decisions(project: Project, editions: Sequence[Edition]) -> dict[str, Any]:
    """Collect what the repository's governance says, language left to the templates.

    Parameters
    ----------
    project : Project
    editions : sequence of Edition

    Returns
    -------
    dict
        ``seats``, ``agreements``, ``policies``, ``approvals``, ``dates`` (of everything done).
    """
    members = read_members(project)
    proposals = {proposal.issue: proposal for proposal in read_proposals(project).values()}
    policies = []
    for path in sorted((project.governance / "policies").glob("*.yml")):
        adoption = policy_adoption(project, path.stem)
        policies.append({"dataset": path.stem, "sha256": sha256_file(path), "adoption": adoption})
    folders = [project.governance / "agreements", project.governance / "adoptions"]
    dates = [statement.date for folder in folders for statement in read_statements(folder).values()]
    dates += [proposal.proposed_on for proposal in proposals.values()]
    dates += [date for edition in editions if edition.release for date in _dates(edition.release.approvals.values())]
    return {
        "seats": members.seats,
        "proposals": proposals,
        "agreements": [edition for edition in editions if edition.agreement],
        "policies": policies,
        "approvals": [edition for edition in editions if edition.release and edition.release.approvals],
        "dates": dates,
    }


def _dates(statements: Any) -> list[dt.date]:
    return [statement.date for statement in statements]
