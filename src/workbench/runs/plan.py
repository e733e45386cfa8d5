"""Which runs are due: the grid of every notebook, and a key for each run that changes when its result could."""

from __future__ import annotations

import itertools
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

import workbench
from workbench.bench import resolve_dataset
from workbench.catalog import DATA_NAME, Catalog, read_manifest
from workbench.errors import GateRefused, UsageError, unknown
from workbench.files import canonical, read_json, sha256, sha256_file
from workbench.project import Project
from workbench.runs.analysis import Analysis, FromData, check_analysis, notebook_path
from workbench.runs.notebook import code_hash

MAX_RUNS = 2_000
"""More than this in one plan is asked for by mistake."""

KERNEL_ROOMS = ("errors.py", "files.py", "records", "project.py", "catalog", "places", "disclosure", "bench")
"""The rooms a kernel uses: a change of them can change a result."""

RUN_RECORD = "run.json"
EXECUTED = "notebook.ipynb"


@dataclass(frozen=True)
class Run:
    """One notebook with one set of parameters.

    Parameters
    ----------
    issue, notebook : str
    parameters : dict
    datasets : dict of str to str
        What the notebook asks for, and what it gets (itself or its stand-in).
    parts : dict
        What the key is made of.
    folder : Path
        Where results go; the run is done when ``run.json`` lies in it.
    cell_timeout_s : int
    """

    issue: str
    notebook: str
    parameters: dict[str, Any]
    datasets: dict[str, str]
    parts: dict[str, Any]
    folder: Path
    cell_timeout_s: int

    @property
    def key(self) -> str:
        """The hash of ``parts``, shortened to 16 digits."""
        return sha256(canonical(self.parts))[:16]

    @property
    def name(self) -> str:
        """How people call the run."""
        return f"{self.issue}/{self.notebook}" + (f" ({parameter_words(self.parameters)})" if self.parameters else "")

    @property
    def done(self) -> bool:
        """Whether the run's whole result lies in its folder."""
        record = self.folder / RUN_RECORD
        return record.is_file() and read_json(record).get("outcome") == "done"


@dataclass(frozen=True)
class Selection:
    """Which runs of a plan are wanted: ``only`` by parameter, ``notebooks`` by name."""

    only: Mapping[str, str] = field(default_factory=dict)
    notebooks: tuple[str, ...] = ()

    def wants(self, notebook: str, parameters: Mapping[str, Any]) -> bool:
        """Tell whether a run is wanted."""
        if self.notebooks and notebook not in self.notebooks:
            return False
        return all(str(parameters.get(name)) == value for name, value in self.only.items())


def plan_runs(project: Project, catalog: Catalog, analysis: Analysis, *, selection: Selection | None = None) -> list[Run]:
    """List the runs of an urban issue.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    analysis : Analysis
    selection : Selection, optional

    Returns
    -------
    list of Run
        In the order of the file and of the grids.

    Raises
    ------
    UsageError
        Names that do not exist, a grid that is too large, or a selection that nothing meets.
    GateRefused
        A dataset is not protected, or is about real people (there is no sandbox).
    """
    check_analysis(project, catalog, analysis)
    selection = selection or Selection()
    _check_selection(analysis, selection)
    datasets = {name: resolve_dataset(project, catalog, name) for name in analysis.datasets}
    inputs = {name: _input(project, catalog, name, actual) for name, actual in datasets.items()}
    environment = {"lock": _lock_hash(project), "python": platform.python_version(), "program": program_hash()}
    runs: list[Run] = []
    for notebook, plan in analysis.notebooks.items():
        code = code_hash(notebook_path(project, analysis.issue, notebook))
        grid = {name: _values(project, datasets, name, values) for name, values in plan.grid.items()}
        for combination in itertools.product(*grid.values()):
            parameters = dict(zip(grid, combination, strict=True))
            if not selection.wants(notebook, parameters):
                continue
            parts = {"code": code, "parameters": parameters, "inputs": inputs, "environment": environment}
            short = sha256(canonical(parts))[:16]
            folder = project.runs / analysis.issue / notebook / f"{parameter_slug(parameters)}-{short}"
            runs.append(Run(analysis.issue, notebook, parameters, datasets, parts, folder, cell_timeout_s=plan.cell_timeout_s))
            if len(runs) > MAX_RUNS:
                raise UsageError(f"{analysis.issue}: more than {MAX_RUNS:,} runs", hint="list fewer values in the grid")
    if not runs and (selection.only or selection.notebooks):
        words = parameter_words(selection.only)
        raise UsageError(f"{analysis.issue}: no run has {words}", hint="see: workbench run --plan")
    return runs


def parameter_slug(parameters: Mapping[str, Any]) -> str:
    """Return parameters as part of a file name.

    Parameters
    ----------
    parameters : mapping

    Returns
    -------
    str

    Examples
    --------
    >>> parameter_slug({"year": 2021, "district": "강남구"})
    'year-2021.district-강남구'
    >>> parameter_slug({})
    'all'
    """
    words = [f"{name}-{value}" for name, value in parameters.items()]
    return "".join(c if c.isalnum() or c in "-._" else "_" for c in ".".join(words)) or "all"


def parameter_words(parameters: Mapping[str, Any]) -> str:
    """Return parameters as people write them.

    Parameters
    ----------
    parameters : mapping

    Returns
    -------
    str

    Examples
    --------
    >>> parameter_words({"year": 2021})
    'year=2021'
    """
    return ", ".join(f"{name}={value}" for name, value in parameters.items())


@cache
def program_hash() -> str:
    """Return the hash of the rooms that a kernel uses.

    Returns
    -------
    str
    """
    base = Path(workbench.__file__).parent
    files = [
        file for room in KERNEL_ROOMS for file in ([base / room] if room.endswith(".py") else sorted((base / room).rglob("*")))
    ]
    return sha256("".join(sha256_file(file) for file in files if file.suffix in (".py", ".csv", ".json", ".wkb", ".gz")).encode())


def _lock_hash(project: Project) -> str | None:
    lock = project.root / "requirements.lock"
    return sha256_file(lock) if lock.is_file() else None


def _input(project: Project, catalog: Catalog, name: str, actual: str) -> dict[str, Any]:
    """What of a dataset can change a result: which one it is, its bytes, and the policy it was protected under."""
    manifest = read_manifest(project.protected / actual) or {}
    if manifest.get("personal") and not catalog[actual].synthetic:
        raise GateRefused(
            f"dataset '{name}' is about people, and kernels are not walled in here",
            hint="only synthetic or non-personal data run",
        )
    return {"dataset": actual, "sha256": manifest.get("sha256"), "policy": manifest.get("policy")}


def _values(project: Project, datasets: Mapping[str, str], name: str, values: Any) -> list[Any]:
    """The values of a grid's parameter."""
    if not isinstance(values, FromData):
        return list(values)
    column = values.field or name
    stored = project.protected / datasets[values.dataset] / DATA_NAME
    table = pq.read_table(stored, columns=[column])
    return sorted(value for value in pc.unique(table[column]).to_pylist() if value is not None)


def _check_selection(analysis: Analysis, selection: Selection) -> None:
    known = {name for plan in analysis.notebooks.values() for name in plan.grid}
    for name in selection.only:
        if name not in known:
            raise unknown("parameter", name, known, where=analysis.issue)
    for name in selection.notebooks:
        if name not in analysis.notebooks:
            raise unknown("notebook", name, analysis.notebooks, where=analysis.issue)
