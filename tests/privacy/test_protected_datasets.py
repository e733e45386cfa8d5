"""Protected rows on disk: only what the adopted policy lets through, and never half."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pyarrow.parquet as pq
import pytest

import signed
from demo_city import POLICIES, complaints, make_city, take_in, write_yaml
from workbench.catalog import load_from, read_catalog
from workbench.errors import CheckFailed, GateRefused
from workbench.files import read_json, read_yaml, sha256_file
from workbench.governance import policy_path
from workbench.privacy import protect_dataset, read_policy
from workbench.privacy.protected_files import protect_file
from workbench.project import Project
from workbench.vault import Vault


@pytest.fixture
def city(tmp_path) -> Project:
    return make_city(tmp_path, official=None)


def put(city: Project, rows: pd.DataFrame, *, dataset: str = "complaints", kind: str = "synthetic", **more) -> None:
    """Rows into the vault, not protected yet."""
    record = {"source": "a.csv", "kind": kind, "sha256": "0" * 64, **more}
    Vault(city, read_catalog(city)).write_part(dataset, "all", rows, record=record)


def protect(city: Project, dataset: str = "complaints"):
    return protect_dataset(city, read_catalog(city), dataset)


def state(city: Project) -> dict[str, str]:
    folder = city.protected / "complaints"
    return {file.name: sha256_file(file) for file in sorted(folder.iterdir())}


def whole(city: Project) -> bool:
    folder = city.protected / "complaints"
    return read_json(folder / "manifest.json")["sha256"] == sha256_file(folder / "data.parquet")


def set_policy(city: Project, **entries) -> None:
    write_yaml(policy_path(city, "complaints"), {**POLICIES["complaints"], **entries})


def adopt(city: Project) -> None:
    signed.adopt(city, ["complaints"])


def test_no_raw_value_of_a_dropped_or_pseudonymised_field_is_stored(city):
    folder = city.protected / "complaints"
    plain = city.root / "plain.parquet"
    pq.write_table(pq.read_table(folder / "data.parquet"), plain, compression="none", use_dictionary=False)
    stored = b"".join(file.read_bytes() for file in (*folder.iterdir(), plain))
    raw = complaints()
    assert b"east" in stored
    for value in {*raw["person"], *raw["complaint"]}:
        assert value.encode() not in stored
    assert pq.read_schema(folder / "data.parquet").names == ["person", "age", "year", "place"]


def test_what_notebooks_load_is_the_protected_form(city):
    catalog = read_catalog(city)
    rows = load_from(city, catalog, "complaints", where=[("place", "==", "east")])
    assert rows.groupby("age")["person"].nunique().min() >= 5


def test_labels_that_overlap_select_nothing_and_those_of_analysis_dimensions_do(city):
    catalog = read_catalog(city)
    label = load_from(city, catalog, "complaints")["age"].iloc[0]
    with pytest.raises(GateRefused, match=r"age cannot select[\s\S]*among analysis_dimensions"):
        load_from(city, catalog, "complaints", where=[("age", "==", label)])
    set_policy(city, analysis_dimensions=["age"])
    adopt(city)
    manifest = protect(city)
    assert manifest["local"] == []
    label = load_from(city, catalog, "complaints")["age"].iloc[0]
    assert len(load_from(city, catalog, "complaints", where=[("age", "==", label)])) > 0


def test_the_manifest_carries_what_tables_and_records_need(city):
    disclosure = {"min_contributors": 12, "dominance": {"n": 2, "share": 0.9}, "p_percent": 10, "round": 5}
    set_policy(city, disclosure=disclosure, purposes=["statistics"], retention="P3Y")
    adopt(city)
    manifest = protect(city)
    assert manifest["disclosure"] == disclosure
    assert manifest["min_contributors"] == 12
    assert (manifest["purposes"], manifest["retention"]) == (["statistics"], "P3Y")
    assert (manifest["unit"], manifest["local"], manifest["types"]) == ("person", ["age"], {"person": "string", "age": "string"})
    assert manifest["report"]["adopted"] is True
    assert manifest["report"]["fields"]["complaint"]["done"] == "drop"


def test_each_protection_is_recorded_as_the_law_asks(city):
    set_policy(city, purposes=["statistics"], retention="P3Y")
    adopt(city)
    manifest = protect(city)
    register = Vault(city, read_catalog(city)).register
    entry = [one for one in register.entries() if one["kind"] == "protected"][-1]
    assert entry["purpose"] == ["statistics"]
    assert entry["items"] == ["person", "age", "year", "place"]
    assert entry["period"] == "P3Y"
    assert entry["policy"] == sha256_file(policy_path(city, "complaints"))
    assert (entry["k"], entry["rows"], entry["dataset"]) == (manifest["report"]["k"], manifest["rows"], "complaints")
    assert entry["use"] and entry["recipient"]
    assert register.fault() is None
    protect(city)
    assert len(register.entries()) == entry["number"], "what does nothing is not recorded"


def test_rows_that_rest_less_protected_than_the_policy_asks_are_refused_with_the_way_out(city):
    set_policy(city, custody="joint")
    adopt(city)
    before = state(city)
    with pytest.raises(
        GateRefused, match=r"rests less protected \(synthetic\)[\s\S]*custody: joint[\s\S]*workbench fetch complaints"
    ):
        protect(city)
    assert state(city) == before


def test_a_file_that_was_protected_without_adoption_is_not_loaded_wherever_it_is_put(city):
    policy = city.root / "try.yml"
    fields = {**POLICIES["complaints"]["fields"], "person": {"role": "direct_identifier", "treatment": "pseudonymise"}}
    write_yaml(policy, {"policy": "try", "version": 1, "unit": "person", "fields": fields, "guarantee": {"k": 5}})
    source, out = city.root / "in.parquet", city.root / "out.parquet"
    complaints().to_parquet(source)
    assert protect_file(source, read_policy(policy), out=out)["adopted"] is False
    assert pq.read_schema(out).metadata[b"workbench.adopted"] == b"false"
    stored = city.protected / "complaints" / "data.parquet"
    stored.write_bytes(out.read_bytes())
    with pytest.raises(GateRefused, match="protected without an adopted policy"):
        load_from(city, read_catalog(city), "complaints")
    stored.write_text("person,age\n", encoding="utf-8")
    with pytest.raises(CheckFailed, match="not a Parquet file"):
        load_from(city, read_catalog(city), "complaints")


def test_protecting_again_does_nothing_while_nothing_changed(city):
    before = state(city)
    assert protect(city)["fresh"] is False
    assert state(city) == before


def test_the_same_inputs_give_the_same_bytes(city, tmp_path_factory):
    other = make_city(tmp_path_factory.mktemp("other"), official=None)
    assert state(other) == state(city)


def test_pseudonyms_change_with_each_protection_and_are_stable_within(city):
    first = set(load_from(city, read_catalog(city), "complaints")["person"])
    assert len(first) == 44
    put(city, complaints().iloc[:-1])
    assert protect(city)["fresh"] is True
    second = set(load_from(city, read_catalog(city), "complaints")["person"])
    assert not first & second
    set_policy(city, retention="P1Y")
    adopt(city)
    protect(city)
    assert not second & set(load_from(city, read_catalog(city), "complaints")["person"])


def test_the_places_of_rows_tell_nothing_about_the_order_in_which_they_came(city):
    put(city, complaints().sample(frac=1, random_state=3))
    protect(city)
    loaded = load_from(city, read_catalog(city), "complaints")
    by_value = loaded.sort_values(["year", "place", "person", "age"], ignore_index=True)
    pd.testing.assert_frame_equal(loaded, by_value)


def test_a_policy_that_was_changed_is_refused_and_the_old_rows_stay(city):
    before = state(city)
    set_policy(city, version=2)
    with pytest.raises(GateRefused, match="not adopted by both sides in this version"):
        protect(city)
    assert state(city) == before


def test_a_guarantee_that_is_not_reached_is_refused_and_the_old_rows_stay(city):
    before = state(city)
    set_policy(city, guarantee={"k": 45})
    adopt(city)
    with pytest.raises(GateRefused, match="k = 45: the data hold 44 people"):
        protect(city)
    assert state(city) == before


def test_a_dataset_about_people_cannot_be_declared_otherwise(city):
    write_yaml(policy_path(city, "complaints"), {"policy": "complaints", "version": 1, "personal": False})
    adopt(city)
    with pytest.raises(GateRefused, match="says personal: false"):
        protect(city)


def test_nothing_taken_in_is_nothing_protected(city):
    Vault(city, read_catalog(city)).remove_part("complaints", "all")
    with pytest.raises(GateRefused, match="nothing was taken in"):
        protect(city)


def test_rows_of_no_people_are_protected_as_no_rows(city):
    put(city, complaints().iloc[:0])
    assert protect(city)["rows"] == 0
    assert len(load_from(city, read_catalog(city), "complaints")) == 0


def test_what_is_made_up_and_what_is_real_are_never_taken_for_each_other(city):
    put(city, pd.DataFrame({"year": [2021], "place": ["east"], "level_db": [50.0]}), dataset="levels", kind="synthetic")
    with pytest.raises(GateRefused, match="is synthetic, the catalogue says official"):
        protect(city, "levels")


KILLED = """
import importlib, os, sys
from pathlib import Path
from workbench.catalog import read_catalog
from workbench.project import Project

def die(*arguments, **named):
    os.kill(os.getpid(), 9)

module = importlib.import_module(sys.argv[2])
assert hasattr(module, sys.argv[3])
setattr(module, sys.argv[3], die)
project = Project(root=Path(sys.argv[1]))
importlib.import_module("workbench.privacy").protect_dataset(project, read_catalog(project), "complaints")
"""


INSTANTS = [
    ("workbench.catalog.storage", "write_groups"),
    ("workbench.catalog.storage", "seal_manifest"),
    ("workbench.privacy.protected_datasets", "replace_folder"),
]


@pytest.mark.parametrize("place", INSTANTS)
def test_killed_midway_the_old_rows_stay_and_the_next_time_finishes(city, place):
    before = state(city)
    put(city, complaints().iloc[:-2])
    done = subprocess.run([sys.executable, "-c", KILLED, str(city.root), *place], check=False, capture_output=True)
    assert done.returncode == -9, done.stderr.decode()
    assert state(city) == before
    assert protect(city)["fresh"] is True
    assert whole(city)
    assert state(city) != before
    assert sorted(path.name for path in city.protected.iterdir() if "complaints" in path.name) == ["complaints"]


def test_a_pseudonymised_number_is_stored_as_a_word(city):
    record = read_yaml(city.catalog)
    record["datasets"]["complaints"]["fields"]["person"] |= {"type": "integer", "reveals": "none"}
    write_yaml(city.catalog, record)
    rows = complaints()
    rows["person"] = rows["person"].str.removeprefix("person-").astype(int)
    take_in(city, "complaints", rows, kind="synthetic")
    loaded = load_from(city, read_catalog(city), "complaints")
    one = loaded["person"].iloc[0]
    assert len(one) == 24
    assert len(load_from(city, read_catalog(city), "complaints", where=[("person", "==", one)])) == 2
