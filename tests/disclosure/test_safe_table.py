"""A safe table from any frame: margins, hierarchies and crossed columns in one call; odd input is refused in words."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.disclosure import Rules, SafeTable, safe_table
from workbench.errors import UsageError

K10 = Rules(min_contributors=10)
NONE = Rules()


def people(*counts: tuple[str, str, int]) -> pd.DataFrame:
    return pd.DataFrame([(job, sex) for job, sex, count in counts for _ in range(count)], columns=["job", "sex"])


def states(table: SafeTable) -> list[list[str]]:
    return [list(row) for row in table.states]


@given(
    rows=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.sampled_from("pq")), min_size=1, max_size=40),
    margins=st.sampled_from([True, False, "rows", "columns"]),
)
@settings(max_examples=60, deadline=None)
def test_counts_with_margins_are_those_of_pandas(rows, margins):
    frame = pd.DataFrame(rows, columns=["a", "b", "c"])
    found = safe_table(frame, rows="a", columns="b", rules=NONE, margins=margins)
    expected = pd.crosstab(frame["a"], frame["b"], margins=True)
    expected = expected.iloc[: None if margins in (True, "rows") else -1, : None if margins in (True, "columns") else -1]
    assert [list(row) for row in found.values] == expected.to_numpy().tolist()
    crossed = safe_table(frame, rows=["a", "b"], columns="c", rules=NONE)
    groups = frame.groupby(["a", "b"]).size()
    at = {(row, column): value for row, line in zip(crossed.layout.rows.keys, crossed.values, strict=True)
          for column, value in zip(crossed.layout.columns.keys, line, strict=True)}  # fmt: skip
    for one, two in itertools.product(sorted(set(frame["a"])), sorted(set(frame["b"]))):
        assert at[f"{one} · {two}", "total"] == groups.get((one, two), 0)
    assert at["total", "total"] == len(frame)


def test_a_small_cell_takes_complements_with_it_and_zeros_stay():
    frame = people(("a", "F", 3), ("a", "M", 40), ("b", "F", 50), ("b", "M", 60), ("c", "M", 70))
    found = safe_table(frame, rows="job", columns="sex", rules=K10)
    assert states(found)[0][:2] == states(found)[1][:2] == ["withheld"] * 2
    assert found.values[2] == (0, 70, 70) and found.values[3][2] == 223


def test_every_row_is_another_persons_where_no_contributor_is_named():
    frame = people(("a", "F", 12)).assign(who="one")
    assert safe_table(frame, rows="job", rules=K10).values == ((12,), (12,))
    assert states(safe_table(frame, rows="job", contributor="who", rules=K10)) == [["withheld"], ["withheld"]]


def test_a_hierarchy_shows_its_levels():
    frame = pd.DataFrame({"dong": ["a1"] * 20 + ["a2"] * 30 + ["b1"] * 40})
    found = safe_table(frame, rows="dong", rules=K10, hierarchies={"dong": {"a1": "A", "a2": "A", "b1": "B"}})
    assert found.layout.rows.keys == ("a1", "a2", "A", "b1", "B", "total")
    assert [value for (value,) in found.values] == [20, 30, 50, 40, 40, 90]


def test_shares_rates_means_and_quantiles_in_one_call():
    frame = pd.DataFrame({"job": ["a"] * 20 + ["b"] * 60, "v": [1.0] * 20 + [3.0] * 60})
    share = safe_table(frame, rows="job", statistic="share", rules=K10, margins=False)
    assert share.values == ((25.0,), (75.0,), (100.0,))
    money = safe_table(frame, rows="job", value="v", statistic="share", rules=K10)
    assert money.values == ((10.0,), (90.0,), (100.0,))
    rate = safe_table(frame, rows="job", statistic="rate", exposure={"a": 1000, "b": 2000}, per=100, rules=K10)
    assert rate.values == ((2.0,), (3.0,), (2.7,))
    assert safe_table(frame, rows="job", value="v", statistic="mean", rules=K10).values == ((1.0,), (3.0,), (2.5,))
    quantile = safe_table(frame, rows="job", value="v", statistic="quantile", quantile=0.1, rules=K10)
    assert quantile.values == ((1.0,), (3.0,), (1.0,))


def test_a_table_of_one_category_of_nobody_or_of_small_cells_only():
    assert safe_table(people(("a", "F", 12)), rows="job", columns="sex", rules=K10).values == ((12, 12), (12, 12))
    small = safe_table(people(("a", "F", 2), ("b", "M", 3)), rows="job", columns="sex", rules=K10)
    assert states(small) == [["withheld", "shown", "withheld"], ["shown", "withheld", "withheld"], ["withheld"] * 3]
    empty = pd.DataFrame({"job": pd.Series([], dtype=object)})
    assert safe_table(empty, rows="job", keys={"job": ["a"]}, rules=K10).values == ((0,), (0,))
    with pytest.raises(UsageError, match="has no keys: the frame has no rows"):
        safe_table(empty, rows="job", rules=K10)


def test_hangul_and_hyphenated_names_numbers_and_categories():
    frame = pd.DataFrame({"마리탈-상태": ["기혼-a"] * 12 + ["미혼"] * 15, "native-country": [1, 2, 3] * 9})
    found = safe_table(frame, rows="마리탈-상태", columns="native-country", rules=NONE)
    assert found.layout.columns.keys == (1, 2, 3, "total")
    as_categories = frame.astype({"마리탈-상태": pd.CategoricalDtype(["기혼-a", "미혼", "없음"])})
    assert safe_table(as_categories, rows="마리탈-상태", columns="native-country", rules=NONE) == found
    days = pd.DataFrame({"day": pd.to_datetime(["2021-02-01", "2021-01-01"])})
    assert safe_table(days, rows="day", rules=NONE).layout.rows.keys[2] == "total"


def test_a_million_categories_are_refused_at_once():
    frame = pd.DataFrame({"person": np.arange(1_000_000), "sex": "F"})
    with pytest.raises(UsageError, match=r"'person' has 1,000,000 keys, a table has 200,000 cells at most\n.*'person' coarser"):
        safe_table(frame, rows="person", columns="sex", rules=K10)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"rows": "jbo"}, "unknown column 'jbo'"),
        ({"rows": []}, "at least one column"),
        ({"columns": "job"}, "a column stands twice"),
        ({"rows": ["job", "job"]}, "a column stands twice"),
        ({"rows": "gap"}, "'gap' has missing values"),
        ({"rows": "lists"}, "not words, numbers or truth values"),
        ({"rows": "kind"}, "a key called 'total'"),
        ({"value": "v"}, "takes no value="),
        ({"statistic": "mean"}, "needs value="),
        ({"statistic": "mean", "value": "endless"}, "infinite"),
        ({"statistic": "mean", "value": "sex"}, "numbers, found the type"),
        ({"statistic": "quantile", "value": "v", "quantile": 1}, "neither of them"),
        ({"statistic": "rate"}, "needs exposure="),
        ({"statistic": "max", "value": "v"}, "needs value=|takes no value=|unknown statistic"),
        ({"margins": "both"}, "margins: 'both'"),
        ({"keys": {"jbo": []}}, "keys: unknown column 'jbo'"),
        ({"keys": {"job": ["b"]}}, "keys= does not list: a"),
        ({"hierarchies": {"sex": {}}}, "hierarchies: unknown column 'sex'"),
        ({"contributor": "gap"}, "has no contributor"),
        ({"contributor": "nobody"}, "unknown column 'nobody'"),
    ],
)
def test_what_cannot_be_tabulated_is_said_in_words(more, reason):
    frame = people(("a", "F", 12), ("a", "M", 2)).assign(
        gap=["x", None] * 7, kind=["total"] * 14, v=1.0, endless=[np.inf] + [1.0] * 13, lists=[[1]] * 14
    )
    with pytest.raises(UsageError, match=reason):
        safe_table(frame, **{"rows": "job", "rules": K10, **more})


def test_missing_values_count_nobody_and_negative_amounts_are_added_up():
    frame = pd.DataFrame({"job": ["a"] * 12 + ["b"] * 12, "v": [-2.0] * 12 + [np.nan] * 11 + [5.0]})
    found = safe_table(frame, rows="job", value="v", statistic="sum", rules=K10)
    assert states(found) == [["withheld"], ["withheld"], ["shown"]]
    assert found.values[2] == (-19,)
    assert safe_table(frame, rows="job", value="v", statistic="sum", rules=NONE).values == ((-24,), (5,), (-19,))


@pytest.mark.parametrize(
    "ids", [np.arange(24) % 6, (np.arange(24) % 6) * 10**12, [f"p{n % 6}" for n in range(24)], -(np.arange(24) % 6)]
)
def test_contributors_of_every_kind_are_told_apart(ids):
    frame = pd.DataFrame({"job": ["a"] * 24, "who": ids})
    assert safe_table(frame, rows="job", contributor="who", rules=Rules(min_contributors=6)).values == ((24,), (24,))
    assert safe_table(frame, rows="job", contributor="who", rules=Rules(min_contributors=7)).withheld == 2
