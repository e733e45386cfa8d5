"""Protecting many datasets: one refusal stops no other, and each is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from workbench.catalog import Catalog
from workbench.cli.terminal import progress
from workbench.errors import GateRefused
from workbench.governance import policy_path, read_governance
from workbench.privacy import protect_dataset
from workbench.project import Project
from workbench.vault import Vault


def protectable(project: Project, catalog: Catalog) -> list[str]:
    """Return the datasets that were taken in here and have a policy."""
    vault = Vault(project, catalog)
    return [name for name in catalog.datasets if vault.parts(name) and policy_path(project, name).is_file()]


def protect_each(
    project: Project, catalog: Catalog, names: Sequence[str], *, today: dt.date
) -> tuple[list[dict[str, Any]], dict[str, GateRefused]]:
    """Protect datasets; return the manifests, and what was refused by dataset."""
    governance = read_governance(project, today=today)
    manifests: list[dict[str, Any]] = []
    refused: dict[str, GateRefused] = {}
    with progress("protect") as report:
        for place, name in enumerate(names, start=1):
            try:
                manifests.append(protect_dataset(project, catalog, name, governance=governance))
            except GateRefused as error:
                refused[name] = error
            report(place, len(names), name)
    return manifests, refused
