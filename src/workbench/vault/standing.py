"""What rests where, how it is sealed and for whom, told from records alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.errors import GateRefused
from workbench.governance import SIDES
from workbench.vault.envelopes import Custodians
from workbench.vault.lasting import secret_paths
from workbench.vault.opening import sealed_parts
from workbench.vault.quarantine import quarantine_shelf
from workbench.vault.recovering import share_path

if TYPE_CHECKING:
    from workbench.vault.parts import Vault


def standing(vault: Vault) -> dict[str, Any]:
    """Return what rests in the vault.

    Parameters
    ----------
    vault : Vault

    Returns
    -------
    dict
        ``custodians`` in force by side, with whether each has a recovery share; ``datasets`` by name, each with ``parts``,
        ``rows``, ``bytes``, ``custody`` (how many parts rest how), ``wanted``, ``sealed_to``, ``openable`` (None where
        nothing is sealed), ``reseal``, ``erased``, ``refused_rows`` and ``secrets``.
    """
    try:
        now = vault.rulings.custodians()
        doubt = ""
    except GateRefused as error:
        now, doubt = Custodians(), error.message
    datasets = {name: _dataset(vault, name, now) for name in vault.catalog.datasets if vault.parts(name) or _refused(vault, name)}
    custodians = {
        side: {seat: {"age_key": key, "recovery_share": share_path(vault, seat).is_file()} for seat, key in now.of(side).items()}
        for side in SIDES
    }
    return {"custodians": custodians, "in_doubt": doubt, "datasets": datasets}


def _refused(vault: Vault, dataset: str) -> list[str]:
    return quarantine_shelf(vault, dataset).parts()


def _dataset(vault: Vault, dataset: str, now: Custodians) -> dict[str, Any]:
    shelf, records = vault.shelf(dataset), vault.records(dataset)
    sealed = [one for _, _, one in sealed_parts(vault, dataset)]
    custody: dict[str, int] = {}
    for record in records:
        kind = str(record.get("custody", "clear"))
        custody[kind] = custody.get(kind, 0) + 1
    wanted = vault.rulings.kind(dataset, vault.catalog[dataset])
    to = {side: sorted({seat for one in sealed for seat in one.custodians.of(side)}) for side in SIDES}
    can = [all(set(one.custodians.of(side).values()) & set(now.of(side).values()) for side in SIDES) for one in sealed]
    same = all(set(one.custodians.of(side).values()) == set(now.of(side).values()) for one in sealed for side in SIDES)
    refused = [one for part in _refused(vault, dataset) if (one := quarantine_shelf(vault, dataset).record(part))]
    return {
        "parts": len(records),
        "rows": sum(int(record["rows"]) for record in records),
        "bytes": sum(shelf.file(record).stat().st_size for record in records),
        "custody": custody,
        "wanted": wanted,
        "sealed_to": to if sealed else {},
        "openable": all(can) if sealed else None,
        "reseal": not same or (wanted == "joint" and set(custody) - {"joint"} != set()),
        "erased": sum(len(one.layout.erased) for one in sealed) + sum(len(record.get("erased", [])) for record in records),
        "refused_rows": sum(int(one["rows"]) for one in refused),
        "secrets": [path.stem for path in secret_paths(vault, dataset)],
    }
