"""What a process does before it sees rows about people: it will leave no image of its memory behind.

A core dump would carry rows and row keys onto the disk, past every seal.
"""

from __future__ import annotations

import ctypes
import os
import resource
from functools import cache

_PR_SET_DUMPABLE = 4


@cache
def leave_no_core_dump() -> None:
    """Switch off core dumps, and the reading of this process's memory by others of the same user, until it ends.

    Examples
    --------
    >>> leave_no_core_dump()
    >>> resource.getrlimit(resource.RLIMIT_CORE)[0]
    0
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    prctl = getattr(ctypes.CDLL(None, use_errno=True), "prctl", None)
    if prctl is not None and prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
