"""The end of every dialogue: the exact bytes are shown, confirmed, signed, written; then what to commit, and what next."""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.cli.asking import confirm, passphrase, tell, terminal
from workbench.cli.locking import alone
from workbench.cli.terminal import say
from workbench.errors import GateRefused, UsageError
from workbench.governance.acts.drafts import Draft, sign_draft, write_papers, write_signed, write_unsigned
from workbench.governance.acts.keyring import find_key
from workbench.governance.deciding.content import paper_bytes
from workbench.project import Project

Files = Mapping[Path, bytes]


@dataclass
class Done:
    """What was written, whether it is signed, and what of the repository is to be committed."""

    paths: list[Path]
    commit: list[Path]
    signed: bool = True


def write(project: Project, options: argparse.Namespace, draft: Callable[[], Files], *, then: Callable[[Done], str]) -> None:
    """Show papers that nobody signs, and write them.

    Parameters
    ----------
    project : Project
    options : argparse.Namespace
        ``yes`` and ``json``.
    draft : callable
        Drafts the files; asked again before writing, and what has changed meanwhile is refused.
    then : callable
        Says what comes next, once it is written.
    """
    files = draft()
    _show(project, files)
    _agree_to(options, "이대로 쓸까요? / write this?")
    with alone(project):
        _require_same(draft() == files)
        done = _done(write_papers(files))
        after = then(done)
    _tell_done(project, options, done, after)


def sign(
    project: Project,
    options: argparse.Namespace,
    draft: Callable[[], Draft],
    *,
    then: Callable[[Done], str],
    unsigned_then: str = "",
) -> None:
    """Show a draft, have it signed, and write it.

    With ``--unsigned`` it is written without its signature, and the command that makes one is printed; ``--signature``
    takes one that was made elsewhere.

    Parameters
    ----------
    project : Project
    options : argparse.Namespace
        ``yes``, ``json``, ``key``, ``unsigned``, ``signature``.
    draft : callable
        Drafts the bytes; asked again before writing, and what has changed meanwhile is refused.
    then : callable
        Says what comes next, once it is written.
    unsigned_then : str, optional
        What follows a signature that is made elsewhere.

    Raises
    ------
    GateRefused
        The signature is not the seat's; nothing is written.
    """
    made = draft()
    _show(project, {**made.also, made.path: made.content})
    signature = _read_signature(options.signature) if options.signature else None
    if options.unsigned:
        _agree_to(options, "서명 없이 쓸까요? / write this, to be signed elsewhere?")
        with alone(project):
            _require_same(draft().content == made.content)
            done = _done(write_unsigned(made), signed=False)
        _tell_done(project, options, done, f"sign it: {signing_command(project, made)}{unsigned_then}")
        return
    _agree_to(options, f"{made.signer} 이름으로 서명하고 쓸까요? / sign this as {made.signer} and write it?")
    if signature is None:
        ask = passphrase if terminal() else None
        key = find_key(project, made.signer, demonstration=made.charter.rules.demonstration, path=options.key, passphrase=ask)
    with alone(project):
        _require_same(draft().content == made.content)
        done = _done(sign_draft(made, key) if signature is None else write_signed(made, signature))
        after = then(done)
    _tell_done(project, options, done, after)


def signing_command(project: Project, draft: Draft) -> str:
    """Return the command with which OpenSSH signs a draft, and puts the signature where it belongs.

    Parameters
    ----------
    project : Project
    draft : Draft

    Returns
    -------
    str
        With a key in an agent, ``KEY`` is the public file.
    """
    content, signature = (shlex.quote(project.relative(path)) for path in (draft.path, draft.signature))
    return f"ssh-keygen -Y sign -n workbench -f KEY < {content} > {signature}"


def _read_signature(path: Path) -> bytes:
    if not path.is_file():
        raise UsageError(f"{path}: no such file", hint="make it with the command that --unsigned prints")
    return paper_bytes(path.resolve(), where=str(path))


def _show(project: Project, files: Files) -> None:
    for path, content in files.items():
        if path.suffix == ".sig":
            continue
        tell(f"--- {project.relative(path)} ---")
        tell(content.decode("utf-8").rstrip("\n"))
    tell("---")


def _agree_to(options: argparse.Namespace, question: str) -> None:
    if not options.yes and not confirm(question):
        tell("아무것도 쓰지 않았습니다 / nothing was written")
        raise KeyboardInterrupt


def _require_same(same: bool) -> None:
    if not same:
        raise GateRefused("somebody changed what this rests on while you answered; nothing was written", hint="run it again")


def _done(paths: list[Path], *, signed: bool = True) -> Done:
    return Done(paths=paths, commit=list(paths), signed=signed)


def _tell_done(project: Project, options: argparse.Namespace, done: Done, after: str) -> None:
    written = [project.relative(path) for path in done.paths]
    commit = [project.relative(path) for path in done.commit]
    if options.json:
        told = {"written": written, "commit": commit, "signed": done.signed, "next": after}
        say(json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1))
        return
    say(f"written: {', '.join(written)}")
    if commit:
        say(f"to commit: git add {shlex.join(commit)}")
    say(f"next: {after}")


def names(seats: Sequence[str]) -> str:
    """Return seats as people say them.

    Parameters
    ----------
    seats : sequence of str

    Returns
    -------
    str

    Examples
    --------
    >>> names(["C-1", "C-2", "C-3"])
    'C-1, C-2 or C-3'
    """
    return " or ".join([", ".join(seats[:-1]), seats[-1]]) if len(seats) > 1 else "".join(seats)
