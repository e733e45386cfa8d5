"""The synthetic city, generated once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from workbench.catalog import Catalog, read_catalog
from workbench.project import Project
from workbench.sources.synthetic import generate

SEED = 2017


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return read_catalog(Project.find(Path(__file__).parent))


@pytest.fixture(scope="session")
def city() -> Callable[[str], pd.DataFrame]:
    @cache
    def whole(dataset: str) -> pd.DataFrame:
        return pd.concat(generate(dataset, seed=SEED), ignore_index=True)

    return whole
