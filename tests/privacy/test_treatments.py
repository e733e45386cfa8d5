"""Treatments: what each does to values, and that nothing averages out or hides behind somebody who is not there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from people_policies import policy
from workbench.errors import GateRefused, UsageError
from workbench.privacy import protect
from workbench.privacy.treatments import masked, microaggregated, noisy, pseudonyms

KEY = b"k" * 32


def column(*values) -> pa.ChunkedArray:
    return pa.chunked_array([list(values)])


def test_pseudonyms_are_stable_within_and_change_with_the_key():
    values = pa.array(["김 수-로", "b", "김 수-로", None])
    one = pseudonyms(values, b"1").to_pylist()
    assert one[0] == one[2] != one[1]
    assert one[3] is None
    assert not set(one[:3]) & set(pseudonyms(values, b"2").to_pylist()[:3])
    assert all(len(word) == 24 for word in one[:3])
    assert len(pseudonyms(pa.array([], pa.string()), b"1")) == 0


def test_pseudonyms_of_many_people_are_all_different_and_sorted_by_themselves():
    made = pseudonyms(pa.array([f"person {number}" for number in range(50_000)]), KEY)
    words = made.dictionary.to_pylist()
    assert len(set(words)) == 50_000
    assert words == sorted(words), "the order of the dictionary tells nothing about the order of people"


@given(
    values=st.lists(st.integers(-50, 50), min_size=1, max_size=60),
    size=st.integers(2, 6),
    people=st.none() | st.integers(1, 20),
)
@settings(max_examples=150, deadline=None)
def test_each_average_is_that_of_at_least_so_many_people(values, size, people):
    owner = None if people is None else np.arange(len(values)) % people
    crowd = len(values) if people is None else min(people, len(values))
    if crowd < size:
        with pytest.raises(GateRefused, match=f"{crowd} people have a value, and a group needs {size}"):
            microaggregated("won", column(*values), people=owner, group_size=size)
        return
    made = microaggregated("won", column(*values), people=owner, group_size=size).to_pylist()
    frame = pd.DataFrame({"value": values, "made": made, "who": np.arange(len(values)) if owner is None else owner})
    assert frame.groupby("made")["who"].nunique().min() >= size
    assert frame.groupby("value")["made"].nunique().max() == 1, "equal values stay together"
    by_value = frame.drop_duplicates("value").sort_values("value")["made"]
    assert by_value.is_monotonic_increasing
    if people is None:
        assert np.mean(made) == pytest.approx(np.mean(values)), "averages keep the total"


def test_groups_are_taken_from_both_ends_and_the_far_end_of_the_middle():
    made = microaggregated("won", column(1, 2, 3, 10, 11, 12, 100, 101, 102, None), people=None, group_size=3)
    assert made.to_pylist() == [2, 2, 2, 11, 11, 11, 101, 101, 101, None]
    rest = microaggregated("won", column(0, 1, 2, 3, 50), people=None, group_size=2)
    assert rest.to_pylist() == [1, 1, 1, 26.5, 26.5], "3 and 50: the end farther from the mean is cut off"


def test_a_value_that_a_person_repeats_counts_once_in_its_average():
    made = microaggregated("won", column(0, 0, 0, 10), people=np.array([0, 0, 0, 1]), group_size=2)
    assert made.to_pylist() == [5, 5, 5, 5]


def test_noise_is_drawn_once_for_what_a_person_repeats_and_anew_for_each_field_and_key():
    people = np.repeat(np.arange(200), 5)
    values = column(*np.repeat(np.arange(200.0), 5).tolist())
    made = noisy("won", values, people=people, share=0.1, key=KEY).to_numpy()
    assert (made.reshape(200, 5) == made.reshape(200, 5)[:, :1]).all(), "it does not average out"
    again = noisy("won", values, people=people, share=0.1, key=KEY).to_numpy()
    assert (made == again).all()
    assert not (made == noisy("items", values, people=people, share=0.1, key=KEY).to_numpy()).any()
    assert not (made == noisy("won", values, people=people, share=0.1, key=b"other" * 8).to_numpy()).any()


def test_noise_has_the_share_of_the_spread_that_was_asked():
    values = np.random.default_rng(1).normal(size=20_000) * 40
    made = noisy("won", column(*values.tolist()), people=None, share=0.25, key=KEY).to_numpy()
    assert (made - values).std() / values.std() == pytest.approx(0.25, rel=0.03)
    assert (made - values).mean() == pytest.approx(0, abs=0.3)


def test_noise_keeps_whole_numbers_whole_and_missing_values_missing():
    made = noisy("items", column(5, None, 90, 3), people=None, share=1.0, key=KEY)
    assert made.type == pa.int64()
    assert made.null_count == 1
    assert noisy("items", column(7, 7, 7), people=None, share=1.0, key=KEY).to_pylist() == [7, 7, 7]
    assert len(noisy("items", pa.chunked_array([], pa.float64()), people=None, share=1.0, key=KEY)) == 0


def test_personal_data_in_texts_is_masked_and_the_rest_stays():
    made = masked(column("전화 010-1234-5678 로 주세요", None, "소음이 심합니다", "전화 010-1234-5678 로 주세요")).to_pylist()
    assert made[1] is None
    assert made[2] == "소음이 심합니다"
    assert "5678" not in made[0]
    assert made[0] == made[3]


FIELDS = {
    "won": {"role": "sensitive", "treatment": "microaggregate"},
    "items": {"role": "insensitive", "treatment": "noise", "share": 0.2},
    "words": {"role": "sensitive", "treatment": "mask"},
}


def frame() -> pd.DataFrame:
    return pd.DataFrame({
        "who": [f"p{number // 2}" for number in range(40)],
        "won": [1000 * (number // 2) for number in range(40)],
        "items": list(range(40)),
        "words": ["메일 abc@example.com", "괜찮습니다"] * 20,
    })  # fmt: skip


def test_a_policy_treats_its_fields_and_the_report_says_how():
    made = protect(frame(), policy(FIELDS, k=4), key=KEY)
    assert made.frame.groupby("won")["who"].nunique().min() >= 4
    assert made.report["fields"]["won"] == {"role": "sensitive", "done": "microaggregate", "group_size": 4}
    assert made.report["fields"]["items"]["share"] == 0.2
    assert not made.frame["words"].str.contains("abc").any()
    assert sorted(made.frame["items"]) != list(range(40))


def test_a_treatment_that_needs_numbers_refuses_words():
    with pytest.raises(
        UsageError, match="field 'won': treatment: microaggregate needs integer or numbers, the column holds strings"
    ):
        protect(frame().assign(won="much"), policy(FIELDS), key=KEY)
    with pytest.raises(UsageError, match="treatment: mask needs strings"):
        protect(frame().assign(words=3), policy(FIELDS), key=KEY)


def test_whoever_is_suppressed_lends_nobody_a_value():
    fields = {**FIELDS, "age": {"role": "quasi_identifier", "recoding": "interval", "domain": [0, 99]}}
    rich = pd.DataFrame({"who": ["lonely"], "won": [10**9], "items": [1], "words": ["x"], "age": [99]})
    rows = pd.concat([frame().assign(age=30), rich], ignore_index=True)
    made = protect(rows, policy(fields, k=4, suppression=0.05, analysis_dimensions=["age"]), key=KEY)
    assert made.report["suppressed"] > 0
    assert made.frame["won"].max() < 10**5


def test_places_are_displaced_by_a_lasting_secret_and_trips_lose_their_ends():
    import geopandas
    import shapely

    spots = shapely.points([[127.0 + number / 500, 37.5] for number in range(10)])
    turns = [(126.97, 37.56), (126.99, 37.56), (126.99, 37.58), (127.01, 37.58)]
    ways = [shapely.LineString([(east + number / 500, north) for east, north in turns]) for number in range(10)]
    rows = pd.DataFrame({
        "who": [f"p{number}" for number in range(10)],
        "spot": shapely.to_wkb(spots),
        "way": shapely.to_wkb(ways),
    })  # fmt: skip
    fields = {
        "spot": {"role": "insensitive", "treatment": "displace", "within_m": 400, "at_least_m": 50},
        "way": {"role": "insensitive", "treatment": "trim", "zone_m": 400},
    }
    with pytest.raises(GateRefused, match="lasting secret"):
        protect(rows, policy(fields), key=KEY)
    made = protect(rows, policy(fields), key=KEY, secret=b"s" * 32)
    moved = geopandas.GeoSeries(shapely.from_wkb(made.frame["spot"].to_numpy()), crs=4326).to_crs(5179)
    came = geopandas.GeoSeries(spots, crs=4326).to_crs(5179)
    nearest = [min(point.distance(other) for other in came) for point in moved]
    assert max(nearest) <= 400
    assert made.report["fields"]["spot"]["within_m"] == 400
    assert 0 < made.report["fields"]["way"]["length_kept"] < 1
    again = protect(rows, policy(fields), key=b"other" * 8, secret=b"s" * 32)
    assert set(again.frame["spot"]) == set(made.frame["spot"]), "another protection moves a place to the same spot"


def test_ends_of_trips_become_zones_that_k_people_share():
    import shapely

    homes = [[127.0 + number % 5 / 500, 37.5] for number in range(20)]
    rows = pd.DataFrame({
        "who": [f"p{number}" for number in range(20)],
        "from": shapely.to_wkb(shapely.points(homes)),
        "to": shapely.to_wkb(shapely.points(homes[::-1])),
    })  # fmt: skip
    fields = {name: {"role": "insensitive", "treatment": "trim", "zone_m": 400} for name in ("from", "to")}
    made = protect(rows, policy(fields, k=3), key=KEY, secret=b"s" * 32).frame
    assert made.groupby("from")["who"].nunique().min() >= 3
    assert made["from"].str.startswith(("400m_", "800m_", "1600m_")).all()
    fields["to"]["zone_m"] = 800
    with pytest.raises(UsageError, match="fields from, to: trim: the ends of trips need the same zone_m"):
        protect(rows, policy(fields, k=3), key=KEY, secret=b"s" * 32)
    with pytest.raises(ValueError, match="trim needs unit"):
        policy(fields, unit=None)
