"""What ``release.yml`` records of each result about people, so that its groups can be made again without today's notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.errors import CheckFailed
from workbench.files import canonical, read_yaml, sha256
from workbench.project import Project
from workbench.releases.ledger.people import data_behind
from workbench.releases.ledger.required import about_people
from workbench.releases.results import Variant
from workbench.releases.verify import RELEASE_FILE
from workbench.runs import Run

KEYS = frozenset({"result", "parameters", "notebook", "code", "run", "datasets", "layout"})
MODEL = frozenset({"formula", "family", "people", "titles", "factors"})
"""What of a released model says which model it is; the rest are its numbers."""


def definition_of(project: Project, run: Run, variant: Variant) -> dict[str, Any] | None:
    """Return what ``release.yml`` records of a table or model about people, under ``definitions``.

    Parameters
    ----------
    project : Project
    run : Run
        That made it.
    variant : Variant

    Returns
    -------
    dict or None
        ``result``, ``parameters``, ``notebook``, ``code`` (the hash of the notebook's code), ``run``, ``datasets`` (by the
        name asked for: ``dataset``, ``sha256`` of its protected rows, ``policy`` as the hash of its file, ``unit``) and
        ``layout`` (a hash). None for any other result.
    """
    if variant.kind not in ("table", "model") or not about_people(variant.content, variant.datasets):
        return None
    return {
        "result": variant.name,
        "parameters": dict(variant.parameters),
        "notebook": variant.notebook,
        "code": run.parts["code"],
        "run": run.key,
        "datasets": {asked: data.plain() for asked, data in sorted(data_behind(project, variant.datasets).items())},
        "layout": layout_hash(variant.content),
    }


def layout_hash(content: Mapping[str, Any]) -> str:
    """Return the hash of a table's or model's layout.

    Parameters
    ----------
    content : mapping
        The table or model as it stands in a result file.

    Returns
    -------
    str

    Examples
    --------
    >>> layout_hash({"statistic": "count", "values": [[1]]}) == layout_hash({"statistic": "count", "values": [[2]]})
    True
    """
    numbers = set(content) - MODEL if "formula" in content else {"values", "state"}
    return sha256(canonical({key: value for key, value in content.items() if key not in numbers}))


def read_definitions(folder: Path) -> dict[tuple[str, bytes], dict[str, Any]]:
    """Read the definitions that a release records.

    Parameters
    ----------
    folder : Path
        The release's.

    Returns
    -------
    dict
        By result and parameters (:func:`identity`); empty where the release is older than definitions.

    Raises
    ------
    CheckFailed
        One that is none.
    """
    path = folder / RELEASE_FILE
    found = {}
    for record in read_yaml(path).get("definitions") or []:
        if not isinstance(record, dict) or set(record) != KEYS:
            raise CheckFailed(f"{path}: definitions: one is no definition of a table", hint="restore it from git")
        found[identity(record["result"], record["parameters"])] = record
    return found


def identity(name: str, parameters: Mapping[str, Any]) -> tuple[str, bytes]:
    """Return what makes two tables of a release the same.

    Parameters
    ----------
    name : str
    parameters : mapping

    Returns
    -------
    (str, bytes)

    Examples
    --------
    >>> identity("trips", {"year": 2021})
    ('trips', b'{"year":2021}')
    """
    return name, canonical(dict(parameters))
