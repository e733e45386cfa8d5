"""A small project with two protected datasets: one plain, one with places."""

from __future__ import annotations

import datetime as dt

import geopandas
import pandas as pd
import pytest
import shapely

from workbench.catalog import Catalog
from workbench.catalog.storage import write_stored
from workbench.project import Project

TEXT = {"ko": "가", "en": "a"}
ROWS = 6


def field(kind, **more):
    return {"type": kind, "reveals": "none", "meaning": TEXT, **more}


FIELDS = {
    "number": field("integer"),
    "word": field("string"),
    "amount": field("number"),
    "flag": field("boolean"),
    "day": field("date"),
    "moment": field("datetime"),
}


def dataset(fields):
    return {
        "title": TEXT, "description": TEXT, "owner": TEXT, "sector": "public", "licence": "CC0-1.0", "licence_verified": True,
        "source": {"title": TEXT}, "period": "2021", "update": "once", "issues": ["fine-dust"], "key": ["number"],
        "sort": ["word", "number"], "fields": fields,
    }  # fmt: skip


@pytest.fixture(scope="session")
def catalog():
    return Catalog.model_validate({
        "datasets": {"plain": dataset(FIELDS), "places": dataset({**FIELDS, "place": field("geometry")})},
    })  # fmt: skip


@pytest.fixture(scope="session")
def rows():
    return pd.DataFrame({
        "number": range(ROWS),
        "word": ["x", "y", None, "강남구", "x", "z"],
        "amount": [1.0, None, 3.0, 4.0, 5.0, 6.0],
        "flag": [True, False, None, True, True, False],
        "day": [dt.date(2021, 1, 1 + place) for place in range(ROWS)],
        "moment": pd.date_range("2021-01-01", periods=ROWS, tz="Asia/Seoul"),
    })  # fmt: skip


@pytest.fixture(scope="session")
def place_rows(rows):
    points = [shapely.Point(126.9 + place / 100, 37.5) for place in range(ROWS)]
    return geopandas.GeoDataFrame(rows, geometry=points, crs=4326).rename_geometry("place")


@pytest.fixture(scope="session")
def project(tmp_path_factory, catalog, rows, place_rows):
    found = Project(root=tmp_path_factory.mktemp("project"))
    for name, frame in (("plain", rows), ("places", place_rows)):
        manifest = {"adopted": True, "fields": list(catalog[name].fields)}
        write_stored(found.protected / name, catalog[name], frame, manifest=manifest)
    return found
