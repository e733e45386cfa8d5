"""Civic data workbench: the helper package that notebooks import.

A notebook needs one name::

    import workbench
    bench = workbench.open("fine-dust")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.faces import lazily

if TYPE_CHECKING:
    from workbench.bench import Bench
    from workbench.catalog import load

__all__ = ["load", "open"]
__version__ = "0.1.0"


def open(issue: str) -> Bench:
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


if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, {"load": "workbench.catalog.reading"})
