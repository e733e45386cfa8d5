"""Advice to join keys: what it says is true, and following it helps."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from safe_tables import axis, layout
from workbench.disclosure import Layout, Rules, advice_of, cells_of, crossed_axis, summed
from workbench.disclosure.tabulating.advice import joining_of, small_cells

K = Rules(min_contributors=5)
JOBS, YEARS = tuple("abcdefgh"), ("1", "2", "3")
rows_of = st.lists(
    st.tuples(st.sampled_from("abbccddddeeeeffffffgggggggghhhhhhhhhhhh"), st.sampled_from("1223333"), st.integers(0, 14)),
    min_size=30,
    max_size=150,
)


def frame_of(rows, *, once: bool) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["row", "column", "contributor"])
    return frame.assign(contributor=range(len(frame))) if once else frame


def table_of(jobs, years=YEARS) -> Layout:
    return layout(rows=axis("job", tuple(jobs)), columns=axis("year", tuple(years)))


@given(rows=rows_of, once=st.booleans())
@settings(max_examples=100, deadline=None)
def test_following_the_advice_helps(rows, once):
    frame = frame_of(rows, once=once)
    cells = cells_of(frame, table_of(JOBS), rules=K)
    small, filled = small_cells(cells, K)
    advice = advice_of(cells, K)
    assert (advice is None) == (4 * small <= filled)
    assume(advice is not None)
    best = joining_of(cells, K)
    if best is None:
        assert "use fewer keys of 'job' and 'year'" in advice
        return
    assert len(best.keys) >= 2
    assert all(key in advice for key in best.keys[:8])
    column, keys = {"job": ("row", JOBS), "year": ("column", YEARS)}[best.column]
    joined = frame.assign(**{column: frame[column].where(~frame[column].isin(best.keys), "other")})
    assert joined.loc[joined[column] == "other", "contributor"].nunique() >= K.min_contributors
    left = [*(key for key in keys if key not in best.keys), "other"]
    coarser = table_of(left) if best.column == "job" else table_of(JOBS, left)
    small_then, filled_then = small_cells(cells_of(joined, coarser, rules=K), K)
    assert small_then * filled < small * filled_then
    assert small_then <= best.left * filled_then + 1e-9


def test_a_table_of_large_cells_needs_no_advice():
    frame = pd.DataFrame({"row": [*"aaaaaa", *"bbbbbb"], "contributor": range(12)})
    assert advice_of(cells_of(frame, layout(rows=axis("job", ("a", "b"))), rules=K), K) is None


def test_a_table_that_is_not_about_people_needs_none():
    frame = pd.DataFrame({"row": ["a", "b"]})
    assert advice_of(cells_of(frame, layout(rows=axis("job", ("a", "b")), people=False), rules=K), K) is None


def test_sums_are_not_counted_and_a_part_of_crossed_rows_is_named():
    parts = [summed(axis("gu", ("A", "B", "C", "D")), total=True), axis("year", ("1", "2"))]
    crossed = crossed_axis(parts)
    counts = {
        ("A", "1"): 2,
        ("A", "2"): 3,
        ("B", "1"): 4,
        ("B", "2"): 1,
        ("C", "1"): 40,
        ("C", "2"): 50,
        ("D", "1"): 9,
        ("D", "2"): 9,
    }
    rows = [f"{gu} · {year}" for (gu, year), count in counts.items() for _ in range(count)]
    frame = pd.DataFrame({"row": rows, "contributor": range(len(rows))})
    cells = cells_of(frame, Layout(crossed, None, "count", 0, True), rules=K)
    advice = advice_of(cells, K)
    assert advice is not None
    assert re.search(r"^4 of 8 cells .* small; join 2 of the 4 keys of 'gu' \(A, B\) into one, such as 'other'$", advice)


@pytest.mark.parametrize("keys", [("a",), ("a", "b")])
def test_where_nothing_can_be_joined_fewer_keys_are_advised(keys):
    frame = pd.DataFrame({"row": list(keys), "contributor": range(len(keys))})
    advice = advice_of(cells_of(frame, layout(rows=axis("job", keys)), rules=K), K)
    assert advice is not None and "use fewer keys of 'job'" in advice
