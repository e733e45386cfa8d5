"""``load()`` selects rows, columns and places, and says what it cannot understand."""

from __future__ import annotations

import datetime as dt
import math
from zoneinfo import ZoneInfo

import geopandas
import numpy as np
import pandas as pd
import pytest

from workbench.catalog import load, load_from, write_stored
from workbench.errors import GateRefused, UsageError
from workbench.files import read_json, write_json
from workbench.project import RUN_VARIABLE, Project

SEOUL = ZoneInfo("Asia/Seoul")
BOTH = pytest.mark.parametrize("name", ["plain", "places"])


def numbers(project, catalog, name, condition):
    return sorted(load_from(project, catalog, name, columns=["number"], where=[condition])["number"])


@BOTH
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (("number", "==", 2), [2]),
        (("number", "!=", 2), [0, 1, 3, 4, 5]),
        (("number", "<", 2), [0, 1]),
        (("number", "<=", 2), [0, 1, 2]),
        (("number", ">", 4), [5]),
        (("number", ">=", 4), [4, 5]),
        (("number", "in", [1, 3, 99]), [1, 3]),
        (("number", "in", []), []),
        (("number", "in", {1}), [1]),
        (("number", "in", np.array([1, 2])), [1, 2]),
        (("number", "==", np.int64(2)), [2]),
        (("word", "==", "강남구"), [3]),
        (("word", "in", ["x", "y"]), [0, 1, 4]),
        (("amount", ">", 4.5), [4, 5]),
        (("amount", "==", 3), [2]),
        (("amount", "in", [1, 6.0]), [0, 5]),
        (("flag", "==", True), [0, 3, 4]),
        (("day", "==", dt.date(2021, 1, 2)), [1]),
        (("day", ">=", pd.Timestamp("2021-01-05")), [4, 5]),
        (("day", "in", [dt.date(2021, 1, 2), dt.date(2021, 1, 6)]), [1, 5]),
        (("moment", "<", dt.datetime(2021, 1, 2, tzinfo=SEOUL)), [0]),
        (("moment", "==", dt.datetime(2021, 1, 1, 15, tzinfo=dt.UTC)), [1]),
    ],
)
def test_a_condition_keeps_the_rows_that_meet_it(project, catalog, name, condition, expected):
    assert numbers(project, catalog, name, condition) == expected


@BOTH
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (("word", "!=", "x"), [1, 3, 5]),
        (("word", "not in", ["x"]), [1, 3, 5]),
        (("amount", "!=", 3), [0, 3, 4, 5]),
        (("flag", "!=", True), [1, 5]),
    ],
)
def test_a_missing_value_meets_no_condition(project, catalog, name, condition, expected):
    assert numbers(project, catalog, name, condition) == expected


@BOTH
def test_all_conditions_must_hold(project, catalog, name):
    found = load_from(project, catalog, name, columns=["number"], where=[("word", "==", "x"), ("number", ">", 0)])
    assert list(found["number"]) == [4]


@BOTH
def test_columns_come_in_the_order_asked_for(project, catalog, name):
    assert list(load_from(project, catalog, name, columns=["word", "number"]).columns) == ["word", "number"]


@BOTH
def test_without_columns_all_come_in_the_order_of_the_catalogue(project, catalog, name):
    assert list(load_from(project, catalog, name).columns) == list(catalog[name].fields)


@BOTH
def test_rows_come_in_the_stored_order_of_the_usual_filter_keys(project, catalog, name):
    assert list(load_from(project, catalog, name, columns=["number"])["number"]) == [0, 4, 1, 5, 3, 2]


@BOTH
@pytest.mark.parametrize("columns", [None, ["number", "day", "moment"]])
def test_days_and_times_have_the_same_types_whatever_is_read_beside_them(project, catalog, name, columns):
    found = load_from(project, catalog, name, columns=columns)
    assert str(found["day"].dtype) == "datetime64[ms]"
    assert str(found["moment"].dtype) == "datetime64[us, Asia/Seoul]"
    assert str(found["number"].dtype) == "int64"


@BOTH
@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (("nummber", "==", 1), "unknown column 'nummber'\n  did you mean 'number'?"),
        (("number", "=", 1), "unknown operator '=' for 'number'\n  allowed: ==, !="),
        (("number", "like", 1), "unknown operator 'like'"),
        (("number", "==", "1"), "column 'number': holds values of type integer, found '1' (str)"),
        (("number", "==", 1.5), "holds values of type integer, found 1.5 (float)"),
        (("number", "==", True), "holds values of type integer, found True (bool)"),
        (("number", "==", 10**30), "beyond every integer"),
        (("word", "==", 1), "holds values of type string, found 1 (int)"),
        (("word", "in", "x"), "'in' takes a list of values, found 'x'\n  write ['x']"),
        (("number", "not in", 5), "'not in' takes a list of values, found 5"),
        (("number", "in", [1, "2"]), "holds values of type integer, found '2' (str)"),
        (("day", "==", "2021-01-02"), "give datetime.date(2021, 1, 1)"),
        (("day", "==", pd.Timestamp("2021-01-02 09:00")), "holds values of type date"),
        (("moment", "<", dt.datetime(2021, 1, 2)), "a time without a time zone"),  # noqa: DTZ001 (the fault)
        (("word", "==", None), "a missing value meets no condition"),
        (("amount", "==", math.nan), "a missing value meets no condition"),
        (("day", "==", pd.NaT), "a missing value meets no condition"),
        ("number == 1", "a condition is (column, operator, value), found 'number == 1'"),
        (("number", "=="), "a condition is (column, operator, value)"),
    ],
)
def test_a_condition_that_cannot_be_understood_is_told(project, catalog, name, condition, message):
    with pytest.raises(UsageError) as caught:
        load_from(project, catalog, name, where=[condition])
    assert message in str(caught.value)
    assert f"dataset '{name}'" in str(caught.value)


def test_an_unknown_dataset_is_met_with_its_neighbour(project, catalog):
    with pytest.raises(UsageError, match=r"unknown dataset 'plian'\n  did you mean 'plain'\?"):
        load_from(project, catalog, "plian")


def test_an_unknown_column_is_met_with_its_neighbour(project, catalog):
    with pytest.raises(UsageError, match=r"dataset 'plain': unknown column 'amont'\n  did you mean 'amount'\?"):
        load_from(project, catalog, "plain", columns=["amont"])


def test_a_word_instead_of_a_list_of_columns_is_told(project, catalog):
    with pytest.raises(UsageError, match=r"write columns=\['number'\]"):
        load_from(project, catalog, "plain", columns="number")


def test_a_box_keeps_the_places_inside_it(project, catalog):
    found = load_from(project, catalog, "places", bbox=(126.905, 37.0, 126.935, 38.0))
    assert isinstance(found, geopandas.GeoDataFrame)
    assert found.crs.to_epsg() == 4326
    assert sorted(found["number"]) == [1, 2, 3]


def test_a_box_and_conditions_hold_together_without_the_geometry(project, catalog):
    found = load_from(
        project, catalog, "places", columns=["number", "day"], where=[("number", ">", 1)], bbox=(126.905, 37.0, 126.935, 38.0)
    )
    assert not isinstance(found, geopandas.GeoDataFrame)
    assert sorted(found["number"]) == [2, 3]
    assert str(found["day"].dtype) == "datetime64[ms]"


def test_a_box_beside_the_city_is_empty(project, catalog):
    assert load_from(project, catalog, "places", bbox=(10.0, 10.0, 11.0, 11.0)).empty


@pytest.mark.parametrize("bbox", [5, (1, 2, 3), ("a", 1, 2, 3), (127, 37, 126, 38), (math.nan, 37, 127, 38)])
def test_a_box_that_is_none_is_told(project, catalog, bbox):
    with pytest.raises(UsageError, match=r"bbox is \(west, south, east, north\) in degrees"):
        load_from(project, catalog, "places", bbox=bbox)


def test_a_box_on_a_dataset_without_places_is_told(project, catalog):
    with pytest.raises(UsageError, match="bbox cannot select, it has no geometry"):
        load_from(project, catalog, "plain", bbox=(126.0, 37.0, 127.0, 38.0))


def test_a_place_cannot_be_compared(project, catalog):
    with pytest.raises(UsageError, match="select places with bbox="):
        load_from(project, catalog, "places", where=[("place", "==", "POINT (0 0)")])


@pytest.fixture
def without_places(tmp_path, catalog, rows):
    """The dataset with places as a policy leaves it that drops the geometry."""
    project = Project(root=tmp_path)
    manifest = {"adopted": True, "fields": list(catalog["plain"].fields)}
    write_stored(project.protected / "places", catalog["plain"], rows, manifest=manifest)
    return project


def test_a_dataset_whose_policy_drops_the_geometry_is_read_as_a_plain_table(without_places, catalog):
    assert len(load_from(without_places, catalog, "places")) == 6
    with pytest.raises(UsageError, match="its policy drops the geometry"):
        load_from(without_places, catalog, "places", bbox=(126.0, 37.0, 127.0, 38.0))


def test_a_recoded_column_is_compared_as_what_it_is_now(tmp_path, catalog, rows):
    project = Project(root=tmp_path)
    recoded = catalog["plain"].model_copy(
        update={"fields": {**catalog["plain"].fields, "number": catalog["plain"].fields["word"]}}
    )
    frame = rows.assign(number=["0-4"] * 5 + ["5"])
    manifest = {"adopted": True, "fields": list(recoded.fields), "types": {"number": "string"}}
    write_stored(project.protected / "plain", recoded, frame, manifest=manifest)
    assert len(load_from(project, catalog, "plain", where=[("number", "==", "0-4")])) == 5
    with pytest.raises(UsageError, match="holds values of type string, found 5"):
        load_from(project, catalog, "plain", where=[("number", "==", 5)])


def test_a_dataset_that_is_not_protected_here_is_refused(tmp_path, catalog):
    with pytest.raises(GateRefused, match="run: workbench protect plain"):
        load_from(Project(root=tmp_path), catalog, "plain")


@pytest.mark.parametrize("adopted", [False, None, "true"])
def test_data_protected_without_an_adopted_policy_is_refused(without_places, catalog, adopted):
    path = without_places.protected / "places" / "manifest.json"
    write_json(path, {**read_json(path), "adopted": adopted})
    with pytest.raises(GateRefused, match="without an adopted policy"):
        load_from(without_places, catalog, "places")


def test_a_batch_run_loads_through_its_bench_alone(monkeypatch, tmp_path):
    monkeypatch.setenv(RUN_VARIABLE, str(tmp_path / "context.json"))
    with pytest.raises(GateRefused, match="a batch run loads through its bench"):
        load("stations")
