"""The history of one small city, made once: tests lay out its files and spoil them."""

from __future__ import annotations

import pytest

from decided_city import History, city_history
from workbench.project import Project


@pytest.fixture(scope="session")
def history() -> History:
    """Every file after each act of the city's votes."""
    return city_history()


@pytest.fixture
def city(history, tmp_path) -> Project:
    """The city as it stands at the end, to be spoiled."""
    return history.lay_out(tmp_path)
