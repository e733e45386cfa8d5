"""From rows to protected rows, as the adopted policy says and nothing else."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.catalog import Catalog, Dataset, read_manifest
from workbench.catalog.storage import write_stored
from workbench.errors import GateRefused
from workbench.files import canonical, replace_folder, sha256, sha256_file
from workbench.governance import require_adopted_policy
from workbench.privacy.generalise import Generalised, generalise, hierarchy_ladder, interval_ladder
from workbench.privacy.policy import Policy, check_policy, hierarchy_path, read_hierarchy, read_policy
from workbench.project import Project
from workbench.vault import Vault

PSEUDONYM_BYTES = 12
"""96 bits: no two of a million people share a pseudonym, short enough to read in a table."""


@dataclass(frozen=True)
class Protected:
    """What protecting gave.

    Parameters
    ----------
    frame : pandas.DataFrame
        Without the dropped fields and suppressed rows.
    report : dict
        ``rows``, ``people``, ``suppressed`` (share), ``k``, ``classes``, ``ncp``, ``levels``.
    """

    frame: pd.DataFrame
    report: dict[str, Any]


def protect(frame: pd.DataFrame, policy: Policy, *, policy_file: Path, key: bytes) -> Protected:
    """Protect a frame as a policy says.

    Parameters
    ----------
    frame : pandas.DataFrame
        With every field that the policy names.
    policy : Policy
    policy_file : Path
        What hierarchies are relative to.
    key : bytes
        Of the pseudonyms; a new one for each protection.

    Returns
    -------
    Protected

    Raises
    ------
    GateRefused
        The guarantee is not reached within the suppression limit.
    UsageError
        A value outside a domain or hierarchy.
    """
    if not policy.personal:
        return Protected(frame, {"rows": len(frame), "suppressed": 0.0})
    if policy.guarantee is None:
        raise GateRefused(f"{policy_file}: no guarantee")
    people = pd.factorize(frame[policy.unit])[0] if policy.unit else np.arange(len(frame))
    if (people < 0).any():
        raise GateRefused(f"dataset '{policy.policy}': a row has no '{policy.unit}', so nobody to protect is known")
    ladders = []
    for name in policy.quasi_identifiers:
        rule = policy.fields[name]
        if rule.domain is not None and rule.recoding == "interval":
            ladders.append(interval_ladder(name, frame[name], rule.domain))
        elif rule.hierarchy is not None:
            ladders.append(hierarchy_ladder(name, frame[name], read_hierarchy(hierarchy_path(policy_file, rule.hierarchy))))
    found = generalise(ladders, people, k=policy.guarantee.k, suppression=policy.limits.suppression)
    columns: dict[str, Any] = {}
    for name in frame.columns:
        kept = _column(name, frame, policy=policy, found=found, key=key)
        if kept is not None:
            columns[name] = kept
    report = {
        "rows": len(frame),
        "people": len(np.unique(people)),
        "suppressed": float(1 - found.kept.mean()) if len(frame) else 0.0,
        "k": found.k,
        "classes": found.classes,
        "ncp": found.ncp,
        "levels": found.levels,
    }
    return Protected(pd.DataFrame(columns, index=frame.index)[found.kept].reset_index(drop=True), report)


def _column(name: str, frame: pd.DataFrame, *, policy: Policy, found: Generalised, key: bytes) -> Any:
    """One field after protection, None where it is dropped."""
    rule = policy.fields.get(name)
    if rule is None and name != policy.unit:
        raise GateRefused(f"field '{name}' is not named by the policy of '{policy.policy}'")
    if rule is not None and rule.treatment == "drop":
        return None
    if rule is None or rule.treatment == "pseudonymise":
        return pseudonyms(frame[name], key)
    return found.columns[name] if name in found.columns else frame[name]


def pseudonyms(values: pd.Series, key: bytes) -> np.ndarray:
    """Replace each value by a keyed hash (HMAC-SHA256, cut to 96 bits).

    Parameters
    ----------
    values : pandas.Series
    key : bytes

    Returns
    -------
    numpy.ndarray
        Words of 24 hexadecimal digits; equal values have equal words.

    Examples
    --------
    >>> one, two = pseudonyms(pd.Series(["a", "a"]), b"key")
    >>> one == two, len(one)
    (True, 24)
    """
    codes, uniques = pd.factorize(values)
    hashed = [hmac.new(key, str(value).encode(), hashlib.sha256).hexdigest()[: 2 * PSEUDONYM_BYTES] for value in uniques]
    return np.asarray(hashed, dtype=object)[codes]


def protect_dataset(project: Project, catalog: Catalog, dataset: str) -> dict[str, Any]:
    """Protect a dataset's taken-in rows under its adopted policy and store them for notebooks.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    dataset : str

    Returns
    -------
    dict
        The manifest; its ``fresh`` says whether anything was done (False: nothing had changed).

    Raises
    ------
    GateRefused
        Not adopted by both sides in this version, or the guarantee is not reached. The rows protected before stay.
    """
    described = catalog[dataset]
    path = require_adopted_policy(project, dataset)
    policy = read_policy(path)
    check_policy(policy, described, path)
    vault = Vault(project, catalog)
    records = vault.records(dataset)
    if not records:
        raise GateRefused(f"dataset '{dataset}': nothing was taken in on this machine", hint=f"run: workbench fetch {dataset}")
    basis = {
        "taken_in": vault.fingerprint(dataset),
        "policy": sha256_file(path),
        "catalog": sha256(canonical(described.model_dump(mode="json"))),
        "program": program_hash(),
    }
    folder = project.protected / dataset
    before = read_manifest(folder)
    if before is not None and before.get("basis") == basis:
        return {**before, "fresh": False}
    key = hashlib.sha256(
        b"workbench pseudonyms\0" + canonical([dataset, basis, [record.get("seed") for record in records]])
    ).digest()
    result = protect(vault.read(dataset), policy, policy_file=path, key=key)
    manifest = {
        "dataset": dataset,
        "adopted": True,
        "basis": basis,
        "fields": [str(name) for name in result.frame.columns],
        "types": dict.fromkeys(policy.quasi_identifiers, "string"),
        "policy": {"version": policy.version, "sha256": basis["policy"]},
        "personal": policy.personal,
        "unit": policy.unit,
        "min_contributors": policy.disclosure.min_contributors if policy.personal else 0,
        "report": result.report,
        "sources": sorted({str(record["source"]) for record in records}),
        "retrieved": vault.latest(dataset),
    }
    return {**_store(folder, described, result.frame, manifest), "fresh": True}


def _store(folder: Path, described: Dataset, frame: pd.DataFrame, manifest: dict[str, Any]) -> dict[str, Any]:
    """Write the new rows beside the old and swap the folders."""
    finished = folder.with_name(f".{folder.name}.new")
    if finished.exists():
        for left in finished.iterdir():
            left.unlink()
    stored = described.model_copy(update={
        "fields": {
            name: described.fields[name].model_copy(update={"type": "string", "limits": None})
            if name in manifest["types"] or described.fields[name].reveals == "direct_identifier"
            else described.fields[name]
            for name in manifest["fields"]
        },
        "sort": [name for name in described.sort if name in manifest["fields"]],
    })  # fmt: skip
    record = write_stored(finished, stored, frame, manifest=manifest)
    replace_folder(finished, folder)
    return record


def program_hash() -> str:
    """Return the hash of the code that protects, so that a change of it protects again.

    Returns
    -------
    str
    """
    return sha256(b"".join(sha256_file(path).encode() for path in sorted(Path(__file__).parent.glob("*.py"))))
