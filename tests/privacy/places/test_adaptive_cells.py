"""At least k people share every cell, whatever the places; and cells are small where people are many."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import GateRefused, UsageError
from workbench.privacy.places import adaptive_cells, parse_cell, place_tree
from workbench.privacy.places.adaptive import shared_cells
from workbench.privacy.places.geometries import to_mm
from workbench.privacy.recoding import Attribute, recode
from workbench.sources.synthetic.bicycles import stations

visits = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 12)), min_size=1, max_size=80)


@given(rows=visits, k=st.integers(1, 6))
@settings(max_examples=300, deadline=None)
def test_at_least_k_people_share_every_cell_and_every_point_lies_in_its_own(rows, k):
    numbers, owners = np.array([row[:2] for row in rows]), np.array([row[2] for row in rows])
    if len(set(owners.tolist())) < k:
        with pytest.raises(GateRefused):
            shared_cells("home", numbers, owners=owners, k=k)
        return
    cells, levels, which = shared_cells("home", numbers, owners=owners, k=k)
    people = defaultdict(set)
    for cell, owner in zip(which.tolist(), owners.tolist(), strict=True):
        people[cell].add(owner)
    assert set(people) == set(range(len(cells)))
    assert min(len(found) for found in people.values()) >= k
    assert ((numbers >> levels[which][:, None]) == cells[which]).all()
    again = shared_cells("home", numbers, owners=owners, k=k)
    assert all((one == other).all() for one, other in zip((cells, levels, which), again, strict=True))


def city(count: int) -> np.ndarray:
    draw = np.random.default_rng(5)
    places = stations(1).points
    return places[draw.integers(0, len(places), count)] + draw.normal(0, 0.002, (count, 2))


def test_one_house_on_a_mountain_coarsens_a_handful_of_rows_and_not_the_city():
    points = city(5000)
    lonely = np.vstack([points, [[128.4657, 38.1195]]])
    before = [parse_cell(code).size_m for code in adaptive_cells("home", shapely.points(points), people=None, k=5).to_pylist()]
    after = [parse_cell(code).size_m for code in adaptive_cells("home", shapely.points(lonely), people=None, k=5).to_pylist()]
    assert sum(size > 50_000 for size in after) == 5
    assert np.median(after) == np.median(before) <= 800


def test_the_recoding_engine_makes_cells_of_k_people_from_the_tree_of_places():
    points = city(3000)
    people = np.random.default_rng(6).integers(0, 2000, len(points))
    tree, codes = place_tree("home", shapely.points(points), finest_m=100)
    recoded = recode([Attribute("home", tree, codes)], people=people, k=5)
    holders = defaultdict(set)
    metres = to_mm(points) / 1000
    for label, person, (east, north) in zip(recoded.columns["home"].to_pylist(), people, metres, strict=True):
        holders[label].add(person)
        if label != "*":
            cell = parse_cell(label)
            assert cell.east_m <= east < cell.east_m + cell.size_m
            assert cell.north_m <= north < cell.north_m + cell.size_m
    assert min(len(found) for found in holders.values()) >= 5
    assert len(holders) > 50


def test_information_loss_counts_ground_and_not_the_cells_that_hold_rows():
    tree, codes = place_tree("home", shapely.points([[126.9780, 37.5665], [127.0280, 37.4979]]), finest_m=100)
    size = {label: int(last - first) + 1 for label, first, last in zip(tree.labels, tree.first, tree.last, strict=True)}
    assert size["*"] == tree.leaves
    for label, leaves in size.items():
        if label != "*":
            assert leaves == (parse_cell(label).size_m // 100) ** 2
    for code in codes:
        over = [label for label, first, last in zip(tree.labels, tree.first, tree.last, strict=True) if first <= code <= last]
        assert [parse_cell(label).size_m for label in over[1:]] == sorted((parse_cell(x).size_m for x in over[1:]), reverse=True)
    parents = [(-1 if parent < 0 else tree.first[parent], first) for parent, first in zip(tree.parent, tree.first, strict=True)]
    assert all(above <= first for above, first in parents)
    assert (tree.parent < np.arange(len(tree.parent))).all()


@pytest.mark.parametrize("k", [0, -1, 2.0, None, True])
def test_a_k_that_is_no_number_of_people_is_refused(k):
    with pytest.raises(UsageError, match="k:"):
        adaptive_cells("home", [shapely.Point(127, 37.5)], people=["a"], k=k)


def test_a_row_without_a_person_is_refused():
    with pytest.raises(UsageError, match=r"1 row \(first: row 2\)"):
        adaptive_cells("home", [shapely.Point(127, 37.5)] * 2, people=["a", None], k=1)
