"""A room's face without the weight behind it: names that are imported when they are first asked for.

``workbench status`` answers in half a second because it never loads pandas.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def lazily(package: str, names: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a package's ``__getattr__`` that imports each name from its module when asked.

    Parameters
    ----------
    package : str
        The package's ``__name__``.
    names : mapping of str to str
        Name to module.

    Returns
    -------
    callable

    Examples
    --------
    >>> lazily("example", {"sqrt": "math"})("sqrt")(9.0)
    3.0
    """

    def get(name: str) -> Any:
        if name in names:
            return getattr(importlib.import_module(names[name]), name)
        raise AttributeError(f"module '{package}' has no attribute '{name}'")

    return get
