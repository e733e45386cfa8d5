"""Reading the files that people write: strict YAML, and models of it with every problem of a file in one error.

A file of the repository decides something, so whatever is ambiguous in it is refused and not guessed.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from workbench.errors import UsageError, combine, did_you_mean

Model = TypeVar("Model", bound=BaseModel)

MAX_YAML_BYTES = 4_000_000  # a file of the repository is written by people; anything larger is a mistake or an attack
MAX_VALUES = 200_000  # words, numbers and collections of one file: nobody writes a million lines
MAX_DEPTH = 60  # deeper than any file of the workbench by far; the parser recurses
MAX_PROBLEMS = 50  # told at once of one file; nobody reads further

_MERGE_MARKER = re.compile(r"^(?:<{7}|>{7}|\|{7})(?=[ \t\r\n]|\Z)|^={7}[ \t\r]*$", re.MULTILINE)
_ODD_LINE_END = re.compile("\r(?!\n)|[\x85\u2028\u2029]")
# The booleans of YAML 1.2 (core schema); those of YAML 1.1 besides (yes, no, on, off) are words: ballots say them.
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
# What a word without quotes can be besides a word, by its first character.
_SHAPES = {
    first: [(tag.rsplit(":", 1)[-1], shape) for tag, shape in shapes if not tag.endswith((":bool", ":value"))]
    for first, shapes in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_CONSTRUCTOR = yaml.constructor.SafeConstructor()


class _Strict:
    """One pass over the events of a file: plain values come out, or the first oddity with its place."""

    def __init__(self, text: str) -> None:
        self.next: Any = yaml.cyaml.CParser(text).get_event
        self.values = 0

    def document(self) -> Any:
        _, begin = self.next(), self.next()
        value = None if type(begin) is yaml.StreamEndEvent else self.value(self.next(), 0)
        _, end = self.next(), self.next()
        if end and type(end) is not yaml.StreamEndEvent:
            raise _refusal("another document begins (---), a file holds one", end)
        return value

    def value(self, event: Any, depth: int) -> Any:
        kind = type(event)
        if event.anchor is not None:  # an alias can expand to any size, and an anchor serves for nothing else
            what = f"an alias (*{event.anchor})" if kind is yaml.AliasEvent else f"an anchor (&{event.anchor})"
            raise _refusal(f"{what} is not allowed", event)
        if event.tag is not None:
            raise _refusal(f"a tag ({_short(event.tag.replace('tag:yaml.org,2002:', '!!'))}) is not allowed", event)
        self.values += 1
        if self.values > MAX_VALUES:
            raise _refusal(f"more than {MAX_VALUES:,} values", event)
        if kind is yaml.ScalarEvent:
            return _plain(event) if event.implicit[0] else event.value
        if depth >= MAX_DEPTH:
            raise _refusal(f"nested too deeply, allowed are {MAX_DEPTH} levels", event)
        return self.mapping(depth + 1) if kind is yaml.MappingStartEvent else self.sequence(depth + 1)

    def mapping(self, depth: int) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        while type(event := self.next()) is not yaml.MappingEndEvent:
            key = self.value(event, depth)
            if isinstance(key, list | dict):
                raise _refusal("a key must be a word or a number", event)
            if key in found:
                raise _refusal(f"the key '{_short(str(key))}' stands twice", event)
            found[key] = self.value(self.next(), depth)
        return found

    def sequence(self, depth: int) -> list[Any]:
        found = []
        while type(event := self.next()) is not yaml.SequenceEndEvent:
            found.append(self.value(event, depth))
        return found


def _plain(event: Any) -> Any:
    """What a word without quotes means: itself, unless it has the shape of a number, a date, a boolean or nothing."""
    text = event.value
    if text in _TRUTH:
        return _TRUTH[text]
    kind = next((kind for kind, shape in _SHAPES.get(text[:1], ()) if shape.match(text)), None)
    if kind is None:
        return text
    if kind == "merge":
        raise _refusal("a merge key (<<) is not allowed", event)
    if kind in ("int", "float") and (":" in text or re.match(r"[-+]?0[0-9_]+$", text)):
        base = 60 if ":" in text else 8
        raise _refusal(f"'{_short(text)}' would be read as a number in base {base}; write it in quotes", event)
    node = yaml.ScalarNode(f"tag:yaml.org,2002:{kind}", text, event.start_mark)
    try:
        return getattr(_CONSTRUCTOR, f"construct_yaml_{kind}")(node)
    except (ValueError, AttributeError) as error:  # how PyYAML meets a date such as 2021-02-30
        raise _refusal(f"'{_short(text)}' is no valid {kind}", event) from error


def _refusal(reason: str, event: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=reason, problem_mark=event.start_mark)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def read_yaml_bytes(content: bytes, *, where: str) -> Any:
    """Read YAML strictly: UTF-8, YAML 1.2 booleans, no duplicate keys, anchors, aliases or tags, bounded in size.

    Parameters
    ----------
    content : bytes
    where : str
        The file, for messages.

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
    >>> read_yaml_bytes(b"vote: yes", where="C-1.yml")
    {'vote': 'yes'}
    >>> read_yaml_bytes(b"a: 1\\na: 2", where="a.yml")
    Traceback (most recent call last):
    ...
    workbench.errors.UsageError: a.yml, line 2: the key 'a' stands twice
    """
    text = _text(content, where)
    try:
        return _Strict(text).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        tab = "cannot start any token" in str(error.problem) and text[mark.index : mark.index + 1] == "\t"
        raise UsageError(f"{where}, line {mark.line + 1}: {'a tab, indent with spaces' if tab else error.problem}") from error
    except yaml.reader.ReaderError as error:
        line = text.encode().count(b"\n", 0, error.position) + 1
        raise UsageError(f"{where}, line {line}: U+{error.character:04X}, {error.reason}") from error


def _text(content: bytes, where: str) -> str:
    """The text of a file, when its size, encoding and line ends are beyond doubt and no merge is left unfinished."""
    if len(content) > MAX_YAML_BYTES:
        raise UsageError(f"{where}: {len(content):,} bytes, allowed {MAX_YAML_BYTES:,}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{where}, line {line}: not UTF-8 (byte {error.start})", hint="save the file as UTF-8") from error
    if any(sign in text for sign in ("<<<<<<<", ">>>>>>>", "=======", "|||||||")) and (found := _MERGE_MARKER.search(text)):
        line = text.count("\n", 0, found.start()) + 1
        raise UsageError(f"{where}, line {line}: a merge-conflict marker", hint="finish the merge first")
    if any(sign in text for sign in "\r\x85\u2028\u2029") and (found := _ODD_LINE_END.search(text)):
        line = text.count("\n", 0, found.start()) + 1
        reason = f"U+{ord(found[0]):04X} ends a line for some programs and not for others"
        raise UsageError(f"{where}, line {line}: {reason}", hint="end lines as Unix or Windows does")
    return text


def _content(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a folder, or a device without an end
            raise UsageError(f"{path}: cannot be read (not a regular file)")
        return path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error


def read_yaml(path: Path) -> Any:
    """Read a YAML file as strictly as :func:`read_yaml_bytes`.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Any

    Raises
    ------
    UsageError
        With file, line and reason.
    """
    return read_yaml_bytes(_content(path), where=str(path))


class _PlainDumper(yaml.SafeDumper):  # type: ignore[misc]
    """YAML as :func:`read_yaml` reads it: without aliases, whatever the value shares."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 (PyYAML's)
        return True


def _word(dumper: yaml.SafeDumper, word: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", word, style='"' if _ODD_LINE_END.search(word) else None)


_PlainDumper.add_representer(str, _word)
# Other readers' booleans (YAML 1.1: y, n) and numbers (1.2: 0o17, 1e3, a hash of digits and one e) are quoted as well.
_PlainDumper.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^[yYnN]$"), list("yYnN"))
_NUMBER = re.compile(r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+)$")
_PlainDumper.add_implicit_resolver("tag:yaml.org,2002:float", _NUMBER, list("-+.0123456789"))


def dump_yaml(value: Any) -> str:
    """Return a plain value as YAML in the order of its keys; readers of YAML 1.1 and of 1.2 read the same back.

    Parameters
    ----------
    value : Any

    Returns
    -------
    str

    Examples
    --------
    >>> print(dump_yaml({"vote": "yes", "reason": ["근거"]}), end="")
    vote: 'yes'
    reason:
    - 근거
    """
    return str(yaml.dump(value, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False, width=120))


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
    return read_model_bytes(_content(path), model, where=str(path))


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
        root, count = yaml.compose(content, Loader=yaml.CSafeLoader), error.error_count()
        told = [(_line_in(root, item["loc"]), _problem(item, model)) for item in error.errors()[:MAX_PROBLEMS]]
        if count == 1:
            raise combine([told[0][1]], where=f"{where}, line {told[0][0]}") from None
        problems = [f"line {line}: {problem}" for line, problem in sorted(told, key=lambda each: each[0])]
        raise combine(problems + [f"and {count - MAX_PROBLEMS:,} more"] * (count > MAX_PROBLEMS), where=where) from None


def line_of(path: Path, *location: str | int) -> int | None:
    """Return the line of a YAML file at which a key or an item stands, as an editor counts.

    Parameters
    ----------
    path : Path
    location : str or int
        Keys and indexes from the top.

    Returns
    -------
    int or None
        The line of the nearest place that exists; ``None`` where the file cannot be read as YAML.
    """
    try:
        content = _content(path)
        read_yaml_bytes(content, where=str(path))  # what it has accepted is safe to compose
    except UsageError:
        return None
    return _line_in(yaml.compose(content, Loader=yaml.CSafeLoader), location)


def placed(path: Path, *location: str | int) -> str:
    """Return a file and the line of a place in it, to open a message with.

    Parameters
    ----------
    path : Path
    location : str or int

    Returns
    -------
    str

    Examples
    --------
    >>> placed(Path("none.yml"), "seats", "C-1", "side")
    'none.yml'
    """
    line = line_of(path, *location)
    return str(path) if line is None else f"{path}, line {line}"


def _line_in(root: yaml.Node | None, location: tuple[str | int, ...]) -> int:
    """The line of a place in a file that was read; parts that are no key (pydantic's own) are passed over."""
    node, line = root, root.start_mark.line if root else 0
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = [(value, key.start_mark.line) for key, value in node.value if key.value == str(part)]
            node, line = found[0] if found else (node, line)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node, line = node.value[part], node.value[part].start_mark.line
    return int(line) + 1


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
        return f"{above + ': ' if above else ''}unknown key '{_short(str(found))}', {allowed}"
    if item["type"] == "missing":
        return f"'{location}' is missing"
    message = item["msg"].removeprefix("Value error, ")
    return f"{location + ': ' if location else ''}{message[0].lower()}{message[1:]} (found {_short(repr(item.get('input')))})"


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
