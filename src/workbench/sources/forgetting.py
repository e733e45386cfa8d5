"""Removing what was taken in of a dataset, so that a source may bring it anew."""

from __future__ import annotations

import datetime as dt
import shutil

from workbench.catalog import Catalog
from workbench.errors import CheckFailed
from workbench.project import Project
from workbench.vault import Vault
from workbench.vault.quarantine import quarantine_shelf, release


def forget(project: Project, catalog: Catalog, dataset: str, *, today: dt.date | None = None) -> int:
    """Remove all that was taken in of a dataset: its parts, their balances and the lists of refused rows.

    The files and the fetched pages stay where they are; the next taking-in reads them anew.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    dataset : str
    today : datetime.date, optional
        The day, for the vault's register.

    Returns
    -------
    int
        Rows removed; a part whose record is damaged is removed too, and its rows are not counted.

    Raises
    ------
    UsageError
        No such dataset.

    Examples
    --------
    >>> forget(project, catalog, "daily_air")  # doctest: +SKIP
    68932
    """
    vault = Vault(project, catalog, today=today)
    rows = 0
    for part in vault.parts(dataset):
        try:
            record = vault.record(dataset, part)
        except CheckFailed:
            record = None
        rows += int(record["rows"]) if record is not None else 0
        vault.remove_part(dataset, part)
    for part in quarantine_shelf(vault, dataset).parts():  # of sources of which every row was refused
        release(vault, dataset, part)
    balances = project.private / "intake" / dataset
    if balances.is_dir():
        shutil.rmtree(balances)
    return rows
