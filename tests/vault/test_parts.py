"""The vault keeps whole parts; rows that are not about real people need no keys."""

from __future__ import annotations

import json

import geopandas
import pandas as pd
import pyarrow as pa
import pytest

from workbench.catalog import Catalog
from workbench.errors import CheckFailed, GateRefused, UsageError
from workbench.project import Project
from workbench.vault import Vault

TEXT = {"ko": "값", "en": "value"}


def field(kind: str, **more: object) -> dict[str, object]:
    return {"type": kind, "reveals": "none", "meaning": TEXT, **more}


def dataset(fields: dict[str, dict[str, object]], **more: object) -> dict[str, object]:
    return {
        "title": TEXT,
        "description": TEXT,
        "owner": TEXT,
        "sector": "public",
        "licence": "KOGL-1",
        "licence_verified": False,
        "source": {"title": TEXT},
        "period": "2021",
        "update": "daily",
        "issues": ["fine-dust"],
        "fields": fields,
        "key": [next(iter(fields))],
        "sort": [],
        **more,
    }


@pytest.fixture
def vault(tmp_path):
    people = {"trip_id": field("string", required=True), "rider_id": field("string", reveals="direct_identifier")}
    catalog = Catalog.model_validate(
        {
            "datasets": {
                "daily": dataset({"day": field("date"), "station": field("string"), "count": field("integer")}),
                "places": dataset(
                    {"number": field("integer"), "name": field("string"), "location": field("geometry", reveals="place")}
                ),
                "trips": dataset(people),
                "trips_synthetic": dataset(people, synthetic=True),
            }
        }
    )
    return Vault(Project(root=tmp_path), catalog)


def days(*counts: int | None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "day": pd.to_datetime(["2021-01-01"] * len(counts)),
            "station": ["강남구"] * len(counts),
            "count": pd.array(counts, dtype="Int64"),
        }
    )


def files(vault: Vault, name: str) -> list[str]:
    folder = vault.project.vault / name
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_rows_written_as_parts_are_read_back_in_the_catalogues_types(vault):
    vault.write_part("daily", "b", days(2, None), record={"source": "b.csv", "retrieved": "2026-11-02"})
    vault.write_part("daily", "a", days(1), record={"source": "a.csv", "retrieved": "2026-11-01"})
    rows = vault.read("daily")
    assert vault.parts("daily") == ["a", "b"]
    assert rows["count"].tolist()[:2] == [1, 2]
    assert rows["count"].isna().tolist() == [False, False, True]
    assert rows["day"].dt.year.tolist() == [2021] * 3
    assert vault.rows("daily") == 3
    assert vault.latest("daily") == "2026-11-02"


def test_an_empty_dataset_reads_as_no_rows_with_every_field(vault):
    assert list(vault.read("daily").columns) == ["day", "station", "count"]
    assert len(vault.read("places")) == 0
    assert vault.parts("daily") == []
    assert vault.record("daily", "2021") is None
    assert vault.latest("daily") is None


def test_a_replaced_part_leaves_only_the_new_rows_and_files(vault):
    first = vault.write_part("daily", "2021", days(1, 2, 3), record={"source": "old"})
    second = vault.write_part("daily", "2021", days(9), record={"source": "new"})
    assert vault.read("daily")["count"].tolist() == [9]
    assert vault.record("daily", "2021")["source"] == "new"
    assert first["file"] != second["file"]
    assert files(vault, "daily") == [second["file"], "2021.json"]


def test_a_part_whose_writing_breaks_off_leaves_the_old_one_and_no_file_beside_it(vault):
    vault.write_part("daily", "2021", days(1), record={"source": "old"})
    before = files(vault, "daily")

    def breaking():
        yield days(2)
        raise UsageError("cut")

    with pytest.raises(UsageError, match="cut"):
        vault.write_part("daily", "2021", breaking(), record={"source": "new"})
    assert files(vault, "daily") == before
    assert vault.read("daily")["count"].tolist() == [1]


def test_a_kill_between_rows_and_record_leaves_the_old_part(vault, monkeypatch):
    vault.write_part("daily", "2021", days(1), record={"source": "old"})

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("workbench.vault.records.write_json", killed)
        with pytest.raises(KeyboardInterrupt):
            vault.write_part("daily", "2021", days(2), record={"source": "new"})
    assert vault.read("daily")["count"].tolist() == [1]
    assert vault.record("daily", "2021")["source"] == "old"
    vault.write_part("daily", "2021", days(3), record={"source": "again"})
    assert len(files(vault, "daily")) == 2


def test_pieces_and_one_frame_give_the_same_bytes_where_the_groups_are_the_same(vault):
    one = vault.write_part("daily", "a", days(1, 2), record={})
    table = pa.table({"station": ["강남구"] * 2, "count": [1, 2], "day": [18628] * 2}).set_column(
        2, "day", pa.array([18628] * 2).cast(pa.int32()).cast(pa.date32())
    )
    two = vault.write_part("daily", "b", iter([table]), record={})
    assert one["content_sha256"] == two["content_sha256"]


def test_points_come_back_as_points_and_a_missing_one_as_none(vault):
    frame = geopandas.GeoDataFrame(
        {"number": [1, 2], "name": ["가", "나"]},
        geometry=geopandas.GeoSeries.from_xy([127.0, 127.1], [37.5, 37.6]),
        crs="EPSG:4326",
    ).rename_geometry("location")
    frame.loc[1, "location"] = None
    record = vault.write_part("places", "all", frame, record={})
    rows = vault.read("places")
    assert rows.crs.to_epsg() == 4326
    assert (rows.location[0].x, rows.location[0].y) == (127.0, 37.5)
    assert rows.location[1] is None
    stored = geopandas.read_parquet(vault.project.vault / "places" / record["file"])
    assert stored.crs.to_epsg() == 4326


def test_the_fingerprint_follows_the_content(vault):
    empty = vault.fingerprint("daily")
    vault.write_part("daily", "a", days(1), record={"retrieved": "2026-11-01"})
    one = vault.fingerprint("daily")
    vault.write_part("daily", "a", days(1), record={"retrieved": "2026-11-02"})
    assert vault.fingerprint("daily") == one
    vault.write_part("daily", "a", days(2), record={})
    changed = vault.fingerprint("daily")
    vault.remove_part("daily", "a")
    assert vault.fingerprint("daily") == empty
    assert len({empty, one, changed}) == 3
    assert files(vault, "daily") == []


def test_rows_about_real_people_are_refused_where_nobody_can_be_sealed_to(vault):
    rows = pd.DataFrame({"trip_id": ["1"], "rider_id": ["x"]})
    with pytest.raises(
        GateRefused, match=r"'trips' is about people \(rider_id\).*government and civil society has none"
    ) as refused:
        vault.write_part("trips", "all", rows, record={})
    assert refused.value.exit_code == 3
    assert "workbench vault keygen" in refused.value.hint
    assert files(vault, "trips") == []


def test_made_up_people_are_sealed_from_their_seed_and_read_without_keys(vault):
    rows = pd.DataFrame({"trip_id": ["1"], "rider_id": ["canary-7"]})
    record = vault.write_part("trips_synthetic", "all", rows, record={"kind": "synthetic", "seed": 2017})
    assert record["custody"] == "synthetic"
    assert b"canary-7" not in (vault.project.vault / "trips_synthetic" / record["file"]).read_bytes()
    assert vault.read("trips_synthetic")["rider_id"].tolist() == ["canary-7"]
    again = vault.write_part("trips_synthetic", "all", rows, record={"kind": "synthetic", "seed": 2017})
    assert again == record


def test_an_official_part_is_never_sealed_from_a_seed(vault):
    rows = pd.DataFrame({"trip_id": ["1"], "rider_id": ["x"]})
    with pytest.raises(GateRefused, match="is official, the catalogue says synthetic"):
        vault.write_part("trips_synthetic", "all", rows, record={"kind": "official"})
    assert files(vault, "trips_synthetic") == []


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a" * 130])
def test_a_part_name_that_is_no_file_name_is_refused(vault, name):
    with pytest.raises(UsageError, match="is no part name"):
        vault.write_part("daily", name, days(1), record={})


def test_an_unknown_dataset_is_named_with_the_nearest(vault):
    with pytest.raises(UsageError, match="unknown dataset 'dayly'"):
        vault.parts("dayly")


def test_a_missing_field_or_a_value_of_another_type_is_named(vault):
    with pytest.raises(UsageError, match="fields missing: count"):
        vault.write_part("daily", "a", days(1).drop(columns="count"), record={})
    with pytest.raises(UsageError, match="'count': not all values are of type integer"):
        vault.write_part("daily", "a", days(1).assign(count=["many"]), record={})
    assert files(vault, "daily") == []


def test_a_record_whose_rows_are_gone_is_a_failed_check(vault):
    record = vault.write_part("daily", "a", days(1), record={})
    (vault.project.vault / "daily" / record["file"]).unlink()
    with pytest.raises(CheckFailed, match="are gone"):
        vault.read("daily")
    (vault.project.vault / "daily" / "a.json").write_text(json.dumps({"rows": 1}), encoding="utf-8")
    with pytest.raises(CheckFailed, match="not a part's record"):
        vault.record("daily", "a")
