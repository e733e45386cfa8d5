"""Uniqueness is what a plain search over all people finds."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import UsageError
from workbench.privacy.places import uniqueness

rows = st.lists(st.tuples(st.integers(0, 8), st.sampled_from("abcd"), st.integers(0, 3)), min_size=1, max_size=60)


def frame_of(found) -> pd.DataFrame:
    return pd.DataFrame(found, columns=["who", "where", "when"])


def measure(frame, **more):
    return uniqueness(frame, unit="who", place="where", time="when", **more)


@given(found=rows)
@settings(max_examples=150, deadline=None)
def test_whoever_knows_all_moments_singles_out_those_who_fit_nobody_else(found):
    own = {}
    for who, where, when in found:
        own.setdefault(who, set()).add((where, when))
    alone = sum(sum(mine <= other for other in own.values()) == 1 for mine in own.values())
    measured = measure(frame_of(found), points=60)
    assert (measured.people, measured.sampled, measured.unique) == (len(own), len(own), alone)
    assert measured.share == alone / len(own)
    assert measured.fewer == len(own)


@given(found=rows, points=st.integers(1, 3), seed=st.integers(0, 5))
@settings(max_examples=100, deadline=None)
def test_some_moments_single_out_no_more_people_than_can_be_and_no_fewer(found, points, seed):
    own = {}
    for who, where, when in found:
        own.setdefault(who, set()).add((where, when))
    could, must = 0, 0
    for mine in own.values():
        draws = [set(some) for some in itertools.combinations(sorted(mine), min(points, len(mine)))]
        alone = [sum(some <= other for other in own.values()) == 1 for some in draws]
        could, must = could + any(alone), must + all(alone)
    measured = measure(frame_of(found), points=points, seed=seed)
    assert must <= measured.unique <= could
    assert measured == measure(frame_of(found), points=points, seed=seed)


def test_more_points_single_out_more_and_coarser_places_fewer():
    draw = np.random.default_rng(4)
    frame = pd.DataFrame({"who": draw.integers(0, 300, 4000), "when": draw.integers(0, 10, 4000)})
    frame["where"] = [f"{great}{small}" for great, small in draw.integers(0, 5, (4000, 2))]
    shares = [measure(frame, points=points, seed=1).share for points in (1, 2, 4)]
    assert shares == sorted(shares)
    coarse = frame.assign(where=frame["where"].str[0])
    assert measure(coarse, points=4, seed=1).share < shares[-1]


def test_frames_tables_categories_and_several_columns_give_the_same():
    frame = frame_of([(who, "abcd"[who * step % 4], step) for who in range(40) for step in range(1, 6)])
    expected = measure(frame, points=2)
    assert measure(pa.Table.from_pandas(frame), points=2) == expected
    assert measure(frame.astype({"where": "category"}), points=2) == expected
    assert measure(pa.Table.from_pandas(frame.astype({"where": "category"})), points=2) == expected
    apart = frame.assign(half=frame["when"] // 3, rest=frame["when"] % 3)
    assert uniqueness(apart, unit="who", place=["where"], time=["half", "rest"], points=2) == expected


def test_a_geometry_is_a_place():
    import geopandas

    spots = shapely.points([[127.0, 37.5], [127.1, 37.5], [127.0, 37.5]])
    frame = geopandas.GeoDataFrame({"who": [1, 1, 2], "when": 8}, geometry=spots, crs=4326)
    assert uniqueness(frame, unit="who", place="geometry", time="when", points=2).unique == 1


def test_rows_without_a_place_or_a_time_are_left_out_and_counted():
    frame = pd.DataFrame({"who": [1, 1, None, 2], "where": ["a", None, "a", "b"], "when": [1, 1, 1, None]})
    measured = measure(frame)
    assert (measured.rows_left_out, measured.people, measured.unique) == (3, 1, 1)


def test_no_rows_are_nobody():
    measured = measure(frame_of([]))
    assert (measured.people, measured.sampled, measured.share) == (0, 0, 0.0)
    assert measured.as_record()["points"] == 4


def test_fewer_people_are_drawn_where_fewer_are_asked_for():
    frame = frame_of([(who, "a", who % 5) for who in range(50)])
    assert measure(frame, samples=10).sampled == 10


@pytest.mark.parametrize(("given", "told"), [({"points": 0}, "points"), ({"samples": 0}, "samples"), ({"points": 1.5}, "points")])
def test_numbers_that_are_none_are_refused(given, told):
    with pytest.raises(UsageError, match=told):
        measure(frame_of([(1, "a", 1)]), **given)


def test_an_absent_field_is_named():
    with pytest.raises(UsageError, match="unknown field 'wher'"):
        uniqueness(frame_of([(1, "a", 1)]), unit="who", place="wher", time="when")
