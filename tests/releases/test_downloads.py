"""Protected datasets that a release offers as files: allowed by policy, held against it, approved, never linkable."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from demo_city import POLICIES, TODAY, candidate, complaints, make_city, write_yaml
from signed import adopt, governance_of, key_of
from workbench.catalog import read_catalog, read_manifest
from workbench.errors import CheckFailed, GateRefused
from workbench.files import sha256_file, write_json
from workbench.privacy import protect_dataset
from workbench.project import Project
from workbench.records import read_yaml
from workbench.releases import Candidate, approve, latest_release
from workbench.releases.downloads import downloads_of
from workbench.runs import read_analysis


def offer(project: Project, dataset: str, **policy: Any) -> None:
    """The urban issue offers a dataset, under a policy adopted anew where one is given."""
    path = project.analyses / "noise" / "analysis.yml"
    write_yaml(path, {**read_yaml(path), "downloads": [dataset]})
    if policy:
        write_yaml(project.governance / "policies" / f"{dataset}.yml", {**POLICIES[dataset], **policy})
        adopt(project, [dataset])
        protect_dataset(project, read_catalog(project), dataset)


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A city whose policy lets complaints leave, and whose runs are done; never touched by a test."""
    project = make_city(tmp_path_factory.mktemp("master") / "city", official=[2020, 2021])
    offer(project, "complaints", version=2, purposes=["statistics", "public_download"])
    candidate(project)
    return project


@pytest.fixture
def city(master: Project, tmp_path: Path) -> Project:
    """A copy of it."""
    shutil.copytree(master.root, tmp_path / "city")
    return Project(root=tmp_path / "city")


def rows_of(found: Candidate, dataset: str) -> list[dict[str, str]]:
    assert found.folder is not None
    text = (found.folder / "downloads" / f"{dataset}.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf"), "spreadsheets show Korean only behind a byte-order mark"
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))


def test_a_dataset_whose_policy_allows_it_leaves_without_pseudonyms_once_both_sides_approved(city: Project) -> None:
    found = candidate(city)
    assert [(item.dataset, item.verdict) for item in found.downloads] == [("complaints", "new")]
    rows = rows_of(found, "complaints")
    assert len(rows) == len(complaints())
    assert set(rows[0]) == {"age", "year", "place"}
    assert rows == sorted(rows, key=lambda row: list(row.values()))
    approve(city, "noise", seat="G-1", key=key_of("G-1"), today=TODAY)
    assert latest_release(city, "noise") is None
    assert approve(city, "noise", seat="C-1", key=key_of("C-1"), today=TODAY).release is not None
    again = candidate(city)
    assert [item.verdict for item in again.downloads] == ["reproduced"]
    assert again.folder is None


def test_the_columns_are_described_for_programs(city: Project) -> None:
    found = candidate(city)
    assert found.folder is not None
    described = json.loads((found.folder / "downloads" / "complaints.csv-metadata.json").read_text(encoding="utf-8"))
    columns = {column["name"]: column for column in described["tableSchema"]["columns"]}
    assert list(columns) == list(rows_of(found, "complaints")[0])
    assert columns["age"]["datatype"] == "string", "an age became an interval"
    assert columns["year"]["datatype"] == "integer"
    assert set(columns["place"]["dc:description"]) == {"ko", "en"}


def test_a_dataset_about_people_whose_policy_does_not_name_the_purpose_stays(city: Project) -> None:
    offer(city, "complaints", version=3, purposes=["statistics"])
    with pytest.raises(GateRefused, match="does not allow the purpose public_download"):
        candidate(city)


def test_rows_protected_under_an_older_policy_stay(city: Project) -> None:
    write_yaml(
        city.governance / "policies" / "complaints.yml", {**POLICIES["complaints"], "version": 4, "purposes": ["public_download"]}
    )
    adopt(city, ["complaints"])
    with pytest.raises(GateRefused, match="another version of its policy"):
        candidate(city)


def test_rows_changed_after_they_were_protected_stay(city: Project) -> None:
    candidate(city)
    data = city.protected / "complaints" / "data.parquet"
    data.write_bytes(data.read_bytes()[:-1] + b"x")
    with pytest.raises((GateRefused, CheckFailed), match="changed"):
        candidate(city)


def test_a_licence_that_nobody_read_is_no_licence_to_offer(city: Project) -> None:
    catalog = read_yaml(city.catalog)
    catalog["datasets"]["levels_synthetic"]["licence_verified"] = False
    write_yaml(city.catalog, catalog)
    path = city.analyses / "noise" / "analysis.yml"
    write_yaml(path, {**read_yaml(path), "datasets": ["levels", "levels_synthetic", "complaints"]})
    protect_dataset(city, read_catalog(city), "levels_synthetic")
    offer(city, "levels_synthetic")
    with pytest.raises(GateRefused, match="was not read"):
        candidate(city)


def test_a_file_too_large_to_open_is_refused_with_a_way_out(city: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.releases.downloads.MAX_BYTES", 100)
    with pytest.raises(GateRefused, match="drop fields in its policy"):
        candidate(city)


def test_where_the_data_is_not_on_the_machine_the_released_file_is_carried_over(city: Project) -> None:
    before = candidate(city)
    assert before.folder is not None
    content = (before.folder / "downloads" / "complaints.csv").read_bytes()
    for seat in ("G-1", "C-1"):
        approve(city, "noise", seat=seat, key=key_of(seat), today=TODAY)
    shutil.rmtree(city.protected / "complaints")
    last, analysis = latest_release(city, "noise"), read_analysis(city, "noise")
    after = downloads_of(city, read_catalog(city), analysis, governance_of(city), last=last)
    assert [item.verdict for item in after] == ["not_checked"]
    assert after[0].files["downloads/complaints.csv"] == content
    assert downloads_of(city, read_catalog(city), analysis, governance_of(city), last=None) == []


def test_a_profile_of_fewer_people_than_promised_is_found_in_the_rows_that_leave(city: Project) -> None:
    """The rows are measured again: whatever protected them, what leaves holds the guarantee."""
    data = city.protected / "complaints" / "data.parquet"
    table = pq.read_table(data)
    ages = table.column("age").cast(pa.string()).to_pylist()
    ages[0] = "77"
    place = table.schema.get_field_index("age")
    pq.write_table(table.set_column(place, "age", pa.array(ages)), data)
    manifest = read_manifest(data.parent)
    assert manifest is not None
    write_json(data.parent / "manifest.json", {**manifest, "sha256": sha256_file(data)})
    with pytest.raises(GateRefused, match="1 people share a profile"):
        downloads_of(city, read_catalog(city), read_analysis(city, "noise"), governance_of(city), last=None)
    with pytest.raises(GateRefused, match="map of its people is missing, or belongs to other rows"):
        candidate(city)


def test_a_sort_key_that_was_recoded_is_offered_as_the_label_it_became(city: Project) -> None:
    fields = {
        **POLICIES["complaints"]["fields"],
        "year": {"role": "quasi_identifier", "recoding": "interval", "domain": [2000, 2030]},
    }
    offer(city, "complaints", version=3, purposes=["public_download"], fields=fields)
    made = downloads_of(city, read_catalog(city), read_analysis(city, "noise"), governance_of(city), last=None)
    rows = list(csv.DictReader(io.StringIO(made[0].files["downloads/complaints.csv"].decode("utf-8-sig"))))
    assert {row["year"] for row in rows} == {"2021"}
    described = json.loads(made[0].files["downloads/complaints.csv-metadata.json"])
    assert {column["name"]: column["datatype"] for column in described["tableSchema"]["columns"]}["year"] == "string"
