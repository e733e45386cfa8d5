"""Models as readers see them: a row a term, with what the formula means and who stands behind it said in words.

Pure: it turns released content into the plain rows of words that tables are laid out from.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.publish.records import ModelContent
from workbench.publish.tables import Cell, Row, TableView, anchor, written

FAMILIES = {"ols": "family_ols", "poisson": "family_poisson", "logit": "family_logit"}
"""The string that says what a model of a family is."""


def model_view(content: ModelContent, language: str, *, words: Mapping[str, str]) -> TableView:
    """Return a released model as rows of words.

    Parameters
    ----------
    content : ModelContent
    language : str
    words : mapping of str to str
        The strings of ``result``.

    Returns
    -------
    TableView
        One row a term; its ``foot`` says what was compared with what, and how many rows and people there are.
    """
    heads = [words["estimate"], words["standard_error"], words["interval"]]
    with_ratio = any(term.ratio is not None for term in content.terms)
    rows = []
    for term in content.terms:
        interval = words["between"].format(low=_number(term.low), high=_number(term.high)).replace(" ", "\u00a0")
        cells = [_number(term.estimate), _number(term.se), interval]
        if with_ratio:
            cells.append("" if term.ratio is None else _number(term.ratio))
        rows.append(
            Row(
                key=anchor(term.term),
                label=term.labels[language],
                cells=tuple(Cell(text=cell, state="shown") for cell in cells),
                total=False,
            )
        )
    return TableView(
        corner=words["term"],
        columns_title=None,
        columns=(*heads, *([words["ratio"]] if with_ratio else [])),
        rows=tuple(rows),
        unit=None,
        statistic=words["statistic_model"],
        withheld=0,
        empty=0,
        rounded_to=content.rounded_to,
        foot=_foot(content, language, words=words),
    )


def _foot(content: ModelContent, language: str, *, words: Mapping[str, str]) -> str:
    """What a reader needs to read the rows, as one line."""
    response = content.formula.split("~")[0].strip()
    title = content.titles[response][language] if response in content.titles else response
    said = [words[FAMILIES[content.family]].format(response=title)]
    if content.factors:
        levels = ", ".join(f"{axis.title[language]} {axis.labels[language][0]}" for axis in content.factors)
        said.append(words["references"].format(levels=levels))
    count = f"{content.observations:,}"
    if content.contributors is None:
        said.append(words["observations"].format(count=count))
    else:
        said.append(words["observations_of"].format(count=count, people=f"{content.contributors:,}"))
    said.append(words["freedom"].format(count=f"{content.degrees_of_freedom:,}"))
    if "r2" in content.fit:
        said.append(words["fit_r2"].format(value=_number(content.fit["r2"])))
    if "deviance" in content.fit:
        values = {"value": _number(content.fit["deviance"]), "null": _number(content.fit.get("null_deviance", 0.0))}
        said.append(words["fit_deviance"].format(**values))
    if content.errors == "clustered":
        said.append(words["clustered"])
    return " · ".join(said)


def _number(number: float) -> str:
    from workbench.disclosure import decimals_of

    return written(number, decimals_of(number))
