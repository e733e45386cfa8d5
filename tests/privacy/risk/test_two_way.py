"""Tables of protected rows are compared with those of the raw rows, as an analyst would make them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from workbench.errors import UsageError
from workbench.privacy import Policy, protect
from workbench.privacy.recoding import hierarchy_tree, interval_tree
from workbench.privacy.risk.tables_error import label_ranges
from workbench.privacy.risk.two_way import Cover, two_way_errors

AREAS = hierarchy_tree("area", pd.DataFrame([["a1", "a", "*"], ["a2", "a", "*"], ["b1", "b", "*"]]))
AGES = interval_tree("age", (0, 999))


def cover(tree, values):
    return Cover(tree.codes(pa.array(values)), tree.leaves, label_ranges(tree))


def area_errors(raw, protected, **more):
    tables = [pa.table({"area": pa.array(areas, pa.string()), "sex": sex}) for areas, sex in (raw, protected)]
    return two_way_errors(*tables, covers={"area": cover(AREAS, raw[0])}, columns=["sex"], **{"tables": 20, **more})


def test_rows_that_were_not_changed_have_no_error():
    rows = (["a1", "a2", None, "b1"], ["F", "M", "M", None])
    found = area_errors(rows, (["a1", "a2", "missing", "b1"], ["F", "M", "M", None]))
    assert found.errors == (0.0,) * 20
    assert found.as_record()["median"] == 0.0


def test_a_coarse_label_is_spread_over_what_it_covers():
    even = area_errors((["a1", "a2"], ["F", "F"]), (["a", "a"], ["F", "F"]), tables=1)
    uneven = area_errors((["a1", "a1"], ["F", "F"]), (["a", "a"], ["F", "F"]), tables=1)
    assert (even.errors, uneven.errors) == ((0.0,), (0.5,))


def test_a_star_covers_missing_values_only_where_there_are_some():
    without = area_errors((["a1", "a2", "b1"], ["F"] * 3), (["*"] * 3, ["F"] * 3), tables=1)
    among = area_errors((["a1", "a2", "b1", None], ["F"] * 4), (["*"] * 4, ["F"] * 4), tables=1)
    assert without.errors == pytest.approx((0.0,))
    assert among.errors == pytest.approx((0.0,))


def test_suppressed_rows_are_part_of_the_error():
    found = area_errors((["a1", "a1", "a2", "b1"], ["F"] * 4), (["a1", "a1"], ["F"] * 2), tables=1)
    assert found.errors == (2 / 6,)
    everything = area_errors((["a1", "a1"], ["F"] * 2), ([], pa.array([], pa.string())), tables=1)
    assert everything.errors == (1.0,)


def test_intervals_are_spread_over_bins_of_a_wide_domain():
    ages = np.arange(1000)
    raw = pa.table({"age": ages, "sex": ["F"] * 1000})
    shown = pa.table({"age": ["0-499"] * 500 + [str(age) for age in range(500, 995)] + ["995-999"] * 5, "sex": ["F"] * 1000})
    found = two_way_errors(raw, shown, covers={"age": cover(AGES, ages)}, columns=["sex"], tables=10)
    assert found.errors == pytest.approx((0.0,) * 10)
    lumped = pa.table({"age": ["0-99"] * 1000, "sex": ["F"] * 1000})
    found = two_way_errors(raw, lumped, covers={"age": cover(AGES, ages)}, columns=["sex"], tables=1)
    assert found.errors == pytest.approx((0.9,))


def test_filters_take_their_share_of_coarse_labels():
    draw = np.random.default_rng(0)
    raw = pa.table({name: draw.choice(["a1", "a2", "b1"], 300) for name in ("x", "y", "z")})
    covers = {name: cover(AREAS, raw[name].to_pylist()) for name in raw.column_names}
    found = two_way_errors(raw, raw, covers=covers, tables=60)
    assert max(found.errors) < 1e-12
    assert {len(columns) for columns in found.columns} == {2, 3}
    starred = pa.table({name: ["*"] * 300 for name in raw.column_names})
    assert max(two_way_errors(raw, starred, covers=covers, tables=60).errors) < 0.3


def test_the_same_seed_draws_the_same_tables():
    raw = (["a1", "a2", "b1", "b1"], ["F", "M", "F", "M"])
    shown = (["a", "a", "b", "*"], ["F", "M", "F", "M"])
    assert area_errors(raw, shown) == area_errors(raw, shown)
    record = area_errors(raw, shown, tables=40).as_record()
    assert record["median"] <= record["ninth_decile"] <= record["worst"]["error"]
    assert record["worst"]["columns"][0] == "area"


def test_columns_that_make_no_table_are_told_with_the_reason():
    ages = list(range(300))
    raw = pa.table({"age": ages, "name": [f"n{n}" for n in ages], "pay": [float(n) for n in ages], "code": ages})
    shown = raw.set_column(3, "code", pa.array([f"x{n}" for n in ages]))
    shown = shown.set_column(0, "age", pa.array([str(age) for age in ages]))
    found = two_way_errors(raw, shown, covers={"age": cover(AGES, ages)}, columns=["name", "pay", "code"], tables=5)
    assert found.left_out == {"name": "it has 300 different values", "code": "its protected values are of another kind"}
    assert {columns[:2] for columns in found.columns} == {("age", "pay")}
    assert found.errors == (0.0,) * 5


def test_without_two_columns_or_rows_there_is_no_table():
    raw = pa.table({"age": [1, 2]})
    found = two_way_errors(raw, pa.table({"age": ["1", "2"]}), covers={"age": cover(AGES, [1, 2])})
    assert found.as_record()["tables"] == 0
    assert two_way_errors(raw[:0], raw[:0], covers={}).errors == ()


def test_labels_of_another_tree_are_refused_without_telling_them():
    with pytest.raises(UsageError) as caught:
        label_ranges(AREAS)(["a1", "secret", "1-2"])
    assert "2 of its labels are not of its tree" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert [part.tolist() for part in label_ranges(interval_tree("x", (-5, 5)))(["-5--3", "-1", "0-5"])] == [
        [0, 1, 2],
        [0, 4, 5],
        [2, 4, 10],
    ]


def test_a_protection_reports_the_error_of_its_tables_when_asked():
    draw = np.random.default_rng(0)
    rows = pd.DataFrame(
        {"age": draw.integers(1, 100, 400), "job": draw.choice(["a", "b", "c"], 400), "pay": draw.integers(0, 10**6, 400)}
    )
    fields = {
        "age": {"role": "quasi_identifier", "recoding": "interval", "domain": [1, 100]},
        "job": {"role": "sensitive"},
        "pay": {"role": "insensitive"},
    }
    medians = []
    for k in (2, 50):
        policy = Policy.model_validate({"policy": "p", "version": 1, "fields": fields, "guarantee": {"k": k}})
        record = protect(rows, policy, tables=True).report["tables"]
        assert record["tables"] == 200
        medians.append(record["median"])
    assert 0 < medians[0] < medians[1] < 1
