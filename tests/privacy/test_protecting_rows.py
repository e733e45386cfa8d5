"""What protection promises, checked on the output against a plain count."""

from __future__ import annotations

import json

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from people_policies import PEOPLE, TREE, dataset, policy, rules, write_tree
from workbench.errors import GateRefused, UsageError, WorkbenchError
from workbench.privacy import Policy, protect

KEY = b"key"
AGES = {"age": {"role": "quasi_identifier", "recoding": "interval", "domain": [0, 9]}, "ill": {"role": "sensitive"}}
HOMES = ["강 남구", "서초구", "Dong-gu", "중구"]


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return write_tree(tmp_path_factory.mktemp("tree"))


def without_places(tree) -> dict:
    return {name: rule for name, rule in rules(tree).items() if name != "spot"}


def frame_of(rows) -> pd.DataFrame:
    """Rows of (who, age, home) as the vault gives them."""
    return pd.DataFrame({
        "row": [f"raw-row-{number}" for number in range(len(rows))],
        "who": pd.array([f"raw-person-{who}" for who, _, _ in rows], dtype="str"),
        "age": pd.array([age for _, age, _ in rows], dtype="Int64").astype("float64"),
        "home": pd.array([home for _, _, home in rows], dtype="str"),
        "illness": "cold",
        "words": "raw words",
    })  # fmt: skip


def run(frame, tree, *, fields=None, **more):
    return protect(frame, policy(fields or without_places(tree), **more).placed(tree.parent / "people.yml"), key=KEY)


rows = st.lists(
    st.tuples(st.integers(0, 6), st.none() | st.integers(0, 99), st.none() | st.sampled_from(HOMES)), min_size=1, max_size=40
)


@given(rows=rows, k=st.integers(2, 6), suppression=st.sampled_from([0.0, 0.1, 1.0]), dimensions=st.sampled_from([[], ["home"]]))
@settings(max_examples=80, deadline=None)
def test_at_least_k_people_share_each_profile_or_protection_is_refused(tree, rows, k, suppression, dimensions):
    frame = frame_of(rows)
    try:
        found = run(frame, tree, k=k, suppression=suppression, analysis_dimensions=dimensions)
    except GateRefused:
        assert dimensions or frame["who"].nunique() < k  # with local recoding alone, enough people are enough
        return
    kept = found.frame
    people = kept.groupby(["age", "home"], dropna=False)["who"].nunique()
    assert people.min() >= k
    assert found.report["k"] == people.min()
    assert found.report["classes"] == len(people)
    assert found.report["people"] == frame["who"].nunique()
    left_out = len(frame) - len(kept)
    assert left_out <= suppression * len(frame) + 1e-9
    assert found.report["suppressed"] == left_out / len(frame)
    assert 0 <= found.report["ncp"] <= 1
    assert list(kept.columns) == ["who", "age", "home", "illness"]
    assert not kept.map(lambda value: str(value).startswith("raw")).to_numpy().any()
    json.dumps(found.report, allow_nan=False)


@given(rows=rows, seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_labels_and_report_never_depend_on_the_order_of_rows(tree, rows, seed):
    """Which of several people of one profile bears which of its labels does; the labels themselves do not."""
    frame = frame_of(rows)
    shuffled = frame.sample(frac=1, random_state=seed)
    try:
        one = run(frame, tree, suppression=0.5)
    except GateRefused as refused:
        with pytest.raises(GateRefused) as again:
            run(shuffled, tree, suppression=0.5)
        assert str(again.value) == str(refused)
        return
    two = run(shuffled, tree, suppression=0.5)
    labels = [name for name in one.frame if name in one.report["loss"]["ncp_by_field"]]
    shown = [found.frame[labels].sort_values(labels, ignore_index=True) for found in (one, two)]
    pd.testing.assert_frame_equal(*shown)
    assert one.report == two.report


def test_labels_under_l_and_t_do_not_depend_on_the_order_of_rows():
    fields = {**AGES, "age": {**AGES["age"], "domain": [0, 99]}}
    asked = {"policy": "p", "version": 1, "fields": fields, "guarantee": {"k": 3, "l": {"ill": 2}, "t": {"ill": 0.4}}}
    draw = np.random.default_rng(5)
    frame = pd.DataFrame({"age": draw.integers(0, 100, 400), "ill": draw.choice(list("bcad"), 400, p=[0.5, 0.3, 0.15, 0.05])})
    one, two = (protect(rows, Policy.model_validate(asked)).frame for rows in (frame, frame.sample(frac=1, random_state=2)))
    pd.testing.assert_frame_equal(one, two)


@pytest.mark.parametrize("unit", [None, "kept"])
def test_who_of_many_alike_gets_which_label_does_not_depend_on_the_order_of_rows(unit):
    fields = {"age": AGES["age"], "kept": {"role": "direct_identifier" if unit else "insensitive"}}
    fields["kept"] |= {"treatment": "pseudonymise"} if unit else {}
    asked = Policy.model_validate({"policy": "p", "version": 1, "unit": unit, "fields": fields, "guarantee": {"k": 2}})
    for seed in range(20):
        ages = np.random.default_rng(seed).integers(0, 10, 30)
        frame = pd.DataFrame({"age": pd.array([None if age == 9 else age for age in ages], dtype="Int64"), "kept": range(30)})
        one, two = (protect(rows, asked, key=KEY).frame for rows in (frame, frame.sample(frac=1, random_state=seed)))
        pd.testing.assert_frame_equal(one, two)


def test_rows_of_one_person_are_one_person(tree):
    with pytest.raises(GateRefused, match="k = 2: the data hold 1 people"):
        run(frame_of([(1, 30, "중구")] * 50), tree)


def test_one_row_is_refused_and_no_row_is_protected_as_it_is(tree):
    with pytest.raises(GateRefused, match="k = 2: the data hold 1 people"):
        run(frame_of([(1, 30, "중구")]), tree, suppression=1.0)
    found = run(frame_of([]), tree)
    assert len(found.frame) == 0
    assert list(found.frame.columns) == ["who", "age", "home", "illness"]
    assert found.report["k"] == 0


def test_k_larger_than_the_table_is_refused(tree):
    with pytest.raises(GateRefused, match="k = 50: the data hold 3 people"):
        run(frame_of([(who, 30, "중구") for who in range(3)]), tree, k=50, suppression=1.0)


def test_k_holds_even_where_no_field_is_generalised():
    made = policy({"row": {"role": "direct_identifier", "treatment": "drop"}}, k=3)
    two = pd.DataFrame({"row": ["a", "b"], "who": ["x", "y"]})
    with pytest.raises(GateRefused, match="k = 3: the data hold 2 people"):
        protect(two, made, key=KEY)
    three = pd.DataFrame({"row": ["a", "b", "c"], "who": ["x", "y", "z"]})
    assert protect(three, made, key=KEY).report["k"] == 3


def test_columns_without_any_value_are_a_category_of_their_own(tree):
    found = run(frame_of([(who, None, None) for who in range(4)]), tree)
    assert set(found.frame["age"]) == {"missing"}
    assert set(found.frame["home"]) == {"missing"}
    assert found.report["ncp"] == 0.0
    nothing = pa.table({"who": ["a", "b"], "age": pa.nulls(2), "home": pa.nulls(2), "illness": pa.nulls(2)})
    fields = {name: rule for name, rule in without_places(tree).items() if name not in ("row", "words")}
    assert run(nothing, tree, fields=fields).table["age"].to_pylist() == ["missing", "missing"]


def test_missing_values_are_no_wildcard(tree):
    people = [(who, 30, "중구") for who in range(5)]
    found = run(frame_of([*people, (9, None, "중구")]), tree, k=3)
    assert (found.frame["age"] == "*").sum() == 3, "one missing value alone hides among others, and is no wildcard"
    two = run(frame_of([*people, *((who, None, "중구") for who in (9, 10, 11))]), tree, k=3)
    assert set(two.frame["age"]) == {"30", "missing"}


def test_a_person_nobody_knows_is_refused_by_row_and_without_a_value(tree):
    frame = frame_of([(who, 30, "중구") for who in range(4)])
    frame.loc[2, "who"] = None
    with pytest.raises(GateRefused, match=r"unit 'who': missing in 1 rows \(the first is row 3\)"):
        run(frame, tree)


def test_l_and_t_hold_on_what_is_published(tree):
    frame = frame_of([(who, 20 + who // 2, HOMES[who % 4]) for who in range(60)])
    frame["illness"] = [["cold", "flu", "gout"][who % 3] for who in range(60)]
    asked = {"k": 4, "l": {"illness": 3}, "t": {"illness": 0.2}}
    found = run(frame, tree, guarantee=asked)
    counted = found.frame.groupby(["age", "home"])["illness"]
    assert counted.nunique().min() >= 3
    whole = found.frame["illness"].value_counts(normalize=True)
    for _, values in counted:
        shares = values.value_counts(normalize=True).reindex(whole.index, fill_value=0)
        assert (shares - whole).abs().sum() / 2 <= 0.2 + 1e-12
    assert found.report["l"] == {"illness": counted.nunique().min()}
    assert found.report["t"]["illness"] <= 0.2


def repeated(codes, words) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(words))


def test_a_dictionary_that_holds_a_person_twice_makes_no_two_people_of_them():
    asked = Policy.model_validate({"policy": "p", "version": 1, "unit": "who", "fields": AGES, "guarantee": {"k": 2}})
    table = pa.table({"age": [1, 1, 2, 2], "ill": list("xyxy"), "who": repeated([0, 1, 2, 2], ["a", "a", "b"])})
    found = protect(table, asked)
    assert (found.report["people"], found.report["k"]) == (2, 2)
    assert len(set(found.table["who"].to_pylist())) == 2
    with pytest.raises(GateRefused, match="missing in 1 rows"):
        protect(pa.table({"age": [1, 1, 1], "ill": list("xyx"), "who": [1.0, float("nan"), 2.0]}), asked)


@pytest.mark.parametrize(
    "ill",
    [
        repeated([0, 1], ["x", "x"]),
        pa.array([float("nan"), None]),
        pa.array([0.0, -0.0]),
        pa.array(np.array([np.nan, np.nan], np.float16)),
    ],
)
def test_one_value_in_two_writings_is_not_diverse(ill):
    asked = {"policy": "p", "version": 1, "fields": AGES, "guarantee": {"k": 2, "l": {"ill": 2}}}
    with pytest.raises(GateRefused, match="it has 1 different values"):
        protect(pa.table({"age": [1, 1], "ill": ill}), Policy.model_validate(asked))


@pytest.mark.parametrize(
    "kind", [pa.string_view(), pa.large_string(), pa.binary(), pa.binary_view(), pa.bool_(), pa.decimal128(3, 1)]
)
def test_sensitive_values_of_any_kind_are_counted(kind):
    asked = {"policy": "p", "version": 1, "fields": AGES, "guarantee": {"k": 2, "l": {"ill": 2}, "t": {"ill": 0}}}
    ill = pa.array(["1", "0"] * 2).cast(kind)
    assert protect(pa.table({"age": [1, 2, 3, 4], "ill": ill}), Policy.model_validate(asked)).report["l"] == {"ill": 2}


@pytest.mark.parametrize("cells", [[["a"], ["b"]], [{"a": 1}, None]])
def test_lists_and_records_are_told_by_their_field(cells):
    fields = {**AGES, "kept": {"role": "insensitive"}, "gone": {"role": "insensitive", "treatment": "drop"}}
    asked = Policy.model_validate({"policy": "p", "version": 1, "fields": fields, "guarantee": {"k": 2}})
    plain = {"age": [1, 1], "ill": ["x", "y"], "gone": cells}
    with pytest.raises(UsageError, match="field 'kept': each cell holds several values"):
        protect(pa.table({**plain, "kept": cells}), asked)
    assert protect(pa.table({**plain, "kept": [1, 2]}), asked).report["k"] == 2


def test_closeness_is_measured_as_it_was_decided_where_people_stand_in_several_cells():
    interval = {"role": "quasi_identifier", "recoding": "interval"}
    fields = {"zone": {**interval, "domain": [0, 1]}, "age": {**interval, "domain": [0, 9]}, "ill": {"role": "sensitive"}}
    asked = Policy.model_validate({
        "policy": "p", "version": 1, "unit": "who", "fields": fields, "guarantee": {"k": 2, "t": {"ill": 0.2}},
        "analysis_dimensions": ["zone"], "limits": {"suppression": 0.3},
    })  # fmt: skip
    protected = 0
    for seed in range(40):
        draw = np.random.default_rng(seed)
        frame = pd.DataFrame({"who": draw.integers(0, 16, 40), "zone": draw.integers(0, 2, 40), "age": draw.integers(0, 10, 40)})
        found = protect(frame.assign(ill=draw.choice(["a", "b"], 40, p=[0.6, 0.4])), asked)
        protected += found.report["classes"] > 1
        assert found.report["t"]["ill"] <= 0.2
    assert protected > 20


def test_ordered_closeness_needs_an_order(tree):
    frame = frame_of([(who, 30, "중구") for who in range(8)]).assign(illness=[1, 2, 3, 4, 1, 2, 3, 4])
    asked = {"k": 2, "t": {"illness": {"value": 0.1, "distance": "ordered"}}}
    assert run(frame, tree, guarantee=asked).report["t"]["illness"] <= 0.1
    with pytest.raises(UsageError, match="field 'illness': distance: ordered needs integer or number"):
        run(frame.assign(illness="cold"), tree, guarantee=asked)


def test_a_guarantee_out_of_reach_names_the_fields_in_the_way(tree):
    frame = frame_of([(who, 30 + who, "중구") for who in range(9)])  # everybody has a cold
    with pytest.raises(GateRefused, match="illness"):
        run(frame, tree, guarantee={"k": 2, "l": {"illness": 2}})


@pytest.mark.parametrize("value", [100, -1, float("inf")])
def test_a_value_outside_its_domain_is_told_by_its_row_and_not_repeated(tree, value):
    frame = frame_of([(1, 5, "중구"), (2, 5, "중구")])
    frame["age"] = [5, value]
    with pytest.raises(UsageError, match="field 'age'") as caught:
        run(frame, tree)
    assert "row 2" in str(caught.value)
    assert "0-99" in str(caught.value) or "number" in str(caught.value)


def test_all_fields_that_cannot_be_coded_are_told_at_once_and_no_value_is(tree):
    frame = frame_of([(1, 30, "용산구"), (2, 30, "중구")])
    frame["age"] = pd.Series(["seventeen", "30"], dtype="str")
    with pytest.raises(UsageError) as caught:
        run(frame, tree)
    told = str(caught.value)
    assert "field 'age'" in told
    assert "field 'home'" in told
    assert "row 1" in told
    assert "용산구" not in told
    assert "seventeen" not in told


def test_mixed_types_are_told_by_their_kinds(tree):
    frame = frame_of([(1, 30, "중구"), (2, 30, "중구")])
    frame["age"] = pd.Series([30, "thirty"], dtype=object)
    with pytest.raises(UsageError, match=r"field 'age': values of several kinds \(int, str\)") as caught:
        run(frame, tree)
    assert "thirty" not in str(caught.value)


def test_fields_and_policy_must_name_each_other(tree):
    frame = frame_of([(who, 30, "중구") for who in range(3)])
    with pytest.raises(UsageError, match="field 'shoe_size' is not named"):
        run(frame.assign(shoe_size=42), tree)
    with pytest.raises(UsageError, match="unknown field 'home'"):
        run(frame.drop(columns="home"), tree)


def test_names_with_spaces_hyphens_and_hangul_work(tmp_path):
    write_tree(tmp_path, "강 남-구;*\n중구;*\n", name="사는 곳-1.csv")
    fields = {
        "사는 곳": {"role": "quasi_identifier", "hierarchy": "사는 곳-1.csv"},
        "sex - at birth": {"role": "sensitive"},
    }
    made = policy(fields, unit=None).placed(tmp_path / "people.yml")
    found = protect(pd.DataFrame({"사는 곳": ["강 남-구", "중구", "중구"], "sex - at birth": ["F", "M", "F"]}), made)
    assert set(found.frame["사는 곳"]) == {"*"}
    assert list(found.frame.columns) == ["사는 곳", "sex - at birth"]


def test_rows_without_unit_are_a_person_each(tree):
    fields = {**without_places(tree), "who": {"role": "direct_identifier", "treatment": "drop"}}
    found = run(frame_of([(1, 30, "중구"), (1, 30, "중구")]), tree, fields=fields, unit=None)
    assert found.report["k"] == 2
    assert "who" not in found.frame.columns


def test_a_unit_may_be_dropped_and_people_are_still_counted(tree):
    fields = {**without_places(tree), "who": {"role": "direct_identifier", "treatment": "drop"}}
    with pytest.raises(GateRefused, match="k = 2: the data hold 1 people"):
        run(frame_of([(1, 30, "중구"), (1, 30, "중구")]), tree, fields=fields)
    found = run(frame_of([(1, 30, "중구"), (2, 30, "중구")]), tree, fields=fields)
    assert found.report["k"] == 2
    assert "who" not in found.frame.columns


def test_without_a_key_pseudonyms_differ_each_time(tree):
    frame = frame_of([(1, 30, "중구"), (2, 30, "중구")])
    made = policy(without_places(tree)).placed(tree.parent / "people.yml")
    one, two = (protect(frame, made).frame["who"].tolist() for _ in range(2))
    assert not set(one) & set(two)


def test_places_that_the_policy_keeps_stay_places(tree):
    frame = frame_of([(who, 30, "중구") for who in range(3)])
    frame["spot"] = shapely.points([[127.0, 37.5], [127.1, 37.6], [126.9, 37.4]])
    places = geopandas.GeoDataFrame(frame, geometry="spot", crs=4326)
    found = run(places, tree, fields=rules(tree))
    assert isinstance(found.frame, geopandas.GeoDataFrame)
    assert found.frame.crs.to_epsg() == 4326
    dropped = {**rules(tree), "spot": {"role": "direct_identifier", "treatment": "drop"}}
    assert "spot" not in run(places, tree, fields=dropped).frame.columns


def test_places_become_cells_and_times_periods_that_k_people_share(tree):
    spots = shapely.points(np.array([[127.0 + who / 1000, 37.5] for who in range(12)]))
    frame = pd.DataFrame(
        {
            "who": [f"p{who}" for who in range(12)],
            "home": geopandas.GeoSeries(spots, crs=4326),
            "at": pd.date_range("2021-03-01", periods=12, freq="6h"),
        }
    )
    fields = {
        "home": {"role": "quasi_identifier", "recoding": "place", "finest_m": 100},
        "at": {"role": "quasi_identifier", "recoding": "time", "levels": ["hour", "day", "month"]},
    }
    found = protect(geopandas.GeoDataFrame(frame, geometry="home", crs=4326), policy(fields, k=3), key=KEY)
    assert found.frame.groupby(["home", "at"])["who"].nunique().min() >= 3
    assert found.report["fields"]["at"]["rows_at_level"]
    as_words = frame.assign(at=frame["at"].astype(str), home=pd.Series(shapely.to_wkb(spots), dtype=object))
    again = protect(as_words, policy(fields, k=3), key=KEY)
    assert again.frame["at"].tolist() == found.frame["at"].tolist()


def test_words_of_suppressed_rows_and_the_order_of_people_do_not_stay_in_dictionaries(tree):
    rows = [(who, 30, HOMES[3]) for who in range(9)] + [(9, 31, HOMES[0])]
    frame = frame_of(rows).assign(illness=["z", "b", "c", "b", "b", "c", "b", "c", "b", "lonely illness"])
    coded = pa.table({name: pa.array(frame[name]).cast(pa.string()).dictionary_encode() for name in frame if name != "age"})
    found = run(
        coded.append_column("age", [frame["age"].tolist()]), tree, k=3, suppression=0.1, analysis_dimensions=["age", "home"]
    )
    assert found.report["suppressed"] == pytest.approx(0.1)
    for column in found.table.columns:
        words = column.chunk(0).dictionary.to_pylist()
        assert words == sorted(set(column.to_pylist()))
    assert "lonely illness" not in found.table["illness"].chunk(0).dictionary.to_pylist()


def test_a_frame_gives_a_frame_and_a_table_gives_a_table(tree):
    frame = frame_of([(who, 30, "중구") for who in range(4)])
    one = run(frame, tree)
    two = run(pa.Table.from_pandas(frame, preserve_index=False), tree)
    assert isinstance(one.frame, pd.DataFrame)
    assert isinstance(two.frame, pa.Table)
    assert one.frame.to_dict("list") == two.frame.to_pydict()
    assert str(one.frame["age"].dtype) == "str"


def test_the_report_says_what_was_done_to_each_field(tree):
    frame = frame_of([(who, 30 + who, HOMES[who % 4]) for who in range(20)])
    found = run(frame, tree, k=4, analysis_dimensions=["home"])
    fields = found.report["fields"]
    assert {name: said["done"] for name, said in fields.items()} == {
        "row": "drop", "who": "pseudonymise", "age": "interval", "home": "hierarchy", "illness": "keep", "words": "drop",
    }  # fmt: skip
    assert fields["home"]["level"] == found.report["levels"]["home"]
    assert fields["age"]["widths"]["widest"] >= fields["age"]["widths"]["median"] >= 1
    assert sum(fields["home"]["rows_at_level"].values()) == pytest.approx(1)
    assert found.report["ncp"] == pytest.approx((fields["age"]["ncp"] + fields["home"]["ncp"]) / 2)
    sizes = found.frame.groupby(["age", "home"]).size()
    assert found.report["loss"]["discernibility"] == (sizes**2).sum()
    assert found.report["loss"]["average_class_size"] == pytest.approx(20 / len(sizes))
    assert found.report["risk"]["sample_uniques"] == 0


def test_a_policy_that_is_not_about_people_passes_rows_on():
    frame = pd.DataFrame({"year": [2021]})
    found = protect(frame, Policy(policy="air", version=1, personal=False))
    assert found.frame.equals(frame)


def test_no_message_repeats_a_value_of_a_row(tree):
    secret = "대외비값"
    for spoilt in ("age", "home", "who"):
        frame = frame_of([(who, 30, "중구") for who in range(4)])
        frame[spoilt] = pd.Series([secret, None, secret, "x"], dtype=object)
        with pytest.raises(WorkbenchError) as caught:
            run(frame, tree)
        assert secret not in str(caught.value)


def test_hierarchies_are_read_relative_to_the_policy_or_absolute(tree):
    fields = without_places(tree)
    fields["home"] = {**fields["home"], "hierarchy": str(tree)}
    frame = frame_of([(who, 30, "중구") for who in range(4)])
    assert protect(frame, policy(fields), key=KEY).report["k"] == 4
    assert TREE.splitlines()[0].startswith("강 남구")


def test_the_catalogue_of_these_tests_is_one_of_people():
    assert dataset({name: field for name, field in PEOPLE.items() if name != "spot"}).personal_fields == [
        "who", "age", "home", "illness", "words",
    ]  # fmt: skip
