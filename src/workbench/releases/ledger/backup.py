"""The ledger sealed to the custodians of both sides, and brought back: entries, maps of people, and the secret of their ids.

A key is drawn for each backup and sealed in two layers, one per side; the ledger itself is an age file for that key, written
and read as a stream.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from workbench.errors import CheckFailed, GateRefused, UsageError, combine
from workbench.files import canonical, replace_folder, replacing
from workbench.privacy.ledger_secret import commitment_to, private_folder, remember_secret, secret_path
from workbench.privacy.people_map import map_path, remember_map
from workbench.project import Project
from workbench.releases.ledger.agreement import disagreements
from workbench.releases.ledger.entries import check_files, head_of, read_entries
from workbench.releases.ledger.ledger import Ledger, locked
from workbench.releases.ledger.memory import Head, Seen, accept, accepted
from workbench.releases.ledger.places import SUFFIX, backups, unasked_folder
from workbench.releases.ledger.required import required
from workbench.vault import Keys
from workbench.vault.envelopes import Custodians, open_both, seal

MAGIC = b"workbench ledger backup 1\n"
KEPT = 2
"""So many of the backups that are made unasked."""

UNASKED_BYTES = 256 << 20
"""A larger ledger is backed up when somebody asks for it: each backup is the whole."""

LARGEST_HEAD = 1 << 20
PARTS = ("entries", "people", "secret")


@dataclass(frozen=True)
class Backup:
    """A sealed ledger: its file, how many entries it has, and who can open it."""

    path: Path
    entries: int
    custodians: Custodians


def back_up(project: Project, custodians: Custodians, *, to: Path | None = None) -> Backup:
    """Write the sealed ledger.

    Parameters
    ----------
    project : Project
    custodians : Custodians
        Of both sides.
    to : Path, optional
        A folder; by default :func:`unasked_folder`.

    Returns
    -------
    Backup

    Raises
    ------
    GateRefused
        A side has no custodian, or there is nothing to back up.
    CheckFailed
        The ledger is broken: a backup of it would pass for a whole one.
    """
    from pyrage import encrypt_io, x25519

    with locked(project):
        entries = Ledger(project).entries()
        check_files(project.ledger / "entries", entries, Seen(project), again=True)
        if not entries and not secret_path(project).is_file():
            raise GateRefused("there is no ledger to back up", hint="it begins with the first release about people")
        folder = to if to is not None else unasked_folder(project)
        if to is not None and not to.is_dir():
            raise UsageError(f"--to {to}: no such folder", hint="name a folder, best on another disk")
        identity = x25519.Identity.generate()
        envelope = base64.b64encode(seal(str(identity).encode(), custodians)).decode("ascii")
        end = head_of(entries)
        head = {"entries": end.entries, "head": end.sha256, "envelope": envelope, "custodians": custodians.plain()}
        path = folder / f"{end.entries:06d}-{end.sha256[:12]}{SUFFIX}"
        with _packed(project) as packed, replacing(path) as temporary, temporary.open("wb") as handle:
            handle.write(MAGIC + canonical(head) + b"\n")
            encrypt_io(packed, handle, [identity.to_public()])
        path.chmod(0o600)
    return Backup(path, end.entries, custodians)


def back_up_unasked(project: Project, custodians: Custodians) -> Backup | None:
    """Back the ledger up after a release was added, where custodians of both sides can open it.

    Parameters
    ----------
    project : Project
    custodians : Custodians

    Returns
    -------
    Backup or None
        None where the ledger holds made-up people alone, which anybody can make again; a side has no custodian; or the
        ledger is larger than ``UNASKED_BYTES``.
    """
    size = sum(path.stat().st_size for path in (project.ledger / "entries").glob("*"))
    if custodians.missing() or not secret_path(project).is_file() or size > UNASKED_BYTES:
        return None
    made = back_up(project, custodians)
    for old in backups(unasked_folder(project))[:-KEPT]:
        old.unlink()
    return made


def back_up_after_release(project: Project, *, today: dt.date) -> Backup | None:
    """Back the ledger up once a release is there, to the custodians in force.

    Parameters
    ----------
    project : Project
    today : datetime.date

    Returns
    -------
    Backup or None
        As :func:`back_up_unasked`; nobody's seat is looked at where the ledger holds made-up people alone.
    """
    from workbench.vault.keeping import Rulings

    if not secret_path(project).is_file():
        return None
    return back_up_unasked(project, Rulings(project, today=today).custodians())


def backup_facts(path: Path) -> Backup:
    """Return what a backup says of itself without a key.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Backup

    Raises
    ------
    UsageError
        No backup.
    """
    with _opened(path) as (record, _):
        return Backup(path, int(record["entries"]), Custodians.from_plain(record["custodians"]))


def restore(project: Project, source: Path, *, keys: Keys) -> int:
    """Bring the ledger back from a backup.

    Parameters
    ----------
    project : Project
    source : Path
    keys : Keys
        One of each side.

    Returns
    -------
    int
        How many entries it has now.

    Raises
    ------
    GateRefused
        A side's key is missing; the backup is older than what this machine remembers and is not whole against the committed
        releases, or stands for other releases than the committed ones. The ledger that was there stays.
    CheckFailed
        The backup was damaged.
    UsageError
        The file is no backup.
    """
    private_folder(project)
    working = project.private / ".ledger.restored"
    shutil.rmtree(working, ignore_errors=True)
    try:
        _unpacked(source, working, keys)
        with locked(project):
            return _put_back(project, source, working)
    finally:
        shutil.rmtree(working, ignore_errors=True)


def _put_back(project: Project, source: Path, working: Path) -> int:
    entries = read_entries(working / "entries")
    check_files(working / "entries", entries, Seen(Project(root=working)), again=True)
    end = head_of(entries)
    known = {entry.release: entry.release_sha256 for entry in entries}
    wanted = required(project)
    other = sorted(name for name, digest in wanted.items() if known.get(name, digest) != digest)
    if other:
        raise GateRefused(
            f"{source}: knows another {', '.join(other)} than the committed one",
            hint="restore the release from git, or make the ledger anew: workbench ledger rebuild",
        )
    wrong = disagreements(project, working / "entries", entries)
    if wrong:
        hint = "ask who wrote it; make the ledger anew: workbench ledger rebuild"
        raise combine(wrong, where=str(source), kind=GateRefused, hint=hint)
    lacking = sorted(set(wanted) - set(known))
    remembered = max((head.entries for head in _remembered(project)), default=0)
    if end.entries < remembered and lacking:
        raise GateRefused(
            f"{source}: has {end.entries} entries, this machine remembers {remembered}, and it lacks {', '.join(lacking)}",
            hint="restore a newer backup, or make the ledger anew: workbench ledger rebuild",
        )
    secret = working / "secret"
    commitment = commitment_to(secret.read_bytes()) if secret.is_file() else None
    _keep_maps(project, working, commitment)
    accept(project, [*_remembered(project), end])
    replace_folder(working, project.ledger)
    project.ledger.chmod(0o700)
    if commitment is not None:
        remember_secret(project, commitment)
    for path in sorted((project.ledger / "people").glob("*/*.parquet")):
        remember_map(project, path)
    accept(project, [end])
    return end.entries


def _remembered(project: Project) -> tuple[Head, ...]:
    """What this machine knows; nothing where the file that says so was damaged, which a restored ledger mends."""
    try:
        return accepted(project)
    except CheckFailed:
        return ()


def _keep_maps(project: Project, working: Path, commitment: str | None) -> None:
    """Keep the maps of the rows that are protected here now, as far as their ids come from the restored secret or a seed."""
    from workbench.catalog import read_manifest
    from workbench.privacy.people_map import read_people_map

    own = secret_path(project)
    drawn = commitment_to(own.read_bytes()) if own.is_file() else None
    for folder in sorted(project.protected.glob("[!.]*")):
        manifest = read_manifest(folder) or {}
        if not manifest.get("unit"):
            continue
        path = map_path(project, folder.name, str(manifest["sha256"]))
        target = working / path.relative_to(project.ledger)
        if target.is_file() or not path.is_file():
            continue
        try:
            known = read_people_map(project, folder.name, data=str(manifest["sha256"]))
        except GateRefused:  # protect says so, and how to make it again
            continue
        if known.commitment in (commitment, None) or known.commitment != drawn:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def _unpacked(source: Path, working: Path, keys: Keys) -> None:
    """Open a backup into a folder."""
    from pyrage import DecryptError, decrypt_io, x25519

    working.mkdir(mode=0o700, parents=True)
    with _opened(source) as (record, handle):
        custodians = Custodians.from_plain(record["custodians"])
        envelope = base64.b64decode(record["envelope"])
        identity = x25519.Identity.from_str(open_both(envelope, keys, where=str(source), custodians=custodians).decode())
        packed = working / "packed.tar"
        try:
            with packed.open("wb") as target:
                decrypt_io(handle, target, [identity])
            with tarfile.open(packed) as archive:
                archive.extractall(working, filter="data")
        except (DecryptError, tarfile.TarError, OSError) as error:
            raise CheckFailed(f"{source}: damaged or cut off ({type(error).__name__})", hint="restore another backup") from None
        packed.unlink()
    found = head_of(read_entries(working / "entries"))
    if found != Head(int(record["entries"]), str(record["head"])):
        raise CheckFailed(f"{source}: does not hold the ledger that it names", hint="restore another backup")
    if (working / "secret").is_file():
        (working / "secret").chmod(0o600)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[dict[str, Any], IO[bytes]]]:
    """The head of a backup, and the file where its sealed part begins."""
    try:
        handle = path.open("rb")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})", hint="name a backup of the ledger") from None
    with handle:
        if handle.read(len(MAGIC)) != MAGIC:
            raise UsageError(f"{path}: no backup of a ledger", hint="name a file that workbench ledger backup wrote")
        try:
            record = json.loads(handle.readline(LARGEST_HEAD))
            head = {key: record[key] for key in ("entries", "head", "envelope", "custodians")}
            Custodians.from_plain(head["custodians"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise CheckFailed(f"{path}: damaged, its head cannot be read", hint="restore another backup") from None
        yield head, handle


@contextmanager
def _packed(project: Project) -> Iterator[IO[bytes]]:
    """The ledger as one file, whose bytes follow from its files alone; gone when the block ends."""
    path = project.ledger / ".packed.tar"
    try:
        with tarfile.open(path, "w") as archive:
            for part in PARTS:
                base = project.ledger / part
                for file in sorted(path for path in ([base] if base.is_file() else base.rglob("*")) if path.is_file()):
                    entry = tarfile.TarInfo(str(file.relative_to(project.ledger)))
                    entry.size, entry.mode = file.stat().st_size, 0o600
                    with file.open("rb") as content:
                        archive.addfile(entry, content)
        with path.open("rb") as handle:
            yield handle
    finally:
        path.unlink(missing_ok=True)
