"""Cells have names that say where they are, and nest."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import UsageError
from workbench.privacy.places import Cell, adaptive_cells, cell_polygon, parse_cell, place_tree
from workbench.privacy.places.cells import from_morton, morton
from workbench.privacy.places.geometries import read_points, to_degrees, to_mm

CITY_HALL = (126.9780, 37.5665)


def test_a_cell_is_named_by_its_side_and_its_south_west_corner_on_the_national_grid():
    (code,) = adaptive_cells("place", [shapely.Point(CITY_HALL)], people=None, k=1, finest_m=100).to_pylist()
    east, north = to_mm(np.array([CITY_HALL]))[0] / 1000
    assert parse_cell(code) == Cell(100, int(east // 100 * 100), int(north // 100 * 100))
    assert parse_cell(code).code == code


@given(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1))
def test_morton_order_is_undone(column, row):
    assert from_morton(morton(np.array([[column, row]]))).tolist() == [[column, row]]


@given(st.integers(0, 2**15 - 1), st.integers(0, 2**15 - 1), st.integers(1, 14))
def test_two_bits_fewer_name_the_cell_of_twice_the_side(column, row, level):
    numbers = np.array([[column, row]])
    assert morton(numbers) >> (2 * level) == morton(numbers >> level)


@pytest.mark.parametrize("side", [100, 1600, 25_600])
def test_the_outline_of_a_cell_holds_its_points_and_touches_its_neighbour(side):
    cell = Cell(side, 953_600, 1_951_200)
    outline = cell_polygon(cell.code)
    inside = cell.east_m + side * np.array([0.001, 0.5, 0.999]), cell.north_m + side * np.array([0.999, 0.5, 0.001])
    assert shapely.contains_xy(outline, to_degrees(np.stack(inside, axis=1))).all()
    neighbour = cell_polygon(Cell(side, cell.east_m + side, cell.north_m).code)
    assert outline.intersection(neighbour).area < 1e-4 * outline.area
    assert shapely.distance(outline, neighbour) == 0


@pytest.mark.parametrize("code", ["", "100m", "100m_N195_E953", "다사 53", "0m_N1952000_E0953900", "1e2m_N1952000_E0953900"])
def test_what_is_no_name_of_a_cell_is_refused(code):
    with pytest.raises(UsageError, match="cannot be read"):
        cell_polygon(code)


WRONG = {
    "line": (shapely.LineString([(127, 37), (127.1, 37)]), "a line, an area or several points"),
    "area": (shapely.box(127, 37, 127.1, 37.1), "a line, an area or several points"),
    "swapped": (shapely.Point(37.5665, 126.978), "longitude and latitude are swapped"),
    "sea off Africa": (shapely.Point(0, 0), "outside Korea"),
    "Tokyo": (shapely.Point(139.69, 35.69), "outside Korea"),
    "metres": (shapely.Point(953_901, 1_952_032), "outside Korea"),
    "not a number": (shapely.Point(float("nan"), 37.5), "no number"),
    "infinite": (shapely.Point(float("inf"), 37.5), "no number"),
    "word": ("37.5,127", "no geometry"),
    "broken bytes": (b"\x01\x02", "no geometry"),
}


@pytest.mark.parametrize(("value", "told"), WRONG.values(), ids=WRONG)
def test_what_is_no_place_is_told_by_rows_and_never_by_value(value, told):
    with pytest.raises(UsageError) as caught:
        place_tree("home", [None, shapely.Point(CITY_HALL), value, value])
    assert told in str(caught.value)
    assert "field 'home'" in str(caught.value)
    assert "2 rows (first: row 3)" in str(caught.value)
    for secret in ("37.5665", "126.978", "139", "953", "37.5,"):
        assert secret not in str(caught.value)


def test_every_fault_of_a_column_is_told_at_once():
    with pytest.raises(UsageError) as caught:
        read_points("home", [shapely.Point(37.5, 127.0), shapely.Point(0, 0), "x"])
    assert "3 problems" in str(caught.value)


def test_missing_places_come_in_many_forms_and_stay_missing():
    values = [None, float("nan"), shapely.Point(), shapely.Point(CITY_HALL)]
    assert place_tree("home", values)[1].tolist()[:3] == [-1, -1, -1]
    assert adaptive_cells("home", values, people=None, k=1).to_pylist()[:3] == [None, None, None]
    tree, codes = place_tree("home", [None, None])
    assert list(tree.labels) == ["*"]
    assert codes.tolist() == [-1, -1]


def test_well_known_binary_in_arrow_and_geometries_give_the_same():
    points = np.array([shapely.Point(CITY_HALL), None, shapely.Point(127.03, 37.5)], dtype=object)
    wkb = pa.array(shapely.to_wkb(points), pa.binary())
    forms = [list(points), wkb, pa.chunked_array([wkb[:1], wkb[1:]]), list(shapely.to_wkb(points))]
    found = [place_tree("home", form)[1].tolist() for form in forms]
    assert found == [found[0]] * 4


def test_another_reference_system_is_refused():
    import geopandas

    with pytest.raises(UsageError, match="allowed is EPSG:4326"):
        read_points("home", geopandas.GeoSeries([shapely.Point(953_901, 1_952_032)], crs=5179))


@pytest.mark.parametrize("side", [0, -5, 1.5, "100", None, True, 10**6])
def test_a_side_that_is_no_length_is_refused(side):
    with pytest.raises(UsageError, match="finest_m"):
        place_tree("home", [shapely.Point(CITY_HALL)], finest_m=side)


def test_cells_too_small_for_the_country_are_refused_with_a_side_that_works():
    jeju, seoul = shapely.Point(126.53, 33.5), shapely.Point(CITY_HALL)
    with pytest.raises(UsageError, match=r"finest_m: 1 is too small") as caught:
        place_tree("home", [jeju, seoul], finest_m=1)
    side = int(caught.value.hint.split()[1])
    assert place_tree("home", [jeju, seoul], finest_m=side)[0].leaves == 4**15
