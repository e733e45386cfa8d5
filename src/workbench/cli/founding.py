"""``workbench governance found`` and ``keygen``: the first signatures of a project, and the keys that make them."""

from __future__ import annotations

import argparse
import re

from workbench.cli.asking import passphrase, tell, terminal
from workbench.cli.commands import today_of
from workbench.cli.finishing import Done, names, sign
from workbench.cli.terminal import say
from workbench.errors import DONE, UsageError
from workbench.governance.acts.drafts import Draft
from workbench.governance.acts.founding import draft_founding
from workbench.governance.acts.keyring import own_key_path
from workbench.governance.deciding.founding import founding_folder
from workbench.governance.explaining import explain_founding
from workbench.governance.papers.fields import SIDE_WORDS
from workbench.governance.papers.founding import FoundingRecord
from workbench.governance.papers.members import DEPUTY
from workbench.governance.signing import generate_key, write_private_key
from workbench.project import Project
from workbench.records import read_model


def found(project: Project, options: argparse.Namespace) -> int:
    """Sign the founding as a steward."""
    today = today_of(options)
    path = founding_folder(project) / "record.yml"
    if options.signature and path.is_file():
        today = read_model(path, FoundingRecord).founded_on

    def draft() -> Draft:
        return draft_founding(project, signer=options.seat, today=today)

    def then(_: Done) -> str:
        explained = explain_founding(project)
        if explained.open:
            return "founded by both sides; propose something: workbench propose"
        missing = explained.missing[0]
        able = [one.seat for one in missing.seats if one.absent is None]
        side = SIDE_WORDS[missing.side] if missing.side else "the other side"
        return f"a steward of {side} signs too ({names(able)}): {missing.command}"

    sign(project, options, draft, then=then)
    return DONE


def keygen(project: Project, options: argparse.Namespace) -> int:
    """Make the key of a seat's holder; the private half stays with them."""
    if not re.fullmatch(r"[A-Z]{1,3}-[1-9][0-9]{0,2}", options.seat):
        raise UsageError(f"'{options.seat}' is no seat", hint="capital letters, a hyphen, a number: C-1")
    signer = options.seat + DEPUTY if options.deputy else options.seat
    path = options.out or own_key_path(signer)
    key = generate_key()
    write_private_key(path, key, comment=signer, passphrase=_new_passphrase(options))
    say(f"private key: {path} (yours alone; nobody ever asks you for it)")
    say(f"public key:  {path}.pub")
    say(f"for governance/members.yml, under {'deputy of ' if options.deputy else ''}{options.seat}:")
    say(f'    public_key: "{key.public.line}"')
    say(f"next: send this line to a steward; it counts once {counts_once(project)}")
    if not options.deputy:
        say(f"a custodian or steward makes an age key too: workbench vault keygen --seat {options.seat}")
    return DONE


def counts_once(project: Project) -> str:
    """Say when a new key counts."""
    founded = (project.governance / "founding" / "record.yml").is_file()
    return "both sides have adopted it (workbench propose charter)" if founded else "both sides have founded the project"


def _new_passphrase(options: argparse.Namespace) -> str | None:
    """A passphrase typed twice; none where nobody can be asked, or where it was asked for."""
    if options.no_passphrase:
        return None
    if not terminal():
        raise UsageError("nobody can be asked for a passphrase", hint="run it in a terminal, or give --no-passphrase")
    while True:
        first = passphrase("새 암호 / new passphrase (Enter: none): ")
        if first == passphrase("다시 한 번 / again: "):
            return first or None
        tell("서로 다릅니다 / they differ")
