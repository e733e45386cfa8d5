"""What protection promises, checked on the output against a plain count."""

from __future__ import annotations

import itertools

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from people_policies import PEOPLE, dataset, policy, rules, write_tree
from workbench.errors import GateRefused, UsageError
from workbench.privacy import protect
from workbench.privacy.generalise import MAX_COMBINATIONS, generalise
from workbench.privacy.hierarchies import read_hierarchy
from workbench.privacy.ladders import Ladder, hierarchy_ladder, interval_ladder
from workbench.privacy.protecting import pseudonyms

KEY = b"key"
HOMES = ["강 남구", "서초구", "Dong-gu", "중구"]
GEOMETRY_FREE = {name: field for name, field in PEOPLE.items() if name != "spot"}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return write_tree(tmp_path_factory.mktemp("tree"))


def without_places(tree) -> dict:
    return {name: rule for name, rule in rules(tree).items() if name != "spot"}


def frame_of(rows) -> pd.DataFrame:
    """Rows of (who, age, home) as the vault gives them."""
    return pd.DataFrame({
        "row": [f"raw-row-{number}" for number in range(len(rows))],
        "who": pd.array([f"raw-person-{who}" for who, _, _ in rows], dtype="str"),
        "age": pd.array([age for _, age, _ in rows], dtype="Int64").astype("float64"),
        "home": pd.array([home for _, _, home in rows], dtype="str"),
        "illness": "cold",
        "words": "raw words",
    })  # fmt: skip


def run(frame, tree, **more):
    return protect(frame, policy(without_places(tree), **more).placed(tree.parent / "people.yml"), key=KEY)


rows = st.lists(
    st.tuples(st.integers(0, 6), st.none() | st.integers(0, 99), st.none() | st.sampled_from(HOMES)), min_size=1, max_size=40
)


@given(rows=rows, k=st.integers(2, 6), suppression=st.sampled_from([0.0, 0.05, 0.1, 0.34, 1.0]))
@settings(max_examples=120, deadline=None)
def test_at_least_k_people_share_each_profile_or_protection_is_refused(tree, rows, k, suppression):
    frame = frame_of(rows)
    try:
        found = run(frame, tree, k=k, suppression=suppression)
    except GateRefused:
        assert not _reachable(frame, tree, k=k, suppression=suppression)
        return
    kept = found.frame
    people = kept.groupby(["age", "home"], dropna=False)["who"].nunique()
    assert people.min() >= k
    assert found.report["k"] == people.min()
    assert found.report["classes"] == len(people)
    left_out = len(frame) - len(kept)
    assert left_out <= suppression * len(frame) + 1e-9
    assert found.report["suppressed"] == left_out / len(frame)
    assert 0 <= found.report["ncp"] <= 1
    assert list(kept.columns) == ["who", "age", "home", "illness"]
    assert not kept.map(lambda value: str(value).startswith("raw")).to_numpy().any()


def _reachable(frame, tree, *, k, suppression) -> bool:
    """Whether any combination of levels reaches k, by plain counting."""
    ladders = [interval_ladder("age", frame["age"], (0, 99)), hierarchy_ladder("home", frame["home"], read_hierarchy(tree))]
    for levels in itertools.product(*(range(len(ladder.labels)) for ladder in ladders)):
        labels = [np.array(ladder.labels[level])[ladder.codes] for ladder, level in zip(ladders, levels, strict=True)]
        counted = pd.DataFrame({"age": labels[0], "home": labels[1], "who": frame["who"]})
        people = counted.groupby(["age", "home"])["who"].transform("nunique")
        if (people >= k).sum() > 0 and (people < k).sum() <= suppression * len(frame) + 1e-9:
            return True
    return False


@given(rows=rows, seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_the_result_never_depends_on_the_order_of_rows(tree, rows, seed):
    frame = frame_of(rows)
    shuffled = frame.sample(frac=1, random_state=seed)
    try:
        one = run(frame, tree, suppression=0.5)
    except GateRefused as refused:
        with pytest.raises(GateRefused) as again:
            run(shuffled, tree, suppression=0.5)
        assert str(again.value) == str(refused)
        return
    two = run(shuffled, tree, suppression=0.5)
    pd.testing.assert_frame_equal(one.frame, two.frame)
    assert one.report == two.report


def test_rows_of_one_person_are_one_person(tree):
    with pytest.raises(GateRefused, match="the data hold 1 people"):
        run(frame_of([(1, 30, "중구")] * 50), tree)


def test_one_row_is_refused_and_no_row_is_protected_as_it_is(tree):
    with pytest.raises(GateRefused, match="k = 2 is not reached"):
        run(frame_of([(1, 30, "중구")]), tree, suppression=1.0)
    found = run(frame_of([]), tree)
    assert len(found.frame) == 0
    assert found.report["k"] == 0


def test_k_larger_than_the_table_is_refused(tree):
    with pytest.raises(GateRefused, match="k = 50 is not reached: the data hold 3 people"):
        run(frame_of([(who, 30, "중구") for who in range(3)]), tree, k=50, suppression=1.0)


def test_k_holds_even_where_no_field_is_generalised():
    made = policy({"row": {"role": "direct_identifier", "treatment": "drop"}}, k=3)
    two = pd.DataFrame({"row": ["a", "b"], "who": ["x", "y"]})
    with pytest.raises(GateRefused, match="the data hold 2 people"):
        protect(two, made, key=KEY)
    three = pd.DataFrame({"row": ["a", "b", "c"], "who": ["x", "y", "z"]})
    assert protect(three, made, key=KEY).report["k"] == 3


def test_columns_without_any_value_are_a_category_of_their_own(tree):
    found = run(frame_of([(who, None, None) for who in range(4)]), tree)
    assert set(found.frame["age"]) == {"missing"}
    assert set(found.frame["home"]) == {"missing"}
    assert found.report["ncp"] == 0.0


def test_missing_values_are_no_wildcard(tree):
    people = [(who, 30, "중구") for who in range(5)]
    with pytest.raises(GateRefused, match="not reached with at most 0"):
        run(frame_of([*people, (9, None, "중구")]), tree)
    found = run(frame_of([*people, (9, None, "중구")]), tree, suppression=0.17)
    assert "missing" not in set(found.frame["age"])


def test_a_person_nobody_knows_is_refused(tree):
    frame = frame_of([(who, 30, "중구") for who in range(4)])
    frame.loc[2, "who"] = None
    with pytest.raises(GateRefused, match="a row has no 'who'"):
        run(frame, tree)


def test_the_loss_is_right_on_a_case_computed_by_hand():
    # Domain 0-9; six people aged 0, 1, 4, 5, 8, 9. Width 2 gives three pairs: each label covers 2 of 10 leaves.
    values = pd.Series([0, 1, 4, 5, 8, 9])
    found = generalise([interval_ladder("age", values, (0, 9))], np.arange(6), k=2, suppression=0)
    assert found.levels == {"age": 1}
    assert found.columns["age"].tolist() == ["0-1", "0-1", "4-5", "4-5", "8-9", "8-9"]
    assert found.ncp == pytest.approx((2 - 1) / (10 - 1))
    # One loner of five: suppressing the row costs 1, keeping the others costs nothing.
    lonely = generalise([interval_ladder("age", pd.Series([3, 3, 3, 3, 9]), (0, 9))], np.arange(5), k=2, suppression=0.2)
    assert lonely.kept.tolist() == [True] * 4 + [False]
    assert lonely.ncp == pytest.approx(1 / 5)


def test_two_fields_share_the_loss_and_ties_go_to_the_lower_level():
    tree = pd.DataFrame([["a", "x", "*"], ["b", "x", "*"], ["c", "z", "*"]])
    home = hierarchy_ladder("home", pd.Series(["a", "b", "a", "b"]), tree)
    age = interval_ladder("age", pd.Series([1, 1, 1, 1]), (0, 9))
    found = generalise([age, home], np.array([0, 1, 2, 3]), k=3, suppression=0)
    assert found.levels == {"age": 0, "home": 1}
    assert found.ncp == pytest.approx(((2 - 1) / (3 - 1)) / 2)


@pytest.mark.parametrize("value", [100, -1, float("inf")])
def test_a_value_outside_its_domain_is_named(value):
    with pytest.raises(UsageError, match=r"field 'age'.*outside its domain 0-99"):
        interval_ladder("age", pd.Series([5, value]), (0, 99))


def test_broken_numbers_belong_to_the_interval_below_them():
    ladder = interval_ladder("metres", pd.Series([0.0, 3.9, 9.99, None]), (0, 9))
    assert np.array(ladder.labels[0])[ladder.codes].tolist() == ["0", "3", "9", "missing"]
    below = interval_ladder("degrees", pd.Series([-0.5]), (-9, 9))
    assert below.labels[0][below.codes[0]] == "-1"


def test_words_in_the_place_of_numbers_are_refused():
    with pytest.raises(UsageError, match="field 'age': not all values are numbers"):
        interval_ladder("age", pd.Series(["old"]), (0, 99))


def test_a_value_that_the_hierarchy_lacks_is_named(tree):
    with pytest.raises(UsageError, match="field 'home': the hierarchy lacks the value '용산구'"):
        run(frame_of([(1, 30, "용산구"), (2, 30, "중구")]), tree)


def test_whole_numbers_have_hierarchies_too():
    grades = pd.DataFrame([["1", "low", "*"], ["2", "low", "*"], ["10", "high", "*"]])
    ladder = hierarchy_ladder("grade", pd.Series([1, None, 10]), grades)
    assert np.array(ladder.labels[1])[ladder.codes].tolist() == ["low", "missing", "high"]


def test_every_level_holds_every_value_of_the_domain():
    ladder = interval_ladder("age", pd.Series([7]), (3, 57))
    for labels, covered in zip(ladder.labels, ladder.covered, strict=True):
        sizes = pd.Series(labels[:-1]).value_counts()
        assert all(covered[place] == sizes[label] for place, label in enumerate(labels[:-1]))
    assert set(ladder.labels[-1]) == {"3-57", "missing"}


def test_many_wide_fields_do_not_run_over():
    wide = [interval_ladder(f"f{place}", pd.Series(range(8)), (0, 20_000)) for place in range(3)]
    found = generalise(wide, np.arange(8), k=2, suppression=0)
    assert found.k >= 2
    with pytest.raises(UsageError, match=f"allowed {MAX_COMBINATIONS:,}"):
        generalise([*wide, *wide], np.arange(8), k=2, suppression=0)


def test_more_profiles_than_63_bits_hold_are_still_told_apart():
    # Five fields of 2^16 labels: the first one's code would be multiplied by 2^64, which leaves nothing of it.
    leaves = 2**16 - 1
    fine, coarse = (*map(str, range(leaves)), "missing"), (*["*"] * leaves, "missing")
    sizes = ((1,) * (leaves + 1), (*[leaves] * leaves, 1))
    values = np.array([0, leaves - 1, 0, leaves - 1])
    first = Ladder("f0", values, (fine, coarse), sizes, leaves)
    ends = [Ladder(f"g{place}", np.array([0, 0, leaves - 1, leaves - 1]), (fine, coarse), sizes, leaves) for place in range(4)]
    found = generalise([first, *ends], np.arange(4), k=2, suppression=0)
    assert found.levels == {"f0": 1, "g0": 0, "g1": 0, "g2": 0, "g3": 0}
    assert found.classes == 2


def test_pseudonyms_are_stable_within_and_change_with_the_key():
    values = pd.Series(["김 수-로", "b", "김 수-로", None])
    one = pseudonyms(values, b"1")
    assert one[0] == one[2] != one[1]
    assert one[3] is None
    assert not set(one[:3]) & set(pseudonyms(values, b"2")[:3])
    assert all(len(word) == 24 for word in one[:3])
    assert len(pseudonyms(pd.Series([], dtype="str"), b"1")) == 0


def test_places_that_the_policy_keeps_stay_places(tree):
    frame = frame_of([(who, 30, "중구") for who in range(3)])
    frame["spot"] = shapely.points([[127.0, 37.5], [127.1, 37.6], [126.9, 37.4]])
    places = geopandas.GeoDataFrame(frame, geometry="spot", crs=4326)
    found = protect(places, policy(rules(tree)).placed(tree.parent / "people.yml"), key=KEY)
    assert isinstance(found.frame, geopandas.GeoDataFrame)
    assert found.frame.crs.to_epsg() == 4326
    dropped = {**rules(tree), "spot": {"role": "direct_identifier", "treatment": "drop"}}
    found = protect(places, policy(dropped).placed(tree.parent / "people.yml"), key=KEY)
    assert "spot" not in found.frame.columns


def test_fields_and_policy_must_name_each_other(tree):
    frame = frame_of([(who, 30, "중구") for who in range(3)])
    with pytest.raises(GateRefused, match="field 'shoe_size' is not named"):
        run(frame.assign(shoe_size=42), tree)
    with pytest.raises(UsageError, match="unknown field 'home'"):
        run(frame.drop(columns="home"), tree)


def test_rows_without_unit_are_a_person_each(tree):
    fields = {**without_places(tree), "who": {"role": "direct_identifier", "treatment": "drop"}}
    made = policy(fields, unit=None)
    found = protect(frame_of([(1, 30, "중구"), (1, 30, "중구")]), made.placed(tree.parent / "people.yml"), key=KEY)
    assert found.report["k"] == 2
    assert "who" not in found.frame.columns


def test_the_catalogue_of_these_tests_is_one_of_people():
    assert dataset(GEOMETRY_FREE).personal_fields == ["who", "age", "home", "illness", "words"]


def test_without_a_key_pseudonyms_differ_each_time(tree):
    frame = frame_of([(1, 30, "중구"), (2, 30, "중구")])
    made = policy(without_places(tree)).placed(tree.parent / "people.yml")
    one, two = (protect(frame, made).frame["who"].tolist() for _ in range(2))
    assert not set(one) & set(two)
