"""Times become periods that nest, in the time of Seoul."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import UsageError
from workbench.privacy.places import check_levels, time_tree
from workbench.privacy.recoding import Attribute, recode

MOMENT = dt.datetime(2021, 3, 5, 8, 5, 9)  # noqa: DTZ001 - a time without a zone is one of Seoul


def labels_of(moment, levels) -> list[str]:
    tree, codes = time_tree("at", pd.Series([moment]), levels=levels)
    order = np.argsort(tree.level)
    return [tree.labels[node] for node in order if tree.first[node] <= codes[0] <= tree.last[node]]


def test_each_level_has_the_label_that_people_write():
    levels = ["second", "minute", "hour", "day", "month", "quarter", "year"]
    expected = ["2021-03-05T08:05:09", "2021-03-05T08:05", "2021-03-05T08", "2021-03-05", "2021-03", "2021-Q1", "2021", "*"]
    assert labels_of(MOMENT, levels) == expected
    assert labels_of(MOMENT, ["day", "week"]) == ["2021-03-05", "2021-W09", "*"]
    assert labels_of(MOMENT, levels[::-1]) == expected


@given(st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)))
def test_weeks_are_those_of_iso_8601(day):
    year, week, _ = day.isocalendar()
    assert labels_of(day, ["day", "week"]) == [day.isoformat(), f"{year}-W{week:02d}", "*"]


@given(st.lists(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2040, 1, 1)), min_size=1, max_size=20))  # noqa: DTZ001
def test_every_moment_lies_in_the_period_that_its_label_says(moments):
    tree, codes = time_tree("at", pd.Series(moments), levels=["hour", "day", "month", "year"])
    for moment, code in zip(moments, codes, strict=True):
        found = [tree.labels[node] for node in np.argsort(tree.level) if tree.first[node] <= code <= tree.last[node]]
        assert found == [moment.strftime(form) for form in ("%Y-%m-%dT%H", "%Y-%m-%d", "%Y-%m", "%Y")] + ["*"]


def test_a_node_counts_all_periods_in_it_and_not_those_that_hold_rows():
    days = pd.Series([dt.date(2020, 2, 3), dt.date(2021, 1, 1), None])
    tree, codes = time_tree("on", days, levels=["day", "month", "year"])
    size = {label: int(last - first) + 1 for label, first, last in zip(tree.labels, tree.first, tree.last, strict=True)}
    assert size == {"*": 731, "2020": 366, "2021": 365, "2020-02": 29, "2021-01": 31, "2020-02-03": 1, "2021-01-01": 1}
    assert codes.tolist() == [33, 366, -1]
    for node, parent in enumerate(tree.parent):
        assert (tree.level[parent] > tree.level[node] and tree.first[parent] <= tree.first[node]) if node else parent == -1


def test_a_time_in_another_zone_is_turned_into_seouls_and_one_without_is_seouls_already():
    stamps = pa.array([dt.datetime(2021, 3, 4, 23, 30, tzinfo=dt.UTC)], pa.timestamp("us", tz="UTC"))
    assert time_tree("at", stamps, levels=["hour"])[0].labels[-1] == "2021-03-05T08"
    assert labels_of(dt.datetime(2021, 3, 4, 23, 30), ["hour"])[0] == "2021-03-04T23"  # noqa: DTZ001
    seoul = pd.Series(pd.to_datetime(["2021-03-05 08:30"])).dt.tz_localize("Asia/Seoul")
    assert time_tree("at", seoul, levels=["hour"])[0].labels[-1] == "2021-03-05T08"


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_a_moment_before_1970_lies_in_its_own_hour(unit):
    stamps = pa.array([dt.datetime(1969, 12, 31, 23, 59, 59, 500_000)]).cast(pa.timestamp(unit), safe=False)  # noqa: DTZ001
    assert time_tree("at", stamps, levels=["hour"])[0].labels[-1] == "1969-12-31T23"


@pytest.mark.parametrize("coarser", [["month"], ["quarter"], ["year"], ["month", "year"]])
def test_weeks_do_not_nest_in_months_and_the_error_names_them(coarser):
    with pytest.raises(UsageError) as caught:
        check_levels("on", ["day", "week", *coarser])
    assert "weeks do not fit into " + " or ".join(f"{level}s" for level in coarser) in str(caught.value)


@pytest.mark.parametrize(
    ("levels", "told"),
    [([], "levels"), ("day", "levels"), (["days"], "unknown level 'days'"), (["day", "day"], "twice")],
)
def test_levels_that_are_none_are_refused(levels, told):
    with pytest.raises(UsageError, match=told):
        time_tree("on", pd.Series([dt.date(2021, 1, 1)]), levels=levels)


def test_a_date_has_no_hour():
    with pytest.raises(UsageError, match="a date has no hour"):
        time_tree("on", pd.Series([dt.date(2021, 1, 1)]), levels=["hour", "day"])


@pytest.mark.parametrize("values", [["2021-03-05"], [20210305], [dt.date(2021, 1, 1), "x"]])
def test_what_is_no_time_is_refused_without_its_value(values):
    with pytest.raises(UsageError) as caught:
        time_tree("on", pd.Series(values, dtype=object), levels=["day"])
    assert "2021" not in str(caught.value)
    assert "field 'on'" in str(caught.value)


@pytest.mark.parametrize("values", [pd.Series([None, None]), pa.nulls(2), pa.array([None, None], pa.date32())])
def test_a_column_without_any_time_has_the_root_alone(values):
    tree, codes = time_tree("on", values, levels=["day"])
    assert (list(tree.labels), codes.tolist()) == (["*"], [-1, -1])


def test_the_recoding_engine_makes_periods_of_k_people():
    draw = np.random.default_rng(1)
    hours = pd.Series(pd.Timestamp("2021-01-01") + pd.to_timedelta(draw.integers(0, 24 * 90, 2000), unit="h"))
    tree, codes = time_tree("at", hours, levels=["hour", "day", "month"])
    shown = pd.Series(recode([Attribute("at", tree, codes)], k=5).columns["at"].to_pylist())
    assert shown.value_counts().min() >= 5
    assert shown.str.len().isin([10, 13]).mean() > 0.9
