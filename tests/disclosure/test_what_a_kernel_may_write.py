"""Records and expressions come from kernels, which are not trusted: refused in words, whatever they hold."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safe_tables import axis, layout, table
from workbench.disclosure import Axis, Layout, SafeTable, calculate, chosen_key, evaluate, tables_of
from workbench.errors import GateRefused, UsageError, WorkbenchError

TABLES = {
    "trips": table("count", [[8, 40], [0, None]], [["shown", "shown"], ["shown", "withheld"]]),
    "levels": table("mean", [[0.1, None], [0.2, None]], [["shown", "empty"], ["shown", "empty"]]),
    "amounts": table("sum", [[0.1, None], [0.2, None]], [["shown", "empty"], ["shown", "empty"]]),
}


@pytest.mark.parametrize(
    ("expression", "number"),
    [
        (["at", "trips", "a", 2], 40),
        (["div", ["at", "trips", "a", 1], ["number", 5]], 1.6),
        (["neg", ["sub", ["at", "trips", "a", 1], ["at", "trips", "a", 2]]], 32),
        (["abs", ["sub", ["at", "trips", "a", 1], ["at", "trips", "a", 2]]], 32),
        (["mul", ["add", ["number", 1], ["number", 2]], ["number", 3]], 9),
        (["total", "trips", 1], 8),
        (["total", "amounts", 1], 0.1 + 0.2),
    ],
)
def test_an_expression_is_computed_from_published_cells(expression, number):
    assert evaluate(expression, TABLES) == pytest.approx(number)
    assert evaluate(json.loads(json.dumps(expression)), TABLES) == evaluate(expression, TABLES)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        (["at", "trips", "b", 2], "the cell b, 2 is withheld"),
        (["at", "levels", "a", 2], "the cell a, 2 is empty"),
        (["total", "trips", 2], "a cell is withheld, so the column has no total"),
        (["total", "amounts", 2], "no cell of the column is shown"),
        (["add", ["number", 1], ["neg", ["at", "trips", "b", 2]]], "is withheld"),
    ],
)
def test_a_number_that_rests_on_a_withheld_cell_is_refused(expression, reason):
    with pytest.raises(GateRefused, match=reason):
        evaluate(expression, TABLES)


def nested(depth: int) -> list:
    expression: list = ["number", 1]
    for _ in range(depth):
        expression = ["neg", expression]
    return expression


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        (["at", "trip", "a", 1], "unknown table 'trip'"),
        (["at", "trips", "c", 1], "unknown key of 'row' 'c'"),
        (["at", "trips", "a", "1"], "unknown key of 'column' '1'"),
        (["at", "trips", "a", True], "unknown key of 'column' 'True'"),
        (["at", "trips", "a", None], "name one"),
        (["at", "trips", ["a"], 1], "unknown key"),
        (["at", "trips", {}, 1], "unknown key"),
        (["at", "trips", float("nan"), 1], "unknown key"),
        (["at", 5, "a", 1], "cannot be understood"),
        (["at", "trips"], "cannot be understood"),
        (["total", "levels", 1], "a mean cannot be added up"),
        (["div", ["number", 1], ["number", 0]], "divides by zero"),
        (["div", ["number", 1], ["sub", ["at", "trips", "a", 1], ["number", 8]]], "divides by zero"),
        (["number", True], "cannot be understood"),
        (["number", "1"], "cannot be understood"),
        (["number", None], "cannot be understood"),
        (["number", float("inf")], "too large, or none"),
        (["number", float("nan")], "too large, or none"),
        (["number", 10**400], "too large, or none"),
        (["mul", ["number", 1e308], ["number", 10]], "too large"),
        (["mul", ["number", 10**300], ["number", 10**300]], "too large"),
        (["div", ["number", 10**300], ["number", 1e-300]], "too large"),
        (["power", ["number", 1], ["number", 2]], "cannot be understood"),
        (["add", ["number", 1]], "cannot be understood"),
        (nested(60), "nested more than 50 deep"),
        (nested(500), "nested more than 50 deep"),
        ([], "cannot be understood"),
        (None, "cannot be understood"),
        ("number", "cannot be understood"),
        ({"number": 1}, "cannot be understood"),
        (7, "cannot be understood"),
        ([["number", 1]], "cannot be understood"),
    ],
)
def test_what_cannot_be_understood_is_refused_in_words(expression, reason):
    with pytest.raises(UsageError, match=reason):
        evaluate(expression, TABLES)


words = st.sampled_from(
    ["at", "total", "largest", "smallest", "number", "neg", "abs", "add", "div", "mul", "trips", "levels", "a"]
)
leaves = st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | words | st.text(max_size=3)
junk = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=2), max_leaves=20)


@given(expression=junk | st.tuples(words, junk, junk, junk).map(list))
@settings(max_examples=300, deadline=None)
def test_nothing_a_kernel_writes_gives_a_traceback(expression):
    for function in (evaluate, chosen_key):
        try:
            function(expression, TABLES)
        except WorkbenchError as error:
            assert len(str(error)) < 600
    try:
        assert all(isinstance(name, str) for name in tables_of(expression))
    except UsageError as error:
        assert len(str(error)) < 600


def test_the_largest_and_smallest_rows_are_chosen_among_shown_cells():
    assert chosen_key(["largest", "trips", 1], TABLES)[1] == 0
    assert chosen_key(["smallest", "trips", 1], TABLES)[1] == 1
    assert chosen_key(["largest", "trips", 2], TABLES)[1] == 0
    tie = {"tie": table("count", [[4, 1], [4, 1]], [["shown"] * 2] * 2)}
    assert chosen_key(["largest", "tie", 1], tie)[1] == chosen_key(["smallest", "tie", 1], tie)[1] == 0
    with pytest.raises(GateRefused, match="no cell of the column is shown"):
        chosen_key(["largest", "levels", 2], TABLES)
    with pytest.raises(UsageError, match="cannot be understood"):
        chosen_key(["widest", "trips", 1], TABLES)


def test_the_tables_of_an_expression_are_found_at_every_depth():
    assert tables_of(["div", ["neg", ["at", "b", 1, None]], ["total", "a", None]]) == {"a", "b"}
    assert tables_of(["number", 1]) == set()
    with pytest.raises(UsageError, match="cannot be understood"):
        tables_of(nested(600))
    with pytest.raises(UsageError, match="unknown operation 'power'"):
        calculate("power", 1, 2)


RECORD = table("count", [[8, 40], [0, None]], [["shown", "shown"], ["shown", "withheld"]]).as_record()

SPOILED = [
    (("rows",), None, "'rows' is None, allowed is dict"),
    (("rows", "name"), 5, "'name' is 5, allowed is str"),
    (("rows", "keys"), "ab", "'keys' is 'ab', allowed is list"),
    (("rows", "keys"), ["a", "a"], "not all different"),
    (("rows", "keys"), ["a", ["b"]], "a key of 'row' is"),
    (("rows", "keys"), ["a", None], "a key of 'row' is None"),
    (("rows", "keys"), [1, True], "not all different"),
    (("rows", "keys"), [1, float("nan")], "a key of 'row' is nan"),
    (("rows", "keys"), ["a"], "not one word for each"),
    (("rows", "title"), ["a"], "'title' is"),
    (("rows", "title"), {"ko": 1}, "words by language"),
    (("rows", "labels"), [], "'labels' is"),
    (("rows", "labels"), {"ko": "ab", "en": ["a", "b"]}, "'ko' is 'ab', allowed is list"),
    (("rows", "labels"), {"ko": ["a", 1]}, "not one word for each"),
    (("columns",), [], "'columns' is"),
    (("statistic",), "variance", "unknown statistic 'variance'"),
    (("statistic",), ["count"], "'statistic' is"),
    (("decimals",), -1, "decimals: -1"),
    (("decimals",), True, "decimals: True"),
    (("decimals",), 10**9, "decimals: 1000000000"),
    (("decimals",), 1.5, "'decimals' is 1.5"),
    (("contributors",), "dogs", "unknown contributors 'dogs'"),
    (("contributors",), True, "'contributors' is True"),
    (("unit",), "km", "'unit' is 'km'"),
    (("unit",), {"ko": 3}, "words by language"),
]
CELLS = [
    (("values",), [[8, 40]], "not 2 rows of 2 cells"),
    (("values",), [[8, 40], [0]], "not 2 rows of 2 cells"),
    (("values",), 5, "'values' is 5"),
    (("values",), [[8, 40], [0, 3]], "a cell of state 'withheld' holds 3"),
    (("values",), [[8, None], [0, None]], "a cell of state 'shown' holds None"),
    (("values",), [[8, "40"], [0, None]], "holds '40'"),
    (("values",), [[8, True], [0, None]], "holds True"),
    (("values",), [[8, float("inf")], [0, None]], "holds inf"),
    (("state",), [["shown", "shown"], ["shown", "hidden"]], "a cell of state 'hidden'"),
    (("state",), [["shown", "shown"], ["shown", ["withheld"]]], "a cell of state"),
]


def spoil(place, value) -> dict:
    record = copy.deepcopy(RECORD)
    inner = record
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    return record


@pytest.mark.parametrize(("place", "value", "reason"), SPOILED)
def test_a_layout_that_does_not_hold_together_is_refused(place, value, reason):
    with pytest.raises(UsageError, match=reason.replace("[", r"\[")):
        Layout.from_record(spoil(place, value))


@pytest.mark.parametrize(("place", "value", "reason"), [*SPOILED, *CELLS])
def test_a_table_that_does_not_hold_together_is_refused(place, value, reason):
    with pytest.raises(UsageError, match=reason.replace("[", r"\[")):
        SafeTable.from_record(spoil(place, value))


@pytest.mark.parametrize("name", ["rows", "columns", "statistic", "decimals", "contributors", "unit", "values", "state"])
def test_a_record_without_one_of_its_entries_is_refused(name):
    record = {key: value for key, value in RECORD.items() if key != name}
    with pytest.raises(UsageError, match=f"'{name}' is missing"):
        SafeTable.from_record(record)


@pytest.mark.parametrize("record", [None, [], "x", 3])
def test_what_is_no_record_is_refused(record):
    with pytest.raises(UsageError, match="is missing in"):
        SafeTable.from_record(record)


def test_numpy_keys_are_not_taken_for_plain_ones():
    import numpy as np

    with pytest.raises(UsageError, match="a key of 'row' is"):
        axis("row", (np.int64(1),))
    assert layout(rows=axis("row", (1, 2.5)), people=False).shape == (2, 1)
    assert Axis("row", (), {}, {}).keys == ()
