"""Sealing all rows anew, each under a new secret, to the custodians in force: when a custodian leaves or a key was seen.

Part by part, each whole or not at all; a list of what is still to be done lets a killed rotation go on where it stood. The
list holds for the custodians that it was begun for alone, and lies where no merge can put one.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from workbench.errors import CheckFailed, GateRefused
from workbench.files import read_json, write_json
from workbench.progress import Report, silent
from workbench.vault.erasing import finish, vault_name
from workbench.vault.history import require_last
from workbench.vault.keeping import Keeping
from workbench.vault.keys import Keys
from workbench.vault.lasting import known_secret, secret_paths, store_secret
from workbench.vault.opening import seats_of
from workbench.vault.quarantine import quarantine_shelf
from workbench.vault.reading import WithKeys, part_tables
from workbench.vault.records import OWN_KEYS, Shelf, destroy, read_sealed
from workbench.vault.sealed_rows import Place, open_rows
from workbench.vault.writing import Sealing, Written, joint_schema, write_joint

if TYPE_CHECKING:
    from workbench.vault.parts import Vault


def rotate(vault: Vault, datasets: Sequence[str], *, keys: Keys, report: Report = silent) -> dict[str, int]:
    """Seal all rows of some datasets anew.

    A part that rests in the clear though its dataset is to be sealed by now is sealed too, for which no key is needed.

    Parameters
    ----------
    vault : Vault
    datasets : sequence of str
    keys : Keys
        One of each side, of those to whom the rows are sealed now.
    report : Report, optional

    Returns
    -------
    dict of str to int
        Rows sealed anew, by dataset.

    Raises
    ------
    GateRefused
        A side's key is missing, or a side has no custodian to seal to.
    CheckFailed
        A part is not as it was sealed; those before it are done.
    """
    with vault.alone(TURN):
        return _rotate(vault, [name for name in datasets if vault.sealed(name)], keys=keys, report=report)


TURN = "-rotation"
"""What is held for one rotation at a time; no dataset is called so."""


def _rotate(vault: Vault, wanted: list[str], *, keys: Keys, report: Report) -> dict[str, int]:
    if not wanted:
        return {}
    plan_path = rotation_path(vault)
    plan = _read_plan(plan_path)
    keepings = {name: vault.keeping(name) for name in wanted}  # refused before anything is begun
    for name, keeping in keepings.items():
        plan[name] = _planned(vault, name, keeping, plan.get(name))
    write_json(plan_path, plan)
    rows = dict.fromkeys(wanted, 0)
    total, done = sum(len(plan[name]["files"]) for name in wanted), 0
    for name, keeping in keepings.items():
        for path in secret_paths(vault, name):
            _seal_secret_anew(vault, path, keeping, keys, dataset=name)
        for place, file in plan[name]["files"].items():
            shelf = _shelf(vault, name, place)
            part = Path(place).name
            report(done, total, f"{name} {part}")
            rows[name] += _seal_part_anew(vault, shelf, part, file, keeping=keeping, keys=keys)
            done += 1
        del plan[name]
        write_json(plan_path, plan)
    if not plan:
        plan_path.unlink()
    report(total, total, "")
    return rows


def rotation_path(vault: Vault) -> Path:
    """Return where the list of a rotation that is under way lies.

    Parameters
    ----------
    vault : Vault

    Returns
    -------
    Path
    """
    return vault.project.machine / "vault" / "rotation.json"


def _read_plan(path: Path) -> dict[str, Any]:
    plan = read_json(path) if path.is_file() else {}
    if not isinstance(plan, dict):
        raise CheckFailed(f"{path}: no list of a rotation", hint="delete it; all rows are then sealed anew")
    return plan


def _planned(vault: Vault, dataset: str, keeping: Keeping, before: Any) -> dict[str, Any]:
    """What is to be done: all that is there, or what a rotation to the same custodians left to do."""
    to, files = keeping.recipients.plain(), _files(vault, dataset)
    if isinstance(before, dict) and before.get("to") == to and isinstance(before.get("files"), dict):
        files |= before["files"]
    return {"to": to, "files": files}


def _files(vault: Vault, dataset: str) -> dict[str, str]:
    """Every part and the file that holds it before the rotation, by which is known what is done."""
    found = {}
    for prefix, shelf in (("kept", vault.shelf(dataset)), ("refused", quarantine_shelf(vault, dataset))):
        for part in shelf.parts():
            record = shelf.record(part)
            found[f"{prefix}/{part}"] = str(record["file"]) if record else ""
    return found


def _shelf(vault: Vault, dataset: str, place: str) -> Shelf:
    return quarantine_shelf(vault, dataset) if place.startswith("refused/") else vault.shelf(dataset)


def _seal_part_anew(vault: Vault, shelf: Shelf, part: str, file: str, *, keeping: Keeping, keys: Keys) -> int:
    with vault.alone(vault_name(shelf)):
        finish(vault, shelf, part)
        record = shelf.record(part)
        if record is None:
            return 0
        if record["file"] != file and record.get("custody") == "joint":  # sealed anew since; what a kill left behind it goes
            _leave_nothing_readable(vault, shelf, record, listed=file.endswith(".parquet"))
            return 0
        refused = shelf.dataset != vault_name(shelf)
        described = vault.catalog[vault_name(shelf)]
        sealing = Sealing(keeping.recipients, vault.marker(vault_name(shelf)), None if refused else described)
        place = Place.new(shelf.dataset, part)
        written: Written
        if record.get("custody") == "joint":
            sealed = read_sealed(record, where=str(shelf.path(part)))
            history = vault.register.history()
            if (shelf.dataset, part) in history.last:  # what a lost register does not name gets a line here
                require_last(history, shelf, sealed)
            secret = WithKeys(keys).secret(sealed, where=f"dataset '{shelf.dataset}', part '{part}'")
            opened = (_with_holes(there, table) for _, there, table in open_rows(shelf.file(record), sealed.layout, secret))
            written = write_joint(shelf.folder, place, opened, schema=sealed.layout.schema, sealing=sealing)
            before: str | None = sealed.layout.place.batch
            by = seats_of(keys, [sealed.custodians])
        else:
            if record.get("erased"):
                raise GateRefused(
                    f"dataset '{shelf.dataset}', part '{part}': has erased rows and rests in the clear",
                    hint="take the part in again, so that it is sealed as it comes in",
                )
            readable = ((table, None) for table in part_tables(shelf, record, opener=WithKeys(Keys())))
            written = write_joint(shelf.folder, place, readable, schema=joint_schema(described), sealing=sealing)
            before, by = None, []
        facts = {"dataset": shelf.dataset, "part": part, "batch": place.batch, "rows": written.rows, "blocks": written.blocks}
        vault.register.append("rotated", on=vault.today, **facts, before_batch=before, by=by)
        anew = written.record({k: v for k, v in record.items() if k not in OWN_KEYS}, dataset=shelf.dataset, part=part)
        if before is not None:
            anew["content_sha256"] = record["content_sha256"]  # the rows say what they said
        shelf.write(anew)
        _leave_nothing_readable(vault, shelf, anew, listed=before is None)
        return written.rows


def _leave_nothing_readable(vault: Vault, shelf: Shelf, record: dict[str, Any], *, listed: bool) -> None:
    """Overwrite what was there before a part was sealed, and the list of refused rows of that time, which may hold values."""
    shelf.sweep(record["part"], keep=record["file"], personal=True)
    path = vault.project.private / "intake" / shelf.dataset / f"{record['part']}.refused.csv"
    if listed and path.is_file():
        destroy(path, readable=True)
        path.unlink()


def _with_holes(there: np.ndarray, table: pa.Table) -> tuple[pa.Table, np.ndarray]:
    """A block with an empty row in the place of each that was erased, so that the others keep their numbers."""
    places = pa.array(np.cumsum(there) - 1, mask=~there)
    return table.take(places), ~there


def _seal_secret_anew(vault: Vault, path: Path, keeping: Keeping, keys: Keys, *, dataset: str) -> None:
    """A lasting secret stays the same; whom it is sealed to changes. What its file says of that is nobody's word."""
    with vault.alone(dataset):
        store_secret(path, known_secret(vault, path, keys, dataset=dataset), keeping.recipients, dataset=dataset)
