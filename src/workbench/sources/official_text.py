"""From a dropped file's bytes to rows of words: encoding recognised strictly, every row with its line.

Official files come as cp949 or UTF-8. Anything else is said, with the byte; nothing is replaced or skipped. A file that
ends inside its last row is refused as a whole: nobody knows how many rows are missing.
"""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.errors import UsageError
from workbench.intake import Refusal

ENCODINGS = ("utf-8-sig", "cp949")
"""In this order: Korean text in cp949 is never valid UTF-8 by accident, the other way round it can be."""

SWALLOWED_LINES = 20
"""A quote that is open over more lines than this is a defect inside the file, not a file that was cut."""

CUT = "cut off: the file ends inside this row"


@dataclass(frozen=True, eq=False)
class WordTable:
    """A file's rows as words, with the lines they stand on and the rows that could not be read.

    Parameters
    ----------
    frame : pandas.DataFrame
        One column of words for each column of the header, under the header's stripped names.
    lines : numpy.ndarray
        Shape (rows,).
    refused : list of Refusal
    """

    frame: pd.DataFrame
    lines: np.ndarray
    refused: list[Refusal] = field(default_factory=list)


def decode(content: bytes, encoding: str, *, path: Path) -> tuple[str, bool]:
    """Decode a file strictly.

    Parameters
    ----------
    content : bytes
    encoding : str
        One of ``ENCODINGS``.
    path : Path
        For messages.

    Returns
    -------
    str
    bool
        Whether the file ends inside a character, so that its last row is cut.

    Raises
    ------
    UsageError
        Naming the file, the byte and the line.

    Examples
    --------
    >>> decode("측정소".encode("cp949"), "cp949", path=Path("a.csv"))
    ('측정소', False)
    >>> decode("측정소".encode("utf-8")[:-1], "utf-8-sig", path=Path("a.csv"))
    ('측정', True)
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        text = decoder.decode(content, final=False)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = content[error.start : error.start + 1].hex()  # no more of what may be a person's name
        raise UsageError(
            f"{path}: byte {error.start:,} (line {line}) is no {encoding.removesuffix('-sig')}: {found}",
            hint="official files are UTF-8 or cp949 throughout; download the file again, or save it as UTF-8",
        ) from None
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return text, True
    return text, False


def read_words(text: str, *, path: Path, cut: bool = False, may_end_cut: bool = False) -> WordTable:
    """Read CSV text row by row; rows that are not whole are refused, with their line.

    A last row with all its values is taken for whole even without an end of line: many tools write none.

    Parameters
    ----------
    text : str
    path : Path
        For messages.
    cut : bool, default False
        Whether the bytes ended inside a character.
    may_end_cut : bool, default False
        The file is published with its last row cut: that row is refused, and the others are read.

    Returns
    -------
    WordTable

    Raises
    ------
    UsageError
        Nothing but the header is there, a quote is never closed, or the file ends inside its last row.

    Examples
    --------
    >>> read_words('a,b\\n1,2\\n3,"4', path=Path("x.csv"))
    Traceback (most recent call last):
    ...
    workbench.errors.UsageError: x.csv, line 3: the file ends inside this row: found an open quote, allowed a closed quote
      the file was cut: download it again; no row of it was taken in
    >>> table = read_words('a,b\\n1,2\\n3,"4', path=Path("x.csv"), may_end_cut=True)
    >>> table.frame.to_dict("list"), [(row.line, row.reason) for row in table.refused]
    ({'a': ['1'], 'b': ['2']}, [(3, 'cut off: the file ends inside this row')])
    """
    header, rows, lines, refused = _records(text, path)
    certain = text.endswith(("\n", "\r", '"')) or not may_end_cut
    if rows and (cut or not certain) and (not refused or refused[-1].line < lines[-1]):
        allowed = "a whole last character" if cut else "a row with an end of line"
        refused.append(Refusal(lines.pop(), "", f"…{(rows.pop() or [''])[-1][-20:]}", allowed, CUT))
    if refused and refused[-1].reason == CUT and not may_end_cut:
        last = refused[-1]
        raise UsageError(
            f"{path}, line {last.line}: the file ends inside this row: found {last.found}, allowed {last.allowed}",
            hint="the file was cut: download it again; no row of it was taken in",
        )
    if not rows:
        raise UsageError(f"{path}: nothing but the header is there", hint="the file was cut or is empty; download it again")
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise UsageError(f"{path}: the column '{twice[0]}' stands {header.count(twice[0])} times in the header, allowed once")
    keep = [position for position, name in enumerate(header) if name]
    columns = {header[position]: pd.Series([row[position] for row in rows], dtype=object) for position in keep}
    return WordTable(pd.DataFrame(columns), np.array(lines, dtype="int64"), refused)


def _records(text: str, path: Path) -> tuple[list[str], list[list[str]], list[int], list[Refusal]]:
    """The header, and the rows that have as many values as it, with their lines; the others refused."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    rows: list[list[str]] = []
    lines: list[int] = []
    refused: list[Refusal] = []
    line = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            refused.append(_broken(error, line=line, last=reader.line_num, path=path, header=header))
        else:
            if header is None:
                header = [" ".join(name.replace("\ufeff", "").split()) for name in row]
            elif row:
                problem = _wrong_length(row, header, line)
                if problem is None:
                    rows.append(row[: len(header)])
                    lines.append(line)
                else:
                    refused.append(problem)
        line = reader.line_num + 1
    if refused and refused[-1].reason.startswith("too few") and not text.endswith(("\n", "\r")):
        last = refused.pop()
        refused.append(Refusal(last.line, last.field, last.found, last.allowed, CUT))
    return header or [], rows, lines, refused


def _broken(error: csv.Error, *, line: int, last: int, path: Path, header: list[str] | None) -> Refusal:
    if "field larger" in str(error):
        raise UsageError(
            f"{path}, line {line}: a quote is opened here and not closed within {csv.field_size_limit():,} characters",
            hint="close it, or download the file again",
        )
    if header is None:
        raise UsageError(f"{path}, line {line}: not a CSV row ({error})", hint="look for a quote that is not closed")
    if last - line > SWALLOWED_LINES:
        raise UsageError(
            f"{path}, line {line}: a quote is opened here and not closed until line {last}",
            hint="close it, or download the file again",
        )
    if "unexpected end" in str(error):
        return Refusal(line, "", "an open quote", "a closed quote", CUT)
    return Refusal(line, "", str(error), "a CSV row", "not a whole CSV row")


def _wrong_length(row: list[str], header: list[str], line: int) -> Refusal | None:
    found, allowed = f"{len(row)} values", f"{len(header)} values"
    if len(row) < len(header):
        return Refusal(line, "", found, allowed, "too few values")
    if any(value.strip() for value in row[len(header) :]):
        return Refusal(line, "", found, allowed, "too many values")
    return None
