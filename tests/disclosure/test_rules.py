"""The rules of a policy for tables: dominance, p % and rounding, against a plain reading of their formulas."""

from __future__ import annotations

import itertools
from collections import defaultdict
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safe_tables import axis, layout
from workbench.disclosure import Dominance, Layout, Rules, SafeTable, rules_of, strictest, tabulate
from workbench.errors import GateRefused, UsageError

tenths = st.integers(0, 60).map(lambda value: value / 10)
contributing = st.lists(st.tuples(st.sampled_from("ab"), tenths, st.integers(0, 5)), max_size=40)
CELLS = ("a", "b")


def frame_of(rows: list[tuple[str, float, int]]) -> pd.DataFrame:
    return pd.DataFrame({
        "row": pd.array([row for row, _, _ in rows], dtype=object),
        "value": np.array([value for _, value, _ in rows], dtype=float),
        "contributor": [f"p{person}" for _, _, person in rows],
    })  # fmt: skip


def made(rows: list[tuple[str, float, int]], statistic: str, rules: Rules) -> SafeTable:
    return tabulate(frame_of(rows), layout(rows=axis("row", CELLS), statistic=statistic, decimals=1), rules=rules)


def brought(rows: list[tuple[str, float, int]], cell: str, *, counted: bool) -> list[Fraction]:
    """What each contributor of a cell brings, largest first."""
    sums: dict[int, Fraction] = defaultdict(Fraction)
    for row, value, person in rows:
        if row == cell:
            sums[person] += 1 if counted else Fraction(str(value))
    return sorted(sums.values(), reverse=True)


@given(
    rows=contributing,
    statistic=st.sampled_from(["count", "sum", "mean", "median"]),
    n=st.integers(1, 3),
    share=st.sampled_from([0.5, 0.75, 0.9, 1.0]),
    percent=st.none() | st.sampled_from([5, 10, 12.5, 50]),
)
@settings(max_examples=200, deadline=None)
def test_the_cells_withheld_are_those_of_the_formulas(rows, statistic, n, share, percent):
    found = made(rows, statistic, Rules(dominance=(Dominance(n, share),), p_percent=percent))
    for cell, state in zip(CELLS, itertools.chain(*found.states), strict=True):
        parts = brought(rows, cell, counted=statistic == "count")
        total, first, second = sum(parts), *[*parts, Fraction(0), Fraction(0)][:2]
        unsafe = sum(parts[:n]) > Fraction(str(share)) * total
        unsafe |= percent is not None and total - first - second < Fraction(str(percent)) / 100 * first
        assert (state == "withheld") == unsafe


@given(rows=contributing, seed=st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_the_order_of_rows_changes_nothing(rows, seed):
    rules = Rules(min_contributors=2, dominance=(Dominance(2, 0.8),), p_percent=10)
    shuffled = [rows[place] for place in np.random.default_rng(seed).permutation(len(rows))]
    assert made(rows, "sum", rules) == made(shuffled, "sum", rules)


def test_what_one_person_brings_in_many_rows_is_added_up_before_it_is_judged():
    rows = [("a", 9.0, 0)] * 10 + [("a", 1.0, person) for person in range(1, 11)]
    rules = Rules(dominance=(Dominance(1, 0.8),))
    assert made(rows, "sum", rules).states[0] == ("withheld",)
    assert made([("a", 9.0, person) for person in range(10)] + rows[10:], "sum", rules).states[0] == ("shown",)


def test_a_person_with_nearly_all_the_rows_of_a_count_is_not_told_of():
    trips = [("a", 0.0, 0)] * 99 + [("a", 0.0, 1)] + [("b", 0.0, person) for person in range(6)]
    assert made(trips, "count", Rules(dominance=(Dominance(1, 0.9),))).states == (("withheld",), ("shown",))


def test_a_share_exactly_at_the_bound_is_published():
    rows = [("a", 0.9, 0), ("a", 0.05, 1), ("a", 0.05, 2), ("b", 90.1, 0), ("b", 9.9, 1)]
    assert made(rows, "sum", Rules(dominance=(Dominance(1, 0.9),))).states == (("shown",), ("withheld",))


def test_p_percent_asks_what_the_second_largest_can_work_out():
    rows = [("a", 100.0, 0), ("a", 50.0, 1), ("a", 9.0, 2), ("b", 100.0, 0), ("b", 50.0, 1), ("b", 10.0, 2)]
    assert made(rows, "sum", Rules(p_percent=10)).states == (("withheld",), ("shown",))


@pytest.mark.parametrize("statistic", ["sum", "mean", "median"])
def test_amounts_below_zero_cannot_be_judged_and_are_refused(statistic):
    rows = [("a", -1.0, 0), ("a", 5.0, 1), ("b", -2.0, 2)]
    with pytest.raises(GateRefused, match="2 rows of the table have a value below zero"):
        made(rows, statistic, Rules(p_percent=10))
    assert made(rows, statistic, Rules()).states == (("shown",), ("shown",))
    assert made(rows, "count", Rules(p_percent=10)).states[1] == ("withheld",)


def test_counts_are_rounded_half_up_and_say_so():
    rows = [("a", 0.0, person) for person in range(12)] + [("b", 0.0, person) for person in range(13)]
    found = made(rows, "count", Rules(min_contributors=10, round=5))
    assert found.values == ((10,), (15,))
    assert found.layout.rounded_to == found.as_record()["rounded_to"] == 5
    assert SafeTable.from_record(found.as_record()) == found
    half = made([("a", 0.0, person) for person in range(15)], "count", Rules(round=10))
    assert half.values == ((20,), (0,))


def test_somebody_is_never_rounded_to_nobody():
    found = made([("a", 0.0, 1), ("a", 0.0, 2)], "count", Rules(min_contributors=1, round=5))
    assert found.states == (("withheld",), ("shown",))
    assert found.values == ((None,), (0,))


def test_a_sum_of_marks_is_a_count_by_another_name_and_other_sums_stay_exact():
    marks = [("a", float(person % 2), person) for person in range(24)]
    assert made(marks, "sum", Rules(round=5)).values[0] == (10,)
    amounts = [("a", 1.5, person) for person in range(12)]
    found = made(amounts, "sum", Rules(round=5))
    assert found.values[0] == (18.0,)
    assert "rounded_to" not in found.as_record()


def test_a_notebook_cannot_say_to_what_its_counts_were_rounded():
    rows = frame_of([("a", 0.0, person) for person in range(12)])
    asked = Layout.from_record({**layout(rows=axis("row", CELLS)).as_record(), "rounded_to": 7})
    found = tabulate(rows, asked, rules=Rules())
    assert found.layout.rounded_to is None
    assert found.values[0] == (12,)


def test_of_several_datasets_every_rule_holds():
    one = Rules(min_contributors=5, dominance=(Dominance(1, 0.5),), p_percent=5, round=10)
    two = Rules(min_contributors=10, dominance=(Dominance(2, 0.9),), p_percent=20)
    both = strictest([one, two])
    assert both == Rules(10, (Dominance(1, 0.5), Dominance(2, 0.9)), 20, 10)
    assert strictest([]) == Rules()


def test_rules_are_read_from_a_manifest_with_the_section_or_the_threshold_alone():
    section = {"min_contributors": 10, "dominance": {"n": 2, "share": 0.9}, "p_percent": None, "round": 1}
    assert rules_of({"personal": True, "disclosure": section}) == Rules(10, (Dominance(2, 0.9),))
    assert rules_of({"personal": True, "min_contributors": 7}) == Rules(7)
    assert rules_of({"personal": False, "min_contributors": 0}) == Rules()
    assert Rules.from_record(rules_of({"personal": True, "disclosure": section}).as_record()) == Rules(10, (Dominance(2, 0.9),))


@pytest.mark.parametrize("record", [{"personal": True}, {"personal": True, "disclosure": {"round": 5}}])
def test_data_about_people_without_a_threshold_is_refused(record):
    with pytest.raises(GateRefused, match="names no rules"):
        rules_of(record)


@pytest.mark.parametrize(
    "section",
    [
        {"min_contributors": 10, "rounding": 5},
        {"min_contributors": -1},
        {"dominance": {"n": 2}},
        {"dominance": {"n": 0, "share": 0.9}},
        {"dominance": {"n": 1, "share": 90}},
        {"p_percent": 0},
        {"round": 2.5},
        {"round": True},
    ],
)
def test_a_rule_that_nobody_would_obey_is_refused(section):
    with pytest.raises(UsageError, match="disclosure"):
        Rules.from_record(section)


@pytest.mark.parametrize("base", [0, 1, "5", True])
def test_a_layout_rounded_to_nothing_is_refused(base):
    with pytest.raises(UsageError, match="rounded_to"):
        Layout.from_record({**layout(rows=axis("row", CELLS)).as_record(), "rounded_to": base})


def test_amounts_too_large_to_be_added_up_are_refused_in_words():
    rows = [("a", 1.7e308, 0), ("a", 1.7e308, 1)]
    with pytest.raises(UsageError, match="too large"):
        made(rows, "median", Rules(p_percent=10))
