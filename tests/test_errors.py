"""Errors tell a person what was found and what is allowed, and map to one exit code each."""

from __future__ import annotations

import pytest

from workbench.errors import (
    EXIT_CODES,
    CheckFailed,
    GateRefused,
    RunsFailed,
    SourceFailed,
    UsageError,
    WorkbenchError,
    combine,
    did_you_mean,
    unknown,
)


@pytest.mark.parametrize(
    ("kind", "code"), [(CheckFailed, 1), (UsageError, 2), (GateRefused, 3), (SourceFailed, 4), (RunsFailed, 5)]
)
def test_each_kind_of_error_has_its_exit_code(kind, code):
    assert kind("x").exit_code == code
    assert issubclass(kind, WorkbenchError)


def test_the_table_of_exit_codes_is_that_of_the_documentation():
    assert EXIT_CODES == {
        "done": 0,
        "check failed": 1,
        "wrong use": 2,
        "gate refused": 3,
        "source failed": 4,
        "runs failed": 5,
        "interrupted": 130,
    }


def test_a_near_word_is_offered():
    assert did_you_mean("bike_tripss", ["bike_trips", "bike_lanes"]) == "did you mean 'bike_trips'?"


def test_a_far_word_gets_the_whole_list_in_order():
    assert did_you_mean("zzzz", ["b", "a", "b"]) == "allowed: a, b"


def test_an_empty_choice_is_said_to_be_empty():
    assert did_you_mean("x", []) == "there is none yet"


def test_an_unknown_name_says_where_it_stood():
    error = unknown("column", "datee", ["date"], where="dataset 'daily_air'")
    assert str(error) == "dataset 'daily_air': unknown column 'datee'\n  did you mean 'date'?"


def test_all_problems_of_a_file_come_in_one_error():
    error = combine(["'a' is missing", "'b' is unknown"], where="x.yml", kind=GateRefused, hint="mend it")
    assert isinstance(error, GateRefused)
    assert str(error).splitlines() == ["x.yml: 2 problems", "  - 'a' is missing", "  - 'b' is unknown", "  mend it"]


def test_a_single_problem_stands_in_one_line():
    assert str(combine(["'a' is missing"], where="x.yml")) == "x.yml: 'a' is missing"
