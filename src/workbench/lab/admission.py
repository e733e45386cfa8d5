"""Whether the lab may open at all: not while personal rows lie on this machine.

A kernel of the lab runs as the user who started it and can read any file of that user, so the only wall that holds is
that there is nothing personal to read.
"""

from __future__ import annotations

from pathlib import Path

from workbench.catalog import Catalog, read_catalog
from workbench.errors import GateRefused, combine
from workbench.project import Project


def refuse_personal_data(project: Project) -> None:
    """Refuse when a stored dataset is personal, or when nothing says that it is not.

    Parameters
    ----------
    project : Project

    Raises
    ------
    GateRefused
        Naming every stored dataset that is neither synthetic nor free of personal fields, and every one that the
        catalogue does not know.

    Examples
    --------
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp())
    >>> _ = (root / "data_catalog.yml").write_text("datasets: {}\\n", encoding="utf-8")
    >>> (root / ".workbench" / "vault" / "riders").mkdir(parents=True)
    >>> _ = (root / ".workbench" / "vault" / "riders" / "2023.parquet").write_bytes(b"")
    >>> refuse_personal_data(Project(root=root))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    workbench.errors.GateRefused: the lab: .workbench/vault/riders: 'riders' is not in data_catalog.yml, ...
    """
    catalog = read_catalog(project)
    problems = [
        f"{project.relative(folder)}: {reason}"
        for store in (project.vault, project.protected)
        for folder in _stored(store)
        if (reason := _reason(catalog, _dataset_of(folder)))
    ]
    if problems:
        raise combine(
            problems,
            where="the lab",
            kind=GateRefused,
            hint="it serves synthetic and non-personal data only: open it in a copy of the project without these rows",
        )


def _stored(store: Path) -> list[Path]:
    """The folders of a store that hold anything; what a cut replacement left behind counts too."""
    if not store.is_dir():
        return []
    return sorted(entry for entry in store.iterdir() if entry.is_dir() and any(entry.iterdir()))


def _dataset_of(folder: Path) -> str:
    """The dataset a stored folder belongs to; ``.riders.aside`` is what a replacement of ``riders`` was cut from."""
    return folder.name.removeprefix(".").split(".")[0]


def _reason(catalog: Catalog, name: str) -> str | None:
    """Why the lab may not open while this dataset is stored; None when it may."""
    dataset = catalog.datasets.get(name)
    if dataset is None:
        return f"'{name}' is not in data_catalog.yml, so nothing says that it is not personal"
    if dataset.synthetic or not dataset.personal_fields:
        return None
    return f"'{name}' has the personal fields {', '.join(dataset.personal_fields)} and is not synthetic"
