"""The ``workbench`` command: parse, call, print; errors become one message and one exit code."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence

from workbench.cli.locking import alone
from workbench.cli.parser import make_parser
from workbench.cli.terminal import complain
from workbench.errors import INTERRUPTED, UsageError, WorkbenchError
from workbench.project import Project

READING = frozenset({"status", "catalog", "check", "lab", "explain", "trace"})
"""Commands that change nothing of what others write, and so wait for nobody."""

ASKING = frozenset({"approve", "propose", "vote", "close", "answer", "minutes", "request-data", "governance", "vault", "ledger"})
"""Commands that may ask people, and hold the project only once they have answered."""

HOMES = {
    "approve": "approving",
    "propose": "proposing",
    "vote": "deciding",
    "close": "deciding",
    "answer": "answering",
    "minutes": "recording",
    "request-data": "recording",
    "explain": "explaining",
    "trace": "tracing",
    "governance": "governing",
    "vault": "vaulting",
    "ledger": "ledgering",
    "privacy": "privately",
}
"""The module of a command that is not in ``commands``."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.

    Returns
    -------
    int

    Examples
    --------
    >>> main(["nonsense"])
    2
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without Korean letters shows them written out
            stream.reconfigure(errors="backslashreplace")
    try:
        options = make_parser().parse_args(words)
        return _call(options)
    except WorkbenchError as error:
        if "--debug" in words:
            raise
        complain(error)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted; run the same command again to go on", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read the output has gone; the work is not done
        return INTERRUPTED
    except OSError as error:
        if "--debug" in words:
            raise
        complain(
            UsageError(f"{error.filename or 'the disk'}: {error.strerror or error}", hint="what was there before is unchanged")
        )
        return UsageError.exit_code


def _call(options: argparse.Namespace) -> int:
    home = importlib.import_module(f"workbench.cli.{HOMES.get(options.command, 'commands')}")
    if options.command in ("init", "privacy"):  # need no project: the one starts one, the other works on any file
        return int(getattr(home, options.command)(options))
    project = Project.find()
    command = getattr(home, options.command.replace("-", "_"))
    if options.command in READING | ASKING:
        return int(command(project, options))
    with alone(project):
        return int(command(project, options))
