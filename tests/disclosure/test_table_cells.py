"""Cells of every statistic, sums included, against plain pandas and Python; people are counted once however many parts."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safe_tables import axis
from workbench.disclosure import Layout, Rules, cells_of, crossed_axis, members_of, published, summed, tabulate
from workbench.errors import GateRefused, UsageError

DONG = ("a1", "a2", "b1", "b2", "c1")
GU = {"a1": "A", "a2": "A", "b1": "B", "b2": "B", "c1": "C"}
CITY = {"A": "X", "B": "X", "C": "Y"}
EXPOSURE = (100.0, 250.0, 40.0, 10.0, 75.0)

rows_of = st.lists(
    st.tuples(st.sampled_from(DONG), st.sampled_from([1, 2]), st.integers(-40, 400).map(lambda n: n / 8), st.integers(0, 7)),
    max_size=60,
)
STATISTICS = ["count", "sum", "mean", "median", "quantile", "share", "rate"]


def made(statistic: str, *, q: float = 0.3, of: str = "rows", of_value: bool = False, decimals: int = 3) -> Layout:
    rows = summed(axis("dong", DONG), chain=[GU, CITY], total=True)
    columns = summed(axis("column", (1, 2)), total=True)
    return Layout(
        rows=rows,
        columns=columns,
        statistic=statistic,
        decimals=decimals,
        people=True,
        share_of=of if statistic == "share" else None,
        exposure=EXPOSURE if statistic == "rate" else None,
        per=1000.0 if statistic == "rate" else None,
        quantile=q if statistic == "quantile" else None,
        of_value=of_value and statistic in ("share", "rate"),
    )


def frame_of(rows) -> pd.DataFrame:
    return pd.DataFrame(
        [(dong, column, value, f"p{person}") for dong, column, value, person in rows],
        columns=["row", "column", "value", "contributor"],
    ).astype({"value": float})


def under(key) -> set:
    """The neighbourhoods that a key stands for, read from the hierarchy alone."""
    if key == "total":
        return set(DONG)
    return {dong for dong in DONG if key in (dong, GU[dong], CITY[GU[dong]])}


def chosen(rows, layout: Layout, place: int):
    row, column = divmod(place, layout.shape[1])
    keys, number = under(layout.rows.keys[row]), layout.columns.keys[column]
    return [one for one in rows if one[0] in keys and number in (one[1], "total")]


@given(rows=rows_of, statistic=st.sampled_from(STATISTICS), of=st.sampled_from(["rows", "columns", "all"]), value=st.booleans())
@settings(max_examples=50, deadline=None)
def test_every_cell_is_what_plain_counting_gives(rows, statistic, of, value):
    layout = made(statistic, of=of, of_value=value)
    cells = cells_of(frame_of(rows), layout)
    marks = cells.amounts is not None and cells.bound == "count"
    for place in range(cells.size):
        here = chosen(rows, layout, place)
        people = {person for _, _, _, person in here}
        brought = pd.Series([person for _, _, _, person in here]).value_counts()
        assert cells.people[place] == len(people)
        if not marks:
            assert cells.rows[place] == len(here)
            assert cells.largest_rows[place] == (brought.max() if len(here) else 0)
        assert same(cells.numbers[place], by_hand(rows, layout, place, here))


def by_hand(rows, layout: Layout, place: int, here) -> float | None:
    exact = sum((Fraction(value) for _, _, value, _ in here), Fraction(0))
    part = exact if layout.of_value else Fraction(len(here))
    row, column = divmod(place, layout.shape[1])
    match layout.statistic:
        case "count":
            return len(here)
        case "sum":
            return float(exact) if here else None
        case "mean":
            return float(exact / len(here)) if here else None
        case "median":
            return float(pd.Series([value for _, _, value, _ in here]).median()) if here else None
        case "quantile":
            return float(pd.Series([value for _, _, value, _ in here]).quantile(layout.quantile)) if here else None
        case "share":
            last_row, last_column = layout.shape[0] - 1, layout.shape[1] - 1
            whole = {"rows": (row, last_column), "columns": (last_row, column), "all": (last_row, last_column)}[layout.share_of]
            of = chosen(rows, layout, whole[0] * layout.shape[1] + whole[1])
            total = sum((Fraction(value) for _, _, value, _ in of), Fraction(0)) if layout.of_value else len(of)
            return float(100 * part / total) if total else None
        case _:
            exposure = sum(EXPOSURE[DONG.index(dong)] for dong in under(layout.rows.keys[row]))
            return float(part / Fraction(exposure) * 1000) if here or not layout.of_value else None


def same(found: float, expected: float | None) -> bool:
    return math.isnan(found) if expected is None else math.isclose(found, expected, rel_tol=1e-12, abs_tol=1e-12)


@given(rows=rows_of, q=st.sampled_from([0.05, 0.25, 0.5, 0.9]), k=st.integers(0, 6))
@settings(max_examples=40, deadline=None)
def test_enough_people_stand_on_each_side_of_a_quantile_that_is_shown(rows, q, k):
    layout = made("quantile", q=q, decimals=9)
    safe = tabulate(frame_of(rows), layout, rules=Rules(min_contributors=k))
    for place, (value, state) in enumerate(zip(itertools.chain(*safe.values), itertools.chain(*safe.states), strict=True)):
        here = chosen(rows, layout, place)
        if not here:
            assert state == "empty"
            continue
        at = float(pd.Series([value for _, _, value, _ in here]).quantile(q))
        below = {person for _, _, value, person in here if value <= at + 1e-9}
        above = {person for _, _, value, person in here if value >= at - 1e-9}
        people = len({person for _, _, _, person in here})
        enough = people >= k and min(len(below), len(above)) >= math.ceil(k / 2)
        assert (state == "shown") == enough
        assert value is None or math.isclose(value, at, rel_tol=1e-6, abs_tol=1e-6)


@given(rows=rows_of, statistic=st.sampled_from(["count", "sum"]))
@settings(max_examples=25, deadline=None)
def test_members_are_the_contributors_of_every_cell_with_their_rows_and_amounts(rows, statistic):
    layout = made(statistic)
    found = members_of(frame_of(rows), layout)
    told: dict = defaultdict(dict)
    amounts = found.amount.tolist() if found.amount is not None else [None] * len(found.cell)
    for cell, person, count, amount in zip(found.cell, found.person, found.count, amounts, strict=True):
        assert found.ids[person] not in told[cell]
        told[cell][found.ids[person]] = (count, amount)
    for place in range(layout.shape[0] * layout.shape[1]):
        expected: dict = defaultdict(lambda: [0, 0.0])
        for _, _, value, person in chosen(rows, layout, place):
            expected[f"p{person}"][0] += 1
            expected[f"p{person}"][1] += value
        for person, (count, amount) in expected.items():
            assert told[place][person] == (count, amount if statistic == "sum" else None)
        assert set(told[place]) == set(expected)
    assert found.cell.tolist() == sorted(found.cell.tolist())


def test_a_total_counts_a_person_once_who_stands_under_several_parts():
    rows = frame_of([("a1", 1, 1.0, 0), ("a2", 1, 1.0, 0), ("b1", 2, 1.0, 1)])
    cells = cells_of(rows, made("count"), rules=Rules(min_contributors=2))
    layout = cells.layout
    at = {key: layout.rows.position(key) * layout.shape[1] + layout.columns.position("total") for key in layout.rows.keys}
    assert (cells.people[at["A"]], cells.rows[at["A"]], cells.largest_rows[at["A"]]) == (1, 2, 2)
    assert (cells.people[at["total"]], cells.rows[at["total"]]) == (2, 3)
    assert cells.unsafe[at["A"]] and not cells.unsafe[at["total"]]


def test_shares_and_rates_come_from_counts_as_they_are_published():
    keys = summed(axis("row", ("a", "b")), total=True)
    rows = pd.DataFrame({"row": ["a"] * 12 + ["b"] * 31, "contributor": range(43)})
    share = Layout(rows=keys, columns=None, statistic="share", decimals=2, people=True, share_of="columns")
    rate = Layout(rows=keys, columns=None, statistic="rate", decimals=2, people=True, exposure=(10.0, 20.0), per=1.0)
    rules = Rules(min_contributors=5, round=10)
    assert tabulate(rows, share, rules=rules).values == ((25.0,), (75.0,), (100.0,))
    assert tabulate(rows, rate, rules=rules).values == ((1.0,), (1.5,), (1.33,))
    assert tabulate(rows, share, rules=rules).layout.rounded_to == 10


def test_what_a_share_is_of_hides_nothing_so_it_is_no_complement():
    keys = summed(axis("row", ("a", "b", "c")), total=True)
    rows = pd.DataFrame({"row": [*"aaa", *["b"] * 20, *["c"] * 30], "contributor": range(53)})
    layout = Layout(rows=keys, columns=None, statistic="share", decimals=1, people=True, share_of="columns")
    safe = tabulate(rows, layout, rules=Rules(min_contributors=10))
    assert [state for (state,) in safe.states] == ["withheld", "withheld", "shown", "shown"]
    assert safe.values[3] == (100.0,)


def test_a_cell_that_would_be_told_from_the_total_takes_another_with_it():
    keys = summed(axis("row", ("a", "b", "c")), total=True)
    rows = pd.DataFrame({"row": [*"aaa", *["b"] * 20, *["c"] * 30], "contributor": range(53)})
    layout = Layout(rows=keys, columns=None, statistic="count", decimals=0, people=True)
    safe = tabulate(rows, layout, rules=Rules(min_contributors=10))
    assert safe.values == ((None,), (None,), (30,), (53,))


def test_a_cell_withheld_before_stays_withheld():
    keys = summed(axis("row", ("a", "b", "c")), total=True)
    rows = pd.DataFrame({"row": [*["a"] * 15, *["b"] * 20, *["c"] * 30], "contributor": range(65)})
    layout = Layout(rows=keys, columns=None, statistic="count", decimals=0, people=True)
    held = np.array([True, False, False, False])
    states = [state for (state,) in tabulate(rows, layout, rules=Rules(min_contributors=10), held=held).states]
    assert states[0] == "withheld" and states.count("withheld") >= 2
    assert tabulate(rows, layout, rules=Rules(min_contributors=10)).withheld == 0


def test_what_the_rules_withhold_is_withheld_whatever_the_mask_says():
    keys = axis("row", ("a", "b"))
    rows = pd.DataFrame({"row": [*"aaa", *["b"] * 20], "contributor": range(23)})
    layout = Layout(rows=keys, columns=None, statistic="count", decimals=0, people=True)
    rules = Rules(min_contributors=10)
    assert published(cells_of(rows, layout, rules=rules), np.zeros(2, bool), rules=rules).values == ((None,), (20,))


def test_no_row_is_counted_under_a_sum():
    keys = summed(axis("row", ("a", "b")), total=True)
    layout = Layout(rows=keys, columns=None, statistic="count", decimals=0, people=False)
    with pytest.raises(UsageError, match="'total' is a sum, which no row is counted under"):
        tabulate(pd.DataFrame({"row": ["a", "total"]}), layout)


def test_a_crossed_axis_has_sums_along_each_part():
    crossed = crossed_axis([summed(axis("sex", ("F", "M")), total=True), summed(axis("year", (1, 2)), total=True)])
    rows = pd.DataFrame({"row": ["F · 1", "F · 2", "M · 2", "M · 2"], "contributor": list("abca")})
    layout = Layout(rows=crossed, columns=None, statistic="count", decimals=0, people=True)
    cells = cells_of(rows, layout)
    found = dict(zip(crossed.keys, cells.numbers.tolist(), strict=True))
    assert found["F · total"] == 2 and found["total · 2"] == 3 and found["total"] == 4 and found["M · 1"] == 0
    assert dict(zip(crossed.keys, cells.people.tolist(), strict=True))["total"] == 3


def test_negative_amounts_are_added_up_but_not_judged_by_dominance():
    rows = frame_of([("a1", 1, -5.0, 0), ("b1", 2, 3.0, 1)])
    assert cells_of(rows, made("sum")).negative
    with pytest.raises(GateRefused, match="1 rows of the table have a value below zero"):
        cells_of(rows, made("sum"), rules=Rules(p_percent=10))


def test_sums_of_marks_are_counts_and_a_mark_of_nobody_is_at_least_none():
    keys = summed(axis("row", ("a", "b", "c")), total=True)
    marks = [0.0] * 3 + [1.0] * 20 + [1.0] * 9 + [0.0] * 21
    rows = pd.DataFrame({"row": ["a"] * 3 + ["b"] * 20 + ["c"] * 30, "value": marks, "contributor": range(53)})
    layout = Layout(rows=keys, columns=None, statistic="sum", decimals=0, people=True)
    cells = cells_of(rows, layout, rules=Rules(min_contributors=10))
    assert (cells.bound, cells.rows.tolist(), cells.people.tolist()) == ("count", [0, 20, 9, 29], [3, 20, 30, 53])
    safe = tabulate(rows, layout, rules=Rules(min_contributors=10))
    assert safe.states[0] == ("withheld",) and safe.withheld >= 2


def test_a_sum_that_few_bring_is_withheld_and_so_are_ones_or_zeros_of_few() -> None:
    import pandas as pd

    from safe_tables import axis, layout
    from workbench.disclosure import Rules, tabulate

    people = [("won", 1_234_567.0 if n == 0 else 0.0, f"a{n}") for n in range(12)]
    people += [("shared", 100.0 + n, f"b{n}") for n in range(12)]
    rows = pd.DataFrame(people, columns=["row", "value", "contributor"]).assign(column="")
    table = layout(rows=axis("row", ("won", "shared")), statistic="sum")
    assert [line[0] for line in tabulate(rows, table, rules=Rules(min_contributors=10)).states] == ["withheld", "shown"]
    marks = [("one", 1.0 if n == 0 else 0.0) for n in range(12)] + [("all but one", 0.0 if n == 0 else 1.0) for n in range(30)]
    marks += [("many", float(n % 2)) for n in range(40)]
    rows = pd.DataFrame(marks, columns=["row", "value"]).assign(column="", contributor=lambda frame: frame.index)
    table = layout(rows=axis("row", ("one", "all but one", "many")), statistic="sum")
    states = [line[0] for line in tabulate(rows, table, rules=Rules(min_contributors=10)).states]
    assert states == ["withheld", "withheld", "shown"]
