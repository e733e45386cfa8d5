"""What is wrong, said to a person, and the exit code it ends with.

Every fault that a user can cause or mend is a :class:`WorkbenchError`; the command line prints its message and
hint without a traceback and ends with the code of its class. Anything else is a defect of the program.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

DONE = 0
INTERRUPTED = 130


class WorkbenchError(Exception):
    """A fault told to a person: what was found, where, what is allowed, and a way out.

    Parameters
    ----------
    message : str
        File, key or row; what was found; what is allowed.
    hint : str, optional
        The next thing to do.

    Examples
    --------
    >>> str(UsageError("data_catalog.yml: unknown key 'licens'", hint="did you mean 'licence'?"))
    "data_catalog.yml: unknown key 'licens'\\n  did you mean 'licence'?"
    """

    exit_code = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message


class CheckFailed(WorkbenchError):
    """A check found a damaged, hand-edited or overdue record (exit 1)."""

    exit_code = 1


class UsageError(WorkbenchError):
    """A command line, file, key, column or encoding that cannot be understood (exit 2)."""

    exit_code = 2


class GateRefused(WorkbenchError):
    """A rule of governance, protection or disclosure is not met (exit 3)."""

    exit_code = 3


class SourceFailed(WorkbenchError):
    """A source or server did not answer as it should (exit 4)."""

    exit_code = 4


class RunsFailed(WorkbenchError):
    """Some runs failed; the rest is done (exit 5)."""

    exit_code = 5


EXIT_CODES: dict[str, int] = {
    "done": DONE,
    "check failed": CheckFailed.exit_code,
    "wrong use": UsageError.exit_code,
    "gate refused": GateRefused.exit_code,
    "source failed": SourceFailed.exit_code,
    "runs failed": RunsFailed.exit_code,
    "interrupted": INTERRUPTED,
}


def did_you_mean(found: str, allowed: Iterable[str]) -> str:
    """Return a sentence naming the nearest allowed word, or all of them.

    Parameters
    ----------
    found : str
        The word that is not known.
    allowed : iterable of str
        The words that are.

    Returns
    -------
    str

    Examples
    --------
    >>> did_you_mean("dayly_air", ["daily_air", "bike_trips"])
    "did you mean 'daily_air'?"
    >>> did_you_mean("zzz", ["b", "a"])
    'allowed: a, b'
    """
    words = sorted(set(allowed))
    near = difflib.get_close_matches(found, words, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    return "allowed: " + ", ".join(words) if words else "there is none yet"


def unknown(what: str, found: str, allowed: Iterable[str], *, where: str = "") -> UsageError:
    """Build the error for a name that is not one of the allowed ones.

    Parameters
    ----------
    what : str
        The kind of thing, e.g. ``"dataset"``.
    found : str
        The name given.
    allowed : iterable of str
        The names that exist.
    where : str, optional
        File or place that gave the name.

    Returns
    -------
    UsageError

    Examples
    --------
    >>> print(unknown("dataset", "bike_trip", ["bike_trips"]))
    unknown dataset 'bike_trip'
      did you mean 'bike_trips'?
    """
    return UsageError(
        f"{where + ': ' if where else ''}unknown {what} '{found}'",
        hint=did_you_mean(found, allowed),
    )


def combine(problems: Sequence[str], *, where: str, kind: type[WorkbenchError] = UsageError, hint: str = "") -> WorkbenchError:
    """Collect all problems of one file into one error.

    Parameters
    ----------
    problems : sequence of str
        One line each.
    where : str
        The file that holds them.
    kind : type, default UsageError
        The class, and so the exit code.
    hint : str, optional
        The next thing to do.

    Returns
    -------
    WorkbenchError

    Examples
    --------
    >>> print(combine(["'a' is missing", "'b' is unknown"], where="x.yml"))
    x.yml: 2 problems
      - 'a' is missing
      - 'b' is unknown
    """
    if len(problems) == 1:
        return kind(f"{where}: {problems[0]}", hint=hint)
    lines = "\n".join(f"  - {problem}" for problem in problems)
    return kind(f"{where}: {len(problems)} problems\n{lines}", hint=hint)
