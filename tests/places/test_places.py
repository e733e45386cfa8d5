"""The districts: their table, their mended borders, their map."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
import shapely

from workbench.errors import UsageError
from workbench.places import (
    ATTRIBUTION,
    DISTRICT_NAMES,
    district_code,
    district_name,
    district_paths,
    district_shapes,
    districts,
)
from workbench.places.borders import clean_coverage


@pytest.fixture(scope="module")
def outlines() -> np.ndarray:
    return district_shapes().geometry.to_numpy()


def test_the_residents_of_the_25_districts_sum_to_the_published_number():
    table = districts()
    assert len(table) == 25
    assert table["population"].sum() == 9_638_799
    assert table["code"].is_monotonic_increasing and table["code"].str.fullmatch(r"11\d{3}").all()


def test_changing_the_returned_table_changes_nothing_for_others():
    table = districts()
    table.loc[0, "population"] = 0
    assert districts()["population"].sum() == 9_638_799


@pytest.mark.parametrize(
    ("asked", "language", "name"), [("11680", "ko", "강남구"), ("강남구", "en", "Gangnam-gu"), ("11140", "en", "Jung-gu")]
)
def test_a_district_is_named_by_name_or_code_in_either_language(asked, language, name):
    assert district_name(asked, language) == name


def test_an_unknown_district_is_refused_with_the_nearest_name():
    with pytest.raises(UsageError, match="did you mean '강남구'"):
        district_name("강남", "ko")
    with pytest.raises(UsageError, match="unknown language 'jp'"):
        district_name("강남구", "jp")  # type: ignore[arg-type]
    assert district_code("강남구") == "11680"


def test_the_borders_are_a_valid_coverage_without_overlap(outlines):
    assert shapely.coverage_is_valid(outlines)
    assert shapely.is_valid(outlines).all()
    overlaps = [shapely.area(shapely.intersection(a, b)) for a, b in itertools.combinations(outlines, 2)]
    assert max(overlaps) == 0


def test_no_gap_is_left_inside_the_city(outlines):
    city = shapely.union_all(outlines)
    assert sum(len(part.interiors) for part in shapely.get_parts(city)) == 0


def test_each_district_is_as_large_as_officially_stated_within_one_percent():
    shapes = district_shapes().to_crs("EPSG:5179")
    ratio = shapes.area.to_numpy() / 1e6 / districts()["area_km2"].to_numpy()
    assert np.abs(ratio - 1).max() < 0.01
    assert shapes.area.sum() / 1e6 == pytest.approx(605.2, abs=0.1)  # the city's published area


def test_each_district_holds_its_own_centre(outlines):
    table = districts()
    assert shapely.contains_xy(outlines, table["lon"].to_numpy(), table["lat"].to_numpy()).all()


def test_names_carry_no_city_prefix():
    assert list(district_shapes()["name_ko"]) == list(DISTRICT_NAMES)
    assert not any(name.startswith("서울시") for name in DISTRICT_NAMES)


def test_a_gap_goes_to_the_neighbour_with_the_longest_border():
    large, small, hole = shapely.box(0, 0, 4, 4), shapely.box(4, 0, 5, 4), shapely.box(2, 1, 4, 3)
    mended = clean_coverage([shapely.difference(large, hole), small])
    assert [shape.area for shape in mended] == [16.0, 4.0]


def test_an_overlap_goes_to_a_claimant_only():
    left, right, below = shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1), shapely.box(0, -1, 3, 0)
    mended = clean_coverage([left, right, below])
    assert shapely.coverage_is_valid(mended)
    assert mended[2].area == 3.0
    assert {mended[0].area, mended[1].area} == {1.0, 2.0}


def test_an_outline_wholly_claimed_twice_is_given_once():
    mended = clean_coverage([shapely.box(0, 0, 1, 1), shapely.box(0, 0, 1, 1)])
    assert [shape.area for shape in mended] == [1.0, 0.0]


def test_the_map_is_the_same_every_time_and_stays_in_its_picture():
    city = district_paths()
    district_paths.cache_clear()
    assert district_paths() == city
    corners = np.array(
        [pair.split(",") for place in city.districts for pair in re.findall(r"[-\d.]+,[-\d.]+", place.path)], dtype=float
    )
    assert corners.min() >= 0 and corners[:, 0].max() == city.width and corners[:, 1].max() <= city.height
    assert sum(len(place.path) for place in city.districts) < 15_000


def test_neighbours_on_the_map_share_their_corners():
    corners = [set(re.findall(r"[-\d.]+,[-\d.]+", place.path)) for place in district_paths().districts]
    for number, own in enumerate(corners):
        assert own & set().union(*corners[:number], *corners[number + 1 :])


def test_a_map_without_width_is_refused():
    with pytest.raises(UsageError, match="wider than 0"):
        district_paths(0)


def test_the_attribution_stands_in_both_languages():
    assert "국토지리정보원" in ATTRIBUTION["ko"] and "National Geographic Information Institute" in ATTRIBUTION["en"]
