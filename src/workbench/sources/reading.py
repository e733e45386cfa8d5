"""Recognising one file by its first bytes, and reading it as the rows of its family."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import UsageError
from workbench.intake import Refusal
from workbench.sources.families import Family, Shaped, Words, columns_twice, family_of, missing_columns
from workbench.sources.official_text import ENCODINGS, WordTable, decode, read_words
from workbench.sources.registry import REGISTERED

HEAD_BYTES = 65_536
"""A header, or the first features of a GeoJSON file, stand within these."""

OTHER_ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "johab")
"""What a spreadsheet may have made of an official file: named in the message, never read."""

NO_TEXT = {
    b"PK\x03\x04": "a spreadsheet (xlsx) or ZIP archive, not text; save it as CSV, or unpack it",
    b"\xd0\xcf\x11\xe0": "a spreadsheet (xls) or other office document, not text; save it as CSV",
    b"%PDF": "a PDF, not a table",
    b"\x1f\x8b": "a gzip archive, not text; unpack it",
}
"""First bytes of files that are often named like a table."""

_PROPERTY = re.compile(r'"((?:[^"\\]|\\.){1,80})"\s*:')
_NO_FAMILY = "not recognised: its columns are those of no official file that is known"


@dataclass(frozen=True, eq=False)
class Recognised:
    """What a file's first bytes tell: its family and encoding, or why there is none."""

    note: str
    family: Family | None = None
    encoding: str = ""
    problem: UsageError | None = None


def recognise(path: Path) -> Recognised:
    """Recognise a file by its columns.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Recognised
        With a ``problem`` where the file is nearly of a known family: a column is missing, or the encoding is wrong.
    """
    with path.open("rb") as handle:
        head = handle.read(HEAD_BYTES)
    no_table = _no_table(head)
    if no_table is not None:
        return Recognised(f"not recognised: {no_table}")
    if path.suffix.lower() in (".geojson", ".json"):
        names = _property_names(head)
        return _known(path, names, [family for family in REGISTERED if family.form == "geojson"], "utf-8-sig")
    families = [family for family in REGISTERED if family.form == "csv"]
    near = Recognised(_NO_FAMILY)
    for encoding in ENCODINGS:
        header = _header(head, encoding)
        seen = _known(path, header, families, encoding) if header is not None else Recognised(_NO_FAMILY)
        if seen.family is not None and seen.problem is None:
            return seen
        near = seen if near.problem is None else near
    return near if near.problem is not None else _in_another_encoding(path, head, families)


def read_official(path: Path, family: Family, content: bytes, encoding: str) -> Shaped:
    """Read a file's bytes as the rows of its family.

    Parameters
    ----------
    path : Path
        For messages.
    family : Family
    content : bytes
    encoding : str
        The one its header is in.

    Returns
    -------
    Shaped

    Raises
    ------
    UsageError
        Bytes that are not of the encoding, an unclosed quote, nothing but a header, a sum that does not hold.
    """
    text, cut = decode(content, encoding, path=path)
    if family.form == "geojson":
        table = _features(text, path)
    else:
        table = read_words(text, path=path, cut=cut, may_end_cut=family.ends_cut)
    header = [str(name) for name in table.frame.columns]
    missing = family.missing(header)
    if missing:
        raise missing_columns(family, missing, header, where=str(path))
    shaped = family.shape(Words(family.words(table.frame), table.lines, str(path)))
    refused = sorted([*table.refused, *shaped.refused], key=lambda refusal: refusal.line)
    return Shaped(shaped.frame, shaped.lines, refused)


def _no_table(head: bytes) -> str | None:
    """What a file is that holds no table in text; None where it may be one."""
    if not head.strip():
        return "the file is empty"
    for magic, kind in NO_TEXT.items():
        if head.startswith(magic):
            return kind
    if re.match(rb"(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body|script)\b", head, re.IGNORECASE):
        return "a web page (HTML), not a table; download the file itself"
    return None


def _known(path: Path, header: Sequence[str], families: Sequence[Family], encoding: str) -> Recognised:
    family, missing = family_of(header, families)
    if family is None:
        return Recognised(_NO_FAMILY)
    if missing:
        problem = missing_columns(family, missing, header, where=str(path))
        return Recognised("cannot be taken in: a column is missing", family, encoding, problem)
    twice = columns_twice(header) if family.form == "csv" else {}
    if twice:
        name, count = next(iter(twice.items()))
        problem = UsageError(
            f"{path}: the column '{name}' stands {count} times in the header, allowed once; "
            f"the file looks like {family.title}, dataset '{family.dataset}'",
            hint="remove or rename the one that is not the office's",
        )
        return Recognised("cannot be taken in: a column stands twice", family, encoding, problem)
    return Recognised(family.title, family, encoding)


def _header(head: bytes, encoding: str, errors: str = "strict") -> list[str] | None:
    """The header's names in an encoding; None where its bytes are not of it."""
    line = re.split(rb"[\r\n]", head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"), maxsplit=1)[0]
    try:
        text = (head if encoding.startswith("utf-16") else line).decode(encoding, errors)
        return [name.strip() for name in next(csv.reader([text.splitlines()[0]]), [])] if text.strip() else []
    except (UnicodeDecodeError, csv.Error):
        return None


def _in_another_encoding(path: Path, head: bytes, families: Sequence[Family]) -> Recognised:
    """Tell a known family's file in a wrong or broken encoding from a file of no family."""
    trials = [(encoding, "ignore") for encoding in OTHER_ENCODINGS] + [(encoding, "replace") for encoding in ENCODINGS]
    for encoding, errors in trials:
        header = _header(head, encoding, errors)
        family, _ = family_of(header, families) if header else (None, [])
        if family is None:
            continue
        byte = _first_undecodable(head)
        looks = f", it looks like {encoding}" if encoding in OTHER_ENCODINGS else ""
        problem = UsageError(
            f"{path}: the header is neither UTF-8 nor cp949 (byte {byte:,} is {head[byte : byte + 2].hex(' ')}{looks}); "
            f"the file looks like {family.title}, dataset '{family.dataset}'",
            hint="save it as UTF-8, or download it again",
        )
        return Recognised("cannot be taken in: wrong encoding", family, "", problem)
    return Recognised(_NO_FAMILY)


def _first_undecodable(head: bytes) -> int:
    """The byte up to which the more patient of the allowed encodings can read."""
    reached = 0
    for encoding in ENCODINGS:
        try:
            head.decode(encoding)
        except UnicodeDecodeError as error:
            reached = max(reached, error.start)
    return reached


def _property_names(head: bytes) -> list[str]:
    names = dict.fromkeys(_PROPERTY.findall(head.decode("utf-8-sig", "replace")))
    return [_unescaped(name) for name in names]


def _unescaped(name: str) -> str:
    r"""A JSON key as read from its text, where ``\uXXXX`` may stand for a letter."""
    try:
        return str(json.loads(f'"{name}"'))
    except ValueError:
        return name


def _features(text: str, path: Path) -> WordTable:
    """The features of a GeoJSON file as rows of words; the line is the feature's number."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not whole JSON ({error})", hint="the file was cut or changed; download it again") from None
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features:
        raise UsageError(f"{path}: no list 'features' with a feature in it", hint="a GeoJSON FeatureCollection is needed")
    rows: list[dict[str, Any]] = []
    lines: list[int] = []
    refused: list[Refusal] = []
    for number, feature in enumerate(features, start=1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if isinstance(properties, dict) and properties:
            rows.append({str(name): _plain(value) for name, value in properties.items()})
            lines.append(number)
        else:
            refused.append(Refusal(number, "", "no properties", "a feature with properties", "not a feature"))
    return WordTable(pd.DataFrame(rows, dtype=object), np.array(lines, dtype="int64"), refused)


def _plain(value: Any) -> Any:
    """A property as intake reads it: words and numbers as they are, anything nested as text."""
    return value if value is None or isinstance(value, str | int | float) else json.dumps(value, ensure_ascii=False)
