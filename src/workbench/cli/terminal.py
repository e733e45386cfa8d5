"""What a person sees: progress bars in a terminal, plain lines when piped, errors without traceback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from workbench.errors import WorkbenchError
from workbench.progress import Report
from workbench.records import shown


def say(text: str) -> None:
    """Print a line for people on standard error's companion, standard output."""
    print(shown(text), flush=True)


def within(text: str) -> str:
    """Return a text whose further lines are set in, so that none passes for a line of the workbench's own.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> within("No.\\noutcome: agreed").splitlines()[1]
    '                 outcome: agreed'
    """
    return text.replace("\n", "\n" + " " * 17)


def complain(error: WorkbenchError, stream: TextIO | None = None) -> None:
    """Print an error for a person: what is wrong, and the way out."""
    stream = stream or sys.stderr
    print(f"error: {shown(error.message)}", file=stream)
    if error.hint:
        print(f"  {shown(error.hint)}", file=stream)


@contextmanager
def progress(title: str) -> Iterator[Report]:
    """Give a report function for one piece of long work.

    In a terminal it draws a bar with the time still needed; piped, a plain line at most every tenth part. Both go to
    standard error, so that standard output holds results alone.
    """
    if sys.stderr.isatty():
        with _bar(title) as report:
            yield report
        return
    last = -1

    def lines(done: int, total: int, what: str) -> None:
        nonlocal last
        part = 10 * done // total if total else 10
        if part != last or " failed" in what:
            last = part
            print(shown(f"{title}: {done}/{total} {what}").rstrip(), file=sys.stderr, flush=True)

    yield lines


@contextmanager
def _bar(title: str) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[what]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=False) as shown:
        task = shown.add_task(title, total=None, what="")
        yield lambda done, total, what: shown.update(task, completed=done, total=total, what=what)
