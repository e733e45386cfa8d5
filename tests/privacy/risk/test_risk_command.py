"""``workbench privacy risk`` answers for any file, in words or in JSON, and says what it cannot understand."""

from __future__ import annotations

import argparse
import json

import pytest

from workbench.cli.measuring import measure, risk_options
from workbench.errors import UsageError

CANARY = "홍길동-900101"
ROWS = "이름;age;work place;pay, net;illness\n가;30;중구;1;flu\n가;30;중구;2;flu\n나;30;중구;1;cold\n다;40;강남구;3;flu\n"


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(ROWS, encoding="cp949")
    return path


def ask(path, *words):
    parser = argparse.ArgumentParser()
    risk_options(parser)
    return measure(None, parser.parse_args([str(path), *words]))


def test_json_has_the_figures(people, capsys):
    assert ask(people, "--quasi-identifiers", "age,work place", "--sensitive", "illness", "--unit", "이름", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert {key: found[key] for key in ("rows", "people", "suppressed", "k", "classes", "sample_uniques")} == {
        "rows": 4, "people": 3, "suppressed": 0.0, "k": 1, "classes": 2, "sample_uniques": 1,
    }  # fmt: skip
    assert found["l"] == {"illness": 1}
    assert found["t"] == {"illness": pytest.approx(1 / 3)}


def test_a_name_with_a_comma_is_given_by_itself(people, capsys):
    assert ask(people, "--quasi-identifiers", "pay, net", "--quasi-identifiers", "age, work place", "--json") == 0
    assert json.loads(capsys.readouterr().out)["quasi_identifiers"] == ["pay, net", "age", "work place"]


def test_people_read_a_sentence_for_each_figure_and_no_value_of_a_row(people, capsys):
    assert ask(people, "--quasi-identifiers", "age,work place", "--sensitive", "illness", "--unit", "이름") == 0
    said = capsys.readouterr().out
    for word in (
        "k",
        "classes",
        "sample uniques",
        "prosecutor risk",
        "journalist risk",
        "marketer risk",
        "l of illness",
        "t of illness",
    ):
        assert f"│ {word} " in said
    assert "Who knows age of a person singles out 1 person; illness is sure for 1." in said
    assert not any(word in said for word in ("강남구", "flu", "cold", "다"))


def test_measures_distances_and_a_population_may_be_asked_for(people, capsys):
    words = ["--quasi-identifiers", "age", "--sensitive", "pay, net", "--sensitive", "illness"]
    assert ask(people, *words, "--entropy", "illness", "--ordered", "pay, net", "--population", str(people), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["l_measure"] == {"illness": "entropy", "pay, net": "distinct"}
    assert found["t_distance"] == {"illness": "equal", "pay, net": "ordered"}
    assert found["journalist"]["population"] == 4


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--quasi-identifiers", "aeg"], "people.csv: there is no column 'aeg', did you mean 'age'?"),
        (["--quasi-identifiers", "age", "--sensitive", "age"], "people.csv: fields: field 'age' is both"),
        (["--quasi-identifiers", "age,age"], "named twice"),
        (["--quasi-identifiers", "age", "--unit", "name"], "there is no column 'name'"),
        (["--quasi-identifiers", "age", "--sensitive", "illness", "--ordered", "illness"], "needs an order"),
        (["--quasi-identifiers", "age", "--sensitive", "illness", "--entropy", "age"], "there is no column 'age'"),
        (["--quasi-identifiers", ","], "no column is named"),
    ],
)
def test_what_cannot_be_understood_is_told_with_the_file(people, words, told):
    with pytest.raises(UsageError) as caught:
        ask(people, *words)
    assert told in str(caught.value)


def test_a_file_without_rows_is_refused(tmp_path):
    path = tmp_path / "empty.csv"
    path.write_text("age,sex\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"empty\.csv: the table has no rows"):
        ask(path, "--quasi-identifiers", "age")
