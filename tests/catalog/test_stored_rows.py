"""Stored rows: sorted, typed, in groups that a selection can skip, and whole or not there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from workbench.catalog import read_manifest, write_stored
from workbench.catalog.storage import DATA_NAME, MANIFEST_NAME, ROWS_PER_GROUP
from workbench.errors import CheckFailed, UsageError
from workbench.files import sha256_file


def test_the_manifest_counts_and_hashes_what_is_stored(tmp_path, catalog, rows):
    record = write_stored(tmp_path, catalog["plain"], rows, manifest={"source": "a file"})
    assert record == read_manifest(tmp_path)
    assert record["rows"] == len(rows)
    assert record["source"] == "a file"
    assert record["sha256"] == sha256_file(tmp_path / DATA_NAME)


@pytest.mark.parametrize("name", ["plain", "places"])
def test_the_same_rows_in_another_order_give_the_same_bytes(tmp_path, catalog, rows, place_rows, name):
    frame = rows if name == "plain" else place_rows
    one = write_stored(tmp_path / "one", catalog[name], frame, manifest={})
    two = write_stored(tmp_path / "two", catalog[name], frame.iloc[::-1], manifest={})
    assert one["sha256"] == two["sha256"]


@pytest.mark.parametrize("name", ["plain", "places"])
def test_stored_columns_have_the_types_of_the_catalogue(project, name):
    schema = pq.read_schema(project.protected / name / DATA_NAME)
    types = {column: str(schema.field(column).type) for column in ("number", "word", "amount", "flag", "day", "moment")}
    assert types == {
        "number": "int64",
        "word": "string",
        "amount": "double",
        "flag": "bool",
        "day": "date32[day]",
        "moment": "timestamp[us, tz=Asia/Seoul]",
    }


def test_days_given_as_times_are_stored_as_days(tmp_path, catalog, place_rows):
    write_stored(tmp_path, catalog["places"], place_rows.assign(day=pd.to_datetime(place_rows["day"])), manifest={})
    assert str(pq.read_schema(tmp_path / DATA_NAME).field("day").type) == "date32[day]"


def test_row_groups_are_small_enough_to_skip(tmp_path, catalog, rows):
    many = pd.concat([rows] * 50_000, ignore_index=True).assign(number=np.arange(300_000))
    write_stored(tmp_path, catalog["plain"], many, manifest={})
    stored = pq.ParquetFile(tmp_path / DATA_NAME).metadata
    sizes = [stored.row_group(number).num_rows for number in range(stored.num_row_groups)]
    assert sizes == [100_000, 50_000, 50_000, 100_000]  # each word, the first sort key, in groups of its own
    assert max(sizes) <= ROWS_PER_GROUP


@pytest.mark.parametrize("name", ["plain", "places"])
def test_a_column_of_another_type_is_named_and_the_old_rows_stay(tmp_path, catalog, rows, place_rows, name):
    frame = rows if name == "plain" else place_rows
    before = write_stored(tmp_path, catalog[name], frame, manifest={})
    with pytest.raises(UsageError, match="column 'amount': not all values are of type number"):
        write_stored(tmp_path, catalog[name], frame.assign(amount=["a lot"] * len(frame)), manifest={})
    assert sha256_file(tmp_path / DATA_NAME) == before["sha256"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [DATA_NAME, MANIFEST_NAME]


def test_places_in_another_reference_system_are_refused(tmp_path, catalog, place_rows):
    with pytest.raises(UsageError, match="allowed is EPSG:4326"):
        write_stored(tmp_path, catalog["places"], place_rows.to_crs(5179), manifest={})


def test_a_dataset_with_places_needs_them(tmp_path, catalog, rows):
    with pytest.raises(UsageError, match="column 'place': not a geometry"):
        write_stored(tmp_path, catalog["places"], rows, manifest={})


def test_a_folder_without_its_manifest_does_not_count(tmp_path, catalog, rows):
    write_stored(tmp_path, catalog["plain"], rows, manifest={})
    (tmp_path / MANIFEST_NAME).unlink()
    assert read_manifest(tmp_path) is None


def test_a_damaged_manifest_is_a_failed_check(tmp_path, catalog, rows):
    write_stored(tmp_path, catalog["plain"], rows, manifest={})
    (tmp_path / MANIFEST_NAME).write_text("{", encoding="utf-8")
    with pytest.raises(CheckFailed):
        read_manifest(tmp_path)
