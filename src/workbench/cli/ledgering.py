"""``workbench ledger …``: what is known of everything published about people, for everyone to see, and for custodians to mend."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.cli.asking import passphrase, terminal
from workbench.cli.commands import print_json, today_of
from workbench.cli.locking import alone
from workbench.cli.terminal import progress, say
from workbench.errors import DONE, CheckFailed
from workbench.project import Project

if TYPE_CHECKING:
    from workbench.releases.ledger.rebuilding import Rebuilt
    from workbench.vault import Keys

WORDS = {
    "whole": "whole",
    "not_needed": "not needed yet: no release holds tables about people",
    "not_here": "not on this machine",
    "missing": "missing",
    "behind": "behind",
    "broken": "broken",
}
COUNTED = ("tables", "cells", "shown", "withheld", "unknown", "people")


def ledger(project: Project, options: argparse.Namespace) -> int:
    """Call one of the acts of ``workbench ledger``."""
    acts: dict[str, Callable[[Project, argparse.Namespace], int]] = {
        "status": status,
        "backup": backup,
        "restore": restore,
        "rebuild": rebuild,
    }
    return acts[options.act](project, options)


def status(project: Project, options: argparse.Namespace) -> int:
    """Say how the ledger stands; 1 where it is needed and not whole."""
    from workbench.releases.ledger import Ledger

    found = Ledger(project).state()
    last = _last_backup(project)
    if options.json:
        counts = {name: found.count(name) for name in COUNTED}
        releases = [entry.release for entry in found.entries]
        fault = {"fault": found.fault, "hint": found.hint, "lacking": list(found.lacking)}
        print_json({"state": found.kind, "releases": releases, **counts, **fault, "last_backup": last})
    else:
        say(f"ledger: {WORDS[found.kind]}")
        if found.entries:
            say(f"  {len(found.entries)} releases, {found.count('tables'):,} tables, {found.count('people'):,} people counted")
            cells = f"{found.count('cells'):,} cells: {found.count('shown'):,} shown, {found.count('withheld'):,} withheld"
            say(f"  {cells}, {found.count('unknown'):,} unknown")
        if found.fault:
            say(f"  {found.fault}")
            say(f"  {found.hint}")
        say(f"  last backup: {last or 'none'}")
    return DONE if found.good or found.kind == "not_here" else CheckFailed.exit_code


def backup(project: Project, options: argparse.Namespace) -> int:
    """Seal the ledger to the custodians in force."""
    from workbench.releases.ledger.backup import back_up
    from workbench.vault.keeping import Rulings

    custodians = Rulings(project, today=today_of(options)).custodians()
    with alone(project):
        made = back_up(project, custodians, to=options.to)
    if options.json:
        print_json({"file": str(made.path), "entries": made.entries, "custodians": made.custodians.plain()})
        return DONE
    say(f"sealed: {project.relative(made.path)}, {made.entries} releases")
    for side, seats in made.custodians.plain().items():
        say(f"  {side.replace('_', ' ')}: one of {', '.join(seats)}")
    say("  a key of each side opens it: workbench ledger restore --from FILE --key G.age --key C.age")
    return DONE


def restore(project: Project, options: argparse.Namespace) -> int:
    """Bring the ledger back."""
    from workbench.releases.ledger import Ledger
    from workbench.releases.ledger.backup import backup_facts
    from workbench.releases.ledger.backup import restore as bring_back

    backup_facts(options.source)  # nobody types a passphrase for what is no backup
    keys = _keys(project, options)
    with alone(project):
        entries = bring_back(project, options.source, keys=keys)
    found = Ledger(project).state()
    if options.json:
        print_json({"entries": entries, "state": found.kind, "lacking": list(found.lacking)})
        return DONE
    say(f"restored: {entries} releases; the ledger is {WORDS[found.kind]}")
    if found.fault:
        say(f"  {found.fault}")
        say(f"  {found.hint}")
    return DONE


def rebuild(project: Project, options: argparse.Namespace) -> int:
    """Make the ledger anew."""
    from workbench.catalog import read_catalog
    from workbench.releases.ledger import rebuilding

    catalog, today, keys = read_catalog(project), today_of(options), _keys(project, options)
    with alone(project), progress("ledger") as report:
        found = rebuilding.rebuild(project, catalog, keys=keys, today=today, report=report)
    if options.json:
        print_json([{**one.__dict__, "equal": one.equal} for one in found])
    else:
        tell_rebuilt(found)
    return DONE


def tell_rebuilt(found: list[Rebuilt]) -> None:
    """Say what became of each released table."""
    for one in found:
        words = ", ".join(f"{name}={value}" for name, value in one.parameters.items())
        named = f"{one.release}#{one.name}{f' ({words})' if words else ''}"
        rest = f", {one.unknown:,} unknown" if one.unknown else ""
        say(f"  {named}: {one.equal:,} of {one.cells:,} cells equal{rest}{f': {one.reason}' if one.reason else ''}")
    unknown = sum(one.unknown for one in found)
    releases = len({one.release for one in found})
    say(f"ledger: {releases} releases, {len(found)} tables, {sum(one.equal for one in found):,} cells equal, {unknown:,} unknown")
    if unknown:
        say("  a new result about the same people is refused where it overlaps what is unknown")


def _last_backup(project: Project) -> str | None:
    from workbench.releases.ledger.places import backups, unasked_folder

    found = backups(unasked_folder(project))
    return project.relative(found[-1]) if found else None


def _keys(project: Project, options: argparse.Namespace) -> Keys:
    from workbench.vault import read_keys
    from workbench.vault.keys import key_file

    words: list[Any] = options.key
    return read_keys([key_file(project, str(word)) for word in words], passphrase=passphrase if terminal() else None)
