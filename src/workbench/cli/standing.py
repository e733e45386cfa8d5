"""``workbench status``: read from small files only, so that it answers at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from workbench.catalog import read_catalog, read_manifest
from workbench.errors import WorkbenchError
from workbench.governance import Governance, read_governance
from workbench.project import Project
from workbench.releases import RELEASE_FILE, latest_release, read_release
from workbench.runs.analysis import issues, read_analysis


def issue_standing(project: Project, *, today: dt.date) -> list[dict[str, Any]]:
    """Return where each urban issue stands."""
    catalog = read_catalog(project)
    governance = read_governance(project, today=today)
    return [_standing(governance, catalog, issue) for issue in issues(project)]


def _standing(governance: Governance, catalog: Any, issue: str) -> dict[str, Any]:
    project = governance.project
    record: dict[str, Any] = {"issue": issue}
    try:
        analysis = read_analysis(project, issue)
        agreement = governance.issue(issue)
        record["agreed"] = bool(agreement and agreement.complete)
        record["agreement_missing"] = "no proposal" if agreement is None else "" if agreement.complete else agreement.missing()
        data = {}
        for name in analysis.datasets:
            described = catalog[name]
            here = read_manifest(project.protected / name)
            other = read_manifest(project.protected / described.stand_in) if described.stand_in else None
            data[name] = "protected" if here else "stand-in" if other else "absent"
            if here and here.get("retrieved"):
                data[name] += f" ({here['retrieved']})"
        record["datasets"] = data
        last = latest_release(project, issue)
        record["release"] = read_release(last)["release"] if last else None
        record["released_on"] = str(read_release(last)["created"]) if last else None
        folder = project.candidates / issue
        if (folder / RELEASE_FILE).is_file():
            number = read_release(folder)["number"]
            name = f"analyses/{issue}/releases/{number}/{RELEASE_FILE}"
            record["candidate"] = {"number": number, "missing": governance.release(folder, name=name).missing()}
        else:
            record["candidate"] = None
    except WorkbenchError as error:
        record["fault"] = error.message
    return record


def standing_lines(found: Iterable[dict[str, Any]]) -> Iterable[str]:
    """Say it in words."""
    empty = True
    for record in found:
        empty = False
        yield record["issue"]
        if "fault" in record:
            yield f"  fault: {record['fault']}"
            continue
        yield f"  agreed by both sides: {'yes' if record['agreed'] else 'no, ' + record['agreement_missing']}"
        yield "  data: " + ", ".join(f"{name} {state}" for name, state in record["datasets"].items())
        yield f"  released: {record['release']} on {record['released_on']}" if record["release"] else "  released: nothing yet"
        if record["candidate"]:
            yield f"  candidate for release {record['candidate']['number']}: {record['candidate']['missing']}"
    if empty:
        yield "no urban issue is analysed yet: write analyses/<issue>/analysis.yml (proposals and gates: workbench explain)"
