"""Reading the files that people write: strict YAML, and models of it with every problem of a file in one error.

A file of the repository decides something, so whatever is ambiguous in it is refused and not guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from workbench.errors import UsageError, combine, did_you_mean

Model = TypeVar("Model", bound=BaseModel)

MAX_YAML_BYTES = 4_000_000
"""A file of the repository is written by people; anything larger is a mistake or an attack."""

MAX_DEPTH = 60
"""Deeper than any file of the workbench by far; the parser recurses."""


class _StrictLoader(yaml.CSafeLoader):  # type: ignore[misc]
    """YAML without duplicate keys; aliases are refused before it is asked."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        if isinstance(node, yaml.ScalarNode) and node.tag.endswith((":int", ":float")) and ":" in node.value:
            reason = f"'{node.value}' would be read as a number in base 60; write it in quotes"
            raise yaml.constructor.ConstructorError(None, None, reason, node.start_mark)
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, AttributeError) as error:  # how PyYAML meets a date such as 2021-02-30
            found = node.value[:60] if isinstance(node, yaml.ScalarNode) else ""
            kind = node.tag.rsplit(":", 1)[-1]
            raise yaml.constructor.ConstructorError(None, None, f"'{found}' is no valid {kind}", node.start_mark) from error

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, list | dict):
                raise yaml.constructor.ConstructorError(None, None, "a key must be a word or a number", key_node.start_mark)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key '{key}' stands twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def read_yaml(path: Path) -> Any:
    """Read a YAML file strictly: UTF-8, no duplicate keys, no aliases, bounded in size.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Any
        Plain dicts, lists, words, numbers and dates.

    Raises
    ------
    UsageError
        With file, line and reason.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "a.yml"
    >>> _ = target.write_text("a: 1\\na: 2\\n", encoding="utf-8")
    >>> read_yaml(target)
    Traceback (most recent call last):
    ...
    workbench.errors.UsageError: ...a.yml, line 2: the key 'a' stands twice
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    if len(content) > MAX_YAML_BYTES:
        raise UsageError(f"{path}: {len(content):,} bytes, allowed {MAX_YAML_BYTES:,}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 (byte {error.start})", hint="save the file as UTF-8") from error
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith(("<<<<<<< ", ">>>>>>> ")):
            raise UsageError(f"{path}, line {number}: a merge-conflict marker", hint="finish the merge first")
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            line = event.start_mark.line + 1
            if isinstance(event, yaml.AliasEvent):  # an alias can expand to any size
                raise UsageError(f"{path}, line {line}: an alias (*{event.anchor}) is not allowed")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise UsageError(f"{path}, line {line}: nested too deeply, allowed are {MAX_DEPTH} levels")
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 (a subclass of SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}" if mark else ""
        raise UsageError(f"{path}{where}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise UsageError(f"{path}: {error}") from error


class _PlainDumper(yaml.SafeDumper):  # type: ignore[misc]
    """YAML as :func:`read_yaml` reads it: without aliases, whatever the value shares."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 (PyYAML's)
        return True


def dump_yaml(value: Any) -> str:
    """Return a plain value as YAML in the order of its keys.

    Parameters
    ----------
    value : Any

    Returns
    -------
    str

    Examples
    --------
    >>> shared = ["가"]
    >>> print(dump_yaml({"b": shared, "a": shared}), end="")
    b:
    - 가
    a:
    - 가
    """
    return str(yaml.dump(value, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False, width=120))


def read_model(path: Path, model: type[Model]) -> Model:
    """Read a YAML file as a model; all problems of the file in one error.

    Parameters
    ----------
    path : Path
    model : type
        A pydantic model.

    Returns
    -------
    pydantic.BaseModel

    Raises
    ------
    UsageError
        Naming the file, each key, what was found and what is allowed.

    Examples
    --------
    >>> import tempfile
    >>> class Point(BaseModel, extra="forbid"):
    ...     x: int
    >>> target = Path(tempfile.mkdtemp()) / "p.yml"
    >>> _ = target.write_text("x: 3\\n", encoding="utf-8")
    >>> read_model(target, Point).x
    3
    """
    return parse_model(read_yaml(path), model, where=str(path))


def parse_model(value: Any, model: type[Model], *, where: str) -> Model:
    """Validate a plain value as a model; all problems in one error.

    Parameters
    ----------
    value : Any
    model : type
    where : str
        The file, for messages.

    Returns
    -------
    pydantic.BaseModel

    Raises
    ------
    UsageError

    Examples
    --------
    >>> class Point(BaseModel, extra="forbid"):
    ...     x: int
    >>> parse_model({"x": 1, "xx": 2}, Point, where="p.yml")
    Traceback (most recent call last):
    ...
    workbench.errors.UsageError: p.yml: unknown key 'xx', did you mean 'x'?
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise combine([_problem(item, model) for item in error.errors()], where=where) from None


def _problem(item: Any, model: type[BaseModel]) -> str:
    """One validation error of pydantic in a person's words."""
    location = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        parent = ".".join(str(part) for part in item["loc"][:-1])
        found = str(item["loc"][-1])
        allowed = _keys_at(model, item["loc"][:-1])
        return f"{parent + ': ' if parent else ''}unknown key '{found}', {did_you_mean(found, allowed)}"
    if item["type"] == "missing":
        return f"'{location}' is missing"
    found = item.get("input")
    shown = repr(found) if len(repr(found)) <= 60 else repr(found)[:57] + "..."
    message = item["msg"].removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    return f"{location + ': ' if location else ''}{message} (found {shown})"


def _keys_at(model: type[BaseModel], location: tuple[Any, ...]) -> list[str]:
    """The keys allowed at a place in a model, following nested models, lists and dicts."""
    current: Any = model
    for part in location:
        if isinstance(current, type) and issubclass(current, BaseModel):
            names = {field.alias or name: field.annotation for name, field in current.model_fields.items()}
            if part not in names:
                continue
            current = names[part]
        else:
            current = next((a for a in _models_in(current)), None)
            if current is None:
                return []
        if not (isinstance(current, type) and issubclass(current, BaseModel)) and get_args(current):
            inner = list(_models_in(current))
            if len(inner) == 1 and not _is_container(current):
                current = inner[0]
    if not (isinstance(current, type) and issubclass(current, BaseModel)):
        current = next(iter(_models_in(current)), None)
    if current is None:
        return []
    return [field.alias or name for name, field in current.model_fields.items()]


def _is_container(annotation: Any) -> bool:
    return get_origin(annotation) in (list, dict, tuple)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models named inside a type annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for argument in get_args(annotation):
        yield from _models_in(argument)
