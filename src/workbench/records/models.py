"""Models of the files that people write: every problem of a file in one error, each with its line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from workbench.errors import combine, did_you_mean
from workbench.records.strict_yaml import content_of, lines_of, read_yaml_bytes, shortened

Model = TypeVar("Model", bound=BaseModel)

MAX_PROBLEMS = 50
"""Told at once of one file; nobody reads further."""


def read_model(path: Path, model: type[Model]) -> Model:
    """Read a YAML file as a model; all problems of the file in one error, each with its line.

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
        Naming the file, the line, each key, what was found and what is allowed.
    """
    return read_model_bytes(content_of(path), model, where=str(path))


def read_model_bytes(content: bytes, model: type[Model], *, where: str) -> Model:
    """Read the bytes of a YAML file as :func:`read_model` does: for callers that have hashed them already.

    Parameters
    ----------
    content : bytes
    model : type
    where : str
        The file, for messages.

    Returns
    -------
    pydantic.BaseModel

    Examples
    --------
    >>> class Point(BaseModel, extra="forbid"):
    ...     x: int
    >>> read_model_bytes(b"# a place\\nx: here", Point, where="p.yml")
    Traceback (most recent call last):
    ...
    workbench.errors.UsageError: p.yml, line 2: x: input should be a valid integer, ... (found 'here')
    """
    value = read_yaml_bytes(content, where=where)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        count, items = error.error_count(), error.errors()[:MAX_PROBLEMS]
        lines = lines_of(content, [item["loc"] for item in items])
        told = [(line, _problem(item, model)) for line, item in zip(lines, items, strict=True)]
        if count == 1:
            raise combine([told[0][1]], where=f"{where}, line {told[0][0]}") from None
        problems = [f"line {line}: {problem}" for line, problem in sorted(told, key=lambda each: each[0])]
        raise combine(problems + [f"and {count - MAX_PROBLEMS:,} more"] * (count > MAX_PROBLEMS), where=where) from None


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
    *parents, found = item["loc"] or ("",)
    location = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        above = "".join(f"{part}." for part in parents)[:-1]
        allowed = did_you_mean(str(found), _keys_at(model, parents))
        return f"{above + ': ' if above else ''}unknown key '{shortened(str(found))}', {allowed}"
    if item["type"] == "missing":
        return f"'{location}' is missing"
    at, found_value = f"{location}: " if location else "", item.get("input")
    if item["type"] != "value_error":
        return f"{at}{item['msg'][0].lower()}{item['msg'][1:]} (found {shortened(repr(found_value))})"
    message = item["msg"].removeprefix("Value error, ")  # our own words: they may begin with a name, and say what was found
    return f"{at}{message}" if isinstance(found_value, (dict, list)) else f"{at}{message} (found {shortened(repr(found_value))})"


def _keys_at(model: type[BaseModel], location: list[Any]) -> list[str]:
    """The keys allowed at a place in a model, following nested models, lists and dicts."""
    here: list[Any] = [model]
    for part in location:
        here = [inner for annotation in here for inner in _inside(annotation, part)] or here
    return [field.alias or name for one in here for found in _models_in(one) for name, field in found.model_fields.items()]


def _inside(annotation: Any, part: Any) -> Iterator[Any]:
    """What stands under a key or an index of a type: a model's field, what a list or a dict holds, in any arm of a union."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from (field.annotation for name, field in annotation.model_fields.items() if (field.alias or name) == part)
    elif get_origin(annotation) in (list, dict, tuple):
        yield from get_args(annotation)
    else:
        for arm in get_args(annotation):
            yield from _inside(arm, part)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models named inside a type annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models_in(argument)]
