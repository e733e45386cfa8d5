"""The facts of a risk report: a protected dataset of the project, or what ``privacy protect`` wrote about a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from workbench.catalog import DATA_NAME, read_catalog, read_manifest
from workbench.cli.weighing import titles_of
from workbench.errors import GateRefused, UsageError, WorkbenchError
from workbench.files import read_json, sha256_file
from workbench.governance import policy_path
from workbench.privacy import Policy, read_policy
from workbench.project import Project
from workbench.publish.protection_pages.differences import fields_of, handling
from workbench.publish.protection_pages.exposure import measure_exposure
from workbench.publish.protection_pages.portrait import reported

NEEDED = ("rows", "suppressed", "k", "classes", "ncp", "fields")
"""What every report of a protection of people has."""


def report_of_dataset(project: Project | None, dataset: str) -> dict[str, Any]:
    """Return the facts of a protected dataset: its report, and its protected rows as an attacker would see them.

    Parameters
    ----------
    project : Project or None
    dataset : str

    Returns
    -------
    dict
        Plain values, for a page or for JSON.

    Raises
    ------
    UsageError
        No such dataset, or one that is not about people.
    GateRefused
        It is not protected on this machine.
    """
    if project is None:
        raise UsageError(f"dataset '{dataset}': no project here", hint="change into its folder, or name a report with --from")
    catalog = read_catalog(project)
    described = catalog[dataset]
    folder = project.protected / dataset
    manifest = read_manifest(folder)
    if manifest is None:
        raise GateRefused(f"dataset '{dataset}' is not protected on this machine", hint=f"run: workbench protect {dataset}")
    if not manifest["personal"]:
        raise UsageError(f"dataset '{dataset}' is not about people: its policy says personal: false")
    told = manifest["report"]
    facts = reported(told, dataset)
    policy = _policy_of(project, dataset, manifest)
    columns = [name for name in manifest["fields"] if name in {*facts["knows"], *facts["sensitive"], manifest["unit"]}]
    exposure = measure_exposure(
        pq.read_table(folder / DATA_NAME, columns=columns),
        knows=facts["knows"],
        unit=manifest["unit"],
        sensitive=facts["sensitive"],
        k=told["k"],
        people=told["people"],
    )
    return {
        **facts,
        "title": described.title.model_dump(),
        "synthetic": described.synthetic,
        "adopted": bool(manifest.get("adopted")),
        "policy": {"file": f"{dataset}.yml", **manifest["policy"]},
        "min_contributors": manifest.get("min_contributors"),
        "field_titles": titles_of(catalog, dataset, list(described.fields))["fields"],
        "handling": _handling(policy) if policy is not None else facts["handling"],
        "exposure": exposure.as_record(),
    }


def report_of_file(path: Path) -> dict[str, Any]:
    """Return the facts of a report that ``privacy protect`` wrote.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict

    Raises
    ------
    UsageError
        The file is no such report.
    """
    try:
        told = read_json(path)
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except WorkbenchError as error:
        raise UsageError(f"{path}: no report of a protection ({error.message})", hint="it may be cut off") from error
    missing = [name for name in NEEDED if not isinstance(told, dict) or name not in told]
    if missing:
        raise UsageError(
            f"{path}: no report of a protection of people, it lacks {', '.join(missing)}",
            hint="workbench privacy protect IN --policy POLICY.yml --out OUT --report REPORT.json writes one",
        )
    facts = reported(told, str(told.get("policy") or path.stem))
    return {**facts, "source": path.name, "adopted": bool(told.get("adopted"))}


def _policy_of(project: Project, dataset: str, manifest: Mapping[str, Any]) -> Policy | None:
    """The very policy that the rows obey, where it still lies there; the options of its rules are told from it."""
    path = policy_path(project, dataset)
    if not path.is_file() or sha256_file(path) != manifest["policy"]["sha256"]:
        return None
    return read_policy(path)


def _handling(policy: Policy) -> dict[str, Any]:
    found = {name: handling(policy, name) for name in fields_of(policy)}
    return {name: done.as_record() for name, done in found.items() if done is not None}
