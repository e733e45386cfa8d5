"""Differencing against everything published before: small systems against all combinations, and attacks by name."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.disclosure.comparing.differencing import Differences, find_differences, size_class
from workbench.disclosure.comparing.group_index import Index
from workbench.disclosure.comparing.groups import Groups, signature
from workbench.errors import UsageError

K = 4
PEOPLE = 24

weights = st.dictionaries(st.integers(0, PEOPLE - 1), st.integers(1, 2), min_size=K, max_size=PEOPLE)


@st.composite
def cells(draw: st.DrawFn) -> list[dict[int, int]]:
    """Cells that look like each other: some drawn anew, some others but for a few people, some parts of others."""
    result = [draw(weights)]
    for _ in range(draw(st.integers(1, 5))):
        base = dict(draw(st.sampled_from(result)))
        match draw(st.sampled_from(["anew", "changed", "part", "rest"])):
            case "anew":
                base = draw(weights)
            case "changed":
                base.update(draw(st.dictionaries(st.integers(0, PEOPLE - 1), st.integers(0, 2), max_size=K)))
            case "part":
                chosen = draw(st.sets(st.sampled_from(sorted(base))))
                base = {person: weight for person, weight in base.items() if person in chosen}
            case "rest":
                other = draw(st.sampled_from(result))
                base = {person: weight - other.get(person, 0) for person, weight in base.items()}
        base = {person: weight for person, weight in base.items() if weight > 0}
        if len(base) >= K:
            result.append(base)
    return result


def vectors(system: list[dict[int, int]]) -> np.ndarray:
    result = np.zeros((len(system), PEOPLE), int)
    for row, cell in enumerate(system):
        for person, weight in cell.items():
            result[row, person] = weight
    return result


def found_in(system: list[dict[int, int]], earlier: int, *, k: int = K) -> Differences:
    index = Index.of(Groups.of(system[:earlier])) if earlier else Index()
    return find_differences(Groups.of(system[earlier:]), index, k=k)


@given(system=cells(), share=st.floats(0, 0.9))
@settings(max_examples=150, deadline=None)
def test_whatever_a_sum_or_difference_of_cells_gives_away_is_refused_and_what_is_named_is_true(system, share):
    earlier = int(share * len(system))
    matrix = vectors(system)
    result = found_in(system, earlier)
    for item in result.found:
        derived = sum(term.times * matrix[term.cell + (0 if term.earlier else earlier)] for term in item.terms)
        assert np.count_nonzero(derived) == item.people
        assert 1 <= item.people < K
        assert any(not term.earlier for term in item.terms)
    known = [any((matrix[row] == matrix[other]).all() for other in range(row)) for row in range(len(system))]
    fresh = [row for row in range(earlier, len(system)) if not known[row]]
    signs = np.array(list(itertools.product((-1, 0, 1), repeat=len(system))))
    derived = signs @ matrix
    about = np.count_nonzero(derived, axis=1)
    if ((about > 0) & (about < K) & (signs[:, fresh] != 0).any(1)).any():
        assert result.refused
    assert not result.doubt
    assert not result.beyond


@given(system=cells(), cut=st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_an_index_extended_release_by_release_finds_what_one_made_at_once_finds(system, cut):
    earlier = min(cut, len(system) - 1)
    step = Index()
    for cell in system[:earlier]:
        step = step.extended(Groups.of([cell]))
    again = Index.from_arrays(step.arrays())
    assert len(again) == earlier
    new = Groups.of(system[earlier:])
    at_once = Index.of(Groups.of(system[:earlier])) if earlier else Index()
    assert find_differences(new, again, k=K).refused == find_differences(new, at_once, k=K).refused


def people(*ranges: tuple[int, int], weight: int = 1) -> dict[int, int]:
    return {person: weight for low, high in ranges for person in range(low, high)}


ATTACKS = {
    "one fewer": ([people((0, 50))], [people((0, 49))], "pair"),
    "a filter": ([people((0, 40))], [people((0, 47))], "pair"),
    "corrected data": ([people((0, 40))], [people((0, 38), (60, 63))], "pair"),
    "a date later, the same people, more trips": ([people((0, 40))], [people((0, 40)) | people((0, 2), weight=3)], "pair"),
    "a union": ([people((0, 30)), people((30, 60))], [people((0, 64))], "disjoint"),
    "parts of an earlier whole": ([people((0, 65))], [people((0, 30)), people((30, 60))], "disjoint"),
    "an earlier part and a new one": ([people((0, 65)), people((0, 30))], [people((30, 60))], "disjoint"),
    "two wholes and two parts that overlap": (
        [people((0, 30)), people((20, 50)), people((0, 20), (30, 50), (70, 75))],
        [people((20, 30), (80, 99))],
        None,
    ),
    "trips by day of the week": (
        [people((0, 30), weight=3)],
        [people((0, 30), weight=1), people((0, 28), weight=2)],
        "disjoint",
    ),
    "A and B against their union and their intersection": (
        [people((0, 30)), people((20, 50)), people((0, 50))],
        [people((20, 33))],
        "combination",
    ),
    "two new cells of one release": ([], [people((0, 30)), people((0, 33))], "pair"),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_named(name):
    earlier, new, kind = ATTACKS[name]
    index = Index.of(Groups.of(earlier)) if earlier else Index()
    result = find_differences(Groups.of(new), index, k=10)
    assert [item.kind for item in result.found][:1] == ([kind] if kind else [])
    assert bool(result.refused) == bool(kind)


@pytest.mark.parametrize("shown", [24, 23])
def test_a_table_that_leaves_out_small_cells_of_a_known_whole_is_refused_at_any_depth(shown):
    bounds = np.r_[0, np.cumsum([40] * 24 + [6])]
    districts = [people((low, high)) for low, high in itertools.pairwise(bounds.tolist())]
    whole = Index.of(Groups.of([people((0, int(bounds[-1])))]))
    result = find_differences(Groups.of(districts[:shown]), whole, k=10)
    assert bool(result.refused) == (shown == 24)
    if result.found:
        assert len(result.found[0].terms) == 25
        assert size_class(result.found[0].people, 10) == "5 to 9"


def test_mixes_of_tables_are_found():
    """Women by district from one table, men by age from another, against all people: six people are in none."""
    women = [people((low, low + 50)) for low in range(0, 500, 50)]
    men = [people((low, low + 20)) for low in range(500, 900, 20)]
    crossing = [people((low, low + 37)) for low in range(3, 860, 37)]
    earlier = Index.of(Groups.of(women)).extended(Groups.of(crossing, table=[1] * len(crossing)))
    earlier = earlier.extended(Groups.of(men, table=[2] * len(men)))
    found = find_differences(Groups.of([people((0, 906))]), earlier, k=10)
    assert [item.kind for item in found.found] == ["disjoint"]
    assert len(found.found[0].terms) > 20
    alone = Index.of(Groups.of([*women, *men]))
    assert len(find_differences(Groups.of([people((0, 906))]), alone, k=10).found[0].terms) == 31
    assert not find_differences(Groups.of([people((0, 910))]), alone, k=10).refused


def test_a_hundred_thousand_people_in_many_tables_are_searched_table_by_table():
    size = 100_000
    whole = np.arange(size)
    draw = np.random.default_rng(0)
    parts, table = [], []
    for number in range(6):
        cut = np.sort(draw.choice(np.arange(20, size - 5000, 20), 20, replace=False))
        cut[-1] = size - (4 if number == 5 else 40)
        order = whole if number == 5 else draw.permutation(size)
        parts += np.split(order[: cut[-1]], cut[:-1])
        table += [number] * 20
    groups = Groups(
        np.r_[0, np.cumsum([len(part) for part in parts])],
        np.concatenate(parts),
        np.ones(sum(map(len, parts)), np.int64),
        np.array(table),
    )
    everybody = Groups(np.array([0, size]), whole, np.ones(size, np.int64), np.array([9]))
    found = find_differences(everybody, Index.of(groups), k=10)
    assert [len(item.terms) for item in found.found] == [21]
    assert {term.cell for term in found.found[0].terms[1:]} == set(range(100, 120))
    few = Groups(groups.start[:101], groups.person[: groups.start[100]], groups.weight[: groups.start[100]], groups.table[:100])
    assert find_differences(everybody, Index.of(few), k=10).refused == ()


def test_what_was_given_away_before_is_not_blamed_on_a_new_cell():
    size = 100_000
    draw = np.random.default_rng(0)
    parts = [np.arange(size), np.arange(50_000), np.arange(50_000, size - 5)]
    for _ in range(4):
        parts += np.array_split(draw.permutation(size)[:-40], 20)
    start = np.r_[0, np.cumsum([len(part) for part in parts])]
    earlier = Groups(start, np.concatenate(parts), np.ones(start[-1], np.int64), np.r_[0, 1, 2, np.repeat([3, 4, 5, 6], 20)])
    new = Groups.of([dict.fromkeys(draw.choice(size, 30, replace=False).tolist(), 1)], table=[7])
    result = find_differences(new, Index.of(earlier), k=10)
    assert result.refused == ()
    assert result.beyond == (0,)


def test_what_the_budget_leaves_is_doubt():
    draw = np.random.default_rng(1)
    whole = people((0, 400))
    parts = [dict.fromkeys(draw.choice(400, 20, replace=False).tolist(), 1) for _ in range(400)]
    result = find_differences(Groups.of([whole]), Index.of(Groups.of(parts)), k=10, work=100_000)
    assert result.doubt == (0,)
    assert result.refused == (0,)


@pytest.mark.parametrize("k", [0, 1])
def test_with_nothing_to_protect_nothing_is_found(k):
    assert found_in([people((0, 3)), people((0, 2))], 1, k=k) == Differences((), (), ())


def test_a_cell_published_again_tells_nothing_new():
    assert found_in([people((0, 30)), people((0, 30)), people((0, 30))], 1, k=10) == Differences((), (), ())


def test_a_cell_of_few_people_is_named_itself():
    found = found_in([people((0, 30)), people((50, 53))], 1, k=10).found
    assert [(item.new, item.kind, item.people) for item in found] == [(0, "cell", 3)]


def test_an_empty_release_and_an_empty_cell_are_fine():
    assert find_differences(Groups.of([]), Index(), k=10) == Differences((), (), ())
    assert found_in([people((0, 30)), {}], 1, k=10).refused == ()


def test_amounts_are_compared_too_and_negative_ones_in_pairs():
    before = {person: person * 1000.1 for person in range(1, 40)}
    corrected = before | {7: -5.5}
    same = {person: (person * 1000.1 + 0.1) - 0.1 for person in before}
    index = Index.of(Groups.of([before]))
    assert find_differences(Groups.of([corrected]), index, k=10).refused == (0,)
    assert find_differences(Groups.of([same]), index, k=10).refused == ()


def test_many_more_people_to_hide_among_than_bands():
    assert found_in([people((0, 500)), people((0, 400))], 1, k=120).refused == (0,)
    assert found_in([people((0, 500)), people((0, 200)), people((200, 380))], 1, k=120).refused == ()
    assert found_in([people((0, 500)), people((0, 200)), people((200, 381))], 1, k=120).found


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e14])
def test_weights_that_are_no_numbers_are_refused(bad):
    with pytest.raises(UsageError, match="groups"):
        Groups(np.array([0, 1]), np.array([3]), np.array([bad]))


@pytest.mark.parametrize(
    ("start", "person", "weight"),
    [
        (np.array([0, 2]), np.array([1]), np.array([1])),
        (np.array([0, 1]), np.array([1]), np.array([1, 1])),
        (np.array([0, 1]), np.array([1.0]), np.array([1])),
        (np.array([0, 1]), np.array([1]), np.array(["a"])),
        (np.array([0, 1, 0]), np.array([], int), np.array([], int)),
    ],
)
def test_arrays_that_do_not_fit_are_refused(start, person, weight):
    with pytest.raises(UsageError, match="groups"):
        Groups(start, person, weight)


def test_an_index_without_one_of_its_arrays_is_refused():
    arrays = Index.of(Groups.of([people((0, 30))])).arrays()
    cut = {name: array[:-1] if name == "0.person" else array for name, array in arrays.items()}
    with pytest.raises(UsageError, match="do not fit"):
        Index.from_arrays(cut)
    arrays.pop("0.bands")
    with pytest.raises(UsageError, match=r"0\.bands"):
        Index.from_arrays(arrays)


def test_an_index_is_searched_from_the_disk(tmp_path: Path):
    index = Index.of(Groups.of([people((0, 30)), people((40, 70))]))
    for name, array in index.arrays().items():
        np.save(tmp_path / f"{name}.npy", array)
    mapped = Index.from_arrays({path.stem: np.load(path, mmap_mode="r") for path in tmp_path.iterdir()})
    found = find_differences(Groups.of([people((40, 68))]), mapped, k=10).found
    assert [(item.terms[1].cell, item.people) for item in found] == [(1, 2)]


@given(cell=weights, others=st.lists(st.integers(-(2**63), 2**63 - 1), unique=True, min_size=PEOPLE, max_size=PEOPLE))
@settings(max_examples=50, deadline=None)
def test_ids_may_be_any_numbers_and_their_order_does_not_matter(cell, others):
    renamed = {others[person]: weight for person, weight in reversed(cell.items())}
    one, other = Groups.of([cell]), Groups.of([renamed])
    assert one.sizes.tolist() == other.sizes.tolist()
    backwards = Groups.of([dict(reversed(cell.items()))])
    assert signature(one.person, one.weight, one.start) == signature(backwards.person, backwards.weight, backwards.start)
    smaller = {person: weight for person, weight in renamed.items() if person != others[min(cell)]}
    assert find_differences(Groups.of([smaller]), Index.of(other), k=len(cell)).refused == (0,)


def test_size_classes_never_name_one_number():
    for k in range(3, 40):
        classes = {size_class(people, k) for people in range(1, k)}
        assert len(classes) <= 2
        assert all(name.partition(" to ")[0] != name.partition(" to ")[2] for name in classes)
