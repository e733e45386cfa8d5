"""A dataset of the catalogue protected under its adopted policy, and stored for notebooks.

Refused before a row is read wherever something is not as both sides agreed; recorded afterwards in the vault's register,
as the law asks of every processing of pseudonymised data.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.catalog import Catalog, Dataset, read_manifest
from workbench.errors import GateRefused
from workbench.files import canonical, replace_folder, replacing, sha256, sha256_file
from workbench.governance import Governance, read_governance, require_adopted_policy
from workbench.privacy.fitting import check_policy, kind_of
from workbench.privacy.ledger_secret import machine_secret
from workbench.privacy.people_map import forget_other_maps, map_fault, map_people, write_people_map
from workbench.privacy.policy import PUBLIC_DOWNLOAD, Policy, read_policy
from workbench.progress import Report, silent
from workbench.project import Project
from workbench.vault import Vault

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.vault import Keys

PROGRAM = ("privacy", "screening")
"""The rooms whose code makes protected rows what they are."""

GUARDS = {"clear": 0, "synthetic": 1, "joint": 2}
"""How well rows rest: in the clear, sealed from their seed, sealed to both sides."""

KEY_BYTES = 32
"""Of the key of one protection's pseudonyms, which nobody keeps."""

SECRET = "places"  # noqa: S105 (the name of one)
"""The name of a dataset's lasting secret by which places are moved and trips trimmed."""


def protect_dataset(
    project: Project,
    catalog: Catalog,
    dataset: str,
    *,
    governance: Governance | None = None,
    keys: Keys | None = None,
    again: bool = False,
    report: Report = silent,
) -> dict[str, Any]:
    """Protect a dataset's taken-in rows under its adopted policy and store them for notebooks.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    dataset : str
    governance : Governance, optional
        Read before, where many datasets are protected at once.
    keys : Keys, optional
        The custodians', one of each side; needed where rows are sealed to them.
    again : bool, default False
        Also where nothing has changed.
    report : callable, optional
        Told where the work stands.

    Returns
    -------
    dict
        The manifest; its ``fresh`` says whether anything was done (False: nothing had changed).

    Raises
    ------
    GateRefused
        Not adopted by both sides in this version, rows that rest less protected than the policy asks, a side's key that
        is missing, the guarantee is not reached, or the policy or the rows changed meanwhile. The rows protected before
        stay.
    """
    described = catalog[dataset]
    governance = governance or read_governance(project)
    path = require_adopted_policy(governance, dataset)
    vault = Vault(project, catalog, today=governance.today)
    basis = {
        "taken_in": vault.fingerprint(dataset),
        "policy": sha256_file(path),
        "catalog": sha256(canonical(described.model_dump(mode="json"))),
        "program": program_hash(),
    }
    policy = read_policy(path)
    check_policy(policy, described, path)
    records = vault.records(dataset)
    _check_records(dataset, described, policy, records)
    folder = project.protected / dataset
    before = read_manifest(folder)
    mapped = before is None or not before.get("unit") or not map_fault(project, dataset, data=before["sha256"])
    if before is not None and before.get("basis") == basis and mapped and not again:
        return {**before, "fresh": False}
    table, facts, people = _protected(vault, described, policy, dataset, basis=basis, records=records, keys=keys, report=report)
    require_adopted_policy(read_governance(project, today=governance.today), dataset)
    if sha256_file(path) != basis["policy"] or vault.fingerprint(dataset) != basis["taken_in"]:
        raise GateRefused(f"dataset '{dataset}': its policy or its rows changed while it was protected", hint="run it again")
    manifest = {
        "dataset": dataset,
        "adopted": True,
        "basis": basis,
        **protected_facts(policy, table, sha256=basis["policy"]),
        "report": facts,
        "sources": sorted({str(record["source"]) for record in records}),
        "retrieved": vault.latest(dataset),
        "protected_on": None if governance.today is None else governance.today.isoformat(),
    }
    if policy.personal:  # before the rows are there: a kill in between leaves a record too many, never one too few
        _record(vault, described, policy, manifest, rows=len(table))
    stored = store_protected(folder, described, table, manifest, before_swap=people)
    forget_other_maps(project, dataset, data=stored["sha256"])
    return {**stored, "fresh": True}


def _protected(
    vault: Vault,
    described: Dataset,
    policy: Policy,
    dataset: str,
    *,
    basis: dict[str, str],
    records: list[dict[str, Any]],
    keys: Keys | None,
    report: Report,
) -> tuple[pa.Table, dict[str, Any], Callable[[dict[str, Any]], None] | None]:
    """A dataset's rows after protection, the report, and what writes the map of their people beside the manifest's hash."""
    import pyarrow as pa

    from workbench.privacy.protecting import protect
    from workbench.vault.tables import empty_table

    tables = list(vault.tables(dataset, keys=keys))
    table = pa.concat_tables(tables) if tables else empty_table(described)
    del tables
    moved = any(rule.treatment in ("displace", "trim") for rule in policy.fields.values())
    key = secrets.token_bytes(KEY_BYTES)
    if policy.custody == "synthetic":  # the same inputs give the same bytes, unattended
        seeds = [record.get("seed") for record in records]
        key = hashlib.sha256(b"workbench pseudonyms\0" + canonical([dataset, basis, seeds])).digest()
    found = protect(
        table,
        policy,
        key=key,
        secret=vault.secret(dataset, SECRET, keys) if moved else None,
        pinned=True,
        report=report,
    )
    facts = {**found.report, "adopted": True}
    moments = _moments(found.table, described, policy)
    if moments:
        facts["risk"] = {**facts["risk"], "uniqueness": moments}
    unit = policy.unit if policy.personal and policy.unit in found.table.column_names else None
    if unit is None:
        return found.table, facts, None
    lasting = ledger_secret(vault.project, policy, records)
    people = map_people(table[unit], found.table[unit], key=key, unit=unit, secret=lasting)

    def write(stored: dict[str, Any]) -> None:
        write_people_map(vault.project, dataset, people, data=stored["sha256"], unit=unit, secret=lasting)

    return found.table, facts, write


def ledger_secret(project: Project, policy: Policy, records: list[dict[str, Any]]) -> bytes:
    """Return the secret that the people of a dataset have their lasting ids from.

    Parameters
    ----------
    project : Project
    policy : Policy
    records : list of dict
        Of the dataset's parts in the vault.

    Returns
    -------
    bytes
        From the seed for made-up people, so that it is the same wherever they are made; else this machine's own.
    """
    if policy.custody != "synthetic":
        return machine_secret(project)
    from workbench.vault.sealed_groups import derived_key

    return derived_key(sorted({str(record.get("seed")) for record in records}), "ledger", "people")


def _moments(table: pa.Table, described: Dataset, policy: Policy) -> dict[str, Any]:
    """How many people a few of their places and times single out; k alone does not show it."""
    from workbench.privacy.places import uniqueness

    fields = {kind: [name for name in table.column_names if described.fields[name].reveals == kind] for kind in ("place", "time")}
    if not policy.personal or policy.unit not in table.column_names or not all(fields.values()) or not len(table):
        return {}
    found = uniqueness(table, unit=str(policy.unit), place=fields["place"], time=fields["time"])
    return {**found.as_record(), **fields}


def _check_records(dataset: str, described: Dataset, policy: Policy, records: list[dict[str, Any]]) -> None:
    """Refuse a dataset without rows, rows of the other kind than the catalogue says, and rows that rest too openly."""
    again = f"run: workbench fetch {dataset}{' --synthetic' if described.synthetic else ''}"
    if not records:
        raise GateRefused(f"dataset '{dataset}': nothing was taken in on this machine", hint=again)
    kind = "synthetic" if described.synthetic else "official"
    asked = policy.custody if policy.personal else "clear"
    for record in records:
        if record.get("kind") != kind:
            raise GateRefused(
                f"dataset '{dataset}': the part '{record['part']}' is {record.get('kind')}, the catalogue says {kind}",
                hint="take it in under the dataset that it belongs to",
            )
        rests = str(record.get("custody", "clear"))
        if GUARDS.get(rests, 0) < GUARDS[asked]:
            raise GateRefused(
                f"dataset '{dataset}': the part '{record['part']}' rests less protected ({rests}) than its policy asks "
                f"(custody: {asked})",
                hint=f"take it in anew, so that it is sealed; {again}",
            )


def _becomes(policy: Policy, name: str, table: pa.Table) -> str | None:
    """The type that a field has after protection, where it is not the catalogue's."""
    rule = policy.rule(name)
    if not policy.personal or rule is None:
        return None
    if rule.generalised or rule.treatment == "pseudonymise":
        return "string"
    if rule.treatment == "trim" and kind_of(table.schema.field(name).type) == "string":
        return "string"  # an end of a trip became the name of a zone
    return "number" if rule.treatment == "microaggregate" else None


def protected_facts(policy: Policy, table: pa.Table, *, sha256: str) -> dict[str, Any]:
    """Return what a manifest says of rows that were protected under a policy.

    Parameters
    ----------
    policy : Policy
    table : pyarrow.Table
        The protected rows.
    sha256 : str
        Of the policy's file.

    Returns
    -------
    dict
        ``fields``, ``types`` (where they are no longer the catalogue's), ``local``, ``policy``, ``personal``, ``unit``,
        ``min_contributors``, ``disclosure``, ``purposes``, ``retention``.
    """
    return {
        "fields": table.column_names,
        "types": {name: kind for name in table.column_names if (kind := _becomes(policy, name, table)) is not None},
        "local": [name for name in policy.local if name in table.column_names],
        "policy": {"version": policy.version, "sha256": sha256},
        "personal": policy.personal,
        "unit": policy.unit if policy.unit in table.column_names else None,
        "min_contributors": policy.disclosure.min_contributors if policy.personal else 0,
        "disclosure": policy.disclosure.model_dump(mode="json", exclude_none=True) if policy.personal else None,
        "purposes": policy.purposes,
        "retention": policy.retention,
    }


def store_protected(
    folder: Path,
    described: Dataset,
    table: pa.Table,
    manifest: dict[str, Any],
    *,
    before_swap: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any]:
    """Store protected rows where notebooks load them: written beside the old, then the folders are swapped.

    Parameters
    ----------
    folder : Path
    described : Dataset
    table : pyarrow.Table
    manifest : dict
        With :func:`protected_facts`.
    before_swap : callable, optional
        Given the manifest as written, once the rows are on disk and before they take their place.

    Returns
    -------
    dict
        The manifest as written.
    """
    from workbench.catalog.storage import write_stored

    finished = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(finished, ignore_errors=True)  # what a kill left
    types = manifest["types"]
    stored = described.model_copy(update={
        "fields": {
            name: described.fields[name].model_copy(update={"type": types[name], "limits": None, "values": None})
            if name in types
            else described.fields[name]
            for name in manifest["fields"]
        },
        "sort": [name for name in described.sort if name in manifest["fields"]],
    })  # fmt: skip
    if stored.geometry is None:
        record = _store_table(finished, stored, table, manifest)
    else:
        from workbench.vault.tables import to_frame

        record = write_stored(finished, stored, to_frame(_plain(table), stored), manifest=manifest)
    if before_swap is not None:
        before_swap(record)
    replace_folder(finished, folder)
    return record


def _store_table(folder: Path, stored: Dataset, table: pa.Table, manifest: dict[str, Any]) -> dict[str, Any]:
    """Write rows sorted by the usual filter keys, without a detour through frames."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from workbench.catalog import DATA_NAME, storage

    schema = storage.arrow_schema(stored.fields)
    table = pa.table([table[field.name] for field in schema], names=schema.names)
    if stored.sort:
        keys = _plain(table.select(stored.sort))
        order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in stored.sort])  # stable, missing last
        table = table.take(order)
    with replacing(folder / DATA_NAME, suffix=".parquet") as temporary:
        storage.write_groups(temporary, [_plain(table).cast(schema)], together=stored.sort[:-1])
    return storage.seal_manifest(folder, rows=len(table), manifest=manifest)


def _plain(table: pa.Table) -> pa.Table:
    """Words as words: stored rows are read by many, who expect no dictionaries."""
    import pyarrow as pa

    columns = [column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column for column in table.columns]
    return pa.table(columns, names=table.column_names)


def _record(vault: Vault, described: Dataset, policy: Policy, manifest: dict[str, Any], *, rows: int) -> None:
    """Add what the law asks for to the register: purpose, items, use, recipient, period (PIPA Art. 28-4, Decree 29-5)."""
    vault.register.append(
        "protected",
        on=vault.today,
        dataset=manifest["dataset"],
        purpose=policy.purposes,
        items=manifest["fields"],
        use=f"analysis of: {', '.join(described.issues) or 'no urban issue yet'}",
        recipient=f"notebooks of this project; {'the public' if PUBLIC_DOWNLOAD in policy.purposes else 'nobody outside'}",
        period=policy.retention,
        policy=manifest["policy"]["sha256"],
        k=manifest["report"]["k"],
        rows=rows,
    )


def program_hash() -> str:
    """Return the hash of the code that protects, so that a change of it protects again.

    Returns
    -------
    str
    """
    rooms = Path(__file__).parent.parent
    files = sorted(path for room in PROGRAM for path in (rooms / room).rglob("*.py"))
    return sha256(b"".join(sha256_file(path).encode() for path in files))
