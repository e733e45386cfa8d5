"""The ``workbench`` command: parse, call, print; errors become one message and one exit code."""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from workbench.cli.parser import make_parser
from workbench.cli.terminal import complain
from workbench.errors import INTERRUPTED, UsageError, WorkbenchError
from workbench.project import Project

READING = frozenset({"status", "catalog", "check", "lab"})
"""Commands that change nothing of what others write, and so wait for nobody."""


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
    from workbench.cli import commands

    project = Project.find()
    command = getattr(commands, options.command)
    if options.command in READING:
        return int(command(project, options))
    with _alone(project):
        return int(command(project, options))


@contextmanager
def _alone(project: Project) -> Iterator[None]:
    """One writing command at a time on a project; the lock goes with the process."""
    project.private.mkdir(parents=True, exist_ok=True)
    with (project.private / "lock").open("a+", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            holder = handle.read().strip()
            raise UsageError(
                f"another workbench command is at work on this project (process {holder or 'unknown'})",
                hint="wait until it has ended",
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield
