"""The committed catalogue: every dataset of the five urban issues, bilingual, licensed, with sensible limits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workbench.catalog import read_catalog
from workbench.places import DISTRICT_NAMES
from workbench.project import Project
from workbench.records import read_yaml

ROOT = Path(__file__).parents[2]
CATALOG = read_catalog(Project(root=ROOT))
ISSUES = ("fine-dust", "bike-routes", "meal-cards", "donations", "parks-economy")

WITH_STAND_IN = (
    "daily_air", "weather_daily", "hourly_air", "traffic_volume", "bike_stations", "bike_station_month",
    "bike_accidents_by_district", "bike_lanes", "meal_card_merchants", "parks",
)  # fmt: skip
SYNTHETIC_ABOUT_PEOPLE = ("bike_trips", "bike_accident_reports", "meal_card_purchases", "donations", "shop_sales")
OFFICIAL_ALONE = (
    "bike_hourly_rentals", "community_child_centres", "coffee_sales_by_dong", "coffee_stores_by_dong",
    "floating_population_by_dong", "resident_population",
)  # fmt: skip

EVERY = pytest.mark.parametrize("name", list(CATALOG.datasets))


def test_every_dataset_of_the_five_urban_issues_is_there():
    expected = {*WITH_STAND_IN, *(f"{name}_synthetic" for name in WITH_STAND_IN), *SYNTHETIC_ABOUT_PEOPLE, *OFFICIAL_ALONE}
    assert set(CATALOG.datasets) == expected
    for issue in ISSUES:
        assert CATALOG.of_issue(issue)


@pytest.mark.parametrize("name", WITH_STAND_IN)
def test_a_stand_in_has_the_same_fields_exactly(name):
    official, stand_in = CATALOG[name], CATALOG[f"{name}_synthetic"]
    assert official.stand_in == f"{name}_synthetic"
    assert stand_in.synthetic
    assert not official.synthetic
    assert stand_in.fields == official.fields
    assert (stand_in.key, stand_in.sort, stand_in.issues, stand_in.sector) == (
        official.key,
        official.sort,
        official.issues,
        official.sector,
    )


@EVERY
def test_synthetic_data_is_the_projects_own_and_says_so(name):
    dataset = CATALOG[name]
    if dataset.synthetic:
        assert dataset.licence == "CC0-1.0"
        assert dataset.licence_verified
        assert "합성" in dataset.title.ko
        assert "synthetic" in dataset.title.en
        assert dataset.source.url is None
    else:
        assert dataset.licence in ("KOGL-1", "CC-BY-4.0")
        assert dataset.licence_verified == (dataset.licence == "CC-BY-4.0")
        assert dataset.source.url


@EVERY
def test_korean_is_korean_and_english_is_not(name):
    dataset = CATALOG[name]
    for text in (dataset.title, dataset.description, dataset.owner, *(field.meaning for field in dataset.fields.values())):
        assert re.search(r"[가-힣]", text.ko) or text.ko.startswith("UCI")
    for text in (dataset.title, dataset.description):
        assert not re.search(r"[가-힣]", text.en)


@EVERY
def test_every_number_has_limits_and_every_measure_a_unit(name):
    for id_, field in CATALOG[name].fields.items():
        if field.type in ("number", "integer"):
            assert field.limits, f"{name}.{id_}"
        if field.type == "number":
            assert field.unit, f"{name}.{id_}"


@EVERY
def test_key_fields_are_required(name):
    dataset = CATALOG[name]
    assert dataset.key
    for id_ in dataset.key:
        assert dataset.fields[id_].required, f"{name}.{id_}"


@EVERY
def test_districts_are_named_as_everywhere_else(name):
    for id_, field in CATALOG[name].fields.items():
        if id_.endswith("district") and field.values:
            assert tuple(field.values[:25]) == DISTRICT_NAMES


def test_an_impossible_concentration_is_outside_the_limits():
    low, high = CATALOG["daily_air"].fields["pm25_ug_m3"].limits
    assert low == 0
    assert high < 9999


def test_accidents_warn_against_adding_the_two_counts():
    note = CATALOG["bike_accidents_by_district"].note
    assert "never be added" in note.en
    assert "더하지 않습니다" in note.ko


@EVERY
def test_every_dataset_has_a_policy_that_names_each_of_its_fields(name):
    dataset = CATALOG[name]
    policy = read_yaml(ROOT / "governance" / "policies" / f"{name}.yml")
    assert policy["policy"] == name
    if policy.get("personal") is False:
        assert dataset.personal_fields == []
    else:
        assert policy["custody"] == "synthetic"
        assert {*policy["fields"], policy["unit"]} == set(dataset.fields)
        assert policy["guarantee"]["k"] >= 5
        assert policy["disclosure"]["min_contributors"] >= 10


def test_datasets_about_people_are_those_whose_policy_protects_them():
    personal = {
        name for name in CATALOG.datasets if read_yaml(ROOT / "governance/policies" / f"{name}.yml").get("personal") is not False
    }
    assert personal == set(SYNTHETIC_ABOUT_PEOPLE)


def test_hierarchies_cover_the_values_of_their_fields():
    for name in SYNTHETIC_ABOUT_PEOPLE:
        policy = read_yaml(ROOT / "governance/policies" / f"{name}.yml")
        for id_, treatment in policy["fields"].items():
            if "hierarchy" not in treatment:
                continue
            lines = (ROOT / "governance/policies" / treatment["hierarchy"]).read_text(encoding="utf-8").splitlines()
            levels = [line.split(";") for line in lines]
            assert {line[0] for line in levels} == set(CATALOG[name].fields[id_].values), f"{name}.{id_}"
            assert {line[-1] for line in levels} == {"*"}
            assert len({len(line) for line in levels}) == 1
