"""Strict YAML: what is ambiguous is refused with its line, and nothing is guessed.

A file of the repository decides something, so it is read in one way only: the words, numbers and days that it shows.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from workbench.errors import UsageError

MAX_YAML_BYTES = 4_000_000  # a file of the repository is written by people; anything larger is a mistake or an attack
MAX_VALUES = 200_000  # words, numbers and collections of one file: nobody writes a million lines
MAX_DEPTH = 60  # deeper than any file of the workbench by far; the parser recurses

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
            raise _refusal(f"a tag ({shortened(event.tag.replace('tag:yaml.org,2002:', '!!'))}) is not allowed", event)
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
                raise _refusal(f"the key '{shortened(str(key))}' stands twice", event)
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
        raise _refusal(f"'{shortened(text)}' would be read as a number in base {base}; write it in quotes", event)
    node = yaml.ScalarNode(f"tag:yaml.org,2002:{kind}", text, event.start_mark)
    try:
        return getattr(_CONSTRUCTOR, f"construct_yaml_{kind}")(node)
    except (ValueError, AttributeError) as error:  # how PyYAML meets a date such as 2021-02-30
        raise _refusal(f"'{shortened(text)}' is no valid {kind}", event) from error


def _refusal(reason: str, event: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=reason, problem_mark=event.start_mark)


def shortened(text: str) -> str:
    """Return the beginning of a text that is too long for a message.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> len(shortened("x" * 100))
    60
    """
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


def content_of(path: Path) -> bytes:
    """Return a regular file's bytes; refuse in words where there is none.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bytes

    Raises
    ------
    UsageError
    """
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
    return read_yaml_bytes(content_of(path), where=str(path))


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
        content = content_of(path)
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


def lines_of(content: bytes, locations: Iterable[tuple[str | int, ...]]) -> list[int]:
    """Return the lines of places in content that :func:`read_yaml_bytes` has accepted.

    Parameters
    ----------
    content : bytes
    locations : iterable of tuple
        Keys and indexes from the top; parts that are neither are passed over.

    Returns
    -------
    list of int

    Examples
    --------
    >>> lines_of(b"a:\\n- 1\\n- 2\\n", [("a", 1), ("b",)])
    [3, 1]
    """
    root = yaml.compose(content, Loader=yaml.CSafeLoader)
    return [_line_in(root, location) for location in locations]
