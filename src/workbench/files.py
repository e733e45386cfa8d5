"""Reading and writing files so that a kill leaves the old state or the new one, and odd input is named.

Every room writes through here: a temporary file beside the target, flushed to disk, then renamed over it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from workbench.errors import CheckFailed, UsageError, combine, did_you_mean

Model = TypeVar("Model", bound=BaseModel)

MAX_YAML_BYTES = 4_000_000
"""A file of the repository is written by people; anything larger is a mistake or an attack."""


@contextmanager
def replacing(path: Path, *, suffix: str = "") -> Iterator[Path]:
    """Give a temporary path in the target's folder; rename it over the target when the block ends well.

    Parameters
    ----------
    path : Path
        The file to create or replace.
    suffix : str, optional
        A suffix that a writer insists on.

    Yields
    ------
    Path
        Where to write. It is removed when the block raises.

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "a.txt"
    >>> with replacing(target) as temporary:
    ...     _ = temporary.write_text("new", encoding="utf-8")
    >>> target.read_text(encoding="utf-8")
    'new'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=f".part{suffix}", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.chmod(0o644)
        os.replace(temporary, path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk, so that a rename survives a power cut.

    Parameters
    ----------
    folder : Path

    Examples
    --------
    >>> sync_folder(Path(tempfile.mkdtemp()))
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text, whole or not at all.

    Parameters
    ----------
    path : Path
    text : str

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "a.txt"
    >>> write_text(target, "미세먼지")
    >>> target.read_text(encoding="utf-8")
    '미세먼지'
    """
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write bytes, whole or not at all.

    Parameters
    ----------
    path : Path
    content : bytes

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "a.bin"
    >>> write_bytes(target, b"x")
    >>> target.read_bytes()
    b'x'
    """
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_json(path: Path, value: Any) -> None:
    """Write JSON with sorted keys and a final newline: the same value gives the same bytes.

    Parameters
    ----------
    path : Path
    value : Any
        What ``json`` can write; NaN and infinities are refused.

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "a.json"
    >>> write_json(target, {"b": 1, "a": "가"})
    >>> print(target.read_text(encoding="utf-8"), end="")
    {
     "a": "가",
     "b": 1
    }
    """
    write_text(path, json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON record that the workbench wrote.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Any

    Raises
    ------
    CheckFailed
        When the file is not whole JSON: it was damaged after it was written.

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "a.json"
    >>> write_json(target, [1])
    >>> read_json(target)
    [1]
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CheckFailed(f"{path}: not whole JSON ({error})", hint="restore it from git, or delete it and rebuild") from error


def canonical(value: Any) -> bytes:
    """Return the one byte form of a JSON value: sorted keys, no spaces, UTF-8.

    Parameters
    ----------
    value : Any

    Returns
    -------
    bytes

    Examples
    --------
    >>> canonical({"b": 1, "a": [True, None]})
    b'{"a":[true,null],"b":1}'
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("utf-8")


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes as 64 hexadecimal digits.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    str

    Examples
    --------
    >>> sha256(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(content).hexdigest()


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, read in pieces.

    Parameters
    ----------
    path : Path

    Returns
    -------
    str

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "a"
    >>> write_bytes(target, b"")
    >>> sha256_file(target)[:8]
    'e3b0c442'
    """
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def replace_folder(finished: Path, target: Path) -> None:
    """Put a finished folder in the place of another; a kill in between leaves one of the two under ``target``'s name.

    Parameters
    ----------
    finished : Path
        Complete, on the same file system.
    target : Path

    Examples
    --------
    >>> base = Path(tempfile.mkdtemp())
    >>> write_text(base / "new" / "a", "1")
    >>> replace_folder(base / "new", base / "old")
    >>> (base / "old" / "a").read_text()
    '1'
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.aside")
    if aside.exists() and not target.exists():
        os.replace(aside, target)  # an earlier call was cut between its two renames
    shutil.rmtree(aside, ignore_errors=True)
    if target.exists():
        os.replace(target, aside)
    os.replace(finished, target)
    sync_folder(target.parent)
    shutil.rmtree(aside, ignore_errors=True)


class _StrictLoader(yaml.SafeLoader):
    """YAML without duplicate keys and without aliases (an alias can expand to any size)."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.constructor.ConstructorError(None, None, "an alias (*name) is not allowed", event.start_mark)
        return super().compose_node(parent, index)

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
    >>> target = Path(tempfile.mkdtemp()) / "a.yml"
    >>> write_text(target, "a: 1\\na: 2\\n")
    >>> read_yaml(target)
    Traceback (most recent call last):
    ...
    workbench.errors.UsageError: ...a.yml, line 2: the key 'a' stands twice
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
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
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 (a subclass of SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise UsageError(f"{path}{line}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise UsageError(f"{path}: {error}") from error
    except RecursionError as error:
        raise UsageError(f"{path}: nested too deeply") from error


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
    >>> class Point(BaseModel, extra="forbid"):
    ...     x: int
    >>> target = Path(tempfile.mkdtemp()) / "p.yml"
    >>> write_text(target, "x: 3\\n")
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
    from typing import get_args

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
    from typing import get_origin

    return get_origin(annotation) in (list, dict, tuple)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models named inside a type annotation."""
    from typing import get_args

    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for argument in get_args(annotation):
        yield from _models_in(argument)
