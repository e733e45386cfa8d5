"""Getting the data behind released tables ready for a rebuilt ledger: protected rows with the map of their people.

Made-up people need nobody. For rows sealed to custodians a key of each side is needed, whatever is still on the disk: a
ledger made anew decides what may be published.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from workbench.catalog import Catalog, read_manifest
from workbench.errors import CheckFailed, GateRefused, WorkbenchError
from workbench.governance import read_governance
from workbench.privacy import protect_dataset
from workbench.privacy.ledger_secret import commitment_to, machine_secret, remember_secret
from workbench.privacy.people_map import map_fault, read_people_map
from workbench.progress import Report
from workbench.project import Project
from workbench.vault import Keys, Vault


def make_ready(
    project: Project, catalog: Catalog, datasets: Iterable[str], *, keys: Keys, today: dt.date, report: Report
) -> dict[str, str]:
    """Make the people of datasets known again, protecting once more what has lost its map.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    datasets : iterable of str
    keys : Keys
        The custodians', one of each side, where any rests sealed to them.
    today : datetime.date
    report : callable

    Returns
    -------
    dict of str to str
        By dataset, why it cannot be had; empty where it can.

    Raises
    ------
    GateRefused
        Rows that rest sealed to both sides, and a key is missing.
    """
    vault = Vault(project, catalog, today=today)
    names = sorted(set(datasets))
    found = {name: _absent(project, catalog, vault, name) for name in names}
    sealed = [name for name in names if not found[name] and vault.sealed(name)]
    if sealed and not keys.held:
        raise GateRefused(
            f"{', '.join(sealed)}: sealed to both sides, so the ledger is made anew by custodians of both",
            hint="workbench ledger rebuild --key G.age --key C.age",
        )
    for name in sealed:
        next(iter(vault.tables(name, columns=[], keys=keys)), None)  # both keys open it, or this raises
    secret = _secret(project) if sealed else b""
    for done, name in enumerate(names):
        report(done, len(names), name)
        if not found[name] and _unmapped(project, name, secret if name in sealed else None):
            try:
                governance = read_governance(project, today=today)
                protect_dataset(project, catalog, name, governance=governance, keys=keys, again=True)
            except WorkbenchError:  # its own command says in full why
                found[name] = f"'{name}' cannot be protected any more: workbench protect {name}"
    report(len(names), len(names), "data")
    return found


def _absent(project: Project, catalog: Catalog, vault: Vault, name: str) -> str:
    if name not in catalog.datasets:
        return f"dataset '{name}' is not in the catalogue any more"
    if read_manifest(project.protected / name) is None and not vault.parts(name):
        return f"dataset '{name}' is not on this machine"
    return ""


def _secret(project: Project) -> bytes:
    """The secret of lasting ids; where it was lost, another, which makes all maps anew."""
    try:
        return machine_secret(project)
    except CheckFailed:
        remember_secret(project, None)
        return machine_secret(project)


def _unmapped(project: Project, name: str, secret: bytes | None) -> bool:
    """Whether a dataset has to be protected again: its people are not known, or by ids of another secret."""
    manifest = read_manifest(project.protected / name)
    if manifest is None:
        return True
    if not manifest.get("unit"):
        return False
    data = str(manifest["sha256"])
    if map_fault(project, name, data=data):
        return True
    return secret is not None and read_people_map(project, name, data=data).commitment != commitment_to(secret)
