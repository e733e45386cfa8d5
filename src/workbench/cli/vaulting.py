"""``workbench vault …``: what custodians do, and what anyone may look at without a key."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from workbench.catalog import read_catalog
from workbench.cli.asking import passphrase, tell, terminal
from workbench.cli.commands import print_json, today_of
from workbench.cli.locking import alone
from workbench.cli.terminal import progress, say
from workbench.errors import DONE, CheckFailed, UsageError
from workbench.project import Project
from workbench.vault import Keys, Vault, read_keys
from workbench.vault.keys import SEAT, key_file, own_identity_path, write_identity

FOUND = ("notes", "parts", "rows", "opened", "rehearsed", "lines", "head")
"""What ``vault verify --json`` says besides faults."""

SHOWN_ROWS = 20
"""So many rows a person looks at in a terminal."""


def vault(project: Project, options: argparse.Namespace) -> int:
    """Call one of the acts of ``workbench vault``."""
    acts: dict[str, Callable[[Project, argparse.Namespace], int]] = {
        "keygen": keygen,
        "open": open_rows,
        "rotate": rotate,
        "verify": verify,
        "recover": recover,
        "status": status,
        "register": register,
    }
    return acts[options.act](project, options)


def keygen(project: Project, options: argparse.Namespace) -> int:
    """Make an age key for its holder; the public half goes into ``members.yml``."""
    from workbench.cli.founding import counts_once
    from workbench.governance.signing import generate_age_identity

    _require_seat(options.seat)
    path = options.out or own_identity_path(options.seat)
    identity, recipient = generate_age_identity()
    write_identity(path, identity, passphrase=_new_passphrase() if options.passphrase else None)
    if options.json:
        print_json({"seat": options.seat, "file": str(path), "age_key": recipient})
        return DONE
    say(f"age key: {path} (yours alone; it opens what is sealed to you{'' if options.passphrase else ', and has no passphrase'})")
    say(f"for governance/members.yml, under {options.seat}:")
    say(f"    age_key: {recipient}")
    say(f"next: send this line to a steward; it counts once {counts_once(project)}")
    say(f"a custodian then: workbench vault recover --seat {options.seat} --key {path}, so that a lost key can be restored")
    return DONE


def open_rows(project: Project, options: argparse.Namespace) -> int:
    """Open a dataset for a purpose, or hand it on to the other side's custodian."""
    from workbench.cli.opened import hand_on_to, print_rows, write_rows
    from workbench.vault.opening import hand_on, open_for, require_purpose

    if options.hand_on and (options.handed or options.out or options.rows or options.quarantine):
        raise UsageError("--hand-on goes alone with --key and --purpose", hint="who opens it says the rest, with --from")
    found = _vault(project, options)
    require_purpose(found, options.dataset, options.purpose)  # nobody types a passphrase for what will be refused
    keys = _read_keys(project, options)
    with alone(project):
        if options.hand_on:
            handed = hand_on(found, options.dataset, purpose=options.purpose, keys=keys)
            return hand_on_to(project, options, handed)
        if options.out:
            return write_rows(project, options, lambda: _opened(found, options, keys, open_for))
        return print_rows(options, _opened(found, options, keys, open_for), most=options.rows or SHOWN_ROWS)


def _opened(found: Vault, options: argparse.Namespace, keys: Keys, open_for: Callable[..., Any]) -> Any:
    return open_for(found, options.dataset, purpose=options.purpose, keys=keys, handed=options.handed, refused=options.quarantine)


def rotate(project: Project, options: argparse.Namespace) -> int:
    """Seal rows anew."""
    from workbench.vault.rotating import rotate as seal_anew

    found = _vault(project, options)
    names = options.datasets or [name for name in found.catalog.datasets if found.parts(name)]
    for name in names:
        found.catalog[name]
    keys = _read_keys(project, options)
    with alone(project), progress("rotate") as report:
        rows = seal_anew(found, names, keys=keys, report=report)
    if options.json:
        print_json(rows)
        return DONE
    for name, number in rows.items():
        say(f"{name}: {number:,} rows sealed anew")
    if not rows:
        say("nothing is to be sealed to custodians")
    return DONE


def verify(project: Project, options: argparse.Namespace) -> int:
    """Verify what rests in the vault."""
    from workbench.vault.verifying import verify as look

    found = _vault(project, options)
    keys = _read_keys(project, options)
    with alone(project), progress("verify") as report:
        findings = look(found, keys=keys, report=report)
    if options.json:
        faults = [{"message": fault.message, "hint": fault.hint, "exit_code": fault.exit_code} for fault in findings.faults]
        print_json({**{name: getattr(findings, name) for name in FOUND}, "faults": faults})
    else:
        for note in findings.notes:
            say(f"note: {note}")
        for fault in findings.faults:
            say(f"fault: {fault}")
        say(f"{findings.parts:,} parts with {findings.rows:,} rows: {'whole' if findings.whole else 'NOT whole'}")
        if findings.lines:
            say(f"the register's line {findings.lines} is {findings.head}")
            say("note it down: 'workbench vault register --json' must have it next time, too")
        if findings.opened:
            say(f"{findings.opened:,} rows opened with the keys of both sides, none of them shown")
        if findings.rehearsed:
            say(f"recovery shares rehearsed: {', '.join(findings.rehearsed)}")
    return DONE if findings.whole else CheckFailed.exit_code


def recover(project: Project, options: argparse.Namespace) -> int:
    """Make a recovery share, or restore a key from one."""
    from workbench.vault.recovering import make_share, read_share, restore, share_path

    _require_seat(options.seat)
    if not options.restore and (options.out or options.passphrase):
        raise UsageError("--out and --passphrase go with --restore", hint="add --restore, or leave them out")
    if not options.key:
        who = (
            f"its holders ({', '.join(read_share(_vault(project, options), options.seat)['holders'])})"
            if options.restore
            else options.seat
        )
        raise UsageError("--key is missing", hint=f"whose: {who}")
    found = _vault(project, options)
    keys = _read_keys(project, options)
    with alone(project):
        if not options.restore:
            made = make_share(found, options.seat, keys)
            if options.json:
                print_json(
                    {"file": str(share_path(found, options.seat)), "holders": sorted(made["holders"]), "needed": made["needed"]}
                )
                return DONE
            holders = ", ".join(sorted(made["holders"]))
            how = "that one alone restores it" if made["needed"] == 1 else f"any {made['needed']} of them together restore it"
            say(f"recovery share: {project.relative(share_path(found, options.seat))}")
            say(f"held by {holders}: {how}, and nobody of the other side can")
            say("keep a copy of this file away from this machine; rehearse it: workbench vault verify --key FILE")
            return DONE
        path = options.out or own_identity_path(options.seat)
        identity = restore(found, options.seat, keys)
        by = sorted(seat for seat, key in read_share(found, options.seat)["holders"].items() if key in keys.recipients)
        found.register.append("recovered", on=found.today, seat=options.seat, by=by)
        write_identity(path, identity, passphrase=_new_passphrase() if options.passphrase else None)
    if options.json:
        print_json({"seat": options.seat, "file": str(path), "by": by})
        return DONE
    say(f"the key of {options.seat} is restored: {path}")
    say("whoever has the lost one can use it too: draw another, have it adopted, and seal anew:")
    say(f"  workbench vault keygen --seat {options.seat}, workbench propose charter, workbench vault rotate")
    return DONE


def status(project: Project, options: argparse.Namespace) -> int:
    """Say what rests where."""
    from workbench.cli.opened import status_lines
    from workbench.vault.standing import standing

    found = standing(_vault(project, options))
    if options.json:
        print_json(found)
    else:
        for line in status_lines(found):
            say(line)
    return DONE


def register(project: Project, options: argparse.Namespace) -> int:
    """Show the register; 1 where it is not whole."""
    from workbench.cli.opened import register_line

    found = _vault(project, options)
    if options.dataset:
        found.catalog[options.dataset]
    fault = found.register.fault()
    if fault is not None:
        raise fault
    wanted = (options.dataset, f"{options.dataset}.quarantine")
    entries = [entry for entry in found.register.entries() if not options.dataset or entry.get("dataset") in wanted]
    if options.json:
        print_json(entries)
        return DONE
    for entry in entries:
        say(register_line(entry))
    if not entries:
        say("nothing was sealed or opened yet")
    return DONE


def _vault(project: Project, options: argparse.Namespace) -> Vault:
    return Vault(project, read_catalog(project), today=today_of(options))


def _read_keys(project: Project, options: argparse.Namespace) -> Keys:
    ask = passphrase if terminal() else None
    return read_keys([key_file(project, word) for word in options.key], passphrase=ask)


def _require_seat(seat: str) -> None:
    if not SEAT.fullmatch(seat):
        raise UsageError(f"'{seat}' is no seat", hint="capital letters, a hyphen, a number: G-3")


def _new_passphrase() -> str:
    """A passphrase typed twice."""
    if not terminal():
        raise UsageError("nobody can be asked for a passphrase", hint="run it in a terminal, or leave --passphrase out")
    while True:
        first = passphrase("새 암호 / new passphrase: ")
        if first and first == passphrase("다시 한 번 / again: "):
            return first
        tell("비어 있거나 서로 다릅니다 / empty, or they differ")
