"""The CSV files of a Polis export as columns of whole numbers, or every fault with its line.

pyarrow reads a million rows in a blink and says little of what is wrong; when it stumbles, the file is walked again
record by record, so that a person learns the line, the column and what is allowed there.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from workbench.errors import UsageError, combine, did_you_mean

Kind = Literal["count", "choice", "cell", "group", "text"]

MAX_BYTES = 1_000_000_000
"""The largest export that Polis publishes as open data is a hundredth of this."""

MAX_COLUMNS = 20_000
"""One column per comment; the largest conversation of Polis's open data has some 4,000."""

MAX_TOLD = 10
"""Faults that are told one by one; the rest is counted."""

_ALLOWED: dict[Kind, tuple[re.Pattern[str], str]] = {
    "count": (re.compile(r"[0-9]{1,18}"), "a whole number from 0"),
    "choice": (re.compile(r"-1|0|1"), "-1, 0 or 1"),
    "cell": (re.compile(r"(-1|0|1)?"), "-1, 0, 1 or nothing"),
    "group": (re.compile(r"[0-9]{0,4}"), "a whole number or nothing"),
    "text": (re.compile(r".*", re.DOTALL), "any text"),
}


@dataclass(frozen=True)
class Layout:
    """Which columns a file must and may have, and which are read.

    Parameters
    ----------
    needed : mapping of str to str
        Column to the kind of its values.
    ignored : frozenset of str
        Columns that some versions write and that are not read.
    others : callable, optional
        The kind of any other column by its name, or None where it is not allowed.
    """

    needed: Mapping[str, Kind]
    ignored: frozenset[str] = frozenset()
    others: Callable[[str], Kind | None] = lambda _: None

    def kind(self, column: str) -> Kind | None:
        """Return the kind of a column that is read, or None.

        Parameters
        ----------
        column : str

        Returns
        -------
        str or None

        Examples
        --------
        >>> Layout({"vote": "choice"}).kind("vote")
        'choice'
        """
        return self.needed.get(column) or self.others(column)


def read_columns(path: Path, layout: Layout) -> tuple[list[str], dict[str, Any], bytes]:
    """Read the columns of a CSV file that a layout names.

    Parameters
    ----------
    path : Path
    layout : Layout

    Returns
    -------
    (list of str, dict, bytes)
        The columns that are read, in the file's order; each as a numpy array (a tuple of str for texts; nothing stands
        as -2); and the file's bytes.

    Raises
    ------
    UsageError
        The file is missing, too large, empty, not UTF-8, has other columns, or values of another kind: with file and line.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "votes.csv"
    >>> _ = file.write_text("voter-id,vote\\n7,1\\n8,-1\\n")
    >>> read_columns(file, Layout({"voter-id": "count", "vote": "choice"}))[1]["vote"].tolist()
    [1, -1]
    >>> _ = file.write_text("voter-id,vote\\n7,2\\n")
    >>> read_columns(file, Layout({"voter-id": "count", "vote": "choice"}))
    Traceback (most recent call last):
    ...
    workbench.errors.UsageError: votes.csv: line 2, vote: '2', allowed is -1, 0 or 1
    """
    import pyarrow as pa
    import pyarrow.csv as arrow

    content = _text_of(path)
    columns = _header(path, content, layout)
    kinds: dict[str, Kind] = {column: kind for column in columns if (kind := layout.kind(column))}
    types = {"text": pa.string(), "choice": pa.int8(), "cell": pa.int8(), "group": pa.int16(), "count": pa.int64()}
    try:
        table = arrow.read_csv(
            pa.BufferReader(content),
            parse_options=arrow.ParseOptions(newlines_in_values=b'"' in content),
            convert_options=arrow.ConvertOptions(
                column_types={column: types[kind] for column, kind in kinds.items()},
                include_columns=list(kinds),
                null_values=[""],
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise _faults(path, content, kinds) or UsageError(f"{path.name}: cannot be read ({error})") from None
    read = {column: _values(table[column], kind) for column, kind in kinds.items()}
    if content.count(b'"') % 2:  # pyarrow takes a text without its closing quote as it stands
        hint = "the file is cut, or a quote in a text is not doubled"
        raise _faults(path, content, kinds) or UsageError(f"{path.name}: an odd number of quotes", hint=hint)
    if any(values is None for values in read.values()):
        raise _faults(path, content, kinds) or UsageError(f"{path.name}: values that a Polis export does not have")
    return list(kinds), read, content


def sorted_lines_sha256(content: bytes) -> str:
    """Return a fingerprint of a text file that the order of its lines does not change.

    It is what ``LC_ALL=C sort FILE | sha256sum`` prints for a file with Unix line ends: anyone who holds the export can
    tell that it is the one, whatever the order in which Polis's database happened to give the rows.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    str

    Examples
    --------
    >>> sorted_lines_sha256(b"b\\na\\n") == sorted_lines_sha256(b"a\\r\\nb") == hashlib.sha256(b"a\\nb\\n").hexdigest()
    True
    """
    lines = content.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
    return hashlib.sha256(b"\n".join(sorted(lines)) + b"\n").hexdigest()


def record_lines(content: bytes, records: set[int]) -> dict[int, int]:
    """Return the line on which each record begins, counted as an editor counts.

    Parameters
    ----------
    content : bytes
    records : set of int
        Numbers of records, the first after the header being 0.

    Returns
    -------
    dict of int to int

    Examples
    --------
    >>> record_lines(b'a\\n"x\\ny"\\nz\\n', {0, 1})
    {0: 2, 1: 4}
    """
    last = max(records, default=-1)
    lines = {}
    for number, (line, _) in enumerate(_records(content)):
        if number > last:
            break
        if number in records:
            lines[number] = line
    return lines


def _text_of(path: Path) -> bytes:
    """The bytes of a UTF-8 file, without its byte-order mark."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UsageError(f"{path.name}: {size:,} bytes, allowed {MAX_BYTES:,}")
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not content.strip():
        raise UsageError(f"{path.name}: the file is empty", hint="export the consultation again")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        korean = _decodes(content, "cp949")
        hint = "save it as UTF-8 (in Excel: CSV UTF-8), or take the file as Polis exported it"
        raise UsageError(f"{path.name}: line {line}: not UTF-8{', but CP949' if korean else ''}", hint=hint) from error
    return content


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _header(path: Path, content: bytes, layout: Layout) -> list[str]:
    """The names of the columns, or every one that is unknown, missing or there twice."""
    width = content.count(b",", 0, content.find(b"\n") % (len(content) + 1)) + 1
    if width > MAX_COLUMNS:
        raise UsageError(f"{path.name}: line 1: {width:,} columns, allowed {MAX_COLUMNS:,}")
    columns = next(csv.reader(io.StringIO(content[: content.find(b"\n") % (len(content) + 1)].decode("utf-8"))), [])
    known = {*layout.needed, *layout.ignored}
    problems = [
        f"line 1: unknown column '{name[:40]}', {did_you_mean(name[:40], known - set(columns) or known)}"
        for name in dict.fromkeys(columns)
        if name not in known and layout.others(name) is None
    ]
    problems += [f"line 1: the column '{name}' is missing" for name in layout.needed if name not in columns]
    if len(set(columns)) < len(columns):
        twice = sorted({name for name in columns if columns.count(name) > 1})
        problems.append(f"line 1: there twice: {', '.join(twice[:MAX_TOLD])}")
    if problems:
        raise _told(path, problems)
    return columns


def _values(column: Any, kind: Kind) -> Any:
    """A column as numpy, or None where a value is not of its kind."""
    if kind == "text":
        return tuple(column.to_pylist())
    optional = kind in ("cell", "group")
    if column.null_count and not optional:
        return None
    values = column.fill_null(-2).to_numpy()
    least, most = {"count": (0, None), "choice": (-1, 1), "cell": (-1, 1), "group": (0, None)}[kind]
    foreign = int((values < least).sum()) - column.null_count
    return None if foreign or (most is not None and (values > most).any()) else values


def _faults(path: Path, content: bytes, kinds: Mapping[str, Kind]) -> UsageError | None:
    """Every record that is not as the kinds of its columns say; None where all are."""
    problems: list[str] = []
    header: list[str] = []
    try:
        for line, record in _records(content, header=True):
            if not header:
                header = record
                continue
            if len(record) != len(header):
                problems.append(f"line {line}: {len(record)} values, the header has {len(header)} columns")
                continue
            for column, value in zip(header, record, strict=True):
                kind = kinds.get(column)
                if kind and not _ALLOWED[kind][0].fullmatch(value):
                    problems.append(f"line {line}, {column}: '{value[:40]}', allowed is {_ALLOWED[kind][1]}")
    except csv.Error as error:
        problems.append(f"from line {line + 1} on: {error}; the file is cut, or a quote in a text is not doubled")
    return _told(path, problems) if problems else None


def _told(path: Path, problems: list[str]) -> UsageError:
    """One error of many problems, the first told, the rest counted."""
    more = [f"and {len(problems) - MAX_TOLD:,} more"] if len(problems) > MAX_TOLD else []
    error = combine([*problems[:MAX_TOLD], *more], where=path.name)
    return UsageError(error.message, hint=error.hint)


def _records(content: bytes, *, header: bool = False) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, with the line on which it begins."""
    reader = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
    begin, first = 1, True
    for record in reader:
        if record:
            if header or not first:
                yield begin, record
            first = False
        begin = reader.line_num + 1
