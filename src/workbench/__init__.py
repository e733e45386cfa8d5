"""Civic data workbench: the helper package that notebooks import.

A notebook needs one name::

    import workbench
    bench = workbench.open("fine-dust")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.bench import Bench
    from workbench.catalog import load

__all__ = ["load", "open"]
__version__ = "0.1.0"


def open(issue: str) -> Bench:  # noqa: A001 (the name analysts read: workbench.open)
    """Open the bench of one urban issue: the only way to data and to results from a notebook.

    Parameters
    ----------
    issue : str
        The urban issue's id, e.g. ``"fine-dust"``.

    Returns
    -------
    workbench.bench.Bench

    Raises
    ------
    workbench.errors.UsageError
        Unknown urban issue.

    Examples
    --------
    >>> bench = open("fine-dust")  # doctest: +SKIP
    """
    from workbench.bench import open_bench

    return open_bench(issue)


def __getattr__(name: str) -> Any:
    if name == "load":
        from workbench.catalog import load

        return load
    raise AttributeError(f"module 'workbench' has no attribute '{name}'")
