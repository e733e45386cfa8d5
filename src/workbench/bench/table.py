"""What a notebook sees of a table: the masked preview, references into it, and how it prints."""

from __future__ import annotations

import html
from typing import Any

import pandas as pd

from workbench.bench.keys import plain_key
from workbench.bench.references import KeyReference, Reference
from workbench.disclosure import Axis, Key, SafeTable, chosen_key, evaluate, joined
from workbench.errors import UsageError, unknown

RESULT_MIME = "application/vnd.workbench.result+json"
"""Marks an output that stands for a checked result; every other output is removed from the public copy."""

WITHHELD = {"ko": "비공개", "en": "withheld"}
EMPTY = {"ko": "자료 없음", "en": "no data"}
BOLD = "font-weight:bold;"
LINES = ("border-top:1px solid", "border-left:1px solid")
"""How a sum is set off from the rows above it and from the columns before it."""

ROUNDED = {"ko": "{base}의 배수로 반올림", "en": "rounded to multiples of {base}"}


class Table:
    """A table as it may be published, with too small cells withheld; not a DataFrame.

    Parameters
    ----------
    name : str
        The result's name.
    safe : SafeTable
        The masked table.
    title : dict
        By language.
    advice : str, optional
        How to make the table coarser, where more than a quarter of its cells are small: for its author.

    Attributes
    ----------
    at : object
        ``table.at[row, column]``, or ``table.at[row]`` where there is one column: a :class:`Reference`. A total has the key
        ``"total"``. Where rows or columns cross several columns of the frame, their key is a tuple,
        ``table.at[("강남구", 2020), "F"]`` or, without columns, ``table.at["강남구", 2020]``; the joined key will do too.

    Examples
    --------
    >>> from workbench.disclosure import Axis, Layout
    >>> axis = Axis("year", (2021,), {"ko": "연도", "en": "Year"}, {"ko": ("2021",), "en": ("2021",)})
    >>> layout = Layout(rows=axis, columns=None, statistic="count", decimals=0, people=False)
    >>> table = Table("good_days", SafeTable(layout, ((172,),), (("shown",),)), {"ko": "좋은 날", "en": "Good days"})
    >>> table.at[2021]
    172
    """

    def __init__(self, name: str, safe: SafeTable, title: dict[str, str], *, advice: str | None = None) -> None:
        self.name = name
        self.safe = safe
        self.title = title
        self.advice = advice
        self.at = _At(self)

    @property
    def rows(self) -> Axis:
        """The rows' axis: keys, title and labels."""
        return self.safe.layout.rows

    @property
    def columns(self) -> Axis | None:
        """The columns' axis, None where there is one column."""
        return self.safe.layout.columns

    @property
    def unit(self) -> dict[str, str]:
        """The unit of the cells by language; empty words where there is none."""
        return dict(self.safe.layout.unit or {"ko": "", "en": ""})

    def frame(self, language: str | None = None) -> pd.DataFrame:
        """Return the shown cells as a frame; withheld and empty cells are NaN.

        Parameters
        ----------
        language : str, optional
            Labels in this language; by default the keys.

        Returns
        -------
        pandas.DataFrame
            Shape (rows, columns); one column named ``value`` where the table has one.
        """
        if language is not None and language not in self.rows.labels:
            raise unknown("language", str(language), self.rows.labels, where=f"table '{self.name}'")
        rows = list(self.rows.labels[language]) if language else list(self.rows.keys)
        columns: list[Any] = ["value"]
        if self.columns is not None:
            columns = list(self.columns.labels[language]) if language else list(self.columns.keys)
        return pd.DataFrame([list(row) for row in self.safe.values], index=rows, columns=columns).astype(float)

    def total(self, column: Key | None = None) -> Reference:
        """Return the sum of a column as a reference; refused where a cell of it is withheld.

        Parameters
        ----------
        column : str, int, float or bool, optional
            Needed where the table has columns.

        Returns
        -------
        Reference
        """
        return self._reference(["total", self.name, axis_key(self.columns, column)])

    def largest(self, column: Key | None = None) -> KeyReference:
        """Return the label of the row with the largest shown cell.

        Parameters
        ----------
        column : str, int, float or bool, optional

        Returns
        -------
        KeyReference
        """
        return self._choice(["largest", self.name, axis_key(self.columns, column)])

    def smallest(self, column: Key | None = None) -> KeyReference:
        """Return the label of the row with the smallest shown cell.

        Parameters
        ----------
        column : str, int, float or bool, optional

        Returns
        -------
        KeyReference
        """
        return self._choice(["smallest", self.name, axis_key(self.columns, column)])

    def _reference(self, expression: list[Any]) -> Reference:
        return Reference(evaluate(expression, {self.name: self.safe}), expression, self.safe.layout.decimals)

    def _choice(self, expression: list[Any]) -> KeyReference:
        _, place = chosen_key(expression, {self.name: self.safe})
        return KeyReference(self, expression, self.rows.keys[place])

    def __repr__(self) -> str:
        return f"Table {self.name!r}\n{self.frame().to_string()}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:  # noqa: ARG002 (IPython's)
        return {
            RESULT_MIME: {"kind": "table", "name": self.name},
            "text/html": table_html(self.safe, self.title, "ko"),
            "text/plain": repr(self),
        }


class _At:
    def __init__(self, table: Table) -> None:
        self._table = table

    def __getitem__(self, key: Any) -> Reference:
        rows, columns = self._table.rows, self._table.columns
        if columns is None and rows.parts and isinstance(key, tuple) and len(key) == len(rows.parts):
            key = (key, None)
        if isinstance(key, tuple) and len(key) != 2:
            raise UsageError(f"table '{self._table.name}': a cell is at[row] or at[row, column], found {key!r:.60}")
        row, column = key if isinstance(key, tuple) else (key, None)
        return self._table._reference(["at", self._table.name, axis_key(rows, row), axis_key(columns, column)])


def axis_key(axis: Axis | None, key: Any) -> Any:
    """Return a key as it stands on an axis: a tuple, where the axis crosses several columns, joined.

    Parameters
    ----------
    axis : Axis or None
    key : Any

    Returns
    -------
    str, int, float, bool or None

    Examples
    --------
    >>> axis_key(Axis("district · year", ("강남구 · 2020",), {}, {}, parts=("district", "year")), ("강남구", 2020))
    '강남구 · 2020'
    """
    if axis is not None and axis.parts and isinstance(key, tuple):
        return joined([plain_key(part) for part in key])
    return plain_key(key)


def _sums(axis: Axis) -> dict[int, bool]:
    """The places of an axis's sums, which are set off from the rest."""
    base = set(axis.base.tolist())
    return {place: True for place in range(len(axis.keys)) if place not in base}


def advice_bundle(table: str, advice: str) -> dict[str, str]:
    """Return advice to a table's author as an output of its own: no result, so the public copy of a notebook lacks it.

    Parameters
    ----------
    table, advice : str

    Returns
    -------
    dict of str to str
        By MIME type.

    Examples
    --------
    >>> advice_bundle("trips", "join a < b")["text/html"]
    '<p role="note"><strong>⚠</strong> table &#x27;trips&#x27;: join a &lt; b</p>'
    """
    words = f"table '{table}': {advice}"
    return {"text/html": f'<p role="note"><strong>⚠</strong> {html.escape(words)}</p>', "text/plain": f"⚠ {words}"}


def cell_text(safe: SafeTable, row: int, column: int, language: str) -> str:
    """Return a cell as it is read: a number with thousands separators, or why there is none.

    Parameters
    ----------
    safe : SafeTable
    row, column : int
        Positions.
    language : str

    Returns
    -------
    str
    """
    state, value = safe.states[row][column], safe.values[row][column]
    if state == "withheld":
        return WITHHELD[language]
    if value is None:
        return EMPTY[language]
    return f"{value:,.{safe.layout.decimals}f}"


def table_html(safe: SafeTable, title: dict[str, str], language: str) -> str:
    """Return a table as plain HTML for a notebook's preview.

    Parameters
    ----------
    safe : SafeTable
    title : dict
    language : str

    Returns
    -------
    str
    """
    layout = safe.layout
    columns = layout.columns.labels[language] if layout.columns else ((layout.unit or {}).get(language, ""),)
    summed = [_sums(layout.rows), _sums(layout.columns) if layout.columns else {}]

    def cell(kind: str, text: str, row: int | None, column: int | None, scope: str = "") -> str:
        line = ";".join(style for sums, place, style in zip(summed, (row, column), LINES, strict=True) if place in sums)
        return f"<{kind}{scope}" + (f' style="{BOLD}{line}"' if line else "") + f">{html.escape(text)}</{kind}>"

    head = "".join(cell("th", str(label), None, place, ' scope="col"') for place, label in enumerate(columns))
    body = "".join(
        "<tr>"
        + cell("th", str(label), row, None, ' scope="row"')
        + "".join(cell("td", cell_text(safe, row, column, language), row, column) for column in range(layout.shape[1]))
        + "</tr>"
        for row, label in enumerate(layout.rows.labels[language])
    )
    corner = html.escape(layout.rows.title[language])
    rounded = f" ({ROUNDED[language].format(base=layout.rounded_to)})" if layout.rounded_to else ""
    return (
        f"<table><caption>{html.escape(title[language])}{rounded}</caption>"
        f"<thead><tr><th scope='col'>{corner}</th>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )
