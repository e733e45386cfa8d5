"""The facts of a comparison: two policies of one dataset carried out in memory on the same rows, and what becomes of results."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from workbench.catalog import Catalog, read_catalog, read_manifest
from workbench.cli.commands import today_of
from workbench.cli.rerunning import LastRuns, read_last_runs, rerun
from workbench.cli.terminal import progress
from workbench.errors import GateRefused, UsageError, WorkbenchError, combine, unknown
from workbench.files import canonical, sha256_file
from workbench.privacy import Policy, Protected, check_policy, protect, read_policy
from workbench.privacy.protected_datasets import SECRET
from workbench.privacy.table_files import read_table
from workbench.project import Project
from workbench.publish.protection_pages.differences import differences, fields_of
from workbench.publish.protection_pages.outcomes import (
    Found,
    Outcome,
    Reason,
    as_record,
    count_outcomes,
    drawn_from,
    outcome_of,
    written,
)
from workbench.publish.protection_pages.portrait import Raw, described, look_at_raw, portray
from workbench.runs import read_analysis
from workbench.vault import Keys, Vault, read_keys
from workbench.vault.opening import sealed_parts, seats_of
from workbench.vault.reading import WithKeys

SIDES = ("a", "b")
"""The two policies of a comparison, in the order given."""

Pair = tuple[Policy, Policy]


def read_pair(paths: Sequence[Path], dataset: str | None) -> Pair:
    """Read two policies of one dataset.

    Parameters
    ----------
    paths : sequence of Path
        Two files.
    dataset : str or None
        The one that they must be of, if the caller says.

    Returns
    -------
    (Policy, Policy)

    Raises
    ------
    UsageError
        Policies of different datasets, or of data that is not about people.
    """
    one, other = (read_policy(path) for path in paths)
    if one.policy != other.policy:
        raise UsageError(
            f"{other.file}: is a policy of '{other.policy}', {one.file} of '{one.policy}'",
            hint="compare two policies of one dataset",
        )
    if dataset is not None and dataset != one.policy:
        raise UsageError(f"{one.file}: is a policy of '{one.policy}', asked was '{dataset}'")
    for policy in (one, other):
        if not policy.personal:
            raise UsageError(f"{policy.file}: says personal: false, so there is no protection to compare")
    return one, other


def compare_policies(project: Project | None, policies: Pair, options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    """Return the facts of a comparison, and how many runs could not be repeated.

    Parameters
    ----------
    project : Project or None
        None for a file without a project.
    policies : (Policy, Policy)
    options : argparse.Namespace
        ``data``, ``key``, ``no_runs``, ``today``.

    Returns
    -------
    (dict, int)
        Plain values, for a page or for JSON.

    Raises
    ------
    UsageError
        Rows that a policy cannot be understood on.
    GateRefused
        Neither policy can be carried out, or a side's key is missing.
    """
    source = _raw_rows(project, policies, options)
    catalog, dataset = source.catalog, policies[0].policy
    portraits, made, raw = _protect_both(policies, source)
    del source
    titles = titles_of(catalog, dataset, [name for policy in policies for name in fields_of(policy)])
    facts: dict[str, Any] = {
        "kind": "comparison",
        "dataset": dataset,
        "title": titles["dataset"],
        "source": options.data.name if options.data else None,
        "synthetic": bool(catalog is not None and not options.data and catalog[dataset].synthetic),
        "field_titles": titles["fields"],
        "knows": _union(policy.quasi_identifiers for policy in policies),
        "sensitive": _union(policy.sensitive for policy in policies),
        "raw": raw.as_record(),
        "policies": dict(zip(SIDES, portraits, strict=True)),
        "differences": [found.as_record() for found in differences(*policies)],
    }
    failed = 0
    if project is not None and catalog is not None and not options.data:
        for side, policy in zip(SIDES, policies, strict=True):
            facts["policies"][side]["in_force"] = _in_force(project, dataset, policy)
            facts["policies"][side]["before_the_vote"] = _unfit(catalog, dataset, policy)
        facts["results"], failed = _results(project, catalog, policies, made, no_runs=options.no_runs)
    else:
        facts["results"] = {"known": False, "why": "no_project", "list": []}
    return facts, failed


@dataclass(frozen=True)
class _Source:
    """The raw rows, what the catalogue says of them, and the secret that moves their places."""

    catalog: Catalog | None
    table: pa.Table
    secret: bytes | None


def _raw_rows(project: Project | None, policies: Pair, options: argparse.Namespace) -> _Source:
    catalog = read_catalog(project) if project is not None else None
    dataset = policies[0].policy
    if options.data:
        drawn = hashlib.sha256(b"workbench compare places\0" + dataset.encode()).digest()  # nothing made with it is kept
        numbers = [name for policy in policies for name in policy.reckoned_with]
        return _Source(catalog, read_table(options.data, numbers=numbers), drawn)
    if project is None or catalog is None:
        raise UsageError("no rows to protect", hint="name a file with --data, or change into the project's folder")
    if dataset not in catalog.datasets:
        raise unknown("dataset", dataset, catalog.datasets, where=str(options.policies[0]))
    vault = Vault(project, catalog, today=today_of(options))
    if not vault.parts(dataset):
        raise GateRefused(f"dataset '{dataset}': nothing was taken in on this machine", hint=f"run: workbench fetch {dataset}")
    keys = read_keys(options.key or ())
    _note_opening(vault, dataset, keys)
    moved = any(rule.treatment in ("displace", "trim") for policy in policies for rule in policy.fields.values())
    secret = vault.secret(dataset, SECRET, keys) if moved else None
    return _Source(catalog, pa.concat_tables(vault.tables(dataset, keys=keys)), secret)


def _note_opening(vault: Vault, dataset: str, keys: Keys) -> None:
    """Where rows are sealed to custodians, the register has it before the first row is read."""
    found = [item for item in sealed_parts(vault, dataset) if item[0].folder == vault.shelf(dataset).folder]
    for _, record, sealed in found:  # a key that does not open is refused before anything is noted
        WithKeys(keys).secret(sealed, where=f"dataset '{dataset}', part '{record['part']}'")
    if found:
        vault.register.append(
            "opened",
            on=vault.today,
            dataset=dataset,
            purpose="comparing two policies before a vote; no row is written or shown",
            by=seats_of(keys, [sealed.custodians for _, _, sealed in found]),
            parts=[record["part"] for _, record, _ in found],
            rows=sum(int(record["rows"]) for _, record, _ in found),
        )


def _protect_both(policies: Pair, source: _Source) -> tuple[list[dict[str, Any]], list[Protected | None], Raw]:
    """Protect the same rows under both policies, in memory."""
    knows = _union(policy.quasi_identifiers for policy in policies)
    sensitive = _union(policy.sensitive for policy in policies)
    k = max(policy.guarantee.k for policy in policies if policy.guarantee)
    raw = look_at_raw(source.table, knows=knows, sensitive=sensitive, unit=policies[0].unit, k=k)
    portraits: list[dict[str, Any]] = []
    made: list[Protected | None] = []
    refusals: list[str] = []
    for side, policy in zip(SIDES, policies, strict=True):
        key = hashlib.sha256(b"workbench compare\0" + canonical(sha256_file(policy.file))).digest()
        try:
            with progress(f"protect under {side.upper()}") as tell:
                protected = protect(source.table, policy, key=key, secret=source.secret, tables=True, report=tell)
        except GateRefused as error:
            refusals.append(f"{side.upper()} {policy.file.name}: {error.message}")
            portraits.append({**described(policy), "reached": False, "refusal": error.message, "hint": error.hint})
            made.append(None)
            continue
        portraits.append(portray(policy, protected, raw, knows=knows, sensitive=sensitive, k=k))
        made.append(protected)
    if not any(made):
        raise combine(refusals, where="neither policy can be carried out", kind=GateRefused)
    return portraits, made, raw


def _union(lists: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(name for names in lists for name in names))


def titles_of(catalog: Catalog | None, dataset: str, fields: Sequence[str]) -> dict[str, Any]:
    """Return what the catalogue calls a dataset and its fields, by language.

    Parameters
    ----------
    catalog : Catalog or None
    dataset : str
    fields : sequence of str

    Returns
    -------
    dict
        ``dataset`` (None where the catalogue does not know it) and ``fields``.
    """
    described = catalog.datasets.get(dataset) if catalog is not None else None
    if described is None:
        return {"dataset": None, "fields": {}}
    meanings = {name: described.fields[name].meaning.model_dump() for name in fields if name in described.fields}
    return {"dataset": described.title.model_dump(), "fields": meanings}


def _in_force(project: Project, dataset: str, policy: Policy) -> bool:
    """Whether these are the very bytes that the protected rows of this machine obey."""
    manifest = read_manifest(project.protected / dataset) or {}
    return bool((manifest.get("policy") or {}).get("sha256") == sha256_file(policy.file))


def _unfit(catalog: Catalog, dataset: str, policy: Policy) -> str | None:
    """What would keep a policy from being carried out once it is adopted."""
    named = policy.model_copy(update={"policy": policy.file.stem})  # a draft may bear any file name
    try:
        check_policy(named, catalog[dataset], policy.file)
    except WorkbenchError as error:
        return str(error)
    return None


def _results(
    project: Project,
    catalog: Catalog,
    policies: Pair,
    made: Sequence[Protected | None],
    *,
    no_runs: bool,
) -> tuple[dict[str, Any], int]:
    """What becomes of the last results, and how many runs could not be repeated."""
    dataset = policies[0].policy
    if no_runs:
        return {"known": False, "why": "not_asked", "list": []}, 0
    last = read_last_runs(project, catalog, dataset)
    waiting = [one.run.name for one in last.runs if one.found is None]
    known = [one for one in last.runs if one.found is not None]
    told = {"issues": list(last.issues), "not_run": waiting, "problems": list(last.problems)}
    if not last.issues:
        return {"known": False, "why": "not_used", "list": [], **told}, 0
    if not known:
        return {"known": False, "why": "no_runs", "list": [], **told}, 0
    if not catalog[dataset].synthetic or Vault(project, catalog).keeping(dataset).personal:
        return {"known": False, "why": "real_people", "list": [], **told}, 0
    after: list[dict[str, Found]] = []
    for side, policy, protected in zip(SIDES, policies, made, strict=True):
        if protected is None:
            unreached = Found(stopped=Reason("unreached"))
            after.append({one.run.key: unreached for one in known})
            continue
        with progress(f"run again under {side.upper()}") as tell:
            after.append(rerun(project, catalog, dataset, protected, policy, last, report=tell))
    listed = _outcomes(project, last, after)
    counts = {side: _counted(listed, side) for side in SIDES}
    stopped = [
        {"policy": side, "run": one.run.name, "code": reason.code, "fields": list(reason.fields), "told": reason.told}
        for side, found in zip(SIDES, after, strict=True)
        for one in known
        if (reason := found[one.run.key].stopped) is not None
    ]
    failed = sum(one["code"] == "machine" for one in stopped)
    return {"known": True, "list": listed, "counts": counts, "stopped": stopped, **told}, failed


def _outcomes(project: Project, last: LastRuns, after: Sequence[Mapping[str, Found]]) -> list[dict[str, Any]]:
    """Each result of the last runs, and what becomes of it under either policy."""
    listed: list[dict[str, Any]] = []
    for one in last.runs:
        if one.found is None:
            continue
        figures = drawn_from(one.found.variants)
        issue = read_analysis(project, one.run.issue)
        again = [found[one.run.key] for found in after]
        for variant in sorted(one.found.variants, key=lambda item: item.order):
            if variant.kind == "figure":
                continue
            title = variant.title or (written(variant) if variant.kind == "finding" else None)
            outcomes = {side: as_record(outcome_of(variant, found)) for side, found in zip(SIDES, again, strict=True)}
            listed.append({
                "issue": one.run.issue,
                "issue_title": issue.title.model_dump(),
                "notebook": one.run.notebook,
                "parameters": one.run.parameters,
                "name": variant.name,
                "kind": variant.kind,
                "title": title,
                "figures": figures.get(variant.identity, []),
                **outcomes,
            })  # fmt: skip
    return listed


def _counted(listed: Sequence[Mapping[str, Any]], side: str) -> dict[str, int]:
    return count_outcomes(Outcome(one[side]["verdict"]) for one in listed)
