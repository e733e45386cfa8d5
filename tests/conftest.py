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


LONG = ("e2e", "notebooks", "lab", "releases", "runs", "cli", "publish", "browser")
"""Folders whose files take longest, in that order: with several processes they begin first, so that none ends alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first; within a file the order stays."""
    rank = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: rank.get(item.path.parent.name, len(LONG)))


SKIPPED: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what was skipped; tests with real data are exempt."""
    if report.skipped and "realdata" not in report.keywords and not hasattr(report, "wasxfail"):
        SKIPPED.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything is required, a skip is a failure."""
    if os.environ.get("WORKBENCH_REQUIRE_ALL") == "1" and SKIPPED:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say so."""
    if os.environ.get("WORKBENCH_REQUIRE_ALL") == "1" and SKIPPED:
        terminalreporter.section("WORKBENCH_REQUIRE_ALL=1 and yet skipped")
        for name in SKIPPED:
            terminalreporter.line(name)
