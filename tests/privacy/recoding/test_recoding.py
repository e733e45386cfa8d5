"""Recoding on small tables that can be checked by eye, at the edges, and on real rows."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from workbench.errors import GateRefused
from workbench.privacy.recoding import Attribute, Recoded, Sensitive, Tree, hierarchy_tree, interval_tree, recode
from workbench.privacy.recoding.guarantees import entropy_reaches

AGE = interval_tree("age", (1, 100))
SEX = hierarchy_tree("sex", pd.DataFrame([["F", "*"], ["M", "*"]]))
SCHOOL = hierarchy_tree(
    "school",
    pd.DataFrame([["BA", "college", "*"], ["MA", "college", "*"], ["9th", "school", "*"], ["10th", "school", "*"]]),
)


def _attribute(name: str, tree: Tree, values: list, *, dimension: bool = False) -> Attribute:
    kind = pa.int64() if tree.intervals else pa.string()
    return Attribute(name, tree, tree.codes(pa.array(values, kind)), dimension)


def _labels(recoded: Recoded, name: str) -> list[str | None]:
    return recoded.columns[name].to_pylist()


def test_intervals_shrink_to_the_values_that_they_hold() -> None:
    recoded = recode([_attribute("age", AGE, [30, 31, 30, 60, 62, 61])], k=3)
    assert _labels(recoded, "age") == ["30-31"] * 3 + ["60-62"] * 3
    assert recoded.k == 3
    assert recoded.ncp == pytest.approx((3 * 1 + 3 * 2) / 99 / 6)


def test_a_category_splits_into_children_and_descends_where_only_one_is_shown() -> None:
    recoded = recode([_attribute("school", SCHOOL, ["BA", "MA", "BA", "10th", "10th", "10th"])], k=3)
    assert _labels(recoded, "school") == ["college"] * 3 + ["10th"] * 3


def test_a_rare_value_takes_along_just_enough_people() -> None:
    recoded = recode([_attribute("sex", SEX, ["M"] * 10 + ["F"])], k=3)
    assert _labels(recoded, "sex") == ["*"] * 2 + ["M"] * 8 + ["*"]


def test_a_rare_number_takes_along_its_nearest_neighbours() -> None:
    recoded = recode([_attribute("age", AGE, [40] * 6 + [41] * 6 + [80])], k=3)
    assert sorted(set(_labels(recoded, "age"))) == ["40", "41", "41-80"]


def test_whoever_is_lent_is_like_those_they_join() -> None:
    ages = [30] * 6 + [60] * 6 + [60]
    sexes = ["M"] * 12 + ["F"]
    recoded = recode([_attribute("sex", SEX, sexes), _attribute("age", AGE, ages)], k=3)
    assert _labels(recoded, "age")[-1] == "60"
    assert recoded.ncp_by["age"] == 0


def test_a_few_missing_values_do_not_keep_a_big_class_at_any() -> None:
    recoded = recode([_attribute("age", AGE, [30] * 10 + [None])], k=3)
    assert _labels(recoded, "age") == ["*"] * 2 + ["30"] * 8 + ["*"]


def test_missing_values_stand_alone_where_they_are_many() -> None:
    for name, tree, value in (("age", AGE, 30), ("sex", SEX, "F")):
        recoded = recode([_attribute(name, tree, [value] * 3 + [None] * 3)], k=3)
        assert _labels(recoded, name) == [str(value)] * 3 + ["missing"] * 3
        assert recoded.ncp == 0


def test_rows_of_one_person_count_once_and_share_one_label() -> None:
    people = np.array([7, 7, 8, 8, 9, 9])
    recoded = recode([_attribute("age", AGE, [20, 22, 20, 21, 21, 22])], people=people, k=3)
    assert set(_labels(recoded, "age")) == {"20-22"}
    assert (recoded.k, recoded.people) == (3, 3)
    with pytest.raises(GateRefused, match="the data hold 3 people"):
        recode([_attribute("age", AGE, [20] * 6)], people=people, k=4)


def test_a_wide_person_does_not_widen_the_others() -> None:
    people = np.array([0, 0, 1, 2, 3, 4, 5, 6, 7, 8])
    ages = [20, 70, 20, 20, 20, 70, 70, 70, 20, 70]
    recoded = recode([_attribute("age", AGE, ages)], people=people, k=2)
    assert _labels(recoded, "age")[0] == _labels(recoded, "age")[1] == "20-70"
    assert {"20", "70"} <= set(_labels(recoded, "age"))


def test_people_seen_in_several_cells_are_alike_in_all_of_them() -> None:
    people = np.repeat(np.arange(6), 2)
    sexes = ["F", "M"] * 3 + ["F", "F"] * 3
    recoded = recode([_attribute("sex", SEX, sexes, dimension=True)], people=people, k=3)
    assert recoded.levels == {"sex": 0}
    with_fewer = recode([_attribute("sex", SEX, [*sexes[:4], "F", "F", *sexes[6:]], dimension=True)], people=people, k=3)
    assert with_fewer.levels == {"sex": 1}  # two people seen in both cells would stand out


def test_dimensions_take_one_level_and_suppress_only_within_the_limit() -> None:
    schools = ["BA"] * 5 + ["MA"] + ["9th"] * 5
    assert recode([_attribute("school", SCHOOL, schools, dimension=True)], k=3).levels == {"school": 1}
    recoded = recode([_attribute("school", SCHOOL, schools, dimension=True)], k=3, suppression=0.1)
    assert recoded.levels == {"school": 0}
    assert recoded.kept.tolist() == [True] * 5 + [False] + [True] * 5
    assert _labels(recoded, "school")[5] is None
    assert recoded.classes[5] == -1
    assert recoded.ncp == pytest.approx(1 / 11)


def test_a_dimension_that_is_too_fine_is_named() -> None:
    sexes = ["F"] * 5 + ["M"] * 5
    works = Sensitive("work", np.array([0] * 5 + [1] * 5), l=2)
    ok = recode([_attribute("sex", SEX, sexes, dimension=True)], k=2, sensitive=[works])
    assert ok.levels == {"sex": 1}
    people = np.array([0, 1, 2, 3, 4, 0, 1, 2, 3, 9])
    with pytest.raises(GateRefused, match="k = 7: the data hold 6 people"):
        recode([_attribute("sex", SEX, sexes, dimension=True)], people=people, k=7)


def test_l_and_t_that_cannot_be_are_named_with_what_the_data_hold() -> None:
    age = _attribute("age", AGE, [20, 21, 22, 23])
    with pytest.raises(GateRefused, match="l = 3 of 'work': it has 2 different values among all people"):
        recode([age], k=2, sensitive=[Sensitive("work", np.array([0, 1, 0, 1]), l=3)])
    with pytest.raises(GateRefused, match=r"entropy l = 2 of 'work': all people together have 1\.755"):
        recode([age], k=2, sensitive=[Sensitive("work", np.array([0, 1, 0, 0]), l=2, l_measure="entropy")])


def test_t_zero_keeps_everybody_together_unless_classes_mirror_the_whole() -> None:
    age = _attribute("age", AGE, [20, 20, 30, 30])
    assert len(set(_labels(recode([age], k=1, sensitive=[Sensitive("w", np.array([0, 1, 0, 1]), t=0)]), "age"))) == 2
    assert len(set(_labels(recode([age], k=1, sensitive=[Sensitive("w", np.array([0, 0, 1, 1]), t=0)]), "age"))) == 1


def test_a_bound_is_read_as_it_is_written() -> None:
    """Three of ten against a half: the distance is exactly one fifth, which no float is."""
    age = _attribute("age", AGE, [20] * 10 + [30] * 10)
    work = np.array([0] * 3 + [1] * 7 + [0] * 7 + [1] * 3)
    assert len(set(_labels(recode([age], k=5, sensitive=[Sensitive("w", work, t=0.2)]), "age"))) == 2
    assert len(set(_labels(recode([age], k=5, sensitive=[Sensitive("w", work, t=0.1999999999999)]), "age"))) == 1


def test_entropy_is_decided_exactly_where_floats_cannot() -> None:
    assert entropy_reaches([10**6, 10**6], 2)
    assert not entropy_reaches([10**6, 10**6 + 1], 2)
    assert entropy_reaches([5] * 7, 7)
    assert entropy_reaches([1], 1)


def test_no_rows_no_columns_and_one_row() -> None:
    empty = recode([_attribute("age", AGE, [])], k=5, sensitive=[Sensitive("w", np.zeros(0, int), l=2)])
    assert (empty.k, empty.people, empty.ncp, _labels(empty, "age")) == (0, 0, 0.0, [])
    nobody = recode([], people=np.array([1, 2, 2]), k=2)
    assert (nobody.k, nobody.columns) == (2, {})
    assert _labels(recode([_attribute("age", AGE, [7])], k=1), "age") == ["7"]


def test_a_tree_of_one_leaf_and_a_domain_of_one_value_lose_nothing() -> None:
    one = hierarchy_tree("one", pd.DataFrame([["x", "*"]]))
    single = interval_tree("year", (2026, 2026))
    recoded = recode([_attribute("one", one, ["x"] * 3), _attribute("year", single, [2026] * 3)], k=3)
    assert (recoded.ncp, _labels(recoded, "one"), _labels(recoded, "year")) == (0, ["x"] * 3, ["2026"] * 3)
    mixed = recode([_attribute("one", one, ["x", None, "x"])], k=3)
    assert (_labels(mixed, "one"), mixed.ncp) == (["*"] * 3, 1.0)


def test_a_column_of_nothing_but_missing_values_is_one_category() -> None:
    for dimension in (False, True):
        recoded = recode([_attribute("age", AGE, [None] * 4, dimension=dimension)], k=4)
        assert (_labels(recoded, "age"), recoded.ncp) == (["missing"] * 4, 0)


def test_equal_labels_of_different_nodes_are_one_class() -> None:
    tree = hierarchy_tree("work", pd.DataFrame([["other", "a", "*"], ["x", "a", "*"], ["y", "other", "*"], ["z", "other", "*"]]))
    recoded = recode([_attribute("work", tree, ["other"] * 3 + ["y", "z", "y"])], k=3)
    assert set(_labels(recoded, "work")) == {"other"}
    assert set(recoded.classes.tolist()) == {0}


def test_wide_domains_and_many_attributes_stay_exact() -> None:
    """Denominators whose product outgrows 64 bits: Python's own integers decide."""
    rng = np.random.default_rng(1)
    wide = [interval_tree(f"w{place}", (0, width)) for place, width in enumerate([2_000_003, 1_999_993, 199_999])]
    codes = rng.integers(0, 199_999, (3, 200))
    recoded = recode([Attribute(tree.name, tree, code.astype(np.int32)) for tree, code in zip(wide, codes, strict=True)], k=10)
    assert recoded.k >= 10
    again = sum(
        Fraction(int(label.split("-")[-1]) - int(label.split("-")[0]), tree.span)
        for tree in wide
        for label in _labels(recoded, tree.name)
    )
    assert recoded.ncp == pytest.approx(float(again / 600), abs=1e-15)


@pytest.mark.parametrize("attributes", [1, 2, 3, 4, 5, 6])
def test_any_number_of_the_widest_domains_is_coded(attributes: int) -> None:
    """Codes of several fields together outgrow 64 bits at once, and are made dense on the way."""
    rng = np.random.default_rng(attributes)
    trees = [interval_tree(f"w{place}", (0, 1_999_999_990 + place)) for place in range(attributes)]
    codes = rng.integers(0, 1_999_999_990, (attributes, 300)).astype(np.int32)
    recoded = recode([Attribute(tree.name, tree, code) for tree, code in zip(trees, codes, strict=True)], k=7)
    labels = pd.DataFrame({tree.name: _labels(recoded, tree.name) for tree in trees})
    assert labels.groupby(list(labels)).size().min() >= 7
    for tree, code in zip(trees, codes, strict=True):
        ends = labels[tree.name].str.split("-", expand=True).astype(np.int64)
        assert ((ends[0] <= code) & (code <= ends[ends.shape[1] - 1].fillna(ends[0]))).all()


def test_millions_of_leaves_cost_no_more_than_their_own_table() -> None:
    leaves, rows = 1_000_000, 5_000
    tree = Tree(
        name="id",
        leaves=leaves,
        first=np.append(0, np.arange(leaves)).astype(np.int32),
        last=np.append(leaves - 1, np.arange(leaves)).astype(np.int32),
        parent=np.append(-1, np.zeros(leaves)).astype(np.int32),
        level=np.append(1, np.zeros(leaves)).astype(np.int32),
        labels=[str(number) for number in range(leaves + 1)],
    )
    codes = np.random.default_rng(2).integers(0, leaves, rows).astype(np.int32)
    values = np.random.default_rng(3).integers(0, 3_000, rows)
    tracemalloc.start()
    recoded = recode([Attribute("id", tree, codes)], k=2, sensitive=[Sensitive("s", values, l=2, t=0.9999)])
    assert tracemalloc.get_traced_memory()[1] < 400e6
    tracemalloc.stop()
    assert recoded.k >= 2


def test_many_ordered_values_are_compared_without_a_dense_table() -> None:
    rng = np.random.default_rng(4)
    income = rng.permutation(2_000)
    age = Attribute("age", AGE, rng.integers(0, 100, 2_000).astype(np.int32))
    recoded = recode([age], k=5, sensitive=[Sensitive("income", income, t=0.1, t_distance="ordered")])
    assert recoded.t["income"] <= 0.1
    assert len(set(_labels(recoded, "age"))) > 1


QUASI = ("age", "sex", "race", "education", "marital-status")


@pytest.fixture(scope="module")
def adult(real_data: Path) -> dict[str, tuple[pa.ChunkedArray, pd.DataFrame]]:
    folder = real_data / "benchmarks" / "adult"
    frame = pd.read_csv(folder / "adult.csv", sep=";")
    return {
        name: (
            pa.array(frame[name]),
            pd.read_csv(folder / f"adult_hierarchy_{name}.csv", sep=";", header=None, dtype=str),
        )
        for name in QUASI
    }


@pytest.mark.realdata
@pytest.mark.parametrize(("age", "bound"), [("intervals", 0.0070), ("nodes", 0.0120)])
def test_adult_loses_less_than_any_tool_measured(adult: dict, age: str, bound: float) -> None:
    attributes = []
    for name, (values, table) in adult.items():
        tree = interval_tree(name, (1, 100)) if name == "age" and age == "intervals" else hierarchy_tree(name, table)
        attributes.append(Attribute(name, tree, tree.codes(values)))
    recoded = recode(attributes, k=5)
    assert recoded.kept.all()
    assert recoded.k >= 5
    assert recoded.ncp <= bound
