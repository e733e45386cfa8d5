"""What is left of trips shows no home, however many there are."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import GateRefused, UsageError
from workbench.privacy.places import parse_cell, trim_ends, trim_trips
from workbench.privacy.places.clipping import outside, pieces_of, put_together
from workbench.privacy.places.geometries import to_degrees, to_mm
from workbench.privacy.places.turning import behind_turns

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))

from place_riders import found_within, rider, seen_near, trim_by_circle

SECRET = bytes(range(32))
ZONE_M = 500
MIDDLE = np.array([953_000.0, 1_952_000.0])


def ride(*points) -> shapely.LineString:
    """A ride over points in metres from the middle."""
    return shapely.LineString(to_degrees(MIDDLE + np.array(points, dtype=float)))


def stairs(begin, *, legs: int = 12, leg_m: float = 300.0, towards=(1, 1)) -> shapely.LineString:
    points = [np.array(begin, dtype=float)]
    for number in range(legs):
        step = np.zeros(2)
        step[number % 2] = leg_m * towards[number % 2]
        points.append(points[-1] + step)
    return ride(*points)


def square(label: str, *, reach_m: float = 0.0) -> shapely.Polygon:
    cell = parse_cell(label)
    low, high = np.array([cell.east_m, cell.north_m]) - reach_m, np.array([cell.east_m, cell.north_m]) + cell.size_m + reach_m
    return shapely.box(*low, *high)


def metric(line) -> shapely.Geometry:
    return shapely.transform(line, lambda points: to_mm(points) / 1000)


def test_nothing_is_left_in_the_zones_of_a_trips_ends_and_the_ends_lie_in_them():
    trips = [stairs((0, 0)), stairs((1000, -500), towards=(-1, 1)), stairs((200, 900), towards=(1, -1))]
    trimmed = trim_trips("track", trips, people=list("abc"), secret=SECRET, zone_m=ZONE_M)
    for trip, left, start, end in zip(
        trips, trimmed.lines, trimmed.start_zone.to_pylist(), trimmed.end_zone.to_pylist(), strict=True
    ):
        first, *_, last = shapely.points(shapely.get_coordinates(metric(trip)))
        assert square(start).intersects(first)
        assert square(end).intersects(last)
        for label in (start, end):
            assert metric(left).distance(square(label)) > 99.9
        assert left.length > 0


def test_a_later_pass_through_the_zone_is_cut_too_and_the_rest_keeps_its_order():
    out = [(0, 0), (1500, 0), (1500, 1500), (3000, 1500), (3000, 100), (-3000, 100), (-3000, 1500), (-4500, 1500), (-4500, 3000)]
    trimmed = trim_trips("track", [ride(*out)], people=["a"], secret=SECRET, zone_m=ZONE_M)
    left = metric(trimmed.lines[0])
    zone = square(trimmed.start_zone.to_pylist()[0])
    assert left.geom_type == "MultiLineString"
    assert left.distance(zone) > 99.9
    begins = [shapely.line_locate_point(metric(ride(*out)), shapely.Point(part.coords[0])) for part in left.geoms]
    assert begins == sorted(begins)


def test_a_stop_at_home_on_the_way_is_cut_out_of_every_trip_of_its_rider():
    home = [stairs((0, 0)), stairs((0, 0), towards=(-1, 1))]
    before, after = [(-4000, 3000), (-4000, 1500), (-1500, 1500), (-1500, 0)], [(1500, 0), (1500, -1500), (4000, -1500)]
    past = ride(*before, (0, 0), *after, (4000, -3000))
    people = ["a", "a", "a"]
    trimmed = trim_trips("track", [*home, past], people=people, secret=SECRET, zone_m=ZONE_M)
    zone = square(trimmed.start_zone.to_pylist()[0])
    assert trimmed.lines[2] is not None
    assert metric(trimmed.lines[2]).distance(zone) > 99.9
    other = trim_trips("track", [*home, past], people=["a", "a", "b"], secret=SECRET, zone_m=ZONE_M)
    assert metric(other.lines[2]).intersects(zone)


def test_a_street_ridden_there_and_back_is_kept_twice():
    line = np.array([shapely.LineString([(0, 0), (10, 0), (10, 5), (10, 0), (0, 0)])], dtype=object)
    nowhere = np.full((1, 2), np.nan)
    assert outside(pieces_of(line), nowhere, nowhere).lengths(1)[0] == 30
    left = put_together(outside(pieces_of(line), np.array([[4.0, -1.0]]), np.array([[6.0, 1.0]])), 1, to=lambda points: points)
    assert left[0].length == 26
    assert [part.coords[0] for part in left[0].geoms] == [(0, 0), (6, 0), (4, 0)]


coordinates = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=2, max_size=8, unique=True)


@given(points=coordinates, corner=st.tuples(st.integers(-9, 6), st.integers(-9, 6)), size=st.integers(1, 9))
@settings(max_examples=300, deadline=None)
def test_what_is_cut_out_is_what_lies_in_the_square(points, corner, size):
    line = shapely.LineString(points)
    low, high = np.array([corner], dtype=float), np.array([corner], dtype=float) + size
    left = outside(pieces_of(np.array([line])), low, high)
    box = shapely.box(*low[0], *high[0])
    inside = sum(shapely.LineString(pair).intersection(box).length for pair in pairwise(points))
    on_edge = sum(shapely.LineString(pair).intersection(box.exterior).length for pair in pairwise(points))
    assert left.lengths(1)[0] == pytest.approx(line.length - inside + on_edge, abs=1e-9)
    shown = put_together(left, 1, to=lambda found: found)[0]
    if shown is not None:
        assert shown.is_valid
        assert shown.intersection(shapely.box(*(low[0] + 1e-6), *(high[0] - 1e-6))).length < 1e-6


def test_what_runs_straight_on_from_a_cut_is_cut_up_to_the_turn():
    there = pieces_of(np.array([shapely.LineString([(0, 0), (900, 0), (900, 900), (1800, 900), (1800, 0)])]))
    left = put_together(behind_turns(there), 1, to=lambda points: points)[0]
    assert left.bounds[0] == 900
    assert left.coords[0][1] > 0
    assert left.coords[-1][0] < 1800


def test_trips_that_stay_in_their_zones_are_dropped_and_counted():
    trimmed = trim_trips("track", [ride((0, 0), (50, 40)), stairs((0, 0)), None], people=["a"] * 3, secret=SECRET, zone_m=ZONE_M)
    assert trimmed.dropped.tolist() == [True, False, False]
    assert [line is None for line in trimmed.lines] == [True, False, True]
    assert trimmed.start_zone.to_pylist()[2] is None
    assert trimmed.length_m.tolist()[::2] == [0, 0]
    assert 0 < trimmed.kept_share < 1
    assert trimmed.length_m[1] == pytest.approx(metric(trimmed.lines[1]).length, abs=2)


def test_a_home_on_the_edge_of_two_cells_has_one_zone_and_what_is_cut_reaches_past_it():
    label = trim_ends({"at": [shapely.Point(to_degrees(MIDDLE[None])[0])]}, people=["x"], secret=SECRET, zone_m=ZONE_M)["at"]
    cell = parse_cell(label.to_pylist()[0])
    edge = np.array([cell.east_m, cell.north_m + 250.0]) - MIDDLE
    draw = np.random.default_rng(1)
    trips = [stairs(edge + draw.normal(0, 15, 2), towards=(int(draw.choice([-1, 1])), 1)) for _ in range(30)]
    trimmed = trim_trips("track", trips, people=["a"] * 30, secret=SECRET, zone_m=ZONE_M)
    zones = set(trimmed.start_zone.to_pylist())
    assert len(zones) == 1
    shape = square(zones.pop())
    assert all(metric(line).distance(shape) > 99.9 for line in trimmed.lines if line is not None)


def test_zones_are_doubled_until_k_people_have_an_end_in_each():
    draw = np.random.default_rng(2)
    starts = shapely.points(to_degrees(MIDDLE + draw.normal(0, 1500, (400, 2))))
    ends = shapely.points(to_degrees(MIDDLE + draw.normal(0, 1500, (400, 2))))
    people = draw.integers(0, 120, 400)
    zones = trim_ends({"from": starts, "to": ends}, people=people, secret=SECRET, zone_m=200, k=5)
    holders: dict[str, set[int]] = {}
    for column in zones.values():
        for label, person in zip(column.to_pylist(), people.tolist(), strict=True):
            holders.setdefault(label, set()).add(person)
    assert min(len(found) for found in holders.values()) >= 5
    assert len({parse_cell(label).size_m for label in holders}) > 1
    with pytest.raises(GateRefused):
        trim_ends({"from": starts[:3], "to": ends[:3]}, people=[1, 1, 2], secret=SECRET, zone_m=200, k=5)


def test_a_home_has_one_zone_whether_trips_begin_or_end_there():
    home, work = (shapely.Point(to_degrees((MIDDLE + at)[None])[0]) for at in ((0, 0), (3000, 2000)))
    zones = trim_ends({"from": [home, work, None], "to": [work, home, home]}, people=["a"] * 3, secret=SECRET, zone_m=ZONE_M)
    begin, end = zones["from"].to_pylist(), zones["to"].to_pylist()
    assert begin[0] == end[1] == end[2]
    assert begin[1] == end[0] != begin[0]
    assert begin[2] is None


def test_the_grid_is_moved_by_the_secret_and_by_nothing_else():
    trips = [stairs((0, 0)), stairs((700, 300))]
    one, again, other = (
        trim_trips("track", trips, people=["a", "b"], secret=secret, zone_m=ZONE_M) for secret in (SECRET, SECRET, SECRET[::-1])
    )
    assert (one.lines == again.lines).all()
    assert one.start_zone.to_pylist() != other.start_zone.to_pylist()


@pytest.mark.parametrize("straight", [False, True], ids=["streets", "as the crow flies"])
def test_two_hundred_trips_do_not_show_a_home_though_circles_do(straight):
    """An attacker with all trips of a rider, against one who knows the zone alone and guesses its middle."""
    errors: dict[str, list[float]] = {}
    circles, middles = [], []
    for seed in range(10):
        one = rider(seed, goals=8, straight=straight)
        trimmed = trim_trips("track", one.trips, people=["a"] * len(one.trips), secret=bytes([seed] * 32), zone_m=ZONE_M)
        labels = np.where(one.from_home, trimmed.start_zone.to_pylist(), trimmed.end_zone.to_pylist())
        assert len(set(labels)) == 1
        cell = parse_cell(labels[0])
        low = np.array([cell.east_m, cell.north_m], dtype=float)
        middles.append(float(np.hypot(*(low + ZONE_M / 2 - one.home))))
        ways = seen_near(trimmed.lines, one.from_home)
        for attack, error in found_within(ways, one.home, inside=(low, low + ZONE_M)).items() if ways else ():
            errors.setdefault(attack, []).append(error)
            if attack in ("mean of cuts", "directions"):
                assert error > 0.2 * ZONE_M
        circles.append(min(found_within(trim_by_circle(one, radius_m=ZONE_M / np.pi**0.5), one.home).values()))
    assert max(circles) < 5.0
    assert (not errors) == straight  # who never turns shows no line at all
    for found in errors.values():
        assert np.median(found) > 0.9 * np.median(middles)


def test_ways_whose_middle_falls_on_the_home_are_withheld_and_their_zones_stay():
    directions = [(1, 1), (-1, 1), (1, -1), (-1, -1)]
    evenly = trim_trips("track", [stairs((0, 0), towards=t) for t in directions], people=["a"] * 4, secret=SECRET, zone_m=ZONE_M)
    assert evenly.dropped.all()
    assert len(set(evenly.start_zone.to_pylist())) == 1
    assert evenly.kept_share == 0
    one_way = trim_trips("track", [stairs((0, 0))] * 4, people=["a"] * 4, secret=SECRET, zone_m=ZONE_M)
    assert not one_way.dropped.any()


WRONG = {
    "point": (shapely.Point(127, 37.5), "allowed is one LineString a row"),
    "parts": (shapely.MultiLineString([[(127, 37), (127.1, 37)]]), "allowed is one LineString a row"),
    "swapped": (shapely.LineString([(37.5, 127), (37.6, 127)]), "swapped"),
    "abroad": (shapely.LineString([(139.6, 35.6), (139.7, 35.7)]), "outside Korea"),
}


@pytest.mark.parametrize(("value", "told"), WRONG.values(), ids=WRONG)
def test_what_is_no_trip_is_told_by_rows(value, told):
    with pytest.raises(UsageError) as caught:
        trim_trips("track", [stairs((0, 0)), value], people=["a", "b"], secret=SECRET, zone_m=ZONE_M)
    assert told in str(caught.value)
    assert "1 row (first: row 2)" in str(caught.value)


def test_heights_and_times_on_a_track_are_not_passed_on():
    points = shapely.get_coordinates(stairs((0, 0)))
    high = shapely.LineString(np.column_stack([points, np.arange(len(points))]))
    trimmed = trim_trips("track", [high], people=["a"], secret=SECRET, zone_m=ZONE_M)
    assert not shapely.has_z(trimmed.lines[0])


def test_trips_of_nobody_known_are_refused():
    with pytest.raises(UsageError, match="unit"):
        trim_trips("track", [stairs((0, 0))], people=None, secret=SECRET, zone_m=ZONE_M)
    with pytest.raises(UsageError, match="unit"):
        trim_ends({"from": [None]}, people=None, secret=SECRET, zone_m=ZONE_M)


def test_no_trips_are_no_lines():
    trimmed = trim_trips("track", [None, None], people=["a", "b"], secret=SECRET, zone_m=ZONE_M, k=5)
    assert trimmed.lines.tolist() == [None, None]
    assert trimmed.kept_share == 0.0
