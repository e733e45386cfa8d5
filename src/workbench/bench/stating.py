"""A finding as the bench takes it: its numbers are references into what this notebook made, its sentences use them all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from workbench.bench.references import KeyReference, Reference
from workbench.bench.sentences import bilingual, check_placeholders, fill
from workbench.disclosure import tables_of
from workbench.errors import UsageError, unknown


def stated(
    name: str, text: Mapping[str, str], values: Mapping[str, Any], *, known: Collection[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Check a finding and return it as it is written, and as it reads now.

    Parameters
    ----------
    name : str
    text : mapping
        By language.
    values : mapping
        Of references.
    known : collection of str
        The tables and models of this notebook.

    Returns
    -------
    (dict, dict of str to str)
        The record's content, and the sentence in each language with the preview's numbers.

    Raises
    ------
    UsageError
        A number that is no reference, a placeholder without a value, or a language missing.
    """
    sentences = bilingual(text, f"finding '{name}': text")
    for key, value in values.items():
        if not isinstance(value, Reference | KeyReference):
            raise UsageError(
                f"finding '{name}': '{key}' is {value!r} ({type(value).__name__}), allowed is a reference into a table",
                hint="make a table of it and give table.at[row, column], or model.coefficient(term)",
            )
        named = tables_of(value.expression)
        if not named:
            raise UsageError(f"finding '{name}': '{key}' points into no table", hint="give table.at[row, column]")
        for table in named - set(known):
            raise unknown("table", table, known, where=f"finding '{name}', '{key}'")
    for language, sentence in sentences.items():
        check_placeholders(name, language, sentence, values)
    plain = {language: fill(sentence, _shown(values, language)) for language, sentence in sentences.items()}
    record = {
        key: {"expression": value.expression, "decimals": value.decimals if isinstance(value, Reference) else None}
        for key, value in values.items()
    }
    return {"text": sentences, "values": record}, plain


def _shown(values: Mapping[str, Reference | KeyReference], language: str) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Reference):
            shown[key] = (value.number, value.decimals)
        elif value.table is not None:
            shown[key] = value.table.rows.labels[language][value.table.rows.position(value.key)]
    return shown
