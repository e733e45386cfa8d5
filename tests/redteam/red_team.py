"""All attacks: importing this enters each of them."""

from __future__ import annotations

import attacks_by_differencing  # noqa: F401
import attacks_by_kernels  # noqa: F401
import attacks_by_notebooks  # noqa: F401
import attacks_on_figures  # noqa: F401
import attacks_on_files  # noqa: F401
import attacks_on_models  # noqa: F401
import attacks_on_rows  # noqa: F401
import attacks_on_tables  # noqa: F401
