"""All attacks: importing this enters each of them."""

from __future__ import annotations

import attacks_on_files  # noqa: F401
import attacks_on_rows  # noqa: F401
