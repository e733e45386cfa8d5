"""From rows to protected rows, as the adopted policy says and nothing else."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.catalog import Catalog, Dataset, read_manifest
from workbench.catalog.storage import write_stored
from workbench.errors import GateRefused, unknown
from workbench.files import canonical, replace_folder, sha256, sha256_file
from workbench.governance import Governance, read_governance, require_adopted_policy
from workbench.privacy.fitting import check_policy
from workbench.privacy.generalise import Generalised, generalise
from workbench.privacy.hierarchies import hierarchy_path, read_hierarchy
from workbench.privacy.ladders import Ladder, hierarchy_ladder, interval_ladder
from workbench.privacy.policy import Policy, read_policy
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
        Without the dropped fields and suppressed rows; rows about people are in the order of their values, so that their
        places tell nothing about the order in which they came.
    report : dict
        ``rows``, ``people``, ``suppressed`` (share), ``k``, ``classes``, ``ncp``, ``levels``.
    """

    frame: pd.DataFrame
    report: dict[str, Any]


def protect(frame: pd.DataFrame, policy: Policy, *, key: bytes | None = None) -> Protected:
    """Protect a frame as a policy says.

    Parameters
    ----------
    frame : pandas.DataFrame
        With every field that the policy names.
    policy : Policy
    key : bytes, optional
        Of the pseudonyms; by default a new random one, which nobody keeps.

    Returns
    -------
    Protected

    Raises
    ------
    GateRefused
        The guarantee is not reached within the suppression limit.
    UsageError
        A value outside a domain or hierarchy, or a field of the policy that the frame lacks.
    """
    if not policy.personal:
        return Protected(frame, {"rows": len(frame), "suppressed": 0.0})
    if policy.guarantee is None:
        raise GateRefused(f"{policy.file}: no guarantee")
    key = secrets.token_bytes(32) if key is None else key
    for name in (*policy.fields, *([policy.unit] if policy.unit else [])):
        if name not in frame.columns:
            raise unknown("field", name, [str(column) for column in frame.columns], where=str(policy.file))
    people = pd.factorize(frame[policy.unit])[0] if policy.unit else np.arange(len(frame))
    if (people < 0).any():
        raise GateRefused(f"dataset '{policy.policy}': a row has no '{policy.unit}', so nobody to protect is known")
    ladders = [_ladder(name, frame[name], policy=policy) for name in policy.quasi_identifiers]
    found = generalise(ladders, people, k=policy.guarantee.k, suppression=policy.limits.suppression)
    columns: dict[str, Any] = {}
    for name in frame.columns:
        kept = _column(name, frame, policy=policy, found=found, key=key)
        if kept is not None:
            columns[name] = kept
    report = {
        "rows": len(frame),
        "people": len(np.unique(people)),
        "suppressed": int((~found.kept).sum()) / len(frame) if len(frame) else 0.0,
        "k": found.k,
        "classes": found.classes,
        "ncp": found.ncp,
        "levels": found.levels,
    }
    return Protected(_in_order(_like(frame, columns)[found.kept]), report)


def _ladder(name: str, values: pd.Series, *, policy: Policy) -> Ladder:
    rule = policy.fields[name]
    if rule.domain is not None:
        return interval_ladder(name, values, rule.domain)
    if rule.hierarchy is not None:
        return hierarchy_ladder(name, values, read_hierarchy(hierarchy_path(policy.file, rule.hierarchy)))
    raise GateRefused(f"{policy.file}: field '{name}' has neither domain nor hierarchy")


def _like(frame: pd.DataFrame, columns: dict[str, Any]) -> pd.DataFrame:
    """Columns as a frame of the same kind: with places where the geometry is kept."""
    made = pd.DataFrame(columns, index=frame.index)
    place = next((name for name in columns if frame[name].dtype == "geometry"), None)
    if place is None:
        return made
    import geopandas

    return geopandas.GeoDataFrame(made, geometry=place, crs=frame[place].crs)


def _in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order of all their values, first column first, whatever order they came in."""
    codes = []
    for name in frame.columns:
        values = frame[name]
        if values.dtype == "geometry":
            values = values.to_wkb()
        codes.append(pd.factorize(values, sort=True)[0])
    order = np.lexsort(codes[::-1]) if codes else np.arange(len(frame))
    return frame.iloc[order].reset_index(drop=True)


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
        Words of 24 hexadecimal digits; equal values have equal words, a missing value stays missing.

    Examples
    --------
    >>> one, two = pseudonyms(pd.Series(["a", "a"]), b"key")
    >>> one == two, len(one)
    (True, 24)
    """
    codes, uniques = pd.factorize(values)
    hashed = [hmac.new(key, str(value).encode(), hashlib.sha256).hexdigest()[: 2 * PSEUDONYM_BYTES] for value in uniques]
    return np.asarray([*hashed, None], dtype=object)[codes]  # a missing value has the code -1: the last place


def protect_dataset(project: Project, catalog: Catalog, dataset: str, *, governance: Governance | None = None) -> dict[str, Any]:
    """Protect a dataset's taken-in rows under its adopted policy and store them for notebooks.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    dataset : str
    governance : Governance, optional
        Read before, where many datasets are protected at once.

    Returns
    -------
    dict
        The manifest; its ``fresh`` says whether anything was done (False: nothing had changed).

    Raises
    ------
    GateRefused
        Not adopted by both sides in this version, the guarantee is not reached, or the policy or the rows changed
        meanwhile. The rows protected before stay.
    """
    described = catalog[dataset]
    governance = governance or read_governance(project)
    path = require_adopted_policy(governance, dataset)
    vault = Vault(project, catalog)
    basis = {
        "taken_in": vault.fingerprint(dataset),
        "policy": sha256_file(path),
        "catalog": sha256(canonical(described.model_dump(mode="json"))),
        "program": program_hash(),
    }
    policy = read_policy(path)
    check_policy(policy, described, path)
    records = vault.records(dataset)
    _check_records(dataset, described, records)
    folder = project.protected / dataset
    before = read_manifest(folder)
    if before is not None and before.get("basis") == basis:
        return {**before, "fresh": False}
    key = hashlib.sha256(
        b"workbench pseudonyms\0" + canonical([dataset, basis, [record.get("seed") for record in records]])
    ).digest()
    result = protect(vault.read(dataset), policy, key=key)
    require_adopted_policy(read_governance(project, today=governance.today), dataset)
    if sha256_file(path) != basis["policy"] or vault.fingerprint(dataset) != basis["taken_in"]:
        raise GateRefused(f"dataset '{dataset}': its policy or its rows changed while it was protected", hint="run it again")
    manifest = {
        "dataset": dataset,
        "adopted": True,
        "basis": basis,
        "fields": [str(name) for name in result.frame.columns],
        "types": {name: "string" for name in result.frame.columns if _becomes_word(policy, str(name))},
        "policy": {"version": policy.version, "sha256": basis["policy"]},
        "personal": policy.personal,
        "unit": policy.unit,
        "min_contributors": policy.disclosure.min_contributors if policy.personal else 0,
        "report": result.report,
        "sources": sorted({str(record["source"]) for record in records}),
        "retrieved": vault.latest(dataset),
    }
    return {**_store(folder, described, result.frame, manifest), "fresh": True}


def _check_records(dataset: str, described: Dataset, records: list[dict[str, Any]]) -> None:
    """Refuse a dataset without rows, and rows of the other kind than the catalogue says: what is made up, or what is real."""
    if not records:
        raise GateRefused(f"dataset '{dataset}': nothing was taken in on this machine", hint=f"run: workbench fetch {dataset}")
    kind = "synthetic" if described.synthetic else "official"
    for record in records:
        if record.get("kind") != kind:
            raise GateRefused(
                f"dataset '{dataset}': the part '{record['part']}' is {record.get('kind')}, the catalogue says {kind}",
                hint="take it in under the dataset that it belongs to",
            )


def _becomes_word(policy: Policy, name: str) -> bool:
    """Whether a field is a word after protection, whatever it was: a label or a pseudonym."""
    rule = policy.fields.get(name)
    return policy.personal and (rule is None or rule.role == "quasi_identifier" or rule.treatment == "pseudonymise")


def _store(folder: Path, described: Dataset, frame: pd.DataFrame, manifest: dict[str, Any]) -> dict[str, Any]:
    """Write the new rows beside the old and swap the folders."""
    finished = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(finished, ignore_errors=True)  # what a kill left
    stored = described.model_copy(update={
        "fields": {
            name: described.fields[name].model_copy(update={"type": "string", "limits": None})
            if name in manifest["types"]
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
