"""Risk is counted in people, whatever the table holds; what cannot be measured is refused, without telling a value."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from itertools import combinations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import UsageError
from workbench.privacy.recoding.guarantees import Guard, histograms
from workbench.privacy.risk import classes_of, measure_risk
from workbench.privacy.risk.classes import distinct, same_sets
from workbench.privacy.risk.measures import closeness, count_values

CANARY = "홍길동-900101"

PEOPLE = pd.DataFrame(
    {
        "who": ["a", "a", "b", "c", "d", "e"],
        "age": ["30", "30", "30", "30", "40", "40"],
        "sex": ["F", "F", "F", "M", "M", "M"],
        "illness": ["flu", "flu", "flu", "cold", "flu", None],
    }
)


def refused(**options):
    frame = options.pop("frame", PEOPLE)
    with pytest.raises(UsageError) as caught:
        measure_risk(frame, **{"quasi_identifiers": ["age", "sex"], **options})
    assert CANARY not in str(caught.value)
    return str(caught.value)


def test_rows_of_one_person_count_once():
    rows = measure_risk(PEOPLE, quasi_identifiers=["age", "sex"], sensitive=["illness"])
    people = measure_risk(PEOPLE, quasi_identifiers=["age", "sex"], sensitive=["illness"], unit="who")
    assert (rows.rows, rows.people, rows.k, rows.classes) == (6, 6, 1, 3)
    assert (people.rows, people.people, people.k, people.classes) == (6, 5, 1, 3)
    assert measure_risk(PEOPLE[:3], quasi_identifiers=["age", "sex"]).k == 3
    assert measure_risk(PEOPLE[:3], quasi_identifiers=["age", "sex"], unit="who").k == 2


def test_one_person_in_many_rows_is_one_person():
    frame = pd.DataFrame({"who": [7] * 50, "age": [30] * 50, "illness": ["flu"] * 50})
    risk = measure_risk(frame, quasi_identifiers=["age"], sensitive=["illness"], unit="who")
    assert (risk.people, risk.k, risk.sample_uniques, risk.prosecutor.greatest) == (1, 1, 1, 1.0)


def test_a_person_who_is_alone_in_one_of_their_classes_is_unique():
    frame = pd.DataFrame({"who": ["a", "a", "b", "c"], "zone": [1, 2, 1, 1]})
    risk = measure_risk(frame, quasi_identifiers=["zone"], unit="who")
    assert (risk.k, risk.sample_uniques) == (1, 1)
    assert risk.prosecutor.mean == pytest.approx((1 + 1 / 3 + 1 / 3) / 3)


def test_linked_rows_single_out_whom_each_row_alone_does_not():
    frame = pd.DataFrame({"who": ["a", "a", "b", "c", "d", "d"], "zone": [1, 2, 1, 2, 1, 1]})
    risk = measure_risk(frame, quasi_identifiers=["zone"], unit="who")
    assert risk.k == 2
    assert (risk.linked_k, risk.linked_uniques) == (1, 2)
    assert measure_risk(frame, quasi_identifiers=["zone"]).linked_k is None


def test_a_missing_value_is_a_category_of_its_own():
    frame = pd.DataFrame({"age": [30, None, None, np.nan], "illness": ["flu", None, None, "cold"]})
    risk = measure_risk(frame, quasi_identifiers=["age"], sensitive=["illness"])
    assert (risk.k, risk.classes, risk.sample_uniques) == (1, 2, 1)
    assert measure_risk(frame[1:], quasi_identifiers=["age"], sensitive=["illness"]).l == {"illness": 2}


def test_nothing_but_missing_values_is_one_class():
    frame = pd.DataFrame({"age": [None, None], "sex": [np.nan, np.nan], "illness": [None, None]})
    risk = measure_risk(frame, quasi_identifiers=["age", "sex"], sensitive=["illness"])
    assert (risk.k, risk.classes, risk.l, risk.t) == (2, 1, {"illness": 1}, {"illness": 0})


def test_one_row_is_one_unique_person():
    risk = measure_risk(PEOPLE[:1], quasi_identifiers=["age"], sensitive=["illness"])
    assert (risk.k, risk.sample_uniques, risk.l, risk.t, risk.marketer) == (1, 1, {"illness": 1}, {"illness": 0}, 1.0)


def test_without_quasi_identifiers_everybody_looks_the_same():
    assert measure_risk(PEOPLE, quasi_identifiers=[], unit="who").k == 5


def test_values_of_several_kinds_are_told_apart():
    frame = pd.DataFrame({"age": [1, "1", 1.5, True, None, "1"]}, dtype=object)
    risk = measure_risk(frame, quasi_identifiers=["age"])
    assert (risk.classes, risk.k) == (5, 1)


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([True, False, True]),
        pd.Series(pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-01"]).tz_localize("Asia/Seoul")),
        pd.Series(["a", "b", "a"], dtype="category"),
        pd.Series([1, 2, 1], dtype="category"),
        pd.Series([0.0, 1.0, -0.0]),
        pd.Series(["a", "b", "a"], dtype=object),
        pa.chunked_array([["a"], ["b", "a"]]),
        pa.chunked_array([pa.array(["a"]).dictionary_encode(), pa.array(["b", "a"]).dictionary_encode()]),
        pa.DictionaryArray.from_arrays(pa.array([0, 1, 2]), ["a", "b", "a"]),
        pa.DictionaryArray.from_arrays(pa.array([0, 1, 0], pa.uint8()), ["a", None, "never"]),
        pa.array([b"a", b"b", b"a"]),
        pa.array([1.5, float("nan"), 1.5]),
    ],
)
def test_every_kind_of_column_is_measured(values):
    frame = pd.DataFrame({"x": values}) if isinstance(values, pd.Series) else pa.table({"x": values})
    risk = measure_risk(frame, quasi_identifiers=["x"])
    assert (risk.classes, risk.k, risk.sample_uniques) == (2, 1, 1)


def test_numbers_and_words_have_the_order_that_is_theirs():
    frame = pd.DataFrame(
        {"age": [1, 1, 2, 2], "pay": [10, 9, 100, 100], "grade": pd.Categorical(list("lmhh"), list("lmh"), ordered=True)}
    )
    given = {"quasi_identifiers": ["age"], "t_distance": "ordered"}
    assert measure_risk(frame, sensitive=["pay"], **given).t == {"pay": Fraction(3, 8)}
    assert measure_risk(frame, sensitive=["grade"], **given).t == {"grade": Fraction(3, 8)}
    words = frame.astype({"grade": str})
    assert measure_risk(words, sensitive=["grade"], orders={"grade": ["l", "m", "x", "h"]}, **given).t == {
        "grade": Fraction(3, 8)
    }
    assert "needs an order" in refused(frame=words, quasi_identifiers=["age"], sensitive=["grade"], t_distance="ordered")
    assert "lacks 1 of its values" in refused(
        frame=words, quasi_identifiers=["age"], sensitive=["grade"], t_distance="ordered", orders={"grade": ["l", "m"]}
    )


def test_measure_and_distance_may_differ_by_field():
    frame = pd.DataFrame({"age": [1, 1, 1, 2, 2, 2], "pay": [1, 1, 2, 1, 2, 2], "job": list("aabbba")})
    risk = measure_risk(
        frame, quasi_identifiers=["age"], sensitive=["pay", "job"], l_measure={"job": "entropy"}, t_distance={"pay": "ordered"}
    )
    assert risk.l["pay"] == 2
    assert risk.l["job"] == pytest.approx(3 / 4 ** (1 / 3))
    assert (risk.l_measure, risk.t_distance) == ({"pay": "distinct", "job": "entropy"}, {"pay": "ordered", "job": "equal"})


def test_a_population_lowers_the_journalists_risk_and_not_the_prosecutors():
    population = pd.concat([PEOPLE] * 3)
    alone = measure_risk(PEOPLE, quasi_identifiers=["age", "sex"])
    risk = measure_risk(PEOPLE, quasi_identifiers=["age", "sex"], population=population)
    assert alone.journalist == alone.prosecutor
    assert (risk.prosecutor.greatest, risk.journalist.greatest, risk.population) == (1.0, 1 / 3, 18)
    assert risk.marketer == pytest.approx(alone.marketer / 3)
    assert "fewer people than the table in 1 combinations" in refused(population=PEOPLE[1:])
    assert "without a unit" in refused(population=population, unit="who")
    assert "holds int64 here and" in refused(population=PEOPLE.astype({"age": int}))


def test_rows_whose_every_quasi_identifier_is_a_star_are_told_and_counted():
    frame = pd.DataFrame({"age": ["*", "30", "*"], "sex": ["*", "*", "*"]})
    risk = measure_risk(frame, quasi_identifiers=["age", "sex"])
    assert (risk.suppressed, risk.rows, risk.k) == (2 / 3, 3, 1)


def test_what_is_not_there_or_has_two_roles_is_refused():
    assert "there is no column 'aeg', did you mean 'age'?" in refused(quasi_identifiers=["aeg", "sex"])
    assert "both quasi-identifier and sensitive" in refused(sensitive=["age"])
    assert "second role" in refused(unit="age")
    assert "named twice" in refused(quasi_identifiers=["age", "age"])
    assert "2 columns are named 'age'" in refused(frame=PEOPLE.rename(columns={"sex": "age"}), quasi_identifiers=["age"])
    assert "no rows" in refused(frame=PEOPLE[:0])
    assert "allowed: distinct, entropy" in refused(sensitive=["illness"], l_measure="other")
    assert "there is no column 'age'" in refused(sensitive=["illness"], t_distance={"age": "equal"})


def test_a_row_without_a_person_is_told_by_its_number():
    frame = PEOPLE.assign(who=[CANARY, CANARY, None, "c", None, "e"])
    assert "missing in 2 rows (the first is row 3)" in refused(frame=frame, unit="who")


def test_lists_in_cells_are_refused():
    table = pa.table({"age": [["a"], ["b"]]})
    assert "column 'age' holds list" in refused(frame=table, quasi_identifiers=["age"])


def test_what_attackers_learn_is_told_for_every_choice_of_up_to_three_facts():
    frame = PEOPLE.assign(area="x")
    risk = measure_risk(frame, quasi_identifiers=["age", "sex", "area"], sensitive=["illness"], unit="who")
    told = {one.knows: one for one in risk.attackers}
    assert list(told) == [
        ("age",), ("sex",), ("area",), ("age", "sex"), ("age", "area"), ("sex", "area"), ("age", "sex", "area"),
    ]  # fmt: skip
    assert (told["age", "sex"].unique, told["age", "sex"].smallest, told["age", "sex"].groups) == (1, 1, 3)
    assert told["sex",].sure == {"illness": 2}
    assert told["age", "sex"].sure == {"illness": 3}
    assert risk.as_record()["attackers"][3]["sure"] == {"illness": 3 / 5}
    assert measure_risk(frame, quasi_identifiers=["age"], known=0).attackers == ()


COLUMNS = st.lists(st.tuples(*[st.integers(0, 3)] * 4, st.integers(0, 5), st.integers(0, 2)), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(COLUMNS, st.booleans())
def test_people_uniques_and_sure_values_are_those_of_plain_counting(rows, by_person):
    names = ["a", "b", "c", "d"]
    frame = pd.DataFrame(rows, columns=[*names, "who", "told"])
    if not by_person:
        frame["who"] = range(len(frame))
    risk = measure_risk(frame, quasi_identifiers=names, sensitive=["told"], unit="who" if by_person else None)
    members = frame.groupby(names)["who"].agg(set)
    assert (risk.k, risk.classes, risk.people) == (members.map(len).min(), len(members), frame["who"].nunique())
    assert risk.discernibility == (frame.groupby(names).size() ** 2).sum()
    assert sum(band["classes"] for band in risk.class_sizes) == risk.classes
    smallest = Counter()
    for found in members:
        for person in found:
            smallest[person] = min(smallest.get(person, len(frame)), len(found))
    assert risk.sample_uniques == sum(size == 1 for size in smallest.values())
    assert risk.prosecutor.mean == pytest.approx(sum(1 / size for size in smallest.values()) / risk.people)
    assert risk.prosecutor.above["0.2"] == pytest.approx(sum(size < 5 for size in smallest.values()) / risk.people)
    assert [one.knows for one in risk.attackers] == [known for size in (1, 2, 3) for known in combinations(names, size)]
    for one in risk.attackers:
        groups = frame.groupby(list(one.knows))
        who = groups["who"].agg(set)
        alone = [found for found in who if len(found) == 1]
        sure = [who[key] for key, count in groups["told"].nunique().items() if count == 1]
        assert (one.groups, one.smallest, one.unique) == (len(who), who.map(len).min(), len(set().union(*alone)))
        assert one.sure["told"] == len(set().union(*sure))
    if by_person:
        shown = frame.assign(cell=classes_of([frame[name].to_numpy() for name in names])).groupby("who")["cell"].agg(frozenset)
        sets = Counter(shown)
        assert (risk.linked_k, risk.linked_uniques) == (min(sets.values()), sum(count == 1 for count in sets.values()))


@settings(max_examples=60, deadline=None)
@given(COLUMNS, st.booleans(), st.booleans())
def test_distances_are_those_that_recoding_decides_by(rows, by_person, ordered):
    frame = pd.DataFrame(rows, columns=["a", "b", "c", "d", "told", "who"])
    person = frame["who"].to_numpy() if by_person else None
    group = classes_of([frame["a"].to_numpy(), frame["b"].to_numpy()])
    values = np.unique(frame["told"], return_inverse=True)[1]
    size = int(values.max()) + 1
    counts = count_values(group, values, groups=int(group.max()) + 1, values=size, person=person, persons=3)
    found = histograms(counts.group, counts.value, counts.people, owners=counts.groups, values=size)
    once = pd.DataFrame({"who": range(len(values)) if person is None else person, "value": values}).drop_duplicates()
    whole = np.bincount(once["value"], minlength=size).astype(np.int64)
    excess, sizes, total = Guard("told", whole, l=None, entropy=False, t=None, ordered=ordered).distance(found, found.starts())
    parts = max(size - 1, 1) if ordered else 2
    theirs = max(Fraction(int(far), int(own) * total * parts) for far, own in zip(excess, sizes, strict=True))
    assert closeness(counts, ordered=ordered) == theirs


def test_who_shows_a_value_in_several_classes_counts_once_in_the_whole_table():
    frame = pd.DataFrame({"who": ["a", "a", "b", "c"], "zone": [1, 2, 1, 2], "illness": ["flu", "flu", "cold", "flu"]})
    risk = measure_risk(frame, quasi_identifiers=["zone"], sensitive=["illness"], unit="who")
    assert risk.t == {"illness": Fraction(1, 3)}  # 2 of 3 people show flu; all of zone 2


def test_codes_beyond_what_64_bits_join_are_still_told_apart():
    draw = np.random.default_rng(0)
    codes = [draw.integers(-1, 2**31 - 3, 500) for _ in range(4)] + [np.arange(500) // 5]
    codes = [np.append(column, column[:100]) for column in codes]
    theirs = pd.DataFrame(codes).T.groupby([0, 1, 2, 3, 4]).ngroup().to_numpy()
    assert (classes_of(codes) == theirs).all()
    assert (classes_of(codes[::-1]) == classes_of(codes[::-1])[np.r_[0:500, 0:100]]).all()


@pytest.mark.parametrize("most", [10, 10**4, 10**12])
def test_combinations_are_numbered_in_order_however_many_there_are(most):
    codes = np.random.default_rng(1).integers(0, most, 5000)
    found = distinct([codes], [most])
    numbers, first, which = np.unique(codes, return_index=True, return_inverse=True)
    assert (found.count, found.first.tolist(), found.which.tolist()) == (len(numbers), first.tolist(), which.tolist())


def test_sets_are_the_same_whatever_their_order():
    owner, member = np.array([0, 1, 0, 1, 2, 3, 3, 3]), np.array([5, 9, 9, 5, 5, 5, 9, 1])
    one, two, three, four = same_sets(owner, member, owners=4)
    assert one == two
    assert len({one, three, four}) == 3


def test_the_record_is_ready_for_json_and_the_same_every_time():
    options = {"quasi_identifiers": ["age", "sex"], "sensitive": ["illness"], "unit": "who"}
    first, again = (json.dumps(measure_risk(PEOPLE, **options).as_record(), allow_nan=False) for _ in range(2))
    assert first == again
    assert {"rows", "people", "suppressed", "k", "l", "t", "classes"} <= set(json.loads(first))
