"""Models at the bench: the rows that a model is fitted to, and what a notebook sees of it.

The rows go to the run's folder, where ``release`` fits the model again; the notebook gets coefficients that passed the same
rules, or the reason why none may be published.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.bench.axes import axis_title, make_axis
from workbench.bench.keys import row_keys
from workbench.bench.loaded import Loaded
from workbench.bench.references import Reference
from workbench.bench.sentences import LANGUAGES, bilingual
from workbench.bench.table import RESULT_MIME
from workbench.catalog import Catalog
from workbench.disclosure import FittedModel, ModelLayout, decimals_of, fit_model, read_formula
from workbench.disclosure.modelling.model_designs import CONTRIBUTOR, REGRESSOR, RESPONSE
from workbench.errors import GateRefused, UsageError, WorkbenchError, unknown

HEADS = {
    "ko": {"term": "항", "estimate": "계수", "se": "표준오차", "interval": "95% 구간", "ratio": "배수"},
    "en": {"term": "Term", "estimate": "Coefficient", "se": "Standard error", "interval": "95% interval", "ratio": "Factor"},
}
"""Column heads of a model shown as a table."""

INTERVAL = {"ko": "{low} ~ {high}", "en": "{low} to {high}"}
"""How the two bounds of an interval stand beside each other; a dash would read as a minus."""


@dataclass(frozen=True)
class Asked:
    """What ``bench.model`` was asked for.

    Parameters
    ----------
    formula, family : str
    contributor : str or None
    titles, labels, levels : mapping
    """

    formula: str
    family: str
    contributor: str | None
    titles: Mapping[str, Mapping[str, str]]
    labels: Mapping[str, Mapping[Any, Mapping[str, str]]]
    levels: Mapping[str, Sequence[Any]]


class Model:
    """A model as it may be published; not statsmodels' results, which hold every person's residual.

    Parameters
    ----------
    name : str
    fitted : FittedModel
    title : dict
        By language.
    """

    def __init__(self, name: str, fitted: FittedModel, title: dict[str, str]) -> None:
        self.name = name
        self.fitted = fitted
        self.title = title

    @property
    def terms(self) -> tuple[str, ...]:
        """The names of its terms."""
        return tuple(term.name for term in self.fitted.terms)

    def coefficient(self, term: str, part: str = "estimate") -> Reference:
        """Return a number of a term as a reference for findings.

        Parameters
        ----------
        term : str
            ``"rain"``, ``"season[DJF]"``, ``"rain:season[DJF]"`` or ``"intercept"``.
        part : {"estimate", "se", "low", "high", "statistic", "ratio"}

        Returns
        -------
        Reference

        Raises
        ------
        UsageError
            A term or part that the model has not.
        """
        number = self.fitted.number(term, part)
        return Reference(number, ["coefficient", self.name, term, part], decimals_of(number))

    def interval(self, term: str) -> tuple[Reference, Reference]:
        """Return the bounds of a term's 95 % interval.

        Parameters
        ----------
        term : str

        Returns
        -------
        (Reference, Reference)
        """
        return self.coefficient(term, "low"), self.coefficient(term, "high")

    def __repr__(self) -> str:
        lines = [f"Model {self.name!r}: {self.fitted.layout.formula} ({self.fitted.layout.family})"]
        lines += ["  ".join(cells) for cells in model_rows(self.fitted, "en")]
        return "\n".join([*lines, counted(self.fitted, "en")])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:  # noqa: ARG002 (IPython's)
        heads = "".join(f'<th scope="col">{html.escape(head)}</th>' for head in model_heads(self.fitted, "ko"))
        body = "".join(
            f'<tr><th scope="row">{html.escape(cells[0])}</th>'
            + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells[1:])
            + "</tr>"
            for cells in model_rows(self.fitted, "ko")
        )
        return {
            RESULT_MIME: {"kind": "model", "name": self.name},
            "text/html": (
                f"<table><caption>{html.escape(self.title['ko'])}</caption><thead><tr>{heads}</tr></thead>"
                f"<tbody>{body}</tbody></table><p>{html.escape(counted(self.fitted, 'ko'))}</p>"
            ),
            "text/plain": repr(self),
        }


def make_model(
    name: str, frame: pd.DataFrame, asked: Asked, *, loaded: Loaded, catalog: Catalog, title: dict[str, str]
) -> tuple[Model, pd.DataFrame]:
    """Fit a model and collect its rows.

    Parameters
    ----------
    name : str
    frame : pandas.DataFrame
    asked : Asked
    loaded : Loaded
        What the notebook has loaded.
    catalog : Catalog
    title : dict
        By language.

    Returns
    -------
    (Model, pandas.DataFrame)
        The rows as they go to the run's folder.

    Raises
    ------
    UsageError, GateRefused
        With the model's name.
    """
    where = f"model '{name}'"
    if not isinstance(frame, pd.DataFrame):
        raise UsageError(f"{where}: made from a frame of rows, found {type(frame).__name__}")
    try:
        read = read_formula(asked.formula)
    except UsageError as error:
        raise UsageError(f"{where}: {error.message}", hint=error.hint) from None
    columns = [str(column) for column in frame.columns]
    for column in (read.response, *read.regressors, *([asked.contributor] if asked.contributor else [])):
        if columns.count(column) != 1:
            raise unknown("column", column, columns, where=where)
    for what, given in (("labels", asked.labels), ("levels", asked.levels)):
        for column in given:
            if column not in read.factors:
                raise unknown("factor", str(column), sorted(read.factors), where=f"{where}, {what}")
    contributor = asked.contributor or loaded.unit_in(frame)
    people = loaded.check_people(name, frame, contributor=contributor, statistic="mean")
    loaded.check_axes(name, frame, sorted(read.factors))

    def words(column: str) -> Mapping[str, str]:
        return bilingual(asked.titles.get(column) or axis_title(catalog, loaded.names, column), f"{where}: title of '{column}'")

    factors = tuple(
        make_axis(
            frame, column, table=name, title=words(column), labels=asked.labels.get(column, {}), keys=asked.levels.get(column)
        )
        for column in read.regressors
        if column in read.factors
    )
    if any(loaded.is_person(key) for axis in factors for key in axis.keys):
        raise GateRefused(f"{where}: a factor names single people by their protected ids")
    titles = {column: words(column) for column in (read.response, *read.regressors) if column not in read.factors}
    rows = {RESPONSE: _plain(frame[read.response])}
    for column in read.regressors:
        rows[REGRESSOR + column] = row_keys(frame[column]).to_numpy() if column in read.factors else _plain(frame[column])
    if people and contributor is not None:
        if frame[contributor].isna().any():
            raise UsageError(f"{where}: '{contributor}' is missing in some rows, so people cannot be counted")
        rows[CONTRIBUTOR] = frame[contributor].astype(str).to_numpy(dtype=object)
    written = pd.DataFrame(rows)
    try:
        layout = ModelLayout(asked.formula, asked.family, people, titles, factors)  # type: ignore[arg-type]
        fitted = fit_model(written, layout, rules=loaded.rules())
    except (GateRefused, UsageError) as error:
        raise _named(error, where) from None
    return Model(name, fitted, title), written


def _named(error: WorkbenchError, where: str) -> WorkbenchError:
    return type(error)(f"{where}: {error.message}", hint=error.hint)


def _plain(values: pd.Series) -> Any:
    """Truth values as numbers; the rest is judged where the design is built."""
    return values.astype(float).to_numpy() if pd.api.types.is_bool_dtype(values) else values.reset_index(drop=True)


def model_heads(fitted: FittedModel, language: str) -> list[str]:
    """Return the column heads of a model shown as a table.

    Parameters
    ----------
    fitted : FittedModel
    language : str

    Returns
    -------
    list of str
    """
    heads = HEADS[language]
    named = [heads["term"], heads["estimate"], heads["se"], heads["interval"]]
    return named if fitted.layout.family == "ols" else [*named, heads["ratio"]]


def model_rows(fitted: FittedModel, language: str) -> list[list[str]]:
    """Return a model's terms as rows of words.

    Parameters
    ----------
    fitted : FittedModel
    language : str

    Returns
    -------
    list of list of str
    """
    rows = []
    for term in fitted.terms:
        said = {part: f"{number:,.{decimals_of(number)}f}" for part, number in term.numbers.items()}
        cells = [term.labels[language], said["estimate"], said["se"], INTERVAL[language].format(**said)]
        rows.append(cells if fitted.layout.family == "ols" else [*cells, said["ratio"]])
    return rows


def counted(fitted: FittedModel, language: str) -> str:
    """Say how many rows and people stand behind a model.

    Parameters
    ----------
    fitted : FittedModel
    language : str

    Returns
    -------
    str
    """
    rows, people = f"{fitted.observations:,}", f"{fitted.contributors or 0:,}"
    if language == "ko":
        said = f"관측 {rows}건" + (f", {people}명" if fitted.contributors is not None else "")
        return said + (", 표준오차는 사람별로 묶어 계산했습니다." if fitted.errors == "clustered" else "")
    said = f"{rows} observations" + (f" of {people} people" if fitted.contributors is not None else "")
    return said + ("; standard errors are clustered by person." if fitted.errors == "clustered" else "")


def model_title(title: Mapping[str, str] | None, name: str) -> dict[str, str]:
    """Return a model's title, its name where it has none.

    Parameters
    ----------
    title : mapping or None
    name : str

    Returns
    -------
    dict of str to str
    """
    return bilingual(title, f"model '{name}': title") if title else dict.fromkeys(LANGUAGES, name)
