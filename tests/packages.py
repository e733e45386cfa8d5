"""Programs of the machine that some tests need: a test says which, and is skipped by that name, or fails where all must run."""

from __future__ import annotations

import os
import shutil

import pytest

PROGRAMS = {"chromium": ("chromium", "chromium-browser"), "bubblewrap": ("bwrap",), "openssh-client": ("ssh-keygen",)}
"""Debian's package, and the names under which its program is found."""


def require_package(package: str) -> str:
    """Return the path of a package's program.

    Where it is missing the test is skipped; with ``WORKBENCH_REQUIRE_ALL=1``, as in continuous integration, it fails.
    """
    for program in PROGRAMS[package]:
        if path := shutil.which(program):
            return path
    message = f"the Debian package {package} is not installed (apt-get install {package})"
    if os.environ.get("WORKBENCH_REQUIRE_ALL") == "1":
        pytest.fail(message)
    pytest.skip(message)
