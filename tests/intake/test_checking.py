"""In = kept + refused + duplicate: each row once, each refusal with line, field, what was found and what is allowed."""

from __future__ import annotations

import csv
import json

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.catalog import Catalog
from workbench.errors import GateRefused, UsageError
from workbench.intake import Batch, Refusal, check_rows, take_in
from workbench.project import Project
from workbench.vault import Vault
from workbench.vault.tables import to_table

TEXT = {"ko": "값", "en": "value"}


def field(kind: str, **more: object) -> dict[str, object]:
    return {"type": kind, "reveals": "none", "meaning": TEXT, **more}


FIELDS = {
    "date": field("date", required=True),
    "station": field("string", required=True),
    "kind": field("string", values=["district", "roadside"]),
    "dust": field("number", limits=[0, 1000]),
    "count": field("integer", limits=[0, 100]),
    "open": field("boolean"),
    "place": field("geometry", reveals="place"),
}

CATALOG = Catalog.model_validate(
    {
        "datasets": {
            name: {
                "title": TEXT,
                "description": TEXT,
                "owner": TEXT,
                "sector": "public",
                "licence": "KOGL-1",
                "licence_verified": False,
                "source": {"title": TEXT},
                "period": "2021",
                "update": "daily",
                "issues": [],
                "fields": {**FIELDS, **more},
                "key": ["date", "station"],
                "sort": [],
            }
            for name, more in {"dust": {}, "riders": {"rider": field("string", reveals="direct_identifier")}}.items()
        }
    }
)
DUST = CATALOG["dust"]


def batch(rows: list[dict[str, object]], **more: object) -> Batch:
    return Batch("a.csv", "official", pd.DataFrame(rows), np.arange(2, len(rows) + 2), **more)


def row(**more: object) -> dict[str, object]:
    return {
        "date": "20210101",
        "station": "강남구",
        "kind": "district",
        "dust": "14",
        "count": "1,0",
        "open": "true",
        **more,
    } | more


def check(rows: list[dict[str, object]], **more: object):
    return check_rows("dust", DUST, batch(rows, **more))


def test_words_become_the_catalogues_types():
    checked = check(
        [row(count="12", dust=" 14.5 "), row(date="2021-01-02", count="7.0", dust="", open="N", place=shapely.Point(127, 37.5))]
    )
    kept = checked.kept
    assert len(checked.refused) == len(checked.duplicates) == 0
    assert kept["date"].dt.strftime("%Y-%m-%d").tolist() == ["2021-01-01", "2021-01-02"]
    assert kept["count"].tolist() == [12, 7]
    assert kept["dust"].tolist()[0] == 14.5
    assert np.isnan(kept["dust"].tolist()[1])
    assert kept["open"].tolist() == [True, False]
    assert kept["place"][1].x == 127


@pytest.mark.parametrize(
    ("values", "name", "reason", "allowed"),
    [
        ({"dust": "9999"}, "dust", "above the limit", "0 to 1000"),
        ({"dust": "-1"}, "dust", "below the limit", "0 to 1000"),
        ({"dust": "many"}, "dust", "not a number", "a number"),
        ({"dust": "nan"}, "dust", "not a number", "a number"),
        ({"dust": "1e999"}, "dust", "not a number", "a number"),
        ({"dust": "0x10"}, "dust", "not a number", "a number"),
        ({"count": "1.5"}, "count", "not a whole number", "a whole number"),
        ({"count": "99999999999999999999"}, "count", "not a whole number", "a whole number"),
        ({"count": True}, "count", "not a whole number", "a whole number"),
        ({"date": "2021-13-01"}, "date", "not a date", "a date as in 2021-01-31 or 20210131"),
        ({"date": "202101"}, "date", "not a date", "a date as in 2021-01-31 or 20210131"),
        ({"date": None}, "date", "missing", "a date as in 2021-01-31 or 20210131"),
        ({"station": " "}, "station", "missing", "a word"),
        ({"kind": "hill"}, "kind", "not an allowed value", "district, roadside"),
        ({"open": "perhaps"}, "open", "not true or false", "true or false"),
        ({"place": shapely.Point(999, 37)}, "place", "not a point in degrees (EPSG:4326)", "a point in degrees (EPSG:4326)"),
    ],
)
def test_a_value_that_cannot_stand_refuses_its_row_with_the_reason(values, name, reason, allowed):
    checked = check([row(count="1"), row(date="20210102", count="2") | values])
    assert len(checked.kept) == 1
    assert checked.refused[["line", "field", "allowed", "reason"]].to_numpy().tolist() == [[3, name, allowed, reason]]


def test_a_row_with_several_faults_is_one_refused_row_with_all_of_them_listed():
    checked = check([row(count="x", dust="5000", station="")])
    assert checked.refused["field"].tolist() == ["station", "dust", "count"]
    assert checked.refused["row"].nunique() == 1


def test_a_thousands_comma_is_read_and_a_misplaced_one_is_not():
    checked = check([row(count="1", dust="1,000"), row(date="20210102", count="1", dust="1,00")])
    assert checked.kept["dust"].tolist() == [1000]
    assert checked.refused["found"].tolist() == ["1,00"]


def stored(*rows: dict[str, object]):
    """A part 'other' with these rows, as the check is given what is there already."""
    table = to_table(check(list(rows)).kept, DUST, where="test")
    return lambda _keys: [("other", table)]


def test_a_repeated_row_is_a_duplicate_whether_in_the_batch_or_there_already():
    rows = [row(count="1"), row(date="20210102", count="2"), row(date="20210102", count="2.0")]
    again = check_rows("dust", DUST, batch(rows), stored(row(count="1")))
    assert again.kept["count"].tolist() == [2]
    assert again.duplicates[["line", "reason"]].to_numpy().tolist() == [[2, "already taken in"], [4, "repeats an earlier row"]]


def test_a_row_with_the_key_of_another_and_other_values_is_a_contradiction_with_both_values():
    rows = [row(count="1"), row(date="20210102", count="2"), row(date="20210102", count="3"), row(date="20210102", count="2")]
    checked = check_rows("dust", DUST, batch(rows), stored(row(count="1", dust="15")))
    assert checked.kept["count"].tolist() == [2]
    assert checked.duplicates["line"].tolist() == [5]
    assert checked.refused[["line", "field", "found", "allowed", "reason"]].to_numpy().tolist() == [
        [2, "dust", "14.0", "15.0", "contradicts other"],
        [4, "count", "3", "2", "contradicts line 3"],
    ]


@pytest.mark.parametrize(
    ("one", "two", "field"),
    [
        ({"kind": "district"}, {"kind": "roadside"}, "kind"),
        ({"open": "true"}, {"open": "false"}, "open"),
        ({"place": shapely.Point(127, 37.5)}, {"place": shapely.Point(127, 37.5001)}, "place"),
        ({"place": shapely.Point(127, 37.5)}, {"place": shapely.Point(127, 37.500001)}, None),
        ({"dust": ""}, {"dust": "9"}, None),
        ({"kind": None}, {"kind": "roadside"}, None),
        ({"dust": "0.3"}, {"dust": "0.30000000000000004"}, None),
    ],
)
def test_values_contradict_each_other_only_where_both_are_there_and_differ(one, two, field):
    for checked in (
        check([row(count="1", **one), row(count="1", **two)]),
        check_rows("dust", DUST, batch([row(count="1", **two)]), stored(row(count="1", **one))),
    ):
        assert checked.refused["field"].tolist() == ([field] if field else [])
        assert len(checked.duplicates) == (0 if field else 1)


def test_rows_a_source_could_not_read_are_counted_as_refused():
    checked = check([row(count="1")], refused=(Refusal(9, "", "3 values", "5 values", "cut off"),))
    assert checked.refused[["line", "reason"]].to_numpy().tolist() == [[9, "cut off"]]


def test_a_column_that_is_no_field_is_named_with_the_nearest():
    with pytest.raises(UsageError, match=r"unknown field 'duzt'[\s\S]*did you mean 'dust'"):
        check([{**row(), "duzt": "1"}])


def test_a_required_column_that_is_not_there_at_all_is_named():
    with pytest.raises(UsageError, match="no column for the required field 'station'"):
        check([{"date": "20210101"}])


WORDS = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.integers(-5, 2000),
    st.floats(),
    st.sampled_from(["20210101", "20210102", "district", "-", ""]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(("date", "station", "kind", "dust", "count", "open"), WORDS)), max_size=12))
def test_whatever_arrives_the_balance_adds_up(rows):
    arrived = Batch(
        "a.csv",
        "official",
        pd.DataFrame(rows, columns=["date", "station", "kind", "dust", "count", "open"], dtype=object),
        np.arange(len(rows)),
    )
    checked = check_rows("dust", DUST, arrived)
    assert len(checked.kept) + checked.refused["row"].nunique() + len(checked.duplicates) == len(rows)
    assert not checked.kept.duplicated(["date", "station"]).any()
    assert checked.kept["dust"].dropna().between(0, 1000).all()


@pytest.fixture
def vault(tmp_path):
    return Vault(Project(root=tmp_path), CATALOG)


def some(*days: str, **more: object) -> Batch:
    return batch([row(date=day, count="1") for day in days], **more)


def test_taking_in_writes_the_part_its_record_its_balance_and_the_list_of_what_was_not_kept(vault):
    balance = take_in(vault, CATALOG, "dust", some("20210101", "20210101", "x", sha256="a" * 64, retrieved="2026-11-01"), "one")
    assert balance.adds_up
    assert (balance.arrived, balance.kept, balance.refused, balance.duplicate) == (3, 1, 1, 1)
    assert balance.reasons == {"date: not a date": 1}
    record = vault.record("dust", "one")
    assert record["kind"] == "official"
    assert record["balance"]["refused"] == 1
    with balance.refused_list.open(encoding="utf-8-sig", newline="") as listed:
        rows = list(csv.DictReader(listed))
    assert [(entry["outcome"], entry["line"], entry["reason"]) for entry in rows] == [
        ("refused", "4", "not a date"),
        ("duplicate", "3", "repeats an earlier row"),
    ]
    assert (
        json.loads((vault.project.private / "intake" / "dust" / "one.json").read_text(encoding="utf-8"))["balance"]["kept"] == 1
    )


def test_the_same_bytes_taken_in_again_change_nothing_and_say_so(vault):
    first = take_in(vault, CATALOG, "dust", some("20210101", "x", sha256="a" * 64), "one")
    again = take_in(vault, CATALOG, "dust", some("20210101", "x", sha256="a" * 64), "one")
    assert again.unchanged
    assert (again.kept, again.refused, again.reasons, again.refused_list) == (
        first.kept,
        first.refused,
        first.reasons,
        first.refused_list,
    )


def test_other_bytes_under_the_same_name_replace_the_part(vault):
    take_in(vault, CATALOG, "dust", some("20210101", "x", sha256="a" * 64), "one")
    balance = take_in(vault, CATALOG, "dust", some("20210101", "20210102", sha256="b" * 64), "one")
    assert (balance.kept, balance.duplicate, balance.refused_list) == (2, 0, None)
    assert len(vault.read("dust")) == 2
    assert not (vault.project.private / "intake" / "dust" / "one.refused.csv").exists()


DAYS = [f"202101{day:02d}" for day in range(1, 11)]


def test_a_source_that_brings_less_than_half_of_its_rows_replaces_nothing(vault):
    take_in(vault, CATALOG, "dust", some(*DAYS, sha256="a" * 64), "one")
    with pytest.raises(
        UsageError, match=r"a\.csv: brings 4 rows to 'dust', it brought 10 before[\s\S]*date: not a date \(1\)"
    ) as error:
        take_in(vault, CATALOG, "dust", some(*DAYS[:4], "x", sha256="b" * 64), "one")
    assert "workbench fetch dust --forget" in error.value.hint
    assert len(vault.read("dust")) == 10
    assert take_in(vault, CATALOG, "dust", some(*DAYS, sha256="a" * 64), "one").unchanged


def test_a_source_that_brings_fewer_rows_but_half_of_them_says_how_many_there_were(vault):
    first = take_in(vault, CATALOG, "dust", some(*DAYS, sha256="a" * 64), "one")
    smaller = take_in(vault, CATALOG, "dust", some(*DAYS[:5], sha256="b" * 64), "one")
    again = take_in(vault, CATALOG, "dust", some(*DAYS[:5], sha256="b" * 64), "one")
    assert [(balance.kept, balance.before) for balance in (first, smaller, again)] == [(10, None), (5, 10), (5, None)]


def test_a_part_lost_from_the_vault_is_taken_in_again(vault):
    take_in(vault, CATALOG, "dust", some("20210101", sha256="a" * 64), "one")
    vault.remove_part("dust", "one")
    assert take_in(vault, CATALOG, "dust", some("20210101", sha256="a" * 64), "one").unchanged is False
    assert len(vault.read("dust")) == 1


def test_rows_another_part_holds_are_duplicates(vault):
    take_in(vault, CATALOG, "dust", some("20210101", sha256="a" * 64), "one")
    balance = take_in(vault, CATALOG, "dust", some("20210101", "20210102", sha256="b" * 64), "two")
    assert (balance.kept, balance.duplicate) == (1, 1)
    assert len(vault.read("dust")) == 2


def test_a_row_that_contradicts_another_part_is_refused_and_the_part_is_named(vault):
    take_in(vault, CATALOG, "dust", some("20210101", "20210102", sha256="a" * 64), "one")
    rows = [row(date="20210101", count="1"), row(date="20210102", count="7"), row(date="20210103", count="1")]
    balance = take_in(vault, CATALOG, "dust", batch([*rows, row(date="20210103", count="2")], sha256="b" * 64), "two")
    assert (balance.kept, balance.duplicate, balance.adds_up) == (1, 1, True)
    assert balance.reasons == {"count: contradicts another line": 1, "count: contradicts one": 1}
    assert balance.depends_on_others
    assert "refused,3,count,7,1,contradicts one" in balance.refused_list.read_text(encoding="utf-8-sig")
    assert len(vault.read("dust")) == 3


def test_a_batch_of_which_every_row_is_refused_writes_nothing(vault):
    balance = take_in(vault, CATALOG, "dust", some("x", "y", sha256="b" * 64), "one")
    assert balance.all_refused
    assert balance.adds_up
    assert vault.parts("dust") == []


def test_a_batch_of_which_every_row_is_refused_leaves_what_was_there(vault):
    take_in(vault, CATALOG, "dust", some("20210101", sha256="a" * 64), "one")
    with pytest.raises(UsageError, match=r"brings 0 rows to 'dust', it brought 1 before[\s\S]*date: not a date \(2\)"):
        take_in(vault, CATALOG, "dust", some("x", "y", sha256="b" * 64), "one")
    assert len(vault.read("dust")) == 1


def test_rows_about_people_are_refused_before_anything_is_written(vault):
    with pytest.raises(GateRefused, match="is about people"):
        take_in(vault, CATALOG, "riders", some("20210101"), "one")
    assert not (vault.project.vault / "riders").exists()


def test_rules_that_changed_have_the_same_bytes_checked_again(vault):
    take_in(vault, CATALOG, "dust", some("20210101", sha256="a" * 64), "one")
    fields = {**DUST.fields, "dust": DUST.fields["dust"].model_copy(update={"limits": (0, 10)})}
    stricter = Catalog(datasets={"dust": DUST.model_copy(update={"fields": fields})})
    balance = take_in(Vault(vault.project, stricter), stricter, "dust", some("20210101", sha256="a" * 64), "one")
    assert balance.reasons == {"dust: above the limit": 1}
