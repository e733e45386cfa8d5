"""A dataset with places and times: what notebooks load is what the policy made of them."""

from __future__ import annotations

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from demo_city import write_yaml
from people_policies import dataset, field
from signed import adopt, found
from workbench.catalog import load_from, read_catalog
from workbench.errors import GateRefused, UsageError
from workbench.privacy import protect_dataset
from workbench.project import Project
from workbench.vault import Vault

FIELDS = {
    "who": field("string", "direct_identifier"),
    "home": field("geometry", "place"),
    "at": field("datetime", "time"),
    "won": field("integer", "sensitive"),
}
AT = {"role": "quasi_identifier", "recoding": "time", "levels": ["hour", "day"]}
WON = {"role": "sensitive", "treatment": "microaggregate"}


def city(root, home) -> Project:
    """A hundred people, each at a place and an hour."""
    project = Project(root=root)
    write_yaml(project.catalog, {"datasets": {"visits": dataset(FIELDS).model_dump(mode="json", exclude_none=True)}})
    found(project)
    fields = {"home": home, "at": AT, "won": WON}
    policy = {"policy": "visits", "version": 1, "custody": "synthetic", "unit": "who", "fields": fields, "guarantee": {"k": 5}}
    write_yaml(project.governance / "policies" / "visits.yml", policy)
    adopt(project, ["visits"])
    drawn = np.random.default_rng(0)
    spots = shapely.points(np.c_[126.9 + drawn.random(100) / 10, 37.5 + drawn.random(100) / 10])
    rows = {
        "who": [f"p{number}" for number in range(100)],
        "home": geopandas.GeoSeries(spots, crs=4326),
        "at": pd.date_range("2021-03-01", periods=100, freq="h", tz="Asia/Seoul"),
        "won": range(100),
    }
    record = {"source": "v.csv", "kind": "synthetic", "sha256": "0" * 64, "seed": 1}
    frame = geopandas.GeoDataFrame(rows, geometry="home", crs=4326)
    Vault(project, read_catalog(project)).write_part("visits", "all", frame, record=record)
    return project


def test_places_recoded_into_cells_are_words_that_k_people_share(tmp_path):
    project = city(tmp_path, {"role": "quasi_identifier", "recoding": "place", "finest_m": 100})
    manifest = protect_dataset(project, read_catalog(project), "visits")
    assert manifest["types"] == {"who": "string", "home": "string", "at": "string", "won": "number"}
    loaded = load_from(project, read_catalog(project), "visits")
    assert not isinstance(loaded, geopandas.GeoDataFrame)
    assert loaded.groupby(["home", "at"])["who"].nunique().min() >= 5
    assert loaded.groupby("won")["who"].nunique().min() >= 5
    with pytest.raises(GateRefused, match="home cannot select"):
        load_from(project, read_catalog(project), "visits", where=[("home", "==", "100m")])
    with pytest.raises(UsageError, match="bbox cannot select"):
        load_from(project, read_catalog(project), "visits", bbox=(126.9, 37.5, 127.0, 37.6))


def test_displaced_places_stay_places_and_the_same_ones_in_the_next_protection(tmp_path):
    project = city(tmp_path, {"role": "insensitive", "treatment": "displace", "within_m": 300})
    spots = []
    for _ in range(2):
        protect_dataset(project, read_catalog(project), "visits")
        loaded = load_from(project, read_catalog(project), "visits")
        assert isinstance(loaded, geopandas.GeoDataFrame)
        spots.append(set(loaded["home"].to_wkb()))
        policy = project.governance / "policies" / "visits.yml"
        policy.write_text(policy.read_text(encoding="utf-8").replace("version: 1", "version: 2"), encoding="utf-8")
        adopt(project, ["visits"])
    assert spots[0] == spots[1]
