"""Tables: cells as a plain count gives them, and withheld where too few people stand behind them."""

from __future__ import annotations

import itertools
import math
import operator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safe_tables import WORDS, axis, layout, table
from workbench.disclosure import Layout, Rules, SafeTable, differences, round_half_up, tabulate
from workbench.errors import UsageError

amounts = st.none() | st.integers(-(10**6), 10**6).map(lambda value: value / 8) | st.floats(-1e9, 1e9)
contributing = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([1, 2, 3]), amounts, st.integers(0, 5)), max_size=40)


def frame_of(rows) -> pd.DataFrame:
    return pd.DataFrame({
        "row": pd.array([row for row, _, _, _ in rows], dtype=object),
        "column": np.array([column for _, column, _, _ in rows], dtype=np.int64),
        "value": np.array([np.nan if value is None else value for _, _, value, _ in rows], dtype=float),
        "contributor": [f"p{person}" for _, _, _, person in rows],
    })  # fmt: skip


def people_layout(statistic: str, decimals: int = 2) -> Layout:
    return layout(rows=axis("row", ("a", "b")), columns=axis("column", (1, 2, 3)), statistic=statistic, decimals=decimals)


def by_hand(rows, statistic: str):
    """How many people, how many at each side of a median at least, and the exact value of every cell, in fractions."""
    for row, column in itertools.product("ab", (1, 2, 3)):
        here = [(value, person) for r, c, value, person in rows if (r, c) == (row, column)]
        if statistic != "count":
            here = [(value, person) for value, person in here if value is not None]
        values = [Fraction(value) for value, _ in here] if statistic != "count" else []
        people = len({person for _, person in here})
        match statistic:
            case "count":
                exact = Fraction(len(here))
            case "sum":
                exact = sum(values, Fraction(0))
            case "mean":
                exact = sum(values, Fraction(0)) / max(len(values), 1)
            case _:
                ordered = sorted(values)
                middle = ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1]
                exact = sum(middle, Fraction(0)) / max(len(middle), 1)
        sides = people
        if statistic == "median" and here:
            sides = min(len({who for value, who in here if side(value, exact)}) for side in (operator.le, operator.ge))
        yield people, sides, (exact if here or statistic == "count" else None)


@given(rows=contributing, statistic=st.sampled_from(["count", "sum", "mean", "median"]), minimum=st.integers(0, 5))
@settings(max_examples=150, deadline=None)
def test_cells_are_those_of_a_plain_count_in_people(rows, statistic, minimum):
    rules = Rules(min_contributors=minimum)
    found = tabulate(frame_of(rows), people_layout(statistic, 0 if statistic == "count" else 2), rules=rules)
    cells = zip(itertools.chain(*found.values), itertools.chain(*found.states), by_hand(rows, statistic), strict=True)
    for value, state, (people, sides, exact) in cells:
        if people > 0 and (people < minimum or 2 * sides < minimum):
            assert (value, state) == (None, "withheld")
        elif exact is None:
            assert (value, state) == (None, "empty")
        else:
            assert state == "shown"
            assert abs(Fraction(value) - exact) <= Fraction(1, 200) + abs(exact) * Fraction(1, 10**12)


@given(rows=contributing, statistic=st.sampled_from(["sum", "mean", "median"]), seed=st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_changes_no_bit(rows, statistic, seed):
    frame = frame_of(rows)
    shuffled = frame.sample(frac=1, random_state=seed)
    assert tabulate(frame, people_layout(statistic, 9)) == tabulate(shuffled, people_layout(statistic, 9))


def test_sums_that_cancel_are_exact_whatever_comes_first():
    values = [1e16, 0.5, -1e16, 0.25]
    for order in itertools.permutations(values):
        rows = pd.DataFrame({"row": "a", "value": order})
        assert tabulate(rows, layout(rows=axis("row", ("a",)), statistic="sum", decimals=2, people=False)).values == ((0.75,),)


def test_rows_of_one_person_are_one_contributor():
    rows = pd.DataFrame({"row": ["a"] * 30 + ["b"] * 10, "contributor": ["one"] * 30 + list("0123456789")})
    found = tabulate(rows, layout(rows=axis("row", ("a", "b"))), rules=Rules(min_contributors=10))
    assert found.values == ((None,), (10,))
    assert found.states == (("withheld",), ("shown",))


def test_only_people_whose_value_is_known_stand_behind_a_mean():
    rows = pd.DataFrame({"row": "a", "value": [3000.0] + [np.nan] * 20, "contributor": [f"p{n}" for n in range(21)]})
    for statistic in ("mean", "sum", "median"):
        found = tabulate(rows, layout(rows=axis("row", ("a",)), statistic=statistic), rules=Rules(min_contributors=10))
        assert found.states == (("withheld",),)


def test_withheld_zero_and_empty_are_three_things():
    rows = pd.DataFrame({"row": ["a"], "value": [0.0], "contributor": ["p"]})
    keys = axis("row", ("a", "b"))
    assert tabulate(rows, layout(rows=keys), rules=Rules(min_contributors=2)).states == (("withheld",), ("shown",))
    assert tabulate(rows, layout(rows=keys), rules=Rules(min_contributors=2)).values == ((None,), (0,))
    means = tabulate(rows, layout(rows=keys, statistic="mean"), rules=Rules(min_contributors=1))
    assert means.values == ((0.0,), (None,))
    assert means.states == (("shown",), ("empty",))


def test_a_table_of_nobody_shows_zeros():
    rows = pd.DataFrame({"row": [], "column": [], "value": [], "contributor": []})
    assert tabulate(rows, people_layout("count", 0), rules=Rules(min_contributors=10)).values == ((0, 0, 0), (0, 0, 0))
    assert tabulate(rows, people_layout("mean"), rules=Rules(min_contributors=10)).states == (("empty",) * 3,) * 2


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ((1, 2), np.array([1, 2, 2], dtype="int8")),
        ((1, 2), np.array([1.0, 2.0, 2.0])),
        ((1, 2), pd.array([1, 2, 2], dtype="Int64")),
        ((False, True), np.array([False, True, True])),
        (("1", "2"), ["1", "2", "2"]),
        (("가 나-다", "b"), pd.Categorical(["가 나-다", "b", "b"])),
        (("1", "2"), pd.array(["1", "2", "2"], dtype="string")),
        ((0.5, 1.5), [0.5, 1.5, 1.5]),
    ],
)
def test_keys_of_every_kind_find_their_cell(keys, found):
    rows = pd.DataFrame({"row": found})
    assert tabulate(rows, layout(rows=axis("row", keys), people=False)).values == ((1,), (2,))


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ((1,), ["1"]),
        (("1",), [1]),
        ((1,), [True]),
        ((True,), [1]),
        ((1,), [1.5]),
        ((1,), [np.nan]),
        (("a",), [None]),
        (("a",), pd.array(["a", None], dtype="string")),
        (("2021-01-01",), pd.to_datetime(["2021-01-01"])),
        (("a",), pd.Categorical(["b"])),
        (("a",), [["a"]]),
    ],
)
def test_a_key_that_is_no_key_of_the_axis_is_refused(keys, found):
    with pytest.raises(UsageError, match=r"keys? of 'row'"):
        tabulate(pd.DataFrame({"row": found}), layout(rows=axis("row", keys), people=False))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([np.inf, 1.0], "infinite"),
        (["3", "4"], "numbers"),
        ([1 + 1j, 2], "numbers"),
        ([1e308, 1e308], "too large"),
        (pd.to_datetime(["2021-01-01"] * 2), "numbers"),
    ],
)
def test_values_that_are_no_finite_numbers_are_refused(values, reason):
    rows = pd.DataFrame({"row": ["a", "a"], "value": values})
    with pytest.raises(UsageError, match=reason):
        tabulate(rows, layout(rows=axis("row", ("a",)), statistic="sum", people=False))


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "int64[pyarrow]", "float64[pyarrow]"])
def test_missing_numbers_of_any_type_are_no_values(dtype):
    rows = pd.DataFrame({"row": ["a", "a"], "value": pd.array([4, None], dtype=dtype)})
    assert tabulate(rows, layout(rows=axis("row", ("a",)), statistic="mean", people=False)).values == ((4.0,),)


def test_a_single_value_cell_with_two_rows_is_refused():
    rows = pd.DataFrame({"row": ["a", "a"], "value": [1.0, 2.0]})
    with pytest.raises(UsageError, match="the cell of row=a has 2 rows, allowed is one"):
        tabulate(rows, layout(rows=axis("row", ("a",)), statistic="value", people=False))


@pytest.mark.parametrize("missing", ["row", "column", "value", "contributor"])
def test_a_frame_without_the_columns_needed_is_refused(missing):
    with pytest.raises(UsageError, match=f"the column '{missing}' is needed once"):
        tabulate(frame_of([]).drop(columns=missing), people_layout("mean"))


def test_a_contributor_that_is_missing_is_refused():
    rows = pd.DataFrame({"row": ["a", "a"], "contributor": ["p", None]})
    with pytest.raises(UsageError, match="has no contributor"):
        tabulate(rows, layout(rows=axis("row", ("a",))))
    with pytest.raises(UsageError, match="contributors are words"):
        tabulate(pd.DataFrame({"row": ["a"], "contributor": [["p"]]}), layout(rows=axis("row", ("a",))))


def test_a_table_that_nobody_could_read_is_refused():
    with pytest.raises(UsageError, match="a table of 1000 x 1000 cells, allowed 200,000"):
        layout(rows=axis("row", tuple(range(1000))), columns=axis("column", tuple(range(1000))))


@given(value=st.floats(allow_nan=False, allow_infinity=False), decimals=st.integers(0, 9))
@settings(max_examples=200, deadline=None)
def test_halves_round_away_from_zero_on_the_number_as_it_is_written(value, decimals):
    found = round_half_up(value, decimals)
    with_plenty = Decimal(repr(value))
    step = Decimal(1).scaleb(-decimals)
    expected = (abs(with_plenty) / step).to_integral_value(rounding=ROUND_HALF_UP) if abs(value) < 1e15 else None
    if expected is not None:
        assert Decimal(repr(abs(found))) == Decimal(repr(float(expected * step)))
    assert math.copysign(1, found) == math.copysign(1, value) or found == 0
    assert str(found) not in ("-0.0", "-0")


def test_rounding_that_floats_alone_get_wrong():
    pairs = [(19.75, 1, 19.8), (2.5, 0, 3), (-2.5, 0, -3), (1.005, 2, 1.01), (0.125, 2, 0.13), (1e300, 2, 1e300)]
    assert [round_half_up(value, decimals) for value, decimals, _ in pairs] == [expected for _, _, expected in pairs]
    assert isinstance(round_half_up(2.5, 0), int)
    with pytest.raises(UsageError, match="cannot be rounded"):
        round_half_up(float("nan"), 1)


def test_a_table_reproduces_itself_and_its_record():
    one = table("count", [[3, 4], [0, None]], [["shown", "shown"], ["shown", "withheld"]])
    assert differences(one, one, rtol=0) == []
    assert SafeTable.from_record(one.as_record()) == one
    assert one.withheld == 1


def test_differences_are_named_with_their_cell():
    states = [["shown", "shown"], ["shown", "withheld"]]
    was = table("count", [[3, 4], [0, None]], states)
    assert differences(was, table("count", [[3, 5], [0, None]], states), rtol=1.0) == ["row=a, column=2: was 4, is 5"]
    empty = table("count", [[3, 4], [0, None]], [["shown", "shown"], ["shown", "empty"]])
    assert differences(was, empty, rtol=0) == ["row=b, column=2: was withheld, is empty"]
    shown = table("count", [[3, 4], [0, 7]], [["shown", "shown"], ["shown", "shown"]])
    assert differences(was, shown, rtol=0) == ["row=b, column=2: was withheld, is 7"]
    measured = table("mean", [[61.3, 11_770_582.5], [0, None]], states), table("mean", [[70.0, 11_770_583.5], [0, None]], states)
    assert differences(*measured, rtol=1e-9) == [
        "row=a, column=1: was 61.3, is 70",
        "row=a, column=2: was 11770582.5, is 11770583.5",
    ]
    assert differences(was, table("mean", [[3, 4], [0, None]], states), rtol=0) == ["the table is laid out differently"]


def test_measured_numbers_may_differ_by_the_tolerance_and_counts_by_nothing():
    states = [["shown"] * 2] * 2
    close = [[1e6, 1.0], [0.0, 1.0]], [[1e6 + 0.5, 1.0], [0.0, 1.0]]
    assert differences(*(table("mean", values, states) for values in close), rtol=1e-6) == []
    assert differences(*(table("mean", values, states) for values in close), rtol=1e-7) != []
    assert differences(*(table("count", values, states) for values in close), rtol=1e-6) != []
    assert WORDS == {"ko": "가", "en": "a"}
