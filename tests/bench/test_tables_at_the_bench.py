"""A table counts people by their protected ids, and what is wrong with it is said in words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from workbench.bench import WITHHELD
from workbench.disclosure import Layout, Rules, tabulate
from workbench.errors import GateRefused, UsageError

TITLE = {"ko": "표", "en": "Table"}


def count(bench, frame, name="t", **more):
    return bench.table(name, frame, **{"rows": "key", "title": TITLE, **more})


def keyed(values) -> pd.DataFrame:
    return pd.DataFrame({"key": values})


def test_a_table_about_people_needs_contributors(at_desk):
    rows = at_desk.load("complaints").drop(columns="person")
    with pytest.raises(GateRefused, match=r"contributors are counted\n.*'person' of complaints"):
        at_desk.table("t", rows, rows="place")


def test_the_protected_ids_that_a_frame_carries_are_its_contributors(at_desk):
    rows = at_desk.load("complaints")
    named = at_desk.table("named", rows, rows="place", contributor="person")
    assert at_desk.table("unnamed", rows, rows="place").safe == named.safe
    assert named.safe.states == (("shown",), ("withheld",))


def test_contributors_are_needed_for_every_table_once_people_are_loaded(at_desk):
    levels = at_desk.load("levels")
    assert at_desk.table("before", levels, rows="place", title=TITLE).at["east"] == 2
    at_desk.load("complaints")
    with pytest.raises(GateRefused, match="contributors are counted"):
        at_desk.table("after", levels, rows="place")


def test_cells_with_too_few_people_are_withheld(at_desk):
    rows = at_desk.load("complaints")
    table = at_desk.table("t", rows, rows="place", contributor="person", title=TITLE)
    assert table.at["east"] == 80
    with pytest.raises(GateRefused, match="the cell west is withheld"):
        _ = table.at["west"]
    assert WITHHELD["ko"] in table._repr_mimebundle_()["text/html"]
    assert np.isnan(table.frame().loc["west", "value"])


@pytest.mark.parametrize("column", ["number", "age", "place", "renumbered"])
def test_what_is_no_protected_id_counts_no_people(at_desk, column):
    rows = at_desk.load("complaints")
    rows["number"] = range(len(rows))
    rows["renumbered"] = rows["person"] + "-" + rows["number"].astype(str)
    with pytest.raises(GateRefused, match=f"'{column}' holds values that are no protected ids"):
        at_desk.table("t", rows, rows="place", contributor=column)


def test_protected_ids_count_people_under_another_name_too(at_desk):
    rows = at_desk.load("complaints").rename(columns={"person": "somebody"})
    assert at_desk.table("t", rows, rows="place", contributor="somebody", title=TITLE).at["east"] == 80


def test_a_row_without_contributor_is_refused(at_desk):
    rows = at_desk.load("complaints")
    rows.loc[3, "person"] = None
    with pytest.raises(UsageError, match="'person' is missing in some rows"):
        at_desk.table("t", rows, rows="place", contributor="person")


@pytest.mark.parametrize("by", ["rows", "columns"])
def test_no_row_or_column_names_a_single_person(at_desk, by):
    rows = at_desk.load("complaints")
    rows["copy"] = rows["person"]
    axes = {"rows": "place", "columns": "year", by: "copy"}
    with pytest.raises(GateRefused, match="'copy' names single people"):
        at_desk.table("t", rows, contributor="person", **axes)


def test_single_values_of_people_are_refused(at_desk):
    rows = at_desk.load("complaints")
    with pytest.raises(GateRefused, match="shows single rows"):
        at_desk.table("t", rows, rows="place", value="year", statistic="value", contributor="person")


def test_what_release_computes_again_is_what_the_notebook_sees(in_batch, written, tmp_path):
    bench = in_batch()
    rows = bench.load("complaints")
    table = bench.table("t", rows, rows="place", columns="year", contributor="person", title=TITLE)
    record = written("t")
    assert record["datasets"]["complaints"]["min_contributors"] == 10
    assert record["datasets"]["complaints"]["personal"] is True
    stored = pd.read_parquet(tmp_path / "run" / "contributions" / "t.parquet")
    assert tabulate(stored, Layout.from_record(record["content"]), rules=Rules(min_contributors=10)) == table.safe


KEYS = [
    (pd.to_datetime(["2021-03-01", "2021-02-01"]), ["2021-02-01", "2021-03-01"]),
    (pd.to_datetime(["2021-03-01 13:00", "2021-03-01 09:30"]), ["2021-03-01 09:30", "2021-03-01 13:00"]),
    ([dt.date(2021, 3, 1), dt.date(2021, 2, 1)], ["2021-02-01", "2021-03-01"]),
    (pd.date_range("2021-03-01", periods=2, tz="Asia/Seoul"), ["2021-03-01", "2021-03-02"]),
    (pd.Categorical(["b", "a"], categories=["b", "a"]), ["a", "b"]),
    (pd.Categorical(["a", "b"], categories=["b", "a"], ordered=True), ["b", "a"]),
    (pd.cut(pd.Series([15, 5]), [0, 10, 100]), ["(0, 10]", "(10, 100]"]),
    (pd.period_range("2021-01", periods=2, freq="M"), ["2021-01", "2021-02"]),
    (np.array([3, 1], dtype="int16"), [1, 3]),
    ([2021.0, 2020.0], [2020, 2021]),
    ([0.5, 1.0], [0.5, 1]),
    ([True, False], [False, True]),
    (pd.array([3, 1], dtype="Int64"), [1, 3]),
    ([Decimal("2.5"), Decimal(1)], [1, 2.5]),
    (["강남 구", "가-나"], ["가-나", "강남 구"]),
]


@pytest.mark.parametrize(("values", "keys"), KEYS)
def test_keys_of_every_kind_become_plain_ones_in_their_order(in_batch, written, tmp_path, values, keys):
    bench = in_batch()
    table = count(bench, keyed(values))
    assert list(table.rows.keys) == keys
    assert [type(key) for key in table.rows.keys] == [type(key) for key in keys]
    assert [table.at[key] for key in keys] == [1, 1]
    assert [int(table.at[value]) for value in values] == [1, 1]
    stored = pd.read_parquet(tmp_path / "run" / "contributions" / "t.parquet")
    assert tabulate(stored, Layout.from_record(written("t")["content"])) == table.safe


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([1, "1"], "mixes numbers and words"),
        ([True, 1.5], "mixes numbers and truth values"),
        ([["a"], ["b"]], "no key of a table"),
        ([b"a", b"b"], "is no key of a table"),
        ([1.0, np.nan], "has missing values"),
        (["a", None], "has missing values"),
        (pd.array([1, None], dtype="Int64"), "has missing values"),
        ([float("inf"), 1.0], "a key of 'key' is inf"),
        ([], "has no keys: the frame has no rows"),
    ],
)
def test_keys_that_cannot_stand_in_a_table_are_refused(at_desk, values, reason):
    frame = pd.DataFrame({"key": pd.Series(values, dtype=None if len(values) else object)})
    with pytest.raises(UsageError, match=reason):
        count(at_desk, frame)


def test_keys_are_listed_in_the_order_wanted_and_none_is_dropped(at_desk):
    table = count(at_desk, keyed(["a", "b"]), keys={"key": ["c", "b", "a"]})
    assert table.rows.keys == ("c", "b", "a")
    assert table.at["c"] == 0
    with pytest.raises(UsageError, match="holds keys that keys= does not list: b"):
        count(at_desk, keyed(["a", "b"]), keys={"key": ["a"]})
    with pytest.raises(UsageError, match="mixes numbers and words"):
        count(at_desk, keyed(["1"]), keys={"key": [1]})
    with pytest.raises(UsageError, match="not all different"):
        count(at_desk, keyed(["a"]), keys={"key": ["a", "a"]})
    with pytest.raises(UsageError, match="keys= is a list"):
        count(at_desk, keyed(["a"]), keys={"key": "a"})
    with pytest.raises(UsageError, match="lists a missing value"):
        count(at_desk, keyed(["a"]), keys={"key": ["a", None]})


def test_a_frame_without_rows_makes_a_table_where_its_keys_are_listed(at_desk):
    frame = pd.DataFrame({"key": pd.Series([], dtype="str"), "kind": pd.Series([], dtype="str")})
    table = count(at_desk, frame, columns="kind", keys={"key": ["a", "b"], "kind": ["x"]})
    assert table.safe.values == ((0,), (0,))


@pytest.mark.parametrize("more", [{"axis_titles": {"kye": TITLE}}, {"labels": {"kye": {}}}, {"keys": {"kye": []}}])
def test_a_column_misspelt_in_a_setting_is_named(at_desk, more):
    with pytest.raises(UsageError, match=f"table 't', {next(iter(more))}: unknown column 'kye'"):
        count(at_desk, keyed(["a"]), **more)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"rows": "kye"}, r"unknown column 'kye'\n.*'key'"),
        ({"columns": "key"}, "rows and columns are both 'key'"),
        ({"statistic": "variance"}, "unknown statistic 'variance'"),
        ({"statistic": "mean"}, "needs value="),
        ({"value": "key"}, "a count takes no value="),
        ({"statistic": "mean", "value": "key"}, "holds no numbers but str"),
        ({"decimals": -1}, "decimals: -1"),
        ({"decimals": 1.5}, "decimals: 1.5"),
        ({"title": "표"}, "found '표', allowed is a text in each language"),
        ({"title": {"ko": "표"}}, "title: missing in en"),
        ({"title": {"ko": "표", "en": " "}}, "title: missing in en"),
        ({"title": {"ko": "표", "en": 3}}, "title, en: found 3"),
        ({"title": {"ko": "표", "en": "Table", "kr": "표"}}, "unknown language 'kr'"),
        ({"labels": {"key": {"a": {"ko": "가"}}}}, "label of a: missing in en"),
        ({"note": {"en": "x"}}, "note: missing in ko"),
        ({"unit": "dB"}, "unit: found 'dB'"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_in_words(at_desk, more, reason):
    with pytest.raises(UsageError, match=reason):
        count(at_desk, keyed(["a"]), **more)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([1.0, np.inf], "infinite"),
        (["1", "2"], "no numbers but str"),
        (pd.Series(["1", 2.0], dtype=object), "holds words"),
        (pd.to_datetime(["2021-01-01"] * 2), "no numbers but datetime64"),
        ([1j, 2], "no numbers but complex"),
        ([{}, {}], "no numbers"),
    ],
)
def test_values_that_are_no_numbers_are_refused(at_desk, values, reason):
    with pytest.raises(UsageError, match=f"table 't': 'v'.*{reason}"):
        count(at_desk, pd.DataFrame({"key": ["a", "b"], "v": values}), value="v", statistic="sum")


def test_values_of_odd_types_are_added_up(at_desk):
    for values in (
        [True, False],
        [Decimal("0.5"), Decimal("0.5")],
        pd.array([1, None], dtype="Int64"),
        np.array([1, 0], "uint8"),
    ):
        frame = pd.DataFrame({"key": ["a", "a"], "v": values})
        assert count(at_desk, frame, value="v", statistic="sum").at["a"] == 1


@pytest.mark.parametrize("frame", [None, [1], pd.Series([1], name="key")])
def test_a_table_is_made_from_a_frame(at_desk, frame):
    with pytest.raises(UsageError, match="made from a frame of rows"):
        count(at_desk, frame)


def test_a_column_that_stands_twice_is_refused(at_desk):
    with pytest.raises(UsageError, match="several columns named 'key'"):
        count(at_desk, pd.DataFrame([[1, 2]], columns=["key", "key"]))


@pytest.mark.parametrize("name", ["", "T", "1a", "a-b", "a.figure", "../a", "a b", "가", "a\n", "a" * 81, None, 5])
def test_a_result_is_named_by_a_plain_word(at_desk, name):
    with pytest.raises(UsageError, match="a result's name is lower-case letters"):
        count(at_desk, keyed(["a"]), name=name)


def test_a_name_stands_once_in_a_run_and_may_be_used_again_at_a_desk(in_batch, at_desk, city):
    for _ in range(2):
        count(at_desk, keyed(["a"]))
    with pytest.raises(UsageError, match="two results are named 't'"):
        at_desk.finding("t", {"ko": "가", "en": "a"})
    bench = in_batch()
    count(bench, keyed(["a"]))
    with pytest.raises(UsageError, match="two results are named 't'"):
        count(bench, keyed(["a"]))


def test_a_table_that_failed_may_be_made_again_under_its_name(in_batch, written):
    bench = in_batch()
    with pytest.raises(UsageError):
        count(bench, keyed([None]))
    count(bench, keyed(["a"]))
    assert written("t")["order"] == 1


def test_axes_are_titled_as_the_catalogue_says(in_batch, written):
    bench = in_batch()
    rows = bench.load("levels").assign(own=1)
    bench.table("t", rows, rows="place", columns="own", title=TITLE)
    content = written("t")["content"]
    assert content["rows"]["title"] == {"ko": "string (한)", "en": "string"}
    assert content["columns"]["title"] == {"ko": "own", "en": "own"}


def test_districts_are_called_by_their_names_in_each_language(at_desk):
    table = count(at_desk, keyed(["강남구", "없는구"]))
    assert table.rows.labels["ko"] == ("강남구", "없는구")
    assert table.rows.labels["en"][0].startswith("Gangnam")
    assert table.rows.labels["en"][1] == "없는구"


def test_a_table_shows_its_labels_and_refuses_an_unknown_language(at_desk):
    labels = {"key": {"a": {"ko": "<가>", "en": "<A>"}}}
    table = count(at_desk, keyed(["a"]), labels=labels)
    assert table.frame("en").index.tolist() == ["<A>"]
    assert "&lt;가&gt;" in table._repr_mimebundle_()["text/html"]
    with pytest.raises(UsageError, match="unknown language 'fr'"):
        table.frame("fr")
    with pytest.raises(UsageError, match=r"at\[row\] or at\[row, column\]"):
        _ = table.at["a", 1, 2]
    with pytest.raises(UsageError, match="unknown key of 'key' 'b'"):
        _ = table.at["b"]


def test_a_table_too_large_to_read_is_refused(at_desk):
    frame = pd.DataFrame({"key": np.arange(1000), "kind": np.arange(1000)})
    with pytest.raises(UsageError, match="a table of 1000 x 1000 cells"):
        count(at_desk, frame, columns="kind")
