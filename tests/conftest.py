"""What every test shares: the folder of shared test modules on the path, and real data where its folder is named."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real official files; tests that need it are skipped without ``WORKBENCH_DATA``."""
    named = os.environ.get("WORKBENCH_DATA")
    if not named:
        pytest.skip("WORKBENCH_DATA is not set")
    return Path(named)
