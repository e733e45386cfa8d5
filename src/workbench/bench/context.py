"""Where a bench stands: in a batch run, whose folder and data are fixed, or at a desk, where drafts are kept apart."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.catalog import Catalog, read_manifest
from workbench.errors import GateRefused
from workbench.files import read_json
from workbench.project import RUN_VARIABLE, Project


@dataclass(frozen=True)
class RunContext:
    """Which run a kernel works for.

    Parameters
    ----------
    issue, notebook : str
    folder : Path
        Where results and contributing rows go; never public.
    datasets : dict of str to str
        The dataset asked for, and the one that is loaded (itself, or its stand-in).
    parameters : dict
        What papermill fills in.
    batch : bool
        False at a desk.
    """

    issue: str
    notebook: str
    folder: Path
    datasets: dict[str, str]
    parameters: dict[str, Any] = field(default_factory=dict)
    batch: bool = False


def batch_context() -> RunContext | None:
    """Return the context of the batch run that this process belongs to, if any.

    Returns
    -------
    RunContext or None
    """
    named = os.environ.get(RUN_VARIABLE)
    if not named:
        return None
    record = read_json(Path(named))
    return RunContext(
        issue=record["issue"],
        notebook=record["notebook"],
        folder=Path(record["folder"]),
        datasets=record["datasets"],
        parameters=record["parameters"],
        batch=True,
    )


def resolve_dataset(project: Project, catalog: Catalog, name: str) -> str:
    """Return the dataset to load for a name: itself where it was protected here, else its stand-in.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    name : str

    Returns
    -------
    str

    Raises
    ------
    GateRefused
        Neither has been protected on this machine.
    """
    described = catalog[name]
    candidates = [name, *([described.stand_in] if described.stand_in else [])]
    for candidate in candidates:
        if read_manifest(project.protected / candidate) is not None:
            return candidate
    raise GateRefused(
        f"dataset '{name}' is not protected on this machine"
        + (f", nor its stand-in '{described.stand_in}'" if described.stand_in else ""),
        hint="run: workbench fetch && workbench protect",
    )
