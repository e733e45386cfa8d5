"""How long work says where it stands: one function type, handed down from whoever has a terminal."""

from __future__ import annotations

from collections.abc import Callable

Report = Callable[[int, int, str], None]
"""Called with (done, total, what is being done now)."""


def silent(done: int, total: int, what: str) -> None:
    """Report to nobody.

    Parameters
    ----------
    done, total : int
        Steps.
    what : str
        The step.

    Examples
    --------
    >>> silent(1, 2, "daily_air")
    """
