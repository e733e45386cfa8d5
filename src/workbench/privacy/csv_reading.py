"""Reading CSV that people made: any of three separators, UTF-8 or cp949, codes with leading zeros, and what is wrong by line.

A table of people comes from many hands. What would change a value on the way (a code read as a number), or drop a row,
is either done right here or refused with the line, and never with what stands in it.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import UsageError
from workbench.privacy.table_columns import FEW_ROWS, PAYS_BELOW, paying, require_columns

SEPARATORS = (",", ";", "\t")
HEADER_BYTES = 1 << 20
"""Within these first bytes the header must end; the first rows in them also tell which columns repeat their words."""

BLOCK_BYTES = 4 << 20
LONG_BLOCK_BYTES = 1 << 30
"""For files with a cell that is longer than a block."""

MAX_WHOLE_DIGITS = 15
"""Whole parts of a broken number beyond this lose digits in 64 bits (IEEE 754: 53 bits of them)."""

_DIGITS = np.zeros(256, dtype=bool)
_DIGITS[ord("0") : ord("9") + 1] = True
_IN_WHOLE = _DIGITS.copy()
_IN_WHOLE[ord("-")] = True
_WHOLE = r"^(0|-?[1-9][0-9]{0,18})$"
_NUMBER = rf"^-?(0|[1-9][0-9]{{0,{MAX_WHOLE_DIGITS - 1}}})(\.[0-9]+)?([eE][+-][0-9]{{1,3}})?$"


@dataclass(frozen=True)
class _Layout:
    names: list[str]
    separator: str
    encoding: str
    header_lines: int
    quotes: bool


def read_csv(path: Path, *, columns: Sequence[str] | None = None, numbers: Collection[str] = ()) -> Any:
    """Read a CSV file as an Arrow table.

    The separator (``,``, ``;`` or tab) is the one that the header has most of; the text is UTF-8, with or without a
    byte-order mark, or else cp949. A column is whole numbers (int64) when every cell is one as a machine would write it:
    ``01234`` is a code, and its column stays words. It is float64 when every cell is a decimal number as a machine would
    write it: ``1.10`` is another code than ``1.1``, unless the column is named in ``numbers``. It is words, as a dictionary
    where that pays, in every other case. An empty cell is missing; an empty line is no row.

    Parameters
    ----------
    path : Path
    columns : sequence of str, optional
        Only these, in this order; by default all. Columns without a name, as indices have that pandas writes, may then stand
        in the file.
    numbers : collection of str, optional
        Columns that are reckoned with, however their decimal numbers are written.

    Returns
    -------
    pyarrow.Table

    Raises
    ------
    UsageError
        The file is missing, empty, cut, of another encoding, or has a header with a nameless or repeated column or rows
        of another length than the header: with the line, and never with what stands in it; or a column asked for is not there.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "people.csv"
    >>> _ = file.write_text("code;age;work place\\n01234;31;시청\\n00017;;시청\\n", encoding="cp949")
    >>> read_csv(file).to_pylist()[1]
    {'code': '00017', 'age': None, 'work place': '시청'}
    """
    import pyarrow as pa

    layout = _layout(path)
    wanted = layout.names if columns is None else list(columns)
    if columns is None:
        _require_names(path, layout.names)
    require_columns(wanted, layout.names, where=path.name)
    layout = replace(layout, names=[name if name in wanted else f"\0{place}" for place, name in enumerate(layout.names)])
    plain = _distinct_columns(path, layout, wanted)
    table = _read(path, layout, wanted, plain, block=BLOCK_BYTES)
    arrays = []
    for name in wanted:  # one column at a time, so that no two copies of the whole table lie in memory
        column, table = table[name], table.drop_columns([name])
        arrays.append(_typed(column, reckoned=name in numbers))
        del column
    return pa.table(arrays, names=wanted)


def read_csv_names(path: Path) -> list[str]:
    """Return the names in a CSV file's header.

    Parameters
    ----------
    path : Path

    Returns
    -------
    list of str

    Raises
    ------
    UsageError
        As :func:`read_csv`.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "people.csv"
    >>> _ = file.write_text('"place; work";age\\n', encoding="utf-8")
    >>> read_csv_names(file)
    ['place; work', 'age']
    """
    return _layout(path).names


def _layout(path: Path) -> _Layout:
    encoding, quotes = _encoding(path)
    with path.open("rb") as handle:
        head = handle.read(HEADER_BYTES)
    text = head.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="ignore")
    if not text.strip("\r\n\t ;,"):
        raise UsageError(f"{path.name}: nothing in it, not even column names", hint="give a file with a header and rows")
    unquoted = "".join(text[: _header_end(text)].split('"')[::2])
    separator = max(SEPARATORS, key=unquoted.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        names = next(row for row in reader if row)
    except csv.Error:  # else what follows would pass for a name, and names are told in errors
        raise UsageError(f"{path.name}, line 1: a quote is not closed", hint="mend the line of column names") from None
    return _Layout(names, separator, encoding, reader.line_num, quotes)


def _require_names(path: Path, names: Sequence[str]) -> None:
    """Refuse columns without a name, or with one that another column has."""
    problems = [f"line 1: column {place} has no name" for place, name in enumerate(names, start=1) if not name.strip()]
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names, start=1):
        places.setdefault(name, []).append(place)
    for found in places.values():
        if len(found) > 1:
            problems.append(f"line 1: columns {' and '.join(map(str, found))} have the same name")
    if problems:
        listed = "".join(f"\n  - {problem}" for problem in problems[1:])
        raise UsageError(
            f"{path.name}: {problems[0]}{listed}", hint="the first line must name every column, each with a name of its own"
        )


def _header_end(text: str) -> int:
    """Where the first line with something in it ends, line breaks within quotes not counted."""
    quoted, begun = False, False
    for place, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif letter in "\r\n" and not quoted and begun:
            return place
        begun = begun or letter not in "\r\n"
    return len(text)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        while block := handle.read(BLOCK_BYTES):
            yield block


def _encoding(path: Path) -> tuple[str, bool]:
    """The encoding of a file, and whether it has quotes; the whole file is looked at."""
    try:
        quotes, wide, plain = False, False, True
        for number, block in enumerate(_blocks(path)):
            if number == 0 and block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise UsageError(f"{path.name}: the text is UTF-16", hint="save it as CSV UTF-8")
            if number == 0 and block.startswith((b"PAR1", b"PK\x03\x04")):
                kind = "Parquet" if block.startswith(b"PAR1") else "a spreadsheet or archive"
                raise UsageError(
                    f"{path.name}: this is no CSV but {kind}", hint="give the file its right name, or save it as CSV"
                )
            quotes = quotes or b'"' in block
            wide = wide or b"\0" in block
            plain = plain and block.isascii()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})", hint="check the path") from None
    if wide:
        raise UsageError(f"{path.name}: zero bytes in it, so it is no text or was cut while written", hint="export it again")
    for encoding in ("utf-8",) if plain else ("utf-8", "cp949"):
        if plain or _decodes(path, encoding):
            return encoding, quotes
    raise UsageError(f"{path.name}: the text is neither UTF-8 nor cp949", hint="save it as CSV UTF-8")


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in _blocks(path):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _options(layout: _Layout, wanted: Sequence[str], plain: frozenset[str], *, block: int) -> dict[str, Any]:
    import pyarrow as pa
    import pyarrow.csv as arrow

    words = pa.dictionary(pa.int32(), pa.string())
    return {
        "read_options": arrow.ReadOptions(
            column_names=layout.names,
            skip_rows=layout.header_lines,
            block_size=block,
            encoding="utf8" if layout.encoding == "utf-8" else layout.encoding,
        ),
        "parse_options": arrow.ParseOptions(delimiter=layout.separator, newlines_in_values=layout.quotes),
        "convert_options": arrow.ConvertOptions(
            column_types={name: pa.string() if name in plain else words for name in wanted},
            include_columns=list(wanted),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            check_utf8=False,  # the whole file was decoded before
        ),
    }


def _distinct_columns(path: Path, layout: _Layout, wanted: Sequence[str]) -> frozenset[str]:
    """Columns whose first rows hardly repeat a word: a dictionary would only cost."""
    import pyarrow as pa
    import pyarrow.csv as arrow

    try:
        with arrow.open_csv(path, **_options(layout, wanted, frozenset(), block=HEADER_BYTES)) as reader:
            first = reader.read_next_batch()
    except (pa.ArrowInvalid, StopIteration):
        return frozenset()  # the whole reading says what is wrong
    if first.num_rows < FEW_ROWS / 10:
        return frozenset()
    return frozenset(
        name for name, column in zip(first.schema.names, first.columns, strict=True)
        if len(column.dictionary) > PAYS_BELOW * first.num_rows
    )  # fmt: skip


def _read(path: Path, layout: _Layout, wanted: Sequence[str], plain: frozenset[str], *, block: int) -> Any:
    import pyarrow as pa
    import pyarrow.csv as arrow

    try:
        table = arrow.read_csv(path, **_options(layout, wanted, plain, block=block))
    except pa.ArrowInvalid as error:  # its words hold the row
        if "straddl" in str(error) and block < LONG_BLOCK_BYTES:
            return _read(path, layout, wanted, plain, block=LONG_BLOCK_BYTES)
        raise _fault(path, layout) or UsageError(f"{path.name}: cannot be read as CSV", hint="export it again") from None
    if layout.quotes and sum(block.count(b'"') for block in _blocks(path)) % 2 and (fault := _fault(path, layout)):
        raise fault
    return table


def _fault(path: Path, layout: _Layout) -> UsageError | None:
    """What is wrong with the rows, by line: found with Python's own reader, slowly and surely."""
    wrong: list[tuple[int, int]] = []
    begun, last = 1, 0
    with path.open(encoding="utf-8-sig" if layout.encoding == "utf-8" else layout.encoding, newline="") as handle:
        reader = csv.reader(handle, delimiter=layout.separator, strict=True)
        try:
            for row in reader:
                if row and len(row) != len(layout.names):
                    wrong.append((begun, len(row)))
                last, begun = begun, reader.line_num + 1
        except csv.Error:
            return UsageError(
                f"{path.name}, line {begun}: a quote is not closed, or a quote within a cell is not doubled",
                hint="the file was cut, or export it again",
            )
    if not wrong:
        return None
    line, cells = wrong[0]
    more = f"; so in {len(wrong):,} rows" if len(wrong) > 1 else ""
    cut = " (the last row: was the file cut?)" if line == last else ""
    return UsageError(
        f"{path.name}, line {line}: {cells} cells, the header has {len(layout.names)}{more}{cut}",
        hint="a separator within a cell needs quotes around the cell",
    )


def _typed(column: Any, *, reckoned: bool) -> Any:
    """A column of words as numbers where every word is one, and as a dictionary only where that pays."""
    import pyarrow as pa

    kinds = {_kind(_words(chunk)) for chunk in column.chunks} - {"none"}
    if not kinds or not kinds <= {"whole", "number"}:
        return paying(column)
    made = pa.int64() if kinds == {"whole"} else pa.float64()
    try:
        read = [_number(chunk, made) for chunk in column.chunks]
    except pa.ArrowInvalid:  # a whole number beyond 64 bits: a code
        return paying(column)
    if made == pa.float64() and not reckoned and not _as_a_machine_writes([_words(chunk) for chunk in column.chunks]):
        return paying(column)
    return pa.chunked_array(read, type=made)


def _as_a_machine_writes(parts: Sequence[Any]) -> bool:
    """Whether decimal numbers are written in one way: nothing at their ends, and ``.0`` behind all whole ones or none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    bare = tenths = False
    for words in parts:
        short = words.cast(pa.float64()).cast(pa.string())
        same = pc.equal(words, short)
        whole = pc.equal(words, pc.binary_join_element_wise(short, "0", "."))
        others = words.filter(pc.invert(pc.or_(same, whole))).to_pylist() if not pc.all(pc.or_(same, whole)).as_py() else []
        if any(word != repr(float(word)) for word in others):  # Python has another way with the very large and small
            return False
        tenths = tenths or pc.any(whole).as_py()
        bare = bare or pc.any(pc.match_substring_regex(words, r"^-?[0-9]+$")).as_py()
    return not (bare and tenths)


def _words(chunk: Any) -> Any:
    import pyarrow as pa

    return chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk.drop_null()


def _number(chunk: Any, made: Any) -> Any:
    import pyarrow as pa

    if pa.types.is_dictionary(chunk.type):
        return chunk.dictionary.cast(made).take(chunk.indices)
    return chunk.cast(made)


def _kind(words: Any) -> str:
    """Whether words are all whole numbers, all numbers, or words; ``none`` when there is none."""
    import pyarrow.compute as pc

    if not len(words):
        return "none"
    offsets = np.frombuffer(words.buffers()[1], dtype=np.int32)[words.offset : words.offset + len(words) + 1]
    data = np.frombuffer(words.buffers()[2], dtype=np.uint8)
    starts, lengths = offsets[:-1], np.diff(offsets)
    first = data[starts]
    if not (_IN_WHOLE[first]).all():
        return "words"
    if _IN_WHOLE[data[offsets[0] : offsets[-1]]].all():
        zero = (first == ord("0")) & (lengths > 1)
        minus = first == ord("-")
        if not zero.any() and not minus.any() and (lengths <= 18).all():
            return "whole"
        return "whole" if pc.all(pc.match_substring_regex(words, _WHOLE)).as_py() else "words"
    return "number" if pc.all(pc.match_substring_regex(words, _NUMBER)).as_py() else "words"
