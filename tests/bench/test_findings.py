"""A finding's numbers point into tables: they calculate like numbers and are never typed by hand."""

from __future__ import annotations

import json
import operator

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.bench import Reference, fill, format_value
from workbench.disclosure import evaluate
from workbench.errors import GateRefused, UsageError

TITLE = {"ko": "표", "en": "Table"}
numbers = st.integers(-1000, 1000) | st.integers(-(10**7), 10**7).map(lambda number: number / 64)
OPERATIONS = [operator.add, operator.sub, operator.mul, operator.truediv]


@pytest.fixture
def table(at_desk):
    frame = pd.DataFrame({"key": ["a", "b", "c"], "v": [8.25, 2.0, -0.04]})
    return at_desk.table("t", frame, rows="key", value="v", statistic="value", decimals=2, title=TITLE)


@given(one=numbers, two=numbers, operation=st.sampled_from(OPERATIONS), swapped=st.booleans())
@settings(max_examples=150, deadline=None)
def test_calculating_gives_the_number_and_the_way_to_it(one, two, operation, swapped):
    reference = Reference(one, ["number", one], 0)
    pair = (two, reference) if swapped else (reference, two)
    plain = (two, one) if swapped else (one, two)
    if operation is operator.truediv and plain[1] == 0:
        with pytest.raises(UsageError, match="divides by zero"):
            operation(*pair)
        return
    found = operation(*pair)
    assert found == operation(*plain)
    assert evaluate(json.loads(json.dumps(found.expression)), {}) == found.number


def test_a_reference_behaves_as_a_number(table):
    eight, two = table.at["a"], table.at["b"]
    assert (float(eight), int(eight), round(eight, 1)) == (8.25, 8, 8.2)
    assert f"{eight:.1f} {eight}" == "8.2 8.25"
    assert eight > two >= 2 > -two < +two <= 2
    assert eight != two
    assert abs(-eight) == 8.25
    assert sum([eight, two]) == 10.25
    assert bool(eight)
    assert not eight - eight
    assert (eight - two).decimals == 2
    with pytest.raises(TypeError):
        hash(eight)


@pytest.mark.parametrize("number", [np.int64(2), np.float64(2.0), np.float32(2), np.uint8(2)])
def test_numbers_of_numpy_calculate_from_both_sides(table, number):
    for found, plain in ((table.at["a"] * number, 16.5), (number * table.at["a"], 16.5), (number / table.at["b"], 1.0)):
        assert isinstance(found, Reference)
        assert found == plain
        json.dumps(found.expression, allow_nan=False)


@pytest.mark.parametrize("other", ["2", None, True, float("nan"), float("inf"), [2], np.array([1, 2])])
def test_a_reference_calculates_with_numbers_only(table, other):
    with pytest.raises(UsageError, match="calculates with numbers and references"):
        _ = table.at["a"] + other
    with pytest.raises(UsageError, match="calculates with numbers and references"):
        _ = table.at["a"] < other


def test_a_finding_is_written_with_the_way_to_its_numbers(in_batch, written):
    bench = in_batch()
    rows = bench.load("levels")
    table = bench.table("t", rows, rows="place", columns="year", value="level_db", statistic="mean", title=TITLE)
    bench.finding(
        "loudest",
        {"ko": "{place}: {value:.1f}dB ({value:+.1f})", "en": "{value:.1f} dB at {place}"},
        value=table.at["east", 2021] - table.at["west", 2021],
        place=table.largest(2021),
    )
    assert written("loudest")["content"]["values"] == {
        "value": {"expression": ["sub", ["at", "t", "east", 2021], ["at", "t", "west", 2021]], "decimals": 2},
        "place": {"expression": ["largest", "t", 2021], "decimals": None},
    }
    assert written("loudest")["datasets"]["levels"]["kind"] == "stand_in"


@pytest.mark.parametrize("plain", [3, 3.5, "3", None, np.float64(3), [3], float])
def test_a_number_that_is_no_reference_is_refused(at_desk, plain):
    with pytest.raises(UsageError, match=r"'value' is .*allowed is a reference into a table"):
        at_desk.finding("f", {"ko": "{value}", "en": "{value}"}, value=plain)


def test_a_reference_that_points_nowhere_is_refused(at_desk, table):
    for made, reason in (
        (Reference(42, ["number", 42], 0), "points into no table"),
        (Reference(42, ["at", "other", "a", None], 0), "unknown table 'other'"),
        (Reference(42, "x", 0), "cannot be understood"),
    ):
        with pytest.raises(UsageError, match=reason):
            at_desk.finding("f", {"ko": "{value}", "en": "{value}"}, value=made)


@pytest.mark.parametrize(
    ("korean", "english", "reason"),
    [
        ("{value}", None, "text: missing in en"),
        ("{value}", "", "text: missing in en"),
        ("{value}", "no number", "en: the sentence does not use value"),
        ("{value} {other}", "{value}", "ko: unknown placeholder 'other'"),
        ("{}", "{value}", "ko: unknown placeholder ''"),
        ("{value.number}", "{value}", "unknown placeholder 'value.number'"),
        ("{value[0]}", "{value}", r"unknown placeholder 'value\[0\]'"),
        ("{value!r}", "{value}", "found '!r'"),
        ("{value:>9}", "{value}", "found ':>9'"),
        ("{value:.1f\n}", "{value}", "written with .Nf"),
        ("{value:{value}}", "{value}", "written with .Nf"),
        ("{value", "{value}", "ko: expected '}'"),
        ("value}", "{value}", "ko: Single '}'"),
    ],
)
def test_a_sentence_that_does_not_fit_its_numbers_is_refused(at_desk, table, korean, english, reason):
    text = {"ko": korean, **({"en": english} if english is not None else {})}
    with pytest.raises(UsageError, match=reason):
        at_desk.finding("f", text, value=table.at["a"])


def test_a_word_takes_no_number_format(at_desk, table):
    with pytest.raises(UsageError, match=r"a word is written as it is, found ':\.1f' for 'a'"):
        at_desk.finding("f", {"ko": "{place:.1f}", "en": "{place}"}, place=table.largest())


def test_the_text_of_a_finding_is_given_by_language(at_desk):
    with pytest.raises(UsageError, match="allowed is a text in each language"):
        at_desk.finding("f", "sentence")


@pytest.mark.parametrize(
    ("number", "specification", "shown"),
    [
        (130, "", "130"),
        (11_770_582, "", "11,770,582"),
        (19.75, ".1f", "19.8"),
        (0.25, "+.1f", "+0.3"),
        (-0.25, "+.1f", "-0.3"),
        (-0.04, "+.1f", "+0.0"),
        (-0.04, ".1f", "0.0"),
        (0.5, ".0f", "1"),
        (1234.5, ",.1f", "1,234.5"),
        (7, "+", "+7"),
    ],
)
def test_numbers_are_rounded_half_up_and_carry_separators(number, specification, shown):
    assert format_value((number, 0), specification) == shown
    assert fill("{{x}} {a:" + specification + "}", {"a": (number, 0)}) == "{x} " + shown


def test_totals_and_choices_of_withheld_cells_are_refused(at_desk):
    rows = at_desk.load("complaints")
    table = at_desk.table("t", rows, rows="place", contributor="person", title=TITLE)
    assert str(table.largest()) == "east"
    with pytest.raises(GateRefused, match="the column has no total"):
        table.total()
    west = at_desk.table("west", rows[rows["place"] == "west"], rows="place", contributor="person", title=TITLE)
    with pytest.raises(GateRefused, match="no cell of the column is shown"):
        west.smallest()
