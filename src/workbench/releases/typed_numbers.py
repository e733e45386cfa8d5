"""Numbers in words and pictures that follow from nothing published: for the two checkers, who decide.

A number typed by hand stays when its table changes, and may be one that its table withholds. Which it is only people can tell;
here it is made sure that they see every one.
"""

from __future__ import annotations

import ast
import bisect
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from workbench.disclosure import SafeTable
from workbench.releases.figure_texts import DrawnText

NUMBER = re.compile(
    r"(?<![\w.,])(?<![A-Za-z가-힣][-–])[-+−]?(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<places>\.\d+)?(?!\w*[.,]?\d)(?=(?P<after>\s*[%\w/]*))"
)
"""A number that stands by itself: digits that belong to a name, such as PM2.5, NO2, C-3 or P-0007, are none."""

YEARS = range(1900, 2101)
CONFIDENCE_PERCENT = (90, 95, 99)
CALENDAR = ("년", "월", "시", "세기", "학년", "차", "호", "번째", "인당", "건당", "명당")
"""What follows a number that says when, which one, or per what."""
POWERS = frozenset(10**power for power in range(2, 10))
"""Per 1,000, per 100,000."""

SCALES = (1, 100, 1_000, 10_000, 1_000_000, 100_000_000)
"""In what a published number is written: percent, thousands, 만, millions, 억."""

CERTAIN_DIGITS = 3
"""A withheld number of at least so many digits, found in a drawing's source, is no coincidence worth publishing."""

_DATE = re.compile(r"\d{4}-\d{2}(?:-\d{2})?|\d{1,2}:\d{2}")


@dataclass(frozen=True)
class TypedNumber:
    """A number that somebody typed.

    Parameters
    ----------
    where : str
        The text that it stands in: ``title.ko``, ``alt.en``.
    number : str
        As it is written.
    known : bool
        Whether the table says the same today.
    """

    where: str
    number: str
    known: bool


def typed_numbers(texts: Mapping[str, str], tables: Iterable[SafeTable], *, allowed: Sequence[int] = ()) -> list[TypedNumber]:
    """List the numbers in texts that people typed, which no table keeps up to date.

    Parameters
    ----------
    texts : mapping of str to str
        By where they stand: titles, notes, alt texts, sentences without their placeholders, Markdown.
    tables : iterable of SafeTable
        Those that the text is about: a number that they hold, or that their labels say, is known.
    allowed : sequence of int
        Numbers of the rules, such as k and the rounding base.

    Returns
    -------
    list of TypedNumber
        In the order of the texts. Years, dates, 90, 95 and 99 %, powers of ten, numbers of the rules, and digits that belong to
        a name are harmless and left out; so are numbers that the tables' own labels hold.

    Examples
    --------
    >>> typed_numbers({"note.en": "In 2021 PM2.5 fell by 17 of 95 %."}, [])
    [TypedNumber(where='note.en', number='17', known=False)]
    """
    listed = list(tables)
    labels = {number for table in listed for words in _words(table) for number, _, _ in _numbers(words)}
    values = [value for table in listed for value in _candidates(table)]
    found = []
    for where, text in texts.items():
        for written, number, after in _numbers(text):
            if not _harmless(number, after, allowed) and written not in labels:
                found.append(TypedNumber(where, written, _follows(number, values)))
    return found


def unexplained(texts: Sequence[DrawnText], table: SafeTable, *, words: Iterable[str] = ()) -> list[str]:
    """List the numbers drawn in a figure that follow from nothing: no cell, rounded cell, sum, share, tick or label.

    Parameters
    ----------
    texts : sequence of DrawnText
        As :func:`workbench.releases.figure_texts.figure_facts` reads them from the picture.
    table : SafeTable
        The accepted table.
    words : iterable of str
        Titles, notes and alt texts of the figure: what they hold is listed there.

    Returns
    -------
    list of str
        The numbers as they are written, each once.

    Notes
    -----
    Ticks of an axis at equal distances, or at powers of ten, are the axis's own. Sums and shares are those of rows, columns and
    all shown cells. Small tables explain much by chance: the list is a help for people.
    """
    known = {number for text in (*_words(table), *words) for number, _, _ in _numbers(text)}
    values = _candidates(table)
    by_axis: dict[str, list[str]] = {}
    for drawn in texts:
        if drawn.axis:
            by_axis.setdefault(drawn.axis, []).append(drawn.text)
    even = {axis for axis, labels in by_axis.items() if _even(labels)}
    found = []
    for drawn in texts:
        if drawn.axis in even:
            continue
        for written, number, after in _numbers(drawn.text):
            if written not in known and not _harmless(number, after, ()) and not _follows(number, values):
                found.append(written)
    return list(dict.fromkeys(found))


def tells_withheld(source: str, withheld: Iterable[float | int]) -> bool:
    """Tell whether a drawing's source holds the true number of a withheld cell.

    Parameters
    ----------
    source : str
        Of the drawing function, in Python.
    withheld : iterable of float or int
        The true numbers; they go nowhere from here.

    Returns
    -------
    bool
        Judged only on numbers of at least three significant digits: others stand in every drawing, as sizes and places.

    Examples
    --------
    >>> tells_withheld("axes.bar([0], [4711])", [4711]), tells_withheld("axes.bar([0], [7])", [7])
    (True, False)
    """
    secret = {_exact(float(number)) for number in withheld if number == number and _digits(float(number)) >= CERTAIN_DIGITS}
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            value = node.value
            if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300 and value == value:
                if _exact(float(value)) in secret:
                    return True
            elif isinstance(value, str) and any(number in secret for _, number, _ in _numbers(value)):
                return True
    return False


def withheld_in_drawing(figure: str, source: str, *, table: SafeTable, numbers: Sequence[float]) -> list[str]:
    """Refuse a drawing whose source holds the true number of a cell that its table withholds.

    Parameters
    ----------
    figure : str
        Its name, for the message.
    source : str
    table : SafeTable
        As it is published.
    numbers : sequence of float
        The true number of each cell, row by row; they go nowhere from here.

    Returns
    -------
    list of str
        What is wrong, without the number; empty where nothing is.
    """
    states = [state for row in table.states for state in row]
    hidden = [float(number) for number, state in zip(numbers, states, strict=True) if state == "withheld"]
    if not tells_withheld(source, hidden):
        return []
    return [f"figure '{figure}': its drawing holds a number that its table withholds; draw from the table alone"]


def _numbers(text: str) -> list[tuple[str, Fraction, str]]:
    """The numbers of a text: as written, exactly, and what follows."""
    found = []
    for match in NUMBER.finditer(_DATE.sub(" ", text)):
        written = match.group(0)
        plain = written.replace(",", "").replace("−", "-")
        found.append((written, Fraction(plain), match["after"].strip()))
    return found


def _harmless(number: Fraction, after: str, allowed: Sequence[int]) -> bool:
    if after.startswith(CALENDAR):
        return True
    if after.startswith("%"):
        return number in CONFIDENCE_PERCENT
    return number in allowed or number in POWERS or (number.denominator == 1 and int(number) in YEARS)


def _words(table: SafeTable) -> list[str]:
    """Every word that a table's labels hold, in every language."""
    layout = table.layout
    found = [*(layout.unit or {}).values()]
    for axis in (layout.rows, layout.columns):
        if axis is not None:
            found += [*axis.title.values(), *(label for labels in axis.labels.values() for label in labels)]
            found += [str(key) for key in axis.keys]
    return [str(word) for word in found]


def _candidates(table: SafeTable) -> list[Fraction]:
    """What a number may be that follows from a table, ascending without signs: cells, sums and means of rows, columns and all
    shown cells, how many there are, and shares in them."""
    rows = [[_exact(float(value)) for value in row if value is not None] for row in table.values]
    columns: list[list[Fraction]] = [[] for _ in range(table.layout.shape[1])]
    for cells in table.values:
        for place, value in enumerate(cells):
            if value is not None:
                columns[place].append(_exact(float(value)))
    found = {Fraction(0), *(value for row in rows for value in row)}
    for line in (*rows, *columns, [value for row in rows for value in row]):
        total = sum(line, Fraction(0))
        found |= {total, Fraction(len(line)), *([total / len(line)] if line else [])}
        if total:
            found |= {100 * value / total for value in line} | {100 - 100 * value / total for value in line}
    return sorted(abs(value) for value in found)


def _follows(number: Fraction, values: Sequence[Fraction]) -> bool:
    """Whether a number is one of the values, rounded as it is written, in one of the usual scales."""
    places = len(str(float(number)).partition(".")[2]) if number.denominator != 1 else 0
    half = Fraction(1, 2 * 10**places)
    for scale in (*(Fraction(one) for one in SCALES), Fraction(1, 100)):
        place = bisect.bisect_left(values, (abs(number) - half) * scale)
        if place < len(values) and values[place] <= (abs(number) + half) * scale:
            return True
    return False


def _even(labels: Sequence[str]) -> bool:
    """Whether an axis's labels are numbers at equal distances, or powers of ten, as matplotlib sets them."""
    numbers = []
    for label in labels:
        plain = re.sub(r"[,%]", "", label.replace("−", "-").strip())
        if not re.fullmatch(r"[-+]?\d+(?:\.\d+)?", plain):
            return False
        numbers.append(Fraction(plain))
    if len(numbers) < 3:
        return len(numbers) > 0 and all(number in (0, 1, 100) for number in numbers)
    steps = {two - one for one, two in itertools.pairwise(numbers)}
    return len(steps) == 1 or all(number in {Fraction(10) ** power for power in range(-9, 13)} for number in numbers)


def _exact(number: float) -> Fraction:
    """The shortest decimal that names a number."""
    return Fraction(repr(number))


def _digits(number: float) -> int:
    """How many digits a number has without leading and trailing zeros."""
    return len(f"{abs(number):.15g}".replace(".", "").strip("0"))
