"""Tables in which people have several rows: what is derived of withheld cells is about enough people, not only enough rows."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from workbench.disclosure import Axis, Layout, Rules, cells_of, members_of, published
from workbench.disclosure.suppression.both import apart, protected_cells
from workbench.disclosure.suppression.linked import LinkedTable, accept
from workbench.disclosure.suppression.problems import people_of
from workbench.releases.ledger.segments import signatures

K = 4
RULES = Rules(min_contributors=K)


def axis(name: str, size: int) -> Axis:
    keys = tuple(f"{name}{place}" for place in range(size))
    every = (*keys, "total")
    return Axis(name, every, {"en": name}, {"en": every}, sums=(("total", keys),))


def layout(rows: int, columns: int, statistic: str = "count", names: str = "ab") -> Layout:
    return Layout(rows=axis(names[0], rows), columns=axis(names[1], columns), statistic=statistic, decimals=0, people=True)


def trips(seed: int, *, people: int, rows: int, columns: int) -> pd.DataFrame:
    """Each person's rows, in one cell or a few."""
    draw = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), draw.geometric(0.3, people))
    home = draw.integers(0, rows, people)[person]
    moved = draw.random(len(person)) < 0.05
    row = np.where(moved, draw.integers(0, rows, len(person)), home)
    column = np.minimum(draw.geometric(0.5, people) - 1, columns - 1)[person]
    value = np.round(np.exp(draw.normal(2, 1, len(person))), 1)
    return pd.DataFrame(
        {"row": [f"a{one}" for one in row], "column": [f"b{one}" for one in column], "value": value, "contributor": person}
    )


def people_in(frame: pd.DataFrame, shape: Layout) -> np.ndarray:
    """Which people stand in which cell: bool, shape (cells, people)."""
    members = members_of(frame, shape)
    found = np.zeros((shape.shape[0] * shape.shape[1], len(members.ids)), bool)
    found[members.cell, members.person] = True
    return found


def lines_of(shape: Layout) -> list[tuple[list[int], int]]:
    """Parts and total of every row and column."""
    places = np.arange(shape.shape[0] * shape.shape[1]).reshape(shape.shape)
    return [(line[:-1].tolist(), int(line[-1])) for line in (*places, *places.T)]


def judged(values: np.ndarray, withheld: np.ndarray, shape: Layout) -> np.ndarray:
    """The widths of withheld cells by cold programs; a withheld cell is 1 at least."""
    lines = lines_of(shape)
    sums = np.zeros((len(lines), len(values)))
    for number, (parts, total) in enumerate(lines):
        sums[number, parts], sums[number, total] = 1, -1
    bounds = [(1, None) if hidden else (value, value) for value, hidden in zip(values.tolist(), withheld.tolist(), strict=True)]
    widths = []
    for cell in np.flatnonzero(withheld).tolist():
        ends = []
        for sign in (1, -1):
            done = linprog(sign * np.eye(len(values))[cell], A_eq=sums, b_eq=np.zeros(len(lines)), bounds=bounds)
            assert done.status in (0, 3)
            ends.append(sign * done.fun if done.status == 0 else -sign * np.inf)
        widths.append(ends[1] - ends[0])
    return np.array(widths)


def test_two_cells_of_one_person_each_do_not_hide_each_other_however_many_rows_they_have() -> None:
    rows = [("a0", 40, [0]), ("a1", 20, [1]), ("a2", 30, list(range(2, 32)))]
    frame = pd.DataFrame([(row, who) for row, count, people in rows for who in (people * count)[: max(count, len(people))]])
    frame.columns = ["row", "contributor"]
    shape = Layout(rows=axis("a", 3), columns=None, statistic="count", decimals=0, people=True)
    rules = Rules(min_contributors=10)
    cells = cells_of(frame, shape, rules=rules)
    assert cells.rows.tolist() == [40, 20, 30, 90]
    done = protected_cells(cells, rules=rules)
    assert done.withheld.tolist() == [True, True, True, False]
    assert done.unprotected == ()
    hidden = done.withheld
    assert (done.people_upper - done.people_lower)[hidden].min() >= 10
    assert ((done.upper - done.lower)[hidden] >= np.maximum(10, cells.largest_rows)[hidden] - 1e-4).all()
    alone = accept([LinkedTable(cells, None, None, rules)])
    assert (alone.withheld[0] == hidden).all()
    assert (alone.people_upper[0] - alone.people_lower[0])[hidden].min() >= 10


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), rows=st.integers(2, 5), columns=st.integers(2, 4), people=st.integers(20, 160))
def test_both_systems_are_wide_enough_by_programs_of_their_own(seed: int, rows: int, columns: int, people: int) -> None:
    frame = trips(seed, people=people, rows=rows, columns=columns)
    shape = layout(rows, columns)
    cells = cells_of(frame, shape, rules=RULES)
    if not cells.unsafe.any() or not apart(cells):
        return
    done = protected_cells(cells, rules=RULES)
    if done.unprotected:
        return
    hidden = done.withheld
    behind = people_of(cells)
    for parts, total in lines_of(shape):
        assert behind[parts].sum() == behind[total]
    assert judged(behind, hidden, shape).min() >= K - 1e-6
    assert (judged(cells.rows.astype(float), hidden, shape) >= np.maximum(K, cells.largest_rows)[hidden] - 1e-6).all()


@pytest.mark.parametrize("statistic", ["count", "sum"])
def test_no_total_without_its_shown_parts_is_about_few_people(statistic: str) -> None:
    told = 0
    for seed in range(40):
        frame = trips(seed, people=120, rows=4, columns=3)
        shape = layout(4, 3, statistic)
        cells = cells_of(frame, shape, rules=RULES)
        done = protected_cells(cells, rules=RULES)
        inside = people_in(frame, shape)
        few = cells.unsafe.copy()
        for withheld, counts in ((few, False), (done.withheld, not done.unprotected)):
            for parts, total in lines_of(shape):
                rest = [part for part in parts if withheld[part]]
                if withheld[total] or not rest:
                    continue
                left = inside[rest].any(axis=0).sum()
                over = inside[rest].sum()
                if counts:
                    assert left >= K or over > left, "few people are left, and nobody of them stands in several cells"
                told += not counts and 0 < left < K
    assert told > 10, "a set of tables in which nothing is at stake proves nothing"


def linked(frame: pd.DataFrame, shape: Layout, rules: Rules = RULES, **more: object) -> LinkedTable:
    cells = cells_of(frame, shape, rules=rules)
    members = members_of(frame, shape)
    start = np.searchsorted(members.cell, np.arange(cells.size + 1))
    return LinkedTable(cells, signatures(start, members.person, members.count), None, rules, **more)


def frozen(table: LinkedTable, withheld: np.ndarray) -> LinkedTable:
    return LinkedTable(table.cells, table.signature, published(table.cells, withheld, rules=table.rules), table.rules)


def test_counts_and_amounts_of_the_same_rows_leave_no_few_people_between_them() -> None:
    at_stake = 0
    for seed in range(15):
        frame = trips(seed, people=150, rows=5, columns=3)
        tables = [linked(frame, layout(5, 3)), linked(frame, layout(5, 3, "sum"))]
        done = accept(tables)
        if any(done.unprotected):
            continue
        both = done.withheld[0] & done.withheld[1]  # who is told of in neither
        inside = people_in(frame, tables[0].cells.layout)
        for parts, total in lines_of(tables[0].cells.layout):
            rest = [part for part in parts if both[part]]
            left = inside[rest].any(axis=0).sum() if rest else 0
            if not both[total] and 0 < left < K:
                assert inside[rest].sum() > left
            at_stake += not both[total] and bool(rest)
        amounts, hidden = tables[1].cells.amounts, done.withheld[1]
        assert (done.lower[1][hidden] <= 0.9 * amounts[hidden] + 1e-4).all()
        assert (done.upper[1][hidden] >= 1.1 * amounts[hidden] - 1e-4).all()
    assert at_stake > 10


def test_three_tables_in_a_circle_with_trips_are_proven_in_rows_and_in_people() -> None:
    draw = np.random.default_rng(5)
    frame = trips(5, people=70, rows=4, columns=3)
    frame["third"] = [f"c{one}" for one in np.minimum(draw.geometric(0.5, len(frame)) - 1, 3)]
    names = {"a": ("row", 4), "b": ("column", 3), "c": ("third", 4)}
    tables = []
    for one, two in itertools.combinations("abc", 2):
        part = pd.DataFrame({"row": frame[names[one][0]], "column": frame[names[two][0]], "contributor": frame["contributor"]})
        tables.append(linked(part, layout(names[one][1], names[two][1], names=one + two)))
    done = accept(tables)
    assert not any(done.unprotected)
    assert sum(withheld.sum() for withheld in done.withheld) > 0
    for place, table in enumerate(tables):
        hidden = done.withheld[place]
        need = np.maximum(K, table.cells.largest_rows)[hidden]
        assert (done.upper[place] - done.lower[place] >= 0)[hidden].all()
        assert ((done.upper[place] - done.lower[place])[hidden] >= need - 1e-4).all()
        assert judged(table.cells.rows.astype(float), hidden, table.cells.layout).min(initial=K) >= K - 1e-6


def test_each_table_obeys_rules_of_its_own() -> None:
    frame = trips(3, people=200, rows=4, columns=3)
    lenient, strict = Rules(min_contributors=2), Rules(min_contributors=20)
    tables = [linked(frame, layout(4, 3), lenient), linked(frame.iloc[::2], layout(4, 3), strict)]
    done = accept(tables)
    for table, withheld in zip(tables, done.withheld, strict=True):
        assert withheld[table.cells.unsafe].all()
    small = (tables[1].cells.people > 0) & (tables[1].cells.people < 20)
    assert (small & ~tables[0].cells.unsafe).any()
    wide = (done.people_upper[1] - done.people_lower[1])[done.withheld[1]]
    told = np.isin(np.flatnonzero(done.withheld[1]), done.unprotected[1])
    assert (wide[~told] >= 20 - 1e-4).all()


def test_what_a_share_is_a_percentage_of_is_never_withheld() -> None:
    frame = trips(8, people=60, rows=4, columns=3)
    shape = Layout(
        rows=axis("a", 4), columns=axis("b", 3), statistic="share", decimals=1, people=True, share_of="rows", of_value=False
    )
    table = linked(frame, shape)
    done = accept([table, linked(frame, layout(4, 3))])
    known = table.cells.known
    assert known is not None and known.any()
    assert done.withheld[0].any()
    assert not (done.withheld[0] & known & ~table.cells.unsafe).any()


def test_earlier_cells_that_would_follow_now_are_named_and_those_that_followed_before_are_not() -> None:
    frame = trips(2, people=60, rows=4, columns=3)
    table = linked(frame, layout(4, 3))
    bare = table.cells.unsafe
    assert bare.any()
    narrow = frozen(table, bare)  # published once without anything to hide the small cells
    other = linked(frame.assign(row=frame["row"].str.replace("a", "x")), layout(4, 3, names="xb"))
    assert accept([other, narrow]).unprotected[1] == (), "what was given away before is not the new table's doing"
    done = accept([table])
    safe = frozen(table, done.withheld[0])
    shown = linked(frame, layout(4, 3), Rules(min_contributors=1), shown=~bare)
    told = accept([shown, safe])
    complement = np.flatnonzero(done.withheld[0] & ~bare)
    assert len(complement)
    assert told.unprotected[0] or told.unprotected[1]


def test_cells_that_tables_left_out_withhold_stay_withheld_and_what_they_show_stays_shown() -> None:
    frame = trips(4, people=200, rows=4, columns=3)
    table = linked(frame, layout(4, 3))
    first = accept([table]).withheld[0]
    spare = np.flatnonzero(~first & (table.cells.rows > 0))[:1]
    held, shown = np.zeros(len(first), bool), np.zeros(len(first), bool)
    held[spare] = True
    shown[np.flatnonzero(~first & (table.cells.rows > 0))[1:]] = True
    done = accept([LinkedTable(table.cells, table.signature, None, RULES, shown, held)])
    assert done.withheld[0][spare].all()
    assert not (done.withheld[0] & shown).any()
