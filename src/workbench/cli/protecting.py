"""Protecting many datasets: one refusal stops no other, and each is told.

What rests sealed to both sides is protected by an attended act alone; an unattended build uses it as last protected.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.catalog import Catalog, read_manifest
from workbench.cli.terminal import progress
from workbench.errors import GateRefused, UsageError, WorkbenchError
from workbench.governance import policy_path, read_governance
from workbench.privacy import protect_dataset
from workbench.progress import Report
from workbench.project import Project
from workbench.vault import Vault

if TYPE_CHECKING:
    from workbench.vault import Keys


def protectable(project: Project, catalog: Catalog) -> list[str]:
    """Return the datasets that were taken in here and have a policy."""
    vault = Vault(project, catalog)
    return [name for name in catalog.datasets if vault.parts(name) and policy_path(project, name).is_file()]


def protect_each(
    project: Project, catalog: Catalog, names: Sequence[str], *, today: dt.date, keys: Keys | None = None
) -> tuple[list[dict[str, Any]], dict[str, WorkbenchError]]:
    """Protect datasets; return the manifests, and what was refused by dataset."""
    governance = read_governance(project, today=today)
    manifests: list[dict[str, Any]] = []
    refused: dict[str, WorkbenchError] = {}
    with progress("protect") as report:
        for place, name in enumerate(names):
            within = _within(report, place, len(names), name)
            try:
                manifests.append(protect_dataset(project, catalog, name, governance=governance, keys=keys, report=within))
            except (GateRefused, UsageError) as error:
                refused[name] = error
            report(place + 1, len(names), name)
    return manifests, refused


def _within(report: Report, place: int, total: int, name: str) -> Report:
    """Tells the step of one dataset among the datasets."""
    return lambda done, of, what: report(place, total, f"{name}: {what}") if done < of else None


def unattended(project: Project, catalog: Catalog, names: Sequence[str], *, today: dt.date) -> tuple[list[str], list[str]]:
    """Part datasets by whether they can be protected without custodians.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    names : sequence of str
    today : datetime.date

    Returns
    -------
    can : list of str
    said : list of str
        Of each that cannot: as of when it is used, or how it is protected first.
    """
    vault = Vault(project, catalog, today=today)
    can: list[str] = []
    said: list[str] = []
    for name in names:
        if not vault.sealed(name):
            can.append(name)
            continue
        manifest = read_manifest(project.protected / name)
        if manifest is None:
            said.append(f"{name}: not protected yet; a custodian of each side: workbench protect {name} --key G.age --key C.age")
            continue
        newer = "" if manifest["basis"]["taken_in"] == vault.fingerprint(name) else "; rows came in since"
        said.append(f"{name}: used as last protected{_age(manifest.get('protected_on'), today)}{newer}")
    return can, said


def _age(day: str | None, today: dt.date) -> str:
    if day is None:
        return ""
    days = (today - dt.date.fromisoformat(day)).days
    return f" on {day}" + (f", {days} days ago" if days > 1 else ", yesterday" if days == 1 else "")
