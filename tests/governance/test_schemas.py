"""What an editor says of a file and what the workbench says of it is the same, and both say what the examples show."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from paper_city import PLACES, kind_of
from workbench.errors import UsageError
from workbench.files import write_text
from workbench.governance.papers.examples import example, example_names
from workbench.governance.papers.reading import KINDS
from workbench.governance.papers.schemas import schema, stale_schemas, write_schemas
from workbench.project import Project
from workbench.records import parse_model

REPOSITORY = Project(root=Path(__file__).parent.parent.parent)
EXAMPLES = example_names()


class _EditorLoader(yaml.SafeLoader):
    """YAML as editors read it: a day is a word."""


_EditorLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@cache
def validator(kind: str) -> jsonschema.Draft202012Validator:
    made = schema(kind)
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def in_editor(name: str) -> Any:
    return yaml.load(example(name), _EditorLoader)  # noqa: S506 (a subclass of SafeLoader)


def complaints(name: str, value: Any) -> list[str]:
    return [error.message for error in validator(kind_of(name)).iter_errors(value)]


def spoiled(value: Any, path: list[str], wrong: Any) -> Any:
    place = value
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = wrong
    return value


def test_there_is_an_example_of_every_kind() -> None:
    assert {kind_of(name) for name in EXAMPLES} == set(KINDS)
    assert {in_editor(name)["kind"] for name in EXAMPLES if name.startswith("proposal_")} == {
        "urban_issue",
        "policies",
        "charter",
    }


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_what_the_workbench_and_an_editor_allow(name: str) -> None:
    parse_model(yaml.safe_load(example(name)), KINDS[kind_of(name)].model, where=name)
    assert complaints(name, in_editor(name)) == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_unknown_key_is_refused_by_both(name: str) -> None:
    with pytest.raises(UsageError, match="contributors_name"):
        parse_model({**yaml.safe_load(example(name)), "contributors_name": "x"}, KINDS[kind_of(name)].model, where=name)
    assert complaints(name, {**in_editor(name), "contributors_name": "x"}) != []


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_missing_key_is_refused_by_both(name: str) -> None:
    first = next(iter(in_editor(name)))
    with pytest.raises(UsageError):
        parse_model({key: value for key, value in yaml.safe_load(example(name)).items() if key != first},
                    KINDS[kind_of(name)].model, where=name)  # fmt: skip
    assert complaints(name, {key: value for key, value in in_editor(name).items() if key != first}) != []


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_names_its_schema_where_it_lies(name: str) -> None:
    line = example(name).splitlines()[0]
    named = line.removeprefix("# yaml-language-server: $schema=")
    folder = REPOSITORY.root / Path(PLACES[name]).parent
    found = folder / named
    assert found.resolve() == (REPOSITORY.governance / "schemas" / f"{kind_of(name)}.schema.json").resolve()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_explains_its_keys_in_both_languages(name: str) -> None:
    comments = "".join(line for line in example(name).splitlines() if line.lstrip().startswith("#"))
    assert sum("가" <= letter <= "힣" for letter in comments) > 100
    assert sum("a" <= letter <= "z" for letter in comments) > 300


@pytest.mark.parametrize(
    ("name", "path", "wrong"),
    [
        ("meeting", ["held_on"], "19.10.2026"),
        ("meeting", ["held_on"], "2026-10-19T09:00:00"),
        ("meeting", ["minutes"], {"ko": "한국어만"}),
        ("meeting", ["present", "government"], ["government 1"]),
        ("contribution", ["text"], {}),
        ("contribution", ["text"], {"fr": "bonjour"}),
        ("members", ["seats", "G 1"], {}),
        ("recommendation", ["rests_on"], ["roadside gap"]),
        ("answer", ["answer"], "D-0001.1"),
        ("ballot", ["vote"], False),
    ],
)
def test_an_editor_marks_what_the_workbench_refuses(name: str, path: list[str], wrong: Any) -> None:
    assert complaints(name, spoiled(in_editor(name), path, wrong)) != []
    with pytest.raises(UsageError):
        parse_model(spoiled(yaml.safe_load(example(name)), path, wrong), KINDS[kind_of(name)].model, where=name)


def test_the_schemas_of_this_repository_are_current() -> None:
    assert stale_schemas(REPOSITORY) == []


def test_schemas_are_the_same_bytes_each_time(tmp_path: Path) -> None:
    project = Project(root=tmp_path)
    first = {path: path.read_bytes() for path in write_schemas(project)}
    assert {path: path.read_bytes() for path in write_schemas(project)} == first
    assert len(first) == len(KINDS)


def test_a_schema_edited_by_hand_missing_or_of_no_kind_is_named(tmp_path: Path) -> None:
    project = Project(root=tmp_path)
    files = {path.name: path for path in write_schemas(project)}
    files["ballot.schema.json"].unlink()
    write_text(files["rules.schema.json"], "{}")
    write_text(files["rules.schema.json"].with_name("vote.schema.json"), "{}")
    text = files["link.schema.json"].read_text(encoding="utf-8")
    files["link.schema.json"].write_bytes(text.replace("\n", "\r\n").encode("utf-8"))  # as a checkout on another system has it
    names = ["ballot", "rules", "vote"]
    assert stale_schemas(project) == [f"governance/schemas/{name}.schema.json" for name in names]
