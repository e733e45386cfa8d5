"""What a kernel leaves in its folder is read as results, or refused in words."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.bench import read_contributions, read_results
from workbench.errors import CheckFailed, UsageError, WorkbenchError
from workbench.files import read_json, write_bytes, write_json

TITLE = {"ko": "표", "en": "Table"}


def draw(axes, table, language):
    axes.plot([1])


@pytest.fixture
def run(in_batch, tmp_path) -> Path:
    """The folder of a run with one result of each kind."""
    bench = in_batch()
    table = bench.table("t", bench.load("levels"), rows="place", value="level_db", statistic="mean", title=TITLE, note=TITLE)
    bench.figure("t", table, draw, alt=TITLE)
    bench.finding("f", {"ko": "{a:.1f} {b}", "en": "{b} {a}"}, a=table.at["east"], b=table.largest())
    return tmp_path / "run"


def spoil(run: Path, name: str, place: tuple, value) -> None:
    path = run / "results" / f"{name}.json"
    record = read_json(path)
    inner = record
    for key in place[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    write_json(path, record)


def test_what_the_bench_writes_is_read(run):
    found = read_results(run)
    assert {name: record["kind"] for name, record in found.items()} == {"f": "finding", "t": "table", "t.figure": "figure"}
    assert found["t"] == read_json(run / "results" / "t.json")
    assert len(read_contributions(run, "t")) == 4


@pytest.mark.parametrize("name", ["a.year-2020", "이름", "A", "f.figure", "x" * 81])
def test_a_name_that_the_bench_would_not_give_is_refused(run, name):
    """``a.year-2020`` would be written over the file of ``a`` in 2020."""
    write_json(run / "results" / f"{name}.json", {**read_json(run / "results" / "t.json"), "name": name})
    with pytest.raises(UsageError, match="a result's name is lower-case letters, digits and _, at most 80"):
        read_results(run)


@pytest.mark.parametrize(
    ("name", "place", "value", "reason"),
    [
        ("t", ("kind",), "essay", "kind"),
        ("t", ("kind",), ..., "'kind' is missing"),
        ("t", ("name",), "other", "result 't': is named 'other'"),
        ("t", ("public",), True, "unknown key 'public'"),
        ("t", ("title",), "표", "title"),
        ("t", ("title",), {"ko": "표"}, "title: missing in en"),
        ("t", ("title",), {"ko": "표" * 10_001, "en": "T"}, "title, ko: 10,001 characters, allowed are 10,000"),
        ("t", ("note",), {"ko": "표", "en": "T", "fr": "T"}, "unknown language 'fr'"),
        ("t", ("order",), "1", "order"),
        ("t", ("datasets",), [], "datasets"),
        ("t", ("datasets", "levels", "min_contributors"), -1, "min_contributors"),
        ("t", ("datasets", "levels", "personal"), "no", "personal"),
        ("t", ("datasets", "levels", "kind"), "public", "kind"),
        ("t", ("content", "statistic"), "variance", "unknown statistic"),
        ("t", ("content", "rows"), ..., "'rows' is missing"),
        ("t.figure", ("content", "draw"), 5, "draw"),
        ("t.figure", ("content", "table"), ..., "'table' is missing"),
        ("t.figure", ("content", "alt"), {"ko": "x"}, "alt: missing in en"),
        ("f", ("content", "text"), {"ko": "{a} {b}"}, "text: missing in en"),
        ("f", ("content", "text", "en"), "{a:>99999} {b}", "written with .Nf"),
        ("f", ("content", "text", "en"), "{a", "expected '}'"),
        ("f", ("content", "text", "en"), "{a} {b} {c}", "unknown placeholder 'c'"),
        ("f", ("content", "values", "a", "expression"), ["number", 42], "'a' points into no table"),
        ("f", ("content", "values", "a", "expression"), 5, "expression"),
        ("f", ("content", "values", "a", "expression"), ["at"], "points into no table"),
        ("f", ("content", "values", "a", "decimals"), 10**6, "decimals"),
        ("f", ("content", "values", "a", "decimals"), True, "decimals"),
    ],
)
def test_a_record_that_the_bench_would_not_write_is_refused(run, name, place, value, reason):
    spoil(run, name, place, value)
    with pytest.raises(UsageError, match=reason):
        read_results(run)


scalars = st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=3)
junk = st.recursive(scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2))


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_a_record_gives_no_traceback(run, data):
    path = run / "results" / f"{data.draw(st.sampled_from(['t', 'f', 't.figure']))}.json"
    whole = read_json(path)
    record = copy.deepcopy(whole)
    inner = record
    while True:
        key = data.draw(st.sampled_from(sorted(inner)))
        if not isinstance(inner[key], dict) or not inner[key] or data.draw(st.booleans()):
            break
        inner = inner[key]
    inner[key] = data.draw(junk)
    write_json(path, record)
    try:
        read_results(run)
    except WorkbenchError as error:
        assert error.exit_code in (1, 2, 3)
    finally:
        write_json(path, whole)


def test_files_that_are_not_what_they_are_called_are_refused(run):
    write_bytes(run / "contributions" / "t.parquet", b"PAR1 nothing")
    with pytest.raises(UsageError, match="table 't': its contributing rows cannot be read"):
        read_contributions(run, "t")
    with pytest.raises(UsageError, match="table 'none': its contributing rows cannot be read"):
        read_contributions(run, "none")
    for content in (b"[1]", b"null"):
        write_bytes(run / "results" / "t.json", content)
        with pytest.raises(UsageError, match="result 't'"):
            read_results(run)
    write_bytes(run / "results" / "t.json", b"{")
    with pytest.raises(CheckFailed, match="not whole JSON"):
        read_results(run)
