"""Models outside the kernel: fitted again from the run's rows under the policies' rules, written as CSV, and counted as groups.

What a kernel says of a model's numbers is never read; it hands over rows, a formula and words.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.bench import LANGUAGES, read_contributions
from workbench.disclosure import FittedModel, ModelLayout, Rules, fit_model
from workbench.disclosure.modelling.model_designs import CONTRIBUTOR, design_of
from workbench.disclosure.modelling.models import PARTS
from workbench.errors import GateRefused, UsageError

PART_TITLES = {
    "estimate": {"ko": "계수", "en": "coefficient"},
    "se": {"ko": "표준오차", "en": "standard error"},
    "low": {"ko": "95% 구간 아래", "en": "95% interval, low"},
    "high": {"ko": "95% 구간 위", "en": "95% interval, high"},
    "statistic": {"ko": "계수/표준오차", "en": "coefficient / standard error"},
    "ratio": {"ko": "배수", "en": "factor"},
}
"""What the columns of a model's CSV are called."""


def refit(folder: Path, record: Mapping[str, Any], rules: Rules) -> FittedModel:
    """Fit a run's model again from its rows.

    Parameters
    ----------
    folder : Path
        The run's.
    record : mapping
        As the kernel wrote it, with what its ``datasets`` truly are.
    rules : Rules
        The strictest of the policies of what was loaded.

    Returns
    -------
    FittedModel

    Raises
    ------
    GateRefused
        It rests on data about people and does not count them, or a coefficient tells of too few.
    UsageError
        Rows that do not fit the model.
    """
    where = f"model '{record['name']}'"
    layout = ModelLayout.from_record(record["content"])
    if any(loaded["personal"] for loaded in record["datasets"].values()) and not layout.people:
        raise GateRefused(f"{where} rests on data about people and does not count them", hint="give contributor=")
    rows = read_contributions(folder, record["name"])
    try:
        return fit_model(rows, layout, rules=rules)
    except (GateRefused, UsageError) as error:
        raise type(error)(f"{where}: {error.message}", hint=error.hint) from None


def groups_of_model(rows: pd.DataFrame, layout: ModelLayout) -> tuple[list[str], pd.DataFrame]:
    """Return the groups of people that a model is about: all of its rows, and those of each level.

    Levels are those of factors, of their products, and the two values of a number that has no third: such a coefficient is
    a difference of means, so two models whose levels differ by one person would tell that person's response.

    Parameters
    ----------
    rows : pandas.DataFrame
        As the kernel wrote them.
    layout : ModelLayout
        Of people.

    Returns
    -------
    (list of str, pandas.DataFrame)
        The groups' names, ``all`` first; and the columns ``cell`` (a group's place), ``contributor`` and ``count`` (how many
        rows the person has there), sorted by them.

    Examples
    --------
    >>> layout = ModelLayout("y ~ x", "ols", True, {"y": {"en": "Y"}, "x": {"en": "X"}})
    >>> rows = pd.DataFrame({"response": [1.0, 2, 3], "x.x": [0.0, 1, 2], "contributor": ["b", "a", "b"]})
    >>> groups_of_model(rows, layout)[1].to_numpy().tolist()
    [[0, 'a', 1], [0, 'b', 2]]
    """
    design = design_of(rows, layout)
    people = rows[CONTRIBUTOR].to_numpy(dtype=object)
    names = ["all", *(group.name for group in design.groups)]
    inside = [np.ones(len(rows), bool), *(group.rows for group in design.groups)]
    parts = []
    for place, mask in enumerate(inside):
        ids, counts = np.unique(people[mask].astype(str), return_counts=True)
        parts.append(pd.DataFrame({"cell": place, "contributor": ids.astype(object), "count": counts.astype(np.int64)}))
    return names, pd.concat(parts, ignore_index=True)


def model_csv(fitted: FittedModel) -> bytes:
    """Return a model as CSV: UTF-8 with BOM; a term a row, in each language.

    Parameters
    ----------
    fitted : FittedModel

    Returns
    -------
    bytes
    """
    from workbench.releases.results import unformula

    parts = [part for part in PARTS if part in fitted.terms[0].numbers]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    heads = {"ko": "항 (ko)", "en": "term (en)"}
    writer.writerow([*(heads[lang] for lang in LANGUAGES), *(" / ".join(PART_TITLES[part].values()) for part in parts)])
    for term in fitted.terms:
        writer.writerow([*(unformula(term.labels[lang]) for lang in LANGUAGES), *(repr(term.numbers[part]) for part in parts)])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8")
