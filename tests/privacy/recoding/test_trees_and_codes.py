"""Values become leaves: the right ones, fast ways included, and an error never tells a value."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from workbench.errors import UsageError
from workbench.privacy.recoding import Attribute, Sensitive, hierarchy_tree, interval_tree, recode

PLACES = pd.DataFrame([["마포구 서교동", "마포구", "*"], ["중구 명동", "중구", "*"], ["마포구 망원동", "마포구", "*"]])


def test_siblings_stand_together_in_the_order_in_which_they_are_named() -> None:
    tree = hierarchy_tree("place", PLACES)
    assert list(tree.words) == ["마포구 서교동", "마포구 망원동", "중구 명동"]
    runs = dict(zip(tree.labels, zip(tree.first.tolist(), tree.last.tolist(), strict=True), strict=True))
    assert runs["*"] == (0, 2)
    assert runs["마포구"] == (0, 1)
    assert tree.level.tolist() == [2, 1, 1, 0, 0, 0]


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["중구 명동", None, "마포구 서교동"]),
        pa.array(["중구 명동", None, "마포구 서교동"], pa.large_string()),
        pa.array(["중구 명동", None, "마포구 서교동"]).dictionary_encode(),
        pa.chunked_array([pa.array(["중구 명동", None]).dictionary_encode(), pa.array(["마포구 서교동"]).dictionary_encode()]),
        pa.DictionaryArray.from_arrays(pa.array([1, 0, 2], pa.int8()), pa.array([None, "중구 명동", "마포구 서교동"])),
        pd.Series(["중구 명동", None, "마포구 서교동"]),
        pd.Series(["중구 명동", None, "마포구 서교동"], dtype="category"),
        pd.Series(["중구 명동", np.nan, "마포구 서교동"], dtype=object),
    ],
    ids=["words", "large", "dictionary", "chunks", "null in dictionary", "pandas", "category", "object"],
)
def test_words_become_leaves_however_they_are_stored(values: pa.Array | pd.Series) -> None:
    codes = hierarchy_tree("place", PLACES).codes(values)
    assert codes.tolist() == [2, -1, 0]
    assert codes.dtype == np.int32


@pytest.mark.parametrize(
    ("values", "leaves"),
    [
        (pa.array([3, None, 1]), [1, -1, 0]),
        (pd.Series([3.0, None, 1.0]), [1, -1, 0]),
        (pd.Series([3, None, "1"], dtype=object), [1, -1, 0]),
        (pa.array(["3", "1"]), [1, 0]),
    ],
)
def test_whole_numbers_are_found_among_the_words_of_a_hierarchy(values: pa.Array | pd.Series, leaves: list[int]) -> None:
    assert hierarchy_tree("grade", pd.DataFrame([["1", "*"], ["3", "*"]])).codes(values).tolist() == leaves


def test_truth_values_are_found_in_either_writing() -> None:
    for words in (["True", "False"], ["true", "false"]):
        tree = hierarchy_tree("member", pd.DataFrame([[words[0], "*"], [words[1], "*"]]))
        assert tree.codes(pa.array([False, True, None])).tolist() == [1, 0, -1]


@pytest.mark.parametrize(
    "values",
    [
        pa.array([17, None, 23]),
        pa.array([17.9, None, 23.0]),
        pa.array([17.9, float("nan"), 23.0]),
        pa.array(["17", None, "23"]),
        pa.array([17, None, 23], pa.int8()),
        pa.array([17, None, 23]).dictionary_encode(),
        pd.Series([17, None, 23], dtype="Int64"),
        pd.Series([17, None, "23"], dtype=object),
    ],
)
def test_numbers_become_steps_above_the_lowest(values: pa.Array | pd.Series) -> None:
    assert interval_tree("age", (10, 30)).codes(values).tolist() == [7, -1, 13]


def test_a_domain_may_lie_below_zero_and_keeps_its_labels() -> None:
    tree = interval_tree("degrees", (-5, 5))
    values = pa.array([-5, -4, 0, 0])
    recoded = recode([Attribute("degrees", tree, tree.codes(values))], k=2)
    assert recoded.columns["degrees"].to_pylist() == ["-5--4", "-5--4", "0", "0"]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (pa.array([20, 9, 31, 9]), "3 rows (the first is row 2) is outside the domain 10-30"),
        (pa.array(["20", "열일곱"]), "no number in row 2"),
        (pa.array([True, False]), "holds bool"),
        (pa.array([float("inf")]), "row 1 is outside"),
        (pa.array([10**18]), "row 1 is outside"),
    ],
)
def test_a_number_that_does_not_fit_is_told_by_its_row(values: pa.Array, found: str) -> None:
    with pytest.raises(UsageError) as refused:
        interval_tree("age", (10, 30)).codes(values)
    assert "'age'" in str(refused.value)
    assert found in str(refused.value)
    assert "열일곱" not in str(refused.value)


def test_a_word_that_the_hierarchy_lacks_is_told_by_its_row_and_not_by_its_value() -> None:
    with pytest.raises(UsageError) as refused:
        hierarchy_tree("place", PLACES).codes(pa.array(["중구 명동", "종로구 1번지", None, "종로구 1번지"]))
    assert "lacks the value of 2 rows (the first is row 2)" in str(refused.value)
    assert "종로구" not in str(refused.value)


def test_a_word_of_the_dictionary_that_no_row_shows_is_no_fault() -> None:
    values = pa.DictionaryArray.from_arrays(pa.array([0]), pa.array(["중구 명동", "없음"]))
    assert hierarchy_tree("place", PLACES).codes(values).tolist() == [2]


@pytest.mark.parametrize(
    ("table", "found"),
    [
        (pd.DataFrame([["a", "x"], ["b", "y"]]), "2 nodes"),
        (pd.DataFrame([["a", "*"], ["a", "*"]]), "1 leaves of its hierarchy stand twice"),
        (pd.DataFrame(columns=[0, 1]), "empty"),
    ],
)
def test_a_broken_hierarchy_is_refused(table: pd.DataFrame, found: str) -> None:
    with pytest.raises(UsageError, match=found):
        hierarchy_tree("place", table)


@pytest.mark.parametrize("domain", [(5, 4), (0, 2**31)])
def test_a_domain_that_cannot_be_is_refused(domain: tuple[int, int]) -> None:
    with pytest.raises(UsageError, match="the domain"):
        interval_tree("age", domain)


def test_what_does_not_fit_together_is_told_at_once() -> None:
    age = interval_tree("age", (0, 9))
    with pytest.raises(UsageError) as refused:
        recode([Attribute("age", age, np.zeros(3, np.int32))], people=np.zeros(2, int), k=0, suppression=2)
    for found in ("columns of different lengths", "k = 0", "suppression = 2"):
        assert found in str(refused.value)
    with pytest.raises(UsageError, match="codes outside"):
        Attribute("age", age, np.array([10]))
    with pytest.raises(UsageError, match="t = 2"):
        Sensitive("s", np.array([0]), t=2)
    with pytest.raises(UsageError, match="l = 0"):
        Sensitive("s", np.array([0]), l=0)


def test_a_row_that_belongs_to_nobody_is_refused() -> None:
    age = interval_tree("age", (0, 9))
    with pytest.raises(UsageError, match=r"1 rows \(the first is row 2\) belong to nobody"):
        recode([Attribute("age", age, np.zeros(3, np.int32))], people=np.array([1.0, np.nan, 2.0]), k=1)
