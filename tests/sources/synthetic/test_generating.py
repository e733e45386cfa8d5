"""Same seed, same rows; other cuts, same rows; every row fits the catalogue."""

from __future__ import annotations

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from workbench.catalog import Catalog
from workbench.errors import UsageError
from workbench.places import DISTRICT_NAMES, district_shapes
from workbench.sources.synthetic import DEFAULT_ROWS, SYNTHETIC, generate
from workbench.vault.tables import to_table

PLAIN_SYNTHETIC_NAMES = {
    "bike_stations_synthetic": "name",
    "bike_station_month_synthetic": "station_name",
    "meal_card_merchants_synthetic": "name",
    "parks_synthetic": "name",
    "traffic_volume_synthetic": "spot",
    "donations": "shop",
}


def gathered(dataset: str, **options: int) -> pd.DataFrame:
    return pd.concat(generate(dataset, **options), ignore_index=True)


def test_every_synthetic_dataset_of_the_catalogue_is_generated_and_no_other(catalog: Catalog):
    assert set(SYNTHETIC) == {name for name, dataset in catalog.datasets.items() if dataset.synthetic}


@pytest.mark.parametrize("dataset", SYNTHETIC)
def test_every_row_fits_the_catalogue(city, catalog, dataset):
    frame, described = city(dataset), catalog[dataset]
    to_table(frame, described, where=dataset)
    for name, field in described.fields.items():
        values = frame[name]
        assert not (field.required and values.isna().any()), name
        if field.limits:
            assert values.dropna().between(*field.limits).all(), name
        if field.values:
            assert values.dropna().isin(field.values).all(), name


@pytest.mark.parametrize("dataset", SYNTHETIC)
def test_no_two_rows_have_the_same_key(city, catalog, dataset):
    assert not city(dataset).duplicated(catalog[dataset].key).any()


@pytest.mark.parametrize("dataset", SYNTHETIC)
def test_rows_come_sorted_by_the_usual_filter_keys(city, catalog, dataset):
    keys = city(dataset)[catalog[dataset].sort]
    pd.testing.assert_frame_equal(keys, keys.sort_values(list(keys), kind="stable", ignore_index=True))


@pytest.mark.parametrize("dataset", sorted(set(SYNTHETIC) - {"hourly_air_synthetic", "traffic_volume_synthetic"}))
def test_the_same_seed_gives_the_same_rows_and_another_seed_others(city, dataset):
    frame = city(dataset)
    pd.testing.assert_frame_equal(gathered(dataset, seed=2017), frame)
    assert not gathered(dataset, seed=2018).equals(frame)


@pytest.mark.parametrize("dataset", sorted(DEFAULT_ROWS))
def test_other_chunks_give_the_same_rows(dataset):
    whole = gathered(dataset, seed=5, rows=7_000)
    pieces = list(generate(dataset, seed=5, rows=7_000, chunk_rows=999))
    assert {len(piece) for piece in pieces} == {999, 7_000 % 999}
    pd.testing.assert_frame_equal(pd.concat(pieces, ignore_index=True), whole)


@pytest.mark.parametrize("dataset", sorted(DEFAULT_ROWS))
@pytest.mark.parametrize("rows", [1, 1_234])
def test_exactly_as_many_rows_come_as_were_asked_for(dataset, rows):
    assert len(gathered(dataset, seed=5, rows=rows)) == rows


def test_rows_of_a_person_have_one_age_sex_and_home(city):
    for dataset, person, traits in (
        ("bike_trips", "rider_id", ["rider_age", "rider_sex", "home_district"]),
        ("meal_card_purchases", "card_id", ["child_age", "child_sex", "home_district"]),
        ("donations", "donor_id", ["donor_age", "donor_sex", "home_district"]),
        ("bike_accident_reports", "person_id", ["age", "sex"]),
    ):
        assert (city(dataset).groupby(person)[traits].nunique() == 1).all(axis=None), dataset


def test_an_identifier_tells_nothing_about_the_home(city):
    riders = city("bike_trips").drop_duplicates("rider_id")
    number = riders["rider_id"].str[1:].astype(int)
    code = riders["home_district"].map({name: place for place, name in enumerate(DISTRICT_NAMES)})
    assert abs(np.corrcoef(number, code)[0, 1]) < 0.03


def test_stations_lie_in_their_district_and_trips_use_them(city):
    stations = city("bike_stations_synthetic")
    borders = district_shapes().set_index("name_ko").geometry
    assert shapely.contains(borders[stations["district"]].to_numpy(), stations["location"].to_numpy()).all()
    where = stations.set_index("station_number")["district"]
    trips = city("bike_trips")
    assert (trips["start_station"].map(where) == trips["start_district"]).all()
    assert (trips["end_station"].map(where) == trips["end_district"]).all()


def test_accidents_lie_in_their_district(city):
    reports = city("bike_accident_reports")
    assert isinstance(reports, geopandas.GeoDataFrame)
    borders = district_shapes().set_index("name_ko").geometry
    assert shapely.intersects(borders[reports["district"]].to_numpy(), reports["location"].to_numpy()).all()


def test_purchases_are_made_at_merchants_of_that_kind_and_district(city):
    merchants = city("meal_card_merchants_synthetic").set_index("merchant_id")
    purchases = city("meal_card_purchases")
    assert (purchases["merchant_id"].map(merchants["kind"]) == purchases["merchant_kind"]).all()
    assert (purchases["merchant_id"].map(merchants["district"]) == purchases["district"]).all()


@pytest.mark.parametrize(("dataset", "field"), PLAIN_SYNTHETIC_NAMES.items())
def test_names_say_that_they_are_synthetic(city, dataset, field):
    assert city(dataset)[field].str.startswith("합성 ").all()


def test_year_month_weekday_and_hour_are_those_of_the_start(city):
    trips = city("bike_trips")
    started = trips["started_at"].dt
    for name, expected in (
        ("year", started.year),
        ("month", started.month),
        ("hour", started.hour),
        ("weekday", started.day_of_week),
    ):
        assert (trips[name] == expected).all(), name


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dataset": "bike_trip", "seed": 1}, "did you mean 'bike_trips'"),
        ({"dataset": "parks_synthetic", "seed": 1, "rows": 5}, "has a size of its own, found rows=5"),
        ({"dataset": "bike_trips", "seed": -1}, "seed -1, allowed 0 or more"),
        ({"dataset": "bike_trips", "seed": 1, "rows": 0}, "0 rows, allowed 1 to"),
        ({"dataset": "bike_trips", "seed": 1, "chunk_rows": 0}, "0 rows a chunk"),
    ],
)
def test_what_cannot_be_generated_is_told(options, message):
    with pytest.raises(UsageError, match=message):
        generate(**options)
