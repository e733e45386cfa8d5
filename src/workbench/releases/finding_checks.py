"""Whether a released finding's numbers and sentences follow from the tables of its release."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from workbench.bench import LANGUAGES, format_value
from workbench.disclosure import FittedModel, SafeTable, chosen_key, evaluate
from workbench.errors import WorkbenchError
from workbench.releases.changes import close
from workbench.releases.results import Variant
from workbench.releases.table_checks import result_place


def finding_problems(variant: Variant, tables: Mapping[str, SafeTable | FittedModel]) -> list[str]:
    """Name what of a released finding does not follow from the tables of its release.

    Parameters
    ----------
    variant : Variant
        Of kind ``finding``.
    tables : mapping of str to SafeTable or FittedModel
        Those of the same run, by name.

    Returns
    -------
    list of str
    """
    where, content = result_place(variant), variant.content
    problems = []
    for language in LANGUAGES:
        try:
            parsed = list(string.Formatter().parse(content["text"][language]))
        except (ValueError, KeyError):
            problems.append(f"{where}: its sentence in '{language}' cannot be read")
            continue
        named = {name for _, name, _, _ in parsed if name is not None}
        if strange := sorted(named - set(content["values"])):
            problems.append(f"{where}: its sentence in '{language}' names {', '.join(strange)}, which is none of its values")
    for name, value in content["values"].items():
        problems += [f"{where}: {name}: {reason}" for reason in value_problems(value, tables)]
    return problems


def value_problems(value: Mapping[str, Any], tables: Mapping[str, SafeTable | FittedModel]) -> list[str]:
    """Name what of one value of a finding does not follow from the tables that it points into.

    Parameters
    ----------
    value : mapping
        ``number``, ``shown`` and ``expression``, as in a result file.
    tables : mapping of str to SafeTable or FittedModel

    Returns
    -------
    list of str
    """
    expression, number = value["expression"], value["number"]
    try:
        if isinstance(expression, list) and expression[:1] in (["largest"], ["smallest"]):
            table, place = chosen_key(expression, tables)
            labels = {language: table.layout.rows.labels[language][place] for language in LANGUAGES}
            wrong = [language for language in LANGUAGES if value["shown"].get(language) != labels[language]]
            return [f"says '{value['shown'].get(wrong[0], ''):.60}', the table says '{labels[wrong[0]]:.60}'"] if wrong else []
        right = evaluate(expression, tables)
    except WorkbenchError as error:
        return [error.message]
    if not isinstance(number, int | float) or not close(number, right):
        return [f"is {number!r:.30}, the published results say {right:.12g}"]
    return [
        f"is written '{shown:.30}' in '{language}', and is {number:.12g}"
        for language, shown in value["shown"].items()
        if not written_as(shown, number)
    ]


def written_as(shown: str, number: float) -> bool:
    """Tell whether a text is a way in which a finding writes a number: rounded half up, with separators, a sign where asked.

    Parameters
    ----------
    shown : str
    number : float

    Returns
    -------
    bool

    Examples
    --------
    >>> written_as("1,234.6", 1234.56), written_as("1,235", 1234.56), written_as("1,236", 1234.56), written_as("many", 2)
    (True, True, False, False)
    """
    _, _, after = shown.partition(".")
    sign = "+" if shown[:1] == "+" else ""
    if after and not (after.isascii() and after.isdigit() and len(after) <= 9):
        return False
    return format_value((number, 0), f"{sign}.{len(after)}f") == shown
