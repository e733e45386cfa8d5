"""A place always moves to the same spot, within its limits, and its many reports tell no more than one."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import UsageError
from workbench.privacy.places import displace
from workbench.privacy.places.geometries import to_degrees, to_mm

SECRET = hashlib.sha256(b"a test").digest()
HOME = shapely.Point(126.9780, 37.5665)


def metres(points) -> np.ndarray:
    return to_mm(shapely.get_coordinates(points)) / 1000


def somewhere(count: int, seed: int = 1) -> np.ndarray:
    return shapely.points(np.random.default_rng(seed).uniform([126.8, 37.45], [127.15, 37.68], (count, 2)))


@given(seed=st.integers(0, 1000), limits=st.sampled_from([(300, 0, 1), (300, 100, 1), (1000, 990, 1), (400, 50, 100), (5, 0, 1)]))
@settings(max_examples=60, deadline=None)
def test_every_point_moves_within_its_limits_and_to_the_same_spot_again(seed, limits):
    within, at_least, side = limits
    points = somewhere(20, seed)
    moved = displace("home", points, secret=SECRET, within_m=within, at_least_m=at_least, place_m=side)
    gone = np.hypot(*(metres(moved) - metres(points)).T)
    assert (gone <= within).all()
    assert (gone >= at_least).all()
    backwards = displace("home", points[::-1], secret=SECRET, within_m=within, at_least_m=at_least, place_m=side)
    assert (backwards[::-1] == moved).all()


def test_a_thousand_reports_of_one_place_tell_no_more_than_one():
    moved = metres(displace("home", [HOME] * 1000, secret=SECRET, within_m=300))
    home = metres([HOME])[0]
    one = np.hypot(*(moved[0] - home))
    assert np.hypot(*(moved.mean(axis=0) - home)) == pytest.approx(one, abs=1e-6)
    fresh = home + 300 * np.sqrt(np.random.default_rng(1).random(1000))[:, None] * _directions(1000)
    assert np.hypot(*(fresh.mean(axis=0) - home)) < 30 < one


def _directions(count: int) -> np.ndarray:
    angle = np.random.default_rng(2).uniform(0, 2 * np.pi, count)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def test_a_place_measured_anew_each_time_is_hidden_by_squares_wider_than_the_error():
    middle = (to_mm(shapely.get_coordinates(HOME)) // 100_000 * 100_000 + 50_000) / 1000
    readings = shapely.points(to_degrees(middle + np.random.default_rng(3).normal(0, 8, (500, 2))))
    narrow = metres(displace("home", readings, secret=SECRET, within_m=300)).mean(axis=0)
    wide = metres(displace("home", readings, secret=SECRET, within_m=300, place_m=100))
    assert np.hypot(*(narrow - middle[0])) < 40
    assert len(np.unique(wide, axis=0)) == 1
    assert np.hypot(*(wide[0] - middle[0])) > 40


def test_spots_are_spread_evenly_over_the_ring():
    points = somewhere(4000)
    gone = metres(displace("home", points, secret=SECRET, within_m=500, at_least_m=200)) - metres(points)
    inner, outer = 200 + 0.72, 500 - 0.72
    share = (np.hypot(*gone.T) ** 2 - inner**2) / (outer**2 - inner**2)
    assert np.abs(np.quantile(share, [0.25, 0.5, 0.75]) - [0.25, 0.5, 0.75]).max() < 0.03
    assert np.abs((gone > 0).mean(axis=0) - 0.5).max() < 0.03


def test_another_secret_and_other_limits_lead_elsewhere_and_not_along_one_line():
    home = metres([HOME])[0]
    spots = [
        metres(displace("home", [HOME], secret=secret, within_m=within))[0] - home
        for secret, within in [(SECRET, 300), (SECRET[::-1], 300), (SECRET, 600), (SECRET, 301)]
    ]
    headings = [np.degrees(np.arctan2(*spot)) for spot in spots]
    assert len({round(heading) for heading in headings}) == 4


def test_the_draw_is_the_same_on_every_machine():
    (moved,) = displace("home", [HOME], secret=SECRET, within_m=300, at_least_m=50)
    assert (moved.x, moved.y) == pytest.approx((126.9805321, 37.5653689), abs=1.5e-7)


def test_missing_places_stay_missing():
    moved = displace("home", [None, HOME, shapely.Point()], secret=SECRET, within_m=300)
    assert [point is None for point in moved] == [True, False, True]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"secret": b"short"}, "at least 16"),
        ({"secret": "words that are no bytes"}, "at least 16"),
        ({"within_m": 0}, "within_m"),
        ({"within_m": 300.5}, "within_m"),
        ({"at_least_m": 300}, "no ring"),
        ({"place_m": 500}, "no ring"),
        ({"at_least_m": -1}, "at_least_m"),
    ],
)
def test_what_would_not_hide_is_refused(given, told):
    with pytest.raises(UsageError, match=told) as caught:
        displace("home", [HOME], **{"secret": SECRET, "within_m": 300, **given})
    assert "short" not in str(caught.value)


def test_the_hint_names_limits_that_work():
    with pytest.raises(UsageError) as caught:
        displace("home", [HOME], secret=SECRET, within_m=300, at_least_m=299, place_m=100)
    within = int(caught.value.hint.split()[1])
    assert displace("home", [HOME], secret=SECRET, within_m=within, at_least_m=299, place_m=100)[0] != HOME
