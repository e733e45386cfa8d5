"""The catalogue is read strictly: what it must say, and what it may not."""

from __future__ import annotations

import copy
import datetime as dt
import json

import pytest

from workbench.catalog import read_catalog
from workbench.catalog.models import Field, check_row_type
from workbench.errors import UsageError
from workbench.project import Project

TEXT = {"ko": "가", "en": "a"}
DATASET = {
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
    "key": ["date"],
    "sort": ["date"],
    "fields": {
        "date": {"type": "date", "reveals": "time", "required": True, "meaning": TEXT},
        "pm25_ug_m3": {"type": "number", "reveals": "none", "unit": "µg/m³", "limits": [0, 1000], "meaning": TEXT},
    },
}


@pytest.fixture
def read(tmp_path):
    def write_and_read(**changes):
        datasets = {"daily_air": copy.deepcopy(DATASET)}
        for name, change in changes.items():
            datasets[name] = change(copy.deepcopy(DATASET))
        (tmp_path / "data_catalog.yml").write_text(json.dumps({"datasets": datasets}), encoding="utf-8")
        return read_catalog(Project(root=tmp_path))

    return write_and_read


def with_(place, value):
    def change(record):
        *path, last = place.split(".")
        inner = record
        for key in path:
            inner = inner[key]
        inner[last] = value
        return record

    return change


def without(place):
    def change(record):
        *path, last = place.split(".")
        inner = record
        for key in path:
            inner = inner[key]
        del inner[last]
        return record

    return change


def test_a_whole_catalogue_is_read(read):
    catalog = read()
    assert catalog["daily_air"].fields["pm25_ug_m3"].limits == (0, 1000)
    assert catalog["daily_air"].title["ko"] == "가"
    assert list(catalog.of_issue("fine-dust")) == ["daily_air"]
    assert catalog.of_issue("bike-routes") == {}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without("licence"), "'datasets.daily_air.licence' is missing"),
        (without("fields.date.reveals"), "'datasets.daily_air.fields.date.reveals' is missing"),
        (without("title.ko"), "'datasets.daily_air.title.ko' is missing"),
        (with_("licens", "x"), "datasets.daily_air: unknown key 'licens', did you mean 'licence'?"),
        (with_("fields.date.units", "x"), "datasets.daily_air.fields.date: unknown key 'units', did you mean 'unit'?"),
        (with_("source.link", "x"), "datasets.daily_air.source: unknown key 'link'"),
        (with_("licence", "  "), "datasets.daily_air.licence"),
        (with_("sector", "city"), "(found 'city')"),
        (with_("fields.date.type", "dat"), "(found 'dat')"),
        (with_("fields.pm25_ug_m3.limits", [10, 0]), "the lower, 10, is above the upper, 0"),
        (with_("fields.date.limits", [0, 1]), "only a number has limits, this is a date"),
        (with_("fields.date.values", ["a"]), "only a string has a list of values, this is a date"),
        (with_("key", ["dat"]), "key: unknown field 'dat', did you mean 'date'?"),
        (with_("sort", ["station"]), "sort: unknown field 'station', allowed: date, pm25_ug_m3"),
        (with_("fields", {}), "fields: at least one is needed"),
        (with_("stand_in", "daily_air_syntetic"), "daily_air: unknown stand_in 'daily_air_syntetic'"),
    ],
)
def test_a_fault_is_named_with_its_place(read, change, message):
    with pytest.raises(UsageError) as caught:
        read(daily_air=change)
    assert "data_catalog.yml" in str(caught.value)
    assert message in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_dataset_with_two_geometries_is_refused(read):
    shape = {"type": "geometry", "reveals": "place", "meaning": TEXT}
    with pytest.raises(UsageError, match="at most one geometry"):
        read(daily_air=with_("fields", {**DATASET["fields"], "a": shape, "b": shape}))


def test_an_id_is_lower_case_with_underscores(tmp_path):
    (tmp_path / "data_catalog.yml").write_text(json.dumps({"datasets": {"Daily-Air": DATASET}}), encoding="utf-8")
    with pytest.raises(UsageError, match="Daily-Air"):
        read_catalog(Project(root=tmp_path))


def test_a_catalogue_without_datasets_is_refused(tmp_path):
    (tmp_path / "data_catalog.yml").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="a mapping with the key 'datasets' is needed"):
        read_catalog(Project(root=tmp_path))


def test_a_stand_in_must_be_synthetic(read):
    with pytest.raises(UsageError, match="'other' is not marked synthetic"):
        read(daily_air=with_("stand_in", "other"), other=lambda record: record)


def test_a_stand_in_must_have_every_field(read):
    def other(record):
        del record["fields"]["pm25_ug_m3"]
        return {**record, "synthetic": True}

    with pytest.raises(UsageError, match="the stand_in 'other' lacks the fields pm25_ug_m3"):
        read(daily_air=with_("stand_in", "other"), other=other)


def test_an_unknown_dataset_is_met_with_its_neighbour(read):
    with pytest.raises(UsageError, match=r"unknown dataset 'dayly_air'\n  did you mean 'daily_air'\?"):
        read()["dayly_air"]


def test_fields_that_say_something_about_people_are_found(read):
    catalog = read(daily_air=with_("fields.date.reveals", "quasi_identifier"))
    assert catalog["daily_air"].personal_fields == ["date"]


@pytest.mark.parametrize(
    ("kind", "fits", "strangers"),
    [
        ("string", ["a"], [1, None]),
        ("integer", [1], [1.0, True, "1"]),
        ("number", [1, 1.5], [True, "1"]),
        ("boolean", [True], [1, "true"]),
        ("date", [dt.date(2021, 1, 1)], [dt.datetime(2021, 1, 1), "2021-01-01"]),  # noqa: DTZ001 (a stranger on purpose)
        ("datetime", [dt.datetime(2021, 1, 1, tzinfo=dt.UTC)], [dt.date(2021, 1, 1), "2021-01-01"]),
        ("geometry", [], ["POINT (0 0)"]),
    ],
)
def test_a_value_is_told_apart_by_its_type(kind, fits, strangers):
    field = Field(type=kind, reveals="none", meaning=TEXT)
    assert all(check_row_type(field, value) for value in fits)
    assert not any(check_row_type(field, value) for value in strangers)
