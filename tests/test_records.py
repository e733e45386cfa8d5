"""What people write is read strictly: each oddity is one clear error with file and line."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, model_validator

from workbench.errors import UsageError
from workbench.records import (
    MAX_DEPTH,
    MAX_YAML_BYTES,
    dump_yaml,
    line_of,
    parse_model,
    placed,
    read_model,
    read_model_bytes,
    read_yaml,
    read_yaml_bytes,
)

ROOT = Path(__file__).parent.parent


class _Words(yaml.CSafeLoader):
    """PyYAML's own reader without the booleans of YAML 1.1."""


_Words.yaml_implicit_resolvers = {
    first: [(tag, shape) for tag, shape in shapes if not tag.endswith((":bool", ":value"))]
    for first, shapes in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


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
        ("a: &x 1\nb: *x\n", 1, "an anchor (&x) is not allowed"),
        ("a: &x [1]\n", 1, "an anchor (&x) is not allowed"),
        ("a: [1,&x [2]]\n", 1, "an anchor (&x) is not allowed"),
        ("a: 1\nb: *x\n", 2, "an alias (*x) is not allowed"),
        ("a: 1\n<<: {b: 2}\n", 2, "a merge key (<<) is not allowed"),
        ("a: 1\n<<<<<<< HEAD\nb: 2\n", 2, "a merge-conflict marker"),
        ("a: 1\r\n<<<<<<<\r\nb: 2\r\n", 2, "a merge-conflict marker"),
        ("a: 1\n||||||| 1f2e3d4\nb: 2\n", 2, "a merge-conflict marker"),
        ("a: 1\n=======\nb: 2\n", 2, "a merge-conflict marker"),
        ("a: 1\r\n=======\r\nb: 2\r\n", 2, "a merge-conflict marker"),
        ("a: 1\n=======", 2, "a merge-conflict marker"),
        ("a: 1\n>>>>>>> theirs\n", 2, "a merge-conflict marker"),
        ("a: 1\nb: 2021-02-30\n", 2, "'2021-02-30' is no valid timestamp"),
        ("a: 12:30\n", 1, "'12:30' would be read as a number in base 60; write it in quotes"),
        ("a: " + "9" * 5000 + "\n", 1, "is no valid int"),
        ("a: 1\nb: 010\n", 2, "'010' would be read as a number in base 8; write it in quotes"),
        ("a: !!python/object:os.system x\n", 1, "a tag (!!python/object:os.system) is not allowed"),
        ("a: 1\nb: !!binary aGVsbG8=\n", 2, "a tag (!!binary) is not allowed"),
        ("a: !!set {b, c}\n", 1, "a tag (!!set) is not allowed"),
        ("a: !own x\n", 1, "a tag (!own) is not allowed"),
        ("a: ! x\n", 1, "a tag (!) is not allowed"),
        ("a: 1\n\tb: 2\n", 2, "a tab character that violates indentation"),
        ("a:\n\t- 가\n", 2, "a tab, indent with spaces"),
        ("가: 나\nb: 다\x00라\n", 2, "U+0000, control characters are not allowed"),
        ("가: 나\nb: 다\x1b라\n", 2, "U+001B, control characters are not allowed"),
        ("a: 1\n\ufeffb: 2\n", 2, "did not find expected key"),
        ("a: 1\nb: 가\x85나\nc: 3\n", 2, "U+0085 ends a line for some programs and not for others"),
        ("a: 1\nb: 가\u2028나\nc: 3\n", 2, "U+2028 ends a line for some programs and not for others"),
        ("a: 1\nb: 가\u2029나\nc: 3\n", 2, "U+2029 ends a line for some programs and not for others"),
        ("a: 1\rb: 2\n", 1, "U+000D ends a line for some programs and not for others"),
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
    with pytest.raises(UsageError, match=r"line 2: not UTF-8 \(byte 7\)"):
        read_yaml(written(b"a: 1\nb:\xff"))


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
    with pytest.raises(UsageError, match="nested too deeply"):
        read_yaml(written("- " * 5000))
    assert read_yaml(written("[" * MAX_DEPTH + "]" * MAX_DEPTH))


@pytest.mark.parametrize("text", ["- 1\n" * 1_000_000, "[" + "1," * 1_000_000 + "]"], ids=["lines", "one line"])
def test_a_million_values_are_refused(written, text):
    with pytest.raises(UsageError, match="more than 200,000 values"):
        read_yaml(written(text[:MAX_YAML_BYTES]))


def test_a_million_empty_lines_and_comments_are_no_values(written):
    assert read_yaml(written("a: 1\n" + "\n#\n" * 1_000_000)) == {"a": 1}


def test_the_lines_of_a_block_of_text_may_look_like_markers_when_indented(written):
    assert read_yaml(written("a: |\n  =======\n  <<<<<<< x\n"))["a"] == "=======\n<<<<<<< x\n"


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "y", "n", "Yes", "NO", "On", "tRUE"])
def test_what_a_ballot_says_is_a_word(written, word):
    assert read_yaml(written(f"vote: {word}\n")) == {"vote": word}
    text = dump_yaml({"vote": word})
    assert text == f"vote: '{word}'\n" or word == "tRUE"
    assert yaml.safe_load(text) == {"vote": word}


@pytest.mark.parametrize(("word", "truth"), [("true", True), ("True", True), ("TRUE", True), ("false", False), ("FALSE", False)])
def test_true_and_false_are_booleans(written, word, truth):
    assert read_yaml(written(f"a: {word}\n"))["a"] is truth


@pytest.mark.parametrize("word", ["1e3", "0o17", "12e4567", "010", "12:30", "~", "null", "2021-01-02", "=", "<<", "1_000", "#a"])
def test_a_word_of_another_shape_is_written_in_quotes(word):
    assert dump_yaml([word]) in (f"- '{word}'\n", f'- "{word}"\n')


_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.dates() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(_PLAIN)
def test_what_is_written_is_read_back(value):
    text = dump_yaml(value)
    assert read_yaml_bytes(text.encode(), where="a.yml") == value
    assert yaml.safe_load(text) == value  # by a reader of YAML 1.1 too


@settings(max_examples=150, deadline=None)
@given(st.text("ab:-?[]{},&*!|>'\"#% \n\t0y\u2028<=", max_size=40))
def test_any_text_is_read_as_others_read_it_or_refused_with_its_place(text):
    try:
        value = read_yaml_bytes(text.encode(), where="a.yml")
    except UsageError as error:
        assert re.match(r"a\.yml, line \d+: ", str(error))
    else:
        assert value == yaml.load(text, Loader=_Words)  # noqa: S506 (a subclass of SafeLoader)


def test_values_that_share_are_written_twice():
    shared = ["가"]
    assert dump_yaml({"b": shared, "a": shared}) == "b:\n- 가\na:\n- 가\n"


def test_every_file_of_the_repository_means_the_same_to_a_reader_of_yaml_1_1():
    listed = subprocess.run(["git", "ls-files", "*.yml"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert len(listed) > 20
    for name in listed:
        if name.startswith("src/workbench/cli/new_city/"):  # a template: what it becomes is read by the tests of starting
            continue
        value = read_yaml(ROOT / name)
        assert value == yaml.safe_load((ROOT / name).read_text(encoding="utf-8")) or name.startswith("governance/ballots/"), name


def test_an_unknown_key_deep_inside_is_named_with_its_place_and_the_nearest_word(written):
    path = written("title: x\nparts:\n  first: {name: a, wieght: 2}\n")
    with pytest.raises(UsageError) as caught:
        read_model(path, Whole)
    assert str(caught.value) == f"{path}, line 3: parts.first: unknown key 'wieght', did you mean 'weight'?"


@pytest.mark.parametrize("place", ["others: [{name: a, wieght: 2}]", "best: {name: a, wieght: 2}"])
def test_an_unknown_key_in_a_list_or_an_optional_part_finds_its_neighbour_too(written, place):
    with pytest.raises(UsageError, match=r"unknown key 'wieght', did you mean 'weight'\?"):
        read_model(written(f"title: x\nparts: {{}}\n{place}\n"), Whole)


def test_all_problems_of_a_file_are_told_at_once(written):
    with pytest.raises(UsageError) as caught:
        read_model(path := written("titel: x\nparts: {a: {weight: heavy}}\n"), Whole)
    message = str(caught.value)
    assert message.startswith(f"{path}: 4 problems\n  - line 1: ")
    for part in ("'title' is missing", "unknown key 'titel'", "'parts.a.name' is missing", "parts.a.weight", "(found 'heavy')"):
        assert part in message


def test_an_empty_file_is_no_record(written):
    with pytest.raises(UsageError, match=r"file\.yml, line 1: .*found None"):
        read_model(written(""), Whole)


def test_a_plain_value_is_checked_the_same_way():
    with pytest.raises(UsageError, match=r"here: 'name' is missing"):
        parse_model({}, Part, where="here")


def test_each_problem_is_told_with_the_line_an_editor_shows(written):
    path = written(
        "# 자리\r\ntitle: 가\r\nparts:\r\n  first:\r\n    weight: 1\r\n  second:\r\n    name: 나\r\n    weight: heavy\r\n"
        "others:\r\n- name: 다\r\n- name: 라\r\n  wieght: 2\r\n"
    )
    with pytest.raises(UsageError) as caught:
        read_model(path, Whole)
    lines = str(caught.value).splitlines()
    assert lines[0] == f"{path}: 3 problems"
    assert lines[1] == "  - line 4: 'parts.first.name' is missing"
    assert lines[2].startswith("  - line 8: parts.second.weight: input should be a valid number")
    assert lines[3] == "  - line 12: others.1: unknown key 'wieght', did you mean 'weight'?"


def test_a_key_missing_at_the_top_stands_at_the_first_line_of_the_record(written):
    with pytest.raises(UsageError, match=r"line 3: 'title' is missing"):
        read_model(written("# 설명\n\nparts: {}\n"), Whole)


def test_a_thousand_problems_are_told_in_part():
    with pytest.raises(UsageError) as caught:
        read_model_bytes(("title: x\nparts: {}\nothers:\n" + "- {}\n" * 1000).encode(), Whole, where="w.yml")
    lines = str(caught.value).splitlines()
    assert lines[-1] == "  - and 950 more"
    assert len(lines) == 52


def test_the_line_of_a_place_is_found_for_those_who_judge_its_meaning(written):
    path = written("\ufeff# 표\nseat: C-1\nreason:\n  ko: >-\n    가\n    나\n  en: c\nlist:\n  - a\n  - b\n")
    assert line_of(path, "seat") == 2
    assert line_of(path, "reason", "en") == 7
    assert line_of(path, "list", 1) == 10
    assert line_of(path, "reason", "none") == 3
    assert line_of(path) == 2
    assert placed(path, "reason", "en") == f"{path}, line 7"


def test_a_file_that_cannot_be_read_has_no_lines(written, tmp_path):
    assert line_of(tmp_path / "none.yml", "a") is None
    bomb = written("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n")
    assert line_of(bomb, "c") is None
    assert placed(bomb, "c") == str(bomb)


def test_a_device_without_an_end_is_no_file(tmp_path):
    (tmp_path / "a.yml").symlink_to("/dev/zero")
    with pytest.raises(UsageError, match="not a regular file"):
        read_yaml(tmp_path / "a.yml")


class Seats(BaseModel, extra="forbid"):
    """A model with words of its own."""

    seats: dict[str, int]

    @model_validator(mode="after")
    def _held(self) -> Seats:
        if self.seats:
            raise ValueError("G-1 is held twice")
        return self


def test_a_fault_in_our_own_words_keeps_names_as_they_are_and_repeats_no_content(written):
    path = written("seats: {G-1: 1}\n")
    with pytest.raises(UsageError) as caught:
        read_model(path, Seats)
    assert str(caught.value) == f"{path}, line 1: G-1 is held twice"
