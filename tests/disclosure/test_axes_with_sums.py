"""Sums of an axis: totals, hierarchies, crossed columns; and what a kernel may not write about them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safe_tables import axis
from workbench.disclosure import Axis, Layout, crossed_axis, exposure_of, summed
from workbench.disclosure.tabulating.crossing import chain_of
from workbench.errors import UsageError, WorkbenchError

GU = {"a1": "A", "a2": "A", "b1": "B"}
WORDS = {"ko": "가", "en": "a"}


def written(keys, sums, **more) -> dict:
    """A record of an axis, as a kernel may write it."""
    labels = {language: [str(key) for key in keys] for language in WORDS}
    return {"name": "row", "title": WORDS, "keys": list(keys), "labels": labels, "sums": sums, **more}


@pytest.mark.parametrize(
    ("keys", "sums", "reason"),
    [
        (["a", "b", "t"], [{"key": "x", "of": ["a", "b"]}], "unknown key of 'row' 'x'"),
        (["a", "b", "t"], [{"key": "t", "of": ["a", "x"]}], "unknown key of 'row' 'x'"),
        (["a", "b", "t"], [{"key": "t", "of": ["a", "a"]}], "allowed are one or more different ones"),
        (["a", "b", "t"], [{"key": "t", "of": []}], "allowed are one or more different ones"),
        (["a", "b", "t"], [{"key": "t", "of": ["t", "a"]}], "'t' is a sum of itself"),
        (["a", "t", "u"], [{"key": "t", "of": ["u"]}, {"key": "u", "of": ["t"]}], "is a sum of itself"),
        (["a", "b", "t", "u"], [{"key": "t", "of": ["a", "b"]}, {"key": "u", "of": ["t", "a"]}], "two parts of 'u' share a key"),
        (["a", "b", "t"], [{"key": "t", "of": ["a"]}, {"key": "t", "of": ["b"]}], "the sums of 't' are not of the same keys"),
        (["a", "b"], [{"key": "b"}], "'of' is missing"),
        (["a", "b"], [{"of": ["a"]}], "'key' is missing"),
        (["a", "b"], {"b": ["a"]}, "'sums' is"),
        (["a", "b"], [["b", "a"]], "'key' is missing"),
        (["a", "b"], [{"key": "b", "of": "a"}], "'of' is 'a', allowed is list"),
        (["a", "total"], [], "a key called 'total' that is no sum"),
    ],
)
def test_sums_that_do_not_hold_together_are_refused(keys, sums, reason):
    with pytest.raises(UsageError, match=reason):
        Axis.from_record(written(keys, sums))


def test_sums_that_overlap_without_end_are_refused():
    keys = [str(number) for number in range(3000)]
    chain = [{"key": f"t{number}", "of": [f"t{number - 1}" if number else "0", str(number + 1)]} for number in range(2990)]
    with pytest.raises(UsageError, match="together they cover more than 2,000,000 keys"):
        Axis.from_record(written([*keys, *(one["key"] for one in chain)], chain))
    pairs = [{"key": f"p{number}", "of": ["0", str(number + 1)]} for number in range(300)]
    many = Axis.from_record(written([*keys[:301], *(one["key"] for one in pairs)], pairs))
    with pytest.raises(UsageError, match="overlap in more than 256 ways"):
        _ = many.layers


def test_an_axis_with_sums_reads_as_it_was_written_and_one_without_as_ever():
    one = summed(axis("dong", ("a1", "a2", "b1")), chain=[GU], total=True)
    assert Axis.from_record(one.as_record()) == one
    plain = axis("row", ("a", "b"))
    assert set(plain.as_record()) == {"name", "title", "keys", "labels"}
    assert Axis.from_record(plain.as_record()) == plain


junk = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["a", "b", "t", "key", "of"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["key", "of"]), inner, max_size=2),
    max_leaves=12,
)


@given(sums=junk, parts=junk)
@settings(max_examples=150, deadline=None)
def test_nothing_a_kernel_writes_about_sums_gives_a_traceback(sums, parts):
    try:
        made = Axis.from_record(written(["a", "b", "t"], sums, parts=parts))
    except WorkbenchError as error:
        assert len(str(error)) < 600
    else:
        assert sorted(place for layer in made.layers for place in set(layer.tolist()) - {-1}) == [0, 1, 2]


@given(data=st.data(), size=st.integers(1, 9))
@settings(max_examples=80, deadline=None)
def test_covers_and_layers_hold_every_key_once(data, size):
    base = tuple(f"k{number}" for number in range(size))
    chain = []
    below = list(base)
    for level in range(data.draw(st.integers(0, 2))):
        names = [f"L{level}-{number}" for number in range(max(1, len(below) // 2))]
        chain.append({key: data.draw(st.sampled_from(names)) for key in below})
        below = list(dict.fromkeys(chain[-1].values()))
    made = summed(axis("row", base), chain=chain, total=data.draw(st.booleans()))
    above = {key: {key} for key in base}
    for key in base:
        at = key
        for level in chain:
            at = level[at]
            above[key].add(at)
        above[key].add("total")
    for place, cover in enumerate(made.covers):
        assert {made.keys[made.base[number]] for number in cover} == {key for key in base if made.keys[place] in above[key]}
    seen = [place for layer in made.layers for place in dict.fromkeys(layer.tolist()) if place >= 0]
    assert sorted(seen) == list(range(len(made.keys)))
    for layer in made.layers:
        for number, place in enumerate(layer.tolist()):
            assert place < 0 or number in made.covers[place]


def test_subtotals_follow_their_parts_and_the_total_stands_last():
    keys = ("a1", "b1", "a2")
    assert summed(axis("dong", keys), chain=[GU], total=True).keys == ("a1", "a2", "A", "b1", "B", "total")
    two = summed(axis("dong", ("a1", "b1", "a2")), chain=[GU, {"A": "X", "B": "X"}], total=False)
    assert two.keys == ("a1", "a2", "A", "b1", "B", "X")
    assert two.whole == 5


@pytest.mark.parametrize(
    "given_as",
    [
        {"a1": ("A", "X"), "a2": ("A", "X"), "b1": ("B", "X")},
        [GU, {"A": "X", "B": "X"}],
        pd.DataFrame({"dong": ["a1", "a2", "b1"], "gu": ["A", "A", "B"], "city": "X"}),
        pd.DataFrame({"gu": ["A", "A", "B"], "city": "X"}, index=["a1", "a2", "b1"]),
    ],
)
def test_a_hierarchy_may_be_given_in_several_forms(given_as):
    assert chain_of(given_as, column="dong") == [GU, {"A": "X", "B": "X"}]


@pytest.mark.parametrize(
    ("given_as", "reason"),
    [
        ("a", "found str"),
        ([], "found list"),
        ({"a": ("A", "X"), "b": ("B",)}, "not the same number of levels"),
        ({"a": None}, "None is no key"),
        ({"a": ("A", "X"), "b": ("A", "Y")}, "'A' stands below 'X' and below 'Y'"),
        (pd.DataFrame({"dong": ["a"]}), "no level above"),
        (pd.DataFrame({"dong": ["a", "a"], "gu": ["A", "B"]}), "'a' stands below 'A' and below 'B'"),
    ],
)
def test_a_hierarchy_that_cannot_be_understood_is_refused(given_as, reason):
    with pytest.raises(UsageError, match=f"hierarchy of 'dong'.*{reason}"):
        chain_of(given_as, column="dong")


@pytest.mark.parametrize(
    ("keys", "chain", "reason"),
    [
        (("a1", "z"), [GU], "nothing stands above z"),
        (("a1", "A"), [{"a1": "A", "A": "A"}], "'A' stands on two levels"),
        (("a1",), [{"a1": "total"}], "'total' stands on two levels"),
    ],
)
def test_levels_that_do_not_fit_the_keys_are_refused(keys, chain, reason):
    with pytest.raises(UsageError, match=reason):
        summed(axis("dong", keys), chain=chain, total=True)


def test_keys_that_contain_the_joining_sign_or_are_too_many_are_refused():
    with pytest.raises(UsageError, match="contains ' · '"):
        crossed_axis([axis("a", ("x · y",)), axis("b", ("z",))])
    wide = axis("a", tuple(range(1000)))
    with pytest.raises(UsageError, match=r"'a · b' has 1,000,000 keys, a table has 200,000 cells at most\n.*coarser"):
        crossed_axis([wide, axis("b", tuple(range(1000)))])


SHARE = {"statistic": "share", "share_of": "rows"}


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"statistic": "share"}, "a share needs it"),
        ({"share_of": "rows"}, "no other has it"),
        ({**SHARE, "share_of": "most"}, "unknown share_of 'most'"),
        ({**SHARE, "share_of": "columns"}, "'row' has no total"),
        ({**SHARE, "share_of": "all"}, "'row' has no total"),
        ({**SHARE, "of_value": 1}, "only a share or a rate may have it"),
        ({"of_value": True}, "only a share or a rate may have it"),
        ({"statistic": "rate"}, "a rate needs exposure"),
        ({"statistic": "rate", "exposure": [1, 1], "per": 0}, "per as a number above 0"),
        ({"statistic": "rate", "exposure": [1], "per": 1}, "not one number above 0 for each of 2 keys"),
        ({"statistic": "rate", "exposure": [1, 0], "per": 1}, "not one number above 0"),
        ({"statistic": "rate", "exposure": [1, float("inf")], "per": 1}, "not one number above 0"),
        ({"statistic": "rate", "exposure": "11", "per": 1}, "'exposure' is '11'"),
        ({"exposure": [1, 1]}, "belong to a rate"),
        ({"per": 1}, "belong to a rate"),
        ({"statistic": "quantile"}, "a quantile needs it"),
        ({"quantile": 0.5}, "no other has it"),
        *(({"statistic": "quantile", "quantile": q}, "neither of them") for q in (0, 1, 0.0, 1.0, -1, 2, "0.5", True)),
        ({"statistic": "value"}, "have no sums"),
    ],
)
def test_a_layout_whose_statistic_lacks_what_it_needs_is_refused(more, reason):
    rows, columns = axis("row", ("a", "b")), summed(axis("column", (1, 2)), total=True)
    record = Layout(rows=rows, columns=columns, statistic="count", decimals=0, people=True).as_record()
    with pytest.raises(UsageError, match=reason):
        Layout.from_record({**record, **more})


def test_a_layout_with_all_its_settings_reads_as_it_was_written():
    rows, columns = axis("row", ("a", "b")), summed(axis("column", (1, 2)), total=True)
    for more in (
        {"statistic": "share", "share_of": "rows", "of_value": True},
        {"statistic": "rate", "exposure": (1.0, 2.5), "per": 100.0},
        {"statistic": "quantile", "quantile": 0.25},
    ):
        made = Layout(rows=rows, columns=columns, decimals=1, people=True, **more)
        assert Layout.from_record(made.as_record()) == made


def test_the_exposure_of_crossed_rows_is_given_by_tuples_and_none_may_be_missing():
    crossed = crossed_axis([axis("gu", ("A", "B")), axis("year", (2020,))])
    assert exposure_of(crossed, {("A", 2020): 5, "B · 2020": np.int64(7)}) == (5.0, 7.0)
    with pytest.raises(UsageError, match="no number for B · 2020"):
        exposure_of(crossed, {("A", 2020): 5})
    with pytest.raises(UsageError, match="a rate needs exposure="):
        exposure_of(crossed, None)
