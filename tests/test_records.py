"""What people write is read strictly: each oddity is one clear error with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from workbench.errors import UsageError
from workbench.records import MAX_YAML_BYTES, parse_model, read_model, read_yaml


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Part(_Strict):
    name: str
    weight: float = 1.0


class Whole(_Strict):
    title: str
    parts: dict[str, Part]
    others: list[Part] = []
    best: Part | None = None


@pytest.fixture
def written(tmp_path):
    def write(text: str | bytes) -> Path:
        path = tmp_path / "file.yml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    return write


def test_words_numbers_and_dates_are_read(written):
    assert read_yaml(written("a: 가나\nb: 3\nc: 2021-01-02\n"))["c"].year == 2021


def test_a_byte_order_mark_is_no_part_of_the_first_key(written):
    assert read_yaml(written(b"\xef\xbb\xbfa: 1\n")) == {"a": 1}


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a: 1\na: 2\n", 2, "the key 'a' stands twice"),
        ("a:\n  b: 1\n  b: 1\n", 3, "the key 'b' stands twice"),
        ("a: &x 1\nb: *x\n", 2, "an alias (*x) is not allowed"),
        ("a: 1\n<<<<<<< HEAD\nb: 2\n", 2, "a merge-conflict marker"),
        ("a: 1\n>>>>>>> theirs\n", 2, "a merge-conflict marker"),
        ("a: 1\nb: 2021-02-30\n", 2, "'2021-02-30' is no valid timestamp"),
        ("a: 12:30\n", 1, "'12:30' would be read as a number in base 60; write it in quotes"),
        ("a: " + "9" * 5000 + "\n", 1, "is no valid int"),
        ("a: !!python/object:os.system x\n", 1, "could not determine a constructor"),
        ("? [1]\n: 2\n", 1, "a key must be a word or a number"),
        ("a: [1\n", 2, "expected ',' or ']'"),
        ("a: b\n---\nb: c\n", 2, "another document"),
    ],
)
def test_an_oddity_is_named_with_its_line(written, text, line, reason):
    path = written(text)
    with pytest.raises(UsageError) as caught:
        read_yaml(path)
    message = str(caught.value)
    assert f"{path}, line {line}" in message
    assert reason in message


def test_another_encoding_is_named(written):
    with pytest.raises(UsageError, match="not UTF-8"):
        read_yaml(written("a: 서울".encode("cp949")))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"none\.yml: no such file"):
        read_yaml(tmp_path / "none.yml")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_yaml(tmp_path)


def test_a_file_beyond_the_bound_is_refused(written):
    with pytest.raises(UsageError, match=f"allowed {MAX_YAML_BYTES:,}"):
        read_yaml(written(b"#" * (MAX_YAML_BYTES + 1)))


def test_a_bottomless_nesting_is_refused(written):
    with pytest.raises(UsageError, match="nested too deeply"):
        read_yaml(written("a: " + "[" * 5000))


def test_an_unknown_key_deep_inside_is_named_with_its_place_and_the_nearest_word(written):
    path = written("title: x\nparts:\n  first: {name: a, wieght: 2}\n")
    with pytest.raises(UsageError) as caught:
        read_model(path, Whole)
    assert str(caught.value) == f"{path}: parts.first: unknown key 'wieght', did you mean 'weight'?"


@pytest.mark.parametrize("place", ["others: [{name: a, wieght: 2}]", "best: {name: a, wieght: 2}"])
def test_an_unknown_key_in_a_list_or_an_optional_part_finds_its_neighbour_too(written, place):
    with pytest.raises(UsageError, match=r"unknown key 'wieght', did you mean 'weight'\?"):
        read_model(written(f"title: x\nparts: {{}}\n{place}\n"), Whole)


def test_all_problems_of_a_file_are_told_at_once(written):
    with pytest.raises(UsageError) as caught:
        read_model(written("titel: x\nparts: {a: {weight: heavy}}\n"), Whole)
    message = str(caught.value)
    assert "4 problems" in message
    for part in ("'title' is missing", "unknown key 'titel'", "'parts.a.name' is missing", "parts.a.weight", "(found 'heavy')"):
        assert part in message


def test_an_empty_file_is_no_record(written):
    with pytest.raises(UsageError, match="found None"):
        read_model(written(""), Whole)


def test_a_plain_value_is_checked_the_same_way():
    with pytest.raises(UsageError, match=r"here: 'name' is missing"):
        parse_model({}, Part, where="here")
